//go:build interop

package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sambaConfig writes a configuration that keeps Samba's tools off the
// machine's own, and off each other's databases. It returns the option that
// names it.
func sambaConfig(t testing.TB, dir string) string {
	t.Helper()
	file := filepath.Join(dir, "smb.conf")
	if _, err := os.Stat(file); err == nil {
		return "--configfile=" + file
	}
	text := "[global]\nworkgroup = CROSSWIRE\nnetbios name = CLIENT\n"
	for _, kind := range []string{"lock", "state", "cache", "pid", "private", "ncalrpc"} {
		d := filepath.Join(dir, "samba", kind)
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
		suffix := " directory"
		if kind == "private" || kind == "ncalrpc" {
			suffix = " dir"
		}
		text += fmt.Sprintf("%s%s = %s\n", kind, suffix, d)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return "--configfile=" + file
}

// smbclient runs commands of smbclient in a share, as alice. The options come
// before the share.
func (s *server) smbclient(t testing.TB, options []string, share, commands string) result {
	t.Helper()
	args := append([]string{sambaConfig(t, s.dir), "--port=" + portOf(t, s.smb), "--user=" + alice}, options...)
	return run(t, s.dir, "smbclient", append(args, "//"+s.host+"/"+share, "-c", commands)...)
}

// done ends the test unless smbclient did all that it was told: its exit
// status is that of the last command only.
func (r result) done(t testing.TB) result {
	t.Helper()
	r.ok(t)
	if strings.Contains(r.text(), "NT_STATUS_") {
		r.fatal(t, "a command of the client failed")
	}
	return r
}

// shareList is what smbclient -L shows, a line "Disk|name|comment" for each
// share.
func (s *server) shareList(t testing.TB, options ...string) result {
	t.Helper()
	args := append([]string{sambaConfig(t, s.dir), "--port=" + portOf(t, s.smb), "--user=" + alice, "--grepable"}, options...)
	return run(t, s.dir, "smbclient", append(args, "--list="+s.host)...)
}

// rpcclient runs a command of rpcclient as alice.
func (s *server) rpcclient(t testing.TB, commands string, options ...string) result {
	t.Helper()
	args := append([]string{sambaConfig(t, s.dir), "--port=" + portOf(t, s.smb), "--user=" + alice}, options...)
	return run(t, s.dir, "rpcclient", append(args, s.host, "-c", commands)...)
}
