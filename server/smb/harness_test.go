package smb_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/runtime"
	"crosswire/server/smb"
	"crosswire/server/vfs"
	"crosswire/server/wire/ntlm"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
	"crosswire/server/wire/smbcrypt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait of a test; none depends on it to pass.
const patience = 20 * time.Second

// service is the adapter over a real road, on loopback, with the shares "data"
// and "sealed" (encrypted) and the users alice and bob.
type service struct {
	*smb.Adapter
	rt    *runtime.Runtime
	road  *vfs.VFS
	clock *clock.Virtual
	stop  func()
}

func serve(t testing.TB, change ...func(*smb.Config)) *service {
	t.Helper()
	rt, clk := runtime.New(), clock.NewVirtual()
	road := vfs.New(rt, clk)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	cfg := smb.Config{Listener: ln, VFS: road, Clock: clk,
		Logger: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))}
	for _, f := range change {
		f(&cfg)
	}
	a := smb.New(cfg)
	a.SetRuntime(rt)
	require.NoError(t, rt.AddShare(adapter.Share{Name: "data"}))
	require.NoError(t, rt.AddShare(adapter.Share{Name: "sealed", Encrypt: true}))
	require.NoError(t, rt.SetUser(adapter.User{Name: "alice", Password: "secret", UID: 1000, GID: 1000}))
	require.NoError(t, rt.SetUser(adapter.User{Name: "bob", Password: "secret2", UID: 1001, GID: 1001}))
	var serving sync.WaitGroup
	serving.Go(func() { _ = a.Serve(context.Background()) })
	s := &service{a, rt, road, clk, nil}
	s.stop = sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		require.NoError(t, a.Stop(ctx))
		serving.Wait()
	})
	t.Cleanup(s.stop)
	return s
}

// tree is a share's tree, to act as another protocol would.
func (s *service) tree(t testing.TB, share string) *vfs.Tree {
	tree, err := s.road.Tree(share)
	require.NoError(t, err)
	return tree
}

// peer is a client that does what it is told, right or wrong.
type peer struct {
	t  testing.TB
	nc net.Conn

	guid     smb2.GUID
	mode     smb2.SecurityMode
	caps     smb2.Capabilities
	dialects []smb2.Dialect
	ciphers  []smb2.Cipher
	signings []smb2.SigningAlgorithm

	neg     smb2.NegotiateResponse
	cipher  smb2.Cipher
	signing smb2.SigningAlgorithm
	preauth smbcrypt.PreauthHash

	session  uint64
	tid      uint32
	signer   smbcrypt.Signer
	enc, dec *smbcrypt.Encrypter
	sign     bool // requests are signed, responses must be
	seal     bool // frames are encrypted

	next    uint64 // MessageID
	charge  uint16
	queued  [][]byte // messages of a compound not looked at yet
	stash   []reply  // responses that nobody waited for yet
	breaks  []reply
	pending []reply // interim responses
}

// reply is one message from the server.
type reply struct {
	h   smb2.Header
	msg []byte
}

// request is one message to the server.
type request struct {
	cmd   smb2.Command
	body  interface{ Append([]byte) []byte }
	flags smb2.Flags
	// edit, if set, changes the header before it is sent.
	edit func(*smb2.Header)
}

func dial(t testing.TB, s *service, dialects ...smb2.Dialect) *peer {
	t.Helper()
	nc, err := net.Dial("tcp", s.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { nc.Close() })
	if len(dialects) == 0 {
		dialects = []smb2.Dialect{smb2.Dialect311}
	}
	p := &peer{t: t, nc: nc, dialects: dialects, mode: smb2.SigningEnabled, caps: smb2.CapLeasing | smb2.CapLargeMTU | smb2.CapEncryption,
		ciphers: []smb2.Cipher{smb2.CipherAES128GCM}, signings: []smb2.SigningAlgorithm{smb2.SigningAESCMAC}}
	rand.Read(p.guid[:])
	return p
}

// connect is dial, negotiate, log on and tree connect to "data".
func connect(t testing.TB, s *service, dialects ...smb2.Dialect) *peer {
	t.Helper()
	p := dial(t, s, dialects...)
	require.Equal(t, ntstatus.Success, p.negotiate())
	require.Equal(t, ntstatus.Success, p.logOn("alice", "secret", 0))
	require.Equal(t, ntstatus.Success, p.treeConnect("data"))
	return p
}

func (p *peer) header(r *request) smb2.Header {
	h := smb2.Header{Command: r.cmd, Flags: r.flags, CreditCharge: max(p.charge, 1), Credits: 64, MessageID: p.next, SessionID: p.session, TreeID: p.tid}
	if p.neg.Dialect == 0 || p.neg.Dialect == smb2.Dialect202 {
		h.CreditCharge = 0
	}
	if r.edit != nil {
		r.edit(&h)
	}
	if h.MessageID == p.next && r.cmd != smb2.CommandCancel {
		p.next += uint64(max(h.CreditCharge, 1))
	}
	return h
}

// send sends requests as one frame and returns their MessageIDs.
func (p *peer) send(reqs ...request) []uint64 {
	p.t.Helper()
	frame, ids := p.frame(reqs...)
	p.write(frame)
	return ids
}

// frame encodes requests, signed or encrypted as the peer is set.
func (p *peer) frame(reqs ...request) (frame []byte, ids []uint64) {
	msgs := make([][]byte, len(reqs))
	for i := range reqs {
		h := p.header(&reqs[i])
		ids = append(ids, h.MessageID)
		msgs[i] = smb2.AppendMessage(nil, &h, reqs[i].body)
	}
	smb2.PadCompound(msgs)
	var pdu []byte
	for _, m := range msgs {
		if p.sign && !p.seal {
			p.signer.Sign(m)
		}
		pdu = append(pdu, m...)
	}
	if p.seal {
		pdu = p.enc.Seal(nil, p.session, pdu)
	}
	return append(smb2.AppendFrameHeader(nil, len(pdu)), pdu...), ids
}

func (p *peer) write(b []byte) {
	p.t.Helper()
	require.NoError(p.t, p.nc.SetWriteDeadline(time.Now().Add(patience)))
	_, err := p.nc.Write(b)
	require.NoError(p.t, err)
}

// readFrame is the payload of the next frame.
func (p *peer) readFrame() ([]byte, error) {
	if err := p.nc.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	var head [smb2.FrameHeaderSize]byte
	if _, err := io.ReadFull(p.nc, head[:]); err != nil {
		return nil, err
	}
	n, err := smb2.FrameLength(head, 64<<20)
	if err != nil {
		return nil, err
	}
	b := make([]byte, n)
	_, err = io.ReadFull(p.nc, b)
	return b, err
}

// receive is the next message, decrypted and with its signature checked.
func (p *peer) receive() (reply, error) {
	for len(p.queued) == 0 {
		b, err := p.readFrame()
		if err != nil {
			return reply{}, err
		}
		if smb2.ProtocolOf(b) == smb2.ProtocolTransform {
			if _, b, err = p.dec.Open(b); err != nil {
				return reply{}, err
			}
		} else if p.seal {
			return reply{}, errors.New("a clear frame in an encrypted session")
		}
		if p.queued, err = smb2.SplitCompound(b, 0); err != nil {
			return reply{}, err
		}
	}
	r := reply{msg: p.queued[0]}
	p.queued = p.queued[1:]
	if err := r.h.Decode(r.msg); err != nil {
		return reply{}, err
	}
	known := r.h.SessionID == p.session && r.h.Status != ntstatus.UserSessionDeleted // else nobody has the key
	if p.sign && !p.seal && known && r.h.MessageID != smb2.MessageIDUnsolicited && r.h.Status != ntstatus.Pending {
		if err := p.signer.Verify(r.msg); err != nil {
			return reply{}, err
		}
	}
	return r, nil
}

// await reads until the final response to a message; what else arrives is kept.
func (p *peer) await(id uint64) reply {
	p.t.Helper()
	for i, r := range p.stash {
		if r.h.MessageID == id {
			p.stash = append(p.stash[:i:i], p.stash[i+1:]...)
			return r
		}
	}
	for {
		r, err := p.receive()
		require.NoError(p.t, err, "waiting for message %d", id)
		switch {
		case r.h.MessageID == smb2.MessageIDUnsolicited:
			p.breaks = append(p.breaks, r)
		case r.h.Status == ntstatus.Pending:
			p.pending = append(p.pending, r)
		case r.h.MessageID == id:
			return r
		default:
			p.stash = append(p.stash, r)
		}
	}
}

// awaitBreak is the next break notification.
func (p *peer) awaitBreak() reply {
	p.t.Helper()
	for len(p.breaks) == 0 {
		r, err := p.receive()
		require.NoError(p.t, err, "waiting for a break")
		switch {
		case r.h.MessageID == smb2.MessageIDUnsolicited:
			p.breaks = append(p.breaks, r)
		case r.h.Status == ntstatus.Pending:
			p.pending = append(p.pending, r)
		default:
			p.stash = append(p.stash, r)
		}
	}
	r := p.breaks[0]
	p.breaks = p.breaks[1:]
	return r
}

// awaitPending is the interim response to a message.
func (p *peer) awaitPending(id uint64) reply {
	p.t.Helper()
	for {
		for i, r := range p.pending {
			if r.h.MessageID == id {
				p.pending = append(p.pending[:i:i], p.pending[i+1:]...)
				return r
			}
		}
		r, err := p.receive()
		require.NoError(p.t, err, "waiting for STATUS_PENDING")
		switch {
		case r.h.MessageID == smb2.MessageIDUnsolicited:
			p.breaks = append(p.breaks, r)
		case r.h.Status == ntstatus.Pending:
			p.pending = append(p.pending, r)
		default:
			require.NotEqual(p.t, id, r.h.MessageID, "answered at once: %v", r.h.Status)
			p.stash = append(p.stash, r)
		}
	}
}

// call sends one request and decodes its answer into out, if it succeeded.
func (p *peer) call(cmd smb2.Command, body interface{ Append([]byte) []byte }, out interface{ Decode([]byte) error }) ntstatus.Status {
	p.t.Helper()
	r := p.await(p.send(request{cmd: cmd, body: body})[0])
	if out != nil && !r.h.Status.IsError() {
		require.NoError(p.t, out.Decode(r.msg))
	}
	return r.h.Status
}

// closed requires that the server ends the connection.
func (p *peer) closed() {
	p.t.Helper()
	for {
		if _, err := p.receive(); err != nil {
			require.False(p.t, errors.Is(err, os.ErrDeadlineExceeded), "the connection is still open")
			return
		}
	}
}

// negotiate does NEGOTIATE with what the peer is set to.
func (p *peer) negotiate() ntstatus.Status {
	p.t.Helper()
	q := &smb2.NegotiateRequest{SecurityMode: p.mode, Capabilities: p.caps, ClientGUID: p.guid, Dialects: p.dialects}
	if q.Offers(smb2.Dialect311) {
		q.Contexts = smb2.NegotiateContexts{(&smb2.PreauthIntegrity{HashAlgorithms: []smb2.HashAlgorithm{smb2.HashSHA512}, Salt: make([]byte, 32)}).Context()}
		if len(p.ciphers) > 0 {
			q.Contexts = append(q.Contexts, (&smb2.EncryptionCapabilities{Ciphers: p.ciphers}).Context())
		}
		if len(p.signings) > 0 {
			q.Contexts = append(q.Contexts, (&smb2.SigningCapabilities{Algorithms: p.signings}).Context())
		}
	}
	frame, ids := p.frame(request{cmd: smb2.CommandNegotiate, body: q})
	p.write(frame)
	r := p.await(ids[0])
	if r.h.Status.IsError() {
		return r.h.Status
	}
	require.NoError(p.t, p.neg.Decode(r.msg))
	p.preauth = p.preauth.Update(frame[smb2.FrameHeaderSize:]).Update(r.msg)
	p.signing = smbcrypt.SigningAlgorithmFor(p.neg.Dialect)
	if data, ok := p.neg.Contexts.Find(smb2.ContextSigning); ok {
		var c smb2.SigningCapabilities
		require.NoError(p.t, c.Decode(data))
		p.signing = c.Algorithms[0]
	}
	if data, ok := p.neg.Contexts.Find(smb2.ContextEncryption); ok {
		var c smb2.EncryptionCapabilities
		require.NoError(p.t, c.Decode(data))
		p.cipher = c.Ciphers[0]
	} else if p.neg.Capabilities&smb2.CapEncryption != 0 {
		p.cipher = smb2.CipherAES128CCM
	}
	return r.h.Status
}

// logOn does SESSION_SETUP; from then on requests are signed.
func (p *peer) logOn(user, password string, previous uint64) ntstatus.Status {
	p.t.Helper()
	ini := &ntlm.Initiator{Client: &ntlm.Client{User: user, Password: password}}
	token, preauth := ini.InitToken(), p.preauth
	var auth *ntlm.Context
	for {
		frame, ids := p.frame(request{cmd: smb2.CommandSessionSetup, body: &smb2.SessionSetupRequest{
			SecurityMode: p.mode, PreviousSessionID: previous, SecurityBuffer: token}})
		p.write(frame)
		r := p.await(ids[0])
		preauth = preauth.Update(frame[smb2.FrameHeaderSize:])
		if r.h.Status != ntstatus.Success && r.h.Status != ntstatus.MoreProcessingRequired {
			p.session = 0
			return r.h.Status
		}
		var resp smb2.SessionSetupResponse
		require.NoError(p.t, resp.Decode(r.msg))
		p.session = r.h.SessionID
		if r.h.Status == ntstatus.Success {
			require.NotNil(p.t, auth)
			p.derive(auth.SessionKey[:], preauth)
			require.NoError(p.t, p.signer.Verify(r.msg), "the last SESSION_SETUP response")
			p.sign = true
			p.seal = resp.Flags&smb2.SessionEncryptData != 0
			return r.h.Status
		}
		preauth = preauth.Update(r.msg)
		var err error
		token, auth, err = ini.Next(resp.SecurityBuffer)
		require.NoError(p.t, err)
	}
}

func (p *peer) derive(key []byte, preauth smbcrypt.PreauthHash) {
	keys := smbcrypt.DeriveKeys(smbcrypt.KeyParams{Dialect: p.neg.Dialect, SessionKey: key, Cipher: p.cipher, Preauth: preauth})
	var err error
	p.signer, err = smbcrypt.NewSigner(p.signing, keys.Signing)
	require.NoError(p.t, err)
	if p.cipher != smb2.CipherNone && keys.ClientToServer != nil {
		p.enc, err = smbcrypt.NewEncrypter(p.cipher, keys.ClientToServer)
		require.NoError(p.t, err)
		p.dec, err = smbcrypt.NewEncrypter(p.cipher, keys.ServerToClient)
		require.NoError(p.t, err)
	}
}

func (p *peer) treeConnect(share string) ntstatus.Status {
	p.t.Helper()
	r := p.await(p.send(request{cmd: smb2.CommandTreeConnect, body: &smb2.TreeConnectRequest{Path: `\\127.0.0.1\` + share}})[0])
	if !r.h.Status.IsError() {
		p.tid = r.h.TreeID
	}
	return r.h.Status
}

// Access masks and share modes of the tests.
const (
	all      = 0x001F01FF
	readOnly = 0x00120089
	shareAll = smb2.ShareRead | smb2.ShareWrite | smb2.ShareDelete
)

// creating is a CREATE that opens or makes a file with all rights.
func creating(name string, change ...func(*smb2.CreateRequest)) *smb2.CreateRequest {
	q := &smb2.CreateRequest{ImpersonationLevel: smb2.ImpersonationImpersonation, DesiredAccess: all, ShareAccess: shareAll,
		Disposition: smb2.FileOpenIf, Options: smb2.FileNonDirectoryFile, Name: name}
	for _, f := range change {
		f(q)
	}
	return q
}

func withOplock(l smb2.OplockLevel) func(*smb2.CreateRequest) {
	return func(q *smb2.CreateRequest) { q.OplockLevel = l }
}

func withLease(key byte, state smb2.LeaseState) func(*smb2.CreateRequest) {
	return func(q *smb2.CreateRequest) {
		q.OplockLevel = smb2.OplockLease
		q.Contexts = append(q.Contexts, (&smb2.LeaseContext{Version: 2, Key: smb2.LeaseKey{key}, State: state}).Context())
	}
}

func deleting(q *smb2.CreateRequest) { q.Options |= smb2.FileDeleteOnClose }

// open opens a file or fails the test.
func (p *peer) open(name string, change ...func(*smb2.CreateRequest)) smb2.CreateResponse {
	p.t.Helper()
	var resp smb2.CreateResponse
	require.Equal(p.t, ntstatus.Success, p.call(smb2.CommandCreate, creating(name, change...), &resp))
	return resp
}

func (p *peer) closeFile(id smb2.FileID) ntstatus.Status {
	p.t.Helper()
	return p.call(smb2.CommandClose, &smb2.CloseRequest{FileID: id}, nil)
}

func (p *peer) writeAt(id smb2.FileID, off uint64, data string) ntstatus.Status {
	p.t.Helper()
	return p.call(smb2.CommandWrite, &smb2.WriteRequest{FileID: id, Offset: off, Data: []byte(data)}, nil)
}

func (p *peer) readAt(id smb2.FileID, off uint64, n uint32) (string, ntstatus.Status) {
	p.t.Helper()
	var resp smb2.ReadResponse
	st := p.call(smb2.CommandRead, &smb2.ReadRequest{FileID: id, Offset: off, Length: n}, &resp)
	return string(resp.Data), st
}

// echo proves that the connection still works in order.
func (p *peer) echo() {
	p.t.Helper()
	require.Equal(p.t, ntstatus.Success, p.call(smb2.CommandEcho, &smb2.EchoRequest{}, nil))
}

// lock is a LOCK request of one range.
func lock(id smb2.FileID, off, n uint64, flags smb2.LockFlags) *smb2.LockRequest {
	return &smb2.LockRequest{FileID: id, Locks: []smb2.LockElement{{Offset: off, Length: n, Flags: flags}}}
}

// letters is a text of n bytes.
func letters(n int) string { return strings.Repeat("abcdefgh", (n+7)/8)[:n] }
