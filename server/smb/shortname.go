package smb

import "strings"

// shortNameChars are the characters besides letters and digits that a name of
// the 8.3 form may have (MS-FSCC 2.1.5.2.1).
const shortNameChars = "!#$%&'()-@^_`{}~"

// isShortName reports whether name is of the 8.3 form but for its case. Such a
// name is its own alternate name, as NTFS has it; no other name has one, since
// none are generated here.
func isShortName(name string) bool {
	base, extension, dotted := strings.Cut(name, ".")
	if len(base) < 1 || len(base) > 8 || len(extension) > 3 || dotted && extension == "" {
		return false
	}
	for _, c := range []byte(base + extension) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte(shortNameChars, c) >= 0:
		default:
			return false
		}
	}
	return true
}
