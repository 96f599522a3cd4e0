package nfs4

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
	"crosswire/server/lock"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// holder is a breaker behind which somebody caches every file and does not
// acknowledge, unless he is waited for.
type holder struct {
	asked  []string
	waited int
}

func (h *holder) ask(what string) error {
	h.asked = append(h.asked, what)
	if h.waited > 0 {
		return nil
	}
	return adapter.ErrLeaseBreakPending
}

func (h *holder) CheckAndBreakForWrite(context.Context, lock.FileHandle) error { return h.ask("write") }
func (h *holder) CheckAndBreakForRead(context.Context, lock.FileHandle) error  { return h.ask("read") }
func (h *holder) CheckAndBreakForDelete(context.Context, lock.FileHandle) error {
	return h.ask("delete")
}
func (h *holder) CheckAndBreakForOpen(context.Context, lock.FileHandle, adapter.OpenIntent) error {
	return h.ask("open")
}
func (h *holder) CheckAndBreakForLock(context.Context, lock.FileHandle) error { return h.ask("lock") }
func (h *holder) CheckAndBreakForHandle(context.Context, lock.FileHandle) error {
	return h.ask("handle")
}
func (h *holder) Quiet() bool { return false }
func (h *holder) WaitForBreak(context.Context, lock.FileHandle) error {
	h.waited++
	return nil
}

// TestBreaks: what each operation breaks, and what each policy makes of a
// holder who does not answer.
func TestBreaks(t *testing.T) {
	size := attrs(func(e *encoder) { e.u64(1) }, nfs4.FATTR4_SIZE)
	for _, row := range []struct {
		name string
		ops  func(p *peer, id nfs4.Stateid4) []nfs4.NfsArgop4
		asks string // "": nothing
	}{
		{"READ", func(_ *peer, id nfs4.Stateid4) []nfs4.NfsArgop4 { return then(at("f"), readOp(id, 0, 1)) }, "read"},
		{"WRITE", func(_ *peer, id nfs4.Stateid4) []nfs4.NfsArgop4 { return then(at("f"), writeOp(id, 0, "x")) }, "write"},
		{"WRITE without an open", func(*peer, nfs4.Stateid4) []nfs4.NfsArgop4 {
			return then(at("f"), writeOp(nfs4.Stateid4{}, 0, "x"))
		}, "write"},
		{"SETATTR of a size", func(_ *peer, id nfs4.Stateid4) []nfs4.NfsArgop4 {
			return then(at("f"), &nfs4.NfsArgop4_OP_SETATTR{Opsetattr: nfs4.Setattr4args{Stateid: id, ObjAttributes: size}})
		}, "write"},
		{"SETATTR of a mode", func(_ *peer, id nfs4.Stateid4) []nfs4.NfsArgop4 {
			return then(at("f"), &nfs4.NfsArgop4_OP_SETATTR{Opsetattr: nfs4.Setattr4args{Stateid: id, ObjAttributes: withMode(0o600)}})
		}, ""},
		{"OPEN", func(p *peer, _ nfs4.Stateid4) []nfs4.NfsArgop4 {
			p.seqids["o"]++
			return then(at(), p.openOp(openArgs{owner: "o", name: "f", access: reads}))
		}, "open"},
		{"LOCK", func(p *peer, id nfs4.Stateid4) []nfs4.NfsArgop4 {
			return then(at("f"), p.lockFirst("o", "l", id, nfs4.WRITE_LT, 0, 1))
		}, "lock"},
		{"REMOVE", func(*peer, nfs4.Stateid4) []nfs4.NfsArgop4 { return then(at(), removeOp("f")) }, "delete"},
		{"RENAME", func(*peer, nfs4.Stateid4) []nfs4.NfsArgop4 {
			return then(at(), bare(nfs4.OP_SAVEFH), renameOp("f", "g"))
		}, "delete"},
		{"LINK", func(*peer, nfs4.Stateid4) []nfs4.NfsArgop4 {
			return then(at("f"), bare(nfs4.OP_SAVEFH), bare(nfs4.OP_PUTROOTFH), lookup("data"), &nfs4.NfsArgop4_OP_LINK{Oplink: nfs4.Link4args{Newname: []byte("g")}})
		}, ""},
		{"GETATTR", func(*peer, nfs4.Stateid4) []nfs4.NfsArgop4 { return then(at("f"), getattr(nfs4.FATTR4_SIZE)) }, ""},
	} {
		for _, policy := range []string{"notify", "wait", "jukebox"} {
			t.Run(row.name+" "+policy, func(t *testing.T) {
				both(t, func(t *testing.T, h *house, p *peer) {
					id := p.mustOpen(openArgs{owner: "o", name: "f", access: rw, how: unchecked})
					require.NoError(t, h.rt.SetPolicy(vfs.PolicyNFSBreak, policy))
					by := &holder{}
					h.rt.SetAdapterProvider(adapter.OplockBreakerProviderKey, by)
					want := nfs4.NFS4_OK
					if row.asks != "" && policy == "jukebox" {
						want = nfs4.NFS4ERR_DELAY
					}
					is(t, want, p.run(row.ops(p, id)...).Status)
					if row.asks == "" {
						require.Empty(t, by.asked)
						return
					}
					require.Equal(t, row.asks, by.asked[0])
					require.Equal(t, policy == "wait", by.waited > 0)
				})
			})
		}
	}
}
