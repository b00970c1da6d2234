package engine

import (
	"context"
	"errors"
	"hash/fnv"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
)

// Store is what the engine needs of a database. *store.DB has it.
type Store interface {
	PlanStore

	Load(ctx context.Context, worker string) (store.Loaded, error)
	Commit(ctx context.Context, c store.Change) error
	DueWorkers(ctx context.Context, at time.Time, limit int) ([]string, error)
	NextDue(ctx context.Context, after time.Time) (time.Time, error)

	Receive(ctx context.Context, r store.Received) (bool, error)
	Waiting(ctx context.Context, after store.Received, limit int) ([]store.Received, error)
	Tried(ctx context.Context, ref store.ReceivedRef) (int, error)
	Finish(ctx context.Context, ref store.ReceivedRef, at time.Time) error
	SetAside(ctx context.Context, ref store.ReceivedRef, why string, at time.Time) error
	ReceivedByID(ctx context.Context, ref store.ReceivedRef) (store.Received, error)

	Claim(ctx context.Context, at, leaseUntil time.Time, owner, class string, limit int) ([]store.Message, error)
	Settle(ctx context.Context, done []store.Outcome) error
	Release(ctx context.Context, node string, at time.Time) error
	Message(ctx context.Context, id string) (store.Message, error)
	Attempts(ctx context.Context, message string) ([]store.Attempt, error)
	MessageByProvider(ctx context.Context, provider, providerID string) (store.Message, error)
	MessageByNonce(ctx context.Context, nonce string) (store.Message, error)
	MessagesTo(ctx context.Context, alarm, person string, round int) ([]store.Message, error)
	Receipt(ctx context.Context, provider, providerID, status string, rank int, failed bool, code int, at time.Time, then ...store.Message) (store.Message, bool, error)

	Epoch(ctx context.Context) (int64, error)
	Team(ctx context.Context, id string) (store.Team, error)
	Teams(ctx context.Context) ([]store.Team, error)
	ChangeTeam(ctx context.Context, t store.Team, by store.By, at time.Time) (bool, error)
	Person(ctx context.Context, id string) (buddy.Person, error)
	People(ctx context.Context) ([]buddy.Person, error)
	PeopleOf(ctx context.Context, team string) ([]buddy.Person, error)
	Managers(ctx context.Context, team string) ([]string, error)
	ChangePerson(ctx context.Context, p buddy.Person, by store.By, at time.Time, tell func(before buddy.Person) []store.Message) (bool, error)
	WithRole(ctx context.Context, role string) ([]string, error)
	Holders(ctx context.Context, n phone.Number) ([]string, error)
	Shifts(ctx context.Context, team string, from, to time.Time) (rota.Rota, error)
	Shift(ctx context.Context, id string) (rota.Shift, error)
	AddShift(ctx context.Context, s rota.Shift, at time.Time) (bool, error)
	ShiftPut(ctx context.Context, id string) (time.Time, error)
	RemoveShift(ctx context.Context, id string, at time.Time) (rota.Shift, error)

	Visit(ctx context.Context, id string) (store.Visit, error)
	Visits(ctx context.Context, f store.VisitFilter) ([]store.Visit, error)
	ReferenceFree(ctx context.Context, ref string) (bool, error)
	Alarm(ctx context.Context, id string) (store.Alarm, error)
	Alarms(ctx context.Context, status string, limit int) ([]store.Alarm, error)
	Entries(ctx context.Context, worker string, from, to time.Time) ([]store.Entry, error)
	Entry(ctx context.Context, id string) (store.Entry, error)

	BreakGlass(ctx context.Context, g store.Glass, via string) error
	EndGlass(ctx context.Context, visit, person, via string, at time.Time) error

	Blocked(ctx context.Context, worker string) ([]string, error)
	BlockedFrom(ctx context.Context, person string) ([]string, error)
	PutBlock(ctx context.Context, b store.Block, via string) error
	DropBlock(ctx context.Context, b store.Block, via string) error

	ToConfirm(ctx context.Context, now time.Time, limit int) ([]store.Confirmation, error)
	PutAsked(ctx context.Context, c store.Confirmation, asked int, next time.Time) error
	Confirm(ctx context.Context, p buddy.Person, by store.By, now time.Time, told ...phone.Number) error
	Known(ctx context.Context, person string) (store.Known, error)
	PutCode(ctx context.Context, person string, n phone.Number, code string, now time.Time) error
	Prove(ctx context.Context, person, field string, n phone.Number, code string, by store.By, now time.Time) (bool, error)
	NumberFailed(ctx context.Context, p buddy.Person, n phone.Number, now time.Time) (bool, error)
	NumberReached(ctx context.Context, n phone.Number) error
	FailedNumbers(ctx context.Context, limit int) ([]store.Failed, error)
	AskedOfFailed(ctx context.Context, f store.Failed, now time.Time) error
	PutPhotograph(ctx context.Context, person string, picture []byte, by store.By, now time.Time) error

	afterwardsStore
	TeamEvents

	SayShared(ctx context.Context, person, team string, shared bool, by store.By, now time.Time) error
	SayUnseen(ctx context.Context, person, team string, by store.By, now time.Time) error
	ToAskOfCalendars(ctx context.Context, now time.Time, limit int) ([]store.SharedCalendar, error)
	AskOfCalendar(ctx context.Context, c store.SharedCalendar, next time.Time) error

	Head(ctx context.Context) (store.Head, error)
	TeamsSince(ctx context.Context, n int64, begun time.Time) ([]string, error)

	Chore(ctx context.Context, name string, at time.Time, every time.Duration) (mine bool, err error)
	Seal(ctx context.Context, at time.Time) (int, error)
	Meta(ctx context.Context, key string) (string, error)
	SetMeta(ctx context.Context, key, value string) error
	ForgetAnswers(ctx context.Context, before time.Time) error
	HearKeys(ctx context.Context) error
	Due(ctx context.Context, after string, stays func(retain.Record) retain.Why) (due []string, last string, err error)
	Erase(ctx context.Context, x store.Erasure, owners ...string) ([]store.Verdict, error)
	OwnersOf(ctx context.Context, person string) ([]string, error)
	Record(ctx context.Context, owner string) (retain.Record, error)
	ForgetNumbers(ctx context.Context) error
	SetHold(ctx context.Context, h store.Hold, via string) error
	LiftHold(ctx context.Context, id, by, via string, at time.Time) (store.Hold, error)
	Holds(ctx context.Context, lifted bool) ([]store.Hold, error)
	Papers
	Invites
	Mails
	Writable(ctx context.Context) error
	Listen(ctx context.Context, woken func()) error

	Imports
}

// Clock is the time that people live by: real, or that of a rehearsal.
type Clock interface {
	Now() time.Time
	// Real is how long a span on this clock takes in truth.
	Real(span time.Duration) time.Duration
	// True is the real instant of one on this clock.
	True(at time.Time) time.Time
	// Plan is how far this clock moves in a span of true time.
	Plan(real time.Duration) time.Duration
}

// Provider is a channel that texts come in by as well, where it lets us ask for
// them again.
type Provider interface {
	channel.Fetcher
	channel.Lister
}

// Options are the parts an Engine is made of.
type Options struct {
	Store         Store
	Clock         Clock
	Random        io.Reader                    // ids, call digits: crypto/rand, or a simulator's seed
	Log           *slog.Logger                 // ids only, never words
	SMS           channel.Channel              // nil: no texts can be sent
	Voice         channel.Channel              // nil: nobody can be rung
	Mail          channel.Channel              // nil: no e-mails can be sent
	Providers     map[string]Provider          // by the name their texts come under
	URL           string                       // the public address in links
	Number        string                       // our own number, as people see it
	MailFrom      string                       // the address that invites come from, and answers to them go to; "": none are sent
	OwnDomains    []string                     // the organisation's own mail domains: invites there carry the whole buddy form (rule 1.4)
	Emergency     string                       // the organisation's emergency contact: a person's id or a number
	Rehearsal     bool                         // every message says REHEARSAL
	Place         string                       // where this process runs and no other can at the same time: host and address; "" when that is not known
	Node          string                       // names this process in leases; unique, and begins with Place
	Retain        retain.Periods               // how long words are kept; zero: as [retain.Standard]
	Vocabulary    *checkin.Vocabulary          // by which texts are read; nil: our own languages alone
	Prover        Prover                       // who truly sent a mail; nil: nobody is believed, and nothing is booked by invite
	Addresses     []string                     // our own for invites, in lower case; the first is the one that people are shown
	TeamCalendar  TeamCalendar                 // writes into teams' shared calendars; nil: nothing does
	TeamCalendars map[string]string            // the mailbox of each team's, by the team's id
	Told          func(lateness time.Duration) // an alarm was handed over so long after it was due; for metrics
}

// Engine carries out what the core decides.
type Engine struct {
	Options
	emergency buddy.Person // the emergency contact when it is given as a number
	locks     [256]sync.Mutex
	idMu      sync.Mutex
	dir       directory
	wakes     []chan struct{} // one for each loop in Run
	pulse     pulse
	asks      asks
	last      lastWord // Run's watchStore has it
	looks     looks
	outgoing  outgoing
	unwritten map[string]map[string]time.Time // of teams' calendars, by visit: when it could last not be written; writesCalendars has it
	erasing   erasing
	unread    unread
}

// New makes an Engine; nothing runs until Run or a pass is called.
func New(o Options) *Engine {
	e := &Engine{Options: o}
	if e.Retain == (retain.Periods{}) {
		e.Retain = retain.Standard()
	}
	e.dir.store = o.Store
	if n, err := phone.Parse(o.Emergency); err == nil {
		e.emergency = buddy.Person{ID: emergencyID, Name: "Emergency contact", Mobile: n, Active: true}
		e.Emergency = emergencyID
	}
	for range loops {
		e.wakes = append(e.wakes, make(chan struct{}, 1))
	}
	return e
}

// emergencyID is the person who stands for an emergency contact given as a number.
const emergencyID = "emergency-contact"

// Now is the time on the engine's clock.
func (e *Engine) Now() time.Time { return e.Clock.Now().UTC().Truncate(time.Microsecond) }

// lock serialises the steps of one worker within this process, so that two
// inputs at once do not conflict for nothing; across processes the revision does.
func (e *Engine) lock(worker string) func() {
	h := fnv.New32a()
	_, _ = io.WriteString(h, worker)
	mu := &e.locks[h.Sum32()%uint32(len(e.locks))]
	mu.Lock()
	return mu.Unlock
}

// woken tells every loop that something was committed.
func (e *Engine) woken() {
	for which := range e.wakes {
		e.wake(which)
	}
}

func (e *Engine) wake(which int) {
	select {
	case e.wakes[which] <- struct{}{}:
	default:
	}
}

// wokenFor tells those loops of a commit that have something to do by it: the seals, and whoever hands over what was said. Each that is told looks
// into the database, which under load is most of what is asked of it.
func (e *Engine) wokenFor(messages []store.Message) {
	e.wake(loopSeal)
	for i, l := range lanes {
		if slices.ContainsFunc(messages, func(m store.Message) bool { return l.has(m) }) {
			e.wake(loopAlarms + i)
		}
	}
}

var (
	errNoStore = errors.New("the database does not take writes")
	errBehind  = errors.New("the engine is behind: no pass was finished lately")
)

// behind says that passes were made once, and that none was finished lately.
func (e *Engine) behind() bool {
	pass := e.pulse.lastPass()
	return !pass.IsZero() && e.Clock.Real(e.Now().Sub(pass)) > lateAfter
}

// writtenFor is how long a write, in real time, shows that the database takes
// writes: whoever asks often must not keep its disk busy.
const writtenFor = time.Second

// Ready says why the engine could not raise an alarm now; nil when it could.
func (e *Engine) Ready(ctx context.Context) error {
	at, last := e.Now(), e.pulse.lastWrite()
	if since := e.Clock.Real(at.Sub(last)); last.IsZero() || since < 0 || since >= writtenFor {
		if err := e.Store.Writable(ctx); err != nil {
			return errors.Join(errNoStore, err)
		}
		e.pulse.wrote(at)
	}
	if e.behind() {
		return errBehind
	}
	return e.pulse.check(e.SMS != nil || e.Voice != nil, e.Mail != nil)
}
