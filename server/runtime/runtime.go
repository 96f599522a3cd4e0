// Package runtime is what the adapters of one server share: shares, users,
// policies, counters and the providers through which they find each other. It
// implements adapter.Runtime and knows no protocol; the control plane
// (server/admin) and the assembly (server) use the rest of it.
package runtime

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"crosswire/server/adapter"
)

// Runtime is safe for concurrent use.
type Runtime struct {
	providers sync.Map // string -> any

	// change serialises changes of the share list together with their
	// listeners, so that listeners see the changes in order.
	change    sync.Mutex
	listeners []func([]string)

	mu     sync.RWMutex
	shares map[string]adapter.Share // by folded name
	users  map[string]adapter.User  // by folded name

	policies sync.Map // string -> string
	activity activity
	counters sync.Map // string -> *atomic.Uint64
}

var _ adapter.Runtime = (*Runtime)(nil)

// New returns a runtime with no shares and no users and every policy at its
// default.
func New() *Runtime {
	return &Runtime{shares: map[string]adapter.Share{}, users: map[string]adapter.User{}}
}

// SetAdapterProvider implements adapter.Runtime.
func (r *Runtime) SetAdapterProvider(key string, p any) {
	if p == nil {
		r.providers.Delete(key)
		return
	}
	r.providers.Store(key, p)
}

// GetAdapterProvider implements adapter.Runtime.
func (r *Runtime) GetAdapterProvider(key string) any {
	p, _ := r.providers.Load(key)
	return p
}

// OnShareChange implements adapter.Runtime. f may call ListShares and Share
// but must not change the list.
func (r *Runtime) OnShareChange(f func(shares []string)) {
	r.change.Lock()
	defer r.change.Unlock()
	r.listeners = append(r.listeners, f)
}

// ListShares implements adapter.Runtime.
func (r *Runtime) ListShares() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	names := make([]string, 0, len(r.shares))
	for _, s := range r.shares {
		names = append(names, s.Name)
	}
	sort.Strings(names)
	return names
}

// Shares returns every share with its settings, by name.
func (r *Runtime) Shares() []adapter.Share {
	r.mu.RLock()
	defer r.mu.RUnlock()
	list := make([]adapter.Share, 0, len(r.shares))
	for _, s := range r.shares {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b adapter.Share) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Share implements adapter.Runtime.
func (r *Runtime) Share(name string) (adapter.Share, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	s, ok := r.shares[fold(name)]
	return s, ok
}

// AddShare implements adapter.Runtime.
func (r *Runtime) AddShare(s adapter.Share) error {
	if err := CheckShareName(s.Name); err != nil {
		return err
	}
	return r.changeShares(func() error {
		if _, ok := r.shares[fold(s.Name)]; ok {
			return fmt.Errorf("%w: %s", adapter.ErrShareExists, s.Name)
		}
		r.shares[fold(s.Name)] = s
		return nil
	})
}

// RemoveShare implements adapter.Runtime.
func (r *Runtime) RemoveShare(name string) error {
	return r.changeShares(func() error {
		if _, ok := r.shares[fold(name)]; !ok {
			return fmt.Errorf("%w: %s", adapter.ErrNoShare, name)
		}
		delete(r.shares, fold(name))
		return nil
	})
}

// UpdateShare implements adapter.Runtime. The share keeps its name and store.
func (r *Runtime) UpdateShare(s adapter.Share) error {
	return r.changeShares(func() error {
		old, ok := r.shares[fold(s.Name)]
		if !ok {
			return fmt.Errorf("%w: %s", adapter.ErrNoShare, s.Name)
		}
		s.Name, s.Store = old.Name, old.Store
		r.shares[fold(s.Name)] = s
		return nil
	})
}

// changeShares applies one change and tells the listeners before it returns.
func (r *Runtime) changeShares(f func() error) error {
	r.change.Lock()
	defer r.change.Unlock()
	r.mu.Lock()
	err := f()
	r.mu.Unlock()
	if err != nil {
		return err
	}
	names := r.ListShares()
	for _, l := range r.listeners {
		l(slices.Clone(names))
	}
	return nil
}

// maxShareName is the longest share name in characters (MS-SRVS 2.2.4.23 by
// way of NNLEN; MS-FSCC 2.1.6).
const maxShareName = 80

// CheckShareName returns adapter.ErrShareName, wrapped with the reason, for a
// name that cannot be a share and an export path component.
func CheckShareName(name string) error {
	bad := func(why string) error {
		return fmt.Errorf("%w: %q: %s", adapter.ErrShareName, name, why)
	}
	switch {
	case name == "":
		return bad("it is empty")
	case !utf8.ValidString(name):
		return bad("it is not valid UTF-8")
	case utf8.RuneCountInString(name) > maxShareName:
		return bad(fmt.Sprintf("it has more than %d characters", maxShareName))
	case name == "." || name == "..":
		return bad("it is a directory's own name")
	case strings.ContainsAny(name, `"\/[]:|<>+=;,*?`) || strings.ContainsFunc(name, func(c rune) bool { return c < ' ' }):
		return bad(`it has one of "\/[]:|<>+=;,*? or a control character (MS-FSCC 2.1.6)`)
	case strings.EqualFold(name, "IPC$"):
		return bad("it is reserved for named pipes")
	}
	return nil
}

// SetUser adds or replaces an account.
func (r *Runtime) SetUser(u adapter.User) error {
	if u.Name == "" || strings.ContainsAny(u.Name, `"/\[]:;|=,+*?<>@`) {
		return fmt.Errorf("not a valid user name: %q", u.Name)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.users[fold(u.Name)] = u
	return nil
}

// RemoveUser deletes an account; false if there was none.
func (r *Runtime) RemoveUser(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.users[fold(name)]
	delete(r.users, fold(name))
	return ok
}

// Users returns every account by name, with passwords.
func (r *Runtime) Users() []adapter.User {
	r.mu.RLock()
	defer r.mu.RUnlock()
	list := make([]adapter.User, 0, len(r.users))
	for _, u := range r.users {
		list = append(list, u)
	}
	slices.SortFunc(list, func(a, b adapter.User) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// LookupUser implements adapter.Runtime.
func (r *Runtime) LookupUser(name string) (adapter.User, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	u, ok := r.users[fold(name)]
	return u, ok
}

// Count implements adapter.Runtime.
func (r *Runtime) Count(name string, n uint64) {
	c, ok := r.counters.Load(name)
	if !ok {
		c, _ = r.counters.LoadOrStore(name, new(atomic.Uint64))
	}
	c.(*atomic.Uint64).Add(n)
}

// Counters returns the value of every counter that was ever counted.
func (r *Runtime) Counters() map[string]uint64 {
	m := map[string]uint64{}
	r.counters.Range(func(k, c any) bool {
		m[k.(string)] = c.(*atomic.Uint64).Load()
		return true
	})
	return m
}

func fold(name string) string { return strings.ToLower(name) }
