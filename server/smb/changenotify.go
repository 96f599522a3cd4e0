package smb

import (
	"errors"
	"strings"

	"crosswire/server/vfs"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// changeNotify implements CHANGE_NOTIFY (MS-SMB2 3.3.5.19). What happened
// since the request before is answered at once; else the request goes async
// until something happens, it is cancelled or its open ends. In the middle of
// a compound it cannot wait and is answered with STATUS_INTERNAL_ERROR, as
// Windows does (MS-SMB2 3.3.5.2.7, behaviour note).
func (r *request) changeNotify() (body, error) {
	var q smb2.ChangeNotifyRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	if q.OutputBufferLength > r.c.maxTransact {
		return nil, ntstatus.InvalidParameter
	}
	o, err := r.fileOf(q.FileID)
	if err != nil {
		return nil, err
	}
	who := r.origin(o)
	full := false
	who.OnWait = func() {
		if r.goAsync(); r.asyncID.Load() == 0 {
			full = true // it may not hold up the reader for ever
			r.cancel()
		}
	}
	middle := r.h.NextCommand != 0
	list, err := o.file.Tree.NextChanges(r.ctx, who, o.file, vfs.WatchRequest{
		Filter: vfs.Changed(q.CompletionFilter), Tree: q.Flags&smb2.WatchTree != 0, Max: int(q.OutputBufferLength), NoWait: middle,
	})
	switch {
	case errors.Is(err, vfs.ErrNotDir):
		return nil, ntstatus.InvalidParameter
	case errors.Is(err, vfs.ErrWatchEmpty):
		h := r.responseHeader(ntstatus.InternalError)
		r.chain.add(r, smb2.AppendMessage(nil, &h, &smb2.ErrorResponse{}))
		r.answered = true
		return nil, nil
	case full:
		return nil, ntstatus.InsufficientResources
	case err != nil && r.ctx.Err() != nil && !r.session.has(o):
		return nil, ntstatus.NotifyCleanup // the open goes, with its tree or session
	case errors.Is(err, vfs.ErrWatchClosed):
		return nil, ntstatus.NotifyCleanup
	case errors.Is(err, vfs.ErrWatchOverflow):
		return &smb2.ChangeNotifyResponse{}, ntstatus.NotifyEnumDir
	case err != nil:
		return nil, err
	}
	records := make([]fscc.NotifyInformation, len(list))
	for i, c := range list {
		records[i] = fscc.NotifyInformation{Action: fscc.NotifyAction(c.Action), Name: pathName(c.Name)}
	}
	out, ok := fscc.AppendNotify(nil, int(q.OutputBufferLength), records)
	if !ok {
		return &smb2.ChangeNotifyResponse{}, ntstatus.NotifyEnumDir
	}
	return &smb2.ChangeNotifyResponse{Output: out}, nil
}

// has reports whether the open still belongs to the session.
func (s *session) has(o *openFile) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opens[o.id.Volatile] == o
}

// pathName is a path of the road as SMB shows it.
func pathName(path string) string { return smbName(strings.ReplaceAll(path, "/", `\`)) }
