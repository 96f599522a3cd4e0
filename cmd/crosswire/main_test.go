package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	// The race detector lets each process linger for a second.
	if os.Getenv("GORACE") == "" {
		os.Setenv("GORACE", "atexit_sleep_ms=0")
	}
	testscript.Main(m, map[string]func(){"crosswire": main})
}

// TestScripts runs testdata/script: each command of the binary, and each kind
// of bad input, as a user meets them. Beside the commands of testscript there
// are
//
//	exits STATUS COMMAND ARG...        run a command that must exit with STATUS
//	serve ARG...                       start a server on free ports; SMB, NFS, MOUNT, PORTMAP,
//	                                   API_ADDRESS and the URL API are where it is
//	stop                               end the server by SIGTERM; it must exit with 0
//	interrupt STATUS REGEXP COMMAND…   send SIGINT once stdout matches
//	listen NAME KIND                   a server that is none; see the kinds in listen
//	send ADDRESS HEX...                send bytes to a server, and hang up
//	envsubst NAME                      make NAME of NAME.in by the environment
//	hold ADDRESS...                    keep idle connections to servers
//	get URL                            print what HTTP GET gives
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GORACE", os.Getenv("GORACE"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     cmdExits,
			"serve":     cmdServe,
			"stop":      cmdStop,
			"interrupt": cmdInterrupt,
			"listen":    cmdListen,
			"send":      cmdSend,
			"envsubst":  cmdEnvsubst,
			"get":       cmdGet,
			"hold":      cmdHold,
		},
	})
}
