package nfs4

import (
	"errors"

	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// opening is one OPEN (RFC 7530 16.16, RFC 8881 18.16).
type opening struct {
	*compound
	args         *nfs4.Open4args
	owner        *owner
	access, deny vfs.ShareAccess

	made  bool
	link  uint64 // the name by which the file was found
	dir   vfs.WCC
	set   bitmap
	trunc *uint64 // the size that an existing file is to get
}

func (c *compound) open(arg nfs4.NfsArgop4) status {
	a := &arg.(*nfs4.NfsArgop4_OP_OPEN).Opopen
	if c.cur.none() {
		return nfs4.NFS4ERR_NOFILEHANDLE
	}
	o := &opening{compound: c, args: a}
	access := a.ShareAccess
	if c.minor > 0 {
		const signals = 0x30000 // SIGNAL_DELEG_WHEN_RESRC_AVAIL, PUSH_DELEG_WHEN_UNCONTENDED
		access &^= nfs4.OPEN4_SHARE_ACCESS_WANT_DELEG_MASK | signals
	}
	if access == 0 || access > nfs4.OPEN4_SHARE_ACCESS_BOTH || a.ShareDeny > nfs4.OPEN4_SHARE_DENY_BOTH {
		return nfs4.NFS4ERR_INVAL
	}
	// The bits are those of the lock table: 1 reads, 2 writes.
	o.access, o.deny = vfs.ShareAccess(access), vfs.ShareAccess(a.ShareDeny)

	r := c.s.reg
	r.mu.Lock()
	cl, st := c.client(a.Owner.Clientid)
	early := st == nfs4.NFS4_OK && c.minor > 0 && !cl.reclaimed
	r.mu.Unlock()
	if st != nfs4.NFS4_OK {
		return st
	}
	if early && a.Claim.GetClaim() != nfs4.CLAIM_PREVIOUS {
		return nfs4.NFS4ERR_GRACE // RFC 8881 18.51.3
	}
	o.owner, st = r.owner(cl, ownerKey{name: string(a.Owner.Owner)})
	if st != nfs4.NFS4_OK {
		return st
	}
	defer o.owner.busy.Unlock()
	if c.minor > 0 {
		o.owner.confirmed = true
	} else if !o.owner.confirmed && a.Seqid != o.owner.seqid {
		// It was never confirmed, so this is its first OPEN again (RFC 7530
		// 16.18.5).
		c.forgetOpens(o.owner)
		o.owner.started = false
	}
	return c.sequenced(o.owner, a.Seqid, nfs4.OP_OPEN, o.run)
}

// forgetOpens closes what an owner opened; its busy lock is held.
func (c *compound) forgetOpens(o *owner) {
	lost := &loss{client: o.client}
	c.s.reg.mu.Lock()
	for _, st := range o.files {
		c.s.reg.dropState(st, lost)
	}
	c.s.reg.mu.Unlock()
	lost.giveBack()
}

func (o *opening) run() status {
	target, st := o.target()
	if st != nfs4.NFS4_OK {
		return st
	}
	op, _, err := target.tree.OpenShare(o.ctx, o.origin, target.h, vfs.ShareOpen{
		Access: o.access, Deny: o.deny, LinkID: o.link, Created: o.made,
	})
	if err != nil {
		return o.fail(err)
	}
	who := *o.origin
	who.Open = op.ID
	if o.trunc != nil {
		by := &who
		if o.access&vfs.ShareWrite == 0 {
			by = o.origin // it is the caller who must be allowed to write
		}
		if _, err := target.tree.SetAttr(o.ctx, by, target.h, vfs.Changes{Size: o.trunc}); err != nil {
			_, _ = target.tree.Close(o.ctx, &who, op)
			return o.failIO(err)
		}
	}
	id, st := o.record(target, heldOpen{op: op, access: o.access, deny: o.deny})
	if st != nfs4.NFS4_OK {
		_, _ = target.tree.Close(o.ctx, &who, op)
		return st
	}
	o.cur, o.curState = target, &id
	flags := uint32(nfs4.OPEN4_RESULT_LOCKTYPE_POSIX)
	if o.minor > 0 {
		flags |= nfs4.OPEN4_RESULT_PRESERVE_UNLINKED
	} else if !o.owner.confirmed {
		flags |= nfs4.OPEN4_RESULT_CONFIRM
	}
	return o.body(&nfs4.Open4resok{
		Stateid: id, Cinfo: cinfo(o.dir), Rflags: flags, Attrset: o.set.words(), Delegation: o.delegation(),
	})
}

// delegation says that there is none, and in minor version 1 why, if one was
// asked for.
func (o *opening) delegation() nfs4.OpenDelegation4 {
	want := o.args.ShareAccess & nfs4.OPEN4_SHARE_ACCESS_WANT_DELEG_MASK
	switch {
	case o.minor == 0 || want == 0:
		return &nfs4.OpenDelegation4_OPEN_DELEGATE_NONE{}
	case want == nfs4.OPEN4_SHARE_ACCESS_WANT_NO_DELEG:
		return &nfs4.OpenDelegation4_OPEN_DELEGATE_NONE_EXT{OdWhynone: &nfs4.OpenNoneDelegation4_default{OndWhy: nfs4.WND4_NOT_WANTED}}
	}
	return &nfs4.OpenDelegation4_OPEN_DELEGATE_NONE_EXT{OdWhynone: &nfs4.OpenNoneDelegation4_WND4_RESOURCE{}}
}

// record joins the open to the owner's other opens of the file. One with the
// same access and deny adds nothing to them, and is closed.
func (o *opening) record(target node, h heldOpen) (id nfs4.Stateid4, st status) {
	r := o.s.reg
	r.mu.Lock()
	s := o.owner.files[target]
	if s == nil {
		if s, st = r.newState(o.owner, target); st != nfs4.NFS4_OK {
			r.mu.Unlock()
			return id, st
		}
		s.locks = map[*owner]*state{}
		o.owner.files[target] = s
	} else if o.owner.client.gone {
		r.mu.Unlock()
		return id, nfs4.NFS4ERR_EXPIRED
	}
	double := false
	for _, other := range s.opens {
		double = double || other.access == h.access && other.deny == h.deny
	}
	if !double {
		s.opens = append(s.opens, h)
	}
	s.access, s.deny = s.access|h.access, s.deny|h.deny
	s.bump()
	id = s.stateid()
	r.mu.Unlock()
	if double {
		(&loss{client: o.owner.client, opens: []heldOpen{h}}).giveBack()
	}
	return id, nfs4.NFS4_OK
}

// target finds or makes the file that the claim names.
func (o *opening) target() (node, status) {
	how, create := o.args.Openhow.(*nfs4.Openflag4_OPEN4_CREATE)
	switch claim := o.args.Claim.(type) {
	case *nfs4.OpenClaim4_CLAIM_NULL:
		if create {
			return o.createIn(claim.File, how.How)
		}
		return o.findIn(claim.File)
	case *nfs4.OpenClaim4_CLAIM_FH:
		if o.minor == 0 {
			return node{}, nfs4.NFS4ERR_BADXDR
		}
		if create {
			return node{}, nfs4.NFS4ERR_INVAL
		}
		a, st := o.attr(o.cur)
		if st == nfs4.NFS4_OK {
			st = o.openable(&a)
		}
		return o.cur, st
	case *nfs4.OpenClaim4_CLAIM_PREVIOUS:
		return node{}, nfs4.NFS4ERR_NO_GRACE
	case *nfs4.OpenClaim4_CLAIM_DELEGATE_CUR, *nfs4.OpenClaim4_CLAIM_DELEG_CUR_FH:
		return node{}, nfs4.NFS4ERR_BAD_STATEID // no delegation was given out
	}
	return node{}, nfs4.NFS4ERR_NOTSUPP
}

// openable is the status of a node that is to be opened.
func (o *opening) openable(a *vfs.Attr) status {
	switch a.Type {
	case vfs.TypeRegular:
		return nfs4.NFS4_OK
	case vfs.TypeDirectory:
		return nfs4.NFS4ERR_ISDIR
	case vfs.TypeSymlink:
		return nfs4.NFS4ERR_SYMLINK
	}
	if o.minor > 0 {
		return nfs4.NFS4ERR_WRONG_TYPE
	}
	return nfs4.NFS4ERR_SYMLINK // which stands for all that is no file (RFC 7530 16.16.5)
}

// findIn is the file of that name in the current directory.
func (o *opening) findIn(name []byte) (node, status) {
	n, e, st := o.find(o.cur, name)
	if st != nfs4.NFS4_OK {
		return n, st
	}
	a, st := o.attr(o.cur)
	if st != nfs4.NFS4_OK {
		return n, st
	}
	o.dir = vfs.WCC{Before: a, After: a}
	o.link = e.LinkID
	if o.cur.root {
		return n, nfs4.NFS4ERR_ISDIR
	}
	return n, o.openable(&e.Attr)
}

// maxRaces bounds how often a name may come and go under one OPEN.
const maxRaces = 100

// createIn makes the file, or finds it if the mode lets it exist.
func (o *opening) createIn(name []byte, how nfs4.Createhow4) (node, status) {
	if _, st := o.directory(o.cur); st != nfs4.NFS4_OK {
		return node{}, st
	}
	if st := checkName(name); st != nfs4.NFS4_OK {
		return node{}, st
	}
	opts, ch, unchecked, st := o.creation(how)
	if st != nfs4.NFS4_OK {
		return node{}, st
	}
	for range maxRaces {
		if unchecked || o.cur.root {
			n, st := o.findIn(name)
			if st == nfs4.NFS4_OK && ch.Size != nil {
				// Over an existing file only a size of 0 counts.
				if o.trunc, o.set = ch.Size, mask(nfs4.FATTR4_SIZE); *ch.Size != 0 {
					o.trunc, o.set = nil, bitmap{}
				}
			}
			if st != nfs4.NFS4ERR_NOENT {
				return n, st
			}
		}
		if st := checkNewName(name); st != nfs4.NFS4_OK {
			return node{}, st
		}
		if o.cur.root {
			return node{}, nfs4.NFS4ERR_ROFS
		}
		made, err := o.cur.tree.Create(o.ctx, o.origin, o.cur.h, string(name), opts)
		if errors.Is(err, vfs.ErrExist) && unchecked {
			continue
		}
		if err != nil {
			return node{}, o.fail(err)
		}
		o.made, o.dir, o.link, o.set = true, made.Dir, made.Entry.LinkID, ch.set
		return o.cur.sibling(made.Entry.Attr.Handle), nfs4.NFS4_OK
	}
	return node{}, nfs4.NFS4ERR_DELAY
}

// creation is what a createhow4 asks for.
func (o *opening) creation(how nfs4.Createhow4) (opts vfs.CreateOptions, ch changes, unchecked bool, st status) {
	var attrs *nfs4.Fattr4
	switch how := how.(type) {
	case *nfs4.Createhow4_UNCHECKED4:
		attrs, unchecked = &how.Createattrs, true
	case *nfs4.Createhow4_GUARDED4:
		attrs = &how.Createattrs
	case *nfs4.Createhow4_EXCLUSIVE4:
		opts.Verifier = &how.Createverf
	case *nfs4.Createhow4_EXCLUSIVE4_1:
		if o.minor == 0 {
			return opts, ch, false, nfs4.NFS4ERR_BADXDR
		}
		opts.Verifier = &how.ChCreateboth.CvaVerf
		attrs = &how.ChCreateboth.CvaAttrs
		if !bitmapOf(attrs.Attrmask).and(o.supported()).without(exclusive).empty() {
			return opts, ch, false, nfs4.NFS4ERR_INVAL
		}
	}
	if attrs != nil {
		if ch, st = o.parseChanges(attrs); st != nfs4.NFS4_OK {
			return opts, ch, false, st
		}
	}
	ch.over(&vfs.Attr{})
	opts.Init = ch.Changes
	if opts.Verifier == nil {
		opts.Guarded = true
		if opts.Init.Mode == nil {
			mode := uint32(0o644)
			opts.Init.Mode = &mode
		}
	}
	return opts, ch, unchecked, nfs4.NFS4_OK
}
