package nfs

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// maxRecord bounds an RPC record: above the largest READ or READDIRPLUS reply
// that any server offers, far below what a record mark can claim.
const maxRecord = 16 << 20

// maxFragments bounds the fragments of one record, so that a peer that sends
// empty ones does not keep us reading for ever.
const maxFragments = 1 << 14

// lastFragment is the bit of a record mark that ends the record (RFC 5531 11).
const lastFragment = 1 << 31

// readRecord reads one record of any number of fragments. Memory grows with
// the bytes that arrive, not with the lengths that are claimed. io.EOF means
// that the peer closed between two records.
func readRecord(r io.Reader) ([]byte, error) {
	var rec bytes.Buffer
	for n := 0; ; n++ {
		var mark [4]byte
		if _, err := io.ReadFull(r, mark[:]); err != nil {
			if n > 0 && errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		if n >= maxFragments {
			return nil, fmt.Errorf("malformed reply: a record of more than %d fragments", maxFragments)
		}
		m := binary.BigEndian.Uint32(mark[:])
		size := int64(m &^ lastFragment)
		if int64(rec.Len())+size > maxRecord {
			return nil, fmt.Errorf("malformed reply: a record of at least %d bytes, more than %d are not taken",
				int64(rec.Len())+size, maxRecord)
		}
		if got, err := io.CopyN(&rec, r, size); err != nil {
			if errors.Is(err, io.EOF) {
				err = fmt.Errorf("truncated reply: %d of %d bytes: %w", got, size, io.ErrUnexpectedEOF)
			}
			return nil, err
		}
		if m&lastFragment != 0 {
			return rec.Bytes(), nil
		}
	}
}

// appendRecord appends rec as a record of one fragment.
func appendRecord(b, rec []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(rec))|lastFragment)
	return append(b, rec...)
}
