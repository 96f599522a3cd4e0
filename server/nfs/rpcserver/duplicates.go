package rpcserver

import (
	"bytes"
	"container/list"
	"hash/maphash"
	"sync"
)

// duplicateKey is what makes two calls the same one sent twice. Neither
// another caller's credential nor other arguments under a reused xid find the
// reply of the first.
type duplicateKey struct {
	peer             string // network, address and port
	xid              uint32
	prog, vers, proc uint32
	cred, args       uint64 // checksums
}

type duplicateState int

const (
	unknown    duplicateState = iota // the caller runs it, then finishes or forgets it
	inProgress                       // it runs: drop this one
	answered                         // send the reply again
)

// maxCachedReply bounds a cached reply; those of non-idempotent procedures
// have a few hundred octets.
const maxCachedReply = 4096

// duplicateCache remembers the calls of non-idempotent procedures that run, and
// the replies of the last ones.
type duplicateCache struct {
	seed maphash.Seed
	max  int

	mu      sync.Mutex
	entries map[duplicateKey]*duplicateEntry
	oldest  *list.List // of duplicateKey, of those answered
}

type duplicateEntry struct {
	reply []byte
	at    *list.Element // nil while it runs
}

func newDuplicateCache(max int) *duplicateCache {
	return &duplicateCache{
		seed: maphash.MakeSeed(), max: max,
		entries: make(map[duplicateKey]*duplicateEntry), oldest: list.New(),
	}
}

// sampled is how much of the head and of the tail of long arguments counts: a
// retransmitted WRITE is told apart without reading all its data again.
const sampled = 1024

func (d *duplicateCache) key(c *Call) duplicateKey {
	var cred, args maphash.Hash
	cred.SetSeed(d.seed)
	_, _ = cred.Write([]byte{byte(c.Call.Cred.Flavor)})
	_, _ = cred.Write(c.Call.Cred.Body)
	args.SetSeed(d.seed)
	if n := len(c.Args); n <= 2*sampled {
		_, _ = args.Write(c.Args)
	} else {
		_, _ = args.Write([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
		_, _ = args.Write(c.Args[:sampled])
		_, _ = args.Write(c.Args[n-sampled:])
	}
	return duplicateKey{
		peer: c.Network + " " + c.Peer.String(), xid: c.XID,
		prog: c.Prog, vers: c.Vers, proc: c.Proc,
		cred: cred.Sum64(), args: args.Sum64(),
	}
}

// begin says what is known of the call; if nothing, it now runs. With answered
// comes the reply, header and results.
func (d *duplicateCache) begin(k duplicateKey) (duplicateState, []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch e := d.entries[k]; {
	case e == nil:
		d.entries[k] = &duplicateEntry{}
		return unknown, nil
	case e.at == nil:
		return inProgress, nil
	default:
		return answered, e.reply
	}
}

// finish keeps the reply of a call that ran, dropping the oldest one beyond
// the bound.
func (d *duplicateCache) finish(k duplicateKey, reply []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(reply) > maxCachedReply {
		delete(d.entries, k)
		return
	}
	if e := d.entries[k]; e != nil && e.at == nil {
		e.reply = bytes.Clone(reply)
		e.at = d.oldest.PushBack(k)
	}
	for d.oldest.Len() > d.max {
		delete(d.entries, d.oldest.Remove(d.oldest.Front()).(duplicateKey))
	}
}

// forget drops a call that ran without a reply worth keeping.
func (d *duplicateCache) forget(k duplicateKey) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.entries[k]; e != nil && e.at == nil {
		delete(d.entries, k)
	}
}
