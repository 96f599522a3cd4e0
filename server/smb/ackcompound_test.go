package smb_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// TestAckBehindCreate: a chain may have an acknowledgment behind a CREATE of
// the very file whose cache is broken. Both are answered, in order.
func TestAckBehindCreate(t *testing.T) {
	for _, dialect := range []smb2.Dialect{smb2.Dialect300, smb2.Dialect311} {
		t.Run(dialect.String(), func(t *testing.T) {
			s := serve(t)
			p := connect(t, s, dialect)
			p.open("f", withLease(7, smb2.LeaseRWH))
			_, err := s.tree(t, "data").Write(context.Background(), nfsOrigin(), fileOf(t, s, "f"), "", []byte("x"), 0, 0)
			require.NoError(t, err)
			require.Equal(t, smb2.LeaseKey{7}, p.leaseBreak().Key)
			ids := p.send(
				request{cmd: smb2.CommandCreate, body: creating("f", withLease(7, smb2.LeaseRWH))},
				request{cmd: smb2.CommandOplockBreak, body: &smb2.LeaseBreakAck{Key: smb2.LeaseKey{7}}})
			for _, id := range ids {
				require.Equal(t, ntstatus.Success, p.await(id).h.Status)
			}
			p.echo()
			require.Equal(t, smb2.LeaseRWH, leaseOf(t, p.open("f", withLease(7, smb2.LeaseRWH))).State)
		})
	}
}
