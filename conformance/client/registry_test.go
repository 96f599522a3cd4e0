package client

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChoose(t *testing.T) {
	cannot := func(what string) func(Spec) string {
		return func(s Spec) string {
			if s.Needs.Uses[what] || s.Needs.Fields[what] {
				return what
			}
			return ""
		}
	}
	r := NewRegistry(
		Entry{Client: "gosmb2", Kinds: []string{"smb"}, Cannot: cannot("open lease=RWH")},
		Entry{Client: "rawsmb", Kinds: []string{"smb"}, Cannot: cannot("stat nlink")},
		Entry{Client: "nfs"},
	)
	lease, nlink, both := Needs{}, Needs{}, Needs{}
	lease.Add("open", Options{"lease": "RWH"})
	nlink.AddField("stat", "nlink")
	both.Add("open", Options{"lease": "RWH"})
	both.AddField("stat", "nlink")
	tests := []struct {
		name, kind string
		needs      Needs
		want, err  string
	}{
		{"stock first", "smb", Needs{}, "gosmb2", ""},
		{"stock cannot", "smb", lease, "rawsmb", ""},
		{"only stock can", "smb", nlink, "gosmb2", ""},
		{"by name", "rawsmb", Needs{}, "rawsmb", ""},
		{"by name, cannot", "gosmb2", lease, "", "gosmb2 cannot do open lease=RWH"},
		{"none can", "smb", both, "", "gosmb2 cannot do open lease=RWH; rawsmb cannot do stat nlink"},
		{"no such kind", "afp", Needs{}, "", `actor A: no client of kind "afp"; there are gosmb2, nfs, rawsmb, smb`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := r.Choose(Spec{Name: "A", Kind: tt.kind, Needs: tt.needs})
			if tt.err != "" {
				assert.EqualError(t, err, tt.err)
				assert.Equal(t, tt.kind != "afp", IsUnsupported(err))
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, e.Client)
		})
	}
}
