package smb

import (
	"errors"

	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// fsctlPadReads is a control of Samba's test suite, by which it makes a server
// pad the responses to READ, as a server may, to prove that its client goes by
// their length field. Here it holds for the connection that asks.
const fsctlPadReads fscc.FSCTL = 0x83848023

// control says what an FSCTL needs before its handler is called.
type control struct {
	// do gives the output. With an error too if not nil: of the warnings, and
	// of the errors that say more than their status (MS-SMB2 3.3.4.4).
	do func(r *request, o *openFile, q *smb2.IoctlRequest) ([]byte, error)
	on target
	// in and out are the least sizes of the input and of the room for the
	// output; less is STATUS_INVALID_PARAMETER.
	in, out int
	// tooSmall, if set, is the status for too little room.
	tooSmall ntstatus.Status
}

// target is what an FSCTL acts on.
type target uint8

const (
	onFile   target = iota // an open of a file or directory
	onData                 // an open of a file or a named stream
	onPipe                 // an open of a pipe
	onServer               // nothing: its file id is ignored
	onNoFile               // nothing: its file id must be all ones
)

// controls lists every FSCTL by its code. What is not here is answered with
// STATUS_INVALID_DEVICE_REQUEST (MS-SMB2 3.3.5.15).
var controls map[fscc.FSCTL]control

func init() {
	controls = map[fscc.FSCTL]control{
		fscc.FsctlDfsGetReferrals:           {do: refuse(ntstatus.FSDriverRequired), on: onNoFile}, // MS-SMB2 3.3.5.15.2: no DFS here
		fscc.FsctlDfsGetReferralsEx:         {do: refuse(ntstatus.FSDriverRequired), on: onNoFile},
		fscc.FsctlValidateNegotiateInfo:     {do: (*request).validateNegotiate, on: onNoFile},
		fscc.FsctlQueryNetworkInterfaceInfo: {do: (*request).networkInterfaces, on: onNoFile},
		fsctlPadReads:                       {do: (*request).padReads, on: onServer},

		fscc.FsctlPipeTransceive: {do: (*request).pipeTransceive, on: onPipe},
		fscc.FsctlPipePeek:       {do: (*request).pipePeek, on: onPipe, out: pipePeekSize},
		fscc.FsctlPipeWait:       {do: (*request).pipeWait, on: onNoFile},

		fscc.FsctlSrvRequestResumeKey:   {do: (*request).resumeKey, on: onFile, out: resumeKeySize},
		fscc.FsctlSrvCopyChunk:          {do: (*request).copyChunk, on: onFile, out: copyChunkResponseSize},
		fscc.FsctlSrvCopyChunkWrite:     {do: (*request).copyChunk, on: onFile, out: copyChunkResponseSize},
		fscc.FsctlSrvEnumerateSnapshots: {do: (*request).snapshots, on: onFile, out: 12},
		fscc.FsctlSrvReadHash:           {do: refuse(ntstatus.HashNotSupported), on: onFile}, // MS-SMB2 3.3.5.15.7: no BranchCache here

		fscc.FsctlSetSparse:                {do: (*request).setSparse, on: onFile},
		fscc.FsctlSetZeroData:              {do: (*request).setZeroData, on: onData, in: 16},
		fscc.FsctlQueryAllocatedRanges:     {do: (*request).allocatedRanges, on: onData, in: 16},
		fscc.FsctlQueryFileRegions:         {do: (*request).fileRegions, on: onData, out: 16, tooSmall: ntstatus.BufferTooSmall},
		fscc.FsctlFileLevelTrim:            {do: (*request).trim, on: onData, in: 8},
		fscc.FsctlDuplicateExtentsToFile:   {do: (*request).duplicateExtents, on: onData, in: 40},
		fscc.FsctlDuplicateExtentsToFileEx: {do: (*request).duplicateExtentsEx, on: onData, in: 56},

		fscc.FsctlGetCompression:          {do: (*request).getCompression, on: onFile, out: 2},
		fscc.FsctlSetCompression:          {do: (*request).setCompression, on: onFile, in: 2},
		fscc.FsctlGetIntegrityInformation: {do: (*request).getIntegrity, on: onFile, out: 16},
		fscc.FsctlSetIntegrityInformation: {do: (*request).setIntegrity, on: onFile, in: 8},

		fscc.FsctlGetReparsePoint:    {do: (*request).getReparsePoint, on: onFile, out: 8, tooSmall: ntstatus.BufferTooSmall},
		fscc.FsctlSetReparsePoint:    {do: (*request).setReparsePoint, on: onFile},
		fscc.FsctlDeleteReparsePoint: {do: (*request).deleteReparsePoint, on: onFile},

		fscc.FsctlCreateOrGetObjectID: {do: (*request).createOrGetObjectID, on: onFile, out: objectIDSize},
		fscc.FsctlGetObjectID:         {do: (*request).getObjectID, on: onFile, out: objectIDSize},
		fscc.FsctlSetObjectID:         {do: (*request).setObjectID, on: onFile, in: objectIDSize},
		fscc.FsctlSetObjectIDExtended: {do: (*request).setObjectIDExtended, on: onFile, in: objectIDSize - 16},
		fscc.FsctlDeleteObjectID:      {do: (*request).deleteObjectID, on: onFile},

		fscc.FsctlIsPathnameValid: {do: (*request).isPathnameValid, on: onFile, in: 4},
	}
}

// ioctl implements IOCTL (MS-SMB2 3.3.5.15).
func (r *request) ioctl() (body, error) {
	var q smb2.IoctlRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	if q.Flags&smb2.IoctlIsFsctl == 0 {
		return nil, ntstatus.NotSupported
	}
	if q.MaxOutputResponse > r.c.maxTransact || uint32(len(q.Input)) > r.c.maxTransact || q.MaxInputResponse > r.c.maxTransact {
		return nil, ntstatus.InvalidParameter
	}
	c, known := controls[q.CtlCode]
	if !known {
		if _, err := r.openOf(q.FileID); err != nil {
			return nil, err
		}
		return nil, ntstatus.InvalidDeviceRequest
	}
	o, err := r.targetOf(c.on, q.FileID)
	if err != nil {
		return nil, err
	}
	if len(q.Input) < c.in {
		return nil, ntstatus.InvalidParameter
	}
	if q.MaxOutputResponse < uint32(c.out) {
		if c.tooSmall != 0 {
			return nil, c.tooSmall
		}
		return nil, ntstatus.InvalidParameter
	}
	out, err := c.do(r, o, &q)
	if err != nil && out == nil {
		return nil, err
	}
	if len(out) > int(q.MaxOutputResponse) {
		return nil, ntstatus.BufferTooSmall
	}
	resp := &smb2.IoctlResponse{CtlCode: q.CtlCode, FileID: q.FileID, Output: out}
	if o != nil {
		resp.FileID = o.id
	}
	return resp, err
}

// targetOf is the open that a control acts on, nil if none.
func (r *request) targetOf(t target, id smb2.FileID) (*openFile, error) {
	switch t {
	case onServer:
		return nil, nil
	case onNoFile:
		if !id.IsRelated() { // all ones mean that no file is concerned
			return nil, ntstatus.InvalidParameter
		}
		return nil, nil
	}
	o, err := r.openOf(id)
	switch {
	case err != nil:
		return nil, err
	case (t == onPipe) != (o.pipe != nil):
		return nil, ntstatus.InvalidDeviceRequest
	case t == onData && o.isDir():
		return nil, ntstatus.InvalidParameter // MS-FSA 2.1.5.10: StreamType is not DataStream
	}
	return o, nil
}

// refuse is the control that is known and never works here.
func refuse(s ntstatus.Status) func(*request, *openFile, *smb2.IoctlRequest) ([]byte, error) {
	return func(*request, *openFile, *smb2.IoctlRequest) ([]byte, error) { return nil, s }
}

// needs is STATUS_ACCESS_DENIED unless the open was granted one of the rights.
func (o *openFile) needs(rights uint32) error {
	if o.file.Access&rights == 0 {
		return ntstatus.AccessDenied
	}
	return nil
}

// malformed is the status of an input that its decoder refused.
func malformed(err error) error {
	if err == nil {
		return nil
	}
	return errors.Join(ntstatus.InvalidParameter, err)
}

func (r *request) padReads(*openFile, *smb2.IoctlRequest) ([]byte, error) {
	r.c.padReads.Store(true)
	return nil, nil
}

// validateNegotiate implements FSCTL_VALIDATE_NEGOTIATE_INFO (MS-SMB2
// 3.3.5.15.12): what the client says it negotiated must be what we heard, or
// somebody was in between and the connection ends.
func (r *request) validateNegotiate(_ *openFile, q *smb2.IoctlRequest) ([]byte, error) {
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
	return b, nil
}
