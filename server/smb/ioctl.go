package smb

import (
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// fsctlPadReads is a control of Samba's test suite, by which it makes a server
// pad the responses to READ, as a server may, to prove that its client goes by
// their length field. Here it holds for the connection that asks.
const fsctlPadReads fscc.FSCTL = 0x83848023

// ioctl implements IOCTL (MS-SMB2 3.3.5.15).
func (r *request) ioctl() (body, error) {
	var q smb2.IoctlRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	if q.Flags&smb2.IoctlIsFsctl == 0 {
		return nil, ntstatus.NotSupported
	}
	if q.MaxOutputResponse > r.c.maxTransact || uint32(len(q.Input)) > r.c.maxTransact {
		return nil, ntstatus.InvalidParameter
	}
	switch fscc.FSCTL(q.CtlCode) {
	case fscc.FsctlValidateNegotiateInfo:
		return r.validateNegotiate(&q)
	case fscc.FsctlPipeTransceive:
		return r.pipeTransceive(&q)
	case fscc.FsctlPipeWait:
		return nil, ntstatus.InvalidDeviceRequest
	case fscc.FsctlDfsGetReferrals, fscc.FsctlDfsGetReferralsEx:
		return nil, ntstatus.FSDriverRequired // MS-SMB2 3.3.5.15.2: no DFS here
	case fsctlPadReads:
		r.c.padReads.Store(true)
		return &smb2.IoctlResponse{CtlCode: q.CtlCode, FileID: q.FileID}, nil
	}
	// Every other control needs an open (MS-SMB2 3.3.5.15).
	if _, err := r.openOf(q.FileID); err != nil {
		return nil, err
	}
	if fscc.FSCTL(q.CtlCode) == fscc.FsctlCreateOrGetObjectID {
		return r.objectID(&q)
	}
	return nil, ntstatus.InvalidDeviceRequest
}

// pipeTransceive implements FSCTL_PIPE_TRANSCEIVE (MS-SMB2 3.3.5.15.11): a
// write and a read in one.
func (r *request) pipeTransceive(q *smb2.IoctlRequest) (body, error) {
	o, err := r.openOf(q.FileID)
	if err != nil {
		return nil, err
	}
	if o.pipe == nil {
		return nil, ntstatus.InvalidDeviceRequest
	}
	out, more, err := o.pipe.Transact(q.Input, int(q.MaxOutputResponse))
	if err != nil {
		return nil, err
	}
	resp := &smb2.IoctlResponse{CtlCode: q.CtlCode, FileID: o.id, Output: out}
	if more {
		return resp, ntstatus.BufferOverflow
	}
	return resp, nil
}

// validateNegotiate implements FSCTL_VALIDATE_NEGOTIATE_INFO (MS-SMB2
// 3.3.5.15.12): what the client says it negotiated must be what we heard, or
// somebody was in between and the connection ends.
func (r *request) validateNegotiate(q *smb2.IoctlRequest) (body, error) {
	c := r.c
	if c.dialect == smb2.Dialect311 {
		return nil, fatal("VALIDATE_NEGOTIATE_INFO in 3.1.1")
	}
	var in smb2.ValidateNegotiateInfoRequest
	if err := in.Decode(q.Input); err != nil {
		return nil, fatal("VALIDATE_NEGOTIATE_INFO: %w", err)
	}
	if c.a.chooseDialect(in.Dialects) != c.dialect || in.ClientGUID != c.clientGUID ||
		in.SecurityMode != c.clientMode || in.Capabilities != c.clientCaps {
		return nil, fatal("VALIDATE_NEGOTIATE_INFO does not match the NEGOTIATE: somebody changed it on the way")
	}
	resp := c.negotiateResponse(c.dialect)
	out := smb2.ValidateNegotiateInfoResponse{
		Capabilities: resp.Capabilities, ServerGUID: c.a.guid, SecurityMode: resp.SecurityMode, Dialect: c.dialect,
	}
	b := out.Append(nil)
	if len(b) > int(q.MaxOutputResponse) {
		return nil, fatal("VALIDATE_NEGOTIATE_INFO with room for %d bytes", q.MaxOutputResponse)
	}
	return &smb2.IoctlResponse{CtlCode: q.CtlCode, FileID: q.FileID, Output: b}, nil
}
