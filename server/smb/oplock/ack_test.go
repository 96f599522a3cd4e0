package oplock

import (
	"fmt"
	"testing"

	"crosswire/server/wire/ntstatus"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// MS-SMB2 3.3.5.22.2: every state that a client can send in answer to every
// break.
func TestLeaseAcknowledgments(t *testing.T) {
	breaks := []struct{ held, op, to string }{
		{"RWH", "read", "RH"}, {"RWH", "handle", "RW"}, {"RWH", "delete", "R"}, {"RWH", "write", "none"},
		{"RW", "read", "R"}, {"RW", "write", "none"}, {"RH", "handle", "R"}, {"RH", "write", "none"},
	}
	for _, br := range breaks {
		for answer := State(0); answer <= RWH; answer++ {
			t.Run(fmt.Sprintf("%s to %s answered %v", br.held, br.to, answer), func(t *testing.T) {
				b := newBed(t, Options{})
				b.lease(1, file1, 1, br.held)
				b.check(nfs(), file1, br.op)
				before := b.states()
				replied := State(0xff)
				err := b.m.AcknowledgeLease(guid(1), key(1), answer, func(s State) { replied = s })
				switch {
				case answer&^state(br.to) != 0:
					require.Equal(t, ntstatus.RequestNotAccepted, err)
				case answer == Handle || answer == Write:
					require.Equal(t, ntstatus.InvalidParameter, err)
				default:
					require.NoError(t, err)
					require.Equal(t, answer, replied)
					require.Equal(t, "lease="+answer.String(), b.states())
					require.Equal(t, ntstatus.Unsuccessful, b.m.AcknowledgeLease(guid(1), key(1), answer, nil), "once only")
					require.EqualValues(t, 1, b.count[CounterAcked])
					return
				}
				require.Equal(t, State(0xff), replied)
				require.Equal(t, before, b.states(), "a bad answer changes nothing")
				require.NoError(t, b.ack(1, 1, br.to), "and a good one may follow")
			})
		}
	}
}

func TestLeaseAcknowledgmentNobodyAskedFor(t *testing.T) {
	b := newBed(t, Options{})
	assert.Equal(t, ntstatus.ObjectNameNotFound, b.ack(1, 1, "none"), "no such client")
	open, _ := b.lease(1, file1, 1, "R")
	assert.Equal(t, ntstatus.ObjectNameNotFound, b.ack(1, 2, "none"), "no such key")
	assert.Equal(t, ntstatus.ObjectNameNotFound, b.ack(11, 1, "none"), "another client's key")
	assert.Equal(t, ntstatus.Unsuccessful, b.ack(1, 1, "none"), "not breaking")
	b.check(nfs(), file1, "write")
	assert.Equal(t, ntstatus.Unsuccessful, b.ack(1, 1, "none"), "R breaks without an acknowledgment")
	b.m.Close(open)
	assert.Equal(t, ntstatus.ObjectNameNotFound, b.ack(1, 1, "none"), "closed")
	assert.Zero(t, b.count[CounterAcked])
}

// MS-SMB2 3.3.5.22.1: every level in answer to every break of an oplock.
func TestOplockAcknowledgments(t *testing.T) {
	breaks := []struct{ held, op, to string }{
		{"b", "open", "II"}, {"b", "write", "none"}, {"b", "handle", "none"}, {"x", "open", "II"}, {"x", "write", "none"},
	}
	answers := []Level{LevelNone, LevelII, LevelExclusive, LevelBatch, LevelLease, 5}
	for _, br := range breaks {
		for _, answer := range answers {
			t.Run(fmt.Sprintf("%s to %s answered %v", br.held, br.to, answer), func(t *testing.T) {
				b := newBed(t, Options{})
				open, _ := b.oplock(1, file1, br.held)
				require.Equal(t, "wait", b.check(nfs(), file1, br.op))
				var replied []Level
				err := b.m.AcknowledgeOplock(open, answer, func(l Level) { replied = append(replied, l) })
				left := None
				switch {
				case answer == LevelNone:
					require.NoError(t, err)
				case answer == LevelII && br.to == "II":
					require.NoError(t, err)
					left = R
				case answer == LevelLease:
					require.Equal(t, ntstatus.InvalidParameter, err)
				default:
					require.Equal(t, ntstatus.InvalidOplockProtocol, err)
				}
				if err == nil {
					require.Equal(t, []Level{answer}, replied)
				} else {
					require.Empty(t, replied)
				}
				require.Equal(t, left, b.m.Snapshot()[0].State)
				require.Equal(t, left == None, b.m.Quiet())
				require.Equal(t, ntstatus.InvalidDeviceState, b.m.AcknowledgeOplock(open, LevelNone, nil), "once only")
			})
		}
	}
}

func TestOplockAcknowledgmentNobodyAskedFor(t *testing.T) {
	for _, answer := range []Level{LevelNone, LevelII, LevelBatch, LevelLease} {
		b := newBed(t, Options{})
		open, _ := b.oplock(1, file1, "b")
		assert.Equal(t, ntstatus.InvalidDeviceState, b.m.AcknowledgeOplock(open, answer, nil))
		assert.Equal(t, "batch=RWH", b.states(), "the oplock is still held")
		assert.Equal(t, ntstatus.InvalidDeviceState, b.m.AcknowledgeOplock(99, answer, nil), "no oplock")

		ii, _ := b.oplock(1, file2, "s")
		b.check(nfs(), file2, "write")
		assert.Equal(t, ntstatus.InvalidOplockProtocol, b.m.AcknowledgeOplock(ii, answer, nil), "Level II breaks without an acknowledgment")

		leased, _ := b.lease(2, file2, 1, "RW")
		b.check(nfs(), file2, "write")
		assert.Equal(t, ntstatus.InvalidDeviceState, b.m.AcknowledgeOplock(leased, answer, nil), "a lease is acknowledged by its key")
	}
}

// The response to an acknowledgment is queued before the break that follows
// it, and before anybody who waited acts.
func TestResponseComesFirst(t *testing.T) {
	b := newBed(t, Options{})
	b.lease(1, file1, 1, "RWH")
	b.check(nfs(), file1, "read")
	b.check(nfs(), file1, "write")
	done := b.waiting(nfs(), file1)
	require.NoError(t, b.m.AcknowledgeLease(guid(1), key(1), RH, func(s State) {
		_ = b.conn(1).add(fmt.Sprintf("response %v", s))
	}))
	assert.Equal(t, []string{"key=1 RWH->RH ack", "response RH", "key=1 RH->R ack"}, b.conn(1).take())
	require.NoError(t, b.m.AcknowledgeLease(guid(1), key(1), R, func(s State) {
		_ = b.conn(1).add(fmt.Sprintf("response %v", s))
		select {
		case <-done:
			t.Error("woken before the response")
		default:
		}
	}))
	assert.Equal(t, []string{"response R", "key=1 R->none"}, b.conn(1).take())
	require.NoError(t, arrives(t, done))
}
