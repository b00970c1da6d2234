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
