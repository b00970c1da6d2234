package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/buddy/written"
	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Doubts of ours, beside those of the calendar.
const (
	timesOfForm calendar.Doubt = "times_of_form" // the calendar has a day alone: the form's times were taken
	formDiffers calendar.Doubt = "form_differs"  // the form says another time: the calendar's was taken
)

// written is the form in an invite: in the page of the mail first, as tables survive there, then in the event's own description, then in the text. A mail of several
// events has a form for none of them, so that only what an event says itself is its own.
func (l *incoming) written(ev calendar.Event) written.Form {
	bodies := []string{l.msg.Body.Reveal(), mail.Body(ev.HTML.Reveal()), ev.Description.Reveal(), l.msg.Text.Reveal()}
	if l.several {
		bodies = bodies[1:3]
	}
	var said [4]string
	copy(said[:], bodies)
	if f, known := l.forms[said]; known {
		return f
	}
	f := written.Read(bodies...)
	if l.forms == nil {
		l.forms = map[[4]string]written.Form{}
	}
	l.forms[said] = f
	return f
}

// formOf is what an invite says of the visit: its form, and its place where the form says none. What of the form is understood as nothing that has a field
// stays with who else is there, so that no word of it is lost to a responder.
func (l *incoming) formOf(ev calendar.Event) (f buddy.Form, kind string) {
	w := l.written(ev)
	f = w.Visit
	if place := ev.Location.Reveal(); f.Address.IsZero() && isPlace(place) {
		f.Address = private.New(place)
	}
	var more []string
	for _, part := range []struct{ head, words string }{{"", f.WhoElse.Reveal()}, {"Worker's own words for this visit: ", l.theirOwn(w.Worker)}, {"Named to answer: ", w.Responder.Reveal()}, {"Risks: ", w.Risks.Reveal()}, {"Also in the invite: ", w.Note.Reveal()}} {
		if words := strings.TrimSpace(part.words); words != "" {
			more = append(more, part.head+words)
		}
	}
	l.cut = len([]rune(strings.Join(more, "\n"))) > mostInvited
	f.WhoElse = private.New(firstOf(strings.Join(more, "\n"), mostInvited))
	return f, w.Kind
}

// theirOwn is what the form says of its worker for this visit that is not what is known of them, as a hired car: it is not written over what is known, and whoever
// looks for them must have it.
func (l *incoming) theirOwn(w written.Worker) string {
	var more []string
	p := l.worker
	for _, n := range []phone.Number{w.Mobile, w.PersonalMobile} {
		if !n.IsZero() && !slices.Contains(p.Numbers(), n) {
			more = append(more, "number "+n.E164())
		}
	}
	if c := w.Vehicle; !c.Registration.IsZero() && plate(c) != plate(p.Vehicle) {
		more = append(more, "car "+strings.Join(strings.Fields(c.Colour.Reveal()+" "+c.Make.Reveal()+" "+c.Model.Reveal()+" "+c.Registration.Reveal()), " "))
	}
	return strings.Join(more, ", ")
}

func plate(v buddy.Vehicle) string {
	return strings.ToUpper(strings.ReplaceAll(v.Registration.Reveal(), " ", ""))
}

// tooLong says that an invite holds more words than are kept of it.
func (l *incoming) tooLong(ev calendar.Event) bool {
	if l.fixed != nil {
		return false
	}
	f, _ := l.formOf(ev)
	_, left := usable(f)
	return l.cut || len(left) > 0
}

// mostInvited is how many characters of an invite are kept as who else is there; a page takes as many.
const mostInvited = 1000

func firstOf(s string, n int) string {
	r := []rune(s)
	return strings.TrimSpace(string(r[:min(len(r), n)]))
}

// isPlace says that a location is one to go to, and not a meeting on a screen.
func isPlace(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	return s != "" && !strings.Contains(s, "http://") && !strings.Contains(s, "https://") && !strings.Contains(s, "teams meeting") && !strings.Contains(s, "zoom meeting")
}

// slotOf is slotOf with the times of the form: they stand in for a calendar's that has a day alone, and where they are others that is asked.
func (l *incoming) slotOf(ev calendar.Event) (slot, bool) {
	s, ok := slotOf(ev)
	if l.fixed != nil || ev.Start.At.IsZero() || isMaster(ev) {
		return s, ok
	}
	w := l.written(ev)
	zone := l.sc.zone
	at := func(c written.Clock) time.Time {
		y, m, d := ev.Start.At.Date()
		return time.Date(y, m, d, c.Hour, c.Minute, 0, 0, zone)
	}
	if ok {
		begins, ends := s.begin.In(zone), s.end.In(zone)
		if w.Start.Known && (w.Start.Hour != begins.Hour() || w.Start.Minute != begins.Minute()) || w.End.Known && (w.End.Hour != ends.Hour() || w.End.Minute != ends.Minute()) {
			s.ask = append(s.ask, formDiffers)
		}
		return s, true
	}
	if !w.Start.Known || !w.End.Known && w.Length <= 0 {
		return slot{}, false
	}
	s = slot{begin: at(w.Start), ask: []calendar.Doubt{timesOfForm}}
	s.end = s.begin.Add(w.Length)
	if w.End.Known {
		if s.end = at(w.End); !s.end.After(s.begin) { // past midnight (rule 8.3)
			s.end = s.end.AddDate(0, 0, 1)
		}
	}
	return s, true
}

// fillDetails adds to the worker's own details what their invite's form says and the details lack. It changes nothing that is there: what they confirmed is newer.
func (e *Engine) fillDetails(ctx context.Context, l *incoming, o object, ev calendar.Event) error {
	said := l.written(ev).Worker
	if o.delegate != "" || l.fixed != nil {
		return nil
	}
	now, err := e.Store.Person(ctx, l.worker.ID)
	if err != nil {
		return err
	}
	p := filled(now, said)
	if missing := buddy.Missing(now, buddy.Form{}); len(buddy.Missing(p, buddy.Form{})) == len(missing) || len(p.Problems()) > 0 {
		return nil
	}
	_, err = e.PutPerson(ctx, Actor{By: l.worker.ID, Via: viaMail}, p)
	var invalid *watch.Invalid
	var refused *watch.Refused
	if errors.As(err, &invalid) || errors.As(err, &refused) { // the form is asked for again, by what is still missing
		return nil
	}
	if err == nil {
		l.worker = p
	}
	return err
}

// filled is a person with what a form says of them where nothing is known.
func filled(p buddy.Person, w written.Worker) buddy.Person {
	if p.HomePhone.IsZero() && !slices.Contains(p.Numbers(), w.HomePhone) {
		p.HomePhone = w.HomePhone
	}
	if p.Description.IsZero() {
		p.Description = w.Description
	}
	if p.Vehicle == (buddy.Vehicle{}) && !p.NoVehicle {
		p.Vehicle, p.NoVehicle = w.Vehicle, w.NoVehicle
	}
	if len(p.Contacts) == 0 {
		for _, c := range w.Contacts {
			if !c.Name.IsZero() && !c.Phone.IsZero() && !slices.Contains(p.Numbers(), c.Phone) {
				p.Contacts = append(slices.Clone(p.Contacts), c)
			}
		}
	}
	return p
}
