package smb

import (
	"strings"

	smb "github.com/hirochachacha/go-smb2"

	"crosswire/server/wire/fscc"
	"crosswire/server/wire/smb2"
)

// createFields is what a CREATE response tells; of an encrypted one only that
// nothing was asked for is known.
func createFields(r *smb2.CreateResponse) map[string]any {
	f := map[string]any{"lease": "none", "oplock": "none"}
	if r == nil {
		return f
	}
	switch r.OplockLevel {
	case smb2.OplockII:
		f["oplock"] = "level2"
	case smb2.OplockExclusive, smb2.OplockBatch, smb2.OplockNone:
		f["oplock"] = r.OplockLevel.String()
	}
	switch r.Action {
	case smb2.FileSuperseded:
		f["action"] = "superseded"
	case smb2.FileOpened:
		f["action"] = "opened"
	case smb2.FileCreated:
		f["action"] = "created"
	case smb2.FileOverwritten:
		f["action"] = "overwritten"
	}
	f["size"] = r.EndOfFile
	f["used"] = r.AllocationSize
	f["attributes"] = attributeWords(r.FileAttributes)
	for name, t := range map[string]fscc.Filetime{"btime": r.CreationTime, "atime": r.LastAccessTime, "mtime": r.LastWriteTime, "ctime": r.ChangeTime} {
		f[name] = t.Time().UTC()
	}
	return f
}

// statFieldsOf is what the library tells of a file.
func statFieldsOf(s *smb.FileStat) map[string]any {
	attributes := fscc.FileAttributes(s.FileAttributes)
	kind := "file"
	switch {
	case attributes&fscc.AttributeReparsePoint != 0:
		kind = "symlink"
	case attributes&fscc.AttributeDirectory != 0:
		kind = "dir"
	}
	return map[string]any{
		"type":       kind,
		"size":       uint64(s.EndOfFile),
		"used":       uint64(s.AllocationSize),
		"attributes": attributeWords(attributes),
		"btime":      s.CreationTime.UTC(),
		"atime":      s.LastAccessTime.UTC(),
		"mtime":      s.LastWriteTime.UTC(),
		"ctime":      s.ChangeTime.UTC(),
	}
}

// attributeWords writes attributes as scenarios do.
func attributeWords(a fscc.FileAttributes) string {
	if a == 0 {
		return ""
	}
	return strings.ReplaceAll(a.String(), "|", ",")
}
