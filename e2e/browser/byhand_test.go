package browser_test

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// phones shows the phones of a worker and of all who may be rung about them.
func phones(worker string) string {
	return "/demo?show=p-" + worker + ".mobile&show=p-tom.mobile&show=p-sam.mobile&show=p-sam.personal&show=p-ann.mobile&show=p-ann.personal&show=p-mo.mobile&show=p-lee.mobile"
}

// becomes has the visitor act as someone else, by the page for that.
func (b *page) becomes(name string) {
	b.Helper()
	b.Press("Change who you are acting as")
	b.Sees("Who are you acting as?")
	b.Press(name)
	b.Press("Continue")
	b.Sees("Acting as " + name)
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

// books books a visit from now, of whom the visitor acts as.
func (b *page) books(who, address string, length time.Duration) {
	b.Helper()
	b.Press("Book a visit")
	b.Sees("Who do you visit?")
	now := b.now()
	b.Types("Who do you visit?", who)
	b.Types("Address", address)
	b.Types("How to reach them", "07700 900301")
	b.Chooses("Date", now.Format("2006-01-02"))
	b.Chooses("Start", now.Format("15:04"))
	b.Chooses("Expected end", now.Add(length).Format("15:04"))
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
		phone := b.rings()
		call := b.In("Call to " + phone)
		call.any = true
		if !call.tries("Answer") {
			continue // it has stopped ringing
		}
		said := b.hears(phone, "")
		if strings.Contains(said, about) {
			call.Press(asked(said))
			b.hears(phone, said)
			return strings.TrimSuffix(phone, ", personal mobile")
		}
		if said != "" {
			call.Press("Hang up")
			b.hears(phone, said)
		}
	}
}

// asked is the key that a caller asks for.
func asked(said string) string { return regexp.MustCompile(`press (\d)`).FindStringSubmatch(said)[1] }

// rings waits until a phone rings, and gives whose.
func (b *page) rings() (phone string) {
	b.Helper()
	for phone == "" { // it may have stopped ringing since it was seen
		b.Awaits("Allclear is ringing")
		phone = evaluate[string](b, `[...document.querySelectorAll("[role=group][aria-label^='Call to ']")].find((c) => c.innerText.includes("is ringing"))?.ariaLabel ?? ""`)
	}
	return strings.TrimPrefix(phone, "Call to ")
}

// hears waits for what is said next on a call that was picked up; "" where the caller has nothing more to ask and is gone.
func (b *page) hears(phone, before string) (said string) {
	b.Helper()
	b.until("hear what the call is about", func() error {
		said = evaluate[string](b, fmt.Sprintf(`document.readyState !== "complete" ? "loading" :
			[...document.querySelectorAll("[role=group]")].find((c) => c.ariaLabel === %q)?.innerText ?? ""`, "Call to "+phone))
		if said == "loading" || said != "" && said == before || before == "" && strings.Contains(said, "is ringing") {
			return errUnseen
		}
		return nil
	})
	return said
}

// lets lets so much time pass on the county's clock.
func (b *page) lets(pass time.Duration) {
	b.Helper()
	end := b.now().Add(pass)
	b.sets("240 times")
	b.until("let time pass", func() error {
		b.again()
		if b.now().Before(end) {
			return errUnseen
		}
		return nil
	})
	b.sets("Real time")
}

// offers waits until something can be pressed.
func (b *page) offers(name string) {
	b.Helper()
	b.until("be offered "+name, func() error {
		_, err := b.find(name, pressed)
		return err
	})
}
