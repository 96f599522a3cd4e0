package rawsmb_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
	"crosswire/conformance/client/rawsmb"
)

// TestManyRequestsAtOnce: replies find their callers, whatever waits.
func TestManyRequestsAtOnce(t *testing.T) {
	for _, version := range []string{"2.0.2", "2.1", "3.1.1"} {
		t.Run(version, func(t *testing.T) {
			a, b, log := pair(t, version)
			locked := a.open("f.dat", "access", "rw")
			a.do(at(on(locked, "lock"), 0, 1))
			blocked := b.open("f.dat", "access", "rw")
			waiting := b.async(bounded(t), at(on(blocked, "lock", "wait", "yes"), 0, 1))
			log.await(t, "B", client.EventPending, 1)
			var wg sync.WaitGroup
			for i := range 16 {
				wg.Go(func() {
					path := fmt.Sprintf("f%d.dat", i)
					want := strings.Repeat(fmt.Sprintf("%4d", i), 20_000)
					for range 3 {
						res, err := b.Do(bounded(t), data(call("create", path, "disposition", "overwrite-if"), 0, want))
						if !assert.NoError(t, err) {
							return
						}
						got, err := b.Do(bounded(t), on(res.Handle, "read"))
						assert.NoError(t, err)
						assert.Equal(t, want, string(got.Data))
						_, err = b.Do(bounded(t), on(res.Handle, "close"))
						assert.NoError(t, err)
						assert.NoError(t, b.Fence(bounded(t)))
					}
				})
			}
			wg.Wait()
			select {
			case o := <-waiting:
				require.FailNow(t, "the lock did not wait", "%+v", o)
			default:
			}
			a.do(on(locked, "close"))
			require.NoError(t, (<-waiting).err)
		})
	}
}

// TestManyBreaks: holders and breakers at once; each break comes once, before
// the fence, and each acknowledgment is taken.
func TestManyBreaks(t *testing.T) {
	s := start(t, nil)
	log := newEvents()
	a, b := connect(t, endpoint(s), log, spec("A", "")), connect(t, endpoint(s), log, spec("B", "", "encrypt", "yes"))
	require.NoError(t, a.OnBreak(nil, client.BreakPolicy{Ack: true, Flush: true}))
	const files = 40
	handles := make([]*client.Handle, files)
	for i := range handles {
		option := [][]string{{"lease", "RWH"}, {"oplock", "batch"}, {"lease", "RW", "leaseversion", "1"}, {"oplock", "exclusive"}}[i%4]
		handles[i] = a.do(call("create", fmt.Sprintf("f%d", i), append(option, "access", "rw")...)).Handle
		a.do(data(on(handles[i], "write", "cached", "yes"), 0, fmt.Sprintf("held %d", i)))
	}
	var wg sync.WaitGroup
	for i := range handles {
		wg.Go(func() {
			res, err := b.Do(bounded(t), call("read", fmt.Sprintf("f%d", i)))
			assert.NoError(t, err)
			assert.Equal(t, fmt.Sprintf("held %d", i), string(res.Data))
		})
	}
	wg.Wait()
	require.NoError(t, a.Fence(bounded(t)))
	seen := map[*client.Handle]int{}
	for _, e := range log.of("A", client.EventBreak) {
		seen[e.Handle]++
	}
	for i, h := range handles {
		assert.Equal(t, 1, seen[h], "f%d", i)
	}
	assert.Len(t, log.of("A", client.EventAck), files)
	assert.Len(t, log.of("A", client.EventFlush), files)
	assert.Empty(t, log.of("A", client.EventNote))
}

// TestFewCredits: a server that grants one credit at a time makes it slow, not
// stuck.
func TestFewCredits(t *testing.T) {
	s := start(t, nil)
	stingy := func(f []byte) []byte {
		// Unsigned and in clear, so what it asks for can be changed.
		binary.LittleEndian.PutUint16(f[14:], 1)
		return f
	}
	dial, _ := between(nil, stingy)
	log := newEvents()
	made, err := rawsmb.Factory(dial)(bounded(t), endpoint(s), spec("A", "2.1", "sign", "no"), log)
	require.NoError(t, err)
	defer made.Close()
	a := &actor{made.(client.Holder), t, "A", log}
	want := strings.Repeat("x", 300_000)
	a.file("f.dat", want)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			res, err := a.Do(bounded(t), call("read", "f.dat"))
			assert.NoError(t, err)
			assert.Equal(t, want, string(res.Data))
		})
	}
	wg.Wait()
}
