package smb2

import (
	"bytes"
	"reflect"
	"testing"
)

// bodies gives one of each body type, by command and direction.
func bodies() []Message {
	seen := map[reflect.Type]bool{}
	var l []Message
	for _, s := range sampleMessages() {
		if typ := reflect.TypeOf(s.body); !seen[typ] {
			seen[typ] = true
			l = append(l, s.empty())
		}
	}
	return l
}

// Every body decoder meets every input. What decodes must encode to something
// that decodes to the same value.
func FuzzBodies(f *testing.F) {
	for _, s := range sampleMessages() {
		f.Add(s.encode())
	}
	for _, s := range []string{windowsNegotiate, windowsSessionSetup, windowsWrite, windowsRead} {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		for _, m := range bodies() {
			if m.Decode(msg) != nil {
				continue
			}
			if outgrown(m) {
				continue
			}
			again := reflect.New(reflect.TypeOf(m).Elem()).Interface().(Message)
			if err := again.Decode(AppendMessage(nil, &Header{}, m)); err != nil {
				t.Fatalf("%T %+v: %v", m, m, err)
			}
			if !same(m, again) {
				t.Fatalf("%T\n%+v became\n%+v", m, m, again)
			}
		}
	})
}

// outgrown reports values whose encoding cannot be as compact as what was
// decoded, because fields of the input overlapped, so that 16-bit offsets of the
// encoded form would not reach.
func outgrown(m Message) bool {
	switch m := m.(type) {
	case *WriteRequest:
		return len(m.Data) > 0xFF00
	case *CreateRequest:
		return longName(m.Contexts)
	case *CreateResponse:
		return longName(m.Contexts)
	}
	return false
}

func longName(l CreateContexts) bool {
	for _, c := range l {
		if len(c.Name) > 0xFF00 {
			return true
		}
	}
	return false
}

// same is DeepEqual that takes nil and empty byte slices for equal.
func same(a, b Message) bool {
	return reflect.DeepEqual(a, b) || bytes.Equal(a.Append(nil), b.Append(nil))
}

func FuzzHeader(f *testing.F) {
	f.Add(new(Header).Append(nil))
	f.Add((&Header{Flags: FlagServerToRedir | FlagAsyncCommand, AsyncID: 5}).Append(nil))
	f.Fuzz(func(t *testing.T, msg []byte) {
		var h, again Header
		if h.Decode(msg) != nil {
			return
		}
		if err := again.Decode(h.Append(nil)); err != nil || h != again {
			t.Fatalf("%+v became %+v, %v", h, again, err)
		}
	})
}

func FuzzCompound(f *testing.F) {
	echo := AppendMessage(nil, &Header{Command: CommandEcho}, &EchoRequest{})
	f.Add(JoinCompound(nil, echo, echo, echo))
	f.Add(echo)
	f.Fuzz(func(t *testing.T, pdu []byte) {
		msgs, err := SplitCompound(pdu, 0)
		total := 0
		for _, m := range msgs {
			if len(m) < HeaderSize {
				t.Fatalf("message of %d bytes", len(m))
			}
			total += len(m)
		}
		if err == nil && total != len(pdu) {
			t.Fatalf("%d of %d bytes", total, len(pdu))
		}
	})
}

// The contexts, IOCTL structures, transform headers and the SMB1 negotiate.
func FuzzStructures(f *testing.F) {
	for _, s := range sampleStructures() {
		f.Add(s.wire)
	}
	f.Add((&SMB1NegotiateRequest{Dialects: []string{SMB1DialectSMB202}}).AppendFrame(nil))
	f.Add(AppendNetworkInterfaces(nil, []NetworkInterface{{Address: make([]byte, 4)}, {Address: make([]byte, 16)}}))
	f.Add((&TransformHeader{Flags: TransformEncrypted}).Append(nil))
	f.Add((&CompressionHeader{}).Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, s := range sampleStructures() {
			_ = reflect.New(reflect.TypeOf(s.want).Elem()).Interface().(decoder).Decode(b)
		}
		_, _ = DecodeNetworkInterfaces(b)
		_, _ = DecodeAppInstanceID(b)
		_, _ = DecodeNetname(b)
		_ = new(TransformHeader).Decode(b)
		_ = new(CompressionHeader).Decode(b)
		var r SMB1NegotiateRequest
		if r.DecodeFrame(b) == nil {
			var again SMB1NegotiateRequest
			if err := again.DecodeFrame(r.AppendFrame(nil)); err != nil || !reflect.DeepEqual(r, again) {
				t.Fatalf("%+v became %+v, %v", r, again, err)
			}
		}
	})
}
