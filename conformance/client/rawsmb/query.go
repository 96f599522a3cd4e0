package rawsmb

import (
	"context"
	"fmt"

	"crosswire/conformance/client"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/secdesc"
	"crosswire/server/wire/smb2"
)

// queryRoom is the output buffer of a query: what one credit pays for.
const queryRoom = creditUnit

// queryRequest makes a QUERY_INFO (MS-SMB2 3.2.4.8).
func (o *open) queryRequest(kind smb2.InfoType, class uint8) *request {
	room := min(queryRoom, o.s.neg.maxTransact)
	return o.s.on(o.tree, &request{
		command: smb2.CommandQueryInfo, payload: int(room), handle: o.handle, what: shown(o.name),
		body: &smb2.QueryInfoRequest{Type: kind, Class: class, OutputBufferLength: room, FileID: o.id},
	})
}

// query asks for an information class.
func (o *open) query(ctx context.Context, kind smb2.InfoType, class uint8, into interface{ Decode([]byte) error }) error {
	r, err := o.s.conn.exchange(ctx, o.queryRequest(kind, class))
	if err != nil {
		return err
	}
	return o.queryDone(r, into)
}

func (o *open) queryDone(r *reply, into interface{ Decode([]byte) error }) error {
	var resp smb2.QueryInfoResponse
	if _, err := o.s.conn.decode(r, &resp); err != nil {
		return err
	}
	if err := into.Decode(resp.Output); err != nil {
		return fmt.Errorf("%s: %w", o.s.conn.addr, err)
	}
	return nil
}

// internalID is the file's index number.
func (o *open) internalID(ctx context.Context) (uint64, error) {
	var i fscc.InternalInfo
	err := o.query(ctx, smb2.InfoFile, uint8(fscc.FileInternalInformation), &i)
	return i.IndexNumber, err
}

// stat asks for FileAllInformation; a path is opened itself, not what it links
// to, with FILE_READ_ATTRIBUTES alone.
func (a *Actor) stat(ctx context.Context, c client.Call) (client.Result, error) {
	var f map[string]any
	err := a.on(ctx, c, how{access: secdesc.FileReadAttributes, options: smb2.FileOpenReparsePoint}, func(o *open) error {
		var i fscc.AllInfo
		if err := o.query(ctx, smb2.InfoFile, uint8(fscc.FileAllInformation), &i); err != nil {
			return err
		}
		f = statFields(&i)
		if i.Basic.FileAttributes&fscc.AttributeReparsePoint != 0 {
			f["type"] = o.reparseType(ctx)
		}
		return nil
	})
	if err != nil {
		return client.Result{}, err
	}
	return client.Result{Fields: f}, nil
}

func statFields(i *fscc.AllInfo) map[string]any {
	f := map[string]any{
		"type": "file", "size": i.Standard.EndOfFile, "used": i.Standard.AllocationSize, "nlink": uint64(i.Standard.NumberOfLinks),
		"fileid": i.Internal.IndexNumber, "attributes": attributeWords(i.Basic.FileAttributes),
	}
	if i.Standard.Directory {
		f["type"] = "dir"
	}
	times(f, i.Basic.CreationTime, i.Basic.LastAccessTime, i.Basic.LastWriteTime, i.Basic.ChangeTime)
	return f
}

var nfsTypes = map[fscc.NFSType]string{
	fscc.NFSTypeLink: "symlink", fscc.NFSTypeFifo: "fifo", fscc.NFSTypeSocket: "socket", fscc.NFSTypeChar: "char", fscc.NFSTypeBlock: "block",
}

// reparseType is what a reparse point stands for; a link, if that cannot be
// learnt.
func (o *open) reparseType(ctx context.Context) string {
	data, _, err := o.ioctl(ctx, fscc.FsctlGetReparsePoint, nil)
	var r fscc.ReparseData
	if err != nil || r.Decode(data) != nil || r.Tag != fscc.ReparseTagNFS {
		return "symlink"
	}
	var n fscc.NFSReparse
	if n.Decode(&r) != nil || nfsTypes[n.Type] == "" {
		return "symlink"
	}
	return nfsTypes[n.Type]
}

// fsstat asks about the file system. avail is what this user may take, free
// what there is.
func (a *Actor) fsstat(ctx context.Context, c client.Call) (client.Result, error) {
	var i fscc.FSFullSizeInfo
	err := a.on(ctx, c, how{access: secdesc.FileReadAttributes}, func(o *open) error {
		return o.query(ctx, smb2.InfoFileSystem, uint8(fscc.FileFsFullSizeInformation), &i)
	})
	if err != nil {
		return client.Result{}, err
	}
	unit := uint64(i.SectorsPerAllocationUnit) * uint64(i.BytesPerSector)
	return client.Result{Fields: map[string]any{
		"total": i.TotalAllocationUnits * unit, "free": i.ActualAvailableAllocationUnits * unit, "avail": i.CallerAvailableAllocationUnits * unit,
	}}, nil
}

// list reads a whole directory (MS-SMB2 3.2.4.17).
func (a *Actor) list(ctx context.Context, c client.Call) (client.Result, error) {
	names := []string{}
	pattern := c.Options.Get("pattern", "*")
	err := a.on(ctx, c, how{access: secdesc.FileGenericRead, options: smb2.FileDirectoryFile}, func(o *open) error {
		flags := smb2.RestartScans
		for first := true; ; first = false {
			entries, done, err := o.queryDirectory(ctx, pattern, flags, first)
			if err != nil || done {
				return err
			}
			for _, e := range entries {
				if e.Name != "." && e.Name != ".." {
					names = append(names, e.Name)
				}
			}
			flags = 0
		}
	})
	if err != nil {
		return client.Result{}, err
	}
	return namesResult(names), nil
}

// queryDirectory asks once; done after the last entry.
func (o *open) queryDirectory(ctx context.Context, pattern string, flags smb2.QueryDirectoryFlags, first bool) ([]fscc.DirEntry, bool, error) {
	const class = fscc.FileIDBothDirectoryInformation
	room := uint32(creditUnit)
	r, err := o.s.conn.exchange(ctx, o.s.on(o.tree, &request{
		command: smb2.CommandQueryDirectory, payload: int(room), handle: o.handle, what: shown(o.name) + " " + pattern,
		body: &smb2.QueryDirectoryRequest{Class: class, Flags: flags, FileID: o.id, Pattern: pattern, OutputBufferLength: room},
	}))
	if err != nil {
		return nil, false, err
	}
	var resp smb2.QueryDirectoryResponse
	st, err := o.s.conn.decode(r, &resp, ntstatus.NoMoreFiles)
	if err != nil || st == ntstatus.NoMoreFiles {
		return nil, true, err
	}
	entries, err := fscc.DecodeDirectory(class, resp.Output)
	if err == nil && len(entries) == 0 && !first {
		err = fmt.Errorf("QUERY_DIRECTORY of %s succeeds without entries", shown(o.name))
	}
	if err != nil {
		return nil, false, fmt.Errorf("%s: %w", o.s.conn.addr, err)
	}
	return entries, false, nil
}
