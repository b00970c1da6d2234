package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// Mails is what mails that come in need of a database. *store.DB has it.
type Mails interface {
	ReceiveMail(ctx context.Context, m store.ReceivedMail) (bool, error)
	TakeMails(ctx context.Context, now, lease time.Time, node string, limit int) ([]store.ReceivedMail, error)
	MailWords(ctx context.Context, m store.ReceivedMail) (store.ReceivedMail, error)
	RetryMail(ctx context.Context, id string, next time.Time) (int, error)
	SettleMail(ctx context.Context, s store.SettledMail) error
	MailsWith(ctx context.Context, result string, since time.Time, limit int) ([]store.ReceivedMail, error)
	CountMails(ctx context.Context, result string, since, until time.Time) ([]store.MailCount, error)
	InvitedBy(ctx context.Context, organizer, uid string) ([]store.Invited, error)
	SeriesDue(ctx context.Context, now time.Time, limit int) ([]store.Invited, error)
	SeriesOf(ctx context.Context, master store.Invited) ([]store.Invited, error)
	PutOffSeries(ctx context.Context, master store.Invited, until time.Time) error
	InvitedWords(ctx context.Context, i store.Invited) (store.Invited, error)
	PutDelegate(ctx context.Context, person, address string, by store.By, now time.Time) error
	DropDelegate(ctx context.Context, person, address string, by store.By, now time.Time) error
	MayDelegate(ctx context.Context, person, address string) (bool, error)
	PutInvited(ctx context.Context, list []store.Invited, tell []store.Message) error
}

// Prover finds out whether a mail was truly sent by whom it says. *mail.Prover is one.
type Prover interface {
	Prove(ctx context.Context, a mail.Arrival, m mail.Message) (mail.Proof, error)
}

const (
	mailLease   = time.Minute      // real: how long nobody else takes a mail up that is worked
	mailWithin  = 30 * time.Second // real: how long one may take
	mailSweep   = time.Second
	mailsAtOnce = 32
	mailTries   = 12          // after which a mail that cannot be worked is set aside: some 10 minutes
	mailRests   = time.Second // after the first failure; twice as long after each
	mailRestMax = 2 * time.Minute
)

// ErrTooLong says that a mail is longer than is taken.
var ErrTooLong = errors.New("the mail is longer than is taken")

// ReceiveMail stores a mail that came in. It is durable when ReceiveMail returns, and whoever handed it over is answered only after; a repeat of
// one that is known changes nothing. It is worked after, those of one sender in their order.
func (e *Engine) ReceiveMail(ctx context.Context, a mail.Arrival) error {
	if len(a.Raw) > mail.MaxSize {
		return ErrTooLong
	}
	at := a.At
	if at.IsZero() {
		at = e.Now()
	}
	sender, print := mail.Mark(a.Raw)
	fresh, err := e.Store.ReceiveMail(ctx, store.ReceivedMail{ID: e.newID(e.Now()), Print: print, Sender: private.New(sender), Via: string(a.Via),
		Raw: private.New(string(a.Raw)), From: private.New(a.From), To: a.To, RemoteIP: a.RemoteIP, ReceivedAt: at})
	if err != nil {
		return fmt.Errorf("store mail: %w", err)
	}
	if fresh {
		e.wake(loopArrived)
	}
	return nil
}

// mails works mails that wait, many at once: one that takes long must not hold the next. It ends with ctx, when all under way have ended.
func (e *Engine) mails(ctx context.Context) {
	slots := make(chan struct{}, mailsAtOnce)
	e.loop(ctx, loopArrived, func(ctx context.Context) time.Duration {
		slots <- struct{}{} // wait for one to be free
		<-slots
		taken, err := e.takeMails(ctx, cap(slots)-len(slots)) // and no more: their lease runs
		e.keepsFailing(ctx, "mails not worked", err)
		for _, m := range taken {
			slots <- struct{}{}
			go func() { // ends when the mail is worked, bounded by mailWithin
				defer func() { <-slots }()
				e.stepMail(ctx, m)
			}()
		}
		if len(taken) > 0 {
			return 0
		}
		return mailSweep
	})
	for range mailsAtOnce {
		slots <- struct{}{}
	}
}

// StepMails works the mails that wait and whose turn has come, each the first of its sender, and says how many there were: the pass of a simulator.
func (e *Engine) StepMails(ctx context.Context) (int, error) {
	taken, err := e.takeMails(ctx, mailsAtOnce)
	e.each(len(taken), func(i int) { e.stepMail(ctx, taken[i]) })
	return len(taken), err
}

// takeMails takes up mails whose turn has come. A sender's next is none before the first is settled.
func (e *Engine) takeMails(ctx context.Context, most int) ([]store.ReceivedMail, error) {
	at := e.Now()
	return e.Store.TakeMails(ctx, at, at.Add(e.Clock.Plan(mailLease)), e.Node, most)
}

// stepMail works one mail. One that cannot be worked is tried again, then set aside, and who may have sent it is told: it must not be lost in silence.
func (e *Engine) stepMail(ctx context.Context, m store.ReceivedMail) {
	var l *incoming
	err := guard(func() (err error) {
		ctx, cancel := context.WithTimeout(ctx, mailWithin)
		defer cancel()
		l, err = e.open(ctx, m)
		if err == nil {
			err = e.work(ctx, l)
		}
		return err
	})
	if err == nil || errors.Is(err, store.ErrSeen) || ctx.Err() != nil { // seen: another node was faster
		return
	}
	e.Log.Error("mail not worked", "mail", m.ID, "error", err)
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	rest := min(mailRests<<min(m.Attempts, 10), mailRestMax)
	attempts, err := e.Store.RetryMail(ctx, m.ID, e.Now().Add(e.Clock.Plan(rest)))
	if err == nil && attempts >= mailTries {
		err = e.setMailAside(ctx, m, l)
	}
	e.report(ctx, "mail not set aside", err)
}

// setMailAside takes a mail that cannot be worked out of the way, and tells whoever it may be from.
func (e *Engine) setMailAside(ctx context.Context, m store.ReceivedMail, l *incoming) error {
	if l == nil {
		l = &incoming{Engine: e, mail: m, at: e.Now(), done: store.SettledMail{ID: m.ID}}
	}
	l.done.Invited, l.done.Messages, l.said = nil, nil, nil
	if l.worker.ID != "" {
		l.tell(wording.MailAside, said{})
	}
	if err := e.tellOnDuty(ctx, e.Now(), note{id: "mail/" + m.ID + "/aside", kind: "mail_set_aside", notice: wording.SetAside, class: store.ClassAlarm,
		reach: watch.OneText, values: wording.Values{Link: e.URL, At: m.ReceivedAt}}); err != nil {
		return err
	}
	return l.settle(ctx, store.MailAside, "aside")
}
