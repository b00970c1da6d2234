package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"golang.org/x/sys/unix"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/vault"
)

// machine copies a key to a folder of its own, as to a new machine, and gives the options there.
func machine(t *testing.T, from Options) Options {
	t.Helper()
	o := from
	o.Database = "sqlite:" + filepath.Join(t.TempDir(), "new.db")
	key, err := os.ReadFile(KeyFile(from.Database))
	must(t, err)
	must(t, os.WriteFile(KeyFile(o.Database), key, 0o600))
	return o
}

// files lists what is in a database's folder but the database, its key and its lock.
func files(t *testing.T, o Options) (list []string) {
	t.Helper()
	path := sqlitePath(o.Database)
	found, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	for _, f := range found {
		switch f.Name() {
		case filepath.Base(path), filepath.Base(path) + ".key", filepath.Base(path) + ".lock":
		default:
			list = append(list, f.Name())
		}
	}
	return list
}

func TestABackupComesBackOnANewMachine(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	before, err := VerifyRecord(t.Context(), o, Audit{})
	must(t, err)
	b := Backup{File: filepath.Join(t.TempDir(), "b.age")}
	m, err := BackUp(t.Context(), o, b)
	must(t, err)
	if m.HeadNumber != before.Head.N || m.Rows["entries"] != before.Entries {
		t.Errorf("it says %+v", m)
	}
	if left := taintedTrial(t, o, b.File); left != "" {
		t.Errorf("while it is restored, %s can be read", left)
	}
	fresh := machine(t, o)
	checked, err := RestoreBackup(t.Context(), fresh, Restore{File: b.File, Check: true})
	if err != nil || checked.Entries != before.Entries {
		t.Fatalf("checked: %+v, %v", checked, err)
	}
	if left := files(t, fresh); len(left) > 0 {
		t.Errorf("a check leaves %v", left)
	}
	if _, err := os.Stat(sqlitePath(fresh.Database)); err == nil {
		t.Error("a check put the database there")
	}
	done, err := RestoreBackup(t.Context(), fresh, Restore{File: b.File})
	if err != nil || done.Kept != "" {
		t.Fatalf("restored: %+v, %v", done, err)
	}
	after, err := VerifyRecord(t.Context(), fresh, Audit{})
	if err != nil || after.Head.N != before.Head.N+1 { // that it was restored is on record
		t.Errorf("the record: %+v, %v", after, err)
	}
	if left := files(t, fresh); len(left) > 0 {
		t.Errorf("a restore leaves %v", left)
	}
}

// taintedTrial restores a backup on trial, and looks for private words in what a kill would leave of that.
func taintedTrial(t *testing.T, o Options, file string) string {
	t.Helper()
	v, err := openVault(t.Context(), o, true)
	must(t, err)
	keys, err := identities("", v)
	must(t, err)
	trial, err := newTrial(o)
	must(t, err)
	defer func() { must(t, trial.remove()) }()
	_, err = trial.run(t.Context(), v, file, keys, nil)
	must(t, err)
	raw, err := os.ReadFile(trial.file)
	must(t, err)
	for _, word := range taint {
		if bytes.Contains(raw, []byte(word)) {
			return word
		}
	}
	if !bytes.Contains(raw, []byte("p-priya")) {
		t.Error("there is not even an id in it: the scan looks in the wrong place")
	}
	return ""
}

// A backup is made at any moment: what waits for its seal then is no break, however long ago that was when it is restored.
func TestABackupOfWhatIsNotSealedYet(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	db, err := Open(t.Context(), o, false)
	must(t, err)
	must(t, db.Look(t.Context(), "p-sam", "page", "since", time.Now().Add(-time.Hour), "visit/v1"))
	must(t, db.Close())
	file := filepath.Join(t.TempDir(), "b.age")
	_, err = BackUp(t.Context(), o, Backup{File: file})
	must(t, err)
	if done, err := RestoreBackup(t.Context(), o, Restore{File: file}); err != nil || done.Entries != done.HeadNumber+1 {
		t.Fatalf("%+v, %v", done, err)
	}
	a, err := New(t.Context(), o)
	must(t, err)
	must(t, a.Stop(t.Context())) // which seals
	if _, err := VerifyRecord(t.Context(), o, Audit{}); err != nil {
		t.Error(err)
	}
}

func TestABackupIsOverNothing(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	b := Backup{File: filepath.Join(t.TempDir(), "b.age")}
	must(t, os.WriteFile(b.File, []byte("something else"), 0o600))
	if _, err := BackUp(t.Context(), o, b); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Errorf("over a file: %v", err)
	}
	if err := keepDraft(filepath.Join(filepath.Dir(b.File), "draft"), b.File, false); err == nil {
		t.Error("a file that came meanwhile was written over")
	}
	if held, _ := os.ReadFile(b.File); string(held) != "something else" {
		t.Errorf("it holds %q", held)
	}
	b.Force = true
	_, err := BackUp(t.Context(), o, b)
	must(t, err)
	_, err = RestoreBackup(t.Context(), o, Restore{File: b.File, Check: true})
	must(t, err)
	pipe := filepath.Join(t.TempDir(), "pipe") // as a device is, which the rename would replace
	must(t, unix.Mkfifo(pipe, 0o600))
	for file, says := range map[string]string{t.TempDir(): "folder", pipe: "no file"} {
		if _, err := BackUp(t.Context(), o, Backup{File: file, Force: true}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("over what is a %s: %v", says, err)
		}
	}
	if is, err := os.Lstat(pipe); err != nil || is.Mode().IsRegular() {
		t.Errorf("the pipe is %v, %v", is, err)
	}
}

// A backup can be read by whom it is for and by nobody else: not by the machine that made it.
func TestABackupIsForItsRecipients(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	one, err := age.GenerateX25519Identity()
	must(t, err)
	two, err := age.GenerateX25519Identity()
	must(t, err)
	dir := t.TempDir()
	list := filepath.Join(dir, "recipients.txt")
	must(t, os.WriteFile(list, []byte("# the safe\n"+one.Recipient().String()+"\n"+two.Recipient().String()+"\n"), 0o600))
	for _, given := range []string{list, one.Recipient().String() + "," + two.Recipient().String()} {
		o.BackupRecipients = given
		b := Backup{File: filepath.Join(dir, "b.age"), Force: true}
		_, err := BackUp(t.Context(), o, b)
		must(t, err)
		if _, err := RestoreBackup(t.Context(), o, Restore{File: b.File, Check: true}); err == nil || !strings.Contains(err.Error(), "--identity") {
			t.Errorf("the machine itself opened it: %v", err)
		}
		for i, key := range []*age.X25519Identity{one, two} {
			file := filepath.Join(dir, "key.txt")
			must(t, os.WriteFile(file, []byte("# a comment\n"+key.String()+"\n"), 0o600))
			if _, err := RestoreBackup(t.Context(), machine(t, o), Restore{File: b.File, Identity: file}); err != nil {
				t.Errorf("recipient %d: %v", i, err)
			}
		}
	}
	o.BackupRecipients = ""
	b := Backup{File: filepath.Join(dir, "own.age")}
	_, err = BackUp(t.Context(), o, b)
	must(t, err)
	other := recorded(t, private.Text{}, "")
	if _, err := RestoreBackup(t.Context(), other, Restore{File: b.File, Check: true}); err == nil || !strings.Contains(err.Error(), "master key") {
		t.Errorf("another master key opened it: %v", err)
	}
}

func TestRecipientsThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	own, err := age.GenerateX25519Identity()
	must(t, err)
	hybrid, err := age.GenerateHybridIdentity()
	must(t, err)
	if _, err := ParseRecipients(hybrid.Recipient().String()); err != nil {
		t.Errorf("a key of the new kind: %v", err)
	}
	for given, says := range map[string]string{
		own.String(): "secret key is no recipient",
		"nowhere":    "file of them",
		"age1xyz":    "age-keygen",
		own.Recipient().String() + "," + hybrid.Recipient().String(): "one kind",
	} {
		_, err := ParseRecipients(given)
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), own.String()) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.12s…: %v", given, err)
		}
	}
}

func TestNoPrivateWordIsInTheBackupsFiles(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cut := Backup{File: filepath.Join(dir, "cut.age"), Progress: func(int64, int64) { // at its end, before it has its name: what a kill leaves
		left, err := filepath.Glob(filepath.Join(filepath.Dir(sqlitePath(o.Database)), trialPattern, draftPattern))
		if err != nil || len(left) != 1 {
			t.Errorf("there is %v, %v", left, err)
		} else if raw, err := os.ReadFile(left[0]); err == nil {
			must(t, os.WriteFile(filepath.Join(dir, "left-by-a-kill"), raw, 0o600))
		}
	}}
	_, err := BackUp(ctx, o, cut)
	must(t, err)
	cancel()
	if _, err := BackUp(ctx, o, Backup{File: filepath.Join(dir, "not.age")}); err == nil {
		t.Error("it goes on after an interrupt")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, draftPattern)); len(left) > 0 {
		t.Errorf("an interrupt leaves %v", left)
	}
	key, err := os.ReadFile(KeyFile(o.Database))
	must(t, err)
	clear := append([]string{"p-priya", "text_in", "allclear_backup", strings.TrimSpace(string(key))}, taint...) // not even the ids
	found, err := os.ReadDir(dir)
	must(t, err)
	for _, f := range found {
		raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
		must(t, err)
		if !bytes.HasPrefix(raw, []byte("age-encryption.org/v1\n")) && len(raw) > 0 {
			t.Errorf("%s is not encrypted", f.Name())
		}
		for _, word := range clear {
			if bytes.Contains(raw, []byte(word)) {
				t.Errorf("%s has %q", f.Name(), word)
			}
		}
	}
	if len(found) != 2 {
		t.Errorf("there are %d files", len(found))
	}
	v, err := openVault(t.Context(), o, true)
	must(t, err)
	keys, err := identities("", v)
	must(t, err)
	in, end, err := openBackup(cut.File, keys, nil)
	must(t, err)
	plain, err := io.ReadAll(in)
	must(t, err)
	must(t, end())
	for _, word := range append([]string{strings.TrimSpace(string(key))}, taint...) {
		if bytes.Contains(plain, []byte(word)) {
			t.Errorf("whoever opens the backup without the master key reads %q", word)
		}
	}
	if !bytes.Contains(plain, []byte("p-priya")) {
		t.Error("there is not even an id in it: the scan looks in the wrong place")
	}
}

func TestARestoreThatIsRefusedChangesNothing(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	dir := t.TempDir()
	good := filepath.Join(dir, "good.age")
	_, err := BackUp(t.Context(), o, Backup{File: good})
	must(t, err)
	raw, err := os.ReadFile(good)
	must(t, err)
	before, err := VerifyRecord(t.Context(), o, Audit{})
	must(t, err)
	flipped := bytes.Clone(raw)
	flipped[len(flipped)/2] ^= 1
	for what, bad := range map[string][]byte{"cut off": raw[:len(raw)-1], "a bit changed": flipped, "nothing": nil, "something else": []byte("hello")} {
		file := filepath.Join(dir, "bad.age")
		must(t, os.WriteFile(file, bad, 0o600))
		if _, err := RestoreBackup(t.Context(), o, Restore{File: file}); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if after, err := VerifyRecord(t.Context(), o, Audit{}); err != nil || after.Entries != before.Entries {
		t.Errorf("the database is %+v, %v", after, err)
	}
	if left := files(t, o); len(left) > 0 {
		t.Errorf("they leave %v", left)
	}
	a, err := New(t.Context(), o)
	must(t, err)
	if _, err := RestoreBackup(t.Context(), o, Restore{File: good}); err == nil || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("under a server: %v", err)
	}
	if _, err := RestoreBackup(t.Context(), o, Restore{File: good, Check: true}); err != nil {
		t.Errorf("a check beside a server: %v", err)
	}
	must(t, a.Stop(t.Context()))
	db, err := Open(t.Context(), o, false) // another command has it open
	must(t, err)
	if _, err := RestoreBackup(t.Context(), o, Restore{File: good}); err == nil || !strings.Contains(err.Error(), "has it open") {
		t.Errorf("under another command: %v", err)
	}
	must(t, db.Close())
}

func TestWhatWasThereIsKept(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	file := filepath.Join(t.TempDir(), "b.age")
	_, err := BackUp(t.Context(), o, Backup{File: file})
	must(t, err)
	db, err := Open(t.Context(), o, false)
	must(t, err)
	must(t, db.Look(t.Context(), "p-sam", "page", "since", time.Now(), "visit/v1"))
	must(t, db.Close())
	later, err := VerifyRecord(t.Context(), o, Audit{})
	must(t, err)
	must(t, os.Chmod(sqlitePath(o.Database), 0o640))
	done, err := RestoreBackup(t.Context(), o, Restore{File: file})
	must(t, err)
	if is, err := os.Stat(sqlitePath(o.Database)); err != nil || is.Mode().Perm() != 0o640 {
		t.Errorf("others than before may use it: %v, %v", is, err)
	}
	kept := o
	kept.Database = "sqlite:" + done.Kept
	key, err := os.ReadFile(KeyFile(o.Database))
	must(t, err)
	must(t, os.WriteFile(KeyFile(kept.Database), key, 0o600))
	if was, err := VerifyRecord(t.Context(), kept, Audit{}); err != nil || was.Entries != later.Entries {
		t.Errorf("what is kept: %+v, %v", was, err)
	}
	if is, err := VerifyRecord(t.Context(), o, Audit{}); err != nil || is.Entries != later.Entries { // one less, and that it was restored
		t.Errorf("what is there: %+v, %v", is, err)
	}

	// One that is damaged is kept too, its log with it: beside the new one that would damage it.
	path := sqlitePath(o.Database)
	must(t, os.WriteFile(path, []byte(strings.Repeat("damaged ", 1000)), 0o600))
	must(t, os.WriteFile(path+"-wal", []byte("its log"), 0o600))
	must(t, os.Remove(done.Kept))
	done, err = RestoreBackup(t.Context(), o, Restore{File: file})
	must(t, err)
	if log, err := os.ReadFile(done.Kept + "-wal"); err != nil || string(log) != "its log" {
		t.Errorf("its log is %q, %v", log, err)
	}
	if _, err := VerifyRecord(t.Context(), o, Audit{}); err != nil {
		t.Errorf("what is there: %v", err)
	}
}

// A log that lies where a database was is not taken for the restored one's.
func TestALogWithoutItsDatabaseIsMovedAway(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	file := filepath.Join(t.TempDir(), "b.age")
	_, err := BackUp(t.Context(), o, Backup{File: file})
	must(t, err)
	db, err := Open(t.Context(), o, false)
	must(t, err)
	must(t, db.Look(t.Context(), "p-sam", "page", "since", time.Now(), "visit/v1"))
	path := sqlitePath(o.Database)
	log, err := os.ReadFile(path + "-wal")
	must(t, errors.Join(err, db.Close()))
	if len(log) == 0 {
		t.Fatal("there is no log")
	}
	must(t, os.Remove(path))
	must(t, os.WriteFile(path+"-wal", log, 0o600))
	_, err = RestoreBackup(t.Context(), o, Restore{File: file})
	must(t, err)
	if is, err := VerifyRecord(t.Context(), o, Audit{}); err != nil || is.Entries != 5 { // with the restore
		t.Errorf("%+v, %v", is, err)
	}
}

// Backed up, erased, put back: the words stay gone, by a restore and by an old file that was put in place by hand.
func TestWhatWasErasedStaysGone(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	dir := t.TempDir()
	file, old := filepath.Join(dir, "b.age"), filepath.Join(dir, "old.db")
	_, err := BackUp(t.Context(), o, Backup{File: file})
	must(t, err)
	_, err = store.FoldLog(t.Context(), sqlitePath(o.Database))
	must(t, err)
	raw, err := os.ReadFile(sqlitePath(o.Database))
	must(t, err)
	must(t, os.WriteFile(old, raw, 0o600))

	erase := func() {
		db, err := Open(t.Context(), o, false)
		must(t, err)
		_, err = db.Erase(t.Context(), store.Erasure{At: time.Now(), Why: "request", Stays: func(retain.Record) retain.Why { return "" }}, "visit/v1")
		must(t, err)
		must(t, db.Close())
	}
	erase()
	done, err := RestoreBackup(t.Context(), o, Restore{File: file})
	must(t, err)
	if done.ErasedAgain != 1 {
		t.Errorf("%d were erased again", done.ErasedAgain)
	}
	gone := func(how string) {
		t.Helper()
		db, err := Open(t.Context(), o, true)
		must(t, err)
		defer func() { must(t, db.Close()) }()
		entries, err := db.Latest(t.Context(), "p-priya", "text", 10)
		must(t, err)
		for _, e := range entries {
			if words := e.Words.Reveal(); words != "" {
				t.Errorf("%s: %q is back", how, words)
			}
		}
		if len(entries) == 0 {
			t.Errorf("%s: the record itself is gone", how)
		}
	}
	gone("restored")
	must(t, os.WriteFile(sqlitePath(o.Database), raw, 0o600))
	a, err := New(t.Context(), o)
	must(t, err)
	must(t, a.Stop(t.Context()))
	gone("put in place by hand")
	if list, err := os.ReadFile(string(erasedFile(o.Database))); err != nil || strings.Contains(string(list), "v1") {
		t.Errorf("the list says %q, %v", list, err)
	}
}

// On PostgreSQL a backup goes into an empty database, and into no other.
func TestABackupOfPostgreSQL(t *testing.T) {
	key := private.New(string(vault.NewMaster()))
	t.Chdir(t.TempDir()) // where the list of the erased is, as a server has no folder of its own here
	from := Options{Database: storetest.Postgres(t).Options.URL, Key: key, Version: "test"}
	db, err := Open(t.Context(), from, false)
	must(t, err)
	must(t, db.Look(t.Context(), "p-sam", "page", taint[3], time.Now(), "visit/v1"))
	_, err = db.Seal(t.Context(), time.Now())
	must(t, errors.Join(err, db.Close()))
	file := filepath.Join(t.TempDir(), "b.age")
	m, err := BackUp(t.Context(), from, Backup{File: file})
	if err != nil || m.Database != "postgres" {
		t.Fatalf("%+v, %v", m, err)
	}
	to := Options{Database: storetest.Postgres(t).Options.URL, Key: key}
	done, err := RestoreBackup(t.Context(), to, Restore{File: file})
	if err != nil || done.Entries != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	if is, err := VerifyRecord(t.Context(), to, Audit{}); err != nil || is.Entries != 2 { // with the restore
		t.Errorf("%+v, %v", is, err)
	}
	if _, err := RestoreBackup(t.Context(), to, Restore{File: file}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("over one in use: %v", err)
	}
	onFile := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), Key: key}
	if done, err := RestoreBackup(t.Context(), onFile, Restore{File: file}); err != nil || done.Entries != 1 {
		t.Errorf("on a file: %+v, %v", done, err)
	}
}
