package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// eachPlace is each for tests that also spoil what the database has.
func eachPlace(t *testing.T, test func(t *testing.T, w *world, p storetest.Place)) {
	t.Helper()
	t.Parallel()
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		t.Parallel()
		test(t, newWorld(t, p.Open(t), nil), p)
	})
}

// A number that fails is asked of by itself: of another's, who is on a visit, nobody is asked because of it; and who has no other number is left alone.
func TestOfOneNumberThatFailsOnlyWhoseItIsIsAsked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.changes("p-priya", "p-priya", func(p *buddy.Person) { p.PersonalMobile = w.number(newNumber) })
		w.book()
		w.phone(priya).texts("IN 60")
		who, err := w.db.Person(t.Context(), "p-priya")
		w.must(err)
		_, err = w.db.NumberFailed(t.Context(), who, w.number(priya), w.clock.Now())
		w.must(err)
		w.readAll()
		w.phone(newNumber).read()

		w.phone(sam).Wrong()
		w.onCall("p-sam", 3, sunday.Add(48*time.Hour), sunday.Add(60*time.Hour))
		w.settle()
		w.phone(samHome).Expects("we could not reach you on your number that ends in 01")
		w.phone(newNumber).expectsNoMore()

		w.phone(ann).Wrong()
		w.onCall("p-ann", 4, sunday.Add(48*time.Hour), sunday.Add(60*time.Hour))
		w.settle()
		k, err := w.db.Known(t.Context(), "p-ann")
		w.must(err)
		if k.FailedAt(w.number(ann)).IsZero() {
			t.Error("that her only number fails is not noted")
		}
		waiting, err := w.db.FailedNumbers(t.Context(), 10)
		w.must(err)
		if len(waiting) != 1 || waiting[0].Person != "p-priya" {
			t.Errorf("to be asked of are %+v, want Priya's alone", waiting)
		}
		w.wait(20 * time.Minute)
		w.phone(newNumber).texts("OUT")
		w.phone(newNumber).read()
		w.chores(1)
		w.phone(newNumber).Expects("we could not reach you on your number that ends in 01")
	})
}

// Whether a number of theirs fails is found by what would be sent on any day, in duress too: it tells nothing (rule 4.2).
func TestOfANumberThatFailsDuressTellsNothing(t *testing.T) {
	var runs []string
	for _, name := range []string{"Jane", "Scarlett"} {
		w := newWorld(t, storetest.SQLite(t).Open(t), nil)
		w.changes("p-priya", "p-priya", func(p *buddy.Person) { p.PersonalMobile = w.number(newNumber) })
		w.book()
		w.phone(priya).texts("IN 60")
		w.phone(priya).texts("ASK " + name)
		w.phone(newNumber).read()
		w.phone(priya).Wrong()
		var got []string
		for range 18 {
			w.wait(5 * time.Minute)
			w.chores(1)
			k, err := w.db.Known(t.Context(), "p-priya")
			w.must(err)
			got = append(got, fmt.Sprint(w.clock.Now().Format("15:04"), !k.FailedAt(w.number(priya)).IsZero(), w.phone(newNumber).read()))
		}
		runs = append(runs, strings.Join(got, "\n"))
	}
	same(t, runs[0], runs[1])
	if !strings.Contains(runs[1], "true") {
		t.Errorf("it never failed:\n%s", runs[1])
	}
}

// Whoever can't be asked now must not stand at the head of the queue for ever: more of them than are asked at a time keep nobody else waiting.
func TestWhoCannotBeAskedKeepsNobodyElseWaiting(t *testing.T) {
	eachPlace(t, func(t *testing.T, w *world, p storetest.Place) {
		for n := range 120 {
			_, err := w.db.PutPerson(t.Context(), buddy.Person{ID: fmt.Sprintf("a-%03d", n), Name: "Someone", Team: "echo", Roles: []string{"worker"}, Active: true}, sunday.Add(-day))
			w.must(err)
		}
		raw := p.Raw(t)
		_, err := raw.Exec(`INSERT INTO workers (id, revision, watch, seq, head) SELECT id, 1, 'spoilt', 0, $1 FROM people WHERE id LIKE 'a-%'`, []byte("head"))
		w.must(err)
		later(t, w)
		if err := w.engine.Chores(t.Context()); err == nil {
			t.Error("who could not be asked is not said")
		}
		w.settle()
		w.silent(priya) // a hundred at a time
		w.sleep(5 * time.Minute)
		_ = w.engine.Chores(t.Context())
		w.settle()
		w.phone(priya).Expects(stillRight)
	})
}

// A visit that can't be read for now is tried again, and keeps no other of the same incident from its turn.
func TestAnIncidentWhoseVisitCannotBeReadIsTriedAgain(t *testing.T) {
	eachPlace(t, func(t *testing.T, w *world, p storetest.Place) {
		elsewhere := risk.Place{ServiceUser: private.New("A Bell"), Address: private.New("9 Other Road, Gloucester GL9 9ZZ")}
		bad, good := w.visitTo(elsewhere), ""
		w.must(w.engine.CancelVisit(t.Context(), byPriya, bad.ID, false, private.New("moved")))
		good = w.visitTo(smiths).ID
		w.must(w.engine.Decide(t.Context(), byMo, w.sent(""), verdict(risk.Go)))
		other := assessed()
		other.Place = elsewhere
		o, err := w.engine.Assess(t.Context(), byPriya, store.Paper{Team: "echo", Person: "p-priya"}, other, true)
		w.must(err)
		w.must(w.engine.Decide(t.Context(), byMo, o, verdict(risk.Go)))
		w.settle()
		loaded, err := w.db.Load(t.Context(), "p-priya")
		w.must(err)
		both := store.Alarm{Worker: "p-priya", Alarm: watch.Alarm{ID: "a-both", Kind: watch.OverdueAlarm, Visits: []string{bad.ID, good}, Clock: plan.Standard().Clock,
			OpenedAt: w.clock.Now(), ClosedAt: w.clock.Now()}}
		w.must(w.db.Commit(t.Context(), store.Change{Worker: "p-priya", Revision: loaded.Revision, Watch: loaded.Watch, Alarms: []store.Alarm{both}}))
		_, err = w.db.PutPaper(t.Context(), store.Paper{ID: "i-both", Kind: store.IncidentPaper, Team: "echo", Person: "p-priya", About: "alarm/a-both", Status: "open", Body: private.New("{}")}, nil,
			store.By{}, w.clock.Now())
		w.must(err)
		var details []byte
		raw := p.Raw(t)
		w.must(raw.QueryRow(`SELECT details FROM visits WHERE id = $1`, bad.ID).Scan(&details))
		_, err = raw.Exec(`UPDATE visits SET details = $1 WHERE id = $2`, []byte("spoilt"), bad.ID)
		w.must(err)
		w.readAll()

		if err := w.engine.Chores(t.Context()); err == nil || !strings.Contains(err.Error(), "incident i-both") || strings.Contains(err.Error(), "Bell") {
			t.Errorf("a visit that can't be read: %v", err)
		}
		w.clock.Move(time.Minute)
		w.doChores()
		w.phone(priya).Expects("A risk assessment is to be looked at again.")
		w.silent(priya)
		_, err = raw.Exec(`UPDATE visits SET details = $1 WHERE id = $2`, details, bad.ID)
		w.must(err)
		for range 2 {
			w.clock.Move(10 * time.Minute)
			w.doChores()
		}
		w.phone(priya).Expects("A risk assessment is to be looked at again.")
		w.silent(priya)
		w.clock.Move(day)
		w.doChores()
		w.silent(priya)
	})
}
