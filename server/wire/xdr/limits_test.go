package xdr

import (
	"bytes"
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/wire/xdr/mount3"
	"crosswire/server/wire/xdr/nfs3"
	"crosswire/server/wire/xdr/nfs4"
	"crosswire/server/wire/xdr/nlm4"
	"crosswire/server/wire/xdr/nsm"
	"crosswire/server/wire/xdr/portmap"
	"crosswire/server/wire/xdr/rpcbind"
	"crosswire/server/wire/xdr/rpcmsg"
)

// TestHugeLengthAllocatesNothing gives each decoder a length that the record
// does not hold: the decode fails, and costs no memory to speak of.
func TestHugeLengthAllocatesNothing(t *testing.T) {
	handle := []byte{0, 0, 0, 4, 1, 2, 3, 4}
	huge := []byte{0xff, 0xff, 0xff, 0xff}
	maxData := []byte{0x01, 0, 0, 0} // NFS3_WIRE_DATAMAX: legal, but not there
	cat := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	rows := []struct {
		name string
		in   []byte
		into io.ReaderFrom
	}{
		{"handle", huge, &nfs3.NfsFh3{}},
		{"file name", cat(handle, huge), &nfs3.Diropargs3{}},
		{"link text", cat(handle, []byte{0, 0, 0, 1, 'a', 0, 0, 0}, make([]byte, 24), huge), &nfs3.Symlink3args{}},
		{"write data", cat(handle, make([]byte, 16), huge), &nfs3.Write3args{}},
		{"write data within the maximum", cat(handle, make([]byte, 16), maxData), &nfs3.Write3args{}},
		{"credential body", cat([]byte{0, 0, 0, 1}, huge), &rpcmsg.OpaqueAuth{}},
		{"machine name", cat([]byte{0, 0, 0, 1}, huge), &rpcmsg.AuthsysParms{}},
		{"group list", cat(make([]byte, 16), huge), &rpcmsg.AuthsysParms{}},
		{"netid", cat(make([]byte, 8), huge), &rpcbind.Rpcb{}},
		{"auth flavors", cat(handle, huge), &mount3.Mountres3Ok{}},
		{"lock cookie", huge, &nlm4.Nlm4Testargs{}},
		{"lock owner", cat(make([]byte, 8), make([]byte, 8), huge), &nlm4.Nlm4Testargs{}},
		{"name of who restarted", huge, &nsm.StatChge{}},
		{"operations of a compound", cat(make([]byte, 8), huge), &nfs4.Compound4args{}},
		{"attribute bitmap", huge, &nfs4.Getattr4args{}},
		{"attribute values", cat(make([]byte, 4), huge), &nfs4.Fattr4{}},
		{"client owner", cat(make([]byte, 8), huge), &nfs4.ExchangeId4args{}},
		{"state ids to test", huge, &nfs4.TestStateid4args{}},
		{"state ids to test within the maximum", []byte{0, 0, 4, 0}, &nfs4.TestStateid4args{}},
		{"port mapping", []byte{0, 0}, &portmap.Mapping{}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := row.into.ReadFrom(bytes.NewReader(row.in))
			runtime.ReadMemStats(&after)
			require.Error(t, err)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<10))
		})
	}
}

// TestNamesAreOctets: a name is not ASCII, nor need it be UTF-8.
func TestNamesAreOctets(t *testing.T) {
	for _, name := range []string{"é", "日本", "\xff\xfe", "a\nb", `a\b`} {
		var w bytes.Buffer
		in := nfs3.Diropargs3{Dir: nfs3.NfsFh3{Data: []byte{1}}, Name: []byte(name)}
		_, err := in.WriteTo(&w)
		require.NoError(t, err)
		require.Zero(t, w.Len()%4)
		var out nfs3.Diropargs3
		_, err = out.ReadFrom(&w)
		require.NoError(t, err)
		require.Equal(t, name, string(out.Name))
	}
}
