package smbcrypt

import (
	"testing"

	"crosswire/server/wire/smb2"
)

// The worked examples that Microsoft published with "SMB 2 and SMB 3 security in
// Windows 10: the anatomy of signing and cryptographic keys" and "Encryption in
// SMB 3.0: A protocol perspective". Their EncryptionKey is the client's.
const (
	preauth311 = `0DD13628CC3ED218EF9DF9772D436D0887AB9814BFAE63A80AA845F36909DB79
		28622DDDAD522D9751640A459762C5A9D6BB084CBB3CE6BDADEF5D5BCE3C6C01`
	signing311 = "73FE7A9A77BEF0BDE49C650D8CCB5F76"
)

func TestDeriveKeysExamples(t *testing.T) {
	var preauth PreauthHash
	copy(preauth[:], unhex(t, preauth311))
	rows := []struct {
		name                   string
		params                 KeyParams
		signing, app, c2s, s2c string
	}{
		{"3.0, master session", KeyParams{Dialect: smb2.Dialect300, SessionKey: unhex(t, "7CD451825D0450D235424E44BA6E78CC")},
			"0B7E9C5CAC36C0F6EA9AB275298CEDCE", "BB23A4575AA26C721AF525AF15A87B4F",
			"FAD27796665B313EBB578F388632B4F7", "B0F0427F7CEB416D1D9DCC0CD4F99447"},
		{"3.0.2, the same as 3.0", KeyParams{Dialect: smb2.Dialect302, SessionKey: unhex(t, "B4546771B515F766A86735532DD6C4F0")},
			"F773CD23C18FD1E08EE510CADA7CF852", "77432F808CE99156B5BC6A3676D730D1",
			"261B72350558F2E9DCF613070383EDBF", "8FE2B57EC34D2DB5B1A9727F526BBDB5"},
		{"3.1.1", KeyParams{Dialect: smb2.Dialect311, SessionKey: unhex(t, "270E1BA896585EEB7AF3472D3B4C75A7"), Cipher: smb2.CipherAES128GCM, Preauth: preauth},
			signing311, "6D7AD7954E9EC61E907B4D473DC178FF",
			"629BCBC54422A0F572B97F45989B6073", "E2AF0DCEFAC68DA71A0DFBD0D1350D74"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			k := DeriveKeys(r.params)
			wantHex(t, "signing", k.Signing, r.signing)
			wantHex(t, "application", k.Application, r.app)
			wantHex(t, "client to server", k.ClientToServer, r.c2s)
			wantHex(t, "server to client", k.ServerToClient, r.s2c)
		})
	}
}

func TestDeriveKeysSizes(t *testing.T) {
	full := make([]byte, 32)
	for i := range full {
		full[i] = byte(i)
	}
	rows := []struct {
		name    string
		dialect smb2.Dialect
		cipher  smb2.Cipher
		size    int
	}{
		{"2.0.2 has a signing key only", smb2.Dialect202, smb2.CipherNone, 0},
		{"2.1 has a signing key only", smb2.Dialect210, smb2.CipherNone, 0},
		{"3.1.1 without cipher", smb2.Dialect311, smb2.CipherNone, 0},
		{"3.1.1 with 128 bits", smb2.Dialect311, smb2.CipherAES128CCM, 16},
		{"3.1.1 with 256 bits", smb2.Dialect311, smb2.CipherAES256GCM, 32},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			k := DeriveKeys(KeyParams{Dialect: r.dialect, SessionKey: full[:16], FullSessionKey: full, Cipher: r.cipher})
			if len(k.Signing) != 16 || len(k.ClientToServer) != r.size || len(k.ServerToClient) != r.size {
				t.Errorf("%d, %d, %d bytes", len(k.Signing), len(k.ClientToServer), len(k.ServerToClient))
			}
			if r.dialect < smb2.Dialect300 && string(k.Signing) != string(full[:16]) {
				t.Errorf("signing key %x", k.Signing)
			}
		})
	}
	// The 256-bit ciphers take the whole key, the 128-bit ones its first half.
	short := DeriveKeys(KeyParams{Dialect: smb2.Dialect311, SessionKey: full[:16], Cipher: smb2.CipherAES256GCM})
	long := DeriveKeys(KeyParams{Dialect: smb2.Dialect311, SessionKey: full[:16], FullSessionKey: full, Cipher: smb2.CipherAES256GCM})
	if string(short.ClientToServer) == string(long.ClientToServer) || string(short.Signing) != string(long.Signing) {
		t.Error("FullSessionKey must matter for encryption, and for nothing else")
	}
}

// The NEGOTIATE request of the 3.1.1 example, and the hash after it.
func TestPreauthHashExample(t *testing.T) {
	var h PreauthHash
	h = h.Update(unhex(t, `FE534D4240000100000000000000800000000000000000000100000000000000FFFE000000000000
		00000000000000000000000000000000000000000000000024000500000000003F000000ECD86F32
		6276024F9F7752B89BB33F3A70000000020000000202100200030203110300000100260000000000
		010020000100FA49E6578F1F3A9F4CD3E9CC14A67AA884B3D05844E0E5A118225C15887F32FF0000
		0200060000000000020002000100`))
	wantHex(t, "hash", h[:], `DD94EFC5321BB618A2E208BA8920D2F422992526947A409B5037DE1E0FE8C7362B8C47122594CDE0
		CE26AA9DFC8BCDBDE0621957672623351A7540F1E54A0426`)
	h = h.Update(unhex(t, `FE534D4240000100000000000000010001000000000000000100000000000000FFFE000000000000
		000000000000000000000000000000000000000000000000410001001103020039CBCAF329714942
		BDCE5D60F09AB3FB2F000000000080000000800000008000D8DAE5ADCBAED00109094AB095AED001
		80004001C00100006082013C06062B0601050502A08201303082012CA01A3018060A2B0601040182
		3702021E060A2B06010401823702020AA282010C048201084E45474F455854530100000000000000
		60000000700000007C7CC0FD06D6362D02DDE1CF343BFE292900F49750B4AA97934D9C4296B26E51
		FD370471B235E15A50DAE15BD5489C87000000000000000060000000010000000000000000000000
		5C33530DEAF90D4DB2EC4AE3786EC3084E45474F4558545303000000010000004000000098000000
		7C7CC0FD06D6362D02DDE1CF343BFE295C33530DEAF90D4DB2EC4AE3786EC3084000000058000000
		3056A05430523027802530233121301F06035504031318546F6B656E205369676E696E6720507562
		6C6963204B65793027802530233121301F06035504031318546F6B656E205369676E696E67205075
		626C6963204B6579010026000000000001002000010060A3C3B95C3C7CCD51EC536648D9B3AC74C4
		83CA5B65385A251117BEB30712E50000020004000000000001000200`))
	wantHex(t, "hash", h[:], `324BFA92A4F3A190E466EBEA08D9C110DC88BFED758D9846ECC6F541CC1D02AE3C94A79F36011E99
		7E13F841B91B50957AD07B19C8E2539C0B23FDAE09D2C513`)
}
