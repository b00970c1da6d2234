package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// rendered counts the lists that were rendered and still stand.
func (h *house) rendered() int {
	h.pages.shared.mu.Lock()
	defer h.pages.shared.mu.Unlock()
	return len(h.pages.shared.kept)
}

func (h *house) list() page {
	h.Helper()
	return h.get("/?fragment=board").is(http.StatusOK)
}

// with puts someone else in the team.
func (h *house) with(id, name string, roles ...string) *house {
	h.Helper()
	_, err := h.engine.PutPerson(h.Context(), engine.Actor{}, buddy.Person{ID: id, Name: name, Team: "echo", Active: true, Roles: roles, Mobile: number("07700 900190")})
	h.ok(err)
	return h.as(id)
}

func TestThoseWhoMaySeeTheSameShareOneRendering(t *testing.T) {
	h := openHouse(t)
	h.visit()
	for _, id := range []string{"p-sam", "p-lee", "p-ann"} {
		h.as(id).list().says("Priya Nair", "Home visit")
		h.as(id).get("/?fragment=board&page=1&done=acting&x=<script>").is(http.StatusOK).hides("script")
	}
	if n := h.rendered(); n != 1 {
		t.Errorf("the three who answer for a team have %d renderings", n)
	}
	h.with("p-kim", "Kim Oak", buddy.Worker)
	h.with("p-kay", "Kay Dunn", buddy.Worker)
	h.list()
	for _, id := range []string{"p-kim", "p-kay", "p-kim"} {
		h.as(id).list().says("Priya Nair", "Busy")
	}
	if n := h.rendered(); n != 3 { // that of before Kim came is one
		t.Errorf("with two who have no part in the visit there are %d renderings", n)
	}
	h.as("p-kay").get("/?team=echo").is(http.StatusOK)
	if n := h.rendered(); n != 4 { // her page leads to other pages of that team alone
		t.Errorf("with one team chosen there are %d renderings", n)
	}
}

// What is rendered for those who answer is never given to those who do not, whoever asks first, nor the other way round.
func TestARenderingIsNeverSharedBetweenClasses(t *testing.T) {
	h := openHouse(t)
	h.with("p-kim", "Kim Oak", buddy.Worker)
	h.with("p-kay", "Kay Dunn", buddy.Worker)
	v, err := h.db.Visit(t.Context(), h.visit())
	h.ok(err)
	for range 2 {
		for _, id := range []string{"p-kim", "p-priya", "p-sam", "p-kay", "p-lee", "p-kim", "p-ann", "p-priya"} {
			got := h.as(id).list()
			if id == "p-kim" || id == "p-kay" {
				got.says("Priya Nair", "Busy – private").hides(v.Reference, "Home visit", "Booked", "answers")
			} else {
				got.says("Priya Nair", v.Reference, "Home visit", "Booked").hides("Busy")
			}
		}
		h.wait(time.Minute)
	}
	one := boardKey{}
	for what, x := range map[string]class{"team": {answers: []string{"echo"}}, "home": {home: "echo"}, "alarm": {told: []string{"echo"}}, "reader": {by: "echo"}} {
		if one.class = x.key(); one == (boardKey{class: class{}.key()}) {
			t.Errorf("a class with a %s has the key of one without", what)
		}
	}
}

func TestAChangeIsInTheNextList(t *testing.T) {
	h := openHouse(t)
	id := h.visit()
	v, err := h.db.Visit(t.Context(), id)
	h.ok(err)
	reference := v.Reference
	h.list().says("Booked")
	h.wait(30 * time.Minute)
	for _, step := range []struct {
		does func()
		says string
	}{
		{func() { h.texts("07700 900101", "IN") }, "Inside"},
		{func() { h.texts("07700 900101", "LATE 10") }, "to 15:40"},
		{func() {
			open := false
			h.ok(h.engine.EditVisit(t.Context(), engine.Actor{By: "p-priya"}, id, engine.VisitEdit{Private: &open}))
		}, "Home visit " + reference + " Sam Hill"}, // no longer private
		{func() {
			_, err := h.engine.PutPerson(t.Context(), engine.Actor{}, buddy.Person{ID: "p-sam", Name: "Sam Moore", Team: "echo", Active: true,
				Roles: []string{buddy.Responder}, Mobile: number("07700 900110")})
			h.ok(err)
		}, "Sam Moore answers"},
		{func() { h.wait(20 * time.Minute); h.texts("07700 900101", "OUT") }, "Open visits 0"},
	} {
		h.list().hides(step.says)
		step.does()
		h.list().says(step.says)
	}
}

func TestTimeAloneChangesAList(t *testing.T) {
	h := openHouse(t)
	h.visit()
	h.wait(30*time.Minute + 10*time.Second)
	h.texts("07700 900101", "IN")
	h.list().says("59 min left")
	h.wait(50 * time.Second)
	h.list().says("59 min left").hides("less than")
	h.wait(58*time.Minute + 59*time.Second)
	h.list().says("Inside", "less than a minute left")
	h.wait(time.Second + time.Millisecond)
	h.list().says("Past its end")
}

// A team's list stays as it is while another's visits change.
func TestAChangeElsewhereLeavesAListStanding(t *testing.T) {
	h := openHouse(t)
	echo, err := h.db.Team(t.Context(), "echo")
	h.ok(err)
	_, err = h.engine.PutTeam(t.Context(), engine.Actor{}, store.Team{ID: "links", Name: "Family Links", Zone: "Europe/London", Plan: echo.Plan, HasPlan: true})
	h.ok(err)
	_, err = h.engine.PutPerson(t.Context(), engine.Actor{}, buddy.Person{ID: "p-kim", Name: "Kim Oak", Team: "links", Active: true, Roles: []string{buddy.Worker}, Mobile: number("07700 900130")})
	h.ok(err)
	h.visit()
	h.as("p-kim").list().hides("Priya")
	_, err = h.db.Seal(t.Context(), h.clock.Now())
	h.ok(err)
	h.as("p-kim").list()
	stands := func(who string) bool {
		p, err := h.db.Person(t.Context(), who)
		h.ok(err)
		m, err := h.pages.shared.now(t.Context(), h.clock.Now())
		h.ok(err)
		h.pages.shared.mu.Lock()
		defer h.pages.shared.mu.Unlock()
		for key, r := range h.pages.shared.kept {
			if strings.Contains(key.teams, p.Team) {
				return r.stands(m, []string{p.Team}, h.clock.Now())
			}
		}
		return false
	}
	h.list()
	h.texts("07700 900101", "LATE 10")
	if !stands("p-kim") || stands("p-sam") {
		t.Errorf("after a text of Priya's, the list of Kim's team stands: %v; that of her own: %v", stands("p-kim"), stands("p-sam"))
	}
}

// A colleague who has no part in alarms sees a visit that is past its end among the open ones, and not where it stands.
func TestAnAlarmThatIsKeptFromSomeoneMovesNoVisit(t *testing.T) {
	h := openHouse(t)
	kim := h.with("p-kim", "Kim Oak", buddy.Worker)
	_, alarm := h.overdue()
	kim.list().says("Open visits 1", "Busy – private").hides("Overdue", "Past its end", "over", "/alarms/", "Ended")
	h.as("p-ada").list().says("Open visits 0").hides("Busy", "/alarms/")
	h.list().says("Open visits 1", "Overdue", "/alarms/"+alarm)
}

// A list whose rows were read after danger began is for nobody who was judged before.
func TestAListThatDangerOvertookIsRenderedAnew(t *testing.T) {
	h := openHouse(t)
	h.visit()
	h.wait(35 * time.Minute)
	h.texts("07700 900101", "IN")
	h.list()
	m, err := h.pages.shared.now(t.Context(), h.clock.Now())
	h.ok(err)
	echo, err := h.db.Team(t.Context(), "echo")
	h.ok(err)
	before := board{pages: h.pages, at: h.clock.Now(), in: time.UTC, teams: []store.Team{echo}, chosen: "echo", number: 1}
	h.texts("07700 900101", "Can you ask Scarlett to ring me")
	if list, err := h.pages.shared.list(t.Context(), m, before); !errors.Is(err, errDangerMoved) || list.html != nil {
		t.Errorf("one judged before it is given %s, %v", list.html, err)
	}
	h.as("p-priya").list().says("Inside").hides("covert")
	h.list().says("Asked for help covertly")
}

func TestRenderingsAreBounded(t *testing.T) {
	h := openHouse(t)
	m, err := h.pages.shared.now(t.Context(), h.clock.Now())
	h.ok(err)
	for i := range mostShared + 20 {
		_, err := h.pages.shared.list(t.Context(), m, board{pages: h.pages, at: h.clock.Now(), in: time.UTC, chosen: strconv.Itoa(i), number: 1})
		h.ok(err)
	}
	if n := h.rendered(); n != mostShared {
		t.Errorf("%d are kept", n)
	}
}

// While boards are looked at from all sides, danger begins, goes on and ends. Whoever must not know of it is never shown it,
// and whoever answers is shown it at once.
func TestNoListOfDangerReachesThoseItIsKeptFrom(t *testing.T) {
	h := openHouse(t)
	h.with("p-kim", "Kim Oak", buddy.Worker)
	h.visit()
	h.wait(35 * time.Minute)
	h.texts("07700 900101", "IN")
	ended := make(chan struct{})
	var looking sync.WaitGroup
	defer looking.Wait()
	defer close(ended)
	for i, id := range []string{"p-priya", "p-kim", "p-priya", "p-kim", "p-sam", "p-lee"} {
		looking.Go(func() { // ends with the test
			for {
				select {
				case <-ended:
					return
				default:
				}
				if got := h.as(id).get("/?fragment=board"); i < 4 {
					got.hides("covert", "Call for help", "/alarms/", "Overdue")
				}
			}
		})
	}
	for range 5 {
		h.texts("07700 900101", "Can you ask Scarlett to ring me")
		open, err := h.db.Alarms(t.Context(), store.AlarmOpen, 0)
		h.ok(err)
		h.list().says("Asked for help covertly")
		h.texts("07700 900101", "LATE 20")
		who := engine.Actor{By: "p-sam", Via: "page"}
		h.ok(h.engine.Act(t.Context(), who, open[0].ID, watch.Acknowledge{}, engine.Words{}))
		h.list().says("Sam Hill has it.")
		h.ok(h.engine.Act(t.Context(), who, open[0].ID, watch.Close{Evidence: watch.SpokeWorker, Note: true, Away: true, Second: "p-lee",
			ExpectedEndAt: h.clock.Now().Add(time.Hour)}, engine.Words{Note: "spoke with her at home"}))
		h.list().says("Open visits 1").hides("covert")
	}
}
