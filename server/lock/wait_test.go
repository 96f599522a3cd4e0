package lock

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// waiting is a LockWait under way.
type waiting struct{ err chan error }

func wait(ctx context.Context, t *Table, r Request) waiting {
	w := waiting{err: make(chan error, 1)}
	go func() { w.err <- t.LockWait(ctx, r) }()
	synctest.Wait() // it has its lock or stands in the queue
	return w
}

func (w waiting) ended() bool { return len(w.err) > 0 }

// TestLockWaitWakes lets each style wait for each other one.
func TestLockWaitWakes(t *testing.T) {
	for _, c := range []struct {
		row        string
		held, next Request
	}{
		{"smb for smb", smb(alice, 0, 10, true), smb(bob, 5, 1, false)},
		{"posix for smb", smb(alice, 0, 10, true), posix(carol, 5, 1, false)},
		{"smb for posix", posix(carol, 0, 10, false), smb(alice, 5, 1, true)},
		{"posix for posix", posix(carol, 0, 10, false), posix(dave, 5, 1, true)},
	} {
		for how, release := range map[string]func(*Table){
			"Unlock":        func(table *Table) { require.NoError(t, table.Unlock(c.held)) },
			"UnlockAll":     func(table *Table) { require.Equal(t, 1, table.UnlockAll(file1, "", c.held.Owner)) },
			"ReleaseClient": func(table *Table) { table.ReleaseClient(c.held.Owner.Protocol, c.held.Owner.Client) },
		} {
			t.Run(c.row+"/"+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var table Table
					require.NoError(t, table.Lock(c.held))
					w := wait(t.Context(), &table, c.next)
					require.False(t, w.ended())
					require.Len(t, table.Waiting(file1, ""), 1)
					release(&table)
					require.NoError(t, <-w.err)
					require.Equal(t, c.next.Owner, table.Locks(file1, "")[0].Owner)
				})
			})
		}
	}
}

func TestLockWaitIsFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var table Table
		owner := func(id uint64) Owner { return Owner{Protocol: "smb", Client: "c", ID: id} }
		require.NoError(t, table.Lock(smb(owner(0), 0, 10, false)))
		writer := wait(t.Context(), &table, smb(owner(1), 0, 10, true))
		reader := wait(t.Context(), &table, smb(owner(2), 0, 10, false))
		aside := wait(t.Context(), &table, smb(owner(3), 20, 10, true))
		require.False(t, writer.ended())
		require.False(t, reader.ended(), "it must not overtake the writer")
		require.NoError(t, <-aside.err, "it stands in nobody's way")
		require.NoError(t, table.Lock(smb(owner(4), 0, 5, false)), "who does not wait looks only at what is held")
		require.NoError(t, table.Unlock(smb(owner(4), 0, 5, false)))
		again := wait(t.Context(), &table, smb(owner(0), 0, 10, false))
		require.NoError(t, <-again.err, "the writer may be waiting for its other lock")

		require.Equal(t, 2, table.UnlockAll(file1, "", owner(0)))
		require.NoError(t, <-writer.err)
		synctest.Wait()
		require.False(t, reader.ended())
		require.NoError(t, table.Unlock(smb(owner(1), 0, 10, true)))
		require.NoError(t, <-reader.err)
	})
}

func TestLockWaitCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var table Table
		require.NoError(t, table.Lock(smb(alice, 0, 10, false)))
		ctx, cancel := context.WithCancel(t.Context())
		writer := wait(ctx, &table, smb(bob, 0, 10, true))
		reader := wait(t.Context(), &table, posix(carol, 0, 10, false))
		require.False(t, reader.ended())
		cancel()
		require.ErrorIs(t, <-writer.err, context.Canceled)
		require.NoError(t, <-reader.err, "it waited only for its turn")
		require.Len(t, table.Locks(file1, ""), 2)
		require.Empty(t, table.Waiting(file1, ""))
		require.ErrorIs(t, table.LockWait(ctx, smb(bob, 50, 1, true)), context.Canceled)
		require.Len(t, table.Locks(file1, ""), 2)
	})
}

func TestUnlockAllEndsOwnWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var table Table
		require.NoError(t, table.Lock(smb(alice, 0, 10, true)))
		w := wait(t.Context(), &table, smb(bob, 0, 10, true))
		require.Equal(t, 1, table.UnlockAll(file1, "", bob))
		require.ErrorIs(t, <-w.err, ErrReleased)
	})
}

func TestDowngradeWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var table Table
		require.NoError(t, table.Lock(posix(carol, 0, 0, true)))
		w := wait(t.Context(), &table, posix(dave, 0, 10, false))
		require.False(t, w.ended())
		require.NoError(t, table.Lock(posix(carol, 0, 0, false)))
		require.NoError(t, <-w.err)
	})
}

// TestWakeGoesBack: the grant of a later waiter may make room for an earlier one.
func TestWakeGoesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var table Table
		require.NoError(t, table.Lock(posix(carol, 0, 10, true)))
		require.NoError(t, table.Lock(smb(alice, 20, 10, true)))
		first := wait(t.Context(), &table, posix(dave, 0, 5, false))
		second := wait(t.Context(), &table, posix(carol, 0, 30, false))
		require.False(t, first.ended() || second.ended())
		require.NoError(t, table.Unlock(smb(alice, 20, 10, true)))
		require.NoError(t, <-second.err)
		require.NoError(t, <-first.err)
	})
}

func TestEnqueue(t *testing.T) {
	var table Table
	w, err := table.Enqueue(smb(alice, 0, 10, true))
	require.NoError(t, err)
	require.Nil(t, w, "granted at once")
	w, err = table.Enqueue(smb(bob, 0, 10, true))
	require.NoError(t, err)
	require.NoError(t, w.Err(), "not over yet")
	require.True(t, w.Cancel())
	require.False(t, w.Cancel())
	<-w.Done()
	require.ErrorIs(t, w.Err(), context.Canceled)

	w, err = table.Enqueue(smb(bob, 0, 10, true))
	require.NoError(t, err)
	require.NoError(t, table.Unlock(smb(alice, 0, 10, true)))
	require.False(t, w.Cancel(), "granted before")
	require.NoError(t, w.Err())
	for range MaxWaiters {
		_, err := table.Enqueue(smb(alice, 0, 10, true))
		require.NoError(t, err)
	}
	_, err = table.Enqueue(smb(alice, 0, 10, true))
	require.ErrorIs(t, err, ErrTooMany)
}

// TestCancelRacesWithGrant: whatever wins, the caller knows whether it holds
// the lock.
func TestCancelRacesWithGrant(t *testing.T) {
	var table Table
	for range 500 {
		require.NoError(t, table.Lock(smb(alice, 0, 10, true)))
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if table.LockWait(ctx, smb(bob, 0, 10, true)) == nil {
				if err := table.Unlock(smb(bob, 0, 10, true)); err != nil {
					t.Errorf("told that it was granted: %v", err)
				}
			}
		})
		wg.Go(cancel)
		wg.Go(func() { _ = table.Unlock(smb(alice, 0, 10, true)) })
		wg.Wait()
		if table.Files() != 0 {
			t.Fatalf("left behind: %v", table.Locks(file1, ""))
		}
	}
}

// TestMutualExclusion has owners of both styles take turns on one counter that
// only their locks protect.
func TestMutualExclusion(t *testing.T) {
	var table Table
	counter := 0
	var wg sync.WaitGroup
	for worker := range uint64(8) {
		r := Request{Handle: file1, Owner: Owner{Protocol: "x", ID: worker}, Style: Style(worker % 2), Exclusive: true, Off: worker, Len: 10}
		wg.Go(func() {
			for range 200 {
				if err := table.LockWait(t.Context(), r); err != nil {
					t.Error(err)
					return
				}
				counter++
				if err := table.Unlock(r); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1600, counter)
	require.Zero(t, table.Files())
}
