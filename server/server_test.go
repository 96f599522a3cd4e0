package server_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/hirochachacha/go-smb2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/server"
	"crosswire/server/adapter"
)

func start(t *testing.T, change func(*server.Config)) *server.Server {
	t.Helper()
	cfg := server.Config{
		SMB: "127.0.0.1:0", NFS: "127.0.0.1:0", Mount: server.OnNFSPort, Portmap: "127.0.0.1:0", API: "127.0.0.1:0",
		Shares: []adapter.Share{{Name: "data"}},
		Users:  []adapter.User{{Name: "alice", Password: "secret", UID: 1000, GID: 1000}},
	}
	if change != nil {
		change(&cfg)
	}
	s, err := server.Start(cfg)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		require.NoError(t, s.Stop(ctx))
	})
	return s
}

func dialSMB(t *testing.T, s *server.Server, dialect uint16) *smb2.Session {
	t.Helper()
	nc, err := net.Dial("tcp", s.Addresses().SMB)
	require.NoError(t, err)
	t.Cleanup(func() { nc.Close() })
	d := &smb2.Dialer{
		Negotiator: smb2.Negotiator{SpecifiedDialect: dialect},
		Initiator:  &smb2.NTLMInitiator{User: "alice", Password: "secret"},
	}
	sess, err := d.Dial(nc)
	require.NoError(t, err)
	return sess
}

// TestStockSMBClient drives the server with go-smb2 at every dialect.
func TestStockSMBClient(t *testing.T) {
	s := start(t, nil)
	for _, dialect := range []uint16{0x202, 0x210, 0x300, 0x302, 0x311} {
		sess := dialSMB(t, s, dialect)
		names, err := sess.ListSharenames()
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"data", "IPC$"}, names)
		share, err := sess.Mount("data")
		require.NoError(t, err)
		require.NoError(t, share.WriteFile("f.dat", []byte("hello"), 0o644))
		b, err := share.ReadFile("F.DAT")
		require.NoError(t, err)
		assert.Equal(t, "hello", string(b))
		require.NoError(t, share.Mkdir("d", 0o755))
		require.NoError(t, share.Rename("f.dat", `d\g.dat`))
		list, err := share.ReadDir("d")
		require.NoError(t, err)
		require.Len(t, list, 1)
		assert.Equal(t, "g.dat", list[0].Name())
		assert.EqualValues(t, 5, list[0].Size())
		require.NoError(t, share.Truncate(`d\g.dat`, 2))
		st, err := share.Stat(`d\g.dat`)
		require.NoError(t, err)
		assert.EqualValues(t, 2, st.Size())
		require.NoError(t, share.RemoveAll("d"))
		_, err = share.Stat("d")
		assert.Error(t, err)
		require.NoError(t, share.Umount())
		require.NoError(t, sess.Logoff())
	}
}

func TestStartErrors(t *testing.T) {
	s := start(t, nil)
	for _, c := range []struct {
		name string
		cfg  server.Config
		want string
	}{
		{"port in use", server.Config{SMB: s.Addresses().SMB}, "SMB cannot listen on " + s.Addresses().SMB},
		{"NFS port in use", server.Config{NFS: s.Addresses().NFS}, "nfs cannot listen on " + s.Addresses().NFS},
		{"nothing to serve", server.Config{API: "127.0.0.1:0"}, "neither SMB nor NFS"},
		{"portmap alone", server.Config{SMB: "127.0.0.1:0", Portmap: "127.0.0.1:0"}, "need NFS"},
		{"API for everybody", server.Config{SMB: "127.0.0.1:0", API: "0.0.0.0:0"}, "needs a token"},
		{"bad policy", server.Config{SMB: "127.0.0.1:0", Policies: map[string]string{"x": "y"}}, "unknown policy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := server.Start(c.cfg)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestOneServiceAlone(t *testing.T) {
	only := start(t, func(c *server.Config) { c.NFS, c.Mount, c.Portmap = "", "", "" })
	assert.Empty(t, only.Addresses().NFS)
	share, err := dialSMB(t, only, 0).Mount("data")
	require.NoError(t, err)
	require.NoError(t, share.WriteFile("f", []byte("x"), 0o644))

	nfsOnly := start(t, func(c *server.Config) { c.SMB = "" })
	assert.Empty(t, nfsOnly.Addresses().SMB)
	assert.Nil(t, nfsOnly.Runtime().GetAdapterProvider(adapter.OplockBreakerProviderKey))
}
