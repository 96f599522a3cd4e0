//go:build interop

package interop

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The accounts of every server. alice has uid and gid 1000.
const (
	alice = "alice%secret"
	bob   = "bob%hunter2"
)

// server is a `crosswire serve` process.
type server struct {
	host string
	// Addresses as the ready line has them; empty for a service that is off.
	smb, nfs, mount, portmap, api string
	dir                           string // scratch folder of the clients
	log                           string // file with what it logged
}

// serverOptions change what a server of startServer is.
type serverOptions struct {
	noSMB, noNFS bool
	// wellKnown takes the ports that the clients assume.
	wellKnown bool
	args      []string // more arguments of serve
}

// hosts counts the addresses that are in use. There is one server on each, so
// that each has its own port 111.
var hosts atomic.Uint32

// startServer starts a server with the shares data and other, waits until it
// is ready, and has it end with the test: cleanly, in time, and without having
// logged an error.
func startServer(t *testing.T, o serverOptions) *server {
	t.Helper()
	s := &server{host: fmt.Sprintf("127.0.0.%d", 1+hosts.Add(1)), dir: t.TempDir(), log: filepath.Join(outDir(t), "server.log")}
	port := func(wellKnown string) string {
		if o.wellKnown {
			return s.host + ":" + wellKnown
		}
		return s.host + ":0"
	}
	smb, nfs, mount, portmap := port("445"), port("2049"), port("20048"), s.host+":0"
	if os.Getenv(envNamespace) == "" {
		portmap = s.host + ":111"
	}
	if o.noSMB {
		smb = ""
	}
	if o.noNFS {
		nfs, mount, portmap = "", "", ""
	}
	args := append([]string{"serve", "--smb=" + smb, "--nfs=" + nfs, "--mount=" + mount, "--portmap=" + portmap, "--api=" + port("8445"),
		"--share=data", "--share=other", "--user=" + strings.Replace(alice, "%", ":", 1), "--user=" + strings.Replace(bob, "%", ":", 1)}, o.args...)

	// The process outlives t.Context, which ends before the clean-up.
	ctx, kill := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := command(ctx, t, s.dir, os.Getenv(envCrosswire), args...)
	line := commandLine(cmd)
	log, err := os.Create(s.log)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan string, 1)
	go func() {
		r := bufio.NewReader(stdout)
		text, _ := r.ReadString('\n')
		ready <- text
		_, _ = io.Copy(io.Discard, r)
	}()
	t.Cleanup(func() {
		defer log.Close()
		defer kill()
		s.stop(t, line, cmd.Process, cmd.Wait)
	})
	select {
	case text := <-ready:
		if !strings.HasPrefix(text, "ready ") {
			t.Fatalf("serve is not ready but says %q\ncommand: %s\nlog:\n%s", text, line, s.logTail())
		}
		s.parse(t, strings.TrimSpace(text))
	case <-time.After(commandTimeout):
		t.Fatalf("serve is not ready after %v\ncommand: %s\nlog:\n%s", commandTimeout, line, s.logTail())
	}
	return s
}

// parse reads the ready line.
func (s *server) parse(t *testing.T, line string) {
	t.Helper()
	fields := map[string]*string{"smb": &s.smb, "nfs": &s.nfs, "mount": &s.mount, "portmap": &s.portmap, "api": &s.api}
	for _, word := range strings.Fields(line)[1:] {
		name, value, ok := strings.Cut(word, "=")
		if !ok || fields[name] == nil {
			t.Fatalf("unexpected word %q in %q", word, line)
		}
		*fields[name] = value
		delete(fields, name)
	}
	if len(fields) != 0 {
		t.Fatalf("the line %q lacks %v", line, fields)
	}
}

// stop ends the process as a service manager does.
func (s *server) stop(t *testing.T, line string, process *os.Process, wait func() error) {
	t.Helper()
	if err := process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("SIGTERM: %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("serve did not end cleanly: %v\ncommand: %s\nlog:\n%s", err, line, s.logTail())
		}
	case <-time.After(10 * time.Second): // 2 s, on a machine that has much else to do
		_ = process.Kill()
		<-ended
		t.Errorf("serve did not end within 10s of SIGTERM\ncommand: %s\nlog:\n%s", line, s.logTail())
	}
	text, err := os.ReadFile(s.log)
	if err != nil {
		t.Error(err)
	}
	for _, l := range strings.Split(string(text), "\n") {
		if strings.Contains(l, "level=ERROR") || strings.HasPrefix(l, "panic:") {
			t.Errorf("serve logged an error:\n    %s\ncommand: %s\nall of it: %s", l, line, s.log)
		}
	}
	if t.Failed() {
		t.Logf("command: %s\nlog:\n%s", line, s.logTail())
	}
}

func (s *server) logTail() string {
	text, err := os.ReadFile(s.log)
	if err != nil {
		return err.Error()
	}
	return tail(string(text))
}

// portOf is the port of an address.
func portOf(t testing.TB, address string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// share runs `crosswire share`.
func (s *server) share(t testing.TB, args ...string) result {
	t.Helper()
	return run(t, s.dir, os.Getenv(envCrosswire), append([]string{"share", "--api=" + s.api}, args...)...)
}

// nfsURL is the libnfs URL of a path, such as "data/f", for alice.
func (s *server) nfsURL(t testing.TB, path string) string {
	t.Helper()
	q := url.Values{"version": {"3"}, "uid": {"1000"}, "gid": {"1000"}, "nfsport": {portOf(t, s.nfs)}, "mountport": {portOf(t, s.mount)}}
	return "nfs://" + s.host + "/" + path + "?" + q.Encode()
}

// file is a name in the clients' scratch folder.
func (s *server) file(name string) string { return filepath.Join(s.dir, name) }
