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

// Whoever holds the telephone of a worker who asked for Scarlett finds on her own page what they would find had she asked for
// Jane: the same answers, in the same number and order (rule 4.2).
func TestInDuressThePhonePageIsThatOfAnyDay(t *testing.T) {
	scarlett, jane := phoneAfternoon(t, "Scarlett"), phoneAfternoon(t, "Jane")
	if len(scarlett) != len(jane) {
		t.Fatalf("%d answers, not %d", len(scarlett), len(jane))
	}
	for i := range jane {
		if scarlett[i] != jane[i] {
			t.Errorf("answer %d is\n%s\nelse\n%s", i, differs(scarlett[i], jane[i]), differs(jane[i], scarlett[i]))
		}
	}
}

// phoneAfternoon is a visit on which its worker asks for a person on her phone page, and all that the page then answers, with
// the texts that her telephone gets.
func phoneAfternoon(t *testing.T, name string) (answers []string) {
	t.Helper()
	h := openHouse(t)
	id := h.visit()
	kept, err := h.db.Visit(t.Context(), id)
	h.ok(err)
	h.wait(30 * time.Minute)
	h = h.locked("https://allclear.example.org")
	b := h.browser()
	link := b.asks("07700 900101")
	note := func(b *browser) {
		_, err := b.engine.Deliver(b.Context())
		h.ok(err)
		var said strings.Builder
		said.WriteString(strings.ReplaceAll(b.last.plainly(name, kept), link, "LINK"))
		for _, m := range h.town.Phone(number("07700 900101")).Inbox() {
			said.WriteString("\n" + strings.NewReplacer(name, "NAME", kept.Reference, "REF", link, "LINK").Replace(m.Body))
		}
		answers = append(answers, said.String())
	}
	v := "/visits/" + id
	note(b.opens(link))
	note(b.presses(link))
	note(b.presses(v + "/in"))
	note(b.opens(v).presses(v+"/ask", "name", name))
	h.wait(2 * time.Minute)
	note(b.opens(v))
	note(b.opens(v + "?fragment=visit"))
	note(b.opens("/phone"))
	note(b.presses(v+"/late", "until-time", "15:45"))
	note(b.opens(v).presses(v+"/record", "words", "Has "+name+" got a minute"))
	h.wait(10 * time.Minute)
	note(b.opens(v).presses(v + "/out"))
	note(b.opens(v))
	note(b.opens("/phone"))
	return answers
}
