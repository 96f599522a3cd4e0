package nfs4

import (
	"crosswire/server/nfs/export"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// node is what a file handle means: a file of a share, the pseudo root, or,
// the zero node, nothing.
type node struct {
	root bool
	tree *vfs.Tree
	h    vfs.FileHandle
}

func (n node) none() bool { return !n.root && n.tree == nil }

// sibling is another file in n's tree.
func (n node) sibling(h vfs.FileHandle) node { return node{tree: n.tree, h: h} }

// shareRoot reports whether n is the root of a share.
func (n node) shareRoot() bool { return n.tree != nil && n.h == n.tree.Root() }

// rootHandle is the pseudo root's. It outlives the server, since it names
// nothing that could be another.
var rootHandle = []byte{'C', 'W', '4', 'R', 'O', 'O', 'T', 1}

// encode is the handle of a node.
func (s *Service) encode(n node) ([]byte, error) {
	if n.root {
		return rootHandle, nil
	}
	return s.exports.Encode(n.tree, n.h)
}

func (s *Service) decode(handle []byte) (node, error) {
	if string(handle) == string(rootHandle) {
		return node{root: true}, nil
	}
	if len(handle) == 0 {
		return node{}, export.ErrBadHandle
	}
	tree, h, err := s.exports.Decode(handle)
	return node{tree: tree, h: h}, err
}

// attr is the attributes of a node; that of none is NFS4ERR_NOFILEHANDLE.
func (c *compound) attr(n node) (a vfs.Attr, st status) {
	switch {
	case n.none():
		return a, nfs4.NFS4ERR_NOFILEHANDLE
	case n.root:
		return c.s.shares.attr(), nfs4.NFS4_OK
	}
	a, err := n.tree.GetAttr(c.ctx, c.origin, n.h)
	return a, c.fail(err)
}

// directory is attr of what must be a directory.
func (c *compound) directory(n node) (a vfs.Attr, st status) {
	a, st = c.attr(n)
	if st == nfs4.NFS4_OK && a.Type != vfs.TypeDirectory {
		st = nfs4.NFS4ERR_NOTDIR
	}
	return a, st
}

// writable is directory of one in which names are to be made or taken away;
// the pseudo root is NFS4ERR_ROFS.
func (c *compound) writable(n node) status {
	_, st := c.directory(n)
	if st == nfs4.NFS4_OK && n.root {
		st = nfs4.NFS4ERR_ROFS
	}
	return st
}

// file is the status of what must be a regular file, for operations on data.
func (c *compound) file(n node) status {
	a, st := c.attr(n)
	switch {
	case st != nfs4.NFS4_OK:
		return st
	case a.Type == vfs.TypeDirectory:
		return nfs4.NFS4ERR_ISDIR
	case a.Type == vfs.TypeRegular:
		return nfs4.NFS4_OK
	case c.minor > 0 && a.Type == vfs.TypeSymlink:
		return nfs4.NFS4ERR_SYMLINK
	case c.minor > 0:
		return nfs4.NFS4ERR_WRONG_TYPE
	}
	return nfs4.NFS4ERR_INVAL
}

// enter makes n the current file handle, which has no state yet.
func (c *compound) enter(n node) { c.cur, c.curState = n, nil }
