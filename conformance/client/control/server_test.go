package control_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
	"crosswire/conformance/client/control"
	"crosswire/server/admin"
	"crosswire/server/clock"
	"crosswire/server/runtime"
)

// The plane of the reference server answers every call of this client.
func TestReferenceServer(t *testing.T) {
	ctx := context.Background()
	for _, moves := range []bool{true, false} {
		rt := runtime.New()
		cfg := admin.Config{Runtime: rt, Clock: clock.System{}, Token: "sesame"}
		if moves {
			cfg.Clock = clock.NewVirtual()
		}
		s := httptest.NewServer(admin.New(cfg))
		t.Cleanup(s.Close)
		p, err := control.New(s.URL, "sesame")
		require.NoError(t, err)
		t.Cleanup(func() { p.Close() })
		a := control.NewActor(p)

		require.NoError(t, p.AddShare(ctx, "data"))
		_, err = a.Do(ctx, client.Call{Verb: "share", Args: []string{"add", "ro"}, Options: client.Options{"readonly": "yes"}})
		require.NoError(t, err)
		share, ok := rt.Share("ro")
		assert.True(t, ok && share.ReadOnly, "%+v", share)
		assert.Equal(t, "HTTP_409", client.StatusName(p.AddShare(ctx, "DATA")))
		assert.Equal(t, "HTTP_404", client.StatusName(p.RemoveShare(ctx, "nope")))
		require.NoError(t, p.UpdateShare(ctx, "ro", map[string]any{"read_only": false}))
		require.NoError(t, p.RemoveShare(ctx, "ro"))
		shares, err := p.Shares(ctx)
		require.NoError(t, err)
		assert.Equal(t, []string{"data"}, shares)

		require.NoError(t, p.SetPolicy(ctx, "nfs_break", "wait"))
		policies, err := p.Policies(ctx)
		require.NoError(t, err)
		assert.Equal(t, "wait", policies["nfs_break"])
		assert.Equal(t, "HTTP_400", client.StatusName(p.SetPolicy(ctx, "nfs_break", "nonsense")))

		require.NoError(t, p.AddUser(ctx, "alice", "pw"))
		users, err := p.Users(ctx)
		require.NoError(t, err)
		assert.Equal(t, []string{"alice"}, users)
		require.NoError(t, p.RemoveUser(ctx, "alice"))

		rt.Count("smb_breaks_sent", 3)
		n, err := p.Counter(ctx, "smb_breaks_sent")
		require.NoError(t, err)
		assert.Equal(t, int64(3), n)
		require.NoError(t, p.Quiesce(ctx))

		before := cfg.Clock.Now()
		err = p.Advance(ctx, 35)
		if !moves {
			assert.True(t, client.IsUnsupported(err), "%v", err)
			continue
		}
		require.NoError(t, err)
		assert.GreaterOrEqual(t, cfg.Clock.Now().Sub(before), 35*time.Second)
	}

	s := httptest.NewServer(admin.New(admin.Config{Runtime: runtime.New(), Token: "sesame"}))
	t.Cleanup(s.Close)
	p, err := control.New(s.URL, "wrong")
	require.NoError(t, err)
	t.Cleanup(func() { p.Close() })
	_, err = p.Shares(ctx)
	assert.Equal(t, "HTTP_401", client.StatusName(err))
}
