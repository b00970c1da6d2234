package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

func TestOneWhoToldUsNothingHasAnEmptyWatch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		same(t, "loaded", load(t, open(), "p-priya"), store.Loaded{Watch: watch.Watch{Worker: "p-priya"}})
	})
}

func TestACommitIsThereAfterOpeningAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		c := booked("p-priya", "v1")
		must(t, db.Commit(t.Context(), c))
		must(t, db.Close())

		db = open()
		same(t, "worker", load(t, db, "p-priya"), store.Loaded{Watch: c.Watch, Revision: 1})
		want := c.Visits[0]
		want.DetailsChanged = false
		same(t, "visit", ok[store.Visit](t)(db.Visit(t.Context(), "v1")), want)
		same(t, "visit by external id", ok[store.Visit](t)(db.Visit(t.Context(), "x-v1")), want)
		entries := ok[[]store.Entry](t)(db.Entries(t.Context(), "p-priya", time.Time{}, time.Time{}))
		e := c.Entries[0]
		e.Worker, e.Seq = "p-priya", 1
		same(t, "record", entries, []store.Entry{e})
	})
}

func TestOfTwoWhoSteppedTheSameRevisionOneMustStepAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		must(t, db.Commit(t.Context(), booked("p-priya", "v1")))
		l := load(t, db, "p-priya")
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() { errs[i] = db.Commit(t.Context(), next(l, "text-"+string(rune('a'+i)))) })
		}
		wg.Wait()
		kept := 0
		for _, err := range errs {
			if err == nil {
				kept++
			} else if !errors.Is(err, store.ErrConflict) {
				t.Errorf("got %v", err)
			}
		}
		if kept != 1 {
			t.Errorf("%d of 8 were kept", kept)
		}
		if l := load(t, db, "p-priya"); l.Revision != 2 {
			t.Errorf("revision %d", l.Revision)
		}
	})
}

func TestAnInputIsCommittedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		c := booked("p-priya", "v1")
		must(t, db.Commit(t.Context(), c))
		if err := db.Commit(t.Context(), c); !errors.Is(err, store.ErrSeen) {
			t.Errorf("the same again: %v", err)
		}
		again := next(load(t, db, "p-priya"), c.Entries[0].ID)
		again.Messages = []store.Message{told("m1")}
		if err := db.Commit(t.Context(), again); !errors.Is(err, store.ErrSeen) {
			t.Errorf("the same id at the new revision: %v", err)
		}
		other := next(load(t, db, "p-ann"), c.Entries[0].ID)
		if err := db.Commit(t.Context(), other); !errors.Is(err, store.ErrSeen) {
			t.Errorf("the same id for another worker: %v", err)
		}
		if l := load(t, db, "p-priya"); l.Revision != 1 {
			t.Errorf("a refused commit moved the revision to %d", l.Revision)
		}
		if _, err := db.Message(t.Context(), "m1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a refused commit left its message: %v", err)
		}
	})
}

func TestACommitIsWholeOrNotAtAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		c := booked("p-priya", "v1")
		c.Messages = []store.Message{told("m1"), told("m1")} // the second can't be
		if err := db.Commit(t.Context(), c); !errors.Is(err, store.ErrConflict) {
			t.Fatalf("got %v", err)
		}
		if l := load(t, db, "p-priya"); l.Revision != 0 {
			t.Errorf("revision %d", l.Revision)
		}
		for what, err := range map[string]error{
			"visit":   second(db.Visit(t.Context(), "v1")),
			"message": second(db.Message(t.Context(), "m1")),
		} {
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		c.Messages = c.Messages[:1]
		must(t, db.Commit(t.Context(), c)) // its data keys were rolled back as well, and are made again
		if v, err := db.Visit(t.Context(), "v1"); err != nil || v.Details.Address.Reveal() != street {
			t.Errorf("read back: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestALiveReferenceIsNobodyElses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		must(t, db.Commit(t.Context(), booked("p-priya", "v1")))
		if ok[bool](t)(db.ReferenceFree(t.Context(), "Rv1")) {
			t.Error("a live visit's reference is said to be free")
		}
		c := booked("p-ann", "v2")
		c.Visits[0].Reference = "Rv1"
		if err := db.Commit(t.Context(), c); !errors.Is(err, store.ErrConflict) {
			t.Errorf("got %v", err)
		}
		ended := next(load(t, db, "p-priya"), "out")
		ended.Visits = booked("p-priya", "v1").Visits
		ended.Visits[0].Status, ended.Visits[0].Evidence, ended.Visits[0].EndedAt = watch.Ended, watch.WorkerOut, nine
		must(t, db.Commit(t.Context(), ended))
		if !ok[bool](t)(db.ReferenceFree(t.Context(), "Rv1")) {
			t.Error("an ended visit's reference is not free")
		}
		must(t, db.Commit(t.Context(), c))
	})
}

func TestWritingOverAVisitLeavesItsDetails(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		must(t, db.Commit(t.Context(), booked("p-priya", "v1")))
		v := ok[store.Visit](t)(db.Visit(t.Context(), "v1"))
		was := v.Details

		in := next(load(t, db, "p-priya"), "in")
		v.Status, v.InAt, v.Details, v.ExternalID, v.BookedAt = watch.Inside, nine.Add(time.Minute), buddy.Form{}, "", time.Time{}
		in.Visits = []store.Visit{v}
		must(t, db.Commit(t.Context(), in))
		got := ok[store.Visit](t)(db.Visit(t.Context(), "x-v1"))
		if got.Status != watch.Inside || got.Details != was || !got.BookedAt.Equal(nine) {
			t.Errorf("got %+v", got)
		}

		edit := next(load(t, db, "p-priya"), "edit")
		got.Details.Address, got.AtIn, got.DetailsChanged = private.New("2 Other Road"), &was, true
		edit.Visits = []store.Visit{got}
		must(t, db.Commit(t.Context(), edit))
		got = ok[store.Visit](t)(db.Visit(t.Context(), "v1"))
		if got.Details.Address.Reveal() != "2 Other Road" || got.AtIn == nil || *got.AtIn != was {
			t.Error("the edited details, or those at the IN, are not as written")
		}
	})
}

func TestVisitsThatFit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for i, id := range []string{"v1", "v2", "v3"} {
			c := booked("p-"+id, id)
			v := &c.Visits[0]
			v.StartsAt, v.ExpectedEndAt = nine.Add(time.Duration(i)*time.Hour), nine.Add(time.Duration(i+1)*time.Hour)
			if id == "v3" {
				v.Status, v.Team = watch.Ended, "locality"
			}
			must(t, db.Commit(t.Context(), c))
		}
		for name, c := range map[string]struct {
			filter store.VisitFilter
			want   []string
		}{
			"all":        {store.VisitFilter{}, []string{"v1", "v2", "v3"}},
			"live":       {store.VisitFilter{Live: true}, []string{"v1", "v2"}},
			"a worker's": {store.VisitFilter{Worker: "p-v2"}, []string{"v2"}},
			"a team's":   {store.VisitFilter{Team: "locality"}, []string{"v3"}},
			"limited":    {store.VisitFilter{Limit: 1}, []string{"v1"}},
			"a time's":   {store.VisitFilter{From: nine.Add(90 * time.Minute), To: nine.Add(2 * time.Hour)}, []string{"v2"}},
			"all of it":  {store.VisitFilter{Worker: "p-v1", Team: "echo", Live: true, From: nine, To: nine.Add(time.Hour), Limit: 5}, []string{"v1"}},
			"none":       {store.VisitFilter{Worker: "p-v3", Live: true}, nil},
		} {
			var got []string
			for _, v := range ok[[]store.Visit](t)(db.Visits(t.Context(), c.filter)) {
				got = append(got, v.ID)
			}
			same(t, name, got, c.want)
		}
	})
}

func TestAlarms(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		c := booked("p-priya", "v1")
		a := watch.Alarm{ID: "a1", Kind: watch.OverdueAlarm, Visits: []string{"v1"}, OpenedAt: nine, RaisedAt: nine, PoliceDue: nine.Add(30 * time.Minute)}
		c.Alarms = []store.Alarm{{Alarm: a, Worker: "p-priya", Status: store.AlarmOpen}}
		must(t, db.Commit(t.Context(), c))
		same(t, "alarm", ok[store.Alarm](t)(db.Alarm(t.Context(), "a1")), c.Alarms[0])
		same(t, "open", ok[[]store.Alarm](t)(db.Alarms(t.Context(), "open", 10)), c.Alarms)

		closing := next(load(t, db, "p-priya"), "close")
		a.ClosedAt, a.Evidence, a.Kind = nine.Add(time.Minute), watch.SpokeWorker, watch.Duress
		closing.Alarms = []store.Alarm{{Alarm: a, Worker: "p-priya", Status: store.AlarmClosed}}
		must(t, db.Commit(t.Context(), closing))
		same(t, "open", len(ok[[]store.Alarm](t)(db.Alarms(t.Context(), "open", 10))), 0)
		same(t, "closed", ok[[]store.Alarm](t)(db.Alarms(t.Context(), "closed", 10)), closing.Alarms)
		same(t, "all", ok[[]store.Alarm](t)(db.Alarms(t.Context(), "", 0)), closing.Alarms)
	})
}

func TestEveryEvidenceAndStatusCanBeStored(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for _, status := range []watch.Status{watch.Booked, watch.Inside, watch.Overdue, watch.Ended, watch.Cancelled} {
			c := booked("p-"+string(status), "v-"+string(status))
			c.Visits[0].Status = status
			must(t, db.Commit(t.Context(), c))
		}
		for _, kind := range []watch.Kind{watch.OverdueAlarm, watch.Distress, watch.Duress} {
			c := next(store.Loaded{Watch: watch.Watch{Worker: "p-" + string(kind) + "-alarm"}}, "raise-"+string(kind))
			c.Alarms = []store.Alarm{{Alarm: watch.Alarm{ID: string(kind), Kind: kind, OpenedAt: nine}, Worker: c.Worker}}
			must(t, db.Commit(t.Context(), c))
		}
		wrong := booked("p-wrong", "v-wrong")
		wrong.Visits[0].Status = "lost"
		if err := db.Commit(t.Context(), wrong); err == nil {
			t.Error("a status that does not exist was stored")
		}
	})
}

func TestWhoseTimeHasCome(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		if next := ok[time.Time](t)(db.NextWake(t.Context())); !next.IsZero() {
			t.Errorf("an empty database wakes at %v", next)
		}
		for i, id := range []string{"v3", "v1", "v2"} {
			c := booked("p-"+id, id)
			c.WakeAt = nine.Add(time.Duration(3-i) * time.Minute)
			must(t, db.Commit(t.Context(), c))
		}
		idle := booked("p-v4", "v4")
		idle.WakeAt = time.Time{}
		must(t, db.Commit(t.Context(), idle))
		same(t, "next wake", ok[time.Time](t)(db.NextWake(t.Context())), nine.Add(time.Minute))
		same(t, "next due after it", ok[time.Time](t)(db.NextDue(t.Context(), nine.Add(time.Minute))), nine.Add(2*time.Minute))
		same(t, "due at once", ok[[]string](t)(db.DueWorkers(t.Context(), nine.Add(time.Minute), 10)), []string{"p-v2"})
		same(t, "due later", ok[[]string](t)(db.DueWorkers(t.Context(), nine.Add(time.Hour), 2)), []string{"p-v2", "p-v1"})

		c := next(load(t, db, "p-v4"), "tell")
		c.Messages = []store.Message{told("m1")}
		must(t, db.Commit(t.Context(), c))
		same(t, "a message wakes too", ok[time.Time](t)(db.NextWake(t.Context())), nine)
		same(t, "but no worker's time comes with it", ok[time.Time](t)(db.NextDue(t.Context(), nine.Add(3*time.Minute))), time.Time{})
	})
}
