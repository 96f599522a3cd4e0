//go:build interop

package interop

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// runInNamespace runs this program once more, with the same arguments, in a
// new network namespace, and returns its exit status. Root needs nothing else;
// others get a user namespace around it. The error says why there can be no
// namespace; then nothing has run.
func runInNamespace() (int, error) {
	// Pdeathsig is about the thread that started the process.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	start := func(user bool) (*exec.Cmd, error) {
		self := exec.Command("/proc/self/exe", os.Args[1:]...)
		self.Args[0] = os.Args[0]
		self.Stdin, self.Stdout, self.Stderr = os.Stdin, os.Stdout, os.Stderr
		self.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
		if user {
			self.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
			self.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
			self.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
		}
		return self, self.Start()
	}
	var self *exec.Cmd
	err := errors.ErrUnsupported
	if os.Geteuid() == 0 {
		self, err = start(false)
	}
	if err != nil {
		if self, err = start(true); err != nil {
			return 0, fmt.Errorf("no network namespace (as uid %d, with a user namespace): %w", os.Geteuid(), err)
		}
	}
	// What ends this process by name or by terminal ends the other first, so
	// that it can stop its servers.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT)
	defer signal.Stop(signals)
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		for {
			select {
			case s := <-signals:
				_ = self.Process.Signal(s)
			case <-ended:
				return
			}
		}
	}()
	err = self.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && !exit.Exited() {
		return 2, nil // a signal
	}
	if err != nil && exit == nil {
		return 2, nil
	}
	return self.ProcessState.ExitCode(), nil
}

// raiseLoopback brings up lo, which is down in a new namespace.
func raiseLoopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, request); err != nil {
		return err
	}
	request.SetUint16(request.Uint16() | unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request)
}

// needNamespace ends t if it cannot have its own network: such a test must not
// count as passed, nor hide as skipped.
func needNamespace(t *testing.T, what string) {
	t.Helper()
	if why := os.Getenv(envNamespace); why != "" {
		t.Fatalf("%s needs a network namespace, and there is none: %s\nrun `make interop` as root (in a container with the capability SYS_ADMIN), or let users have namespaces (sysctl kernel.unprivileged_userns_clone=1)", what, why)
	}
}
