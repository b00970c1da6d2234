package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// papersOfAll keeps a paper of each kind around Priya, words and all, and gives their ids by their kinds.
func papersOfAll(t *testing.T, db *store.DB) map[store.PaperKind]string {
	t.Helper()
	ids := map[store.PaperKind]string{}
	about := map[store.PaperKind]string{store.RiskPaper: "visit/v1", store.OwnWordsPaper: "risk/risk1", store.DebriefPaper: "visit/v1", store.IncidentPaper: "visit/v1", store.ActionPaper: "incident/incident1"}
	person := map[store.PaperKind]string{store.ActionPaper: "p-lee", store.WarningPaper: "", store.PlanPaper: "", store.SupportPaper: ""}
	for _, kind := range []store.PaperKind{store.PlanPaper, store.SignaturePaper, store.SupportPaper, store.RiskPaper, store.WarningPaper, store.OwnWordsPaper, store.DebriefPaper, store.ActionPaper, store.IncidentPaper} {
		whose, else_ := person[kind]
		if !else_ {
			whose = "p-priya"
		}
		p := store.Paper{ID: string(kind) + "1", Kind: kind, Team: "echo", Person: whose, About: about[kind], Status: "open", Body: private.New("words of " + string(kind))}
		ids[kind] = ok[store.Paper](t)(db.PutPaper(t.Context(), p, []string{"mark " + string(kind)}, leeOnPage, nine)).ID
	}
	return ids
}

// erased are the kinds of which no word can be read any more, in the order of their names.
func erasedKinds(t *testing.T, db *store.DB, ids map[store.PaperKind]string) (kinds []string) {
	t.Helper()
	for kind, id := range ids {
		p := ok[store.Paper](t)(db.Paper(t.Context(), kind, id))
		if p.Erased {
			kinds = append(kinds, string(kind))
		}
		if found := papersBy(t, db, store.PaperFilter{Marked: []string{"mark " + string(kind)}}); p.Erased == (len(found) > 0) {
			t.Errorf("%s: erased %t, and found by its mark: %v", kind, p.Erased, found)
		}
	}
	slices.Sort(kinds)
	return kinds
}

func filledWithPapers(t *testing.T, db *store.DB) map[store.PaperKind]string {
	t.Helper()
	ok[bool](t)(db.PutPerson(t.Context(), priya(t), nine))
	lee := priya(t)
	lee.ID, lee.Name, lee.ExternalID = "p-lee", "Lee Marsh", ""
	ok[bool](t)(db.PutPerson(t.Context(), lee, nine))
	return papersOfAll(t, db)
}

func (e erasing) all(t *testing.T, db *store.DB) {
	t.Helper()
	for after := ""; ; {
		due, last, err := db.Due(t.Context(), after, e.stays)
		must(t, err)
		_, err = db.Erase(t.Context(), store.Erasure{At: e.at, Via: "clock", Why: "period", Stays: e.stays}, due...)
		must(t, err)
		if after = last; after == "" {
			return
		}
	}
}

type erasing struct{ at time.Time }

func (e erasing) stays(r retain.Record) retain.Why { return retain.Standard().Goes(r, e.at) }

// What stands is kept. What is somebody's to do or to talk over ends when they go, and then its period runs as any other's.
func TestPapersOfALeaverGoInTheirTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		ids := filledWithPapers(t, db)
		for _, id := range []string{"p-priya", "p-lee"} {
			p, err := db.Person(t.Context(), id)
			must(t, err)
			p.Active = false
			ok[bool](t)(db.PutPerson(t.Context(), p, nine.Add(day)))
		}
		erasing{nine.Add(300 * day)}.all(t, db)
		same(t, "before any period is over", erasedKinds(t, db, ids), []string(nil))
		erasing{nine.Add(400 * day)}.all(t, db)
		same(t, "after a leaver's", erasedKinds(t, db, ids), []string{"own_words", "signature"})
		erasing{nine.Add(4 * 365 * day)}.all(t, db)
		same(t, "after all of them", erasedKinds(t, db, ids), []string{"action", "debrief", "own_words", "signature"})
	})
}

func TestAHoldOnAWorkerKeepsWhatIsToBeDoneFromTheirIncident(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		ids := filledWithPapers(t, db)
		must(t, db.SetHold(t.Context(), store.Hold{ID: "h1", Object: "person/p-priya", Reason: private.New("a claim"), By: "p-ada", At: nine}, "page"))
		for _, kind := range []store.PaperKind{store.ActionPaper, store.DebriefPaper, store.IncidentPaper, store.RiskPaper} {
			p := ok[store.Paper](t)(db.Paper(t.Context(), kind, ids[kind]))
			p.OverAt = nine.Add(day)
			ok[store.Paper](t)(db.PutPaper(t.Context(), p, []string{"mark " + string(kind)}, leeOnPage, nine.Add(day)))
		}
		erasing{nine.Add(5 * 365 * day)}.all(t, db)
		if gone := erasedKinds(t, db, map[store.PaperKind]string{store.ActionPaper: ids[store.ActionPaper], store.DebriefPaper: ids[store.DebriefPaper], store.IncidentPaper: ids[store.IncidentPaper]}); len(gone) > 0 {
			t.Errorf("erased under a hold: %v", gone)
		}
		ok[store.Hold](t)(db.LiftHold(t.Context(), "h1", "p-ada", "page", nine.Add(5*365*day)))
		erasing{nine.Add(5*365*day + time.Hour)}.all(t, db)
		same(t, "after it was lifted", erasedKinds(t, db, map[store.PaperKind]string{store.ActionPaper: ids[store.ActionPaper], store.DebriefPaper: ids[store.DebriefPaper]}), []string{"action", "debrief"})
	})
}

// Who asks for all of theirs to be erased need not first tick off what they were to do.
func TestWhatIsTheirsToDoGoesOnRequest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		filledWithPapers(t, db)
		asked := func(owner string) retain.Why {
			return retain.Standard().Asked(ok[retain.Record](t)(db.Record(t.Context(), owner)), nine.Add(day))
		}
		for owner, want := range map[string]retain.Why{"paper/action1": "", "paper/debrief1": "", "paper/risk1": retain.StaysLive, "paper/incident1": retain.StaysLive} {
			if got := asked(owner); got != want {
				t.Errorf("%s stays as %q, not %q", owner, got, want)
			}
		}
	})
}
