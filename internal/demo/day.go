package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// day is the sample day while it is played: the clock stands still but between two lines, and all that falls due on the way happens.
type day struct {
	*Demo
	now    time.Time         // when the demo begins
	visits map[string]string // ids, by the names of the plan below
}

// planned is a visit of the sample day. Times are minutes from now, to the five minutes before.
type planned struct {
	name, worker, kind string
	from, until        int
	with               string // a partner
	private            bool
	buddy              string
	form               [5]string // service user, address, how to get in, contact, who else is there
}

func visits() []planned {
	return []planned{
		{"check", "p-priya", "home_visit", -240, -180, "", false, "", [5]string{"M Hollis", "3 Mill Lane, Gloucester GL1 2AB", "side door", "07700 900301", ""}},
		{"session", "p-tom", "family_time", -270, -180, "", false, "", [5]string{"The Barrow family", "Family centre, 12 Station Road, Gloucester GL1 3CD",
			"ring at reception", "01632 960302", "two children, 4 and 7"}},
		{"forgotten", "p-dan", "home_visit", -240, -180, "", false, "", [5]string{"P Quill", "41 Orchard Close, Stroud GL5 4EF", "", "07700 900303", "a dog"}},
		{"called off", "p-jo", "home_visit", -150, -90, "", false, "", [5]string{"A Trent", "8 Chapel Street, Cheltenham GL50 5GH", "", "07700 900304", ""}},
		{"overdue", "p-ruth", "home_visit", -150, -27, "", false, "", [5]string{"J Winter", "Flat 4, 19 High Street, Stroud GL5 6JK", "buzzer 4, second floor",
			"07700 900305", "her brother, who has shouted before"}},
		{"private", "p-nia", "home_visit", -40, 125, "", true, "", [5]string{"L Farrow", "2 Bridge End, Gloucester GL2 7LM", "", "07700 900306", ""}},
		{"nearly over", "p-tom", "home_visit", -55, 10, "", false, "", [5]string{"The Barrow family", "27 Elm Rise, Gloucester GL4 8NP", "", "07700 900307", ""}},
		{"later", "p-dan", "home_visit", 65, 125, "", false, "p-mo", [5]string{"S Rowe", "5 Castle Hill, Tewkesbury GL20 9QR", "", "", ""}},
		{"together", "p-dan", "home_visit", 200, 290, "p-nia", false, "", [5]string{"C Marsh", "Barn Cottage, Upton GL8 1ST", "up the track, gate code 4411", "07700 900308", "four adults"}},
		{"tomorrow", "p-priya", "home_visit", 1440, 1500, "", false, "", [5]string{"M Hollis", "3 Mill Lane, Gloucester GL1 2AB", "side door", "07700 900301", ""}},
		{"tomorrow's session", "p-ruth", "family_time", 1530, 1620, "", true, "", [5]string{"The Lowe family", "Family centre, 12 Station Road, Gloucester GL1 3CD",
			"ring at reception", "01632 960302", ""}},
	}
}

// line is one thing that happens on the sample day, so many minutes before now.
type line struct {
	before int
	does   func(ctx context.Context, d *day) error
}

func lines() []line {
	return []line{
		{299, bookAll},
		{269, says("p-tom", "In, with the Barrows")},
		{241, says("p-priya", "IN")},
		{238, says("p-dan", "going in now")},
		{205, says("p-priya", "LATE 20")},
		{182, says("p-tom", "Out, all went well")},
		{170, callsOff("called off", "p-mo", "The family asked for another day.")},
		{168, says("p-priya", "out")},
		// Dan says nothing: his alarm has opened, and whoever was rung pressed the key.
		{162, rings("p-dan", "07700 900121", watch.NoAnswer, "")},
		{158, rings("p-dan", "01632 960122", watch.SpokeOther, "His mother has not heard from him today.")},
		{153, rings("p-dan", "07700 900121", watch.SpokeThem, "He is in his car and had forgotten to text.")},
		{151, closes("p-dan", "Spoke with Dan: he told me the name of his dog, as agreed.")},
		{148, says("p-ruth", "IN")},
		{53, says("p-tom", "Going in to the Barrows")},
		{38, says("p-nia", "in")},
		// Ruth says nothing: her alarm is in ring-round when the demo begins.
		{10, rings("p-ruth", "07700 900141", watch.NoAnswer, "")},
		{7, rings("p-ruth", "01632 960141", watch.Voicemail, "Left my name and number only.")},
		{3, rings("p-ruth", "07700 900142", watch.NoAnswer, "")},
	}
}

// dayBegins is how long before now the sample day does.
const dayBegins = 300 * time.Minute

// playDay plays the sample day up to now.
func (d *Demo) playDay(ctx context.Context) error {
	today := &day{Demo: d, now: d.o.Clock.Now().UTC().Truncate(time.Second), visits: map[string]string{}}
	d.o.Clock.Set(today.now.Add(-dayBegins))
	if err := d.organise(ctx); err != nil {
		return err
	}
	if err := d.putRota(ctx, d.o.Clock.Now().AddDate(0, 0, -1), today.now.AddDate(0, 0, daysAhead)); err != nil {
		return err
	}
	if err := d.putWeeks(ctx, today.now); err != nil {
		return err
	}
	for _, n := range responders() {
		held := d.town.Phone(n).PressesKey()
		defer held.ByHand() // and from now on it is who looks at it that answers
	}
	for _, l := range lines() {
		if err := today.until(ctx, today.now.Add(-time.Duration(l.before)*time.Minute)); err != nil {
			return err
		}
		if err := l.does(ctx, today); err != nil {
			return fmt.Errorf("%d minutes before now: %w", l.before, err)
		}
	}
	return today.until(ctx, today.now)
}

// responders are the phones of those who answer for workers.
func responders() []phone.Number {
	var all []phone.Number
	for _, p := range people() {
		if p.Has(buddy.Responder) {
			all = append(all, p.Mobile)
		}
		if !p.PersonalMobile.IsZero() {
			all = append(all, p.PersonalMobile)
		}
	}
	return all
}

// until lets time pass, from one thing that falls due to the next.
func (d *day) until(ctx context.Context, end time.Time) error {
	for {
		if err := d.settle(ctx); err != nil {
			return err
		}
		next, err := d.o.Store.NextWake(ctx)
		if err != nil {
			return err
		}
		if next.IsZero() || next.After(end) {
			break
		}
		if soon := d.o.Clock.Now().Add(time.Second); next.Before(soon) {
			next = soon // something is tried again and again
		}
		d.o.Clock.Set(next)
	}
	if d.o.Clock.Now().Before(end) {
		d.o.Clock.Set(end)
	}
	if err := d.engine.Chores(ctx); err != nil {
		return err
	}
	if err := d.settle(ctx); err != nil {
		return err
	}
	_, err := d.o.Store.Seal(ctx, d.o.Clock.Now())
	return err
}

var errRestless = errors.New("there is always more to do")

// settle does all that is to be done at this instant.
func (d *day) settle(ctx context.Context) error {
	for range 100 {
		if _, err := d.engine.StepWaiting(ctx); err != nil {
			return err
		}
		due, err := d.engine.StepDue(ctx)
		if err != nil {
			return err
		}
		if err := d.invite(ctx); err != nil {
			return err
		}
		sent, err := d.engine.Deliver(ctx)
		if err != nil {
			return err
		}
		rung, err := d.town.Answer(ctx)
		if err != nil {
			return err
		}
		if err := d.post(ctx); err != nil {
			return err
		}
		if due+sent+rung == 0 {
			return nil
		}
	}
	return errRestless
}

// invite sends the invites that are to be sent now.
func (d *day) invite(ctx context.Context) error {
	for more := true; more; {
		var err error
		if more, err = d.engine.SendInvites(ctx); err != nil {
			return err
		}
	}
	return nil
}

// bookAll books the day's visits.
func bookAll(ctx context.Context, d *day) error {
	for _, v := range visits() {
		b := engine.Booking{Worker: v.worker, Kind: v.kind, StartsAt: d.at(v.from), ExpectedEndAt: d.at(v.until), Private: &v.private,
			Details: buddy.Form{ServiceUser: private.New(v.form[0]), Address: private.New(v.form[1]), Access: private.New(v.form[2]),
				Contact: private.New(v.form[3]), WhoElse: private.New(v.form[4])}}
		if v.with != "" {
			b.JointWith = []string{v.with}
		}
		if v.buddy != "" {
			b.Responders = []string{v.buddy}
		}
		booked, err := d.engine.Book(ctx, engine.Actor{By: v.worker, Via: "api"}, b)
		if err != nil {
			return fmt.Errorf("book %q: %w", v.name, err)
		}
		d.visits[v.name] = booked.Visit
	}
	return nil
}

// at is an instant of the plan.
func (d *day) at(minutes int) time.Time {
	return d.now.Add(time.Duration(minutes) * time.Minute).Truncate(5 * time.Minute)
}

func says(person, words string) func(context.Context, *day) error {
	return func(ctx context.Context, d *day) error { return d.Text(ctx, person+mobile, words) }
}

func callsOff(visit, by, why string) func(context.Context, *day) error {
	return func(ctx context.Context, d *day) error {
		return d.engine.CancelVisit(ctx, engine.Actor{By: by, Via: "api"}, d.visits[visit], false, private.New(why))
	}
}

func rings(worker, number string, result watch.Result, note string) func(context.Context, *day) error {
	return func(ctx context.Context, d *day) error {
		return d.act(ctx, worker, watch.Call{Result: result}, engine.Words{To: number, Note: note})
	}
}

func closes(worker, how string) func(context.Context, *day) error {
	return func(ctx context.Context, d *day) error {
		return d.act(ctx, worker, watch.Close{Evidence: watch.SpokeWorker, Note: true, Ended: true}, engine.Words{Note: how})
	}
}

var errNotHeld = errors.New("nobody has the alarm that should be open by now")

// act does something about a worker's alarm, by whoever has it.
func (d *day) act(ctx context.Context, worker string, event watch.Event, words engine.Words) error {
	a, open, err := d.alarmOf(ctx, worker)
	if err != nil {
		return err
	}
	if !open || a.HeldBy == "" {
		return errNotHeld
	}
	if words.To != "" {
		words.To = number(words.To).E164()
	}
	return d.engine.Act(ctx, engine.Actor{By: a.HeldBy, Via: "api"}, a.ID, event, words)
}

// alarmOf is a worker's open alarm.
func (d *Demo) alarmOf(ctx context.Context, worker string) (a store.Alarm, open bool, err error) {
	loaded, err := d.o.Store.Load(ctx, worker)
	if err != nil || loaded.Watch.Alarm == nil {
		return store.Alarm{}, false, err
	}
	a, err = d.o.Store.Alarm(ctx, loaded.Watch.Alarm.ID)
	return a, err == nil, err
}
