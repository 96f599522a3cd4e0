package nfs4

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"hash/maphash"
	"log/slog"

	"crosswire/server/nfs/export"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// Version is the version of the program.
const Version = nfs4.NFS_V4

// Service is NFSv4 over a table of exports.
type Service struct {
	exports *export.Table
	log     *slog.Logger
	shares  pseudo
	reg     *registry
	seed    maphash.Seed // of the checksums by which false retries are known
	// writeVerf changes with every start (RFC 7530 16.36.4).
	writeVerf nfs4.Verifier4
	// cookieVerf belongs to the cookies of this start.
	cookieVerf nfs4.Verifier4
	// owner names the server to its clients (RFC 8881 2.5).
	owner []byte
}

// New makes the service, with fresh verifiers and no clients.
func New(exports *export.Table, road *vfs.VFS, log *slog.Logger) *Service {
	var boot [4]byte
	s := &Service{exports: exports, log: log, seed: maphash.MakeSeed(), owner: make([]byte, 16)}
	for _, b := range [][]byte{s.writeVerf[:], s.cookieVerf[:], boot[:], s.owner} {
		_, _ = rand.Read(b) // never fails (crypto/rand)
	}
	s.shares.clock = road.Clock()
	s.reg = newRegistry(road.Clock(), binary.BigEndian.Uint32(boot[:]))
	s.Refresh()
	return s
}

// Refresh makes the pseudo file system follow the exports.
func (s *Service) Refresh() { s.shares.follow(s.exports.Trees()) }

// Stop ends the leases of all clients, so that no timer outlives the service.
func (s *Service) Stop() { s.reg.stop() }

// Procedures are those of the version. COMPOUND keeps its replies in the
// duplicate-request cache where minor version 0 has nothing better; sessions
// have their own.
func (s *Service) Procedures() rpcserver.Version {
	return rpcserver.Version{
		nfs4.NFSPROC4_NULL:     {Name: "NFSPROC4_NULL", Handle: s.null},
		nfs4.NFSPROC4_COMPOUND: {Name: "NFSPROC4_COMPOUND", NonIdempotent: true, Handle: s.compound},
	}
}

// null is NFSPROC4_NULL (RFC 7530 15.1).
func (s *Service) null(_ context.Context, c *rpcserver.Call, _ *rpcserver.Reply) error {
	return streamOnly(c)
}

// streamOnly: NFSv4 needs a transport with congestion control (RFC 7530 3.1),
// and so is not answered over UDP.
func streamOnly(c *rpcserver.Call) error {
	if c.Network != "tcp" {
		return rpcserver.ErrNoReply
	}
	return nil
}
