// Command allclear watches over people who visit alone. This package is its command line: it reads the settings, runs
// one subcommand and says in one line what went wrong. The parts are put together in internal/app.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // a worker's zone must be known on a machine without zone files

	"github.com/alecthomas/kong"
)

// Exit codes that scripts rely on.
const (
	exitFailure = 1 // what was asked for could not be done
	exitUsage   = 2 // what was asked for makes no sense: a flag, an argument or a setting
)

// commands is the command line, one field a subcommand.
type commands struct {
	Serve      serveCmd      `cmd:"" help:"Run the service."`
	Demo       demoCmd       `cmd:"" help:"Look at it: a sample county with simulated phones, nothing to set up."`
	Bench      benchCmd      `cmd:"" help:"Measure it on this machine."`
	Check      checkCmd      `cmd:"" help:"Say what is wrong here, a line each; exit 1 when anything would stop an alarm."`
	Token      tokenCmd      `cmd:"" help:"Manage the API's tokens."`
	User       userCmd       `cmd:"" help:"Manage who signs in."`
	Keys       keysCmd       `cmd:"" help:"Manage the master key."`
	Migrate    migrateCmd    `cmd:"" help:"Bring the database to this version."`
	Understand understandCmd `cmd:"" help:"Read check-in texts, a JSON object a line, and say how each is understood."`
	Audit      auditCmd      `cmd:"" help:"Check the record."`
	Backup     backupCmd     `cmd:"" help:"Write an encrypted copy of all that is kept, also beside a running server."`
	Restore    restoreCmd    `cmd:"" help:"Put a backup in the database's place, once it was found whole."`
	Export     exportCmd     `cmd:"" help:"Take out what is kept."`
	Import     importCmd     `cmd:"" help:"Take in what is kept elsewhere."`
	Hold       holdCmd       `cmd:"" help:"Manage legal holds: what must not be erased."`
	Erase      eraseCmd      `cmd:"" help:"Erase what is kept about a person, at their request."`
	Version    versionCmd    `cmd:"" help:"Print this program's version."`
}

// world is what a subcommand may touch of its process.
type world struct {
	ctx            context.Context // done when the process is asked to stop
	environ        []string        // as os.Environ
	stdin          io.Reader
	stdout, stderr io.Writer
}

func main() {
	os.Exit(realMain())
}

// realMain stops listening for signals before the process ends.
func realMain() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(os.Args[1:], world{ctx, os.Environ(), os.Stdin, os.Stdout, os.Stderr})
}

// run does what args ask for, and returns the exit code. An error takes one line of standard error.
func run(args []string, w world) int {
	err := dispatch(args, w)
	if err == nil {
		return 0
	}
	fmt.Fprintln(w.stderr, "allclear:", strings.ReplaceAll(err.Error(), "\n", "; "))
	if _, usage := errors.AsType[*kong.ParseError](err); usage {
		return exitUsage
	}
	if _, usage := errors.AsType[problems](err); usage {
		return exitUsage
	}
	return exitFailure
}

func dispatch(args []string, w world) error {
	helped := false
	parser, err := kong.New(&commands{},
		kong.Name("allclear"),
		kong.Description("Allclear watches over people who visit alone: silence raises an alarm, and people are told until one of them answers."),
		kong.Writers(w.stdout, w.stderr),
		kong.Exit(func(int) { helped = true }), // kong's only exit is after --help
		kong.Bind(w),
	)
	if err != nil {
		return fmt.Errorf("set up the command line: %w", err)
	}
	ctx, err := parser.Parse(args)
	switch {
	case helped:
		return nil
	case err != nil:
		return fmt.Errorf("%w; see allclear --help", err)
	}
	return ctx.Run()
}
