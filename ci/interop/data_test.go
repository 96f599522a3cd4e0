//go:build interop

package interop

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// randomFile makes a file of size octets, always the same ones for a seed.
func randomFile(t testing.TB, dir, name string, seed byte, size int) []byte {
	t.Helper()
	data := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(data)
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
		t.Fatal(err)
	}
	return data
}

// sameFile ends the test unless the file holds want. by is the command that
// made it.
func sameFile(t testing.TB, file string, want []byte, by result) {
	t.Helper()
	got, err := os.ReadFile(file)
	if err != nil {
		by.fatal(t, "%v", err)
	}
	sameData(t, got, want, by)
}

// sameData is sameFile for data in memory.
func sameData(t testing.TB, got, want []byte, by result) {
	t.Helper()
	if bytes.Equal(got, want) {
		return
	}
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	by.stdout = "(data)"
	by.fatal(t, "%d octets came back for %d, with a difference at %d", len(got), len(want), at)
}
