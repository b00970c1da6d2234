package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"go.uber.org/goleak"
)

// oneLine checks that an error is one line that has the words.
func oneLine(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than a line: %q", err)
	}
}

// notOurs checks that an error is one line that has the words, and that it can be told by its kind: the settings by which
// another place is named are not for the store to know.
func notOurs(t *testing.T, err error, words ...string) {
	t.Helper()
	oneLine(t, err, words...)
	if _, is := errors.AsType[*store.NoDatabaseError](err); !is || strings.Contains(err.Error(), "ALLCLEAR_") {
		t.Errorf("it is %v", err)
	}
}

func openError(t *testing.T, p storetest.Place) error {
	t.Helper()
	db, err := store.Open(t.Context(), p.Options)
	if err == nil {
		must(t, db.Close())
	}
	return err
}

func TestWhatIsNoDatabaseIsLeftAsItIs(t *testing.T) {
	p := storetest.SQLite(t)
	text := []byte("Dear diary, this is no database at all.")
	must(t, os.WriteFile(p.File, text, 0o600))
	notOurs(t, openError(t, p), p.File, "no database", "move it away")
	if got, _ := os.ReadFile(p.File); !bytes.Equal(got, text) {
		t.Error("the file was changed")
	}
}

func TestAnotherProgramsDatabaseIsLeftAsItIs(t *testing.T) {
	p := storetest.SQLite(t)
	_, err := p.Raw(t).Exec(`CREATE TABLE recipes (name TEXT)`)
	must(t, err)
	before, err := os.ReadFile(p.File)
	must(t, err)
	notOurs(t, openError(t, p), "another program's database", "move that away")
	if after, _ := os.ReadFile(p.File); !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
}

func TestADatabaseOfANewerVersion(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		must(t, p.Open(t).Close())
		raw := p.Raw(t)
		_, err := raw.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, $1)`, true)
		must(t, err)
		must(t, openError(t, p)) // newer, and says that it can be read
		_, err = raw.Exec(`UPDATE meta SET value = '999' WHERE key = 'min_reader'`)
		must(t, err)
		oneLine(t, openError(t, p), "newer version", "999", "install that version")
	})
}

func TestALockedDatabase(t *testing.T) {
	t.Parallel() // it waits for as long as SQLite does
	p := storetest.SQLite(t)
	must(t, p.Open(t).Close())
	conn, err := p.Raw(t).Conn(t.Context())
	must(t, err)
	defer conn.Close()
	_, err = conn.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	must(t, err)
	oneLine(t, openError(t, p), p.File, "locked", "end that program")
}

func TestAWrongMasterKey(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		must(t, p.Open(t).Close())
		other := storetest.SQLite(t)
		p.Options.Vault = other.Options.Vault
		oneLine(t, openError(t, p), "master key is not the one")
		p.Options.Vault = nil
		oneLine(t, openError(t, p), "no master key")
	})
}

func TestAddressesThatCannotBe(t *testing.T) {
	p := storetest.SQLite(t)
	for url, says := range map[string][]string{
		"":                                     {"sqlite:PATH"},
		"allclear.db":                          {"sqlite:PATH"},
		"sqlite:":                              {"needs a path"},
		"sqlite:/no/such/folder/a.db":          {"no folder /no/such/folder"},
		"sqlite:" + t.TempDir():                {"can't be opened"},
		"postgres://u:geheim@%zz/":             {"can't be read"},
		"postgres://u:geheim@db.example.org/a": {"sslmode=verify-full"},
		"postgres://u:geheim@127.0.0.1:1/allclear?connect_timeout=2": {"no answer from the server"},
	} {
		p.Options.URL = url
		_, err := store.Open(t.Context(), p.Options)
		if err == nil {
			t.Errorf("%q was opened", url)
			continue
		}
		oneLine(t, err, says...)
		if strings.Contains(err.Error(), "geheim") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

func TestAReadOnlyOpenMakesNothing(t *testing.T) {
	p := storetest.SQLite(t)
	p.Options.ReadOnly = true
	notOurs(t, openError(t, p), "there is none", "start the server once")
	if _, err := os.Stat(p.File); !errors.Is(err, os.ErrNotExist) {
		t.Error("a file was made")
	}
}

func TestAPathMayHaveAnyName(t *testing.T) {
	p := storetest.SQLite(t)
	p.File = filepath.Join(filepath.Dir(p.File), "our visits? 50% #1.db")
	p.Options.URL = "sqlite:" + p.File
	db, err := store.Open(t.Context(), p.Options)
	must(t, err)
	must(t, errors.Join(db.Commit(t.Context(), booked("p-priya", "v1")), db.Close()))
	if _, err := os.Stat(p.File); err != nil {
		t.Error(err)
	}
}

func TestTwoProcessesMayMakeOneDatabase(t *testing.T) {
	p := storetest.SQLite(t)
	errs := make(chan error, 4)
	for range 4 {
		go func() {
			db, err := store.Open(context.Background(), p.Options)
			if err == nil {
				err = db.Close()
			}
			errs <- err
		}()
	}
	for range 4 {
		must(t, <-errs)
	}
}

func TestCloseLeavesNothingRunning(t *testing.T) {
	p := storetest.SQLite(t)
	leak := goleak.IgnoreCurrent()
	db, err := store.Open(t.Context(), p.Options) // which makes it
	must(t, err)
	must(t, db.Commit(t.Context(), booked("p-priya", "v1")))
	must(t, db.Close())
	goleak.VerifyNone(t, leak)
}

func TestMigrateBringsBothToTheSameTables(t *testing.T) {
	type column struct{ table, name string }
	columns := func(p storetest.Place, query string) []string {
		must(t, store.Migrate(t.Context(), p.Options))
		must(t, store.Migrate(t.Context(), p.Options))
		rows, err := p.Raw(t).Query(query)
		must(t, err)
		defer rows.Close()
		var list []string
		for rows.Next() {
			var c column
			must(t, rows.Scan(&c.table, &c.name))
			list = append(list, c.table+"."+c.name)
		}
		must(t, rows.Err())
		slices.Sort(list)
		return list
	}
	sqlite := columns(storetest.SQLite(t), `SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%'`)
	postgres := columns(storetest.Postgres(t), `SELECT table_name, column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name NOT LIKE 'goose_%'`)
	same(t, "columns", postgres, sqlite)
	if len(sqlite) < 100 {
		t.Errorf("only %d columns were compared", len(sqlite))
	}
}

func TestNoPrivateWordIsInTheFiles(t *testing.T) {
	p := storetest.SQLite(t)
	db := p.Open(t)
	ok[bool](t)(db.PutPerson(t.Context(), priya(t), nine))
	team := store.Team{ID: "echo", Name: "ECHo", Zone: "Europe/London", HasPlan: true}
	team.Plan.DuressPhrase = phrase
	ok[bool](t)(db.PutTeam(t.Context(), team, nine))
	ok[bool](t)(db.Receive(t.Context(), received(t, "SM1", 0)))
	c := booked("p-priya", "v1")
	m := told("m1")
	m.To, m.Body = number(t, mobile), private.New(street)
	c.Messages = []store.Message{m}
	must(t, db.Commit(t.Context(), c))
	must(t, db.Look(t.Context(), "p-sam", "api", serviceUser, nine, "visit/v1"))
	must(t, db.Remember(t.Context(), "t1", "k", store.Answer{Body: []byte(street)}, nine))
	must(t, db.AddToken(t.Context(), store.Token{ID: "t1"}, "tok-secret-words", store.By{}))

	files, err := filepath.Glob(p.File + "*")
	must(t, err)
	found := 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		must(t, err)
		found += bytes.Count(raw, []byte("book-v1"))
		for _, word := range []string{
			serviceUser, "Quillfeather", street, "Example Street", mobile, mobile[1:], "7700900101", "07700 900103", "7700900150", contactName, said, "shouting", phrase,
			"Priya Nair", "AB12 CDE", "short black hair", "priya@example.org", "tok-secret-words",
		} {
			if bytes.Contains(raw, []byte(word)) {
				t.Errorf("%s has %q", filepath.Base(file), word)
			}
		}
	}
	if found == 0 {
		t.Error("the scan does not even find an id: it looks in the wrong place")
	}
}

// childEnv has this binary act as another process on the database named by it.
const childEnv = "ALLCLEAR_STORE_CHILD"

// child runs this test binary as another process that does what TestMain's table says.
func child(t testing.TB, what string, p storetest.Place, key string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+what, "CHILD_URL="+p.Options.URL, "CHILD_KEY="+key)
	return cmd
}

func TestAReadOnlyFile(t *testing.T) {
	p, key := placeWithKey(t)
	must(t, p.Open(t).Close())
	must(t, os.Chmod(p.File, 0o444))
	cmd := child(t, "open", p, key)
	if os.Getuid() == 0 { // whom no mode keeps out
		for dir := filepath.Dir(p.File); dir != "/"; dir = filepath.Dir(dir) {
			info, err := os.Stat(dir)
			must(t, err)
			if info.Mode().Perm()&0o005 != 0o005 {
				must(t, os.Chmod(dir, info.Mode().Perm()|0o055))
			}
		}
		binary := filepath.Join(filepath.Dir(p.File), "child") // the test binary lies where only root can look
		raw, err := os.ReadFile(os.Args[0])
		must(t, err)
		must(t, os.WriteFile(binary, raw, 0o755))
		cmd.Path = binary
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, _ := cmd.CombinedOutput()
	oneLine(t, errors.New(strings.TrimSpace(string(out))), p.File, "let this user")
}

func TestAFullDisk(t *testing.T) {
	t.Run("file size limit", func(t *testing.T) {
		p, key := placeWithKey(t)
		out, _ := child(t, "limit", p, key).CombinedOutput()
		oneLine(t, errors.New(strings.TrimSpace(string(out))), "full", "make room")
		verifies(t, p)
	})
	t.Run("file system", func(t *testing.T) {
		dir := t.TempDir()
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
			t.Skipf("no file system of 1 MiB can be mounted here: %v", err)
		}
		defer func() { must(t, syscall.Unmount(dir, 0)) }()
		p := storetest.SQLite(t)
		p.File = filepath.Join(dir, "allclear.db")
		p.Options.URL = "sqlite:" + p.File
		db := p.Open(t)
		kept := 0
		var err error
		for ; err == nil && kept < 10_000; kept++ {
			_, err = db.Receive(t.Context(), received(t, fmt.Sprintf("SM%d", kept), time.Duration(kept)))
		}
		oneLine(t, err, "full", "make room")
		same(t, "kept", len(ok[[]store.Received](t)(db.Waiting(t.Context(), store.Received{}, 20_000))), kept-1)
		must(t, db.Close())
	})
}

// verifies opens the database again, as after a crash, and verifies its record.
func verifies(t testing.TB, p storetest.Place) {
	t.Helper()
	db := p.Open(t)
	if _, err := db.Seal(t.Context(), nine); err != nil {
		t.Error(err)
	}
	if err := db.Verify(t.Context(), nine.Add(time.Hour)); err != nil {
		t.Error(err)
	}
	must(t, db.Close())
}

// Whoever else is on the machine reads no database, log or restored database; whoever was let in stays so.
func TestADatabaseIsForItsUserAlone(t *testing.T) {
	before := syscall.Umask(0o022)
	defer syscall.Umask(before)
	key := storetest.SQLite(t).Options
	dir := t.TempDir()
	link := filepath.Join(dir, "link.db")
	must(t, os.Symlink("behind.db", link))
	for name, file := range map[string]string{"a.db": "a.db", "link.db": "behind.db"} {
		key.URL = "sqlite:" + filepath.Join(dir, name)
		db, err := store.Open(t.Context(), key)
		must(t, err)
		for _, log := range []string{"", "-wal", "-shm"} {
			if is, err := os.Stat(filepath.Join(dir, file+log)); err != nil || is.Mode().Perm() != 0o600 {
				t.Errorf("%s%s: %v, %v", file, log, is, err)
			}
		}
		var backup bytes.Buffer
		_, err = db.Backup(t.Context(), &backup, store.Backup{MadeAt: nine})
		must(t, errors.Join(err, db.Close()))
		restored := filepath.Join(dir, "restored-"+name)
		_, err = store.Restore(t.Context(), &backup, "sqlite:"+restored)
		must(t, err)
		if is, err := os.Stat(restored); err != nil || is.Mode().Perm() != 0o600 {
			t.Errorf("restored: %v, %v", is, err)
		}
	}
	must(t, os.Chmod(filepath.Join(dir, "a.db"), 0o640))
	key.URL = "sqlite:" + filepath.Join(dir, "a.db")
	db, err := store.Open(t.Context(), key)
	must(t, err)
	must(t, db.Close())
	if is, err := os.Stat(filepath.Join(dir, "a.db")); err != nil || is.Mode().Perm() != 0o640 {
		t.Errorf("who was let in is not any more: %v, %v", is, err)
	}
}
