package rawsmb

import (
	"context"
	"errors"
	"fmt"

	"crosswire/conformance/client"
	"crosswire/server/wire/dcerpc"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/secdesc"
	"crosswire/server/wire/smb2"
	"crosswire/server/wire/srvsvc"
)

const (
	pipeRoom  = dcerpc.DefaultFragment // MaxOutputResponse and READ length on a pipe
	maxReply  = 64 << 20               // of the stub of one answer
	maxRounds = 1 << 12                // of an enumeration that comes in parts
)

// pipeState is what an open pipe knows of its association. The mutex orders
// the calls on one pipe: it has one stream of bytes in each direction.
type pipeState struct {
	turn   chan struct{} // made by openPipe; full while a call is under way
	xmit   int           // the longest fragment to send
	callID uint32
}

// shares asks srvsvc on IPC$ for the shares (MS-SRVS 3.1.4.8).
func (a *Actor) shares(ctx context.Context, c client.Call) (client.Result, error) {
	level64, given, err := c.Options.Uint("level", 32)
	if err != nil {
		return client.Result{}, err
	}
	level := uint32(level64)
	if !given {
		level = 1
	}
	if !srvsvc.EnumLevel(level) {
		return client.Result{}, client.Unsupported(clientName, "shares level=%d", level)
	}
	s := a.current()
	o, kept, err := a.pipeFor(ctx, s, c)
	if err != nil {
		return client.Result{}, err
	}
	server := c.Options.Get("server", `\\`+a.cfg.host)
	names, err := o.enumShares(ctx, server, level)
	if !kept {
		if err != nil {
			o.abandon(ctx)
		} else if _, err = o.close(ctx, 0); err != nil {
			return client.Result{}, err
		}
	}
	if err != nil {
		return client.Result{}, err
	}
	return namesResult(names), nil
}

// pipeFor is the pipe that the step uses: that of its handle, the one that the
// actor keeps, or a new one.
func (a *Actor) pipeFor(ctx context.Context, s *session, c client.Call) (o *open, kept bool, err error) {
	if c.Handle != nil {
		o, err := a.openOf(c.Handle)
		if err == nil && o.pipe.turn == nil {
			err = o.bind(ctx)
		}
		return o, true, err
	}
	if c.Options["pipe"] != "open" {
		o, err := s.openPipe(ctx, "srvsvc")
		return o, false, err
	}
	s.mu.Lock()
	o = s.pipe
	s.mu.Unlock()
	if o != nil {
		return o, true, nil
	}
	if o, err = s.openPipe(ctx, "srvsvc"); err != nil {
		return nil, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pipe == nil {
		s.pipe = o
	}
	return s.pipe, true, nil
}

// openPipe opens a named pipe and binds srvsvc to it.
func (s *session) openPipe(ctx context.Context, name string) (*open, error) {
	t, err := s.ipcTree(ctx)
	if err != nil {
		return nil, err
	}
	p := place{s: s, tree: t, name: name}
	o, err := p.openFor(ctx, how{access: secdesc.FileGenericRead | secdesc.FileGenericWrite, disposition: smb2.FileOpen})
	if err != nil {
		return nil, err
	}
	if err := o.bind(ctx); err != nil {
		o.abandon(ctx)
		return nil, err
	}
	return o, nil
}

// bind makes the association (C706 12.6.4.3), by WRITE and READ.
func (o *open) bind(ctx context.Context) error {
	pdu := (&dcerpc.Bind{
		CallID: 1, MaxXmitFrag: dcerpc.DefaultFragment, MaxRecvFrag: dcerpc.DefaultFragment,
		Contexts: []dcerpc.Context{{Abstract: srvsvc.Interface, Transfer: []dcerpc.SyntaxID{dcerpc.NDR20}}},
	}).Marshal()
	if _, err := o.write(ctx, 0, pdu, 0); err != nil {
		return err
	}
	in := &pipeReader{open: o}
	answer, err := in.next(ctx)
	if err != nil {
		return err
	}
	if nak, err := dcerpc.ParseBindNak(answer); err == nil {
		return &client.StatusError{Protocol: "rpc", Name: fmt.Sprintf("bind_nak reason %d", nak.Reason), Code: uint32(nak.Reason)}
	}
	ack, err := dcerpc.ParseBindAck(answer)
	if err != nil {
		return o.pipeFault(err)
	}
	if len(ack.Results) != 1 {
		return o.pipeFault(fmt.Errorf("bind_ack with %d results for one context", len(ack.Results)))
	}
	if r := ack.Results[0]; r.Result != dcerpc.Acceptance {
		return &client.StatusError{Protocol: "rpc", Name: fmt.Sprintf("bind result %d reason %d", r.Result, r.Reason), Code: uint32(r.Reason)}
	}
	if ack.MaxRecvFrag < dcerpc.MinFragment {
		return o.pipeFault(fmt.Errorf("bind_ack takes fragments of %d bytes, less than everybody must", ack.MaxRecvFrag))
	}
	o.pipe.xmit = min(int(ack.MaxRecvFrag), dcerpc.DefaultFragment)
	o.pipe.callID = 1
	o.pipe.turn = make(chan struct{}, 1)
	return nil
}

func (o *open) pipeFault(err error) error {
	return fmt.Errorf("%s: pipe %s: %w", o.s.conn.addr, o.name, err)
}

// enumShares gives the names of all shares.
func (o *open) enumShares(ctx context.Context, server string, level uint32) ([]string, error) {
	select {
	case o.pipe.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-o.pipe.turn }()
	names := []string{}
	var resume *uint32
	for range maxRounds {
		q := srvsvc.ShareEnumRequest{ServerName: server, Level: level, PreferredMaximumLength: srvsvc.MaxPreferredLength, Resume: resume}
		stub, err := o.rpc(ctx, srvsvc.OpNetrShareEnum, q.Marshal())
		if err != nil {
			return nil, err
		}
		resp, err := srvsvc.ParseShareEnumResponse(stub)
		if err != nil {
			return nil, o.pipeFault(err)
		}
		if resp.Status != srvsvc.Success && resp.Status != srvsvc.MoreData {
			return nil, &client.StatusError{Protocol: "srvsvc", Name: resp.Status.Error(), Code: uint32(resp.Status)}
		}
		for _, s := range resp.Shares {
			names = append(names, s.Name)
		}
		if resp.Status == srvsvc.Success {
			return names, nil
		}
		if resp.Resume == nil || len(resp.Shares) == 0 {
			return nil, o.pipeFault(errors.New("NetrShareEnum has more data and no way to get it"))
		}
		resume = resp.Resume
	}
	return nil, o.pipeFault(errors.New("NetrShareEnum does not come to an end"))
}

// rpc makes one call: all fragments but the last by WRITE, the last by
// FSCTL_PIPE_TRANSCEIVE, which brings the beginning of the answer.
func (o *open) rpc(ctx context.Context, opnum uint16, stub []byte) ([]byte, error) {
	o.pipe.callID++
	fragments := dcerpc.RequestFragments(o.pipe.callID, 0, opnum, stub, o.pipe.xmit)
	last := len(fragments) - 1
	for _, f := range fragments[:last] {
		if _, err := o.write(ctx, 0, f, 0); err != nil {
			return nil, err
		}
	}
	out, _, err := o.ioctlRoom(ctx, fscc.FsctlPipeTransceive, fragments[last], pipeRoom)
	if err != nil {
		return nil, err
	}
	in := &pipeReader{open: o, have: out}
	answer := dcerpc.Reply{CallID: o.pipe.callID}
	for len(answer.Stub) <= maxReply {
		pdu, err := in.next(ctx)
		if err != nil {
			return nil, err
		}
		done, err := answer.Add(pdu)
		var fault dcerpc.FaultStatus
		switch {
		case errors.As(err, &fault):
			return nil, &client.StatusError{Protocol: "rpc", Name: fault.Error(), Code: uint32(fault)}
		case err != nil:
			return nil, o.pipeFault(err)
		case done:
			return answer.Stub, nil
		}
	}
	return nil, o.pipeFault(fmt.Errorf("an answer of more than %d bytes", maxReply))
}

// pipeReader cuts what comes out of a pipe into PDUs.
type pipeReader struct {
	open *open
	have []byte
}

// next gives the next whole PDU.
func (p *pipeReader) next(ctx context.Context) ([]byte, error) {
	for {
		if len(p.have) >= dcerpc.HeaderSize {
			h, err := dcerpc.ParseHeader(p.have)
			if err != nil {
				return nil, p.open.pipeFault(err)
			}
			if len(p.have) >= h.FragLength {
				pdu := p.have[:h.FragLength]
				p.have = p.have[h.FragLength:]
				return pdu, nil
			}
		}
		more, st, err := p.open.readPiece(ctx, 0, pipeRoom)
		if err != nil {
			return nil, err
		}
		if len(more) == 0 || st == ntstatus.EndOfFile {
			return nil, p.open.pipeFault(errors.New("the answer ends in the middle of a PDU"))
		}
		p.have = append(p.have, more...)
	}
}
