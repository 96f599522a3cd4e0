package rawsmb

import (
	"context"

	"crosswire/conformance/client"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/secdesc"
	"crosswire/server/wire/smb2"
)

// setRequest makes a SET_INFO of a file information class (MS-SMB2 3.2.4.9).
func (o *open) setRequest(class fscc.FileInfoClass, info interface{ Append([]byte) []byte }) *request {
	buf := info.Append(nil)
	return o.s.on(o.tree, &request{
		command: smb2.CommandSetInfo, payload: len(buf), handle: o.handle, what: shown(o.name) + " " + class.String(),
		body: &smb2.SetInfoRequest{Type: smb2.InfoFile, Class: uint8(class), FileID: o.id, Buffer: buf},
	})
}

// set sets an information class.
func (o *open) set(ctx context.Context, class fscc.FileInfoClass, info interface{ Append([]byte) []byte }) error {
	r, err := o.s.conn.exchange(ctx, o.setRequest(class, info))
	if err != nil {
		return err
	}
	_, err = o.s.conn.decode(r, &smb2.SetInfoResponse{})
	return err
}

// truncate sets the size.
func (a *Actor) truncate(ctx context.Context, c client.Call) (client.Result, error) {
	return client.Result{}, a.on(ctx, c, how{access: secdesc.FileGenericWrite}, func(o *open) error {
		return o.set(ctx, fscc.FileEndOfFileInformation, endOfFile(c.Length))
	})
}

func endOfFile(size uint64) *fscc.EndOfFileInfo { return &fscc.EndOfFileInfo{EndOfFile: int64(size)} }

// setattr sets the size first, so that times which are given too stay.
func (a *Actor) setattr(ctx context.Context, c client.Call) (client.Result, error) {
	size, hasSize, err := c.Options.Uint("size", 64)
	if err != nil {
		return client.Result{}, err
	}
	basic, hasBasic, err := basicOf(c.Options)
	if err != nil {
		return client.Result{}, err
	}
	w := how{options: smb2.FileOpenReparsePoint}
	if hasSize {
		w.access |= secdesc.FileWriteData
	}
	if hasBasic || !hasSize {
		w.access |= secdesc.FileWriteAttributes
	}
	return client.Result{}, a.on(ctx, c, w, func(o *open) error {
		if hasSize {
			if err := o.set(ctx, fscc.FileEndOfFileInformation, endOfFile(size)); err != nil {
				return err
			}
		}
		if hasBasic {
			return o.set(ctx, fscc.FileBasicInformation, basic)
		}
		return nil
	})
}

// basicOf is what setattr's options set of FileBasicInformation.
func basicOf(o client.Options) (i *fscc.BasicInfo, given bool, err error) {
	i = &fscc.BasicInfo{}
	for key, into := range map[string]*fscc.Filetime{
		"btime": &i.CreationTime, "atime": &i.LastAccessTime, "mtime": &i.LastWriteTime, "ctime": &i.ChangeTime,
	} {
		t, now, has, err := o.Time(key)
		if err != nil {
			return nil, false, err
		}
		if now {
			return nil, false, client.Unsupported(clientName, "setattr %s=now: SMB has no server time", key)
		}
		if has {
			*into, given = fscc.FiletimeOf(t), true
		}
	}
	if words, ok := o["attributes"]; ok {
		if i.FileAttributes, err = parseAttributes(words); err != nil {
			return nil, false, err
		}
		given = true
	}
	return i, given, nil
}
