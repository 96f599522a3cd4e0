package smb2

import (
	"bytes"
	"errors"
	"testing"

	"crosswire/server/wire/ntstatus"
)

func TestHeaderForms(t *testing.T) {
	rows := []struct {
		name string
		h    Header
	}{
		{"request", Header{CreditCharge: 1, ChannelSequence: 7, Command: CommandRead, Credits: 31, Flags: FlagSigned | 0x30,
			MessageID: 5, ProcessID: 0xFEFF, TreeID: 9, SessionID: 11, Signature: [16]byte{1, 15: 2}}},
		{"response", Header{Status: ntstatus.AccessDenied, Flags: FlagServerToRedir, NextCommand: 72, TreeID: 1}},
		{"async response", Header{Status: ntstatus.Pending, Flags: FlagServerToRedir | FlagAsyncCommand, AsyncID: 1 << 40}},
		{"async cancel", Header{Command: CommandCancel, Flags: FlagAsyncCommand, AsyncID: 3}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			wire := r.h.Append(nil)
			if len(wire) != HeaderSize {
				t.Fatalf("%d bytes", len(wire))
			}
			var got Header
			if err := got.Decode(wire); err != nil || got != r.h {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	h := Header{Flags: FlagReplayOperation | FlagRelatedOperations | FlagSigned | 0x50}
	if !h.IsReplay() || !h.IsRelated() || !h.IsSigned() || h.IsAsync() || h.IsResponse() || h.Priority() != 5 {
		t.Errorf("%+v", h)
	}
}

func TestHeaderRefuses(t *testing.T) {
	good := new(Header).Append(nil)
	change := func(at int, to byte) []byte {
		b := bytes.Clone(good)
		b[at] = to
		return b
	}
	rows := []struct {
		name string
		b    []byte
		want error
	}{
		{"short", good[:63], ErrTruncated},
		{"SMB1", change(0, 0xFF), ErrProtocolID},
		{"not SMB", change(2, 'X'), ErrProtocolID},
		{"StructureSize", change(4, 65), ErrStructureSize},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			if err := new(Header).Decode(r.b); !errors.Is(err, r.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestPatches(t *testing.T) {
	h := Header{Flags: FlagServerToRedir, Credits: 1}
	msg := h.Append(nil)
	SetStatus(msg, ntstatus.Cancelled)
	SetCredits(msg, 33)
	SetFlags(msg, FlagServerToRedir|FlagSigned)
	if err := h.Decode(msg); err != nil || h.Status != ntstatus.Cancelled || h.Credits != 33 || !h.IsSigned() {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestNames(t *testing.T) {
	for c := CommandNegotiate; c <= CommandServerToClientNotification; c++ {
		if got, ok := ParseCommand(c.String()); !ok || got != c {
			t.Errorf("%v", c)
		}
	}
	if Command(0x99).String() != "COMMAND_0x0099" {
		t.Error(Command(0x99))
	}
	for _, s := range []string{"2.0.2", "2.1", "3.0", "3.0.2", "3.1.1", "2.???"} {
		if d, ok := ParseDialect(s); !ok || d.String() != s {
			t.Errorf("%s: %v", s, d)
		}
	}
	if _, ok := ParseDialect("1.0"); ok {
		t.Error("1.0")
	}
	for _, l := range []OplockLevel{OplockNone, OplockII, OplockExclusive, OplockBatch, OplockLease} {
		if got, ok := ParseOplockLevel(l.String()); !ok || got != l {
			t.Errorf("%v", l)
		}
	}
	g := GUID{0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}
	if g.String() != "00112233-4455-6677-8899-aabbccddeeff" {
		t.Error(g)
	}
}

func TestLeaseState(t *testing.T) {
	rows := []struct {
		text  string
		state LeaseState
		valid bool
	}{
		{"none", LeaseNone, true}, {"R", LeaseR, true}, {"RH", LeaseRH, true}, {"RW", LeaseRW, true}, {"RWH", LeaseRWH, true},
		{"W", LeaseWriteCaching, false}, {"H", LeaseHandleCaching, false}, {"WH", LeaseWriteCaching | LeaseHandleCaching, false},
	}
	for _, r := range rows {
		if r.state.String() != r.text || r.state.Valid() != r.valid {
			t.Errorf("%s: %s, valid %v", r.text, r.state, r.state.Valid())
		}
		if got, ok := ParseLeaseState(r.text); !ok || got != r.state {
			t.Errorf("parse %s: %v", r.text, got)
		}
	}
	if got, ok := ParseLeaseState("hrw"); !ok || got != LeaseRWH {
		t.Errorf("any order and case: %v", got)
	}
	for _, bad := range []string{"RR", "X", "R W", "nonexistent"} {
		if got, ok := ParseLeaseState(bad); ok {
			t.Errorf("%q: %v", bad, got)
		}
	}
	if s := LeaseState(0x19).String(); s != "R?" {
		t.Error(s)
	}
}

func TestFrame(t *testing.T) {
	rows := []struct {
		name   string
		header [4]byte
		limit  int
		n      int
		ok     bool
	}{
		{"empty", [4]byte{}, 10, 0, true},
		{"at the limit", [4]byte{0, 0, 0, 10}, 10, 10, true},
		{"over the limit", [4]byte{0, 0, 0, 11}, 10, 0, false},
		{"24 bits", [4]byte{0, 1, 2, 3}, MaxFrameLength, 0x010203, true},
		{"NetBIOS session request", [4]byte{0x81, 0, 0, 4}, 10, 0, false},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			n, err := FrameLength(r.header, r.limit)
			if n != r.n || (err == nil) != r.ok {
				t.Errorf("%d, %v", n, err)
			}
			if !r.ok && !errors.Is(err, ErrFrame) {
				t.Errorf("%v", err)
			}
			if r.ok && !bytes.Equal(AppendFrameHeader(nil, n), r.header[:]) {
				t.Error("AppendFrameHeader")
			}
		})
	}
	frame := make([]byte, 4+0x12345)
	PutFrameHeader(frame)
	if !bytes.Equal(frame[:4], []byte{0, 1, 0x23, 0x45}) {
		t.Errorf("%x", frame[:4])
	}
}

func TestCompound(t *testing.T) {
	echo := AppendMessage(nil, &Header{Command: CommandEcho, MessageID: 1}, &EchoRequest{})
	cls := AppendMessage(nil, &Header{Command: CommandClose, MessageID: 2, Flags: FlagRelatedOperations}, &CloseRequest{FileID: RelatedFileID})
	pdu := JoinCompound([]byte("x"), echo, cls, echo)[1:]
	msgs, err := SplitCompound(pdu, 3)
	if err != nil || len(msgs) != 3 {
		t.Fatalf("%d, %v", len(msgs), err)
	}
	if len(msgs[0]) != 72 || len(msgs[1]) != 88 || len(msgs[2]) != len(echo) {
		t.Errorf("%d, %d, %d", len(msgs[0]), len(msgs[1]), len(msgs[2]))
	}
	var c CloseRequest
	if err := c.Decode(msgs[1]); err != nil || !c.FileID.IsRelated() {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := SplitCompound(pdu, 2); !errors.Is(err, ErrValue) {
		t.Errorf("limit: %v", err)
	}

	padded := [][]byte{bytes.Clone(echo), bytes.Clone(cls), bytes.Clone(echo)}
	PadCompound(padded)
	if !bytes.Equal(bytes.Join(padded, nil), pdu) {
		t.Error("PadCompound and JoinCompound differ")
	}

	rows := []struct {
		name string
		next uint32
	}{
		{"not aligned", 68}, {"inside the header", 56}, {"past the end", 1 << 20}, {"no room for a header", uint32(len(pdu)) &^ 7}, {"near 2^32", 0xFFFFFFF8},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			bad := bytes.Clone(pdu)
			le.PutUint32(bad[offNextCommand:], r.next)
			if _, err := SplitCompound(bad, 0); !errors.Is(err, ErrOffset) {
				t.Errorf("%v", err)
			}
		})
	}
	second := bytes.Clone(pdu)
	second[72] = 0xFF
	if msgs, err := SplitCompound(second, 0); !errors.Is(err, ErrProtocolID) || len(msgs) != 1 {
		t.Errorf("%d messages, %v", len(msgs), err)
	}
}

func TestTransformHeader(t *testing.T) {
	h := TransformHeader{Signature: [16]byte{1}, Nonce: [16]byte{2}, OriginalMessageSize: 3, Flags: TransformEncrypted, SessionID: 4}
	frame := append(h.Append(nil), 'a', 'b', 'c')
	var got TransformHeader
	if err := got.Decode(frame); err != nil || got != h {
		t.Errorf("%+v, %v", got, err)
	}
	if err := got.Decode(frame[:54]); !errors.Is(err, ErrValue) {
		t.Errorf("size: %v", err)
	}
	if err := got.Decode(frame[:51]); !errors.Is(err, ErrTruncated) {
		t.Errorf("short: %v", err)
	}
	frame[42] = 2
	if err := got.Decode(frame); !errors.Is(err, ErrValue) {
		t.Errorf("flags: %v", err)
	}
	c := CompressionHeader{OriginalSize: 100, Algorithm: CompressionLZ77, Offset: 5}
	var gotC CompressionHeader
	if err := gotC.Decode(c.Append(nil)); err != nil || gotC != c || ProtocolOf(c.Append(nil)) != ProtocolCompression {
		t.Errorf("%+v, %v", gotC, err)
	}
}

func TestSMB1Negotiate(t *testing.T) {
	rows := []struct {
		name     string
		dialects []string
		want     Dialect
		ok       bool
	}{
		{"wildcard wins", []string{"NT LM 0.12", SMB1DialectSMB202, SMB1DialectSMB2Wildcard}, DialectWildcard, true},
		{"2.002 alone", []string{"NT LM 0.12", SMB1DialectSMB202}, Dialect202, true},
		{"SMB1 only", []string{"PC NETWORK PROGRAM 1.0", "NT LM 0.12"}, Dialect202, false},
		{"none", nil, Dialect202, false},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			in := SMB1NegotiateRequest{MID: 7, Dialects: r.dialects}
			frame := in.AppendFrame(nil)
			var got SMB1NegotiateRequest
			if err := got.DecodeFrame(frame); err != nil || got.MID != 7 || len(got.Dialects) != len(r.dialects) {
				t.Fatalf("%+v, %v", got, err)
			}
			if d, ok := got.Offer(); ok != r.ok || ok && d != r.want {
				t.Errorf("%v, %v", d, ok)
			}
			for n := range len(frame) {
				if err := got.DecodeFrame(frame[:n]); err == nil {
					t.Errorf("accepted %d bytes", n)
				}
			}
		})
	}
	frame := (&SMB1NegotiateRequest{Dialects: []string{"a"}}).AppendFrame(nil)
	frame[4] = 0x73
	if err := new(SMB1NegotiateRequest).DecodeFrame(frame); !errors.Is(err, ErrValue) {
		t.Errorf("SMB_COM_SESSION_SETUP_ANDX: %v", err)
	}
}
