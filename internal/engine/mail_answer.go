package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// textsOfOneMail is how many of its answers are texted. The rest go by mail alone; where no mail goes out, one more text says how many they are.
const textsOfOneMail = 5

// said is one thing that is answered to a mail: by text and by mail to the worker, and to their calendar where it awaits an answer.
type said struct {
	notice  watch.Notice
	slot    slot
	visit   string
	ref     string
	missing []string
	count   int
	among   []wording.Visit
	reply   *calendar.Event // the event that is answered; nil for none
	part    calendar.PartStat
	noText  bool // enough of one mail is texted already

	worker buddy.Person
	sc     scene
}

// tell has something answered to whose the letter is.
func (l *incoming) tell(n watch.Notice, s said) {
	s.notice, s.worker, s.sc = n, l.worker, l.sc
	l.said = append(l.said, s)
}

// tellOf is tell about a visit.
func (l *incoming) tellOf(ctx context.Context, n watch.Notice, s said) error {
	v, err := l.Store.Visit(ctx, s.visit)
	if err != nil && v.ID == "" {
		return err
	}
	s.ref = v.Reference
	l.tell(n, s)
	return nil
}

// restOfForm is what of a long form is missing.
const restOfForm = "the end of your long notes"

// tellBooked answers what a visit is now, with what is missing of it, to calendar, mail and telephone.
func (e *Engine) tellBooked(ctx context.Context, l *incoming, o object, ev calendar.Event, n watch.Notice, visit string, s slot) error {
	v, err := e.Store.Visit(ctx, visit)
	if err != nil {
		return err
	}
	a := said{visit: visit, ref: v.Reference, slot: s, reply: &ev, part: calendar.Accepted}
	shown, found, err := e.shownVisitOf(ctx, l.worker.ID, visit)
	if err != nil {
		return err
	}
	if found && slices.Contains([]watch.Notice{wording.InviteNoted, wording.InviteStays, wording.InviteBegun}, n) {
		a.slot = slot{begin: shown.StartsAt, end: shown.ExpectedEndAt}
	}
	if n == wording.InviteMuchMore && found {
		a.slot.begin = shown.ExpectedEndAt
	}
	if !slices.Contains(unwatchedKinds, v.Kind) {
		a.missing = plainWords(buddy.Missing(l.worker, v.Details))
		if l.tooLong(ev) {
			a.missing = append([]string{restOfForm}, a.missing...)
		}
	}
	if len(a.missing) > 0 || len(s.ask) > 0 || slices.Contains([]watch.Notice{wording.InviteStays, wording.InviteBegun, wording.InviteMuchMore}, n) {
		a.part = calendar.Tentative
	}
	if o.calendar.Method == calendar.NoMethod { // a file that asks for no answer
		a.reply = nil
	}
	l.tell(n, a)
	return nil
}

// settle ends the letter: what it became, what is kept of it and what is answered are one transaction.
func (l *incoming) settle(ctx context.Context, state, result string) error {
	l.done.State, l.done.Result, l.done.At = state, result, l.at
	err := l.answerAll(ctx)
	if err == nil {
		err = l.Store.SettleMail(ctx, l.done)
	}
	if err == nil {
		l.wake(loopArrived) // the sender's next may be taken up
		l.wokenFor(l.done.Messages)
	}
	return err
}

// answerAll makes the rows of all that is answered. What a worker can be told by no way of ours, a manager is asked to tell them.
func (l *incoming) answerAll(ctx context.Context) error {
	for i, s := range l.bounded() {
		if l.canAnswer(s.worker) {
			l.done.Messages = append(l.done.Messages, l.answers(ctx, s)...)
			continue
		}
		_, v := l.spoken(ctx, s)
		if err := l.relay(ctx, l.at, fmt.Sprintf("mail/%s%s/relay/%d", l.mail.ID, l.turn, i), s.sc, s.notice, v); err != nil {
			return err
		}
	}
	return nil
}

// bounded is what is answered, of which so many are texted.
func (l *incoming) bounded() (list []said) {
	more := map[string]int{} // by worker: where in the list it says how many there are
	for i, s := range l.said {
		switch k, counted := more[s.worker.ID]; {
		case i < textsOfOneMail:
		case l.mails(s.worker):
			s.noText = true
		case counted:
			list[k].count++
			continue
		default:
			more[s.worker.ID] = len(list)
			s = said{notice: wording.MailMore, count: 1, worker: s.worker, sc: s.sc}
		}
		list = append(list, s)
	}
	return list
}

// mails says whether a worker is answered by mail. What a program sends is answered by none, as two would never end; but Google's sends people's invites.
func (l *incoming) mails(p buddy.Person) bool {
	return l.canMail(p) && (!l.msg.Automatic || len(l.msg.Calendars) > 0)
}

// canAnswer says whether there is a way to answer a worker.
func (l *incoming) canAnswer(p buddy.Person) bool { return l.canText(p) || l.mails(p) }

// canText says whether somebody can be sent a text.
func (e *Engine) canText(p buddy.Person) bool {
	texts, _ := numbers(p, watch.OneText, 1)
	return e.SMS != nil && len(texts) > 0
}

// relay asks a worker's managers, else the administrators, to tell a worker what no way of ours can.
func (e *Engine) relay(ctx context.Context, at time.Time, id string, sc scene, n watch.Notice, v wording.Values) error {
	to := slices.DeleteFunc(slices.Clone(sc.chiefs), func(id string) bool { return id == sc.worker.ID })
	if len(to) == 0 {
		admins, err := e.Store.WithRole(ctx, buddy.Admin)
		if err != nil {
			return err
		}
		to = sc.pages.allAnswering(ctx, admins)
	}
	v.Worker = wording.Short(sc.worker.Name)
	v.Lines = []string{wording.Text(n, v)}
	return e.say(ctx, at, sc, note{id: id, kind: "mail_relayed", to: to, notice: wording.MailRelay, bodies: []string{wording.Relayed(n, v)}, reach: watch.OneText, apart: true, values: v})
}

// spoken is the expansion by which something is answered, and what it is said with.
func (l *incoming) spoken(ctx context.Context, s said) (*expansion, wording.Values) {
	x := &expansion{Engine: l.Engine, ctx: ctx, at: l.at, sc: s.sc, done: outcome{after: watch.Watch{Worker: s.worker.ID}}}
	v := x.values(l.mail.ReceivedAt, "")
	v.Reference, v.Missing, v.Count, v.Among = s.ref, s.missing, s.count, s.among
	v.Begin, v.Until = x.local(s.slot.begin), x.local(s.slot.end)
	switch {
	case s.visit != "":
		v.Link = l.link("", s.visit)
	case slices.Contains([]watch.Notice{wording.MailMore, wording.SeriesStays, wording.InviteUnknown}, s.notice):
		v.Link = l.URL + "/visits"
	}
	return x, v
}

// answers makes the rows of one answer.
func (l *incoming) answers(ctx context.Context, s said) []store.Message {
	x, v := l.spoken(ctx, s)
	m := store.Message{Class: store.ClassPrompt, Notice: string(s.notice), Person: s.worker.ID, Visit: s.visit, GiveUpAt: x.Now().Add(infoLife)}
	if !s.noText {
		texts, _ := numbers(s.worker, watch.OneText, 1)
		x.rowsFor(m, texts, nil, []string{wording.Text(s.notice, v)}, nil)
	}
	if l.mails(s.worker) {
		l.mailed(x, m, s, v)
	}
	return x.rows
}

// doubtsOf are the doubts that a mail explains.
func doubtsOf(s said) []string {
	var list []string
	for _, d := range s.slot.ask {
		list = append(list, string(d))
	}
	if s.reply != nil && slices.Contains(s.reply.Doubts, calendar.NoUID) {
		list = append(list, string(calendar.NoUID))
	}
	return list
}

// encoded is what a calendar is answered, and as whom.
func (l *incoming) encoded(s said) private.Text {
	as := l.invitedAs(*s.reply)
	if as == "" && len(l.Addresses) > 0 {
		as = l.Addresses[0]
	}
	if as == "" {
		return private.Text{}
	}
	return private.New(string(calendar.Answer(*s.reply, calendar.Person{Address: as, Name: "Allclear", PartStat: s.part}, l.at).Encode()))
}

// mailed adds the rows of an answer that go by mail: in words, and for the calendar. An answer to a calendar is a mail of its own, as Outlook takes no other for one.
func (l *incoming) mailed(x *expansion, m store.Message, s said, v wording.Values) {
	words := wording.InviteLetter(s.notice, v, doubtsOf(s))
	if row, can := l.mailTo(m, s.worker, letter{subject: words.Subject, body: words.Body, reply: l.msg.ID}); can {
		x.add(row)
	}
	if s.reply == nil {
		return
	}
	text := l.encoded(s)
	if text.IsZero() {
		return
	}
	row, can := l.mailTo(m, s.worker, letter{subject: partWords[s.part] + words.Subject, reply: l.msg.ID, invite: &store.MailCalendar{Method: string(calendar.Reply), Text: text, Alone: true}})
	if can {
		x.add(row)
	}
}

// partWords begin the subject of an answer, as calendar programs write them.
var partWords = map[calendar.PartStat]string{calendar.Accepted: "Accepted: ", calendar.Tentative: "Tentative: ", calendar.Declined: "Declined: "}
