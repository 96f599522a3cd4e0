package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// hang is when a script gives up on a process. It is no claim about speed.
const hang = time.Minute

// cmdExits runs a command and compares its exit status.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// command is a command of a script with its environment and folder.
func command(ts *testscript.TestScript, args ...string) *exec.Cmd {
	name := args[0]
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if file := filepath.Join(dir, name); !strings.Contains(name, "/") {
			if _, err := os.Stat(file); err == nil {
				name = file
			}
		}
	}
	cmd := exec.Command(name, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = os.Environ()
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "TOKEN"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	return cmd
}

// process is a server that a test started.
type process struct {
	cmd    *exec.Cmd
	stderr bytes.Buffer
	once   sync.Once
	err    error
}

// startServer starts a server and waits for its line.
func startServer(cmd *exec.Cmd) (*process, map[string]string, error) {
	p := &process{cmd: cmd}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	cmd.Stderr = &p.stderr
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	rest, ready := strings.CutPrefix(line, "ready ")
	if err != nil || !ready {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, nil, errors.New("server said " + strconv.Quote(line) + " and " + p.stderr.String())
	}
	addresses := map[string]string{}
	for _, word := range strings.Fields(rest) {
		k, v, _ := strings.Cut(word, "=")
		addresses[k] = v
	}
	return p, addresses, nil
}

// stop ends the server as a service manager would.
func (p *process) stop() error {
	p.once.Do(func() {
		if p.err = p.cmd.Process.Signal(syscall.SIGTERM); p.err != nil {
			return
		}
		if p.err = wait(p.cmd); p.err != nil {
			p.err = errors.New(p.err.Error() + "\n" + p.stderr.String())
		}
	})
	return p.err
}

// wait is cmd.Wait with an end.
func wait(cmd *exec.Cmd) error {
	kill := time.AfterFunc(hang, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	return cmd.Wait()
}

// servers of the scripts that run now.
var servers sync.Map // *testscript.TestScript -> *process

func cmdServe(ts *testscript.TestScript, neg bool, args []string) {
	given := strings.Join(args, " ")
	all := []string{"crosswire", "serve"}
	for _, service := range []string{"smb", "nfs", "portmap", "api"} {
		off := service == "portmap" && strings.Contains(given, "--nfs=")
		// A file of settings says where itself.
		if !off && !strings.Contains(given, "--"+service) && !strings.Contains(given, "--config") {
			all = append(all, "--"+service, "127.0.0.1:0")
		}
	}
	p, addresses, err := startServer(command(ts, append(all, args...)...))
	ts.Check(err)
	servers.Store(ts, p)
	ts.Defer(func() {
		servers.Delete(ts)
		ts.Check(p.stop())
	})
	for k, v := range addresses {
		ts.Setenv(strings.ToUpper(k), v)
	}
	ts.Setenv("API_ADDRESS", strings.TrimPrefix(addresses["api"], "http://"))
}

func cmdStop(ts *testscript.TestScript, neg bool, args []string) {
	p, ok := servers.Load(ts)
	if !ok {
		ts.Fatalf("no server runs")
	}
	ts.Check(p.(*process).stop())
	ts.Logf("[server's log]\n%s", p.(*process).stderr.String())
}

func cmdInterrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: interrupt STATUS REGEXP COMMAND ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	re, err := regexp.Compile(args[1])
	ts.Check(err)
	cmd := command(ts, args[2:]...)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	ts.Check(cmd.Start())
	kill := time.AfterFunc(hang, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	var all strings.Builder
	sent := false
	for sc := bufio.NewScanner(out); sc.Scan(); {
		all.WriteString(sc.Text() + "\n")
		if !sent && re.MatchString(sc.Text()) {
			sent = true
			ts.Check(cmd.Process.Signal(os.Interrupt))
		}
	}
	_ = cmd.Wait()
	ts.Logf("[stdout]\n%s[stderr]\n%s", all.String(), stderr.String())
	if !sent {
		ts.Fatalf("stdout never matched %s", re)
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
	ts.Check(os.WriteFile(ts.MkAbs("interrupted"), []byte(all.String()+stderr.String()), 0o644))
}

// The beginnings of honest answers.
const (
	// smbStart is 40 of the 64 bytes of an SMB2 header, in a frame that
	// announces 128.
	smbStart = "00000080 fe534d42 40000000 00000000 00000100 01000000 00000000 00000000 00000000 00000000 00000000"
	// rpcStart is 6 of the 24 bytes of a reply, in a record of that length.
	rpcStart = "80000018 43524f53 0000"
	// rpcNull is the whole of one.
	rpcNull = "80000018 43524f53 00000001 00000000 00000000 00000000 00000000"
)

// cmdListen starts a server that accepts and then, by its kind,
//
//	silent      answers nothing
//	hangup      closes
//	truncated-smb, truncated-rpc
//	            sends the beginning of an answer and closes
//	stuck-smb, stuck-rpc
//	            sends the beginning of an answer and nothing more
//	probed      answers the probes of NFS and MOUNT, its first two connections, and never again
//	http        answers in another protocol
//	closed      (nobody listens)
func cmdListen(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: listen NAME KIND")
	}
	kind := args[1]
	if kind == "closed" {
		ts.Setenv(args[0], closedPort(ts))
		return
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], ln.Addr().String())
	var answer []byte
	switch _, protocol, _ := strings.Cut(kind, "-"); protocol {
	case "smb":
		answer = unhex(ts, smbStart)
	case "rpc":
		answer = unhex(ts, rpcStart)
	}
	switch kind {
	case "probed":
		answer = unhex(ts, rpcNull)
	case "http":
		answer = []byte("HTTP/1.1 400 Bad Request\r\n\r\n")
	}
	hangUp := kind == "hangup" || strings.HasPrefix(kind, "truncated")
	var wg sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, c)
			mute := kind == "probed" && len(conns) > 2
			mu.Unlock()
			wg.Go(func() {
				buf := make([]byte, 4096)
				// The question first: a reset would overtake the answer.
				if _, err := c.Read(buf); err != nil {
					return
				}
				if !mute {
					_, _ = c.Write(answer)
				}
				if hangUp {
					c.Close()
					return
				}
				_, _ = io.Copy(io.Discard, c)
			})
		}
	})
	ts.Defer(func() {
		ln.Close()
		mu.Lock()
		for _, c := range conns {
			c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
}

// closedPort is an address that refuses connections until the script ends: it
// is taken, so that nobody else gets it, and nobody listens.
func closedPort(ts *testscript.TestScript) string {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	ts.Check(err)
	ts.Defer(func() { syscall.Close(fd) })
	ts.Check(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	name, err := syscall.Getsockname(fd)
	ts.Check(err)
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(name.(*syscall.SockaddrInet4).Port))
}

func unhex(ts *testscript.TestScript, words ...string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(strings.Join(words, ""), " ", ""))
	ts.Check(err)
	return b
}

func cmdSend(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: send ADDRESS HEX...")
	}
	c, err := net.Dial("tcp", args[0])
	ts.Check(err)
	defer c.Close()
	ts.Check(c.SetDeadline(time.Now().Add(hang)))
	_, err = c.Write(unhex(ts, args[1:]...))
	ts.Check(err)
	ts.Check(c.(*net.TCPConn).CloseWrite())
	// Until the server has taken note.
	_, _ = io.Copy(io.Discard, c)
}

// cmdEnvsubst writes NAME from NAME.in with the environment's values.
func cmdEnvsubst(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		text := os.Expand(ts.ReadFile(name+".in"), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o644))
	}
}

// cmdGet prints what HTTP GET gives, and wants a 200.
func cmdGet(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: get URL")
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: hang}
	resp, err := client.Get(args[0])
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if resp.StatusCode != http.StatusOK {
		ts.Fatalf("%s: %s\n%s", args[0], resp.Status, body)
	}
	_, err = ts.Stdout().Write(body)
	ts.Check(err)
}

// cmdHold keeps an idle connection to a server until the script ends.
func cmdHold(ts *testscript.TestScript, neg bool, args []string) {
	for _, address := range args {
		c, err := net.Dial("tcp", address)
		ts.Check(err)
		ts.Defer(func() { c.Close() })
	}
}
