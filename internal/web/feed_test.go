package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
)

var feedAddress = regexp.MustCompile(`/calendar/[A-Z2-7]{26}\.ics`)

// makes has whoever acts make a feed, and gives its address.
func (h *house) makes(shows string) string {
	h.Helper()
	made := h.post("/feeds", "shows", shows, "name", "My phone").is(http.StatusOK).says("shown this once")
	address := feedAddress.FindString(made.Body.String())
	if address == "" {
		h.Fatalf("no address: %s", made.text())
	}
	h.get("/feeds").is(http.StatusOK).says("My phone").hides(address, strings.TrimSuffix(strings.TrimPrefix(address, "/calendar/"), ".ics"))
	return address
}

// subscribed asks for a feed as a calendar program does: without any cookie.
func (h *house) subscribed(address string, tag ...string) page {
	h.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	for _, t := range tag {
		r.Header.Set("If-None-Match", t)
	}
	return h.as("").send(r)
}

// events are the summaries in a calendar, in their order.
func (p page) events() []string {
	p.Helper()
	var list []string
	for line := range strings.SplitSeq(strings.ReplaceAll(p.is(http.StatusOK).Body.String(), "\r\n ", ""), "\r\n") {
		if s, is := strings.CutPrefix(line, "SUMMARY:"); is {
			list = append(list, s)
		}
	}
	return list
}

func TestAFeedSaysWhenAndNeitherWhomNorWhere(t *testing.T) {
	h := openHouse(t)
	visit := h.visit()
	v, err := h.db.Visit(t.Context(), visit)
	h.ok(err)
	_, err = h.engine.Book(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, engine.Booking{Worker: "p-priya", Kind: "family_time", StartsAt: saturday.Add(48 * time.Hour), ExpectedEndAt: saturday.Add(49 * time.Hour),
		Private: new(false), Details: buddy.Form{ServiceUser: private.New("K Jones"), Address: private.New("2 Sample Road")}})
	h.ok(err)
	own := h.as("p-priya").makes("own")
	got := h.subscribed(own)
	if list := fmt.Sprint(got.events()); !strings.HasPrefix(list, "[Private appointment ("+v.Reference+") Family time session (") {
		t.Errorf("shows %s", list)
	}
	for name, want := range map[string]string{"Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "private, no-cache"} {
		if got.Header().Get(name) != want {
			t.Errorf("%s: %q", name, got.Header().Get(name))
		}
	}
	got.says("DTSTART;TZID=Europe/London:20261121T143000", "BEGIN:VTIMEZONE", "as of 14:00\\, 21 November", "REFRESH-INTERVAL;VALUE=DURATION:PT15M", "/visits/"+visit[:5], "CLASS:PRIVATE", "For planning\\, never for safety").
		hides("J Smith", "Example Street", "GL1", "900103", "K Jones", "Sample Road", "METHOD")

	rota := h.as("p-ann").makes("rota echo")
	if list := h.subscribed(rota).events(); len(list) != 1 || list[0] != "On call (1): Sam Hill" {
		t.Errorf("the rota shows %v", list)
	}
	h.subscribed(rota).hides("900110")
	team := h.as("p-lee").makes("team echo")
	if list := fmt.Sprint(h.subscribed(team).events()); !strings.HasPrefix(list, "[Priya Nair: Busy – private Priya Nair: family time session (") {
		t.Errorf("the team shows %v", list)
	}
	h.subscribed(team).hides(v.Reference, visit+"\\n", "/visits/"+visit, "J Smith", "K Jones", "Sample Road")
}

// When a feed was asked for is rounded, but not to before it was there.
func TestAFeedIsAskedForAfterItWasMade(t *testing.T) {
	h := openHouse(t)
	h.visit()
	h.clock.Move(4 * time.Minute)
	own := h.as("p-priya").makes("own")
	h.as("p-priya").get("/feeds").is(http.StatusOK).says("made 14:04", "never")
	h.subscribed(own).is(http.StatusOK)
	h.as("p-priya").get("/feeds").is(http.StatusOK).says("made 14:04").hides("never</td>", "14:00")
	h.clock.Move(12 * time.Minute)
	h.subscribed(own).is(http.StatusOK)
	h.as("p-priya").get("/feeds").is(http.StatusOK).says("14:15")
}

func TestAFeedThatDidNotChangeIsNotSentAgain(t *testing.T) {
	h := openHouse(t)
	visit := h.visit()
	shifts := 0
	for _, kept := range []bool{false, true} { // what was told is forgotten, as after a start; and not
		for who, shows := range map[string]string{"p-priya": "own", "p-lee": "team echo", "p-ann": "rota echo"} {
			address := h.as(who).makes(shows)
			tag := h.subscribed(address).is(http.StatusOK).Header().Get("ETag")
			h.clock.Move(time.Minute)
			if !kept {
				h.pages.told = newToldFeeds()
			}
			for _, sent := range []string{tag, strings.TrimPrefix(tag, "W/"), `"other", ` + tag} {
				if got := h.subscribed(address, sent); got.Code != http.StatusNotModified || got.Body.Len() > 0 || got.Header().Get("ETag") != tag {
					t.Errorf("%s: %q was answered %d with %q", shows, sent, got.Code, got.Header().Get("ETag"))
				}
			}
			h.subscribed(address, `"other"`).is(http.StatusOK)
			moved := saturday.Add(time.Duration(91+h.clock.Now().Sub(saturday)/time.Minute) * time.Minute)
			h.ok(h.engine.EditVisit(t.Context(), engine.Actor{By: "p-lee", Via: "page"}, visit, engine.VisitEdit{ExpectedEndAt: moved}))
			if got := h.subscribed(address, tag); (got.Code == http.StatusOK) != (shows != "rota echo") {
				t.Errorf("%s: a visit that was moved is answered %d", shows, got.Code)
			}
			again := h.subscribed(address).Header().Get("ETag")
			shifts++
			begins := saturday.Add(time.Duration(72+shifts) * time.Hour)
			h.shift("p-lee", 2, begins, begins.Add(time.Hour), "echo")
			if got := h.subscribed(address, again); (got.Code == http.StatusOK) != (shows == "rota echo") {
				t.Errorf("%s: a rota that changed is answered %d", shows, got.Code)
			}
		}
	}
}

// Rule 4.2: nothing in a feed, nor whether it is sent again, tells that somebody asked for Scarlett.
func TestAFeedKnowsOfNoDanger(t *testing.T) {
	var seen []string
	for _, name := range []string{"Jane", "Scarlett"} {
		h := openHouse(t)
		h.visit()
		h.wait(30 * time.Minute)
		h.texts("07700 900101", "Going in")
		own, team := h.as("p-priya").makes("own"), h.as("p-lee").makes("team echo")
		tags := []string{h.subscribed(own).Header().Get("ETag"), h.subscribed(team).Header().Get("ETag")}
		h.texts("07700 900101", "Can you ask "+name+" to ring me")
		var said strings.Builder
		for i, address := range []string{own, team} {
			got := h.subscribed(address, tags[i])
			said.WriteString(fmt.Sprintln(got.Code, got.Header().Get("ETag") == tags[i], len(h.subscribed(address).events())))
		}
		seen = append(seen, said.String())
	}
	if seen[0] != seen[1] {
		t.Errorf("with Jane %q, with Scarlett %q", seen[0], seen[1])
	}
}

func TestAFeedEndsWithTheRightToIt(t *testing.T) {
	h := openHouse(t)
	h.visit()
	h.as("p-priya").get("/feeds").is(http.StatusOK).says("You have none", "Your own visits", "for planning, never for safety").hides("Visits of ECHo")
	for _, shows := range []string{"team echo", "rota none", "own echo x", "", "shift"} {
		if got := h.as("p-sam").post("/feeds", "shows", shows, "name", "x"); got.Code != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", shows, got.Code)
		}
	}
	h.as("p-priya").post("/feeds", "shows", "own", "name", " ").is(http.StatusUnprocessableEntity).says("Say where the feed will be")

	own := h.as("p-priya").makes("own")
	h.clock.Move(time.Second)
	other := h.as("p-priya").makes("own")
	list, err := h.db.Feeds(t.Context(), "p-priya")
	h.ok(err)
	h.as("p-ann").post("/feeds/" + list[0].ID + "/remove").is(http.StatusSeeOther)
	h.subscribed(own).is(http.StatusOK)
	h.as("p-priya").post("/feeds/" + list[0].ID + "/remove").leadsTo("/feeds").says("revoked")
	gone := h.subscribed(own).is(http.StatusNotFound)
	never := h.subscribed("/calendar/AAAAAAAAAAAAAAAAAAAAAAAAAA.ics").is(http.StatusNotFound)
	if strings.ReplaceAll(gone.text(), own, "") != strings.ReplaceAll(never.text(), "/calendar/AAAAAAAAAAAAAAAAAAAAAAAAAA.ics", "") {
		t.Error("one that was revoked can be told from one that never was")
	}
	h.subscribed(strings.TrimSuffix(other, ".ics")).is(http.StatusNotFound)
	h.subscribed(other).is(http.StatusOK)

	team := h.as("p-lee").makes("team echo")
	lee := h.person("p-lee")
	lee.Roles = []string{buddy.Responder}
	_, err = h.engine.PutPerson(t.Context(), engine.Actor{}, lee)
	h.ok(err)
	h.subscribed(team).is(http.StatusNotFound)
	priya := h.person("p-priya")
	h.wait(20 * time.Hour)
	ann := h.as("p-ann").makes("own")
	worker := h.person("p-ann")
	worker.Active = false
	_, err = h.engine.PutPerson(t.Context(), engine.Actor{}, worker)
	h.ok(err)
	h.subscribed(ann).is(http.StatusNotFound)
	if strings.Contains(h.log.String(), own[len("/calendar/"):len(own)-4]) || strings.Contains(h.log.String(), "/calendar/A") || priya.ID == "" {
		t.Error("a secret is in the log")
	}
}

func TestGuessingAtFeedsIsBounded(t *testing.T) {
	h := openHouse(t)
	own := h.as("p-priya").makes("own")
	locked := h.locked("https://allclear.example.org")
	ask := func(from, address string) int {
		r := httptest.NewRequest(http.MethodGet, address, nil)
		r.RemoteAddr, r.Host = from+":50000", "allclear.example.org"
		w := httptest.NewRecorder()
		locked.pages.ServeHTTP(w, r)
		if w.Code == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "" {
			t.Error("is not told how long to wait")
		}
		return w.Code
	}
	waits := false
	for i := 0; i < 2100 && !waits; i++ {
		code := ask("192.0.2.7", fmt.Sprintf("/calendar/GUESS%d.ics", i))
		waits = code == http.StatusTooManyRequests
		if !waits && code != http.StatusNotFound {
			t.Fatal(code)
		}
	}
	if !waits {
		t.Error("whoever guesses never waits")
	}
	if code := ask("192.0.2.8", own); code != http.StatusOK {
		t.Errorf("from elsewhere %d", code)
	}
}
