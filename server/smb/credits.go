package smb

import (
	"errors"
	"sync"
)

// credits is the window of message ids that a client may use (MS-SMB2 3.3.1.1,
// 3.3.5.2.3): every granted credit is one id, each id is used once, in any
// order.
type credits struct {
	mu   sync.Mutex
	low  uint64          // every id below was used
	high uint64          // every id from here on was not granted
	used map[uint64]bool // ids in [low, high) that were used
}

func (c *credits) init() {
	c.high = 1 // the first id is 0, granted by connecting
	c.used = map[uint64]bool{}
}

var errMessageID = errors.New("message id outside the granted window or used twice")

// use takes charge ids from id on; an error ends the connection.
func (c *credits) use(id uint64, charge uint16) error {
	n := uint64(max(charge, 1))
	c.mu.Lock()
	defer c.mu.Unlock()
	if id < c.low || id >= c.high || n > c.high-id {
		return errMessageID
	}
	for i := id; i < id+n; i++ {
		if c.used[i] {
			return errMessageID
		}
	}
	for i := id; i < id+n; i++ {
		c.used[i] = true
	}
	for c.used[c.low] {
		delete(c.used, c.low)
		c.low++
	}
	return nil
}

// grant gives what the client asks for, at least one while none is left, so
// that never more than maxCredits are outstanding.
func (c *credits) grant(asked uint16) uint16 {
	c.mu.Lock()
	defer c.mu.Unlock()
	outstanding := c.high - c.low - uint64(len(c.used))
	// A skipped id keeps the window open; it may not grow without bound.
	span := c.high - c.low
	n := uint64(max(asked, 1))
	room := uint64(0)
	if outstanding < maxCredits && span < 2*maxCredits {
		room = min(maxCredits-outstanding, 2*maxCredits-span)
	}
	n = min(n, room)
	c.high += n
	return uint16(n)
}
