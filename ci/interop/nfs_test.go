//go:build interop

package interop

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestLibNFS does what a user does with the tools of libnfs, over NFSv3.
func TestLibNFS(t *testing.T) {
	t.Parallel()
	s := startServer(t, serverOptions{})
	want := randomFile(t, s.dir, "local.bin", 10, 5<<20+321)

	run(t, s.dir, "nfs-cp", "local.bin", s.nfsURL(t, "data/up.bin")).ok(t).shows(t, fmt.Sprintf("copied %d bytes", len(want)))
	run(t, s.dir, "nfs-ls", s.nfsURL(t, "data")).ok(t).shows(t, fmt.Sprint(len(want)), "1000  1000", "up.bin")
	r := run(t, s.dir, "nfs-cat", s.nfsURL(t, "data/up.bin")).ok(t)
	sameData(t, []byte(r.stdout), want, r)
	sameFile(t, s.file("down.bin"), want, run(t, s.dir, "nfs-cp", s.nfsURL(t, "data/up.bin"), "down.bin").ok(t))

	// Folders come from the other side: these tools make none.
	s.smbclient(t, nil, "data", `mkdir a; mkdir a\b`).done(t)
	run(t, s.dir, "nfs-cp", "local.bin", s.nfsURL(t, "data/a/b/deep.bin")).ok(t)
	run(t, s.dir, "nfs-ls", "-R", s.nfsURL(t, "data")).ok(t).shows(t, "up.bin", "deep.bin")
	r = run(t, s.dir, "nfs-cat", s.nfsURL(t, "data/a/b/deep.bin")).ok(t)
	sameData(t, []byte(r.stdout), want, r)

	for _, tt := range []struct {
		name    string
		command []string
		why     string
	}{
		{"no such export", []string{"nfs-ls", s.nfsURL(t, "nowhere")}, "MNT3ERR_NOENT"},
		{"no such file", []string{"nfs-cat", s.nfsURL(t, "data/nothing")}, "nothing"},
		{"exclusive create of what is there", []string{"nfs-cp", "local.bin", s.nfsURL(t, "data/up.bin")}, "EXIST"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run(t, s.dir, tt.command[0], tt.command[1:]...).refused(t, tt.why)
		})
	}
}

// TestLibNFSLargeFolder lists a folder that takes several READDIRPLUS replies.
func TestLibNFSLargeFolder(t *testing.T) {
	t.Parallel()
	s := startServer(t, serverOptions{})
	const files = 1500
	if err := os.Mkdir(s.file("up"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range files {
		if err := os.WriteFile(s.file(fmt.Sprintf("up/entry with a name of some length %04d", i)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.smbclient(t, nil, "data", "prompt OFF; lcd up; mput *").done(t)
	r := run(t, s.dir, "nfs-ls", s.nfsURL(t, "data")).ok(t)
	for i := range files {
		if n := strings.Count(r.stdout, fmt.Sprintf("length %04d\n", i)); n != 1 {
			r.fatal(t, "entry %d is listed %d times", i, n)
		}
	}
}

// TestNFSOnly is a server without SMB.
func TestNFSOnly(t *testing.T) {
	t.Parallel()
	s := startServer(t, serverOptions{noSMB: true})
	if s.smb != "" {
		t.Errorf("address of a service that is off: %q", s.smb)
	}
	want := randomFile(t, s.dir, "f", 11, 1<<20)
	run(t, s.dir, "nfs-cp", "f", s.nfsURL(t, "data/f")).ok(t)
	r := run(t, s.dir, "nfs-cat", s.nfsURL(t, "data/f")).ok(t)
	sameData(t, []byte(r.stdout), want, r)
}

// TestPortMapper asks port 111 as the tools of every Unix do.
func TestPortMapper(t *testing.T) {
	t.Parallel()
	needNamespace(t, "asking port 111")
	s := startServer(t, serverOptions{})
	t.Run("showmount", func(t *testing.T) {
		run(t, s.dir, "showmount", "-e", s.host).ok(t).shows(t, "Export list for "+s.host, "/data ", "/other ")
	})
	t.Run("mounts", func(t *testing.T) {
		// libnfs leaves without UMNT: what it mounted stays on the list.
		run(t, s.dir, "nfs-ls", s.nfsURL(t, "data")).ok(t)
		run(t, s.dir, "showmount", "-a", s.host).ok(t).shows(t, ":/data")
		run(t, s.dir, "showmount", "-d", s.host).ok(t).shows(t, "/data")
	})
	t.Run("rpcinfo", func(t *testing.T) {
		r := run(t, s.dir, "rpcinfo", "-p", s.host).ok(t)
		registered := map[string]bool{}
		for _, l := range strings.Split(r.stdout, "\n") {
			if f := strings.Fields(l); len(f) >= 4 {
				registered[strings.Join(f[:4], " ")] = true
			}
		}
		for _, transport := range []string{"tcp", "udp"} {
			for _, want := range []string{
				"100000 2 " + transport + " 111",
				"100003 3 " + transport + " " + portOf(t, s.nfs),
				"100005 3 " + transport + " " + portOf(t, s.mount),
			} {
				if !registered[want] {
					r.fatal(t, "%q is not registered", want)
				}
			}
		}
		run(t, s.dir, "rpcinfo", "-s", s.host).ok(t).shows(t, "100003", "nfs", "100005", "mountd")
	})
	for _, transport := range []string{"tcp", "udp"} {
		for program, version := range map[string]string{"portmapper": "2", "nfs": "3", "mountd": "3"} {
			t.Run("null/"+transport+"/"+program, func(t *testing.T) {
				run(t, s.dir, "rpcinfo", "-T", transport, s.host, program, version).ok(t).shows(t, "ready and waiting")
			})
		}
		t.Run("null/"+transport+"/version", func(t *testing.T) {
			run(t, s.dir, "rpcinfo", "-T", transport, s.host, "nfs", "2").refused(t, "version 2 is not available")
		})
	}
}

// TestWellKnownPorts is about clients that are told no port at all.
func TestWellKnownPorts(t *testing.T) {
	t.Parallel()
	needNamespace(t, "taking the ports 111, 445 and 2049")
	s := startServer(t, serverOptions{wellKnown: true})
	want := randomFile(t, s.dir, "f", 12, 1<<20+7)
	sameFile(t, s.file("g"), want, run(t, s.dir, "smbclient", sambaConfig(t, s.dir), "--user="+alice, "//"+s.host+"/data", "-c", "put f; get f g").done(t))
	run(t, s.dir, "rpcclient", sambaConfig(t, s.dir), "--user="+alice, s.host, "-c", "netshareenumall").done(t).shows(t, "netname: data\n")
	r := run(t, s.dir, "nfs-cat", "nfs://"+s.host+"/data/f?version=3").ok(t)
	sameData(t, []byte(r.stdout), want, r)
	run(t, s.dir, "nfs-ls", "-D", "nfs://"+s.host).ok(t).shows(t, "nfs://"+s.host+"/data", "nfs://"+s.host+"/other")
}
