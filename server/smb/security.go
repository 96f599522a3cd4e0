package smb

import (
	"crosswire/server/vfs"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/secdesc"
	"crosswire/server/wire/smb2"
)

// maxSecurityBuffer bounds the descriptors that are taken from a client: one
// ACL has at most 64 KiB, and a descriptor that we keep has one.
const maxSecurityBuffer = 2 * (64 << 10)

// querySecurity answers QUERY_INFO of a security descriptor (MS-SMB2
// 3.3.5.20.3). Nobody here has ACCESS_SYSTEM_SECURITY, so nobody sees a SACL.
func (r *request) querySecurity(o *openFile, want smb2.SecurityInformation) ([]byte, error) {
	const control = smb2.OwnerSecurityInformation | smb2.GroupSecurityInformation | smb2.DACLSecurityInformation | smb2.LabelSecurityInformation
	if want&smb2.SACLSecurityInformation != 0 || want&control != 0 && o.file.Access&vfs.RightReadControl == 0 {
		return nil, ntstatus.AccessDenied // MS-FSA 2.1.5.13
	}
	d, err := o.file.Tree.Security(r.ctx, r.origin(o), o.file.Handle)
	if err != nil {
		return nil, err
	}
	d = d.Select(uint32(want))
	return d.Append(nil), nil
}

// setSecurity answers SET_INFO of a security descriptor (MS-SMB2 3.3.5.21.3).
// The descriptor is kept as it is, ACEs for SIDs that nobody here knows
// included.
func (r *request) setSecurity(o *openFile, which smb2.SecurityInformation, b []byte) error {
	d, err := decodeSecurity(b)
	if err != nil {
		return err
	}
	if which&smb2.SACLSecurityInformation != 0 {
		return ntstatus.AccessDenied
	}
	return o.file.Tree.SetSecurity(r.ctx, r.origin(o), o.file, uint32(which), *d)
}

// decodeSecurity reads a self-relative descriptor of a client.
func decodeSecurity(b []byte) (*secdesc.Descriptor, error) {
	if len(b) > maxSecurityBuffer {
		return nil, ntstatus.InvalidParameter
	}
	d := &secdesc.Descriptor{}
	if err := d.Decode(b); err != nil {
		return nil, ntstatus.InvalidSecurityDescr
	}
	return d, nil
}
