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
	mail    store.ReceivedMail
	at      time.Time // when it is worked
	msg     mail.Message
	worker  buddy.Person // in whose name it is; zero for nobody we know
	sc      scene
	said    []said // what is answered
	done    store.SettledMail
	several bool                       // its calendar has events of several names
	forms   map[[4]string]written.Form // what was understood of its bodies: it is asked for several times
	fixed   *kept                      // what a series was booked by, where there is no mail
}

// The results of a mail, as the record and the figures name them.
const (
	mailBooked     = "booked"
	mailNotBooked  = "not_booked"
	mailUnproven   = "not_proven"
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
	case l.msg.Automatic && len(l.msg.Calendars) == 0:
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
	l.done.Quiet, l.done.Cut = true, true
	if l.msg.From != "" {
		l.done.Keep = private.New(l.msg.From)
	}
	return l.settle(ctx, store.MailDone, mailStranger)
}

// workUnproven tells the worker in whose name a mail came that nothing was booked by it. By nothing that the mail says: it may be anybody's. So many in an
// hour are told as a text's unknown sender is, and no more, as anybody could have a worker's phone buzz for ever.
func (e *Engine) workUnproven(ctx context.Context, l *incoming) error {
	if err := e.hearUnprovenCry(ctx, l); err != nil {
		return err
	}
	n := wording.MailUnproven
	if len(l.msg.Calendars)+len(l.msg.Forwarded) == 0 && l.msg.Hidden == mail.Plain { // no invite: nothing is said to have been one
		n = wording.MailPlain
	}
	if e.pulse.mayAnswer("mail/"+l.worker.ID, l.at) {
		l.tell(n, said{})
	}
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
			e.report(ctx, "administrators not told of winmail.dat", e.tellAdmins(ctx, l.at, "tnef", wording.MailTNEF, 0))
		}
		return l.settle(ctx, store.MailDone, mailUnread)
	case len(sets) == 0:
		l.tell(wording.MailPlain, said{})
		return l.settle(ctx, store.MailDone, mailPlain)
	}
	result := mailNothing
	for _, c := range sets {
		what, err := e.workCalendar(ctx, l, c)
		if err != nil {
			return err
		}
		if result == mailNothing || what == mailBooked {
			result = what
		}
	}
	return l.settle(ctx, store.MailDone, result)
}

// calendarPart is one calendar of a mail, and the text that it was read of.
type calendarPart struct {
	calendar.Calendar
	text []byte
}

// calendars reads the calendars of a mail, each event once however often it stands there. hidden says that there was something that could not be read.
func (e *Engine) calendars(l *incoming) (sets []calendarPart, hidden bool) {
	hidden = l.msg.Hidden != mail.Plain
	var seen []calendar.Event
	for _, part := range l.msg.Calendars {
		c, err := calendar.Read(part.Text, l.sc.zone)
		if err != nil || part.Method != "" && c.Method != calendar.NoMethod && part.Method != string(c.Method) {
			hidden = true // what says two things at once is not guessed at
			continue
		}
		if c.Method == calendar.NoMethod {
			c.Method = calendar.Method(part.Method)
		}
		all := append([]calendar.Calendar{c}, c.Rest...)
		hidden = hidden || !slices.ContainsFunc(all, func(one calendar.Calendar) bool { return len(one.Events) > 0 }) // it asks for something, and nobody can say what
		for _, one := range all {
			one.Rest = nil
			one.Events = slices.DeleteFunc(slices.Clone(one.Events), func(ev calendar.Event) bool {
				known := slices.ContainsFunc(seen, ev.Same)
				seen = append(seen, ev)
				return known
			})
			if len(one.Events) > 0 {
				sets = append(sets, calendarPart{one, part.Text})
			}
		}
	}
	return sets, hidden
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
	if address == "" {
		return "", nil
	}
	book, err := remembered(p, p.addresses, "", func() (map[string]string, error) {
		people, err := p.store.People(ctx)
		if _, rest := store.UnreadPeople(err); rest != nil {
			return nil, fmt.Errorf("read people: %w", rest)
		}
		book := map[string]string{}
		for _, who := range people {
			a := addressOf(who)
			if a == "" || !who.Active {
				continue
			}
			if _, taken := book[a]; taken {
				book[a] = ""
				continue
			}
			book[a] = who.ID
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
		says = "is an e-mail address such as name@" + domainOf(own)
	case domain != domainOf(own):
		says = "is one behind the same @" + domainOf(own) + " as your own"
	case address == own:
		says = "is somebody else's: you may always"
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
