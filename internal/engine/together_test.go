package engine_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// commits is a database that says how many texts each commit was of.
type commits struct {
	*store.DB
	texts   []int
	refuse  func(store.Change) bool // these are not kept
	unknown func(store.Change) bool // of these it is not said that they were
}

func (c *commits) Commit(ctx context.Context, change store.Change) error {
	if c.refuse != nil && c.refuse(change) {
		return errRefused
	}
	err := c.DB.Commit(ctx, change)
	if err == nil && len(change.Received) > 0 {
		c.texts = append(c.texts, len(change.Received))
	}
	if err == nil && c.unknown != nil && c.unknown(change) {
		return store.ErrUnknown
	}
	return err
}

func joint(c store.Change) bool { return len(c.Received) > 1 }

// through has the world's engine keep what it keeps through d.
func (w *world) through(d *commits) *commits {
	d.DB = w.db
	w.tweak = func(o *engine.Options) { o.Store = d }
	w.crash()
	return d
}

func TestWaitingTextsAreKeptByOneCommit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		w.readAll()
		d := w.through(&commits{})
		w.phone(priya).sends("in")
		for i := range 20 {
			w.sleep(time.Second)
			w.phone(priya).sends(fmt.Sprintf("LATE 15:%d", 10+i))
		}
		w.settle()
		if !slices.Equal(d.texts, []int{16, 5}) {
			t.Errorf("commits of %v texts, want 16 and 5", d.texts)
		}
		if end := w.visit(visit).ExpectedEndAt; end != sunday.Add(89*time.Minute) {
			t.Errorf("expected end is %s, want that of the last text", end)
		}
		if got := w.phone(priya).read(); len(got) != 21 {
			t.Errorf("%d replies to 21 texts", len(got))
		}
		w.replays("p-priya")
	})
}

// What several texts come to is the same whether one commit keeps them or each
// has its own.
func TestTogetherIsAsOneByOne(t *testing.T) {
	scripts := map[string][]string{
		"plain":               {"in", "LATE 15:30", "what?", "LATE 15:45", "out"},
		"out and in again":    {"in", "out", "in", "LATE 16:00", "out"},
		"help in the midst":   {"in", "LATE 15:30", "HELP", "LATE 15:45", "out", "hello"},
		"phrase in the midst": {"in", "LATE 15:30", "ASK Scarlett", "LATE 15:45", "out"},
		"phrase of a name":    {"in", "hello", "Scarlett Jo", "LATE 15:45", "out"},
		"never there":         {"no answer at the door", "cancelled, not going", "hello", "in"},
		"nonsense":            {"?", "??", "🙂", ""},
		"unfinished":          {"in", "going to be another", "hour", "I'm not", "out", "left the", "back at the", "hello"},
		"unfinished, phrase":  {"in", "could you ask", "Scarlett to ring me", "going to be another", "half hour"},
	}
	for name, texts := range scripts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, gap := range []time.Duration{20 * time.Second, time.Minute} {
				several := &commits{}
				got := told(t, texts, gap, several)
				want := told(t, texts, gap, &commits{refuse: joint})
				if got != want {
					t.Errorf("together and one by one, %s apart:\n%s", gap, differing(got, want))
				}
				if n := slices.Max(several.texts); n < 2 {
					t.Error("no two texts were kept together")
				}
			}
		})
	}
}

// differing gives the lines in which two accounts differ.
func differing(a, b string) string {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for len(as) > 0 && len(bs) > 0 && as[0] == bs[0] {
		as, bs = as[1:], bs[1:]
	}
	return strings.Join(as[:min(3, len(as))], "\n") + "\n—\n" + strings.Join(bs[:min(3, len(bs))], "\n")
}

// told plays texts that wait together and gives all that came of them, but for
// what is drawn by chance.
func told(t *testing.T, texts []string, gap time.Duration, d *commits) string {
	t.Helper()
	w := newWorld(t, storetest.SQLite(t).Open(t), nil)
	visit := w.book()
	w.readAll()
	w.through(d)
	w.sleep(5 * time.Minute)
	for _, body := range texts {
		w.phone(priya).sends(body)
		w.sleep(gap)
	}
	w.settle()
	w.wait(2 * time.Hour)
	var out strings.Builder
	v := w.visit(visit)
	fmt.Fprintln(&out, v.Status, v.ExpectedEndAt, v.DueAt, v.InAt, v.EndedAt, v.Evidence, v.Team, v.Kind)
	for _, n := range []string{priya, jo, sam, samHome, ann, lee, mo} {
		for _, text := range w.phone(n).Inbox() {
			fmt.Fprintln(&out, n, text.At.Format(time.TimeOnly), text.Body)
		}
		fmt.Fprintln(&out, n, "rung", len(w.phone(n).Calls()))
	}
	entries, err := w.db.Entries(t.Context(), "p-priya", sunday, sunday.Add(24*time.Hour))
	w.must(err)
	for _, e := range entries {
		words, err := engine.WordsOf(e)
		w.must(err)
		fmt.Fprintln(&out, e.Kind, e.At.Format(time.TimeOnly), words.Text, strings.Count(string(e.Events), "what"))
	}
	w.replays("p-priya")
	return regexp.MustCompile(`/(alarms|visits)/\w+|\b[A-Z]\d[A-Z]\d\b`).ReplaceAllString(out.String(), "…")
}

func TestOneTextOfSeveralThatCannotBeKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		w.readAll()
		spoilt := ""
		w.through(&commits{refuse: func(c store.Change) bool {
			return slices.ContainsFunc(c.Received, func(r store.ReceivedRef) bool { return r.ID == spoilt })
		}})
		w.phone(priya).sends("in")
		w.sleep(time.Second)
		spoilt = w.phone(priya).sends("LATE 15:30").ID
		w.sleep(time.Second)
		w.phone(priya).sends("LATE 15:45")
		w.settle()
		w.is(visit, watch.Inside) // what came before it stands
		for range 6 {
			w.settle()
		}
		if end := w.visit(visit).ExpectedEndAt; end != sunday.Add(105*time.Minute) {
			t.Errorf("expected end is %s: the text after it was not stepped", end)
		}
		aside, err := w.db.Aside(t.Context())
		if err != nil || len(aside) != 1 || aside[0].ID != spoilt {
			t.Errorf("set aside %v, want the one (%v)", aside, err)
		}
		w.phone(sam).Expects("A message could not be dealt with")
	})
}

// A commit of several that took place, though the database did not say so, has
// no second effect.
func TestTogetherAndUnknownIsGivenAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		w.readAll()
		w.through(&commits{unknown: joint})
		for _, body := range []string{"in", "LATE 15:30", "LATE 15:45"} {
			w.phone(priya).sends(body)
			w.sleep(time.Second)
		}
		w.settle()
		if got := w.phone(priya).read(); len(got) != 3 {
			t.Errorf("%d replies to 3 texts", len(got))
		}
		w.replays("p-priya")
	})
}
