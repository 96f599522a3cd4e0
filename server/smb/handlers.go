package smb

import (
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// command says what a command needs before its handler is called.
type command struct {
	do      handler
	session bool // a valid session
	tree    bool // a tree connect
	file    bool // a file id, which a related request inherits
}

// handlers lists every command by its code (MS-SMB2 2.2.1.2).
var handlers [19]command

func init() {
	handlers = [19]command{
		smb2.CommandNegotiate:      {do: (*request).negotiate},
		smb2.CommandSessionSetup:   {do: (*request).sessionSetup},
		smb2.CommandLogoff:         {do: (*request).logoff, session: true},
		smb2.CommandTreeConnect:    {do: (*request).treeConnect, session: true},
		smb2.CommandTreeDisconnect: {do: (*request).treeDisconnect, session: true, tree: true},
		smb2.CommandCreate:         {do: (*request).create, session: true, tree: true},
		smb2.CommandClose:          {do: (*request).closeFile, session: true, tree: true, file: true},
		smb2.CommandFlush:          {do: (*request).flush, session: true, tree: true, file: true},
		smb2.CommandRead:           {do: (*request).read, session: true, tree: true, file: true},
		smb2.CommandWrite:          {do: (*request).write, session: true, tree: true, file: true},
		smb2.CommandLock:           {do: (*request).lock, session: true, tree: true, file: true},
		smb2.CommandIoctl:          {do: (*request).ioctl, session: true, tree: true, file: true},
		smb2.CommandEcho:           {do: (*request).echo},
		smb2.CommandQueryDirectory: {do: (*request).queryDirectory, session: true, tree: true, file: true},
		smb2.CommandChangeNotify:   {do: (*request).changeNotify, session: true, tree: true, file: true},
		smb2.CommandQueryInfo:      {do: (*request).queryInfo, session: true, tree: true, file: true},
		smb2.CommandSetInfo:        {do: (*request).setInfo, session: true, tree: true, file: true},
		smb2.CommandOplockBreak:    {do: (*request).oplockBreak, session: true, tree: true},
	}
}

// payload is how many bytes the request carries or asks for (MS-SMB2
// 3.3.5.2.5).
func (r *request) payload() uint32 {
	switch r.h.Command {
	case smb2.CommandRead:
		var q smb2.ReadRequest
		if q.Decode(r.msg) == nil {
			return q.Length
		}
	case smb2.CommandWrite:
		var q smb2.WriteRequest
		if q.Decode(r.msg) == nil {
			return uint32(len(q.Data))
		}
	case smb2.CommandQueryDirectory:
		var q smb2.QueryDirectoryRequest
		if q.Decode(r.msg) == nil {
			return q.OutputBufferLength
		}
	case smb2.CommandChangeNotify:
		var q smb2.ChangeNotifyRequest
		if q.Decode(r.msg) == nil {
			return q.OutputBufferLength
		}
	case smb2.CommandQueryInfo:
		var q smb2.QueryInfoRequest
		if q.Decode(r.msg) == nil {
			return max(q.OutputBufferLength, uint32(len(q.Input)))
		}
	case smb2.CommandSetInfo:
		var q smb2.SetInfoRequest
		if q.Decode(r.msg) == nil {
			return uint32(len(q.Buffer))
		}
	case smb2.CommandIoctl:
		var q smb2.IoctlRequest
		if q.Decode(r.msg) == nil {
			return max(uint32(len(q.Input)), q.MaxOutputResponse)
		}
	}
	return 0
}

// checkCharge compares the credits paid with the payload.
func (r *request) checkCharge() error {
	if !r.c.supportsWide {
		return nil
	}
	if n := r.payload(); n > 64<<10 && uint32(max(r.h.CreditCharge, 1)) < (n-1)>>16+1 {
		return ntstatus.InvalidParameter
	}
	return nil
}

// echo implements ECHO (MS-SMB2 3.3.5.17). It needs no session.
func (r *request) echo() (body, error) {
	if r.h.SessionID != 0 && r.h.IsSigned() {
		if err := r.chain.authenticate(r, &command{session: true}); err != nil {
			return nil, err
		}
	}
	var q smb2.EchoRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, ntstatus.InvalidParameter
	}
	return &smb2.EchoResponse{}, nil
}
