package smb_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
	"crosswire/server/vfs"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// leaseOf is the lease that a CREATE response grants.
func leaseOf(t *testing.T, r smb2.CreateResponse) smb2.LeaseContext {
	t.Helper()
	require.Equal(t, smb2.OplockLease, r.OplockLevel)
	data, ok := r.Contexts.Find(smb2.ContextRqLs)
	require.True(t, ok)
	var l smb2.LeaseContext
	require.NoError(t, l.Decode(data))
	return l
}

// leaseBreak is the next notification, which must be of a lease.
func (p *peer) leaseBreak() smb2.LeaseBreakNotification {
	p.t.Helper()
	r := p.awaitBreak()
	require.Zero(p.t, r.h.SessionID, "MS-SMB2 3.3.4.7: SessionId and TreeId are 0")
	require.Zero(p.t, r.h.TreeID)
	require.False(p.t, r.h.IsSigned(), "MS-SMB2 3.3.4.1.1: notifications are not signed")
	var b smb2.LeaseBreakNotification
	require.NoError(p.t, b.Decode(r.msg))
	return b
}

func (p *peer) ackLease(key byte, state smb2.LeaseState) ntstatus.Status {
	p.t.Helper()
	return p.call(smb2.CommandOplockBreak, &smb2.LeaseBreakAck{Key: smb2.LeaseKey{key}, State: state}, nil)
}

// nfsOrigin acts as root over NFS.
func nfsOrigin() *vfs.Origin { return &vfs.Origin{Protocol: vfs.ProtocolNFS, Client: "nfs"} }

// TestLeaseBreaks: what another client's or protocol's act does to a lease, and
// what may answer it (MS-SMB2 3.3.4.7, 3.3.5.22.2).
func TestLeaseBreaks(t *testing.T) {
	const (
		none = smb2.LeaseState(0)
		r    = smb2.LeaseR
		rh   = smb2.LeaseRH
		rw   = smb2.LeaseRW
		rwh  = smb2.LeaseRWH
	)
	write := func(t *testing.T, s *service, _ *peer) {
		h := fileOf(t, s, "f")
		_, err := s.tree(t, "data").Write(context.Background(), nfsOrigin(), h, "", []byte("x"), 0, 0)
		require.NoError(t, err)
	}
	open := func(t *testing.T, _ *service, p *peer) {
		p.send(request{cmd: smb2.CommandCreate, body: creating("f", func(q *smb2.CreateRequest) { q.DesiredAccess = readOnly })})
	}
	remove := func(t *testing.T, s *service, _ *peer) {
		tree := s.tree(t, "data")
		_, err := tree.Remove(context.Background(), nfsOrigin(), tree.Root(), "f")
		require.NoError(t, err)
	}
	deleteIt := func(t *testing.T, _ *service, p *peer) {
		f := p.open("f", deleting)
		require.Equal(t, ntstatus.Success, p.closeFile(f.FileID))
	}
	for _, row := range []struct {
		name      string
		held, to  smb2.LeaseState
		act       func(*testing.T, *service, *peer)
		wantsAck  bool
		wrong, ok smb2.LeaseState // acknowledgments
	}{
		{"RWH, NFS writes", rwh, none, write, true, r, none},
		{"RW, NFS writes", rw, none, write, true, r, none},
		{"RH, NFS writes", rh, none, write, true, r, none},
		{"R, NFS writes", r, none, write, false, 0, 0},
		{"RWH, another opens", rwh, rh, open, true, rwh, rh},
		{"RWH, another opens, all is given up", rwh, rh, open, true, rw, none},
		{"RW, another opens", rw, r, open, true, rw, r},
		{"RH, NFS removes", rh, r, remove, true, rh, r},
		{"RH, another deletes on close", rh, r, deleteIt, true, rwh, r},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := serve(t)
			holder, p := connect(t, s), connect(t, s)
			f := holder.open("f", withLease(7, row.held))
			l := leaseOf(t, f)
			require.Equal(t, row.held, l.State)
			row.act(t, s, p)
			b := holder.leaseBreak()
			require.Equal(t, smb2.LeaseKey{7}, b.Key)
			require.Equal(t, row.held, b.CurrentState)
			require.Equal(t, row.to, b.NewState)
			require.Equal(t, l.Epoch+1, b.NewEpoch)
			require.Equal(t, row.wantsAck, b.Flags&smb2.LeaseBreakAckRequired != 0)
			if !row.wantsAck {
				require.Equal(t, ntstatus.Unsuccessful, holder.ackLease(7, none), "nobody asked")
				return
			}
			require.Equal(t, ntstatus.ObjectNameNotFound, holder.ackLease(8, none), "another key")
			require.Equal(t, ntstatus.ObjectNameNotFound, p.ackLease(7, none), "another client")
			require.Equal(t, ntstatus.RequestNotAccepted, holder.ackLease(7, row.wrong), "more than was offered")
			require.Equal(t, ntstatus.Success, holder.ackLease(7, row.ok))
			require.Equal(t, ntstatus.Unsuccessful, holder.ackLease(7, row.ok), "once only")
			p.echo()
		})
	}
}

// fileOf is the handle of a file in the root of "data".
func fileOf(t *testing.T, s *service, name string) vfs.FileHandle {
	t.Helper()
	tree := s.tree(t, "data")
	e, _, err := tree.Lookup(context.Background(), nfsOrigin(), tree.Root(), name)
	require.NoError(t, err)
	return e.Attr.Handle
}

// TestBreakTimesOut: who does not answer loses the lease, and a late answer
// finds no break (MS-SMB2 3.3.2.5, 3.3.6.5).
func TestBreakTimesOut(t *testing.T) {
	s := serve(t)
	holder, p := connect(t, s), connect(t, s)
	holder.open("f", withLease(1, smb2.LeaseRWH))
	id := p.send(request{cmd: smb2.CommandCreate, body: creating("f")})[0]
	p.awaitPending(id)
	holder.leaseBreak()
	s.clock.Advance(34 * time.Second)
	p.echo()
	require.Empty(t, p.stash, "before 35 s nobody is given up")
	s.clock.Advance(2 * time.Second)
	require.Equal(t, ntstatus.Success, p.await(id).h.Status)
	require.Equal(t, ntstatus.Unsuccessful, holder.ackLease(1, smb2.LeaseRH))
}

// TestPolicyWait: an NFS write waits for the acknowledgment if it is told to,
// and finds what the holder wrote back before it.
func TestPolicyWait(t *testing.T) {
	s := serve(t)
	require.NoError(t, s.rt.SetPolicies(map[string]string{vfs.PolicyNFSBreak: "wait"}))
	holder := connect(t, s)
	f := holder.open("f", withLease(1, smb2.LeaseRWH))
	done := make(chan error, 1)
	h := fileOf(t, s, "f")
	go func() {
		buf := make([]byte, 10)
		n, _, _, err := s.tree(t, "data").Read(context.Background(), nfsOrigin(), h, "", buf, 0)
		if err == nil && string(buf[:n]) != "dirty" {
			err = adapter.ErrNoShare
		}
		done <- err
	}()
	require.Equal(t, smb2.LeaseRH, holder.leaseBreak().NewState)
	require.Equal(t, ntstatus.Success, holder.writeAt(f.FileID, 0, "dirty"), "the holder flushes")
	require.Empty(t, done)
	require.Equal(t, ntstatus.Success, holder.ackLease(1, smb2.LeaseRH))
	require.NoError(t, <-done)
}

// TestLeaseKeys is MS-SMB2 3.3.5.9.8: one key names one file, and what its own
// opens do breaks nothing.
func TestLeaseKeys(t *testing.T) {
	s := serve(t)
	p := connect(t, s)
	f := p.open("f", withLease(1, smb2.LeaseRWH))
	require.Equal(t, ntstatus.InvalidParameter, p.call(smb2.CommandCreate, creating("other", withLease(1, smb2.LeaseRWH)), nil))
	require.Equal(t, ntstatus.InvalidParameter, p.call(smb2.CommandCreate, creating("f:stream", withLease(1, smb2.LeaseRWH)), nil))
	again := p.open("f", withLease(1, smb2.LeaseRWH))
	require.Equal(t, smb2.LeaseRWH, leaseOf(t, again).State)
	require.Equal(t, ntstatus.Success, p.writeAt(again.FileID, 0, "x"))
	require.Equal(t, ntstatus.Success, p.writeAt(f.FileID, 0, "y"))
	stream := p.open("f:stream", withLease(2, smb2.LeaseRWH))
	require.Equal(t, smb2.LeaseRWH, leaseOf(t, stream).State, "a stream has a cache of its own")
	require.Equal(t, ntstatus.Success, p.writeAt(stream.FileID, 0, "z"))
	p.echo()
	require.Empty(t, p.breaks)
	_, err := s.tree(t, "data").GetAttr(context.Background(), nfsOrigin(), fileOf(t, s, "f"))
	require.NoError(t, err)
	require.Equal(t, ntstatus.ObjectNameNotFound, p.call(smb2.CommandCreate,
		creating("nosuch", func(q *smb2.CreateRequest) { q.Disposition = smb2.FileOpen }), nil))
}

// TestOplockAcknowledgments is MS-SMB2 3.3.5.22.1.
func TestOplockAcknowledgments(t *testing.T) {
	s := serve(t)
	holder, p := connect(t, s), connect(t, s)
	ack := func(id smb2.FileID, l smb2.OplockLevel) ntstatus.Status {
		return holder.call(smb2.CommandOplockBreak, &smb2.OplockBreak{OplockLevel: l, FileID: id}, nil)
	}
	f := holder.open("f", withOplock(smb2.OplockExclusive))
	require.Equal(t, smb2.OplockExclusive, f.OplockLevel)
	require.Equal(t, ntstatus.InvalidDeviceState, ack(f.FileID, smb2.OplockII), "no break is under way")
	require.Equal(t, ntstatus.FileClosed, ack(smb2.FileID{Persistent: 1, Volatile: 1}, smb2.OplockNone))
	id := p.send(request{cmd: smb2.CommandCreate, body: creating("f")})[0]
	p.awaitPending(id)
	holder.awaitBreak()
	require.Equal(t, ntstatus.InvalidOplockProtocol, ack(f.FileID, smb2.OplockBatch), "more than was offered")
	require.Equal(t, ntstatus.Success, p.await(id).h.Status, "a wrong answer gives up all")

	g := holder.open("g", withOplock(smb2.OplockII))
	require.Equal(t, smb2.OplockII, g.OplockLevel)
	require.Equal(t, ntstatus.Success, p.writeAt(p.open("g").FileID, 0, "x"))
	holder.awaitBreak()
	require.Equal(t, ntstatus.InvalidOplockProtocol, ack(g.FileID, smb2.OplockNone), "Level II is not acknowledged")
}
