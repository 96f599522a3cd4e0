package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"crosswire/conformance/client"
)

const clientName = "control"

// maxBody bounds what is read of a response.
const maxBody = 8 << 20

// Plane is one target's control plane. It implements client.Plane and is safe
// for concurrent use.
type Plane struct {
	base  string
	token string
	http  *http.Client
}

var _ client.Plane = (*Plane)(nil)

// New is the plane at a URL like "http://127.0.0.1:8080". token is sent as a
// bearer token unless it is "". Nothing is sent yet.
func New(base, token string) (*Plane, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("control plane: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("control plane %q: want a URL like http://127.0.0.1:8080", base)
	}
	return &Plane{base: strings.TrimSuffix(base, "/"), token: token, http: &http.Client{
		// Not the default transport: it would keep connections of one
		// target for the next, and obey a proxy.
		Transport: &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}}, nil
}

// Close drops idle connections.
func (p *Plane) Close() error {
	p.http.CloseIdleConnections()
	return nil
}

// Error is a refusal by the control plane.
type Error struct {
	Method, URL string
	Code        int    // the HTTP status
	Message     string // the server's own words
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s %s: %d %s", e.Method, e.URL, e.Code, http.StatusText(e.Code))
	if e.Message != "" {
		s += ": " + e.Message
	}
	return s
}

// Unwrap is the refusal in the engine's form.
func (e *Error) Unwrap() error {
	return &client.StatusError{
		Protocol: clientName,
		Name:     fmt.Sprintf("HTTP_%d", e.Code),
		Code:     uint32(e.Code),
		Fields:   map[string]any{"error": e.Message},
	}
}

// call sends in as JSON (nil: no body) and decodes the answer into out (nil:
// whatever it is, is dropped).
func (p *Plane) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.base+path, body)
	if err != nil {
		return err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	resp, err := p.http.Do(req)
	if err != nil {
		return fmt.Errorf("control plane: %w", err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil:
		return fmt.Errorf("control plane: %s %s: %w", method, p.base+path, err)
	case len(data) > maxBody:
		return fmt.Errorf("control plane: %s %s: more than %d bytes", method, p.base+path, maxBody)
	case resp.StatusCode >= 300:
		return &Error{Method: method, URL: p.base + path, Code: resp.StatusCode, Message: message(data)}
	case out == nil:
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(out); err != nil {
		return fmt.Errorf("control plane: %s %s: the answer is not what it should be: %w", method, p.base+path, err)
	}
	return nil
}

// message is the text of a refusal: the member "error", or the start of
// whatever came.
func message(body []byte) string {
	var e struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &e) == nil && e.Error != "" {
		return e.Error
	}
	s, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	return s[:min(len(s), 200)]
}

// lacking turns a refusal with one of the codes into an UnsupportedError.
func lacking(err error, what string, codes ...int) error {
	var e *Error
	if errors.As(err, &e) {
		for _, code := range codes {
			if e.Code == code {
				return client.Unsupported(clientName, "%s: %v", what, e)
			}
		}
	}
	return err
}

// absent are the codes by which a server tells that it lacks a collection.
var absent = []int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented}
