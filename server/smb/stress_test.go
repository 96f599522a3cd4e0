package smb_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	gosmb "github.com/hirochachacha/go-smb2"
	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// TestStopUnderLoad stops the service while stock clients work, holders of
// leases sit on their breaks, NFS writes and shares come and go: everything
// ends, nothing is left.
func TestStopUnderLoad(t *testing.T) {
	s := serve(t)
	holder := connect(t, s)
	for i := range 4 {
		holder.open(fmt.Sprint("f", i), withLease(byte(i+1), smb2.LeaseRWH))
	}
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	for n := range 4 {
		work.Go(func() {
			for ctx.Err() == nil {
				stockWork(s, n)
			}
		})
	}
	work.Go(func() {
		for ctx.Err() == nil {
			_ = s.rt.AddShare(adapter.Share{Name: "fleeting"})
			_ = s.rt.RemoveShare("fleeting")
		}
	})
	work.Go(func() {
		tree := s.tree(t, "data")
		for i := 0; ctx.Err() == nil; i++ {
			if e, _, err := tree.Lookup(ctx, nfsOrigin(), tree.Root(), fmt.Sprint("f", i%4)); err == nil {
				_, _ = tree.Write(ctx, nfsOrigin(), e.Attr.Handle, "", []byte("x"), 0, 0)
			}
		}
	})
	for range 200 { // meanwhile, as much as the holder's connection can carry
		holder.send(request{cmd: smb2.CommandEcho, body: &smb2.EchoRequest{}})
		r, err := holder.receive()
		require.NoError(t, err)
		if r.h.Command == smb2.CommandEcho {
			require.Equal(t, ntstatus.Success, r.h.Status)
		}
	}
	s.stop()
	cancel()
	work.Wait()
	require.Zero(t, s.road.Locks().Files(), "nothing is held any more")
}

// stockWork is one connection of the stock client, cut off or not.
func stockWork(s *service, n int) {
	nc, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		return
	}
	defer nc.Close()
	_ = nc.SetDeadline(time.Now().Add(patience))
	session, err := (&gosmb.Dialer{Initiator: &gosmb.NTLMInitiator{User: "alice", Password: "secret"}}).Dial(nc)
	if err != nil {
		return
	}
	defer func() { _ = session.Logoff() }()
	name := "data"
	if n == 0 {
		name = "fleeting"
	}
	share, err := session.Mount(name)
	if err != nil {
		return
	}
	for i := range 20 {
		f, err := share.Create(fmt.Sprintf("work%d.%d", n, i%3))
		if err != nil {
			continue
		}
		_, _ = f.WriteAt(make([]byte, 100_000), int64(i))
		_, _ = f.ReadAt(make([]byte, 1000), 0)
		_ = f.Close()
		_ = share.Rename(fmt.Sprintf("work%d.%d", n, i%3), "moved")
		_ = share.Remove("moved")
		if rand.IntN(30) == 0 {
			return // without a word
		}
	}
	_ = share.Umount()
}
