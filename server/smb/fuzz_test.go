package smb_test

import (
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// FuzzFrames feeds a logged-on connection with frames: the bytes are cut into
// bodies, each behind a header whose ids are right, so that they get as far as
// the commands. Whatever they are, the server survives and serves others.
//
// Input: for each request a byte for the command, a byte of flags, two bytes of
// length (little-endian), the body.
func FuzzFrames(f *testing.F) {
	add := func(cmd smb2.Command, flags byte, body interface{ Append([]byte) []byte }) []byte {
		b := body.Append(make([]byte, smb2.HeaderSize))[smb2.HeaderSize:]
		return append([]byte{byte(cmd), flags, byte(len(b)), byte(len(b) >> 8)}, b...)
	}
	id := smb2.FileID{Persistent: 1 | 1<<62, Volatile: 1}
	seed := func(parts ...[]byte) {
		var b []byte
		for _, p := range parts {
			b = append(b, p...)
		}
		f.Add(b)
	}
	create := add(smb2.CommandCreate, 0, creating("f", withLease(1, smb2.LeaseRWH)))
	seed(create, add(smb2.CommandWrite, 1, &smb2.WriteRequest{FileID: smb2.RelatedFileID, Data: []byte("data")}),
		add(smb2.CommandRead, 1, &smb2.ReadRequest{FileID: smb2.RelatedFileID, Length: 100}), add(smb2.CommandClose, 1, &smb2.CloseRequest{FileID: smb2.RelatedFileID}))
	seed(create, add(smb2.CommandLock, 0, lock(id, 0, 10, smb2.LockExclusive)), add(smb2.CommandLock, 0, lock(id, 0, 10, smb2.LockExclusive)),
		add(smb2.CommandCancel, 0, &smb2.CancelRequest{}))
	seed(add(smb2.CommandCreate, 0, creating("d", func(q *smb2.CreateRequest) { q.Options = smb2.FileDirectoryFile })),
		add(smb2.CommandQueryDirectory, 0, &smb2.QueryDirectoryRequest{FileID: id, Class: fscc.FileIDBothDirectoryInformation, Pattern: "*<>", OutputBufferLength: 4096}),
		add(smb2.CommandChangeNotify, 0, &smb2.ChangeNotifyRequest{FileID: id, OutputBufferLength: 100}))
	for class := range uint8(64) {
		seed(create, add(smb2.CommandQueryInfo, 0, &smb2.QueryInfoRequest{Type: smb2.InfoType(1 + class%4), Class: class, FileID: id, OutputBufferLength: 1000}),
			add(smb2.CommandSetInfo, 0, &smb2.SetInfoRequest{Type: smb2.InfoType(1 + class%4), Class: class, FileID: id, Buffer: make([]byte, 40)}))
	}
	seed(create, add(smb2.CommandIoctl, 0, &smb2.IoctlRequest{CtlCode: fscc.FsctlCreateOrGetObjectID, FileID: id, MaxOutputResponse: 64, Flags: smb2.IoctlIsFsctl}))
	seed(add(smb2.CommandOplockBreak, 0, &smb2.LeaseBreakAck{Key: smb2.LeaseKey{1}}), add(smb2.CommandLogoff, 0, &smb2.LogoffRequest{}))

	s := serve(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		p := connect(t, s, smb2.Dialect302)
		p.sign = false
		go func() { _, _ = io.Copy(io.Discard, p.nc) }()
		var chain []request
		for len(in) >= 4 && len(chain) < 16 {
			n := min(int(binary.LittleEndian.Uint16(in[2:])), len(in)-4)
			flags := in[1]
			r := request{cmd: smb2.Command(in[0] % 20), body: rawBody(in[4 : 4+n])}
			if flags&1 != 0 {
				r.flags = related
			}
			chain = append(chain, r)
			in = in[4+n:]
			if flags&2 != 0 || len(in) < 4 {
				frame, _ := p.frame(chain...)
				_ = p.nc.SetWriteDeadline(time.Now().Add(patience))
				if _, err := p.nc.Write(frame); err != nil {
					break // the server has ended the connection
				}
				chain = nil
			}
		}
		_ = p.nc.(*net.TCPConn).CloseWrite()
		witness := dial(t, s)
		if st := witness.negotiate(); st != ntstatus.Success {
			t.Fatal(st)
		}
		witness.nc.Close()
		p.nc.Close()
	})
}
