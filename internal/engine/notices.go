package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// Chains of history that belong to no worker: what the system itself says, and
// what unknown senders wrote.
const (
	systemChain  = "system"
	unknownChain = "unknown-sender"
)

// askedWhich is the kind of an entry that asked a shared phone which visit it meant.
const askedWhich = "asked_which"

// note is something the system tells people by itself.
type note struct {
	id       string // makes it once only; "" for one that may be repeated
	kind     string // what the record calls it
	to       []string
	notice   watch.Notice
	reach    watch.Reach
	class    string
	visit    string
	apart    bool           // about the scene's worker: never to a phone of theirs
	never    []phone.Number // nor to these
	values   wording.Values
	bodies   []string     // finished words instead of the notice's sentence
	answer   phone.Number // a number answered besides, with answerWith
	with     watch.Notice
	ring     phone.Number // a number rung besides, with the same: no key is asked for
	chain    string
	words    Words
	received []store.ReceivedRef
}

// noteTries bounds how often a note is written again because another node wrote
// one: they all share one chain.
const noteTries = 64

// say records a note and puts its messages into the outbox, in one transaction.
// One that was said before is not said again.
func (e *Engine) say(ctx context.Context, at time.Time, sc scene, n note) error {
	if n.chain == "" {
		n.chain = systemChain
	}
	if n.class == "" {
		n.class = store.ClassInfo
	}
	if n.id == "" {
		n.id = n.kind + "/" + e.newID(at)
	}
	defer e.lock(n.chain)()
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	for range noteTries {
		err := e.sayOnce(ctx, at, sc, n)
		if errors.Is(err, store.ErrConflict) {
			continue
		}
		if errors.Is(err, store.ErrSeen) {
			return e.finish(ctx, n.received)
		}
		if err == nil {
			e.woken()
		}
		return err
	}
	return fmt.Errorf("say %s: %w", n.kind, store.ErrConflict)
}

func (e *Engine) sayOnce(ctx context.Context, at time.Time, sc scene, n note) error {
	loaded, err := e.Store.Load(ctx, n.chain)
	if err != nil {
		return err
	}
	loaded.Watch.Worker = n.chain
	x := &expansion{Engine: e, ctx: ctx, at: at, sc: sc, done: outcome{after: loaded.Watch}}
	if err := x.note(n); err != nil {
		return err
	}
	entry := store.Entry{ID: n.id, At: at, RecordedAt: e.Now(), Kind: n.kind, Via: "clock", Visit: n.visit, Rules: watch.Rules,
		Input: []byte("{}"), Events: mustJSON([]Event{{What: watch.What(n.kind), Visit: n.visit}}), Worker: n.chain, Owner: "text/" + n.id}
	if n.words != (Words{}) {
		entry.Words = private.New(string(mustJSON(n.words)))
	}
	return e.Store.Commit(ctx, store.Change{Worker: n.chain, Revision: loaded.Revision, Watch: loaded.Watch,
		Entries: []store.Entry{entry}, Messages: x.rows, Received: n.received})
}

// note makes a note's rows.
func (x *expansion) note(n note) error {
	v := n.values
	v.Zone, v.Now, v.Rehearsal, v.Number = x.sc.zone, x.local(x.at), x.Rehearsal, x.Number
	if v.At.IsZero() {
		v.At = v.Now
	}
	bodies := n.bodies
	if bodies == nil {
		bodies = []string{wording.Text(n.notice, v)}
	}
	m := store.Message{Class: n.class, Notice: string(n.notice), Visit: n.visit}
	if n.class != store.ClassAlarm {
		m.GiveUpAt = x.Now().Add(infoLife)
	}
	for _, id := range n.to {
		p, err := x.find(x.ctx, x.sc.pages, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		} else if err != nil && p.ID == "" {
			return err
		}
		x.report(x.ctx, "note for someone whose numbers are not to be had", err)
		if n.apart {
			p = without(x.apart(p), n.never)
		}
		m.Person = id
		texts, calls := numbers(p, n.reach, 1)
		x.rowsFor(m, texts, calls, bodies, func(digit int) string { return wording.Speech(n.notice, v, digit) })
		if n.reach != "" && len(n.never) == 0 { // whom a number is kept from may read the mailbox: who may be told it is not known of addresses
			x.mail(m, p, n.notice, v)
		}
	}
	if !n.answer.IsZero() {
		m.Person, m.Class, m.GiveUpAt = "", store.ClassPrompt, x.Now().Add(promptLife)
		m.Notice = string(n.with)
		x.rowsFor(m, []phone.Number{n.answer}, nil, []string{wording.Text(n.with, v)}, nil)
	}
	if !n.ring.IsZero() {
		m.Person, m.Class, m.GiveUpAt, m.Notice = "", store.ClassPrompt, x.Now().Add(promptLife), string(n.with)
		x.rowsFor(m, nil, []phone.Number{n.ring}, nil, func(int) string { return wording.SpeechAlone(n.with, v) })
	}
	return nil
}

// onDuty lists everyone who answers for some worker now, team by team.
func (e *Engine) onDuty(ctx context.Context, at time.Time) ([]string, scene, error) {
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	pages, err := e.dir.open(ctx)
	sc := scene{pages: pages, zone: time.UTC}
	if err != nil {
		return nil, sc, err
	}
	teams, err := e.Store.Teams(ctx)
	if err != nil {
		return nil, sc, fmt.Errorf("read teams: %w", err)
	}
	var ids []string
	for _, t := range teams {
		around := scene{pages: pages, zone: time.UTC}
		if err := e.lookAtTeam(ctx, at, &around, t.ID); err != nil {
			e.report(ctx, "team not asked who is on duty", err) // the others are
			continue
		}
		sc = around
		on := sc.rota.On(t.ID, at)
		if chain := e.cover(ctx, sc, at, nil).Chain; len(on) == 0 && len(chain) > 0 {
			on = chain[:1]
		}
		for _, id := range on {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 && e.Emergency != "" {
		ids = []string{e.Emergency}
	}
	return ids, sc, nil
}

// tellOnDuty says something to every responder on duty.
func (e *Engine) tellOnDuty(ctx context.Context, at time.Time, n note) error {
	ids, sc, err := e.onDuty(ctx, at)
	if err != nil {
		return err
	}
	n.to = ids
	return e.say(ctx, at, sc, n)
}

// unknownSender answers a number that nobody has, without any detail. It ends
// nothing; if it cries for help, every responder on duty is told (rule 2.4).
func (e *Engine) unknownSender(ctx context.Context, r store.Received) error {
	at := r.ReceivedAt
	ids, sc, err := e.onDuty(ctx, at)
	if err != nil {
		return err
	}
	n := note{id: inputID(r), kind: "unknown_text", notice: wording.UnknownHelp, chain: unknownChain, class: store.ClassAlarm, reach: watch.Every,
		words: Words{Text: r.Body.Reveal(), From: r.From.E164()}, received: []store.ReceivedRef{r.Ref()},
		values: wording.Values{Link: e.URL}}
	danger, err := e.cries(ctx, at, r)
	if err != nil {
		return err
	}
	if danger {
		n.to = ids
	}
	if e.pulse.mayAnswer(r.From.E164(), at) {
		n.answer, n.with = r.From, wording.UnknownSender
	}
	return e.say(ctx, at, sc, n)
}

// cries says whether a text from nobody we know is a cry for help, by the phrase
// of any team.
func (e *Engine) cries(ctx context.Context, at time.Time, r store.Received) (bool, error) {
	teams, err := e.Store.Teams(ctx)
	if err != nil {
		return false, fmt.Errorf("read teams: %w", err)
	}
	phrases := []string{""}
	for _, t := range teams {
		if !slices.Contains(phrases, t.Plan.DuressPhrase) {
			phrases = append(phrases, t.Plan.DuressPhrase)
		}
	}
	for _, p := range phrases {
		reading := checkin.Understand(r.Body.Reveal(), checkin.Context{Now: at, State: "none", Phrase: p, Vocabulary: e.Vocabulary})
		if reading.Intent == checkin.Duress || reading.Intent == checkin.Distress {
			return true, nil
		}
	}
	return false, nil
}

// tellAside tells people that a text could not be dealt with.
func (e *Engine) tellAside(ctx context.Context, r store.Received) error {
	return e.tellOnDuty(ctx, e.Now(), note{id: inputID(r) + "/aside", kind: "text_set_aside", notice: wording.SetAside, class: store.ClassAlarm,
		reach: watch.OneText, values: wording.Values{Link: e.URL, At: r.ReceivedAt}})
}

// tellUnclaimed tells people that messages wait which cannot be handed over: one
// of them may be an alarm.
func (e *Engine) tellUnclaimed(ctx context.Context) error {
	at := e.Now()
	return e.tellOnDuty(ctx, at, note{id: "unclaimed/" + at.Format("2006-01-02T15"), kind: "messages_unclaimed", notice: wording.SetAside,
		class: store.ClassAlarm, reach: watch.Every, values: wording.Values{Link: e.URL}})
}

// tellStuck tells people that a worker's clock could not be stepped.
func (e *Engine) tellStuck(ctx context.Context, at time.Time, worker string) error {
	pages, err := e.dir.open(ctx)
	if err != nil {
		return err
	}
	name := e.shortName(ctx, pages, worker)
	if blocked, err := pages.blockedFrom(ctx, worker); err != nil || len(blocked) > 0 {
		name = "" // who is on duty may be one of those
	}
	return e.tellOnDuty(ctx, at, note{id: "stuck/" + worker + "/" + at.Format("2006-01-02T15"), kind: "worker_stuck", notice: wording.SetAside,
		class: store.ClassAlarm, reach: watch.Every, values: wording.Values{Link: e.URL, Worker: name}})
}

// tellChannel tells people, by whatever other way there is, that texts or calls
// do not go out.
func (e *Engine) tellChannel(ctx context.Context, channelName string, o store.Outcome) error {
	n := note{id: "channel/" + channelName + "/" + o.Result + "/" + o.At.Format("2006-01-02T15"), kind: "channel_down", notice: wording.ChannelDown,
		class: store.ClassAlarm, reach: watch.Once, values: wording.Values{Link: e.URL}}
	if channelName == chanMail { // no alarm waits for it
		n.notice, n.class, n.reach = wording.MailDown, store.ClassInfo, watch.OneText
		return e.tellOnDuty(ctx, o.At, n)
	}
	if o.Result == string(channel.NoCredit) {
		n.notice = wording.CreditGone
	}
	return e.tellOnDuty(ctx, o.At, n)
}

// TellClock tells people that the machine's clock was moved.
func (e *Engine) TellClock(ctx context.Context, by time.Duration) error {
	at := e.Now()
	return e.tellOnDuty(ctx, at, note{id: "clock/" + at.Format("2006-01-02T15"), kind: "clock_diverged", notice: wording.ClockDiverged,
		reach: watch.OneText, values: wording.Values{Link: e.URL, Late: by}})
}

// TellBackup tells people, once a day, that a backup could not be made or not be restored on trial.
func (e *Engine) TellBackup(ctx context.Context) error {
	at := e.Now()
	return e.tellOnDuty(ctx, at, note{id: "backup/" + at.Format(time.DateOnly), kind: "backup_failed", notice: wording.BackupFailed,
		reach: watch.OneText, values: wording.Values{Link: e.URL}})
}

// TellCertificateEnds tells people, once a day, that the certificate ends soon and was not renewed.
func (e *Engine) TellCertificateEnds(ctx context.Context, until time.Time) error {
	return e.tellCertificate(ctx, until, "certificate_ends", wording.CertificateEnds)
}

// TellCertificateEnded tells people, once a day, that it has ended.
func (e *Engine) TellCertificateEnded(ctx context.Context, until time.Time) error {
	return e.tellCertificate(ctx, until, "certificate_ended", wording.CertificateEnded)
}

func (e *Engine) tellCertificate(ctx context.Context, until time.Time, kind string, notice watch.Notice) error {
	at := e.Now()
	return e.tellOnDuty(ctx, at, note{id: kind + "/" + at.Format(time.DateOnly), kind: kind, notice: notice,
		reach: watch.OneText, values: wording.Values{Link: e.URL, Until: until}})
}

// cannotReach tells people that a number of someone cannot be reached, and has
// the alarm go on to the next without waiting, when no way is left.
func (e *Engine) cannotReach(ctx context.Context, m store.Message, o store.Outcome) error {
	at := e.Now()
	if m.Channel != chanMail { // which nobody counts as told by
		if err := e.unreached(ctx, at, m); err != nil {
			return err
		}
	}
	sc, err := e.look(ctx, at, m.Worker)
	if err != nil {
		return err
	}
	if sc.team.ID == "" { // about no worker: then those around whoever was to be told
		if sc, err = e.look(ctx, at, m.Person); err != nil {
			return err
		}
	}
	if o.Result == string(channel.WrongNumber) {
		e.report(ctx, "ask for a number that fails", e.numberFailed(ctx, at, m))
	}
	if sc.team.ID == "" {
		return nil // about nobody in a team: the record has it
	}
	notice := wording.NumberWrong
	if o.Result == string(channel.OptedOut) {
		notice = wording.OptedOut
	}
	if m.Channel == chanMail {
		notice = wording.MailWrong
	}
	cover := e.cover(ctx, sc, at, nil)
	to := slices.DeleteFunc(append(slices.Clone(cover.Chain), cover.Managers...), func(id string) bool { return id == m.Person })
	slices.Sort(to)
	return e.say(ctx, at, sc, note{id: "unreachable/" + m.Person + "/" + m.Channel + "/" + o.Result + "/" + at.Format("2006-01-02T15"), kind: "number_unreachable",
		to: slices.Compact(to), notice: notice, reach: watch.OneText, apart: sc.worker.ID != m.Person,
		values: wording.Values{Who: e.shortName(ctx, sc.pages, m.Person), Worker: wording.Short(sc.worker.Name), Link: e.link(m.Alarm, m.Visit)}})
}

// unreached gives the core the news that nobody can be told by this round's
// texts and calls to a person, once the last of them has failed: a dead letter is
// itself escalated at once.
func (e *Engine) unreached(ctx context.Context, at time.Time, m store.Message) error {
	if m.Alarm == "" {
		return nil
	}
	rows, err := e.Store.MessagesTo(ctx, m.Alarm, m.Person, m.Round)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.ID == m.ID || r.State == store.Dead || r.Channel == chanMail { // an e-mail that was taken tells nobody in time
			continue
		}
		if failed, err := e.returned(ctx, r); err != nil || !failed {
			return err
		}
	}
	g := given{in: watch.Input{ID: "unreached/" + m.ID, Via: "clock", Event: watch.Unreached{Alarm: m.Alarm, Person: m.Person, Round: m.Round}}}
	_, err = e.handle(ctx, at, m.Worker, g)
	if errors.Is(err, watch.ErrNoAlarm) {
		return nil
	}
	return err
}

// returned says whether a message that was handed over reached nobody, as far as
// its provider says.
func (e *Engine) returned(ctx context.Context, m store.Message) (bool, error) {
	if m.State != store.Done {
		return false, nil
	}
	attempts, err := e.Store.Attempts(ctx, m.ID)
	if err != nil {
		return false, fmt.Errorf("read receipts of message %s: %w", m.ID, err)
	}
	return len(attempts) > 0 && !slices.ContainsFunc(attempts, func(a store.Attempt) bool { return a.Result == accepted && !a.Failed }), nil
}

// answerAsk answers someone who asked for a person, and tells nobody else.
func (e *Engine) answerAsk(ctx context.Context, at time.Time, sender string, sc scene, g given) error {
	to := g.origin
	if to.IsZero() {
		to = sc.worker.Mobile
	}
	return e.say(ctx, at, sc, note{id: g.in.ID, kind: "asked_for", notice: watch.ReplyAsk, answer: to, with: watch.ReplyAsk,
		received: g.received, values: wording.Values{Name: private.New(g.name), Answer: sc.team.Plan.AskAnswer}})
}

// askWho asks a shared phone which visit a text is about (rule 8.10).
func (e *Engine) askWho(ctx context.Context, holder string, r store.Received, visits []watch.Visit) error {
	sc, err := e.look(ctx, r.ReceivedAt, holder)
	if err != nil {
		return err
	}
	v := wording.Values{}
	for _, w := range visits {
		v.Among = append(v.Among, wording.Visit{Reference: w.Reference, StartsAt: w.StartsAt.In(sc.zone), ExpectedEndAt: w.ExpectedEndAt.In(sc.zone)})
	}
	return e.say(ctx, r.ReceivedAt, sc, note{id: inputID(r), kind: askedWhich, notice: watch.ReplyWhich, answer: r.From, with: watch.ReplyWhich,
		chain: unknownChain, words: Words{Text: r.Body.Reveal(), From: r.From.E164()},
		received: []store.ReceivedRef{r.Ref()}, values: v})
}
