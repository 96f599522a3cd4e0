package smb

import (
	"context"
	"sync"

	"crosswire/server/adapter"
	"crosswire/server/smb/oplock"
	"crosswire/server/smb/pipe"
	"crosswire/server/vfs"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// openFile is one open (MS-SMB2 3.3.1.10): of a file or directory, or of a
// named pipe.
type openFile struct {
	id      smb2.FileID
	session *session
	tree    *tree
	file    *vfs.Open  // nil for a pipe
	pipe    *pipe.Pipe // nil for a file

	// The caching that was asked for, fixed at CREATE.
	leaseKey adapter.LeaseKey
	level    oplock.Level

	mu    sync.Mutex
	dir   enumeration
	times stickyTimes
	// position is CurrentByteOffset (MS-FSA 2.1.1.6): behind the last byte
	// read or written, or what FilePositionInformation set.
	position uint64
	mode     uint32
}

// stickyTimes are the times that the client set explicitly, so that later
// writes through this handle leave them (MS-FSA 2.1.5.15.2).
type stickyTimes struct{ write, access, change bool }

// openOf finds the open that a request names (MS-SMB2 3.3.5.2.10 and the
// related form of 3.3.5.2.7.2), and remembers it for the requests behind.
func (r *request) openOf(id smb2.FileID) (*openFile, error) {
	if r.h.IsRelated() && id.IsRelated() {
		switch prev := &r.chain.prev; {
		case prev.err != nil:
			return nil, prev.err
		case !prev.hasFile:
			return nil, ntstatus.InvalidHandle
		default:
			id = prev.fileID
		}
	}
	r.chain.prev.hasFile, r.chain.prev.fileID = true, id
	r.session.mu.Lock()
	o := r.session.opens[id.Volatile]
	r.session.mu.Unlock()
	if o == nil || o.id != id || o.tree != r.tree {
		return nil, ntstatus.FileClosed
	}
	return o, nil
}

// fileOf is openOf for a command that wants a file or directory.
func (r *request) fileOf(id smb2.FileID) (*openFile, error) {
	o, err := r.openOf(id)
	if err != nil {
		return nil, err
	}
	if o.file == nil {
		return nil, ntstatus.InvalidDeviceRequest
	}
	return o, nil
}

// isDir reports whether the open is of a directory itself, which has no data;
// a named stream of one does.
func (o *openFile) isDir() bool { return o.file.IsDir && o.file.Stream == "" }

// moved notes where the last read or write ended.
func (o *openFile) moved(to uint64) {
	o.mu.Lock()
	o.position = to
	o.mu.Unlock()
}

// enter registers an open. It fails if the session or the tree connect went
// while the open was made, or if the session has too many.
func (s *session) enter(o *openFile) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.state != sessionValid:
		return ntstatus.UserSessionDeleted
	case s.trees[o.tree.id] != o.tree:
		return ntstatus.NetworkNameDeleted
	case len(s.opens) >= maxOpens:
		return ntstatus.InsufficientResources
	}
	s.opens[o.id.Volatile] = o
	return nil
}

// leave forgets an open; false if it was closed already.
func (s *session) leave(o *openFile) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opens[o.id.Volatile] != o {
		return false
	}
	delete(s.opens, o.id.Volatile)
	return true
}

// end closes what the open stands for. Its lease or oplock goes first, so that
// whoever waits for it finds the reservation released soon after.
func (o *openFile) end(a *Adapter) vfs.Attr {
	if o.pipe != nil {
		o.pipe.Close()
		return vfs.Attr{}
	}
	who := &vfs.Origin{Protocol: vfs.ProtocolSMB, Client: o.session.conn.clientName(), Cred: o.session.cred,
		Open: o.file.ID, LeaseKey: o.leaseKey, ClientGUID: [16]byte(o.session.conn.clientGUID)}
	attr, _ := o.file.Tree.Close(context.Background(), who, o.file)
	a.oplocks.Close(o.file.ID)
	a.leaseOf.Delete(o.file.ID)
	return attr
}

// dosAttributes is what SMB shows of a node (MS-FSCC 2.6).
func dosAttributes(a vfs.Attr) fscc.FileAttributes {
	d := fscc.FileAttributes(a.DOS)
	switch a.Type {
	case vfs.TypeDirectory:
		d |= fscc.AttributeDirectory
		d &^= fscc.AttributeNormal
	case vfs.TypeSymlink, vfs.TypeBlock, vfs.TypeChar, vfs.TypeFIFO, vfs.TypeSocket:
		d |= fscc.AttributeReparsePoint
	}
	if d == 0 {
		d = fscc.AttributeNormal
	}
	return d
}

// endOfFile is the size that SMB shows; a directory has none.
func endOfFile(a vfs.Attr) uint64 {
	if a.Type == vfs.TypeDirectory {
		return 0
	}
	return a.Size
}

// allocation is the room that SMB shows.
func allocation(a vfs.Attr) uint64 {
	if a.Type == vfs.TypeDirectory {
		return 0
	}
	return a.Used
}
