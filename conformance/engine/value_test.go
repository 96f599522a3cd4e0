package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/script"
)

func cache(t *testing.T, s string) script.Cache {
	c, err := script.ParseCache(s)
	require.NoError(t, err)
	return c
}

func TestCompare(t *testing.T) {
	data := func(s string) *script.Data {
		return &script.Data{Form: script.DataLiteral, Bytes: []byte(s), Size: uint64(len(s))}
	}
	early := time.Date(2024, 1, 2, 3, 4, 5, 1, time.UTC)
	tests := []struct {
		name string
		got  any
		op   script.Op
		want any
		is   bool
		err  string
	}{
		{"bytes", []byte("abc"), script.Equal, data("abc"), true, ""},
		{"bytes shorter", []byte("ab"), script.Equal, data("abc"), false, ""},
		{"bytes longer", []byte("abcd"), script.Equal, data("abc"), false, ""},
		{"no bytes", []byte(nil), script.Equal, data(""), true, ""},
		{"many zeros", make([]byte, 200<<10), script.Equal, &script.Data{Form: script.DataZeros, Size: 200 << 10}, true, ""},
		{"many zeros but one", append(make([]byte, 200<<10), 1), script.Equal, &script.Data{Form: script.DataZeros, Size: 200<<10 + 1}, false, ""},
		{"bytes contain", []byte("xabcx"), script.Contains, data("abc"), true, ""},
		{"bytes lack", []byte("xabcx"), script.Lacks, data("abc"), false, ""},
		{"lease", "RWH", script.Equal, cache(t, "RWH"), true, ""},
		{"lease differs", "RW", script.Equal, cache(t, "RWH"), false, ""},
		{"level II", "level2", script.Equal, cache(t, "II"), true, ""},
		{"none", "none", script.NotEqual, cache(t, "batch"), true, ""},
		{"signed and unsigned", int64(-1), script.Less, uint64(1), true, ""},
		{"largest", uint64(1<<64 - 1), script.Greater, uint64(1<<63 - 1), true, ""},
		{"at most", 4, script.LessEqual, uint64(4), true, ""},
		{"at least", uint32(5), script.GreaterEqual, uint64(6), false, ""},
		{"times", early, script.Less, early.Add(1), true, ""},
		{"times equal in another zone", early.In(time.FixedZone("x", 3600)), script.Equal, early, true, ""},
		{"list in any order", []string{"b", "a"}, script.Equal, []string{"a", "b"}, true, ""},
		{"list with a double", []string{"a", "a"}, script.Equal, []string{"a"}, false, ""},
		{"list contains", []string{"b", "a"}, script.Contains, "a", true, ""},
		{"list contains data", []string{"b", "a"}, script.Contains, data("a"), true, ""},
		{"set by commas", "hidden,readonly", script.Equal, []string{"readonly", "hidden"}, true, ""},
		{"empty set", "none", script.Equal, []string{}, true, ""},
		{"word", "created", script.Equal, "created", true, ""},
		{"bool", true, script.Equal, false, false, ""},
		{"number and word", int64(1), script.Equal, "one", false, "cannot compare 1 with one"},
		{"word by size", "x", script.Less, uint64(1), false, "cannot compare x with 1"},
		{"bytes as number", []byte("1"), script.Equal, uint64(1), false, `cannot compare "1" (1 bytes) with 1`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			is, err := compare(tt.got, tt.op, tt.want)
			if tt.err != "" {
				assert.EqualError(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.is, is)
		})
	}
}

func TestFirstDifference(t *testing.T) {
	want := &script.Data{Form: script.DataPattern, Seed: 7, Size: 150 << 10}
	got := make([]byte, want.Size)
	_, err := want.ReadAt(got, 0)
	require.NoError(t, err)
	at := func() int64 {
		n, err := firstDifference(got, want)
		require.NoError(t, err)
		return n
	}
	assert.EqualValues(t, -1, at())
	got[100_000] ^= 1
	assert.EqualValues(t, 100_000, at())
	got = got[:70_000]
	assert.EqualValues(t, 70_000, at())
}

func TestGrain(t *testing.T) {
	r := &run{sc: &script.Scenario{Actors: []script.Actor{{Name: "A", Kind: script.KindSMB}, {Name: "B", Kind: script.KindNFS}}}}
	smb := time.Date(2024, 1, 2, 3, 4, 5, 100, time.UTC)
	nfs := smb.Add(99)
	for name, tt := range map[string]struct {
		actors []string
		want   bool
	}{
		"SMB and NFS": {[]string{"A", "B"}, true},
		"two of NFS":  {[]string{"B", "B"}, false},
	} {
		g, w := r.grain(smb, nfs, tt.actors...)
		is, err := compare(g, script.Equal, w)
		require.NoError(t, err)
		assert.Equal(t, tt.want, is, name)
	}
}
