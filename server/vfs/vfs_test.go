package vfs_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/lock"
	"crosswire/server/runtime"
	"crosswire/server/vfs"
)

// fakeBreaker records what is asked of it and answers pending as told.
type fakeBreaker struct {
	calls   []string
	pending bool
	waited  int
}

func (b *fakeBreaker) note(what string) error {
	b.calls = append(b.calls, what)
	if b.pending {
		return adapter.ErrLeaseBreakPending
	}
	return nil
}
func (b *fakeBreaker) CheckAndBreakForWrite(context.Context, lock.FileHandle) error {
	return b.note("write")
}
func (b *fakeBreaker) CheckAndBreakForRead(context.Context, lock.FileHandle) error {
	return b.note("read")
}
func (b *fakeBreaker) CheckAndBreakForDelete(context.Context, lock.FileHandle) error {
	return b.note("delete")
}
func (b *fakeBreaker) CheckAndBreakForOpen(_ context.Context, _ lock.FileHandle, i adapter.OpenIntent) error {
	switch {
	case i.ShareConflict:
		return b.note("open conflict")
	case i.Overwrite:
		return b.note("open overwrite")
	case i.AttributesOnly:
		return b.note("open attributes")
	}
	return b.note("open")
}
func (b *fakeBreaker) CheckAndBreakForLock(context.Context, lock.FileHandle) error {
	return b.note("lock")
}
func (b *fakeBreaker) CheckAndBreakForHandle(context.Context, lock.FileHandle) error {
	return b.note("handle")
}
func (b *fakeBreaker) Quiet() bool { return false }
func (b *fakeBreaker) WaitForBreak(context.Context, lock.FileHandle) error {
	b.waited++
	b.pending = false
	return nil
}

// house is a server's inside without any protocol.
type house struct {
	rt   *runtime.Runtime
	vfs  *vfs.VFS
	tree *vfs.Tree
	b    *fakeBreaker
	ctx  context.Context
}

var root = &vfs.Origin{Protocol: vfs.ProtocolNFS, Client: "test"}

func nfs(uid uint32) *vfs.Origin {
	return &vfs.Origin{Protocol: vfs.ProtocolNFS, Client: "test", Cred: vfs.Cred{UID: uid, GID: uid}}
}

func smb(uid uint32) *vfs.Origin {
	return &vfs.Origin{Protocol: vfs.ProtocolSMB, Client: "test", Cred: vfs.Cred{UID: uid, GID: uid}}
}

func newHouse(t *testing.T) *house {
	h := &house{rt: runtime.New(), b: &fakeBreaker{}, ctx: t.Context()}
	h.vfs = vfs.New(h.rt, clock.System{})
	require.NoError(t, h.rt.AddShare(adapter.Share{Name: "Data"}))
	tree, err := h.vfs.Tree("data")
	require.NoError(t, err)
	h.tree = tree
	h.rt.SetAdapterProvider(adapter.OplockBreakerProviderKey, h.b)
	return h
}

func (h *house) file(t *testing.T, name, content string) vfs.FileHandle {
	t.Helper()
	mode := uint32(0o666)
	n, err := h.tree.Create(h.ctx, root, h.tree.Root(), name, vfs.CreateOptions{Init: vfs.Changes{Mode: &mode}, Guarded: true})
	require.NoError(t, err)
	if content != "" {
		_, err = h.tree.Write(h.ctx, root, n.Entry.Attr.Handle, "", []byte(content), 0, 0)
		require.NoError(t, err)
	}
	h.b.calls = nil
	return n.Entry.Attr.Handle
}

func size(n uint64) *uint64 { return &n }

// TestRoadBreaks holds every operation against the break that it declares,
// and against what must not break.
func TestRoadBreaks(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(h *house, f, g vfs.FileHandle) error
		want []string
	}{
		{"getattr", func(h *house, f, _ vfs.FileHandle) error { _, err := h.tree.GetAttr(h.ctx, root, f); return err }, nil},
		{"access", func(h *house, f, _ vfs.FileHandle) error {
			_, _, err := h.tree.Access(h.ctx, root, f, vfs.RightAll)
			return err
		}, nil},
		{"lookup", func(h *house, _, _ vfs.FileHandle) error {
			_, _, err := h.tree.Lookup(h.ctx, root, h.tree.Root(), "f")
			return err
		}, nil},
		{"readdir", func(h *house, _, _ vfs.FileHandle) error {
			_, _, _, err := h.tree.ReadDir(h.ctx, root, h.tree.Root(), 0, 10)
			return err
		}, nil},
		{"commit", func(h *house, f, _ vfs.FileHandle) error { _, err := h.tree.Commit(h.ctx, root, f); return err }, nil},
		{"read", func(h *house, f, _ vfs.FileHandle) error {
			_, _, _, err := h.tree.Read(h.ctx, root, f, "", make([]byte, 1), 0)
			return err
		}, []string{"read"}},
		{"write", func(h *house, f, _ vfs.FileHandle) error {
			_, err := h.tree.Write(h.ctx, root, f, "", []byte("x"), 0, 0)
			return err
		}, []string{"write"}},
		{"setattr size", func(h *house, f, _ vfs.FileHandle) error {
			_, err := h.tree.SetAttr(h.ctx, root, f, vfs.Changes{Size: size(1)})
			return err
		}, []string{"write"}},
		{"setattr mode", func(h *house, f, _ vfs.FileHandle) error {
			m := uint32(0o600)
			_, err := h.tree.SetAttr(h.ctx, root, f, vfs.Changes{Mode: &m})
			return err
		}, nil},
		{"create over with a size", func(h *house, _, _ vfs.FileHandle) error {
			_, err := h.tree.Create(h.ctx, root, h.tree.Root(), "f", vfs.CreateOptions{Init: vfs.Changes{Size: size(0)}})
			return err
		}, []string{"write"}},
		{"create over without a size", func(h *house, _, _ vfs.FileHandle) error {
			_, err := h.tree.Create(h.ctx, root, h.tree.Root(), "f", vfs.CreateOptions{})
			return err
		}, nil},
		{"link", func(h *house, f, _ vfs.FileHandle) error {
			_, err := h.tree.Link(h.ctx, root, f, h.tree.Root(), "l", false)
			return err
		}, nil},
		{"remove", func(h *house, _, _ vfs.FileHandle) error {
			_, err := h.tree.Remove(h.ctx, root, h.tree.Root(), "f")
			return err
		}, []string{"delete"}},
		{"rename", func(h *house, _, _ vfs.FileHandle) error {
			_, err := h.tree.Rename(h.ctx, root, h.tree.Root(), "f", h.tree.Root(), "new")
			return err
		}, []string{"delete"}},
		{"rename over", func(h *house, _, _ vfs.FileHandle) error {
			_, err := h.tree.Rename(h.ctx, root, h.tree.Root(), "f", h.tree.Root(), "g")
			return err
		}, []string{"delete", "delete"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			f, g := h.file(t, "f", "data"), h.file(t, "g", "data")
			require.NoError(t, c.do(h, f, g))
			assert.Equal(t, c.want, h.b.calls)
		})
	}
}

// TestPending is what each policy makes of an unanswered break.
func TestPending(t *testing.T) {
	for _, c := range []struct {
		policy string
		err    error
		waited int
		calls  []string
		data   string
	}{
		{"notify", nil, 0, []string{"write"}, "new!"},
		{"wait", nil, 1, []string{"write", "write"}, "new!"},
		{"jukebox", vfs.ErrJukebox, 0, []string{"write"}, "old!"},
	} {
		t.Run(c.policy, func(t *testing.T) {
			h := newHouse(t)
			f := h.file(t, "f", "old!")
			require.NoError(t, h.rt.SetPolicy(vfs.PolicyNFSBreak, c.policy))
			h.b.pending = true
			_, err := h.tree.Write(h.ctx, root, f, "", []byte("new!"), 0, 0)
			assert.ErrorIs(t, err, c.err)
			assert.Equal(t, c.waited, h.b.waited)
			assert.Equal(t, c.calls, h.b.calls)
			h.b.pending = false
			buf := make([]byte, 4)
			_, _, _, err = h.tree.Read(h.ctx, root, f, "", buf, 0)
			require.NoError(t, err)
			assert.Equal(t, c.data, string(buf))
		})
	}
}

// TestNoBreaker: with nobody to ask nothing is asked.
func TestNoBreaker(t *testing.T) {
	h := newHouse(t)
	f := h.file(t, "f", "data")
	h.rt.SetAdapterProvider(adapter.OplockBreakerProviderKey, nil)
	_, err := h.tree.Write(h.ctx, root, f, "", []byte("x"), 0, 0)
	require.NoError(t, err)
	assert.Empty(t, h.b.calls)
}

func TestShareDeny(t *testing.T) {
	for _, c := range []struct {
		policy string
		err    error
	}{{"enforce", vfs.ErrShareDenied}, {"jukebox", vfs.ErrJukebox}, {"ignore", nil}} {
		t.Run(c.policy, func(t *testing.T) {
			h := newHouse(t)
			f := h.file(t, "f", "data")
			require.NoError(t, h.rt.SetPolicy(vfs.PolicyNFSShareDeny, c.policy))
			got, err := h.tree.Open(h.ctx, smb(1000), vfs.OpenRequest{Path: "F", Access: vfs.RightReadData, Disposition: vfs.OpenExisting})
			require.NoError(t, err)
			_, err = h.tree.Write(h.ctx, nfs(1000), f, "", []byte("x"), 0, 0)
			assert.ErrorIs(t, err, c.err)
			_, err = h.tree.Close(h.ctx, smb(1000), got.Open)
			require.NoError(t, err)
			_, err = h.tree.Write(h.ctx, nfs(1000), f, "", []byte("x"), 0, 0)
			assert.NoError(t, err)
		})
	}
}

func TestOpenSharing(t *testing.T) {
	h := newHouse(t)
	h.file(t, "f", "data")
	req := vfs.OpenRequest{Path: "f", Access: vfs.RightReadData, Share: lock.Read, Disposition: vfs.OpenExisting}
	first, err := h.tree.Open(h.ctx, smb(1), req)
	require.NoError(t, err)
	assert.Equal(t, []string{"open"}, h.b.calls)

	writer := req
	writer.Access = vfs.RightWriteData
	_, err = h.tree.Open(h.ctx, smb(2), writer)
	assert.ErrorIs(t, err, vfs.ErrShareDenied)
	assert.Equal(t, []string{"open", "open conflict"}, h.b.calls)

	attributes := req
	attributes.Access = vfs.RightReadAttributes
	attributes.Share = 0
	second, err := h.tree.Open(h.ctx, smb(2), attributes)
	require.NoError(t, err, "an attribute open takes no part in sharing")

	for _, o := range []*vfs.Open{first.Open, second.Open} {
		_, err = h.tree.Close(h.ctx, smb(1), o)
		require.NoError(t, err)
	}
	_, err = h.tree.Close(h.ctx, smb(1), first.Open)
	assert.ErrorIs(t, err, vfs.ErrClosed)
	_, err = h.tree.Open(h.ctx, smb(2), writer)
	assert.NoError(t, err)
}

func TestDeleteOnLastClose(t *testing.T) {
	h := newHouse(t)
	f := h.file(t, "f", "data")
	req := vfs.OpenRequest{Path: "f", Access: vfs.RightReadData | vfs.RightDelete,
		Share: lock.Read | lock.Write | lock.Delete, Disposition: vfs.OpenExisting}
	a, err := h.tree.Open(h.ctx, smb(1), req)
	require.NoError(t, err)
	b, err := h.tree.Open(h.ctx, smb(1), req)
	require.NoError(t, err)
	require.NoError(t, h.tree.SetDelete(h.ctx, smb(1), a.Open, true))
	_, err = h.tree.Open(h.ctx, smb(1), req)
	assert.ErrorIs(t, err, vfs.ErrDeletePending)
	_, err = h.tree.Close(h.ctx, smb(1), a.Open)
	require.NoError(t, err)
	_, err = h.tree.GetAttr(h.ctx, root, f)
	assert.NoError(t, err, "still open")
	_, err = h.tree.Close(h.ctx, smb(1), b.Open)
	require.NoError(t, err)
	_, err = h.tree.GetAttr(h.ctx, root, f)
	assert.ErrorIs(t, err, vfs.ErrStale)
}

func TestOneRightByEveryDoor(t *testing.T) {
	h := newHouse(t)
	mode := uint32(0o640)
	n, err := h.tree.Create(h.ctx, nfs(1000), h.tree.Root(), "f", vfs.CreateOptions{Init: vfs.Changes{Mode: &mode}})
	require.NoError(t, err)
	f := n.Entry.Attr.Handle
	for _, c := range []struct {
		name        string
		uid         uint32
		read, write bool
	}{{"owner", 1000, true, true}, {"other", 2000, false, false}, {"root", 0, true, true}} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := h.tree.Access(h.ctx, nfs(c.uid), f, vfs.RightReadData|vfs.RightWriteData)
			require.NoError(t, err)
			assert.Equal(t, c.read, got&vfs.RightReadData != 0)
			assert.Equal(t, c.write, got&vfs.RightWriteData != 0)
			_, _, _, err = h.tree.Read(h.ctx, nfs(c.uid), f, "", make([]byte, 1), 0)
			assert.Equal(t, c.read, err == nil, "NFS READ: %v", err)
			o, err := h.tree.Open(h.ctx, smb(c.uid), vfs.OpenRequest{Path: "f", Access: vfs.RightReadData, Share: 7, Disposition: vfs.OpenExisting})
			assert.Equal(t, c.read, err == nil, "SMB open: %v", err)
			if err == nil {
				h.tree.Close(h.ctx, smb(c.uid), o.Open)
			}
		})
	}
}

func TestShareLifecycle(t *testing.T) {
	h := newHouse(t)
	f := h.file(t, "f", "data")
	require.NoError(t, h.rt.RemoveShare("DATA"))
	_, err := h.tree.GetAttr(h.ctx, root, f)
	assert.ErrorIs(t, err, vfs.ErrNoShare)
	_, err = h.vfs.Tree("data")
	assert.ErrorIs(t, err, vfs.ErrNoShare)
	require.NoError(t, h.rt.AddShare(adapter.Share{Name: "data"}))
	again, err := h.vfs.Tree("data")
	require.NoError(t, err)
	assert.NotEqual(t, h.tree.FSID(), again.FSID(), "old handles must stay stale")
	_, err = again.GetAttr(h.ctx, root, f)
	assert.ErrorIs(t, err, vfs.ErrStale)
	require.NoError(t, h.rt.UpdateShare(adapter.Share{Name: "data", ReadOnly: true}))
	_, err = again.Create(h.ctx, root, again.Root(), "x", vfs.CreateOptions{})
	assert.ErrorIs(t, err, vfs.ErrReadOnly)
}

func TestWalkStaysInside(t *testing.T) {
	h := newHouse(t)
	h.file(t, "f", "data")
	for name, target := range map[string]string{"up": "../../../f", "abs": "/f", "loop": "loop", "out": "../../etc/passwd"} {
		_, err := h.tree.Symlink(h.ctx, root, h.tree.Root(), name, target, vfs.Changes{})
		require.NoError(t, err)
	}
	for path, want := range map[string]error{"up": nil, "ABS": nil, "loop": vfs.ErrLoop, "out": vfs.ErrPathNotFound, "f/x": vfs.ErrPathNotFound, "no/x": vfs.ErrPathNotFound} {
		_, err := h.tree.Walk(h.ctx, smb(1), path, true)
		assert.ErrorIs(t, err, want, path)
	}
	p, err := h.tree.Walk(h.ctx, smb(1), "nothing", true)
	require.NoError(t, err)
	assert.False(t, p.Found)
}

// TestGateKeepsGrantsOut: a lease is never granted between an operation's
// break and its change.
func TestGateKeepsGrantsOut(t *testing.T) {
	h := newHouse(t)
	f := h.file(t, "f", "data")
	h.rt.SetAdapterProvider(adapter.OplockBreakerProviderKey, nil) // the fake is for one goroutine
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			h.tree.Write(h.ctx, root, f, "", []byte("x"), 0, 0)
		}
	}()
	for range 200 {
		var before, after uint64
		o, err := h.tree.Open(h.ctx, smb(0), vfs.OpenRequest{Path: "f", Access: vfs.RightReadData, Share: 7, Disposition: vfs.OpenExisting,
			Grant: func(vfs.Granting) {
				a, _ := h.tree.GetAttr(h.ctx, root, f)
				before = a.Change
				time.Sleep(10 * time.Microsecond)
				a, _ = h.tree.GetAttr(h.ctx, root, f)
				after = a.Change
			}})
		require.NoError(t, err)
		assert.Equal(t, before, after, "the file changed while a lease was being granted")
		h.tree.Close(h.ctx, smb(0), o.Open)
	}
	close(stop)
	<-done
}
