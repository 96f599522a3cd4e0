package target

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// RPC programs (RFC 5531, RFC 1833, RFC 1813).
const (
	progPortmap = 100000
	progNFS     = 100003
	progMount   = 100005
)

// exchange dials, sends request and gives the connection to read.
func exchange(ctx context.Context, address string, request []byte, read func(io.Reader) error) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := conn.Write(request); err != nil {
		return err
	}
	return read(conn)
}

// rpcProbe calls procedure NULL; any well-formed reply to it will do, since a
// server may well want another version.
func rpcProbe(program, version uint32) func(context.Context, string) error {
	const xid = 0x43524f53
	call := []uint32{
		1<<31 | 40,                                                  // the last fragment, 40 bytes
		xid, 0 /* CALL */, 2 /* RPC version */, program, version, 0, /* NULL */
		0, 0, 0, 0, // AUTH_NONE twice
	}
	msg := make([]byte, 0, 4*len(call))
	for _, w := range call {
		msg = binary.BigEndian.AppendUint32(msg, w)
	}
	return func(ctx context.Context, address string) error {
		return exchange(ctx, address, msg, func(r io.Reader) error {
			var reply [12]byte
			if _, err := io.ReadFull(r, reply[:]); err != nil {
				return err
			}
			if binary.BigEndian.Uint32(reply[4:]) != xid || binary.BigEndian.Uint32(reply[8:]) != 1 {
				return fmt.Errorf("answers, but not as an RPC server: % x", reply)
			}
			return nil
		})
	}
}

// probeSMB sends an SMB2 NEGOTIATE for 2.0.2 and 2.1 (MS-SMB2 2.2.3).
func probeSMB(ctx context.Context, address string) error {
	var b []byte
	le := binary.LittleEndian
	b = append(b, 0xfe, 'S', 'M', 'B')
	b = le.AppendUint16(b, 64)         // StructureSize of the header
	b = append(b, make([]byte, 8)...)  // CreditCharge, Status, Command NEGOTIATE
	b = le.AppendUint16(b, 1)          // Credits
	b = append(b, make([]byte, 48)...) // the rest of the header
	b = le.AppendUint16(b, 36)         // StructureSize
	b = le.AppendUint16(b, 2)          // DialectCount
	b = le.AppendUint16(b, 1)          // SIGNING_ENABLED
	b = append(b, make([]byte, 2+4)...)
	b = append(b, "crosswire probe."...) // ClientGuid
	b = append(b, make([]byte, 8)...)    // ClientStartTime
	b = le.AppendUint16(b, 0x0202)
	b = le.AppendUint16(b, 0x0210)
	frame := append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...)
	return exchange(ctx, address, frame, func(r io.Reader) error {
		var reply [8]byte
		if _, err := io.ReadFull(r, reply[:]); err != nil {
			return err
		}
		if string(reply[4:]) != "\xfeSMB" {
			return fmt.Errorf("answers, but not as an SMB2 server: % x", reply)
		}
		// The rest of the header, or the answer is cut off.
		var header [60]byte
		_, err := io.ReadFull(r, header[:])
		return err
	})
}

// explain says what a time-out means to the reader.
func explain(err error, timeout time.Duration) error {
	var op *net.OpError
	dialing := errors.As(err, &op) && op.Op == "dial"
	switch {
	case dialing && op.Timeout():
		return fmt.Errorf("no connection within %v", timeout)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("accepts connections but did not answer within %v", timeout)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return errors.New("accepts connections but closes them without an answer")
	case dialing:
		return op.Err
	}
	return err
}
