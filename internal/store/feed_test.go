package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func TestAFeedIsFoundByItsSecretAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		p := priya(t)
		ok[bool](t)(db.ChangePerson(t.Context(), p, leeOnPage, nine, nil))
		phone := store.Feed{ID: "f1", Person: p.ID, Kind: store.FeedOwn, Name: "My phone", MadeAt: nine}
		rota := store.Feed{ID: "f2", Person: p.ID, Kind: store.FeedRota, Team: "echo", Name: "Outlook", MadeAt: nine.Add(time.Hour)}
		must(t, db.AddFeed(t.Context(), phone, "s1", leeOnPage))
		must(t, db.AddFeed(t.Context(), rota, "s2", leeOnPage))
		same(t, "by its secret", ok[store.Feed](t)(db.FeedBySecret(t.Context(), "s1")), phone)
		for _, other := range []string{"", "S1", "s3", "f1"} {
			if _, err := db.FeedBySecret(t.Context(), other); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%q: %v", other, err)
			}
		}
		must(t, db.AskedFeed(t.Context(), "f1", nine.Add(time.Hour)))
		must(t, db.AskedFeed(t.Context(), "f1", nine)) // of another that was slower
		phone.AskedAt = nine.Add(time.Hour)
		same(t, "theirs", ok[[]store.Feed](t)(db.Feeds(t.Context(), p.ID)), []store.Feed{phone, rota})
		same(t, "another's", len(ok[[]store.Feed](t)(db.Feeds(t.Context(), "p-sam"))), 0)

		if err := db.RemoveFeed(t.Context(), "p-sam", "f1", leeOnPage, nine.Add(time.Hour)); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("revoked by another: %v", err)
		}
		must(t, db.RemoveFeed(t.Context(), p.ID, "f1", leeOnPage, nine.Add(time.Hour)))
		if _, err := db.FeedBySecret(t.Context(), "s1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("revoked: %v", err)
		}
		made := ok[[]store.Entry](t)(db.Latest(t.Context(), "looks/"+leeOnPage.Person, "feed", 5))
		if len(made) != 3 || made[0].Visit != "feed/f1" || string(made[0].Input) != `{"change":"revoked"}` || made[2].Words.Reveal() != "My phone" || strings.Contains(string(made[2].Input), "phone") || strings.Contains(fmt.Sprint(made), "s1") {
			t.Errorf("on record: %+v", made)
		}
		for i := range 30 {
			err := db.AddFeed(t.Context(), store.Feed{ID: fmt.Sprint("g", i), Person: p.ID, Kind: store.FeedOwn, MadeAt: nine}, fmt.Sprint("g", i), leeOnPage)
			if (err != nil) != (i >= 19) || err != nil && !errors.Is(err, store.ErrEnough) {
				t.Errorf("feed %d: %v", i, err)
			}
		}
	})
}

// Who leaves loses their feeds at once, also for when they come back; so does who is erased.
func TestALeaversFeedsAreGone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		p := priya(t)
		ok[bool](t)(db.ChangePerson(t.Context(), p, leeOnPage, nine, nil))
		must(t, db.AddFeed(t.Context(), store.Feed{ID: "f1", Person: p.ID, Kind: store.FeedOwn, MadeAt: nine}, "s1", leeOnPage))
		gone := p
		gone.Active = false
		ok[bool](t)(db.ChangePerson(t.Context(), gone, leeOnPage, nine.Add(time.Hour), nil))
		if err := db.AddFeed(t.Context(), store.Feed{ID: "f2", Person: p.ID, Kind: store.FeedOwn, MadeAt: nine}, "s2", leeOnPage); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a leaver made one: %v", err)
		}
		ok[bool](t)(db.ChangePerson(t.Context(), p, leeOnPage, nine.Add(2*time.Hour), nil))
		if _, err := db.FeedBySecret(t.Context(), "s1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("after they came back: %v", err)
		}
	})
}
