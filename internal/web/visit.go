package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// goInAhead is how long before its start a worker may say that they go in.
const goInAhead = time.Hour

type visitPage struct {
	Layout
	Visit     view.Visit
	Rights    rightsOver
	Name      string // the worker's
	What      string // the kind, in words
	Tag       govuk.Tag
	Ticks     bool
	DueAt     time.Time // when silence becomes an alarm; zero where it is not watched, or that has come
	OtherDay  bool      // it ends on another day than it starts
	Known     string    // how it is known that it is over
	Still     string    // what was said did not move the visit, and why
	Answers   *answering
	Strip     string // where an alarm is open that the reader knows of: what stands there
	AlarmHref string
	Details   *formWords // nil where they are not for the reader
	Missing   []string
	Company   []companion
	Inviter   string    // whose invite it came by; "" where it was booked in another way
	InvitedAt time.Time // when the last of them came that changed it
	NoPrompts bool
	ByVoice   bool              // it ends by voice only
	Heard     *govuk.Checkboxes // that its reader spoke with the worker; nil where they cannot record it
	Lines     []line            // the newest first
	Src, Past string            // where the live parts are
	Key       string
	GoIn, Out bool // the buttons that fit
	Until     govuk.Input
	Words     govuk.Textarea
	Via       govuk.Radios
	Ask       govuk.Input
	Reason    govuk.Textarea
	Why       govuk.Textarea    // it is to be seen, by whom it is busy to
	Tells     string            // who is told of it then
	Spoke     *govuk.Checkboxes // nil where nobody need have spoken with them
	Opened    map[string]bool   // the forms that were refused
	Held      *heldPart
	Before    *beforeCard // what to think of before going in; nil once that is over
	Risks     *visitRisks // nil where the details are not for the reader
	Calendars []invitedPart
}

// answering is who answers for a visit, and how they are reached.
type answering struct {
	Name    string
	Gap     bool
	Then    bool // at its start, which is still to come
	Numbers []namedNumber
}

// formWords are the visit's half of the buddy form in clear, for those who may see them.
type formWords struct{ ServiceUser, Address, AddressAtIn, Access, Contact, Others string }

// companion is another worker on a joint visit.
type companion struct{ Name, Href string }

// seen is a visit as its reader may see it, and what they do about it.
type seen struct {
	view.Visit
	rights rightsOver
}

// visit answers GET /visits/{id}.
func (p *Pages) visit(c *request) error {
	v, err := p.seen(c)
	if err != nil {
		return err
	}
	return p.showVisit(c, http.StatusOK, v, blank())
}

// seen finds the visit that the address names, as the reader may see it.
func (p *Pages) seen(c *request) (s seen, err error) {
	kept, err := p.Store.Visit(c.Context(), c.PathValue("id"))
	if err != nil {
		return s, fmt.Errorf("find visit: %w", err)
	}
	if s.Visit, err = p.View.Visit(c.Context(), kept, c.reader()); err != nil {
		return s, err
	}
	found, err := p.mayFind(c, s.Visit)
	if err != nil {
		return s, err
	}
	if !found {
		return s, notFound()
	}
	if s.rights, err = p.mayDo(c, s.Visit); err != nil || !c.byPhone() {
		return s, err
	}
	if !s.rights.Own {
		return s, notFound()
	}
	s.rights.Changes = false
	return s, nil
}

// showVisit shows a visit with the forms as they were typed. The look at its details is recorded first.
func (p *Pages) showVisit(c *request, status int, v seen, f *form) error {
	if v.Open && !c.byPhone() {
		if err := p.lookedAtVisit(c, v); err != nil {
			return err
		}
	}
	page, err := p.visitPage(c, v, f)
	if err != nil {
		return err
	}
	if !page.ByPhone {
		if page.Company, err = p.companions(c, v); err != nil {
			return err
		}
		is, err := p.overVisit(c, v.Visit)
		if err != nil {
			return err
		}
		if page.Held, err = p.heldOn(c, "visit/"+v.ID, "this visit", v.Worker, is); err != nil {
			return err
		}
		if page.Details != nil {
			if err := p.cameByInvite(c, v.ID, &page); err != nil {
				return err
			}
			if page.Risks, err = p.visitRisks(c, v, is); err != nil {
				return err
			}
			if page.Calendars, err = p.inCalendars(c, v); err != nil {
				return err
			}
		}
	}
	if v.Open {
		whole, err := p.View.Whole(c.Context(), v.Visit, c.at)
		if err != nil {
			return err
		}
		if err := p.answered(c, &page, whole.Timeline); err != nil {
			return err
		}
		if !page.ByPhone {
			if page.Lines, err = p.visitLines(c, whole); err != nil {
				return err
			}
		}
	}
	return p.show(c, status, "visit", page)
}

// cameByInvite says of a visit whose invite it came by, and when.
func (p *Pages) cameByInvite(c *request, visit string, page *visitPage) error {
	i, err := p.Store.InvitedTo(c.Context(), visit)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	from, at := engine.InvitedFrom(i)
	page.Inviter, page.InvitedAt = from.Reveal(), at
	return err
}

// visitLines is a visit's record in words.
func (p *Pages) visitLines(c *request, v view.Whole) ([]line, error) {
	worker, err := p.directory.person(c.Context(), v.Worker)
	if err != nil {
		return nil, fmt.Errorf("find worker: %w", err)
	}
	kin, err := p.mayRing(c, worker)
	if err != nil {
		return nil, err
	}
	return p.lines(c, worker, kin, v.Timeline)
}

func (p *Pages) visitPage(c *request, v seen, f *form) (visitPage, error) {
	name, err := p.nameOf(c.Context(), v.Worker)
	if err != nil {
		return visitPage{}, err
	}
	topic := "visit/" + v.ID
	path := "/visits/" + v.ID
	page := visitPage{Layout: p.layout(c, name+", "+cmp.Or(v.Reference, "visit"), topic, "worker/"+v.Worker, topicOrganisation).again(f),
		Visit: v.Visit, Rights: v.rights, Name: name, What: visitWords[v.Kind], Tag: statusTag(v.Status, v.StartsAt, v.ExpectedEndAt, c.at),
		Ticks: hasClock(v.Status) && c.at.After(v.StartsAt), OtherDay: dateOf(v.StartsAt.In(c.in)) != dateOf(v.ExpectedEndAt.In(c.in)),
		Known: overWords[v.Evidence], NoPrompts: v.Live() && !v.Watch.Clock.Prompts, ByVoice: v.Live() && v.Watch.VoiceOnly, Key: rand.Text(),
		Src: path + "?fragment=visit", Past: path + "?fragment=timeline"}
	page.Path = path // also of a button that was refused
	if v.rights.Own {
		page.Layout = page.leaving(p)
	}
	if v.Live() && !v.Watch.Unwatched {
		if v.DueAt.After(c.at) {
			page.DueAt = v.DueAt
		}
		page.GoIn = v.rights.Own && v.Status == watch.Booked && !c.at.Before(v.StartsAt.Add(-goInAhead))
		page.Out = v.rights.Own && (v.Status != watch.Booked || !c.at.Before(v.StartsAt))
	}
	if v.Open && !page.ByPhone {
		page.Details = wordsOf(v.Visit)
		page.Missing = missingWords(v.Missing)
	}
	page.Before = p.beforeVisit(c, v)
	page.forms(c, v, f)
	if did := c.URL.Query().Get("done"); undone[did] {
		page.Still, page.Done = page.Done, ""
		if proposed := v.Watch.Proposed; did == "much-later" && !proposed.IsZero() {
			page.Still = fmt.Sprintf("Until %s on %s is much later than before, so it does not count yet. If it is right, send it once more.", page.Clock(proposed), page.Day(proposed))
		}
	}
	if page.Strip, page.AlarmHref, err = p.alarmStrip(c, v, name); err != nil {
		return page, err
	}
	if page.Answers, err = p.responderOf(c, v); err != nil || !v.rights.Breaks || page.Details != nil {
		return page, err
	}
	page.Tells, err = p.glassTells(c, v, name)
	return page, err
}

// Live says that the visit still has a clock.
func (page visitPage) Live() bool { return hasClock(page.Visit.Status) }

// Takes says that something can be said about the visit here. Of one that is busy to the reader they do not see whether
// it is over.
func (page visitPage) Takes() bool { return page.Live() || page.Visit.Busy }

// Live says that the visit still has a clock.
func (s seen) Live() bool { return hasClock(s.Status) }

// beside says that the reader is with the worker: what they are shown is what the worker is.
func (s seen) beside(c *request) bool {
	return c.who.ID == s.Worker || slices.ContainsFunc(s.Watch.Partners, func(p watch.Partner) bool { return p.Worker == c.who.ID })
}

// alarmStrip says that an alarm is open, and where it is for those who may open its page. Who is on the visit is told what
// they are by text, whatever the alarm is.
func (p *Pages) alarmStrip(c *request, v seen, name string) (says, href string, err error) {
	switch {
	case v.beside(c) && v.Status == watch.Overdue && c.who.ID == v.Worker:
		return "We have not heard from you since the visit’s expected end. Someone is trying to reach you.", "", nil
	case v.beside(c) && v.Status == watch.Overdue:
		return "We have not heard from them since the visit’s expected end. Someone is trying to reach them.", "", nil
	case v.beside(c) || v.Alarm == nil || v.Alarm.Status != store.AlarmOpen:
		return "", "", nil
	}
	may, err := p.mayOpen(c, v.Alarm.ID)
	if err != nil || !may {
		return "An alarm is open on this visit. Those who answer for it are being told.", "", err
	}
	return name + ": " + kindWords[v.Alarm.Kind], "/alarms/" + v.Alarm.ID, nil
}

// overWords say how it is known that a visit is over (law 8).
var overWords = map[watch.Evidence]string{
	watch.WorkerOut: "The worker said so", watch.WorkerNotThere: "The worker said that they are not there",
	watch.CancelledBefore: "Called off before its start", watch.NotWatched: "Its time is over: it was not watched",
	watch.SpokeWorker: "Someone spoke with the worker", watch.SeenByPolice: "The worker was seen by the police",
	watch.SeenByColleague: "The worker was seen by a colleague", watch.OutcomeKnown: "What happened is known", watch.RaisedInError: "The alarm was raised in error",
}

// wordsOf reveals the details of a visit that is open to its reader.
func wordsOf(v view.Visit) *formWords {
	d := v.Details
	words := &formWords{ServiceUser: d.ServiceUser.Reveal(), Address: d.Address.Reveal(), Access: d.Access.Reveal(), Contact: d.Contact.Reveal(), Others: d.WhoElse.Reveal()}
	if v.AtIn != nil && v.AtIn.Address != d.Address {
		words.AddressAtIn = v.AtIn.Address.Reveal()
	}
	return words
}

// responderOf says who answers for a visit and how to reach them: rule 1.1 shows that to every worker they cover.
func (p *Pages) responderOf(c *request, v seen) (*answering, error) {
	if !v.Live() || v.Responder == nil || v.Watch.Unwatched {
		return nil, nil
	}
	numbers, err := p.reach(c.Context(), v.Responder.ID)
	return &answering{Name: v.Responder.Name, Gap: v.Gap, Then: v.StartsAt.After(c.at), Numbers: numbers}, err
}

// companions are the other workers of a joint visit.
func (p *Pages) companions(c *request, v seen) ([]companion, error) {
	var all []companion
	for _, partner := range v.Watch.Partners {
		name, err := p.nameOf(c.Context(), partner.Worker)
		if err != nil {
			return nil, err
		}
		all = append(all, companion{name, "/visits/" + partner.Visit})
	}
	return all, nil
}

// forms are what can be said and done about a visit, as it was typed.
func (page *visitPage) forms(c *request, v seen, f *form) {
	page.Opened = map[string]bool{}
	for _, p := range f.problems {
		page.Opened[p.Field] = true
	}
	page.Until = f.timeInput("until", "New end time", "A time in the next 12 hours.")
	page.Ask = f.input("name", "Who should ring you?", "Their name. We pass it on to whoever answers for you.")
	page.Ask.Classes = "govuk-input--width-20"
	page.Ask.Autocomplete = "off"
	page.Reason = f.textarea("reason", "Why is it called off?", "")
	page.Reason.Rows = 2
	page.Why = f.textarea("why", "Why do you need to see it?", "It goes on record and the worker can read it. A manager of theirs is told at once that you looked.")
	page.Why.Rows = 2
	page.Words = f.textarea("words", "In your own words", "As you would text it: a new time, no answer at the door, or anything else.")
	if v.rights.Records {
		page.Words.Label.Text, page.Words.Hint.Text = "What they said, word for word", "It counts as the worker’s own."
		page.Via = f.radios("via", "How did they say it?", "", govuk.Choice{Value: "call", Text: "By phone"}, govuk.Choice{Value: "text", Text: "By text to you"})
		page.Via.Classes = "govuk-radios--inline govuk-radios--small"
	}
	page.Words.Rows = 2
	if page.ByVoice && v.rights.Records && !v.rights.Own {
		page.Heard = &govuk.Checkboxes{Name: "spoken", Values: f.values["spoken"], ErrorMessage: f.says("spoken"), Classes: "govuk-checkboxes--small",
			Items: []govuk.Choice{{Value: "yes", Text: "I spoke with " + page.Name + " in a call: they are out, and safe"}}}
	}
	if !v.rights.Own && (v.Status != watch.Booked || !v.StartsAt.After(c.at)) {
		page.Spoke = &govuk.Checkboxes{Name: "spoke", Values: f.values["spoke"], ErrorMessage: f.says("spoke"),
			Hint:  govuk.Hint{Text: "Once a visit may have begun, only the worker’s own word calls it off."},
			Items: []govuk.Choice{{Value: "yes", Text: "I spoke with the worker, and they are not there"}}}
	}
}
