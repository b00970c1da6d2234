package engine_test

import (
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
)

// Rule 1.4: the plan says which visits are private, whether they are booked or begun by a text; whoever books one says otherwise.
func TestThePlanSaysWhichVisitsArePrivate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		monday := sunday.Add(20 * time.Hour) // 10:00: in working hours
		n := 0
		private := func(start time.Time, said *bool) bool {
			t.Helper()
			n++
			return w.visit(w.book(func(b *engine.Booking) {
				b.StartsAt = start.Add(time.Duration(n) * 7 * 24 * time.Hour)
				b.ExpectedEndAt, b.Private = b.StartsAt.Add(time.Hour), said
			})).Private
		}
		for setting, want := range map[plan.Privacy]struct{ in, out bool }{plan.PrivateOutOfHours: {false, true}, plan.PrivateEvery: {true, true}, plan.PrivateNone: {false, false}} {
			w.plan(func(s *plan.Settings) { s.Private = setting })
			if in, out := private(monday, nil), private(sunday, nil); in != want.in || out != want.out {
				t.Errorf("%s: in working hours %v, outside %v", setting, in, out)
			}
			if !private(monday, new(true)) || private(sunday, new(false)) {
				t.Errorf("%s: it goes before what was said at booking", setting)
			}
		}
		w.plan(func(s *plan.Settings) { s.Private = plan.PrivateNone })
		w.phone(jo).texts("in 30")
		loaded, err := w.db.Load(t.Context(), "p-jo")
		w.must(err)
		if w.visit(loaded.Watch.Visits[0].ID).Private {
			t.Error("begun by a text it is private")
		}
	})
}
