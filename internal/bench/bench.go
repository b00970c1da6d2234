// Package bench measures Allclear on the machine it runs on: how soon after a deadline an alarm is handed over, how many texts a second
// it takes, and what it costs to watch over many visits at rest.
//
// What is measured is the wired program, real clock and real disk included. It is spoken to only as its users do: by the API, by signed
// webhooks, and at a stand-in for Twilio that listens on loopback. The load runs on the same cores as the program, so the figures are
// lower than those of a program with a machine of its own.
//
// A benchmark says what it found, and never that something failed: speed is no gate.
package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime/pprof"
	"text/tabwriter"

	"github.com/allclear-safety/allclear/internal/app"
)

// Options are shared by all benchmarks.
type Options struct {
	Database string   // "": a new SQLite file in a temporary folder; sqlite:PATH: a new file there; postgres://…: a new database there
	Program  string   // the path of allclear itself, for what is measured in a process of its own
	Environ  []string // for that process; as os.Environ
	Version  string
	Profile  io.Writer                       // a CPU profile of the measured stretch; nil: none
	Progress func(what string, done, of int) // nil: quiet
	Log      *slog.Logger                    // of the program

	mail app.Mail // how mail comes in
}

// Figure is one result.
type Figure struct {
	Name   string // what was measured
	Value  string // with its unit
	Target string // "at most 50 ms"; "" for one that has none
	Met    bool   // only with a target
}

// Print writes one line a figure.
func Print(w io.Writer, figures []Figure) error {
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, f := range figures {
		line := f.Name + "\t" + f.Value
		if f.Target != "" {
			verdict := "not met"
			if f.Met {
				verdict = "met"
			}
			line += "\t" + f.Target + "\t" + verdict
		}
		if _, err := fmt.Fprintln(table, line); err != nil {
			return err
		}
	}
	return table.Flush()
}

func (o Options) progress(what string, done, of int) {
	if o.Progress != nil {
		o.Progress(what, done, of)
	}
}

// profiled runs the measured stretch, under the profiler where one is asked for.
func (o Options) profiled(measure func() error) error {
	if o.Profile == nil {
		return measure()
	}
	if err := pprof.StartCPUProfile(o.Profile); err != nil {
		return fmt.Errorf("start the profiler: %w", err)
	}
	defer pprof.StopCPUProfile()
	return measure()
}

// withSystem runs a benchmark against the wired program over a new database, and takes both away again.
func (o Options) withSystem(ctx context.Context, measure func(*system) ([]Figure, error)) (figures []Figure, err error) {
	at, err := o.place(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = keepFirst(err, at.remove(context.WithoutCancel(ctx))) }()
	s, err := o.start(ctx, at)
	if err != nil {
		return nil, err
	}
	defer func() { err = keepFirst(err, s.stop(context.WithoutCancel(ctx))) }()
	if figures, err = measure(s); err != nil {
		return nil, err
	}
	disk, err := at.disk()
	return append(disk, figures...), err
}

// keepFirst gives the error that came first: what follows from it says less.
func keepFirst(first, second error) error {
	if first != nil {
		return first
	}
	return second
}
