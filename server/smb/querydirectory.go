package smb

import (
	"strings"
	"unicode/utf8"

	"crosswire/server/vfs"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// enumeration is where a directory open stands in its listing (MS-FSA
// 2.1.5.6.3). The pattern of the first query holds until a restart.
type enumeration struct {
	started bool
	pattern string
	dots    int    // how many of "." and ".." were given
	cookie  uint64 // of the last entry given
	found   bool   // something matched since the start
}

// dirBatch is how many entries are fetched from the road at a time.
const dirBatch = 256

// queryDirectory implements QUERY_DIRECTORY (MS-SMB2 3.3.5.18).
func (r *request) queryDirectory() (body, error) {
	var q smb2.QueryDirectoryRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	o, err := r.fileOf(q.FileID)
	if err != nil {
		return nil, err
	}
	if !o.file.IsDir {
		return nil, ntstatus.InvalidParameter
	}
	if o.file.Access&vfs.RightReadData == 0 {
		return nil, ntstatus.AccessDenied
	}
	if !fscc.IsDirectoryClass(q.Class) {
		return nil, ntstatus.InvalidInfoClass
	}
	if q.OutputBufferLength > r.c.maxTransact {
		return nil, ntstatus.InvalidParameter
	}
	if int(q.OutputBufferLength) < fscc.DirEntryFixedSize(q.Class) {
		return nil, ntstatus.InfoLengthMismatch
	}
	w, ok := fscc.NewDirWriter(nil, q.Class, int(q.OutputBufferLength))
	if !ok {
		return nil, ntstatus.InvalidInfoClass
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	e := &o.dir
	if q.Flags&(smb2.RestartScans|smb2.Reopen) != 0 || !e.started {
		pattern := q.Pattern
		if e.started && pattern == "" && q.Flags&smb2.Reopen == 0 {
			pattern = e.pattern
		}
		if pattern == "" {
			pattern = "*"
		}
		*e = enumeration{started: true, pattern: pattern}
	}
	full, err := r.fill(o, e, w, q.Flags&smb2.ReturnSingleEntry != 0)
	switch {
	case err != nil:
		return nil, err
	case w.Count() > 0:
		e.found = true
		return &smb2.QueryDirectoryResponse{Output: w.Bytes()}, nil
	case full:
		return nil, ntstatus.InfoLengthMismatch // not even one entry fits
	case !e.found:
		e.found = true
		return nil, ntstatus.NoSuchFile
	}
	return nil, ntstatus.NoMoreFiles
}

// fill adds entries until the buffer is full, the listing ends, or single is
// satisfied.
func (r *request) fill(o *openFile, e *enumeration, w *fscc.DirWriter, single bool) (full bool, err error) {
	ctx, origin := r.ctx, r.origin(o)
	add := func(name string, a vfs.Attr) bool {
		if !matches(e.pattern, name) {
			return true
		}
		return w.Add(dirEntry(name, a))
	}
	for ; e.dots < 2; e.dots++ {
		name := [2]string{".", ".."}[e.dots]
		entry, _, err := o.file.Tree.Lookup(ctx, origin, o.file.Handle, name)
		if err != nil {
			return false, err
		}
		if !add(name, entry.Attr) {
			return true, nil
		}
		if single && w.Count() == 1 {
			e.dots++
			return false, nil
		}
	}
	for {
		list, eof, _, err := o.file.Tree.ReadDir(ctx, origin, o.file.Handle, e.cookie, dirBatch)
		if err != nil {
			return false, err
		}
		for _, entry := range list {
			if !add(smbName(entry.Name), entry.Attr) {
				return true, nil
			}
			e.cookie = entry.Cookie
			if single && w.Count() == 1 {
				return false, nil
			}
		}
		if eof || len(list) == 0 {
			return false, nil
		}
	}
}

// smbName is a stored name as the wire codec wants it: every byte string has
// one UTF-16 form, that of vfs.NameToUTF16.
func smbName(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	return fscc.UnitsToString(vfs.NameToUTF16(name))
}

// dirEntry is one directory record.
func dirEntry(name string, a vfs.Attr) *fscc.DirEntry {
	d := &fscc.DirEntry{
		CreationTime: fscc.FiletimeOf(a.Btime), LastAccessTime: fscc.FiletimeOf(a.Atime),
		LastWriteTime: fscc.FiletimeOf(a.Mtime), ChangeTime: fscc.FiletimeOf(a.Ctime),
		EndOfFile: int64(endOfFile(a)), AllocationSize: int64(allocation(a)),
		FileAttributes: dosAttributes(a), FileID: a.Handle.ID, Name: name,
	}
	if d.FileAttributes&fscc.AttributeReparsePoint != 0 {
		d.ReparsePointTag = reparseTag(a)
		d.EaSize = uint32(d.ReparsePointTag)
	}
	return d
}

// reparseTag is how a node that is neither file nor directory is told.
func reparseTag(a vfs.Attr) fscc.ReparseTag {
	if a.Type == vfs.TypeSymlink {
		return fscc.ReparseTagSymlink
	}
	return fscc.ReparseTagNFS
}

// matches reports whether a name fits a pattern with the wildcards of MS-FSA
// 2.1.4.4: '*' and '?', and the three that clients make of DOS patterns: '<'
// (DOS_STAR), '>' (DOS_QM) and '"' (DOS_DOT). Case does not count.
func matches(pattern, name string) bool {
	if pattern == "*" {
		return true
	}
	if !strings.ContainsAny(pattern, `*?<>"`) {
		return vfs.EqualFold(pattern, name)
	}
	return wild([]rune(vfs.FoldName(pattern)), []rune(vfs.FoldName(name)))
}

// wild matches by the set of pattern positions that the name read so far can
// have reached, so a pattern of many stars costs no more than its length times
// the name's.
func wild(p, n []rune) bool {
	lastDot := -1
	for i, c := range n {
		if c == '.' {
			lastDot = i
		}
	}
	cur := make([]bool, len(p)+1)
	next := make([]bool, len(p)+1)
	cur[0] = true
	for i := 0; i <= len(n); i++ {
		end := i == len(n)
		clear(next)
		for j := 0; j < len(p); j++ {
			if !cur[j] {
				continue
			}
			switch c := p[j]; c {
			case '*':
				cur[j+1] = true
				if !end {
					next[j] = true
				}
			case '<': // up to the last dot, or with it, but not past it
				cur[j+1] = true
				switch {
				case end:
				case i == lastDot:
					next[j+1] = true
				default:
					next[j] = true
				}
			case '>': // one character, or none at a dot or the end
				if end || n[i] == '.' {
					cur[j+1] = true
				} else {
					next[j+1] = true
				}
			case '"': // a dot, or the end
				if end {
					cur[j+1] = true
				} else if n[i] == '.' {
					next[j+1] = true
				}
			case '?':
				if !end {
					next[j+1] = true
				}
			default:
				if !end && c == n[i] {
					next[j+1] = true
				}
			}
		}
		if end {
			return cur[len(p)]
		}
		cur, next = next, cur
	}
	return false
}
