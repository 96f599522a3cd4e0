package lock

import (
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	file1 = FileHandle{FSID: 1, ID: 10, Gen: 1}
	alice = Owner{Protocol: "smb", Client: "alice", ID: 1}
	bob   = Owner{Protocol: "smb", Client: "bob", ID: 1}
	carol = Owner{Protocol: "nlm", Client: "carol", ID: 7, Opaque: "oh"}
	dave  = Owner{Protocol: "nlm", Client: "dave", ID: 7, Opaque: "oh"}
	nfs   = Owner{Protocol: "nfs", Client: "carol"}
)

// TestShareConflict is MS-FSA 2.1.5.1.2.2, one row a condition of the clause.
func TestShareConflict(t *testing.T) {
	const all = Read | Write | Delete
	for _, c := range []struct {
		row             string
		access1, deny1  Access
		access2, deny2  Access
		stream1, stream string
		conflict        bool
	}{
		{"nothing denied", all, 0, all, 0, "", "", false},
		{"first denies read, second reads", Read, Read, Read, 0, "", "", true},
		{"first denies write, second writes", Read, Write, Write, 0, "", "", true},
		{"first denies delete, second deletes", Read, Delete, Delete, 0, "", "", true},
		{"second denies read, first reads", Read, 0, Write, Read, "", "", true},
		{"second denies write, first writes", Write, 0, Read, Write, "", "", true},
		{"second denies delete, first deletes", Delete, 0, Read, Delete, "", "", true},
		{"first denies what second does not want", Read, Write | Delete, Read, 0, "", "", false},
		{"both deny what neither has", Read, Write, Read, Write, "", "", false},
		{"first has attributes only and denies all", 0, all, all, 0, "", "", false},
		{"second wants attributes only and denies all", all, 0, 0, all, "", "", false},
		{"another stream", all, all, all, all, "", "s", false},
		{"the same named stream", Read, Read, Read, 0, "s", "s", true},
		{"any stream", Read, Delete, Delete, 0, "s", AnyStream, true},
	} {
		t.Run(c.row, func(t *testing.T) {
			var table Table
			require.NoError(t, table.Reserve(file1, c.stream1, alice, c.access1, c.deny1))
			err := table.CheckShare(file1, c.stream, bob, c.access2, c.deny2)
			if !c.conflict {
				require.NoError(t, err)
				require.NoError(t, table.Reserve(file1, c.stream, bob, c.access2, c.deny2))
				return
			}
			require.ErrorIs(t, err, ErrSharingViolation)
			var conflict *ShareConflict
			require.ErrorAs(t, err, &conflict)
			require.Equal(t, Reservation{Stream: c.stream1, Owner: alice, Access: c.access1, Deny: c.deny1}, conflict.Holder)
			require.ErrorIs(t, table.Reserve(file1, c.stream, bob, c.access2, c.deny2), ErrSharingViolation)
			require.Len(t, table.Reservations(file1), 1)

			require.True(t, table.Release(file1, c.stream1, alice))
			require.NoError(t, table.Reserve(file1, c.stream, bob, c.access2, c.deny2))
		})
	}
}

func TestCheckAccessOfStatelessIO(t *testing.T) {
	var table Table
	require.NoError(t, table.CheckAccess(file1, "", Read|Write|Delete, nfs), "nobody has it open")
	require.NoError(t, table.Reserve(file1, "", alice, Read, Write))
	require.NoError(t, table.CheckAccess(file1, "", Read, nfs))
	require.ErrorIs(t, table.CheckAccess(file1, "", Write, nfs), ErrSharingViolation)
	require.NoError(t, table.CheckAccess(file1, "", Delete, nfs))
	require.NoError(t, table.CheckAccess(file1, "", Write, alice), "its own reservation")
	require.NoError(t, table.CheckAccess(FileHandle{FSID: 1, ID: 10, Gen: 2}, "", Write, nfs), "another generation")
}

// TestUpgradeAndDowngrade is RFC 8881 18.16.3 and 18.18.
func TestUpgradeAndDowngrade(t *testing.T) {
	var table Table
	require.NoError(t, table.Reserve(file1, "", alice, Read, Write))
	require.NoError(t, table.Reserve(file1, "", alice, Write, 0), "its own denial does not bind it")
	require.Equal(t, []Reservation{{Owner: alice, Access: Read | Write, Deny: Write}}, table.Reservations(file1))

	require.ErrorIs(t, table.Downgrade(file1, "", alice, Read|Delete, 0), ErrInval)
	require.ErrorIs(t, table.Downgrade(file1, "", bob, Read, 0), ErrInval)
	require.ErrorIs(t, table.Reserve(file1, "", bob, Write, 0), ErrSharingViolation)
	require.NoError(t, table.Downgrade(file1, "", alice, Read, 0))
	require.NoError(t, table.Reserve(file1, "", bob, Write, 0))
	require.ErrorIs(t, table.Reserve(file1, "", alice, Read, Write), ErrSharingViolation)
	require.Equal(t, Reservation{Owner: alice, Access: Read}, table.Reservations(file1)[0], "a failed upgrade changes nothing")

	require.False(t, table.Release(file1, "s", alice))
	require.True(t, table.Release(file1, "", alice))
	require.False(t, table.Release(file1, "", alice))
	require.True(t, table.Release(file1, "", bob))
	require.Zero(t, table.Files(), "a file that holds nothing is forgotten")
}

func TestReleaseClient(t *testing.T) {
	var table Table
	file2 := FileHandle{FSID: 2, ID: 99, Gen: 1}
	require.NoError(t, table.Reserve(file1, "", carol, Read, 0))
	require.NoError(t, table.Reserve(file2, "", carol, Read, 0))
	require.NoError(t, table.Lock(Request{Handle: file1, Owner: carol, Style: POSIX, Exclusive: true}))
	require.NoError(t, table.Lock(Request{Handle: file2, Owner: dave, Style: POSIX, Exclusive: true}))
	mine, err := table.Enqueue(Request{Handle: file2, Owner: carol, Style: POSIX, Exclusive: true})
	require.NoError(t, err)
	other, err := table.Enqueue(Request{Handle: file1, Owner: dave, Style: POSIX, Exclusive: true})
	require.NoError(t, err)

	require.Equal(t, 4, table.ReleaseClient("nlm", "carol"))
	<-mine.Done()
	require.ErrorIs(t, mine.Err(), ErrReleased)
	<-other.Done()
	require.NoError(t, other.Err(), "what it waited for is gone")
	require.Zero(t, table.ReleaseClient("nlm", "carol"))
	require.Equal(t, 3-1, table.ReleaseClient("nlm", "dave"))
	require.Zero(t, table.Files())
}
