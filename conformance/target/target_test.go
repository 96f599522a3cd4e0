package target

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
)

func TestParseProfileErrors(t *testing.T) {
	tests := []struct {
		name, src, want string
	}{
		{"unknown key", "smb: h:445\nshare: s\nshar: x\n", "p.yaml:3:1: unknown field \"shar\"\n    shar: x\n    ^"},
		{"no YAML", "smb: [\n", "p.yaml:1:6: "},
		{"no services", "name: x\n", "p.yaml: neither smb nor nfs is given: nothing to test"},
		{"no port", "nfs: host\n", "p.yaml:1:1: nfs: \"host\" is no address; want HOST:PORT\n    nfs: host\n    ^"},
		{"no share", "smb: h:1\n", "p.yaml:1:1: smb is given without share"},
		{"relative export", "nfs: h:1\nexport: data\n", "p.yaml:2:1: export: \"data\" does not begin with /"},
		{"no URL", "nfs: h:1\nexport: /data\napi: h:1\n", "p.yaml:3:1: api: \"h:1\" is no URL"},
		{"no duration", "nfs: h:1\nexport: /data\ntimeout: 5\n", "p.yaml:"},
		{"wrong type", "nfs: h:1\nexport: /data\nuid: joe\n", "p.yaml:3:6: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseProfile("p.yaml", []byte(tt.src))
			require.Error(t, err)
			assert.Contains(t, err.Error(), tt.want)
		})
	}
}

func TestParseProfile(t *testing.T) {
	p, err := ParseProfile("x/filer.yaml", []byte(`
smb: 10.0.0.7:445
nfs: 10.0.0.7:2049
share: data
user: alice
password: secret
policies: {nfs_break: wait}
timeout: 2s
`))
	require.NoError(t, err)
	assert.Equal(t, "filer", p.Name)
	assert.Equal(t, "/data", p.Export)
	assert.Equal(t, "10.0.0.7:2049", p.Mount, "without portmap MOUNT is looked for on the NFS port")
	assert.Equal(t, Duration(2*time.Second), p.Timeout)
	assert.Equal(t, map[string]string{"nfs_break": "wait"}, p.Policies)
}

func TestPasswordFromEnvironment(t *testing.T) {
	t.Setenv("CW_TEST_PASSWORD", "from-env")
	p, err := ParseProfile("p.yaml", []byte("nfs: h:1\nexport: /e\npassword_env: CW_TEST_PASSWORD\n"))
	require.NoError(t, err)
	assert.Equal(t, "from-env", p.Password)
	_, err = ParseProfile("p.yaml", []byte("nfs: h:1\nexport: /e\npassword_env: CW_TEST_NO_SUCH\n"))
	assert.ErrorContains(t, err, "p.yaml:3:1: the environment has no variable CW_TEST_NO_SUCH")
}

// silent accepts connections, reads what comes and answers nothing, or what
// answer says.
func silent(t *testing.T, answer []byte, hangUp bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if len(answer) > 0 {
				_, _ = c.Write(answer)
			}
			if hangUp {
				c.Close()
			} else {
				t.Cleanup(func() { c.Close() })
			}
		}
	}()
	return l.Addr().String()
}

func TestCheckNamesTheDeadService(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed := free.Addr().String()
	free.Close()
	tests := []struct {
		name, address, want string
	}{
		{"accepts and never answers", silent(t, nil, false), "accepts connections but did not answer within 50ms"},
		{"accepts and hangs up", silent(t, nil, true), "accepts connections but closes them without an answer"},
		{"is something else", silent(t, []byte("HTTP/1.1 400 Bad Request\r\n"), false), "answers, but not as an"},
		{"port closed", closed, "connection refused"},
	}
	for _, tt := range tests {
		for _, service := range []string{"smb", "nfs"} {
			t.Run(tt.name+"/"+service, func(t *testing.T) {
				p := &Profile{Name: "dead", Share: "s", Export: "/s", Timeout: Duration(50 * time.Millisecond)}
				if service == "smb" {
					p.SMB = tt.address
				} else {
					p.NFS = tt.address
				}
				x, err := NewExternal(p, nil)
				require.NoError(t, err)
				err = x.Check(context.Background())
				var dead *DeadError
				if assert.ErrorAs(t, err, &dead) {
					assert.Equal(t, service, dead.Service)
					assert.Contains(t, err.Error(), service+" at "+tt.address)
					assert.ErrorContains(t, err, tt.want)
				}
			})
		}
	}
}

// plane is a control plane with two policies of which one is read-only.
type plane struct {
	client.Plane
	policies map[string]string
	set      []string
}

func (p *plane) Policies(context.Context) (map[string]string, error) { return p.policies, nil }

func (p *plane) SetPolicy(_ context.Context, name, value string) error {
	if _, ok := p.policies[name]; !ok {
		return errors.New("unknown policy")
	}
	p.policies[name] = value
	p.set = append(p.set, name+"="+value)
	return nil
}

func external(t *testing.T, pl *plane, declared map[string]string) *External {
	t.Helper()
	p := &Profile{Name: "filer", SMB: "h:1", NFS: "h:2", Share: "s", Export: "/s", Policies: declared, Timeout: Duration(time.Second)}
	if pl != nil {
		p.API = "http://h:3"
	}
	x, err := NewExternal(p, func(string) (client.Plane, error) { return pl, nil })
	require.NoError(t, err)
	return x
}

func TestPolicyNeitherDeclaredNorSwitchable(t *testing.T) {
	tests := []struct {
		name     string
		plane    *plane
		declared map[string]string
		want     string
	}{
		{"not declared", nil, nil, "filer does not declare the policy nfs_break, and has no api to switch it"},
		{"declared otherwise", nil, map[string]string{"nfs_break": "notify"}, "filer declares nfs_break=notify, not wait, and has no api to switch it"},
		{"refused", &plane{policies: map[string]string{}}, nil, "filer cannot switch to nfs_break=wait: unknown policy"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := external(t, tt.plane, tt.declared)
			_, err := x.Start(context.Background(), Spec{Policies: map[string]string{"nfs_break": "wait"}})
			var ns *NotSupported
			require.ErrorAs(t, err, &ns)
			assert.Equal(t, tt.want, ns.Reason)

			i, err := x.Start(context.Background(), Spec{Run: "after"})
			require.NoError(t, err, "a refused run must let others go on")
			require.NoError(t, i.Close())
		})
	}
}

func TestPolicySwitchedAndRestored(t *testing.T) {
	pl := &plane{policies: map[string]string{"nfs_break": "notify"}}
	x := external(t, pl, map[string]string{"nfs_break": "notify"})
	i, err := x.Start(context.Background(), Spec{Run: "a", Policies: map[string]string{"nfs_break": "wait"}})
	require.NoError(t, err)
	v, ok := i.Policy("nfs_break")
	assert.True(t, ok)
	assert.Equal(t, "wait", v)
	require.NoError(t, i.Close())
	assert.Equal(t, []string{"nfs_break=wait", "nfs_break=notify"}, pl.set)
}

func TestEachRunHasItsFolder(t *testing.T) {
	x := external(t, nil, nil)
	a, err := x.Start(context.Background(), Spec{Run: "caching/x/nfs_break=wait"})
	require.NoError(t, err)
	defer a.Close()
	b, err := x.Start(context.Background(), Spec{Run: "caching/x/nfs_break=wait"})
	require.NoError(t, err)
	defer b.Close()
	assert.Regexp(t, `^cw-[0-9a-f]{8}-1-caching-x-nfs_break-wait$`, a.Endpoint().Dir)
	assert.NotEqual(t, a.Endpoint().Dir, b.Endpoint().Dir)
}

// TestAlone: a run that must be alone lets no other in before it is closed.
func TestAlone(t *testing.T) {
	tests := []struct {
		name  string
		spec  Spec
		alone bool
	}{
		{"takes the target as it is", Spec{}, false},
		{"the policy in force", Spec{Policies: map[string]string{"nfs_break": "notify"}}, false},
		{"another policy", Spec{Policies: map[string]string{"nfs_break": "wait"}}, true},
		{"switches policies", Spec{Switches: true}, true},
		{"judges what all share", Spec{Alone: true}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := external(t, &plane{policies: map[string]string{"nfs_break": "notify"}}, map[string]string{"nfs_break": "notify"})
			i, err := x.Start(context.Background(), tt.spec)
			require.NoError(t, err)
			assert.False(t, x.gate.TryLock(), "nobody can be alone beside it")
			beside := x.gate.TryRLock()
			assert.Equal(t, tt.alone, !beside)
			if beside {
				x.gate.RUnlock()
			}
			require.NoError(t, i.Close())
			require.True(t, x.gate.TryLock(), "after Close the next may be alone")
			x.gate.Unlock()
		})
	}
}

func TestServices(t *testing.T) {
	p := &Profile{Name: "filer", NFS: "h:2", Export: "/s"}
	x, err := NewExternal(p, nil)
	require.NoError(t, err)
	_, err = x.Start(context.Background(), Spec{Services: []string{"smb"}})
	assert.EqualError(t, err, "not supported: filer offers no smb")

	p.SMB = "h:1"
	_, err = x.Start(context.Background(), Spec{Services: []string{"nfs"}, Only: true})
	assert.EqualError(t, err, "not supported: filer offers smb too, the scenario wants a server without it")
}

func TestHas(t *testing.T) {
	tests := []struct {
		name string
		p    Profile
		cap  string
		want bool
	}{
		{"service implies all", Profile{SMB: "h:1"}, "smb.lease", true},
		{"service absent", Profile{SMB: "h:1"}, "nfs.v3", false},
		{"declared", Profile{SMB: "h:1", Capabilities: []string{"smb.lease"}}, "smb.lease", true},
		{"parent of declared", Profile{SMB: "h:1", Capabilities: []string{"smb.lease"}}, "smb", true},
		{"not declared", Profile{SMB: "h:1", Capabilities: []string{"smb.lease"}}, "smb.notify", false},
		{"wildcard", Profile{SMB: "h:1", Capabilities: []string{"smb.*"}}, "smb.notify", true},
		{"api", Profile{API: "http://h:1", Capabilities: []string{}}, "control.share", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			i := &extInstance{target: &External{profile: &tt.p}}
			got, reason := i.Has(tt.cap)
			assert.Equal(t, tt.want, got)
			assert.Equal(t, tt.want, reason == "")
		})
	}
}
