package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

type bookingPage struct {
	Layout
	Others *govuk.Select // whom else; nil where it is nobody, or too many for a list
	Many   bool          // too many for a list: one is sought by name
	Search *govuk.Input  // for whom to book; nil where one list holds them all
	Choice *govuk.Select // of whom to book for; nil once that is known, or where nobody has the name
	More   int           // that are not in the choice
	Worker buddy.Person
	Self   bool
	Known  *workerHalf
	Sign   string // where the worker signs their team's plan; "" where they have
	Key    string

	Kind             govuk.Radios
	StartDate        govuk.Input
	StartTime        govuk.Input
	EndTime          govuk.Input
	Place            placeFields
	Private, Prompts govuk.Radios
	Buddy, Joint     *govuk.Select     // nil where there is nobody else
	Overlap          *govuk.Checkboxes // nil until the times overlap another visit's
	Before           *beforeCard
	Warned           *warned // nil where no warning stands there
}

// placeFields are the visit's half of the buddy form.
type placeFields struct {
	ServiceUser                      govuk.Input
	Address, Access, Contact, Others govuk.Textarea
}

// workerHalf is the worker's half of the buddy form, as a responder is given it, as far as the reader may see it.
type workerHalf struct {
	Person         buddy.Person
	Numbers        []namedNumber
	About, Vehicle string
	Contacts       int
	Private        bool // home number, description and emergency contacts are for the reader
	MayEdit        bool
	Missing        []string
}

// newVisit answers GET /visits/new. Who books for others says first for whom.
func (p *Pages) newVisit(c *request) error {
	query := c.URL.Query()
	worker, others, err := p.toBook(c, query.Get("worker"))
	if err != nil {
		return err
	}
	if (worker.ID == "" || query.Has("choose")) && query.Get("from") == "" {
		return p.chooseWorker(c, http.StatusOK, blank(), others)
	}
	f := blank("key", rand.Text(), "kind", "home_visit", "private", byPlan, "prompts", byPlan, "start-date", c.at.In(c.in).Format(time.DateOnly))
	if id := query.Get("from"); id != "" { // a visit that is to be booked again, as a joint one
		if worker, err = p.bookedLike(c, f, id, others); err != nil {
			return err
		}
	}
	return p.showBooking(c, http.StatusOK, f, worker, others, nil)
}

// bookedLike fills in a form from a visit that the reader sees, and gives its worker, whom the reader must book for.
func (p *Pages) bookedLike(c *request, f *form, id string, workers []buddy.Person) (buddy.Person, error) {
	v, err := p.openVisit(c, id)
	if err != nil {
		return buddy.Person{}, err
	}
	if !slices.ContainsFunc(workers, func(w buddy.Person) bool { return w.ID == v.Worker }) {
		return buddy.Person{}, notFound()
	}
	for field, values := range filledVisit(v, c.in).values {
		if field != "key" {
			f.values[field] = values
		}
	}
	f.values.Set("kind", v.Kind)
	f.values.Set("prompts", map[bool]string{true: byPlan, false: "no"}[v.Watch.Clock.Prompts])
	return p.directory.person(c.Context(), v.Worker)
}

// seekWorker answers POST /visits/new/worker: those whose name is sought, to choose from.
func (p *Pages) seekWorker(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	_, others, err := p.toBook(c, "")
	if err != nil {
		return err
	}
	return p.chooseWorker(c, http.StatusOK, f, others)
}

// toBook finds the worker whom a visit is to be booked for, among those whom the reader books for. Without an id it is
// the reader; nobody, where they have to choose.
func (p *Pages) toBook(c *request, id string) (worker buddy.Person, workers []buddy.Person, err error) {
	if workers, err = p.mayBookFor(c); err != nil {
		return worker, nil, err
	}
	wanted := cmp.Or(id, c.who.ID)
	i := slices.IndexFunc(workers, func(w buddy.Person) bool { return w.ID == wanted })
	switch {
	case i >= 0:
		worker, err = p.directory.person(c.Context(), wanted)
		if err != nil {
			return worker, nil, fmt.Errorf("find worker: %w", err)
		}
		return worker, workers, nil
	case id == "" && answersForOthers(c.who):
		return worker, workers, nil
	default:
		return worker, nil, notFound()
	}
}

// answersForOthers says that someone books visits for more than themself.
func answersForOthers(who buddy.Person) bool {
	return access.ByRole(who)&access.AnswersRole != 0
}

// mostWorkers is how many workers are in one list to choose from; of more, some are sought by name.
const mostWorkers = 100

// chooseWorker asks for whom to book.
func (p *Pages) chooseWorker(c *request, status int, f *form, workers []buddy.Person) error {
	page := bookingPage{Layout: p.layout(c, "Book a visit").again(f)}
	if len(workers) > mostWorkers {
		page.Search = new(f.input("q", "Search by name", ""))
		page.Search.Type, page.Search.Classes = "search", "govuk-input--width-20"
		workers = slices.DeleteFunc(workers, func(w buddy.Person) bool { return !called(w.Name, f.value("q")) })
		if page.More = len(workers) - mostWorkers; page.More > 0 {
			workers = workers[:mostWorkers]
		}
	}
	if page.Search == nil || len(workers) > 0 {
		page.Choice = &govuk.Select{Name: "worker", Label: govuk.Label{Text: "Who is visiting?", Classes: "govuk-label--m"}, Items: personOptions(workers), ErrorMessage: f.says("worker")}
	}
	return p.show(c, status, "booking", page)
}

// othersOf is the choice of someone else to book for.
func othersOf(workers []buddy.Person, chosen string) *govuk.Select {
	if len(workers) < 2 || len(workers) > mostWorkers {
		return nil
	}
	return &govuk.Select{ID: "other-worker", Name: "worker", Label: govuk.Label{Text: "Who is visiting?"}, Items: personOptions(workers), Value: chosen}
}

func personOptions(people []buddy.Person) []govuk.Option {
	var options []govuk.Option
	for _, w := range people {
		options = append(options, govuk.Option{Value: w.ID, Text: cmp.Or(w.Name, w.ID)})
	}
	return options
}

// showBooking shows the form for a worker's visit, with what was typed.
func (p *Pages) showBooking(c *request, status int, f *form, worker buddy.Person, workers []buddy.Person, w *warned) error {
	team, err := p.Store.Team(c.Context(), worker.Team)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("find team of worker: %w", err)
	}
	page := bookingPage{Layout: p.layout(c, "Book a visit").again(f), Before: bookingCard(), Others: othersOf(workers, worker.ID), Many: len(workers) > mostWorkers, Worker: worker, Self: worker.ID == c.who.ID, Key: f.value("key"),
		Kind:      f.radios("kind", "What is it?", "", kindChoices()...),
		StartDate: f.dateInput("start", "Date", ""), StartTime: f.timeInput("start", "Start", "24-hour clock, such as 14:30"),
		EndTime: f.timeInput("end", "Expected end", "An end earlier than the start is on the day after."),
		Place:   f.place(), Overlap: f.overlap(), Private: f.privacy(team), Prompts: f.prompts(), Warned: w}
	if page.Known, err = p.workerHalf(c, worker); err != nil {
		return err
	}
	if page.Sign, err = p.planWaits(c, worker); err != nil {
		return err
	}
	if err := p.company(c, f, &page); err != nil {
		return err
	}
	return p.show(c, status, "booking", page)
}

func kindChoices() []govuk.Choice {
	var choices []govuk.Choice
	for _, kind := range []string{"home_visit", "family_time", "meeting", "other"} {
		choice := govuk.Choice{Value: kind, Text: visitWords[kind]}
		if kind == "meeting" || kind == "other" {
			choice.Hint.Text = "In the calendar only: it is not watched."
		}
		choices = append(choices, choice)
	}
	return choices
}

// place is the fields of the visit's half of the buddy form.
func (f *form) place() placeFields {
	fields := placeFields{
		ServiceUser: f.input("service_user", "Who do you visit?", "The service user, or the family"),
		Address:     f.textarea("address", "Address", "With the postcode, as you would tell the police"),
		Access:      f.textarea("access", "How to get in", "A flat’s floor, a side door, a dog. Leave it empty if there is nothing to say."),
		Contact:     f.textarea("contact", "How to reach them", "A telephone number, or another way. Nobody rings it without police advice."),
		Others:      f.textarea("who_else", "Who else is there?", "Anyone you expect in the home. Leave it empty if you do not know."),
	}
	fields.Address.Rows, fields.Access.Rows, fields.Contact.Rows, fields.Others.Rows = 3, 2, 2, 2
	return fields
}

// byPlan leaves a choice to the team's plan.
const byPlan = "plan"

// privacy asks who sees the visit's details (rule 1.4).
func (f *form) privacy(team store.Team) govuk.Radios {
	hint := "Private, if it starts out of hours; else open to the team."
	switch {
	case team.Plan.Private == plan.PrivateEvery:
		hint = "Private, whenever it starts."
	case team.Plan.Private == plan.PrivateNone:
		hint = "Open to the team, whenever it starts."
	case !team.Plan.WorkingHours.IsZero():
		hint = fmt.Sprintf("Private, if it starts out of hours; open to the team within them (%s).", team.Plan.WorkingHours)
	}
	return f.radios("private", "Who sees the details?", "A private visit shows to others as “Busy – private”. Those who answer for the worker see it, and in an alarm all who deal with it.",
		govuk.Choice{Value: byPlan, Text: "As the plan says", Hint: govuk.Hint{Text: hint}},
		govuk.Choice{Value: "yes", Text: "Private: the worker and those who answer for them"},
		govuk.Choice{Value: "no", Text: "Open to the team"})
}

const promptsHint = "A buzzing phone can be wrong in a tense home. Without prompts the alarm comes at the same time."

// prompts asks whether the worker is asked by text (rule 2.5).
func (f *form) prompts() govuk.Radios {
	return f.radios("prompts", "Texts during the visit", promptsHint,
		govuk.Choice{Value: byPlan, Text: "As the plan says"},
		govuk.Choice{Value: "no", Text: "Send no prompts on this visit"})
}

// company asks who else goes, and who is the visit's named buddy.
func (p *Pages) company(c *request, f *form, page *bookingPage) error {
	buddies, err := p.buddies(c, page.Worker, "")
	if err != nil {
		return err
	}
	partners := slices.DeleteFunc(slices.Clone(buddies), func(m buddy.Person) bool { return !m.Has(buddy.Worker) })
	page.Joint = f.someone("joint", "Another worker going too", "They get a visit of their own, with its own end: each says when they are out.", "Nobody", partners)
	page.Buddy = f.namedBuddy(buddies)
	return nil
}

// buddies are the colleagues of a worker's team who are here and from whom the reader is not kept, and whoever is named already.
func (p *Pages) buddies(c *request, worker buddy.Person, named string) ([]buddy.Person, error) {
	members, err := p.members(c, worker.Team)
	if err != nil {
		return nil, err
	}
	buddies := slices.DeleteFunc(slices.Clone(members), func(m buddy.Person) bool {
		return m.ID == worker.ID || m.ID != named && (!m.Active || c.apart(m.ID) != 0)
	})
	if named != "" && !slices.ContainsFunc(buddies, func(m buddy.Person) bool { return m.ID == named }) {
		who, err := p.directory.person(c.Context(), named)
		if err != nil {
			return nil, fmt.Errorf("find named buddy: %w", err)
		}
		buddies = append(buddies, who)
	}
	return buddies, nil
}

// namedBuddy asks who is the visit's named buddy.
func (f *form) namedBuddy(buddies []buddy.Person) *govuk.Select {
	return f.someone("buddy", "Named buddy", "Who answers for this visit in working hours. Out of hours it is whoever is on call.", "As the plan says", buddies)
}

// someone is a choice among people, or of nobody; nil where there are none.
func (f *form) someone(field, label, hint, nobody string, people []buddy.Person) *govuk.Select {
	if len(people) == 0 {
		return nil
	}
	return &govuk.Select{Name: field, Label: govuk.Label{Text: label}, Hint: govuk.Hint{Text: hint}, Value: f.value(field), ErrorMessage: f.says(field),
		Items: append([]govuk.Option{{Value: "", Text: nobody}}, personOptions(people)...)}
}

// workerHalf is what a responder is given about a worker. Where it holds private numbers the look is recorded.
func (p *Pages) workerHalf(c *request, who buddy.Person) (*workerHalf, error) {
	may, err := p.mayRing(c, who)
	if err != nil {
		return nil, err
	}
	half := &workerHalf{Person: who, Numbers: numbersOf(who, may, false), Vehicle: vehicleWords(who), Private: may, MayEdit: p.mayEdit(c, who)}
	if !may {
		return half, nil
	}
	if err := p.Access.LookedAt(c.Context(), c.who.ID, "page", "person/"+who.ID, "", c.at); err != nil {
		return nil, err
	}
	half.Numbers = slices.DeleteFunc(half.Numbers, func(n namedNumber) bool { return n.Name == "Personal mobile" && n.Dial == "" })
	half.About, half.Contacts, half.Missing = who.Description.Reveal(), len(who.Contacts), missingOf(who)
	return half, nil
}

// bookVisit answers POST /visits/new.
func (p *Pages) bookVisit(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	worker, workers, err := p.toBook(c, f.value("worker"))
	if err != nil {
		return err
	}
	if worker.ID == "" {
		f.wrong("worker", "Choose who is visiting")
		return p.chooseWorker(c, http.StatusUnprocessableEntity, f, workers)
	}
	b, span := f.booking(worker, c.in)
	warned, err := p.warnedOf(c, f, f.riskPlace(), "")
	if err != nil {
		return err
	}
	if !f.bad() {
		booked, err := p.Engine.Book(c.Context(), c.press(), b)
		if err == nil {
			return c.redirect("/visits/" + booked.Visit + "?done=" + bookedWord(booked, span))
		}
		if err := f.takesVisit(err); err != nil {
			return fmt.Errorf("book visit: %w", err)
		}
	}
	return p.showBooking(c, http.StatusUnprocessableEntity, f, worker, workers, warned)
}

// bookedWord is what the visit's page says first.
func bookedWord(b engine.Booked, span period) string {
	switch {
	case b.Gap:
		return "booked-gap"
	case span.Twice:
		return "booked-twice"
	default:
		return "booked"
	}
}

// booking reads the form. What is missing of the buddy form keeps no visit from being booked (rule 1.3).
func (f *form) booking(worker buddy.Person, zone *time.Location) (engine.Booking, period) {
	b := engine.Booking{Worker: worker.ID, Kind: f.value("kind"), Details: f.details(), Overlap: f.value("overlap") != "",
		Private: f.yesOrNo("private"), Prompts: f.yesOrNo("prompts")}
	if visitWords[b.Kind] == "" {
		f.wrong("kind", "Choose what it is")
	}
	span, _ := f.period("start", "end", zone)
	b.StartsAt, b.ExpectedEndAt = span.StartsAt, span.EndsAt
	if id := f.value("joint"); id != "" {
		b.JointWith = []string{id}
	}
	b.Responders = f.responders()
	return b, span
}

// responders reads the named buddy.
func (f *form) responders() []string {
	if id := f.value("buddy"); id != "" {
		return []string{id}
	}
	return nil
}

// details reads the visit's half of the buddy form.
func (f *form) details() buddy.Form {
	secret := func(field string) private.Text { return private.New(strings.ReplaceAll(f.value(field), "\r\n", "\n")) }
	return buddy.Form{ServiceUser: secret("service_user"), Address: secret("address"), Access: secret("access"), Contact: secret("contact"), WhoElse: secret("who_else")}
}

// yesOrNo reads a choice; nil leaves it to the plan.
func (f *form) yesOrNo(field string) *bool {
	switch f.value(field) {
	case "yes":
		return new(true)
	case "no":
		return new(false)
	default:
		return nil
	}
}

// takesVisit notes what the core found wrong with a visit; it gives back every other error.
func (f *form) takesVisit(err error) error {
	invalid, is := errors.AsType[*watch.Invalid](err)
	if !is {
		return err
	}
	for _, p := range invalid.Problems {
		f.wrong(visitSays(invalid, p))
	}
	return nil
}

// visitSays is a problem of the core's as the form says it: the field, and what to do.
func visitSays(invalid *watch.Invalid, p watch.Problem) (field, says string) {
	own := map[string]string{"starts_at": "start-time", "expected_end_at": "end-time", "joint_with": "joint", "responders": "buddy"}
	named := map[string]string{"service_user": "Who you visit", "address": "The address", "access": "How to get in", "contact": "How to reach them",
		"who_else": "Who else is there", "joint_with": "The other worker", "responders": "The named buddy", "worker": "The worker", "by": "Who records this"}
	field = cmp.Or(own[p.Field], p.Field)
	switch {
	case invalid.IsOverlap(p):
		return "overlap", fmt.Sprintf("These times overlap visit %s. Change them, or say that both are meant", invalid.Overlaps)
	case p.Says == "is already gone":
		return field, "The end must be still to come"
	case p.Field == "joint_with" && p.Says == "names the worker":
		return field, "Choose another worker than the one whose visit it is"
	case p.Field == "starts_at" && strings.Contains(p.Says, "past"):
		return "start-date", "The start can be 12 hours ago at most"
	case p.Field == "expected_end_at" && invalid.TooLong:
		return field, "The end must be within 24 hours of the start"
	case p.Field == "expected_end_at":
		return field, "The end must be after the start"
	default:
		return field, cmp.Or(named[p.Field], "This") + " " + p.Says
	}
}
