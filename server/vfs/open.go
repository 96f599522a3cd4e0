package vfs

import (
	"context"
	"errors"

	"crosswire/server/adapter"
	"crosswire/server/fs"
	"crosswire/server/lock"
	"crosswire/server/wire/secdesc"
)

// Disposition says what an open does with a name that exists or does not;
// the values are those of CreateDisposition (MS-SMB2 2.2.13).
type Disposition uint32

// The dispositions.
const (
	Supersede Disposition = iota
	OpenExisting
	CreateNew
	OpenIf
	Overwrite
	OverwriteIf
)

// Action is what an open did; the values are those of CreateAction (MS-SMB2
// 2.2.14).
type Action uint32

// The actions.
const (
	ActionSuperseded Action = iota
	ActionOpened
	ActionCreated
	ActionOverwritten
)

// MaximumAllowed in OpenRequest.Access asks for whatever is allowed.
const MaximumAllowed = 0x02000000

// OpenRequest is an SMB CREATE in the terms of the file system: generic rights
// mapped, names converted, options that contradict each other refused.
type OpenRequest struct {
	Path   string // names separated by '/', "" for the root
	Stream string
	// Access are the desired rights, perhaps with MaximumAllowed.
	Access uint32
	// Share are the accesses that the open shares.
	Share       lock.Access
	Disposition Disposition
	Directory   bool // FILE_DIRECTORY_FILE
	NonDir      bool // FILE_NON_DIRECTORY_FILE
	// DeleteOnClose: FILE_DELETE_ON_CLOSE, needs DELETE in Access.
	DeleteOnClose bool
	// Reparse opens a symbolic link itself (FILE_OPEN_REPARSE_POINT).
	Reparse    bool
	Attributes uint32 // DOS attributes of a new or overwritten file
	Mode       uint32 // permission bits of a new file, 0: the default
	// Security, if set, is the descriptor of a new file; what it lacks is
	// inherited.
	Security *secdesc.Descriptor
	// Grant, if set, is called behind the file's gate once the open is sure
	// to succeed: the only moment at which a lease or oplock may be granted.
	Grant func(Granting)
}

// Granting is what decides how much caching an open may have.
type Granting struct {
	Open   *Open
	Action Action
	// Others are the other opens of the same stream of the same file.
	Others []*Open
}

// Opened is the result of Open.
type Opened struct {
	Open   *Open
	Attr   Attr
	Dir    Attr // the directory that holds the name; zero for the root
	Action Action
	// Maximum are all rights that the origin has on the file.
	Maximum uint32
}

// Open implements MS-FSA 2.1.5.1 and the share and cache rules of MS-SMB2
// 3.3.5.9. It may block for a break (see Origin.OnWait).
func (t *Tree) Open(ctx context.Context, o *Origin, r OpenRequest) (*Opened, error) {
	ctx = adapter.WithOrigin(ctx, o)
	id := t.vfs.opens.nextID()
	created := false
	for range maxAgain {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p, err := t.Walk(ctx, o, r.Path, !r.Reparse)
		if err != nil {
			return nil, err
		}
		if !p.Found {
			if err := t.openCreate(ctx, o, p, r); errors.Is(err, ErrExist) || errors.Is(err, fs.ErrChanged) {
				continue
			} else if err != nil {
				return nil, err
			}
			created = true
			continue
		}
		if !created {
			if err := checkDisposition(p, r); err != nil {
				return nil, err
			}
		}
		got, err := t.openExisting(ctx, o, id, p, r, created)
		if errors.Is(err, errAgain) || errors.Is(err, fs.ErrChanged) {
			continue
		}
		return got, err
	}
	return nil, ErrShareDenied
}

// checkDisposition refuses what the name's existence or type refuses.
func checkDisposition(p Place, r OpenRequest) error {
	isDir := p.Entry.Attr.Type == TypeDirectory
	switch {
	case r.Disposition == CreateNew && r.Stream == "":
		return ErrExist
	case r.Directory && !isDir:
		return ErrNotADirectory
	case r.NonDir && isDir && r.Stream == "":
		return ErrNotAFile
	case isDir && r.Stream == "" && r.Disposition != OpenExisting && r.Disposition != OpenIf:
		return ErrNotAFile
	}
	return nil
}

// openCreate makes the file or directory that the open found missing.
func (t *Tree) openCreate(ctx context.Context, o *Origin, p Place, r OpenRequest) error {
	switch r.Disposition {
	case OpenExisting, Overwrite:
		return ErrNotExist
	}
	if r.DeleteOnClose && r.Attributes&DOSReadOnly != 0 {
		return ErrCannotDelete
	}
	dos := r.Attributes & DOSSettable
	mode := r.Mode
	init := Changes{DOS: &dos, Mode: &mode}
	if r.Directory {
		if mode == 0 {
			mode = 0o755
		}
		_, err := t.mkdir(ctx, o, p.Dir.Handle, p.Name, newborn{TypeDirectory, init, r.Security}, true)
		return err
	}
	dos |= DOSArchive // MS-FSA 2.1.5.1.1: a new file is to be archived
	if mode == 0 {
		mode = 0o644
	}
	var n NewNode
	return t.run(ctx, o, func() (step, error) {
		return t.makeName(o, p.Dir.Handle, newborn{TypeRegular, init, r.Security}, &n, func(init Changes) (NewNode, error) {
			return t.store.fs.Create(p.Dir.Handle, p.Name, fs.CreateOptions{Init: init, Exclusive: true, Fold: true})
		}), nil
	})
}

// openExisting opens the node at p. created: this very request made it, so
// its rights are not checked against its attributes.
func (t *Tree) openExisting(ctx context.Context, o *Origin, id uint64, p Place, r OpenRequest, created bool) (*Opened, error) {
	h := p.Entry.Attr.Handle
	isDir := p.Entry.Attr.Type == TypeDirectory
	cred := t.squash(o)
	maximum := t.openRights(cred, p.Entry.Attr, parentOf(p))
	readOnly := p.Entry.Attr.DOS&DOSReadOnly != 0 && !isDir
	if readOnly {
		maximum &^= RightWriteData | RightAppendData | RightDeleteChild
	}
	if t.Share().ReadOnly {
		maximum &^= rightsWrite | RightDelete | RightDeleteChild | RightWriteDAC | RightWriteOwner
	}
	access := r.Access &^ MaximumAllowed
	if r.Access&MaximumAllowed != 0 {
		access |= maximum
	}
	overwrite := !created && (r.Disposition == Supersede || r.Disposition == Overwrite || r.Disposition == OverwriteIf)
	if !created {
		need := access
		if overwrite {
			need |= RightWriteData
		}
		if missing := need &^ maximum; missing != 0 {
			if t.Share().ReadOnly && missing&(rightsWrite|RightDelete) != 0 {
				return nil, ErrReadOnly
			}
			return nil, ErrAccess
		}
		if overwrite && lostBits(p.Entry.Attr.DOS, r.Attributes) {
			return nil, ErrAccess
		}
	} else {
		maximum |= access
	}
	if r.DeleteOnClose && readOnly && !created {
		return nil, ErrCannotDelete
	}
	if t.vfs.opens.isPending(h, p.Entry.LinkID, r.Stream) {
		return nil, ErrDeletePending
	}

	op := &Open{
		ID: id, Tree: t, Handle: h, Stream: r.Stream, LinkID: p.Entry.LinkID, Access: access,
		Deny: ^r.Share & (lock.Read | lock.Write | lock.Delete), IsDir: isDir,
	}
	who := *o
	who.Open = id
	op.owner = t.vfs.owner(&who)

	got, wait, err := t.openBehindGate(adapter.WithOrigin(ctx, &who), op, p, r, overwrite, created)
	switch {
	case err != nil:
		return nil, err
	case !wait.IsZero():
		return nil, t.vfs.await(ctx, o, wait)
	}
	got.Maximum = maximum
	if p.Name != "" {
		got.Dir = p.Dir
	}
	t.tellOpened(o, p, r.Stream, overwrite, got.Action)
	return got, nil
}

// handleRights adds what a mode cannot say but a handle can carry. Who may read
// a file may open it for execution, since SMB clients read the program
// themselves; who may read and write it lacks nothing but ownership; and its
// owner, who could give himself the rest by a chmod, has it.
func handleRights(cred Cred, a Attr, rights uint32) uint32 {
	if rights&RightReadData != 0 {
		rights |= RightExecute
	}
	if rights&(RightReadData|RightWriteData) == RightReadData|RightWriteData {
		rights |= RightDeleteChild
		if a.UID == cred.UID {
			rights = RightAll
		}
	}
	return rights
}

func parentOf(p Place) *Attr {
	if p.Name == "" {
		return nil
	}
	return &p.Dir
}

// lostBits: an overwrite that does not repeat HIDDEN or SYSTEM is refused
// (MS-FSA 2.1.5.1.2.1).
func lostBits(have, asked uint32) bool {
	return have&(DOSHidden|DOSSystem)&^asked != 0
}

// openBehindGate reserves, breaks, changes and grants while no other
// operation is on the file.
func (t *Tree) openBehindGate(ctx context.Context, op *Open, p Place, r OpenRequest, overwrite, created bool) (got *Opened, wait FileHandle, err error) {
	h := op.Handle
	defer t.vfs.gates.enter(true, h)()
	if err := t.store.fs.Pin(h); err != nil {
		if errors.Is(err, ErrStale) {
			err = errAgain // removed since we looked
		}
		return nil, wait, err
	}
	defer func() {
		if got == nil {
			t.vfs.locks.Release(h, op.StreamKey(), op.owner)
			t.store.fs.Unpin(h)
		}
	}()
	if t.vfs.opens.isPending(h, p.Entry.LinkID, r.Stream) {
		return nil, wait, ErrDeletePending
	}
	conflict := t.vfs.locks.Reserve(h, op.StreamKey(), op.owner, shareAccess(op.Access), op.Deny) != nil
	if op.Stream == "" && op.Access&RightDelete != 0 && t.vfs.locks.CheckShare(h, lock.AnyStream, op.owner, lock.Delete, 0) != nil {
		conflict = true // a stream that does not share deletion keeps its file (MS-FSA 2.1.5.1.2.2)
	}
	if b := t.vfs.breaker(); b != nil && !b.Quiet() {
		cached := CacheHandle(h, op.Stream)
		p, err := pendingOf(b.CheckAndBreakForOpen(ctx, cached, adapter.OpenIntent{
			AttributesOnly: attributesOnly(op.Access),
			ReadControl:    op.Access&RightReadControl != 0,
			Overwrite:      overwrite,
			ShareConflict:  conflict,
		}))
		if err != nil {
			return nil, wait, err
		}
		if p == mustWait {
			return nil, cached, nil
		}
	}
	if conflict {
		return nil, wait, ErrShareDenied
	}
	action := ActionOpened
	if created {
		action = ActionCreated
	}
	if op.Stream != "" {
		if action, err = t.openStream(op, r); err != nil {
			return nil, wait, err
		}
	} else if overwrite {
		if action, err = t.overwrite(h, r); err != nil {
			return nil, wait, err
		}
	}
	if r.DeleteOnClose {
		op.deleteOnClose.Store(true)
	}
	a, err := t.store.fs.GetAttr(h)
	if err != nil {
		return nil, wait, err
	}
	t.vfs.opens.add(op)
	if r.Grant != nil {
		r.Grant(Granting{Open: op, Action: action, Others: t.vfs.opens.others(h, op.StreamKey(), op.ID)})
	}
	return &Opened{Open: op, Attr: a, Action: action}, wait, nil
}

// overwrite empties the file and sets its attributes anew.
func (t *Tree) overwrite(h FileHandle, r OpenRequest) (Action, error) {
	zero := uint64(0)
	dos := r.Attributes&DOSSettable | DOSArchive
	if _, err := t.store.fs.SetAttr(h, Changes{Size: &zero, DOS: &dos, Mtime: Now()}); err != nil {
		return 0, err
	}
	if r.Disposition == Supersede {
		return ActionSuperseded, nil
	}
	return ActionOverwritten, nil
}

// openStream finds, makes or empties a named stream as the disposition says.
func (t *Tree) openStream(op *Open, r OpenRequest) (Action, error) {
	info, err := t.store.fs.LookupStream(op.Handle, op.Stream)
	if errors.Is(err, ErrNoStream) {
		if r.Disposition == OpenExisting || r.Disposition == Overwrite {
			return 0, ErrNotExist
		}
		_, _, err := t.store.fs.CreateStream(op.Handle, op.Stream, false)
		return ActionCreated, err
	}
	if err != nil {
		return 0, err
	}
	op.Stream = info.Name // as it was created
	switch r.Disposition {
	case CreateNew:
		return 0, ErrExist
	case OpenExisting, OpenIf:
		return ActionOpened, nil
	}
	if _, err := t.store.fs.Truncate(op.Handle, op.Stream, 0); err != nil {
		return 0, err
	}
	if r.Disposition == Supersede {
		return ActionSuperseded, nil
	}
	return ActionOverwritten, nil
}

// shareAccess is what rights mean for share reservations (MS-FSA
// 2.1.5.1.2.1).
func shareAccess(rights uint32) lock.Access {
	var a lock.Access
	if rights&(RightReadData|RightExecute) != 0 {
		a |= lock.Read
	}
	if rights&(RightWriteData|RightAppendData) != 0 {
		a |= lock.Write
	}
	if rights&RightDelete != 0 {
		a |= lock.Delete
	}
	return a
}
