package pipe

import (
	"strings"
	"sync"
	"sync/atomic"

	"crosswire/server/wire/srvsvc"
)

// Share is one share as srvsvc tells it.
type Share struct {
	Name    string
	Comment string
	// Type is one of srvsvc.SType…; the zero value is a disk share.
	Type uint32
	// Path is what levels 2 and 502 show, in Windows form: `C:\data`.
	Path string
	// MaxUses is the limit of concurrent users; 0: none.
	MaxUses uint32
	// Flags are those of levels 501 and 1005 (MS-SRVS 2.2.4.29).
	Flags uint32
	// Hidden keeps the share out of enumerations; NetrShareGetInfo still
	// describes it.
	Hidden bool
	// SecurityDescriptor is self-relative; nil: none is told.
	SecurityDescriptor []byte
}

// ShareLister is where a ShareList looks. Both methods are called by many
// goroutines, and must not call the ShareList.
type ShareLister interface {
	// Shares gives every share except IPC$, in any order. It is called once for
	// each change, however many pipes ask.
	Shares() []Share
	// CurrentUses gives the number of tree connects to a share at this moment.
	// It is not cached.
	CurrentUses(share string) uint32
}

// ipcName is the share that this package itself lives in.
const ipcName = "IPC$"

// ShareList is the list of shares behind srvsvc, cached until Invalidate.
//
// Once Invalidate has returned, no answer is made from a list that was read
// before it was called: a list carries the generation that was current before
// the lister was asked, and is used only while that generation still is. A list
// that an Invalidate overtakes while it is being built is built again before
// anybody sees it.
type ShareList struct {
	lister ShareLister

	generation atomic.Uint64 // counts Invalidate
	rebuilds   atomic.Uint64
	current    atomic.Pointer[shareSnapshot]

	build sync.Mutex // serialises rebuilds; guards what follows
	ids   map[string]uint32
	last  uint32
}

// shareSnapshot is a list that is never changed after it was built.
type shareSnapshot struct {
	generation uint64
	visible    []shareEntry // in the order of their ids
	byName     map[string]srvsvc.ShareInfo
}

// shareEntry is a share with the number that resume handles name it by. A share
// keeps its number for as long as it exists and no other ever gets it, so that
// an enumeration in several calls neither skips nor repeats a share when others
// come or go in between.
type shareEntry struct {
	id   uint32
	info srvsvc.ShareInfo
}

// NewShareList makes a list that is built when it is first needed.
func NewShareList(lister ShareLister) *ShareList {
	return &ShareList{lister: lister}
}

// Invalidate says that the shares have changed. The change must be visible to
// the lister before the call. It never waits, neither for a rebuild under way
// nor for the lister.
func (l *ShareList) Invalidate() { l.generation.Add(1) }

// Rebuilds gives how often the lister was asked: at most once for each
// Invalidate, and once for the beginning.
func (l *ShareList) Rebuilds() uint64 { return l.rebuilds.Load() }

// snapshot gives a list that is current at some moment between call and return.
func (l *ShareList) snapshot() *shareSnapshot {
	if s := l.fresh(); s != nil {
		return s
	}
	l.build.Lock()
	defer l.build.Unlock()
	for {
		if s := l.fresh(); s != nil {
			return s
		}
		// The generation is read before the lister is asked: if it is still the
		// current one afterwards, the answer is no older than the last change.
		generation := l.generation.Load()
		l.rebuilds.Add(1)
		l.current.Store(l.number(generation, l.lister.Shares()))
	}
}

// fresh gives the cached list, nil if there is none or a change came after it.
func (l *ShareList) fresh() *shareSnapshot {
	s := l.current.Load()
	if s == nil || s.generation != l.generation.Load() {
		return nil
	}
	return s
}

// number makes a snapshot of shares. Known shares keep their ids and come first.
func (l *ShareList) number(generation uint64, shares []Share) *shareSnapshot {
	s := &shareSnapshot{generation: generation, byName: make(map[string]srvsvc.ShareInfo, len(shares)+1)}
	ids := make(map[string]uint32, len(shares)+1)
	var added []shareEntry
	known := make([]shareEntry, 0, len(shares)+1)
	add := func(key string, info srvsvc.ShareInfo, hidden bool) {
		if _, twice := s.byName[key]; twice {
			return
		}
		s.byName[key] = info
		if hidden {
			return
		}
		if id, ok := l.ids[key]; ok {
			ids[key] = id
			known = append(known, shareEntry{id, info})
			return
		}
		added = append(added, shareEntry{info: info})
	}
	add(shareKey(ipcName), srvsvc.ShareInfo{
		Name: ipcName, Type: srvsvc.STypeIPC | srvsvc.STypeSpecial, Remark: "Remote IPC", MaxUses: srvsvc.UnlimitedUses,
	}, false)
	for _, sh := range shares {
		uses := sh.MaxUses
		if uses == 0 {
			uses = srvsvc.UnlimitedUses
		}
		add(shareKey(sh.Name), srvsvc.ShareInfo{
			Name: sh.Name, Type: sh.Type, Remark: sh.Comment, MaxUses: uses, Path: sh.Path,
			Flags: sh.Flags, SecurityDescriptor: sh.SecurityDescriptor,
		}, sh.Hidden)
	}
	sortEntries(known)
	for i := range added {
		l.last++
		added[i].id = l.last
		ids[shareKey(added[i].info.Name)] = l.last
	}
	l.ids = ids
	s.visible = append(known, added...)
	return s
}

// shareKey folds a name: share names are compared without case (MS-SRVS 3.1.1.1).
func shareKey(name string) string { return strings.ToLower(name) }
