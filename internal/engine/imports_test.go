package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/intake"
	"github.com/allclear-safety/allclear/internal/store"
)

// hr brings a list of somebody who may do everything, as of an instant, and gives what would change.
func (w *world) hr(asOf time.Time, heads string, rows ...string) (string, engine.Report) {
	w.t.Helper()
	id := w.engine.NewImport(w.clock.Now())
	w.must(w.db.MakeImport(w.t.Context(), store.Import{ID: id, By: "p-mo", Via: "page", AsOf: asOf, MadeAt: w.clock.Now()}, []byte("table")))
	names := strings.Split(heads, "|")
	var lines []intake.Line
	for i, r := range rows {
		lines = append(lines, intake.Line{Number: i + 2, Cells: strings.Split(r, "|")})
	}
	report, err := w.engine.SortPeople(w.t.Context(), id, lines, intake.Setting{Columns: intake.Guess(names), Heads: names, Team: "echo", Groups: []intake.Group{{ID: "echo", Name: "ECHo"}}}, asOf,
		engine.Bringer{Who: engine.Actor{By: "p-mo", Via: "page"}, May: func(buddy.Person) bool { return true }, MayTeam: func(string) bool { return true }})
	w.must(err)
	return id, report
}

// done presses the button, and lets the loop do it.
func (w *world) done(id string) store.Import {
	w.t.Helper()
	w.must(w.engine.BeginImport(w.t.Context(), id))
	w.must(w.engine.ImportsDue(w.t.Context()))
	w.settle()
	i, err := w.db.Import(w.t.Context(), id)
	w.must(err)
	return i
}

func TestAListOfPeopleIsTakenIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, report := w.hr(w.clock.Now(), "Personnel number|Name|Mobile|Next of kin|Tel. no.",
			"10|Nair, Priya|07700 900101|Ravi Nair|07700 900103", "11|New One|07700 900188|Kit One|07700 900189", "12|Other New|7700900190||")
		if c := report.Counts(); c != (store.ImportCounts{People: 3, New: 2, Changed: 1}) {
			t.Fatalf("it would be %+v, %v", c, report)
		}
		if p, err := w.db.Person(t.Context(), "p-priya"); err != nil || p.ExternalID != "" {
			t.Errorf("looking changed something: %v", err)
		}
		i := w.done(id)
		if i.State != store.ImportDone || i.Counts != report.Counts() {
			t.Errorf("it is %+v", i)
		}
		p, err := w.db.Person(t.Context(), "10")
		if err != nil || p.ID != "p-priya" || p.Contacts[0].Phone != w.number("07700 900103") || p.Description.IsZero() {
			t.Errorf("Priya is another: %v", err)
		}
		fresh, err := w.db.Person(t.Context(), "12")
		if err != nil || !fresh.Has(buddy.Worker) || fresh.Team != "echo" {
			t.Errorf("the new one is %v, %v", fresh, err)
		}
		w.silent(priya, "07700 900188", "07700 900190") // nobody's number changed

		_, again := w.hr(w.clock.Now(), "Personnel number|Name|Mobile|Next of kin|Tel. no.", "10|Nair, Priya|07700 900101|Ravi Nair|07700 900103",
			"11|New One|07700 900188|Kit One|07700 900189", "12|Other New|7700900190||")
		if c := again.Counts(); c != (store.ImportCounts{People: 3, Same: 3}) {
			t.Errorf("the same again would be %+v", c)
		}
	})
}

func TestWhoseNumberAListChangesIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, _ := w.hr(w.clock.Now(), "id|Mobile", "p-priya|"+newNumber)
		w.done(id)
		w.phone(priya).Expects("your mobile number in Allclear was changed")
		w.phone(newNumber).Expects("this number is in Allclear now")
	})
}

func TestAListOverwritesNothingThatIsNewer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, before := w.hr(w.clock.Now(), "id|Home phone", "p-priya|01632 960155")
		if len(before.People[0].Changed) != 1 {
			t.Fatalf("before: %+v", before)
		}
		// Priya changes it between the preview and the button: hers is newer.
		w.clock.Move(time.Minute)
		w.changes("p-priya", "p-priya", func(p *buddy.Person) { p.HomePhone = w.number("01632 960166") })
		if i := w.done(id); i.Counts != (store.ImportCounts{People: 1, Same: 1, Kept: 1}) {
			t.Errorf("it is %+v", i)
		}
		_, again := w.hr(w.clock.Now(), "id|Home phone", "p-priya|01632 960155")
		if k := again.People[0].Kept; len(k) != 1 || k[0].By != "p-priya" || k[0].Field != "home_phone" {
			t.Errorf("kept: %+v", again)
		}
		p, err := w.db.Person(t.Context(), "p-priya")
		if err != nil || p.HomePhone != w.number("01632 960166") {
			t.Error("what she said is gone")
		}
	})
}

func TestAListWithABadRowIsNotBegun(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, report := w.hr(w.clock.Now(), "id|Name|Mobile", "p-priya||07700 900177", "p-x|New|nonsense")
		if len(report.Bad) != 1 || report.Bad[0].Line != 3 {
			t.Fatalf("bad: %v", report.Bad)
		}
		if err := w.engine.BeginImport(t.Context(), id); err == nil {
			t.Error("it was begun")
		}
	})
}

func TestAnImportThatWasCutOffGoesOn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var rows []string
		for n := range 60 {
			rows = append(rows, "x"+strings.Repeat("y", n)+"|New One")
		}
		id, _ := w.hr(w.clock.Now(), "Personnel number|Name", rows...)
		w.must(w.db.BeginImport(t.Context(), id, w.clock.Now(), w.clock.Now().Add(15*time.Second)))
		i, err := w.db.Import(t.Context(), id)
		w.must(err)
		w.must(w.db.DoImportPart(t.Context(), i, 0, nil, w.clock.Now(), w.clock.Now().Add(15*time.Second), nil)) // another did a part, and died
		w.crash()
		w.must(w.engine.ImportsDue(t.Context()))
		if i, err = w.db.Import(t.Context(), id); err != nil || i.State != store.ImportRunning {
			t.Fatalf("it was taken from whom has it: %+v", i)
		}
		w.clock.Move(time.Minute)
		w.must(w.engine.ImportsDue(t.Context()))
		if i, err = w.db.Import(t.Context(), id); err != nil || i.State != store.ImportDone || i.Counts.New != 48 {
			t.Errorf("it is %+v", i)
		}
		people, err := w.db.PeopleOf(t.Context(), "echo")
		if err != nil || len(people) != 6+48 {
			t.Errorf("%d people, %v", len(people), err)
		}
	})
}
