package smb

import "testing"

func TestIsShortName(t *testing.T) {
	for name, want := range map[string]bool{
		"":              false,
		"a":             true,
		"README.TXT":    true,
		"f.bin":         true,
		"12345678.123":  true,
		"123456789.123": false,
		"12345678.1234": false,
		"a.":            false,
		".a":            false,
		"a.b.c":         false,
		"a b.txt":       false,
		"é.txt":         false,
		"a+b.txt":       false,
		"~$_-@!.{}":     true,
	} {
		if got := isShortName(name); got != want {
			t.Errorf("isShortName(%q) = %v, want %v", name, got, want)
		}
	}
}
