package srvsvc

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"crosswire/server/wire/ndr"

	"github.com/stretchr/testify/require"
)

func ptr(v uint32) *uint32 { return &v }

func full() ShareInfo {
	return ShareInfo{
		Name: "data", Type: STypeDiskTree, Remark: "the é share", Permissions: 7, MaxUses: UnlimitedUses, CurrentUses: 3,
		Path: `C:\data`, Flags: 0x30, SecurityDescriptor: []byte{1, 0, 4, 0x80},
	}
}

// keep gives the members that travel at the level.
func keep(s ShareInfo, level uint32) ShareInfo {
	out := ShareInfo{Name: s.Name}
	switch level {
	case 1:
		out.Type, out.Remark = s.Type, s.Remark
	case 501:
		out.Type, out.Remark, out.Flags = s.Type, s.Remark, s.Flags
	case 502:
		out = s
		out.Flags = 0
	case 2:
		out = s
		out.Flags, out.SecurityDescriptor = 0, nil
	case 1005:
		out = ShareInfo{Flags: s.Flags}
	}
	return out
}

// The octets of one level 1 entry, worked out by hand from C706 14.3.12: array
// before strings, strings in the order of their pointers.
func TestShareEnumLayout(t *testing.T) {
	stub := (&ShareEnumResponse{Level: 1, Shares: []ShareInfo{{Name: "d", Type: STypeDiskTree, Remark: ""}}, TotalEntries: 1}).Marshal()
	want := "01000000" + "01000000" + "00000200" + "01000000" + "04000200" + "01000000" +
		"08000200" + "00000000" + "0c000200" +
		"02000000" + "00000000" + "02000000" + "64000000" +
		"01000000" + "00000000" + "01000000" + "00000000" +
		"01000000" + "00000000" + "00000000"
	require.Equal(t, want, hex.EncodeToString(stub))

	req := (&ShareEnumRequest{ServerName: "s", Level: 1, PreferredMaximumLength: MaxPreferredLength}).Marshal()
	want = "00000200" + "02000000" + "00000000" + "02000000" + "73000000" +
		"01000000" + "01000000" + "04000200" + "00000000" + "00000000" + "ffffffff" + "00000000"
	require.Equal(t, want, hex.EncodeToString(req))
}

func TestShareEnumRoundTrip(t *testing.T) {
	for _, level := range []uint32{0, 1, 2, 501, 502} {
		for _, n := range []int{0, 1, 3} {
			t.Run(fmt.Sprintf("level %d, %d shares", level, n), func(t *testing.T) {
				resp := &ShareEnumResponse{Level: level, TotalEntries: uint32(n), Resume: ptr(9), Status: MoreData}
				for i := range n {
					s := full()
					s.Name = strings.Repeat("x", i+1)
					resp.Shares = append(resp.Shares, keep(s, level))
				}
				stub := resp.Marshal()
				got, err := ParseShareEnumResponse(stub)
				require.NoError(t, err)
				require.Equal(t, resp, got)
				for cut := range stub {
					_, err := ParseShareEnumResponse(stub[:cut])
					require.ErrorIs(t, err, ndr.ErrBadStub)
				}

				req := &ShareEnumRequest{ServerName: `\\srv`, Level: level, PreferredMaximumLength: 4096, Resume: ptr(0)}
				gotReq, err := ParseShareEnumRequest(req.Marshal())
				require.NoError(t, err)
				require.Equal(t, req, gotReq)
			})
		}
	}
}

// A client may hand its own buffer in; it is read over.
func TestShareEnumRequestWithBuffer(t *testing.T) {
	var w ndr.Writer
	w.UniqueString("")
	w.U32(1)
	w.U32(1)
	w.Pointer(true)
	w.U32(1)
	w.Pointer(true)
	w.U32(1)
	s := full()
	s.putFixed(&w, 1)
	s.putDeferred(&w, 1)
	w.U32(77)
	w.OptionalU32(ptr(5))
	m, err := ParseShareEnumRequest(w.Bytes())
	require.NoError(t, err)
	require.Equal(t, &ShareEnumRequest{Level: 1, PreferredMaximumLength: 77, Resume: ptr(5)}, m)
}

func TestShareEnumBadRequests(t *testing.T) {
	build := func(f func(*ndr.Writer)) []byte {
		var w ndr.Writer
		w.UniqueString("")
		f(&w)
		return w.Bytes()
	}
	for _, tc := range []struct {
		name string
		stub []byte
	}{
		{"empty", nil},
		{"tag is not the level", build(func(w *ndr.Writer) { w.U32(1); w.U32(2); w.Pointer(false); w.U32(0); w.U32(0) })},
		{"entries without a buffer", build(func(w *ndr.Writer) {
			w.U32(1)
			w.U32(1)
			w.Pointer(true)
			w.U32(5)
			w.Pointer(false)
			w.U32(0)
			w.U32(0)
		})},
		{"count beyond the octets", build(func(w *ndr.Writer) {
			w.U32(1)
			w.U32(1)
			w.Pointer(true)
			w.U32(0xffffffff)
			w.Pointer(true)
			w.U32(0xffffffff)
		})},
		{"count is not the number of entries", build(func(w *ndr.Writer) {
			w.U32(0)
			w.U32(0)
			w.Pointer(true)
			w.U32(2)
			w.Pointer(true)
			w.U32(1)
			w.Pointer(true)
			w.String("a")
			w.U32(0)
			w.U32(0)
		})},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := ParseShareEnumRequest(tc.stub)
			require.ErrorIs(t, err, ndr.ErrBadStub)
		})
	}
	m, err := ParseShareEnumRequest(build(func(w *ndr.Writer) { w.U32(99); w.U32(99) }))
	require.NoError(t, err)
	require.Equal(t, uint32(99), m.Level)
}

func TestShareGetInfoRoundTrip(t *testing.T) {
	req := &ShareGetInfoRequest{ServerName: "srv", NetName: "data", Level: 502}
	gotReq, err := ParseShareGetInfoRequest(req.Marshal())
	require.NoError(t, err)
	require.Equal(t, req, gotReq)

	for _, level := range []uint32{0, 1, 2, 501, 502, 1005} {
		t.Run(fmt.Sprint(level), func(t *testing.T) {
			info := keep(full(), level)
			resp := &ShareGetInfoResponse{Level: level, Info: &info}
			stub := resp.Marshal()
			got, err := ParseShareGetInfoResponse(stub)
			require.NoError(t, err)
			require.Equal(t, resp, got)
			for cut := range stub {
				_, err := ParseShareGetInfoResponse(stub[:cut])
				require.ErrorIs(t, err, ndr.ErrBadStub)
			}
		})
	}
	for _, level := range []uint32{1, 503, 1501, 99} {
		resp := &ShareGetInfoResponse{Level: level, Status: InvalidLevel}
		got, err := ParseShareGetInfoResponse(resp.Marshal())
		require.NoError(t, err)
		require.Equal(t, resp, got)
	}
}

func TestServerGetInfoRoundTrip(t *testing.T) {
	req := &ServerGetInfoRequest{Level: 102}
	gotReq, err := ParseServerGetInfoRequest(req.Marshal())
	require.NoError(t, err)
	require.Equal(t, req, gotReq)

	for _, level := range []uint32{99, 103, 1010} {
		resp := &ServerGetInfoResponse{Level: level, Status: InvalidLevel}
		got, err := ParseServerGetInfoResponse(resp.Marshal())
		require.NoError(t, err)
		require.Equal(t, resp, got)
	}
	for level, info := range map[uint32]ServerInfo{
		100: {PlatformID: PlatformNT, Name: "CROSSWIRE"},
		101: {PlatformID: PlatformNT, Name: "CROSSWIRE", VersionMajor: 10, VersionMinor: 0, Type: SVTypeServer | SVTypeNT, Comment: "c"},
		102: {PlatformID: PlatformNT, Name: "CROSSWIRE", VersionMajor: 10, Type: SVTypeServer, Comment: "c", Users: 4, Disconnect: -1, Hidden: true,
			Announce: 240, AnnounceDelta: 3000, Licenses: 1, UserPath: `C:\`},
	} {
		t.Run(fmt.Sprint(level), func(t *testing.T) {
			resp := &ServerGetInfoResponse{Level: level, Info: &info}
			stub := resp.Marshal()
			got, err := ParseServerGetInfoResponse(stub)
			require.NoError(t, err)
			require.Equal(t, resp, got)
			for cut := range stub {
				_, err := ParseServerGetInfoResponse(stub[:cut])
				require.ErrorIs(t, err, ndr.ErrBadStub)
			}
		})
	}
}

func TestSize(t *testing.T) {
	s := full()
	for level, want := range map[uint32]int{
		0: 4 + 10, 1: 12 + 10 + 24, 501: 16 + 10 + 24, 2: 32 + 10 + 24 + 16, 502: 40 + 10 + 24 + 16 + 4, 1005: 4,
	} {
		require.Equal(t, want, s.Size(level), "level %d", level)
	}
}

func FuzzParse(f *testing.F) {
	for _, level := range []uint32{0, 1, 2, 501, 502} {
		s := full()
		f.Add((&ShareEnumResponse{Level: level, Shares: []ShareInfo{s, s}, Resume: ptr(1)}).Marshal())
		f.Add((&ShareEnumRequest{ServerName: "s", Level: level}).Marshal())
		f.Add((&ShareGetInfoResponse{Level: level, Info: &s}).Marshal())
	}
	f.Add((&ShareGetInfoRequest{NetName: "n", Level: 1}).Marshal())
	f.Add((&ServerGetInfoRequest{Level: 100}).Marshal())
	f.Add((&ServerGetInfoResponse{Level: 102, Info: &ServerInfo{Name: "n"}}).Marshal())
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = ParseShareEnumRequest(b)
		_, _ = ParseShareGetInfoRequest(b)
		_, _ = ParseServerGetInfoRequest(b)
		_, _ = ParseServerGetInfoResponse(b)
		if m, err := ParseShareGetInfoResponse(b); err == nil {
			if _, err := ParseShareGetInfoResponse(m.Marshal()); err != nil {
				t.Fatal(err)
			}
		}
		if m, err := ParseShareEnumResponse(b); err == nil {
			if _, err := ParseShareEnumResponse(m.Marshal()); err != nil {
				t.Fatal(err)
			}
		}
	})
}
