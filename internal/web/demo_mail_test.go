package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/private"
)

// Invites are read as a mail program reads them, and an alarm is among what came.
func TestADemoShowsTheEMailsThatGoOut(t *testing.T) {
	h := openDemo(t)
	h.get("/demo").is(http.StatusOK).says(`href="/demo/mail?of=p-priya"`, "E-mail (")
	h.get("/demo/mail?of=p-priya").is(http.StatusOK).says("priya@county.example, ECHo", "An invite: <bdi>REHEARSAL: Visit (", "Your visit ", " to <time datetime=",
		"Whatever you answer to this invite", `href="/visits/`).
		hides("BUDDY FORM", "Important")
	h.get("/demo/mail?of=p-dan").is(http.StatusOK).says("how are things going?", "An answer to this e-mail tells us nothing")
	h.get("/demo/mail?of=p-sam").is(http.StatusOK).says("Sam Hill", "Earlier e-mails")
	h.get("/demo/mail?of=p-sam&earlier=").is(http.StatusOK).says("Allclear: alarm (", "Important", "Nobody reads answers to this e-mail.", "does not take charge of the alarm")
	h.get("/demo/mail?of=p-bea").is(http.StatusOK).says("No e-mail has come yet.")
	h.get("/demo/mail").is(http.StatusOK).says("sam@county.example") // whose mailbox it is who looks at it
	h.get("/demo/mail?of=p-nobody").is(http.StatusNotFound)
	h.get("/demo/mail?of=p-sam&fragment=letters").is(http.StatusOK).hides("<html", "<live-region")
	openHouse(t).get("/demo/mail").is(http.StatusNotFound)
}

// The whole buddy form is in the invite of who answers, as the organisation's own domain is theirs (rule 1.4).
func TestADemosResponderHasTheBuddyFormInTheInvite(t *testing.T) {
	h := openDemo(t)
	page := h.get("/demo/mail?of=p-sam&earlier=").is(http.StatusOK).says("BUDDY FORM", "5 ft 4, short black hair", "Accepting this invite takes charge of no alarm.", "Marked private: who looks into this calendar sees that they are busy.")
	page.hides("Earlier e-mails")
}

func TestWhatALetterShowsOfItsEvent(t *testing.T) {
	begins := time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)
	event := calendar.Event{UID: "a@b", Stamp: begins, Start: calendar.Moment{At: begins}, End: calendar.Moment{At: begins.Add(time.Hour)}, Summary: private.New("Visit (A7F3)"), Class: calendar.Private}
	written := func(method calendar.Method, sequence int) string {
		e := event
		e.Sequence = sequence
		return string(calendar.Calendar{Method: method, Events: []calendar.Event{e}}.Encode())
	}
	for name, test := range map[string]struct {
		letter town.Letter
		want   string // what it is called; "" for no event
	}{
		"an invite":          {town.Letter{Method: "REQUEST", Calendar: written(calendar.Request, 0)}, "An invite"},
		"a change":           {town.Letter{Method: "REQUEST", Calendar: written(calendar.Request, 2)}, "A change of an invite"},
		"it is taken back":   {town.Letter{Method: "CANCEL", Calendar: written(calendar.Cancel, 3)}, "An event that is taken back"},
		"no calendar":        {town.Letter{}, ""},
		"a calendar of none": {town.Letter{Method: "REQUEST", Calendar: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}, ""},
	} {
		v := eventOf(test.letter, time.UTC)
		if (v == nil) != (test.want == "") {
			t.Errorf("%s: %+v", name, v)
			continue
		}
		if v != nil && (v.What != test.want || v.Summary != "Visit (A7F3)" || !v.From.Equal(begins) || !v.Until.Equal(begins.Add(time.Hour)) || !v.Private) {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if (letterView{Letter: town.Letter{Class: channel.Info}}).Urgent() || !(letterView{Letter: town.Letter{Class: channel.Alarm}}).Urgent() {
		t.Error("what is urgent is not an alarm")
	}
}

// Words that are no address stay words, and an address leads nowhere but to this demo.
func TestTheLinksOfALetterLeadIntoTheDemo(t *testing.T) {
	for words, want := range map[string]string{
		"See http://127.0.0.1:8080/visits/v1.":            `See </bdi><a class="govuk-link" href="/visits/v1">http://127.0.0.1:8080/visits/v1</a><bdi>.`,
		"https://evil.example//evil.example/x":            `href="/evil.example/x"`,
		"http://127.0.0.1:8080":                           `href="/"`,
		`<script>alert(1)</script> javascript:alert(1)`:   "&lt;script&gt;alert(1)&lt;/script&gt; javascript:alert(1)",
		`http://x.example/"onmouseover="alert(1)`:         `href="/"`,
		"http://127.0.0.1:8080/a?b=<b>&c (and so forth).": `href="/a"`,
	} {
		if got := string(lettersPage{}.LinksIn(words)); !strings.Contains(got, want) || strings.Contains(got, "<script") || strings.Contains(got, `" onmouseover`) || strings.Contains(got, `"onmouseover`) {
			t.Errorf("%q is shown as %s", words, got)
		}
	}
}
