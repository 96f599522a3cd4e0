package pipe

import (
	"fmt"
	"sync"
	"testing"

	"crosswire/server/wire/dcerpc"
	"crosswire/server/wire/srvsvc"

	"github.com/stretchr/testify/require"
)

// fakeShares is a ShareLister whose shares a test changes.
type fakeShares struct {
	mu     sync.Mutex
	shares []Share
	during func() // called while the list is being read, after it was read
}

func (f *fakeShares) Shares() []Share {
	f.mu.Lock()
	shares := append([]Share(nil), f.shares...)
	during := f.during
	f.mu.Unlock()
	if during != nil {
		during()
	}
	return shares
}

func (f *fakeShares) CurrentUses(share string) uint32 { return uint32(len(share)) }

func (f *fakeShares) set(shares ...Share) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.shares = shares
}

func named(names ...string) []Share {
	var shares []Share
	for _, n := range names {
		shares = append(shares, Share{Name: n, Comment: "about " + n, Path: `C:\` + n})
	}
	return shares
}

func numbered(n int) []Share {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("share%03d", i))
	}
	return named(names...)
}

func testServer(shares ...Share) (*Server, *ShareList, *fakeShares) {
	f := &fakeShares{shares: shares}
	l := NewShareList(f)
	return NewServer(Config{ServerName: "CROSSWIRE", Comment: "a server", Shares: l}), l, f
}

func open(t testing.TB, s *Server, name string) *Pipe {
	t.Helper()
	p, err := s.Open(name)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

// bindPDU binds one interface as context 0.
func bindPDU(callID uint32, iface dcerpc.SyntaxID) []byte {
	return (&dcerpc.Bind{CallID: callID, MaxXmitFrag: 4280, MaxRecvFrag: 4280,
		Contexts: []dcerpc.Context{{Abstract: iface, Transfer: []dcerpc.SyntaxID{dcerpc.NDR20}}}}).Marshal()
}

// bound opens a pipe and binds it.
func bound(t testing.TB, s *Server, name string, iface dcerpc.SyntaxID) *Pipe {
	t.Helper()
	p := open(t, s, name)
	out, overflow, err := p.Transact(bindPDU(1, iface), 4280)
	require.NoError(t, err)
	require.False(t, overflow)
	ack, err := dcerpc.ParseBindAck(out)
	require.NoError(t, err)
	require.Equal(t, dcerpc.Acceptance, ack.Results[0].Result)
	return p
}

// readPDU reads one message whole, in parts of at most part octets.
func readPDU(t testing.TB, p *Pipe, part int) []byte {
	t.Helper()
	var pdu []byte
	for {
		data, more, err := p.Read(part)
		require.NoError(t, err)
		pdu = append(pdu, data...)
		if !more {
			return pdu
		}
	}
}

// invoke calls an operation and collects the answer.
func invoke(t testing.TB, p *Pipe, callID uint32, opnum uint16, stub []byte) ([]byte, error) {
	t.Helper()
	for _, pdu := range dcerpc.RequestFragments(callID, 0, opnum, stub, 4280) {
		n, err := p.Write(pdu)
		require.NoError(t, err)
		require.Equal(t, len(pdu), n)
	}
	reply := dcerpc.Reply{CallID: callID}
	for {
		if done, err := reply.Add(readPDU(t, p, 1000)); done || err != nil {
			return reply.Stub, err
		}
	}
}

// enumerate calls NetrShareEnum.
func enumerate(t testing.TB, p *Pipe, req srvsvc.ShareEnumRequest) *srvsvc.ShareEnumResponse {
	t.Helper()
	stub, err := invoke(t, p, 7, srvsvc.OpNetrShareEnum, req.Marshal())
	require.NoError(t, err)
	resp, err := srvsvc.ParseShareEnumResponse(stub)
	require.NoError(t, err)
	return resp
}

func names(shares []srvsvc.ShareInfo) []string {
	var out []string
	for _, s := range shares {
		out = append(out, s.Name)
	}
	return out
}

func allShares(t testing.TB, p *Pipe) []string {
	t.Helper()
	resp := enumerate(t, p, srvsvc.ShareEnumRequest{Level: 1, PreferredMaximumLength: srvsvc.MaxPreferredLength})
	require.Equal(t, srvsvc.Success, resp.Status)
	require.Equal(t, int(resp.TotalEntries), len(resp.Shares))
	return names(resp.Shares)
}
