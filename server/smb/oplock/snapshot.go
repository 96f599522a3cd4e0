package oplock

import (
	"cmp"
	"encoding/hex"
	"slices"

	"crosswire/server/lock"
)

// Held describes one lease or oplock, for the control plane and for tests.
type Held struct {
	File  string `json:"file"`  // lock.FileHandle
	Level Level  `json:"level"` // LevelLease for a lease
	State State  `json:"state"`
	// BreakTo is meaningful while Breaking; Required is where the break ends
	// when it takes several steps.
	Breaking bool     `json:"breaking"`
	BreakTo  State    `json:"break_to"`
	Required State    `json:"required"`
	Opens    []uint64 `json:"opens"`
	Client   string   `json:"client,omitempty"`    // ClientGuid of a lease, hex
	LeaseKey string   `json:"lease_key,omitempty"` // hex
	V2       bool     `json:"v2,omitempty"`
	Epoch    uint16   `json:"epoch,omitempty"`

	handle lock.FileHandle
}

// Snapshot lists all holders, by file, then by their first open. Each file is
// seen at one moment, but not all files at the same.
func (m *Manager) Snapshot() []Held {
	m.reg.Lock()
	opens := make(map[*holder][]uint64, len(m.opens))
	for id, o := range m.opens {
		opens[o.h] = append(opens[o.h], id)
	}
	m.reg.Unlock()
	list := make([]Held, 0, len(opens))
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.Lock()
		for _, f := range s.files {
			for _, x := range f.holders {
				if ids := opens[x]; len(ids) > 0 {
					list = append(list, x.describe(ids))
				}
			}
		}
		s.mu.Unlock()
	}
	slices.SortFunc(list, func(a, b Held) int {
		return cmp.Or(
			cmp.Compare(a.handle.FSID, b.handle.FSID),
			cmp.Compare(a.handle.ID, b.handle.ID),
			cmp.Compare(a.handle.Gen, b.handle.Gen),
			cmp.Compare(a.Opens[0], b.Opens[0]))
	})
	return list
}

func (x *holder) describe(ids []uint64) Held {
	slices.Sort(ids)
	h := Held{
		File: x.file.String(), Level: x.state.level(), State: x.state,
		Breaking: x.breaking, Opens: ids, handle: x.file,
	}
	if x.breaking {
		h.BreakTo, h.Required = x.breakTo, x.required
	}
	if x.lease {
		h.Level = LevelLease
		h.Client = hex.EncodeToString(x.id.client[:])
		h.LeaseKey = hex.EncodeToString(x.id.key[:])
		h.V2 = x.v2
		if x.v2 {
			h.Epoch = x.epoch
		}
	}
	return h
}
