package app

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/vault"
)

// eraseElsewhere erases as another process does, which is killed before it could note that anywhere.
func eraseElsewhere(t *testing.T, o Options, owner string) {
	t.Helper()
	db := openFor(t, o)
	done, err := db.Erase(t.Context(), store.Erasure{At: time.Now(), Why: "request", Stays: func(retain.Record) retain.Why { return "" }}, owner)
	if err != nil || len(done) != 1 {
		t.Fatalf("%v, %v", done, err)
	}
	_, err = db.Seal(t.Context(), time.Now())
	must(t, err)
	must(t, db.Close())
}

// called is what a person is called in a database; "" for someone who was erased.
func called(t *testing.T, o Options, id string) string {
	t.Helper()
	db, err := Open(t.Context(), o, true)
	must(t, err)
	defer func() { must(t, db.Close()) }()
	p, err := db.Person(t.Context(), id)
	must(t, err)
	return p.Name
}

// served runs what a server does for the lists of the erased in its first moment.
func served(t *testing.T, o Options) {
	t.Helper()
	a, err := New(t.Context(), o)
	must(t, err)
	must(t, turned(t, a, time.Now()))
	must(t, a.Stop(t.Context()))
}

// turned does at an instant, for the first time, what there is to do for the lists.
func turned(t *testing.T, a *App, at time.Time) (err error) {
	t.Helper()
	for _, e := range a.errands(at) {
		err = errors.Join(err, e.turn(t.Context(), at))
	}
	return err
}

// eachDatabase runs a test on each kind of database, in a folder of its own: that is where a node on PostgreSQL has its list. Every call of
// place gives a fresh one, all with one key.
func eachDatabase(t *testing.T, test func(t *testing.T, place func(*testing.T) Options)) {
	key := private.New(string(vault.NewMaster()))
	for kind, address := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "a.db") },
		"postgres": func(t *testing.T) string { return storetest.Postgres(t).Options.URL },
	} {
		t.Run(kind, func(t *testing.T) {
			t.Chdir(t.TempDir())
			test(t, func(t *testing.T) Options {
				t.Helper()
				return Options{Database: address(t), Key: key, Listen: "127.0.0.1:0", Log: quiet()}
			})
		})
	}
}

func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// What another node erased is in this one's list a moment later, and in that beside the backups: a backup of before brings it back neither
// here nor on a machine that has nothing but the backups and the key.
func TestWhatAnotherNodeErasedStaysGone(t *testing.T) {
	key := private.New(string(vault.NewMaster()))
	for kind, place := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "a.db") },
		"postgres": func(t *testing.T) string { return storetest.Postgres(t).Options.URL },
	} {
		t.Run(kind, func(t *testing.T) {
			t.Chdir(t.TempDir()) // where a node on PostgreSQL has its list
			backups := t.TempDir()
			o := Options{Database: place(t), Key: key, Listen: "127.0.0.1:0", Log: quiet(), BackupDir: backups}
			db := openFor(t, o)
			put(t, db, "p-1")
			put(t, db, "p-2")
			must(t, db.Close())
			file := filepath.Join(backups, "before.age")
			_, err := BackUp(t.Context(), o, Backup{File: file})
			must(t, err)
			if isFile(string(erasedBeside(backups))) {
				t.Error("there is a list of nobody")
			}
			eraseElsewhere(t, o, "person/p-1")
			served(t, o)
			for _, list := range []erasedList{erasedFile(o.Database), erasedBeside(backups)} {
				if m, err := list.read(); err != nil || len(m) != 1 {
					t.Errorf("%s has %v, %v", list, m, err)
				}
			}

			t.Chdir(t.TempDir()) // a machine that has nothing else
			fresh := o
			fresh.Database = place(t)
			done, err := RestoreBackup(t.Context(), fresh, Restore{File: file})
			if err != nil || done.ErasedAgain != 1 {
				t.Errorf("%+v, %v", done, err)
			}
			if called(t, fresh, "p-1") != "" || called(t, fresh, "p-2") != "Jamie p-2" {
				t.Errorf("they are called %q and %q", called(t, fresh, "p-1"), called(t, fresh, "p-2"))
			}
			if m, err := erasedFile(fresh.Database).read(); err != nil || len(m) != 1 {
				t.Errorf("its own list has %v, %v", m, err)
			}
		})
	}
}

// A kill between an erasure and its mark: the next start notes it, and a restore that comes first asks the database that it replaces.
func TestAnErasureWithoutAMarkIsMadeGood(t *testing.T) {
	t.Parallel()
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), Log: quiet(), Listen: "127.0.0.1:0"}
	db := openFor(t, o)
	put(t, db, "p-1")
	must(t, db.Close())
	file := filepath.Join(t.TempDir(), "b.age")
	_, err := BackUp(t.Context(), o, Backup{File: file})
	must(t, err)
	eraseElsewhere(t, o, "person/p-1")
	if done, err := RestoreBackup(t.Context(), o, Restore{File: file}); err != nil || done.ErasedAgain != 1 || called(t, o, "p-1") != "" {
		t.Errorf("%+v, %v: %q is back", done, err, called(t, o, "p-1"))
	}
	// A backup of after has its list beside it, for those of before.
	later := Backup{File: filepath.Join(filepath.Dir(file), "later.age")}
	_, err = BackUp(t.Context(), o, later)
	must(t, err)
	if m, err := erasedBeside(filepath.Dir(file)).read(); err != nil || len(m) != 1 {
		t.Errorf("beside the backup: %v, %v", m, err)
	}
}

// A mark of what nobody erased harms nobody: whose it is only the master key tells, and what is in use stays even of one made with that.
func TestAMarkWithoutAnErasureIsHarmless(t *testing.T) {
	t.Parallel()
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), Log: quiet(), Listen: "127.0.0.1:0"}
	db := openFor(t, o)
	putInUse(t, db)
	put(t, db, "p-1")
	must(t, db.Close())
	must(t, os.WriteFile(string(erasedFile(o.Database)), []byte("\nhalf a li\n"+strings.Repeat("0", 64)+"\n"), 0o600))
	m := marksFor(t, o, used...)
	_, err := erasedFile(o.Database).add(m)
	must(t, err)
	served(t, o)
	if left := withKey(t, o, m); !slices.Equal(left, used) || called(t, o, "p-1") != "Jamie p-1" {
		t.Errorf("there are %v, and %q", left, called(t, o, "p-1"))
	}
}

// A start after erasures of its own walks over no keys: a county has a million.
func TestAStartDoesNotWalkForWhatItErasedItself(t *testing.T) {
	t.Parallel()
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), Log: quiet(), Listen: "127.0.0.1:0"}
	db := openFor(t, o)
	for _, id := range []string{"p-1", "p-2", "p-3"} {
		put(t, db, id)
	}
	must(t, db.Close())
	for _, id := range []string{"p-1", "p-2"} {
		eraseElsewhere(t, o, "person/"+id)
		served(t, o)
	}
	m, err := erasedFile(o.Database).read()
	must(t, err)
	db = openFor(t, o)
	defer func() { must(t, db.Close()) }()
	if met, err := db.Meta(t.Context(), erasedKey); err != nil || met != m.sum() || len(m) != 2 {
		t.Errorf("it has met %q of %d, %v", met, len(m), err)
	}
}

// A list that cannot be written stops no erasure and no start; it is tried again.
func TestAListThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), Log: quiet(), Listen: "127.0.0.1:0"}
	db := openFor(t, o)
	put(t, db, "p-1")
	must(t, db.Close())
	eraseElsewhere(t, o, "person/p-1")
	list := string(erasedFile(o.Database))
	must(t, os.Mkdir(list, 0o700))
	a, err := New(t.Context(), o)
	must(t, err)
	defer func() { must(t, a.Stop(t.Context())) }()
	if err := turned(t, a, time.Now()); err == nil {
		t.Error("nothing is said of it")
	}
	says := func(what string) bool {
		found, err := Check(t.Context(), o)
		must(t, err)
		return hasFinding(found, "erasure", what)
	}
	if !says("read what was erased: ") {
		t.Error("check says nothing of it")
	}
	must(t, os.Remove(list))
	if !says(list + " lacks 1 of those who were erased") {
		t.Error("check does not miss it")
	}
	must(t, turned(t, a, time.Now()))
	if m, err := erasedFile(o.Database).read(); err != nil || len(m) != 1 {
		t.Errorf("%v, %v", m, err)
	}
}

// A restore that is killed once the rows are in: the next start puts it on record, and erases again who was erased since, but for what is in
// use: it may have been for days.
func TestARestoreThatWasCutOffIsFinished(t *testing.T) {
	eachDatabase(t, func(t *testing.T, place func(*testing.T) Options) {
		o := place(t)
		db := openFor(t, o)
		put(t, db, "p-1")
		putInUse(t, db)
		var backup bytes.Buffer
		made, err := db.Backup(t.Context(), &backup, store.Backup{MadeAt: time.Now()})
		must(t, err)
		fact, err := db.RestoreFact(t.Context(), made, time.Now(), nil)
		must(t, errors.Join(err, db.Close()))
		for _, owner := range append(slices.Clone(used), "person/p-1") {
			eraseElsewhere(t, o, owner)
		}
		served(t, o)
		m, err := erasedFile(o.Database).read()
		must(t, err)

		fresh := place(t)
		_, err = store.RestoreOnRecord(t.Context(), &backup, fresh.Database, fact) // and no more of allclear restore
		must(t, err)
		_, err = erasedFile(fresh.Database).add(m)
		must(t, err)
		served(t, fresh)
		if called(t, fresh, "p-1") != "" {
			t.Error("who was erased is back")
		}
		if left := withKey(t, fresh, m); !slices.Equal(left, used) {
			t.Errorf("of what is in use there are %v", left)
		}
		var out strings.Builder
		must(t, ExportRecord(t.Context(), fresh, &out, Extract{}))
		if strings.Count(out.String(), `"kind":"restored"`) != 1 {
			t.Errorf("on record is %s", out.String())
		}
		if _, err := VerifyRecord(t.Context(), fresh, Audit{}); err != nil {
			t.Error(err)
		}
	})
}

// Our own list goes on whatever becomes of the rest: of a folder for backups that is gone or hangs, and of a database in which nothing can be
// erased again. Each is tried again in its own time.
func TestOurOwnListWaitsForNothingElse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := Options{Database: "sqlite:" + filepath.Join(dir, "a.db"), Log: quiet(), Listen: "127.0.0.1:0", BackupDir: filepath.Join(dir, "gone")}
	db := openFor(t, o)
	for _, id := range []string{"p-1", "p-2", "p-3"} {
		put(t, db, id)
	}
	must(t, db.Close())
	_, err := erasedFile(o.Database).add(marksFor(t, o, "person/p-3"))
	must(t, err)
	raw, err := sql.Open("sqlite", "file:"+sqlitePath(o.Database))
	must(t, err)
	defer func() { must(t, raw.Close()) }()
	_, err = raw.Exec(`CREATE TRIGGER stuck BEFORE UPDATE ON data_keys WHEN OLD.owner = 'person/p-3' BEGIN SELECT RAISE(ABORT, 'stuck'); END`)
	must(t, err)
	noted := func(list erasedList, n int) {
		t.Helper()
		if m, err := list.read(); err != nil || len(m) != n {
			t.Errorf("%s has %d, not %d; %v", list, len(m), n, err)
		}
	}

	a, err := New(t.Context(), o)
	must(t, err)
	defer func() { must(t, a.Stop(context.WithoutCancel(t.Context()))) }()
	at := time.Now()
	errands := a.errands(at)
	note, carry, again := errands[0], errands[1], errands[2]
	again.next = at
	turn := func(e *errand, at time.Time, fails bool) {
		t.Helper()
		if err := e.turn(t.Context(), at); (err != nil) != fails {
			t.Errorf("after %s: %v", at.Sub(errands[0].next), err)
		}
	}
	turn(again, at, true)
	eraseElsewhere(t, o, "person/p-1")
	turn(note, at, false)
	noted(erasedFile(o.Database), 2)
	turn(carry, at, true)
	eraseElsewhere(t, o, "person/p-2")
	at = at.Add(erasedEvery)
	turn(note, at, false)
	noted(erasedFile(o.Database), 3)

	must(t, os.Mkdir(o.BackupDir, 0o700))
	_, err = raw.Exec(`DROP TRIGGER stuck`)
	must(t, err)
	turn(carry, at, false) // it waits, as it would for a folder that hangs
	noted(erasedBeside(o.BackupDir), 0)
	turn(carry, at.Add(copyAgain), false)
	noted(erasedBeside(o.BackupDir), 3)
	turn(again, at.Add(erasedAgain), false)
	if called(t, o, "p-3") != "" {
		t.Error("they are not erased again")
	}
}

// A folder that does not answer holds up the list beside it, and not our own.
func TestOurOwnListGoesOnWhileTheBackupsHang(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := Options{Database: "sqlite:" + filepath.Join(dir, "a.db"), Log: quiet(), Listen: "127.0.0.1:0", BackupDir: dir}
	db := openFor(t, o)
	for _, id := range []string{"p-1", "p-2", "p-3"} {
		put(t, db, id)
	}
	must(t, db.Close())
	eraseElsewhere(t, o, "person/p-1")
	a, err := New(t.Context(), o)
	must(t, err)
	must(t, a.noteErased(t.Context()))
	hangs, hung := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() { // ends with hangs
		done <- a.backups.do(t.Context(), dir, copyWithin, func(context.Context) error {
			close(hung)
			<-hangs
			return nil
		})
	}()
	<-hung
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.keepErased(ctx) }()  // ends with ctx
	for n, id := range []string{"p-2", "p-3"} { // the second comes when what is done for the folder was begun
		eraseElsewhere(t, o, "person/"+id)
		for m := (marks{}); len(m) < n+2; {
			m, err = erasedFile(o.Database).read()
			must(t, err)
			runtime.Gosched()
		}
	}
	stop()
	must(t, <-ended)
	close(hangs)
	must(t, <-done)
	if isFile(string(erasedBeside(dir))) {
		t.Error("the folder did not hang")
	}
	must(t, a.Stop(context.WithoutCancel(t.Context())))
}
