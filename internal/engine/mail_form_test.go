package engine_test

import (
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/store"
)

const buddyForm = `DESCRIPTION:Service user: J Smith\nAddress: 7 Form Street\nContact: 07700 900103\nDogs: one\, loose\nKind of visit: Family time\nHome phone: 01632 960199\nEmergency contact: Amit Park\, 07700 900188\nDescription: tall\, red scarf\nCar make: Skoda\nModel: Fabia\nColour: blue\nRegistration: AB12 CDE\n`

func TestTheFormInAnInvite(t *testing.T) {
	jos := func(change ...func(*event)) event {
		return invite(append([]func(*event){func(e *event) {
			e.from, e.organizer, e.location, e.extra = "jo@council.example", "ORGANIZER:mailto:jo@council.example", "The car park", buddyForm
		}}, change...)...)
	}
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(jos().raw())
		w.hasVisits("p-jo", "Sun 22 Nov 16:00-17:00 booked family_time")
		text := w.phone(jo).Expects("booked: Sun 22 Nov 16:00-17:00.").Body
		if strings.Contains(text, "Missing") {
			t.Errorf("it says %q", text)
		}
		list, err := w.db.Visits(t.Context(), store.VisitFilter{Worker: "p-jo"})
		w.must(err)
		d := list[0].Details
		for said, want := range map[string]string{d.ServiceUser.Reveal(): "J Smith", d.Address.Reveal(): "7 Form Street", d.Contact.Reveal(): "900103", d.WhoElse.Reveal(): "loose"} {
			contains(t, said, want)
		}
		p, err := w.db.Person(t.Context(), "p-jo")
		w.must(err)
		if p.Vehicle.Registration.Reveal() != "AB12 CDE" || len(p.Contacts) != 1 || p.HomePhone.IsZero() {
			t.Errorf("of Jo it is known: %d contacts, the plate %q", len(p.Contacts), p.Vehicle.Registration.Reveal())
		}
		w.phone(jo).read()
		w.mails(jos(func(e *event) { e.sequence, e.extra = 1, strings.ReplaceAll(buddyForm, "AB12 CDE", "ZZ99 ZZZ") }).raw())
		p, err = w.db.Person(t.Context(), "p-jo")
		w.must(err)
		if p.Vehicle.Registration.Reveal() != "AB12 CDE" {
			t.Error("an invite writes over what is known of a car")
		}
	})
	for name, c := range map[string]struct {
		change func(*event)
		want   string
	}{
		"its times where the calendar has a day": {func(e *event) {
			e.start, e.end, e.extra = ";VALUE=DATE:20261122", ";VALUE=DATE:20261123", `DESCRIPTION:Start time: 18:00\nExpected end time: 19:30\n`
		}, "Sun 22 Nov 18:00-19:30 booked home_visit"},
		"other times than the calendar's": {func(e *event) { e.extra = `DESCRIPTION:Start time: 16:00\nExpected end time: 17:30\n` }, "Sun 22 Nov 16:00-17:00 booked home_visit"},
	} {
		t.Run(name, func(t *testing.T) {
			invited(t, func(t *testing.T, w *world, _ *notary) {
				w.mails(invite(c.change).raw())
				w.phone(priya).Expects("Please check the times")
				w.hasVisits("p-priya", c.want)
			})
		})
	}
}
