package engine_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/tainttest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// eventful plays a visit with most things that can happen on one.
func (w *world) eventful() {
	w.t.Helper()
	w.book(func(b *engine.Booking) {
		b.Details = buddy.Form{ServiceUser: private.New("Quillfeather"), Address: private.New("7 Zyzzyva Mews"), Contact: private.New("07700 900987")}
	})
	w.phone(priya).texts("in, the xylograph is by the door")
	w.wait(30 * time.Minute)
	w.phone(priya).texts("LATE 15:15")
	w.phone(priya).texts("my phone is dying, I am on 07700 900654")
	w.phone(stranger).texts("who is Wobbegong?")
	w.wait(65 * time.Minute)
	w.must(w.act("p-sam", watch.Acknowledge{}))
	w.must(w.engine.Act(w.t.Context(), engine.Actor{By: "p-sam"}, w.alarm().ID, watch.Call{Result: watch.SpokeOther},
		engine.Words{Note: "Quillfeather says she left", To: "+447700900987"}))
	w.phone(priya).texts("can you ask for Scarlett")
	w.must(w.act("p-sam", watch.Police{}))
	w.wait(time.Hour)
	there := private.New("9 Zyzzyva Mews")
	w.must(w.engine.EditVisit(w.t.Context(), engine.Actor{By: "p-mo"}, w.alarm().Visits[0], engine.VisitEdit{Address: &there}))
	w.must(w.act("p-sam", watch.Close{Evidence: watch.SeenByPolice, Note: true, Ended: true, StoodDownAt: w.clock.Now(), StoodDownTo: true}))
	w.phone(priya).texts("in 20")
	w.wait(15 * time.Minute)
	w.phone(priya).texts("out now, thanks")
}

// replays fails the test unless the worker's history replays to the watch that
// is stored (law 6). It counts the entries by their kind.
func (w *world) replays(worker string) (kinds map[string]int) {
	w.t.Helper()
	loaded, err := w.db.Load(w.t.Context(), worker)
	w.must(err)
	entries, err := w.db.Entries(w.t.Context(), worker, time.Time{}, time.Time{})
	w.must(err)
	replayed := watch.Watch{Worker: worker}
	kinds = map[string]int{}
	for _, entry := range entries {
		kinds[entry.Kind]++
		if entry.Kind == "details" || entry.Kind == "label" {
			continue // words only: no input of the core's
		}
		var in watch.Input
		w.must(json.Unmarshal(entry.Input, &in))
		next, _, err := replayed.Step(entry.At, in)
		w.must(err)
		replayed = next
	}
	got, _ := json.Marshal(replayed)
	want, _ := json.Marshal(loaded.Watch)
	if !bytes.Equal(got, want) {
		w.t.Errorf("replayed\n%s\nstored\n%s", got, want)
	}
	return kinds
}

func TestHistoryReplays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.eventful()
		kinds := w.replays("p-priya")
		for _, kind := range []string{"book", "text", "elapsed", "fetched", "acknowledge", "call", "police", "close", "details"} {
			if kinds[kind] == 0 {
				t.Errorf("the record has no %q", kind)
			}
		}
	})
}

// taints are words that only those with the right to them may see.
var taints = []string{"Quillfeather", "Zyzzyva", "xylograph", "Wobbegong", "900987", "900654", "900101", "900202", "900999", "green coat", "Ravi Nair", "Scarlett"}

// No private word is in a log line, in a database file, in a history's inputs.
func TestNoPrivateWordGetsOut(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, place storetest.Place) {
		w := newWorld(t, place.Open(t), nil)
		w.eventful()
		w.cleanEverywhere(place)
	})
}

func (w *world) cleanEverywhere(place storetest.Place) {
	t := w.t
	t.Helper()
	for _, worker := range []string{"p-priya", "system", "unknown-sender"} {
		entries, err := w.db.Entries(t.Context(), worker, time.Time{}, time.Time{})
		w.must(err)
		for _, entry := range entries {
			w.clean("an entry's input", entry.Input)
			w.clean("an entry's events", entry.Events)
		}
	}
	w.clean("the log", w.log.Bytes())
	for where, raw := range place.Bytes(t) {
		w.clean("the database, "+where, raw)
	}
	for _, number := range []string{sam, samHome, ann, lee, mo, priya, stranger} {
		for _, text := range w.phone(number).Inbox() {
			w.clean("a text to "+number, []byte(text.Body), "Scarlett")
		}
		for _, c := range w.phone(number).Calls() {
			w.clean("a call to "+number, []byte(heard(c)), "Scarlett")
		}
	}
}

func (w *world) clean(what string, raw []byte, but ...string) {
	w.t.Helper()
	for _, word := range taints {
		if slices.Contains(but, word) {
			continue
		}
		if form, found := tainttest.Finds(raw, word); found {
			w.t.Errorf("%s has %q, %s", what, word, form)
		}
	}
}
