package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
)

var texted = regexp.MustCompile(`https://allclear\.example\.org(/phone/[A-Za-z0-9_-]+)`)

// asks has a worker ask for the link to their own page, and gives its path; "" where none is texted.
func (b *browser) asks(mobile string) string {
	b.Helper()
	b.opens("/sign-in").presses("/sign-in/phone", "mobile", mobile).last.is(http.StatusOK).says("a link is on its way")
	_, err := b.engine.Deliver(b.Context())
	b.ok(err)
	for _, m := range b.town.Phone(number(mobile)).Inbox() {
		if link := texted.FindStringSubmatch(m.Body); link != nil {
			return link[1]
		}
	}
	return ""
}

func TestAWorkersOwnPhonePage(t *testing.T) {
	h := openHouse(t)
	visit := h.visit()
	h.wait(30 * time.Minute)
	h = h.locked("https://allclear.example.org")
	b := h.browser()
	link := b.asks("07700 900101")
	if link == "" {
		t.Fatal("no link was texted")
	}
	b.opens(link).last.is(http.StatusOK).says("opens your own visits").hides("Priya", "Example Street")
	b.presses(link).last.is(http.StatusOK).says("I’m going in", "is not shown on this page").hides("Example Street", "J Smith", "07700 900103", "What happened", "Add to the visit", "/people/")
	b.presses("/visits/" + visit + "/in").last.says("Noted: in.").hides("Example Street")
	b.opens("/visits/"+visit).presses("/visits/"+visit+"/ask", "name", "Jane").last.says("I'll see if I can find Jane for you.")
	b.opens("/visits/"+visit).presses("/visits/"+visit+"/ask", "name", "Scarlett").last.says("I'll see if I can find Scarlett for you.").hides("alarm", "999 ", "danger")
	for _, path := range []string{"/", "/people", "/people/p-priya", "/visits/" + visit + "/edit", "/account", "/alarms", "/rota", "/visits/new"} {
		b.opens(path).last.hides("Example Street", "Ravi", "01632 960101", "Sam Hill works")
		if at := b.last.asked; at != "GET /visits/"+visit {
			t.Errorf("%s leads a phone page to %s", path, at)
		}
	}
	other := h.browser()
	other.opens(link).last.is(http.StatusNotFound).says("was used, or is over")
	h.clock.Move(15 * time.Minute)
	b.opens("/visits/" + visit).last.says("With a password").hides("I’m out")
}

func TestNobodyLearnsWhoseANumberIs(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	for _, mobile := range []string{"07700 900199", "07700 900110"} { // nobody's, and a responder's who visits nobody
		if link := h.browser().asks(mobile); link != "" {
			t.Errorf("%s was texted a link", mobile)
		}
	}
	b := h.browser()
	b.opens("/sign-in").presses("/sign-in/phone", "mobile", "12").last.is(http.StatusUnprocessableEntity).says("Enter a mobile number")
	for range 5 {
		b.opens("/sign-in").presses("/sign-in/phone", "mobile", "07700 900101")
	}
	b.presses("/sign-in/phone", "mobile", "07700 900101").last.is(http.StatusTooManyRequests).says("tried too often")
	if strings.Contains(h.log.String(), "900101") {
		t.Error("the log has the number")
	}
}

func TestAnothersVisitIsNotOnAPhonePage(t *testing.T) {
	h := openHouse(t)
	visit := h.visit()
	_, err := h.engine.Book(t.Context(), engine.Actor{By: "p-ann", Via: "page"}, engine.Booking{Worker: "p-ann", Kind: "home_visit", StartsAt: saturday, ExpectedEndAt: saturday.Add(time.Hour), Private: new(false)})
	h.ok(err)
	h = h.locked("https://allclear.example.org")
	b := h.browser()
	link := b.asks("07700 900121")
	b.opens(link).presses(link)
	b.opens("/visits/" + visit).last.is(http.StatusNotFound).hides("Priya")
}
