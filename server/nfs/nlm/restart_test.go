package nlm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSameHost(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want bool
	}{
		{"host", "host", true},
		{"host", "HOST", true},
		{"host", "host.example.org", true},
		{"host.example.org", "host", true},
		{"host.a.org", "host.b.org", false},
		{"host.example", "host.example.org", false},
		{"host", "hostess", false},
		{"host", "other", false},
		{"", "host", false},
		{"cw.A:1", "cw.B:2", false},
	} {
		require.Equal(t, row.want, sameHost(row.a, row.b), "%q %q", row.a, row.b)
	}
}
