package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// mailEvents is how many events of one mail are worked. A calendar of a year mailed by mistake books nothing of the rest, and says so.
const mailEvents = 50

// stampAhead is how far the clock of somebody's calendar may be ahead of ours.
const stampAhead = 24 * time.Hour

// kept is what is kept of an invite, sealed beside how it stands: what it is answered by, and what it said last.
type kept struct {
	Kind     string    `json:"kind,omitempty"`
	From     string    `json:"from"`  // the proven address that sent it
	As       string    `json:"as"`    // the address of ours that was invited
	Event    keptEvent `json:"event"` // by which it is answered
	Form     keptForm  `json:"form"`
	Private  bool      `json:"private,omitempty"`
	Own      bool      `json:"own,omitempty"`      // of a series: it differs from the others by the worker's own word
	Calendar string    `json:"calendar,omitempty"` // of a series: as it came, to book more of it by
	At       time.Time `json:"at"`
}

type keptEvent struct {
	UID       string    `json:"uid"`
	Organizer string    `json:"organizer"`
	Start     time.Time `json:"start"`
	End       time.Time `json:"end,omitzero"`
}

type keptForm struct {
	ServiceUser string `json:"service_user,omitempty"`
	Address     string `json:"address,omitempty"`
	Access      string `json:"access,omitempty"`
	Contact     string `json:"contact,omitempty"`
	WhoElse     string `json:"who_else,omitempty"`
}

func toKept(f buddy.Form) keptForm {
	return keptForm{f.ServiceUser.Reveal(), f.Address.Reveal(), f.Access.Reveal(), f.Contact.Reveal(), f.WhoElse.Reveal()}
}

func (f keptForm) form() buddy.Form {
	return buddy.Form{ServiceUser: private.New(f.ServiceUser), Address: private.New(f.Address), Access: private.New(f.Access), Contact: private.New(f.Contact), WhoElse: private.New(f.WhoElse)}
}

// keptOf opens what is kept of an invite; the zero value once it is gone.
func keptOf(i store.Invited) (k kept) {
	_ = json.Unmarshal([]byte(i.Words.Reveal()), &k) // "" is none
	return k
}

// InvitedFrom is what a visit's page says of the invite that it came by: who sent it, and when it was last changed by one.
func InvitedFrom(i store.Invited) (from private.Text, at time.Time) {
	k := keptOf(i)
	return private.New(k.From), k.At
}

// workInvite books, moves and calls off what a calendar asks for, the events of one series together.
func (e *Engine) workInvite(ctx context.Context, l *incoming, c calendarPart) (string, error) {
	result := mailNothing
	if len(c.Events) > mailEvents {
		c.Events = c.Events[:mailEvents]
		l.tell(wording.MailMany, said{})
	}
	l.several = slices.ContainsFunc(c.Events, func(ev calendar.Event) bool { return ev.UID != c.Events[0].UID })
	for len(c.Events) > 0 {
		uid := c.Events[0].UID
		one := c
		one.Events = nil
		rest := slices.DeleteFunc(slices.Clone(c.Events), func(ev calendar.Event) bool {
			mine := ev.UID == uid && (uid != "" || len(one.Events) == 0)
			if mine {
				one.Events = append(one.Events, ev)
			}
			return mine
		})
		if uid == "" && len(rest) == len(c.Events) {
			return result, errors.New("an event was not taken")
		}
		c.Events = rest
		what, err := e.workObject(ctx, l, one)
		if err != nil {
			return result, err
		}
		if result == mailNothing || what == mailBooked {
			result = what
		}
	}
	return result, nil
}

// workObject does what the events of one UID ask for.
func (e *Engine) workObject(ctx context.Context, l *incoming, c calendarPart) (string, error) {
	first := c.Events[0]
	back := *l
	defer func() { l.worker, l.sc = back.worker, back.sc }()
	o, refused, err := e.owned(ctx, l, c.Method, first)
	if err != nil || refused != "" {
		return refused, err
	}
	for i := range c.Events {
		c.Events[i].Organizer.Address = o.organizer
		if st := c.Events[i].Stamp; st.IsZero() || st.After(l.at.Add(stampAhead)) { // by one of the year 2999 no update would ever be newer
			c.Events[i].Stamp = l.stamp()
		}
	}
	rows, err := e.Store.InvitedBy(ctx, o.organizer, o.uid)
	if err != nil {
		return "", err
	}
	o.rows, o.calendar, o.text = rows, c.Calendar, c.text
	if master := slices.IndexFunc(c.Events, isMaster); master >= 0 && c.Method != calendar.Cancel {
		return e.workSeries(ctx, l, o, c.Events[master])
	}
	result := mailNothing
	for _, ev := range c.Events {
		what, err := e.workEvent(ctx, l, o, ev)
		if err != nil {
			return result, err
		}
		if result == mailNothing || what == mailBooked {
			result = what
		}
	}
	return result, nil
}

func isMaster(ev calendar.Event) bool {
	return ev.Instance.At.IsZero() && (ev.Rule != "" || len(ev.Extra) > 0 || slices.Contains(ev.Doubts, calendar.RuleUnknown))
}

// stamp is when a mail was written whose events do not say when they were.
func (l *incoming) stamp() time.Time {
	if l.msg.Date.IsZero() || l.msg.Date.After(l.at) {
		return l.mail.ReceivedAt
	}
	return l.msg.Date.UTC()
}

// object is one calendar object under way.
type object struct {
	organizer, uid string
	delegate       string // the address that sent it for the worker
	by             string // the person who did
	rows           []store.Invited
	calendar       calendar.Calendar
	text           []byte // as it came
}

// row is how an instance of the object stands; nil where nothing is known of it.
func (o object) row(instance time.Time) *store.Invited {
	for i := range o.rows {
		if o.rows[i].Instance.Equal(instance) {
			return &o.rows[i]
		}
	}
	return nil
}

// own says whether an instance of a series came as an event of its own.
func (o object) own(ev calendar.Event) bool {
	return !ev.Instance.At.IsZero() && slices.ContainsFunc(o.calendar.Events, func(x calendar.Event) bool { return x.Instance.At.Equal(ev.Instance.At) })
}

// owned finds whose invite it is, and turns the letter to them. refused is the result where it is not booked: who can be told is.
func (e *Engine) owned(ctx context.Context, l *incoming, method calendar.Method, ev calendar.Event) (o object, refused string, err error) {
	from, organizer, by := l.msg.From, ev.Organizer.Address, ev.Organizer.SentBy
	if organizer == "" && method == calendar.Cancel {
		organizer = from
	}
	o = object{organizer: organizer, uid: ev.UID}
	if o.uid == "" {
		o.uid = "\x00" + l.mail.ID + ev.Start.At.Format(time.RFC3339) // of nobody else: its updates cannot be followed, and it says so
	}
	switch {
	case organizer == from && by != "" && by != from:
		o.delegate = by
	case organizer == from && l.msg.Sender != "" && l.msg.Sender != from && domainOf(l.msg.Sender) == domainOf(from): // of another domain it is a service's, as Google's calendar
		o.delegate = l.msg.Sender
	case organizer == from:
	case organizer != "" && by == from:
		o.delegate = from
		id, err := l.sc.pages.byAddress(ctx, organizer)
		if err != nil {
			return o, "", err
		}
		if id == "" {
			l.tell(wording.MailForwarded, said{})
			return o, mailForwarded, nil
		}
		if err := l.of(ctx, id); err != nil {
			return o, "", err
		}
	case organizer == "":
		l.tell(wording.MailPublished, said{}) // of nobody, so of nobody else either
		return o, mailPublished, nil
	default:
		l.tell(wording.MailForwarded, said{})
		return o, mailForwarded, nil
	}
	if o.delegate != "" {
		may, err := e.mayDelegate(ctx, l.worker, organizer, o.delegate)
		if err != nil {
			return o, "", err
		}
		if !may {
			l.tell(wording.MailDelegate, said{})
			return o, mailByDelegate, nil
		}
	}
	if !l.worker.Has(buddy.Worker) {
		l.tell(wording.MailNotWorker, said{})
		return o, mailNotBooked, nil
	}
	o.by = l.worker.ID
	if o.delegate != "" {
		id, err := l.sc.pages.byAddress(ctx, o.delegate)
		o.by = cmp.Or(id, o.by)
		return o, "", err
	}
	return o, "", nil
}

// actor is who does what the letter asks for. Its key is the letter's own, so that what was done before a stop is not done twice.
func (l *incoming) actor(o object, what string) Actor {
	return Actor{By: o.by, Via: viaMail, Key: "mail/" + l.mail.ID + "/" + what}
}

// viaMail is how the record says that something was done by an invite.
const viaMail = "mail"

// workEvent does what one event, that is no series, asks for.
func (e *Engine) workEvent(ctx context.Context, l *incoming, o object, ev calendar.Event) (string, error) {
	row := o.row(ev.Instance.At)
	if row != nil && !ev.Newer(calendar.Version{Sequence: row.Sequence, Stamp: row.Stamp}) {
		if what, err := e.notNewer(ctx, l, o, ev, *row); what != "" || err != nil {
			return what, err
		}
	}
	if !ev.Instance.At.IsZero() { // the series may have been called off since
		if master := o.row(time.Time{}); master != nil && master.State == store.InvitedCancelled && !ev.Newer(calendar.Version{Sequence: master.Sequence, Stamp: master.Stamp}) {
			return mailNothing, nil
		}
	}
	if o.calendar.Method == calendar.Cancel || ev.Status == "CANCELLED" || e.uninvited(row, ev) {
		return e.cancelled(ctx, l, o, ev, row)
	}
	return e.requested(ctx, l, o, ev, row)
}

// uninvited says that an update has others to invite and no longer us: whoever was taken off a meeting is not to come.
func (e *Engine) uninvited(row *store.Invited, ev calendar.Event) bool {
	if row == nil || len(ev.Attendees) == 0 {
		return false
	}
	was := keptOf(*row).As
	return was != "" && !slices.ContainsFunc(ev.Attendees, func(p calendar.Person) bool { return p.Address == was || e.ours(p.Address) })
}

// ours says whether an address is one of our own for invites.
func (e *Engine) ours(address string) bool { return slices.Contains(e.Addresses, address) }

// invitedAs is the address of ours that an event invites; "" where none of them is.
func (l *incoming) invitedAs(ev calendar.Event) string {
	for _, p := range ev.Attendees {
		if l.ours(p.Address) || slices.ContainsFunc(l.mail.To, func(to string) bool { return strings.EqualFold(to, p.Address) }) {
			return p.Address
		}
	}
	return ""
}

// requested books what an event asks for, or brings the visit that it became to what it says now.
func (e *Engine) requested(ctx context.Context, l *incoming, o object, ev calendar.Event, row *store.Invited) (string, error) {
	s, ok := l.slotOf(ev)
	if !ok {
		return mailNotBooked, l.refuse(o, ev, refusal{notice: wording.InviteNoTimes}, slot{})
	}
	if err := e.fillDetails(ctx, l, o, ev); err != nil {
		return "", err
	}
	if row != nil && row.Visit != "" {
		v, found, err := e.shownVisitOf(ctx, l.worker.ID, row.Visit)
		if err != nil {
			return "", err
		}
		if found && v.Live() {
			return e.brought(ctx, l, o, ev, s, *row, v)
		}
		same := row.StartsAt.Equal(s.begin) && row.EndsAt.Equal(s.end)
		if same && row.State == store.InvitedBooked || !s.end.After(l.at) { // it ended, or the worker called it off: other words in the invite do not bring it back
			l.keep(o, ev, s, row.Visit, store.InvitedBooked)
			return mailNothing, l.tellOf(ctx, wording.InviteOver, said{visit: row.Visit, slot: s})
		}
	}
	return e.bookInvited(ctx, l, o, ev, s)
}

// shownVisitOf gives a visit as its worker is shown it: what an invite is answered tells nothing else.
func (e *Engine) shownVisitOf(ctx context.Context, worker, visit string) (watch.Visit, bool, error) {
	loaded, err := e.Store.Load(ctx, worker)
	if err != nil {
		return watch.Visit{}, false, err
	}
	v, found := asSeen(loaded.Watch).Visit(visit)
	return v, found, nil
}

// bookInvited books a new visit.
func (e *Engine) bookInvited(ctx context.Context, l *incoming, o object, ev calendar.Event, s slot) (string, error) {
	visit, unwatched, why, err := e.bookSlot(ctx, l, o, ev, s)
	if err != nil {
		return "", err
	}
	if why != (refusal{}) {
		return mailNotBooked, l.refuse(o, ev, why, s)
	}
	l.keep(o, ev, s, visit, store.InvitedBooked)
	n := wording.InviteBooked
	switch {
	case len(s.ask) > 0:
		n = wording.InviteAsked
	case unwatched:
		n = wording.InviteUnwatched
	}
	l.done.Visit = visit
	return mailBooked, e.tellBooked(ctx, l, o, ev, n, visit, s)
}

// refusal is why nothing is booked; the zero refusal where something is.
type refusal struct {
	notice watch.Notice
	other  string // the reference of the visit that is then
}

func (r refusal) among() []wording.Visit {
	if r.other == "" {
		return nil
	}
	return []wording.Visit{{Reference: r.other}}
}

// bookSlot books a visit as the page and the API do. why is the reason where the protocol says no.
func (e *Engine) bookSlot(ctx context.Context, l *incoming, o object, ev calendar.Event, s slot) (visit string, unwatched bool, why refusal, err error) {
	details, kind := l.form(ev)
	b := Booking{Worker: l.worker.ID, Kind: kind, StartsAt: s.begin.UTC(), ExpectedEndAt: s.end.UTC(), Details: details, answered: true, quiet: !ev.Instance.At.IsZero()}
	if l.isPrivate(ev) {
		b.Private = new(true)
	}
	booked, err := e.Book(ctx, l.actor(o, "book/"+o.uid+"/"+ev.Instance.At.UTC().Format(time.RFC3339)), b)
	var invalid *watch.Invalid
	var refused *watch.Refused
	switch {
	case errors.As(err, &invalid):
		return "", false, refusalOf(invalid), nil
	case errors.As(err, &refused):
		return "", false, refusal{notice: wording.InviteGone}, nil
	}
	return booked.Visit, slices.Contains(unwatchedKinds, kind), refusal{}, err
}

// refusalOf is why a booking was refused.
func refusalOf(x *watch.Invalid) refusal {
	switch {
	case x.TooLong:
		return refusal{notice: wording.InviteTooLong}
	case x.Overlaps != "":
		return refusal{wording.InviteOverlaps, x.Overlaps}
	default:
		return refusal{notice: wording.InviteGone}
	}
}

// isPrivate says whether the worker said that it is private. Who says nothing leaves it to the plan.
func (l *incoming) isPrivate(ev calendar.Event) bool {
	return ev.Class != calendar.Public || l.msg.Private
}

// form is what an invite says of the visit, and what kind it is.
func (l *incoming) form(ev calendar.Event) (buddy.Form, string) {
	if l.fixed != nil {
		return l.fixed.Form.form(), l.fixed.Kind
	}
	f, kind := l.formOf(ev)
	f, _ = usable(f)
	return f, kindOf(ev.Summary.Reveal(), kind, f)
}

// keep notes how an object stands now, to be kept when the letter is settled.
func (l *incoming) keep(o object, ev calendar.Event, s slot, visit string, state store.InvitedState) {
	form, kind := l.form(ev)
	k := kept{From: l.msg.From, As: l.invitedAs(ev), Kind: kind, Event: keptEvent{UID: ev.UID, Organizer: o.organizer, Start: ev.Start.At, End: ev.End.At}, Form: toKept(form),
		Private: l.isPrivate(ev), Own: o.own(ev), At: l.at}
	i := store.Invited{Organizer: private.New(o.organizer), UID: private.New(o.uid), Instance: ev.Instance.At.UTC(), Worker: l.worker.ID, Visit: visit, Mail: l.mail.ID,
		Sequence: ev.Sequence, Stamp: ev.Stamp.UTC(), State: state, StartsAt: s.begin, EndsAt: s.end, Owner: "visit/" + visit, PutAt: l.at}
	if ev.Instance.At.IsZero() {
		i.Instance = time.Time{}
	}
	if visit == "" {
		i.Owner = "mail/" + l.mail.ID
	}
	i.Words = private.New(string(mustJSON(k)))
	if row := o.row(i.Instance); row != nil {
		i = i.Over(*row)
	}
	l.done.Invited = append(l.done.Invited, i)
}

// refuse notes that nothing is booked, and says why.
func (l *incoming) refuse(o object, ev calendar.Event, why refusal, s slot) error {
	l.keep(o, ev, s, "", store.InvitedRefused)
	l.tell(why.notice, said{slot: s, among: why.among(), reply: &ev, part: calendar.Declined})
	return nil
}
