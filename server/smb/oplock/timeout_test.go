package oplock

import (
	"testing"
	"testing/synctest"
	"time"

	"crosswire/server/clock"
	"crosswire/server/wire/ntstatus"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// MS-SMB2 3.3.6.1, 3.3.6.5: whoever does not answer loses everything.
func TestTimeout(t *testing.T) {
	rows := []struct{ held, op string }{
		{"RWH", "read"}, {"RWH", "write"}, {"RW", "read"}, {"RH", "handle"}, {"RH", "write"}, {"x", "read"}, {"b", "share"}, {"b", "write"},
	}
	for _, row := range rows {
		t.Run(row.held+" "+row.op, func(t *testing.T) {
			b := newBed(t, Options{})
			var open uint64
			if level(row.held) != LevelNone {
				open, _ = b.oplock(1, file1, row.held)
			} else {
				open, _ = b.lease(1, file1, 1, row.held)
			}
			b.check(nfs(), file1, row.op)
			done := b.waiting(nfs(), file1)
			b.clk.Advance(DefaultBreakTimeout - time.Second)
			assert.True(t, b.m.Snapshot()[0].Breaking)
			b.clk.Advance(time.Second)
			assert.NoError(t, arrives(t, done))
			h := b.m.Snapshot()[0]
			assert.Equal(t, None, h.State)
			assert.False(t, h.Breaking)
			assert.True(t, b.m.Quiet())
			assert.EqualValues(t, 1, b.count[CounterTimedOut])
			assert.Len(t, b.conn(1).take(), 1, "the holder is told nothing more")
			if level(row.held) != LevelNone {
				assert.Equal(t, ntstatus.InvalidDeviceState, b.m.AcknowledgeOplock(open, LevelNone, nil))
				return
			}
			assert.Equal(t, ntstatus.Unsuccessful, b.ack(1, 1, "none"))
			_, g := b.lease(1, file1, 1, "R")
			assert.Equal(t, R, g.State, "it may start again")
			_, g = b.lease(1, file1, 1, "RWH")
			assert.Equal(t, RWH, g.State)
		})
	}
}

func TestAnsweredBreaksDoNotTimeOut(t *testing.T) {
	b := newBed(t, Options{})
	b.lease(1, file1, 1, "RWH")
	b.check(nfs(), file1, "read")
	require.NoError(t, b.ack(1, 1, "RH"))
	b.clk.Advance(10 * DefaultBreakTimeout)
	assert.Equal(t, "lease=RH", b.states())
	assert.Zero(t, b.count[CounterTimedOut])
}

// Each step has the whole time.
func TestStepsHaveTheirOwnTimeout(t *testing.T) {
	b := newBed(t, Options{BreakTimeout: 10 * time.Second})
	b.lease(1, file1, 1, "RWH")
	b.check(nfs(), file1, "read")
	b.check(nfs(), file1, "write")
	b.clk.Advance(9 * time.Second)
	require.NoError(t, b.ack(1, 1, "RH"))
	b.clk.Advance(9 * time.Second)
	assert.Equal(t, "lease=RH->R(none)", b.states())
	b.clk.Advance(time.Second)
	assert.Equal(t, "lease=none", b.states())
	assert.EqualValues(t, 1, b.count[CounterTimedOut])
}

func TestClosedBreaksDoNotTimeOut(t *testing.T) {
	b := newBed(t, Options{})
	open, _ := b.oplock(1, file1, "b")
	b.check(nfs(), file1, "write")
	b.m.Close(open)
	b.oplock(1, file1, "b")
	b.clk.Advance(DefaultBreakTimeout)
	assert.Equal(t, "batch=RWH", b.states())
	assert.Zero(t, b.count[CounterTimedOut])
}

// With the system's clock, in a bubble: the wait lasts 35 s to the nanosecond.
func TestTimeoutOnTheSystemClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(clock.System{}, Options{})
		w := &wire{}
		_, err := m.Grant(file1, Request{Open: 1, Connection: 1, Notifier: w, Level: LevelBatch})
		require.NoError(t, err)
		require.True(t, MustWait(m.CheckAndBreakForWrite(nfs(), file1)))
		start := time.Now()
		require.NoError(t, m.WaitForBreak(nfs(), file1))
		assert.Equal(t, 35*time.Second, time.Since(start))
		assert.True(t, m.Quiet())
	})
}
