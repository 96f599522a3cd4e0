package smb_test

import (
	"fmt"
	"net"
	"testing"

	gosmb "github.com/hirochachacha/go-smb2"
	"github.com/stretchr/testify/require"
)

// BenchmarkStock reads and writes through the stock client, unsigned as it
// comes and signed.
func BenchmarkStock(b *testing.B) {
	for _, signed := range []bool{false, true} {
		s := serve(b)
		nc, err := net.Dial("tcp", s.Addr().String())
		require.NoError(b, err)
		d := &gosmb.Dialer{
			Negotiator: gosmb.Negotiator{RequireMessageSigning: signed},
			Initiator:  &gosmb.NTLMInitiator{User: "alice", Password: "secret"},
		}
		session, err := d.Dial(nc)
		require.NoError(b, err)
		share, err := session.Mount("data")
		require.NoError(b, err)
		f, err := share.Create("bench")
		require.NoError(b, err)
		for _, size := range []int{4 << 10, 1 << 20} {
			buf := make([]byte, size)
			run := func(what string, do func([]byte, int64) (int, error)) {
				b.Run(fmt.Sprintf("signed=%v/%s/%dKiB", signed, what, size>>10), func(b *testing.B) {
					b.SetBytes(int64(size))
					for i := range b.N {
						if _, err := do(buf, int64(i%64)*int64(size)); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			for i := range int64(64) {
				_, err := f.WriteAt(buf, i*int64(size))
				require.NoError(b, err)
			}
			run("write", f.WriteAt)
			run("read", f.ReadAt)
		}
		require.NoError(b, f.Close())
		require.NoError(b, share.Umount())
		require.NoError(b, session.Logoff())
		nc.Close()
		s.stop()
	}
}
