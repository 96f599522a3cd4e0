package rawsmb_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
	"crosswire/conformance/client/rawsmb"
	"crosswire/server"
	"crosswire/server/wire/smb2"
)

// exercise makes what needs every kind of message: data, a break and its
// acknowledgment, the share list.
func exercise(t *testing.T, s *server.Server, a, b *actor, log *events, oplock bool) {
	t.Helper()
	a.file("f.dat", strings.Repeat("x", 70_000))
	hold := []string{"access", "rw", "lease", "RWH"}
	if oplock {
		hold = []string{"access", "rw", "oplock", "batch"}
	}
	h := a.open("f.dat", hold...)
	opening := b.async(bounded(t), call("open", "f.dat"))
	log.await(t, "A", client.EventBreak, 1)
	require.NoError(t, a.Fence(bounded(t)))
	_, err := a.Ack(bounded(t), h, "")
	require.NoError(t, err)
	o := <-opening
	require.NoError(t, o.err)
	assert.Len(t, b.do(on(o.res.Handle, "read")).Data, 70_000)
	assert.Equal(t, []string{"IPC$", "data"}, b.do(call("shares", "")).Fields["names"])
	b.fails("STATUS_OBJECT_NAME_NOT_FOUND", call("open", "none"))
}

// TestProtection drives each dialect with each way to sign and encrypt.
func TestProtection(t *testing.T) {
	type row struct {
		version string
		options []string
		detail  string // what the connect event tells
	}
	rows := []row{
		{"2.0.2", nil, "2.0.2"}, {"2.1", nil, "2.1"}, {"3.0", nil, "3.0"}, {"3.0.2", nil, "3.0.2"}, {"3.1.1", nil, "3.1.1"},
		{"", nil, "3.1.1"},
		{"", []string{"dialects", "2.1,2.0.2"}, "2.1"},
		{"2.1", []string{"sign", "no"}, "2.1"}, {"3.1.1", []string{"sign", "no"}, "3.1.1"}, {"3.0", []string{"sign", "no"}, "3.0"},
		{"2.0.2", []string{"sign", "required"}, "2.0.2 HMAC-SHA256"},
		{"2.1", []string{"sign", "yes", "signing", "hmac-sha256"}, "2.1 HMAC-SHA256"},
		{"3.0", []string{"sign", "required"}, "3.0 AES-CMAC"},
		{"3.0.2", []string{"sign", "required"}, "3.0.2 AES-CMAC"},
		{"3.0", []string{"encrypt", "yes"}, "3.0 AES-128-CCM"},
		{"3.0.2", []string{"encrypt", "yes", "cipher", "aes-128-ccm"}, "3.0.2 AES-128-CCM"},
		{"2.0.2", []string{"negotiate", "smb1"}, "2.0.2"}, {"3.1.1", []string{"negotiate", "smb1"}, "3.1.1"},
		{"", []string{"negotiate", "smb1", "sign", "required"}, "3.1.1 AES-GMAC"},
		{"3.1.1", []string{"auth", "ntlmssp", "sign", "required"}, "3.1.1 AES-GMAC"},
	}
	for _, signing := range []string{"hmac-sha256", "aes-cmac", "aes-gmac"} {
		rows = append(rows, row{"3.1.1", []string{"sign", "required", "signing", signing}, "3.1.1 " + strings.ToUpper(signing)})
		for _, cipher := range []string{"aes-128-ccm", "aes-128-gcm", "aes-256-ccm", "aes-256-gcm"} {
			rows = append(rows, row{"3.1.1", []string{"encrypt", "yes", "signing", signing, "cipher", cipher}, "3.1.1 " + strings.ToUpper(cipher)})
		}
	}
	s := start(t, nil)
	for i, r := range rows {
		t.Run(fmt.Sprint(r.version, r.options), func(t *testing.T) {
			log := newEvents()
			root := connect(t, endpoint(s), log, spec("root", ""))
			ep := endpoint(s)
			ep.Dir = fmt.Sprintf("run%d", i)
			root.do(call("mkdir", ep.Dir))
			a, b := connect(t, ep, log, spec("A", r.version, r.options...)), connect(t, ep, log, spec("B", r.version, r.options...))
			assert.Equal(t, "alice@"+ep.SMB+" data "+r.detail, log.of("A", client.EventConnect)[0].Detail)
			exercise(t, s, a, b, log, strings.HasPrefix(r.detail, "2.0.2"))
		})
	}
}

// TestServerDemands: what the server demands is done unless the scenario
// forbids it.
func TestServerDemands(t *testing.T) {
	signing := start(t, func(c *server.Config) { c.SMBOptions.RequireSigning = true })
	sealing := start(t, func(c *server.Config) { c.SMBOptions.RequireEncryption = true })
	for _, r := range []struct {
		name    string
		s       *server.Server
		version string
		options []string
		detail  string
		status  string
	}{
		{"signs", signing, "2.1", nil, "2.1 HMAC-SHA256", ""},
		{"does not sign", signing, "2.1", []string{"sign", "no"}, "", "STATUS_ACCESS_DENIED"},
		{"encrypts", sealing, "3.1.1", nil, "3.1.1 AES-128-GCM", ""},
		{"does not encrypt", sealing, "3.1.1", []string{"encrypt", "no"}, "", "STATUS_ACCESS_DENIED"},
	} {
		t.Run(r.name, func(t *testing.T) {
			log := newEvents()
			if r.status == "" {
				a, b := connect(t, endpoint(r.s), log, spec("A", r.version, r.options...)), connect(t, endpoint(r.s), log, spec("B", r.version, r.options...))
				assert.Contains(t, log.of("A", client.EventConnect)[0].Detail, r.detail)
				exercise(t, r.s, a, b, log, false)
				return
			}
			_, err := rawsmb.Factory(nil)(bounded(t), endpoint(r.s), spec("A", r.version, r.options...), log)
			assert.Equal(t, r.status, client.StatusName(err), "%v", err)
		})
	}
}

func TestLogOn(t *testing.T) {
	s := start(t, func(c *server.Config) { c.SMBOptions.Guest, c.SMBOptions.Anonymous = true, true })
	strict := start(t, nil)
	for _, r := range []struct {
		name    string
		s       *server.Server
		share   string
		options []string
		status  string
		err     string
		detail  string
	}{
		{"password", strict, "data", []string{"password", "wrong"}, "STATUS_LOGON_FAILURE", "", ""},
		{"user", strict, "data", []string{"user", "bob"}, "STATUS_LOGON_FAILURE", "", ""},
		{"no guest", strict, "data", []string{"guest", "yes"}, "STATUS_LOGON_FAILURE", "", ""},
		{"no anonymous", strict, "IPC$", []string{"anonymous", "yes"}, "STATUS_LOGON_FAILURE", "", ""},
		{"no share", strict, "none", nil, "STATUS_BAD_NETWORK_NAME", "", ""},
		{"guest", s, "data", []string{"guest", "yes"}, "", "", "guest"},
		{"guest by another name", s, "data", []string{"guest", "yes", "user", "bob", "password", "x"}, "", "", "guest"},
		{"guest signs", s, "data", []string{"guest", "yes", "sign", "required"}, "", "guest or anonymous", ""},
		{"anonymous", s, "IPC$", []string{"anonymous", "yes"}, "", "", "anonymous"},
		{"anonymous, raw", s, "IPC$", []string{"anonymous", "yes", "auth", "ntlmssp"}, "", "", "anonymous"},
	} {
		for _, version := range []string{"2.1", "3.0", "3.1.1"} {
			t.Run(r.name+" "+version, func(t *testing.T) {
				log := newEvents()
				ep := endpoint(r.s)
				ep.Share = r.share
				a, err := rawsmb.Factory(nil)(bounded(t), ep, spec("A", version, r.options...), log)
				switch {
				case r.status != "":
					assert.Equal(t, r.status, client.StatusName(err), "%v", err)
				case r.err != "":
					assert.ErrorContains(t, err, r.err)
				default:
					require.NoError(t, err)
					defer a.Close()
					assert.Contains(t, log.of("A", client.EventConnect)[0].Detail, r.detail)
					res, err := a.Do(bounded(t), call("shares", ""))
					require.NoError(t, err)
					assert.Contains(t, res.Fields["names"], "data")
				}
			})
		}
	}
}

// TestServerOfOldDialects: a server that stops at some dialect is found out
// before anything else happens.
func TestServerOfOldDialects(t *testing.T) {
	s := start(t, func(c *server.Config) { c.SMBOptions.MaxDialect = smb2.Dialect300 })
	log := newEvents()
	connect(t, endpoint(s), log, spec("A", ""))
	assert.Contains(t, log.of("A", client.EventConnect)[0].Detail, " 3.0")
	_, err := rawsmb.Factory(nil)(bounded(t), endpoint(s), spec("B", "3.1.1"), log)
	assert.Equal(t, "STATUS_NOT_SUPPORTED", client.StatusName(err))
	_, err = rawsmb.Factory(nil)(bounded(t), endpoint(s), spec("B", "3.1.1", "dialects", "3.0,3.1.1"), log)
	assert.ErrorContains(t, err, "the server chose dialect 3.0, the scenario wants 3.1.1")
}

func TestDeclaration(t *testing.T) {
	entry := rawsmb.Entry(nil)
	for _, r := range []struct {
		name, version string
		options       []string
		cannot        string
	}{
		{"newest", "", nil, ""},
		{"version", "4.0", nil, "dialect 4.0"},
		{"dialects", "", []string{"dialects", "2.1,9"}, "dialects=2.1,9"},
		{"option", "", []string{"color", "red"}, "color=red"},
		{"value", "", []string{"sign", "maybe"}, "sign=maybe"},
		{"signing", "2.1", []string{"signing", "aes-cmac"}, "signing=aes-cmac among dialects 2.1"},
		{"signing of 3.0", "3.0", []string{"signing", "aes-gmac"}, "signing=aes-gmac among dialects 3.0"},
		{"signing of 3.0.2", "3.0.2", []string{"signing", "hmac-sha256"}, "signing=hmac-sha256 among dialects 3.0.2"},
		{"cipher", "3.0", []string{"cipher", "aes-256-gcm"}, "cipher=aes-256-gcm among dialects 3.0"},
		{"encrypt", "2.1", []string{"encrypt", "yes"}, "encrypt=yes among dialects 2.1"},
	} {
		t.Run(r.name, func(t *testing.T) {
			sp := spec("A", r.version, r.options...)
			assert.Equal(t, r.cannot, entry.Cannot(sp))
			if r.cannot != "" {
				_, err := rawsmb.Factory(nil)(bounded(t), client.Endpoint{SMB: "127.0.0.1:1"}, sp, newEvents())
				assert.True(t, client.IsUnsupported(err), "%v", err)
			}
		})
	}
	for use, want := range map[string]string{
		"open lease=RWH": "", "break": "", "ack": "", "ack state=R": "", "testlock": "testlock", "open mode": "open mode", "write stable=data": "write stable",
	} {
		sp := client.Spec{Name: "A", Kind: "smb"}
		verb, option, _ := strings.Cut(use, " ")
		key, value, _ := strings.Cut(option, "=")
		o := client.Options{}
		if key != "" {
			o[key] = value
		}
		sp.Needs.Add(verb, o)
		assert.Equal(t, want, entry.Cannot(sp), use)
	}
	sp := client.Spec{Name: "A", Kind: "smb"}
	sp.Needs.AddField("stat", "uid")
	assert.Equal(t, "stat field uid", entry.Cannot(sp))
	_, err := rawsmb.Factory(nil)(bounded(t), client.Endpoint{}, spec("A", ""), newEvents())
	assert.True(t, client.IsUnsupported(err))
}
