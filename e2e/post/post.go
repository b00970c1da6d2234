// Package post is the mail of a council around a real Allclear: Postfix with OpenDKIM and OpenDMARC before it, Dovecot with its people's mailboxes, and a
// name server, each a private instance of what Debian packages, in a folder of its own and on ports that were free. It knows Allclear by LMTP, SMTP and IMAP
// alone.
package post

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// T is the part of testing.TB that a post needs. Fatalf does not return.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// The names of this world. A name server that keeps to the standard answers nothing below .test.
const (
	Council  = "council.example"
	Ours     = "allclear.example"
	Attacker = "attacker.example"
	MX       = "mx.allclear.example" // by which Postfix signs its verdicts
	Password = "s3cret"              // #nosec G101 -- of invented mailboxes
)

// Options say where mail for Allclear goes.
type Options struct {
	LMTP    string // host:port
	Mailbox bool   // into one at Dovecot instead
	Desks   bool   // the council's people send by [Post.Desk]
}

// Post is running mail.
type Post struct {
	t   T
	o   Options
	dir string

	dns                                string // an address of its own, at port 53
	smtp, out, imap, lmtp, dkim, dmarc string // host:port
	desk, signer                       string // where the council's people send, and what signs it
	keys                               map[string]string
	mu                                 sync.Mutex
	running                            []*process
}

// Missing names the programs that are not on this machine, and says who must run them.
func Missing() error {
	var lacks []string
	for _, tool := range []string{"/usr/sbin/postfix", "/usr/sbin/opendkim", "/usr/sbin/opendmarc", "/usr/sbin/dnsmasq", "/usr/sbin/dovecot", "/usr/bin/swaks", "/usr/lib/dovecot/lmtp"} {
		if _, err := os.Stat(tool); err != nil {
			lacks = append(lacks, filepath.Base(tool))
		}
	}
	if exec.Command(python, "-c", "import dkim").Run() != nil {
		lacks = append(lacks, "python3-dkim")
	}
	if len(lacks) > 0 {
		return errors.New("not installed: " + strings.Join(lacks, ", ") + "; scripts/need-tools installs them")
	}
	if os.Geteuid() != 0 {
		return errors.New("only root may run mail servers that change to users of their own")
	}
	return nil
}

// python is Debian's own, which has Debian's packages.
const python = "/usr/bin/python3"

// Open starts all of it. Close it.
func Open(t T, o Options) *Post {
	t.Helper()
	dir, err := os.MkdirTemp("", "post") // a short path: sockets' names are short
	if err != nil {
		t.Fatalf("make a folder for mail: %v", err)
	}
	p := &Post{t: t, o: o, dir: dir, keys: map[string]string{}}
	if err := p.open(); err != nil {
		logs := p.Log()
		p.Close()
		t.Fatalf("start mail: %v\n%s", err, logs)
	}
	return p
}

func (p *Post) open() error {
	// #nosec G302 -- each program looks in as a user of its own; nothing in it is a secret
	if err := os.Chmod(p.dir, 0o755); err != nil {
		return err
	}
	for _, at := range []*string{&p.smtp, &p.out, &p.imap, &p.lmtp, &p.dkim, &p.dmarc, &p.desk, &p.signer} {
		var err error
		if *at, err = freeAddress(); err != nil {
			return err
		}
	}
	p.dns = fmt.Sprintf("127.%d.%d.%d", 64+rand.IntN(128), rand.IntN(250), 2+rand.IntN(250)) // #nosec G404 -- an address that is free, no secret
	starts := []func() error{p.nameServer, p.openDKIM, p.openDMARC, p.dovecot, p.postfix}
	listening := map[string]string{"OpenDKIM": p.dkim, "OpenDMARC": p.dmarc, "Dovecot": p.imap, "Dovecot's LMTP": p.lmtp, "Postfix": p.smtp}
	if p.o.Desks {
		starts = slices.Insert(starts, 1, p.councilSigns)
		listening["the council's OpenDKIM"] = p.signer
	}
	for _, start := range starts {
		if err := start(); err != nil {
			return err
		}
	}
	for what, at := range listening {
		if err := p.answers(what, at); err != nil {
			return err
		}
	}
	return nil
}

// Close stops all of it.
func (p *Post) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	var ending sync.WaitGroup
	for _, r := range p.running {
		ending.Go(func() { // ends with the program
			if err := r.stop(); err != nil {
				p.t.Logf("stop %s: %v", r.what, err)
			}
		})
	}
	ending.Wait()
	p.running = nil
	_ = os.RemoveAll(p.dir) // in the temporary folder in any case
}

// Stop stops one program, by what it is called here.
func (p *Post) Stop(what string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.running {
		if r.what == what {
			if err := r.stop(); err != nil {
				p.t.Fatalf("stop %s: %v", what, err)
			}
			return
		}
	}
	p.t.Fatalf("nothing is called %s", what)
}

// NameServer is where the names of this world are known.
func (p *Post) NameServer() string { return p.dns + ":53" }

// SMTP is where Postfix takes mail, for Allclear's domain and the council's.
func (p *Post) SMTP() string { return p.smtp }

// Submission is where Postfix takes what Allclear sends, which it signs.
func (p *Post) Submission() string { return p.out }

// Desk is where Postfix takes what the council's people send; it is signed for the council before it is looked at.
func (p *Post) Desk() string { return p.desk }

// IMAP is where Dovecot has the mailboxes: of everybody @council.example, by [Password].
func (p *Post) IMAP() string { return p.imap }

// Log is what the programs said.
func (p *Post) Log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all strings.Builder
	for _, r := range p.running {
		all.WriteString(r.log())
	}
	for _, name := range []string{"postfix.log", "dovecot.log"} {
		said, _ := os.ReadFile(p.file(name))
		all.Write(said)
	}
	return all.String()
}

func (p *Post) file(name string) string { return filepath.Join(p.dir, name) }

func (p *Post) write(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(p.file(name)), 0o755); err != nil { // #nosec G301 -- other users look in
		return err
	}
	return os.WriteFile(p.file(name), []byte(text), 0o644) // #nosec G306 -- other users look in
}

// answers waits until somebody listens at an address.
func (p *Post) answers(what, at string) error {
	for end := time.Now().Add(startWithin); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.DialTimeout("tcp", at, time.Second)
		if err == nil {
			return c.Close()
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s does not answer: %w", what, err)
		}
	}
}

// startWithin is how long a program may take to start, on a machine that does much else.
const startWithin = 20 * time.Second

// process is a program that runs until it is stopped.
type process struct {
	what  string
	cmd   *exec.Cmd
	ended chan struct{}

	mu   sync.Mutex
	said bytes.Buffer
}

func (r *process) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.said.Write(b)
}

func (r *process) log() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.said.String()
}

// run starts a program in the foreground; it ends with us.
func (p *Post) run(what string, args ...string) error {
	r := &process{what: what, cmd: exec.Command(args[0], args[1:]...), ended: make(chan struct{})} // #nosec G204 -- programs by their full names
	r.cmd.Dir, r.cmd.Stdout, r.cmd.Stderr = p.dir, r, r
	r.cmd.Env = append(os.Environ(), "MAIL_CONFIG="+p.file("postfix"))
	r.cmd.WaitDelay = time.Second                                                       // children of its own may hold the pipe
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM} // its own group, which ends with it
	if err := r.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", what, err)
	}
	go func() { // ends with the program
		_ = r.cmd.Wait() // how it ended is in its log
		close(r.ended)
	}()
	p.mu.Lock()
	p.running = append(p.running, r)
	p.mu.Unlock()
	return nil
}

// stop asks a program to end, with those that it started, and makes it where it does not. The milters, which hold nothing, look only every 5 s whether they are
// asked.
func (r *process) stop() error {
	if strings.HasPrefix(r.what, "Open") {
		_ = r.cmd.Process.Kill() // ended already is as good
	}
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		_ = syscall.Kill(-r.cmd.Process.Pid, sig) // ended already is as good
		select {
		case <-r.ended:
			return nil
		case <-time.After(5 * time.Second):
		}
	}
	return errors.New("it does not end")
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func portOf(at string) string {
	_, port, _ := net.SplitHostPort(at)
	return port
}

// owned makes a folder that is a user's own.
func (p *Post) owned(name, by string) error {
	if err := os.MkdirAll(p.file(name), 0o755); err != nil { // #nosec G301 -- other users look in
		return err
	}
	u, err := user.Lookup(by)
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return err
	}
	return os.Chown(p.file(name), uid, gid)
}
