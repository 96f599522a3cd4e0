package oplock

import (
	"testing"

	"crosswire/server/wire/ntstatus"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A break of several steps: an open, then an overwriting open, against RWH.
// Both wait until the last step that needs an acknowledgment.
func TestStepsToNone(t *testing.T) {
	for _, version := range []int{1, 2} {
		b := newBed(t, Options{})
		epoch := ""
		var opts []option
		if version == 2 {
			opts = append(opts, v2(0x11))
			epoch = " epoch=19" // 0x11, granted, broken; the steps do not count
		}
		b.lease(1, file1, 1, "RWH", opts...)
		require.Equal(t, "wait", b.check(nfs(), file1, "open"))
		require.Equal(t, []string{"key=1 RWH->RH ack" + epoch}, b.conn(1).take())
		first := b.waiting(nfs(), file1)

		require.Equal(t, "wait", b.check(nfs(), file1, "overwrite"))
		require.Empty(t, b.conn(1).take(), "one break at a time")
		require.Equal(t, "lease=RWH->RH(none)", b.states())
		second := b.waiting(nfs(), file1)

		require.NoError(t, b.ack(1, 1, "RH"))
		require.Equal(t, []string{"key=1 RH->R ack" + epoch}, b.conn(1).take())
		_, g := b.lease(1, file1, 1, "RWH", opts...)
		require.Equal(t, RH, g.State)
		require.True(t, g.Breaking)
		require.Equal(t, "wait", b.check(nfs(), file1, "overwrite"), "none is still to be told")
		require.Equal(t, ntstatus.RequestNotAccepted, b.ack(1, 1, "RH"))
		select {
		case <-first:
			t.Fatal("the open went on in the middle of the break")
		case <-second:
			t.Fatal("the overwrite went on in the middle of the break")
		default:
		}

		require.NoError(t, b.ack(1, 1, "R"))
		require.Equal(t, []string{"key=1 R->none" + epoch}, b.conn(1).take())
		require.NoError(t, arrives(t, first))
		require.NoError(t, arrives(t, second))
		require.True(t, b.m.Quiet())
		require.Equal(t, ntstatus.Unsuccessful, b.ack(1, 1, "none"))
	}
}

func TestFurtherBreaks(t *testing.T) {
	rows := []struct {
		name   string
		held   string
		ops    []string
		first  string   // the one notification before the acknowledgment
		answer string   // the acknowledgment
		then   []string // what follows it
		states string
	}{
		{"the same again", "RWH", []string{"open", "read", "open"}, "key=1 RWH->RH ack", "RH", nil, "lease=RH"},
		{"less than under way", "RWH", []string{"write", "read", "handle"}, "key=1 RWH->none ack", "none", nil, "lease=none"},
		{"handle after write caching", "RWH", []string{"open", "handle"}, "key=1 RWH->RH ack", "RH", []string{"key=1 RH->R ack"}, "lease=RH->R"},
		{"write caching after handle", "RWH", []string{"handle", "open"}, "key=1 RWH->RW ack", "RW", []string{"key=1 RW->R ack"}, "lease=RW->R"},
		{"all after handle", "RWH", []string{"handle", "write"}, "key=1 RWH->RW ack", "RW", []string{"key=1 RW->none ack"}, "lease=RW->none"},
		{"data after both", "RWH", []string{"delete", "write"}, "key=1 RWH->R ack", "R", []string{"key=1 R->none"}, "lease=none"},
		{"data after handle", "RH", []string{"handle", "write"}, "key=1 RH->R ack", "R", []string{"key=1 R->none"}, "lease=none"},
		{"data after write caching", "RW", []string{"read", "lock"}, "key=1 RW->R ack", "R", []string{"key=1 R->none"}, "lease=none"},
		{"the holder gives more than asked", "RWH", []string{"open", "handle"}, "key=1 RWH->RH ack", "R", nil, "lease=R"},
		{"the holder gives all at once", "RWH", []string{"open", "write"}, "key=1 RWH->RH ack", "none", nil, "lease=none"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			b := newBed(t, Options{})
			b.lease(1, file1, 1, row.held)
			for _, op := range row.ops {
				require.NotEqual(t, "free", b.check(nfs(), file1, op))
			}
			require.Equal(t, []string{row.first}, b.conn(1).take())
			require.NoError(t, b.ack(1, 1, row.answer))
			require.Equal(t, row.then, b.conn(1).take())
			require.Equal(t, row.states, b.states())
		})
	}
}

// A batch oplock that meets a share conflict falls to Level II; if the open
// overwrites, Level II goes when the open comes back.
func TestBatchUnderShareConflictThenOverwrite(t *testing.T) {
	b := newBed(t, Options{})
	open, _ := b.oplock(1, file1, "b")
	require.Equal(t, "wait", b.check(nfs(), file1, "share overwrite"))
	require.Equal(t, []string{"open=1 II"}, b.conn(1).take())
	require.NoError(t, b.m.AcknowledgeOplock(open, LevelII, nil))
	require.Equal(t, "free", b.check(nfs(), file1, "overwrite"))
	require.Equal(t, []string{"open=1 none"}, b.conn(1).take())
	require.True(t, b.m.Quiet())
}

func TestOplockFurtherBreaks(t *testing.T) {
	b := newBed(t, Options{})
	open, _ := b.oplock(1, file1, "b")
	require.Equal(t, "wait", b.check(nfs(), file1, "open"))
	require.Equal(t, "wait", b.check(nfs(), file1, "write"))
	require.Equal(t, []string{"open=1 II"}, b.conn(1).take())
	require.NoError(t, b.m.AcknowledgeOplock(open, LevelII, nil))
	require.Equal(t, []string{"open=1 none"}, b.conn(1).take(), "Level II goes without an acknowledgment")
	require.True(t, b.m.Quiet())
}

// RH that a writer takes away: the writer goes on, so does the next, and the
// lease is RH and breaking until its holder answers.
func TestReadHandleDoesNotHoldUpAWriter(t *testing.T) {
	b := newBed(t, Options{})
	b.lease(1, file1, 1, "RH")
	require.Equal(t, "told", b.check(nfs(), file1, "overwrite"))
	require.Equal(t, []string{"key=1 RH->none ack"}, b.conn(1).take())
	require.Equal(t, "told", b.check(nfs(), file1, "overwrite"))
	require.Equal(t, "told", b.check(nfs(), file1, "write"))
	require.Equal(t, "free", b.check(nfs(), file1, "read"))
	require.Equal(t, "free", b.check(nfs(), file1, "open"))
	_, g := b.lease(1, file1, 1, "")
	require.Equal(t, RH, g.State)
	require.True(t, g.Breaking)
	require.Empty(t, b.conn(1).take())
	require.NoError(t, b.ack(1, 1, "none"))
	require.Equal(t, "lease=none", b.states())
}

// While H breaks, R is not; a writer that came meanwhile has to wait, for the
// holder still trusts its cache and cannot be told yet.
func TestWriterBehindAHandleBreakWaits(t *testing.T) {
	b := newBed(t, Options{})
	b.lease(1, file1, 1, "RH")
	require.Equal(t, "wait", b.check(nfs(), file1, "handle"))
	require.Equal(t, "wait", b.check(nfs(), file1, "write"))
	require.NoError(t, b.ack(1, 1, "R"))
	require.Equal(t, []string{"key=1 RH->R ack", "key=1 R->none"}, b.conn(1).take())
	require.Equal(t, "free", b.check(nfs(), file1, "write"))
}

// A sharing violation costs RWH its handle caching only; the next open takes
// write caching.
func TestBreakTwice(t *testing.T) {
	b := newBed(t, Options{})
	b.lease(1, file1, 1, "RWH")
	require.Equal(t, "wait", b.check(nfs(), file1, "share"))
	require.NoError(t, b.ack(1, 1, "RW"))
	require.Equal(t, "free", b.check(nfs(), file1, "share"), "now it is a sharing violation")
	require.Equal(t, "wait", b.check(nfs(), file1, "open"))
	require.NoError(t, b.ack(1, 1, "R"))
	require.Equal(t, []string{"key=1 RWH->RW ack", "key=1 RW->R ack"}, b.conn(1).take())
}

// Two clients pass a file to and fro (v1 and v2 alike).
func TestTwoClients(t *testing.T) {
	b := newBed(t, Options{})
	b.lease(1, file1, 1, "R", v2(0x4711))
	upgraded, g := b.lease(2, file1, 1, "RWH", v2(0x4711)) // the same client, another connection
	require.EqualValues(t, 0x4713, g.Epoch)
	b.m.Close(upgraded)
	require.Equal(t, "lease=RWH", b.states(), "the lease outlives the open that raised it")

	require.Equal(t, "wait", b.check(as(11, 2), file1, "open"))
	require.NoError(t, b.ack(2, 1, "RH"), "acknowledged over another connection")
	_, g = b.lease(11, file1, 2, "R", v2(0x11), others(1))
	require.Equal(t, R, g.State)
	require.EqualValues(t, 0x12, g.Epoch)

	require.Equal(t, "free", b.check(as(1, 1), file1, "write"))
	require.Equal(t, []string{"key=2 R->none epoch=19"}, b.conn(11).take())
	require.Equal(t, "told", b.check(as(11, 2), file1, "write"))
	require.Equal(t, []string{"key=1 RWH->RH ack epoch=18196", "key=1 RH->none ack epoch=18197"}, b.conn(1).take())
	assert.Empty(t, b.conn(2).take())
}
