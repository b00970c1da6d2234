package engine_test

import (
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/store"
)

// A form is taken from the page that the worker wrote it on, and where there is none from the calendar.
func TestAnInvitesFormIsKept(t *testing.T) {
	const page = "<table><tr><td><b>Service user&#8217;s name</b></td><td>K Jones</td></tr><tr><td>Visit address</td><td>2 Other Road<br>GL1 1AA</td></tr><tr><td>Contact no.</td><td>07700 900103</td></tr>" +
		"<tr><td>Key safe</td><td>By the door</td></tr><tr><td>Known risks</td><td>Large dog</td></tr><tr><td>Interpreter</td><td>Polish</td></tr></table><p>Family time</p>"
	const access = "By the door\nKnown risks: Large dog\nIn the invite: Interpreter: Polish\nFamily time"
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(strings.Replace(invite(func(e *event) { e.summary = "Private" }).raw(), "--b\r\nContent-Type: text/calendar", "--b\r\nContent-Type: text/html\r\n\r\n"+page+"\r\n--b\r\nContent-Type: text/calendar", 1))
		w.mails(invite(func(e *event) {
			e.uid, e.start, e.end, e.summary, e.location = "u2@council.example", "20261122T180000Z", "20261122T190000Z", "Private", "Microsoft Teams Meeting"
			e.extra = `DESCRIPTION:Service user: K Jones\nAddress: 2 Other Road\, GL1 1AA\nContact: 07700 900103\n`
		}).raw())
		w.hasVisits("p-priya", "Sun 22 Nov 16:00-17:00 booked family_time", "Sun 22 Nov 18:00-19:00 booked home_visit")
		list, err := w.db.Visits(t.Context(), store.VisitFilter{Worker: "p-priya"})
		w.must(err)
		for i, want := range []struct{ address, access string }{{"2 Other Road\nGL1 1AA", access}, {"2 Other Road, GL1 1AA", ""}} {
			d := list[i].Details
			if d.ServiceUser.Reveal() != "K Jones" || d.Address.Reveal() != want.address || d.Contact.Reveal() != "07700 900103" || d.Access.Reveal() != want.access {
				t.Errorf("%d: %q, %q, %q, %q", i, d.ServiceUser.Reveal(), d.Address.Reveal(), d.Contact.Reveal(), d.Access.Reveal())
			}
		}
		w.phone(priya).Expects("booked: Sun 22 Nov 16:00-17:00.")
	})
}
