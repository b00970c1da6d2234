package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

// What was kept and can't be read is said without a word of it: an error ends in the log.
func TestNoErrorQuotesWhatCannotBeRead(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		v := w.publishes(asItIs)
		put := func(p store.Paper, field string) {
			p.Team, p.Body = "echo", private.New(fmt.Sprintf(`{%q:"Scarlett of Example Street"}`, field))
			_, err := w.db.PutPaper(t.Context(), p, nil, store.By{}, w.clock.Now())
			w.must(err)
		}
		put(store.Paper{ID: "s1", Kind: store.SignaturePaper, Person: "p-jo", About: "plan/" + v.Paper.ID, Status: "signed"}, "signed_at")
		put(store.Paper{ID: "pl2", Kind: store.PlanPaper, Number: 9, Status: v.Paper.Status}, "published_at")
		_, errSigned := w.engine.Signatures(t.Context(), v)
		_, _, errPlan := w.engine.CurrentPlan(t.Context(), "echo")
		_, errWords := engine.WordsOf(store.Entry{ID: "e1", Words: private.New(`{"Text":["Scarlett"], "text": 12, "note": {"Scarlett": 1}}`)})
		for what, err := range map[string]error{"a signature": errSigned, "a plan": errPlan, "an entry": errWords} {
			if err == nil || strings.Contains(err.Error(), "Scarlett") || strings.Contains(err.Error(), "Example") || !strings.Contains(err.Error(), "not of its kind") {
				t.Errorf("%s that can't be read: %v", what, err)
			}
		}
	})
}
