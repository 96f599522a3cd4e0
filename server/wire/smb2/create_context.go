package smb2

import "fmt"

// The names of create contexts (MS-SMB2 2.2.13.2). The last four are GUIDs.
const (
	ContextExtA  = "ExtA" // extended attributes, a FILE_FULL_EA_INFORMATION list
	ContextSecD  = "SecD" // a self-relative security descriptor
	ContextDHnQ  = "DHnQ" // durable handle request
	ContextDHnC  = "DHnC" // durable handle reconnect
	ContextAlSi  = "AlSi" // allocation size
	ContextMxAc  = "MxAc" // maximal access
	ContextTWrp  = "TWrp" // timewarp token
	ContextQFid  = "QFid" // on-disk id
	ContextRqLs  = "RqLs" // lease, v1 and v2
	ContextDH2Q  = "DH2Q" // durable handle request v2
	ContextDH2C  = "DH2C" // durable handle reconnect v2
	ContextAAPL  = "AAPL" // Apple's extension, opaque here
	ContextPOSIX = "\x93\xAD\x25\x50\x9C\xB4\x11\xE7\xB4\x23\x83\xDE\x96\x8B\xCD\x7C"

	ContextAppInstanceID      = "\x45\xBC\xA6\x6A\xEF\xA7\xF7\x4A\x90\x08\xFA\x46\x2E\x14\x4D\x74"
	ContextAppInstanceVersion = "\xB9\x82\xD0\xB7\x3B\x56\x07\x4F\xA0\x7B\x52\x4A\x81\x16\xA0\x10"
	ContextSVHDXOpenDevice    = "\x9C\xCB\xCF\x9E\x04\xC1\xE6\x43\x98\x0E\x15\x8D\xA1\xF6\xEC\x83"
)

// CreateContext is one SMB2_CREATE_CONTEXT, its data not yet understood.
type CreateContext struct {
	Name string
	Data []byte
}

// CreateContexts is the chain of create contexts of a request or response.
type CreateContexts []CreateContext

// Find gives the data of the first context of that name. A context may have no
// data at all: then data is empty and ok true.
func (l CreateContexts) Find(name string) (data []byte, ok bool) {
	for _, c := range l {
		if c.Name == name {
			return c.Data, true
		}
	}
	return nil, false
}

// Append appends the chain, each context at a multiple of 8 from the first one
// and with its data so aligned too.
func (l CreateContexts) Append(dst []byte) []byte {
	base := len(dst)
	for i, c := range l {
		start := len(dst)
		dst = u32(dst, 0)
		dst = u16(dst, 16)
		dst = u16(dst, uint16(len(c.Name)))
		dst = u32(dst, 0)
		dst = u32(dst, uint32(len(c.Data)))
		dst = append(dst, c.Name...)
		if len(c.Data) > 0 {
			dst = align8(dst, start)
			le.PutUint16(dst[start+10:], uint16(len(dst)-start))
			dst = append(dst, c.Data...)
		}
		if i < len(l)-1 {
			dst = align8(dst, base)
			le.PutUint32(dst[start:], uint32(len(dst)-start))
		}
	}
	return dst
}

// decodeCreateContexts reads the chain of n bytes at off. It checks what
// MS-SMB2 3.3.5.9 checks: Next a multiple of 8 inside the buffer, name at least
// 4 bytes, name and data inside their context.
func decodeCreateContexts(structure string, msg []byte, off, n uint32, min int) (CreateContexts, error) {
	const name = "SMB2_CREATE_CONTEXT"
	b, err := field(structure, "CreateContexts", msg, off, n, min)
	if err != nil {
		return nil, err
	}
	if n > 0 && off%8 != 0 {
		return nil, &DecodeError{structure, "CreateContextsOffset", ErrOffset, fmt.Sprintf("%d is not aligned", off)}
	}
	var l CreateContexts
	for len(b) > 0 {
		if len(b) < 16 {
			return nil, truncated(name, len(b), 16)
		}
		next := le.Uint32(b)
		if next%8 != 0 || uint64(next) > uint64(len(b)) || next > 0 && next < 16 {
			return nil, &DecodeError{name, "Next", ErrOffset, fmt.Sprintf("%d in %d bytes", next, len(b))}
		}
		one := b
		if next > 0 {
			one = b[:next]
		}
		nameLen := uint32(le.Uint16(one[6:]))
		if nameLen < 4 {
			return nil, badValue(name, "NameLength", "%d", nameLen)
		}
		id, err := field(name, "Name", one, uint32(le.Uint16(one[4:])), nameLen, 16)
		if err != nil {
			return nil, err
		}
		data, err := field(name, "Data", one, uint32(le.Uint16(one[10:])), le.Uint32(one[12:]), 16)
		if err != nil {
			return nil, err
		}
		l = append(l, CreateContext{string(id), data})
		if next == 0 {
			break
		}
		b = b[next:]
		if len(b) == 0 {
			return nil, &DecodeError{name, "Next", ErrOffset, "points at the end"}
		}
	}
	return l, nil
}
