package nfs4

import (
	"slices"
	"strings"
	"sync"
	"time"

	"crosswire/server/clock"
	"crosswire/server/vfs"
)

// pseudo is the directory of the shares, the root of the name space.
type pseudo struct {
	clock clock.Clock

	mu      sync.Mutex
	shares  []pseudoEntry // by cookie
	next    uint64        // the cookie of the next share
	change  uint64
	changed time.Time
}

// pseudoEntry is one share. Its cookie is also the fileid on which it is
// mounted, and is given to no other share.
type pseudoEntry struct {
	cookie uint64
	name   string
	tree   *vfs.Tree
}

// pseudoRootID is the fileid of the pseudo root.
const pseudoRootID = 1

// follow makes the directory that of the trees. A share that stays keeps its
// cookie, also if it is renamed.
func (p *pseudo) follow(trees []*vfs.Tree) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == 0 {
		p.next, p.changed = vfs.FirstDirCookie, p.clock.Now()
	}
	before := slices.Clone(p.shares)
	p.shares = slices.DeleteFunc(p.shares, func(e pseudoEntry) bool { return !slices.Contains(trees, e.tree) })
	for _, tree := range trees {
		name := tree.Share().Name
		if i := slices.IndexFunc(p.shares, func(e pseudoEntry) bool { return e.tree == tree }); i >= 0 {
			p.shares[i].name = name
			continue
		}
		p.shares = append(p.shares, pseudoEntry{p.next, name, tree})
		p.next++
	}
	if !slices.Equal(before, p.shares) {
		p.change++
		p.changed = p.clock.Now()
	}
}

// attr is the attributes of the directory.
func (p *pseudo) attr() vfs.Attr {
	p.mu.Lock()
	defer p.mu.Unlock()
	return vfs.Attr{
		Handle: vfs.FileHandle{ID: pseudoRootID}, Type: vfs.TypeDirectory, Mode: 0o555, Nlink: uint32(2 + len(p.shares)),
		Size: vfs.BlockSize, Atime: p.changed, Mtime: p.changed, Ctime: p.changed, Btime: p.changed,
		Change: p.change, ParentID: pseudoRootID,
	}
}

// lookup finds a share by its exact name. A hidden one is found too.
func (p *pseudo) lookup(name string) (node, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.shares {
		if e.name == name {
			return node{tree: e.tree, h: e.tree.Root()}, true
		}
	}
	return node{}, false
}

// list is the shares after a cookie that are not hidden.
func (p *pseudo) list(after uint64) []pseudoEntry {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []pseudoEntry
	for _, e := range p.shares {
		if e.cookie > after && !e.tree.Share().Hidden && !strings.HasSuffix(e.name, "$") {
			list = append(list, e)
		}
	}
	return list
}

// mountedOn is the fileid that the root of a tree covers.
func (p *pseudo) mountedOn(tree *vfs.Tree) uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.shares {
		if e.tree == tree {
			return e.cookie
		}
	}
	return pseudoRootID
}
