package smb

import (
	"encoding/binary"

	"crosswire/server/vfs"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// setSparse implements FSCTL_SET_SPARSE (MS-FSCC 2.3.69, MS-FSA 2.1.5.10).
func (r *request) setSparse(o *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	if err := o.needs(vfs.RightWriteData | vfs.RightAppendData | vfs.RightWriteAttributes); err != nil {
		return nil, err
	}
	if o.isDir() {
		return nil, ntstatus.InvalidParameter
	}
	return nil, o.file.Tree.SetSparse(r.ctx, r.origin(o), o.file.Handle, o.file.Stream, fscc.DecodeSetSparse(q.Input))
}

// setZeroData implements FSCTL_SET_ZERO_DATA (MS-FSCC 2.3.71, MS-FSA
// 2.1.5.10).
func (r *request) setZeroData(o *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	if err := o.needs(vfs.RightWriteData); err != nil {
		return nil, err
	}
	var z fscc.ZeroData
	if err := z.Decode(q.Input); err != nil {
		return nil, malformed(err)
	}
	if z.FileOffset < 0 || z.BeyondFinalZero < 0 || z.FileOffset > z.BeyondFinalZero {
		return nil, ntstatus.InvalidParameter
	}
	_, err := o.file.Tree.Zero(r.ctx, r.origin(o), o.file.Handle, o.file.Stream, uint64(z.FileOffset), uint64(z.BeyondFinalZero))
	return nil, err
}

// allocatedRanges implements FSCTL_QUERY_ALLOCATED_RANGES (MS-FSCC 2.3.52,
// MS-FSA 2.1.5.10). What does not fit is left out with
// STATUS_BUFFER_OVERFLOW.
func (r *request) allocatedRanges(o *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	if err := o.needs(vfs.RightReadData); err != nil {
		return nil, err
	}
	var in fscc.FileRange
	if err := in.Decode(q.Input); err != nil {
		return nil, malformed(err)
	}
	if in.Offset < 0 || in.Length < 0 || in.Length > vfs.MaxFileSize-in.Offset {
		return nil, ntstatus.InvalidParameter
	}
	list, more, err := o.file.Tree.AllocatedRanges(r.ctx, r.origin(o), o.file.Handle, o.file.Stream,
		uint64(in.Offset), uint64(in.Offset+in.Length), int(q.MaxOutputResponse/16))
	if err != nil {
		return nil, err
	}
	if more && len(list) == 0 {
		return nil, ntstatus.BufferTooSmall
	}
	out := []byte{}
	for _, a := range list {
		out = (&fscc.FileRange{Offset: int64(a.Off), Length: int64(a.Len)}).Append(out)
	}
	if more {
		return out, ntstatus.BufferOverflow
	}
	return out, nil
}

// regionValidCached is the only usage of FSCTL_QUERY_FILE_REGIONS that a file
// has which is not kept in memory of its own (MS-FSCC 2.3.55).
const regionValidCached = 1

// fileRegions implements FSCTL_QUERY_FILE_REGIONS (MS-FSCC 2.3.55): all data
// up to the end of the file is valid.
func (r *request) fileRegions(o *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	le := binary.LittleEndian
	_, size, _, err := r.attrOf(o)
	if err != nil {
		return nil, err
	}
	off, end := uint64(0), size
	if len(q.Input) > 0 {
		if len(q.Input) < 20 {
			return nil, ntstatus.InvalidParameter
		}
		at, n := int64(le.Uint64(q.Input)), int64(le.Uint64(q.Input[8:]))
		if at < 0 || n < 0 || n > vfs.MaxFileSize-at || le.Uint32(q.Input[16:])&regionValidCached == 0 {
			return nil, ntstatus.InvalidParameter
		}
		off, end = uint64(at), min(size, uint64(at+n))
	}
	out := make([]byte, 16, 40)
	if off < end {
		le.PutUint32(out[4:], 1)
		if q.MaxOutputResponse < 40 {
			return out, ntstatus.BufferOverflow
		}
		le.PutUint32(out[8:], 1)
		out = le.AppendUint64(out, off)
		out = le.AppendUint64(out, end-off)
		out = le.AppendUint32(out, regionValidCached)
		out = le.AppendUint32(out, 0)
	}
	return out, nil
}

// trim implements FSCTL_FILE_LEVEL_TRIM (MS-FSCC 2.3.13, MS-FSA 2.1.5.10): the
// whole blocks of each range are given back.
func (r *request) trim(o *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	if err := o.needs(vfs.RightWriteData); err != nil {
		return nil, err
	}
	ranges, err := fscc.DecodeFileLevelTrim(q.Input)
	if err != nil {
		return nil, malformed(err)
	}
	if binary.LittleEndian.Uint32(q.Input) != 0 || len(ranges) == 0 { // Key
		return nil, ntstatus.InvalidParameter
	}
	var done uint32
	for _, t := range ranges {
		if t.Offset > vfs.MaxFileSize || t.Length > vfs.MaxFileSize-t.Offset {
			err = ntstatus.InvalidParameter
			break
		}
		if _, err = o.file.Tree.Trim(r.ctx, r.origin(o), o.file.Handle, o.file.Stream, t.Offset, t.Length); err != nil {
			break
		}
		done++
	}
	if err == nil && q.MaxOutputResponse >= 4 {
		return binary.LittleEndian.AppendUint32(nil, done), nil
	}
	return nil, err
}
