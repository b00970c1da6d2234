package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func received(t testing.TB, id string, after time.Duration) store.Received {
	return store.Received{
		Provider: "twilio", ID: id, From: number(t, mobile), RawFrom: private.New(mobile), Body: private.New(said),
		ReceivedAt: nine.Add(after), StoredAt: nine.Add(after),
	}
}

func ids(list []store.Received) []string {
	var ids []string
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestATextIsStoredOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		r := received(t, "SM1", 0)
		if !ok[bool](t)(db.Receive(t.Context(), r)) {
			t.Error("the first is not new")
		}
		again := r
		again.Body = private.New("another")
		if ok[bool](t)(db.Receive(t.Context(), again)) {
			t.Error("a repeat is new")
		}
		other := r
		other.Provider = "notify"
		if !ok[bool](t)(db.Receive(t.Context(), other)) {
			t.Error("another provider's id is not new")
		}
		got := ok[store.Received](t)(db.ReceivedByID(t.Context(), r.Ref()))
		r.Seq = got.Seq
		same(t, "text", got, r)
	})
}

func TestManyWhoSendTheSameGetOneNew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		fresh := make([]bool, 100)
		var wg sync.WaitGroup
		for i := range fresh {
			r := received(t, fmt.Sprintf("SM%d", i%10), 0)
			wg.Go(func() { fresh[i], _ = db.Receive(t.Context(), r) })
		}
		wg.Wait()
		n := 0
		for _, f := range fresh {
			if f {
				n++
			}
		}
		if n != 10 || len(ok[[]store.Received](t)(db.Waiting(t.Context(), store.Received{}, 100))) != 10 {
			t.Errorf("%d of 100 were new; 10 ids were sent", n)
		}
	})
}

// A provider does not send a text again because our database's server was restarted.
func TestATextIsStoredThoughTheServerEndedTheConnection(t *testing.T) {
	p := storetest.Postgres(t)
	db, raw := p.Open(t), p.Raw(t)
	for i := range 10 {
		if !ok[bool](t)(db.Receive(t.Context(), received(t, fmt.Sprintf("SM%d", i), 0))) { // so that the pool has a connection just used
			t.Error("the text is not new")
		}
		if _, err := raw.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTextsWaitInTheOrderTheyWereReceived(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for id, after := range map[string]time.Duration{"c": 3, "a": 1, "b": 2, "d": 4} {
			ok[bool](t)(db.Receive(t.Context(), received(t, id, after*time.Second)))
		}
		same(t, "waiting", ids(ok[[]store.Received](t)(db.Waiting(t.Context(), store.Received{}, 3))), []string{"a", "b", "c"})
		ref := store.ReceivedRef{Provider: "twilio", ID: "a"}
		same(t, "tries", ok[int](t)(db.Tried(t.Context(), ref)), 1)
		same(t, "tries", ok[int](t)(db.Tried(t.Context(), ref)), 2)
		must(t, db.SetAside(t.Context(), ref, "step: unknown event", nine))
		must(t, db.Finish(t.Context(), store.ReceivedRef{Provider: "twilio", ID: "b"}, nine))
		c := next(load(t, db, "p-priya"), "twilio/c")
		c.Received = []store.ReceivedRef{{Provider: "twilio", ID: "c"}}
		must(t, db.Commit(t.Context(), c))

		same(t, "waiting", ids(ok[[]store.Received](t)(db.Waiting(t.Context(), store.Received{}, 10))), []string{"d"})
		same(t, "aside", ok[[]store.ReceivedRef](t)(db.Aside(t.Context())), []store.ReceivedRef{ref})
		if r := ok[store.Received](t)(db.ReceivedByID(t.Context(), ref)); r.Body.Reveal() != said || r.Attempts != 2 {
			t.Error("a text set aside has lost its words")
		}
		for _, id := range []string{"b", "c"} {
			r := ok[store.Received](t)(db.ReceivedByID(t.Context(), store.ReceivedRef{Provider: "twilio", ID: id}))
			if !r.Body.IsZero() || !r.From.IsZero() {
				t.Errorf("text %s is done, and its words are still there", id)
			}
			if ok[bool](t)(db.Receive(t.Context(), received(t, id, 0))) {
				t.Errorf("a repeat of %s, which is done, is new", id)
			}
		}
		if err := db.Finish(t.Context(), store.ReceivedRef{Provider: "twilio", ID: "none"}, nine); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("finish what is not there: %v", err)
		}
	})
}

func TestAnyTextIsStoredAsItCame(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for name, body := range map[string]string{
			"empty": "", "long": strings.Repeat("out ", 2500), "NUL": "\x00\x00", "emoji": "🆘🙏", "broken UTF-8": "\xff\xfeOUT", "quotes": `'"; --`,
		} {
			r := store.Received{Provider: "gateway", ID: name, RawFrom: private.New("no number\x00"), Body: private.New(body), ReceivedAt: nine, StoredAt: nine}
			ok[bool](t)(db.Receive(t.Context(), r))
			got := ok[store.Received](t)(db.ReceivedByID(t.Context(), r.Ref()))
			if got.Body != r.Body || got.RawFrom != r.RawFrom || !got.From.IsZero() {
				t.Errorf("%s: read back otherwise", name)
			}
		}
	})
}

func TestATextThatCannotBeOpenedDoesNotHoldUpTheOthers(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db := p.Open(t)
		for i := range 3 {
			ok[bool](t)(db.Receive(t.Context(), received(t, fmt.Sprintf("SM%d", i), time.Duration(i))))
		}
		_, err := p.Raw(t).Exec(`UPDATE inbox SET words = (SELECT words FROM inbox WHERE provider_id = 'SM0') WHERE provider_id = 'SM1'`)
		must(t, err)
		list, err := db.Waiting(t.Context(), store.Received{}, 10)
		if err == nil || !strings.Contains(err.Error(), "SM1") || strings.Contains(err.Error(), said) {
			t.Errorf("the error does not name the text, or shows its words: %v", err)
		}
		same(t, "waiting", ids(list), []string{"SM0", "SM1", "SM2"})
		if !list[1].Body.IsZero() || list[2].Body.Reveal() != said {
			t.Error("the words of the others are not there")
		}
	})
}
