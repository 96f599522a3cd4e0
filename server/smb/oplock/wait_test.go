package oplock

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"crosswire/server/clock"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// atOnce is ctx that ends any wait with an error.
func atOnce(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return ctx
}

func TestNothingToWaitFor(t *testing.T) {
	b := newBed(t, Options{})
	require.NoError(t, b.m.WaitForBreak(atOnce(nfs()), file1), "no holder")
	b.lease(1, file1, 1, "RWH")
	require.NoError(t, b.m.WaitForBreak(atOnce(nfs()), file1), "no break")
	b.check(nfs(), file1, "write")
	require.NoError(t, b.m.WaitForBreak(atOnce(nfs()), file2), "a break of another file")
	require.NoError(t, b.m.WaitForBreak(atOnce(as(1, 1)), file1), "one's own break")
	require.Error(t, b.m.WaitForBreak(atOnce(as(11, 1)), file1), "another client's break")
}

func TestWaitEndsWithTheContext(t *testing.T) {
	b := newBed(t, Options{})
	b.lease(1, file1, 1, "RWH")
	b.check(nfs(), file1, "write")
	ctx, cancel := context.WithCancel(nfs())
	done := b.waiting(ctx, file1)
	cancel()
	require.ErrorIs(t, arrives(t, done), context.Canceled)
	require.Equal(t, "lease=RWH->none", b.states(), "the break goes on")
}

// All that ends a break wakes all who wait for it, once.
func TestWhatEndsAWait(t *testing.T) {
	ends := map[string]func(b *bed, open uint64){
		"acknowledgment": func(b *bed, _ uint64) { _ = b.ack(1, 1, "none") },
		"close":          func(b *bed, open uint64) { b.m.Close(open) },
		"connection":     func(b *bed, _ uint64) { b.m.DropConnection(1) },
		"session":        func(b *bed, _ uint64) { b.m.DropSession(101) },
		"timeout":        func(b *bed, _ uint64) { b.clk.Advance(DefaultBreakTimeout) },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			b := newBed(t, Options{})
			open, _ := b.lease(1, file1, 1, "RWH")
			b.check(nfs(), file1, "write")
			var waiters []<-chan error
			for range 8 {
				waiters = append(waiters, b.waiting(nfs(), file1))
			}
			end(b, open)
			for _, w := range waiters {
				require.NoError(t, arrives(t, w))
			}
			require.True(t, b.m.Quiet())
		})
	}
}

// A waiter stays asleep while any holder has yet to answer, and is not woken
// in between.
func TestWaitForTheLastOfSeveral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, Options{})
		b.m = New(clock.System{}, Options{})
		b.lease(1, file1, 1, "RH")
		b.lease(11, file1, 2, "RH", others(1))
		require.Equal(t, "wait", b.check(nfs(), file1, "handle"))
		var woken atomic.Int32
		for range 4 {
			go func() {
				if b.m.WaitForBreak(nfs(), file1) == nil {
					woken.Add(1)
				}
			}()
		}
		synctest.Wait()
		require.NoError(t, b.ack(1, 1, "R"))
		synctest.Wait()
		require.Zero(t, woken.Load(), "the second has not answered")
		time.Sleep(34 * time.Second)
		require.NoError(t, b.ack(11, 2, "R"))
		synctest.Wait()
		require.EqualValues(t, 4, woken.Load())
		time.Sleep(time.Minute)
		require.Equal(t, "lease=R lease=R", b.states(), "no timer is left")
	})
}

// The client that is to answer may itself need the file to do so.
func TestHolderDoesNotWaitForHimself(t *testing.T) {
	b := newBed(t, Options{})
	open, _ := b.oplock(1, file1, "b")
	b.check(nfs(), file1, "write")
	assert.NoError(t, b.m.WaitForBreak(atOnce(asOpen(open)), file1))
	assert.Equal(t, "free", b.check(asOpen(open), file1, "write"), "he writes back what he has")
}
