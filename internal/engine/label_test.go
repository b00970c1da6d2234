package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// unclearText has Priya go in and text what nobody understands, and gives its entry.
func unclearText(t *testing.T, w *world) (visit string, text store.Entry) {
	t.Helper()
	visit = w.book()
	w.wait(30 * time.Minute)
	w.phone(priya).texts("IN")
	w.phone(priya).texts("purple elephants")
	list, err := w.db.AskedBack(t.Context(), store.AskedFilter{Teams: []string{"echo"}, Limit: 1})
	w.must(err)
	if len(list) != 1 || !engine.AskedBack(list[0]) {
		t.Fatalf("the texts that were asked back are %+v", list)
	}
	return visit, list[0]
}

func TestATextThatWasAskedBackKeepsHowItsVisitStood(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t).Open(t), nil)
	visit, text := unclearText(t, w)
	v := w.visit(visit)
	words, err := engine.WordsOf(text)
	w.must(err)
	if s := words.Stood; s == nil || s.State != checkin.Inside || !s.Start.Equal(v.StartsAt) || !s.End.Equal(v.ExpectedEndAt) || s.Answer != watch.ReplyUnclear {
		t.Errorf("it stood as %+v", words.Stood)
	}
	entries, err := w.db.Entries(t.Context(), "p-priya", time.Time{}, time.Time{})
	w.must(err)
	for _, e := range entries {
		if other, err := engine.WordsOf(e); err == nil && e.ID != text.ID && other.Stood != nil {
			t.Errorf("%s was not asked back, and keeps how its visit stood", e.ID)
		}
	}
}

func TestALabelMovesNothingAndIsOnRecord(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t).Open(t), nil)
	visit, text := unclearText(t, w)
	before := w.visit(visit)
	who := engine.Actor{By: "p-mo", Via: "page", Key: "one"}
	meant := engine.Meant{Intent: checkin.Change, Until: before.ExpectedEndAt.Add(time.Hour)}
	w.must(w.engine.Label(t.Context(), who, text.ID, meant))
	w.must(w.engine.Label(t.Context(), who, text.ID, meant)) // the same press
	who.Key = "two"
	w.must(w.engine.Label(t.Context(), who, text.ID, engine.Meant{Intent: checkin.End}))
	kept, err := w.db.Labels(t.Context(), "p-priya")
	w.must(err)
	labels, err := engine.LabelsOf(kept)
	w.must(err)
	if got := labels[text.ID]; len(got) != 2 || got[0].Meant != meant || got[1].Intent != checkin.End || got[1].By != "p-mo" {
		t.Errorf("the labels are %+v", got)
	}
	if after := w.visit(visit); !after.ExpectedEndAt.Equal(before.ExpectedEndAt) || after.Status != before.Status {
		t.Errorf("the visit is %s until %v", after.Status, after.ExpectedEndAt)
	}
	w.replays("p-priya")
	_, err = w.db.Erase(t.Context(), store.Erasure{At: w.clock.Now(), Stays: func(retain.Record) retain.Why { return "" }}, "visit/"+visit)
	w.must(err)
	kept, err = w.db.Labels(t.Context(), "p-priya")
	w.must(err)
	if labels, err := engine.LabelsOf(kept); err != nil || len(labels) != 0 {
		t.Errorf("with its visit's words erased the labels are %+v, %v", labels, err)
	}
}

func TestWhatWasNotAskedBackHasNoLabel(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t).Open(t), nil)
	_, text := unclearText(t, w)
	entries, err := w.db.Entries(t.Context(), "p-priya", time.Time{}, time.Time{})
	w.must(err)
	for _, id := range []string{entries[0].ID, entries[1].ID, "nothing"} {
		if err := w.engine.Label(t.Context(), engine.Actor{By: "p-mo"}, id, engine.Meant{Intent: checkin.End}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a label of %s: %v", id, err)
		}
	}
	for _, m := range []engine.Meant{{}, {Intent: checkin.Duress}, {Intent: checkin.Change}, {Intent: checkin.End, Until: text.At}, {Intent: checkin.Start, Begin: text.At}} {
		if _, is := errors.AsType[*watch.Invalid](w.engine.Label(t.Context(), engine.Actor{By: "p-mo"}, text.ID, m)); !is {
			t.Errorf("%+v was taken", m)
		}
	}
}

func TestTextsAreReadByWordsOfACouncilsOwn(t *testing.T) {
	own, err := checkin.NewVocabulary("[exit]\nyam done\n")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, storetest.SQLite(t).Open(t), func(o *engine.Options) { o.Vocabulary = own })
	visit := w.book()
	w.wait(30 * time.Minute)
	w.phone(priya).texts("IN")
	w.wait(20 * time.Minute)
	w.phone(priya).texts("yam done")
	w.is(visit, watch.Ended)
}
