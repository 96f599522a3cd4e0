package admin

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/runtime"
)

func serve(t *testing.T, c Config) (*httptest.Server, *runtime.Runtime) {
	if c.Runtime == nil {
		c.Runtime = runtime.New()
	}
	s := httptest.NewServer(New(c))
	t.Cleanup(s.Close)
	return s, c.Runtime
}

func call(t *testing.T, s *httptest.Server, method, path, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, s.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	resp, err := s.Client().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, strings.TrimSpace(string(b))
}

func TestRequests(t *testing.T) {
	s, rt := serve(t, Config{Clock: clock.System{}, Addresses: map[string]string{"smb": "127.0.0.1:1"}})
	rt.Count("smb_breaks_sent", 3)
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		has                      string
	}{
		{"add", "POST", "/v1/shares", `{"name":"a"}`, 200, `"name":"a"`},
		{"add again in another case", "POST", "/v1/shares", `{"name":"A"}`, 409, "share exists"},
		{"bad name", "POST", "/v1/shares", `{"name":"a/b"}`, 400, "not a valid share name"},
		{"reserved name", "POST", "/v1/shares", `{"name":"ipc$"}`, 400, "reserved"},
		{"unknown field", "POST", "/v1/shares", `{"name":"b","nome":1}`, 400, "nome"},
		{"not JSON", "POST", "/v1/shares", `{`, 400, "request body"},
		{"two values", "POST", "/v1/shares", `{"name":"b"}{}`, 400, "more than one"},
		{"list", "GET", "/v1/shares", "", 200, `[{"name":"a"}]`},
		{"update", "PATCH", "/v1/shares/a", `{"read_only":true}`, 200, `"read_only":true`},
		{"update keeps the rest", "GET", "/v1/shares/a", "", 200, `{"name":"a","read_only":true}`},
		{"rename", "PATCH", "/v1/shares/a", `{"name":"z"}`, 400, "cannot be changed"},
		{"remove", "DELETE", "/v1/shares/a", "", 204, ""},
		{"remove again", "DELETE", "/v1/shares/a", "", 404, "no such share"},
		{"user", "POST", "/v1/users", `{"name":"eve","password":"x","uid":7,"gid":7}`, 200, `"uid":7`},
		{"users without passwords", "GET", "/v1/users", "", 200, `[{"name":"eve","uid":7,"gid":7}]`},
		{"bad user", "POST", "/v1/users", `{"name":"a\\b"}`, 400, "not a valid user name"},
		{"remove user", "DELETE", "/v1/users/eve", "", 204, ""},
		{"remove user again", "DELETE", "/v1/users/eve", "", 404, "no such user"},
		{"policies", "GET", "/v1/policies", "", 200, `"nfs_break":"notify"`},
		{"switch", "PUT", "/v1/policies", `{"nfs_break":"wait"}`, 200, `"nfs_break":"wait"`},
		{"unknown value", "PUT", "/v1/policies", `{"nfs_break":"maybe"}`, 400, "notify, wait, jukebox"},
		{"unknown policy", "PUT", "/v1/policies", `{"nfs_brake":"wait"}`, 400, "nfs_break"},
		{"one wrong, none applied", "PUT", "/v1/policies", `{"nfs_break":"jukebox","x":"y"}`, 400, "unknown policy"},
		{"still as before", "GET", "/v1/policies", "", 200, `"nfs_break":"wait"`},
		{"counters", "GET", "/v1/counters", "", 200, `{"smb_breaks_sent":3}`},
		{"quiesce", "POST", "/v1/quiesce", "", 200, "true"},
		{"system clock", "POST", "/v1/clock/advance", `{"duration":"35s"}`, 409, "system's clock"},
		{"bad duration", "POST", "/v1/clock/advance", `{"duration":"-1s"}`, 400, "positive"},
		{"addresses", "GET", "/v1/addresses", "", 200, `{"smb":"127.0.0.1:1"}`},
		{"unknown path", "GET", "/v2/shares", "", 404, ""},
		{"wrong method", "DELETE", "/v1/shares", "", 405, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := call(t, s, c.method, c.path, c.body)
			assert.Equal(t, c.status, status)
			assert.Contains(t, body, c.has)
		})
	}
}

func TestAdvanceRunsWhatFallsDue(t *testing.T) {
	v := clock.NewVirtual()
	s, _ := serve(t, Config{Clock: v})
	done := make(chan time.Time, 1)
	v.AfterFunc(35*time.Second, func() { done <- v.Now() })
	before := v.Now()
	status, body := call(t, s, "POST", "/v1/clock/advance", `{"duration":"36s"}`)
	require.Equal(t, 200, status, body)
	require.Len(t, done, 1, "the function must have run before the reply")
	assert.GreaterOrEqual(t, (<-done).Sub(before), 35*time.Second)
}

func TestToken(t *testing.T) {
	s, _ := serve(t, Config{Token: "secret"})
	status, body := call(t, s, "GET", "/v1/shares", "")
	assert.Equal(t, 401, status)
	assert.Contains(t, body, "bearer token")
	req, _ := http.NewRequest("GET", s.URL+"/v1/shares", nil)
	req.Header.Set("Authorization", "Bearer secret")
	resp, err := s.Client().Do(req)
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, 200, resp.StatusCode)
}

func TestCheckListen(t *testing.T) {
	loopback := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}
	everywhere := &net.TCPAddr{IP: net.IPv4zero, Port: 1}
	assert.NoError(t, CheckListen(loopback, ""))
	assert.NoError(t, CheckListen(everywhere, "secret"))
	assert.ErrorContains(t, CheckListen(everywhere, ""), "needs a token")
}

// TestOpenAPI holds the document against the routes and the schemas against
// the types.
func TestOpenAPI(t *testing.T) {
	var doc struct {
		Paths      map[string]map[string]json.RawMessage
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	require.NoError(t, json.Unmarshal(openAPI, &doc))
	var documented, served []string
	for path, ops := range doc.Paths {
		for m := range ops {
			if m != "parameters" {
				documented = append(documented, strings.ToUpper(m)+" "+path)
			}
		}
	}
	for _, r := range New(Config{}).Routes() {
		served = append(served, r.Method+" "+r.Path)
	}
	assert.ElementsMatch(t, documented, served)
	for name, typ := range map[string]reflect.Type{
		"Share": reflect.TypeFor[adapter.Share](), "User": reflect.TypeFor[adapter.User](),
	} {
		var fields, properties []string
		for i := range typ.NumField() {
			tag, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			fields = append(fields, tag)
		}
		for p := range doc.Components.Schemas[name].Properties {
			properties = append(properties, p)
		}
		assert.ElementsMatch(t, fields, properties, name)
	}
}
