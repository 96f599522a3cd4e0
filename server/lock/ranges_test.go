package lock

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func smb(o Owner, off, length uint64, exclusive bool) Request {
	return Request{Handle: file1, Owner: o, Exclusive: exclusive, Off: off, Len: length}
}

func posix(o Owner, off, length uint64, exclusive bool) Request {
	return Request{Handle: file1, Owner: o, Style: POSIX, Exclusive: exclusive, Off: off, Len: length}
}

// TestLockConflict is MS-FSA 2.1.4.10 with LockIntent, and its counterpart for
// POSIX locks.
func TestLockConflict(t *testing.T) {
	const last = math.MaxUint64
	for _, c := range []struct {
		row          string
		first, other Request
		conflict     bool
	}{
		{"shared and shared", smb(alice, 0, 10, false), smb(bob, 5, 10, false), false},
		{"shared and exclusive", smb(alice, 0, 10, false), smb(bob, 5, 10, true), true},
		{"exclusive and shared", smb(alice, 0, 10, true), smb(bob, 9, 1, false), true},
		{"neighbours", smb(alice, 0, 10, true), smb(bob, 10, 10, true), false},
		{"own exclusive, exclusive again", smb(alice, 0, 10, true), smb(alice, 0, 10, true), true},
		{"own exclusive, shared again", smb(alice, 0, 10, true), smb(alice, 5, 1, false), false},
		{"own exclusive stays exclusive", smb(alice, 0, 10, true), smb(bob, 5, 1, false), true},
		{"own shared, exclusive again", smb(alice, 0, 10, false), smb(alice, 0, 10, true), true},
		{"own shared stacks", smb(alice, 0, 10, false), smb(alice, 0, 10, false), false},
		{"the last byte", smb(alice, last, 1, true), smb(bob, last, 1, true), true},
		{"all 2^64-1 bytes", smb(alice, 0, last, true), smb(bob, last-1, 1, true), true},
		{"all but the last byte", smb(alice, 0, last, true), smb(bob, last, 1, true), false},
		{"no bytes, inside", smb(alice, 0, 10, true), smb(bob, 5, 0, true), true},
		{"no bytes, at the start", smb(alice, 5, 10, true), smb(bob, 5, 0, true), false},
		{"no bytes, at the end", smb(alice, 5, 10, true), smb(bob, 15, 0, true), false},
		{"a lock over no bytes is inside", smb(alice, 5, 0, true), smb(bob, 0, 10, true), true},
		{"two over the same no bytes", smb(alice, 5, 0, true), smb(bob, 5, 0, true), false},
		{"{0,0} asks for nothing", smb(alice, 0, last, true), smb(bob, 0, 0, true), false},
		{"{0,0} locks nothing", smb(alice, 0, 0, true), smb(bob, 0, last, true), false},
		{"another stream", smb(alice, 0, 10, true), Request{Handle: file1, Stream: "s", Owner: bob, Exclusive: true, Len: 10}, false},
		{"another file", smb(alice, 0, 10, true), Request{Handle: FileHandle{ID: 11}, Owner: bob, Exclusive: true, Len: 10}, false},

		{"posix: read and read", posix(carol, 0, 10, false), posix(dave, 5, 10, false), false},
		{"posix: read and write", posix(carol, 0, 10, false), posix(dave, 5, 10, true), true},
		{"posix: own", posix(carol, 0, 10, true), posix(carol, 5, 10, false), false},
		{"posix: 0 is to the end", posix(carol, 10, 0, true), posix(dave, last, 1, true), true},
		{"posix: all ones is to the end", posix(carol, 10, ToEnd, true), posix(dave, last, 1, true), true},
		{"posix: before it", posix(carol, 10, 0, true), posix(dave, 0, 10, true), false},
		{"posix: same svid of another client", posix(carol, 0, 1, true), posix(dave, 0, 1, true), true},

		{"smb exclusive, then posix read", smb(alice, 0, 10, true), posix(carol, 9, 1, false), true},
		{"smb shared, then posix read", smb(alice, 0, 10, false), posix(carol, 9, 1, false), false},
		{"smb shared, then posix write", smb(alice, 0, 10, false), posix(carol, 9, 1, true), true},
		{"posix read, then smb exclusive", posix(carol, 0, 10, false), smb(alice, 9, 1, true), true},
		{"posix write, then smb shared", posix(carol, 0, 10, true), smb(alice, 9, 1, false), true},
		{"posix write, then smb over no bytes inside", posix(carol, 0, 10, true), smb(alice, 9, 0, false), true},
	} {
		t.Run(c.row, func(t *testing.T) {
			var table Table
			require.NoError(t, table.Lock(c.first))
			err := table.Lock(c.other)
			if !c.conflict {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, ErrConflict)
			var conflict *RangeConflict
			require.ErrorAs(t, err, &conflict)
			require.Equal(t, c.first.Owner, conflict.Holder.Owner)
			require.Equal(t, c.first.Exclusive, conflict.Holder.Exclusive)
			holder, err := table.Test(c.other)
			require.NoError(t, err)
			require.Equal(t, conflict.Holder, *holder)
			require.NoError(t, table.Unlock(c.first))
			require.NoError(t, table.Lock(c.other))
		})
	}
}

// TestInvalidRange is the validation of MS-FSA 2.1.5.8 and 2.1.5.9.
func TestInvalidRange(t *testing.T) {
	for _, c := range []struct {
		row string
		r   Request
		err error
	}{
		{"ends at the last byte", smb(alice, math.MaxUint64, 1, true), nil},
		{"one beyond", smb(alice, math.MaxUint64, 2, true), ErrInvalidRange},
		{"far beyond", smb(alice, 2, math.MaxUint64, true), ErrInvalidRange},
		{"no bytes at the last", smb(alice, math.MaxUint64, 0, true), nil},
		{"posix, one beyond", posix(carol, math.MaxUint64, 2, true), ErrInvalidRange},
		{"posix, to the end", posix(carol, 2, ToEnd, true), nil},
	} {
		t.Run(c.row, func(t *testing.T) {
			var table Table
			require.ErrorIs(t, table.Lock(c.r), c.err)
			_, err := table.Test(c.r)
			require.ErrorIs(t, err, c.err)
			require.ErrorIs(t, table.Unlock(c.r), c.err)
			_, err = table.Enqueue(c.r)
			require.ErrorIs(t, err, c.err)
		})
	}
}

// TestUnlockSMB is MS-FSA 2.1.5.9: exact ranges, an exclusive lock first, else
// the newest.
func TestUnlockSMB(t *testing.T) {
	var table Table
	require.ErrorIs(t, table.Unlock(smb(alice, 0, 10, false)), ErrNotLocked)
	require.NoError(t, table.Lock(smb(alice, 0, 10, false)))
	require.NoError(t, table.Lock(smb(alice, 0, 10, false)))
	require.NoError(t, table.Lock(smb(bob, 0, 10, false)))
	for row, r := range map[string]Request{
		"a part":          smb(alice, 0, 5, false),
		"more":            smb(alice, 0, 11, false),
		"no bytes":        smb(alice, 0, 0, false),
		"another owner":   smb(Owner{Protocol: "smb", Client: "alice", ID: 2}, 0, 10, false),
		"the other style": {Handle: file1, Stream: "s", Owner: alice, Len: 10},
	} {
		require.ErrorIs(t, table.Unlock(r), ErrNotLocked, row)
	}
	require.NoError(t, table.Unlock(smb(alice, 0, 10, false)))
	require.Len(t, table.Locks(file1, ""), 2, "one unlock, one lock of the stack")
	require.NoError(t, table.Unlock(smb(alice, 0, 10, true)), "the kind does not matter")
	require.ErrorIs(t, table.Unlock(smb(alice, 0, 10, false)), ErrNotLocked)
	require.Equal(t, 1, table.UnlockAll(file1, AnyStream, bob))
	require.Zero(t, table.Files())

	// {0,0} locks of both kinds coexist: the exclusive one goes first.
	require.NoError(t, table.Lock(smb(alice, 0, 0, false)))
	require.NoError(t, table.Lock(smb(alice, 0, 0, true)))
	require.NoError(t, table.Lock(smb(alice, 0, 0, false)))
	require.NoError(t, table.Unlock(smb(alice, 0, 0, false)))
	for _, h := range table.Locks(file1, "") {
		require.False(t, h.Exclusive)
	}
}

// TestPOSIXReplaces is what fcntl and RFC 8881 9.1.2 ask of overlapping locks
// of one owner.
func TestPOSIXReplaces(t *testing.T) {
	type l struct {
		off, length uint64
		exclusive   bool
	}
	for _, c := range []struct {
		row    string
		locks  []l
		unlock *[2]uint64
		want   []l
	}{
		{"same again", []l{{0, 10, true}, {0, 10, true}}, nil, []l{{0, 10, true}}},
		{"neighbours join", []l{{0, 10, true}, {10, 5, true}}, nil, []l{{0, 15, true}}},
		{"joins from both sides", []l{{0, 5, true}, {10, 5, true}, {5, 5, true}}, nil, []l{{0, 15, true}}},
		{"a gap stays", []l{{0, 5, true}, {6, 5, true}}, nil, []l{{0, 5, true}, {6, 5, true}}},
		{"overlap joins", []l{{0, 10, false}, {5, 10, false}}, nil, []l{{0, 15, false}}},
		{"inside changes nothing", []l{{0, 10, false}, {3, 2, false}}, nil, []l{{0, 10, false}}},
		{"upgrade the middle", []l{{0, 10, false}, {3, 4, true}}, nil, []l{{0, 3, false}, {7, 3, false}, {3, 4, true}}},
		{"downgrade all", []l{{3, 4, true}, {0, ToEnd, false}}, nil, []l{{0, ToEnd, false}}},
		{"neighbours of two kinds stay", []l{{0, 10, false}, {10, 10, true}}, nil, []l{{0, 10, false}, {10, 10, true}}},
		{"to the end joins the last byte", []l{{math.MaxUint64, 1, true}, {5, math.MaxUint64 - 5, true}}, nil, []l{{5, ToEnd, true}}},
		{"unlock the middle", []l{{0, 10, true}}, &[2]uint64{3, 4}, []l{{0, 3, true}, {7, 3, true}}},
		{"unlock the start", []l{{0, 10, true}}, &[2]uint64{0, 4}, []l{{4, 6, true}}},
		{"unlock to the end", []l{{0, ToEnd, true}}, &[2]uint64{4, 0}, []l{{0, 4, true}}},
		{"unlock several", []l{{0, 3, true}, {5, 3, false}, {10, 3, true}}, &[2]uint64{2, 9}, []l{{0, 2, true}, {11, 2, true}}},
		{"unlock nothing", []l{{0, 3, true}}, &[2]uint64{3, 9}, []l{{0, 3, true}}},
		{"unlock everything", []l{{0, 3, true}, {7, 9, false}}, &[2]uint64{0, 0}, nil},
	} {
		t.Run(c.row, func(t *testing.T) {
			var table Table
			for _, l := range c.locks {
				require.NoError(t, table.Lock(posix(carol, l.off, l.length, l.exclusive)))
			}
			if c.unlock != nil {
				require.NoError(t, table.Unlock(posix(dave, 0, 0, false)), "another owner's unlock")
				require.NoError(t, table.Unlock(posix(carol, c.unlock[0], c.unlock[1], false)))
			}
			var got []l
			for _, h := range table.Locks(file1, "") {
				got = append(got, l{h.Off, h.Len, h.Exclusive})
			}
			require.ElementsMatch(t, c.want, got)
		})
	}
	var table Table
	require.NoError(t, table.Unlock(posix(carol, 0, 0, false)), "POSIX unlock of nothing succeeds")
}

// TestCheckIO is MS-FSA 2.1.4.10 without LockIntent, and who is bound by POSIX
// locks.
func TestCheckIO(t *testing.T) {
	for _, c := range []struct {
		row         string
		held        Request
		owner       Owner
		style       Style
		off, length uint64
		read, write bool // is it allowed?
	}{
		{"own exclusive", smb(alice, 0, 10, true), alice, SMB, 0, 10, true, true},
		{"another's exclusive", smb(alice, 0, 10, true), bob, SMB, 9, 9, false, false},
		{"another's exclusive, beside it", smb(alice, 0, 10, true), bob, SMB, 10, 9, true, true},
		{"own shared: reading only", smb(alice, 0, 10, false), alice, SMB, 0, 10, true, false},
		{"another's shared: reading only", smb(alice, 0, 10, false), bob, SMB, 0, 10, true, false},
		{"no bytes", smb(alice, 0, 10, true), bob, SMB, 5, 0, true, true},
		{"a range that wraps is cut", smb(alice, 100, 10, true), bob, SMB, 50, math.MaxUint64, false, false},
		{"across a lock over no bytes", smb(alice, 5, 0, true), bob, SMB, 0, 10, false, false},
		{"NFS I/O against an SMB exclusive lock", smb(alice, 0, 10, true), nfs, POSIX, 0, 1, false, false},
		{"NFS I/O against an SMB shared lock", smb(alice, 0, 10, false), nfs, POSIX, 0, 1, true, false},
		{"NFS I/O against a POSIX lock", posix(dave, 0, 10, true), nfs, POSIX, 0, 1, true, true},
		{"SMB I/O against a POSIX write lock", posix(dave, 0, 10, true), alice, SMB, 0, 1, false, false},
		{"SMB I/O against a POSIX read lock", posix(dave, 0, 10, false), alice, SMB, 0, 1, true, false},
	} {
		t.Run(c.row, func(t *testing.T) {
			var table Table
			require.NoError(t, table.Lock(c.held))
			check := func(err error, allowed bool) {
				if allowed {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, ErrConflict)
				}
			}
			check(table.CheckRead(file1, "", c.owner, c.style, c.off, c.length), c.read)
			check(table.CheckWrite(file1, "", c.owner, c.style, c.off, c.length), c.write)
			require.NoError(t, table.CheckWrite(file1, "s", c.owner, c.style, c.off, c.length))
		})
	}
}

// TestLockArray is MS-SMB2 3.3.5.14.2: all or nothing.
func TestLockArray(t *testing.T) {
	var table Table
	require.NoError(t, table.Lock(smb(bob, 100, 10, true)))
	require.NoError(t, table.Lock(smb(alice, 50, 1, true)))
	for _, c := range []struct {
		row      string
		elements []Element
		failed   int
		err      error
	}{
		{"the last conflicts", []Element{{0, 10, true}, {10, 10, false}, {105, 1, false}}, 2, ErrConflict},
		{"they conflict among themselves", []Element{{0, 10, true}, {5, 10, true}}, 1, ErrConflict},
		{"one is invalid", []Element{{0, 10, true}, {2, math.MaxUint64, true}}, 1, ErrInvalidRange},
		{"all are free", []Element{{0, 10, true}, {10, 10, false}, {10, 10, false}}, 0, nil},
	} {
		t.Run(c.row, func(t *testing.T) {
			before := table.Locks(file1, "")
			failed, err := table.LockArray(file1, "", alice, c.elements)
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.failed, failed)
			if c.err != nil {
				require.Equal(t, before, table.Locks(file1, ""))
			} else {
				require.Len(t, table.Locks(file1, ""), len(before)+len(c.elements))
			}
		})
	}
}

// TestUnlockArray is MS-SMB2 3.3.5.14.1: what was unlocked before a failure
// stays unlocked.
func TestUnlockArray(t *testing.T) {
	var table Table
	_, err := table.LockArray(file1, "", alice, []Element{{0, 1, true}, {1, 1, true}, {2, 1, true}})
	require.NoError(t, err)
	w, err := table.Enqueue(smb(bob, 0, 1, true))
	require.NoError(t, err)
	done, err := table.UnlockArray(file1, "", alice, []Element{{Off: 0, Len: 1}, {Off: 9, Len: 1}, {Off: 2, Len: 1}})
	require.ErrorIs(t, err, ErrNotLocked)
	require.Equal(t, 1, done)
	<-w.Done()
	require.NoError(t, w.Err())
	done, err = table.UnlockArray(file1, "", alice, []Element{{Off: 1, Len: 1}, {Off: 2, Len: 1}})
	require.NoError(t, err)
	require.Equal(t, 2, done)
	_, err = table.UnlockArray(file1, "s", alice, []Element{{Off: 1, Len: 1}})
	require.ErrorIs(t, err, ErrNotLocked)
	_, err = table.UnlockArray(file1, "", alice, []Element{{Off: 2, Len: math.MaxUint64}})
	require.ErrorIs(t, err, ErrInvalidRange)
}

func TestTooManyLocks(t *testing.T) {
	var table Table
	f := table.shard(file1).file(file1)
	f.stream("").locks = make([]Held, MaxLocks) // as if they were all taken, over {0,0}
	for i := range f.stream("").locks {
		f.stream("").locks[i].span.void = true
	}
	require.ErrorIs(t, table.Lock(smb(alice, 5, 1, false)), ErrTooMany)
	require.NoError(t, table.Unlock(Request{Handle: file1}))
	require.NoError(t, table.Lock(posix(carol, 0, 10, true)))
	require.ErrorIs(t, table.Unlock(posix(carol, 5, 1, true)), ErrTooMany, "would make two of one")
	require.NoError(t, table.Unlock(posix(carol, 5, 0, true)))
}
