package script

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

var (
	leaseNames  = []string{"R", "RH", "RW", "RWH", "H", "W", "WH"}
	oplockNames = []string{"II", "exclusive", "batch"}
)

// String gives the letters in the order R, W, H; "none" for no bits.
func (l Lease) String() string {
	var b strings.Builder
	for _, bit := range []struct {
		l Lease
		c byte
	}{{LeaseR, 'R'}, {LeaseW, 'W'}, {LeaseH, 'H'}} {
		if l&bit.l != 0 {
			b.WriteByte(bit.c)
		}
	}
	if b.Len() == 0 {
		return "none"
	}
	return b.String()
}

// String gives none, II, exclusive or batch.
func (o Oplock) String() string {
	switch o {
	case OplockNone:
		return "none"
	case OplockII:
		return "II"
	case OplockExclusive:
		return "exclusive"
	case OplockBatch:
		return "batch"
	}
	return fmt.Sprintf("oplock %#x", uint8(o))
}

// String gives the state as steps write it: RWH, batch, none.
func (c Cache) String() string {
	switch c.Kind {
	case CacheLease:
		return c.Lease.String()
	case CacheOplock:
		return c.Oplock.String()
	case CacheTemplate:
		return c.Text
	}
	return "none"
}

// Equal reports whether two states are the same; the lease none and the oplock none are the same.
func (c Cache) Equal(d Cache) bool {
	return c.Lease == d.Lease && c.Oplock == d.Oplock && c.Text == d.Text
}

// LeaseState is the state of a lease; the zero Lease is none.
func LeaseState(l Lease) Cache {
	if l == 0 {
		return Cache{Kind: CacheNone}
	}
	return Cache{Kind: CacheLease, Lease: l}
}

// OplockLevel is the state of an oplock.
func OplockLevel(o Oplock) Cache {
	if o == OplockNone {
		return Cache{Kind: CacheNone}
	}
	return Cache{Kind: CacheOplock, Oplock: o}
}

// MarshalJSON gives lease:RWH, oplock:batch or none.
func (c Cache) MarshalJSON() ([]byte, error) {
	switch c.Kind {
	case CacheLease, CacheOplock:
		return json.Marshal(string(c.Kind) + ":" + c.String())
	}
	return json.Marshal(c.String())
}

// ParseCache reads a state as steps write it, with or without the prefix lease: or oplock:.
func ParseCache(s string) (Cache, error) {
	c, msg := cache(s, TypeCache)
	if msg != "" {
		return Cache{}, fmt.Errorf("script: %s", msg)
	}
	return *c, nil
}

func cache(s string, t Type) (*Cache, string) {
	if s == "none" {
		return &Cache{Kind: CacheNone}, ""
	}
	prefix, name, ok := strings.Cut(s, ":")
	if !ok {
		prefix, name = "", s
	}
	if prefix != "oplock" && t != TypeOplock && slices.Contains(leaseNames, name) && (prefix == "" || prefix == "lease") {
		c := &Cache{Kind: CacheLease}
		for _, letter := range name {
			c.Lease |= map[rune]Lease{'R': LeaseR, 'W': LeaseW, 'H': LeaseH}[letter]
		}
		return c, ""
	}
	if prefix != "lease" && t != TypeLease && (prefix == "" || prefix == "oplock") {
		for _, o := range []Oplock{OplockII, OplockExclusive, OplockBatch} {
			if o.String() == name {
				return &Cache{Kind: CacheOplock, Oplock: o}, ""
			}
		}
	}
	switch names := []string{"none"}; t {
	case TypeLease:
		names = append(names, leaseNames...)
		return nil, fmt.Sprintf("%s is no lease state: %s%s", s, oneOf(names), didYouMean(s, names))
	case TypeOplock:
		names = append(names, oplockNames...)
		return nil, fmt.Sprintf("%s is no oplock level: %s%s", s, oneOf(names), didYouMean(s, names))
	default:
		names = append(append(names, leaseNames...), oplockNames...)
		return nil, fmt.Sprintf("%s is no caching state: a lease (%s), an oplock (%s) or none%s", s, oneOf(leaseNames), oneOf(oplockNames), didYouMean(s, names))
	}
}
