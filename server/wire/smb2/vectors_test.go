package smb2

import (
	"encoding/hex"
	"strings"
	"testing"

	"crosswire/server/wire/ntstatus"
)

// Messages between Windows machines, from the examples that Microsoft published
// with "Encryption in SMB 3.0: A protocol perspective" and "The anatomy of
// signing and cryptographic keys". They prove that the codec agrees with
// somebody else than itself.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	windowsNegotiate = `FE534D4240000100000000000000800000000000000000000100000000000000FFFE000000000000
		00000000000000000000000000000000000000000000000024000500000000003F000000ECD86F32
		6276024F9F7752B89BB33F3A70000000020000000202100200030203110300000100260000000000
		010020000100FA49E6578F1F3A9F4CD3E9CC14A67AA884B3D05844E0E5A118225C15887F32FF0000
		0200060000000000020002000100`
	windowsSessionSetup = `FE534D4240000100000000000100800000000000000000000200000000000000FFFE000000000000
		00000000000000000000000000000000000000000000000019000001010000000000000058004A00
		0000000000000000604806062B0601050502A03E303CA00E300C060A2B06010401823702020AA22A
		04284E544C4D5353500001000000978208E200000000000000000000000000000000060380250000000F`
	windowsSessionSetupResponse = `FE534D4240000100000000000100800009000000000000000300000000000000FFFE000000000000
		1900000000100000EBE146DA120BA25FC3376A49DFE31BC10900000048001D00A11B3019A0030A01
		00A3120410010000003B453CDC3524164200000000`
	windowsWrite = `FE534D4240000100000000000900400008000000000000000400000000000000
		FFFE0000010000001100001400E4080000000000000000000000000000000000
		3100700017000000000000000000000015010000390000020100000039020000
		00000000000000007000000000000000536D623320656E6372797074696F6E20
		74657374696E67`
	windowsWriteResponse = `FE534D4240000100000000000900210009000000000000000400000000000000
		FFFE0000010000001100001400E4080000000000000000000000000000000000
		11000000170000000000000000000000`
	windowsRead = `FE534D4240000100000000000800400008000000000000000500000000000000
		FFFE0000010000001100001400E4080000000000000000000000000000000000
		3100000017000000000000000000000015010000390000020100000039020000
		0000000000000000000000000000000000`
	windowsReadResponse = `FE534D4240000100000000000800210009000000000000000500000000000000
		FFFE0000010000001100001400E4080000000000000000000000000000000000
		11005000170000000000000000000000536D623320656E6372797074696F6E20
		74657374696E67`
)

func TestWindowsNegotiate(t *testing.T) {
	msg := unhex(t, windowsNegotiate)
	var h Header
	var r NegotiateRequest
	if err := h.Decode(msg); err != nil {
		t.Fatal(err)
	}
	if err := r.Decode(msg); err != nil {
		t.Fatal(err)
	}
	if h.Command != CommandNegotiate || h.MessageID != 1 || len(r.Dialects) != 5 || !r.Offers(Dialect311) ||
		r.Capabilities != 0x3F || len(r.Contexts) != 2 {
		t.Fatalf("%+v %+v", h, r)
	}
	var p PreauthIntegrity
	data, _ := r.Contexts.Find(ContextPreauthIntegrity)
	if err := p.Decode(data); err != nil || p.HashAlgorithms[0] != HashSHA512 || len(p.Salt) != 32 || p.Salt[0] != 0xFA {
		t.Errorf("%+v, %v", p, err)
	}
	var e EncryptionCapabilities
	data, _ = r.Contexts.Find(ContextEncryption)
	if err := e.Decode(data); err != nil || len(e.Ciphers) != 2 || e.Ciphers[0] != CipherAES128GCM || e.Ciphers[1] != CipherAES128CCM {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestWindowsSessionSetup(t *testing.T) {
	var r SessionSetupRequest
	if err := r.Decode(unhex(t, windowsSessionSetup)); err != nil || r.SecurityMode != SigningEnabled ||
		r.Capabilities != CapDFS || len(r.SecurityBuffer) != 0x4A || r.SecurityBuffer[0] != 0x60 {
		t.Errorf("%+v, %v", r, err)
	}
	msg := unhex(t, windowsSessionSetupResponse)
	var h Header
	var s SessionSetupResponse
	if err := h.Decode(msg); err != nil || h.Status != ntstatus.Success || h.SessionID != 0x100000000019 || !h.IsSigned() {
		t.Errorf("%+v, %v", h, err)
	}
	if err := s.Decode(msg); err != nil || len(s.SecurityBuffer) != 0x1D {
		t.Errorf("%+v, %v", s, err)
	}
}

// Decoding and encoding again must give every byte back.
func TestWindowsBytesComeBack(t *testing.T) {
	rows := []struct {
		name, hex string
		into      Message
	}{
		{"NEGOTIATE", windowsNegotiate, &NegotiateRequest{}},
		{"SESSION_SETUP", windowsSessionSetup, &SessionSetupRequest{}},
		{"SESSION_SETUP response", windowsSessionSetupResponse, &SessionSetupResponse{}},
		{"WRITE", windowsWrite, &WriteRequest{}},
		{"WRITE response", windowsWriteResponse, &WriteResponse{}},
		{"READ", windowsRead, &ReadRequest{}},
		{"READ response", windowsReadResponse, &ReadResponse{}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			msg := unhex(t, r.hex)
			var h Header
			if err := h.Decode(msg); err != nil {
				t.Fatal(err)
			}
			if err := r.into.Decode(msg); err != nil {
				t.Fatal(err)
			}
			if got := AppendMessage(nil, &h, r.into); hex.EncodeToString(got) != hex.EncodeToString(msg) {
				t.Errorf("got  %x\nwant %x", got, msg)
			}
		})
	}
	var w WriteRequest
	if err := w.Decode(unhex(t, windowsWrite)); err != nil || string(w.Data) != "Smb3 encryption testing" {
		t.Errorf("%q, %v", w.Data, err)
	}
}
