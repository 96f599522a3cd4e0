package nfs3

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"log/slog"

	"crosswire/server/nfs/export"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// Service is NFSv3 over a table of exports.
type Service struct {
	exports *export.Table
	log     *slog.Logger
	// writeVerf changes with every start (RFC 1813 3.3.7): what was written
	// UNSTABLE before may be lost, and the client must learn of it.
	writeVerf [nfs3.NFS3_WRITEVERFSIZE]byte
	// cookieVerf belongs to the cookies of this start. A cookie stays good as
	// long as its directory exists, so one verifier serves all directories.
	cookieVerf [nfs3.NFS3_COOKIEVERFSIZE]byte
}

// New makes the service, with fresh verifiers.
func New(exports *export.Table, log *slog.Logger) *Service {
	s := &Service{exports: exports, log: log}
	_, _ = rand.Read(s.writeVerf[:]) // never fails (crypto/rand)
	_, _ = rand.Read(s.cookieVerf[:])
	return s
}

// Program is the RPC program. Non-idempotent are the procedures that answer
// otherwise when they are executed again; WRITE and SETATTR are among them
// because, sent twice, they would undo what another client did in between.
func (s *Service) Program() *rpcserver.Program {
	v := rpcserver.Version{}
	for _, p := range []struct {
		number nfs3.NfsProc3
		once   bool
		handle func(context.Context, *rpcserver.Call, *rpcserver.Reply) error
	}{
		{nfs3.NFSPROC3_NULL, false, s.null},
		{nfs3.NFSPROC3_GETATTR, false, s.getattr},
		{nfs3.NFSPROC3_SETATTR, true, s.setattr},
		{nfs3.NFSPROC3_LOOKUP, false, s.lookup},
		{nfs3.NFSPROC3_ACCESS, false, s.access},
		{nfs3.NFSPROC3_READLINK, false, s.readlink},
		{nfs3.NFSPROC3_READ, false, s.read},
		{nfs3.NFSPROC3_WRITE, true, s.write},
		{nfs3.NFSPROC3_CREATE, true, s.create},
		{nfs3.NFSPROC3_MKDIR, true, s.mkdir},
		{nfs3.NFSPROC3_SYMLINK, true, s.symlink},
		{nfs3.NFSPROC3_MKNOD, true, s.mknod},
		{nfs3.NFSPROC3_REMOVE, true, s.remove},
		{nfs3.NFSPROC3_RMDIR, true, s.rmdir},
		{nfs3.NFSPROC3_RENAME, true, s.rename},
		{nfs3.NFSPROC3_LINK, true, s.link},
		{nfs3.NFSPROC3_READDIR, false, s.readdir},
		{nfs3.NFSPROC3_READDIRPLUS, false, s.readdirplus},
		{nfs3.NFSPROC3_FSSTAT, false, s.fsstat},
		{nfs3.NFSPROC3_FSINFO, false, s.fsinfo},
		{nfs3.NFSPROC3_PATHCONF, false, s.pathconf},
		{nfs3.NFSPROC3_COMMIT, false, s.commit},
	} {
		v[uint32(p.number)] = rpcserver.Procedure{Name: nfs3.NfsProc3_name[p.number], NonIdempotent: p.once, Handle: p.handle}
	}
	return &rpcserver.Program{Number: nfs3.NFS_PROGRAM, Name: "nfs", Versions: map[uint32]rpcserver.Version{nfs3.NFS_V3: v}}
}

// Versions are the versions of the program, for the port mapper.
func (s *Service) Versions() []uint32 { return []uint32{nfs3.NFS_V3} }

// decode fills args from the call's arguments.
func decode(c *rpcserver.Call, args io.ReaderFrom) error {
	if _, err := args.ReadFrom(bytes.NewReader(c.Args)); err != nil {
		return rpcserver.Garbage(err)
	}
	return nil
}

// request is one call on the road: who asks, and where the answer goes.
type request struct {
	s      *Service
	ctx    context.Context
	origin *vfs.Origin
	reply  *rpcserver.Reply
}

func (s *Service) request(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) *request {
	return &request{s: s, ctx: ctx, origin: export.Origin(c), reply: reply}
}

// node is a file handle that was understood. The zero node stands for one that
// was not.
type node struct {
	tree *vfs.Tree
	h    vfs.FileHandle
}

func (q *request) node(handle []byte) (node, error) {
	tree, h, err := q.s.exports.Decode(handle)
	return node{tree, h}, err
}

// sibling is another file in n's tree.
func (n node) sibling(h vfs.FileHandle) node { return node{n.tree, h} }
