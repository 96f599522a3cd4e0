package fs

import "github.com/tidwall/btree"

// dirent is one name. All but prev and next is immutable: a rename makes a new
// one with the old linkID.
type dirent struct {
	name   string
	cookie uint64
	linkID uint64
	parent *node
	node   *node
	// The neighbours in cookie order among the entries of one folded name.
	prev, next *dirent
}

// entry is what callers see. ns is held.
func (e *dirent) entry() Entry {
	return Entry{Name: e.name, Cookie: e.cookie, LinkID: e.linkID, Attr: e.node.snapshot()}
}

// directory is the content of a directory node, guarded by Memory.ns.
type directory struct {
	byName   map[string]*dirent
	byCookie btree.Map[uint64, *dirent]
	// byFold chains the entries of one folded name in cookie order. It is
	// nil until somebody asks without case, so that a tree which only NFS
	// uses does not pay for it.
	byFold     map[string]foldChain
	nextCookie uint64
}

// foldChain is the entries of one folded name, linked by prev and next.
type foldChain struct{ first, last *dirent }

func newDirectory() *directory {
	return &directory{byName: make(map[string]*dirent), nextCookie: FirstDirCookie}
}

// insert adds an entry at the end.
func (d *directory) insert(e *dirent) {
	e.cookie = d.nextCookie
	d.nextCookie++
	d.byName[e.name] = e
	d.byCookie.Set(e.cookie, e)
	if d.byFold != nil {
		d.chain(e)
	}
}

// chain adds e, which has the highest cookie so far, to byFold.
func (d *directory) chain(e *dirent) {
	key := FoldName(e.name)
	c := d.byFold[key]
	if e.prev = c.last; e.prev == nil {
		c.first = e
	} else {
		e.prev.next = e
	}
	c.last = e
	d.byFold[key] = c
}

// delete takes an entry out.
func (d *directory) delete(e *dirent) {
	delete(d.byName, e.name)
	d.byCookie.Delete(e.cookie)
	if d.byFold == nil {
		return
	}
	key := FoldName(e.name)
	c := d.byFold[key]
	if e.prev == nil {
		c.first = e.next
	} else {
		e.prev.next = e.next
	}
	if e.next == nil {
		c.last = e.prev
	} else {
		e.next.prev = e.prev
	}
	e.prev, e.next = nil, nil
	if c.first == nil {
		delete(d.byFold, key)
	} else {
		d.byFold[key] = c
	}
}

// foldable reports whether findFold may be called.
func (d *directory) foldable() bool { return d.byFold != nil }

// makeFoldable builds byFold. ns is held alone.
func (d *directory) makeFoldable() {
	if d.byFold != nil {
		return
	}
	d.byFold = make(map[string]foldChain, len(d.byName))
	d.byCookie.Scan(func(_ uint64, e *dirent) bool {
		d.chain(e)
		return true
	})
}

// findFold finds the exact name, else the lowest cookie of those equal without
// case.
func (d *directory) findFold(name string) *dirent {
	if e := d.byName[name]; e != nil {
		return e
	}
	return d.byFold[FoldName(name)].first
}

// find is for callers that hold ns alone.
func (d *directory) find(name string, fold bool) *dirent {
	if !fold {
		return d.byName[name]
	}
	if e := d.byName[name]; e != nil {
		return e
	}
	d.makeFoldable()
	return d.findFold(name)
}
