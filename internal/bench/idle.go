package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// IdleSize is what a server at rest watches over.
type IdleSize struct {
	Visits, Workers int
	Settle          time.Duration // after the start, before it is measured
	For             time.Duration // how long it is measured
}

// What is asked of a server at rest.
const (
	idleShare  = 0.01      // of one core
	idleMemory = 100 << 20 // bytes
	lookEvery  = 5 * time.Second
)

// Metrics of the process, by Prometheus's own collector.
const (
	cpuMetric    = "process_cpu_seconds_total"
	memoryMetric = "process_resident_memory_bytes"
)

// Idle measures what a server costs that watches over many visits while nothing happens. They are booked in this process; then a server is
// started over them in one of its own, so that nothing of the loading is in its figures.
func Idle(ctx context.Context, o Options, size IdleSize) (figures []Figure, err error) {
	at, err := o.place(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = keepFirst(err, at.remove(context.WithoutCancel(ctx))) }()
	if err := o.load(ctx, at, size); err != nil {
		return nil, err
	}
	p, err := startProvider()
	if err != nil {
		return nil, err
	}
	defer func() { err = keepFirst(err, p.close()) }()
	return o.watchServer(ctx, at, p, size)
}

// load books the visits.
func (o Options) load(ctx context.Context, at place, size IdleSize) (err error) {
	s, err := o.start(ctx, at)
	if err != nil {
		return err
	}
	defer func() { err = keepFirst(err, s.stop(context.WithoutCancel(ctx))) }()
	if err := s.settle(ctx, o, size.Workers); err != nil {
		return err
	}
	return s.bookAhead(ctx, o, size.Visits, size.Workers)
}

// watchServer starts a server over the loaded database and watches what it takes.
func (o Options) watchServer(ctx context.Context, at place, p *provider, size IdleSize) (figures []Figure, err error) {
	child, err := o.startServer(ctx, at, p)
	if err != nil {
		return nil, err
	}
	defer func() { err = keepFirst(err, child.stop()) }()
	if err := pause(ctx, size.Settle); err != nil {
		return nil, err
	}
	before, err := child.gauge(ctx, cpuMetric, memoryMetric)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	most := before[1]
	now := before
	for took := time.Duration(0); took < size.For; took = time.Since(began) {
		if err := pause(ctx, min(lookEvery, size.For-took)); err != nil {
			return nil, err
		}
		if now, err = child.gauge(ctx, cpuMetric, memoryMetric); err != nil {
			return nil, err
		}
		most = max(most, now[1])
		o.progress("seconds at rest", int(time.Since(began).Seconds()), int(size.For.Seconds()))
	}
	share := (now[0] - before[0]) / time.Since(began).Seconds()
	about := fmt.Sprintf("%s visits under watch, at rest", thousands(size.Visits))
	return []Figure{
		{Name: about + ": of one core", Value: fmt.Sprintf("%.2f %%", 100*share), Target: fmt.Sprintf("under %g %%", 100*idleShare), Met: share < idleShare},
		{Name: about + ": memory", Value: megabytes(now[1]), Target: "under " + megabytes(idleMemory), Met: now[1] < idleMemory},
		{Name: about + ": memory at most", Value: megabytes(most)},
	}, nil
}

func megabytes(bytes float64) string { return fmt.Sprintf("%.0f MiB", bytes/(1<<20)) }

// server is allclear serve in a process of its own.
type server struct {
	*caller
	process *exec.Cmd
}

// startServer starts this same program as a server, and waits until it says where it listens.
func (o Options) startServer(ctx context.Context, at place, p *provider) (*server, error) {
	process := exec.CommandContext(ctx, o.Program, "serve") // #nosec G204 -- the program that the developer names
	process.Args[0] = "allclear"
	process.Dir, process.Stderr = at.folder, os.Stderr
	process.Cancel = func() error { return process.Process.Signal(syscall.SIGTERM) }
	process.WaitDelay = stopWithin
	for _, setting := range o.Environ {
		if !strings.HasPrefix(setting, "ALLCLEAR_") {
			process.Env = append(process.Env, setting)
		}
	}
	process.Env = append(process.Env, "ALLCLEAR_DATABASE="+at.database, "ALLCLEAR_LISTEN=127.0.0.1:0", "ALLCLEAR_KEY="+at.key.Reveal(),
		"ALLCLEAR_LOG_LEVEL=error", "ALLCLEAR_TWILIO_ACCOUNT_SID="+accountSID, "ALLCLEAR_TWILIO_AUTH_TOKEN="+authToken,
		"ALLCLEAR_TWILIO_FROM="+ourNumber, "ALLCLEAR_TWILIO_API="+p.url)
	out, err := process.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	if err := process.Start(); err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	_, address, found := strings.Cut(strings.TrimSpace(line), " on ")
	s := &server{caller: newCaller(address, nil), process: process}
	if err != nil || !found {
		return nil, keepFirst(errors.New("start a server: it did not say where it listens"), s.stop())
	}
	return s, nil
}

// stop ends the server in order.
func (s *server) stop() error {
	s.caller.close()
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop the server: %w", err)
	}
	if err := s.process.Wait(); err != nil {
		return fmt.Errorf("stop the server: %w", err)
	}
	return nil
}
