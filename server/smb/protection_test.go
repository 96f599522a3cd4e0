package smb_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/smb"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// TestSigning is MS-SMB2 3.3.5.2.4 with each algorithm.
func TestSigning(t *testing.T) {
	for _, row := range []struct {
		name      string
		dialect   smb2.Dialect
		algorithm smb2.SigningAlgorithm
	}{
		{"HMAC-SHA256 in 2.1", smb2.Dialect210, smb2.SigningHMACSHA256},
		{"AES-CMAC in 3.0", smb2.Dialect300, smb2.SigningAESCMAC},
		{"HMAC-SHA256 in 3.1.1", smb2.Dialect311, smb2.SigningHMACSHA256},
		{"AES-CMAC in 3.1.1", smb2.Dialect311, smb2.SigningAESCMAC},
		{"AES-GMAC in 3.1.1", smb2.Dialect311, smb2.SigningAESGMAC},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := serve(t)
			p := dial(t, s, row.dialect)
			p.mode |= smb2.SigningRequired
			p.signings = []smb2.SigningAlgorithm{row.algorithm}
			require.Equal(t, ntstatus.Success, p.negotiate())
			require.Equal(t, row.algorithm, p.signing)
			require.Equal(t, ntstatus.Success, p.logOn("alice", "secret", 0))
			require.Equal(t, ntstatus.Success, p.treeConnect("data"))
			f := p.open("f") // receive checked the signature of the response

			frame, ids := p.frame(request{cmd: smb2.CommandWrite, body: &smb2.WriteRequest{FileID: f.FileID, Data: []byte("evil")}})
			frame[len(frame)-1] ^= 1
			p.sign = false // so is the refusal
			p.write(frame)
			require.Equal(t, ntstatus.AccessDenied, p.await(ids[0]).h.Status, "a tampered request")
			require.Equal(t, ntstatus.AccessDenied, p.writeAt(f.FileID, 0, "evil"), "an unsigned request")
			p.sign = true
			_, st := p.readAt(f.FileID, 0, 4)
			require.Equal(t, ntstatus.EndOfFile, st, "nothing was written")
		})
	}
}

// TestSigningRequiredByServer refuses what is not signed though the client did
// not ask for signing (MS-SMB2 3.3.1.5).
func TestSigningRequiredByServer(t *testing.T) {
	for _, require_ := range []bool{false, true} {
		s := serve(t, func(c *smb.Config) { c.RequireSigning = require_ })
		p := connect(t, s, smb2.Dialect210)
		require.Equal(t, require_, p.neg.SecurityMode&smb2.SigningRequired != 0)
		p.sign = false
		want := ntstatus.Success
		if require_ {
			want = ntstatus.AccessDenied
		}
		require.Equal(t, want, p.call(smb2.CommandCreate, creating("f"), nil))
	}
}

// TestEncryption works through each cipher, and shows what a share or a server
// that demands encryption refuses (MS-SMB2 3.3.5.2.5, 3.3.5.7).
func TestEncryption(t *testing.T) {
	for _, cipher := range []smb2.Cipher{smb2.CipherAES128CCM, smb2.CipherAES128GCM, smb2.CipherAES256CCM, smb2.CipherAES256GCM} {
		t.Run(cipher.String(), func(t *testing.T) {
			s := serve(t)
			p := dial(t, s)
			p.ciphers = []smb2.Cipher{cipher}
			require.Equal(t, ntstatus.Success, p.negotiate())
			require.Equal(t, cipher, p.cipher)
			require.Equal(t, ntstatus.Success, p.logOn("alice", "secret", 0))
			require.Equal(t, ntstatus.Success, p.treeConnect("sealed"))
			require.Equal(t, ntstatus.AccessDenied, p.call(smb2.CommandCreate, creating("f"), nil), "in the clear")
			p.seal = true
			f := p.open("f")
			text := letters(100_000)
			p.charge = 2
			require.Equal(t, ntstatus.Success, p.writeAt(f.FileID, 0, text))
			got, st := p.readAt(f.FileID, 0, 100_000)
			require.Equal(t, ntstatus.Success, st)
			require.Equal(t, text, got)
			p.charge = 1

			frame, _ := p.frame(request{cmd: smb2.CommandEcho, body: &smb2.EchoRequest{}})
			frame[len(frame)-1] ^= 1
			p.write(frame)
			p.closed() // MS-SMB2 3.3.5.2.1.1
		})
	}
	t.Run("a server that demands it", func(t *testing.T) {
		s := serve(t, func(c *smb.Config) { c.RequireEncryption = true })
		p := connect(t, s)
		require.True(t, p.seal)
		p.open("f")
		old := dial(t, s, smb2.Dialect210)
		require.Equal(t, ntstatus.Success, old.negotiate())
		require.Equal(t, ntstatus.AccessDenied, old.logOn("alice", "secret", 0))
	})
	t.Run("another session's frame", func(t *testing.T) {
		s := serve(t)
		p := connect(t, s)
		p.seal = true
		p.send(request{cmd: smb2.CommandTreeConnect, body: &smb2.TreeConnectRequest{Path: `\\h\data`},
			edit: func(h *smb2.Header) { h.SessionID++ }})
		_, err := p.receive()
		require.Error(t, err, "it was answered") // MS-SMB2 3.3.5.2.7
		p.closed()
	})
}

// TestValidateNegotiate is MS-SMB2 3.3.5.15.12: who was lied to about the
// NEGOTIATE finds out.
func TestValidateNegotiate(t *testing.T) {
	good := func(p *peer) smb2.ValidateNegotiateInfoRequest {
		return smb2.ValidateNegotiateInfoRequest{Capabilities: p.caps, ClientGUID: p.guid, SecurityMode: p.mode, Dialects: p.dialects}
	}
	for _, row := range []struct {
		name string
		lie  func(*smb2.ValidateNegotiateInfoRequest)
	}{
		{"the truth", nil},
		{"dialects removed on the way", func(q *smb2.ValidateNegotiateInfoRequest) { q.Dialects = append(q.Dialects, smb2.Dialect302) }},
		{"signing switched off", func(q *smb2.ValidateNegotiateInfoRequest) { q.SecurityMode |= smb2.SigningRequired }},
		{"capabilities removed", func(q *smb2.ValidateNegotiateInfoRequest) { q.Capabilities ^= smb2.CapEncryption }},
		{"another client", func(q *smb2.ValidateNegotiateInfoRequest) { q.ClientGUID[0]++ }},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := connect(t, serve(t), smb2.Dialect300)
			q := good(p)
			if row.lie != nil {
				row.lie(&q)
			}
			r := request{cmd: smb2.CommandIoctl, body: &smb2.IoctlRequest{CtlCode: fscc.FsctlValidateNegotiateInfo, FileID: smb2.RelatedFileID,
				Input: q.Append(nil), MaxOutputResponse: 64, Flags: smb2.IoctlIsFsctl}}
			id := p.send(r)[0]
			if row.lie != nil {
				p.closed()
				return
			}
			answer := p.await(id)
			require.Equal(t, ntstatus.Success, answer.h.Status)
			var resp smb2.IoctlResponse
			require.NoError(t, resp.Decode(answer.msg))
			var info smb2.ValidateNegotiateInfoResponse
			require.NoError(t, info.Decode(resp.Output))
			require.Equal(t, smb2.ValidateNegotiateInfoResponse{Capabilities: p.neg.Capabilities, ServerGUID: p.neg.ServerGUID,
				SecurityMode: p.neg.SecurityMode, Dialect: p.neg.Dialect}, info)
		})
	}
}
