package mount

import (
	"context"
	"slices"
	"sync"

	"crosswire/server/nfs/export"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/xdr/mount3"
)

// maxMounts bounds the list that DUMP tells: clients that never unmount cost
// no memory for ever; the oldest are forgotten.
const maxMounts = 1024

type mountEntry struct{ host, path string }

// mountList is who mounted what, oldest first. It is advisory (RFC 1813
// 5.2.2): nothing depends on it.
type mountList struct {
	mu   sync.Mutex
	list []mountEntry
}

func (l *mountList) add(host, path string) {
	e := mountEntry{host, path}
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.Contains(l.list, e) {
		return
	}
	if len(l.list) == maxMounts {
		l.list = slices.Delete(l.list, 0, 1)
	}
	l.list = append(l.list, e)
}

func (l *mountList) remove(match func(mountEntry) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = slices.DeleteFunc(l.list, match)
}

func (l *mountList) all() []mountEntry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.list)
}

// dump is MOUNTPROC3_DUMP (RFC 1813 5.2.2).
func (s *Service) dump(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	const end = 4
	for _, e := range s.mounts.all() {
		before := reply.Len()
		reply.Bool(true)
		reply.Opaque([]byte(e.host)[:min(len(e.host), mount3.MNTNAMLEN)])
		reply.Opaque([]byte(e.path))
		if reply.Len()+end > c.MaxReply { // a datagram holds no more
			reply.Truncate(before)
			break
		}
	}
	reply.Bool(false)
	return nil
}

// umnt is MOUNTPROC3_UMNT (RFC 1813 5.2.3).
func (s *Service) umnt(_ context.Context, c *rpcserver.Call, _ *rpcserver.Reply) error {
	path, err := decodePath(c)
	if err != nil {
		return err
	}
	gone := mountEntry{export.Host(c.Peer), path}
	s.mounts.remove(func(e mountEntry) bool { return e == gone })
	return nil
}

// umntAll is MOUNTPROC3_UMNTALL (RFC 1813 5.2.4).
func (s *Service) umntAll(_ context.Context, c *rpcserver.Call, _ *rpcserver.Reply) error {
	host := export.Host(c.Peer)
	s.mounts.remove(func(e mountEntry) bool { return e.host == host })
	return nil
}
