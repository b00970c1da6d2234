package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/demo"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/engine/enginetest"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
)

// demoClock is a clock moved by hand whose speed is only shown.
type demoClock struct {
	*enginetest.Clock
	speed atomic.Int64
}

func (c *demoClock) Speed() int { return int(c.speed.Load()) }

func (c *demoClock) SetSpeed(_ context.Context, speed int) error {
	c.speed.Store(int64(speed))
	return nil
}

// openDemo is the demo's pages: a house whose time, and that of its visitors, is moved by hand.
func openDemo(t *testing.T) *house {
	t.Helper()
	h, _ := openDemoOn(t)
	return h
}

// openDemoOn is openDemo with the clock that its people live by.
func openDemoOn(t *testing.T) (*house, *demoClock) {
	t.Helper()
	c := &demoClock{Clock: enginetest.NewClock(saturday)}
	visitors := enginetest.NewClock(saturday)
	h := &house{T: t, db: storetest.SQLite(t).Open(t), clock: visitors, log: &journal{}}
	log := slog.New(slog.NewTextHandler(h.log, nil))
	d := demo.New(demo.Options{Store: h.db, Clock: c, Real: visitors.Now, Log: log})
	h.engine = engine.New(engine.Options{Store: h.db, Clock: c, Random: rand.Reader, Log: log, URL: "http://127.0.0.1", Node: "test", SMS: d.SMS(),
		Voice: d.Voice(), Providers: d.Providers(), Number: d.Number(), Emergency: d.Emergency(), Mail: d.Mail(), MailFrom: d.MailFrom(), OwnDomains: d.OwnDomains(), Rehearsal: true})
	h.ok(d.Begin(t.Context(), h.engine, demo.UsualSpeed))
	pages, err := New(Options{Engine: h.engine, Store: h.db, Access: access.New(h.db), View: view.New(view.Options{Store: h.db, Engine: h.engine, Rehearsal: true}),
		Speed: c.Speed, Rehearsal: true, Demo: d, Clock: visitors.Now, Log: log})
	h.ok(err)
	h.pages = pages
	return h, c
}

func TestADemoThatNobodyLooksAtSaysThatItWasPaused(t *testing.T) {
	const says = "The clock was paused while nobody was looking."
	h := openDemo(t)
	h.get("/demo").is(http.StatusOK).hides(says)
	// An open page asks for what changed by itself, and that is nobody.
	for range 3 {
		h.clock.Move(demo.AloneMost / 3)
		h.get("/demo?fragment=clock").is(http.StatusOK)
	}
	h.pages.Demo.Pass(t.Context())
	h.get("/demo").is(http.StatusOK).says(says, "Let it go on")
	h.get("/").is(http.StatusOK).says(says)
	h.post("/demo/speed", "speed", "60").is(http.StatusSeeOther)
	h.get("/demo").is(http.StatusOK).hides(says, "Let it go on")
}

func TestADemoThatSomebodyLooksAtGoesOn(t *testing.T) {
	h := openDemo(t)
	for range 3 {
		h.clock.Move(demo.AloneMost - time.Minute)
		h.get("/").is(http.StatusOK)
		h.pages.Demo.Pass(t.Context())
	}
	if speed := h.pages.Demo.Time().Speed; speed != demo.UsualSpeed {
		t.Errorf("the clock runs at %d", speed)
	}
}

// Where somebody pauses the clock, the pages that are open no longer say that it runs.
func TestTheBannerOfADemoKeepsUpWithItsClock(t *testing.T) {
	openHouse(t).get("/").hides("/demo?fragment=rehearsal")
	h := openDemo(t)
	h.get("/").says(`<live-region src="/demo?fragment=rehearsal" topic="clock">`, "The clock runs 60 times as fast as real time.")
	h.ok(h.pages.Demo.SetSpeed(t.Context(), 0))
	h.get("/demo?fragment=rehearsal").is(http.StatusOK).says("REHEARSAL", "The clock is paused.").hides("60 times", "<html", "<live-region")
	h.get("/teams").says("The clock is paused.").hides("/demo?fragment=rehearsal") // a page that listens to nothing opens no stream for it
}

// ring lets the plan's time pass until more phones ring than are named, and gives the ids of those that do. Nobody's own time passes.
func ring(h *house, c *demoClock) []string {
	h.Helper()
	for range 40 {
		var ids []string
		c.Move(time.Minute)
		_, err := h.engine.StepDue(h.Context())
		h.ok(err)
		_, err = h.engine.Deliver(h.Context())
		h.ok(err)
		phones, err := h.pages.Demo.Phones(h.Context())
		h.ok(err)
		for _, ph := range phones {
			if rings(ph) {
				ids = append(ids, ph.ID)
			}
		}
		if len(ids) > mostRinging {
			return ids
		}
	}
	h.Fatal("too few phones ring")
	return nil
}

func TestThePageOfADemoBeginsWithThePhonesThatRing(t *testing.T) {
	h, c := openDemoOn(t)
	h.get("/demo?fragment=ringing").says("No phone is ringing.").hides("<html")
	h.get("/demo").says(`fragment=ringing" topic="phones" class="allclear-ringing" role="status"`)
	ids := ring(h, c)
	h.get("/demo?fragment=ringing&show=none").says("Ringing, to answer:", fmt.Sprintf("and %d more", len(ids)-mostRinging))
	for _, id := range ids {
		// A phone that is on the page is gone to, and another is brought there.
		h.get("/demo?fragment=ringing&show="+id).says(`href="#`+id+`"`, "Answer ")
		there := `href="/demo?show=p-tom.mobile&amp;show=` + id + `#` + id + `"`
		if slices.Index(ids, id) < mostRinging {
			h.get("/demo?fragment=ringing&show=p-tom.mobile").says(there)
		}
		h.get("/demo?show=p-tom.mobile&show="+id).says(`id="`+id+`"`, "Allclear is ringing")
	}
}

func TestAStoryBringsItsPhonesAndItsOwnPlace(t *testing.T) {
	h := openDemo(t)
	h.get("/demo").says("To begin, play a story", `id="p-priya.mobile"`).hides("To the story", "This ends the story", `id="p-jo.mobile"`)
	h.get("/").hides("Back to the story")
	h.post("/demo/stories/ask-for-scarlett").leadsTo("/demo#story")
	h.get("/demo").says("To the story", "(playing, step 1 of 11)", `id="p-jo.mobile"`, "Nothing need be pressed", "The story sets the clock").hides(`id="p-priya.mobile"`)
	for _, path := range []string{"/", "/alarms", "/people"} {
		h.get(path).says(`href="/demo#story"`, "Back to the story")
	}
	h.get("/demo?fragment=phones").says(`id="p-jo.mobile"`) // what is live asks for no phones, and follows the story
	h.get("/demo?show=p-tom.mobile").says(`id="p-tom.mobile"`).hides(`id="p-jo.mobile"`)
	h.post("/demo/story", "do", "take-over").leadsTo("/demo#story")
	h.get("/demo").says("It drives nothing any more").hides("This ends the story")
	h.post("/demo/stories/nobody-answers", "show", "p-tom.mobile").leadsTo("/demo?show=p-tom.mobile&show=p-grace.mobile&show=p-ann.mobile&show=p-mo.mobile#story")
}

func TestAStoryEndsAnotherOnlyIfThatIsMeant(t *testing.T) {
	h := openDemo(t)
	h.post("/demo/stories/ask-for-scarlett").leadsTo("/demo#story")
	h.get("/demo").says("This ends the story that is playing: Ask for Scarlett.", "Play instead", "Begin again")
	playing := func() string {
		t.Helper()
		s, _ := h.pages.Demo.Telling()
		return s.ID
	}
	// Who pressed the button of a page that knew of no story is asked, and once.
	h.post("/demo/stories/nobody-answers", "show", "p-tom.mobile").is(http.StatusConflict).
		says("Another story is playing", "To play “Nobody answers” ends “Ask for Scarlett”.", `name="ends" value="ask-for-scarlett"`, `name="show" value="p-tom.mobile"`)
	h.post("/demo/stories/ask-for-scarlett").is(http.StatusConflict)
	h.ok(h.pages.Demo.Pause(t.Context()))
	h.post("/demo/stories/nobody-answers", "ends", "forgotten-check-out").is(http.StatusConflict).says("Another story is paused")
	if playing() != "ask-for-scarlett" {
		t.Fatalf("%s is under way", playing())
	}
	h.post("/demo/stories/nobody-answers", "ends", "ask-for-scarlett").leadsTo("/demo#story")
	if playing() != "nobody-answers" {
		t.Errorf("%s is under way", playing())
	}
	h.post("/demo/stories/no-such-story").is(http.StatusNotFound)
}

func TestADemoThatIsPausedSaysHowItGoesOn(t *testing.T) {
	h := openDemo(t)
	h.get("/demo").says("A minute on it takes 1 s.").hides("Let it go on")
	h.post("/demo/speed", "speed", "600")
	h.get("/demo").says("A minute on it takes 0.1 s.")
	h.post("/demo/speed", "speed", "0")
	h.get("/demo").says("The clock is paused.", "Texts are still answered.", "Let it go on").hides("the story waits too")
	h.post("/demo/speed", "speed", "60")
	h.post("/demo/stories/ask-for-scarlett")
	h.post("/demo/story", "do", "pause")
	h.get("/demo").says("The clock is paused.", "the story waits too", "Go on").hides("Let it go on")
}

// The phones are kept beside the database: where they were not, that is said.
func TestADemoWhosePhonesWereNotKeptSaysSo(t *testing.T) {
	const says = "What was on the phones then was not kept"
	h := openDemo(t)
	h.get("/demo").hides(says)
	h.ok(h.pages.Demo.Begin(t.Context(), h.engine, demo.UsualSpeed))
	h.get("/demo").says(says)
}

func TestAButtonOfAStoryThatIsPressedTooLateShowsHowItStands(t *testing.T) {
	h := openDemo(t)
	h.post("/demo/story", "do", "pause").leadsTo("/demo#story")
	h.post("/demo/stories/ask-for-scarlett")
	h.post("/demo/story", "do", "take-over")
	for _, late := range []string{"pause", "resume", "take-over"} {
		h.post("/demo/story", "do", late, "show", "p-tom.mobile").leadsTo("/demo?show=p-tom.mobile#story")
	}
	h.get("/demo").says("taken over")
	h.post("/demo/story", "do", "dance").is(http.StatusBadRequest)
}

func TestAStoryAsksForWhatIsInItsWay(t *testing.T) {
	const story = "/demo/stories/ask-for-scarlett"
	h := openDemo(t)
	at := h.engine.Now().Add(time.Hour)
	v, err := h.engine.Book(t.Context(), engine.Actor{By: "p-jo"}, engine.Booking{Worker: "p-jo", Kind: "home_visit", StartsAt: at, ExpectedEndAt: at.Add(time.Hour),
		Details: buddy.Form{ServiceUser: private.New("A B"), Address: private.New("1 High Street, Stroud GL5 1AA"), Contact: private.New("07700 900399")}})
	h.ok(err)
	h.post(story).is(http.StatusConflict).says("Jo Park has visits booked", "calls off what Jo Park has booked", "/visits/"+v.Visit, `name="calls-off" value="`+v.Visit+`"`).hides("1 High Street")
	h.post(story, "calls-off", v.Visit).leadsTo("/demo#story")
	h.post("/demo/story", "do", "take-over")
	alarm, err := h.engine.Raise(t.Context(), engine.Actor{By: "p-mo"}, "p-jo", "", watch.Duress, engine.Words{})
	h.ok(err)
	h.post(story, "calls-off", v.Visit).is(http.StatusConflict).says("An alarm about Jo Park is open", `href="/alarms/`+alarm+`"`).hides("Play “Ask for Scarlett”")
	if a, err := h.db.Alarm(t.Context(), alarm); err != nil || a.Status != store.AlarmOpen {
		t.Errorf("the alarm is %s, %v", a.Status, err)
	}
}

// The phones are to be seen while a story plays: above them is the line that it is at, and no other unless it is asked for.
func TestAStoryShowsOneLineAboveThePhones(t *testing.T) {
	h := openDemo(t)
	page := h.get("/demo").Body.String()
	if strings.Index(page, `id="stories"`) > strings.Index(page, `id="phones"`) {
		t.Error("before any story the choice of one is below the phones")
	}
	h.post("/demo/stories/ask-for-scarlett")
	telling, _ := h.pages.Demo.Telling()
	page = h.get("/demo").says("Step 1 of 11.", "(now)").hides(telling.Steps[1].Says, "(next)", "What happened before").Body.String()
	at := []int{strings.Index(page, telling.Steps[0].Says), strings.Index(page, `id="p-jo.mobile"`), strings.Index(page, "Text <strong>IN</strong>"), strings.Index(page, `id="stories"`)}
	if !slices.IsSorted(at) || at[0] < 0 {
		t.Errorf("the line, the phones, how they are used and the other stories are at %v", at)
	}
	h.get("/demo?fragment=story").hides("Stories that play by themselves")
	h.get("/demo?fragment=stories").says("Stories that play by themselves", "Play instead")
	for range 200 {
		h.clock.Move(time.Second)
		h.pages.Demo.Pass(t.Context())
		if s, _ := h.pages.Demo.Telling(); s.Step() > 1 {
			break
		}
	}
	h.get("/demo").says("Step 2 of 11.", "What happened before", telling.Steps[0].Says, "(done)")
}

// hour lets an hour pass in the county, in which nobody does anything: its visitors' minute.
func hour(h *house, c *demoClock) {
	h.Helper()
	for range 60 {
		c.Move(time.Minute)
		h.clock.Move(time.Second)
		h.pages.Demo.Pass(h.Context())
		_, err := h.engine.StepDue(h.Context())
		h.ok(err)
		_, err = h.engine.Deliver(h.Context())
		h.ok(err)
	}
}

func TestThePageOfADemoStaysSmall(t *testing.T) {
	const most = 100_000 // bytes, as for every page
	h, c := openDemoOn(t)
	hour(h, c)
	for _, path := range []string{"/demo", "/demo?show=p-sam.mobile&show=p-ann.mobile&show=p-mo.mobile&show=p-lee.mobile", "/demo?fragment=phones"} {
		got := h.get(path).is(http.StatusOK)
		if n := got.Body.Len(); n >= most {
			t.Errorf("%s takes %d bytes after an hour", path, n)
		}
	}
	h.post("/demo/stories/nobody-answers")
	hour(h, c)
	if n := h.get("/demo").Body.Len(); n >= most {
		t.Errorf("/demo takes %d bytes after a story", n)
	}
}

func TestWhatAPhoneHeldEarlierIsAskedFor(t *testing.T) {
	h, c := openDemoOn(t)
	hour(h, c)
	lines := func(path string) int {
		return strings.Count(h.get(path).Body.String(), `class="allclear-text__at"`)
	}
	const phone = "/demo?fragment=phones&show=p-mo.mobile"
	if n := lines(phone); n != latestLines {
		t.Errorf("%d lines are shown at first", n)
	}
	h.get(phone).says(`href="/demo?show=p-mo.mobile&amp;earlier=p-mo.mobile#p-mo.mobile"`)
	if n := lines(phone + "&earlier=p-mo.mobile"); n <= latestLines {
		t.Errorf("%d lines are shown where the earlier ones were asked for", n)
	}
	h.get("/demo?show=p-mo.mobile&earlier=p-mo.mobile&earlier=none").says("earlier=p-mo.mobile&amp;fragment=phones").hides("earlier=none")
}

func TestAPhoneOnWhichDozensOfCallsRingShowsTheLatest(t *testing.T) {
	calls := []town.Call{{ID: "a", PickedUp: true}}
	for i := range 20 {
		calls = append(calls, town.Call{ID: fmt.Sprint(i)})
	}
	shown, left := latestOf(calls)
	var ids []string
	for _, c := range shown {
		ids = append(ids, c.ID)
	}
	if want := []string{"a", "17", "18", "19"}; !slices.Equal(ids, want) || left != 17 {
		t.Errorf("shown are %q, and left out %d", ids, left)
	}
}
