// Command crosswire is the suite and the reference server in one binary:
//
//	crosswire serve    run the reference server
//	crosswire share    list, add and remove shares of a running server
//	crosswire run      run scenarios against a target
//	crosswire list     list scenarios
//	crosswire lint     check scenarios without a target
//	crosswire fmt      format scenarios
//	crosswire version  tell the version
//
// It exits with 0 if all is as expected, 1 if something failed, 2 for a
// mistake in usage or input, or if the engine or the target broke.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the command line; each command has a file of its own.
type cli struct {
	Serve   serveCmd   `cmd:"" help:"Run the reference server until it is interrupted."`
	Share   shareCmd   `cmd:"" help:"List, add and remove shares of a running server."`
	Run     runCmd     `cmd:"" help:"Run scenarios against a target, by default the reference server in this process."`
	List    listCmd    `cmd:"" help:"List scenarios."`
	Lint    lintCmd    `cmd:"" help:"Check scenarios; no target is needed."`
	Fmt     fmtCmd     `cmd:"" help:"Give scenarios their canonical form."`
	Version versionCmd `cmd:"" help:"Tell the version."`
}

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The second signal ends a process that does not heed the first.
	context.AfterFunc(ctx, stop)
	os.Exit(execute(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// execute runs one command line and returns the exit status.
func execute(ctx context.Context, args []string, s streams) int {
	helped := false
	parser, err := kong.New(&cli{},
		kong.Name("crosswire"),
		kong.Description("Proves that a file server which shows one tree over NFS and over SMB keeps the two coherent."),
		kong.Writers(s.out, s.err),
		kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Vars{"api": defaultAPI},
	)
	if err != nil {
		return exitStatus(s.err, err)
	}
	k, err := parser.Parse(goTestArgs(args))
	switch {
	case helped:
		return exitOK
	case err != nil:
		return exitStatus(s.err, usageError(err))
	}
	k.BindTo(ctx, (*context.Context)(nil))
	return exitStatus(s.err, k.Run(s))
}

// usageError adds to a mistake on the command line where help is.
func usageError(err error) error {
	command := "crosswire"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil && parse.Context.Command() != "" {
		if n := parse.Context.Selected(); n != nil {
			command = n.FullPath()
		}
	}
	return fmt.Errorf("%w (see %s --help)", err, command)
}
