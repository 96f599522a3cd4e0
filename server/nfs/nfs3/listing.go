package nfs3

import (
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// Cookies of the two entries that the road does not list; its own begin at
// vfs.FirstDirCookie.
const (
	cookieDot    = 1
	cookieDotDot = 2
)

// maxBatch is how many entries are asked of the road at a time.
const maxBatch = 256

// listing walks a directory for READDIR and READDIRPLUS.
type listing struct {
	q       *request
	dir     node
	dirAttr vfs.Attr
	batch   int    // how many entries to ask for
	after   uint64 // cookie of the last entry that was passed on
	ahead   []vfs.Entry
	eof     bool // nothing follows ahead
}

// list checks the cookie and begins after it (RFC 1813 3.3.16): a cookie other
// than 0 is good only with the verifier that came with it. limit is how many
// octets will be written, each entry at least smallest of them.
func (q *request) list(dir node, cookie uint64, verf [nfs3.NFS3_COOKIEVERFSIZE]byte, limit, smallest int) (*listing, error) {
	l := &listing{q: q, dir: dir, after: cookie, batch: min(limit/smallest+1, maxBatch)}
	if err := l.refill(); err != nil {
		return nil, err
	}
	if cookie != 0 && verf != q.s.cookieVerf {
		return nil, errBadCookie
	}
	switch cookie {
	case 0:
		l.ahead = append([]vfs.Entry{l.dot(), l.dotDot()}, l.ahead...)
	case cookieDot:
		l.ahead = append([]vfs.Entry{l.dotDot()}, l.ahead...)
	}
	return l, nil
}

func (l *listing) dot() vfs.Entry {
	return vfs.Entry{Name: ".", Cookie: cookieDot, Attr: l.dirAttr}
}

// dotDot is the parent. Who may list a directory but not search it learns no
// more of the parent than of the directory.
func (l *listing) dotDot() vfs.Entry {
	e, _, err := l.dir.tree.Lookup(l.q.ctx, l.q.origin, l.dir.h, "..")
	if err != nil {
		e.Attr = l.dirAttr
	}
	return vfs.Entry{Name: "..", Cookie: cookieDotDot, Attr: e.Attr}
}

func (l *listing) refill() error {
	after := l.after
	if after <= cookieDotDot {
		after = 0
	}
	var err error
	l.ahead, l.eof, l.dirAttr, err = l.dir.tree.ReadDir(l.q.ctx, l.q.origin, l.dir.h, after, l.batch)
	return err
}

// next is the next entry; nil at the end. It stays the next until passed.
func (l *listing) next() (*vfs.Entry, error) {
	for len(l.ahead) == 0 {
		if l.eof {
			return nil, nil
		}
		if err := l.refill(); err != nil {
			return nil, err
		}
	}
	return &l.ahead[0], nil
}

func (l *listing) pass() {
	l.after = l.ahead[0].Cookie
	l.ahead = l.ahead[1:]
}

// Octets of the parts of a listing, as XDR lays them out.
const (
	listHead = postOpSize + nfs3.NFS3_COOKIEVERFSIZE // before the entries
	listTail = 4 + 4                                 // no more entries, eof
)

// smallestEntry is entrySize of a name of one octet.
const smallestEntry = 28

// entrySize is entry3 with the mark that it follows.
func entrySize(e *vfs.Entry) int { return 4 + 8 + 4 + (len(e.Name)+3)&^3 + 8 }

// write encodes the listing as READDIR3resok or READDIRPLUS3resok of at most
// limit octets. size gives the octets of an entry, add appends what follows its
// cookie, full says that enough entries are there.
func (l *listing) write(limit int, size func(*vfs.Entry) int, full func(*vfs.Entry) bool, add func(*vfs.Entry) error) error {
	q := l.q
	q.ok()
	q.postOp(&l.dirAttr)
	_, _ = q.reply.Write(q.s.cookieVerf[:])
	used := listHead + listTail
	if used > limit {
		return errTooSmall
	}
	for first := true; ; first = false {
		e, err := l.next()
		if err != nil {
			return err
		}
		if e == nil {
			q.reply.Bool(false)
			q.reply.Bool(true) // eof
			return nil
		}
		used += size(e)
		if used > limit || !first && full(e) {
			if first {
				return errTooSmall
			}
			q.reply.Bool(false)
			q.reply.Bool(false)
			return nil
		}
		q.reply.Bool(true)
		q.reply.Uint64(e.Attr.Handle.ID)
		q.reply.Opaque([]byte(e.Name))
		q.reply.Uint64(e.Cookie)
		if err := add(e); err != nil {
			return err
		}
		l.pass()
	}
}

// listingLimit is the client's limit on the resok, as far as we go.
func listingLimit(c *rpcserver.Call, count uint32) int {
	const status = 4
	return int(min(uint64(count), maxListing, uint64(c.MaxReply-status)))
}
