package store_test

import (
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// letter is an e-mail about v1, with an invite in it.
func letter(id, owner, state string) store.Message {
	m := told(id)
	m.Channel, m.Owner, m.State, m.Alarm, m.Class, m.Person = "mail", owner, state, "", store.ClassInfo, "p-ann"
	m.Mail = &store.Mail{Address: private.New("ann@council.example"), Subject: private.New("Private appointment (A7F3)"), Thread: "visit/v1",
		Calendar: &store.MailCalendar{Method: "REQUEST", Text: private.New("BEGIN:VCALENDAR " + street)}}
	return m
}

// mailed fills a database with all that mails leave: an invite of the worker's own as it came, what it became, a series, an invite to a colleague, the e-mails
// with it, and a feed.
func mailed(t *testing.T, db *store.DB) {
	t.Helper()
	aVisit(t, db, "v1", nine)
	must(t, sends(t, db, "e1", store.Change{Invites: []store.Invite{anInvite(db)}, Messages: []store.Message{letter("m1", "visit/v1", store.Pending), letter("m2", "visit/v1", store.Done),
		letter("m3", "person/p-jo", store.Done)}}))
	must(t, db.PutTeamEvent(t.Context(), store.TeamEvent{Visit: "v1", Calendar: "echo@council.example", EndsAt: nine}))
	must(t, db.PutTeamEvent(t.Context(), store.TeamEvent{Visit: "v2", Calendar: "echo@council.example", EndsAt: nine.Add(time.Hour)}))
	must(t, db.PutTeamEvent(t.Context(), store.TeamEvent{Visit: "v1", Calendar: "away@council.example", EndsAt: nine.Add(time.Hour)})) // which is still to be taken out
	ok[bool](t)(db.ReceiveMail(t.Context(), came("in1", "priya@council.example")))
	row := func(uid, owner, visit string, state store.InvitedState) store.Invited {
		return store.Invited{Organizer: private.New("priya@council.example"), UID: private.New(uid), Worker: "p-priya", Visit: visit, Mail: "in1", Stamp: nine, State: state, StartsAt: nine,
			EndsAt: nine.Add(time.Hour), Words: private.New(`{"form":"` + street + `"}`), Owner: owner, PutAt: nine}
	}
	must(t, db.SettleMail(t.Context(), store.SettledMail{ID: "in1", Person: "p-priya", State: store.MailDone, Result: "booked", Visit: "v1", At: nine, Invited: []store.Invited{
		row("u1", "visit/v1", "v1", store.InvitedBooked), row("u2", "series/in1", "", store.InvitedSeries), row("u3", "mail/in1", "", store.InvitedRefused)}}))
	ok[int](t)(db.Seal(t.Context(), nine))
}

// What is erased takes what mails had of it along: the e-mails in the outbox with whom they went to and the calendars in them, the mails that came, what their
// invites said and became, and where invites were sent. What belongs to something else stays.
func TestErasingTakesWhatMailsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		owner string
		gone  map[string]string // what is empty then, with how much was there
	}{
		"a visit": {"visit/v1", map[string]string{"e-mails": `outbox WHERE id IN ('m1', 'm2') AND (mail IS NOT NULL OR body IS NOT NULL OR state = 'pending')`, "words of its invite": `invited WHERE visit = 'v1' AND words IS NOT NULL`,
			"where invites went": `invites_sent WHERE visit = 'v1'`, "what teams' calendars had": `team_events WHERE visit = 'v1' AND calendar = 'echo@council.example'`}},
		"a mail":   {"mail/in1", map[string]string{"what came": `mails WHERE id = 'in1' AND raw IS NOT NULL`, "words of what it was refused by": `invited WHERE key_owner = 'mail/in1' AND words IS NOT NULL`}},
		"a series": {"series/in1", map[string]string{"words of the series": `invited WHERE key_owner = 'series/in1' AND words IS NOT NULL`}},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
				db, raw := p.Open(t), p.Raw(t)
				mailed(t, db)
				count := func(of string) (n int) {
					t.Helper()
					must(t, raw.QueryRow(`SELECT count(*) FROM `+of).Scan(&n))
					return n
				}
				stays := []string{`outbox WHERE id = 'm3' AND mail IS NOT NULL`, `invited WHERE state <> ''`, `team_events WHERE visit = 'v2'`, `team_events WHERE calendar = 'away@council.example'`}
				was := make([]int, len(stays))
				for i, of := range stays {
					was[i] = count(of)
				}
				for what, of := range c.gone {
					if count(of) == 0 {
						t.Errorf("before: there is nothing of %s", what)
					}
				}
				erase(t, db, c.owner)
				for what, of := range c.gone {
					same(t, what+" left", count(of), 0)
				}
				for i, of := range stays {
					same(t, of, count(of), was[i])
				}
				must(t, db.Verify(t.Context(), nine.Add(time.Minute)))
			})
		})
	}
}

// Who is erased takes their feeds, whom they let book for them, and where invites to others' visits were sent them.
func TestErasingSomebodyTakesTheirCalendars(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db, raw := p.Open(t), p.Raw(t)
		ann := priya(t)
		ann.ID, ann.ExternalID = "p-ann", "x-ann"
		ok[bool](t)(db.PutPerson(t.Context(), ann, nine))
		mailed(t, db)
		must(t, db.AddFeed(t.Context(), store.Feed{ID: "f1", Person: "p-ann", Kind: store.FeedOwn, Name: "phone", MadeAt: nine}, "secret", store.By{}))
		must(t, db.PutDelegate(t.Context(), "p-ann", "jo@council.example", store.By{Person: "p-ann", Via: "page"}, nine))
		ok[int](t)(db.Seal(t.Context(), nine))
		if _, err := raw.Exec(`UPDATE visits SET status = 'ended', ended_at = starts_at WHERE id = 'v1'`); err != nil { // what belongs to one that is live stays
			t.Fatal(err)
		}
		erase(t, db, "person/p-ann")
		must(t, db.ForgetNumbers(t.Context()))
		for _, of := range []string{`feeds`, `delegates`, `invites_sent`, `outbox WHERE id = 'm2' AND mail IS NOT NULL`} {
			var n int
			must(t, raw.QueryRow(`SELECT count(*) FROM `+of).Scan(&n))
			same(t, of, n, 0)
		}
		if _, err := db.FeedBySecret(t.Context(), "secret"); err == nil {
			t.Error("their feed is still given")
		}
	})
}
