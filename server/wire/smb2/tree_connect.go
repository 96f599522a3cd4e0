package smb2

import "crosswire/server/wire/fscc"

// The flags of a 3.1.1 TREE_CONNECT Request (MS-SMB2 2.2.9).
const (
	TreeConnectClusterReconnect uint16 = 0x0001
	TreeConnectRedirectToOwner  uint16 = 0x0002
	TreeConnectExtensionPresent uint16 = 0x0004
)

// TreeConnectRequest is the SMB2 TREE_CONNECT Request (MS-SMB2 2.2.9).
type TreeConnectRequest struct {
	Flags uint16
	Path  string // \\server\share; the server part may carry a port
}

// treeConnectExtensionSize is the fixed part of the extension, before PathName.
const treeConnectExtensionSize = 16

// Append appends the body, with an extension that has no contexts if Flags has
// TreeConnectExtensionPresent.
func (r *TreeConnectRequest) Append(dst []byte) []byte {
	extension := 0
	if r.Flags&TreeConnectExtensionPresent != 0 {
		extension = treeConnectExtensionSize
	}
	dst = u16(dst, 9)
	dst = u16(dst, r.Flags)
	dst = u16(dst, uint16(HeaderSize+8+extension))
	dst = u16(dst, uint16(fscc.UTF16Len(r.Path)))
	dst = zeros(dst, extension)
	return fscc.AppendUTF16(dst, r.Path)
}

// Decode reads the request. With TreeConnectExtensionPresent the path stands
// after the extension's 16 bytes (MS-SMB2 2.2.9.1), whose tree connect contexts
// are not read.
func (r *TreeConnectRequest) Decode(msg []byte) error {
	const name = "SMB2 TREE_CONNECT Request"
	b, err := body(name, msg, 9, 8)
	if err != nil {
		return err
	}
	*r = TreeConnectRequest{Flags: le.Uint16(b[2:])}
	off, n := uint32(le.Uint16(b[4:])), uint32(le.Uint16(b[6:]))
	min := HeaderSize + 8
	if r.Flags&TreeConnectExtensionPresent != 0 {
		min += treeConnectExtensionSize
	}
	r.Path, err = text(name, "PathName", msg, off, n, min)
	return err
}

// ShareType of a tree (MS-SMB2 2.2.10).
type ShareType uint8

// The share types.
const (
	ShareTypeDisk  ShareType = 0x01
	ShareTypePipe  ShareType = 0x02
	ShareTypePrint ShareType = 0x03
)

// ShareFlags of a tree (MS-SMB2 2.2.10).
type ShareFlags uint32

// The share flags. The caching mode is two bits, ShareFlagCachingMask.
const (
	ShareFlagManualCaching            ShareFlags = 0x00000000
	ShareFlagAutoCaching              ShareFlags = 0x00000010
	ShareFlagVDOCaching               ShareFlags = 0x00000020
	ShareFlagNoCaching                ShareFlags = 0x00000030
	ShareFlagCachingMask              ShareFlags = 0x00000030
	ShareFlagDFS                      ShareFlags = 0x00000001
	ShareFlagDFSRoot                  ShareFlags = 0x00000002
	ShareFlagRestrictExclusiveOpens   ShareFlags = 0x00000100
	ShareFlagForceSharedDelete        ShareFlags = 0x00000200
	ShareFlagAllowNamespaceCaching    ShareFlags = 0x00000400
	ShareFlagAccessBasedDirectoryEnum ShareFlags = 0x00000800
	ShareFlagForceLevelIIOplock       ShareFlags = 0x00001000
	ShareFlagEnableHashV1             ShareFlags = 0x00002000
	ShareFlagEnableHashV2             ShareFlags = 0x00004000
	ShareFlagEncryptData              ShareFlags = 0x00008000
	ShareFlagIdentityRemoting         ShareFlags = 0x00040000
	ShareFlagCompressData             ShareFlags = 0x00100000
	ShareFlagIsolatedTransport        ShareFlags = 0x00200000
)

// ShareCapabilities of a tree (MS-SMB2 2.2.10).
type ShareCapabilities uint32

// The share capabilities.
const (
	ShareCapDFS                    ShareCapabilities = 0x00000008
	ShareCapContinuousAvailability ShareCapabilities = 0x00000010
	ShareCapScaleout               ShareCapabilities = 0x00000020
	ShareCapCluster                ShareCapabilities = 0x00000040
	ShareCapAsymmetric             ShareCapabilities = 0x00000080
	ShareCapRedirectToOwner        ShareCapabilities = 0x00000100
)

// TreeConnectResponse is the SMB2 TREE_CONNECT Response (MS-SMB2 2.2.10).
type TreeConnectResponse struct {
	ShareType     ShareType
	ShareFlags    ShareFlags
	Capabilities  ShareCapabilities
	MaximalAccess uint32
}

// Append appends the body.
func (r *TreeConnectResponse) Append(dst []byte) []byte {
	dst = u16(dst, 16)
	dst = append(dst, byte(r.ShareType), 0)
	dst = u32(dst, uint32(r.ShareFlags))
	dst = u32(dst, uint32(r.Capabilities))
	return u32(dst, r.MaximalAccess)
}

// Decode reads the response.
func (r *TreeConnectResponse) Decode(msg []byte) error {
	b, err := body("SMB2 TREE_CONNECT Response", msg, 16, 16)
	if err != nil {
		return err
	}
	*r = TreeConnectResponse{
		ShareType:     ShareType(b[2]),
		ShareFlags:    ShareFlags(le.Uint32(b[4:])),
		Capabilities:  ShareCapabilities(le.Uint32(b[8:])),
		MaximalAccess: le.Uint32(b[12:]),
	}
	return nil
}
