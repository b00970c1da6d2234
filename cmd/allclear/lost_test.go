package main

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestWhatTheReadmeSaysBringsALostMachineBack runs the commands of the README's section word for word: some beside a running server, on
// two days, which is then killed and its folder lost, the others in an empty folder.
func TestWhatTheReadmeSaysBringsALostMachineBack(t *testing.T) {
	before, after := readmeCommands(t, "before the machine is lost"), readmeCommands(t, "after the machine is lost")
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) })) // which check asks for the account
	defer provider.Close()
	backups, today := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(today, "date"), []byte("#!/bin/sh\nPATH=${PATH#*:} TZ=UTC exec date -d \"$TODAY\" \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "PATH="+today+":"+os.Getenv("PATH"), "TODAY=2026-11-22", "BACKUPS="+backups, "SAFE="+t.TempDir(), "ALLCLEAR_TWILIO_ACCOUNT_SID=AC1", "ALLCLEAR_TWILIO_AUTH_TOKEN=secret",
		"ALLCLEAR_TWILIO_FROM=+447700900150", "ALLCLEAR_TWILIO_API="+provider.URL, "ALLCLEAR_LISTEN="+freePort(t))

	lost := newMachine(t, env)
	server := lost.start("bin/allclear serve")
	lost.sh(before)
	lost.env = append(lost.env, "TODAY=2026-11-23")
	lost.sh("bin/allclear export audit") // which is on record, by the second day's backup alone
	head, _, _ := strings.Cut(lost.sh("bin/allclear audit verify"), ", sealed")
	lost.sh(before)
	for _, day := range []string{"22", "23"} {
		if _, err := os.Stat(filepath.Join(backups, "allclear-2026-11-"+day+".age")); err != nil {
			t.Errorf("the backup of a day: %v", err)
		}
	}
	server.kill()
	if err := os.RemoveAll(lost.dir); err != nil {
		t.Fatal(err)
	}

	fresh := newMachine(t, env)
	server = fresh.start(after)
	defer server.kill()
	if !strings.Contains(server.said, "restored; what happened after") || !strings.Contains(server.said, "gateway: ok") {
		t.Errorf("they say:\n%s", server.said)
	}
	if ready := ask(t, server.address+"/readyz", ""); !strings.HasPrefix(ready, "ready\n") {
		t.Errorf("/readyz says %q", ready)
	}
	_, hash, _ := strings.Cut(head, "1 entry, head 1 ")
	if !strings.Contains(server.said, "its record is whole: 1 entry\n") || len(hash) != 64 || !strings.Contains(server.said, "head of the record 1 "+hash[:16]) {
		t.Errorf("the record was: %s\nand what was restored is: %s", head, server.said)
	}
	if is := fresh.sh("bin/allclear audit verify"); !strings.HasPrefix(is, "the record is whole: 2 entries") { // with the restore
		t.Errorf("the record is: %s", is)
	}
}

// TestABackupOfBeforeARotationIsServed goes the whole way on a machine that has lost all but the backup and the file that the rotation kept, and
// on the one that rotated: what restore says is done as it stands, and then serve starts.
func TestABackupOfBeforeARotationIsServed(t *testing.T) {
	backups := t.TempDir()
	env := append(os.Environ(), "BACKUPS="+backups, "ALLCLEAR_LISTEN="+freePort(t))
	own := newMachine(t, env)
	own.sh("bin/allclear migrate")
	own.sh(`bin/allclear backup "$BACKUPS/old.age"`)
	own.sh("bin/allclear keys rotate")
	own.sh(`cp -p allclear.db.key.until-* "$BACKUPS"`)
	restore := `ALLCLEAR_KEY_FILE=$(echo allclear.db.key.until-*) bin/allclear restore "$BACKUPS/old.age"`

	said := own.sh(restore)
	if !strings.Contains(said, "the key in allclear.db.key opens it from now on") {
		t.Errorf("it says %s", said)
	}
	own.start("bin/allclear serve").kill()

	fresh := newMachine(t, env)
	fresh.sh(`cp -p "$BACKUPS"/allclear.db.key.until-* .`)
	said = fresh.sh(restore)
	_, rest, _ := strings.Cut(said, "run cp -p ")
	command, _, found := strings.Cut(rest, ",")
	if !found {
		t.Fatalf("it says %s", said)
	}
	fresh.sh("cp -p " + command)
	fresh.start("bin/allclear serve").kill()
	fresh.sh("bin/allclear keys rotate")
	fresh.start("bin/allclear serve").kill()
}

// readmeCommands gives the commands under a comment of the README.
func readmeCommands(t *testing.T, comment string) string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(readme), "<!-- "+comment+" -->\n```sh\n")
	commands, _, ends := strings.Cut(rest, "```")
	if !found || !ends {
		t.Fatalf("the README has no commands %s", comment)
	}
	return commands
}

func freePort(t *testing.T) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer free.Close()
	return free.Addr().String()
}

// machine is a folder with nothing in it but bin/allclear, which is this test binary.
type machine struct {
	t   *testing.T
	dir string
	env []string
}

func newMachine(t *testing.T, env []string) machine {
	t.Helper()
	self, err := os.Executable()
	m := machine{t, t.TempDir(), env}
	if err == nil {
		err = os.Mkdir(filepath.Join(m.dir, "bin"), 0o755)
	}
	if err == nil {
		err = os.Symlink(self, filepath.Join(m.dir, "bin", "allclear"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (m machine) command(line string) *exec.Cmd {
	cmd := exec.CommandContext(m.t.Context(), "sh", "-e", "-c", line)
	cmd.Dir, cmd.Env = m.dir, m.env
	return cmd
}

// sh runs a line, and gives what it says.
func (m machine) sh(line string) string {
	m.t.Helper()
	out, err := m.command(line).CombinedOutput()
	if err != nil {
		m.t.Fatalf("%s: %v\n%s", line, err, out)
	}
	return string(out)
}

// served is lines of which the last serves.
type served struct {
	cmd     *exec.Cmd
	said    string // until it could be reached
	address string
	log     bytes.Buffer // read once it has ended
}

func (m machine) start(lines string) *served {
	m.t.Helper()
	s := &served{cmd: m.command(lines)}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that what the shell started ends with it
	s.cmd.Stderr = &s.log
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		m.t.Fatal(err)
	}
	for said := bufio.NewScanner(out); said.Scan(); {
		s.said += said.Text() + "\n"
		if _, at, serves := strings.Cut(said.Text(), " on http://"); serves && strings.HasPrefix(said.Text(), "allclear ") {
			s.address = "http://" + at
			return s
		}
	}
	s.kill()
	m.t.Fatalf("it does not serve:\n%s%s", s.said, s.log.String())
	return nil
}

// kill ends it as the loss of its machine would.
func (s *served) kill() {
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	_ = s.cmd.Wait()
}
