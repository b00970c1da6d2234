package view

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/report"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Handover gathers all that the police are told of an alarm (rule 3.4), for those who may know of it.
func (s *View) Handover(ctx context.Context, a store.Alarm, at time.Time) (report.Handover, error) {
	h := report.Handover{Kind: a.Kind, Mention: a.Mention, OpenedAt: a.RaisedAt, HarmedAt: a.HarmedAt, WrittenAt: at, Zone: time.UTC, Rehearsal: s.Rehearsal}
	if h.OpenedAt.IsZero() {
		h.OpenedAt = a.OpenedAt
	}
	worker, err := s.Store.Person(ctx, a.Worker)
	if err != nil && worker.ID == "" { // a sheet without their details is better than none: it has the address
		return h, fmt.Errorf("find worker: %w", err)
	}
	h.Worker = report.Worker{Name: private.New(cmp.Or(worker.Name, worker.ID)), Description: worker.Description, Mobile: worker.Mobile, Vehicle: report.Vehicle(worker.Vehicle)}
	if photograph, err := s.Store.Photograph(ctx, a.Worker); err == nil { // nor must a picture that cannot be opened cost the sheet
		h.Worker.Photograph = photograph
	}
	if team, err := s.Store.Team(ctx, worker.Team); err == nil { // a sheet in UTC is better than none
		if zone, err := time.LoadLocation(team.Zone); err == nil {
			h.Zone = zone
		}
	}
	since := a.OpenedAt.Add(-24 * time.Hour)
	if since, err = s.sheetVisits(ctx, &h, a, since); err != nil {
		return h, err
	}
	if err := s.sheetLast(ctx, &h, a); err != nil {
		return h, err
	}
	list, err := s.entries(ctx, a.Worker, since, at.Add(time.Minute))
	if err != nil {
		return h, err
	}
	if list, err = s.asKnown(ctx, a, list); err != nil {
		return h, err
	}
	sheetWords(&h, a, list)
	if err := s.sheetSaid(ctx, &h, a, list); err != nil {
		return h, err
	}
	if err := s.sheetCalls(ctx, &h, a, worker, list); err != nil {
		return h, err
	}
	h.Kin = kinOf(worker, h.Calls)
	h.CallBack, err = s.callBack(ctx, a)
	return h, err
}

// purposes says what a kind of visit is for.
var purposes = map[string]string{"home_visit": "home visit", "family_time": "family time session", "meeting": "meeting", "other": "appointment"}

// sheetVisits adds the visits that the alarm covers, and gives since, or an earlier instant at which one was booked.
func (s *View) sheetVisits(ctx context.Context, h *report.Handover, a store.Alarm, since time.Time) (time.Time, error) {
	for _, id := range a.Visits {
		v, err := s.Store.Visit(ctx, id)
		if err != nil {
			return since, fmt.Errorf("find visit: %w", err)
		}
		if !v.BookedAt.IsZero() && v.BookedAt.Before(since) {
			since = v.BookedAt
		}
		sheet := sheetVisit(v)
		sheet.Risks = s.sheetRisks(ctx, v)
		h.Visits = append(h.Visits, sheet)
	}
	return since, nil
}

// sheetVisit is a visit as the sheet has it.
func sheetVisit(v store.Visit) report.Visit {
	r := report.Visit{Reference: v.Reference, Purpose: purposes[v.Kind], ServiceUser: v.Details.ServiceUser, Address: withAccess(v.Details),
		Contact: v.Details.Contact, Others: v.Details.WhoElse, StartsAt: v.StartsAt, ExpectedEndAt: v.ExpectedEndAt, InAt: v.InAt, EndedAt: v.EndedAt}
	if v.AtIn != nil {
		r.AddressAtIn = withAccess(*v.AtIn)
	}
	return r
}

// sheetLast adds the visit that the worker was on last, where the alarm has none: it is for those for whom the alarm is (rule 1.4).
func (s *View) sheetLast(ctx context.Context, h *report.Handover, a store.Alarm) error {
	if len(a.Visits) > 0 {
		return nil
	}
	v, found, err := engine.LastVisit(ctx, s.Store, a.Worker, a.OpenedAt)
	if err != nil {
		return fmt.Errorf("find last visit: %w", err)
	}
	if found {
		h.LastVisit = new(sheetVisit(v))
		h.LastVisit.Risks = s.sheetRisks(ctx, v)
	}
	return nil
}

// withAccess is the address with how to get in.
func withAccess(f buddy.Form) private.Text {
	if f.Access.IsZero() || f.Address.IsZero() {
		return f.Address
	}
	return private.New(f.Address.Reveal() + " (" + f.Access.Reveal() + ")")
}

// sheetWords adds the worker's last words and last press before the alarm closed, the words that opened an alarm of danger, and
// what is known of harm.
func sheetWords(h *report.Handover, a store.Alarm, list []entry) {
	for _, e := range list {
		if _, harmed := e.input.Event.(watch.Harmed); harmed && e.Alarm == a.ID {
			h.Harm = private.New(e.words.Note)
		}
		if e.Kind != "text" || !a.ClosedAt.IsZero() && e.At.After(a.ClosedAt) {
			continue
		}
		if e.words.Text == "" { // a button says less than the words before it, which stay
			if press := pressOf(e); press != (Press{}) {
				h.LastPress = report.LastPress{What: press.Says(clockOn(e.At, h.Zone)), At: e.At}
			}
			continue
		}
		words, request := Typed(e.Via, e.words.Text)
		h.LastWord = report.LastWord{Text: private.New(words), At: e.At, Via: viaOf(e)}
		if request {
			h.LastWord.Via += ", under “Ask someone to ring me”"
		}
		if e.Visit != "" && len(a.Visits) > 0 && !slices.Contains(a.Visits, e.Visit) { // “out” of the visit before says nothing of this one
			h.LastWord.Via += ", on another visit"
		}
		t, _ := e.input.Event.(watch.Text)
		if a.Kind.Danger() && e.raises(a) && (a.Kind != watch.Duress || t.Intent != checkin.Distress) {
			h.Words = h.LastWord.Text
		}
	}
}

// clockOn gives a time of day; one of another day than that of at has its day.
func clockOn(at time.Time, zone *time.Location) func(time.Time) string {
	return func(t time.Time) string {
		t = t.In(zone)
		if t.Format(time.DateOnly) == at.In(zone).Format(time.DateOnly) {
			return t.Format("15:04")
		}
		return t.Format("15:04 on Mon 2 Jan")
	}
}

// raises says that the alarm opened by the entry, or took another kind.
func (e entry) raises(a store.Alarm) bool {
	return e.Alarm == a.ID && slices.ContainsFunc(e.events, func(x engine.Event) bool { return x.What == watch.AlarmOpened || x.What == watch.AlarmRaised })
}

// raisedBy is who raised the alarm, as it is now, for the worker, and by which entry; "" where the worker did, or silence. Who
// raised it once more is another.
func raisedBy(a store.Alarm, list []entry) (by, id string) {
	for _, e := range slices.Backward(list) {
		if !e.raises(a) {
			continue
		}
		if _, is := e.input.Event.(watch.Raise); is && e.By != a.Worker {
			return e.By, e.ID
		}
		return "", e.ID
	}
	return a.RaisedBy, ""
}

// sheetSaid adds who raised the alarm for the worker, and what the others said who did.
func (s *View) sheetSaid(ctx context.Context, h *report.Handover, a store.Alarm, list []entry) error {
	source, first := raisedBy(a, list)
	raiser, err := s.named(ctx, source)
	if err != nil {
		return err
	}
	if raiser != nil {
		h.RaisedBy = raiser.Name
	}
	for _, e := range list {
		_, raises := e.input.Event.(watch.Raise)
		silent := e.words.Note == "" && (e.ID == first || first == "" || e.Via == "joint")
		if !raises || e.Alarm != a.ID || silent {
			continue
		}
		by, err := s.named(ctx, e.By)
		if err != nil {
			return err
		}
		said := report.Said{At: e.At, Text: private.New(e.words.Note)}
		if by != nil {
			said.By = by.Name
		}
		h.Said = append(h.Said, said)
	}
	return nil
}

// viaOf says how a word came, as people say it.
func viaOf(e entry) string {
	switch {
	case e.Via == "sms":
		return "text"
	case e.Via == "api":
		return "message"
	default:
		return e.Via
	}
}

// sheetCalls adds every call tried, with whose number it was.
func (s *View) sheetCalls(ctx context.Context, h *report.Handover, a store.Alarm, worker buddy.Person, list []entry) error {
	for _, e := range list {
		logged, is := e.input.Event.(watch.Call)
		if !is || e.Alarm != a.ID {
			continue
		}
		to, _ := phone.Parse(e.words.To) // it was one when it was logged
		by, err := s.named(ctx, e.By)
		if err != nil {
			return err
		}
		call := report.Call{At: e.At, To: to, Whose: private.New(whose(worker, to)), Result: logged.Result, Note: private.New(e.words.Note)}
		if by != nil {
			call.By = by.Name
		}
		h.Calls = append(h.Calls, call)
	}
	return nil
}

// whose says whose number it is.
func whose(worker buddy.Person, n phone.Number) string {
	switch n {
	case phone.Number{}:
		return ""
	case worker.Mobile:
		return "own mobile"
	case worker.PersonalMobile:
		return "own personal mobile"
	case worker.HomePhone:
		return "own home"
	}
	for _, c := range worker.Contacts {
		if c.Phone == n {
			return strings.TrimSuffix(c.Name.Reveal()+", "+c.Relation.Reveal(), ", ")
		}
	}
	return ""
}

// kinOf lists who is close to the worker, and whether one of the calls told them.
func kinOf(worker buddy.Person, calls []report.Call) []report.Kin {
	var kin []report.Kin
	for _, c := range worker.Contacts {
		k := report.Kin{Name: c.Name, Relation: c.Relation, Phone: c.Phone, PoliceOnly: c.PoliceOnly}
		if c.NextOfKin {
			k.Relation = private.New(strings.TrimPrefix(c.Relation.Reveal()+", next of kin", ", "))
		}
		for _, tried := range calls {
			if tried.To == c.Phone && tried.Result == watch.SpokeOther {
				k.ToldAt = tried.At
			}
		}
		kin = append(kin, k)
	}
	return kin
}

// callBack is whom the police ring: who has the alarm, else who is to answer it.
func (s *View) callBack(ctx context.Context, a store.Alarm) (report.CallBack, error) {
	for _, id := range append([]string{a.HeldBy, a.Responder}, a.Told...) {
		if id == "" {
			continue
		}
		p, err := s.Store.Person(ctx, id)
		if errors.Is(err, store.ErrNotFound) || p.ID != "" && err != nil {
			continue // a fallback that is not there yet, or one whose number can't be read
		}
		if err != nil {
			return report.CallBack{}, fmt.Errorf("find who answers: %w", err)
		}
		back := report.CallBack{Name: p.Name}
		if numbers := p.Numbers(); len(numbers) > 0 {
			back.Number = numbers[0]
		}
		return back, nil
	}
	return report.CallBack{}, nil
}
