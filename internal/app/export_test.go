package app

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

// labelled puts a text that was asked back, and what it meant, into a database.
func labelled(t *testing.T, o Options, id, text string) {
	t.Helper()
	db, err := Open(t.Context(), o, false)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	at := time.Date(2026, 11, 21, 14, 35, 0, 0, time.UTC)
	for _, e := range []store.Entry{
		{ID: id, Kind: "text", Events: []byte(`[{"what":"text_in"},{"what":"asked_back"}]`),
			Words: private.New(`{"text":"` + text + `","stood":{"state":"inside","start":"2026-11-21T14:30:00Z","end":"2026-11-21T15:30:00Z"}}`)},
		{ID: "label/" + id + "/1", Kind: "label", Input: []byte(`{"text":"` + id + `"}`), Events: []byte("[]"),
			Words: private.New(`{"meant":{"intent":"change","until":"2026-11-21T16:00:00Z"}}`)},
	} {
		l, err := db.Load(t.Context(), "p-priya")
		if err != nil {
			t.Fatal(err)
		}
		e.At, e.RecordedAt, e.Owner = at, at, "person/p-priya"
		if e.Input == nil {
			e.Input = []byte("{}")
		}
		if err := db.Commit(t.Context(), store.Change{Worker: "p-priya", Revision: l.Revision, Watch: l.Watch, Entries: []store.Entry{e}}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLabelledTextsAreExportedWithoutNames(t *testing.T) {
	t.Parallel()
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db")}
	labelled(t, o, "t/1", "wit Quillfeather nw")
	labelled(t, o, "t/2", "out 4 Zorbek Road til 5") // without its number it gives another time, or none
	var out strings.Builder
	n, err := ExportTexts(t.Context(), o, &out, false)
	if err != nil {
		t.Fatal(err)
	}
	if n.Written+n.LeftOut != 2 || strings.Count(out.String(), "\n") != n.Written || strings.Contains(out.String(), "uillfeather") ||
		!strings.Contains(out.String(), `"now":"2026-02-03T14:35","state":"inside","start":"14:30","end":"15:30","text":"wit `) ||
		!strings.Contains(out.String(), `"intent":"change","until":"16:00","tags":["labelled"]}`) {
		t.Errorf("%+v: %s", n, out.String())
	}
	out.Reset()
	all, err := ExportTexts(t.Context(), o, &out, true)
	if err != nil || all.Written != 2 || all.LeftOut != 0 || strings.Count(out.String(), `"changed"`) != n.LeftOut {
		t.Errorf("with all: %+v, %v: %s", all, err, out.String())
	}
	db, err := Open(t.Context(), o, true)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if looks, err := db.Latest(t.Context(), "looks/command line", "look", 5); err != nil || len(looks) == 0 {
		t.Errorf("the looks on record are %+v, %v", looks, err)
	}
}
