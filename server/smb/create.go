package smb

import (
	"errors"
	"strings"

	"crosswire/server/adapter"
	"crosswire/server/lock"
	"crosswire/server/smb/oplock"
	"crosswire/server/vfs"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// newFileID makes the id of an open. The two halves differ, so that a client
// that mixes them up is found out.
func (a *Adapter) newFileID() smb2.FileID {
	n := a.fileIDs.Add(1)
	return smb2.FileID{Persistent: n | 1<<62, Volatile: n}
}

// create implements CREATE (MS-SMB2 3.3.5.9).
func (r *request) create() (b body, err error) {
	defer func() { r.chain.prev.err = err }()
	r.chain.prev.hasFile, r.chain.prev.fileID = true, smb2.FileID{}
	var q smb2.CreateRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	if q.ImpersonationLevel > smb2.ImpersonationDelegate {
		return nil, ntstatus.BadImpersonationLevel
	}
	if r.tree.vfs == nil {
		return r.openPipe(&q)
	}
	op := &creation{r: r, q: &q}
	if err := op.check(); err != nil {
		return nil, err
	}
	return op.do()
}

// creation is one CREATE of a file or directory under way.
type creation struct {
	r     *request
	q     *smb2.CreateRequest
	req   vfs.OpenRequest
	lease *smb2.LeaseContext
	// allocate is what SMB2_CREATE_ALLOCATION_SIZE asks for, in bytes.
	allocate uint64
	eas      []fscc.FullEa // of a new or overwritten file
	of       *openFile
	granted  oplock.Granted
	grant    error // why the lease was refused
}

// check turns the request into the road's terms, refusing what no state of
// the file could make right.
func (op *creation) check() error {
	q := op.q
	access, err := mapAccess(q.DesiredAccess)
	if err != nil {
		return err
	}
	if q.ShareAccess&^(smb2.ShareRead|smb2.ShareWrite|smb2.ShareDelete) != 0 || q.Disposition > smb2.FileOverwriteIf {
		return ntstatus.InvalidParameter
	}
	if err := checkOptions(q, access); err != nil {
		return err
	}
	path, stream, err := splitName(q.Name)
	if err != nil {
		return err
	}
	if stream.data && q.Options&smb2.FileDirectoryFile != 0 {
		return ntstatus.NotADirectory // MS-FSA 2.1.5.1
	}
	if q.FileAttributes&^validAttributes != 0 {
		return ntstatus.InvalidParameter
	}
	op.req = vfs.OpenRequest{
		Path: path, Stream: stream.name, Access: access,
		Share:         shareOf(q.ShareAccess),
		Disposition:   vfs.Disposition(q.Disposition),
		Directory:     q.Options&smb2.FileDirectoryFile != 0 || stream.index,
		NonDir:        q.Options&smb2.FileNonDirectoryFile != 0 || stream.data,
		DeleteOnClose: q.Options&smb2.FileDeleteOnClose != 0,
		Reparse:       q.Options&smb2.FileOpenReparsePoint != 0,
		Attributes:    uint32(q.FileAttributes),
	}
	return op.checkContexts()
}

// validAttributes are those that a CREATE may carry (MS-FSCC 2.6).
const validAttributes = 0x00007FB7 | fscc.AttributeDirectory | fscc.AttributeIntegrityStream | fscc.AttributeNoScrubData

// unsupportedOptions have no meaning here and are refused (MS-SMB2 3.3.5.9).
const unsupportedOptions = smb2.FileCreateTreeConnection | smb2.FileOpenByFileID | smb2.FileReserveOpfilter

// checkOptions refuses options that contradict each other (MS-FSA 2.1.5.1).
func checkOptions(q *smb2.CreateRequest, access uint32) error {
	o := q.Options
	switch {
	case o&0xFF000000 != 0:
		return ntstatus.InvalidParameter
	case o&unsupportedOptions != 0:
		return ntstatus.NotSupported
	case o&smb2.FileDirectoryFile != 0 && o&smb2.FileNonDirectoryFile != 0:
		return ntstatus.InvalidParameter
	case o&smb2.FileDirectoryFile != 0 && (q.Disposition == smb2.FileSupersede || q.Disposition == smb2.FileOverwrite || q.Disposition == smb2.FileOverwriteIf):
		return ntstatus.InvalidParameter
	case o&smb2.FileDirectoryFile != 0 && q.FileAttributes&fscc.AttributeTemporary != 0:
		return ntstatus.InvalidParameter
	case o&smb2.FileDeleteOnClose != 0 && access&(vfs.RightDelete|vfs.MaximumAllowed) == 0:
		return ntstatus.AccessDenied
	}
	return nil
}

// Generic and special rights (MS-SMB2 2.2.13.1).
const (
	accessSystemSecurity = 0x01000000
	genericAll           = 0x10000000
	genericExecute       = 0x20000000
	genericWrite         = 0x40000000
	genericRead          = 0x80000000
)

// mapAccess replaces generic rights by specific ones (MS-SMB2 3.3.5.9).
func mapAccess(a uint32) (uint32, error) {
	if a == 0 || a&^(uint32(vfs.RightAll)|vfs.MaximumAllowed|accessSystemSecurity|genericAll|genericExecute|genericWrite|genericRead) != 0 {
		return 0, ntstatus.AccessDenied
	}
	if a&accessSystemSecurity != 0 {
		return 0, ntstatus.PrivilegeNotHeld
	}
	const standard = vfs.RightReadControl | vfs.RightSynchronize
	for _, g := range []struct{ generic, specific uint32 }{
		{genericAll, vfs.RightAll},
		{genericRead, standard | vfs.RightReadData | vfs.RightReadAttributes | vfs.RightReadEA},
		{genericWrite, standard | vfs.RightWriteData | vfs.RightAppendData | vfs.RightWriteAttributes | vfs.RightWriteEA},
		{genericExecute, standard | vfs.RightExecute | vfs.RightReadAttributes},
	} {
		if a&g.generic != 0 {
			a = a&^g.generic | g.specific
		}
	}
	return a, nil
}

func shareOf(s smb2.ShareAccess) lock.Access {
	var a lock.Access
	if s&smb2.ShareRead != 0 {
		a |= lock.Read
	}
	if s&smb2.ShareWrite != 0 {
		a |= lock.Write
	}
	if s&smb2.ShareDelete != 0 {
		a |= lock.Delete
	}
	return a
}

// knownContexts need no support to be ignored safely (MS-SMB2 3.3.5.9: a
// server ignores the contexts that it does not support).
func (op *creation) checkContexts() error {
	for _, c := range op.q.Contexts {
		switch c.Name {
		case smb2.ContextRqLs:
			l := &smb2.LeaseContext{}
			if err := l.Decode(c.Data); err != nil {
				return err
			}
			if op.r.c.dialect >= smb2.Dialect210 {
				op.lease = l
			}
		case smb2.ContextAlSi:
			n, err := smb2.DecodeAllocationSize(c.Data)
			if err != nil {
				return err
			}
			if n > maxFile {
				return ntstatus.InvalidParameter
			}
			op.allocate = n
		case smb2.ContextSecD:
			d, err := decodeSecurity(c.Data)
			if err != nil {
				return err
			}
			if d.SACL != nil {
				return ntstatus.PrivilegeNotHeld
			}
			op.req.Security = d
		case smb2.ContextExtA:
			eas, err := decodeEAs(c.Data)
			if err != nil {
				return err
			}
			op.eas = eas
		case smb2.ContextTWrp:
			return ntstatus.ObjectNameNotFound // there are no snapshots
		}
	}
	if op.q.OplockLevel != smb2.OplockLease {
		op.lease = nil
	}
	if op.lease != nil && op.lease.Version == 2 && op.r.c.dialect < smb2.Dialect300 {
		op.lease = nil
	}
	return nil
}

// do opens the file and answers.
func (op *creation) do() (body, error) {
	r := op.r
	a := r.c.a
	op.of = &openFile{id: a.newFileID(), session: r.session, tree: r.tree, level: oplock.Level(op.q.OplockLevel)}
	o := r.origin(nil)
	if op.lease != nil {
		op.of.leaseKey = adapter.LeaseKey(op.lease.Key)
		o.LeaseKey = op.of.leaseKey
		if err := op.checkLeaseKey(o); err != nil {
			return nil, err
		}
	}
	op.req.Grant = op.cache
	got, err := r.tree.vfs.Open(r.ctx, o, op.req)
	if err != nil {
		return nil, createStatus(err, op)
	}
	op.of.file = got.Open
	if err := op.reserve(got); err != nil {
		op.of.end(a)
		return nil, err
	}
	err = op.grant
	if err == nil && got.Open.Stream == "" {
		err = op.giveEAs(got.Action)
	}
	if err == nil {
		err = r.session.enter(op.of)
	}
	if err != nil {
		op.of.end(a)
		return nil, err
	}
	r.chain.prev.fileID = op.of.id
	id := got.Open.ID
	r.announces = id
	return op.response(got), nil
}

// reserve makes room in a new or emptied file (MS-SMB2 3.3.5.9.6, MS-FSA
// 2.1.5.1.1 AllocationSize).
func (op *creation) reserve(got *vfs.Opened) error {
	if op.allocate == 0 || got.Action == vfs.ActionOpened || got.Open.IsDir {
		return nil
	}
	t := op.r.tree.vfs
	wcc, err := t.Allocate(op.r.ctx, op.r.origin(op.of), got.Open.Handle, got.Open.Stream, 0, op.allocate, false)
	if err == nil && got.Open.Stream == "" {
		got.Attr = wcc.After
	}
	return err
}

// checkLeaseKey refuses a key that names a lease on another file before
// anything is created (MS-SMB2 3.3.5.9.8).
func (op *creation) checkLeaseKey(o *vfs.Origin) error {
	var h vfs.FileHandle
	p, err := op.r.tree.vfs.Walk(op.r.ctx, o, op.req.Path, !op.req.Reparse)
	if err != nil {
		return err
	}
	if p.Found {
		h = vfs.CacheHandle(p.Entry.Attr.Handle, op.req.Stream)
	}
	return op.r.c.a.oplocks.CheckLeaseKey(o.ClientGUID, op.of.leaseKey, h)
}

// createStatus adapts an error of the road to what CREATE answers.
func createStatus(err error, op *creation) error {
	switch {
	case errors.Is(err, vfs.ErrShareDenied):
		return ntstatus.SharingViolation
	case errors.Is(err, vfs.ErrStale):
		return ntstatus.ObjectNameNotFound
	case errors.Is(err, vfs.ErrReadOnly):
		return ntstatus.AccessDenied
	}
	return err
}

// cache decides, behind the file's gate, how much the open may cache.
func (op *creation) cache(g vfs.Granting) {
	r := op.r
	level := op.of.level
	if level == oplock.LevelLease && op.lease == nil {
		level = oplock.LevelNone
	}
	req := oplock.Request{
		Open: g.Open.ID, Connection: r.c.number, Session: r.session.id,
		Notifier:  notifier{s: r.session, id: op.of.id},
		Level:     level,
		Directory: g.Open.IsDir,
		Deferred:  true,
	}
	if op.lease != nil {
		l := op.lease
		req.Lease = oplock.LeaseRequest{
			ClientGUID: [16]byte(r.c.clientGUID), Key: op.of.leaseKey, State: oplock.State(l.State & smb2.LeaseRWH),
			V2: l.Version == 2, Epoch: l.Epoch,
			Parent: adapter.LeaseKey(l.ParentKey), HasParent: l.Flags&smb2.LeaseParentKeySet != 0,
		}
	}
	for _, other := range g.Others {
		if r.c.a.sameLease(other, r.c.clientGUID, op.of.leaseKey) || other.AttributesOnly() {
			continue
		}
		req.OtherOpens++
	}
	req.Locked = op.lockedByOthers(g)
	op.granted, op.grant = r.c.a.oplocks.Grant(vfs.CacheHandle(g.Open.Handle, g.Open.Stream), req)
	if op.grant == nil {
		r.c.a.leaseOf.Store(g.Open.ID, leaseID{r.c.clientGUID, op.of.leaseKey})
	}
}

// leaseID is the lease that an open was made under, if any.
type leaseID struct {
	client smb2.GUID
	key    adapter.LeaseKey
}

// sameLease reports whether another open is under the same lease.
func (a *Adapter) sameLease(other *vfs.Open, client smb2.GUID, key adapter.LeaseKey) bool {
	if key == (adapter.LeaseKey{}) {
		return false
	}
	v, ok := a.leaseOf.Load(other.ID)
	return ok && v.(leaseID) == leaseID{client, key}
}

func (op *creation) lockedByOthers(g vfs.Granting) bool {
	for _, l := range g.Open.Tree.VFS().Locks().Locks(g.Open.Handle, g.Open.StreamKey()) {
		v, ok := op.r.c.a.leaseOf.Load(l.Owner.ID)
		// An NFS lock's ID is no open's.
		if !ok || l.Owner.Protocol != vfs.ProtocolSMB || op.of.leaseKey == (adapter.LeaseKey{}) || v.(leaseID) != (leaseID{op.r.c.clientGUID, op.of.leaseKey}) {
			return true
		}
	}
	return false
}

// response fills in the answer and its contexts.
func (op *creation) response(got *vfs.Opened) *smb2.CreateResponse {
	a := got.Attr
	resp := &smb2.CreateResponse{
		OplockLevel:  smb2.OplockLevel(op.granted.Level),
		Action:       smb2.CreateAction(got.Action),
		CreationTime: fscc.FiletimeOf(a.Btime), LastAccessTime: fscc.FiletimeOf(a.Atime),
		LastWriteTime: fscc.FiletimeOf(a.Mtime), ChangeTime: fscc.FiletimeOf(a.Ctime),
		AllocationSize: allocation(a), EndOfFile: endOfFile(a), FileAttributes: dosAttributes(a),
		FileID: op.of.id,
	}
	if op.req.Stream != "" {
		if size, used, err := op.r.tree.vfs.StreamSize(got.Open); err == nil {
			resp.EndOfFile, resp.AllocationSize = size, used
		}
	}
	for _, c := range op.q.Contexts {
		switch c.Name {
		case smb2.ContextMxAc:
			resp.Contexts = append(resp.Contexts, (&smb2.MaximalAccessResponse{MaximalAccess: got.Maximum}).Context())
		case smb2.ContextQFid:
			resp.Contexts = append(resp.Contexts, (&smb2.OnDiskID{FileID: a.Handle.ID, VolumeID: a.Handle.FSID}).Context())
		}
	}
	if op.granted.Level == oplock.LevelLease {
		l := &smb2.LeaseContext{Version: 1, Key: op.lease.Key, State: smb2.LeaseState(op.granted.State)}
		if op.granted.V2 {
			l.Version, l.Epoch = 2, op.granted.Epoch
			if op.granted.HasParent {
				l.Flags |= smb2.LeaseParentKeySet
				l.ParentKey = smb2.LeaseKey(op.granted.Parent)
			}
		}
		if op.granted.Breaking {
			l.Flags |= smb2.LeaseBreakInProgress
		}
		resp.Contexts = append(resp.Contexts, l.Context())
	}
	return resp
}

// streamName is the part of a name behind the file (MS-FSCC 2.1.5).
type streamName struct {
	name string // of a named stream, "" for the file itself
	// data: the data was named by its type, so a directory cannot be meant;
	// index: the index was, so nothing but a directory can.
	data, index bool
}

// splitName takes a CREATE's name apart: components separated by '\', the last
// perhaps with a stream and its type (MS-FSCC 2.1.5). What Windows forbids in
// names is STATUS_OBJECT_NAME_INVALID.
func splitName(name string) (path string, stream streamName, err error) {
	if strings.HasPrefix(name, `\`) {
		return "", stream, ntstatus.InvalidParameter // MS-SMB2 3.3.5.9
	}
	base := name
	if i := strings.LastIndexByte(name, '\\') + 1; strings.Contains(name[i:], ":") {
		parts := strings.Split(name[i:], ":")
		base = name[:i] + parts[0]
		if stream, err = streamOf(parts[1:]); err != nil {
			return "", stream, err
		}
	}
	base = strings.TrimSuffix(base, `\`)
	if base == "" {
		return "", stream, nil
	}
	// Windows takes "." and ".." out of a path before it looks at the files
	// (MS-FSCC 2.1.5.1 leaves them to the server); above the root is nothing.
	var names []string
	for _, n := range strings.Split(base, `\`) {
		switch n {
		case ".":
		case "..":
			if len(names) == 0 {
				return "", stream, ntstatus.ObjectPathSyntaxBad
			}
			names = names[:len(names)-1]
		default:
			if err := checkComponent(n); err != nil {
				return "", stream, err
			}
			names = append(names, n)
		}
	}
	return strings.Join(names, "/"), stream, nil
}

// streamOf reads what follows the first ':', split at the others. A stream's
// name may have any character but those that separate (MS-FSCC 2.1.5.3).
func streamOf(parts []string) (s streamName, err error) {
	typed := len(parts) == 2
	s.name = parts[0]
	switch {
	case len(parts) > 2, strings.ContainsAny(s.name, "/\x00"), len(s.name) > 3*vfs.NameMax:
		return s, ntstatus.ObjectNameInvalid
	case typed && strings.EqualFold(parts[1], "$INDEX_ALLOCATION"):
		if s.name != "" && !strings.EqualFold(s.name, "$I30") {
			return s, ntstatus.ObjectNameInvalid
		}
		return streamName{index: true}, nil
	case typed && !strings.EqualFold(parts[1], "$DATA"):
		return s, ntstatus.ObjectNameInvalid
	case s.name == "" && !typed:
		return s, ntstatus.ObjectNameInvalid
	}
	s.data = true
	return s, nil
}

// checkComponent refuses a name that SMB cannot have (MS-FSCC 2.1.5.2).
func checkComponent(n string) error {
	if n == "" {
		return ntstatus.ObjectNameInvalid
	}
	if strings.ContainsAny(n, `"*/:<>?|`) || strings.ContainsFunc(n, func(c rune) bool { return c < ' ' }) {
		return ntstatus.ObjectNameInvalid
	}
	if len(n) > 3*vfs.NameMax {
		return ntstatus.ObjectNameInvalid
	}
	return nil
}
