package vfs_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/server/lock"
	"crosswire/server/vfs"
)

// shareAll lets everybody else do anything.
const shareAll = lock.Read | lock.Write | lock.Delete

// openDir opens a directory over SMB with all rights.
func (h *house) openDir(t *testing.T, path string) *vfs.Open {
	t.Helper()
	got, err := h.tree.Open(h.ctx, smb(0), vfs.OpenRequest{Path: path, Access: vfs.RightAll, Share: shareAll,
		Disposition: vfs.OpenIf, Directory: true})
	require.NoError(t, err)
	return got.Open
}

// watched begins a watch, as the first request of an open does.
func (h *house) watched(t *testing.T, op *vfs.Open, q vfs.WatchRequest) {
	t.Helper()
	q.NoWait = true
	_, err := h.tree.NextChanges(h.ctx, smb(0), op, q)
	require.ErrorIs(t, err, vfs.ErrWatchEmpty)
}

// heard is what the watch kept.
func (h *house) heard(op *vfs.Open) ([]string, error) {
	list, err := h.tree.NextChanges(h.ctx, smb(0), op, vfs.WatchRequest{Max: 1 << 20, NoWait: true})
	var out []string
	for _, c := range list {
		out = append(out, fmt.Sprintf("%d %s", c.Action, c.Name))
	}
	return out, err
}

const anyChange = vfs.Changed(0xFFF)

// TestWatchHearsNFS: what an NFS client does is told to who watches over SMB.
func TestWatchHearsNFS(t *testing.T) {
	mode := uint32(0o777)
	for _, c := range []struct {
		name   string
		filter vfs.Changed
		tree   bool
		do     func(h *house, d, sub, f vfs.FileHandle) error
		want   []string
	}{
		{"create", vfs.ChangedFileName, false, func(h *house, d, _, _ vfs.FileHandle) error {
			_, err := h.tree.Create(h.ctx, root, d, "new", vfs.CreateOptions{})
			return err
		}, []string{"1 new"}},
		{"create, names of directories only", vfs.ChangedDirName, false, func(h *house, d, _, _ vfs.FileHandle) error {
			_, err := h.tree.Create(h.ctx, root, d, "new", vfs.CreateOptions{})
			return err
		}, nil},
		{"mkdir", vfs.ChangedDirName, false, func(h *house, d, _, _ vfs.FileHandle) error {
			_, err := h.tree.Mkdir(h.ctx, root, d, "new", vfs.Changes{Mode: &mode}, false)
			return err
		}, []string{"1 new"}},
		{"symlink", vfs.ChangedFileName, false, func(h *house, d, _, _ vfs.FileHandle) error {
			_, err := h.tree.Symlink(h.ctx, root, d, "new", "f", vfs.Changes{})
			return err
		}, []string{"1 new"}},
		{"link", vfs.ChangedFileName, false, func(h *house, d, _, f vfs.FileHandle) error {
			_, err := h.tree.Link(h.ctx, root, f, d, "new", false)
			return err
		}, []string{"1 new"}},
		{"remove", anyChange, false, func(h *house, d, _, _ vfs.FileHandle) error {
			_, err := h.tree.Remove(h.ctx, root, d, "f")
			return err
		}, []string{"2 f"}},
		{"rmdir", vfs.ChangedDirName, false, func(h *house, d, _, _ vfs.FileHandle) error {
			_, err := h.tree.Rmdir(h.ctx, root, d, "sub")
			return err
		}, []string{"2 sub"}},
		{"rename in place", vfs.ChangedFileName, false, func(h *house, d, _, _ vfs.FileHandle) error {
			_, err := h.tree.Rename(h.ctx, root, d, "f", d, "g")
			return err
		}, []string{"4 f", "5 g"}},
		{"rename over another", vfs.ChangedFileName, false, func(h *house, d, _, _ vfs.FileHandle) error {
			_, err := h.tree.Rename(h.ctx, root, d, "f", d, "other")
			return err
		}, []string{"2 other", "4 f", "5 other"}},
		{"rename out of sight", vfs.ChangedFileName, false, func(h *house, d, sub, _ vfs.FileHandle) error {
			_, err := h.tree.Rename(h.ctx, root, d, "f", sub, "g")
			return err
		}, []string{"2 f"}},
		{"rename within a watched tree", vfs.ChangedFileName, true, func(h *house, d, sub, _ vfs.FileHandle) error {
			_, err := h.tree.Rename(h.ctx, root, d, "f", sub, "g")
			return err
		}, []string{"2 f", "1 sub/g"}},
		{"rename, attributes only", vfs.ChangedAttributes, false, func(h *house, d, _, _ vfs.FileHandle) error {
			_, err := h.tree.Rename(h.ctx, root, d, "f", d, "g")
			return err
		}, []string{"3 g"}},
		{"write that grows", vfs.ChangedSize, false, func(h *house, _, _, f vfs.FileHandle) error {
			_, err := h.tree.Write(h.ctx, root, f, "", []byte("longer than before"), 0, 0)
			return err
		}, []string{"3 f"}},
		{"write in place is no change of size", vfs.ChangedSize, false, func(h *house, _, _, f vfs.FileHandle) error {
			_, err := h.tree.Write(h.ctx, root, f, "", []byte("x"), 0, 0)
			return err
		}, nil},
		{"write in place", vfs.ChangedLastWrite, false, func(h *house, _, _, f vfs.FileHandle) error {
			_, err := h.tree.Write(h.ctx, root, f, "", []byte("x"), 0, 0)
			return err
		}, []string{"3 f"}},
		{"truncate", vfs.ChangedSize, false, func(h *house, _, _, f vfs.FileHandle) error {
			_, err := h.tree.SetAttr(h.ctx, root, f, vfs.Changes{Size: size(0)})
			return err
		}, []string{"3 f"}},
		{"create over", vfs.ChangedSize, false, func(h *house, d, _, _ vfs.FileHandle) error {
			_, err := h.tree.Create(h.ctx, root, d, "f", vfs.CreateOptions{Init: vfs.Changes{Size: size(0)}})
			return err
		}, []string{"3 f"}},
		{"chmod", vfs.ChangedSecurity, false, func(h *house, _, _, f vfs.FileHandle) error {
			_, err := h.tree.SetAttr(h.ctx, root, f, vfs.Changes{Mode: &mode})
			return err
		}, []string{"3 f"}},
		{"touch", vfs.ChangedLastWrite, false, func(h *house, _, _, f vfs.FileHandle) error {
			_, err := h.tree.SetAttr(h.ctx, root, f, vfs.Changes{Mtime: vfs.Now()})
			return err
		}, []string{"3 f"}},
		{"a change of the directory itself", anyChange, true, func(h *house, d, _, _ vfs.FileHandle) error {
			_, err := h.tree.SetAttr(h.ctx, root, d, vfs.Changes{Mode: &mode})
			return err
		}, nil},
		{"below, not watched", anyChange &^ vfs.ChangedDirName, false, func(h *house, _, sub, _ vfs.FileHandle) error {
			_, err := h.tree.Create(h.ctx, root, sub, "new", vfs.CreateOptions{})
			return err
		}, nil},
		{"below, watched", anyChange, true, func(h *house, _, sub, _ vfs.FileHandle) error {
			_, err := h.tree.Create(h.ctx, root, sub, "new", vfs.CreateOptions{})
			return err
		}, []string{"1 sub/new"}},
		{"two changes of one kind are told once", vfs.ChangedLastWrite, false, func(h *house, _, _, f vfs.FileHandle) error {
			for range 2 {
				if _, err := h.tree.Write(h.ctx, root, f, "", []byte("x"), 0, 0); err != nil {
					return err
				}
			}
			return nil
		}, []string{"3 f"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			op := h.openDir(t, "d")
			d := op.Handle
			sub, err := h.tree.Mkdir(h.ctx, root, d, "sub", vfs.Changes{Mode: &mode}, false)
			require.NoError(t, err)
			var f vfs.FileHandle
			for _, name := range []string{"other", "f"} {
				n, err := h.tree.Create(h.ctx, root, d, name, vfs.CreateOptions{})
				require.NoError(t, err)
				f = n.Entry.Attr.Handle
				_, err = h.tree.Write(h.ctx, root, f, "", []byte("data"), 0, 0)
				require.NoError(t, err)
			}
			h.watched(t, op, vfs.WatchRequest{Filter: c.filter, Tree: c.tree, Max: 4096})
			require.NoError(t, c.do(h, d, sub.Entry.Attr.Handle, f))
			got, err := h.heard(op)
			if c.want == nil {
				require.ErrorIs(t, err, vfs.ErrWatchEmpty)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

// waiter is a request that waits, as the SMB service makes it: under way until
// it waits, and from the answer on.
type waiter struct {
	done    chan struct{}
	changes []vfs.Change
	err     error
}

func (h *house) wait(t *testing.T, ctx context.Context, op *vfs.Open, limit int) *waiter {
	t.Helper()
	w := &waiter{done: make(chan struct{})}
	waiting := make(chan struct{})
	who := smb(0)
	who.OnWait = func() { close(waiting) }
	h.rt.Enter()
	go func() {
		defer close(w.done)
		defer h.rt.Leave()
		w.changes, w.err = h.tree.NextChanges(ctx, who, op, vfs.WatchRequest{Filter: anyChange, Max: limit})
	}()
	<-waiting
	return w
}

func TestWatchWaits(t *testing.T) {
	h := newHouse(t)
	op := h.openDir(t, "d")
	first, second := h.wait(t, h.ctx, op, 4096), h.wait(t, h.ctx, op, 4096)
	quiet, cancel := context.WithTimeout(h.ctx, 10*time.Second)
	defer cancel()
	require.NoError(t, h.rt.Quiesce(quiet), "who waits for a change is not under way")

	for i, w := range []*waiter{first, second} {
		name := fmt.Sprint("f", i)
		_, err := h.tree.Create(h.ctx, root, op.Handle, name, vfs.CreateOptions{})
		require.NoError(t, err)
		<-w.done
		require.NoError(t, w.err)
		require.Equal(t, []vfs.Change{{Action: vfs.NameAdded, Name: name}}, w.changes)
	}
}

func TestWatchEnds(t *testing.T) {
	for _, c := range []struct {
		name  string
		end   func(h *house, cancel func(), op *vfs.Open) error
		want  error
		after error // of the next request
	}{
		{"cancelled", func(_ *house, cancel func(), _ *vfs.Open) error { cancel(); return nil }, context.Canceled, vfs.ErrWatchEmpty},
		{"closed", func(h *house, _ func(), op *vfs.Open) error {
			_, err := h.tree.Close(h.ctx, smb(0), op)
			return err
		}, vfs.ErrWatchClosed, vfs.ErrWatchClosed},
		{"marked for deletion", func(h *house, _ func(), op *vfs.Open) error {
			return h.tree.SetDelete(h.ctx, smb(0), op, true)
		}, vfs.ErrDeletePending, vfs.ErrDeletePending},
		{"removed by NFS", func(h *house, _ func(), _ *vfs.Open) error {
			_, err := h.tree.Rmdir(h.ctx, root, h.tree.Root(), "d")
			return err
		}, vfs.ErrDeletePending, vfs.ErrDeletePending},
		{"deleted on close by another", func(h *house, _ func(), _ *vfs.Open) error {
			got, err := h.tree.Open(h.ctx, smb(0), vfs.OpenRequest{Path: "d", Access: vfs.RightDelete, Share: shareAll,
				Disposition: vfs.OpenExisting, DeleteOnClose: true})
			if err != nil {
				return err
			}
			_, err = h.tree.Close(h.ctx, smb(0), got.Open)
			return err
		}, vfs.ErrDeletePending, vfs.ErrDeletePending},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			op := h.openDir(t, "d")
			ctx, cancel := context.WithCancel(h.ctx)
			defer cancel()
			w := h.wait(t, ctx, op, 4096)
			require.NoError(t, c.end(h, cancel, op))
			<-w.done
			require.ErrorIs(t, w.err, c.want)
			_, err := h.heard(op)
			require.ErrorIs(t, err, c.after)
		})
	}
}

// TestWatchOverflow: what does not fit is not kept, whoever fills it.
func TestWatchOverflow(t *testing.T) {
	for _, c := range []struct {
		name        string
		first, next int // room
		files       int
		want        error
	}{
		{"fits", 1000, 1000, 10, nil},
		{"more than the first request's room", 100, 100000, 10, vfs.ErrWatchOverflow},
		{"more than this request's room", 100000, 100, 10, vfs.ErrWatchOverflow},
		{"more than one watch may keep", 8 << 20, 8 << 20, 4000, vfs.ErrWatchOverflow},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			op := h.openDir(t, "d")
			h.watched(t, op, vfs.WatchRequest{Filter: vfs.ChangedFileName, Max: c.first})
			for i := range c.files {
				_, err := h.tree.Create(h.ctx, root, op.Handle, fmt.Sprint("file", i), vfs.CreateOptions{})
				require.NoError(t, err)
			}
			list, err := h.tree.NextChanges(h.ctx, smb(0), op, vfs.WatchRequest{Max: c.next, NoWait: true})
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
				_, err = h.heard(op)
				require.ErrorIs(t, err, vfs.ErrWatchEmpty, "it is told once")
				return
			}
			require.NoError(t, err)
			require.Len(t, list, c.files)
		})
	}
}

func TestWatchRefuses(t *testing.T) {
	h := newHouse(t)
	h.file(t, "f", "x")
	file, err := h.tree.Open(h.ctx, smb(0), vfs.OpenRequest{Path: "f", Access: vfs.RightAll, Share: shareAll, Disposition: vfs.OpenExisting})
	require.NoError(t, err)
	_, err = h.heard(file.Open)
	require.ErrorIs(t, err, vfs.ErrNotDir)

	dir, err := h.tree.Open(h.ctx, smb(0), vfs.OpenRequest{Path: "d", Access: vfs.RightReadAttributes, Share: shareAll,
		Disposition: vfs.OpenIf, Directory: true})
	require.NoError(t, err)
	_, err = h.heard(dir.Open)
	require.ErrorIs(t, err, vfs.ErrAccess, "FILE_LIST_DIRECTORY was not granted")
}

// TestWatchTogether: with many who change, wait, give up and close at once,
// every request is answered once and no name is told twice.
func TestWatchTogether(t *testing.T) {
	h := newHouse(t)
	const makers, each, readers = 4, 200, 4
	op := h.openDir(t, "d")
	h.watched(t, op, vfs.WatchRequest{Filter: vfs.ChangedFileName, Max: 1 << 20})

	var made sync.WaitGroup
	for m := range makers {
		made.Go(func() {
			for i := range each {
				_, err := h.tree.Create(h.ctx, root, op.Handle, fmt.Sprintf("%d-%d", m, i), vfs.CreateOptions{})
				assert.NoError(t, err)
			}
		})
	}
	var mu sync.Mutex
	told := map[string]int{}
	all := make(chan struct{})
	var read sync.WaitGroup
	for r := range readers {
		read.Go(func() {
			for n := 0; ; n++ {
				ctx, cancel := context.WithCancel(h.ctx)
				who := smb(0)
				if n%3 == r%3 {
					who.OnWait = cancel // gives up at once
				}
				list, err := h.tree.NextChanges(ctx, who, op, vfs.WatchRequest{Max: 1 << 20})
				cancel()
				mu.Lock()
				for _, c := range list {
					if told[c.Name]++; len(told) == makers*each && told[c.Name] == 1 {
						close(all)
					}
				}
				mu.Unlock()
				if errors.Is(err, vfs.ErrWatchClosed) {
					return
				}
				if err != nil {
					assert.ErrorIs(t, err, context.Canceled)
				}
			}
		})
	}
	made.Wait()
	<-all
	_, err := h.tree.Close(h.ctx, smb(0), op)
	require.NoError(t, err)
	read.Wait()
	for name, n := range told {
		require.Equal(t, 1, n, name)
	}
}
