package mount

import (
	"bytes"
	"context"
	"errors"
	"log/slog"

	"crosswire/server/nfs/export"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/mount3"
	"crosswire/server/wire/xdr/rpcmsg"
)

// mnt is MOUNTPROC3_MNT (RFC 1813 5.2.1): the handle of a directory, and the
// flavors with which it can be used.
func (s *Service) mnt(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	path, err := decodePath(c)
	if err != nil {
		return err
	}
	handle, status := s.resolve(ctx, c, path)
	s.log.Debug("mount", slog.String("peer", c.Peer.String()), slog.String("path", path), slog.String("status", mount3.Mountstat3_name[status]))
	if status != mount3.MNT3_OK {
		reply.Uint32(uint32(status))
		return nil
	}
	s.mounts.add(export.Host(c.Peer), path)
	res := mount3.Mountres3_MNT3_OK{Mountinfo: mount3.Mountres3Ok{
		Fhandle:     handle,
		AuthFlavors: []uint32{uint32(rpcmsg.AUTH_SYS), uint32(rpcmsg.AUTH_NONE)},
	}}
	_, err = res.WriteTo(reply)
	return err
}

// resolve walks from the share's root to the directory, by names alone.
func (s *Service) resolve(ctx context.Context, c *rpcserver.Call, path string) ([]byte, mount3.Mountstat3) {
	if len(path) > mount3.MNTPATHLEN {
		return nil, mount3.MNT3ERR_NAMETOOLONG
	}
	tree, below, ok := s.exports.Find(path)
	if !ok {
		return nil, mount3.MNT3ERR_NOENT
	}
	origin := export.Origin(c)
	at, err := tree.GetAttr(ctx, origin, tree.Root())
	for _, name := range below {
		if err != nil {
			break
		}
		if name == ".." {
			return nil, mount3.MNT3ERR_ACCES
		}
		var e vfs.Entry
		e, _, err = tree.Lookup(ctx, origin, at.Handle, name)
		at = e.Attr
	}
	if err == nil && at.Type != vfs.TypeDirectory {
		err = vfs.ErrNotDir
	}
	if err != nil {
		return nil, statusOf(err)
	}
	handle, err := s.exports.Encode(tree, at.Handle)
	if err != nil {
		return nil, mount3.MNT3ERR_NOENT
	}
	return handle, mount3.MNT3_OK
}

// statusOf is the one table from the road's errors to mountstat3.
func statusOf(err error) mount3.Mountstat3 {
	for _, row := range []struct {
		err    error
		status mount3.Mountstat3
	}{
		{vfs.ErrNotExist, mount3.MNT3ERR_NOENT},
		{vfs.ErrNoShare, mount3.MNT3ERR_NOENT},
		{vfs.ErrStale, mount3.MNT3ERR_NOENT},
		{vfs.ErrNotDir, mount3.MNT3ERR_NOTDIR},
		{vfs.ErrAccess, mount3.MNT3ERR_ACCES},
		{vfs.ErrPerm, mount3.MNT3ERR_PERM},
		{vfs.ErrNameTooLong, mount3.MNT3ERR_NAMETOOLONG},
		{vfs.ErrInval, mount3.MNT3ERR_INVAL},
	} {
		if errors.Is(err, row.err) {
			return row.status
		}
	}
	return mount3.MNT3ERR_SERVERFAULT
}

func decodePath(c *rpcserver.Call) (string, error) {
	path, _, err := mount3.ReadDirpath(bytes.NewReader(c.Args))
	if err != nil {
		return "", rpcserver.Garbage(err)
	}
	return string(path), nil
}
