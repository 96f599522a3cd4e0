package oplock

import (
	"fmt"
	"testing"

	"crosswire/server/lock"
	"crosswire/server/wire/ntstatus"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a first open gets for each lease state that a client can ask for:
// states that are not built on read caching are granted as none.
func TestLeaseAlone(t *testing.T) {
	rows := map[string]string{
		"": "", "R": "R", "RH": "RH", "RW": "RW", "RWH": "RWH",
		"W": "", "H": "", "WH": "",
	}
	for want, granted := range rows {
		t.Run("want "+want, func(t *testing.T) {
			b := newBed(t, Options{})
			_, g := b.lease(1, file1, 1, want)
			assert.Equal(t, Granted{Level: LevelLease, State: state(granted)}, g)
			assert.Equal(t, granted == "", b.m.Quiet())
		})
	}
}

func TestOplockAlone(t *testing.T) {
	for _, l := range []string{"", "s", "x", "b"} {
		b := newBed(t, Options{})
		_, g := b.oplock(1, file1, l)
		assert.Equal(t, level(l), g.Level)
		assert.Equal(t, l == "", b.m.Quiet())
		_, g = b.oplock(1, file2, l, locked)
		assert.Equal(t, LevelNone, g.Level, "somebody holds a lock")
	}
}

// A further open with the same key, alone on the file: a lease rises only to a
// superset of what it is.
func TestUpgradeAlone(t *testing.T) {
	states := []string{"", "R", "RH", "RW", "RWH"}
	for _, held := range states {
		for _, want := range states {
			t.Run(fmt.Sprintf("%s asks %s", held, want), func(t *testing.T) {
				b := newBed(t, Options{})
				b.lease(1, file1, 1, held)
				_, g := b.lease(1, file1, 1, want)
				expect := state(held)
				if state(want)&state(held) == state(held) {
					expect = state(want)
				}
				assert.Equal(t, expect, g.State)
				assert.Equal(t, "lease="+expect.String(), b.states())
			})
		}
	}
}

// With somebody else's lease on the file, a lease rises to what was asked for
// or not at all.
func TestUpgradeBesideAnother(t *testing.T) {
	for _, other := range []string{"R", "RH"} {
		for _, row := range []struct{ held, want, got string }{
			{"R", "", "R"}, {"R", "R", "R"}, {"R", "RW", "R"}, {"R", "RH", "RH"}, {"R", "RWH", "R"},
			{"RH", "", "RH"}, {"RH", "R", "RH"}, {"RH", "RW", "RH"}, {"RH", "RH", "RH"}, {"RH", "RWH", "RH"},
			{"", "R", "R"}, {"", "RW", ""}, {"", "RWH", ""},
		} {
			t.Run(fmt.Sprintf("%s beside %s asks %s", row.held, other, row.want), func(t *testing.T) {
				b := newBed(t, Options{})
				b.lease(1, file1, 1, row.held, others(1))
				b.lease(11, file1, 2, other, others(1))
				_, g := b.lease(1, file1, 1, row.want, others(1))
				assert.Equal(t, state(row.got), g.State)
			})
		}
	}
}

// A lease or an oplock is held, another asks, the breaks are acknowledged as
// offered: what remains and what is granted.
func TestContention(t *testing.T) {
	rows := []struct {
		held, want   string // lease states, or s, x, b
		left, got    string
		notification string
	}{
		{"R", "R", "R", "R", ""}, {"R", "RH", "R", "RH", ""}, {"R", "RW", "R", "R", ""}, {"R", "RWH", "R", "RH", ""},
		{"RH", "R", "RH", "R", ""}, {"RH", "RH", "RH", "RH", ""}, {"RH", "RW", "RH", "R", ""}, {"RH", "RWH", "RH", "RH", ""},
		{"RW", "R", "R", "R", "key=1 RW->R ack"}, {"RW", "RW", "R", "R", "key=1 RW->R ack"}, {"RW", "RWH", "R", "RH", "key=1 RW->R ack"},
		{"RWH", "", "RH", "", "key=1 RWH->RH ack"}, {"RWH", "R", "RH", "R", "key=1 RWH->RH ack"}, {"RWH", "RWH", "RH", "RH", "key=1 RWH->RH ack"},
		{"", "RW", "", "R", ""}, {"", "RWH", "", "RH", ""}, {"", "R", "", "R", ""},
		// An oplock comes to a lease: nothing beside H.
		{"R", "s", "R", "s", ""}, {"R", "x", "R", "s", ""}, {"R", "b", "R", "s", ""},
		{"RH", "s", "RH", "-", ""}, {"RH", "x", "RH", "-", ""}, {"RH", "b", "RH", "-", ""},
		{"RW", "s", "R", "s", "key=1 RW->R ack"}, {"RW", "x", "R", "s", "key=1 RW->R ack"}, {"RW", "b", "R", "s", "key=1 RW->R ack"},
		{"RWH", "s", "RH", "-", "key=1 RWH->RH ack"}, {"RWH", "b", "RH", "-", "key=1 RWH->RH ack"},
		// A lease comes to an oplock: no H beside it.
		{"s", "R", "R", "R", ""}, {"s", "RH", "R", "R", ""}, {"s", "RW", "R", "R", ""}, {"s", "RWH", "R", "R", ""},
		{"x", "R", "R", "R", "open=1 II"}, {"x", "RH", "R", "R", "open=1 II"}, {"x", "RWH", "R", "R", "open=1 II"},
		{"b", "R", "R", "R", "open=1 II"}, {"b", "RH", "R", "R", "open=1 II"}, {"b", "RWH", "R", "R", "open=1 II"},
		// Two oplocks.
		{"s", "s", "R", "s", ""}, {"s", "x", "R", "s", ""}, {"s", "b", "R", "s", ""},
		{"x", "b", "R", "s", "open=1 II"}, {"b", "x", "R", "s", "open=1 II"}, {"b", "s", "R", "s", "open=1 II"},
	}
	for _, row := range rows {
		t.Run(row.held+" meets "+row.want, func(t *testing.T) {
			b := newBed(t, Options{})
			isLease := level(row.held) == LevelNone
			if isLease {
				b.lease(1, file1, 1, row.held)
			} else {
				b.oplock(1, file1, row.held)
			}
			b.check(as(11, 2), file1, "open")
			sent := b.conn(1).take()
			if row.notification == "" {
				require.Empty(t, sent)
			} else {
				require.Equal(t, []string{row.notification}, sent)
				if isLease {
					require.NoError(t, b.ack(1, 1, row.left))
				} else {
					require.NoError(t, b.m.AcknowledgeOplock(1, LevelII, nil))
				}
			}
			require.Equal(t, state(row.left), b.m.Snapshot()[0].State)
			switch {
			case row.got == "-":
				_, g := b.oplock(11, file1, row.want, others(1))
				require.Equal(t, LevelNone, g.Level)
			case level(row.want) != LevelNone:
				_, g := b.oplock(11, file1, row.want, others(1))
				require.Equal(t, level(row.got), g.Level)
			default:
				_, g := b.lease(11, file1, 2, row.want, others(1))
				require.Equal(t, LevelLease, g.Level)
				require.Equal(t, state(row.got), g.State)
			}
			// Asking again for everything, with the old key: nothing changes.
			if isLease && row.held != "" {
				_, g := b.lease(1, file1, 1, "RWH", others(1))
				require.Equal(t, state(row.left), g.State)
			}
			require.Empty(t, b.conn(1).take())
		})
	}
}

// An open that breaks nothing (attributes only) still gets nothing beside
// somebody who caches writes, or has not given that up.
func TestNothingBesideAWriter(t *testing.T) {
	for _, want := range []string{"R", "RWH", "s", "b"} {
		b := newBed(t, Options{})
		b.lease(1, file1, 1, "RWH")
		grant := func() State {
			if l := level(want); l != LevelNone {
				_, g := b.oplock(11, file1, want)
				return g.State
			}
			_, g := b.lease(11, file1, 2, want)
			return g.State
		}
		assert.Equal(t, None, grant())
		b.check(nfs(), file1, "read")
		assert.Equal(t, None, grant(), "asked, not answered")
	}
}

// A cache forbids write caching even if its open, for attributes only, does
// not count as another open.
func TestNoWriterBesideACache(t *testing.T) {
	b := newBed(t, Options{})
	b.lease(1, file1, 1, "R")
	_, g := b.lease(11, file1, 2, "RWH")
	assert.Equal(t, RH, g.State)
	b.oplock(1, file2, "s")
	_, g = b.oplock(11, file2, "b")
	assert.Equal(t, LevelII, g.Level)
}

func TestOtherOpensForbidWriteCaching(t *testing.T) {
	b := newBed(t, Options{})
	_, g := b.lease(1, file1, 1, "RWH", others(2))
	assert.Equal(t, RH, g.State)
	_, g = b.lease(1, file2, 2, "RW", others(1))
	assert.Equal(t, R, g.State)
	f3 := lock.FileHandle{ID: 3}
	_, og := b.oplock(1, f3, "b", others(1))
	assert.Equal(t, LevelII, og.Level)
}

func TestLocksForbidCaching(t *testing.T) {
	b := newBed(t, Options{})
	_, g := b.lease(1, file1, 1, "RWH", locked)
	assert.Equal(t, Granted{Level: LevelLease}, g)
	b.lease(1, file2, 2, "RH")
	_, g = b.lease(1, file2, 2, "RWH", locked)
	assert.Equal(t, RH, g.State, "what is held already stays")
}

func TestDirectories(t *testing.T) {
	rows := []struct {
		name string
		on   bool
		want string
		opts []option
		got  Granted
	}{
		{"off", false, "RH", []option{directory, v2(1)}, Granted{}},
		{"on, v1", true, "RH", []option{directory}, Granted{}},
		{"on, RH", true, "RH", []option{directory, v2(1)}, Granted{Level: LevelLease, State: RH, V2: true, Epoch: 2}},
		{"on, RWH", true, "RWH", []option{directory, v2(1)}, Granted{Level: LevelLease, State: RH, V2: true, Epoch: 2}},
		{"on, R", true, "R", []option{directory, v2(1)}, Granted{Level: LevelLease, State: R, V2: true, Epoch: 2}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			b := newBed(t, Options{DirectoryLeases: row.on})
			_, g := b.lease(1, file1, 1, row.want, row.opts...)
			assert.Equal(t, row.got, g)
		})
	}
	b := newBed(t, Options{DirectoryLeases: true})
	_, g := b.oplock(1, file1, "b", directory)
	assert.Equal(t, LevelNone, g.Level)
}

// MS-SMB2 3.3.5.9.8: one key, one file.
func TestKeyOfAnotherFile(t *testing.T) {
	b := newBed(t, Options{})
	open, _ := b.lease(1, file1, 1, "RWH")
	assert.NoError(t, b.m.CheckLeaseKey(guid(1), key(1), file1))
	assert.Equal(t, ntstatus.InvalidParameter, b.m.CheckLeaseKey(guid(1), key(1), file2))
	assert.Equal(t, ntstatus.InvalidParameter, b.m.CheckLeaseKey(guid(1), key(1), lock.FileHandle{}), "a file that is about to be created")
	assert.NoError(t, b.m.CheckLeaseKey(guid(11), key(1), file2), "another client's key")

	r := b.request(1)
	r.Level = LevelLease
	r.Lease = LeaseRequest{ClientGUID: guid(1), Key: key(1), State: R}
	_, err := b.m.Grant(file2, r)
	assert.Equal(t, ntstatus.InvalidParameter, err)
	assert.Len(t, b.m.Snapshot(), 1)

	b.m.Close(open)
	assert.NoError(t, b.m.CheckLeaseKey(guid(1), key(1), file2), "the lease ended with its last open")
	_, err = b.m.Grant(file2, r)
	assert.NoError(t, err)
}

func TestOpenIsGrantedOnce(t *testing.T) {
	b := newBed(t, Options{})
	open, _ := b.oplock(1, file1, "s")
	r := b.request(1)
	r.Open, r.Level = open, LevelII
	_, err := b.m.Grant(file2, r)
	assert.Equal(t, ntstatus.InvalidParameter, err)
	r.Level, r.Lease = LevelLease, LeaseRequest{Key: key(1), State: R}
	_, err = b.m.Grant(file2, r)
	assert.Equal(t, ntstatus.InvalidParameter, err)
	assert.Len(t, b.m.Snapshot(), 1)
}

func TestKeyOfZeros(t *testing.T) {
	b := newBed(t, Options{})
	open, g := b.lease(1, file1, 0, "RWH")
	assert.Equal(t, Granted{Level: LevelLease}, g)
	assert.True(t, b.m.Quiet())
	b.m.Close(open)
}

// MS-SMB2 3.3.5.9.11: the epoch starts at the client's and counts changes; a
// lease keeps the version of the request that created it.
func TestEpochs(t *testing.T) {
	t.Run("counts changes only", func(t *testing.T) {
		b := newBed(t, Options{})
		_, g := b.lease(1, file1, 1, "R", v2(0x4711))
		assert.Equal(t, Granted{Level: LevelLease, State: R, V2: true, Epoch: 0x4712}, g)
		_, g = b.lease(1, file1, 1, "R", v2(0x11))
		assert.EqualValues(t, 0x4712, g.Epoch)
		_, g = b.lease(1, file1, 1, "RWH", v2(0x11))
		assert.EqualValues(t, 0x4713, g.Epoch)
		b.check(nfs(), file1, "read")
		assert.Equal(t, []string{"key=1 RWH->RH ack epoch=18196"}, b.conn(1).take())
		require.NoError(t, b.ack(1, 1, "RH"))
		_, g = b.lease(1, file1, 1, "RH", v2(0x11))
		assert.EqualValues(t, 0x4714, g.Epoch)
	})
	t.Run("v1 joins v2", func(t *testing.T) {
		b := newBed(t, Options{})
		b.lease(1, file1, 1, "R", v2(5))
		_, g := b.lease(1, file1, 1, "RH")
		assert.Equal(t, Granted{Level: LevelLease, State: RH, V2: true, Epoch: 7}, g)
	})
	t.Run("v2 joins v1", func(t *testing.T) {
		b := newBed(t, Options{})
		b.lease(1, file1, 1, "R")
		_, g := b.lease(1, file1, 1, "RW", v2(5), parent(9))
		assert.Equal(t, Granted{Level: LevelLease, State: RW}, g)
		b.check(nfs(), file1, "read")
		assert.Equal(t, []string{"key=1 RW->R ack"}, b.conn(1).take())
	})
	t.Run("wraps", func(t *testing.T) {
		b := newBed(t, Options{})
		_, g := b.lease(1, file1, 1, "R", v2(0xffff))
		assert.EqualValues(t, 0, g.Epoch)
	})
	t.Run("a new lease starts anew", func(t *testing.T) {
		b := newBed(t, Options{})
		open, _ := b.lease(1, file1, 1, "RWH", v2(0x4711))
		b.m.Close(open)
		_, g := b.lease(1, file1, 1, "RWH", v2(0x11))
		assert.EqualValues(t, 0x12, g.Epoch)
	})
	t.Run("parent", func(t *testing.T) {
		b := newBed(t, Options{})
		_, g := b.lease(1, file1, 1, "RWH", v2(1), parent(7))
		assert.Equal(t, Granted{Level: LevelLease, State: RWH, V2: true, Epoch: 2, Parent: key(7), HasParent: true}, g)
	})
}

// While a lease breaks, further opens with its key share it as it is.
func TestBreakInProgress(t *testing.T) {
	b := newBed(t, Options{})
	b.lease(1, file1, 1, "RWH")
	b.check(nfs(), file1, "read")
	open, g := b.lease(1, file1, 1, "RWH")
	assert.Equal(t, Granted{Level: LevelLease, State: RWH, Breaking: true}, g)
	b.m.Close(open)
	assert.Equal(t, "lease=RWH->RH", b.states())
	require.NoError(t, b.ack(1, 1, "RH"))
	_, g = b.lease(1, file1, 1, "RWH")
	assert.Equal(t, Granted{Level: LevelLease, State: RWH}, g, "alone again")
}

func TestStateNames(t *testing.T) {
	for s, want := range map[State]string{None: "none", R: "R", RH: "RH", RW: "RW", RWH: "RWH", Write: "W", Handle | Write: "WH", 0x8: "+0x8"} {
		assert.Equal(t, want, s.String())
		assert.Equal(t, s == None || s == R || s == RH || s == RW || s == RWH, s.Legal(), want)
	}
	for l, want := range map[Level]string{LevelNone: "none", LevelII: "II", LevelExclusive: "exclusive", LevelBatch: "batch", LevelLease: "lease", 7: "level 0x7"} {
		assert.Equal(t, want, l.String())
	}
}
