package smb2

import (
	"fmt"

	"crosswire/server/wire/fscc"
)

// NegotiateContextType is the ContextType of MS-SMB2 2.2.3.1.
type NegotiateContextType uint16

// The negotiate context types.
const (
	ContextPreauthIntegrity NegotiateContextType = 0x0001
	ContextEncryption       NegotiateContextType = 0x0002
	ContextCompression      NegotiateContextType = 0x0003
	ContextNetname          NegotiateContextType = 0x0005
	ContextTransport        NegotiateContextType = 0x0006
	ContextRDMATransform    NegotiateContextType = 0x0007
	ContextSigning          NegotiateContextType = 0x0008
)

// NegotiateContext is one context, its data not yet understood.
type NegotiateContext struct {
	Type NegotiateContextType
	Data []byte
}

// NegotiateContexts is the list of contexts of a 3.1.1 NEGOTIATE.
type NegotiateContexts []NegotiateContext

// Find gives the data of the first context of a type.
func (l NegotiateContexts) Find(t NegotiateContextType) (data []byte, ok bool) {
	for _, c := range l {
		if c.Type == t {
			return c.Data, true
		}
	}
	return nil, false
}

// Count gives the number of contexts of a type; more than one is an error for
// most types (MS-SMB2 3.3.5.4).
func (l NegotiateContexts) Count(t NegotiateContextType) int {
	n := 0
	for _, c := range l {
		if c.Type == t {
			n++
		}
	}
	return n
}

// Append appends the list; each context after the first starts at a multiple
// of 8 from the first one.
func (l NegotiateContexts) Append(dst []byte) []byte {
	start := len(dst)
	for i, c := range l {
		if i > 0 {
			dst = align8(dst, start)
		}
		dst = u16(dst, uint16(c.Type))
		dst = u16(dst, uint16(len(c.Data)))
		dst = u32(dst, 0)
		dst = append(dst, c.Data...)
	}
	return dst
}

func decodeNegotiateContexts(structure string, msg []byte, off uint32, count uint16, min int) (NegotiateContexts, error) {
	if count == 0 {
		return nil, nil
	}
	if uint64(off) < uint64(min) || uint64(off) > uint64(len(msg)) || off%8 != 0 {
		return nil, &DecodeError{structure, "NegotiateContextOffset", ErrOffset, fmt.Sprintf("%d in %d bytes", off, len(msg))}
	}
	b := msg[off:]
	var l NegotiateContexts
	for i := range int(count) {
		if len(b) < 8 {
			return nil, truncated("SMB2 NEGOTIATE_CONTEXT", len(b), 8)
		}
		n := int(le.Uint16(b[2:]))
		if len(b) < 8+n {
			return nil, truncated("SMB2 NEGOTIATE_CONTEXT", len(b), 8+n)
		}
		l = append(l, NegotiateContext{NegotiateContextType(le.Uint16(b)), b[8 : 8+n : 8+n]})
		if next := (8 + n + 7) &^ 7; i < int(count)-1 {
			if next > len(b) {
				return nil, truncated("SMB2 NEGOTIATE_CONTEXT", len(b), next)
			}
			b = b[next:]
		}
	}
	return l, nil
}

// HashAlgorithm is a preauthentication hash (MS-SMB2 2.2.3.1.1).
type HashAlgorithm uint16

// HashSHA512 is the only one.
const HashSHA512 HashAlgorithm = 0x0001

// PreauthIntegrity is SMB2_PREAUTH_INTEGRITY_CAPABILITIES (MS-SMB2 2.2.3.1.1).
type PreauthIntegrity struct {
	HashAlgorithms []HashAlgorithm
	Salt           []byte
}

// Context wraps it as a negotiate context.
func (c *PreauthIntegrity) Context() NegotiateContext {
	d := u16(nil, uint16(len(c.HashAlgorithms)))
	d = u16(d, uint16(len(c.Salt)))
	for _, h := range c.HashAlgorithms {
		d = u16(d, uint16(h))
	}
	return NegotiateContext{ContextPreauthIntegrity, append(d, c.Salt...)}
}

// Decode reads the context's data.
func (c *PreauthIntegrity) Decode(data []byte) error {
	const name = "SMB2_PREAUTH_INTEGRITY_CAPABILITIES"
	if len(data) < 4 {
		return truncated(name, len(data), 4)
	}
	count, salt := int(le.Uint16(data)), int(le.Uint16(data[2:]))
	if len(data) < 4+2*count+salt {
		return truncated(name, len(data), 4+2*count+salt)
	}
	c.HashAlgorithms = make([]HashAlgorithm, count)
	for i := range c.HashAlgorithms {
		c.HashAlgorithms[i] = HashAlgorithm(le.Uint16(data[4+2*i:]))
	}
	c.Salt = data[4+2*count : 4+2*count+salt]
	return nil
}

// Cipher is an encryption algorithm (MS-SMB2 2.2.3.1.2).
type Cipher uint16

// The ciphers. CipherNone in a response says that there is no common one.
const (
	CipherNone      Cipher = 0x0000
	CipherAES128CCM Cipher = 0x0001
	CipherAES128GCM Cipher = 0x0002
	CipherAES256CCM Cipher = 0x0003
	CipherAES256GCM Cipher = 0x0004
)

// String gives "AES-128-CCM" and so on.
func (c Cipher) String() string {
	switch c {
	case CipherNone:
		return "none"
	case CipherAES128CCM:
		return "AES-128-CCM"
	case CipherAES128GCM:
		return "AES-128-GCM"
	case CipherAES256CCM:
		return "AES-256-CCM"
	case CipherAES256GCM:
		return "AES-256-GCM"
	}
	return fmt.Sprintf("CIPHER_0x%04X", uint16(c))
}

// EncryptionCapabilities is SMB2_ENCRYPTION_CAPABILITIES (MS-SMB2 2.2.3.1.2), in
// the client's order of preference.
type EncryptionCapabilities struct{ Ciphers []Cipher }

// Context wraps it as a negotiate context.
func (c *EncryptionCapabilities) Context() NegotiateContext {
	return NegotiateContext{ContextEncryption, appendUint16List(nil, c.Ciphers)}
}

// Decode reads the context's data.
func (c *EncryptionCapabilities) Decode(data []byte) (err error) {
	c.Ciphers, err = decodeUint16List[Cipher]("SMB2_ENCRYPTION_CAPABILITIES", data)
	return err
}

// SigningAlgorithm is a signing algorithm (MS-SMB2 2.2.3.1.7).
type SigningAlgorithm uint16

// The signing algorithms.
const (
	SigningHMACSHA256 SigningAlgorithm = 0x0000
	SigningAESCMAC    SigningAlgorithm = 0x0001
	SigningAESGMAC    SigningAlgorithm = 0x0002
)

// String gives "HMAC-SHA256" and so on.
func (a SigningAlgorithm) String() string {
	switch a {
	case SigningHMACSHA256:
		return "HMAC-SHA256"
	case SigningAESCMAC:
		return "AES-CMAC"
	case SigningAESGMAC:
		return "AES-GMAC"
	}
	return fmt.Sprintf("SIGNING_0x%04X", uint16(a))
}

// SigningCapabilities is SMB2_SIGNING_CAPABILITIES (MS-SMB2 2.2.3.1.7).
type SigningCapabilities struct{ Algorithms []SigningAlgorithm }

// Context wraps it as a negotiate context.
func (c *SigningCapabilities) Context() NegotiateContext {
	return NegotiateContext{ContextSigning, appendUint16List(nil, c.Algorithms)}
}

// Decode reads the context's data.
func (c *SigningCapabilities) Decode(data []byte) (err error) {
	c.Algorithms, err = decodeUint16List[SigningAlgorithm]("SMB2_SIGNING_CAPABILITIES", data)
	return err
}

// CompressionAlgorithm is a compression algorithm (MS-SMB2 2.2.3.1.3).
type CompressionAlgorithm uint16

// The compression algorithms.
const (
	CompressionNone        CompressionAlgorithm = 0x0000
	CompressionLZNT1       CompressionAlgorithm = 0x0001
	CompressionLZ77        CompressionAlgorithm = 0x0002
	CompressionLZ77Huffman CompressionAlgorithm = 0x0003
	CompressionPatternV1   CompressionAlgorithm = 0x0004
	CompressionLZ4         CompressionAlgorithm = 0x0005
)

// CompressionCapabilities is SMB2_COMPRESSION_CAPABILITIES (MS-SMB2 2.2.3.1.3).
type CompressionCapabilities struct {
	Chained    bool
	Algorithms []CompressionAlgorithm
}

// Context wraps it as a negotiate context.
func (c *CompressionCapabilities) Context() NegotiateContext {
	d := u16(nil, uint16(len(c.Algorithms)))
	d = u16(d, 0)
	var flags uint32
	if c.Chained {
		flags = 1
	}
	d = u32(d, flags)
	for _, a := range c.Algorithms {
		d = u16(d, uint16(a))
	}
	return NegotiateContext{ContextCompression, d}
}

// Decode reads the context's data.
func (c *CompressionCapabilities) Decode(data []byte) error {
	const name = "SMB2_COMPRESSION_CAPABILITIES"
	if len(data) < 8 {
		return truncated(name, len(data), 8)
	}
	count := int(le.Uint16(data))
	if len(data) < 8+2*count {
		return truncated(name, len(data), 8+2*count)
	}
	*c = CompressionCapabilities{Chained: le.Uint32(data[4:])&1 != 0, Algorithms: make([]CompressionAlgorithm, count)}
	for i := range c.Algorithms {
		c.Algorithms[i] = CompressionAlgorithm(le.Uint16(data[8+2*i:]))
	}
	return nil
}

// NetnameContext is SMB2_NETNAME_NEGOTIATE_CONTEXT_ID, the server's name as the
// client knows it (MS-SMB2 2.2.3.1.4).
func NetnameContext(server string) NegotiateContext {
	return NegotiateContext{ContextNetname, fscc.EncodeUTF16(server)}
}

// DecodeNetname reads the data of a netname context.
func DecodeNetname(data []byte) (string, error) {
	s, ok := fscc.DecodeUTF16(data)
	if !ok {
		return "", badValue("SMB2_NETNAME_NEGOTIATE_CONTEXT_ID", "NetName", "odd length %d", len(data))
	}
	return s, nil
}

// TransportAcceptSecurity is SMB2_ACCEPT_TRANSPORT_LEVEL_SECURITY.
const TransportAcceptSecurity uint32 = 0x00000001

// TransportContext is SMB2_TRANSPORT_CAPABILITIES (MS-SMB2 2.2.3.1.5).
func TransportContext(flags uint32) NegotiateContext {
	return NegotiateContext{ContextTransport, u32(nil, flags)}
}

// DecodeTransport reads the flags of a transport context.
func DecodeTransport(data []byte) (flags uint32, err error) {
	if len(data) < 4 {
		return 0, truncated("SMB2_TRANSPORT_CAPABILITIES", len(data), 4)
	}
	return le.Uint32(data), nil
}

// RDMATransform is an RDMA transform id (MS-SMB2 2.2.3.1.6).
type RDMATransform uint16

// The RDMA transforms.
const (
	RDMATransformNone       RDMATransform = 0x0000
	RDMATransformEncryption RDMATransform = 0x0001
	RDMATransformSigning    RDMATransform = 0x0002
)

// RDMATransformCapabilities is SMB2_RDMA_TRANSFORM_CAPABILITIES (MS-SMB2 2.2.3.1.6).
type RDMATransformCapabilities struct{ Transforms []RDMATransform }

// Context wraps it as a negotiate context.
func (c *RDMATransformCapabilities) Context() NegotiateContext {
	d := u16(nil, uint16(len(c.Transforms)))
	d = zeros(d, 6)
	for _, t := range c.Transforms {
		d = u16(d, uint16(t))
	}
	return NegotiateContext{ContextRDMATransform, d}
}

// Decode reads the context's data.
func (c *RDMATransformCapabilities) Decode(data []byte) error {
	const name = "SMB2_RDMA_TRANSFORM_CAPABILITIES"
	if len(data) < 8 {
		return truncated(name, len(data), 8)
	}
	count := int(le.Uint16(data))
	if len(data) < 8+2*count {
		return truncated(name, len(data), 8+2*count)
	}
	c.Transforms = make([]RDMATransform, count)
	for i := range c.Transforms {
		c.Transforms[i] = RDMATransform(le.Uint16(data[8+2*i:]))
	}
	return nil
}

// appendUint16List writes a 16-bit count and the values.
func appendUint16List[T ~uint16](dst []byte, l []T) []byte {
	dst = u16(dst, uint16(len(l)))
	for _, v := range l {
		dst = u16(dst, uint16(v))
	}
	return dst
}

func decodeUint16List[T ~uint16](structure string, data []byte) ([]T, error) {
	if len(data) < 2 {
		return nil, truncated(structure, len(data), 2)
	}
	count := int(le.Uint16(data))
	if len(data) < 2+2*count {
		return nil, truncated(structure, len(data), 2+2*count)
	}
	l := make([]T, count)
	for i := range l {
		l[i] = T(le.Uint16(data[2+2*i:]))
	}
	return l, nil
}
