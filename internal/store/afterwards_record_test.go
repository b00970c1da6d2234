package store_test

import (
	"slices"
	"testing"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// What is written of an open call for help, and of a worker whom the reader may never see, is not in their record.
func TestPapersAreLeftOutOfTheRecordAsWhatTheyAreAbout(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for _, p := range []store.Paper{{ID: "i-a1", Kind: store.IncidentPaper, Team: "echo", Person: "p-priya", About: "alarm/a1"}, {ID: "d-1", Kind: store.DebriefPaper, Team: "echo", Person: "p-jo"}} {
			p.Status, p.Body = "open", private.New("{}")
			ok[store.Paper](t)(db.PutPaper(t.Context(), p, nil, leeOnPage, nine))
		}
		ok[int](t)(db.Seal(t.Context(), nine))
		listed := func(b store.Browse) (objects []string) {
			for _, x := range ok[store.Browsed](t)(db.Browse(t.Context(), b)).Rows {
				if b.Without == nil || !x.Of(b.Without) {
					objects = append(objects, x.Visit)
				}
			}
			slices.Sort(objects)
			return objects
		}
		same(t, "of everything", listed(store.Browse{}), []string{"debrief/d-1", "incident/i-a1"})
		same(t, "while the alarm is open", listed(store.Browse{Without: []string{"a1"}}), []string{"debrief/d-1"})
		same(t, "to who is kept from Jo", listed(store.Browse{Apart: []string{"p-jo"}}), []string{"incident/i-a1"})
	})
}
