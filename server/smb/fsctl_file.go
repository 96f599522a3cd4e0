package smb

import (
	"encoding/binary"
	"strings"

	"crosswire/server/vfs"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// getCompression implements FSCTL_GET_COMPRESSION (MS-FSCC 2.3.20): nothing is
// compressed here.
func (r *request) getCompression(*openFile, *smb2.IoctlRequest) ([]byte, error) {
	return fscc.AppendCompression(nil, fscc.CompressionFormatNone), nil
}

// setCompression implements FSCTL_SET_COMPRESSION (MS-FSCC 2.3.67): a file
// system that cannot compress refuses to, and has no objection to leaving a
// file as it is.
func (r *request) setCompression(o *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	if err := o.needs(vfs.RightWriteData); err != nil {
		return nil, err
	}
	format, err := fscc.DecodeCompression(q.Input)
	if err != nil {
		return nil, malformed(err)
	}
	switch format {
	case fscc.CompressionFormatNone:
		return nil, nil
	case fscc.CompressionFormatDefault, fscc.CompressionFormatLZNT1:
		return nil, ntstatus.NotSupported
	}
	return nil, ntstatus.InvalidParameter
}

// getIntegrity implements FSCTL_GET_INTEGRITY_INFORMATION (MS-FSCC 2.3.24): no
// checksums are kept.
func (r *request) getIntegrity(*openFile, *smb2.IoctlRequest) ([]byte, error) {
	return (&fscc.IntegrityInformation{ClusterSizeInBytes: vfs.BlockSize}).Append(nil), nil
}

// setIntegrity implements FSCTL_SET_INTEGRITY_INFORMATION (MS-FSCC 2.3.73):
// none, or no change, is all that can be had.
func (r *request) setIntegrity(o *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	const none, noChange, crc32, crc64 = 0, 0xFFFF, 1, 2
	var i fscc.IntegrityInformation
	if err := i.Decode(q.Input); err != nil {
		return nil, malformed(err)
	}
	if err := o.needs(vfs.RightWriteData | vfs.RightWriteAttributes); err != nil {
		return nil, err
	}
	switch i.ChecksumAlgorithm {
	case none, noChange:
		return nil, nil
	case crc32, crc64:
		return nil, ntstatus.NotSupported
	}
	return nil, ntstatus.InvalidParameter
}

// snapshots implements FSCTL_SRV_ENUMERATE_SNAPSHOTS (MS-SMB2 3.3.5.15.1):
// there are none.
func (r *request) snapshots(_ *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	out := (&smb2.SnapshotArray{}).Append(nil)
	if q.MaxOutputResponse >= 16 {
		out = append(out, 0, 0, 0, 0) // Windows ends even an empty list
	}
	return out, nil
}

// isPathnameValid implements FSCTL_IS_PATHNAME_VALID (MS-FSCC 2.3.33): whether
// a name is well-formed, whatever it may mean.
func (r *request) isPathnameValid(_ *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	n := binary.LittleEndian.Uint32(q.Input)
	if uint64(n) > uint64(len(q.Input)-4) || n%2 != 0 {
		return nil, ntstatus.InvalidParameter
	}
	name, ok := fscc.DecodeUTF16(q.Input[4 : 4+n])
	if !ok {
		return nil, ntstatus.ObjectNameInvalid
	}
	_, _, err := splitName(strings.TrimPrefix(name, `\`))
	return nil, err
}
