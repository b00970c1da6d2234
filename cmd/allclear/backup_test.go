package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// station is a folder with a database, in which this test binary is run as allclear.
type station struct {
	t   *testing.T
	dir string
	exe string
}

func newStation(t *testing.T) station {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := station{t, t.TempDir(), filepath.Join(t.TempDir(), "allclear")}
	if err := os.Symlink(self, s.exe); err != nil { // which testscript runs as the command of that name
		t.Fatal(err)
	}
	return s
}

// run runs allclear, under what comes before it where that is given.
func (s station) run(before []string, args ...string) (string, error) {
	line := append(append(before, s.exe), args...)
	cmd := exec.CommandContext(s.t.Context(), line[0], line[1:]...)
	cmd.Dir, cmd.Env = s.dir, append(os.Environ(), "ALLCLEAR_DATABASE=sqlite:a.db")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (s station) must(args ...string) string {
	s.t.Helper()
	out, err := s.run(nil, args...)
	if err != nil {
		s.t.Fatalf("allclear %v: %v\n%s", args, err, out)
	}
	return out
}

// TestARestoreCutOffAnywhereLeavesOneWhole kills a restore at its n-th call of the kernel that writes, syncs, names or removes, for many n:
// after each, the whole of the old database is there or the whole of the new, and the next restore finds nothing in its way.
func TestARestoreCutOffAnywhereLeavesOneWhole(t *testing.T) {
	strace, err := exec.LookPath("strace")
	switch {
	case err != nil && os.Getenv("CI") != "":
		t.Fatal("strace is missing and CI is set; install it with: apt-get install strace")
	case err != nil:
		t.Skip("strace is missing; install it with: apt-get install strace")
	case testing.Short():
		t.Skip("some processes for each call")
	}
	from := newStation(t)
	from.must("migrate")
	from.must("export", "audit") // which is on record: one entry
	from.must("backup", "b.age")
	from.must("export", "texts") // and two more, which a restore takes back; itself it is an entry
	from.must("token", "create", "--name", "calendar", "--scope", "admin")
	s := newStation(t)
	kills, old, whole, uncut := 0, 0, 0, 0
	for _, calls := range []string{"rename,renameat,renameat2", "link,linkat", "unlink,unlinkat", "fsync,fdatasync", "pwrite64"} {
		for n := 1; ; n++ {
			many := calls == "pwrite64" || calls == "fsync,fdatasync"
			if many {
				n += n
			}
			if err := errors.Join(os.RemoveAll(s.dir), os.CopyFS(s.dir, os.DirFS(from.dir)), os.Chmod(filepath.Join(s.dir, "a.db.key"), 0o600)); err != nil {
				t.Fatal(err)
			}
			out, err := s.run([]string{strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + calls, "-e", "inject=" + calls + ":signal=KILL:when=" + strconv.Itoa(n)}, "restore", "b.age")
			if err == nil {
				if says := s.must("audit", "verify"); !strings.Contains(says, "2 entries") {
					t.Fatalf("%s: a restore that was not cut off left %s", calls, says)
				}
				uncut++
				break // there is no n-th call
			}
			if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.Exited() {
				t.Fatalf("%s %d: %v\n%s", calls, n, err, out)
			}
			kills++
			switch entries, err := s.run(nil, "audit", "verify"); {
			case err != nil:
				t.Fatalf("%s %d: what is there after the kill is not whole: %s", calls, n, entries)
			case strings.Contains(entries, "3 entries"):
				old++
			case strings.Contains(entries, "1 entry"), strings.Contains(entries, "2 entries"): // that it was restored is written last
				whole++
			default:
				t.Fatalf("%s %d: %s", calls, n, entries)
			}
			if many && n > 2 {
				continue // nothing more is left behind than after the first
			}
			s.must("restore", "b.age")
			if left, _ := filepath.Glob(filepath.Join(s.dir, ".allclear-restore-*")); len(left) > 0 {
				t.Errorf("%s %d: %v is left", calls, n, left)
			}
		}
	}
	t.Logf("%d kills: %d times the old was there, %d times the new", kills, old, whole)
	if kills < 12 || old == 0 || uncut != 5 { // after the rename there is little to be cut off: the new is there more seldom
		t.Errorf("%d kills, %d left the old and %d the new; %d were not cut off", kills, old, whole, uncut)
	}
}
