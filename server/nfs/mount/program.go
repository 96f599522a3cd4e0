package mount

import (
	"log/slog"

	"crosswire/server/nfs/export"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/xdr/mount3"
)

// Service is the mount protocol over a table of exports.
type Service struct {
	exports *export.Table
	log     *slog.Logger
	mounts  mountList
}

// New makes the service.
func New(exports *export.Table, log *slog.Logger) *Service {
	return &Service{exports: exports, log: log}
}

// Program is the RPC program.
func (s *Service) Program() *rpcserver.Program {
	v3 := rpcserver.Version{
		uint32(mount3.MOUNTPROC3_NULL):    rpcserver.Null("MOUNTPROC3_NULL"),
		uint32(mount3.MOUNTPROC3_MNT):     {Name: "MOUNTPROC3_MNT", Handle: s.mnt},
		uint32(mount3.MOUNTPROC3_DUMP):    {Name: "MOUNTPROC3_DUMP", Handle: s.dump},
		uint32(mount3.MOUNTPROC3_UMNT):    {Name: "MOUNTPROC3_UMNT", Handle: s.umnt},
		uint32(mount3.MOUNTPROC3_UMNTALL): {Name: "MOUNTPROC3_UMNTALL", Handle: s.umntAll},
		uint32(mount3.MOUNTPROC3_EXPORT):  {Name: "MOUNTPROC3_EXPORT", Handle: s.export},
	}
	// Version 1 differs in MNT alone, whose handle is one of version 2.
	v1 := rpcserver.Version{}
	for proc, p := range v3 {
		if proc != uint32(mount3.MOUNTPROC3_MNT) {
			v1[proc] = p
		}
	}
	return &rpcserver.Program{
		Number: mount3.MOUNT_PROGRAM, Name: "mount",
		Versions: map[uint32]rpcserver.Version{mount3.MOUNT_V1: v1, mount3.MOUNT_V3: v3},
	}
}

// Versions are the versions of the program, for the port mapper.
func (s *Service) Versions() []uint32 { return []uint32{mount3.MOUNT_V1, mount3.MOUNT_V3} }
