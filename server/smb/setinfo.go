package smb

import (
	"strings"

	"crosswire/server/vfs"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// setInfo implements SET_INFO (MS-SMB2 3.3.5.21).
func (r *request) setInfo() (body, error) {
	var q smb2.SetInfoRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	if uint32(len(q.Buffer)) > r.c.maxTransact {
		return nil, ntstatus.InvalidParameter
	}
	o, err := r.fileOf(q.FileID)
	if err != nil {
		return nil, err
	}
	switch q.Type {
	case smb2.InfoFile:
		err = r.setFile(o, fscc.FileInfoClass(q.Class), q.Buffer)
	case smb2.InfoSecurity:
		err = r.setSecurity(o, q.Additional, q.Buffer)
	case smb2.InfoFileSystem, smb2.InfoQuota:
		err = ntstatus.NotSupported
	default:
		err = ntstatus.InvalidParameter
	}
	if err != nil {
		return nil, err
	}
	return &smb2.SetInfoResponse{}, nil
}

// setFile sets the file information classes (MS-FSCC 2.4, MS-FSA 2.1.5.15).
func (r *request) setFile(o *openFile, class fscc.FileInfoClass, b []byte) error {
	switch class {
	case fscc.FileBasicInformation:
		return r.setBasic(o, b)
	case fscc.FileEndOfFileInformation:
		var i fscc.EndOfFileInfo
		if err := i.Decode(b); err != nil {
			return ntstatus.InfoLengthMismatch
		}
		return r.setSize(o, i.EndOfFile)
	case fscc.FileAllocationInformation:
		var i fscc.AllocationInfo
		if err := i.Decode(b); err != nil {
			return ntstatus.InfoLengthMismatch
		}
		return r.setAllocation(o, i.AllocationSize)
	case fscc.FileRenameInformation:
		return r.rename(o, b)
	case fscc.FileLinkInformation:
		return r.link(o, b)
	case fscc.FileDispositionInformation:
		var i fscc.DispositionInfo
		if err := i.Decode(b); err != nil {
			return ntstatus.InfoLengthMismatch
		}
		return r.dispose(o, i.DeletePending)
	case fscc.FilePositionInformation:
		var i fscc.PositionInfo
		if err := i.Decode(b); err != nil {
			return ntstatus.InfoLengthMismatch
		}
		if i.CurrentByteOffset > vfs.MaxFileSize {
			return ntstatus.InvalidParameter
		}
		o.mu.Lock()
		o.position = i.CurrentByteOffset
		o.mu.Unlock()
		return nil
	case fscc.FileModeInformation:
		var i fscc.ModeInfo
		if err := i.Decode(b); err != nil {
			return ntstatus.InfoLengthMismatch
		}
		if i.Mode&^uint32(0x3E) != 0 { // MS-FSA 2.1.5.15.10
			return ntstatus.InvalidParameter
		}
		o.mu.Lock()
		o.mode = i.Mode
		o.mu.Unlock()
		return nil
	case fscc.FileFullEaInformation:
		return r.setEAs(o, b)
	}
	return ntstatus.InvalidInfoClass
}

// setBasic sets times and attributes (MS-FSA 2.1.5.15.2). A time of 0 leaves
// it, -1 keeps this handle from changing it, -2 takes that back.
func (r *request) setBasic(o *openFile, b []byte) error {
	var i fscc.BasicInfo
	if err := i.Decode(b); err != nil {
		return ntstatus.InfoLengthMismatch
	}
	if o.file.Access&vfs.RightWriteAttributes == 0 {
		return ntstatus.AccessDenied
	}
	for _, t := range []fscc.Filetime{i.CreationTime, i.LastAccessTime, i.LastWriteTime, i.ChangeTime} {
		if t < fscc.FiletimeThaw {
			return ntstatus.InvalidParameter
		}
	}
	if o.file.IsDir && i.FileAttributes&fscc.AttributeTemporary != 0 ||
		!o.file.IsDir && i.FileAttributes&fscc.AttributeDirectory != 0 {
		return ntstatus.InvalidParameter
	}
	var c vfs.Changes
	o.mu.Lock()
	sticky(i.LastWriteTime, &c.Mtime, &o.times.write)
	sticky(i.LastAccessTime, &c.Atime, &o.times.access)
	sticky(i.ChangeTime, &c.Ctime, &o.times.change)
	keepChange := o.times.change && c.Ctime.How == vfs.TimeKeep
	o.mu.Unlock()
	sticky(i.CreationTime, &c.Btime, nil)
	a, err := o.file.Tree.GetAttr(r.ctx, r.origin(o), o.file.Handle)
	if err != nil {
		return err
	}
	if keepChange { // MS-FSA 2.1.5.15.2: Open.UserSetChangeTime
		c.Ctime = vfs.At(a.Ctime)
	}
	if i.FileAttributes != 0 {
		dos := uint32(i.FileAttributes) & vfs.DOSSettable
		dos |= a.DOS &^ vfs.DOSSettable // SPARSE and the like stay
		c.DOS = &dos
	}
	_, err = o.file.Tree.SetAttr(r.ctx, r.origin(o), o.file.Handle, c)
	return err
}

// sticky takes one time of FileBasicInformation.
func sticky(t fscc.Filetime, set *vfs.SetTime, fixed *bool) {
	on := false
	switch t {
	case fscc.FiletimeOmit:
		return
	case fscc.FiletimeThaw:
	case fscc.FiletimeFreeze:
		on = true
	default:
		*set, on = vfs.At(t.Time()), true
	}
	if fixed != nil {
		*fixed = on
	}
}

// setSize implements FileEndOfFileInformation (MS-FSA 2.1.5.15.5).
func (r *request) setSize(o *openFile, size int64) error {
	if o.file.Access&vfs.RightWriteData == 0 {
		return ntstatus.AccessDenied
	}
	if size < 0 || size > maxFile || o.isDir() {
		return ntstatus.InvalidParameter
	}
	n := uint64(size)
	if o.file.Stream != "" {
		_, err := o.file.Tree.Truncate(r.ctx, r.origin(o), o.file.Handle, o.file.Stream, n)
		return err
	}
	_, err := o.file.Tree.SetAttr(r.ctx, r.origin(o), o.file.Handle, vfs.Changes{Size: &n, KeepMtime: o.keepsWriteTime()})
	return err
}

func (o *openFile) keepsWriteTime() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.times.write
}

// setAllocation implements FileAllocationInformation (MS-FSA 2.1.5.15.1): less
// than the size cuts the file off, more reserves room.
func (r *request) setAllocation(o *openFile, n int64) error {
	if o.file.Access&vfs.RightWriteData == 0 {
		return ntstatus.AccessDenied
	}
	if n < 0 || n > maxFile || o.isDir() {
		return ntstatus.InvalidParameter
	}
	_, size, _, err := r.attrOf(o)
	if err != nil {
		return err
	}
	if uint64(n) < size {
		return r.setSize(o, n)
	}
	_, err = o.file.Tree.Allocate(r.ctx, r.origin(o), o.file.Handle, o.file.Stream, 0, uint64(n), false)
	return err
}

// rename implements FileRenameInformation (MS-FSA 2.1.5.15.12).
func (r *request) rename(o *openFile, b []byte) error {
	var i fscc.RenameInfo
	if err := i.Decode(b); err != nil {
		return ntstatus.InfoLengthMismatch
	}
	if o.file.Access&vfs.RightDelete == 0 {
		return ntstatus.AccessDenied
	}
	path, err := targetOf(&i)
	if err != nil {
		return err
	}
	if strings.HasPrefix(i.Name, ":") || o.file.Stream != "" {
		return ntstatus.NotSupported
	}
	return o.file.Tree.RenameOpen(r.ctx, r.origin(o), o.file, path, i.ReplaceIfExists)
}

// link implements FileLinkInformation (MS-FSA 2.1.5.15.6).
func (r *request) link(o *openFile, b []byte) error {
	var i fscc.RenameInfo
	if err := i.Decode(b); err != nil {
		return ntstatus.InfoLengthMismatch
	}
	if o.file.IsDir {
		return ntstatus.FileIsADirectory
	}
	path, err := targetOf(&i)
	if err != nil {
		return err
	}
	return o.file.Tree.LinkOpen(r.ctx, r.origin(o), o.file, path, i.ReplaceIfExists)
}

// targetOf is the new name in the road's form.
func targetOf(i *fscc.RenameInfo) (string, error) {
	if i.RootDirectory != 0 || i.Name == "" {
		return "", ntstatus.InvalidParameter
	}
	if strings.HasPrefix(i.Name, ":") {
		return i.Name, nil
	}
	path, stream, err := splitName(strings.TrimPrefix(i.Name, `\`))
	if err == nil && stream != (streamName{}) {
		err = ntstatus.ObjectNameInvalid
	}
	return path, err
}

// dispose implements FileDispositionInformation (MS-FSA 2.1.5.15.3).
func (r *request) dispose(o *openFile, on bool) error {
	if o.file.Access&vfs.RightDelete == 0 {
		return ntstatus.AccessDenied
	}
	return o.file.Tree.SetDelete(r.ctx, r.origin(o), o.file, on)
}
