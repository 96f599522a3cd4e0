package target

import (
	"cmp"
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
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

// TestBeside: who wants the same goes on beside each other, who wants
// something else waits.
func TestBeside(t *testing.T) {
	wait := Spec{Policies: map[string]string{"nfs_break": "wait"}}
	jukebox := Spec{Policies: map[string]string{"nfs_break": "jukebox"}}
	notify := Spec{Policies: map[string]string{"nfs_break": "notify"}}
	tests := []struct {
		name          string
		first, second Spec
		beside        bool
	}{
		{"both take it as it is", Spec{}, Spec{}, true},
		{"the policy in force", Spec{}, notify, true},
		{"another policy", Spec{}, wait, false},
		{"the same policy", wait, wait, true},
		{"two other policies", wait, jukebox, false},
		{"as it is, not as it is now", wait, Spec{}, false},
		{"alone after another", Spec{}, Spec{Alone: true}, false},
		{"another after alone", Spec{Alone: true}, Spec{}, false},
		{"two alone", Spec{Alone: true}, Spec{Alone: true}, false},
		{"alone, with the same policy", wait, Spec{Alone: true, Policies: wait.Policies}, false},
		{"after one that switches", Spec{Switches: true}, Spec{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pl := &plane{policies: map[string]string{"nfs_break": "notify"}}
				x := external(t, pl, map[string]string{"nfs_break": "notify"})
				first, err := x.Start(context.Background(), tt.first)
				require.NoError(t, err)
				started := false
				go func() {
					second, err := x.Start(context.Background(), tt.second)
					if !assert.NoError(t, err) {
						return
					}
					started = true
					v, _ := second.Policy("nfs_break")
					assert.Equal(t, cmp.Or(tt.second.Policies["nfs_break"], "notify"), v)
					assert.NoError(t, second.Close())
				}()
				synctest.Wait()
				assert.Equal(t, tt.beside, started)
				require.NoError(t, first.Close())
				synctest.Wait()
				assert.True(t, started, "it has its turn in the end")
				assert.Equal(t, "notify", pl.policies["nfs_break"])
			})
		})
	}
}

// TestWaitingIsGivenUp: a run that is interrupted does not wait for its turn.
func TestWaitingIsGivenUp(t *testing.T) {
	x := external(t, nil, nil)
	i, err := x.Start(context.Background(), Spec{Alone: true})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = x.Start(ctx, Spec{})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, i.Close())
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
