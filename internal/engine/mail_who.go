package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/buddy/written"
	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// incoming is a mail under way: what was read of it, whose it is, and what comes of it. Nothing of it is kept before it is settled, but for what the visits
// themselves became; those steps are known again by the mail's id, so that a letter worked twice comes to the same.
type incoming struct {
	*Engine
	mail     store.ReceivedMail
	at       time.Time // when it is worked
	msg      mail.Message
	worker   buddy.Person // in whose name it is; zero for nobody we know
	sc       scene
	said     []said // what is answered
	done     store.SettledMail
	cut      bool                       // the form that was looked at last holds more than is kept
	twoTimes bool                       // it says one event at two times
	several  bool                       // its calendar has events of several names
	forms    map[[4]string]written.Form // what was understood of its bodies: it is asked for several times
	fixed    *kept                      // what a series was booked by, where there is no mail
	turn     string                     // which time it is that a series is booked on; "" for a mail
}

// The results of a mail, as the record and the figures name them.
const (
	mailBooked     = "booked"
	mailNotBooked  = "not_booked"
	mailUnproven   = "not_proven"
	mailUntold     = "not_proven_counted" // as so many were told in that hour, it is told by their count
	mailStranger   = "stranger"
	mailUnread     = "unreadable"
	mailAutomatic  = "automatic"
	mailForwarded  = "forwarded"
	mailByDelegate = "delegate"
	mailPlain      = "plain"
	mailHeard      = "heard" // as a text is: a cry for help, and just so a wish that somebody rings
	mailPublished  = "published"
	mailAnswer     = "answer"
	mailNothing    = "nothing"
	mailGone       = "gone"
)

// open reads a mail and finds in whose name it is.
func (e *Engine) open(ctx context.Context, m store.ReceivedMail) (*incoming, error) {
	m, err := e.Store.MailWords(ctx, m)
	if err != nil {
		return nil, err
	}
	l := &incoming{Engine: e, mail: m, at: e.Now(), done: store.SettledMail{ID: m.ID}}
	l.msg = mail.Read(l.arrival())
	pages, err := e.dir.open(ctx)
	if err != nil {
		return nil, err
	}
	id, err := pages.byAddress(ctx, l.msg.From)
	if err != nil || id == "" {
		return l, err
	}
	return l, l.of(ctx, id)
}

// of makes the letter one in the name of a person.
func (l *incoming) of(ctx context.Context, id string) (err error) {
	if l.sc, err = l.look(ctx, l.at, id); err == nil {
		l.worker, l.done.Person = l.sc.worker, id
	}
	return err
}

func (l *incoming) arrival() mail.Arrival {
	m := l.mail
	return mail.Arrival{Raw: []byte(m.Raw.Reveal()), From: m.From.Reveal(), To: m.To, Via: mail.Via(m.Via), RemoteIP: m.RemoteIP, At: m.ReceivedAt}
}

// work finds out what a mail asks for and does it.
func (e *Engine) work(ctx context.Context, l *incoming) error {
	switch {
	case l.mail.Raw.IsZero():
		return l.settle(ctx, store.MailDone, mailGone)
	case l.msg.Automatic && len(l.msg.Calendars) == 0 && !(l.worker.ID != "" && l.sealed()):
		return e.workAutomatic(ctx, l)
	case l.worker.ID == "":
		return e.workStranger(ctx, l)
	}
	proof, err := e.prove(ctx, l)
	if err != nil {
		return err
	}
	if !proof.OK() {
		return e.workUnproven(ctx, l)
	}
	cried, err := e.hearCry(ctx, l)
	switch {
	case err != nil:
		return err
	case cried:
		return l.settle(ctx, store.MailDone, mailHeard)
	}
	return e.workProven(ctx, l)
}

// sealed says that an invite may be in the mail which nobody can read.
func (l *incoming) sealed() bool { return l.msg.Hidden == mail.TNEF || l.msg.Hidden == mail.Encrypted }

// prove asks for the proof of who sent it. A passing error has the mail tried again; past the last try it is unproven.
func (e *Engine) prove(ctx context.Context, l *incoming) (mail.Proof, error) {
	if e.Prover == nil {
		return mail.Proof{}, nil
	}
	proof, err := e.Prover.Prove(ctx, l.arrival(), l.msg)
	if err != nil && l.mail.Attempts >= mailTries-1 {
		e.report(ctx, "sender of a mail not proved", err)
		return mail.Proof{}, nil
	}
	if err != nil {
		return proof, fmt.Errorf("prove sender: %w", err)
	}
	return proof, nil
}

// workStranger puts a mail of nobody we know aside: it is answered by nothing, as its sender may be anybody's address, and only who sent how much is
// kept, for the administrators' digest (see strangersChore).
func (e *Engine) workStranger(ctx context.Context, l *incoming) error {
	if err := e.hearStranger(ctx, l); err != nil {
		return err
	}
	if err := e.tellSharers(ctx, l); err != nil {
		return err
	}
	l.done.Quiet, l.done.Cut = true, true
	if l.msg.From != "" {
		l.done.Keep = private.New(l.msg.From)
	}
	return l.settle(ctx, store.MailDone, mailStranger)
}

// tellSharers tells those who have one address between them that nothing was booked by their invite: nobody can say whose it is, and each believes it is theirs.
func (e *Engine) tellSharers(ctx context.Context, l *incoming) error {
	holders, err := l.sharers(ctx)
	if err != nil || len(holders) < 2 || len(l.msg.Calendars)+len(l.msg.Forwarded) == 0 && l.msg.Hidden == mail.Plain {
		return err
	}
	defer func() { l.worker, l.sc, l.done.Person = buddy.Person{}, scene{}, "" }()
	for _, id := range holders {
		if !e.pulse.mayAnswer("mail/"+id, l.at) {
			continue
		}
		if err := l.of(ctx, id); err != nil {
			return err
		}
		l.tell(wording.MailShared, said{})
	}
	return nil
}

// sharers are those whose address it came from.
func (l *incoming) sharers(ctx context.Context) ([]string, error) {
	pages, err := l.dir.open(ctx)
	if err != nil {
		return nil, err
	}
	return pages.holdersOf(ctx, l.msg.From)
}

// workUnproven tells the worker in whose name a mail came that nothing was booked by it. By nothing that the mail says: it may be anybody's. So many in an
// hour are told as a text's unknown sender is, and the rest by their count (see unprovenChore), as anybody could have a worker's phone buzz for ever.
func (e *Engine) workUnproven(ctx context.Context, l *incoming) error {
	if err := e.hearUnprovenCry(ctx, l); err != nil {
		return err
	}
	n := wording.MailUnproven
	if len(l.msg.Calendars)+len(l.msg.Forwarded) == 0 && l.msg.Hidden == mail.Plain { // no invite: nothing is said to have been one
		n = wording.MailPlain
	}
	if !e.pulse.mayAnswer("mail/"+l.worker.ID, l.at) {
		return l.settle(ctx, store.MailDone, mailUntold)
	}
	l.tell(n, said{})
	return l.settle(ctx, store.MailDone, mailUnproven)
}

// workProven does what a mail of a known person asks for.
func (e *Engine) workProven(ctx context.Context, l *incoming) error {
	sets, hidden := e.calendars(l)
	switch {
	case len(sets) == 0 && len(l.msg.Forwarded) > 0:
		l.tell(wording.MailForwarded, said{})
		return l.settle(ctx, store.MailDone, mailForwarded)
	case len(sets) == 0 && hidden:
		l.tell(wording.MailUnread, said{})
		if l.msg.Hidden == mail.TNEF {
			e.report(ctx, "administrators not told of winmail.dat", e.tellAdmins(ctx, l.at, "tnef", wording.MailTNEF, wording.Values{}))
		}
		return l.settle(ctx, store.MailDone, mailUnread)
	case len(sets) == 0:
		l.tell(wording.MailPlain, said{})
		return l.settle(ctx, store.MailDone, mailPlain)
	}
	result, err := e.workCalendars(ctx, l, sets)
	if err != nil {
		return err
	}
	if hidden {
		l.tell(wording.MailPart, said{})
	}
	if len(l.msg.Forwarded) > 0 {
		l.tell(wording.MailForwarded, said{})
	}
	return l.settle(ctx, store.MailDone, result)
}

// workCalendars does what the calendars of a mail ask for.
func (e *Engine) workCalendars(ctx context.Context, l *incoming, sets []calendarPart) (string, error) {
	if err := e.takeTurn(ctx, l, sets); err != nil {
		return "", err
	}
	result := mailNothing
	for _, c := range sets {
		what, err := e.workCalendar(ctx, l, c)
		if err != nil {
			return "", err
		}
		if result == mailNothing || what == mailBooked {
			result = what
		}
	}
	if l.twoTimes {
		l.tell(wording.MailMany, said{})
	}
	return result, nil
}

// calendarPart is one calendar of a mail, and the text that it was read of.
type calendarPart struct {
	calendar.Calendar
	text []byte
}

// calendars reads the calendars of a mail, each event once however often it stands there. hidden says that there was something that could not be read.
func (e *Engine) calendars(l *incoming) (sets []calendarPart, hidden bool) {
	hidden = l.msg.Hidden != mail.Plain
	var all []calendarPart
	for _, part := range l.msg.Calendars {
		c, err := calendar.Read(part.Text, l.sc.zone)
		if err != nil || part.Method != "" && c.Method != calendar.NoMethod && part.Method != string(c.Method) {
			hidden = true // what says two things at once is not guessed at
			continue
		}
		if c.Method == calendar.NoMethod {
			c.Method = calendar.Method(part.Method)
		}
		within := append([]calendar.Calendar{c}, c.Rest...)
		hidden = hidden || !slices.ContainsFunc(within, func(one calendar.Calendar) bool { return len(one.Events) > 0 }) // it asks for something, and nobody can say what
		for _, one := range within {
			one.Rest = nil
			all = append(all, calendarPart{one, part.Text})
		}
	}
	newest, seen := newestOf(all), map[saying]calendar.Event{}
	for _, one := range all {
		one.Events = slices.DeleteFunc(slices.Clone(one.Events), func(ev calendar.Event) bool {
			before, known := seen[sayingOf(ev)]
			if known && !(before.Start.At.Equal(ev.Start.At) && before.End.At.Equal(ev.End.At)) {
				l.twoTimes = true // the first of them is booked
			}
			if !known {
				seen[sayingOf(ev)] = ev
			}
			return known || ev.UID != "" && newest[revised{one.Method, ev.UID, ev.Instance.At.UnixMicro()}].Newer(ev.Version())
		})
		if len(one.Events) > 0 {
			sets = append(sets, one)
		}
	}
	return sets, hidden
}

// revised is what revisions of one event have in common.
type revised struct {
	method   calendar.Method
	uid      string
	instance int64
}

// newestOf gives the newest revision of each event that has a name: of two in one mail the older is not booked first.
func newestOf(all []calendarPart) map[revised]calendar.Event {
	newest := map[revised]calendar.Event{}
	for _, one := range all {
		for _, ev := range one.Events {
			of := revised{one.Method, ev.UID, ev.Instance.At.UnixMicro()}
			if was, known := newest[of]; !known || ev.Newer(was.Version()) {
				newest[of] = ev
			}
		}
	}
	return newest
}

// saying is by what two events are known to be one, as [calendar.Event.Same] says: many are compared, so by a key.
type saying struct {
	uid, organizer       string
	sequence             int
	instance, start, end int64
	summary              private.Text
}

func sayingOf(ev calendar.Event) saying {
	if ev.UID != "" {
		return saying{uid: ev.UID, sequence: ev.Sequence, instance: ev.Instance.At.UnixMicro()}
	}
	return saying{organizer: ev.Organizer.Address, sequence: ev.Sequence, instance: ev.Instance.At.UnixMicro(), start: ev.Start.At.UnixMicro(), end: ev.End.At.UnixMicro(), summary: ev.Summary}
}

// workCalendar does what one calendar asks for, and says what came of it.
func (e *Engine) workCalendar(ctx context.Context, l *incoming, c calendarPart) (string, error) {
	switch c.Method {
	case calendar.Reply, calendar.Counter, calendar.Refresh, calendar.DeclineCounter:
		return mailAnswer, e.answered(ctx, l, c.Calendar)
	case calendar.Request, calendar.Cancel, calendar.NoMethod:
		return e.workInvite(ctx, l, c)
	default:
		l.tell(wording.MailPublished, said{})
		return mailPublished, nil
	}
}

// byAddress gives the one active person whose e-mail address it is; "" for nobody, and where several have it.
func (p *pages) byAddress(ctx context.Context, address string) (string, error) {
	holders, err := p.holdersOf(ctx, address)
	if err != nil || len(holders) != 1 {
		return "", err
	}
	return holders[0], nil
}

// holdersOf gives the active people whose e-mail address it is.
func (p *pages) holdersOf(ctx context.Context, address string) ([]string, error) {
	if address == "" {
		return nil, nil
	}
	book, err := remembered(p, p.addresses, "", func() (map[string][]string, error) {
		people, err := p.store.People(ctx)
		if _, rest := store.UnreadPeople(err); rest != nil {
			return nil, fmt.Errorf("read people: %w", rest)
		}
		book := map[string][]string{}
		for _, who := range people {
			if a := addressOf(who); a != "" && who.Active {
				book[a] = append(book[a], who.ID)
			}
		}
		return book, nil
	})
	return book[strings.ToLower(address)], err
}

// addressOf is someone's e-mail address as mails have it.
func addressOf(p buddy.Person) string { return strings.ToLower(strings.TrimSpace(p.Email.Reveal())) }

// domainOf is what stands behind the @ of an address.
func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return strings.ToLower(domain)
}

// mayDelegate says whether somebody's mails book for a person: both are of one domain, and the person allowed it.
func (e *Engine) mayDelegate(ctx context.Context, p buddy.Person, address, delegate string) (bool, error) {
	if domainOf(address) != domainOf(delegate) || addressOf(p) != address {
		return false, nil
	}
	return e.Store.MayDelegate(ctx, p.ID, delegate)
}

// AddDelegate lets somebody's mails book for who asks. They are of one domain, as no other proves anything of them.
func (e *Engine) AddDelegate(ctx context.Context, who Actor, address string) error {
	p, err := e.Store.Person(ctx, who.By)
	if err != nil {
		return err
	}
	address = strings.ToLower(strings.TrimSpace(address))
	own := addressOf(p)
	local, domain, is := strings.Cut(address, "@")
	says := ""
	switch {
	case own == "":
		says = "needs an e-mail address of your own first"
	case !is || local == "" || strings.ContainsAny(address, " \t\r\n,;<>\"") || strings.Contains(domain, "@") || len(address) > longestAddress:
		says = "must be an e-mail address, such as name@" + domainOf(own)
	case domain != domainOf(own):
		says = "must be one behind the same @" + domainOf(own) + " as your own"
	case address == own:
		says = "must be somebody else's: you may always"
	}
	if says != "" {
		return &watch.Invalid{Problems: []watch.Problem{{Field: "address", Says: says}}}
	}
	err = e.Store.PutDelegate(ctx, p.ID, address, who.by(), e.Now())
	if errors.Is(err, store.ErrConflict) {
		return &watch.Invalid{Problems: []watch.Problem{{Field: "address", Says: fmt.Sprintf("is one too many: remove one of your %d first", store.MostDelegates)}}}
	}
	return err
}

// longestAddress is the longest that an e-mail address may be (RFC 5321).
const longestAddress = 254

// DropDelegate no longer lets somebody's mails book for who asks.
func (e *Engine) DropDelegate(ctx context.Context, who Actor, address string) error {
	return e.Store.DropDelegate(ctx, who.By, address, who.by(), e.Now())
}
