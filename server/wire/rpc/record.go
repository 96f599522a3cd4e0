package rpc

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// RecordMarkSize is the size of the mark before each fragment (RFC 5531 11).
const RecordMarkSize = 4

const (
	lastFragment = 1 << 31
	// maxFragments bounds the fragments of a record, so that a peer cannot
	// keep a reader busy with fragments that hold nothing.
	maxFragments = 1024
	// firstAllocation is what a fragment's mere announcement may cost; the
	// rest is allocated when so much has arrived.
	firstAllocation = 64 << 10
)

// ErrTooManyFragments reports a record in more fragments than any client makes.
var ErrTooManyFragments = errors.New("rpc: record has too many fragments")

// RecordSizeError reports a record that announces more octets than the cap.
type RecordSizeError struct {
	Announced uint64 // octets of the record up to and with this fragment
	Max       int
}

func (e *RecordSizeError) Error() string {
	return fmt.Sprintf("rpc: record of %d or more octets exceeds the maximum of %d", e.Announced, e.Max)
}

// TruncatedError reports a stream that ended or failed inside a record.
type TruncatedError struct {
	Got   int   // octets of the record that arrived, without marks
	Cause error // io.ErrUnexpectedEOF, or what the connection said
}

func (e *TruncatedError) Error() string {
	return fmt.Sprintf("rpc: record truncated after %d octets: %v", e.Got, e.Cause)
}

func (e *TruncatedError) Unwrap() error { return e.Cause }

// RecordReader reads records from a stream.
type RecordReader struct {
	r   *bufio.Reader
	max int
	// Begun, if set, is called when the first octet of a record is there but
	// not yet the whole of it, so that the owner can bound the time that the
	// rest may take.
	Begun func()
}

// NewRecordReader reads from r records of at most max octets.
func NewRecordReader(r io.Reader, max int) *RecordReader {
	return &RecordReader{r: bufio.NewReaderSize(r, 16<<10), max: max}
}

// Next reads one record, all its fragments joined, into buf if that has room,
// else into a new slice. io.EOF means that the stream ended between records.
// Other errors: *RecordSizeError (found before anything is allocated),
// *TruncatedError, ErrTooManyFragments, or that of the stream between records.
func (rr *RecordReader) Next(buf []byte) ([]byte, error) {
	if _, err := rr.r.Peek(1); err != nil {
		return nil, err
	}
	if rr.Begun != nil && !rr.whole() {
		rr.Begun()
	}
	record := buf[:0]
	for range maxFragments {
		var mark [RecordMarkSize]byte
		if _, err := io.ReadFull(rr.r, mark[:]); err != nil {
			return nil, truncated(len(record), err)
		}
		word := binary.BigEndian.Uint32(mark[:])
		length := int64(word &^ lastFragment)
		if total := int64(len(record)) + length; total > int64(rr.max) {
			return nil, &RecordSizeError{Announced: uint64(total), Max: rr.max}
		}
		var err error
		if record, err = rr.fill(record, int(length)); err != nil {
			return nil, truncated(len(record), err)
		}
		if word&lastFragment != 0 {
			return record, nil
		}
	}
	return nil, ErrTooManyFragments
}

// whole reports whether the next record is one fragment that is buffered.
func (rr *RecordReader) whole() bool {
	have := rr.r.Buffered()
	if have < RecordMarkSize {
		return false
	}
	mark, _ := rr.r.Peek(RecordMarkSize)
	word := binary.BigEndian.Uint32(mark)
	return word&lastFragment != 0 && int64(have) >= RecordMarkSize+int64(word&^lastFragment)
}

// fill appends n octets of the stream to record.
func (rr *RecordReader) fill(record []byte, n int) ([]byte, error) {
	for n > 0 {
		step := n
		if room := cap(record) - len(record); room < n {
			if room == 0 {
				// Double what has arrived: memory never outruns it.
				grown := make([]byte, len(record), len(record)+min(n, max(firstAllocation, len(record))))
				copy(grown, record)
				record = grown
			}
			step = min(n, cap(record)-len(record))
		}
		at := len(record)
		got, err := io.ReadFull(rr.r, record[at:at+step])
		record = record[:at+got]
		if err != nil {
			return record, err
		}
		n -= step
	}
	return record, nil
}

func truncated(got int, err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return &TruncatedError{Got: got, Cause: err}
}

// PutRecordMark writes the mark of a record in one fragment of n octets to the
// first RecordMarkSize octets of b. n is less than 1<<31.
func PutRecordMark(b []byte, n int) {
	binary.BigEndian.PutUint32(b, uint32(n)|lastFragment)
}
