// Package weekend is the play that Allclear was made for: a visit on a Saturday, its worker falls silent, and the people
// on call find her. It goes by the senior management cover document's own clock, from the booking to the handover sheet.
package weekend

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/e2e/town"
)

// The play's clock, on the plan's own settings unless a play changes them.
const (
	Before    = 2 * time.Minute  // from booking to start, or a little less: visits begin on the minute
	Length    = 5 * time.Minute  // as booked
	Extension = 15 * time.Minute // as Priya texts
	Grace     = 15 * time.Minute // silence that is still normal
	RingRound = 30 * time.Minute // then the police
)

// Options change the play.
type Options struct {
	// Tell is handed each line of the story as it happens; done is a thing that was checked. Nil tells nobody.
	Tell func(at time.Time, done bool, line string)
	// AcknowledgeWithin is how long one responder has before the next is told; 0 is the plan's 5 min.
	AcknowledgeWithin time.Duration
	// SlowHands leaves time for an Allclear that is killed in between: Priya texts the time itself, and Ann takes the
	// alarm on the page when her call was cut off.
	SlowHands bool
}

// Play plays the weekend in an open town and returns how many things were checked. What does not happen ends it.
func Play(w *town.Town, o Options) (checks int) {
	if o.AcknowledgeWithin == 0 {
		o.AcknowledgeWithin = 5 * time.Minute
	}
	p := &play{Town: w, o: o}
	p.settle()
	p.goIn()
	p.runLate()
	p.fallSilent()
	p.tellFirstResponder()
	p.tellSecondResponder()
	p.ringRound()
	p.tellPolice()
	p.standDown()
	p.lookBack()
	return p.checks
}

type play struct {
	*town.Town
	o      Options
	checks int

	visit town.Visit
	alarm town.Alarm
	end   time.Time // the expected end as it stands
}

// tell says what somebody does.
func (p *play) tell(format string, args ...any) {
	if p.o.Tell != nil {
		p.o.Tell(p.Now(), false, fmt.Sprintf(format, args...))
	}
}

// saw counts and says what came of it.
func (p *play) saw(format string, args ...any) {
	p.checks++
	if p.o.Tell != nil {
		p.o.Tell(p.Now(), true, fmt.Sprintf(format, args...))
	}
}

// must checks that something holds, and says so.
func (p *play) must(holds bool, format string, args ...any) {
	p.Check(holds, format, args...)
	p.saw(format, args...)
}

func (p *play) settle() {
	p.tell("The office sets up the team ECHo and its people: Priya visits; Sam is first on call, Ann second; Lee is the fallback.")
	p.Settle(town.Form{"acknowledge_within": fmt.Sprintf("%dm", int(p.o.AcknowledgeWithin.Minutes()))})
	p.PressesKey(town.Ann)
	p.visit = p.Book(Before, Length)
	p.end = p.visit.ExpectedEndAt
	p.saw("Priya's home visit is booked: reference %s, %s to %s.", p.visit.Reference, town.Clock(p.visit.StartsAt), town.Clock(p.end))
	p.must(p.visit.Status == "booked" && p.visit.DueAt.Equal(p.end.Add(Grace)), "It is due at %s, 15 minutes after its expected end.", town.Clock(p.end.Add(Grace)))
	p.must(p.visit.Responder != nil && p.visit.Responder.ID == town.Sam.ID, "Sam Hill answers for it.")
}

func (p *play) goIn() {
	p.Until(p.visit.StartsAt)
	p.tell("Priya is at the door and texts: IN")
	p.Text(town.Priya, "IN")
	reply := p.WaitText(town.Priya.Mobile, p.Tolerance(), "In ", town.Clock(p.end))
	p.saw("She is answered: %q", reply.Body)
	p.must(strings.Contains(reply.Body, "REHEARSAL"), "The answer says that this is a rehearsal.")
	p.WaitVisit(p.visit.ID, p.Tolerance(), "be inside", func(v town.Visit) bool { return v.Status == "inside" })
	p.saw("The visit is shown as inside.")
}

func (p *play) runLate() {
	p.end = p.end.Add(Extension)
	words := "LATE 15"
	if p.o.SlowHands { // a number of minutes means another time once the end has passed
		words = "LATE " + town.Clock(p.end)
	}
	p.tell("It takes longer. Priya texts: %s", words)
	p.Text(town.Priya, words)
	reply := p.WaitText(town.Priya.Mobile, p.Tolerance(), town.Clock(p.end))
	p.saw("She is answered: %q", reply.Body)
	p.WaitVisit(p.visit.ID, p.Tolerance(), "end 15 minutes later", func(v town.Visit) bool { return v.ExpectedEndAt.Equal(p.end) })
	p.saw("The visit now ends at %s and is due at %s.", town.Clock(p.end), town.Clock(p.end.Add(Grace)))
}

func (p *play) fallSilent() {
	p.tell("Then Priya falls silent.")
	first := p.WaitText(town.Priya.Mobile, p.until(p.end)+p.Tolerance(), p.visit.Reference)
	p.saw("At her expected end she is asked: %q", first.Body)
	p.NoText(town.Sam.Mobile, "not heard")
	second := p.WaitText(town.Priya.Mobile, p.until(p.end.Add(10*time.Minute))+p.Tolerance(), p.visit.Reference)
	p.saw("Ten minutes on, once more: %q", second.Body)
	p.NoAlarm()
	p.saw("No alarm yet: 15 minutes of silence are still normal.")
}

// until is how much plan time is left until an instant.
func (p *play) until(at time.Time) time.Duration { return max(0, at.Sub(p.Now())) }

func (p *play) tellFirstResponder() {
	due := p.end.Add(Grace)
	work := p.WaitText(town.Sam.Mobile, p.until(due)+p.Tolerance(), town.Priya.Short(), p.visit.Reference, "not heard")
	p.saw("T + 15: Sam's work phone is texted: %q", work.Body)
	p.must(!work.At.Before(due.Add(-p.Tolerance())), "It did not come before it was due.")
	p.WaitText(town.Sam.Personal, p.Tolerance(), town.Priya.Short(), p.visit.Reference)
	p.saw("His own phone is texted too.")
	p.WaitCall(town.Sam.Mobile, p.Tolerance())
	p.saw("And he is rung. He does not answer.")
	p.discreet(work.Body)
	p.alarm = p.WaitAlarm(p.Tolerance(), "be overdue", func(a town.Alarm) bool { return a.Kind == "overdue" && a.Worker == town.Priya.ID })
	p.must(p.alarm.PoliceDueAt.Equal(due.Add(RingRound)), "The alarm is open; the police are due at %s.", town.Clock(due.Add(RingRound)))
	p.WaitVisit(p.visit.ID, p.Tolerance(), "be overdue", func(v town.Visit) bool { return v.Status == "overdue" })
	p.saw("The visit is shown as overdue.")
}

// discreet checks that a text to a responder gives away nothing about the family.
func (p *play) discreet(body string) {
	for _, secret := range []string{"Smith", "Example Street", "Nair", town.Contact, "900103"} {
		p.Check(!strings.Contains(body, secret), "the text does not hold %q", secret)
	}
	p.saw("The text names neither the family nor the place.")
}

func (p *play) tellSecondResponder() {
	next := p.end.Add(Grace + p.o.AcknowledgeWithin)
	text := p.WaitText(town.Ann.Mobile, p.until(next)+p.Tolerance(), town.Priya.Short(), p.visit.Reference, "not heard")
	p.saw("Nobody took it for %d minutes: Ann, second on call, is texted: %q", int(p.o.AcknowledgeWithin.Minutes()), text.Body)
	p.must(!text.At.Before(next.Add(-p.Tolerance())), "She was not troubled before.")
	p.WaitText(town.Sam.Mobile, p.Tolerance(), p.visit.Reference, "not heard")
	p.saw("Sam is told again.")
	p.WaitCall(town.Ann.Mobile, p.Tolerance())
	p.tell("Ann's phone rings. She answers and presses the key that she is asked to.")
	p.annHasIt()
	p.saw("Ann has the alarm.")
	has := p.WaitText(town.Sam.Mobile, 2*p.Tolerance(), town.Ann.First(), "has the alarm")
	p.saw("Sam hears who has it: %q", has.Body)
}

// annHasIt waits for Ann's key press to count. With slow hands she uses the page when her call was cut off.
func (p *play) annHasIt() {
	annHas := func(a town.Alarm) bool { return a.Holder() == town.Ann.ID }
	if !p.o.SlowHands {
		p.WaitAlarm(time.Minute+p.Tolerance(), "be Ann's by her key press", annHas)
		return
	}
	soon := p.Now().Add(2 * time.Minute)
	for p.Now().Before(soon) {
		if open := p.Alarms("open"); len(open) == 1 && annHas(open[0]) {
			return
		}
	}
	p.Acknowledge(p.alarm, town.Ann)
	p.WaitAlarm(p.Tolerance(), "be Ann's", annHas)
}

func (p *play) ringRound() {
	p.tell("Ann rings round: Priya's mobile, her home, her husband; again and again.")
	tries := []struct{ number, result, note string }{
		{town.Priya.Mobile, "voicemail", "left my name and number"},
		{town.Priya.Home, "no_answer", ""},
		{town.Ravi, "spoke_other", "has not heard from her since lunch"},
	}
	police := p.end.Add(Grace + RingRound)
	logged := 0
	for round := 0; p.Now().Before(police.Add(-2 * time.Minute)); round++ {
		for _, try := range tries {
			p.Call(p.alarm, town.Ann, try.number, try.result, try.note)
			logged++
		}
		p.Until(earlier(p.Now().Add(3*time.Minute), police.Add(-time.Minute)))
	}
	seen := 0
	for _, m := range p.Visit(p.visit.ID).Timeline {
		if m.What == "call" {
			seen++
		}
	}
	p.must(seen == logged, "All %d tries are on the record.", logged)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func (p *play) tellPolice() {
	police := p.end.Add(Grace + RingRound)
	prompt := p.WaitText(town.Ann.Mobile, p.until(police)+p.Tolerance(), "police", p.visit.Reference)
	p.saw("T + 45: Ann is prompted: %q", prompt.Body)
	p.must(!prompt.At.Before(police.Add(-p.Tolerance())), "That is 30 minutes of ring-round after the alarm.")
	p.WaitText(town.Sam.Mobile, p.Tolerance(), "police", p.visit.Reference)
	p.saw("Sam, who was told before, is prompted too.")
	p.sheet("application/json", func(b []byte) bool { return json.Valid(b) && said(b, "Priya Nair", "AB12 CDE", town.ServiceUser) })
	p.sheet("text/html", func(b []byte) bool { return said(b, "<html", "Priya Nair", "AB12 CDE", "Example Street") })
	p.sheet("application/pdf", func(b []byte) bool { return bytes.HasPrefix(b, []byte("%PDF-")) })
	next := p.Now().Add(20 * time.Minute)
	p.Police(p.alarm, town.Ann, "GC-20261122-0412", "PC 1822 Howell", next)
	told := p.WaitAlarm(p.Tolerance(), "say that the police were told", func(a town.Alarm) bool { return a.PoliceToldAt != nil })
	p.must(told.Status == "open", "Ann has told the police; the alarm stays open, and they speak again by %s.", town.Clock(next))
	p.Liaison(p.alarm, town.Ann, "car at the address, her Fiesta is outside")
	p.saw("What the police say is logged.")
}

// sheet fetches the handover sheet in one form.
func (p *play) sheet(mediaType string, right func([]byte) bool) {
	sheet := p.Handover(p.alarm, mediaType)
	p.must(right(sheet), "The handover sheet is there as %s, %d bytes.", mediaType, len(sheet))
}

func said(b []byte, words ...string) bool {
	for _, word := range words {
		if !bytes.Contains(bytes.ToLower(b), []byte(strings.ToLower(word))) {
			return false
		}
	}
	return true
}

func (p *play) standDown() {
	p.tell("Priya rings Ann: her phone had died, she is at home.")
	p.Call(p.alarm, town.Ann, town.Priya.Home, "spoke_worker", "her phone had died")
	path := "/alarms/" + p.alarm.ID + "/close"
	p.Refused(town.Request{Method: http.MethodPost, Path: path, Body: town.CloseForm(town.Ann, nil)}, "police_stood_down", http.StatusUnprocessableEntity)
	p.saw("The alarm does not close before the police are stood down.")
	p.CloseAlarm(p.alarm, town.CloseForm(town.Ann, town.Form{
		"police_stood_down": town.Form{"at": town.Instant(p.Now().Add(-time.Minute)), "to": "PC 1822 Howell"},
	}))
	p.saw("With the police stood down and the evidence given, it closes.")
	p.WaitText(town.Sam.Mobile, p.Tolerance(), "stood down", p.visit.Reference)
	p.WaitText(town.Ann.Mobile, p.Tolerance(), "stood down", p.visit.Reference)
	p.saw("Everyone who was told is stood down.")
}

func (p *play) lookBack() {
	p.NoAlarm()
	closed := p.Alarms("closed")
	p.must(len(closed) == 1 && closed[0].Evidence != nil && *closed[0].Evidence == "spoke_worker", "The alarm is closed, with how we know.")
	p.must(p.Visit(p.visit.ID).Status == "ended", "The visit has ended.")
	p.NoText(town.Lee.Mobile, p.visit.Reference, "not heard")
	p.saw("Lee, the fallback, was not needed and not told.")
}
