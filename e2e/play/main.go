// Command play tells a stranger, on a terminal, what Allclear does: one weekend, from the booking of a visit to the
// police, at many times the speed, on the real binary with a provider of texts and calls that plays on this machine.
// No real person is texted or rung.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/allclear-safety/allclear/e2e/postgres"
	"github.com/allclear-safety/allclear/e2e/town"
	"github.com/allclear-safety/allclear/e2e/weekend"
)

type options struct {
	speed    int
	database string
	postgres bool
	binary   string
}

func main() {
	var o options
	flag.IntVar(&o.speed, "speed", 240, "how many times as fast as real time")
	flag.StringVar(&o.database, "database", "", "sqlite:PATH or postgres://… (default: SQLite, gone afterwards)")
	flag.BoolVar(&o.postgres, "postgres", false, "play on a throw-away PostgreSQL")
	flag.StringVar(&o.binary, "binary", "bin/allclear", "the allclear to play")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "play:", err)
		os.Exit(1)
	}
}

// run plays once, and cleans up whatever came of it.
func run(ctx context.Context, o options, out io.Writer) error {
	binary, err := exec.LookPath(o.binary)
	if err != nil {
		return fmt.Errorf("find the binary: %w (make build makes it)", err)
	}
	if o.binary, err = filepath.Abs(binary); err != nil {
		return fmt.Errorf("find the binary: %w", err)
	}
	dir, err := os.MkdirTemp("", "allclear-play")
	if err != nil {
		return fmt.Errorf("make a folder to play in: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // in the temporary folder in any case
	if o.postgres {
		cluster, err := postgres.Start(ctx)
		if err != nil {
			return err
		}
		defer cluster.Stop()
		if o.database, err = cluster.Database(ctx); err != nil {
			return err
		}
	}
	if o.database == "" {
		o.database = "sqlite:" + filepath.Join(dir, "allclear.db")
	}
	return newStage(out).play(ctx, o, dir)
}

// stage is where the play is told, and where it ends when something does not happen.
type stage struct {
	out    io.Writer
	began  time.Time
	failed string // what did not happen
	checks int
}

func newStage(out io.Writer) *stage { return &stage{out: out, began: time.Now()} }

// play plays in a goroutine of its own, which Fatalf can end.
func (s *stage) play(ctx context.Context, o options, dir string) error {
	fmt.Fprintf(s.out, "A weekend with Allclear, %d times as fast as real time. No real person is texted or rung.\n\n", o.speed)
	fmt.Fprintf(s.out, "clock     real\n")
	var w *town.Town
	ended := make(chan struct{})
	go func() { // ends with the play
		defer close(ended)
		w = town.Open(s, town.Options{Binary: o.binary, Database: o.database, Dir: dir, Speed: o.speed})
		weekend.Play(w, weekend.Options{Tell: s.tell})
	}()
	select {
	case <-ended:
		if w != nil {
			w.Close()
		}
	case <-ctx.Done(): // Allclear dies with us
		return ctx.Err()
	}
	if s.failed != "" {
		fmt.Fprintf(s.out, "\n%d checks passed, 1 failed\n", s.checks)
		return fmt.Errorf("%s", s.failed)
	}
	fmt.Fprintf(s.out, "\n%d checks passed, 0 failed\n", s.checks)
	return nil
}

// tell writes one line: plan time, real seconds, what happened.
func (s *stage) tell(at time.Time, done bool, line string) {
	mark := "  "
	if done {
		s.checks++
		mark = "ok"
	}
	fmt.Fprintf(s.out, "%s  %5.1f s  %s  %s\n", town.Clock(at), time.Since(s.began).Seconds(), mark, line)
}

// Helper, Logf and Fatalf make the stage a town.T.
func (s *stage) Helper() {}

func (s *stage) Logf(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }

func (s *stage) Fatalf(format string, args ...any) {
	s.failed = fmt.Sprintf(format, args...)
	runtime.Goexit()
}
