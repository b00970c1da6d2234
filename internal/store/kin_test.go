package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// The form is open on a telephone while its person leaves: what is sent then neither counts nor brings them back.
func TestAFormForNextOfKinBringsNobodyBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		p := priya(t)
		ok[bool](t)(db.ChangePerson(t.Context(), p, leeOnPage, nine, nil))
		must(t, db.AskKin(t.Context(), store.KinAsk{Person: p.ID, By: "p-lee", AskedAt: nine, EndsAt: nine.Add(7 * day)}, "k1", "page", "secret", time.Minute))
		gone := p
		gone.Active = false
		ok[bool](t)(db.ChangePerson(t.Context(), gone, leeOnPage, nine.Add(time.Hour), nil))
		p.Description = private.New("as it was typed")
		if err := db.AnswerKin(t.Context(), "secret", p, nine.Add(2*time.Hour), nil); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("answered: %v", err)
		}
		now, err := db.Person(t.Context(), p.ID)
		if must(t, err); now.Active || now.Description == p.Description {
			t.Errorf("they are %+v", now)
		}
	})
}
