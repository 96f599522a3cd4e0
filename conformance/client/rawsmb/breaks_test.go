package rawsmb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
)

// pair connects two actors, A who holds and B who breaks.
func pair(t *testing.T, version string) (a, b *actor, log *events) {
	t.Helper()
	s := start(t, nil)
	log = newEvents()
	a, b = connect(t, endpoint(s), log, spec("A", version)), connect(t, endpoint(s), log, spec("B", version))
	a.file("f.dat", "ORIGINAL")
	return a, b, log
}

// TestBreakOfEveryHolder: another client opens the file, or overwrites it, and
// the holder is told what it loses.
func TestBreakOfEveryHolder(t *testing.T) {
	rows := []struct {
		option, value string
		breaker       []string // options of B's open
		to            string   // "" for no break
		ack           bool
	}{
		{"lease", "RWH", []string{"access", "rw"}, "RH", true},
		{"lease", "RW", []string{"access", "rw"}, "R", true},
		{"lease", "RH", []string{"access", "rw"}, "", false},
		{"lease", "R", []string{"access", "rw"}, "", false},
		{"lease", "RWH", []string{"access", "rw", "disposition", "overwrite"}, "none", true},
		{"lease", "RH", []string{"access", "rw", "disposition", "overwrite"}, "none", true},
		{"lease", "R", []string{"access", "rw", "disposition", "overwrite"}, "none", false},
		{"lease", "RWH", []string{"access", "a"}, "", false},
		{"oplock", "batch", []string{"access", "rw"}, "level2", true},
		{"oplock", "exclusive", []string{"access", "rw"}, "level2", true},
		{"oplock", "level2", []string{"access", "rw"}, "", false},
		{"oplock", "batch", []string{"access", "rw", "disposition", "overwrite"}, "none", true},
		{"oplock", "level2", []string{"access", "rw", "disposition", "overwrite"}, "none", false},
	}
	for _, version := range []string{"2.1", "3.1.1"} {
		for _, r := range rows {
			t.Run(fmt.Sprintf("%s %s=%s %v", version, r.option, r.value, r.breaker), func(t *testing.T) {
				a, b, log := pair(t, version)
				res := a.do(call("open", "f.dat", "access", "rw", r.option, r.value))
				h := res.Handle
				require.Equal(t, r.value, res.Fields[r.option])
				_, hasEpoch := res.Fields["epoch"]
				assert.Equal(t, r.option == "lease" && version == "3.1.1", hasEpoch)
				assert.Equal(t, r.option == "lease", h.LeaseKey != "")
				opening := b.async(bounded(t), call("open", "f.dat", r.breaker...))
				if r.to == "" {
					require.NoError(t, (<-opening).err)
					require.NoError(t, a.Fence(bounded(t)))
					assert.Empty(t, log.of("A", client.EventBreak))
					return
				}
				e := log.await(t, "A", client.EventBreak, 1)
				assert.Equal(t, [2]string{r.value, r.to}, [2]string{e.From, e.To})
				assert.Equal(t, r.ack, e.AckRequired)
				assert.Same(t, h, e.Handle)
				assert.Equal(t, h.LeaseKey, e.LeaseKey)
				if !r.ack {
					require.NoError(t, (<-opening).err)
					_, err := a.Ack(bounded(t), h, "")
					assert.ErrorContains(t, err, "no break of it awaits")
					return
				}
				if r.value != "RH" { // what cannot be dirty holds nobody up
					p := log.await(t, "B", client.EventPending, 1)
					assert.Equal(t, "STATUS_PENDING", p.Status)
				}
				require.NoError(t, a.Fence(bounded(t)))
				assert.Empty(t, log.of("A", client.EventAck), "a held break was acknowledged")
				ack, err := a.Ack(bounded(t), h, "")
				require.NoError(t, err)
				assert.Equal(t, r.to, ack.Fields["state"])
				assert.Equal(t, r.to, log.of("A", client.EventAck)[0].To)
				require.NoError(t, (<-opening).err)
			})
		}
	}
}

func TestPolicies(t *testing.T) {
	for _, r := range []struct {
		name   string
		policy client.BreakPolicy
		all    bool // set for all handles
		to     string
	}{
		{"ack", client.BreakPolicy{Ack: true}, false, "RH"},
		{"ack of all", client.BreakPolicy{Ack: true}, true, "RH"},
		{"ack-to", client.BreakPolicy{Ack: true, State: "R"}, false, "R"},
		{"flush+ack", client.BreakPolicy{Ack: true, Flush: true}, false, "RH"},
		{"flush+ack-to", client.BreakPolicy{Ack: true, Flush: true, State: "none"}, false, "none"},
	} {
		t.Run(r.name, func(t *testing.T) {
			a, b, log := pair(t, "3.1.1")
			h := a.open("f.dat", "access", "rw", "lease", "RWH")
			a.do(data(on(h, "write", "cached", "yes"), 0, "CACHED"))
			a.do(data(on(h, "write", "cached", "yes"), 3, "H3LD"))
			if r.all {
				require.NoError(t, a.OnBreak(nil, r.policy))
			} else {
				require.NoError(t, a.OnBreak(h, r.policy))
			}
			assert.Equal(t, "ORIGINAL", string(a.do(on(h, "read")).Data), "held data was sent")
			g := b.do(call("open", "f.dat", "access", "r")).Handle
			acks := log.of("A", client.EventAck)
			require.Len(t, acks, 1)
			assert.Equal(t, r.to, acks[0].To)
			assert.Equal(t, h.LeaseKey, acks[0].LeaseKey)
			want, flushes := "ORIGINAL", log.of("A", client.EventFlush)
			if r.policy.Flush {
				want = "CACH3LDL"
				require.Len(t, flushes, 2)
				assert.Less(t, log.of("A", client.EventBreak)[0].Seq, flushes[0].Seq)
				assert.Less(t, flushes[1].Seq, acks[0].Seq)
			} else {
				assert.Empty(t, flushes)
			}
			assert.Equal(t, want, string(b.do(on(g, "read")).Data))
			assert.Empty(t, log.of("A", client.EventNote))
		})
	}
	t.Run("hold after ack", func(t *testing.T) {
		a, b, log := pair(t, "3.1.1")
		h := a.open("f.dat", "access", "rw", "lease", "RWH")
		require.NoError(t, a.OnBreak(nil, client.BreakPolicy{Ack: true}))
		require.NoError(t, a.OnBreak(h, client.BreakPolicy{}))
		ctx, cancel := context.WithCancel(bounded(t))
		opening := b.async(ctx, call("open", "f.dat"))
		log.await(t, "A", client.EventBreak, 1)
		log.await(t, "B", client.EventPending, 1)
		require.NoError(t, a.Fence(bounded(t)))
		assert.Empty(t, log.of("A", client.EventAck))
		cancel()
		assert.ErrorIs(t, (<-opening).err, context.Canceled)
	})
	t.Run("a policy of no state", func(t *testing.T) {
		a, _, _ := pair(t, "3.1.1")
		h := a.open("f.dat", "lease", "R")
		assert.True(t, client.IsUnsupported(a.OnBreak(h, client.BreakPolicy{Ack: true, State: "Q"})))
	})
}

// TestHeldData: flush and close send it, and who may not keep it does not.
func TestHeldData(t *testing.T) {
	a, _, log := pair(t, "3.0.2")
	h := a.open("f.dat", "access", "rw", "oplock", "batch")
	a.do(data(on(h, "write", "cached", "yes"), 0, "ONE"))
	a.do(on(h, "flush"))
	assert.Equal(t, "ONEGINAL", string(a.do(on(h, "read")).Data))
	a.do(data(on(h, "write", "cached", "yes"), 0, "TWO"))
	a.do(on(h, "close"))
	assert.Equal(t, "TWOGINAL", a.content("f.dat"))
	assert.Len(t, log.of("A", client.EventFlush), 2)
	h = a.open("f.dat", "access", "rw", "lease", "RH")
	_, err := a.Do(bounded(t), data(on(h, "write", "cached", "yes"), 0, "X"))
	assert.ErrorContains(t, err, "it holds RH")
	assert.Empty(t, client.StatusName(err))
}

// TestSharedLease: opens with one key share the lease, its breaks and its
// policy.
func TestSharedLease(t *testing.T) {
	a, b, log := pair(t, "3.1.1")
	h := a.open("f.dat", "access", "r", "lease", "RH", "leasekey", "k")
	res := a.do(call("open", "f.dat", "access", "rw", "lease", "RWH", "leasekey", "k"))
	g := res.Handle
	assert.Equal(t, "RWH", res.Fields["lease"], "the lease was not upgraded")
	assert.Equal(t, h.LeaseKey, g.LeaseKey)
	other := a.open("f.dat", "access", "a", "lease", "none")
	assert.Empty(t, other.LeaseKey)
	a.do(data(on(g, "write", "cached", "yes"), 0, "g"))
	a.do(data(on(h, "write", "cached", "yes"), 0, "h")) // refused by the server when it is flushed
	require.NoError(t, a.OnBreak(g, client.BreakPolicy{Ack: true}))
	require.NoError(t, a.OnBreak(h, client.BreakPolicy{}))
	opening := b.async(bounded(t), call("open", "f.dat"))
	e := log.await(t, "A", client.EventBreak, 1)
	assert.Equal(t, h.LeaseKey, e.LeaseKey)
	assert.Contains(t, []*client.Handle{h, g}, e.Handle)
	log.await(t, "B", client.EventPending, 1)
	assert.Empty(t, log.of("A", client.EventAck), "the policy that was set last does not count")
	_, err := a.Ack(bounded(t), g, "RH")
	require.NoError(t, err)
	require.NoError(t, (<-opening).err)
	assert.Len(t, log.of("A", client.EventBreak), 1)

	_, err = a.Do(bounded(t), on(h, "close"))
	assert.Equal(t, "STATUS_ACCESS_DENIED", client.StatusName(err))
}

// TestPolicyThatFails: the failure of what a policy did is told.
func TestPolicyThatFails(t *testing.T) {
	a, b, log := pair(t, "3.1.1")
	h := a.open("f.dat", "access", "r", "lease", "RWH")
	a.do(data(on(h, "write", "cached", "yes"), 0, "no right to"))
	require.NoError(t, a.OnBreak(h, client.BreakPolicy{Ack: true, Flush: true}))
	ctx, cancel := context.WithCancel(bounded(t))
	defer cancel()
	opening := b.async(ctx, call("open", "f.dat"))
	n := log.await(t, "A", client.EventNote, 1)
	assert.Equal(t, "STATUS_ACCESS_DENIED", n.Status)
	assert.Empty(t, log.of("A", client.EventAck))
	cancel()
	<-opening
}

// TestBreakInSteps: RWH goes to RH for an open and to none for an overwrite.
func TestBreakInSteps(t *testing.T) {
	a, b, log := pair(t, "3.1.1")
	h := a.open("f.dat", "access", "rw", "lease", "RWH")
	require.NoError(t, a.OnBreak(h, client.BreakPolicy{Ack: true}))
	b.do(on(b.open("f.dat", "access", "r"), "close"))
	b.do(on(b.open("f.dat", "access", "rw", "disposition", "overwrite"), "close"))
	require.NoError(t, a.Fence(bounded(t)))
	var got []string
	for _, e := range log.of("A", client.EventBreak) {
		got = append(got, e.From+"->"+e.To)
		assert.Contains(t, e.Detail, "epoch ")
	}
	assert.Equal(t, []string{"RWH->RH", "RH->none"}, got)
	assert.Equal(t, "none", log.await(t, "A", client.EventAck, 2).To)
}

// TestRefusedAck: what a server says to an acknowledgment of nothing is given
// back.
func TestRefusedAck(t *testing.T) {
	a, b, log := pair(t, "3.1.1")
	h := a.open("f.dat", "access", "rw", "lease", "RWH")
	_, err := a.Ack(bounded(t), h, "R")
	var refusal *client.StatusError
	require.ErrorAs(t, err, &refusal)
	opening := b.async(bounded(t), call("open", "f.dat"))
	log.await(t, "A", client.EventBreak, 1)
	_, err = a.Ack(bounded(t), h, "RWH")
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, "STATUS_REQUEST_NOT_ACCEPTED", refusal.Name)
	_, err = a.Ack(bounded(t), h, "batch")
	assert.True(t, client.IsUnsupported(err))
	_, err = a.Ack(bounded(t), h, "")
	require.NoError(t, err)
	require.NoError(t, (<-opening).err)
	plain := a.open("f.dat")
	_, err = a.Ack(bounded(t), plain, "")
	assert.ErrorContains(t, err, "holds no lease and no oplock")
}

// TestCloseAnswersBreak: a holder that closes needs no acknowledgment.
func TestCloseAnswersBreak(t *testing.T) {
	a, b, log := pair(t, "3.0")
	h := a.open("f.dat", "access", "rw", "oplock", "batch")
	opening := b.async(bounded(t), call("open", "f.dat"))
	log.await(t, "A", client.EventBreak, 1)
	a.do(on(h, "close"))
	require.NoError(t, (<-opening).err)
	_, err := a.Ack(bounded(t), h, "")
	assert.ErrorContains(t, err, "is closed")
}

// TestLeaseVersions: the version asked for is the version granted.
func TestLeaseVersions(t *testing.T) {
	a, _, _ := pair(t, "3.1.1")
	_, epoch := a.do(call("open", "f.dat", "lease", "R", "leaseversion", "1")).Fields["epoch"]
	assert.False(t, epoch)
	res := a.do(call("open", "f.dat", "lease", "R", "leaseversion", "2", "parentkey", "dir"))
	assert.Contains(t, res.Fields, "epoch")
	assert.Len(t, res.Fields["parentkey"], 32)
	a.unsupported(call("open", "f.dat", "lease", "R", "leaseversion", "1", "parentkey", "dir"))
	a.unsupported(call("open", "f.dat", "lease", "R", "leaseversion", "3"))
	old, _, _ := pair(t, "2.0.2")
	res = old.do(call("open", "f.dat", "lease", "RWH"))
	assert.Equal(t, "none", res.Fields["lease"])
	assert.Empty(t, res.Handle.LeaseKey)
}

// TestCancelOfCreate: a step that ends while the server waits cancels its
// request, and the connection goes on.
func TestCancelOfCreate(t *testing.T) {
	a, b, log := pair(t, "3.1.1")
	h := a.open("f.dat", "access", "rw", "lease", "RWH")
	ctx, cancel := context.WithCancel(bounded(t))
	opening := b.async(ctx, call("open", "f.dat"))
	log.await(t, "A", client.EventBreak, 1)
	log.await(t, "B", client.EventPending, 1)
	cancel()
	o := <-opening
	assert.True(t, errors.Is(o.err, context.Canceled))
	assert.ErrorContains(t, o.err, "127.0.0.1:")
	require.NoError(t, b.Fence(bounded(t)))
	_, err := a.Ack(bounded(t), h, "")
	require.NoError(t, err)
	b.do(call("open", "f.dat"))
}
