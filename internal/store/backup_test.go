package store_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/migrations"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// filled fills a database with something in nearly every table, and seals it.
func filled(t testing.TB, db *store.DB) {
	t.Helper()
	ok[bool](t)(db.PutPerson(t.Context(), priya(t), nine))
	ok[bool](t)(db.PutTeam(t.Context(), store.Team{ID: "echo", Name: "ECHo <é>", Zone: "Europe/London", HasPlan: true}, nine))
	ok[bool](t)(db.Receive(t.Context(), received(t, "SM1", 0)))
	c := booked("p-priya", "v1")
	m := told("m1")
	m.To, m.Body = number(t, mobile), private.New(street)
	c.Messages = []store.Message{m}
	must(t, db.Commit(t.Context(), c))
	must(t, db.Look(t.Context(), "p-sam", "api", serviceUser, nine, "visit/v1"))
	must(t, db.Remember(t.Context(), "t1", "k", store.Answer{Body: []byte(street)}, nine))
	must(t, db.AddToken(t.Context(), store.Token{ID: "t1"}, "tok-secret-words", store.By{}))
	texts(t.Context(), t, db, "p-priya", 3)
	ok[int](t)(db.Seal(t.Context(), nine))
}

func backUp(t testing.TB, db *store.DB) []byte {
	t.Helper()
	var out bytes.Buffer
	ok[store.Manifest](t)(db.Backup(t.Context(), &out, store.Backup{Program: "test", MadeAt: nine}))
	return out.Bytes()
}

// content is a backup's lines but the first and the last, in an order of their own: a database may give its rows in any.
func content(backup []byte) []string {
	lines := strings.Split(strings.TrimSpace(string(backup)), "\n")
	lines = slices.DeleteFunc(lines[1:len(lines)-1], func(l string) bool { return strings.HasPrefix(l, `["restored",`) }) // that it was put back
	slices.Sort(lines)
	return lines
}

// What was published between a backup and its restore has no entries any more: the record says why, once, and what is published later is held
// against it as ever. Where nothing says why the record is broken, and the missing entries are named.
func TestARestoreAccountsForWhatItLost(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, from storetest.Place) {
		db := from.Open(t)
		filled(t, db)
		head := func(db *store.DB, at time.Time) store.Published {
			ok[int](t)(db.Seal(t.Context(), at))
			return store.Published{Head: ok[store.Head](t)(db.Head(t.Context())), Name: "checkpoint", At: at}
		}
		first := head(db, nine)
		backup := backUp(t, db)
		texts(t.Context(), t, db, "p-lee", 3)
		gone := head(db, nine.Add(time.Hour))
		for kind, to := range elsewhere(t, from) {
			m := ok[store.Manifest](t)(store.Restore(t.Context(), bytes.NewReader(backup), to.Options.URL))
			again := to.Open(t)
			audit := func(published ...store.Published) (store.Audited, error) {
				return again.Audit(t.Context(), store.Audit{At: nine.Add(5 * time.Hour), Published: published})
			}
			want := fmt.Sprintf("entries %d to %d are missing", first.N+1, gone.N)
			if _, err := audit(first, gone); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: put back without a word: %v", kind, err)
			}
			fact := ok[string](t)(again.RestoreFact(t.Context(), m, nine.Add(2*time.Hour), nil))
			for range 2 { // and it is there again: once
				must(t, again.NoteRestore(t.Context(), fact))
				must(t, again.RecordRestore(t.Context(), nine.Add(3*time.Hour)))
				must(t, again.RecordRestore(t.Context(), nine.Add(3*time.Hour)))
			}
			same(t, kind+": on record", strings.Count(string(backUp(t, again)), `"restored"`), 1)
			lost := []store.Lost{{First: first.N + 1, Last: gone.N, MadeAt: nine.Truncate(time.Second), RestoredAt: nine.Add(2 * time.Hour), Checkpoints: 1}}
			short := head(again, nine.Add(2*time.Hour)) // shorter than what was published before
			found, err := audit(first, short, gone)
			must(t, err)
			same(t, kind+": with less than was lost", found.Lost, lost)
			texts(t.Context(), t, again, "p-ann", 9)
			long := head(again, nine.Add(4*time.Hour))
			found, err = audit(first, short, gone, long)
			must(t, err)
			same(t, kind+": with more than was lost", found.Lost, lost)
			forged := store.Published{Head: store.Head{N: gone.N, Hash: gone.Hash}, Name: "checkpoint", At: nine.Add(4 * time.Hour)}
			if _, err := audit(first, forged); err == nil {
				t.Errorf("%s: what was published after the restore is not accounted for by it", kind)
			}
		}
	})
}

// elsewhere gives new places of each kind for a backup of a place.
func elsewhere(t *testing.T, of storetest.Place) map[string]storetest.Place {
	t.Helper()
	places := map[string]storetest.Place{"sqlite": storetest.SQLite(t), "postgres": storetest.Postgres(t)}
	for kind, p := range places {
		p.Options.Vault = of.Options.Vault
		places[kind] = p
	}
	return places
}

func TestABackupBringsAllBackOnEitherDatabase(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, from storetest.Place) {
		db := from.Open(t)
		filled(t, db)
		backup := backUp(t, db)
		whole := ok[store.Audited](t)(db.Audit(t.Context(), store.Audit{At: nine}))
		for kind, to := range elsewhere(t, from) {
			m := ok[store.Manifest](t)(store.Restore(t.Context(), bytes.NewReader(backup), to.Options.URL))
			again := to.Open(t)
			if m.HeadNumber != whole.Head.N || m.Head != fmt.Sprintf("%x", whole.Head.Hash) || m.Rows["visits"] != 1 || m.LiveVisits != 1 || m.Schema != migrations.Version {
				t.Errorf("%s: the manifest says %+v", kind, m)
			}
			same(t, kind+": audited", ok[store.Audited](t)(again.Audit(t.Context(), store.Audit{At: nine})), whole)
			same(t, kind+": a backup of what was restored", content(backUp(t, again)), content(backup))
			v := ok[store.Visit](t)(again.Visit(t.Context(), "v1"))
			if v.Details.Address.Reveal() != street || !v.Private {
				t.Errorf("%s: the visit is %+v", kind, v)
			}
			ok[bool](t)(again.Receive(t.Context(), received(t, "SM2", 0))) // numbered on from the last
			texts(t.Context(), t, again, "p-priya", 1)
			ok[int](t)(again.Seal(t.Context(), nine))
			must(t, again.Verify(t.Context(), nine))
		}
	})
}

// Whom somebody no longer lets book for them, and a calendar's address that they revoked, are not there again by an old backup. What calendars
// were sent since it was made is not known: everybody is sent their invites anew, and above what they have.
func TestARestoreGivesNobodyBackWhatWasRevoked(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, from storetest.Place) {
		db := from.Open(t)
		filled(t, db)
		must(t, db.PutDelegate(t.Context(), "p-priya", "desk@council.example", leeOnPage, nine))
		must(t, db.AddFeed(t.Context(), store.Feed{ID: "f1", Person: "p-priya", Kind: store.FeedOwn, MadeAt: nine}, "s1", store.By{}))
		must(t, sends(t, db, "e1", store.Change{Invites: []store.Invite{anInvite(db)}}))
		backup := backUp(t, db)
		for kind, to := range elsewhere(t, from) {
			m := ok[store.Manifest](t)(store.Restore(t.Context(), bytes.NewReader(backup), to.Options.URL))
			again := to.Open(t)
			if ok[bool](t)(again.MayDelegate(t.Context(), "p-priya", "desk@council.example")) {
				t.Errorf("%s: who was let book for somebody is so again", kind)
			}
			if _, err := again.FeedBySecret(t.Context(), "s1"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: a feed is there again: %v", kind, err)
			}
			must(t, again.NoteRestore(t.Context(), ok[string](t)(again.RestoreFact(t.Context(), m, nine.Add(time.Hour), nil))))
			for range 2 {
				must(t, again.RecordRestore(t.Context(), nine.Add(time.Hour)))
			}
			i := ok[store.Invite](t)(again.InviteByUID(t.Context(), "u1@allclear.example"))
			if i.Sequence != 1000 || i.Asked != 0 || len(i.Print) != 0 || i.Address.Reveal() != "ann@council.example" {
				t.Errorf("%s: the invite is %+v", kind, i)
			}
		}
	})
}

func TestABackupSeesOneInstant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		filled(t, db)
		before := content(backUp(t, db))
		during := &writesBetween{db: db, t: t}
		ok[store.Manifest](t)(db.Backup(t.Context(), during, store.Backup{Program: "test", MadeAt: nine}))
		same(t, "what was written while it was backed up", content(during.Bytes()), before)
		if during.wrote == 0 {
			t.Error("nothing was written meanwhile")
		}
	})
}

// writesBetween is a place for a backup at which, at its first byte, somebody texts: the backup must neither see nor hold that up.
type writesBetween struct {
	bytes.Buffer
	db    *store.DB
	t     *testing.T
	wrote int
}

func (w *writesBetween) Write(p []byte) (int, error) {
	texts(w.t.Context(), w.t, w.db, "p-priya", 1)
	w.wrote++
	return w.Buffer.Write(p)
}

func TestNoPrivateWordIsInABackup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		filled(t, db)
		backup := backUp(t, db)
		for _, word := range []string{serviceUser, "Quillfeather", street, mobile, "7700900101", contactName, said, "Priya Nair", "tok-secret-words"} {
			if bytes.Contains(backup, []byte(word)) {
				t.Errorf("it has %q", word)
			}
		}
		if !bytes.Contains(backup, []byte("book-v1")) {
			t.Error("it has not even an id")
		}
	})
}

func TestABackupThatIsNotWholeIsRefused(t *testing.T) {
	from := storetest.SQLite(t)
	db := from.Open(t)
	filled(t, db)
	backup := backUp(t, db)
	lines := bytes.SplitAfter(backup, []byte("\n"))
	less := slices.Concat(lines[:len(lines)-3]...)
	for what, bad := range map[string][]byte{
		"nothing":             nil,
		"something else":      []byte("hello\n"),
		"cut off":             backup[:len(backup)-10],
		"cut off at a line":   less,
		"a row is missing":    append(bytes.Clone(less), lines[len(lines)-2]...),
		"a letter is changed": bytes.Replace(backup, []byte("p-priya"), []byte("p-prixa"), 1),
		"more after its end":  append(bytes.Clone(backup), "[1]\n"...),
		"another table":       bytes.Replace(backup, []byte(`"table":"visits"`), []byte(`"table":"sqlite_schema"`), 1),
		"another column":      bytes.Replace(backup, []byte(`"columns":["key","value"]`), []byte(`"columns":["key","value\") --"]`), 1),
	} {
		to := "sqlite:" + filepath.Join(t.TempDir(), "new.db")
		if _, err := store.Restore(t.Context(), bytes.NewReader(bad), to); !errors.Is(err, store.ErrBackup) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", what, err)
		}
	}
	newer := bytes.Replace(backup, fmt.Appendf(nil, `"schema":%d`, migrations.Version), []byte(`"schema":99`), 1)
	if _, err := store.Restore(t.Context(), bytes.NewReader(newer), "sqlite:"+filepath.Join(t.TempDir(), "new.db")); err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("of a newer version: %v", err)
	}
}

func TestARestoreReplacesNothing(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db := p.Open(t)
		filled(t, db)
		backup := backUp(t, db)
		if _, err := store.Restore(t.Context(), bytes.NewReader(backup), p.Options.URL); err == nil {
			t.Error("it was put over a database in use")
		}
		same(t, "what is there", content(backUp(t, db)), content(backup))
	})
}

// asked erases without asking whether it may.
func asked(t *testing.T, db *store.DB, owner string) error {
	t.Helper()
	_, err := db.Erase(t.Context(), store.Erasure{At: nine, Why: "request", Stays: func(retain.Record) retain.Why { return "" }}, owner)
	return err
}

// erasedMarks are the marks of all that was erased.
func erasedMarks(t *testing.T, db *store.DB) map[string]bool {
	t.Helper()
	list, last, err := db.ErasureMarks(t.Context(), 0)
	must(t, err)
	marks := map[string]bool{}
	for _, mark := range list {
		marks[mark] = true
	}
	if more, still, err := db.ErasureMarks(t.Context(), last); err != nil || len(more) > 0 || still != last {
		t.Errorf("after the last there are %v up to %d, %v", more, still, err)
	}
	return marks
}

func TestWhatWasErasedSinceABackupStaysErased(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, from storetest.Place) {
		db := from.Open(t)
		filled(t, db)
		backup := backUp(t, db)
		must(t, asked(t, db, "visit/v1"))
		erased := erasedMarks(t, db)
		for mark := range erased {
			if strings.Contains(mark, "v1") {
				t.Errorf("the mark says who: %s", mark)
			}
		}
		for kind, to := range elsewhere(t, from) {
			ok[store.Manifest](t)(store.Restore(t.Context(), bytes.NewReader(backup), to.Options.URL))
			again := to.Open(t)
			if v := ok[store.Visit](t)(again.Visit(t.Context(), "v1")); v.Details.Address.Reveal() != street {
				t.Fatalf("%s: the backup is of after the erasure", kind)
			}
			stays := func(why retain.Why) (n, stayed int) {
				t.Helper()
				n, stayed, err := again.EraseAgain(t.Context(), erased, nine, func(retain.Record) retain.Why { return why })
				must(t, err)
				return n, stayed
			}
			if n, stayed := stays(retain.StaysLive); n != 0 || stayed != 1 {
				t.Errorf("%s: %d were erased again while in use, %d stayed", kind, n, stayed)
			}
			same(t, kind+": still there", ok[[]string](t)(again.StillThere(t.Context(), erased)), []string{"visit/v1"})
			if n, stayed := stays(""); n != 1 || stayed != 0 {
				t.Errorf("%s: %d were erased again, %d stayed", kind, n, stayed)
			}
			if left := ok[[]string](t)(again.StillThere(t.Context(), erased)); len(left) > 0 {
				t.Errorf("%s: still there are %v", kind, left)
			}
			if v := ok[store.Visit](t)(again.Visit(t.Context(), "v1")); v.Details.Address.Reveal() != "" {
				t.Errorf("%s: the address is back", kind)
			}
			if p := ok[store.Visit](t)(again.Visit(t.Context(), "v1")); p.Reference == "" {
				t.Errorf("%s: the visit itself is gone", kind)
			}
			must(t, again.Verify(t.Context(), nine.Add(time.Second)))
		}
	})
}

// A backup of an earlier version is brought to this one as its database would have been.
func TestABackupOfAnEarlierSchemaIsBroughtOn(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, from storetest.Place) {
		db := from.Open(t)
		filled(t, db)
		early := asOfSchema4(t, backUp(t, db))
		for kind, to := range elsewhere(t, from) {
			if kind == "postgres" {
				continue // its template has this version's tables already
			}
			ok[store.Manifest](t)(store.Restore(t.Context(), bytes.NewReader(early), to.Options.URL))
			again := to.Open(t)
			if v := ok[store.Visit](t)(again.Visit(t.Context(), "v1")); v.Details.Address.Reveal() != street {
				t.Errorf("the visit is %+v", v)
			}
			texts(t.Context(), t, again, "p-priya", 1)
			if n := ok[int](t)(again.Accounts(t.Context())); n != 0 {
				t.Errorf("with %d accounts", n)
			}
		}
	})
}

// asOfSchema4 is a backup as it was before there were accounts and the end of the chain was signed.
func asOfSchema4(t testing.TB, backup []byte) []byte {
	t.Helper()
	var early bytes.Buffer
	table := ""
	rows := 0
	for line := range strings.Lines(string(backup)) {
		if _, name, begins := strings.Cut(line, `{"table":"`); begins {
			table, _, _ = strings.Cut(name, `"`)
		}
		switch {
		case strings.HasPrefix(line, `{"end"`):
			fmt.Fprintf(&early, `{"end":%d,"sha256":"%x"}`+"\n", rows, sha256.Sum256(early.Bytes()))
			return early.Bytes()
		case table == "accounts" || table == "identities" || table == "passkeys" || table == "holds" || table == "blocks" || table == "papers" || table == "paper_marks" || table == "import_columns" || table == "person_past" ||
			table == "shared_calendars" || table == "team_events" ||
			table == "confirmations" || table == "known_numbers" || table == "photographs" ||
			table == "mails" || table == "invited" || table == "delegates" || table == "invites_sent" || table == "organisation_texts" || table == "prompts" || table == "incident_posts":
			continue
		case (table == "chain" || table == "people" || table == "alarms" || table == "outbox") && line[0] == '[':
			line = line[:strings.LastIndex(line, ",")] + "]\n"
		}
		if line[0] == '[' {
			rows++
		}
		line = strings.Replace(line, fmt.Sprintf(`"schema":%d`, migrations.Version), `"schema":4`, 1)
		if later := map[string]string{"chain": "signature", "people": "left_at", "alarms": "followed_at", "outbox": "mail"}[table]; later != "" {
			line = strings.Replace(line, `,"`+later+`"]`, "]", 1)
		}
		early.WriteString(line)
	}
	t.Fatal("it has no end")
	return nil
}

// Text that is no UTF-8 is evidence as well.
func TestABackupKeepsEveryByte(t *testing.T) {
	from := storetest.SQLite(t)
	db := from.Open(t)
	odd := "a\x00b\xff\u2028\"\\"
	ok[bool](t)(db.PutTeam(t.Context(), store.Team{ID: "echo", Name: odd, Zone: "Europe/London", HasPlan: true}, nine))
	to := elsewhere(t, from)["sqlite"]
	ok[store.Manifest](t)(store.Restore(t.Context(), bytes.NewReader(backUp(t, db)), to.Options.URL))
	if team := ok[store.Team](t)(to.Open(t).Team(t.Context(), "echo")); team.Name != odd {
		t.Errorf("the name is %q, and was %q", team.Name, odd)
	}
}
