package oplock

import (
	"encoding/json"
	"testing"

	"crosswire/server/adapter"
	"crosswire/server/clock"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The notification is queued when the check returns.
func TestBreakBeforeChange(t *testing.T) {
	b := newBed(t, Options{})
	b.lease(1, file1, 1, "R")
	require.Equal(t, "free", b.check(nfs(), file1, "write"))
	require.Len(t, b.conn(1).take(), 1)
	require.EqualValues(t, 1, b.count[CounterSent])
}

// A lease break goes to the oldest connection of the client, and to the next
// if that is dead (MS-SMB2 3.3.4.7).
func TestLeaseBreakFindsALivingConnection(t *testing.T) {
	b := newBed(t, Options{})
	b.lease(1, file1, 1, "R")
	b.lease(2, file2, 2, "RWH") // the same client, its second connection
	b.check(nfs(), file2, "read")
	assert.Equal(t, []string{"key=2 RWH->RH ack"}, b.conn(1).take())
	assert.Empty(t, b.conn(2).take())

	require.NoError(t, b.ack(1, 2, "RH"))
	b.conn(1).dead = true
	require.Equal(t, "told", b.check(nfs(), file2, "write"))
	assert.Equal(t, []string{"key=2 RH->none ack"}, b.conn(2).take())

	// When the oldest goes, the other is the oldest.
	b.conn(1).dead = false
	b.m.DropConnection(1)
	b.lease(1, file1, 1, "RH")
	b.check(nfs(), file1, "write")
	assert.Equal(t, []string{"key=1 RH->none ack"}, b.conn(2).take())
	assert.Empty(t, b.conn(1).take())
}

// With no living connection the holder has nothing at once, and nobody waits.
func TestDeadHolder(t *testing.T) {
	for _, held := range []string{"R", "RH", "RW", "RWH", "s", "x", "b"} {
		for _, op := range []string{"write", "read", "handle"} {
			t.Run(held+" "+op, func(t *testing.T) {
				b := newBed(t, Options{})
				b.conn(1).dead = true
				if level(held) != LevelNone {
					b.oplock(1, file1, held)
				} else {
					b.lease(1, file1, 1, held)
				}
				require.Equal(t, "free", b.check(nfs(), file1, op))
				require.NoError(t, b.m.WaitForBreak(atOnce(nfs()), file1))
				require.Zero(t, b.count[CounterSent])
				require.False(t, b.m.Snapshot()[0].Breaking)
				require.Equal(t, "free", b.check(nfs(), file1, "write"))
				require.True(t, b.m.Quiet())
			})
		}
	}
	t.Run("dies between two steps", func(t *testing.T) {
		b := newBed(t, Options{})
		b.lease(1, file1, 1, "RWH")
		b.check(nfs(), file1, "read")
		b.check(nfs(), file1, "write")
		done := b.waiting(nfs(), file1)
		b.conn(1).dead = true
		require.NoError(t, b.ack(1, 1, "RH"))
		require.NoError(t, arrives(t, done))
		require.Equal(t, "lease=none", b.states())
	})
}

// A break that overtakes the response to the CREATE is kept back.
func TestAnnounce(t *testing.T) {
	t.Run("oplock", func(t *testing.T) {
		b := newBed(t, Options{})
		open, _ := b.oplock(1, file1, "b", deferred)
		require.Equal(t, "wait", b.check(nfs(), file1, "write"))
		require.Empty(t, b.conn(1).take())
		require.Zero(t, b.count[CounterSent])
		b.m.Announce(open, func() {})
		require.Equal(t, []string{"open=1 none"}, b.conn(1).take())
		require.EqualValues(t, 1, b.count[CounterSent])
		b.m.Announce(open, func() {})
		require.Empty(t, b.conn(1).take())
	})
	t.Run("nothing to keep back", func(t *testing.T) {
		b := newBed(t, Options{})
		open, _ := b.lease(1, file1, 1, "R", deferred)
		b.m.Announce(open, func() {})
		b.m.Announce(99, func() {})
		require.Equal(t, "free", b.check(nfs(), file1, "write"))
		require.Len(t, b.conn(1).take(), 1)
	})
	t.Run("in force though unannounced", func(t *testing.T) {
		b := newBed(t, Options{})
		open, _ := b.lease(1, file1, 1, "R", deferred)
		require.Equal(t, "free", b.check(nfs(), file1, "write"))
		require.True(t, b.m.Quiet())
		b.m.Announce(open, func() {})
		require.Equal(t, []string{"key=1 R->none"}, b.conn(1).take())
	})
	t.Run("a known lease", func(t *testing.T) {
		b := newBed(t, Options{})
		first, _ := b.lease(1, file1, 1, "R")
		second, _ := b.lease(1, file1, 1, "RWH", deferred)
		require.Equal(t, "wait", b.check(nfs(), file1, "read"))
		require.Len(t, b.conn(1).take(), 1, "the client knows the lease by its first open")
		require.NoError(t, b.ack(1, 1, "RH"))
		b.m.Close(first)
		require.Equal(t, "told", b.check(nfs(), file1, "write"))
		require.Empty(t, b.conn(1).take(), "it has closed the one open that it knew")
		b.m.Announce(second, func() {})
		require.Equal(t, []string{"key=1 RH->none ack"}, b.conn(1).take())
	})
	t.Run("closed first", func(t *testing.T) {
		b := newBed(t, Options{})
		open, _ := b.lease(1, file1, 1, "RWH", deferred)
		b.check(nfs(), file1, "write")
		b.m.Close(open)
		b.m.Announce(open, func() {})
		require.Empty(t, b.conn(1).take())
		require.Empty(t, b.m.Snapshot())
	})
	t.Run("timed out first", func(t *testing.T) {
		b := newBed(t, Options{})
		open, _ := b.lease(1, file1, 1, "RWH", deferred)
		b.check(nfs(), file1, "read")
		b.clk.Advance(DefaultBreakTimeout)
		b.m.Announce(open, func() {})
		require.Equal(t, []string{"key=1 RWH->none ack"}, b.conn(1).take(), "the client still has to learn what it lost")
		require.Equal(t, "lease=none", b.states())
	})
	t.Run("dead", func(t *testing.T) {
		b := newBed(t, Options{})
		open, _ := b.lease(1, file1, 1, "RWH", deferred)
		b.check(nfs(), file1, "write")
		done := b.waiting(nfs(), file1)
		b.conn(1).dead = true
		b.m.Announce(open, func() {})
		require.NoError(t, arrives(t, done))
		require.True(t, b.m.Quiet())
	})
}

func TestClose(t *testing.T) {
	b := newBed(t, Options{})
	b.m.Close(99) // unknown
	first, _ := b.lease(1, file1, 1, "RWH")
	second, _ := b.lease(2, file1, 1, "RWH")
	b.m.Close(first)
	require.Equal(t, "lease=RWH", b.states())
	b.m.Close(first)
	require.Equal(t, "lease=RWH", b.states())
	require.False(t, b.m.Quiet())
	b.m.Close(second)
	require.Empty(t, b.m.Snapshot())
	require.True(t, b.m.Quiet())
	empty(t, b.m)
}

// empty checks that a manager without opens has kept nothing.
func empty(t testing.TB, m *Manager) {
	t.Helper()
	require.Empty(t, m.opens)
	require.Empty(t, m.leases)
	require.Empty(t, m.connections)
	require.Empty(t, m.clients)
	for i := range m.shards {
		require.Empty(t, m.shards[i].files)
	}
	require.True(t, m.Quiet())
}

func TestDropConnectionAndSession(t *testing.T) {
	b := newBed(t, Options{})
	b.lease(1, file1, 1, "RH")
	b.oplock(1, file2, "s")
	b.lease(2, file1, 1, "RH")
	b.m.DropConnection(7)
	b.m.DropConnection(1)
	require.Equal(t, "lease=RH", b.states(), "the lease lives on the other connection")
	b.m.DropSession(101)
	require.Equal(t, "lease=RH", b.states())
	b.m.DropSession(102)
	empty(t, b.m)
}

func TestSnapshot(t *testing.T) {
	b := newBed(t, Options{})
	b.oplock(1, file2, "b")
	b.lease(1, file1, 1, "RWH", v2(3))
	b.lease(2, file1, 1, "RWH", v2(3))
	b.check(nfs(), file1, "read")
	b.check(nfs(), file1, "write")
	js, err := json.Marshal(b.m.Snapshot())
	require.NoError(t, err)
	assert.JSONEq(t, `[
	  {"file":"1:10.1","level":"lease","state":"RWH","breaking":true,"break_to":"RH","required":"none","opens":[2,3],
	   "client":"01000000000000000000000000000000","lease_key":"01000000000000000000000000000000","v2":true,"epoch":5},
	  {"file":"1:11.1","level":"batch","state":"RWH","breaking":false,"break_to":"none","required":"none","opens":[1]}]`, string(js))
}

// registry is a runtime that knows only what SetRuntime needs.
type registry struct {
	adapter.Runtime
	providers map[string]any
	counts    map[string]uint64
}

func (r *registry) SetAdapterProvider(key string, p any) { r.providers[key] = p }
func (r *registry) Count(name string, n uint64)          { r.counts[name] += n }

func TestSetRuntime(t *testing.T) {
	rt := &registry{providers: map[string]any{}, counts: map[string]uint64{}}
	m := New(clock.NewVirtual(), Options{})
	m.SetRuntime(rt)
	breaker, ok := rt.providers[adapter.OplockBreakerProviderKey].(adapter.OpenBreaker)
	require.True(t, ok)
	require.True(t, breaker.Quiet())
	_, err := m.Grant(file1, Request{Open: 1, Connection: 1, Notifier: &wire{}, Level: LevelBatch})
	require.NoError(t, err)
	require.False(t, breaker.Quiet())
	require.ErrorIs(t, breaker.CheckAndBreakForWrite(nfs(), file1), adapter.ErrLeaseBreakPending)
	require.NoError(t, m.AcknowledgeOplock(1, LevelNone, nil))
	require.Equal(t, map[string]uint64{CounterSent: 1, CounterAcked: 1, CounterTimedOut: 0}, rt.counts)
}
