package store_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func anIncident(t *testing.T, db *store.DB) store.Paper {
	t.Helper()
	return ok[store.Paper](t)(db.PutPaper(t.Context(), store.Paper{ID: "i1", Kind: store.IncidentPaper, Team: "echo", Person: "p-priya", Status: "open", Body: private.New("a bite")}, nil, leeOnPage, nine))
}

// claims takes the incident to send, for half a minute.
func claims(t *testing.T, db *store.DB, at time.Time) store.Post {
	t.Helper()
	p, mine, err := db.ClaimPost(t.Context(), "i1", at, at.Add(30*time.Second))
	must(t, err)
	same(t, "it is ours to send", mine, true)
	return p
}

func notToSend(t *testing.T, db *store.DB, at time.Time) {
	t.Helper()
	_, mine, err := db.ClaimPost(t.Context(), "i1", at, at.Add(30*time.Second))
	must(t, err)
	same(t, "it is ours to send", mine, false)
}

func TestAnIncidentIsSentUntilItIsTaken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		due := func(at time.Time) string { return strings.Join(ok[[]string](t)(db.PostsDue(t.Context(), at)), ", ") }
		p := anIncident(t, db)
		same(t, "new", due(nine), "i1")
		claimed := claims(t, db, nine)
		same(t, "what is sent", claimed.Paper.Body.Reveal(), "a bite")
		same(t, "while it is being sent", due(nine.Add(29*time.Second)), "")
		must(t, db.NotPosted(t.Context(), claimed, nine.Add(time.Hour)))
		same(t, "while it waits", due(nine.Add(time.Minute)), "")
		notToSend(t, db, nine.Add(time.Minute))
		n, since, err := db.PostsWaiting(t.Context())
		must(t, err)
		same(t, "waiting", []any{n, since}, []any{1, nine})
		same(t, "when its time comes", due(nine.Add(time.Hour)), "i1")
		claimed = claims(t, db, nine.Add(time.Hour))
		same(t, "fails", claimed.Fails, 1)
		must(t, db.Posted(t.Context(), claimed))
		same(t, "once it is taken", due(nine.Add(day)), "")
		notToSend(t, db, nine.Add(day))
		n, _, err = db.PostsWaiting(t.Context())
		must(t, err)
		same(t, "none waits", n, 0)
		p.Body = private.New("two bites")
		ok[store.Paper](t)(db.PutPaper(t.Context(), p, nil, leeOnPage, nine.Add(2*time.Hour)))
		same(t, "changed", due(nine.Add(2*time.Hour)), "i1")
		same(t, "what is sent then", claims(t, db, nine.Add(2*time.Hour)).Paper.Body.Reveal(), "two bites")
	})
}

func TestAnIncidentIsSentByOneNodeAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		nodes := []*store.DB{open(), open()}
		anIncident(t, nodes[0])
		var wg sync.WaitGroup
		var took [8]bool
		for i := range took {
			wg.Go(func() {
				_, mine, err := nodes[i%2].ClaimPost(t.Context(), "i1", nine, nine.Add(30*time.Second))
				took[i] = mine
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		n := 0
		for _, mine := range took {
			if mine {
				n++
			}
		}
		same(t, "how many took it", n, 1)
	})
}

// A node may stand still for longer than its claim, and then go on.
func TestWhoSentAnIncidentLateTakesNothingBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		slow, other := open(), open()
		p := anIncident(t, slow)
		first := claims(t, slow, nine)
		p.Body = private.New("two bites")
		ok[store.Paper](t)(slow.PutPaper(t.Context(), p, nil, leeOnPage, nine.Add(time.Second)))
		second := claims(t, other, nine.Add(time.Minute))

		must(t, slow.NotPosted(t.Context(), first, nine.Add(time.Minute+time.Second)))
		must(t, slow.Posted(t.Context(), first))
		notToSend(t, slow, nine.Add(time.Minute+2*time.Second)) // the other still has it
		must(t, other.Posted(t.Context(), second))
		must(t, slow.NotPosted(t.Context(), first, nine))
		must(t, slow.Posted(t.Context(), first))
		same(t, "due once the later revision was taken", len(ok[[]string](t)(slow.PostsDue(t.Context(), nine.Add(day)))), 0)
		n, _, err := slow.PostsWaiting(t.Context())
		must(t, err)
		same(t, "none waits", n, 0)
	})
}
