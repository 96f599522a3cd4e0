package runtime

import (
	"fmt"
	"slices"
	"strings"
)

// Policy is one named choice in which products differ. It can be switched
// while the server runs.
type Policy struct {
	Name   string   `json:"name"`
	Values []string `json:"values"` // the first is the default
	Doc    string   `json:"doc"`
}

// policies is every policy of the server, by name.
var policies = []Policy{
	{Name: "nfs_break", Values: []string{"notify", "wait", "jukebox"},
		Doc: "what an NFS operation does about a break that it caused: go on once the notification is sent, be answered when it is acknowledged or timed out, or get NFS3ERR_JUKEBOX until then"},
	{Name: "nfs_locks", Values: []string{"mandatory-for-smb", "mandatory", "advisory"},
		Doc: "whose I/O byte-range locks stop: that of SMB, everybody's, or only other locks"},
	{Name: "nfs_share_deny", Values: []string{"enforce", "jukebox", "ignore"},
		Doc: "what an SMB deny mode does to NFS operations: NFS3ERR_ACCES, NFS3ERR_JUKEBOX, nothing"},
}

// Policies lists the policies of the server by name.
func Policies() []Policy { return slices.Clone(policies) }

// Policy implements adapter.Runtime; "" for an unknown name.
func (r *Runtime) Policy(name string) string {
	if v, ok := r.policies.Load(name); ok {
		return v.(string)
	}
	for i := range policies {
		if policies[i].Name == name {
			return policies[i].Values[0]
		}
	}
	return ""
}

// SetPolicy switches a policy; the error lists what is known.
func (r *Runtime) SetPolicy(name, value string) error {
	return r.SetPolicies(map[string]string{name: value})
}

// SetPolicies switches several policies or, if one of them is wrong, none.
func (r *Runtime) SetPolicies(m map[string]string) error {
	for name, value := range m {
		if err := checkPolicy(name, value); err != nil {
			return err
		}
	}
	for name, value := range m {
		r.policies.Store(name, value)
	}
	return nil
}

func checkPolicy(name, value string) error {
	var known []string
	for _, p := range policies {
		if p.Name != name {
			known = append(known, p.Name)
			continue
		}
		if !slices.Contains(p.Values, value) {
			return fmt.Errorf("policy %s has no value %q; it can be %s", name, value, strings.Join(p.Values, ", "))
		}
		return nil
	}
	return fmt.Errorf("unknown policy %q; there are %s", name, strings.Join(known, ", "))
}

// PolicyValues returns every policy with the value in force.
func (r *Runtime) PolicyValues() map[string]string {
	m := map[string]string{}
	for _, p := range policies {
		m[p.Name] = r.Policy(p.Name)
	}
	return m
}
