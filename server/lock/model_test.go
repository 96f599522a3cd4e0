package lock

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The model. The line of bytes is a row of cells: byte b is cell 2b+1, the
// boundary before it cell 2b. A range covers its bytes and the boundaries
// inside it; a range of no bytes covers its one boundary. So "strictly
// inside" needs no rule of its own. Byte modelBytes-1 stands for all the rest.
const (
	modelBytes = 12
	modelCells = 2 * modelBytes
)

type cells [modelCells]bool

func cover(off, length uint64) (c cells) {
	if length == 0 {
		c[2*off] = true
	}
	for i := 2*off + 1; i < 2*(off+length); i++ {
		c[i] = true
	}
	return c
}

func (c cells) meet(d cells) bool {
	for i := range c {
		if c[i] && d[i] {
			return true
		}
	}
	return false
}

type modelLock struct {
	owner       int
	off, length uint64
	exclusive   bool
}

// model is a list of SMB locks and, of each owner, which bytes it has
// POSIX-locked (0 not, 1 shared, 2 exclusive).
type model struct {
	smb   []modelLock
	posix [4][modelBytes]int
}

func (m *model) posixCells(owner, least int) (c cells) {
	for b, kind := range m.posix[owner] {
		if kind >= least {
			c[2*b+1] = true
			if b > 0 && m.posix[owner][b-1] == kind { // else two locks meet here
				c[2*b] = true
			}
		}
	}
	return c
}

// against tells whether a lock (or I/O) of the range may not be.
func (m *model) against(owner int, style Style, off, length uint64, exclusive, io bool) bool {
	c := cover(off, length)
	for _, l := range m.smb {
		if length == 0 && l.length == 0 || !c.meet(cover(l.off, l.length)) {
			continue
		}
		switch {
		case l.exclusive && io && l.owner == owner:
		case l.exclusive && !exclusive && style == SMB && l.owner == owner: // stacked
		case l.exclusive || exclusive:
			return true
		}
	}
	for o := range m.posix {
		if style == POSIX && (o == owner || io) || o == owner && io {
			continue
		}
		least := 2
		if exclusive {
			least = 1
		}
		if c.meet(m.posixCells(o, least)) {
			return true
		}
	}
	return false
}

func TestTableAgainstModel(t *testing.T) {
	owners := []Owner{alice, bob, carol, dave}
	rapid.Check(t, func(t *rapid.T) {
		var table Table
		var m model
		draw := func(t *rapid.T) (owner int, r Request) {
			owner = rapid.IntRange(0, 3).Draw(t, "owner")
			off := rapid.Uint64Range(0, modelBytes-2).Draw(t, "off")
			length := rapid.Uint64Range(0, modelBytes-1-off).Draw(t, "len")
			r = Request{Handle: file1, Owner: owners[owner], Exclusive: rapid.Bool().Draw(t, "exclusive"), Off: off, Len: length}
			r.Style = rapid.SampledFrom([]Style{SMB, POSIX}).Draw(t, "style")
			return owner, r
		}
		// extent is the model's length: POSIX 0 is up to and with the rest.
		extent := func(r Request) uint64 {
			if r.Style == POSIX && r.Len == 0 {
				return modelBytes - r.Off
			}
			return r.Len
		}
		t.Repeat(map[string]func(*rapid.T){
			"lock": func(t *rapid.T) {
				owner, r := draw(t)
				n := extent(r)
				want := m.against(owner, r.Style, r.Off, n, r.Exclusive, false)
				holder, err := table.Test(r)
				if err != nil || (holder != nil) != want {
					t.Fatalf("Test(%+v) = %v, %v; want a conflict: %v", r, holder, err, want)
				}
				if err := table.Lock(r); errors.Is(err, ErrConflict) != want || !want && err != nil {
					t.Fatalf("Lock(%+v) = %v; want a conflict: %v", r, err, want)
				}
				if want {
					return
				}
				if r.Style == SMB {
					m.smb = append(m.smb, modelLock{owner, r.Off, r.Len, r.Exclusive})
					return
				}
				for b := r.Off; b < r.Off+n; b++ {
					m.posix[owner][b] = 1
					if r.Exclusive {
						m.posix[owner][b] = 2
					}
				}
			},
			"unlock": func(t *rapid.T) {
				owner, r := draw(t)
				err := table.Unlock(r)
				if r.Style == POSIX {
					if err != nil {
						t.Fatal(err)
					}
					for b := r.Off; b < r.Off+extent(r); b++ {
						m.posix[owner][b] = 0
					}
					return
				}
				found := -1
				for i, l := range m.smb {
					if l.owner == owner && l.off == r.Off && l.length == r.Len && (found < 0 || !m.smb[found].exclusive) {
						found = i
					}
				}
				if (found < 0) != errors.Is(err, ErrNotLocked) || found >= 0 && err != nil {
					t.Fatalf("Unlock(%+v) = %v; model's index %d", r, err, found)
				}
				if found >= 0 {
					m.smb = append(m.smb[:found:found], m.smb[found+1:]...)
				}
			},
			"unlock all": func(t *rapid.T) {
				owner := rapid.IntRange(0, 3).Draw(t, "owner")
				table.UnlockAll(file1, AnyStream, owners[owner])
				m.posix[owner] = [modelBytes]int{}
				var rest []modelLock
				for _, l := range m.smb {
					if l.owner != owner {
						rest = append(rest, l)
					}
				}
				m.smb = rest
			},
			"": func(t *rapid.T) {
				owner, r := draw(t)
				read := table.CheckRead(file1, "", r.Owner, r.Style, r.Off, r.Len)
				write := table.CheckWrite(file1, "", r.Owner, r.Style, r.Off, r.Len)
				if want := r.Len > 0 && m.against(owner, r.Style, r.Off, r.Len, false, true); (read != nil) != want {
					t.Fatalf("CheckRead(%+v) = %v; want a conflict: %v", r, read, want)
				}
				if want := r.Len > 0 && m.against(owner, r.Style, r.Off, r.Len, true, true); (write != nil) != want {
					t.Fatalf("CheckWrite(%+v) = %v; want a conflict: %v", r, write, want)
				}
				smbCount := 0
				for _, h := range table.Locks(file1, "") {
					if h.Style == SMB {
						smbCount++
						continue
					}
					o := slices.Index(owners, h.Owner)
					kind := 1
					if h.Exclusive {
						kind = 2
					}
					for b := h.Off; b < modelBytes && b <= h.span.last; b++ {
						if m.posix[o][b] != kind {
							t.Fatalf("%v, but the model has %d at byte %d", h, m.posix[o][b], b)
						}
					}
				}
				if smbCount != len(m.smb) {
					t.Fatalf("%d SMB locks, want %d", smbCount, len(m.smb))
				}
			},
		})
	})
}
