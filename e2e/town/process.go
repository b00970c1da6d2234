package town

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is the running allclear, and how it is started.
type process struct {
	provider string // the base address of the stand-in Twilio

	mu      sync.Mutex
	running *exec.Cmd
	ended   chan struct{} // closed when running has ended
	log     bytes.Buffer
}

// Write keeps what Allclear logs.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

// tail is the last n lines logged.
func (p *process) tail(n int) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(p.log.String()), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// Log is all that Allclear has logged so far.
func (w *Town) Log() string { return w.process.tail(1 << 30) }

// start runs the command; the process ends with ours.
func (p *process) start(cmd *exec.Cmd) error {
	cmd.Stdout, cmd.Stderr = p, p
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	p.mu.Lock()
	p.running, p.ended = cmd, ended
	p.mu.Unlock()
	go func() { // ends with the process
		_ = cmd.Wait() // how it ended is in its log
		close(ended)
	}()
	return nil
}

// signal sends sig and waits for the process to end.
func (p *process) signal(sig syscall.Signal, within time.Duration) error {
	p.mu.Lock()
	running, ended := p.running, p.ended
	p.mu.Unlock()
	if running == nil {
		return nil
	}
	_ = running.Process.Signal(sig) // ended already is as good
	select {
	case <-ended:
		return nil
	case <-time.After(within):
		return fmt.Errorf("still running %v after %v", within, sig)
	}
}

func (p *process) kill() { _ = p.signal(syscall.SIGKILL, 10*time.Second) }

// alive reports whether the process has not ended by itself.
func (p *process) alive() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.ended:
		return false
	default:
		return p.running != nil
	}
}

// Start runs `allclear serve` and waits until it answers.
func (w *Town) Start() {
	w.t.Helper()
	cmd := exec.Command(w.o.Binary, "serve") // #nosec G204 -- the program that the developer names
	cmd.Dir, cmd.Env = w.o.Dir, w.environment()
	if err := w.process.start(cmd); err != nil {
		w.fail("start allclear: %v", err)
	}
	for end := time.Now().Add(startWithin); ; time.Sleep(look) {
		if answer, err := w.client.Get(w.URL() + "/healthz"); err == nil {
			_ = answer.Body.Close() // only the status counts
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		if !w.process.alive() {
			w.fail("allclear ended while starting")
		}
		if time.Now().After(end) {
			w.fail("allclear did not answer /healthz in %v", startWithin)
		}
	}
}

// Kill9 ends Allclear as a power cut would end its process.
func (w *Town) Kill9() {
	w.note("allclear", "is killed")
	w.process.kill()
}

// Stop asks Allclear to stop, as a supervisor does, and waits until it has.
func (w *Town) Stop() {
	w.t.Helper()
	w.note("allclear", "is asked to stop")
	if err := w.process.signal(syscall.SIGTERM, 15*time.Second); err != nil {
		w.fail("stop allclear: %v", err)
	}
}

// Restart starts Allclear on the same database, after Kill9 or Stop.
func (w *Town) Restart() {
	w.t.Helper()
	w.Start()
	w.note("allclear", "is back")
}

// Hasten has the clock run at another speed from where it is. It takes a restart.
func (w *Town) Hasten(speed int) {
	w.t.Helper()
	w.note("the clock", "runs %d times as fast", speed)
	w.Stop()
	w.o.Speed = speed
	w.clock.mu.Lock()
	w.clock.speed = float64(speed)
	w.clock.mu.Unlock()
	w.Start()
	w.synchronise()
}

// Scribble writes into Allclear's log past it, for whoever tests what reads that.
func (w *Town) Scribble(line string) { _, _ = w.process.Write([]byte(line + "\n")) } // never fails

// Command runs another allclear command with the town's settings and returns what it printed.
func (w *Town) Command(args ...string) (stdout string, err error) {
	var out, problems bytes.Buffer
	cmd := exec.Command(w.o.Binary, args...) // #nosec G204 -- the program that the developer names
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = w.o.Dir, w.environment(), &out, &problems
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("allclear %s: %w: %s", strings.Join(args, " "), err, problems.String())
	}
	return out.String(), nil
}

// newToken makes an API token beside the running server.
func (w *Town) newToken() string {
	w.t.Helper()
	out, err := w.Command("token", "create", "--name", "e2e", "--scope", "admin")
	if err != nil {
		w.fail("%v", err)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	token := strings.TrimSpace(lines[len(lines)-1])
	w.Check(token != "" && !strings.Contains(token, " "), "token create prints the token alone on its last line")
	return token
}

// freeAddress is a port on loopback below those that the system gives to outgoing connections: while Allclear is down,
// nobody else is given it.
func freeAddress() (string, error) {
	var err error
	for range 50 {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(12000)) // #nosec G404 -- a free port, no secret
		listener, failed := net.Listen("tcp", address)
		if failed == nil {
			return address, listener.Close()
		}
		err = errors.Join(err, failed)
	}
	return "", err
}
