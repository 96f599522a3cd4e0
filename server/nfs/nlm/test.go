package nlm

import (
	"context"
	"strconv"

	"crosswire/server/nfs/nlm/callback"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nlm4"
)

// test is NLMPROC4_TEST: who stands against a lock.
func (s *Service) test(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	res, _, err := s.doTest(ctx, c)
	if err != nil {
		return err
	}
	return respond(reply, res)
}

// testMsg is NLMPROC4_TEST_MSG.
func (s *Service) testMsg(ctx context.Context, c *rpcserver.Call, _ *rpcserver.Reply) error {
	res, host, err := s.doTest(ctx, c)
	if err == nil {
		s.answer(host, nlm4.NLMPROC4_TEST_RES, res)
	}
	return err
}

func (s *Service) doTest(ctx context.Context, c *rpcserver.Call) (*nlm4.Nlm4Testres, callback.Host, error) {
	var args nlm4.Nlm4Testargs
	if err := decode(c, &args); err != nil {
		return nil, callback.Host{}, err
	}
	q, err := s.request(c, args.Alock, args.Exclusive)
	res := &nlm4.Nlm4Testres{Cookie: args.Cookie}
	var held *vfs.LockHeld
	if err == nil {
		err = s.checkGrace(false)
	}
	if err == nil {
		held, err = q.tree.TestPosix(ctx, q.origin, q.h, q.rng)
	}
	switch status := s.statusOf(err); {
	case held != nil:
		res.Stat = &nlm4.Nlm4Testrply_NLM4_DENIED{Holder: holder(held)}
	case status == nlm4.NLM4_DENIED:
		// DENIED must name a holder, and there is none: the server is
		// stopping, or a share just went.
		res.Stat = &nlm4.Nlm4Testrply_default{Stat: nlm4.NLM4_FAILED}
	default:
		res.Stat = &nlm4.Nlm4Testrply_default{Stat: status}
	}
	return res, q.host, nil
}

// holder describes a lock in the protocol's terms. An SMB client has no
// process and no owner handle; its open stands for both.
func holder(l *vfs.LockHeld) nlm4.Nlm4Holder {
	h := nlm4.Nlm4Holder{Exclusive: l.Exclusive, LOffset: l.Off, LLen: l.Len}
	if l.Len == vfs.LockToEnd {
		h.LLen = 0
	}
	if l.Owner.Protocol == vfs.ProtocolNLM {
		h.Svid, h.Oh = int32(uint32(l.Owner.ID)), []byte(l.Owner.Opaque)
		return h
	}
	h.Oh = []byte(l.Owner.Protocol + ":" + strconv.FormatUint(l.Owner.ID, 10))
	if l.Len == 0 {
		h.LLen = 1 // an SMB range of no bytes; 0 would be all to the end
	}
	return h
}
