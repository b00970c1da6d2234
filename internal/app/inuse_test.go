package app

import (
	"context"
	"encoding/hex"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// used are the owners of words that putInUse puts in a database: a booked visit and its worker, an alarm that is open and its worker, a message
// that is to be sent, and somebody whom a hold is on.
var used = []string{"alarm/a1", "person/p-alarm", "person/p-held", "person/p-visit", "text/m1", "visit/v1"}

// booking is that visit, at a status.
func booking(status watch.Status, at time.Time) store.Visit {
	return store.Visit{ID: "v1", Reference: "R1", Worker: "p-visit", Team: "echo", Kind: "home_visit", Status: status, StartsAt: at, ExpectedEndAt: at.Add(time.Hour),
		DueAt: at.Add(2 * time.Hour), BookedAt: at, DetailsChanged: status == watch.Booked, Details: buddy.Form{Address: private.New("14 Elm Road")}}
}

func putInUse(t *testing.T, db *store.DB) {
	t.Helper()
	at := time.Now().UTC().Truncate(time.Second)
	for _, id := range []string{"p-visit", "p-alarm", "p-held"} {
		put(t, db, id)
	}
	must(t, db.SetHold(t.Context(), store.Hold{ID: "h", Object: "person/p-held", At: at}, "command"))
	v := watch.Visit{ID: "v1", Reference: "R1", Status: watch.Booked, StartsAt: at, ExpectedEndAt: at.Add(time.Hour), Clock: plan.Standard().Clock}
	must(t, db.Commit(t.Context(), store.Change{Worker: "p-visit", Watch: watch.Watch{Worker: "p-visit", Visits: []watch.Visit{v}},
		Visits: []store.Visit{booking(watch.Booked, at)}}))
	mobile, err := phone.Parse("07700 900101")
	must(t, err)
	must(t, db.Commit(t.Context(), store.Change{Worker: "p-alarm", Watch: watch.Watch{Worker: "p-alarm"},
		Alarms: []store.Alarm{{Worker: "p-alarm", Alarm: watch.Alarm{ID: "a1", Kind: watch.Duress, Clock: plan.Standard().Clock, OpenedAt: at}}},
		Entries: []store.Entry{{ID: "e1", At: at, RecordedAt: at, Kind: "text", Input: []byte(`{}`), Events: []byte(`[]`), Words: private.New("help"),
			Owner: "alarm/a1"}},
		Messages: []store.Message{{ID: "m1", Worker: "p-other", Person: "p-other", To: mobile, Notice: "overdue", Channel: "sms", Class: store.ClassAlarm, Round: 1,
			Body: private.New("Jamie has not checked out"), Data: []byte(`{}`), NextAt: at, GiveUpAt: at.Add(time.Hour), CreatedAt: at, State: store.Pending}}}))
	_, err = db.Seal(t.Context(), at)
	must(t, err)
}

// endUse ends all that putInUse began.
func endUse(t *testing.T, o Options) {
	t.Helper()
	db := openFor(t, o)
	at := time.Now().UTC().Truncate(time.Second)
	_, err := db.LiftHold(t.Context(), "h", "p-mo", "command", at)
	must(t, err)
	change := func(worker string) store.Change {
		l, err := db.Load(t.Context(), worker)
		must(t, err)
		return store.Change{Worker: worker, Revision: l.Revision, Watch: watch.Watch{Worker: worker}}
	}
	c := change("p-visit")
	c.Visits = []store.Visit{booking(watch.Ended, at)}
	c.Visits[0].EndedAt = at
	must(t, db.Commit(t.Context(), c))
	c = change("p-alarm")
	c.Alarms = []store.Alarm{{Worker: "p-alarm", Alarm: watch.Alarm{ID: "a1", Kind: watch.Duress, Clock: plan.Standard().Clock, OpenedAt: at, ClosedAt: at}}}
	must(t, db.Commit(t.Context(), c))
	sent, err := db.Claim(t.Context(), at.Add(time.Minute), at.Add(2*time.Minute), "n", "", 10)
	if err != nil || len(sent) != 1 || sent[0].Body.IsZero() || sent[0].To.IsZero() {
		t.Fatalf("what was to be sent is %v, %v", sent, err)
	}
	must(t, db.Settle(t.Context(), []store.Outcome{{Message: "m1", Owner: "n", Attempt: sent[0].Attempts, At: at, State: store.Done, NextAt: at, Provider: "twilio",
		ProviderID: "SM1", Result: "accepted"}}))
	_, err = db.Seal(t.Context(), at)
	must(t, errors.Join(err, db.Close()))
}

// marksFor are the marks of owners, as whoever has the master key could make them.
func marksFor(t *testing.T, o Options, owners ...string) marks {
	t.Helper()
	v, err := openVault(t.Context(), o, true)
	must(t, err)
	m := marks{}
	for _, owner := range owners {
		m[hex.EncodeToString(v.Hash("erased", owner))] = true
	}
	return m
}

// withKey gives the owners that have a key still, of those that marks are of.
func withKey(t *testing.T, o Options, m marks) []string {
	t.Helper()
	db := openFor(t, o)
	owners, err := db.StillThere(t.Context(), m)
	must(t, errors.Join(err, db.Close()))
	return owners
}

// What is watched, open, to be sent or held is not erased at a start, whatever the list says; an alarm would have no address. It goes with
// the walk after its use ends, and until then every start and every hour walks again, and check names it.
func TestWhatIsInUseGoesWhenItIsNoMore(t *testing.T) {
	eachDatabase(t, func(t *testing.T, place func(*testing.T) Options) {
		o := place(t)
		db := openFor(t, o)
		putInUse(t, db)
		put(t, db, "p-1")
		must(t, db.Close())
		m := marksFor(t, o, append(slices.Clone(used), "person/p-1")...)
		_, err := erasedFile(o.Database).add(m)
		must(t, err)

		served(t, o)
		if left := withKey(t, o, m); !slices.Equal(left, used) || called(t, o, "p-1") != "" {
			t.Errorf("there are %v, and %q", left, called(t, o, "p-1"))
		}
		db = openFor(t, o)
		v, err := db.Visit(t.Context(), "v1")
		must(t, errors.Join(err, db.Close()))
		if v.Details.Address.IsZero() {
			t.Error("the alarm of a visit would have no address")
		}
		says := func() bool {
			t.Helper()
			found, err := Check(t.Context(), o)
			must(t, err)
			return hasFinding(found, "erasure", "alarm/a1, person/p-alarm, person/p-held, person/p-visit, text/m1 and 1 more were erased before and have words again")
		}
		if !says() {
			t.Error("check does not name who stayed")
		}

		a, err := New(t.Context(), o) // a server that runs on
		must(t, err)
		endUse(t, o)
		again := a.errands(time.Now())[2]
		must(t, again.turn(t.Context(), again.next.Add(-time.Second)))
		if left := withKey(t, o, m); !slices.Equal(left, used) {
			t.Errorf("before its hour there are %v", left)
		}
		must(t, again.turn(t.Context(), again.next))
		must(t, a.Stop(context.WithoutCancel(t.Context())))
		if left := withKey(t, o, m); len(left) > 0 {
			t.Errorf("at the end there are %v", left)
		}
		if says() {
			t.Error("check names them still")
		}
		db = openFor(t, o)
		met, err := db.Meta(t.Context(), erasedKey)
		must(t, errors.Join(err, db.Close()))
		if met == "" {
			t.Error("the next start walks again")
		}
	})
}

// Where nothing takes the marks to another machine, check says so until a backup made by hand has them beside it.
func TestCheckSaysWhichErasuresAreInNoListOutside(t *testing.T) {
	eachDatabase(t, func(t *testing.T, place func(*testing.T) Options) {
		o, backups := place(t), t.TempDir()
		db := openFor(t, o)
		for _, id := range []string{"p-1", "p-2", "p-3"} {
			put(t, db, id)
		}
		must(t, db.Close())
		says := func(when, what string) {
			t.Helper()
			found, err := Check(t.Context(), o)
			must(t, err)
			found = slices.DeleteFunc(found, func(f Finding) bool { return f.About != "erasure" })
			if (what == "") != (len(found) == 0) || what != "" && !hasFinding(found, "erasure", what) {
				t.Errorf("%s: %+v, not %q", when, found, what)
			}
		}
		backUp := func(name string) {
			t.Helper()
			_, err := BackUp(t.Context(), o, Backup{File: filepath.Join(backups, name)})
			must(t, err)
		}
		says("at first", "")
		eraseElsewhere(t, o, "person/p-1")
		served(t, o)
		says("one is erased", "1 erasure is in no list outside this machine; ")
		backUp("a.age")
		says("backed up", "")
		eraseElsewhere(t, o, "person/p-2")
		eraseElsewhere(t, o, "person/p-3")
		served(t, o)
		says("two more", "2 erasures are in no list outside this machine; ")
		o.BackupDir = backups
		says("with a folder", string(erasedBeside(backups))+" lacks 2 of those who were erased; ")
		served(t, o)
		says("once a server ran", "")
		o.BackupDir = filepath.Join(backups, "gone")
		says("without it, which is said of backups", "")
	})
}

// An erasure by command is in a list at once, though no server runs; on PostgreSQL that list is where the command ran, and is to be carried.
func TestAnErasureByCommandIsNoted(t *testing.T) {
	eachDatabase(t, func(t *testing.T, place func(*testing.T) Options) {
		o := place(t)
		db := openFor(t, o)
		_, err := db.PutTeam(t.Context(), store.Team{ID: "echo", Name: "ECHo", Zone: "Europe/London"}, time.Now())
		must(t, err)
		put(t, db, "p-1")
		must(t, db.Close())
		for _, dry := range []bool{true, false} {
			if g, err := ErasePerson(t.Context(), o, "p-1", "they asked", dry); err != nil || !slices.Equal(g.Goes, []string{"person/p-1"}) {
				t.Fatalf("%+v, %v", g, err)
			}
			m, err := erasedFile(o.Database).read()
			must(t, err)
			if is := maps.Equal(m, marksFor(t, o, "person/p-1")); is == dry || dry && len(m) > 0 {
				t.Errorf("dry %t: it has %v", dry, m)
			}
		}
		carry, onFile := ErasedToCarry(o), sqlitePath(o.Database) != ""
		if (carry == "") != onFile || !onFile && !isFile(carry) {
			t.Errorf("to be carried is %q", carry)
		}
	})
}
