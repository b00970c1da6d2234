package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

var leeOnPage = store.By{Person: "p-lee", Via: "page"}

// assessment is a risk assessment of Priya's visit.
func assessment() store.Paper {
	return store.Paper{ID: "r1", Kind: store.RiskPaper, Team: "echo", Person: "p-priya", About: "visit/v1", Status: "open", DueAt: nine.Add(180 * day),
		Body: private.New(`{"dogs":"two, loose"}`)}
}

func papersBy(t testing.TB, db *store.DB, f store.PaperFilter) []string {
	t.Helper()
	var ids []string
	for _, p := range ok[[]store.Paper](t)(db.Papers(t.Context(), f)) {
		ids = append(ids, p.ID)
	}
	return ids
}

func TestAPaperIsKeptSealedAndEveryVersionOfItOnRecord(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, place storetest.Place) {
		db := place.Open(t)
		p := ok[store.Paper](t)(db.PutPaper(t.Context(), assessment(), []string{"12 high street"}, leeOnPage, nine))
		read := ok[store.Paper](t)(db.Paper(t.Context(), store.RiskPaper, "r1"))
		same(t, "read", read, p)
		same(t, "made", []any{read.Revision, read.MadeBy, read.MadeAt}, []any{1, "p-lee", nine})

		p.Body, p.Status, p.OverAt = private.New(`{"dogs":"none"}`), "replaced", nine.Add(time.Hour)
		later := ok[store.Paper](t)(db.PutPaper(t.Context(), p, nil, leeOnPage, nine.Add(time.Hour)))
		same(t, "revision", later.Revision, 2)
		if _, err := db.PutPaper(t.Context(), p, nil, leeOnPage, nine); !errors.Is(err, store.ErrConflict) {
			t.Errorf("a change of what was changed since: %v", err)
		}
		if _, err := db.PutPaper(t.Context(), assessment(), nil, leeOnPage, nine); !errors.Is(err, store.ErrConflict) {
			t.Errorf("a second paper of one id: %v", err)
		}
		same(t, "as of the first", ok[private.Text](t)(db.PaperAsOf(t.Context(), later, 1)).Reveal(), `{"dogs":"two, loose"}`)
		same(t, "as of the second", ok[private.Text](t)(db.PaperAsOf(t.Context(), later, 2)).Reveal(), `{"dogs":"none"}`)
		if _, err := db.PaperAsOf(t.Context(), later, 3); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("as of a third: %v", err)
		}
		var raw []byte
		must(t, place.Raw(t).QueryRow(`SELECT body FROM papers`).Scan(&raw))
		if strings.Contains(string(raw), "none") {
			t.Error("what it says is in clear")
		}
		list := ok[[]store.Entry](t)(db.Entries(t.Context(), "looks/p-lee", time.Time{}, time.Time{}))
		if len(list) != 2 || list[1].Kind != "risk" || list[1].Visit != "risk/r1" || string(list[1].Input) != `{"revision":2,"status":"replaced","about":"visit/v1"}` {
			t.Errorf("the record has %+v", list)
		}
		must(t, db.Verify(t.Context(), nine))
	})
}

func TestPapersAreFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		put := func(p store.Paper, marks ...string) {
			t.Helper()
			ok[store.Paper](t)(db.PutPaper(t.Context(), p, marks, leeOnPage, nine))
		}
		put(assessment())
		put(store.Paper{ID: "w1", Kind: store.WarningPaper, Team: "echo", Status: "stands", Body: private.New("dogs")}, "j smith", "gl1 1aa 12")
		put(store.Paper{ID: "w2", Kind: store.WarningPaper, Team: "links", Status: "over", OverAt: nine, Body: private.New("knife")}, "gl1 1aa 12")
		put(store.Paper{ID: "v1", Kind: store.PlanPaper, Team: "echo", Status: "draft", Number: 1})
		if _, err := db.PutPaper(t.Context(), store.Paper{ID: "v2", Kind: store.PlanPaper, Team: "echo", Status: "draft", Number: 1}, nil, leeOnPage, nine); !errors.Is(err, store.ErrConflict) {
			t.Errorf("a second plan of one number: %v", err)
		}
		put(store.Paper{ID: "v3", Kind: store.PlanPaper, Team: "links", Status: "draft", Number: 1})

		same(t, "by person", papersBy(t, db, store.PaperFilter{Person: "p-priya"}), []string{"r1"})
		same(t, "about a visit", papersBy(t, db, store.PaperFilter{Kind: store.RiskPaper, About: "visit/v1"}), []string{"r1"})
		same(t, "by mark", papersBy(t, db, store.PaperFilter{Kind: store.WarningPaper, Marked: []string{"gl1 1aa 12", "nobody"}}), []string{"w1", "w2"})
		same(t, "by mark, standing", papersBy(t, db, store.PaperFilter{Standing: true, Marked: []string{"gl1 1aa 12"}}), []string{"w1"})
		same(t, "due before its day", papersBy(t, db, store.PaperFilter{DueBy: nine.Add(179 * day)}), []string(nil))
		same(t, "due on its day", papersBy(t, db, store.PaperFilter{DueBy: nine.Add(180 * day)}), []string{"r1"})
		same(t, "of a team", papersBy(t, db, store.PaperFilter{Team: "links", Bare: true, Limit: 1}), []string{"v3"})
		bare := ok[[]store.Paper](t)(db.Papers(t.Context(), store.PaperFilter{Kind: store.RiskPaper, Bare: true}))
		if !bare[0].Body.IsZero() {
			t.Error("what is asked for bare has its words")
		}
	})
}

func TestWhatAPaperBringsIsToldWithIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		m := told("m1")
		m.Alarm, m.Visit = "", ""
		ok[store.Paper](t)(db.PutPaper(t.Context(), assessment(), nil, leeOnPage, nine, m))
		if _, err := db.PutPaper(t.Context(), assessment(), nil, leeOnPage, nine, told("m2")); err == nil {
			t.Fatal("kept twice")
		}
		var ids []string
		for _, m := range ok[[]store.Message](t)(db.Claim(t.Context(), nine, nine.Add(time.Minute), "n", "", 10)) {
			ids = append(ids, m.ID)
		}
		same(t, "told", ids, []string{"m1"})
	})
}

func TestWordsOfAPaperGoWhenTheirTimeHasCome(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		lived(t, db)
		p := assessment()
		p.Person, p.OverAt = "p-ann", nine
		ok[store.Paper](t)(db.PutPaper(t.Context(), p, []string{"12 high street"}, leeOnPage, nine))
		p.ID, p.OverAt = "r2", time.Time{}
		ok[store.Paper](t)(db.PutPaper(t.Context(), p, nil, leeOnPage, nine))
		p.ID, p.OverAt, p.Person = "r3", nine, "p-priya"
		ok[store.Paper](t)(db.PutPaper(t.Context(), p, nil, leeOnPage, nine))
		own := store.Paper{ID: "o1", Kind: store.OwnWordsPaper, Person: "p-priya", Status: "written", Body: private.New("I was afraid")}
		ok[store.Paper](t)(db.PutPaper(t.Context(), own, nil, leeOnPage, nine))
		must(t, db.SetHold(t.Context(), store.Hold{ID: "h1", Object: "person/p-priya", Reason: private.New("claim"), By: "p-mo", At: nine}, "page"))

		owners := ok[[]string](t)(db.OwnersOf(t.Context(), "p-ann"))
		if got := strings.Join(owners, " "); !strings.Contains(got, "paper/r1") || strings.Contains(got, "paper/r3") {
			t.Errorf("Ann's words are %s", got)
		}
		gone := strings.Join(goes(t, db, nine.Add(3*365*day)), " ")
		if !strings.Contains(gone, "paper/r1") || strings.Contains(gone, "paper/r2") || strings.Contains(gone, "paper/r3") {
			t.Errorf("of one that is over, one that stands and one that is held go %s", gone)
		}
		left := ok[store.Paper](t)(db.Paper(t.Context(), store.RiskPaper, "r1"))
		if !left.Erased || !left.Body.IsZero() || left.Status != "open" {
			t.Errorf("what is left is %+v", left)
		}
		same(t, "found by its mark", papersBy(t, db, store.PaperFilter{Marked: []string{"12 high street"}}), []string(nil))
		if own := ok[[]string](t)(db.OwnersOf(t.Context(), "p-priya")); !slices.Contains(own, "own_words/o1") {
			t.Errorf("what somebody said of themselves is none of theirs: %v", own)
		}
		if slices.Contains(strings.Fields(gone), "own_words/o1") {
			t.Error("what somebody who is here said of themselves is gone")
		}
		ok[store.Hold](t)(db.LiftHold(t.Context(), "h1", "p-mo", "page", nine.Add(3*365*day)))
		leaver := priya(t)
		leaver.Active = false
		ok[bool](t)(db.PutPerson(t.Context(), leaver, nine.Add(3*365*day)))
		if gone := goes(t, db, nine.Add(8*365*day)); !slices.Contains(gone, "own_words/o1") || !slices.Contains(gone, "person/p-priya") {
			t.Errorf("a year after she left go %v", gone)
		}
		if left := ok[store.Paper](t)(db.Paper(t.Context(), store.OwnWordsPaper, "o1")); !left.Erased {
			t.Error("what somebody said of themselves is there when their details are not")
		}
		must(t, db.Verify(t.Context(), nine.Add(8*365*day+time.Minute)))
	})
}

// One that is damaged must not hide another: a warning that nobody sees is worse than one that says nothing.
func TestAPaperThatCannotBeOpenedHidesNoOther(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, place storetest.Place) {
		db := place.Open(t)
		for _, id := range []string{"w1", "w2"} {
			ok[store.Paper](t)(db.PutPaper(t.Context(), store.Paper{ID: id, Kind: store.WarningPaper, Team: "echo", Status: "stands", Body: private.New("dogs " + id)}, []string{"gl1"}, leeOnPage, nine))
		}
		if _, err := place.Raw(t).Exec(`UPDATE papers SET body = $1 WHERE id = 'w1'`, []byte("not what was sealed")); err != nil {
			t.Fatal(err)
		}
		found := ok[[]store.Paper](t)(db.Papers(t.Context(), store.PaperFilter{Marked: []string{"gl1"}}))
		if len(found) != 2 {
			t.Fatalf("found %d", len(found))
		}
		for _, p := range found {
			if damaged := p.ID == "w1"; p.Unread != damaged || p.Body.IsZero() != damaged {
				t.Errorf("%s: unread %v, says %q", p.ID, p.Unread, p.Body.Reveal())
			}
		}
		if _, err := db.Paper(t.Context(), store.WarningPaper, "w1"); err == nil {
			t.Error("a damaged paper was read")
		}
	})
}
