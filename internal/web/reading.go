package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/report"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

const (
	longestTried  = 1600 // characters of a text that is tried
	shownExamples = 4    // of a section, of each kind
)

type readingPage struct {
	Layout
	Text     govuk.Textarea
	State    govuk.Radios
	ComesAt  govuk.Input
	Start    govuk.Input
	End      govuk.Input
	Phrase   *govuk.Input // nil: not for this reader
	Tried    bool
	Parts    []textPart // of the text that was tried
	Intent   string     // in words
	Means    string     // what Allclear does with it
	Details  govuk.SummaryList
	Rule     string // what decided, by its name; "" where it is not for the reader
	Sentence string // why
	Sections []checkin.Section
	Nothing  bool // nothing was understood
}

// textPart is a stretch of a text, and whether the reading rests on it.
type textPart struct {
	Words  string
	Marked bool
}

// reading answers GET /reading: a form to try how a text is read.
func (p *Pages) reading(c *request) error {
	now := c.at.In(c.in)
	f := blank("state", string(checkin.Inside), "now", now.Format("15:04"), "start", now.Add(-30*time.Minute).Format("15:04"),
		"end", now.Add(30*time.Minute).Format("15:04"))
	if !visits(c.who) {
		f.values.Set("phrase", "Scarlett")
	}
	return p.show(c, http.StatusOK, "reading", p.readingPage(c, f))
}

// tryText answers POST /reading: how the text is read in its context, and why. Nothing is kept of it, and it is posted
// only because a text does not belong in an address.
func (p *Pages) tryText(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	text := f.values.Get("text")
	switch {
	case strings.TrimSpace(text) == "":
		f.wrong("text", "Enter a text to try")
	case len([]rune(text)) > longestTried:
		f.wrong("text", "The text must be 1,600 characters or fewer")
	}
	x := tryContext(c, f)
	x.Vocabulary = p.Vocabulary
	if f.bad() {
		return p.show(c, http.StatusUnprocessableEntity, "reading", p.readingPage(c, f))
	}
	page := p.readingPage(c, f)
	page.tell(text, x)
	if !visits(c.who) {
		page.ruled(text, x)
	}
	return p.show(c, http.StatusOK, "reading", page)
}

// tryContext is the visit that the text is tried against: its times are on the day of the form, the next after the start.
func tryContext(c *request, f *form) checkin.Context {
	x := checkin.Context{State: checkin.State(f.value("state")), Phrase: c.phrase, Unknowing: true}
	if !visits(c.who) {
		x.Phrase, x.Unknowing = f.value("phrase"), false
	}
	on := dateOf(c.at.In(c.in))
	read := func(field, what string) time.Time {
		t, ok := parseClock(f.value(field))
		if !ok {
			f.wrong(field, "Enter "+what+" as a time, such as 14:30")
			return time.Time{}
		}
		at, _, _ := instant(on, t, c.in)
		return at.In(c.in)
	}
	x.Now = read("now", "when the text comes")
	switch x.State {
	case checkin.None:
	case checkin.Booked, checkin.Inside, checkin.Overdue:
		x.Start, x.End = read("start", "when the visit starts"), read("end", "when the visit is expected to end")
		if x.End.Before(x.Start) {
			x.End = x.End.AddDate(0, 0, 1)
		}
	default:
		f.wrong("state", "Choose where the visit stands")
	}
	if !x.Unknowing && len([]rune(x.Phrase)) > 40 {
		f.wrong("phrase", "The phrase must be 40 characters or fewer")
	}
	return x
}

func (p *Pages) readingPage(c *request, f *form) readingPage {
	page := readingPage{Layout: p.layout(c, "How a text is read").again(f), Text: f.textarea("text", "Text", ""),
		State: f.radios("state", "Where does the visit stand?", "",
			govuk.Choice{Value: string(checkin.Inside), Text: "The worker is inside"},
			govuk.Choice{Value: string(checkin.Booked), Text: "It is booked, and the worker has not gone in"},
			govuk.Choice{Value: string(checkin.Overdue), Text: "It is past its expected end"},
			govuk.Choice{Value: string(checkin.None), Text: "There is no visit"}),
		ComesAt: f.input("now", "The text comes at", ""), Start: f.input("start", "The visit starts at", ""), End: f.input("end", "It is expected to end at", "")}
	if !visits(c.who) {
		page.Phrase = new(f.input("phrase", "The team’s phrase", "The name that covertly asks for help"))
		page.Phrase.Classes = "govuk-input--width-20"
	}
	page.Text.Rows = 3
	page.ComesAt.Classes, page.Start.Classes, page.End.Classes = "govuk-input--width-5", "govuk-input--width-5", "govuk-input--width-5"
	return page
}

// tell says how a text was read, and why.
func (page *readingPage) tell(text string, x checkin.Context) {
	reading, why := checkin.Explain(text, x)
	page.Tried, page.Sentence, page.Nothing = true, sentence(why.Sentence), why.Rule == checkin.Nothing
	page.Parts = partsOf(text, why.Words)
	said := intents[reading.Intent]
	page.Intent, page.Means = said.name, said.means
	row := func(key, value string) {
		if value != "" {
			page.Details.Rows = append(page.Details.Rows, govuk.SummaryRow{Key: govuk.Cell{Text: key}, Value: govuk.Cell{Text: value}})
		}
	}
	row("New expected end", clockOf(reading.Until, x.Now))
	row("New start", clockOf(reading.Begin, x.Now))
	row("Asks for", reading.Name)
	row("Names the visit", reading.Reference)
	if !reading.Number.IsZero() {
		row("Another number", "The text gives a number to reach the worker on")
	}
	if reading.Mention {
		row("The phrase", "Only mentioned, not asked for: it alarms all the same")
	}
	if reading.NoAnswer {
		row("At the door", "Nobody answered")
	}
}

// ruled says by which rule a text was read, and gives texts that the languages have for it. Who only visits is not shown it: a
// list of what is read as what is not for a screen that somebody may read beside them.
func (page *readingPage) ruled(text string, x checkin.Context) {
	_, why := checkin.Explain(text, x)
	page.Rule, page.Sections = string(why.Rule), checkin.Sections(text, x)
	for i, s := range page.Sections {
		page.Sections[i].Wanted, page.Sections[i].Others = s.Wanted[:min(len(s.Wanted), shownExamples)], s.Others[:min(len(s.Others), shownExamples)]
	}
}

// clockOf is a time that a text gave, with its day where that is another.
func clockOf(t, now time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case days(now, t.In(now.Location())) == 0:
		return t.In(now.Location()).Format("15:04")
	default:
		return t.In(now.Location()).Format("15:04 on Monday 2 January")
	}
}

// partsOf cuts a text into what the reading rests on and what it does not.
func partsOf(text string, words []checkin.Span) (parts []textPart) {
	end := 0
	add := func(s string, marked bool) {
		if s != "" {
			parts = append(parts, textPart{report.Showable(s), marked})
		}
	}
	for _, w := range words {
		add(text[end:w.Start], false)
		add(text[w.Start:w.End], true)
		end = w.End
	}
	add(text[end:], false)
	return parts
}

// intents says what a text was understood to be, and what comes of it.
var intents = map[checkin.Intent]struct{ name, means string }{
	checkin.Start:     {"Going in", "The visit is shown as inside. The answer says until when."},
	checkin.Change:    {"A new time", "The clock moves to the new time, and the answer says it. More than 2 hours more is asked back first."},
	checkin.End:       {"Out", "The visit ends, and the responder sees it. During an alarm it only shows: the responder speaks with the worker."},
	checkin.Cancel:    {"Not happening", "The visit is called off, and the answer confirms it."},
	checkin.SafeReply: {"All is well", "Noted and shown to the responder. It ends nothing: the clock runs on."},
	checkin.Ask:       {"Asks for someone to ring", "Passed on to the responder. The clock runs on."},
	checkin.Duress:    {"Asks for help covertly", "An alarm opens at once. The worker’s phone shows nothing but an ordinary answer."},
	checkin.Distress:  {"A call for help", "An alarm opens at once."},
	checkin.Unclear:   {"Not clear", "Asked back. The clock runs on, so nothing is lost."},
}
