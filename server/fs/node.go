package fs

import (
	"sync"
	"sync/atomic"
	"time"

	"crosswire/server/lock"
)

// node is an inode. See Memory for what guards what.
type node struct {
	handle lock.FileHandle // immutable, as are the next two
	data   *stream         // of what is not a directory; used while it is a regular file
	verf   *[8]byte

	// what is the type and what goes with it. Convert replaces it, under ns
	// alone and meta; who holds neither reads it once.
	what atomic.Pointer[kind]

	pins atomic.Int64 // raised under ns shared; compared with 0 under ns alone

	// Guarded by ns.
	dir   *directory // of a directory, else nil (the pointer is immutable)
	links []*dirent  // the names of this node, oldest first

	// Guarded by meta; nlink and parentID by ns too.
	meta                       sync.Mutex
	dead                       bool // reaped: takes no more streams
	mode, uid, gid, dos        uint32
	nlink                      uint32
	parentID                   uint64
	atime, mtime, ctime, btime time.Time
	change                     uint64
	streams                    []*stream // named, oldest first
	xattrs                     map[string][]byte
	security                   Security
}

// kind is what a node is; a value never changes.
type kind struct {
	typ    FileType
	rdev   Rdev   // of a device
	target string // of a symlink
}

func (n *node) typ() FileType { return n.what.Load().typ }

// attr is a snapshot. meta is held.
func (n *node) attr() Attr {
	what := n.what.Load()
	a := Attr{
		Handle:   n.handle,
		Type:     what.typ,
		Mode:     n.mode,
		Nlink:    n.nlink,
		UID:      n.uid,
		GID:      n.gid,
		Rdev:     what.rdev,
		Atime:    n.atime,
		Mtime:    n.mtime,
		Ctime:    n.ctime,
		Btime:    n.btime,
		Change:   n.change,
		DOS:      n.dos,
		ParentID: n.parentID,
		Security: n.security,
	}
	switch what.typ {
	case TypeRegular:
		a.Size = n.data.content.size
		a.Used = n.data.content.used()
	case TypeDirectory:
		a.Size = BlockSize
	case TypeSymlink:
		a.Size = uint64(len(what.target))
	}
	return a
}

// snapshot is attr for a caller that does not hold meta.
func (n *node) snapshot() Attr {
	n.meta.Lock()
	defer n.meta.Unlock()
	return n.attr()
}

// update runs f under meta and returns the attributes around it.
func (n *node) update(f func()) WCC {
	n.meta.Lock()
	defer n.meta.Unlock()
	w := WCC{Before: n.attr()}
	f()
	w.After = n.attr()
	return w
}

// touch records a change of metadata. meta is held.
func (n *node) touch(now time.Time) {
	n.ctime = now
	n.change++
}

// modify records a change of data or entries. meta is held.
func (n *node) modify(now time.Time) {
	n.mtime = now
	n.touch(now)
}

// apply sets everything in c but Size and Guard, and touches nothing else.
// meta is held.
func (n *node) apply(c Changes, now time.Time) {
	if c.Mode != nil {
		n.mode = *c.Mode & 0o7777
	}
	if c.UID != nil {
		n.uid = *c.UID
	}
	if c.GID != nil {
		n.gid = *c.GID
	}
	if c.DOS != nil {
		n.dos = *c.DOS
	}
	if c.SetSecurity {
		n.security = c.Security
	}
	c.Atime.apply(&n.atime, now)
	c.Mtime.apply(&n.mtime, now)
	c.Ctime.apply(&n.ctime, now)
	c.Btime.apply(&n.btime, now)
}

func (s SetTime) apply(t *time.Time, now time.Time) {
	switch s.How {
	case TimeNow:
		*t = now
	case TimeSet:
		*t = s.Time.UTC().Round(0)
	}
}

// asksNothing reports whether c would change nothing.
func (c Changes) asksNothing() bool {
	return c.Mode == nil && c.UID == nil && c.GID == nil && c.Size == nil && c.DOS == nil && !c.SetSecurity &&
		c.Atime.How == TimeKeep && c.Mtime.How == TimeKeep && c.Ctime.How == TimeKeep && c.Btime.How == TimeKeep
}
