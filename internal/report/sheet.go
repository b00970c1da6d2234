package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/watch"
)

// sheet is the page as it is laid out, whatever it is printed on.
type sheet struct {
	Title     string
	Rehearsal bool
	Head      []row
	Sections  []section
}

// section is one step of the order that rule 3.4 gives.
type section struct {
	ID, Heading string
	Warning     string // stands first, and out
	Text        []string
	Rows        []row
	Calls       []callRow // for the record: not read aloud
	CallsTitle  string
	Photograph  *photograph
}

type row struct{ Label, Value string }

type callRow struct{ At, To, Whose, By, Result, Note string }

// sheet lays out the handover.
func (h Handover) sheet() sheet {
	s := sheet{Title: strings.TrimSpace("Handover to the police " + h.reference()), Rehearsal: h.Rehearsal}
	s.Head = []row{
		{"Written", h.day(h.WrittenAt)},
		{"Police", h.police()},
	}
	s.Sections = []section{h.urgency(), h.worker()}
	s.Sections = append(s.Sections, h.visits()...)
	s.Sections = append(s.Sections, h.end(), h.lastWord(), h.calls(), h.kin(), h.callBack())
	return s.showable()
}

func (h Handover) police() string {
	if h.ForceNumber.IsZero() {
		return or(h.Force) + ": 999; number from elsewhere not known"
	}
	return fmt.Sprintf("%s: 999, or from elsewhere %s", or(h.Force), h.ForceNumber.National())
}

func (h Handover) worker() section {
	w := h.Worker
	car := spaced(w.Vehicle.Colour, w.Vehicle.Make, w.Vehicle.Model)
	return section{ID: "worker", Heading: "The worker", Photograph: readPhotograph(w.Photograph), Rows: []row{
		{"Name", reveal(w.Name)},
		{"Description", reveal(w.Description)},
		{"Mobile", number(w.Mobile)},
		{"Vehicle", or(car)},
		{"Registration", reveal(w.Vehicle.Registration)},
	}}
}

func (h Handover) visits() []section {
	if len(h.Visits) == 0 {
		return []section{h.noVisit()}
	}
	var all []section
	for i, v := range h.Visits {
		s := section{ID: "visit", Heading: "The visit"}
		if i > 0 {
			s.ID, s.Heading = fmt.Sprintf("visit-%d", i+1), "Another visit, not heard from either"
		}
		s.Rows = append([]row{{"Who", reveal(v.ServiceUser)}}, v.where()...)
		s.Rows = append(s.Rows, row{"Contact", reveal(v.Contact)}, row{"What for", or(v.Purpose)}, row{"Also there", reveal(v.Others)},
			v.risks())
		if i == 0 {
			s.Rows = append(s.Rows, h.said()...)
		}
		all = append(all, s)
	}
	return all
}

// noVisit stands in place of a visit: then the visit before, and whoever raised the alarm, are all that tells where to look.
func (h Handover) noVisit() section {
	s := section{ID: "visit", Heading: "The visit", Text: []string{"No visit is booked. Where they are is not known."}, Rows: h.said()}
	if v := h.LastVisit; v != nil {
		s.Rows = append([]row{{h.lastVisit(), v.Whereabouts()}, {"Who", reveal(v.ServiceUser)}, {"Contact", reveal(v.Contact)}}, s.Rows...)
		if len(v.Risks) > 0 {
			s.Rows = append(s.Rows, v.risks())
		}
	}
	if h.Whereabouts() {
		s.Heading, s.Text = "Where they may be", []string{"No visit is booked."}
	}
	return s
}

func (v Visit) risks() row { return row{"Known risks", or(v.KnownRisks())} }

// KnownRisks says the risks in one line; "" for none.
func (v Visit) KnownRisks() string { return joined(v.Risks, "; ", private.Text.Reveal) }

// lastVisit says what the visit before is to where the worker is now.
func (h Handover) lastVisit() string {
	if h.LastVisit.EndedAt.IsZero() {
		return "Last visit, to end " + h.at(h.LastVisit.ExpectedEndAt)
	}
	return "Last visit, ended " + h.at(h.LastVisit.EndedAt)
}

// Whereabouts is the address in one line; both where it was edited after the worker went in.
func (v Visit) Whereabouts() string {
	if v.AddressAtIn.IsZero() || v.AddressAtIn == v.Address {
		return reveal(v.Address)
	}
	return fmt.Sprintf("%s (when they went in: %s)", reveal(v.Address), reveal(v.AddressAtIn))
}

// said is what those know who raised the alarm.
func (h Handover) said() (rows []row) {
	for _, x := range h.Said {
		said := "raised the alarm too"
		if !x.Text.IsZero() {
			said = "“" + x.Text.Reveal() + "”"
		}
		rows = append(rows, row{fmt.Sprintf("%s, at %s", or(x.By), h.at(x.At)), said})
	}
	return rows
}

// where gives the address; both where it was edited after the worker went in.
func (v Visit) where() []row {
	if v.AddressAtIn.IsZero() || v.AddressAtIn == v.Address {
		return []row{{"Where", reveal(v.Address)}}
	}
	return []row{
		{"Where, when they went in", reveal(v.AddressAtIn)},
		{"Where, as changed since", reveal(v.Address)},
	}
}

func (h Handover) end() section {
	s := section{ID: "end", Heading: "When it should have ended"}
	for _, v := range h.Visits {
		label := "Expected end"
		if len(h.Visits) > 1 {
			label = v.Reference
		}
		s.Rows = append(s.Rows, row{label, h.day(v.ExpectedEndAt)})
	}
	if len(s.Rows) == 0 {
		s.Text = []string{notKnown}
	}
	return s
}

func (h Handover) lastWord() section {
	w := h.LastWord
	s := section{ID: "last-word", Heading: "Last word from the worker"}
	switch {
	case !w.Text.IsZero():
		s.Rows = []row{{"Their words", "“" + w.Text.Reveal() + "”"}, {"When", h.at(w.At) + ", by " + or(w.Via)}}
	case h.LastPress.What != "":
		s.Rows = []row{{"Their words", notKnown}}
	default:
		s.Text = []string{notKnown}
	}
	if h.LastPress.What != "" {
		s.Rows = append(s.Rows, row{"Last press", "they " + h.LastPress.What + ", at " + h.at(h.LastPress.At)})
	}
	return s
}

func (h Handover) calls() section {
	s := section{ID: "calls", Heading: "Calls tried", Text: []string{h.tried()}}
	for _, c := range h.Calls {
		s.Calls = append(s.Calls, callRow{h.at(c.At), number(c.To), reveal(c.Whose), or(c.By), or(results[c.Result]), c.Note.Reveal()})
	}
	s.CallsTitle = "Every call tried; not to be read aloud"
	if len(h.Calls) > manyCalls {
		slices.Reverse(s.Calls)
		s.CallsTitle = fmt.Sprintf("All %d calls tried, the newest first; not to be read aloud", len(h.Calls))
	}
	return s
}

// manyCalls is how many calls are listed as they were made; of more, the newest come first.
const manyCalls = 10

// results says how a call went.
var results = map[watch.Result]string{
	watch.NoAnswer: "no answer", watch.Voicemail: "voicemail", watch.Engaged: "engaged", watch.WrongNumber: "wrong number",
	watch.SpokeOther: "spoke to someone else", watch.SpokeThem: "spoke to the worker",
}

// tried sums up the calls in a sentence.
func (h Handover) tried() string {
	if len(h.Calls) == 0 {
		return "No call has been logged."
	}
	numbers := map[phone.Number]bool{}
	for _, c := range h.Calls {
		numbers[c.To] = true
	}
	first, last := h.span()
	made := fmt.Sprintf("%s to %s, from %s to %s.", count(len(h.Calls), "call"), count(len(numbers), "number"), h.at(first), h.at(last))
	if spoke := h.spokeAt(); !spoke.IsZero() {
		return made + " Someone spoke with the worker at " + h.at(spoke) + "."
	}
	if !h.HarmedAt.IsZero() {
		return made
	}
	return made + " Nobody has spoken with the worker."
}

func (h Handover) kin() section {
	s := section{ID: "kin", Heading: "Next of kin"}
	for _, k := range h.Kin {
		told := "not told"
		if !k.ToldAt.IsZero() {
			told = "spoken with at " + h.at(k.ToldAt)
		}
		if k.PoliceOnly {
			told += "; only the police are to ring"
		}
		s.Rows = append(s.Rows, row{reveal(k.Name), fmt.Sprintf("%s, %s; %s", or(k.Relation.Reveal(), "relation "+notKnown), number(k.Phone), told)})
	}
	if len(s.Rows) == 0 {
		s.Text = []string{notKnown}
	}
	return s
}

func (h Handover) callBack() section {
	return section{ID: "call-back", Heading: "Ring us back", Rows: []row{
		{"Person", or(h.CallBack.Name)},
		{"Number", number(h.CallBack.Number)},
		{"Reference", or(h.reference())},
	}}
}

// Spoken is the sheet as it is read aloud: everything but the table of calls.
func (h Handover) Spoken() string {
	var b strings.Builder
	if h.Rehearsal {
		b.WriteString("REHEARSAL. This did not happen.\n")
	}
	for _, s := range h.sheet().Sections {
		b.WriteString(s.Heading + ".\n")
		if s.Warning != "" {
			b.WriteString(s.Warning + "\n")
		}
		for _, text := range s.Text {
			b.WriteString(text + "\n")
		}
		for _, r := range s.Rows {
			b.WriteString(r.Label + ": " + r.Value + ".\n")
		}
	}
	return b.String()
}

// at is an instant on the sheet: "15:16" on the day it was written, else "Sat 21 Nov, 15:16".
func (h Handover) at(t time.Time) string {
	if t.IsZero() {
		return "a time " + notKnown
	}
	t = t.In(h.zone())
	if y, m, d := t.Date(); !h.WrittenAt.IsZero() {
		if wy, wm, wd := h.WrittenAt.In(h.zone()).Date(); y == wy && m == wm && d == wd {
			return h.clock(t)
		}
	}
	return t.Format("Mon 2 Jan, ") + h.clock(t)
}

// day is an instant with its day in full: "15:00 on Saturday 21 November 2026".
func (h Handover) day(t time.Time) string {
	if t.IsZero() {
		return notKnown
	}
	t = t.In(h.zone())
	return h.clock(t) + t.Format(" on Monday 2 January 2006")
}

// clock is the time of day; with its zone in the hour that comes twice when summer time ends.
func (h Handover) clock(t time.Time) string {
	at := t.Format("15:04")
	if at == t.Add(time.Hour).Format("15:04") || at == t.Add(-time.Hour).Format("15:04") {
		return t.Format("15:04 MST")
	}
	return at
}

func (h Handover) zone() *time.Location {
	if h.Zone == nil {
		return time.UTC
	}
	return h.Zone
}
