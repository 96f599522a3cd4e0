package oplock

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The table of adapter.OplockBreaker and the rules of adapter.OpenBreaker: for
// each operation and each holder the level that the holder falls to, "-" if he
// keeps what he has, with ! if the operation has to wait for him and ? if he
// has to acknowledge but the operation need not wait.
var breakTable = []struct {
	op                                                       string
	ii, exclusive, batch, leaseR, leaseRH, leaseRW, leaseRWH string
}{
	{"write", "none", "none!", "none!", "none", "none?", "none!", "none!"},
	{"read", "-", "II!", "II!", "-", "-", "R!", "RH!"},
	{"delete", "-", "II!", "II!", "-", "R!", "R!", "R!"},
	{"open", "-", "II!", "II!", "-", "-", "R!", "RH!"},
	{"overwrite", "none", "none!", "none!", "none", "none?", "none!", "none!"},
	{"attributes", "-", "-", "-", "-", "-", "-", "-"},
	{"attributes and security", "-", "II!", "II!", "-", "-", "-", "-"},
	{"attributes overwrite", "none", "none!", "none!", "none", "none?", "none!", "none!"},
	{"share", "-", "-", "II!", "-", "R!", "-", "RW!"},
	{"share overwrite", "-", "-", "II!", "-", "R!", "-", "RW!"},
	{"lock", "none", "none!", "none!", "none", "none?", "none!", "none!"},
	{"handle", "-", "-", "none!", "-", "R!", "-", "RW!"},
}

func TestBreakTable(t *testing.T) {
	type cell struct{ holder, want string }
	for _, row := range breakTable {
		for _, c := range []cell{
			{"II", row.ii}, {"exclusive", row.exclusive}, {"batch", row.batch},
			{"R", row.leaseR}, {"RH", row.leaseRH}, {"RW", row.leaseRW}, {"RWH", row.leaseRWH},
		} {
			for _, version := range []string{"v1", "v2"} {
				oplock := c.holder == "II" || c.holder == "exclusive" || c.holder == "batch"
				if oplock && version == "v2" {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s/%s", row.op, c.holder, version), func(t *testing.T) {
					b := newBed(t, Options{})
					var open uint64
					var before State
					switch c.holder {
					case "II":
						open, _ = b.oplock(1, file1, "s")
						before = R
					case "exclusive":
						open, _ = b.oplock(1, file1, "x")
						before = RW
					case "batch":
						open, _ = b.oplock(1, file1, "b")
						before = RWH
					default:
						before = state(c.holder)
						if version == "v2" {
							open, _ = b.lease(1, file1, 1, c.holder, v2(7))
						} else {
							open, _ = b.lease(1, file1, 1, c.holder)
						}
					}
					require.False(t, b.m.Quiet())

					want, to := "free", c.want
					switch {
					case c.want[len(c.want)-1] == '!':
						want, to = "wait", c.want[:len(c.want)-1]
					case c.want[len(c.want)-1] == '?':
						want, to = "told", c.want[:len(c.want)-1]
					}
					require.Equal(t, want, b.check(nfs(), file1, row.op))

					var sent []string
					acked := want != "free"
					switch {
					case to == "-":
					case oplock:
						sent = []string{fmt.Sprintf("open=%d %s", open, to)}
					default:
						msg := fmt.Sprintf("key=1 %s->%s", c.holder, to)
						if acked {
							msg += " ack"
						}
						if version == "v2" {
							msg += " epoch=9"
						}
						sent = []string{msg}
					}
					require.Equal(t, sent, b.conn(1).take())

					h := b.m.Snapshot()[0]
					require.Equal(t, acked, h.Breaking)
					if acked {
						require.Equal(t, before, h.State, "the state holds until it is acknowledged")
						// The same operation again: nothing is sent twice.
						require.Equal(t, want, b.check(nfs(), file1, row.op))
						require.Empty(t, b.conn(1).take())
						if oplock {
							lv := LevelNone
							if to == "II" {
								lv = LevelII
							}
							require.NoError(t, b.m.AcknowledgeOplock(open, lv, nil))
						} else {
							require.NoError(t, b.ack(1, 1, to))
						}
						h = b.m.Snapshot()[0]
					}
					switch to {
					case "-":
						require.Equal(t, before, h.State)
					case "II":
						require.Equal(t, R, h.State)
					default:
						require.Equal(t, state(to), h.State)
					}
					require.False(t, h.Breaking)
					require.Equal(t, h.State == None, b.m.Quiet())
					// And now the way is free.
					require.Equal(t, "free", b.check(nfs(), file1, row.op))
					require.Empty(t, b.conn(1).take())
				})
			}
		}
	}
}

func TestOwnCachesAreSpared(t *testing.T) {
	ops := []string{"write", "read", "delete", "open", "overwrite", "share", "lock", "handle"}
	for _, op := range ops {
		t.Run(op, func(t *testing.T) {
			b := newBed(t, Options{})
			b.lease(1, file1, 1, "RWH")
			assert.Equal(t, "free", b.check(as(1, 1), file1, op), "same client, same key")
			assert.Empty(t, b.conn(1).take())
			assert.Equal(t, "lease=RWH", b.states())
			if op != "read" && op != "open" {
				assert.NotEqual(t, "free", b.check(as(11, 1), file1, op), "same key, other client")
				assert.Len(t, b.conn(1).take(), 1)
			}

			open, _ := b.oplock(2, file2, "b")
			assert.Equal(t, "free", b.check(asOpen(open), file2, op), "own batch oplock")
			assert.Empty(t, b.conn(2).take())
			assert.Equal(t, "wait", b.check(asOpen(open+1), file2, op), "another's batch oplock")
			assert.Len(t, b.conn(2).take(), 1)
		})
	}
	t.Run("no origin at all", func(t *testing.T) {
		b := newBed(t, Options{})
		b.lease(1, file1, 1, "RWH")
		assert.Equal(t, "wait", b.check(context.Background(), file1, "write"))
	})
}

// MS-FSA 2.1.4.12: a write or a lock ends Level II oplocks, the writer's own
// too, but a read or an open by their owner does not.
func TestOwnLevelIIFallsByWriteAndLock(t *testing.T) {
	for op, falls := range map[string]bool{"write": true, "lock": true, "overwrite": false, "read": false, "handle": false} {
		t.Run(op, func(t *testing.T) {
			b := newBed(t, Options{})
			open, _ := b.oplock(1, file1, "s")
			require.Equal(t, "free", b.check(asOpen(open), file1, op))
			if falls {
				require.Equal(t, []string{"open=1 none"}, b.conn(1).take())
			} else {
				require.Empty(t, b.conn(1).take())
			}
		})
	}
}

func TestOtherFilesAreUntouched(t *testing.T) {
	b := newBed(t, Options{})
	b.lease(1, file1, 1, "RWH")
	b.lease(1, file2, 2, "RWH")
	require.Equal(t, "wait", b.check(nfs(), file1, "write"))
	require.Equal(t, []string{"key=1 RWH->none ack"}, b.conn(1).take())
	other := file2
	other.Gen++
	require.Equal(t, "free", b.check(nfs(), other, "write"), "another generation is another file")
	require.Equal(t, "lease=RWH->none lease=RWH", b.states())
}

// All holders are told, whatever their kind, and the strictest answer counts.
func TestSeveralHolders(t *testing.T) {
	b := newBed(t, Options{})
	b.lease(1, file1, 1, "R")
	b.lease(11, file1, 2, "R", others(1))
	b.oplock(21, file1, "s", others(2))
	b.lease(31, file1, 3, "R", others(3))
	require.Equal(t, "free", b.check(nfs(), file1, "read"))
	require.Equal(t, "free", b.check(as(31, 3), file1, "write"))
	require.Equal(t, []string{"key=1 R->none"}, b.conn(1).take())
	require.Equal(t, []string{"key=2 R->none"}, b.conn(11).take())
	require.Equal(t, []string{"open=3 none"}, b.conn(21).take())
	require.Empty(t, b.conn(31).take())
	require.EqualValues(t, 3, b.count[CounterSent])

	b = newBed(t, Options{})
	b.lease(1, file1, 1, "R")
	b.lease(11, file1, 2, "RH", others(1))
	require.Equal(t, "told", b.check(nfs(), file1, "write"))
	require.Equal(t, "wait", b.check(nfs(), file1, "handle"), "RH was asked, and the handle is not given back yet")
	require.NoError(t, b.ack(11, 2, "none"))
	require.True(t, b.m.Quiet())
}
