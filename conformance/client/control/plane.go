package control

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strings"
	"time"
)

// Quiesce implements client.Plane.
func (p *Plane) Quiesce(ctx context.Context) error {
	return lacking(p.call(ctx, http.MethodPost, "/v1/quiesce", nil, nil), "quiesce", absent...)
}

// Advance implements client.Plane. A target that runs on the system's clock is
// an *client.UnsupportedError.
func (p *Plane) Advance(ctx context.Context, seconds float64) error {
	return p.AdvanceBy(ctx, time.Duration(seconds*float64(time.Second)))
}

// AdvanceBy is Advance by a duration.
func (p *Plane) AdvanceBy(ctx context.Context, d time.Duration) error {
	err := p.call(ctx, http.MethodPost, "/v1/clock/advance", map[string]string{"duration": d.String()}, nil)
	return lacking(err, "advance", append(slices.Clone(absent), http.StatusConflict)...)
}

// Policies implements client.Plane.
func (p *Plane) Policies(ctx context.Context) (map[string]string, error) {
	var m map[string]string
	if err := p.call(ctx, http.MethodGet, "/v1/policies", nil, &m); err != nil {
		return nil, lacking(err, "policy", absent...)
	}
	return m, nil
}

// SetPolicy implements client.Plane.
func (p *Plane) SetPolicy(ctx context.Context, name, value string) error {
	err := p.call(ctx, http.MethodPut, "/v1/policies", map[string]string{name: value}, nil)
	return lacking(err, "policy "+name, http.StatusMethodNotAllowed, http.StatusNotImplemented)
}

// named is the part of a share or user that every plane tells.
type named struct {
	Name string `json:"name"`
}

func (p *Plane) names(ctx context.Context, path string) ([]string, error) {
	var list []named
	if err := p.call(ctx, http.MethodGet, path, nil, &list); err != nil {
		return nil, lacking(err, strings.TrimPrefix(path, "/v1/"), absent...)
	}
	names := make([]string, len(list))
	for i, n := range list {
		names[i] = n.Name
	}
	sort.Strings(names)
	return names, nil
}

// Shares implements client.Plane; the names are sorted.
func (p *Plane) Shares(ctx context.Context) ([]string, error) { return p.names(ctx, "/v1/shares") }

// AddShare implements client.Plane.
func (p *Plane) AddShare(ctx context.Context, name string) error {
	return p.AddShareWith(ctx, name, nil)
}

// AddShareWith adds a share with further members of the request, such as
// "read_only": true.
func (p *Plane) AddShareWith(ctx context.Context, name string, members map[string]any) error {
	body := map[string]any{"name": name}
	for k, v := range members {
		body[k] = v
	}
	return lacking(p.call(ctx, http.MethodPost, "/v1/shares", body, nil), "share add", absent...)
}

// UpdateShare changes members of a share.
func (p *Plane) UpdateShare(ctx context.Context, name string, members map[string]any) error {
	err := p.call(ctx, http.MethodPatch, "/v1/shares/"+url.PathEscape(name), members, nil)
	return lacking(err, "share update", http.StatusMethodNotAllowed, http.StatusNotImplemented)
}

// RemoveShare implements client.Plane.
func (p *Plane) RemoveShare(ctx context.Context, name string) error {
	err := p.call(ctx, http.MethodDelete, "/v1/shares/"+url.PathEscape(name), nil, nil)
	return lacking(err, "share remove", http.StatusMethodNotAllowed, http.StatusNotImplemented)
}

// Users lists the names of the users, sorted.
func (p *Plane) Users(ctx context.Context) ([]string, error) { return p.names(ctx, "/v1/users") }

// AddUser adds a user.
func (p *Plane) AddUser(ctx context.Context, name, password string) error {
	body := map[string]string{"name": name, "password": password}
	return lacking(p.call(ctx, http.MethodPost, "/v1/users", body, nil), "user add", absent...)
}

// RemoveUser removes a user.
func (p *Plane) RemoveUser(ctx context.Context, name string) error {
	err := p.call(ctx, http.MethodDelete, "/v1/users/"+url.PathEscape(name), nil, nil)
	return lacking(err, "user remove", http.StatusMethodNotAllowed, http.StatusNotImplemented)
}

// Counters reads every counter.
func (p *Plane) Counters(ctx context.Context) (map[string]int64, error) {
	var raw map[string]json.Number
	if err := p.call(ctx, http.MethodGet, "/v1/counters", nil, &raw); err != nil {
		return nil, lacking(err, "counter", absent...)
	}
	m := make(map[string]int64, len(raw))
	for k, n := range raw {
		v, err := n.Int64()
		if err != nil {
			return nil, fmt.Errorf("control plane: %s/v1/counters: counter %s is %s, not a whole number", p.base, k, n)
		}
		m[k] = v
	}
	return m, nil
}

// Counter implements client.Plane.
func (p *Plane) Counter(ctx context.Context, name string) (int64, error) {
	m, err := p.Counters(ctx)
	if err != nil {
		return 0, err
	}
	v, ok := m[name]
	if !ok {
		known := make([]string, 0, len(m))
		for k := range m {
			known = append(known, k)
		}
		sort.Strings(known)
		return 0, fmt.Errorf("control plane: no counter %q; there are %s", name, strings.Join(known, ", "))
	}
	return v, nil
}
