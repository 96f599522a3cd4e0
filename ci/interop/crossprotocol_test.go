//go:build interop

package interop

import (
	"fmt"
	"strings"
	"testing"
)

// TestOneTree puts files with one protocol and reads them with the other.
func TestOneTree(t *testing.T) {
	t.Parallel()
	s := startServer(t, serverOptions{})
	for i, size := range []int{0, 1, 4096, 1<<20 - 1, 4<<20 + 13} {
		t.Run(fmt.Sprintf("%d octets", size), func(t *testing.T) {
			t.Parallel()
			local := fmt.Sprintf("local%d", i)
			want := randomFile(t, s.dir, local, byte(20+i), size)

			bySMB := fmt.Sprintf("smb%d", i)
			s.smbclient(t, nil, "data", "put "+local+" "+bySMB).done(t)
			r := run(t, s.dir, "nfs-cat", s.nfsURL(t, "data/"+bySMB)).ok(t)
			sameData(t, []byte(r.stdout), want, r)

			byNFS := fmt.Sprintf("nfs%d", i)
			run(t, s.dir, "nfs-cp", local, s.nfsURL(t, "data/"+byNFS)).ok(t)
			r = s.smbclient(t, nil, "data", "get "+byNFS+" down"+byNFS).done(t)
			sameFile(t, s.file("down"+byNFS), want, r)
			s.smbclient(t, nil, "data", "ls "+byNFS).done(t).shows(t, byNFS, fmt.Sprintf(" %d ", size))

			// A name and its removal are seen at once.
			s.smbclient(t, nil, "data", "rename "+byNFS+" moved"+byNFS).done(t)
			r = run(t, s.dir, "nfs-cat", s.nfsURL(t, "data/moved"+byNFS)).ok(t)
			sameData(t, []byte(r.stdout), want, r)
			s.smbclient(t, nil, "data", "del moved"+byNFS).done(t)
			run(t, s.dir, "nfs-ls", s.nfsURL(t, "data")).ok(t).hides(t, "moved"+byNFS)
			run(t, s.dir, "nfs-cat", s.nfsURL(t, "data/moved"+byNFS)).refused(t, "moved"+byNFS)
		})
	}
	t.Run("names", func(t *testing.T) {
		t.Parallel()
		want := randomFile(t, s.dir, "plain", 30, 100)
		name := "Grüße, 世界 🗂.txt"
		s.smbclient(t, nil, "other", `put plain "`+name+`"`).done(t)
		run(t, s.dir, "nfs-ls", s.nfsURL(t, "other")).ok(t).shows(t, name)
		r := run(t, s.dir, "nfs-cat", s.nfsURL(t, "other/"+name)).ok(t)
		sameData(t, []byte(r.stdout), want, r)
	})
}

// TestLiveShare adds and removes a share and asks everybody.
func TestLiveShare(t *testing.T) {
	t.Parallel()
	s := startServer(t, serverOptions{})
	want := randomFile(t, s.dir, "f", 40, 1<<20)

	// Opened before the share exists, and open until it is gone.
	user := []string{sambaConfig(t, s.dir), "--user=" + alice, "--port"}
	pipe := startSession(t, s.dir, "rpcclient", append(user, portOf(t, s.smb), s.host)...)
	session := startSession(t, s.dir, "smbclient", append(user, portOf(t, s.smb), "//"+s.host+"/data")...)
	onPipe := func() string {
		t.Helper()
		return pipe.do("netshareenumall 1", "netname: other\n") + pipe.do("srvinfo", "platform_id")
	}
	session.do("ls", "blocks of size")
	if got := onPipe(); strings.Contains(got, "late") {
		pipe.fatal("a share is listed that does not exist")
	}
	session.do("tcon late", "NT_STATUS_BAD_NETWORK_NAME")
	s.smbclient(t, nil, "late", "ls").refused(t, "NT_STATUS_BAD_NETWORK_NAME")

	for _, round := range []string{"first", "second"} {
		s.share(t, "add", "--comment=came late", "late").ok(t)
		s.share(t, "ls").ok(t).shows(t, "data\n", "late\n", "other\n")
		if got := onPipe(); !strings.Contains(got, "netname: late\n\tremark:\tcame late") {
			pipe.fatal("%s round: the new share is not in the list of the open pipe", round)
		}
		s.shareList(t).done(t).shows(t, "Disk|late|came late")
		s.rpcclient(t, "netshareenumall 1").done(t).shows(t, "netname: late\n")
		s.rpcclient(t, "netsharegetinfo late 1").done(t).shows(t, "netname: late\n")
		session.do("tcon late", "successful")
		session.do("put f", "putting file f")
		s.smbclient(t, nil, "late", "ls").done(t).shows(t, " f ")
		r := run(t, s.dir, "nfs-cat", s.nfsURL(t, "late/f")).ok(t)
		sameData(t, []byte(r.stdout), want, r)

		s.share(t, "rm", "late").ok(t)
		s.share(t, "ls").ok(t).hides(t, "late")
		if got := onPipe(); strings.Contains(got, "late") {
			pipe.fatal("%s round: the removed share is in the list of the open pipe", round)
		}
		s.shareList(t).done(t).hides(t, "late").shows(t, "Disk|data|")
		s.rpcclient(t, "netshareenumall 1").done(t).hides(t, "late")
		s.rpcclient(t, "netsharegetinfo late 1").refused(t, "WERR_NERR_NETNAMENOTFOUND")
		session.do("ls", "NT_STATUS_NETWORK_NAME_DELETED")
		s.smbclient(t, nil, "late", "ls").refused(t, "NT_STATUS_BAD_NETWORK_NAME")
		run(t, s.dir, "nfs-ls", s.nfsURL(t, "late")).refused(t, "MNT3ERR_NOENT")
	}
	s.share(t, "rm", "late").refused(t, "late")
	s.share(t, "add", "data").refused(t, "data")
	s.smbclient(t, nil, "data", "ls").done(t)
}

// TestLiveExport is TestLiveShare for showmount.
func TestLiveExport(t *testing.T) {
	t.Parallel()
	needNamespace(t, "showmount, which asks port 111")
	s := startServer(t, serverOptions{})
	showmount := func() result {
		t.Helper()
		return run(t, s.dir, "showmount", "-e", s.host).ok(t).shows(t, "/data ")
	}
	showmount().hides(t, "/late")
	s.share(t, "add", "late").ok(t)
	showmount().shows(t, "/late ")
	s.share(t, "rm", "late").ok(t)
	showmount().hides(t, "/late")
}
