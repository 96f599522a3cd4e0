package main

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
)

func TestConfigMistakes(t *testing.T) {
	tests := []struct {
		name, src, want string
	}{
		{"no YAML", "smb: [\n", "s.yaml:1:6: "},
		{"unknown key", "smb: 127.0.0.1:0\nnsf: 127.0.0.1:0\n", "s.yaml:2:1: unknown field \"nsf\"\n    nsf: 127.0.0.1:0\n    ^"},
		{"unknown key of a share", "shares:\n  - name: a\n    readonly: true\n", "s.yaml:3:5: unknown field \"readonly\""},
		{"unknown key of a user", "users:\n  - {name: a, pass: b}\n", "s.yaml:2:15: unknown field \"pass\""},
		{"key twice", "smb: 127.0.0.1:0\nsmb: 127.0.0.1:0\n", "s.yaml:2:1: "},
		{"wrong type", "users:\n  - {name: a, uid: many}\n", "s.yaml:2:20: "},
		{"no address", "nfs: 127.0.0.1:0\nsmb: here\n", "s.yaml:2:6: smb: \"here\" is no address; want HOST:PORT\n    smb: here\n         ^"},
		{"share name", "shares:\n  - name: ok\n  - {comment: c, name: a/b}\n", "s.yaml:3:24: shares: not a valid share name: \"a/b\""},
		{"share without name", "shares:\n  - comment: c\n", "s.yaml:2:12: shares: not a valid share name"},
		{"share twice", "shares:\n  - name: a\n  - name: A\n", "s.yaml:3:11: shares: share exists: A"},
		{"user twice", "users:\n  - name: a\n  - name: A\n", "s.yaml:3:11: users: user A is there twice"},
		{"policy", "policies:\n  nfs_brake: wait\n", "s.yaml:2:14: policies: unknown policy \"nfs_brake\""},
		{"value of a policy", "policies: {nfs_break: never}\n", "s.yaml:1:23: policies: policy nfs_break has no value \"never\""},
		{"dialect", "min-dialect: \"4\"\n", "s.yaml:1:14: min-dialect: \"4\" is no dialect"},
		{"wildcard dialect", "max-dialect: 2.???\n", "s.yaml:1:14: max-dialect: \"2.???\" is no dialect"},
		{"log level", "log-level: loud\n", "s.yaml:1:12: log-level: there are debug, info, warn and error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parseConfig("s.yaml", []byte(tt.src))
			require.Error(t, err)
			assert.Contains(t, err.Error(), tt.want)
		})
	}
}

func TestConfigMerge(t *testing.T) {
	file, err := parseConfig("s.yaml", []byte(`
smb: 127.0.0.1:1
portmap: ""
guest: true
shares: [{name: a}, {name: b, read_only: true, root_squash: true}]
users: []
policies: {nfs_break: wait, nfs_locks: advisory}
`))
	require.NoError(t, err)
	smb, no := "127.0.0.1:2", false
	flags := config{Policies: map[string]string{"nfs_break": "jukebox"}}

	cfg := flags.over(file).serverConfig()
	assert.Equal(t, "127.0.0.1:1", cfg.SMB, "the file before the default")
	assert.Equal(t, defaultNFS, cfg.NFS, "the default")
	assert.Empty(t, cfg.Portmap, "turned off by the file")
	assert.True(t, cfg.SMBOptions.Guest)
	assert.Equal(t, []adapter.Share{{Name: "a"}, {Name: "b", ReadOnly: true, RootSquash: true}}, cfg.Shares)
	assert.Empty(t, cfg.Users, "an empty list is a list")
	assert.Equal(t, map[string]string{"nfs_break": "jukebox", "nfs_locks": "advisory"}, cfg.Policies)

	flags.SMB, flags.Guest, flags.Shares = &smb, &no, []adapter.Share{{Name: "c"}}
	cfg = flags.over(file).serverConfig()
	assert.Equal(t, smb, cfg.SMB, "the flag before the file")
	assert.False(t, cfg.SMBOptions.Guest, "a flag can turn off what the file turns on")
	assert.Equal(t, []adapter.Share{{Name: "c"}}, cfg.Shares)

	cfg = config{}.over(config{}).serverConfig()
	assert.Equal(t, defaultShares(), cfg.Shares)
	assert.Equal(t, defaultUsers(), cfg.Users)
}

// FuzzConfig: a mistake is told with the file's name, and nothing panics.
func FuzzConfig(f *testing.F) {
	for _, s := range []string{"", "smb: x", "shares: [{name: a}]", "users:\n - name: b\n   uid: -1", "policies: {a: b}", "a: &a [*a]", "- 1", "\x00", "? [a]\n: b"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		_, err := parseConfig("s.yaml", src)
		var e *configError
		if err != nil && (!errors.As(err, &e) || e.file != "s.yaml") {
			t.Errorf("%T: %v", err, err)
		}
	})
}
