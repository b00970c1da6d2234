package engine_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

var (
	byPriya = engine.Actor{By: "p-priya", Via: "page"}
	byMo    = engine.Actor{By: "p-mo", Via: "page"}
	smiths  = risk.Place{ServiceUser: private.New("J Smith"), Address: private.New("1 Example Street, Gloucester GL1 1AA")}
)

// assessed is an assessment of the Smiths with every answer given.
func assessed() risk.Assessment {
	a := risk.Assessment{Place: smiths, Known: map[risk.Topic]risk.Known{}, Plan: private.New("park facing out"), Joint: risk.No}
	for _, topic := range risk.Topics() {
		a.Known[topic] = risk.Known{Answer: risk.No}
	}
	a.Known[risk.Dogs] = risk.Known{Answer: risk.Yes, Words: private.New("an Alsatian")}
	return a
}

func verdict(d risk.Decision) risk.Verdict {
	return risk.Verdict{Decision: d, Reasons: private.New("we talked it through")}
}

// visitTo books a visit of Priya's to a place tomorrow.
func (w *world) visitTo(at risk.Place) store.Visit {
	w.t.Helper()
	booked, err := w.engine.Book(w.t.Context(), byPriya, engine.Booking{Worker: "p-priya", Kind: "home_visit", StartsAt: w.clock.Now().Add(3 * time.Hour),
		ExpectedEndAt: w.clock.Now().Add(4 * time.Hour), Details: buddy.Form{ServiceUser: at.ServiceUser, Address: at.Address, Contact: private.New("07700 900103")}})
	w.must(err)
	v, err := w.db.Visit(w.t.Context(), booked.Visit)
	w.must(err)
	return v
}

// sent is an assessment of Priya's that waits for a decision.
func (w *world) sent(about string) store.Paper {
	w.t.Helper()
	p, err := w.engine.Assess(w.t.Context(), byPriya, store.Paper{Team: "echo", Person: "p-priya", About: about}, assessed(), true)
	w.must(err)
	w.settle()
	return p
}

func (w *world) paper(kind store.PaperKind, id string) store.Paper {
	w.t.Helper()
	p, err := w.db.Paper(w.t.Context(), kind, id)
	w.must(err)
	return p
}

func (w *world) doChores() {
	w.t.Helper()
	w.must(w.engine.Chores(w.t.Context()))
	w.settle()
}

func TestADecisionIsAskedForToldAndTakesEffect(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		v := w.visitTo(smiths)
		p := w.sent("visit/" + v.ID)
		w.phone(mo).Expects("Priya N asks for your decision about a visit (" + v.Reference + ")")
		quiet := verdict(risk.Together)
		quiet.NoPrompts = true
		w.must(w.engine.Decide(t.Context(), byMo, p, quiet))
		w.settle()
		w.phone(priya).Expects("Mo R has decided about your visit " + v.Reference + ": go together, not alone.")
		loaded, err := w.db.Load(t.Context(), "p-priya")
		w.must(err)
		if known, _ := loaded.Watch.Visit(v.ID); known.Clock.Prompts {
			t.Error("the visit still has prompts")
		}
		_, a, found, err := engine.RiskOf(t.Context(), w.db, v)
		if err != nil || !found || a.Decision != risk.Together || a.By != "p-mo" {
			t.Errorf("found %v, %v: %+v", found, err, a.Verdict)
		}
		w.must(w.engine.CancelVisit(t.Context(), byPriya, v.ID, false, private.New("another day")))
		next := w.visitTo(risk.Place{ServiceUser: private.New("The Smith family"), Address: private.New("1 EXAMPLE ST., GL11AA")})
		loaded, err = w.db.Load(t.Context(), "p-priya")
		w.must(err)
		if known, _ := loaded.Watch.Visit(next.ID); known.Clock.Prompts {
			t.Error("the next visit there has prompts")
		}
	})
}

func TestWhatCannotBeDecided(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		draft, err := w.engine.Assess(t.Context(), byPriya, store.Paper{Team: "echo", Person: "p-priya"}, risk.Assessment{Place: smiths}, false)
		w.must(err)
		w.silent(mo)
		if err := w.engine.Decide(t.Context(), byMo, draft, verdict(risk.Go)); refusal(err) == "" {
			t.Errorf("a draft is decided: %v", err)
		}
		if _, err := w.engine.Assess(t.Context(), byPriya, draft, risk.Assessment{Place: smiths}, true); !isInvalid(err, "aggression") {
			t.Errorf("one that is half done is sent: %v", err)
		}
		p := w.sent("")
		w.settle()
		w.readAll()
		if err := w.engine.Decide(t.Context(), byMo, p, risk.Verdict{}); !isInvalid(err, "decision") {
			t.Errorf("nothing is decided: %v", err)
		}
		w.must(w.engine.Decide(t.Context(), byMo, p, verdict(risk.NotAtAll)))
		if err := w.engine.Decide(t.Context(), byMo, p, verdict(risk.Go)); !errors.Is(err, store.ErrConflict) {
			t.Errorf("two decide at once: %v", err)
		}
		if _, err := w.engine.Assess(t.Context(), byPriya, w.paper(store.RiskPaper, p.ID), assessed(), true); refusal(err) == "" {
			t.Errorf("what was decided is written anew: %v", err)
		}
	})
}

func refusal(err error) string {
	if r, is := errors.AsType[*watch.Refused](err); is {
		return r.Says
	}
	return ""
}

func isInvalid(err error, field string) bool {
	x, is := errors.AsType[*watch.Invalid](err)
	return is && slices.ContainsFunc(x.Problems, func(p watch.Problem) bool { return p.Field == field })
}

func TestTheSamePressIsOneAssessment(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		who := byPriya
		who.Key = "press"
		for range 2 {
			_, err := w.engine.Assess(t.Context(), who, store.Paper{Team: "echo", Person: "p-priya"}, assessed(), true)
			w.must(err)
		}
		list, err := w.db.Papers(t.Context(), store.PaperFilter{Kind: store.RiskPaper})
		if err != nil || len(list) != 1 {
			t.Errorf("%d assessments, %v", len(list), err)
		}
	})
}

func TestAnAssessmentIsAskedAboutAgainOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.sent("")
		w.must(w.engine.Decide(t.Context(), byMo, p, verdict(risk.Go)))
		w.settle()
		w.readAll()
		for _, step := range []struct {
			later time.Duration
			asked int
		}{{180 * 24 * time.Hour, 0}, {5 * 24 * time.Hour, 1}, {time.Hour, 0}, {190 * 24 * time.Hour, 0}} {
			w.clock.Move(step.later)
			w.doChores()
			for _, n := range []string{priya, mo} {
				asked := 0
				for _, text := range w.phone(n).read() { // of their details they are asked too
					if strings.Contains(text, "A risk assessment is to be looked at again.") {
						asked++
					}
				}
				if asked != step.asked {
					t.Errorf("%v later they were asked %d times, not %d", step.later, asked, step.asked)
				}
			}
		}
		if old := w.paper(store.RiskPaper, p.ID); old.Status != string(risk.Old) || old.OverAt.IsZero() {
			t.Errorf("half a year later it is %s", old.Status)
		}
	})
}

func TestTheNextAssessmentPutsTheOneBeforeAway(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first := w.sent("")
		w.must(w.engine.Decide(t.Context(), byMo, first, verdict(risk.Go)))
		a := assessed()
		a.From = first.ID
		second, err := w.engine.Assess(t.Context(), byPriya, store.Paper{Team: "echo", Person: "p-priya"}, a, true)
		w.must(err)
		w.clock.Move(time.Hour)
		w.must(w.engine.Decide(t.Context(), byMo, second, verdict(risk.NotHome)))
		if old := w.paper(store.RiskPaper, first.ID); old.Status != string(risk.Old) {
			t.Errorf("the first is %s", old.Status)
		}
		_, got, found, err := engine.RiskOf(t.Context(), w.db, store.Visit{ID: "v9", Team: "echo", Details: buddy.Form{Address: smiths.Address}})
		if err != nil || !found || got.Decision != risk.NotHome {
			t.Errorf("what holds is %v, %v", got.Decision, err)
		}
		if _, _, found, _ := engine.RiskOf(t.Context(), w.db, store.Visit{ID: "v9", Team: "other", Details: buddy.Form{Address: smiths.Address}}); found {
			t.Error("it holds for another team's visit")
		}
	})
}

func aWarning() risk.Warning {
	return risk.Warning{Place: smiths, Topic: risk.Discrimination, What: private.New("the grandfather shouts abuse"), Reason: private.New("heard in May"), Source: private.New("Jo Park")}
}

func TestAWarningIsFoundByThePlaceAndAskedAboutAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.sent("")
		w.must(w.engine.Decide(t.Context(), byMo, p, verdict(risk.Go)))
		w.settle()
		w.readAll()
		if _, err := w.engine.Warn(t.Context(), byPriya, store.Paper{Team: "echo"}, risk.Warning{}, w.clock.Now()); !isInvalid(err, "what") || !isInvalid(err, "review") {
			t.Errorf("an empty warning: %v", err)
		}
		warning, err := w.engine.Warn(t.Context(), byPriya, store.Paper{Team: "echo"}, aWarning(), w.clock.Now().Add(30*24*time.Hour))
		w.must(err)
		w.doChores()
		w.phone(priya).Expects("A risk assessment is to be looked at again.") // as something new is known of the place
		w.phone(mo).Expects("A risk assessment is to be looked at again.")
		there := risk.Place{Address: private.New("1 example st gl1 1aa")}
		if found := w.warnings(there, "v1"); len(found) != 1 || found[0].What.Reveal() != "the grandfather shouts abuse" {
			t.Fatalf("found %d", len(found))
		}
		w.must(w.engine.NotThere(t.Context(), byPriya, warning.ID, "v1"))
		if len(w.warnings(there, "v1")) != 0 || len(w.warnings(there, "v2")) != 1 {
			t.Error("that one visit is elsewhere is not so")
		}
		w.clock.Move(31 * 24 * time.Hour)
		w.doChores()
		w.phone(mo).Expects("A warning is to be looked at again.")
		w.silent(priya)
		warning = w.paper(store.WarningPaper, warning.ID)
		if err := w.engine.EndWarning(t.Context(), byMo, warning, private.Text{}); !isInvalid(err, "ended") {
			t.Errorf("ended without a reason: %v", err)
		}
		w.must(w.engine.EndWarning(t.Context(), byMo, warning, private.New("he moved away")))
		if len(w.warnings(there, "v2")) != 0 {
			t.Error("a warning that was ended stands")
		}
		if strings.Contains(w.log.String(), "grandfather") {
			t.Error("the log has it")
		}
	})
}

func (w *world) warnings(at risk.Place, visit string) []engine.StandingWarning {
	w.t.Helper()
	found, err := engine.WarningsAt(w.t.Context(), w.db, at, visit)
	w.must(err)
	return found
}

func TestAnIncidentHasThePlaceLookedAtAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		v := w.visitTo(smiths)
		p := w.sent("")
		w.must(w.engine.Decide(t.Context(), byMo, p, verdict(risk.Go)))
		w.settle()
		w.readAll()
		_, err := w.db.PutPaper(t.Context(), store.Paper{Kind: store.IncidentPaper, Team: "echo", Person: "p-priya", About: "visit/" + v.ID, Status: "open", Body: private.New("{}")}, nil, store.By{}, w.clock.Now())
		w.must(err)
		w.doChores()
		w.clock.Move(time.Minute)
		w.doChores()
		w.phone(priya).Expects("A risk assessment is to be looked at again.")
		w.phone(mo).read()
		w.clock.Move(time.Hour) // once for each incident
		w.doChores()
		w.silent(priya)
	})
}

func TestAVisitOfAKindThatThePlanNamesIsToldOfWithoutAnAssessment(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.plan(func(s *plan.Settings) { s.RiskFor = []string{"home_visit"} })
		v := w.visitTo(smiths)
		w.settle()
		for _, n := range []string{priya, mo} {
			w.phone(n).Expects(v.Reference + " at 17:00 has no current risk assessment")
		}
		p := w.sent("")
		w.must(w.engine.Decide(t.Context(), byMo, p, verdict(risk.Go)))
		w.must(w.engine.CancelVisit(t.Context(), byPriya, v.ID, false, private.New("moved")))
		w.settle()
		w.readAll()
		w.visitTo(smiths)
		w.settle()
		w.silent(priya, mo)
	})
}
