//go:build interop

package interop

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// dialects are the names that Samba's tools have for what SMB 2 and 3 speak.
var dialects = []string{"SMB2_02", "SMB2_10", "SMB3_00", "SMB3_02", "SMB3_11"}

// protections are the options that say how smbclient protects a session.
var protections = []struct {
	name    string
	options []string
}{
	{"plain", nil},
	{"signed", []string{"--client-protection=sign"}},
	{"encrypted", []string{"--client-protection=encrypt"}},
}

// canEncrypt reports whether a dialect has encryption.
func canEncrypt(dialect string) bool { return strings.HasPrefix(dialect, "SMB3") }

// only are the options with which Samba's tools speak one dialect.
func only(dialect string) []string {
	return []string{"--max-protocol=" + dialect, "--option=client min protocol=" + dialect}
}

// TestSMBClient does what a user does with smbclient, in every dialect and
// with every protection.
func TestSMBClient(t *testing.T) {
	t.Parallel()
	s := startServer(t, serverOptions{})
	want := randomFile(t, s.dir, "local.bin", 1, 3<<20+12345)
	for _, dialect := range dialects {
		for _, p := range protections {
			if p.name == "encrypted" && !canEncrypt(dialect) {
				continue
			}
			t.Run(dialect+"/"+p.name, func(t *testing.T) {
				t.Parallel()
				options := append(only(dialect), p.options...)
				folder := dialect + p.name
				do := func(commands string, args ...any) result {
					t.Helper()
					return s.smbclient(t, options, "data", fmt.Sprintf(commands, args...)).done(t)
				}

				r := s.smbclient(t, append(options, "--debuglevel=4"), "data", "mkdir "+folder).ok(t)
				if !strings.Contains(r.text(), "negotiated dialect["+dialect+"]") {
					r.fatal(t, "another dialect was negotiated")
				}
				do(`put local.bin %s\up.bin`, folder)
				do(`ls %s\*`, folder).shows(t, "up.bin", fmt.Sprint(len(want)))
				got := folder + ".bin"
				sameFile(t, s.file(got), want, do(`get %s\up.bin %s`, folder, got))
				do(`allinfo %s\up.bin`, folder).shows(t, "create_time:", "attributes: A (20)", fmt.Sprintf("stream: [::$DATA], %d bytes", len(want)))
				do(`mkdir %s\sub`, folder)
				do(`rename %s\up.bin %s\sub\moved.bin`, folder, folder)
				do(`ls %s\*`, folder).shows(t, "sub").hides(t, "up.bin")
				sameFile(t, s.file(got), want, do(`get %s\sub\moved.bin %s`, folder, got))
				s.smbclient(t, options, "data", fmt.Sprintf(`rmdir %s\sub`, folder)).tells(t, "NT_STATUS_DIRECTORY_NOT_EMPTY")
				do(`del %s\sub\moved.bin`, folder)
				s.smbclient(t, options, "data", fmt.Sprintf(`get %s\sub\moved.bin no`, folder)).refused(t, "NT_STATUS_OBJECT_NAME_NOT_FOUND")
				do(`rmdir %s\sub`, folder)
				do(`ls %s\*`, folder).hides(t, "sub")
				do(`rmdir %s`, folder)
				list := s.shareList(t, options...).done(t).shows(t, "Disk|data|", "Disk|other|", "IPC|IPC$|")
				if n := strings.Count(list.stdout, "|data|"); n != 1 {
					list.fatal(t, "the share is listed %d times", n)
				}
			})
		}
	}
}

// TestSMBClientLargeTree lists a folder that takes several QUERY_DIRECTORY
// responses and copies a tree in both directions.
func TestSMBClientLargeTree(t *testing.T) {
	t.Parallel()
	s := startServer(t, serverOptions{})
	const files = 1500
	if err := os.MkdirAll(s.file("up/deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range files {
		name := fmt.Sprintf("up/deep/a rather long name, to fill the responses %04d.txt", i)
		if err := os.WriteFile(s.file(name), fmt.Append(nil, i), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.smbclient(t, nil, "data", "recurse ON; prompt OFF; lcd up; mput *").done(t)
	r := s.smbclient(t, nil, "data", `ls deep\*`).done(t)
	if n := strings.Count(r.stdout, "a rather long name"); n != files {
		r.fatal(t, "%d of %d files are listed", n, files)
	}
	if err := os.Mkdir(s.file("down"), 0o755); err != nil {
		t.Fatal(err)
	}
	r = s.smbclient(t, nil, "data", "recurse ON; prompt OFF; lcd down; mget *").done(t)
	for i := range files {
		name := fmt.Sprintf("down/deep/a rather long name, to fill the responses %04d.txt", i)
		sameFile(t, s.file(name), fmt.Append(nil, i), r)
	}
	s.smbclient(t, nil, "data", "deltree deep").done(t)
	s.smbclient(t, nil, "data", "ls").done(t).hides(t, "deep")
}

// TestSMBClientRefused is about who must not get in, and what must not work.
func TestSMBClientRefused(t *testing.T) {
	t.Parallel()
	s := startServer(t, serverOptions{})
	for _, tt := range []struct {
		name    string
		options []string
		share   string
		why     string
	}{
		{"wrong password", []string{"--user=alice%wrong"}, "data", "NT_STATUS_LOGON_FAILURE"},
		{"unknown user", []string{"--user=mallory%secret"}, "data", "NT_STATUS_LOGON_FAILURE"},
		{"anonymous", []string{"--user=%", "--no-pass"}, "data", "NT_STATUS_"},
		{"anonymous, pipes", []string{"--user=%", "--no-pass"}, "IPC$", "NT_STATUS_"},
		{"no such share", nil, "nowhere", "NT_STATUS_BAD_NETWORK_NAME"},
		{"SMB 1", []string{"--option=client min protocol=NT1", "--max-protocol=NT1"}, "data", "NT_STATUS_"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s.smbclient(t, tt.options, tt.share, "ls").refused(t, tt.why)
		})
	}
	t.Run("anonymous list", func(t *testing.T) {
		t.Parallel()
		s.shareList(t, "--user=%", "--no-pass").refused(t, "NT_STATUS_").hides(t, "data")
	})
	t.Run("another's file", func(t *testing.T) {
		t.Parallel()
		randomFile(t, s.dir, "small", 2, 100)
		s.smbclient(t, nil, "other", "put small").done(t)
		s.smbclient(t, []string{"--user=" + bob}, "other", "get small seen").done(t)
		s.smbclient(t, []string{"--user=" + bob}, "other", "put small").tells(t, "NT_STATUS_ACCESS_DENIED")
	})
}

// TestStrictServer has servers that want what a client may or may not offer.
func TestStrictServer(t *testing.T) {
	t.Parallel()
	t.Run("signing", func(t *testing.T) {
		t.Parallel()
		s := startServer(t, serverOptions{args: []string{"--require-signing"}})
		want := randomFile(t, s.dir, "f", 3, 1<<20+1)
		for _, dialect := range dialects {
			r := s.smbclient(t, append(only(dialect), "--client-protection=sign"), "data", "put f; get f "+dialect).done(t)
			sameFile(t, s.file(dialect), want, r)
		}
	})
	t.Run("encryption", func(t *testing.T) {
		t.Parallel()
		s := startServer(t, serverOptions{args: []string{"--require-encryption"}})
		want := randomFile(t, s.dir, "f", 4, 1<<20+1)
		for _, dialect := range dialects {
			if !canEncrypt(dialect) {
				s.smbclient(t, only(dialect), "data", "ls").refused(t, "NT_STATUS_ACCESS_DENIED")
				continue
			}
			r := s.smbclient(t, append(only(dialect), "--client-protection=encrypt"), "data", "put f; get f "+dialect).done(t)
			sameFile(t, s.file(dialect), want, r)
		}
	})
	t.Run("one encrypted share", func(t *testing.T) {
		t.Parallel()
		s := startServer(t, serverOptions{})
		s.share(t, "add", "--encrypt", "vault").ok(t)
		s.smbclient(t, only("SMB2_10"), "vault", "ls").refused(t, "NT_STATUS_ACCESS_DENIED")
		s.smbclient(t, only("SMB3_11"), "vault", "ls").done(t)
		s.smbclient(t, only("SMB2_10"), "data", "ls").done(t)
	})
	t.Run("highest dialect", func(t *testing.T) {
		t.Parallel()
		s := startServer(t, serverOptions{args: []string{"--max-dialect=3.0.2"}})
		r := s.smbclient(t, []string{"--debuglevel=4"}, "data", "ls").ok(t)
		if !strings.Contains(r.text(), "negotiated dialect[SMB3_02]") {
			r.fatal(t, "another dialect was negotiated")
		}
		s.smbclient(t, only("SMB3_11"), "data", "ls").refused(t, "NT_STATUS_NOT_SUPPORTED")
	})
}

// TestSMBOnly is a server without NFS.
func TestSMBOnly(t *testing.T) {
	t.Parallel()
	s := startServer(t, serverOptions{noNFS: true})
	if s.nfs != "" || s.mount != "" || s.portmap != "" {
		t.Errorf("addresses of services that are off: %q, %q, %q", s.nfs, s.mount, s.portmap)
	}
	want := randomFile(t, s.dir, "f", 5, 1<<20)
	sameFile(t, s.file("g"), want, s.smbclient(t, nil, "data", "put f; get f g").done(t))
}
