package smbcrypt

import (
	"encoding/hex"
	"strings"
	"testing"
)

// unhex drops white space.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func wantHex(t *testing.T, what string, got []byte, want string) {
	t.Helper()
	if w := strings.ToLower(strings.Join(strings.Fields(want), "")); hex.EncodeToString(got) != w {
		t.Errorf("%s = %x, want %s", what, got, w)
	}
}
