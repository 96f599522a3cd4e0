//go:build interop

package interop

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestDissect captures what clients of every kind and the server say to each
// other, and has tshark judge it.
func TestDissect(t *testing.T) {
	t.Parallel()
	needNamespace(t, "capturing on lo")
	// From a port below 1024 tshark takes a server's first token for what it
	// is, a NegTokenInit2.
	s := startServer(t, serverOptions{wellKnown: true})
	stop := capture(t, s)

	// The stock clients, in every dialect and with every protection.
	randomFile(t, s.dir, "f", 50, 300<<10)
	for _, dialect := range dialects {
		for _, p := range protections {
			if p.name == "encrypted" && !canEncrypt(dialect) {
				continue
			}
			s.smbclient(t, append(only(dialect), p.options...), "data",
				"put f; ls; allinfo f; get f g; rename f h; mkdir d; rmdir d; showacls; ls; del h; volume; du").done(t)
		}
	}
	s.smbclient(t, []string{"--user=alice%wrong"}, "data", "ls").refused(t, "NT_STATUS_LOGON_FAILURE")
	s.smbclient(t, nil, "nowhere", "ls").refused(t, "NT_STATUS_BAD_NETWORK_NAME")
	s.shareList(t).done(t)
	for _, c := range []string{"netshareenumall 502", "netsharegetinfo data 502", "srvinfo 102", "wkssvc_wkstagetinfo 100"} {
		s.rpcclient(t, c).done(t)
	}
	impacket(t, s)
	run(t, s.dir, "nfs-cp", "f", s.nfsURL(t, "data/n")).ok(t)
	run(t, s.dir, "nfs-ls", "-R", s.nfsURL(t, "data")).ok(t)
	run(t, s.dir, "nfs-cat", s.nfsURL(t, "data/n")).ok(t)
	run(t, s.dir, "showmount", "-e", s.host).ok(t)
	run(t, s.dir, "rpcinfo", "-p", s.host).ok(t)
	run(t, s.dir, "rpcinfo", "-s", s.host).ok(t)
	run(t, s.dir, "rpcinfo", "-T", "udp", s.host, "nfs", "3").ok(t)

	// And our own, as they act in scenarios: in all but those where a break is
	// never acknowledged, which takes its time here.
	profile := fmt.Sprintf("name: dissected\nsmb: %s\nnfs: %s\nmount: %s\nportmap: %s\napi: %s\nshare: data\nuser: alice\npassword: %s\nuid: 1000\ngid: 1000\n",
		s.smb, s.nfs, s.mount, s.portmap, s.api, strings.TrimPrefix(alice, "alice%"))
	if err := os.WriteFile(s.file("target.yaml"), []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	r := runFor(t, runTimeout, os.Getenv(envRoot), os.Getenv(envCrosswire), "run", "--target", s.file("target.yaml"), "--parallel=8",
		"--tags=!A10")
	if r.code != 0 && r.code != 1 {
		// Whether a scenario holds is TestGotestsum's concern.
		r.fatal(t, "crosswire run did not run")
	}

	file := stop()
	dissect := func(args ...string) result {
		t.Helper()
		return runFor(t, runTimeout, s.dir, "tshark", append([]string{"-r", file,
			"-d", "tcp.port==" + portOf(t, s.smb) + ",nbss",
			"-d", "tcp.port==" + portOf(t, s.nfs) + ",rpc", "-d", "udp.port==" + portOf(t, s.nfs) + ",rpc",
			"-d", "tcp.port==" + portOf(t, s.mount) + ",rpc", "-d", "udp.port==" + portOf(t, s.mount) + ",rpc",
			"-d", "tcp.port==111,rpc", "-d", "udp.port==111,rpc",
		}, args...)...).ok(t)
	}
	frames := protocols(dissect("-q", "-z", "io,phs"))
	t.Logf("frames: %v", frames)
	for _, p := range []string{"smb2", "srvsvc", "wkssvc", "nfs", "mount", "portmap"} {
		if frames[p] == 0 {
			t.Errorf("no frame of %s was dissected: %v", p, frames)
		}
	}
	malformed := dissect("-Y", "_ws.malformed", "-T", "fields", "-e", "frame.number", "-e", "frame.protocols", "-e", "_ws.col.Info")
	if malformed.stdout != "" {
		first, _, _ := strings.Cut(malformed.stdout, "\t")
		detail := dissect("-Y", "frame.number=="+first, "-V", "-x")
		malformed.fatal(t, "%d frames are malformed; the first of them:\n%s\n", strings.Count(malformed.stdout, "\n"), tail(detail.stdout))
	}
	// Encrypted sessions must be: no data of theirs in the clear.
	sealed := dissect("-Y", "smb2.header.transform.msg_size", "-T", "fields", "-e", "frame.number")
	if strings.Count(sealed.stdout, "\n") < 100 {
		sealed.fatal(t, "too few encrypted messages")
	}
}

// capture records the traffic of a server. The function it returns stops that
// and names the file, which lacks no packet.
func capture(t *testing.T, s *server) (stop func() string) {
	t.Helper()
	file := filepath.Join(outDir(t), "capture.pcapng")
	ctx, kill := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := command(ctx, t, s.dir, "dumpcap", "-i", "lo", "-B", "64", "-f", "host "+s.host, "-w", file)
	log := &lockedBuffer{}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(kill)
	wait := func(what string, done func() bool) {
		t.Helper()
		limit := time.After(commandTimeout)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for !done() {
			select {
			case err := <-ended:
				t.Fatalf("dumpcap ended before %s: %v\ncommand: %s\n%s", what, err, commandLine(cmd), tail(log.String()))
			case <-limit:
				t.Fatalf("%s did not happen\ncommand: %s\n%s", what, commandLine(cmd), tail(log.String()))
			case <-tick.C:
			}
		}
	}
	wait("the start of the capture", func() bool { return strings.Contains(log.String(), "File: ") })

	return func() string {
		t.Helper()
		// What is in the file after this packet's coming, has all before it.
		mark := []byte("the end of the capture of " + t.Name())
		conn, err := net.Dial("udp", s.host+":9")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Write(mark); err != nil {
			t.Fatal(err)
		}
		wait("the last packet's capture", func() bool {
			text, err := os.ReadFile(file)
			return err == nil && bytes.Contains(text, mark)
		})
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		err = <-ended
		if exit, ok := err.(*exec.ExitError); ok && exit.ExitCode() == 0 {
			err = nil
		}
		m := regexp.MustCompile(`received/dropped on interface .*: (\d+)/(\d+)`).FindStringSubmatch(log.String())
		if err != nil || m == nil || m[2] != "0" {
			t.Fatalf("the capture is not whole: %v\ncommand: %s\n%s", err, commandLine(cmd), tail(log.String()))
		}
		return file
	}
}

// lockedBuffer takes a command's output while others read it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// protocols counts the frames of each protocol in tshark's hierarchy.
func protocols(r result) map[string]int {
	frames := map[string]int{}
	for _, m := range regexp.MustCompile(`(?m)^ *(\S+) +frames:(\d+) `).FindAllStringSubmatch(r.stdout, -1) {
		n, err := strconv.Atoi(m[2])
		if err == nil {
			frames[m[1]] += n
		}
	}
	return frames
}
