package web

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Rule 4.2: what is done about their alarm stirs no page of a worker in danger, and what they say themselves does, as on
// any day.
func TestTheStreamHasNoTraceOfDangerForItsWorker(t *testing.T) {
	h := openHouse(t)
	id := h.visit()
	h.wait(35 * time.Minute)
	start, err := h.pages.live.start(t.Context())
	h.ok(err)
	told := func(person string) []string {
		h.seal()
		news, _, err := h.pages.live.look(t.Context(), start)
		h.ok(err)
		return news.to(view.Person(h.person(person), h.clock.Now()))
	}
	h.as("p-priya").post("/visits/"+id+"/ask", "key", "A", "name", "Scarlett")
	if topics := told("p-priya"); !slices.Contains(topics, "visit/"+id) {
		t.Errorf("of their own request the worker hears of %v", topics)
	}
	open, err := h.db.Alarms(t.Context(), "open", 1)
	h.ok(err)
	h.wait(0)
	h.seal()
	start, err = h.pages.live.start(t.Context())
	h.ok(err)
	h.ok(h.engine.Act(t.Context(), engine.Actor{By: "p-sam", Via: "page"}, open[0].ID, watch.Acknowledge{}, engine.Words{}))
	if topics := told("p-priya"); len(topics) > 0 {
		t.Errorf("of what is done about the alarm the worker hears of %v", topics)
	}
	if topics := told("p-sam"); !slices.Contains(topics, "alarm/"+open[0].ID) || !slices.Contains(topics, topicBoard) {
		t.Errorf("the responder hears of %v", topics)
	}
}

// A page that was made before the reader chose to act as someone else gets no part of what that one sees.
func TestAPageIsKeptUpToDateForWhomItWasMade(t *testing.T) {
	h := openHouse(t).as("p-sam")
	h.get("/").is(http.StatusOK).says(`data-acting="p-sam"`)
	for _, test := range []struct {
		madeFor, acting string
		status          int
	}{{"p-sam", "p-sam", http.StatusOK}, {"p-priya", "p-sam", http.StatusConflict}, {"", "p-sam", http.StatusConflict}} {
		r := httptest.NewRequest(http.MethodGet, "/?fragment=list", nil)
		r.Header.Set("Acting-As", test.madeFor)
		h.as(test.acting).send(r).is(test.status)
	}
}

// Pages share a stream: whom it is for tells them whether it is theirs.
func TestAStreamSaysWhomItIsFor(t *testing.T) {
	h := openHouse(t).as("p-sam")
	h.pages.Stop() // after the first event
	h.get("/live?topics=board").is(http.StatusOK).says(`"acting":"p-sam"`)
}

// seal has all that was done on record.
func (h *house) seal() {
	h.Helper()
	_, err := h.db.Seal(h.Context(), h.clock.Now())
	h.ok(err)
}

// That something changed is told of nothing that the listener would not find.
func TestNobodyHearsOfWhatIsNotTheirs(t *testing.T) {
	h := openHouse(t)
	visit, alarm := h.overdue()
	h.elsewhere()
	all := []string{"board", "organisation", "worker/p-priya", "visit/" + visit, "alarm/" + alarm, "worker/p-none", "visit/none", "alarm/none", "nothing", "secret/p-priya"}
	heard := func(who string, reach access.Reach) []string {
		person, err := h.db.Person(t.Context(), who)
		h.ok(err)
		c := &request{Request: httptest.NewRequest(http.MethodGet, "/live", nil), who: person, at: h.clock.Now(), in: time.UTC, session: store.Session{ID: "s", Reach: string(reach)}}
		topics, err := h.pages.topicsFor(c, all)
		h.ok(err)
		return topics
	}
	for _, c := range []struct {
		who   string
		reach access.Reach
		want  []string
	}{
		{"p-sam", access.Whole, all[:5]},
		{"p-nia", access.Whole, all[:2]}, // of another team
		{"p-ada", access.Whole, all[:2]}, // an administrator keeps settings, not visits
		{"p-priya", access.Phone, all[2:4]},
		{"p-ann", access.Phone, nil},
	} {
		if got := heard(c.who, c.reach); !slices.Equal(got, c.want) {
			t.Errorf("%s (%s) hears of %v, not %v", c.who, c.reach, got, c.want)
		}
	}
}
