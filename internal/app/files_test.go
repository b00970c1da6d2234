package app

import (
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/private"
)

func TestOneServesADatabaseFile(t *testing.T) {
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)}
	first, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := New(t.Context(), o); err == nil || !strings.Contains(err.Error(), "serves") || strings.Contains(err.Error(), "\n") {
		t.Errorf("a second server: %v, %v", second, err)
	}
	if _, err := CreateToken(t.Context(), o, "desk", "admin"); err != nil {
		t.Errorf("no token beside a server: %v", err)
	}
	found, err := Check(t.Context(), o)
	if err != nil || !hasFinding(found, "database", "ok") {
		t.Errorf("check beside a server says %v (%v)", found, err)
	}
	if err := first.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := New(t.Context(), o)
	if err != nil {
		t.Fatalf("after the first has stopped: %v", err)
	}
	if err := again.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// A database that is reached by a link too is one database: it is served once, with one key, and a restore puts the new one where the link
// leads.
func TestOneServesADatabaseFileByAnyName(t *testing.T) {
	dir := t.TempDir()
	real := Options{Database: "sqlite:" + filepath.Join(dir, "a.db"), Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)}
	linked := real
	linked.Database = "sqlite:" + filepath.Join(t.TempDir(), "b.db")
	link := strings.TrimPrefix(linked.Database, "sqlite:")
	must(t, os.Symlink(filepath.Join(dir, "a.db"), link)) // which is not there yet
	first, err := New(t.Context(), linked)
	must(t, err)
	if second, err := New(t.Context(), real); err == nil || !strings.Contains(err.Error(), "serves") {
		t.Errorf("a second server: %v, %v", second, err)
	}
	must(t, first.Stop(t.Context()))
	file := filepath.Join(t.TempDir(), "b.age")
	_, err = BackUp(t.Context(), real, Backup{File: file})
	must(t, err)
	done, err := RestoreBackup(t.Context(), linked, Restore{File: file})
	must(t, err)
	if is, err := os.Lstat(link); err != nil || is.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", is, err)
	}
	if is, err := os.Lstat(done.Kept); err != nil || !is.Mode().IsRegular() || filepath.Dir(done.Kept) != dir {
		t.Errorf("what was there is kept as %s: %v", done.Kept, err)
	}
	for _, o := range []Options{real, linked} {
		if _, err := VerifyRecord(t.Context(), o, Audit{}); err != nil {
			t.Errorf("%s: %v", o.Database, err)
		}
	}
	must(t, os.Rename(filepath.Join(dir, "a.db.key"), link+".key")) // as earlier versions left it
	if _, err := VerifyRecord(t.Context(), linked, Audit{}); err != nil {
		t.Errorf("with its key beside the link: %v", err)
	}
}

// What is said of a place that is taken names what says where it is: a demo knows no ALLCLEAR_DATABASE.
func TestWhoseDatabaseIsServedIsToldHowToNameAnother(t *testing.T) {
	for says, demo := range map[string]bool{"another folder with --data": true, "another file with ALLCLEAR_DATABASE": false} {
		o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), Demo: demo}
		first, err := lockServing(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lockServing(o); err == nil || !strings.Contains(err.Error(), says) || demo == strings.Contains(err.Error(), "ALLCLEAR_") {
			t.Errorf("in a demo: %t: a second server is told %v", demo, err)
		}
		if err := unlock(first); err != nil {
			t.Error(err)
		}
	}
}

// A demo can always begin in another folder, whatever is wrong with the one it was given; a real installation is never
// told to begin anew beside what it has.
func TestWhatADatabaseIsRefusedForNamesTheWayOut(t *testing.T) {
	key := private.New("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
	for _, test := range []struct {
		what         string
		spoil        func(t *testing.T, file string)
		key          private.Text
		real, inDemo string
	}{
		{"no folder", func(t *testing.T, file string) { must(t, os.RemoveAll(filepath.Dir(file))) }, key,
			"make it, or name another file with ALLCLEAR_DATABASE", "make it, or name another folder with --data"},
		{"another program's", func(t *testing.T, file string) { execute(t, file, "CREATE TABLE recipes (name TEXT)") }, key,
			"move that away; or name another file with ALLCLEAR_DATABASE", "move that away; or name another folder with --data"},
		{"no database", func(t *testing.T, file string) {
			must(t, os.WriteFile(file, []byte(strings.Repeat("Dear diary. ", 500)), 0o600))
		}, key,
			"or name another file with ALLCLEAR_DATABASE", "or name another folder with --data"},
		{"newer", func(t *testing.T, file string) {
			begin(t, file, key)
			execute(t, file, "UPDATE meta SET value = '999' WHERE key = 'min_reader'")
		}, key, "install that version again", "install that version again; or name another folder with --data"},
		{"another key", func(t *testing.T, file string) { begin(t, file, private.New(strings.Repeat("5", 64))) }, key,
			"give the right key or key file", "give the right key or key file; or name another folder with --data"},
		{"no key file", func(t *testing.T, file string) {
			begin(t, file, private.Text{})
			must(t, os.Remove(file+".key"))
		}, private.Text{}, "put it back, or give ALLCLEAR_KEY", "put it back, or name another folder with --data"},
	} {
		for _, demo := range []bool{false, true} {
			file := filepath.Join(t.TempDir(), "a.db")
			test.spoil(t, file)
			says := test.real
			if demo {
				says = test.inDemo
			}
			_, err := New(t.Context(), Options{Database: "sqlite:" + file, Key: test.key, Demo: demo, Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
			if err == nil || !strings.HasSuffix(err.Error(), says) || strings.Contains(err.Error(), "\n") || demo && strings.Contains(err.Error(), "ALLCLEAR_") {
				t.Errorf("%s, in a demo: %t: it says %v", test.what, demo, err)
			}
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// begin makes a database as a first start does.
func begin(t *testing.T, file string, key private.Text) {
	t.Helper()
	db, err := Open(t.Context(), Options{Database: "sqlite:" + file, Key: key}, false)
	must(t, err)
	must(t, db.Close())
}

// execute changes a file behind Allclear's back.
func execute(t *testing.T, file, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	must(t, err)
	_, err = db.ExecContext(t.Context(), statement)
	must(t, errors.Join(err, db.Close()))
}

// hasFinding says whether one of the findings is about that and says that.
func hasFinding(found []Finding, about, says string) bool {
	for _, f := range found {
		if f.About == about && strings.Contains(f.Says, says) {
			return true
		}
	}
	return false
}
