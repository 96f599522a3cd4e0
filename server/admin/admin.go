// Package admin is the control plane of the reference server: HTTP with JSON,
// by which a person or the suite adds and removes shares and users, switches
// policies, reads counters, moves the clock and waits for quiet. openapi.json
// describes it; a test keeps the two equal.
//
// It may be imported by the assembly (server) only.
package admin

import (
	"context"
	"crypto/subtle"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/runtime"
)

//go:embed openapi.json
var openAPI []byte

// maxBody bounds a request's body in bytes.
const maxBody = 1 << 20

// Config is what the control plane acts on.
type Config struct {
	Runtime *runtime.Runtime
	// Clock is moved by /v1/clock/advance if it is a *clock.Virtual.
	Clock clock.Clock
	// Addresses are the services by name ("smb", "nfs", …), "" if off.
	Addresses map[string]string
	// Token, if not empty, must come as a bearer token with every request.
	Token string
	// Holders lists who holds leases and oplocks, for /v1/holders; may be nil.
	Holders func() any
}

// Route is one operation of the API.
type Route struct{ Method, Path string }

// API serves the control plane.
type API struct {
	cfg    Config
	mux    *http.ServeMux
	routes []Route
}

// New returns the handler. A listener on another address than loopback needs
// a token: see CheckListen.
func New(cfg Config) *API {
	a := &API{cfg: cfg, mux: http.NewServeMux()}
	a.handle("GET", "/v1/health", a.health)
	a.handle("GET", "/v1/addresses", a.addresses)
	a.handle("GET", "/v1/shares", a.listShares)
	a.handle("POST", "/v1/shares", a.addShare)
	a.handle("GET", "/v1/shares/{name}", a.getShare)
	a.handle("PATCH", "/v1/shares/{name}", a.updateShare)
	a.handle("DELETE", "/v1/shares/{name}", a.removeShare)
	a.handle("GET", "/v1/users", a.listUsers)
	a.handle("POST", "/v1/users", a.setUser)
	a.handle("DELETE", "/v1/users/{name}", a.removeUser)
	a.handle("GET", "/v1/policies", a.getPolicies)
	a.handle("PUT", "/v1/policies", a.setPolicies)
	a.handle("GET", "/v1/counters", a.counters)
	a.handle("GET", "/v1/holders", a.holders)
	a.handle("POST", "/v1/quiesce", a.quiesce)
	a.handle("POST", "/v1/clock/advance", a.advance)
	a.handle("GET", "/openapi.json", a.openAPI)
	return a
}

// Routes lists what the API answers to.
func (a *API) Routes() []Route { return a.routes }

// CheckListen refuses to serve an address that is not loopback without a
// token.
func CheckListen(addr net.Addr, token string) error {
	host, _, err := net.SplitHostPort(addr.String())
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); token == "" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("control plane on %s: an address that is not loopback needs a token", addr)
	}
	return nil
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if a.cfg.Token != "" {
		got, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || subtle.ConstantTimeCompare([]byte(got), []byte(a.cfg.Token)) != 1 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			fail(w, http.StatusUnauthorized, errors.New("a bearer token is needed"))
			return
		}
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	a.mux.ServeHTTP(w, r)
}

// handle registers f; its result is sent as JSON, its error with its status.
func (a *API) handle(method, path string, f func(r *http.Request) (any, error)) {
	a.routes = append(a.routes, Route{method, path})
	a.mux.HandleFunc(method+" "+path, func(w http.ResponseWriter, r *http.Request) {
		v, err := f(r)
		if err != nil {
			fail(w, statusOf(err), err)
			return
		}
		if v == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		send(w, http.StatusOK, v)
	})
}

// badRequest marks an error of the caller's making.
type badRequest struct{ error }

// conflict marks what the server in its present set-up cannot do.
type conflict struct{ error }

func statusOf(err error) int {
	var bad badRequest
	var con conflict
	switch {
	case errors.As(err, &bad), errors.Is(err, adapter.ErrShareName):
		return http.StatusBadRequest
	case errors.As(err, &con), errors.Is(err, adapter.ErrShareExists):
		return http.StatusConflict
	case errors.Is(err, adapter.ErrNoShare), errors.Is(err, errNoUser):
		return http.StatusNotFound
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return http.StatusGatewayTimeout
	}
	return http.StatusInternalServerError
}

func fail(w http.ResponseWriter, status int, err error) {
	send(w, status, map[string]string{"error": err.Error()})
}

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if raw, ok := v.(json.RawMessage); ok {
		w.Write(raw)
		return
	}
	json.NewEncoder(w).Encode(v)
}

// decode reads the body into v; unknown fields and trailing data are errors.
func decode(r *http.Request, v any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return badRequest{fmt.Errorf("request body: %w", err)}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest{errors.New("request body: more than one value")}
	}
	return nil
}

func (a *API) health(*http.Request) (any, error) {
	return map[string]string{"status": "ok"}, nil
}

func (a *API) addresses(*http.Request) (any, error) { return a.cfg.Addresses, nil }

func (a *API) openAPI(*http.Request) (any, error) { return json.RawMessage(openAPI), nil }

func (a *API) counters(*http.Request) (any, error) { return a.cfg.Runtime.Counters(), nil }

func (a *API) holders(*http.Request) (any, error) {
	if a.cfg.Holders == nil {
		return []any{}, nil
	}
	return a.cfg.Holders(), nil
}

// quiesceLimit bounds a quiesce whose caller set no deadline.
const quiesceLimit = 30 * time.Second

func (a *API) quiesce(r *http.Request) (any, error) {
	ctx, cancel := context.WithTimeout(r.Context(), quiesceLimit)
	defer cancel()
	if err := a.cfg.Runtime.Quiesce(ctx); err != nil {
		return nil, fmt.Errorf("the server did not become quiet: %w", err)
	}
	return map[string]bool{"quiet": true}, nil
}

func (a *API) advance(r *http.Request) (any, error) {
	var in struct {
		Duration string `json:"duration"`
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	d, err := time.ParseDuration(in.Duration)
	if err != nil || d <= 0 {
		return nil, badRequest{fmt.Errorf("duration %q: want a positive one such as \"35s\"", in.Duration)}
	}
	v, ok := a.cfg.Clock.(*clock.Virtual)
	if !ok {
		return nil, conflict{errors.New("the server runs on the system's clock, which it cannot move")}
	}
	v.Advance(d)
	return map[string]string{"now": v.Now().Format(time.RFC3339Nano)}, nil
}
