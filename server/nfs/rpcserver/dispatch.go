package rpcserver

import (
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"runtime/debug"

	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/rpcmsg"
)

// loggedArgs is how many octets of its arguments a call that panicked leaves
// in the log.
const loggedArgs = 512

// answer runs one call and returns the message to send, after room for a
// record mark; nil for none. keep is false if the call panicked: then the
// connection ends, and bufs must not be used again. parseErr is what ParseCall
// said of the header: nil, a *VersionError or an *AuthLengthError.
func (s *Server) answer(ctx context.Context, c *Call, parseErr error, bufs *buffers) (message []byte, keep bool) {
	s.inFlight.Add(1)
	defer s.inFlight.Add(-1)
	reply := &bufs.reply
	reply.reset()
	header := reply.buf[:rpc.RecordMarkSize]

	var version *rpc.VersionError
	var length *rpc.AuthLengthError
	switch {
	case errors.As(parseErr, &version):
		return rpc.AppendRPCMismatch(header, c.XID), true
	case errors.As(parseErr, &length):
		return rpc.AppendAuthError(header, c.XID, length.Stat), true
	}
	cred, stat := authenticate(&c.Call)
	if stat != rpcmsg.AUTH_OK {
		return rpc.AppendAuthError(header, c.XID, stat), true
	}
	c.Cred = cred
	program := s.programs[c.Prog]
	if program == nil {
		return rpc.AppendAccepted(header, c.XID, rpcmsg.PROG_UNAVAIL), true
	}
	procedures, ok := program.Versions[c.Vers]
	if !ok {
		low, high := program.versionRange()
		return rpc.AppendProgMismatch(header, c.XID, low, high), true
	}
	procedure, ok := procedures[c.Proc]
	if !ok {
		return rpc.AppendAccepted(header, c.XID, rpcmsg.PROC_UNAVAIL), true
	}
	if s.opt.OnCall != nil {
		s.opt.OnCall(program, c.Vers, &procedure)
	}
	if !procedure.NonIdempotent {
		return s.run(ctx, c, program, &procedure, reply)
	}

	key := s.cache.key(c)
	switch state, cached := s.cache.begin(key); state {
	case inProgress:
		return nil, true
	case answered:
		return append(header, cached...), true
	}
	finished := false
	// A panic leaves no entry behind either: the client may try again.
	defer func() {
		if !finished {
			s.cache.forget(key)
		}
	}()
	message, keep = s.run(ctx, c, program, &procedure, reply)
	if keep && message != nil && !reply.Forget {
		s.cache.finish(key, message[rpc.RecordMarkSize:])
		finished = true
	}
	return message, keep
}

// run calls the procedure and puts the header before its results.
func (s *Server) run(ctx context.Context, c *Call, program *Program, procedure *Procedure, reply *Reply) (message []byte, keep bool) {
	where := func() []any {
		return []any{logPeer(c.Peer), slog.String("network", c.Network), slog.Uint64("xid", uint64(c.XID)),
			slog.String("program", program.Name), slog.Uint64("version", uint64(c.Vers)), slog.String("procedure", procedure.Name)}
	}
	defer func() {
		if p := recover(); p != nil {
			s.opt.Logger.Error("rpc procedure panicked", append(where(), slog.Any("panic", p),
				slog.Uint64("uid", uint64(c.Cred.UID)), slog.Int("args_length", len(c.Args)),
				slog.String("args", hex.EncodeToString(c.Args[:min(len(c.Args), loggedArgs)])),
				slog.String("stack", string(debug.Stack())))...)
			message, keep = nil, false
		}
	}()
	err := procedure.Handle(ctx, c, reply)
	if err == nil && reply.Len() > c.MaxReply {
		err = errReplyTooLong
	}
	header := reply.buf[:rpc.RecordMarkSize]
	var auth *AuthError
	switch {
	case err == nil:
		rpc.AppendAccepted(header, c.XID, rpcmsg.SUCCESS)
		return reply.buf, true
	case errors.Is(err, ErrNoReply):
		return nil, true
	case errors.Is(err, ErrGarbageArgs):
		s.opt.Logger.Debug("rpc arguments do not decode", append(where(), slog.Any("error", err))...)
		return rpc.AppendAccepted(header, c.XID, rpcmsg.GARBAGE_ARGS), true
	case errors.As(err, &auth):
		return rpc.AppendAuthError(header, c.XID, auth.Stat), true
	default:
		reply.Forget = true
		s.opt.Logger.Error("rpc procedure failed", append(where(), slog.Any("error", err))...)
		return rpc.AppendAccepted(header, c.XID, rpcmsg.SYSTEM_ERR), true
	}
}

var errReplyTooLong = errors.New("rpc: results exceed what the transport carries")

// recycled is the largest buffer that is kept for another call.
const recycled = 2 << 20

func (s *Server) recycle(b *buffers) {
	if cap(b.record) > recycled {
		b.record = nil
	}
	if cap(b.reply.buf) > recycled {
		b.reply.buf = nil
	}
	s.bufs.Put(b)
}

// authenticate reads the credential (RFC 5531 10, appendix A). Both flavors
// that are served want the verifier to be AUTH_NONE.
func authenticate(c *rpc.Call) (Credential, rpcmsg.AuthStat) {
	var cred Credential
	switch c.Cred.Flavor {
	case rpcmsg.AUTH_NONE:
		cred = Credential{Flavor: rpcmsg.AUTH_NONE, UID: Nobody, GID: Nobody}
	case rpcmsg.AUTH_SYS:
		p, err := rpc.ParseAuthSys(c.Cred.Body)
		if err != nil {
			return cred, rpcmsg.AUTH_BADCRED
		}
		cred = Credential{Flavor: rpcmsg.AUTH_SYS, UID: p.Uid, GID: p.Gid, Groups: p.Gids, Machine: string(p.Machinename)}
	case rpcmsg.AUTH_SHORT:
		// We gave out no shorthand: the client is to send it all.
		return cred, rpcmsg.AUTH_REJECTEDCRED
	default:
		return cred, rpcmsg.AUTH_BADCRED
	}
	if c.Verf.Flavor != rpcmsg.AUTH_NONE || len(c.Verf.Body) != 0 {
		return cred, rpcmsg.AUTH_BADVERF
	}
	return cred, rpcmsg.AUTH_OK
}
