package smb

import (
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// pipePeekSize is the fixed part of the output of FSCTL_PIPE_PEEK.
const pipePeekSize = 16

// pipeTransceive implements FSCTL_PIPE_TRANSCEIVE (MS-SMB2 3.3.5.15.10): a
// write and a read in one.
func (r *request) pipeTransceive(o *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	out, more, err := o.pipe.Transact(q.Input, int(q.MaxOutputResponse))
	if err != nil {
		return nil, err
	}
	if more {
		return out, ntstatus.BufferOverflow
	}
	return out, nil
}

// pipePeek implements FSCTL_PIPE_PEEK (MS-SMB2 3.3.5.15.4, MS-FSCC 2.3.47):
// what could be read, which stays to be read.
func (r *request) pipePeek(o *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	octets, messages := o.pipe.Available()
	p := fscc.PipePeek{NamedPipeState: fscc.PipeConnected, ReadDataAvailable: uint32(octets),
		NumberOfMessages: uint32(messages), MessageLength: uint32(octets),
		Data: o.pipe.Peek(int(q.MaxOutputResponse) - pipePeekSize)}
	if len(p.Data) < octets {
		return p.Append(nil), ntstatus.BufferOverflow
	}
	return p.Append(nil), nil
}

// pipeWait implements FSCTL_PIPE_WAIT (MS-SMB2 3.3.5.15.9): every pipe that
// exists can be opened any number of times, so nobody has to wait for one.
func (r *request) pipeWait(_ *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	if r.tree.vfs != nil {
		return nil, ntstatus.InvalidDeviceRequest
	}
	var in fscc.PipeWait
	if err := in.Decode(q.Input); err != nil {
		return nil, malformed(err)
	}
	if !r.c.a.pipes.Exists(in.Name) {
		return nil, ntstatus.ObjectNameNotFound
	}
	return nil, nil
}
