package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/watch"
)

// byVoice says whether a visit ends by voice only.
func (w *world) byVoice(visit string) bool {
	w.t.Helper()
	loaded, err := w.db.Load(w.t.Context(), w.visit(visit).Worker)
	w.must(err)
	v, found := loaded.Watch.Visit(visit)
	if !found {
		w.t.Fatalf("visit %s is not under watch", visit)
	}
	return v.VoiceOnly
}

func byCall(d risk.Decision) risk.Verdict {
	v := verdict(d)
	v.VoiceOnly = true
	return v
}

// Rule 1.5: what a manager decided of how a visit ends is what the watch does, for those booked before and after, until it is decided otherwise.
func TestADecisionSaysThatAVisitEndsByVoiceOnly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		v := w.visitTo(smiths)
		jos := w.book(func(b *engine.Booking) {
			b.Worker, b.Details.ServiceUser, b.Details.Address = "p-jo", smiths.ServiceUser, smiths.Address
		})
		p := w.sent("visit/" + v.ID)
		w.must(w.engine.Decide(t.Context(), byMo, p, byCall(risk.Go)))
		if !w.byVoice(v.ID) || !w.byVoice(jos) {
			t.Error("the visits that were booked there end as any")
		}
		w.must(w.engine.Decide(t.Context(), byMo, w.paper(p.Kind, p.ID), verdict(risk.Go)))
		if w.byVoice(v.ID) || w.byVoice(jos) {
			t.Error("decided otherwise it still ends by voice only")
		}
		w.must(w.engine.Decide(t.Context(), byMo, w.paper(p.Kind, p.ID), byCall(risk.Go)))
		w.must(w.engine.CancelVisit(t.Context(), byPriya, v.ID, false, private.New("another day")))
		next := w.visitTo(risk.Place{ServiceUser: private.New("The Smith family"), Address: private.New("1 EXAMPLE ST., GL11AA")})
		if !w.byVoice(next.ID) {
			t.Error("the next visit there ends as any")
		}
		w.must(w.engine.CancelVisit(t.Context(), byPriya, next.ID, false, private.New("another day")))
		moved := w.visitTo(risk.Place{ServiceUser: private.New("A Jones"), Address: private.New("7 Sample Road, GL2 2BB")})
		if w.byVoice(moved.ID) {
			t.Error("a visit elsewhere ends by voice only")
		}
		w.must(w.engine.EditVisit(t.Context(), byPriya, moved.ID, engine.VisitEdit{ServiceUser: new(smiths.ServiceUser), Address: new(smiths.Address)}))
		if !w.byVoice(moved.ID) {
			t.Error("moved there it ends as any")
		}
	})
}

func TestAVisitThatEndsByVoiceOnlyIsEndedByNoTextAndNoPress(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		w.must(w.engine.EditVisit(t.Context(), engine.Actor{By: "p-mo"}, visit, engine.VisitEdit{VoiceOnly: new(true)}))
		w.phone(priya).texts("in")
		w.wait(20 * time.Minute)
		w.phone(priya).texts("out")
		w.phone(priya).Expects("This visit ends with a call: Sam H will ring you, or you ring them.")
		w.phone(sam).Expects("Priya N says they are out. Please ring them: the visit ends by voice only. Then record it:")
		w.is(visit, watch.Inside)
		for name, press := range map[string]engine.Actor{"by a press": {By: "p-priya", Via: "page", Key: "a"}, "by the API": {Via: "api", Key: "b"}, "texted to the responder": {By: "p-sam", Via: "text", Key: "c"}} {
			took, err := w.engine.Checkin(t.Context(), press, engine.Checkin{Person: "p-priya", Kind: "out"})
			w.must(err)
			if !took.ByVoice || !strings.Contains(took.Refused, "ends with a call") {
				t.Errorf("%s: %+v", name, took)
			}
			w.is(visit, watch.Inside)
		}
		if took, err := w.engine.Checkin(t.Context(), engine.Actor{By: "p-sam", Via: "call", Key: "d"}, engine.Checkin{Person: "p-priya", Kind: "out"}); err != nil || took.Refused != "" {
			t.Errorf("recorded after a call: %+v, %v", took, err)
		}
		w.is(visit, watch.Ended)
		if v := w.visit(visit); v.Evidence != watch.SpokeWorker {
			t.Errorf("it ended on %s", v.Evidence)
		}
	})
}

// Silence after an OUT raises the alarm as on any visit.
func TestAVisitThatEndsByVoiceOnlyGoesOverdueWithoutACall(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		w.must(w.engine.EditVisit(t.Context(), engine.Actor{By: "p-mo"}, visit, engine.VisitEdit{VoiceOnly: new(true)}))
		w.phone(priya).texts("in")
		w.wait(20 * time.Minute)
		w.phone(priya).texts("out")
		w.wait(56 * time.Minute)
		w.is(visit, watch.Overdue)
		w.phone(sam).Expects("We have not heard from Priya N")
	})
}
