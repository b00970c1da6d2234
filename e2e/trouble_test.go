package e2e_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to lock and to age a file from outside

	"github.com/allclear-safety/allclear/e2e/town"
)

// endsWithin is how long a serve that cannot work may take to say so.
const endsWithin = 20 * time.Second

// nobody is a user without rights, where the tests run as root.
const nobody = 65534

// Each trouble with the database takes one line on standard error that says so and what to do, and exit 1.
func TestTroubleWithTheDatabaseIsSaidInOneLine(t *testing.T) {
	t.Parallel()
	for _, trouble := range []struct {
		name  string
		make  func(t *testing.T) *exec.Cmd
		words []string
	}{
		{"locked", locked, []string{"locked"}},
		{"read-only", readOnly, []string{"read-only", "write"}},
		{"full", full, []string{"full", "room"}},
		{"from a newer version", newer, []string{"newer version"}},
		{"no database", noDatabase, []string{"not a database"}},
		{"a folder", aFolder, nil},
		{"in a folder that is not there", noFolder, nil},
		{"a server that is not there", noServer, nil},
	} {
		t.Run(trouble.name, func(t *testing.T) {
			t.Parallel()
			said := failure(t, trouble.make(t))
			for _, word := range trouble.words {
				if !strings.Contains(said, word) {
					t.Errorf("does not say %q: %s", word, said)
				}
			}
		})
	}
}

// failure runs a serve that must end with exit 1 and one line, and returns that.
func failure(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	exit, failed := errors.AsType[*exec.ExitError](err)
	if !failed || exit.ExitCode() != 1 {
		t.Fatalf("want exit 1 within %v, and it is %v; it said %s", endsWithin, err, stderr.String())
	}
	said := strings.TrimSpace(stderr.String())
	if said == "" || strings.Contains(said, "\n") {
		t.Errorf("want one line, and it is:\n%s", said)
	}
	return said
}

// serve is a serve on a database.
func serve(t *testing.T, database string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), endsWithin)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, binary, "serve")
	cmd.Env = append(town.Environment(database), "ALLCLEAR_LISTEN=127.0.0.1:0")
	cmd.Dir = t.TempDir()
	return cmd
}

// used is a database file that Allclear has made and left.
func used(t *testing.T) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "allclear.db")
	w := open(t, town.Options{Speed: 60, Database: "sqlite:" + file, Dir: filepath.Dir(file)})
	w.Stop()
	return file
}

func locked(t *testing.T) *exec.Cmd {
	file := used(t)
	change(t, file, "PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE")
	return serve(t, "sqlite:"+file)
}

// change runs statements on a file, on a connection that stays until the test's end.
func change(t *testing.T, file string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() }) // whatever it holds goes with it
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
}

func readOnly(t *testing.T) *exec.Cmd {
	file := used(t)
	dir := filepath.Dir(file)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name, mode := filepath.Join(dir, e.Name()), os.FileMode(0o444)
		if strings.HasSuffix(name, ".key") { // which its user alone may read, and only writing is in question
			mode = 0o400
			if os.Getuid() == 0 {
				err = os.Chown(name, nobody, nobody)
			}
		}
		if err := errors.Join(err, os.Chmod(name, mode)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Chmod(dir, 0o555), os.Chmod(filepath.Dir(dir), 0o755)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o755) }) // so that it can be removed
	cmd := serve(t, "sqlite:"+file)
	if os.Getuid() == 0 { // whom no mode keeps from writing
		cmd.Dir = os.TempDir()
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return cmd
}

// full is a file on a disk of a few pages, in a mount of its own.
func full(t *testing.T) *exec.Cmd {
	dir := t.TempDir()
	unshare := []string{"--mount"}
	if os.Getuid() != 0 {
		unshare = append(unshare, "--map-root-user")
	}
	if out, err := exec.Command("unshare", append(unshare, "mount", "-t", "tmpfs", "none", dir)...).CombinedOutput(); err != nil {
		t.Skipf("no disk can be mounted here: %v: %s", err, out)
	}
	cmd := serve(t, "sqlite:"+filepath.Join(dir, "allclear.db"))
	script := `mount -t tmpfs -o size=64k none "$1" && exec "$2" serve`
	inside := exec.CommandContext(t.Context(), "unshare", append(unshare, "sh", "-c", script, "sh", dir, binary)...)
	inside.Env, inside.Dir = cmd.Env, cmd.Dir
	return inside
}

func newer(t *testing.T) *exec.Cmd {
	file := used(t)
	change(t, file, "UPDATE meta SET value = '9999' WHERE key = 'min_reader'")
	return serve(t, "sqlite:"+file)
}

func noDatabase(t *testing.T) *exec.Cmd {
	file := filepath.Join(t.TempDir(), "allclear.db")
	if err := os.WriteFile(file, []byte(strings.Repeat("Dear diary, today I visited the Smiths. ", 200)), 0o600); err != nil {
		t.Fatal(err)
	}
	return serve(t, "sqlite:"+file)
}

func aFolder(t *testing.T) *exec.Cmd { return serve(t, "sqlite:"+t.TempDir()) }

func noFolder(t *testing.T) *exec.Cmd {
	return serve(t, "sqlite:"+filepath.Join(t.TempDir(), "nowhere", "allclear.db"))
}

func noServer(t *testing.T) *exec.Cmd {
	return serve(t, "postgres://allclear@/play?sslmode=disable&connect_timeout=2&host="+t.TempDir())
}
