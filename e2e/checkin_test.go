package e2e_test

import (
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/e2e/town"
)

// inside opens a town in which Priya is in a visit of a length.
func inside(t *testing.T, speed int, length time.Duration) (*town.Town, town.Visit) {
	t.Helper()
	w := open(t, town.Options{Speed: speed})
	w.Settle(nil)
	visit := w.Book(2*time.Minute, length)
	w.Text(town.Priya, "IN")
	w.WaitText(town.Priya.Mobile, w.Tolerance(), "until")
	return w, visit
}

func TestAnOutInTimeEndsTheVisit(t *testing.T) {
	t.Parallel()
	w, visit := inside(t, 600, 20*time.Minute)
	w.Until(w.Now().Add(12 * time.Minute))
	w.Text(town.Priya, "OUT")
	w.WaitText(town.Priya.Mobile, w.Tolerance(), "out ", visit.Reference)
	w.WaitVisit(visit.ID, w.Tolerance(), "be ended", func(v town.Visit) bool { return v.Status == "ended" })
	w.Until(visit.DueAt.Add(3 * time.Minute))
	w.NoAlarm()
	w.NoText(town.Sam.Mobile, "not heard")
}

// An OUT that the provider does not know may be anybody's: it ends nothing, and the silence after it still alarms.
func TestAnOutThatCannotBeFetchedEndsNothing(t *testing.T) {
	t.Parallel()
	w, visit := inside(t, 600, 20*time.Minute)
	w.Until(w.Now().Add(12 * time.Minute))
	const path = "/hooks/twilio/sms"
	form := town.TextForm("SM"+strings.Repeat("f0", 16), town.Priya.Mobile, "OUT")
	status := w.Hook(path, w.Sign(path, form), form)
	w.Check(status/100 == 2, "the webhook takes it (%d)", status)
	w.WaitText(town.Priya.Mobile, w.Tolerance(), "confirming")
	w.Check(w.Visit(visit.ID).Status == "inside", "the visit has not ended")
	w.WaitText(town.Sam.Mobile, visit.DueAt.Sub(w.Now())+w.Tolerance(), "not heard", visit.Reference)
	w.WaitAlarm(w.Tolerance(), "be overdue", func(a town.Alarm) bool { return a.Kind == "overdue" })
}

func TestAWrongSignatureChangesNothing(t *testing.T) {
	t.Parallel()
	w, visit := inside(t, 120, time.Hour)
	const path = "/hooks/twilio/sms"
	before := w.Visit(visit.ID)
	form := town.TextForm("SM"+strings.Repeat("bad0", 8), town.Priya.Mobile, "LATE 30")
	altered := town.TextForm("SM"+strings.Repeat("bad0", 8), town.Priya.Mobile, "LATE 60")
	for name, signature := range map[string]string{
		"none": "", "nonsense": "bm90IGEgc2lnbmF0dXJl", "of another text": w.Sign(path, altered), "of another address": w.Sign("/hooks/twilio/voice", form),
	} {
		status := w.Hook(path, signature, form)
		w.Check(status == http.StatusForbidden, "a signature (%s) is refused with 403 (it is %d)", name, status)
	}
	texts := len(w.TextsTo(town.Priya.Mobile))
	w.Text(town.Priya, "LATE 10") // a true one goes on
	w.WaitText(town.Priya.Mobile, w.Tolerance(), "until")
	after := w.Visit(visit.ID)
	w.Check(after.ExpectedEndAt.Equal(before.ExpectedEndAt.Add(10*time.Minute)), "only the true text counts: %v", after.ExpectedEndAt)
	w.Check(len(w.TextsTo(town.Priya.Mobile)) == texts+1, "only the true text is answered")
}

func TestAnUnknownNumberIsAnsweredWithoutDetail(t *testing.T) {
	t.Parallel()
	w, visit := inside(t, 120, time.Hour)
	const stranger = "+447700900999"
	w.TextFrom(stranger, "OUT")
	answer := w.WaitText(stranger, w.Tolerance(), "do not know")
	for _, detail := range []string{"Priya", "Nair", visit.Reference, "Smith", "Example Street", "visit"} {
		w.Check(!strings.Contains(answer.Body, detail), "a stranger is not told %q: %q", detail, answer.Body)
	}
	w.Check(w.Visit(visit.ID).Status == "inside", "the visit has not ended")
	w.TextFrom(stranger, "help he won't let me leave")
	w.WaitText(town.Sam.Mobile, w.Tolerance(), "help")
}

// Whatever a phone sends is stored and answered, and the next text is understood as ever.
func TestMonstrousTextsBreakNothing(t *testing.T) {
	t.Parallel()
	w, visit := inside(t, 120, time.Hour)
	for _, words := range []string{
		strings.Repeat("out of milk ", 834), "🦄🌈🎉👩‍👩‍👧‍👦", "\x00\x00\x00", "LATE\x00 15", "\xff\xfe", " ", "\u202eTUO", strings.Repeat("a", 10_000),
	} {
		before := len(w.TextsTo(town.Priya.Mobile))
		w.Text(town.Priya, words)
		w.WaitText(town.Priya.Mobile, w.Tolerance(), "")
		w.Check(len(w.TextsTo(town.Priya.Mobile)) > before, "a text of %d bytes is answered", len(words))
	}
	w.Check(w.Visit(visit.ID).Status == "inside", "the visit goes on")
	end := w.Visit(visit.ID).ExpectedEndAt
	w.Text(town.Priya, "LATE 10")
	w.WaitVisit(visit.ID, w.Tolerance(), "end later", func(v town.Visit) bool { return v.ExpectedEndAt.Equal(end.Add(10 * time.Minute)) })
}

func TestATextDeliveredTwiceActsOnce(t *testing.T) {
	t.Parallel()
	w, visit := inside(t, 120, time.Hour)
	before := len(w.TextsTo(town.Priya.Mobile))
	sid := w.Text(town.Priya, "LATE 15")
	w.Deliver(sid)
	w.WaitText(town.Priya.Mobile, w.Tolerance(), "until")
	w.Deliver(sid)
	w.Text(town.Priya, "LATE 10")
	w.WaitText(town.Priya.Mobile, w.Tolerance(), "until")
	end := w.Visit(visit.ID).ExpectedEndAt
	w.Check(end.Equal(visit.ExpectedEndAt.Add(25*time.Minute)), "each of two texts counts once: %v", end)
	w.Check(len(w.TextsTo(town.Priya.Mobile)) == before+2, "each is answered once")
}

// A STOP may keep our answers from ever reaching her again: somebody must know.
func TestAnOptOutIsToldToPeople(t *testing.T) {
	t.Parallel()
	w := open(t, town.Options{Speed: 120})
	w.Settle(nil)
	visit := w.Book(2*time.Minute, time.Hour)
	w.Provider().Phone(town.Priya.Mobile).OptsOut()
	w.Text(town.Priya, "IN")
	w.WaitText(town.Sam.Mobile, 2*w.Tolerance(), "opted out", town.Priya.Short())
	w.Check(w.Visit(visit.ID).Status == "inside", "her text counts all the same")
}

func TestACallOfTheAPIMadeTwiceActsOnce(t *testing.T) {
	t.Parallel()
	w := open(t, town.Options{Speed: 60})
	w.Settle(nil)
	book := town.Request{Method: http.MethodPost, Path: "/visits", Body: w.VisitForm(2*time.Minute, time.Hour), Key: rand.Text()}
	first, second := w.Do(book), w.Do(book)
	w.Check(first.Status == http.StatusCreated, "the visit is booked: %s", first)
	w.Check(second.Status == http.StatusOK || second.Status == http.StatusCreated, "the repeat is answered: %s", second)
	w.Check(id(t, first) == id(t, second), "it is the same visit: %s and %s", first, second)

	late := town.Request{Method: http.MethodPost, Path: "/checkins", Body: town.Form{"person": town.Priya.ID, "text": "IN"}, Key: rand.Text()}
	w.Do(late)
	texts := len(w.Visit(id(t, first)).Timeline)
	w.Do(late)
	w.Check(len(w.Visit(id(t, first)).Timeline) == texts, "a check-in sent twice is on the record once")
}

// What a short text means is what was asked: the visit was ended by neither, and the no is a cry for help.
func TestNoToHowThingsAreIsACryForHelp(t *testing.T) {
	t.Parallel()
	w, visit := inside(t, 120, 20*time.Minute)
	w.WaitText(town.Priya.Mobile, visit.ExpectedEndAt.Sub(w.Now())+w.Tolerance(), "how are things going")
	w.Text(town.Priya, "yes")
	w.WaitText(town.Priya.Mobile, w.Tolerance(), "noted")
	w.Check(w.Visit(visit.ID).Status == "inside", "a yes ends nothing")
	w.Text(town.Priya, "no")
	w.WaitText(town.Priya.Mobile, w.Tolerance(), "got your message")
	w.WaitAlarm(w.Tolerance(), "be of distress", func(a town.Alarm) bool { return a.Kind == "distress" })
	w.WaitText(town.Sam.Mobile, w.Tolerance(), "999", visit.Reference)
}

// A text that was sent too soon is answered once, with its rest.
func TestAnUnfinishedTextIsReadWithItsRest(t *testing.T) {
	t.Parallel()
	w, visit := inside(t, 20, time.Hour)
	before := len(w.TextsTo(town.Priya.Mobile))
	w.Text(town.Priya, "be here another")
	w.Text(town.Priya, "90 mins")
	w.WaitText(town.Priya.Mobile, w.Tolerance(), "until", visit.Reference)
	w.WaitVisit(visit.ID, w.Tolerance(), "end later", func(v town.Visit) bool { return v.ExpectedEndAt.After(visit.ExpectedEndAt) })
	w.Until(w.Now().Add(3 * time.Minute))
	w.Check(len(w.TextsTo(town.Priya.Mobile)) == before+1, "both are answered once")
}
