package nlm

import (
	"bytes"
	"context"
	"io"

	"crosswire/server/nfs/export"
	"crosswire/server/nfs/nlm/callback"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nlm4"
)

// request is one lock that a call is about.
type request struct {
	origin *vfs.Origin
	host   callback.Host
	tree   *vfs.Tree
	h      vfs.FileHandle
	rng    vfs.PosixRange
	lock   nlm4.Nlm4Lock // as the client wrote it, for GRANTED
}

func decode(c *rpcserver.Call, args io.ReaderFrom) error {
	if _, err := args.ReadFrom(bytes.NewReader(c.Args)); err != nil {
		return rpcserver.Garbage(err)
	}
	return nil
}

// owner is who asks, by what the call says of him.
func owner(c *rpcserver.Call, caller, oh []byte, svid int32) vfs.LockOwner {
	return vfs.LockOwner{
		Protocol: vfs.ProtocolNLM,
		Client:   vfs.LockClient(export.Host(c.Peer), string(caller)),
		ID:       uint64(uint32(svid)),
		Opaque:   string(oh),
	}
}

// request resolves what a call is about. A handle that is none is an error;
// the rest is filled in even then.
func (s *Service) request(c *rpcserver.Call, l nlm4.Nlm4Lock, exclusive bool) (request, error) {
	q := request{
		origin: export.Origin(c),
		host:   callback.Host{Addr: export.Host(c.Peer), Name: string(l.CallerName), Network: c.Network},
		rng: vfs.PosixRange{
			Owner:     owner(c, l.CallerName, l.Oh, l.Svid),
			Exclusive: exclusive, Off: l.LOffset, Len: l.LLen,
		},
		lock: l,
	}
	var err error
	q.tree, q.h, err = s.cfg.Exports.Decode(l.Fh)
	return q, err
}

// checkGrace admits reclaims during the grace period, and everything else
// after it.
func (s *Service) checkGrace(reclaim bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch inGrace := s.cfg.Road.Clock().Now().Before(s.graceEnd); {
	case inGrace && !reclaim:
		return errGrace
	case !inGrace && reclaim:
		return errNoGrace
	}
	return nil
}

// respond encodes a result into a reply.
func respond(reply *rpcserver.Reply, res io.WriterTo) error {
	_, err := res.WriteTo(reply)
	return err
}

// answer calls *_RES at the client, which is how a *_MSG is answered. It is
// tried once: the client asks again.
func (s *Service) answer(host callback.Host, proc nlm4.Nlm4Proc, res io.WriterTo) {
	var b bytes.Buffer
	if _, err := res.WriteTo(&b); err != nil {
		return
	}
	s.background(func() {
		s.cfg.Enter()
		defer s.cfg.Leave()
		s.call(s.ctx, host, proc, b.Bytes())
	})
}

// call makes a call at the client and logs if it fails.
func (s *Service) call(ctx context.Context, host callback.Host, proc nlm4.Nlm4Proc, args []byte) ([]byte, error) {
	out, err := s.cfg.Caller.Call(ctx, host, nlm4.NLM_PROGRAM, nlm4.NLM_V4, uint32(proc), args)
	if err != nil {
		s.log.Warn("nlm: cannot call the client", "address", host.Addr, "name", host.Name,
			"procedure", nlm4.Nlm4Proc_name[proc], "error", err)
	}
	return out, err
}

func result(cookie []byte, status nlm4.Nlm4Stats) *nlm4.Nlm4Res {
	return &nlm4.Nlm4Res{Cookie: cookie, Stat: status}
}
