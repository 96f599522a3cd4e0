package vfs

import (
	"slices"
	"sync"
)

// gateShards bounds the memory of the gates; files that share a shard only
// wait for each other, which is harmless because nothing blocks behind a gate.
const gateShards = 1024

// gates keep an open (which grants leases) and an operation (which breaks
// them and then changes the file) on one file apart. Nothing that can block
// runs behind a gate: no network, no acknowledgment, no other gate.
type gates struct {
	shard [gateShards]sync.RWMutex
}

func shardOf(h FileHandle) int {
	x := h.ID*0x9e3779b97f4a7c15 ^ h.FSID*0xff51afd7ed558ccd
	return int((x >> 54) % gateShards)
}

// enter takes the gates of all files, alone or shared, in the order of the
// shards so that two operations never wait for each other crosswise. The
// result leaves them.
func (g *gates) enter(alone bool, files ...FileHandle) (leave func()) {
	if len(files) == 1 { // the common case, without an allocation for the list
		m := &g.shard[shardOf(files[0])]
		if alone {
			m.Lock()
			return m.Unlock
		}
		m.RLock()
		return m.RUnlock
	}
	list := make([]int, 0, len(files))
	for _, h := range files {
		if !h.IsZero() {
			list = append(list, shardOf(h))
		}
	}
	slices.Sort(list)
	list = slices.Compact(list)
	for _, i := range list {
		if alone {
			g.shard[i].Lock()
		} else {
			g.shard[i].RLock()
		}
	}
	return func() {
		for _, i := range list {
			if alone {
				g.shard[i].Unlock()
			} else {
				g.shard[i].RUnlock()
			}
		}
	}
}
