package browser_test

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// phones shows the phones of a worker and of all who may be rung about them.
func phones(worker string) string {
	return "/demo?show=p-" + worker + ".mobile&show=p-tom.mobile&show=p-sam.mobile&show=p-sam.personal&show=p-ann.mobile&show=p-ann.personal&show=p-mo.mobile&show=p-lee.mobile"
}

// takes opens the phones, with the clock at one of its speeds.
func (b *page) takes(worker, speed string) {
	b.Helper()
	b.Open(phones(worker))
	b.sets(speed)
}

// texts sends a text from someone's phone.
func (b *page) texts(from, words string) {
	b.Helper()
	b.Types("Text from "+from, words)
	b.Press("Send from " + from)
	b.Awaits("Sent: " + words)
}

// books books a visit of half an hour from now, by who visits.
func (b *page) books(worker, who, address string) {
	b.Helper()
	b.actsAs("p-" + worker)
	b.Open("/visits/new")
	now := b.now()
	b.Types("Who do you visit?", who)
	b.Types("Address", address)
	b.Types("How to reach them", "07700 900301")
	b.Chooses("Date", now.Format("2006-01-02"))
	b.Chooses("Start", now.Format("15:04"))
	b.Chooses("Expected end", now.Add(30*time.Minute).Format("15:04"))
	b.Press("Book the visit")
	b.Sees("The visit is booked")
}

// now is the county's clock as the page has it.
func (b *page) now() time.Time {
	b.Helper()
	at, err := time.Parse(time.RFC3339, evaluate[string](b, `document.documentElement.dataset.now`))
	b.must(err)
	london, err := time.LoadLocation("Europe/London")
	b.must(err)
	return at.In(london)
}

// answers picks up whatever rings until a call is about a worker, and presses the key that the caller asks for. It gives who took charge.
func (b *page) answers(about string) (who string) {
	b.Helper()
	for {
		b.Awaits("Allclear is ringing")
		who = evaluate[string](b, `document.querySelector("[role=group][aria-label^='Call to']")?.ariaLabel ?? ""`)
		if who == "" {
			continue // it has stopped ringing since it was seen
		}
		call := b.In(who)
		call.any = true
		if !call.tries("Answer") {
			continue // it has stopped ringing
		}
		var said string
		b.until("hear what the call is about", func() error {
			said = evaluate[string](b, `[...document.querySelectorAll("[role=group][aria-label^='Call to']")].map((c) => c.innerText).find((t) => t.includes("“")) ?? ""`)
			if said == "" {
				return errUnseen
			}
			return nil
		})
		if strings.Contains(said, about) {
			call.Press(regexp.MustCompile(`press (\d)`).FindStringSubmatch(said)[1])
			return strings.TrimPrefix(who, "Call to ")
		}
		call.Press("Hang up")
	}
}

// A person books, texts, answers the phone, takes charge, rings and closes, and nothing plays by itself.
func TestAForgottenCheckOutByHand(t *testing.T) {
	t.Parallel()
	for how, set := range hows {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			b := set(demo(t).visitor(t))
			b.takes("priya", "Real time")
			b.texts("Tom Price", "OUT") // his visit is nearly over
			b.books("priya", "M Hollis", "3 Mill Lane, Gloucester GL1 2AB")

			b.takes("priya", "Real time")
			b.texts("Priya Nair", "IN")
			b.Awaits("Received: REHEARSAL In ")
			b.sets("240 times")
			b.Awaits("We have not heard from Priya N")
			b.sets("10 times") // so that the phone still rings
			who := b.answers("Priya N")
			b.sets("Real time")

			b.actsAs("p-" + strings.ToLower(strings.Fields(who)[0]))
			b.Open("/alarms")
			b.Press("Priya Nair: Overdue")
			b.Sees("You have had this alarm since")
			b.Press("Someone answered the call to Priya's mobile")
			b.Types("What they said, and what you asked to be sure", "On the bus home.")
			b.Press("I spoke to Priya")
			b.Press("I spoke with Priya")
			b.Types("What do you know?", "She told me where she parked, as agreed.")
			b.Press("It has ended")
			b.In("Close the alarm").Press("Close the alarm")
			b.Sees("closed")
			b.takes("priya", "Real time")
			b.Awaits("alarm")
		})
	}
}
