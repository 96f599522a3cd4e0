package nfs

import (
	"encoding/hex"
	"strings"

	"crosswire/conformance/client"
)

type fields map[string]any

// attr adds a file's attributes; nil adds nothing.
func (f fields) attr(a *Fattr3) fields {
	if a == nil {
		return f
	}
	f["type"] = a.Type.String()
	f["size"] = a.Size
	f["used"] = a.Used
	f["mode"] = int64(a.Mode & 0o7777)
	f["nlink"] = uint64(a.Nlink)
	f["uid"] = uint64(a.UID)
	f["gid"] = uint64(a.GID)
	f["fileid"] = a.FileID
	f["id"] = a.FileID
	f["fsid"] = a.FSID
	f["atime"] = a.Atime.Time()
	f["mtime"] = a.Mtime.Time()
	f["ctime"] = a.Ctime.Time()
	if a.Type == TypeBlk || a.Type == TypeChr {
		f["major"] = uint64(a.Rdev.Major)
		f["minor"] = uint64(a.Rdev.Minor)
	}
	return f
}

// wcc adds what the server told of before and after.
func (f fields) wcc(w WccData) fields {
	if w.Before != nil {
		f["presize"] = w.Before.Size
		f["premtime"] = w.Before.Mtime.Time()
		f["prectime"] = w.Before.Ctime.Time()
	}
	return f.attr(w.After)
}

// pre adds only the attributes before.
func (f fields) pre(w WccData) fields { return f.wcc(WccData{Before: w.Before}) }

func (f fields) verf(v [8]byte) fields {
	f["verf"] = hex.EncodeToString(v[:])
	return f
}

// result gives f to the engine, and err with it.
func (f fields) result(err error) (client.Result, error) { return client.Result{Fields: f}, err }

// accessLetters are the letters of scenarios and the bits of ACCESS they stand
// for, in the order in which they are written.
var accessLetters = []struct {
	letter string
	bits   uint32
}{
	{"r", AccessRead},
	{"w", AccessModify | AccessExtend},
	{"d", AccessDelete},
	{"x", AccessExecute | AccessLookup},
}

// accessBits is what letters ask for.
func accessBits(letters string) (uint32, error) {
	var mask uint32
	if letters == "none" {
		return 0, nil
	}
next:
	for _, l := range letters {
		for _, a := range accessLetters {
			if string(l) == a.letter {
				mask |= a.bits
				continue next
			}
		}
		return 0, client.Unsupported(clientName, "access=%s: ACCESS knows r, w, d and x", letters)
	}
	return mask, nil
}

// accessWord writes granted bits as letters: w needs MODIFY and EXTEND both, x
// is EXECUTE or LOOKUP, of which a file has the one, a directory the other.
func accessWord(granted uint32) string {
	var b strings.Builder
	for _, a := range accessLetters {
		switch got := granted & a.bits; {
		case got == a.bits, a.letter == "x" && got != 0:
			b.WriteString(a.letter)
		}
	}
	if b.Len() == 0 {
		return "none"
	}
	return b.String()
}

// sattr reads the attributes to set from options.
func sattr(o client.Options, defaultMode uint32) (Sattr3, error) {
	var s Sattr3
	if defaultMode != 0 {
		s.Mode = &defaultMode
	}
	for key, p := range map[string]**uint32{"mode": &s.Mode, "uid": &s.UID, "gid": &s.GID} {
		v, given, err := o.Uint(key, 32)
		if err != nil {
			return s, err
		}
		if given {
			n := uint32(v)
			*p = &n
		}
	}
	size, given, err := o.Uint("size", 64)
	if err != nil {
		return s, err
	}
	if given {
		s.Size = &size
	}
	for key, p := range map[string]*SetTime{"atime": &s.Atime, "mtime": &s.Mtime} {
		t, now, given, err := o.Time(key)
		switch {
		case err != nil:
			return s, err
		case now:
			*p = ServerTime()
		case given:
			*p = ClientTime(t)
		}
	}
	return s, nil
}
