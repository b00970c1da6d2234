package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/report"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// room is all that is known of an alarm to one who answers it.
type room struct {
	part
	alarm  store.Alarm
	worker buddy.Person
	phrase string          // the team's own duress phrase
	sheet  report.Handover // empty unless the alarm opens to the reader
	record []view.Line     // so is this
	live   bool            // a visit it covers still has a clock, which closing settles
}

// alarmPage is the alarm room: what to do next, who has it, where the worker is, whom to ring, the police, closing it, and
// the log.
type alarmPage struct {
	Layout
	Alarm    store.Alarm
	Part     part
	Name     string // the worker's
	Short    string // what the worker is called in a sentence
	Kind     string
	Look     string // of the part that says what to do
	Next     nextStep
	Parts    []chapter     // in their order
	Who      string        // who has it, in a sentence; "" where the next step says so
	Take     string        // what the button to take it says; "" where there is none
	Reach    []namedNumber // the worker: of whom they are to ring
	Known    string        // closed: how it is known
	First    *ringNumber
	Facts    []factList
	Ring     *ringRound
	Police   *policePart
	Close    *closePart
	Lines    []line
	Key      string // makes a repeat of a press recognisable
	Src      string // the room's address
	Still    bool   // a form was refused: what was typed must stay, so that this part is not live
	Held     *heldPart
	NoteForm *govuk.Textarea // before the police know: what they say since has its own form
}

// factList is what is known of one thing.
type factList struct {
	Title string
	List  govuk.SummaryList
}

// known finds an alarm for a reader whose business it is; it is [store.ErrNotFound] to all others.
func (p *Pages) known(c *request, alarm string) (r room, err error) {
	if r.alarm, err = p.View.Alarm(c.Context(), alarm, c.reader()); err != nil {
		return r, err
	}
	if r.worker, err = p.directory.person(c.Context(), r.alarm.Worker); err != nil {
		return r, fmt.Errorf("find worker of alarm: %w", err)
	}
	r.part, err = p.part(c, r.alarm, r.worker)
	if err == nil && r.Self && r.alarm.Kind.Danger() {
		var out bool
		out, err = p.outAlone(c)
		r.Knows = !out && r.alarm.Status != store.AlarmOpen
	}
	if err == nil && !r.Knows {
		err = store.ErrNotFound
	}
	return r, err
}

// room finds the alarm that the address names. A look at what is private is put on record first.
func (p *Pages) room(c *request) (r room, err error) {
	if r, err = p.known(c, c.PathValue("id")); err != nil || !r.Opens {
		return r, err
	}
	if err := p.Access.LookedAt(c.Context(), c.who.ID, "page", "alarm/"+r.alarm.ID, "", c.at); err != nil {
		return r, err
	}
	return r, p.furnish(c, &r)
}

// furnish adds what only those who answer the alarm see.
func (p *Pages) furnish(c *request, r *room) (err error) {
	if r.sheet, err = p.View.Handover(c.Context(), r.alarm, c.at); err != nil {
		return err
	}
	if r.record, err = p.View.AlarmTimeline(c.Context(), r.alarm, c.reader(), c.at); err != nil {
		return err
	}
	if team, err := p.Store.Team(c.Context(), r.worker.Team); err == nil { // the words of no plan are better than no page
		r.phrase = team.Plan.DuressPhrase
	}
	loaded, err := p.Store.Load(c.Context(), r.alarm.Worker)
	if err != nil {
		return fmt.Errorf("load worker: %w", err)
	}
	r.live = slices.ContainsFunc(r.alarm.Visits, func(id string) bool {
		v, found := loaded.Watch.Visit(id)
		return found && v.Live()
	})
	return nil
}

// alarm answers GET /alarms/{id}: the alarm room.
func (p *Pages) alarm(c *request) error {
	r, err := p.room(c)
	if err != nil {
		return err
	}
	page, err := p.alarmPage(c, r, blank())
	if err != nil {
		return err
	}
	is, err := p.overPerson(c, r.worker)
	if err != nil {
		return err
	}
	if page.Held, err = p.heldOn(c, "alarm/"+r.alarm.ID, "this alarm", r.worker.ID, is); err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "alarm", page)
}

// alarmPage furnishes the page, with a form as it was typed.
func (p *Pages) alarmPage(c *request, r room, f *form) (page alarmPage, err error) {
	a := r.alarm
	name := r.worker.Name
	page = alarmPage{Layout: p.layout(c, name+": "+kindWords[a.Kind], "alarm/"+a.ID).again(f), Alarm: a, Part: r.part, Name: name, Short: firstName(name),
		Kind: kindWords[a.Kind], Key: rand.Text(), Src: "/alarms/" + a.ID, Still: f.bad(), Known: evidenceWords[a.Evidence]}
	page.Path = page.Src
	var numbers []ringNumber
	if r.Opens {
		numbers = r.numbers(page.Layout)
		known, err := p.Store.Known(c.Context(), a.Worker)
		if err != nil { // the numbers are what is needed now
			p.Log.Error("not known which numbers are proved", "alarm", a.ID, "error", err)
		}
		doubt(numbers, known)
	}
	s, err := p.standing(c, r, numbers)
	if err != nil {
		return page, err
	}
	page.Next, page.Look = s.next(), roomLook(a)
	page.Parts = s.chapters(page.Next)
	page.Who, page.Take = s.hands()
	if strings.Contains(page.Next.Says, page.Who) {
		page.Who = ""
	}
	if r.Self && a.Status == store.AlarmOpen {
		page.Reach, err = p.reach(c.Context(), cmp.Or(a.HeldBy, a.Responder))
	}
	if !r.Opens {
		return page, err
	}
	if n := nextNumber(numbers); n != nil && page.Next.Does == doRing {
		page.First = n
	}
	page.Facts = r.facts(page.Layout)
	if a.Status == store.AlarmOpen {
		page.Ring = r.ring(s, numbers, f)
		if page.Ring != nil {
			page.Ring.Folded = page.Parts[0] == chapterClose && !page.Still
		}
		if page.Close, err = p.closePart(c, r, f); err != nil {
			return page, err
		}
		if a.TheyKnow.IsZero() && a.HarmedAt.IsZero() {
			page.NoteForm = new(f.textarea("note", "What was said, or why the alarm stays open", ""))
			page.NoteForm.Rows = 3
		}
		page.Police = r.police(page.Layout, f, page.Close.people)
	}
	page.Lines, err = p.lines(c, r.worker, true, r.record)
	return page, err
}

// TakeLater says that the button to take the alarm comes after what is to be done next.
func (page alarmPage) TakeLater() bool { return slices.Contains(page.Parts, chapterTake) }

// TakeLook is how loud the button is that takes the alarm: as one among others where another does what is next.
func (page alarmPage) TakeLook() string {
	switch {
	case page.TakeLater():
		return "govuk-button--secondary"
	case page.Next.Does == doPolice, page.Next.Does == doRing:
		return "govuk-button--inverse allclear-less"
	default:
		return "govuk-button--inverse"
	}
}

// reach gives the numbers on which someone who is on call is reached: rule 1.1 shows them to every worker they cover.
func (p *Pages) reach(ctx context.Context, id string) ([]namedNumber, error) {
	if id == "" {
		return nil, nil
	}
	who, err := p.directory.person(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil // a fallback who is not there yet
	}
	if err != nil {
		return nil, fmt.Errorf("find whom to ring: %w", err)
	}
	return slices.DeleteFunc(numbersOf(who, false, true), func(n namedNumber) bool { return n.Dial == "" }), nil
}

// roomLook is how loud the room is.
func roomLook(a store.Alarm) string {
	switch {
	case a.Status != store.AlarmOpen:
		return "closed"
	case a.HeldBy != "":
		return "acknowledged"
	default:
		return ""
	}
}

// standing is how the alarm stands for the reader.
func (p *Pages) standing(c *request, r room, numbers []ringNumber) (s standing, err error) {
	a := r.alarm
	s = standing{Alarm: a.Alarm, At: c.at, Reader: c.who.ID, May: r.May, Sees: r.Opens, Self: r.Self, Open: a.Status == store.AlarmOpen,
		Worker: firstName(r.worker.Name), HeldUntil: heldUntil(a, r.record), Again: again(r.record, c.at), Clock: p.layout(c, "").When}
	s.Nowhere = r.nowhere()
	if n := nextNumber(numbers); n != nil {
		s.Try = n.Whose
	}
	for _, one := range []struct {
		id   string
		name *string
	}{{a.Responder, &s.Answers}, {a.HeldBy, &s.Holder}, {a.Next, &s.Taker}, {a.ClosedBy, &s.Closer}} {
		if *one.name, err = p.nameFor(c.Context(), c.kept, one.id); err != nil {
			return s, err
		}
	}
	return s, nil
}

// nowhere says that there is no address to give.
func (r room) nowhere() bool {
	return !slices.ContainsFunc(r.sheet.Visits, func(v report.Visit) bool { return !v.Address.IsZero() || !v.AddressAtIn.IsZero() })
}

// heldUntil is how long 999 is held for a mere mention; zero when it is not.
func heldUntil(a store.Alarm, record []view.Line) time.Time {
	for _, l := range slices.Backward(record) {
		if l.What == watch.PoliceHeld && a.Mention && !l.At.Before(a.RaisedAt) {
			return l.At.Add(a.Clock.RingRound)
		}
	}
	return time.Time{}
}

// again says that the time to speak with the police once more has come since they were last spoken with. The alarm's own next time is no
// sign of it: once it has come, that is when to ask next.
func again(record []view.Line, at time.Time) bool {
	for _, l := range slices.Backward(record) {
		if l.What != watch.PoliceTold && l.What != watch.LiaisonLogged {
			continue
		}
		next := l.At.Add(watch.LiaisonEvery)
		if agreed, most := l.NextUpdateAt, l.At.Add(watch.LiaisonMost); agreed.After(most) {
			next = most
		} else if !agreed.IsZero() {
			next = agreed
		}
		return !next.After(at)
	}
	return false
}

// hands says who has the alarm, and what the button that takes it says; "" where the reader can't take it.
func (s standing) hands() (who, take string) {
	switch {
	case !s.Open:
		return "", ""
	case s.HeldBy == "" && s.May:
		return "Nobody has this alarm yet.", "Take charge of this alarm"
	case s.HeldBy == "":
		return s.whoHas(), ""
	case s.HeldBy == s.Reader && s.Next != "":
		return fmt.Sprintf("You have had this alarm since %s. %s is on call now: it is yours until they take it over.", s.Clock(s.HeldAt), s.Taker), ""
	case s.HeldBy == s.Reader:
		return fmt.Sprintf("You have had this alarm since %s.", s.Clock(s.HeldAt)), ""
	case s.Next == s.Reader && s.May:
		return s.whoHas(), "Take over from " + s.Holder
	default:
		return s.whoHas(), ""
	}
}

// facts are who is to be found, and where.
func (r room) facts(l Layout) []factList {
	list := func(rows ...govuk.SummaryRow) govuk.SummaryList {
		return govuk.SummaryList{Rows: slices.DeleteFunc(rows, func(r govuk.SummaryRow) bool { return r.Key.Text == "" })}
	}
	w := r.worker
	last, pressed := r.sheet.LastWord, r.sheet.LastPress
	word, press := govuk.SummaryRow{}, govuk.SummaryRow{}
	if pressed.What != "" {
		press = fact("Last press", capital(fmt.Sprintf("%s, at %s", pressed.What, l.When(pressed.At))))
	}
	if !last.Text.IsZero() {
		word = quoted("Last word", last.Text.Reveal(), fmt.Sprintf(" at %s, by %s", l.When(last.At), last.Via))
	}
	all := r.where(l, list)
	if words := r.sheet.Words.Reveal(); words != "" {
		asked := "They asked for help in so many words."
		switch {
		case r.alarm.Kind == watch.Duress && r.alarm.Mention:
			asked = r.phrase + " was only mentioned, not asked for."
		case r.alarm.Kind == watch.Duress:
			asked = "They asked for " + r.phrase + "."
		}
		all = append(all, factList{"What they said", list(quoted("Their words", words, ""), fact("Meaning", asked))})
	}
	return append(all, factList{"Who: " + w.Name, list(word, press, fact("Looks like", w.Description.Reveal()), fact("Vehicle", vehicleWords(w)))})
}

// where is the visits that the alarm covers, and what those know who raised it. It comes first: it is what 999 asks.
func (r room) where(l Layout, list func(...govuk.SummaryRow) govuk.SummaryList) (all []factList) {
	var said []govuk.SummaryRow
	for _, x := range r.sheet.Said {
		if x.Text.IsZero() {
			said = append(said, fact(x.By, "Raised the alarm too, at "+l.When(x.At)))
			continue
		}
		said = append(said, quoted(x.By, x.Text.Reveal(), " at "+l.When(x.At)))
	}
	for _, visit := range r.sheet.Visits {
		all = append(all, factList{"Where: visit " + visit.Reference, list(visitFacts(l, visit)...)})
	}
	if v := r.sheet.LastVisit; v != nil && len(all) == 0 {
		said = append([]govuk.SummaryRow{fact(lastVisitSays(l, *v), v.Whereabouts()), fact("Visiting", v.ServiceUser.Reveal())}, said...)
	}
	switch {
	case len(all) > 0 && len(said) > 0:
		return append(all, factList{"What is known from who raised the alarm", list(said...)})
	case len(all) > 0:
		return all
	case r.sheet.Whereabouts():
		return []factList{{"Where", list(append(said, fact("Visit", "None is booked."))...)}}
	default:
		return []factList{{"Where", list(append(said, fact("Visit", "None is booked. Where they are is not known."))...)}}
	}
}

// lastVisitSays names the visit that the worker was on before an alarm without one.
func lastVisitSays(l Layout, v report.Visit) string {
	if v.EndedAt.IsZero() {
		return "Last visit, to end " + l.When(v.ExpectedEndAt)
	}
	return "Last visit, ended " + l.When(v.EndedAt)
}

func visitFacts(l Layout, v report.Visit) []govuk.SummaryRow {
	rows := []govuk.SummaryRow{fact("Address", v.Address.Reveal())}
	if !v.AddressAtIn.IsZero() && v.AddressAtIn != v.Address {
		rows = []govuk.SummaryRow{fact("Address when they went in", v.AddressAtIn.Reveal()), fact("Address, changed since", v.Address.Reveal())}
	}
	in := "no word that they went in"
	if !v.InAt.IsZero() {
		in = "went in at " + l.When(v.InAt)
	}
	if risks := v.KnownRisks(); risks != "" {
		rows = append(rows, fact("Known risks", risks))
	}
	return append(rows, fact("Visiting", v.ServiceUser.Reveal()), fact("What for", capital(v.Purpose)), fact("Who else is there", v.Others.Reveal()),
		fact("Expected end", capital(l.When(v.ExpectedEndAt))+"; "+in))
}

// quoted is a fact that somebody told, and what is said of their words.
func quoted(what, words, of string) govuk.SummaryRow {
	return govuk.SummaryRow{Key: govuk.Cell{Text: what}, Value: govuk.Cell{HTML: "“" + quote(words) + "”" + template.HTML(template.HTMLEscapeString(of))}} // #nosec G203 -- escaped here
}

// fact is one thing that is known; what is not says so.
func fact(what, known string) govuk.SummaryRow {
	return govuk.SummaryRow{Key: govuk.Cell{Text: what}, Value: govuk.Cell{Text: cmp.Or(known, "Not known"), Classes: "allclear-prose"}}
}

// colleagues are whom one can name as the second person who agrees: those of the worker's team and who were told.
func (p *Pages) colleagues(c *request, r room) ([]govuk.Option, error) {
	people, err := p.directory.everyone(c.Context())
	if err != nil {
		return nil, fmt.Errorf("list colleagues: %w", err)
	}
	options := []govuk.Option{{Text: "Choose a person"}}
	seen := append([]string{c.who.ID, r.alarm.Worker}, c.kept...)
	for _, m := range membersOf(people, r.worker.Team) {
		if !slices.Contains(seen, m.ID) {
			options, seen = append(options, govuk.Option{Value: m.ID, Text: m.Name}), append(seen, m.ID)
		}
	}
	for _, id := range r.alarm.Told {
		if slices.Contains(seen, id) {
			continue
		}
		name, err := p.nameOf(c.Context(), id)
		if err != nil {
			return nil, err
		}
		options, seen = append(options, govuk.Option{Value: id, Text: name}), append(seen, id)
	}
	return options, nil
}
