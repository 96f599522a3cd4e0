package wkssvc

import (
	"encoding/hex"
	"testing"

	"crosswire/server/wire/ndr"

	"github.com/stretchr/testify/require"
)

func TestWkstaGetInfo(t *testing.T) {
	req := &WkstaGetInfoRequest{ServerName: `\\srv`, Level: 100}
	gotReq, err := ParseWkstaGetInfoRequest(req.Marshal())
	require.NoError(t, err)
	require.Equal(t, req, gotReq)

	for _, tc := range []struct {
		name string
		resp WkstaGetInfoResponse
		want string
	}{
		{"level 100", WkstaGetInfoResponse{Level: 100, Info: &WkstaInfo{PlatformNT, "C", "W", 10, 1}},
			"64000000" + "00000200" + "f4010000" + "04000200" + "08000200" + "0a000000" + "01000000" +
				"02000000" + "00000000" + "02000000" + "43000000" + "02000000" + "00000000" + "02000000" + "57000000" + "00000000"},
		{"no such level", WkstaGetInfoResponse{Level: 99, Status: InvalidLevel}, "63000000" + "7c000000"},
		{"other level", WkstaGetInfoResponse{Level: 101, Status: InvalidLevel}, "65000000" + "00000000" + "7c000000"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			stub := tc.resp.Marshal()
			require.Equal(t, tc.want, hex.EncodeToString(stub))
			got, err := ParseWkstaGetInfoResponse(stub)
			require.NoError(t, err)
			require.Equal(t, &tc.resp, got)
			for cut := range stub {
				_, err := ParseWkstaGetInfoResponse(stub[:cut])
				require.ErrorIs(t, err, ndr.ErrBadStub)
			}
		})
	}
	_, err = ParseWkstaGetInfoRequest([]byte{1, 0, 0, 0})
	require.ErrorIs(t, err, ndr.ErrBadStub)
}

func FuzzParse(f *testing.F) {
	f.Add((&WkstaGetInfoRequest{ServerName: "s", Level: 100}).Marshal())
	f.Add((&WkstaGetInfoResponse{Level: 100, Info: &WkstaInfo{ComputerName: "c"}}).Marshal())
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = ParseWkstaGetInfoRequest(b)
		if m, err := ParseWkstaGetInfoResponse(b); err == nil {
			if _, err := ParseWkstaGetInfoResponse(m.Marshal()); err != nil {
				t.Fatal(err)
			}
		}
	})
}
