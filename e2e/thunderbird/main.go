// Command thunderbird is a release check: a visit is booked, answered, moved and cancelled by Debian's Thunderbird on a screen that nobody sees, with the real
// binary and real mail servers. What Thunderbird showed is kept as pictures, for a person to look at.
package main

import (
	"context"
	"errors"
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

	"github.com/allclear-safety/allclear/e2e/post"
)

func main() {
	binary := flag.String("binary", "bin/allclear", "the allclear to try")
	folder := flag.String("to", "build/thunderbird", "where the pictures go")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *binary, *folder, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "thunderbird:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, binary, folder string, out io.Writer) error {
	binary, err := exec.LookPath(binary)
	if err != nil {
		return fmt.Errorf("find the binary: %w (make build makes it)", err)
	}
	if err := errors.Join(missing(), post.Missing()); err != nil {
		return err
	}
	if binary, err = filepath.Abs(binary); err != nil {
		return fmt.Errorf("find the binary: %w", err)
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	return (&stage{out: out, began: time.Now(), binary: binary, folder: folder}).play(ctx)
}

// stage is where the story is played, and where it ends when something does not happen.
type stage struct {
	out            io.Writer
	began          time.Time
	binary, folder string
	failed         string // what did not happen
	checks, photos int
	ends           []func()
}

// play plays in a goroutine of its own, which Fatalf can end.
func (s *stage) play(ctx context.Context) error {
	ended := make(chan struct{})
	go func() { // ends with the play
		defer close(ended)
		defer func() {
			for i := len(s.ends) - 1; i >= 0; i-- {
				s.ends[i]()
			}
		}()
		s.story()
	}()
	select {
	case <-ended:
	case <-ctx.Done(): // what was started dies with us
		return ctx.Err()
	}
	if s.failed != "" {
		return errors.New(s.failed)
	}
	fmt.Fprintf(s.out, "%d checks passed, 0 failed; look at the %d pictures in %s\n", s.checks, s.photos, s.folder)
	return nil
}

// after has something done when the play is over, the last of them first.
func (s *stage) after(end func()) { s.ends = append(s.ends, end) }

// check ends the play unless a thing that must hold does.
func (s *stage) check(holds bool, format string, args ...any) {
	if !holds {
		s.Fatalf("did not hold: "+format, args...)
	}
	s.checks++
	s.Logf("ok  "+format, args...)
}

// Helper, Logf and Fatalf make the stage a town.T and a post.T.
func (s *stage) Helper() {}

func (s *stage) Logf(format string, args ...any) {
	fmt.Fprintf(s.out, "%5.1f s  %s\n", time.Since(s.began).Seconds(), fmt.Sprintf(format, args...))
}

func (s *stage) Fatalf(format string, args ...any) {
	if s.failed == "" {
		s.failed = fmt.Sprintf(format, args...)
	}
	runtime.Goexit()
}
