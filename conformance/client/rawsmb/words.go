package rawsmb

import (
	"strings"

	"crosswire/conformance/client"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/secdesc"
	"crosswire/server/wire/smb2"
)

// What Windows adds to whatever is asked for in CreateFile.
const always = secdesc.FileReadAttributes | secdesc.Synchronize

// accessBits are the letters of access=.
var accessBits = []struct {
	letter byte
	ask    uint32 // DesiredAccess
	have   uint32 // what of MaximalAccess makes the letter
}{
	{'r', secdesc.FileGenericRead | always, secdesc.FileReadData},
	{'w', secdesc.FileGenericWrite | always, secdesc.FileWriteData},
	{'d', secdesc.Delete | always, secdesc.Delete},
	{'x', secdesc.FileGenericExecute | always, secdesc.FileExecute},
	{'a', secdesc.FileReadAttributes, secdesc.FileReadAttributes},
	{'A', secdesc.FileWriteAttributes, secdesc.FileWriteAttributes},
}

// parseAccess reads letters, or none.
func parseAccess(s string) (mask uint32, err error) {
	if s == "none" {
		return 0, nil
	}
letters:
	for i := range len(s) {
		for _, b := range accessBits {
			if b.letter == s[i] {
				mask |= b.ask
				continue letters
			}
		}
		return 0, client.Unsupported(clientName, "access=%s", s)
	}
	return mask, nil
}

// accessLetters writes a mask.
func accessLetters(mask uint32) string {
	mask = secdesc.MapGeneric(mask)
	var l []byte
	for _, b := range accessBits {
		if mask&b.have != 0 {
			l = append(l, b.letter)
		}
	}
	if l == nil {
		return "none"
	}
	return string(l)
}

// parseShare reads letters of rwd, or none.
func parseShare(s string) (m smb2.ShareAccess, err error) {
	if s == "none" {
		return 0, nil
	}
	for i := range len(s) {
		bit := map[byte]smb2.ShareAccess{'r': smb2.ShareRead, 'w': smb2.ShareWrite, 'd': smb2.ShareDelete}[s[i]]
		if bit == 0 {
			return 0, client.Unsupported(clientName, "share=%s", s)
		}
		m |= bit
	}
	return m, nil
}

var dispositions = map[string]smb2.CreateDisposition{
	"supersede": smb2.FileSupersede, "open": smb2.FileOpen, "create": smb2.FileCreate,
	"open-if": smb2.FileOpenIf, "overwrite": smb2.FileOverwrite, "overwrite-if": smb2.FileOverwriteIf,
}

var createOptions = map[string]smb2.CreateOptions{
	"directory": smb2.FileDirectoryFile, "non-directory": smb2.FileNonDirectoryFile, "delete-on-close": smb2.FileDeleteOnClose,
	"write-through": smb2.FileWriteThrough, "no-buffering": smb2.FileNoIntermediateBuffering, "reparse-point": smb2.FileOpenReparsePoint,
	"sequential": smb2.FileSequentialOnly, "random": smb2.FileRandomAccess, "backup": smb2.FileOpenForBackupIntent,
}

var impersonations = map[string]smb2.ImpersonationLevel{
	"anonymous": smb2.ImpersonationAnonymous, "identification": smb2.ImpersonationIdentification,
	"impersonation": smb2.ImpersonationImpersonation, "delegate": smb2.ImpersonationDelegate,
}

var notifyFilters = map[string]fscc.NotifyFilter{
	"file-name": fscc.NotifyChangeFileName, "dir-name": fscc.NotifyChangeDirName, "attributes": fscc.NotifyChangeAttributes,
	"size": fscc.NotifyChangeSize, "last-write": fscc.NotifyChangeLastWrite, "last-access": fscc.NotifyChangeLastAccess,
	"creation": fscc.NotifyChangeCreation, "ea": fscc.NotifyChangeEA, "security": fscc.NotifyChangeSecurity,
	"stream-name": fscc.NotifyChangeStreamName, "stream-size": fscc.NotifyChangeStreamSize, "stream-write": fscc.NotifyChangeStreamWrite,
}

// bits sums the words of an option, which are separated by commas.
func bits[T ~uint32](o client.Options, key string, words map[string]T) (sum T, err error) {
	for _, w := range o.List(key) {
		b, ok := words[w]
		if !ok {
			return 0, client.Unsupported(clientName, "%s=%s", key, w)
		}
		sum |= b
	}
	return sum, nil
}

// word looks an option up.
func word[T any](o client.Options, key, def string, words map[string]T) (T, error) {
	v, ok := words[o.Get(key, def)]
	if !ok {
		return v, client.Unsupported(clientName, "%s=%s", key, o[key])
	}
	return v, nil
}

// parseAttributes reads DOS attributes as scenarios write them.
func parseAttributes(s string) (fscc.FileAttributes, error) {
	a, ok := fscc.ParseFileAttributes(strings.ReplaceAll(s, ",", "|"))
	if !ok {
		return 0, client.Unsupported(clientName, "attributes=%s", s)
	}
	return a, nil
}

// attributeWords writes them.
func attributeWords(a fscc.FileAttributes) string {
	if a == 0 {
		return ""
	}
	return strings.ReplaceAll(a.String(), "|", ",")
}

// times puts the four times into fields, those that the server has.
func times(f map[string]any, btime, atime, mtime, ctime fscc.Filetime) {
	for name, t := range map[string]fscc.Filetime{"btime": btime, "atime": atime, "mtime": mtime, "ctime": ctime} {
		if !t.IsSentinel() {
			f[name] = t.Time().UTC()
		}
	}
}
