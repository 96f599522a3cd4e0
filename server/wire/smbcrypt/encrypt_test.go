package smbcrypt

import (
	"bytes"
	"errors"
	"testing"

	"crosswire/server/wire/smb2"
)

// The frames of "Encryption in SMB 3.0: A protocol perspective", made by Windows.
func TestOpenExample(t *testing.T) {
	const c2s, s2c = "261B72350558F2E9DCF613070383EDBF", "8FE2B57EC34D2DB5B1A9727F526BBDB5"
	rows := []struct{ name, key, frame, plain string }{
		{"WRITE request", c2s, `FD534D4281A286535415445DAE393921E44FA42E66E69A111892584FB5ED524A
			744DA3EE87000000000001001100001400E4080025C8FEE16605A437832D1CD5
			2DA9F4645333482A175FE5384563F45FCDAFAEF38BC62BA4D5C62897996625A4
			4C29BE5658DE2E6117585779E7B59FFD971278D08580D7FA899E410E910EABF5
			AA1DB43050B33B49182637759AC15D84BFCDF5B6B238993C0F4CF4D6012023F6
			C627297075D84B7803912D0A9639634453595EF3E33FFE4E7AC2AB`,
			`FE534D4240000100000000000900400008000000000000000400000000000000
			FFFE0000010000001100001400E4080000000000000000000000000000000000
			3100700017000000000000000000000015010000390000020100000039020000
			00000000000000007000000000000000536D623320656E6372797074696F6E20
			74657374696E67`},
		{"WRITE response", s2c, `FD534D42A6015530A18F6D9AFFE22AFAE8E66484860000000000000011000014
			00E4080050000000000001001100001400E40800DBF46435C5F14169293CE079
			E344479BF670227E49873F458672C3098DAC467DD5809F369D67409166515787
			1483E01F7BECD02064EAC3E235F913668BBC2F097980D4B378F1993EFF6E60D1
			77309E5B`,
			`FE534D4240000100000000000900210009000000000000000400000000000000
			FFFE0000010000001100001400E4080000000000000000000000000000000000
			11000000170000000000000000000000`},
		{"READ response", s2c, `FD534D42ABD518B68C2F04D7879F482B689EB83F870000000000000011000014
			00E4080067000000000001001100001400E40800493D6FE2BDBEB435CF5F5469
			70C7BB57BF20E713C75A3D045507E0D68E5C0346659D6FFB8AC1504A786CA2BB
			89C9E7FE4F313E910A04180D2D0EA7DF636329E5A3285984500EF86FE9D55DA4
			FAB9531CFDD4C551D47F3C73124BB4590A45052B694048B991CCF5`,
			`FE534D4240000100000000000800210009000000000000000500000000000000
			FFFE0000010000001100001400E4080000000000000000000000000000000000
			11005000170000000000000000000000536D623320656E6372797074696F6E20
			74657374696E67`},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			e, err := NewEncrypter(smb2.CipherAES128CCM, unhex(t, r.key))
			if err != nil {
				t.Fatal(err)
			}
			h, plain, err := e.Open(unhex(t, r.frame))
			if err != nil {
				t.Fatal(err)
			}
			wantHex(t, "plaintext", plain, r.plain)
			if h.SessionID != 0x8e40014000011 {
				t.Errorf("SessionID %x", h.SessionID)
			}
		})
	}
}

func TestSealOpen(t *testing.T) {
	for _, c := range []smb2.Cipher{smb2.CipherAES128CCM, smb2.CipherAES128GCM, smb2.CipherAES256CCM, smb2.CipherAES256GCM} {
		t.Run(c.String(), func(t *testing.T) {
			key := bytes.Repeat([]byte{7}, CipherKeySize(c))
			seal, err := NewEncrypter(c, key)
			if err != nil {
				t.Fatal(err)
			}
			open, err := NewEncrypter(c, key)
			if err != nil {
				t.Fatal(err)
			}
			plain := smb2.AppendMessage(nil, &smb2.Header{Command: smb2.CommandEcho, MessageID: 3}, &smb2.EchoRequest{})
			one := seal.Seal([]byte("abcd"), 0xABCDEF, plain)
			if string(one[:4]) != "abcd" {
				t.Error("Seal does not append")
			}
			one = one[4:]
			if len(one) != smb2.TransformHeaderSize+len(plain) {
				t.Errorf("frame of %d bytes", len(one))
			}
			two := seal.Seal(nil, 0xABCDEF, plain)
			if bytes.Equal(one[20:36], two[20:36]) {
				t.Error("a nonce came twice")
			}
			if bytes.Contains(one, []byte("\xFESMB")) {
				t.Error("plaintext shows")
			}

			room := make([]byte, smb2.TransformHeaderSize, smb2.TransformHeaderSize+len(plain)+TagSize)
			room = append(room, plain...)
			room = room[:cap(room)]
			seal.SealInPlace(room, 0xABCDEF)
			three := room[:len(room)-TagSize]

			for i, frame := range [][]byte{one, two, three} {
				for _, spare := range []int{0, TagSize} {
					f := make([]byte, len(frame), len(frame)+spare)
					copy(f, frame)
					h, got, err := open.Open(f)
					if err != nil || !bytes.Equal(got, plain) || h.SessionID != 0xABCDEF {
						t.Errorf("frame %d, %d bytes spare: %v", i, spare, err)
					}
				}
			}
			for i := 4; i < len(one); i++ {
				bad := bytes.Clone(one)
				bad[i] ^= 1
				if _, _, err := open.Open(bad); err == nil {
					// Bytes of the nonce that the cipher does not use, and reserved
					// ones, are covered by the additional data as well.
					t.Errorf("byte %d changed and nobody noticed", i)
				} else if i >= smb2.TransformHeaderSize && !errors.Is(err, ErrAuthentication) {
					t.Errorf("byte %d: %v", i, err)
				}
			}
		})
	}
}

func TestNewEncrypterRefuses(t *testing.T) {
	rows := []struct {
		name   string
		cipher smb2.Cipher
		key    int
	}{
		{"no cipher", smb2.CipherNone, 0},
		{"short key", smb2.CipherAES256GCM, 16},
		{"long key", smb2.CipherAES128CCM, 32},
		{"unknown cipher", 9, 16},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			if _, err := NewEncrypter(r.cipher, make([]byte, r.key)); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func FuzzOpen(f *testing.F) {
	e, err := NewEncrypter(smb2.CipherAES128CCM, make([]byte, 16))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(e.Seal(nil, 1, []byte("text")))
	f.Add([]byte("\xFDSMB"))
	f.Fuzz(func(t *testing.T, frame []byte) {
		if _, plain, err := e.Open(frame); err == nil && len(plain) != len(frame)-smb2.TransformHeaderSize {
			t.Errorf("%d bytes of %d", len(plain), len(frame))
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	for _, c := range []smb2.Cipher{smb2.CipherAES128CCM, smb2.CipherAES128GCM} {
		b.Run(c.String(), func(b *testing.B) {
			e, err := NewEncrypter(c, make([]byte, 16))
			if err != nil {
				b.Fatal(err)
			}
			frame := make([]byte, smb2.TransformHeaderSize+64<<10+TagSize)
			b.SetBytes(64 << 10)
			b.ReportAllocs()
			for b.Loop() {
				e.SealInPlace(frame, 1)
			}
		})
	}
}
