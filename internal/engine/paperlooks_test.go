package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/incident"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// counting counts how many papers are opened.
type counting struct {
	*store.DB
	opened int
}

func (c *counting) Paper(ctx context.Context, kind store.PaperKind, id string) (store.Paper, error) {
	p, err := c.DB.Paper(ctx, kind, id)
	if err == nil {
		c.opened++
	}
	return p, err
}

func (c *counting) Papers(ctx context.Context, f store.PaperFilter) ([]store.Paper, error) {
	list, err := c.DB.Papers(ctx, f)
	if !f.Bare {
		c.opened += len(list)
	}
	return list, err
}

// manyPapers is a team two hours after it had thirty of each: alarms closed, assessments that were asked about again and drafts, debriefs offered, and
// incidents that somebody has to enter in the portal.
func manyPapers(w *world) {
	w.t.Helper()
	const many = 30
	at := w.clock.Now()
	loaded, err := w.db.Load(w.t.Context(), "p-priya")
	w.must(err)
	c := store.Change{Worker: "p-priya", Revision: loaded.Revision, Watch: loaded.Watch}
	put := func(p store.Paper) {
		p.Team, p.Person = "echo", "p-priya"
		_, err := w.db.PutPaper(w.t.Context(), p, nil, store.By{}, at)
		w.must(err)
	}
	raw, err := (incident.Incident{Name: "Priya Nair"}).Encode()
	w.must(err)
	for n := range many {
		id := fmt.Sprintf("a-%d", n)
		c.Alarms = append(c.Alarms, store.Alarm{Worker: "p-priya", Alarm: watch.Alarm{ID: id, Kind: watch.OverdueAlarm, Clock: plan.Standard().Clock, HeldBy: "p-sam",
			OpenedAt: at.Add(-time.Hour), HarmedAt: at, ClosedAt: at}})
		put(store.Paper{ID: fmt.Sprintf("draft-%d", n), Kind: store.RiskPaper, Status: string(risk.Draft), Body: assessed().Body()})
		put(store.Paper{ID: fmt.Sprintf("again-%d", n), Kind: store.RiskPaper, Status: string(risk.Decided), DueAt: at, Body: assessed().Body()})
		put(store.Paper{ID: fmt.Sprintf("i-%d", n), Kind: store.IncidentPaper, Status: engine.IncidentOpen, Body: private.New(raw)})
	}
	w.must(w.db.Commit(w.t.Context(), c))
	for range 4 {
		w.later(30 * time.Minute)
	}
}

// What is done costs nothing more: in an hour in which nothing falls due no paper is opened, however many there are.
func TestWhatIsDoneIsNotOpenedAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		counts := &counting{DB: open()}
		w := newWorld(t, counts.DB, func(o *engine.Options) { o.Store = counts })
		manyPapers(w)
		list, err := w.db.Papers(t.Context(), store.PaperFilter{Kind: store.IncidentPaper, Bare: true})
		w.must(err)
		if len(list) != 60 {
			t.Errorf("there are %d incidents", len(list))
		}
		counts.opened = 0
		for range 60 {
			w.sleep(time.Minute)
			w.doChores()
		}
		if counts.opened > 0 {
			t.Errorf("%d papers are opened", counts.opened)
		}
	})
}

// A paper that can't be read is said once, and holds up no other.
func TestAPaperThatCannotBeReadIsSaidOnce(t *testing.T) {
	t.Parallel()
	for kind, place := range map[string]func(testing.TB) storetest.Place{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(kind, func(t *testing.T) {
			p := place(t)
			w := newWorld(t, p.Open(t), nil)
			put := func(paper store.Paper) {
				paper.Team, paper.Person, paper.Body = "echo", "p-priya", assessed().Body()
				_, err := w.db.PutPaper(t.Context(), paper, nil, store.By{}, w.clock.Now())
				w.must(err)
			}
			put(store.Paper{ID: "spoilt", Kind: store.RiskPaper, Status: string(risk.Draft)})
			put(store.Paper{ID: "whole", Kind: store.RiskPaper, Status: string(risk.Draft)})
			_, err := p.Raw(t).Exec(`UPDATE papers SET body = $1 WHERE id = 'spoilt'`, []byte("spoilt"))
			w.must(err)
			w.sleep(31 * day)
			for range 72 {
				w.sleep(time.Hour)
				w.doChores() // and no chore fails of it
			}
			if n := strings.Count(w.log.String(), "paper=spoilt"); n != 1 {
				t.Errorf("it is said %d times:\n%s", n, w.log)
			}
			if got := w.paper(store.RiskPaper, "whole"); got.Status != string(risk.Old) || got.MadeBy != "" {
				t.Errorf("the other draft is %+v", got)
			}
			entries, err := w.db.Entries(t.Context(), "looks/clock", time.Time{}, time.Time{})
			w.must(err)
			if len(entries) == 0 || entries[len(entries)-1].Visit != "risk/whole" || entries[len(entries)-1].Via != "clock" {
				t.Errorf("that it was put away by time is not on record: %+v", entries)
			}
		})
	}
}
