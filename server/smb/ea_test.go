package smb_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/server/vfs"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

func eaList(t testing.TB, list ...fscc.FullEa) []byte {
	t.Helper()
	b, n := fscc.AppendFullEas(nil, 1<<20, list)
	require.Equal(t, len(list), n)
	return b
}

func ea(name, value string) fscc.FullEa { return fscc.FullEa{Name: name, Value: []byte(value)} }

func (p *peer) setEAs(id smb2.FileID, list ...fscc.FullEa) ntstatus.Status {
	p.t.Helper()
	return p.call(smb2.CommandSetInfo, &smb2.SetInfoRequest{Type: smb2.InfoFile, Class: uint8(fscc.FileFullEaInformation), FileID: id, Buffer: eaList(p.t, list...)}, nil)
}

// eas queries as "NAME=value" each.
func (p *peer) eas(id smb2.FileID, room uint32, names ...string) ([]string, ntstatus.Status) {
	p.t.Helper()
	q := &smb2.QueryInfoRequest{Type: smb2.InfoFile, Class: uint8(fscc.FileFullEaInformation), FileID: id, OutputBufferLength: room}
	if len(names) > 0 {
		q.Input = fscc.AppendGetEas(nil, names)
	}
	var resp smb2.QueryInfoResponse
	st := p.call(smb2.CommandQueryInfo, q, &resp)
	if st.IsError() {
		return nil, st
	}
	list, err := fscc.DecodeFullEas(resp.Output)
	require.NoError(p.t, err)
	var l []string
	for _, e := range list {
		l = append(l, e.Name+"="+string(e.Value))
	}
	return l, st
}

func (p *peer) eaSize(id smb2.FileID) uint32 {
	p.t.Helper()
	var resp smb2.QueryInfoResponse
	require.Equal(p.t, ntstatus.Success, p.call(smb2.CommandQueryInfo, &smb2.QueryInfoRequest{Type: smb2.InfoFile,
		Class: uint8(fscc.FileEaInformation), FileID: id, OutputBufferLength: 4}, &resp))
	var i fscc.EaInfo
	require.NoError(p.t, i.Decode(resp.Output))
	return i.EaSize
}

// TestEAs: what is set is found, without case, and is what another protocol
// has as a user xattr.
func TestEAs(t *testing.T) {
	ctx, who := context.Background(), &vfs.Origin{Protocol: vfs.ProtocolNFS}
	s := serve(t)
	p := connect(t, s)
	tree := s.tree(t, "data")
	id := p.open("f").FileID
	_, st := p.eas(id, 100)
	require.Equal(t, ntstatus.NoEAsOnFile, st)
	require.Zero(t, p.eaSize(id))

	require.Equal(t, ntstatus.Success, p.setEAs(id, ea("one", "1"), ea("Two", "22")))
	got, st := p.eas(id, 1000)
	require.Equal(t, ntstatus.Success, st)
	require.Equal(t, []string{"ONE=1", "TWO=22"}, got)
	require.EqualValues(t, len(eaList(t, ea("ONE", "1"), ea("TWO", "22"))), p.eaSize(id))
	h := s.handle(t, "f")
	v, err := tree.GetXattr(ctx, who, h, "ONE")
	require.NoError(t, err)
	require.Equal(t, "1", string(v))

	_, err = tree.SetXattr(ctx, who, h, "mine", []byte("nfs"), 0)
	require.NoError(t, err)
	require.Equal(t, ntstatus.Success, p.setEAs(id, ea("MINE", "smb"), ea("one", "")))
	v, err = tree.GetXattr(ctx, who, h, "mine")
	require.NoError(t, err)
	require.Equal(t, "smb", string(v), "an attribute in another case is the same one")
	got, _ = p.eas(id, 1000, "two", "none", "Mine")
	require.Equal(t, []string{"TWO=22", "NONE=", "MINE=smb"}, got)

	_, st = p.eas(id, 8)
	require.Equal(t, ntstatus.BufferTooSmall, st)
	got, st = p.eas(id, 20)
	require.Equal(t, ntstatus.BufferOverflow, st)
	require.Equal(t, []string{"TWO=22"}, got)

	_, st = p.control(id, fscc.FsctlSetObjectIDExtended, make([]byte, 48), 0)
	require.Equal(t, ntstatus.Success, st)
	got, _ = p.eas(id, 1000)
	require.Len(t, got, 2, "what the server keeps for itself is no EA")
}

// TestEAsRefused: a list with one bad entry changes nothing.
func TestEAsRefused(t *testing.T) {
	s := serve(t)
	p := connect(t, s)
	id := p.open("f").FileID
	reader := p.open("f", withRights(readOnly)).FileID
	many := []fscc.FullEa{ea("a", strings.Repeat("x", 40000)), ea("b", strings.Repeat("x", 40000))}
	for _, c := range []struct {
		name string
		id   smb2.FileID
		list []fscc.FullEa
		want ntstatus.Status
	}{
		{"colon", id, []fscc.FullEa{ea("ok", "1"), ea("a:b", "1")}, ntstatus.InvalidEAName},
		{"no name", id, []fscc.FullEa{ea("ok", "1"), ea("", "1")}, ntstatus.InvalidEAName},
		{"control", id, []fscc.FullEa{ea("ok", "1"), ea("a\x01", "1")}, ntstatus.InvalidEAName},
		{"flag", id, []fscc.FullEa{{Flags: 1, Name: "ok", Value: []byte("1")}}, ntstatus.InvalidEAFlag},
		{"others' descriptor", id, []fscc.FullEa{ea("security.NTACL", "1")}, ntstatus.AccessDenied},
		{"too much", id, many, ntstatus.EATooLarge},
		{"reader", reader, []fscc.FullEa{ea("ok", "1")}, ntstatus.AccessDenied},
	} {
		t.Run(c.name, func(t *testing.T) {
			p.t, p.charge = t, 2
			defer func() { p.charge = 0 }()
			assert.Equal(t, c.want, p.setEAs(c.id, c.list...))
			_, st := p.eas(id, 1000)
			assert.Equal(t, ntstatus.NoEAsOnFile, st)
		})
	}
	p.t = t
	st := p.call(smb2.CommandSetInfo, &smb2.SetInfoRequest{Type: smb2.InfoFile, Class: uint8(fscc.FileFullEaInformation), FileID: id, Buffer: make([]byte, 7)}, nil)
	require.Equal(t, ntstatus.EAListInconsistent, st)
}

// TestEAsOfCreate: a CREATE sets the EAs of a file that it makes or overwrites,
// and of no other.
func TestEAsOfCreate(t *testing.T) {
	s := serve(t)
	p := connect(t, s)
	with := func(d smb2.CreateDisposition, name string) func(*smb2.CreateRequest) {
		return func(q *smb2.CreateRequest) {
			q.Disposition = d
			if name != "" {
				q.Contexts = append(q.Contexts, smb2.CreateContext{Name: smb2.ContextExtA, Data: eaList(t, ea(name, "v"))})
			}
		}
	}
	for _, c := range []struct {
		name string
		how  smb2.CreateDisposition
		ea   string
		want []string
		st   ntstatus.Status
	}{
		{"new", smb2.FileCreate, "a", []string{"A=v"}, ntstatus.Success},
		{"existing", smb2.FileOpen, "b", []string{"A=v"}, ntstatus.Success},
		{"overwritten", smb2.FileOverwrite, "c", []string{"C=v"}, ntstatus.Success},
		{"overwritten with none", smb2.FileOverwrite, "", nil, ntstatus.NoEAsOnFile},
	} {
		t.Run(c.name, func(t *testing.T) {
			id := p.open("f", with(c.how, c.ea)).FileID
			got, st := p.eas(id, 1000)
			require.Equal(t, c.st, st)
			require.Equal(t, c.want, got)
			require.Equal(t, ntstatus.Success, p.closeFile(id))
		})
	}
	require.Equal(t, ntstatus.InvalidEAName, p.call(smb2.CommandCreate, creating("bad", with(smb2.FileCreate, "a*")), nil))
}
