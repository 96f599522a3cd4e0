package admin

import (
	"errors"
	"fmt"
	"net/http"

	"crosswire/server/adapter"
)

var errNoUser = errors.New("no such user")

func (a *API) listShares(*http.Request) (any, error) { return a.cfg.Runtime.Shares(), nil }

func (a *API) getShare(r *http.Request) (any, error) {
	s, ok := a.cfg.Runtime.Share(r.PathValue("name"))
	if !ok {
		return nil, fmt.Errorf("%w: %s", adapter.ErrNoShare, r.PathValue("name"))
	}
	return s, nil
}

func (a *API) addShare(r *http.Request) (any, error) {
	var s adapter.Share
	if err := decode(r, &s); err != nil {
		return nil, err
	}
	if err := a.cfg.Runtime.AddShare(s); err != nil {
		return nil, err
	}
	return s, nil
}

// updateShare changes the fields that the body names and leaves the others.
func (a *API) updateShare(r *http.Request) (any, error) {
	s, ok := a.cfg.Runtime.Share(r.PathValue("name"))
	if !ok {
		return nil, fmt.Errorf("%w: %s", adapter.ErrNoShare, r.PathValue("name"))
	}
	name, store := s.Name, s.Store
	if err := decode(r, &s); err != nil {
		return nil, err
	}
	if s.Name != name || s.Store != store {
		return nil, badRequest{errors.New("a share's name and store cannot be changed")}
	}
	if err := a.cfg.Runtime.UpdateShare(s); err != nil {
		return nil, err
	}
	return s, nil
}

func (a *API) removeShare(r *http.Request) (any, error) {
	return nil, a.cfg.Runtime.RemoveShare(r.PathValue("name"))
}

// listUsers leaves the passwords out.
func (a *API) listUsers(*http.Request) (any, error) {
	users := a.cfg.Runtime.Users()
	for i := range users {
		users[i].Password = ""
	}
	return users, nil
}

func (a *API) setUser(r *http.Request) (any, error) {
	var u adapter.User
	if err := decode(r, &u); err != nil {
		return nil, err
	}
	if err := a.cfg.Runtime.SetUser(u); err != nil {
		return nil, badRequest{err}
	}
	u.Password = ""
	return u, nil
}

func (a *API) removeUser(r *http.Request) (any, error) {
	if !a.cfg.Runtime.RemoveUser(r.PathValue("name")) {
		return nil, fmt.Errorf("%w: %s", errNoUser, r.PathValue("name"))
	}
	return nil, nil
}

func (a *API) getPolicies(*http.Request) (any, error) { return a.cfg.Runtime.PolicyValues(), nil }

func (a *API) setPolicies(r *http.Request) (any, error) {
	m := map[string]string{}
	if err := decode(r, &m); err != nil {
		return nil, err
	}
	if err := a.cfg.Runtime.SetPolicies(m); err != nil {
		return nil, badRequest{err}
	}
	return a.cfg.Runtime.PolicyValues(), nil
}
