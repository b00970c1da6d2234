package store_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// TestAFailedFsyncEndsTheWriter has the kernel refuse the 40th fsync of a thread, and each seventh after: one that meets a checkpoint fails no
// commit. The next fsync would report success and prove nothing, so nothing may
// be written after it; and what was acknowledged before it must be there.
func TestAFailedFsyncEndsTheWriter(t *testing.T) {
	strace := findStrace(t)
	p, key := placeWithKey(t)
	must(t, p.Open(t).Close())
	cmd := child(t, "write", p, key)
	cmd.Args = []string{"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO:when=40+7", cmd.Path}
	cmd.Path = strace
	out, err := cmd.Output()
	if _, exited := errors.AsType[*exec.ExitError](err); !exited || len(out) == 0 {
		untraceable(t)
	}
	last := map[string]int64{}
	stopped := 0
	for line := range strings.Lines(string(out)) {
		if what, why, _ := strings.Cut(strings.TrimSpace(line), " "); what == "error" || what == "seal" {
			stopped++
			if !strings.Contains(why, "unknown") && !strings.Contains(why, "stopped after the disk failed") {
				t.Errorf("a writer was answered: %s", why)
			}
		} else {
			acknowledge(t, last, line)
		}
	}
	if stopped == 0 || len(last) == 0 {
		t.Fatalf("%d were stopped, %d were acknowledged before:\n%s", stopped, len(last), out)
	}
	survived(t, p, 0, last)
	verifies(t, p)
}

// TestWhereEveryWriteIsCutOff kills the writer at its n-th write or fsync, for many n, by the kernel and not by chance.
func TestWhereEveryWriteIsCutOff(t *testing.T) {
	strace := findStrace(t)
	if testing.Short() {
		t.Skip("a process for each write")
	}
	p, key := placeWithKey(t)
	must(t, p.Open(t).Close())
	last := map[string]int64{}
	for _, call := range []string{"pwrite64", "fsync,fdatasync"} {
		for _, n := range []string{"1", "3", "13", "89"} {
			cmd := child(t, "write", p, key)
			cmd.Args = []string{"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e", "inject=" + call + ":signal=KILL:when=" + n, cmd.Path}
			cmd.Path = strace
			out, _ := cmd.Output()
			for line := range strings.Lines(string(out)) {
				acknowledge(t, last, line)
			}
			survived(t, p, 0, last)
		}
	}
	if len(last) == 0 {
		untraceable(t)
	}
	verifies(t, p)
}

// TestTwoThatWaitForEachOtherAreBothKept has nodes make the same data keys in opposite orders: PostgreSQL ends one of two transactions that
// wait for each other, and it is run again.
func TestTwoThatWaitForEachOtherAreBothKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		errs := together(8, func(i int) error {
			for round := range 10 {
				l, err := db.Load(t.Context(), fmt.Sprint("p-", i))
				if err != nil {
					return err
				}
				c := next(l, fmt.Sprintf("e-%d-%d-a", i, round))
				c.Entries = append(c.Entries, next(l, fmt.Sprintf("e-%d-%d-b", i, round)).Entries...)
				c.Entries[i%2].Owner, c.Entries[1-i%2].Owner = fmt.Sprint("text/x", round), fmt.Sprint("text/y", round)
				if err := db.Commit(t.Context(), c); err != nil {
					return err
				}
			}
			return nil
		})
		must(t, errors.Join(errs...))
		ok[int](t)(db.Seal(t.Context(), nine))
		must(t, db.Verify(t.Context(), nine.Add(time.Hour)))
	})
}

// findStrace finds the program that cuts off a process's writes. Where CI is set it must be there.
func findStrace(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("strace")
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatal("strace is missing; install it with: apt-get install strace")
	default:
		t.Skip("strace is missing; install it with: apt-get install strace")
	}
	return path
}

// untraceable ends a test where the kernel lets no process be traced. Where CI is set it must.
func untraceable(t *testing.T) {
	t.Helper()
	const says = "nothing can be traced here: allow ptrace (in a container: --cap-add SYS_PTRACE)"
	if os.Getenv("CI") != "" {
		t.Fatal(says)
	}
	t.Skip(says)
}
