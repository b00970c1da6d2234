package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// sends commits what people are sent, in the chain of the invites.
func sends(t *testing.T, db *store.DB, id string, c store.Change) error {
	t.Helper()
	loaded := ok[store.Loaded](t)(db.Load(t.Context(), "invites"))
	c.Worker, c.Revision = "invites", loaded.Revision
	c.Watch.Worker = "invites"
	c.Entries = []store.Entry{{ID: id, At: nine, RecordedAt: nine, Kind: "invites_sent", Via: "clock", Visit: "v1", Input: []byte("{}"), Events: []byte("[]")}}
	return db.Commit(t.Context(), c)
}

// anInvite is Ann's invite to v1, as it is first sent.
func anInvite(db *store.DB) store.Invite {
	i := store.NewInvite("v1", "p-ann", "u1@allclear.example")
	i.Address, i.Sequence, i.Print = private.New("ann@council.example"), 0, db.InvitePrint("what it says")
	i.StartsAt, i.EndsAt, i.SentAt = nine, nine.Add(time.Hour), nine.Add(-time.Hour)
	return i
}

// aVisit keeps v1.
func aVisit(t *testing.T, db *store.DB, id string, starts time.Time) {
	t.Helper()
	loaded := ok[store.Loaded](t)(db.Load(t.Context(), "p-priya"))
	must(t, db.Commit(t.Context(), store.Change{Worker: "p-priya", Revision: loaded.Revision, Watch: watch.Watch{Worker: "p-priya"},
		Visits: []store.Visit{{ID: id, Worker: "p-priya", Team: "echo", Kind: "home_visit", Status: watch.Booked, StartsAt: starts, ExpectedEndAt: starts.Add(time.Hour),
			BookedAt: nine.Add(-day), DetailsChanged: true, Details: buddy.Form{Address: private.New("1 Example Street")}}},
		Entries: []store.Entry{{ID: "book/" + id, At: nine.Add(-day), RecordedAt: nine.Add(-day), Kind: "book", Visit: id, Input: []byte("{}"), Events: []byte("[]")}}}))
}

func TestWhatSomebodyWasSentIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		aVisit(t, db, "v1", nine)
		i := anInvite(db)
		must(t, sends(t, db, "e1", store.Change{Invites: []store.Invite{i}}))
		got := ok[map[string][]store.Invite](t)(db.Invites(t.Context(), "v0", "v1"))["v1"]
		if len(got) != 1 || got[0].Address.Reveal() != "ann@council.example" || got[0].UID != i.UID || !slices.Equal(got[0].Print, i.Print) || !got[0].StartsAt.Equal(nine) || got[0].Withdrawn {
			t.Fatalf("it is %+v", got)
		}
		again := got[0]
		again.Sequence, again.Asked, again.Withdrawn = 1, 1, true
		must(t, sends(t, db, "e2", store.Change{Invites: []store.Invite{again}}))
		if err := sends(t, db, "e3", store.Change{Invites: []store.Invite{again}}); !errors.Is(err, store.ErrConflict) {
			t.Errorf("what another sent in the meantime is written over: %v", err)
		}
		if err := sends(t, db, "e4", store.Change{Invites: []store.Invite{i}}); !errors.Is(err, store.ErrConflict) {
			t.Errorf("one who has an invite is sent a first one: %v", err)
		}
		one := ok[store.Invite](t)(db.InviteByUID(t.Context(), i.UID))
		if one.Sequence != 1 || !one.Withdrawn {
			t.Errorf("it is %+v", one)
		}
		if _, err := db.InviteByUID(t.Context(), "another"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("found: %v", err)
		}
	})
}

// Whoever knows a visit and a person, as they stand in the addresses of pages, must not know what an invite is called, and answer it.
func TestWhatAnInviteIsCalledIsKeyed(t *testing.T) {
	known := map[string]bool{}
	for range 2 {
		db := storetest.SQLite(t).Open(t)
		for _, about := range [][2]string{{"v1", "p-ann"}, {"v1", "p-sam"}, {"v2", "p-ann"}, {"v1\x00p", "ann"}} {
			name := db.InviteName(about[0], about[1])
			if known[name] || len(name) != 32 || name != db.InviteName(about[0], about[1]) {
				t.Errorf("to %q of %q it is %s", about[1], about[0], name)
			}
			known[name] = true
		}
	}
}

func TestAnAnswerCountsUntilTheTimeMoves(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		aVisit(t, db, "v1", nine)
		must(t, sends(t, db, "e1", store.Change{Invites: []store.Invite{anInvite(db)}}))
		answer := func(id string, a store.Answered, asked int, at time.Time) store.Invite {
			t.Helper()
			must(t, sends(t, db, id, store.Change{Answers: []store.InviteAnswer{{UID: "u1@allclear.example", Asked: asked, Answer: a, At: at}}}))
			return ok[store.Invite](t)(db.InviteByUID(t.Context(), "u1@allclear.example"))
		}
		if got := answer("a1", store.AnswerAccepted, 0, nine); got.Answer != store.AnswerAccepted || !got.AnsweredAt.Equal(nine) {
			t.Errorf("accepted: %+v", got)
		}
		if got := answer("a2", store.AnswerDeclined, 0, nine.Add(-time.Minute)); got.Answer != store.AnswerAccepted {
			t.Errorf("an earlier answer that came late counts: %+v", got)
		}
		i := answer("a3", store.AnswerDeclined, 0, nine.Add(time.Minute))
		i.Sequence, i.Print = 1, db.InvitePrint("other words")
		must(t, sends(t, db, "e2", store.Change{Invites: []store.Invite{i}}))
		if i = ok[store.Invite](t)(db.InviteByUID(t.Context(), i.UID)); i.Answer != store.AnswerDeclined {
			t.Errorf("other words took the answer back: %+v", i)
		}
		i.Sequence, i.Asked = 2, 2
		must(t, sends(t, db, "e3", store.Change{Invites: []store.Invite{i}}))
		if i = ok[store.Invite](t)(db.InviteByUID(t.Context(), i.UID)); i.Answer != store.NoAnswer || !i.AnsweredAt.IsZero() {
			t.Errorf("another time leaves the answer: %+v", i)
		}
		if got := answer("a4", store.AnswerAccepted, 0, nine.Add(2*time.Minute)); got.Answer != store.NoAnswer {
			t.Errorf("an answer to the time before counts: %+v", got)
		}
	})
}

// What waits for the mail server to come back is not sent where something newer is: but for what takes an invite back from another address, and what others are sent.
func TestANewerInviteStandsForTheOlder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		aVisit(t, db, "v1", nine)
		mail := func(id, person, notice string) store.Message {
			return store.Message{ID: id, Visit: "v1", Person: person, Notice: notice, Channel: "mail", Class: store.ClassInfo, Owner: "visit/v1", State: store.Pending, CreatedAt: nine, NextAt: nine,
				Mail: &store.Mail{Address: private.New(person + "@council.example"), Subject: private.New("Visit (A7F3)")}}
		}
		i := anInvite(db)
		must(t, sends(t, db, "e1", store.Change{Invites: []store.Invite{i}, Messages: []store.Message{mail("m1", "p-ann", store.NoticeInvite), mail("m2", "p-ann", "invite_back"),
			mail("m3", "p-sam", store.NoticeInvite), mail("m4", "p-ann", "alarm")}}))
		i = ok[store.Invite](t)(db.InviteByUID(t.Context(), i.UID))
		i.Sequence = 1
		must(t, sends(t, db, "e2", store.Change{Invites: []store.Invite{i}, Messages: []store.Message{mail("m5", "p-ann", store.NoticeInvite)}}))
		var waiting []string
		for _, m := range ok[[]store.Message](t)(db.Claim(t.Context(), nine.Add(time.Minute), nine.Add(2*time.Minute), "n1", store.Mails, 10)) {
			waiting = append(waiting, m.ID)
		}
		slices.Sort(waiting)
		same(t, "what is handed over", waiting, []string{"m2", "m3", "m4", "m5"})
	})
}

// Calendars have what was sent since a backup was made, and take nothing with a lower sequence: all is sent again, above whatever they have.
func TestAfterABackupIsPutBackInvitesAreSentAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		aVisit(t, db, "v1", nine)
		must(t, sends(t, db, "e1", store.Change{Invites: []store.Invite{anInvite(db)}}))
		must(t, db.PutTeamEvent(t.Context(), store.TeamEvent{Visit: "v1", Calendar: "echo@council.example", Print: []byte("what it says"), EndsAt: nine.Add(time.Hour)}))
		ok[int](t)(db.Seal(t.Context(), nine))
		head := ok[store.Head](t)(db.Head(t.Context()))
		for range 2 { // the second is of the same backup
			must(t, db.NoteRestore(t.Context(), ok[string](t)(db.RestoreFact(t.Context(), store.Manifest{HeadNumber: head.N, Head: "abcd", MadeAt: nine}, nine.Add(day), nil))))
			must(t, db.RecordRestore(t.Context(), nine.Add(day)))
			must(t, db.RecordRestore(t.Context(), nine.Add(day)))
			i := ok[store.Invite](t)(db.InviteByUID(t.Context(), "u1@allclear.example"))
			if e := ok[map[string]store.TeamEvent](t)(db.TeamEvents(t.Context(), "echo@council.example"))["v1"]; i.Sequence != 1000 || i.Asked != 0 || len(i.Print) != 0 || i.Withdrawn || len(e.Print) != 0 {
				t.Errorf("the invite is %+v, the event %+v", i, e)
			}
		}
	})
}

func TestInvitesGoWithTheirVisitAndTheirPerson(t *testing.T) {
	for _, owner := range []string{"visit/v1", "person/p-ann"} {
		storetest.Each(t, func(t *testing.T, open func() *store.DB) {
			db := open()
			ok[bool](t)(db.PutPerson(t.Context(), buddy.Person{ID: "p-ann", Name: "Ann Bell", Team: "echo", Active: true}, nine))
			aVisit(t, db, "v1", nine)
			must(t, sends(t, db, "e1", store.Change{Invites: []store.Invite{anInvite(db)}}))
			ok[[]store.Verdict](t)(db.Erase(t.Context(), store.Erasure{At: nine.Add(day), Why: "request", Stays: func(retain.Record) retain.Why { return "" }}, owner))
			if left := ok[map[string][]store.Invite](t)(db.Invites(t.Context(), "v1")); len(left) > 0 {
				t.Errorf("after %s: %+v", owner, left)
			}
		})
	}
}

func TestVisitsAheadComeOneAfterTheOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for id, starts := range map[string]time.Duration{"v1": time.Hour, "v2": time.Hour, "v3": 3 * time.Hour, "v4": -20 * time.Hour, "v5": -2 * time.Hour} {
			aVisit(t, db, id, nine.Add(starts))
		}
		var got []string
		for after := (store.VisitPlace{}); ; {
			some, last, err := db.VisitsAhead(t.Context(), nine, after, 2)
			must(t, err)
			for _, v := range some {
				got = append(got, v.ID)
			}
			if last == after {
				break
			}
			after = last
		}
		same(t, "ahead", got, []string{"v5", "v1", "v2", "v3"})
		byID := ok[[]store.Visit](t)(db.VisitsByID(t.Context(), "v4", "v9", "v1"))
		if len(byID) != 2 || byID[0].ID != "v4" || byID[1].Details.Address.IsZero() {
			t.Errorf("by id: %+v", byID)
		}
	})
}

func TestVisitsThatChangedAreFoundAndInvitesChangeNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		aVisit(t, db, "v1", nine)
		since := func() []string {
			ids := ok[[]string](t)(db.VisitsSince(t.Context(), ok[store.Head](t)(db.Head(t.Context())).N, nine.Add(-day), "invites"))
			slices.Sort(ids)
			return ids
		}
		same(t, "not sealed yet", since(), []string{"v1"})
		ok[int](t)(db.Seal(t.Context(), nine))
		same(t, "sealed", since(), []string(nil))
		must(t, sends(t, db, "e1", store.Change{Invites: []store.Invite{anInvite(db)}}))
		same(t, "by an invite", since(), []string(nil))
		aVisit(t, db, "v2", nine)
		same(t, "of one worker", since(), []string{"v1", "v2"})
	})
}

// What was sent of one visit and cannot be read keeps nobody from reading what was sent of another.
func TestWhatWasSentAndCannotBeRead(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db := p.Open(t)
		aVisit(t, db, "v1", nine)
		aVisit(t, db, "v2", nine.Add(day))
		bad, good := anInvite(db), anInvite(db)
		good.Visit, good.UID = "v2", "u2@allclear.example"
		must(t, sends(t, db, "e1", store.Change{Invites: []store.Invite{bad, good}}))
		if _, err := p.Raw(t).Exec(`UPDATE invites_sent SET address = $1 WHERE visit = 'v1'`, []byte("spoilt")); err != nil {
			t.Fatal(err)
		}
		sent, err := db.Invites(t.Context(), "v1", "v2")
		unread, is := errors.AsType[*store.UnreadInvites](err)
		if !is || !slices.Equal(unread.Visits, []string{"v1"}) || len(sent["v1"]) != 0 || len(sent["v2"]) != 1 {
			t.Errorf("%v, %v", sent, err)
		}
	})
}
