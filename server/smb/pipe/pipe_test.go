package pipe

import (
	"context"
	"encoding/binary"
	"testing"
	"testing/synctest"

	"crosswire/server/wire/dcerpc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/srvsvc"
	"crosswire/server/wire/wkssvc"

	"github.com/stretchr/testify/require"
)

func TestOpen(t *testing.T) {
	s, _, _ := testServer()
	for _, tc := range []struct {
		name, want string
	}{
		{"srvsvc", "srvsvc"}, {`\srvsvc`, "srvsvc"}, {"SrvSvc", "srvsvc"}, {`\WKSSVC`, "wkssvc"},
		{"lsarpc", ""}, {"", ""}, {`\\srvsvc`, ""}, {"srvsvc\x00", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := s.Open(tc.name)
			require.Equal(t, tc.want != "", s.Exists(tc.name))
			if tc.want == "" {
				require.ErrorIs(t, err, ntstatus.ObjectNameNotFound)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, p.Name())
			p.Close()
		})
	}
}

// What go-smb2's ListSharenames does: level 1 through FSCTL_PIPE_TRANSCEIVE with
// 1024 octets of room, a READ of the 3256 that its first buffer still has, then
// READs of 4280. It counts on each READ ending where a fragment ends.
func TestListSharenames(t *testing.T) {
	for _, n := range []int{0, 1, 15, 30, 60, 500} {
		s, _, _ := testServer(numbered(n)...)
		p := bound(t, s, "srvsvc", srvsvc.Interface)
		req := (&srvsvc.ShareEnumRequest{ServerName: "127.0.0.1:445", Level: 1, PreferredMaximumLength: srvsvc.MaxPreferredLength}).Marshal()
		pdu := dcerpc.RequestFragments(2, 0, srvsvc.OpNetrShareEnum, req, 4280)[0]
		output, overflow, err := p.Transact(pdu, 1024)
		require.NoError(t, err)
		reply := dcerpc.Reply{CallID: 2}
		done := false
		if overflow {
			require.Len(t, output, 1024)
			rest, more, err := p.Read(4280 - 1024)
			require.NoError(t, err)
			require.False(t, more, "a fragment has no more than 4280 octets")
			output = append(output, rest...)
		}
		for {
			done, err = reply.Add(output)
			require.NoError(t, err)
			if done {
				break
			}
			var more bool
			output, more, err = p.Read(4280)
			require.NoError(t, err)
			require.False(t, more)
		}
		resp, err := srvsvc.ParseShareEnumResponse(reply.Stub)
		require.NoError(t, err)
		require.Len(t, resp.Shares, n+1)
		require.Contains(t, names(resp.Shares), "IPC$")
		_, _, err = p.Read(4280)
		require.ErrorIs(t, err, ntstatus.PipeEmpty)
		p.Close()
		require.Zero(t, s.Held())
	}
}

// rpcclient and Windows bind several contexts at once and learn about each.
func TestBindSeveralContexts(t *testing.T) {
	s, _, _ := testServer(named("a")...)
	p := open(t, s, "srvsvc")
	newer := srvsvc.Interface
	newer.Minor = 1
	out, _, err := p.Transact((&dcerpc.Bind{CallID: 1, MaxXmitFrag: 5840, MaxRecvFrag: 2048, Contexts: []dcerpc.Context{
		{ID: 0, Abstract: srvsvc.Interface, Transfer: []dcerpc.SyntaxID{dcerpc.NDR20}},
		{ID: 1, Abstract: srvsvc.Interface, Transfer: []dcerpc.SyntaxID{dcerpc.NDR64}},
		{ID: 2, Abstract: srvsvc.Interface, Transfer: []dcerpc.SyntaxID{dcerpc.FeatureSyntax(3)}},
		{ID: 3, Abstract: wkssvc.Interface, Transfer: []dcerpc.SyntaxID{dcerpc.NDR20}},
		{ID: 4, Abstract: srvsvc.Interface, Transfer: []dcerpc.SyntaxID{dcerpc.NDR64, dcerpc.NDR20}},
		{ID: 5, Abstract: newer, Transfer: []dcerpc.SyntaxID{dcerpc.NDR20}},
		{ID: 6, Abstract: srvsvc.Interface},
	}}).Marshal(), 4280)
	require.NoError(t, err)
	ack, err := dcerpc.ParseBindAck(out)
	require.NoError(t, err)
	require.Equal(t, uint16(2048), ack.MaxXmitFrag)
	require.Equal(t, uint16(4280), ack.MaxRecvFrag)
	require.NotZero(t, ack.AssocGroup)
	require.Equal(t, `\PIPE\srvsvc`, ack.SecondaryAddress)
	reject := func(reason uint16) dcerpc.ContextResult {
		return dcerpc.ContextResult{Result: dcerpc.ProviderRejection, Reason: reason}
	}
	accept := dcerpc.ContextResult{Transfer: dcerpc.NDR20}
	require.Equal(t, []dcerpc.ContextResult{
		accept,
		reject(dcerpc.TransferSyntaxUnsupported),
		{Result: dcerpc.NegotiateAck, Reason: 2},
		reject(dcerpc.AbstractSyntaxUnsupported),
		accept,
		reject(dcerpc.AbstractSyntaxUnsupported),
		reject(dcerpc.TransferSyntaxUnsupported),
	}, ack.Results)

	// A rejected context cannot be called, an alter_context can add another.
	call := func(ctx uint16) error {
		req := (&srvsvc.ServerGetInfoRequest{Level: 100}).Marshal()
		_, err := p.Write(dcerpc.RequestFragments(9, ctx, srvsvc.OpNetrServerGetInfo, req, 2048)[0])
		require.NoError(t, err)
		r := dcerpc.Reply{CallID: 9}
		_, err = r.Add(readPDU(t, p, 4280))
		return err
	}
	require.ErrorIs(t, call(1), dcerpc.FaultUnknownIF)
	require.ErrorIs(t, call(7), dcerpc.FaultUnknownIF)
	require.NoError(t, call(4))
	out, _, err = p.Transact((&dcerpc.Bind{CallID: 3, Alter: true, MaxXmitFrag: 100, MaxRecvFrag: 100, AssocGroup: ack.AssocGroup,
		Contexts: []dcerpc.Context{{ID: 7, Abstract: srvsvc.Interface, Transfer: []dcerpc.SyntaxID{dcerpc.NDR20}}}}).Marshal(), 4280)
	require.NoError(t, err)
	resp, err := dcerpc.ParseBindAck(out)
	require.NoError(t, err)
	require.True(t, resp.Alter)
	require.Equal(t, uint16(2048), resp.MaxXmitFrag, "alter_context does not change the sizes")
	require.Equal(t, []dcerpc.ContextResult{accept}, resp.Results)
	require.NoError(t, call(7))
}

// The answer is cut to what the client can receive.
func TestMaxRecvFrag(t *testing.T) {
	s, _, _ := testServer(numbered(50)...)
	for _, size := range []uint16{64, 100, 1432, 4280, 65535} {
		p := open(t, s, "srvsvc")
		bind := &dcerpc.Bind{CallID: 1, MaxXmitFrag: 4280, MaxRecvFrag: size,
			Contexts: []dcerpc.Context{{Abstract: srvsvc.Interface, Transfer: []dcerpc.SyntaxID{dcerpc.NDR20}}}}
		_, _, err := p.Transact(bind.Marshal(), 4280)
		require.NoError(t, err)
		req := (&srvsvc.ShareEnumRequest{Level: 1, PreferredMaximumLength: srvsvc.MaxPreferredLength}).Marshal()
		_, err = p.Write(dcerpc.RequestFragments(2, 0, srvsvc.OpNetrShareEnum, req, 4280)[0])
		require.NoError(t, err)
		_, messages := p.Available()
		reply := dcerpc.Reply{CallID: 2}
		for {
			pdu := readPDU(t, p, 4280)
			require.LessOrEqual(t, len(pdu), min(int(size), 4280))
			messages--
			done, err := reply.Add(pdu)
			require.NoError(t, err)
			if done {
				break
			}
		}
		require.Zero(t, messages, "Available counted the fragments of %d octets", size)
		resp, err := srvsvc.ParseShareEnumResponse(reply.Stub)
		require.NoError(t, err)
		require.Len(t, resp.Shares, 51)
	}
}

func TestWriteInPieces(t *testing.T) {
	s, _, _ := testServer(named("a", "b")...)
	request := func(callID uint32, maxFrag int) (all []byte) {
		req := (&srvsvc.ShareEnumRequest{ServerName: `\\a-rather-long-server-name.example`, Level: 0, PreferredMaximumLength: srvsvc.MaxPreferredLength}).Marshal()
		for _, pdu := range dcerpc.RequestFragments(callID, 0, srvsvc.OpNetrShareEnum, req, maxFrag) {
			all = append(all, pdu...)
		}
		return all
	}
	answered := func(t *testing.T, p *Pipe, callIDs ...uint32) {
		for _, id := range callIDs {
			reply := dcerpc.Reply{CallID: id}
			done, err := reply.Add(readPDU(t, p, 4280))
			require.NoError(t, err)
			require.True(t, done)
			resp, err := srvsvc.ParseShareEnumResponse(reply.Stub)
			require.NoError(t, err)
			require.Equal(t, []string{"IPC$", "a", "b"}, names(resp.Shares))
		}
		_, _, err := p.Read(4280)
		require.ErrorIs(t, err, ntstatus.PipeEmpty)
	}
	t.Run("octet by octet", func(t *testing.T) {
		p := bound(t, s, "srvsvc", srvsvc.Interface)
		for _, b := range request(2, 4280) {
			_, err := p.Write([]byte{b})
			require.NoError(t, err)
		}
		answered(t, p, 2)
	})
	t.Run("fragments of one request in one write", func(t *testing.T) {
		p := bound(t, s, "srvsvc", srvsvc.Interface)
		_, err := p.Write(request(2, 48))
		require.NoError(t, err)
		answered(t, p, 2)
	})
	t.Run("several requests in one write", func(t *testing.T) {
		p := bound(t, s, "srvsvc", srvsvc.Interface)
		_, err := p.Write(append(append(request(2, 4280), request(3, 48)...), request(4, 64)...))
		require.NoError(t, err)
		answered(t, p, 2, 3, 4)
	})
	t.Run("bind and request in one write", func(t *testing.T) {
		p := open(t, s, "srvsvc")
		_, err := p.Write(append(bindPDU(1, srvsvc.Interface), request(2, 4280)...))
		require.NoError(t, err)
		readPDU(t, p, 4280)
		answered(t, p, 2)
	})
	t.Run("the last fragment by a transaction", func(t *testing.T) {
		p := bound(t, s, "srvsvc", srvsvc.Interface)
		all := request(2, 48)
		_, overflow, err := p.Transact(all[:48], 4280)
		require.ErrorIs(t, err, ntstatus.PipeEmpty)
		require.False(t, overflow)
		out, overflow, err := p.Transact(all[48:], 10)
		require.NoError(t, err)
		require.True(t, overflow)
		require.Len(t, out, 10)
		_, _, err = p.Transact(request(3, 4280), 10)
		require.ErrorIs(t, err, ntstatus.PipeBusy, "the answer before has not been read")
	})
	t.Run("orphaned", func(t *testing.T) {
		p := bound(t, s, "srvsvc", srvsvc.Interface)
		_, err := p.Write(request(2, 48)[:48])
		require.NoError(t, err)
		orphaned := (&dcerpc.Response{CallID: 2}).Marshal()[:16]
		orphaned[2] = byte(dcerpc.TypeOrphaned)
		binary.LittleEndian.PutUint16(orphaned[8:], 16)
		_, err = p.Write(orphaned)
		require.NoError(t, err)
		_, err = p.Write(request(3, 48))
		require.NoError(t, err)
		answered(t, p, 3)
	})
}

func TestFaults(t *testing.T) {
	s, _, _ := testServer()
	for _, tc := range []struct {
		name  string
		opnum uint16
		stub  []byte
		want  dcerpc.FaultStatus
	}{
		{"no such operation", 99, nil, dcerpc.FaultOpRange},
		{"empty stub", srvsvc.OpNetrShareEnum, nil, dcerpc.FaultBadStub},
		{"string without its null", srvsvc.OpNetrShareGetInfo, []byte{1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 'x', 0}, dcerpc.FaultBadStub},
		{"request too long", srvsvc.OpNetrShareGetInfo, make([]byte, maxCall+1), dcerpc.FaultRemoteNoMemory},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := bound(t, s, "srvsvc", srvsvc.Interface)
			_, err := invoke(t, p, 2, tc.opnum, tc.stub)
			require.ErrorIs(t, err, tc.want)
			require.Equal(t, []string{"IPC$"}, allShares(t, p), "the association goes on")
		})
	}
}

// What breaks the protocol is answered once; then the pipe is dead.
func TestProtocolErrors(t *testing.T) {
	s, _, _ := testServer()
	good := func() []byte {
		return dcerpc.RequestFragments(2, 0, srvsvc.OpNetrServerGetInfo, (&srvsvc.ServerGetInfoRequest{Level: 100}).Marshal(), 4280)[0]
	}
	change := func(at int, to ...byte) func([]byte) []byte {
		return func(b []byte) []byte { copy(b[at:], to); return b }
	}
	trailer := func(b []byte) []byte {
		b = append(b, make([]byte, 8+16)...)
		binary.LittleEndian.PutUint16(b[8:], uint16(len(b)))
		b[10] = 16
		return b
	}
	for _, tc := range []struct {
		name  string
		bound bool
		pdu   []byte
		fault bool // or else bind_nak
	}{
		{"garbage", false, []byte("GET / HTTP/1.0\r\n\r\n"), false},
		{"version 4", true, change(0, 4)(good()), true},
		{"big-endian", true, change(4, 0)(good()), true},
		{"big-endian bind", false, change(4, 0)(bindPDU(1, srvsvc.Interface)), false},
		{"length below a header", true, change(8, 15, 0)(good()), true},
		{"length beyond the negotiated one", true, change(8, 0xff, 0xff)(good()), true},
		{"request before bind", false, good(), true},
		{"alter_context before bind", false, change(2, 14)(bindPDU(1, srvsvc.Interface)), false},
		{"response from a client", true, change(2, 2)(good()), true},
		{"unknown type", true, change(2, 77)(good()), true},
		{"middle fragment first", true, change(3, 0)(good()), true},
		{"first fragment twice", true, append(change(3, 1)(good()), change(3, 1)(good())...), true},
		{"other call in between", true, append(change(3, 1)(good()), change(12, 9)(change(3, 2)(good()))...), true},
		{"other operation in between", true, append(change(3, 1)(good()), change(22, 9)(change(3, 2)(good()))...), true},
		{"signed request", true, trailer(good()), true},
		{"truncated bind", false, change(24, 9)(bindPDU(1, srvsvc.Interface)), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := open(t, s, "srvsvc")
			if tc.bound {
				p = bound(t, s, "srvsvc", srvsvc.Interface)
			}
			_, err := p.Write(tc.pdu)
			require.NoError(t, err)
			pdu := readPDU(t, p, 4280)
			if tc.fault {
				f, err := dcerpc.ParseFault(pdu)
				require.NoError(t, err)
				require.Equal(t, dcerpc.FaultProtocol, f.Status)
			} else {
				_, err := dcerpc.ParseBindNak(pdu)
				require.NoError(t, err)
			}
			_, _, err = p.Read(4280)
			require.ErrorIs(t, err, ntstatus.PipeDisconnected)
			_, err = p.Write(good())
			require.ErrorIs(t, err, ntstatus.PipeDisconnected)
			_, _, err = p.Transact(good(), 100)
			require.ErrorIs(t, err, ntstatus.PipeDisconnected)
		})
	}
}

// A refused bind may be followed by a better one.
func TestBindNak(t *testing.T) {
	s, _, _ := testServer()
	authenticated := append(bindPDU(1, srvsvc.Interface), make([]byte, 8+16)...)
	binary.LittleEndian.PutUint16(authenticated[8:], uint16(len(authenticated)))
	authenticated[10] = 16
	ctx := []dcerpc.Context{{Abstract: srvsvc.Interface, Transfer: []dcerpc.SyntaxID{dcerpc.NDR20}}}
	for _, tc := range []struct {
		name string
		pdu  []byte
		want uint16
	}{
		{"authenticated", authenticated, dcerpc.NakAuthTypeNotRecognized},
		{"no contexts", (&dcerpc.Bind{MaxXmitFrag: 4280, MaxRecvFrag: 4280}).Marshal(), dcerpc.NakReasonNotSpecified},
		{"tiny fragments", (&dcerpc.Bind{MaxXmitFrag: 4280, MaxRecvFrag: 24, Contexts: ctx}).Marshal(), dcerpc.NakLocalLimitExceeded},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := open(t, s, "srvsvc")
			out, _, err := p.Transact(tc.pdu, 4280)
			require.NoError(t, err)
			nak, err := dcerpc.ParseBindNak(out)
			require.NoError(t, err)
			require.Equal(t, tc.want, nak.Reason)
			out, _, err = p.Transact(bindPDU(2, srvsvc.Interface), 4280)
			require.NoError(t, err)
			_, err = dcerpc.ParseBindAck(out)
			require.NoError(t, err)
			out, _, err = p.Transact(bindPDU(3, srvsvc.Interface), 4280)
			require.NoError(t, err)
			_, err = dcerpc.ParseBindNak(out)
			require.NoError(t, err, "bound already")
		})
	}
}

func TestLimits(t *testing.T) {
	t.Run("a client that never reads", func(t *testing.T) {
		s, _, _ := testServer()
		p := bound(t, s, "srvsvc", srvsvc.Interface)
		pdu := dcerpc.RequestFragments(2, 0, 99, nil, 4280)[0]
		var err error
		for n := 0; err == nil; n++ {
			require.LessOrEqual(t, n, maxMessages+1)
			_, err = p.Write(pdu)
		}
		require.ErrorIs(t, err, ntstatus.PipeDisconnected)
	})
	t.Run("all pipes together", func(t *testing.T) {
		s, _, _ := testServer(numbered(100)...)
		s.cfg.MaxHeld = 100 << 10
		req := (&srvsvc.ShareEnumRequest{Level: 1, PreferredMaximumLength: srvsvc.MaxPreferredLength}).Marshal()
		pdu := dcerpc.RequestFragments(2, 0, srvsvc.OpNetrShareEnum, req, 4280)[0]
		var pipes []*Pipe
		refused := false
		for n := 0; !refused; n++ {
			require.Less(t, n, 100)
			p := bound(t, s, "srvsvc", srvsvc.Interface)
			pipes = append(pipes, p)
			_, err := p.Write(pdu)
			if err != nil {
				require.ErrorIs(t, err, ntstatus.InsufficientResources)
				refused = true
				continue
			}
			h, err := dcerpc.ParseHeader(p.out[0].rest)
			require.NoError(t, err)
			refused = h.Type == dcerpc.TypeFault
		}
		require.LessOrEqual(t, s.Held(), s.cfg.MaxHeld)
		require.Greater(t, len(pipes), 2)
		pipes[0].Close()
		require.Len(t, allShares(t, bound(t, s, "srvsvc", srvsvc.Interface)), 101, "room was made")
		for _, p := range pipes {
			p.Close()
		}
	})
	t.Run("nothing is held after close", func(t *testing.T) {
		s, _, _ := testServer(numbered(100)...)
		p := bound(t, s, "srvsvc", srvsvc.Interface)
		req := (&srvsvc.ShareEnumRequest{Level: 1}).Marshal()
		pdu := dcerpc.RequestFragments(2, 0, srvsvc.OpNetrShareEnum, req, 4280)[0]
		_, err := p.Write(append(pdu, pdu[:20]...))
		require.NoError(t, err)
		require.NotZero(t, s.Held())
		p.Close()
		p.Close()
		require.Zero(t, s.Held())
		_, err = p.Write(pdu)
		require.ErrorIs(t, err, ntstatus.FileClosed)
		_, _, err = p.Read(1)
		require.ErrorIs(t, err, ntstatus.FileClosed)
	})
}

func TestWait(t *testing.T) {
	s, _, _ := testServer()
	for _, tc := range []struct {
		name string
		act  func(*Pipe, context.CancelFunc)
		want error
	}{
		{"an answer", func(p *Pipe, _ context.CancelFunc) { _, _ = p.Write(bindPDU(1, srvsvc.Interface)[4:]) }, nil},
		{"a protocol error", func(p *Pipe, _ context.CancelFunc) { _, _ = p.Write(make([]byte, 12)) }, nil},
		{"close", func(p *Pipe, _ context.CancelFunc) { p.Close() }, nil},
		{"cancel", func(_ *Pipe, cancel context.CancelFunc) { cancel() }, context.Canceled},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open(t, s, "srvsvc")
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				done := make(chan error, 1)
				go func() { done <- p.Wait(ctx) }()
				_, err := p.Write(bindPDU(1, srvsvc.Interface)[:4])
				require.NoError(t, err)
				synctest.Wait()
				select {
				case <-done:
					t.Fatal("half a bind ended the wait")
				default:
				}
				tc.act(p, cancel)
				require.ErrorIs(t, <-done, tc.want)
			})
		})
	}
}

func TestServerAndWorkstationInfo(t *testing.T) {
	s, _, _ := testServer()
	p := bound(t, s, "srvsvc", srvsvc.Interface)
	for level, status := range map[uint32]srvsvc.Status{100: 0, 101: 0, 102: 0, 103: srvsvc.InvalidLevel, 7: srvsvc.InvalidLevel} {
		stub, err := invoke(t, p, 2, srvsvc.OpNetrServerGetInfo, (&srvsvc.ServerGetInfoRequest{ServerName: "x", Level: level}).Marshal())
		require.NoError(t, err)
		resp, err := srvsvc.ParseServerGetInfoResponse(stub)
		require.NoError(t, err)
		require.Equal(t, status, resp.Status)
		if status == 0 {
			require.Equal(t, "CROSSWIRE", resp.Info.Name)
		}
		if level >= 101 && status == 0 {
			require.Equal(t, "a server", resp.Info.Comment)
			require.Equal(t, uint32(10), resp.Info.VersionMajor)
		}
	}
	p = bound(t, s, "wkssvc", wkssvc.Interface)
	for level, status := range map[uint32]wkssvc.Status{100: 0, 101: wkssvc.InvalidLevel, 7: wkssvc.InvalidLevel} {
		stub, err := invoke(t, p, 2, wkssvc.OpNetrWkstaGetInfo, (&wkssvc.WkstaGetInfoRequest{Level: level}).Marshal())
		require.NoError(t, err)
		resp, err := wkssvc.ParseWkstaGetInfoResponse(stub)
		require.NoError(t, err)
		require.Equal(t, status, resp.Status)
		if status == 0 {
			require.Equal(t, &wkssvc.WkstaInfo{PlatformID: 500, ComputerName: "CROSSWIRE", LanGroup: "WORKGROUP", VersionMajor: 10}, resp.Info)
		}
	}
}

// FuzzPipe writes and reads in whatever order, in whatever pieces.
func FuzzPipe(f *testing.F) {
	req := (&srvsvc.ShareEnumRequest{Level: 1, PreferredMaximumLength: srvsvc.MaxPreferredLength}).Marshal()
	var all []byte
	all = append(all, bindPDU(1, srvsvc.Interface)...)
	all = append(all, dcerpc.RequestFragments(2, 0, srvsvc.OpNetrShareEnum, req, 4280)[0]...)
	for _, pdu := range dcerpc.RequestFragments(3, 0, srvsvc.OpNetrShareEnum, req, 40) {
		all = append(all, pdu...)
	}
	f.Add(all, []byte{0xff, 0xff, 0x40, 0x10})
	f.Add(all, []byte{7, 9})
	s, _, _ := testServer(numbered(20)...)
	f.Fuzz(func(t *testing.T, b, plan []byte) {
		p, err := s.Open("srvsvc")
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range plan {
			n := min(len(b), int(step)*4)
			switch step % 3 {
			case 0:
				_, _ = p.Write(b[:n])
				b = b[n:]
			case 1:
				_, _, _ = p.Transact(b[:n], n/2)
				b = b[n:]
			case 2:
				_, _, _ = p.Read(n)
			}
			p.Available()
		}
		_, _ = p.Write(b)
		for {
			data, more, err := p.Read(100)
			if err != nil {
				break
			}
			if more && len(data) != 100 {
				t.Fatalf("%d octets and more to come", len(data))
			}
		}
		p.Close()
		if held := s.Held(); held != 0 {
			t.Fatalf("%d octets held after close", held)
		}
	})
}
