package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/vault"
)

// TestMain lets the binary be the rotation that is killed.
func TestMain(m *testing.M) {
	if os.Getenv("ROTATE_DATABASE") == "" {
		os.Exit(m.Run())
	}
	if err := rotateUntilKilled(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// rotateUntilKilled rotates, and kills its own process at the step of this number.
func rotateUntilKilled() error {
	last, err := strconv.Atoi(os.Getenv("ROTATE_STEPS"))
	if err != nil {
		return err
	}
	o := Options{Database: os.Getenv("ROTATE_DATABASE"), Key: private.New(os.Getenv("ROTATE_KEY"))}
	_, err = Rotate(context.Background(), o, Rotation{NewKeyFile: os.Getenv("ROTATE_NEW"), Progress: func(string, int, int) {
		if last--; last < 0 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until it is dead
		}
	}})
	return err
}

// rotateIn rotates in a process of its own that is killed after so many steps. It says whether it came to its end before.
func rotateIn(t *testing.T, o Options, newKey string, steps int) (ended bool) {
	t.Helper()
	program, err := os.Executable()
	must(t, err)
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "ROTATE_DATABASE="+o.Database, "ROTATE_KEY="+o.Key.Reveal(), "ROTATE_NEW="+newKey, "ROTATE_STEPS="+strconv.Itoa(steps))
	out, err := cmd.CombinedOutput()
	if exit, is := errors.AsType[*exec.ExitError](err); is && exit.ExitCode() == -1 {
		return false
	}
	if err != nil {
		t.Fatalf("rotate: %v: %s", err, out)
	}
	return true
}

func openFor(t *testing.T, o Options) *store.DB {
	t.Helper()
	db, err := Open(t.Context(), o, false)
	must(t, err)
	return db
}

func put(t *testing.T, db *store.DB, id string) {
	t.Helper()
	p := buddy.Person{ID: id, Name: "Jamie " + id, Team: "echo", Roles: []string{"worker"}, Active: true}
	_, err := db.PutPerson(t.Context(), p, time.Now())
	must(t, err)
}

// allOpen fails the test unless the details of everyone in the database are there, and gives how many they are.
func allOpen(t *testing.T, db *store.DB) int {
	t.Helper()
	people, err := db.People(t.Context())
	must(t, err)
	for _, p := range people {
		if p.Name != "Jamie "+p.ID {
			t.Errorf("%s is called %q", p.ID, p.Name)
		}
	}
	return len(people)
}

// A rotation is killed at every step that it has, each time a little later, while a server that was there before goes on sealing. Whoever
// opens the database in between, with the key that the settings give then, opens everything, and so does the server.
func TestARotationKilledAnywhereLosesNothing(t *testing.T) {
	secret := private.New("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
	for what, key := range map[string]private.Text{"a key file": {}, "a key of the settings": secret} {
		t.Run(what, func(t *testing.T) {
			folder := t.TempDir()
			o, newKey := Options{Database: "sqlite:" + filepath.Join(folder, "a.db"), Key: key}, ""
			if !key.IsZero() {
				newKey = filepath.Join(folder, "new.key")
			}
			serving := openFor(t, o)
			defer func() { must(t, serving.Close()) }()
			total := 0
			grow := func(n int) {
				for range n {
					put(t, serving, fmt.Sprint("p-", total))
					total++
				}
			}
			grow(2*batchFirst + batchFirst/2)
			kills := 0
			for ; !rotateIn(t, o, newKey, kills); kills++ {
				grow(2)
				fresh := openFor(t, o)
				put(t, fresh, fmt.Sprint("p-", total))
				total++
				if n := allOpen(t, fresh); n != total {
					t.Fatalf("after %d kills %d people are there, want %d", kills, n, total)
				}
				must(t, fresh.Close())
				allOpen(t, serving)
			}
			if kills < 5 {
				t.Errorf("it was killed %d times only", kills)
			}
			grow(1)
			if !key.IsZero() {
				o.Key, o.KeyFile = private.Text{}, newKey
				if was, err := FinishRotation(t.Context(), o); err != nil || !was {
					t.Errorf("finish: %t, %v", was, err)
				}
				o.KeyFile, o.Key = "", secret
				if _, err := Open(t.Context(), o, false); err == nil {
					t.Error("the old key still opens it")
				}
				o.Key, o.KeyFile = private.Text{}, newKey
			}
			fresh := openFor(t, o)
			defer func() { must(t, fresh.Close()) }()
			if n := allOpen(t, fresh); n != total {
				t.Errorf("%d people are there, want %d", n, total)
			}
		})
	}
}

// A backup is made before a rotation, at every step of it and after it. Each comes back on a machine that has nothing but the key that the
// documentation says one has.
func TestABackupOfAnyStepOfARotationComesBack(t *testing.T) {
	for kind, place := range map[string]func() string{
		"sqlite":   func() string { return "sqlite:" + filepath.Join(t.TempDir(), "a.db") },
		"postgres": func() string { return storetest.Postgres(t).Options.URL },
	} {
		t.Run(kind, func(t *testing.T) {
			t.Chdir(t.TempDir())
			o := Options{Database: place(), KeyFile: filepath.Join(t.TempDir(), "own.key")}
			_, err := vault.LoadOrCreate(o.KeyFile)
			must(t, err)
			many(t, o)
			backups := steps{t: t, dir: t.TempDir(), o: o}
			backups.take()
			done, err := Rotate(t.Context(), o, Rotation{Progress: func(string, int, int) { backups.take() }})
			must(t, err)
			if backups.take(); len(backups.files) < 6 {
				t.Fatalf("there are only %d", len(backups.files))
			}
			for i, file := range backups.files {
				if kind == "sqlite" || i%3 == 1 { // a restore takes a second
					comesBack(t, file, Options{KeyFile: done.Kept})
				}
			}
			comesBack(t, backups.files[len(backups.files)-1], o) // the last one with the key of now
			fresh := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "new.db"), KeyFile: o.KeyFile}
			if _, err := RestoreBackup(t.Context(), fresh, Restore{File: backups.files[0]}); err == nil || !strings.HasSuffix(err.Error(), "by ALLCLEAR_KEY_FILE: "+done.Kept) {
				t.Errorf("the first one with the key of now: %v", err)
			}
		})
	}
}

// Whoever had the key before a rotation opens no backup from after it.
func TestAnOldKeyOpensNoLaterBackup(t *testing.T) {
	folder := t.TempDir()
	o := recorded(t, private.Text{}, "")
	early, late, leaked := filepath.Join(folder, "early.age"), filepath.Join(folder, "late.age"), filepath.Join(folder, "leaked.key")
	text, err := os.ReadFile(KeyFile(o.Database))
	must(t, err)
	must(t, os.WriteFile(leaked, text, 0o600))
	_, err = BackUp(t.Context(), o, Backup{File: early})
	must(t, err)
	_, err = Rotate(t.Context(), o, Rotation{Progress: func(string, int, int) {}})
	must(t, err)
	_, err = BackUp(t.Context(), o, Backup{File: late})
	must(t, err)
	opens := func(file, key string) error {
		v, err := openVault(t.Context(), Options{Database: o.Database, KeyFile: key}, true)
		must(t, err)
		keys, err := identities("", v)
		must(t, err)
		_, end, err := openBackup(file, keys, nil)
		if err == nil {
			must(t, end())
		}
		return err
	}
	if err := opens(late, leaked); !errors.Is(err, errNoKeyOpens) {
		t.Errorf("the old key opens one from after: %v", err)
	}
	must(t, opens(late, KeyFile(o.Database)))
	must(t, opens(early, leaked))
}

// The same where the key comes from a setting: what was made with the old key needs it alone, and with the new one that alone.
func TestABackupOfAnyStepOfARotationToAnotherFile(t *testing.T) {
	folder := t.TempDir()
	o := Options{Database: "sqlite:" + filepath.Join(folder, "a.db"), Key: private.New(strings.Repeat("k", 40))}
	next := Options{Database: o.Database, KeyFile: filepath.Join(folder, "new.key")}
	many(t, o)
	old, fresh := steps{t: t, dir: t.TempDir(), o: o}, steps{t: t, dir: t.TempDir(), o: next}
	old.take()
	_, err := Rotate(t.Context(), o, Rotation{NewKeyFile: next.KeyFile, Progress: func(step string, _, _ int) {
		if old.take(); step != "key file written" {
			fresh.take() // someone was early
		}
	}})
	must(t, err)
	old.take()
	_, err = FinishRotation(t.Context(), next)
	must(t, err)
	fresh.take()
	if len(old.files) < 6 || len(fresh.files) < 4 {
		t.Fatalf("there are only %d and %d", len(old.files), len(fresh.files))
	}
	for _, file := range []string{old.files[0], old.files[len(old.files)/2], old.files[len(old.files)-1]} {
		comesBack(t, file, Options{Key: o.Key})
	}
	for _, file := range fresh.files {
		comesBack(t, file, Options{KeyFile: next.KeyFile})
	}
}

// A backup of before two rotations is restored with the file that the first of them kept, on either kind of database: the key in use opens
// what came of it, and the file stays as it is.
func TestABackupOfBeforeRotationsIsOpenedByTheKeyInUse(t *testing.T) {
	for kind, fresh := range map[string]func() string{
		"sqlite":   func() string { return "sqlite:" + filepath.Join(t.TempDir(), "new.db") },
		"postgres": func() string { return storetest.Postgres(t).Options.URL },
	} {
		t.Run(kind, func(t *testing.T) {
			t.Chdir(t.TempDir())
			o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), KeyFile: filepath.Join(t.TempDir(), "own.key")}
			_, err := vault.LoadOrCreate(o.KeyFile)
			must(t, err)
			many(t, o)
			old := steps{t: t, dir: t.TempDir(), o: o}
			old.take()
			first, err := Rotate(t.Context(), o, Rotation{})
			must(t, err)
			second, err := Rotate(t.Context(), o, Rotation{})
			must(t, err)
			was, err := vault.ReadFile(first.Kept)
			must(t, err)
			if first.Kept == second.Kept {
				t.Fatalf("both are kept in %s", first.Kept)
			}
			with := Options{Database: fresh(), KeyFile: first.Kept}
			done, err := RestoreBackup(t.Context(), with, Restore{File: old.files[0]})
			if err != nil || done.Key != o.KeyFile || done.KeyFrom != "" {
				t.Fatalf("%+v, %v", done, err)
			}
			db := openFor(t, Options{Database: with.Database, KeyFile: o.KeyFile})
			defer func() { must(t, db.Close()) }()
			if n := allOpen(t, db); n != someMore {
				t.Errorf("%d people are there", n)
			}
			if _, err := Rotate(t.Context(), with, Rotation{}); err == nil || !strings.Contains(err.Error(), "is not changed") {
				t.Errorf("a rotation of the file that was kept: %v", err)
			}
			if is, err := vault.ReadFile(first.Kept); err != nil || !bytes.Equal(is, was) {
				t.Errorf("the file that was kept was changed: %v", err)
			}
		})
	}
}

// steps takes backups as it comes by.
type steps struct {
	t     *testing.T
	dir   string
	o     Options
	files []string
}

func (s *steps) take() {
	s.t.Helper()
	file := filepath.Join(s.dir, fmt.Sprintf("%d.age", len(s.files)))
	_, err := BackUp(s.t.Context(), s.o, Backup{File: file})
	must(s.t, err)
	s.files = append(s.files, file)
}

// someMore is more than a rotation wraps in one go.
const someMore = batchFirst + 5

// many fills a database with more people than a rotation wraps in one go.
func many(t *testing.T, o Options) {
	t.Helper()
	db := openFor(t, o)
	for i := range someMore {
		put(t, db, fmt.Sprint("p-", i))
	}
	must(t, db.Close())
}

// comesBack restores a backup on a machine that has nothing but one key, and looks at what is there.
func comesBack(t *testing.T, file string, with Options) {
	t.Helper()
	with.Database = "sqlite:" + filepath.Join(t.TempDir(), "new.db")
	if _, err := RestoreBackup(t.Context(), with, Restore{File: file}); err != nil {
		t.Errorf("%s: %v", filepath.Base(file), err)
		return
	}
	db := openFor(t, with)
	if n := allOpen(t, db); n != someMore {
		t.Errorf("%s: %d people are there", filepath.Base(file), n)
	}
	put(t, db, "p-new") // it goes on
	must(t, db.Close())
}

// The old key stays in a file of its own, with the new one, and opens a copy of the database from before.
func TestTheOldKeyIsKeptForOldBackups(t *testing.T) {
	folder := t.TempDir()
	o := Options{Database: "sqlite:" + filepath.Join(folder, "a.db")}
	db := openFor(t, o)
	put(t, db, "p-0")
	was, err := vault.ReadFile(KeyFile(o.Database))
	must(t, err)
	execute(t, filepath.Join(folder, "a.db"), "VACUUM INTO '"+filepath.Join(folder, "backup.db")+"'")
	done, err := Rotate(t.Context(), o, Rotation{})
	must(t, err)
	if done.Keys != 1 || done.Wrapped != 1 || done.Bridged || done.New != "" {
		t.Errorf("done: %+v", done)
	}
	if want := KeyFile(o.Database) + ".until-" + time.Now().Format(time.DateOnly); done.Kept != want {
		t.Errorf("the old key is kept in %s, want %s", done.Kept, want)
	}
	must(t, db.Close())
	backup := openFor(t, Options{Database: "sqlite:" + filepath.Join(folder, "backup.db"), KeyFile: done.Kept})
	allOpen(t, backup)
	must(t, backup.Close())
	if _, err := Open(t.Context(), Options{Database: o.Database, Key: private.New(string(was))}, false); !errors.Is(err, store.ErrWrongKey) || !strings.Contains(err.Error(), done.Kept) {
		t.Errorf("the old key alone: %v", err)
	}
	left, err := filepath.Glob(KeyFile(o.Database) + "*")
	must(t, err)
	if len(left) != 2 {
		t.Errorf("left: %v", left)
	}
	found, err := Check(t.Context(), o)
	if must(t, err); !hasFinding(found, "key", done.Kept+" opens backups of before") {
		t.Errorf("check says %v", found)
	}
	half, err := vault.ReadFile(done.Kept)
	must(t, err)
	must(t, vault.ReplaceFile(KeyFile(o.Database), half))
	if found, err = Check(t.Context(), o); err != nil || !hasFinding(found, "key", "a rotation was begun and not ended") {
		t.Errorf("with both in the key file check says %v", found)
	}
}

func TestARotationSaysWhatItNeeds(t *testing.T) {
	folder := t.TempDir()
	file := Options{Database: "sqlite:" + filepath.Join(folder, "a.db")}
	must(t, openFor(t, file).Close())
	given := Options{Database: "sqlite:" + filepath.Join(folder, "b.db"), Key: private.New(strings.Repeat("k", 40))}
	must(t, openFor(t, given).Close())
	none := Options{Database: "sqlite:" + filepath.Join(folder, "none.db")}
	for _, c := range []struct {
		o      Options
		newKey string
		want   string
	}{{file, "new", "take out --new-key-file"}, {given, "", "give --new-key-file"}, {none, "", "there is no database"}} {
		if _, err := Rotate(t.Context(), c.o, Rotation{NewKeyFile: c.newKey}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	if was, err := FinishRotation(t.Context(), given); err != nil || was {
		t.Errorf("there was one to finish: %t, %v", was, err)
	}
	done, err := Rotate(t.Context(), given, Rotation{NewKeyFile: filepath.Join(folder, "new.key")})
	must(t, err)
	if !done.Bridged || done.New == "" || done.Kept != "" {
		t.Errorf("done: %+v", done)
	}
	if _, err := FinishRotation(t.Context(), given); err == nil || !strings.Contains(err.Error(), "put the new one in its place") {
		t.Errorf("it was finished with the old key: %v", err)
	}
	if _, err := Rotate(t.Context(), given, Rotation{NewKeyFile: filepath.Join(folder, "other.key")}); !errors.Is(err, store.ErrRotating) {
		t.Errorf("a second rotation: %v", err)
	}
}

// On PostgreSQL other nodes may have the key in files of their own: they go on by the bridge until the operator has brought them the new one.
func TestARotationOnPostgreSQLWaitsForTheOtherNodes(t *testing.T) {
	o := Options{Database: storetest.Postgres(t).Options.URL, KeyFile: filepath.Join(t.TempDir(), "a.key")}
	must(t, os.WriteFile(o.KeyFile, []byte(strings.Repeat("k", 40)), 0o600))
	other := o
	other.KeyFile += ".other"
	must(t, os.WriteFile(other.KeyFile, []byte(strings.Repeat("k", 40)), 0o600))
	node := openFor(t, other)
	defer func() { must(t, node.Close()) }()
	put(t, node, "p-0")
	done, err := Rotate(t.Context(), o, Rotation{})
	must(t, err)
	if !done.Bridged || done.Kept == "" {
		t.Errorf("done: %+v", done)
	}
	put(t, node, "p-1")
	allOpen(t, node)
	if was, err := FinishRotation(t.Context(), o); err != nil || !was {
		t.Errorf("finish: %t, %v", was, err)
	}
	if _, err := Open(t.Context(), other, false); err == nil {
		t.Error("the old key still opens it")
	}
}

func TestAKeyThatACommandFetches(t *testing.T) {
	folder := t.TempDir()
	must(t, os.WriteFile(filepath.Join(folder, "key"), []byte(strings.Repeat("k", 40)), 0o600))
	o := Options{Database: "sqlite:" + filepath.Join(folder, "a.db"), KeyCommand: []string{"cat", filepath.Join(folder, "key")},
		Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)}
	a, err := New(t.Context(), o)
	must(t, err)
	must(t, a.Stop(t.Context()))
	db := openFor(t, Options{Database: o.Database, Key: private.New(strings.Repeat("k", 40))})
	must(t, db.Close())
	if _, err := os.Stat(KeyFile(o.Database)); err == nil {
		t.Error("a key file was made beside it")
	}
	o.KeyCommand = []string{"printenv", "ALLCLEAR_TWILIO_AUTH_TOKEN"}
	o.Environ = []string{"ALLCLEAR_TWILIO_AUTH_TOKEN=" + strings.Repeat("k", 40)}
	if _, err := New(t.Context(), o); err == nil || !strings.Contains(err.Error(), "ended with 1") {
		t.Errorf("our own settings reach the command: %v", err)
	}
}
