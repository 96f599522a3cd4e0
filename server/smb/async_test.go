package smb_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// cancelOf is a CANCEL of a request that went async, or of one by its id.
func cancelOf(interim reply, byMessage bool) request {
	return request{cmd: smb2.CommandCancel, body: &smb2.CancelRequest{}, edit: func(h *smb2.Header) {
		h.MessageID, h.CreditCharge = interim.h.MessageID, 0
		if !byMessage {
			h.Flags |= smb2.FlagAsyncCommand
			h.AsyncID = interim.h.AsyncID
			h.TreeID = 0
		}
	}}
}

// TestLockWaits: a LOCK that has to wait is answered with STATUS_PENDING, and
// then when it is granted, cancelled, or when its open ends (MS-SMB2 3.3.4.2,
// 3.3.5.14.2, 3.3.5.16).
func TestLockWaits(t *testing.T) {
	for _, row := range []struct {
		name string
		end  func(p, holder *peer, held, waiting smb2.FileID, interim reply)
		want ntstatus.Status
	}{
		{"unlocked", func(_, holder *peer, held, _ smb2.FileID, _ reply) {
			holder.call(smb2.CommandLock, lock(held, 0, 10, smb2.LockUnlock), nil)
		}, ntstatus.Success},
		{"the holder closes", func(_, holder *peer, held, _ smb2.FileID, _ reply) { holder.closeFile(held) }, ntstatus.Success},
		{"the holder disconnects", func(_, holder *peer, _, _ smb2.FileID, _ reply) { holder.nc.Close() }, ntstatus.Success},
		{"cancelled by AsyncId", func(p, _ *peer, _, _ smb2.FileID, r reply) { p.send(cancelOf(r, false)) }, ntstatus.Cancelled},
		{"cancelled by MessageId", func(p, _ *peer, _, _ smb2.FileID, r reply) { p.send(cancelOf(r, true)) }, ntstatus.Cancelled},
		{"its open is closed", func(p, _ *peer, _, waiting smb2.FileID, _ reply) { p.closeFile(waiting) }, ntstatus.RangeNotLocked},
		{"its tree is disconnected", func(p, _ *peer, _, _ smb2.FileID, _ reply) {
			p.call(smb2.CommandTreeDisconnect, &smb2.TreeDisconnectRequest{}, nil)
		}, ntstatus.RangeNotLocked},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := serve(t)
			holder, p := connect(t, s), connect(t, s)
			held, waiting := holder.open("f").FileID, p.open("f").FileID
			require.Equal(t, ntstatus.Success, holder.call(smb2.CommandLock, lock(held, 0, 10, smb2.LockExclusive), nil))
			require.Equal(t, ntstatus.LockNotGranted,
				p.call(smb2.CommandLock, lock(waiting, 5, 1, smb2.LockExclusive|smb2.LockFailImmediately), nil))
			id := p.send(request{cmd: smb2.CommandLock, body: lock(waiting, 5, 1, smb2.LockExclusive)})[0]
			interim := p.awaitPending(id)
			require.True(t, interim.h.IsAsync())
			require.NotZero(t, interim.h.AsyncID)
			require.NotZero(t, interim.h.Credits, "credits come with the interim response")
			p.echo() // the connection does not wait with it
			row.end(p, holder, held, waiting, interim)
			r := p.await(id)
			require.Equal(t, row.want, r.h.Status)
			require.Equal(t, interim.h.AsyncID, r.h.AsyncID)
			require.Zero(t, r.h.Credits)
			p.echo()
			p.send(cancelOf(interim, false)) // too late: nothing happens
			p.echo()
		})
	}
}

// TestCancelOfOthers: a CANCEL reaches requests of its own session only.
func TestCancelOfOthers(t *testing.T) {
	s := serve(t)
	holder, p := connect(t, s), connect(t, s)
	held, waiting := holder.open("f").FileID, p.open("f").FileID
	require.Equal(t, ntstatus.Success, holder.call(smb2.CommandLock, lock(held, 0, 10, smb2.LockExclusive), nil))
	id := p.send(request{cmd: smb2.CommandLock, body: lock(waiting, 0, 10, smb2.LockShared)})[0]
	interim := p.awaitPending(id)
	holder.send(cancelOf(interim, false))
	holder.echo()
	unsigned := cancelOf(interim, false)
	bad := unsigned.edit
	unsigned.edit = func(h *smb2.Header) { bad(h); h.SessionID ^= 1 }
	p.send(unsigned)
	p.echo()
	require.Empty(t, p.stash, "it was cancelled by somebody else")
	holder.closeFile(held)
	require.Equal(t, ntstatus.Success, p.await(id).h.Status)
}

// TestCreateWaits: a CREATE that meets a batch oplock or a lease waits for the
// holder (MS-SMB2 3.3.5.9, 3.3.4.6).
func TestCreateWaits(t *testing.T) {
	ack := func(level smb2.OplockLevel) func(s *service, p, holder *peer, held smb2.FileID, id uint64, interim reply) {
		return func(_ *service, _, holder *peer, held smb2.FileID, _ uint64, _ reply) {
			holder.call(smb2.CommandOplockBreak, &smb2.OplockBreak{OplockLevel: level, FileID: held}, nil)
		}
	}
	for _, row := range []struct {
		name  string
		end   func(s *service, p, holder *peer, held smb2.FileID, id uint64, interim reply)
		want  ntstatus.Status
		level smb2.OplockLevel
	}{
		{"acknowledged to II", ack(smb2.OplockII), ntstatus.Success, smb2.OplockII},
		{"acknowledged to none", ack(smb2.OplockNone), ntstatus.Success, smb2.OplockII},
		{"closed", func(_ *service, _, holder *peer, held smb2.FileID, _ uint64, _ reply) { holder.closeFile(held) }, ntstatus.Success, smb2.OplockBatch},
		{"disconnected", func(_ *service, _, holder *peer, _ smb2.FileID, _ uint64, _ reply) { holder.nc.Close() }, ntstatus.Success, smb2.OplockBatch},
		{"logged off", func(_ *service, _, holder *peer, _ smb2.FileID, _ uint64, _ reply) {
			holder.call(smb2.CommandLogoff, &smb2.LogoffRequest{}, nil)
		}, ntstatus.Success, smb2.OplockBatch},
		{"timed out", func(s *service, _, _ *peer, _ smb2.FileID, _ uint64, _ reply) { s.clock.Advance(36 * time.Second) }, ntstatus.Success, smb2.OplockII},
		{"cancelled", func(_ *service, p, _ *peer, _ smb2.FileID, _ uint64, r reply) { p.send(cancelOf(r, false)) }, ntstatus.Cancelled, 0},
		{"its session logs off", func(_ *service, p, _ *peer, _ smb2.FileID, _ uint64, _ reply) {
			p.call(smb2.CommandLogoff, &smb2.LogoffRequest{}, nil)
		}, ntstatus.Cancelled, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := serve(t)
			holder, p := connect(t, s), connect(t, s)
			f := holder.open("f", withOplock(smb2.OplockBatch))
			require.Equal(t, smb2.OplockBatch, f.OplockLevel)
			id := p.send(request{cmd: smb2.CommandCreate, body: creating("f", withOplock(smb2.OplockBatch))})[0]
			interim := p.awaitPending(id)
			var b smb2.OplockBreak
			require.NoError(t, b.Decode(holder.awaitBreak().msg))
			require.Equal(t, smb2.OplockBreak{OplockLevel: smb2.OplockII, FileID: f.FileID}, b)
			p.echo()
			row.end(s, p, holder, f.FileID, id, interim)
			r := p.await(id)
			require.Equal(t, row.want, r.h.Status)
			if row.want == ntstatus.Success {
				var resp smb2.CreateResponse
				require.NoError(t, resp.Decode(r.msg))
				require.Equal(t, row.level, resp.OplockLevel)
			}
		})
	}
}

// TestStopWithWaiters: Stop ends whatever waits, at once.
func TestStopWithWaiters(t *testing.T) {
	s := serve(t)
	holder, p := connect(t, s), connect(t, s)
	f := holder.open("f", withOplock(smb2.OplockBatch))
	require.Equal(t, ntstatus.Success, holder.call(smb2.CommandLock, lock(f.FileID, 0, 1, smb2.LockExclusive), nil))
	p.awaitPending(p.send(request{cmd: smb2.CommandCreate, body: creating("f")})[0])
	g := p.open("g").FileID
	require.Equal(t, ntstatus.Success, p.call(smb2.CommandLock, lock(g, 0, 1, smb2.LockExclusive), nil))
	g2 := p.open("g").FileID
	p.awaitPending(p.send(request{cmd: smb2.CommandLock, body: lock(g2, 0, 1, smb2.LockExclusive)})[0])
	s.stop()
	p.closed()
	holder.closed()
	require.Zero(t, s.road.Locks().Files())
}
