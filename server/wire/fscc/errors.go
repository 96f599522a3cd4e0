package fscc

import "fmt"

// DecodeError says which structure, and which field of it, a buffer got wrong.
// A server answers it with STATUS_INFO_LENGTH_MISMATCH or
// STATUS_INVALID_PARAMETER, as the request's clause says.
type DecodeError struct {
	Structure string // the specification's name
	Field     string // empty when the fixed part itself is cut short
	Reason    string
}

func (e *DecodeError) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("%s: %s", e.Structure, e.Reason)
	}
	return fmt.Sprintf("%s.%s: %s", e.Structure, e.Field, e.Reason)
}

// need gives an error unless b holds n bytes.
func need(structure string, b []byte, n int) error {
	if len(b) < n {
		return &DecodeError{structure, "", fmt.Sprintf("%d bytes, need %d", len(b), n)}
	}
	return nil
}

// slice gives b[off:off+n] after checking it, without overflow.
func slice(structure, field string, b []byte, off, n uint64) ([]byte, error) {
	if off > uint64(len(b)) || n > uint64(len(b))-off {
		return nil, &DecodeError{structure, field, fmt.Sprintf("offset %d length %d outside %d bytes", off, n, len(b))}
	}
	return b[off : off+n : off+n], nil
}
