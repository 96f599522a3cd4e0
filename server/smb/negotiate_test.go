package smb_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/smb"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// TestNegotiate is MS-SMB2 3.3.5.4: the best common dialect, and each of them
// good for work.
func TestNegotiate(t *testing.T) {
	every := []smb2.Dialect{smb2.Dialect202, smb2.Dialect210, smb2.Dialect300, smb2.Dialect302, smb2.Dialect311}
	for _, row := range []struct {
		name     string
		min, max smb2.Dialect
		offered  []smb2.Dialect
		status   ntstatus.Status
		want     smb2.Dialect
	}{
		{"2.0.2", 0, 0, every[:1], ntstatus.Success, smb2.Dialect202},
		{"2.1", 0, 0, every[1:2], ntstatus.Success, smb2.Dialect210},
		{"3.0", 0, 0, every[2:3], ntstatus.Success, smb2.Dialect300},
		{"3.0.2", 0, 0, every[3:4], ntstatus.Success, smb2.Dialect302},
		{"3.1.1", 0, 0, every[4:], ntstatus.Success, smb2.Dialect311},
		{"the best of all", 0, 0, every, ntstatus.Success, smb2.Dialect311},
		{"in any order", 0, 0, []smb2.Dialect{smb2.Dialect302, smb2.Dialect202, smb2.Dialect210}, ntstatus.Success, smb2.Dialect302},
		{"the server stops at 2.1", 0, smb2.Dialect210, every, ntstatus.Success, smb2.Dialect210},
		{"the server begins at 3.0", smb2.Dialect300, 0, every[:2], ntstatus.NotSupported, 0},
		{"unknown ones", 0, 0, []smb2.Dialect{0x0200, 0x0999}, ntstatus.NotSupported, 0},
		{"none", 0, 0, []smb2.Dialect{}, ntstatus.InvalidParameter, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := serve(t, func(c *smb.Config) { c.MinDialect, c.MaxDialect = row.min, row.max })
			p := dial(t, s, every...)
			p.dialects = row.offered
			require.Equal(t, row.status, p.negotiate())
			if row.status != ntstatus.Success {
				return
			}
			require.Equal(t, row.want, p.neg.Dialect)
			require.Equal(t, ntstatus.Success, p.logOn("alice", "secret", 0))
			require.Equal(t, ntstatus.Success, p.treeConnect("data"))
			f := p.open("f")
			require.Equal(t, ntstatus.Success, p.writeAt(f.FileID, 0, "hello"))
			got, st := p.readAt(f.FileID, 0, 10)
			require.Equal(t, ntstatus.Success, st)
			require.Equal(t, "hello", got)
			require.Equal(t, ntstatus.Success, p.closeFile(f.FileID))
		})
	}
}

// TestNegotiateContexts is MS-SMB2 3.3.5.4 for 3.1.1.
func TestNegotiateContexts(t *testing.T) {
	pre := (&smb2.PreauthIntegrity{HashAlgorithms: []smb2.HashAlgorithm{smb2.HashSHA512}}).Context()
	for _, row := range []struct {
		name     string
		contexts smb2.NegotiateContexts
		want     ntstatus.Status
	}{
		{"preauth alone", smb2.NegotiateContexts{pre}, ntstatus.Success},
		{"none", nil, ntstatus.InvalidParameter},
		{"preauth twice", smb2.NegotiateContexts{pre, pre}, ntstatus.InvalidParameter},
		{"no common hash", smb2.NegotiateContexts{(&smb2.PreauthIntegrity{HashAlgorithms: []smb2.HashAlgorithm{9}}).Context()},
			ntstatus.SMBNoPreauthIntegrityHashOverlap},
		{"no common cipher", smb2.NegotiateContexts{pre, (&smb2.EncryptionCapabilities{Ciphers: []smb2.Cipher{99}}).Context()}, ntstatus.Success},
		{"ciphers twice", smb2.NegotiateContexts{pre, (&smb2.EncryptionCapabilities{Ciphers: []smb2.Cipher{1}}).Context(),
			(&smb2.EncryptionCapabilities{Ciphers: []smb2.Cipher{1}}).Context()}, ntstatus.InvalidParameter},
		{"no signing algorithm", smb2.NegotiateContexts{pre, (&smb2.SigningCapabilities{}).Context()}, ntstatus.InvalidParameter},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := dial(t, serve(t))
			r := p.await(p.send(request{cmd: smb2.CommandNegotiate, body: &smb2.NegotiateRequest{
				SecurityMode: smb2.SigningEnabled, Dialects: p.dialects, Contexts: row.contexts}})[0])
			require.Equal(t, row.want, r.h.Status)
		})
	}
}

// TestMultiProtocolNegotiate is MS-SMB2 3.3.5.3.
func TestMultiProtocolNegotiate(t *testing.T) {
	for _, row := range []struct {
		name    string
		offered []string
		want    smb2.Dialect // 0: the connection ends
		then    []smb2.Dialect
	}{
		{"2.002", []string{"NT LM 0.12", smb2.SMB1DialectSMB202}, smb2.Dialect202, nil},
		{"wildcard", []string{"NT LM 0.12", smb2.SMB1DialectSMB202, smb2.SMB1DialectSMB2Wildcard}, smb2.DialectWildcard,
			[]smb2.Dialect{smb2.Dialect210, smb2.Dialect302}},
		{"SMB1 only", []string{"NT LM 0.12"}, 0, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := dial(t, serve(t), row.then...)
			frame := (&smb2.SMB1NegotiateRequest{Dialects: row.offered}).AppendFrame(make([]byte, smb2.FrameHeaderSize))
			smb2.PutFrameHeader(frame)
			p.write(frame)
			if row.want == 0 {
				p.closed()
				return
			}
			r := p.await(0)
			require.Equal(t, ntstatus.Success, r.h.Status)
			require.NoError(t, p.neg.Decode(r.msg))
			require.Equal(t, row.want, p.neg.Dialect)
			p.next = 1
			if row.then != nil {
				p.neg = smb2.NegotiateResponse{}
				require.Equal(t, ntstatus.Success, p.negotiate())
				require.Equal(t, row.then[len(row.then)-1], p.neg.Dialect)
			} else {
				p.signing = smb2.SigningHMACSHA256
			}
			require.Equal(t, ntstatus.Success, p.logOn("alice", "secret", 0))
			require.Equal(t, ntstatus.Success, p.treeConnect("data"))
			p.open("f")
		})
	}
}

// TestOrderOfSetUp ends connections that do things out of order.
func TestOrderOfSetUp(t *testing.T) {
	s := serve(t)
	t.Run("a request before NEGOTIATE", func(t *testing.T) {
		p := dial(t, s)
		p.send(request{cmd: smb2.CommandEcho, body: &smb2.EchoRequest{}})
		p.closed()
	})
	t.Run("NEGOTIATE twice", func(t *testing.T) { // MS-SMB2 3.3.5.3.1
		p := dial(t, s)
		require.Equal(t, ntstatus.Success, p.negotiate())
		p.send(request{cmd: smb2.CommandNegotiate, body: &smb2.NegotiateRequest{Dialects: p.dialects}})
		p.closed()
	})
	t.Run("no session", func(t *testing.T) {
		p := dial(t, s)
		require.Equal(t, ntstatus.Success, p.negotiate())
		require.Equal(t, ntstatus.UserSessionDeleted, p.treeConnect("data"))
	})
	t.Run("a wrong password, then the right one", func(t *testing.T) {
		p := dial(t, s)
		require.Equal(t, ntstatus.Success, p.negotiate())
		require.Equal(t, ntstatus.LogonFailure, p.logOn("alice", "wrong", 0))
		require.Equal(t, ntstatus.LogonFailure, p.logOn("nobody", "secret", 0))
		require.Equal(t, ntstatus.Success, p.logOn("alice", "secret", 0))
		require.Equal(t, ntstatus.BadNetworkName, p.treeConnect("nosuch"))
		require.Equal(t, ntstatus.Success, p.treeConnect("DATA"))
	})
}
