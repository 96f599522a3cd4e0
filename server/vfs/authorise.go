package vfs

import "slices"

// Access rights of a file or directory (MS-DTYP 2.4.3, MS-SMB2 2.2.13.1). The
// road speaks of rights in these bits for every protocol, so that NFS ACCESS,
// SMB MaximalAccess and the operation itself cannot disagree.
const (
	RightReadData        = 0x00000001 // LIST_DIRECTORY
	RightWriteData       = 0x00000002 // ADD_FILE
	RightAppendData      = 0x00000004 // ADD_SUBDIRECTORY
	RightReadEA          = 0x00000008
	RightWriteEA         = 0x00000010
	RightExecute         = 0x00000020 // TRAVERSE
	RightDeleteChild     = 0x00000040
	RightReadAttributes  = 0x00000080
	RightWriteAttributes = 0x00000100
	RightDelete          = 0x00010000
	RightReadControl     = 0x00020000
	RightWriteDAC        = 0x00040000
	RightWriteOwner      = 0x00080000
	RightSynchronize     = 0x00100000

	RightAll = 0x001F01FF

	rightsRead    = RightReadData | RightReadEA
	rightsWrite   = RightWriteData | RightAppendData | RightWriteEA | RightWriteAttributes
	rightsOfOwner = RightWriteAttributes | RightWriteDAC | RightWriteOwner
	rightsOfAll   = RightReadAttributes | RightReadControl | RightSynchronize
)

// Rights is what cred may do with the node a: by its ACL if it has one, else
// by its mode and owner. parent is the directory through which it was reached,
// nil if that is not known: it decides about DELETE as POSIX does (the
// directory's write and search permission, less the sticky bit), or grants
// DELETE and FILE_READ_ATTRIBUTES as MS-FSA 2.1.5.1.2.1 has it.
func (t *Tree) Rights(cred Cred, a Attr, parent *Attr) uint32 {
	if cred.UID == 0 {
		return RightAll
	}
	if l := aclOf(&a); l != nil {
		return t.rightsByACL(cred, l, a, parent)
	}
	var g uint32 = rightsOfAll
	bits := modeFor(cred, a)
	if bits&4 != 0 {
		g |= rightsRead
	}
	if bits&2 != 0 {
		g |= rightsWrite
		if a.Type == TypeDirectory && bits&1 != 0 {
			g |= RightDeleteChild
		}
	}
	if bits&1 != 0 {
		g |= RightExecute
	}
	if a.UID == cred.UID {
		g |= rightsOfOwner
	}
	if parent != nil && mayUnlink(cred, *parent, a) {
		g |= RightDelete
	}
	return g
}

func (t *Tree) rightsByACL(cred Cred, l *ACL, a Attr, parent *Attr) uint32 {
	g := l.rights(&cred)
	if parent == nil {
		return g
	}
	if mayUnlink(cred, *parent, a) {
		g |= RightDelete
	}
	if t.Rights(cred, *parent, nil)&RightReadData != 0 {
		g |= RightReadAttributes
	}
	return g
}

// openRights is what an open of the node may have. An ACL says it all; what a
// mode cannot say is added to it.
func (t *Tree) openRights(cred Cred, a Attr, parent *Attr) uint32 {
	g := t.Rights(cred, a, parent)
	if aclOf(&a) == nil {
		g = handleRights(cred, a, g)
	}
	return g
}

// modeFor picks the rwx triple of owner, group or others.
func modeFor(cred Cred, a Attr) uint32 {
	switch {
	case a.UID == cred.UID:
		return a.Mode >> 6 & 7
	case cred.InGroup(a.GID):
		return a.Mode >> 3 & 7
	}
	return a.Mode & 7
}

// mayUnlink: write and search permission on the directory, and in a sticky
// one ownership of it or of the node. Where an ACL rules, DELETE_CHILD on the
// directory or DELETE on the node.
func mayUnlink(cred Cred, dir, node Attr) bool {
	if cred.UID == 0 {
		return true
	}
	if l := aclOf(&node); l != nil && l.rights(&cred)&RightDelete != 0 {
		return true
	}
	if l := aclOf(&dir); l != nil {
		return l.rights(&cred)&RightDeleteChild != 0
	}
	if modeFor(cred, dir)&3 != 3 {
		return false
	}
	return dir.Mode&0o1000 == 0 || dir.UID == cred.UID || node.UID == cred.UID
}

// readable leaves out what cred may not read, of the entries that a listing of
// dir began with. It goes on until there is one to show, so that a listing is
// empty only at its end.
func (t *Tree) readable(cred Cred, dir FileHandle, list []Entry, eof bool, err error, limit int) ([]Entry, bool, error) {
	for err == nil && len(list) > 0 {
		last := list[len(list)-1].Cookie
		kept := slices.DeleteFunc(list, func(e Entry) bool {
			return t.may(cred, e.Attr, RightReadData|RightReadEA|RightReadAttributes|RightReadControl) != nil
		})
		if len(kept) > 0 || eof {
			return kept, eof, nil
		}
		list, eof, err = t.store.fs.ReadDir(dir, last, limit)
	}
	return list, eof, err
}

// squash maps the origin's identity by the share's rule.
func (t *Tree) squash(o *Origin) Cred {
	c := o.Cred
	if o.Protocol == ProtocolNFS && c.UID == 0 && t.Share().RootSquash {
		c.UID, c.GID, c.Groups = 65534, 65534, nil
	}
	return c
}

// may is ErrAccess unless cred has all of want on a.
func (t *Tree) may(cred Cred, a Attr, want uint32) error {
	if t.Rights(cred, a, nil)&want != want {
		return ErrAccess
	}
	return nil
}

// mayIO is may for the data of an open-less protocol: the owner may always
// read and write, because NFSv3 has no open that could have granted it before
// a chmod (RFC 1813 4.4). An SMB open carries what was granted then.
func (t *Tree) mayIO(o *Origin, a Attr, want uint32) error {
	if o.Open != 0 {
		return nil
	}
	cred := t.squash(o)
	if cred.UID == a.UID {
		return nil
	}
	return t.may(cred, a, want)
}

// maySearch is ErrAccess unless cred may look names up in dir. Walks by SMB
// pass through directories that an ACL rules, since Windows gives everybody
// the privilege to bypass traverse checking (see LookupFold).
func (t *Tree) maySearch(cred Cred, dir Attr) error {
	return t.may(cred, dir, RightExecute)
}

// mayAdd is ErrAccess unless cred may make names in dir. An ACL tells files
// from directories and asks for no search permission.
func (t *Tree) mayAdd(cred Cred, dir Attr, isDir bool) error {
	switch {
	case aclOf(&dir) == nil:
		return t.may(cred, dir, RightWriteData|RightExecute)
	case isDir:
		return t.may(cred, dir, RightAppendData)
	}
	return t.may(cred, dir, RightWriteData)
}
