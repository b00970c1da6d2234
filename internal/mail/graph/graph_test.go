package graph

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/private"
	standin "github.com/allclear-safety/allclear/internal/standin/graph"
)

const (
	visits = "visits@allclear.example"
	teams  = "echo-calendar@council.example"
	invite = "From: priya@council.example\r\nMessage-ID: <1@council.example>\r\nSubject: Visit\r\n\r\nAt two.\r\n"
)

// tenant is a stand-in with its clock, what was taken of it, and the log.
type tenant struct {
	*testing.T
	*standin.Server
	account Account

	mu    sync.Mutex
	at    time.Time
	came  []mail.Arrival
	fails error // what Take says
	log   bytes.Buffer
}

func newTenant(t *testing.T) *tenant {
	t.Helper()
	x := &tenant{T: t, at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	x.Server = standin.New(standin.App{Tenant: "council", ID: "app-1", Secret: "s3cret"}, x.now, visits, teams)
	t.Cleanup(x.Server.Close)
	x.account = Account{API: x.URL, Login: x.URL, Tenant: "council", ClientID: "app-1", Secret: private.New("s3cret")}
	return x
}

func (x *tenant) now() time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.at
}

func (x *tenant) passes(d time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.at = x.at.Add(d)
}

func (x *tenant) client() *Client { return NewClient(x.account, &http.Client{}, &http.Client{}) }

func (x *tenant) inbox(hook string) *Inbox {
	return NewInbox(InboxOptions{Client: x.client(), Mailbox: visits, Hook: hook, Now: x.now, True: x.now, Log: slog.New(slog.NewTextHandler(&x.log, nil)),
		Bounds: Bounds{Poll: time.Millisecond},
		Take: func(_ context.Context, a mail.Arrival) error {
			x.mu.Lock()
			defer x.mu.Unlock()
			if x.fails != nil {
				return x.fails
			}
			x.came = append(x.came, a)
			return nil
		}})
}

func (x *tenant) must(err error) {
	x.Helper()
	if err != nil {
		x.Fatal(err)
	}
}

func (x *tenant) taken() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.came)
}

// holds says how many mails wait, and how many were taken and are read.
func (x *tenant) holds(inbox, taken int) {
	x.Helper()
	waits, _ := x.Holds(visits, "inbox")
	all, read := x.Holds(visits, doneFolder)
	if waits != inbox || all != taken || read != taken {
		x.Errorf("%d wait, %d were taken and %d of them are read; not %d and %d", waits, all, read, inbox, taken)
	}
}

func TestAMailboxIsReadWithoutNotifications(t *testing.T) {
	x := newTenant(t)
	for range 8 { // more than one page
		x.Deliver(visits, invite)
	}
	i := x.inbox("")
	x.must(i.Check(t.Context()))
	x.must(i.turn(t.Context()))
	x.holds(0, 8)
	if a := x.came[0]; string(a.Raw) != invite || a.Via != mail.ByGraph || !a.At.Equal(x.at) || !slices.Equal(a.To, []string{visits}) {
		t.Errorf("it came as %+v", a)
	}
	x.Deliver(visits, invite)
	x.must(i.turn(t.Context()))
	x.holds(0, 9)
	x.must(i.turn(t.Context()))
	if x.taken() != 9 || x.Calls("/$value") != 9 {
		t.Errorf("%d were taken, %d were read", x.taken(), x.Calls("/$value"))
	}
	if n := x.Calls("subscriptions"); n != 0 {
		t.Errorf("%d calls of subscriptions without an address", n)
	}
}

// A full mailbox is read by parts: none of it waits for all of it to be found, and the rest follows at once.
func TestAFullMailboxIsReadByParts(t *testing.T) {
	x := newTenant(t)
	n := foundAtOnce + 7
	for range n {
		x.Deliver(visits, invite)
	}
	i := x.inbox("")
	x.must(i.turn(t.Context()))
	if got := x.taken(); got < foundAtOnce || got >= n {
		t.Errorf("%d are taken by the first turn", got)
	}
	i.rest(t.Context(), time.Hour) // nothing is waited for
	x.must(i.turn(t.Context()))
	x.holds(0, n)
}

// What is not kept stays in the inbox and is tried again, keeps no other from its turn, and is there for the next start.
func TestAMailThatIsNotKeptStays(t *testing.T) {
	x := newTenant(t)
	x.fails = errors.New("the disk is full")
	x.Deliver(visits, invite)
	x.Deliver(visits, invite)
	i := x.inbox("")
	if err := i.turn(t.Context()); err == nil || strings.Contains(err.Error(), visits) {
		t.Errorf("said %v", err)
	}
	x.holds(2, 0)
	if s := i.State(); s.Failed != 2 || s.Taken != 0 {
		t.Errorf("%+v", s)
	}
	again := x.inbox("") // as after a crash
	x.fails = nil
	x.must(i.turn(t.Context()))
	x.must(again.turn(t.Context()))
	x.holds(0, 2)
	if x.taken() != 2 {
		t.Errorf("%d were taken", x.taken())
	}
}

// A mail that was kept and could not be moved is not kept twice by the same reader; after a restart it comes again, and never not at all.
func TestAMailThatCouldNotBeMovedIsMovedLater(t *testing.T) {
	x := newTenant(t)
	i := x.inbox("")
	x.must(i.turn(t.Context()))
	x.Deliver(visits, invite)
	x.must(i.find(t.Context()))
	x.Throttle(1, "600") // longer than is waited
	i.taken[i.waiting[0]] = true
	if err := i.takeAll(t.Context()); !is(err, http.StatusTooManyRequests) {
		t.Errorf("said %v", err)
	}
	x.must(i.turn(t.Context()))
	x.holds(0, 1)
	if x.taken() != 0 {
		t.Error("it was kept twice")
	}
}

func TestWhatIsTooLongIsCutAndHandedOn(t *testing.T) {
	x := newTenant(t)
	x.Deliver(visits, invite+strings.Repeat("x", mail.MaxSize))
	i := x.inbox("")
	x.must(i.turn(t.Context()))
	x.holds(0, 1)
	if len(x.came) != 1 || len(x.came[0].Raw) != mail.MaxSize || !strings.Contains(x.log.String(), "cut off") {
		t.Errorf("%d came", len(x.came))
	}
}

// Microsoft throttles, forgets tokens and forgets where a reader was: nothing is lost of that.
func TestMicrosoftsFaultsLoseNothing(t *testing.T) {
	x := newTenant(t)
	i := x.inbox("")
	x.must(i.turn(t.Context()))
	x.Deliver(visits, invite)
	x.ForgetTokens()
	x.must(i.turn(t.Context()))
	x.holds(0, 1)
	x.Deliver(visits, invite)
	x.Throttle(1, "1")
	x.must(i.turn(t.Context()))
	x.holds(0, 2)
	x.Deliver(visits, invite)
	x.ForgetDeltas()
	x.must(i.turn(t.Context()))
	x.holds(0, 3)

	x.Deliver(visits, invite)
	x.Throttle(100, "3600")
	if err := i.turn(t.Context()); !is(err, http.StatusTooManyRequests) {
		t.Errorf("said %v", err)
	}
	x.Throttle(0, "")
	x.must(i.turn(t.Context()))
	x.holds(0, 4)
}

func TestAWrongSecretOrAnotherMailboxIsSaidPlainly(t *testing.T) {
	x := newTenant(t)
	x.account.Secret = private.New("wrong")
	if err := x.inbox("").Check(t.Context()); err == nil || !strings.Contains(err.Error(), "sign in: refused with 401 invalid_client") || strings.Contains(err.Error(), "council") {
		t.Errorf("said %v", err)
	}
	x.account.Secret = private.New("s3cret")
	i := x.inbox("")
	i.o.Mailbox = "someone.else@council.example"
	if err := i.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "403 ErrorAccessDenied") || strings.Contains(err.Error(), "someone") {
		t.Errorf("said %v", err)
	}
}

// A link leads to Microsoft Graph or nowhere: the token goes with it.
func TestNoLinkLeadsElsewhere(t *testing.T) {
	x := newTenant(t)
	err := x.client().do(t.Context(), call{doing: "look", method: http.MethodGet, path: "https://elsewhere.example/v1.0/users"})
	if err == nil || !strings.Contains(err.Error(), "elsewhere than to Microsoft Graph") {
		t.Errorf("said %v", err)
	}
	if x.Calls("") != 0 {
		t.Error("it was called")
	}
}

// hooked serves an inbox's address for notifications, once the inbox is there.
func hooked(t *testing.T) (address string, serve func(*Inbox)) {
	t.Helper()
	var mu sync.Mutex
	var to http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		h := to
		mu.Unlock()
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/hooks/graph", func(i *Inbox) { mu.Lock(); defer mu.Unlock(); to = i }
}

func (x *tenant) poked(i *Inbox) bool {
	x.Server.Settle()
	select {
	case <-i.poked:
		return true
	default:
		return false
	}
}

func TestNotificationsSayThatThereIsMore(t *testing.T) {
	x := newTenant(t)
	at, serve := hooked(t)
	i := x.inbox(at)
	serve(i)
	x.must(i.turn(t.Context()))
	subs, _ := x.Subscriptions()
	if len(subs) != 1 || subs[0].ClientState == "" || subs[0].LifecycleNotificationURL != at || !strings.Contains(subs[0].Resource, visits) {
		t.Fatalf("subscribed %+v", subs)
	}
	x.Deliver(visits, invite)
	if !x.poked(i) {
		t.Error("a notification did nothing")
	}
	x.must(i.turn(t.Context()))
	x.holds(0, 1)

	x.LoseNotifications(true)
	x.Deliver(visits, invite)
	if x.poked(i) {
		t.Error("there was none")
	}
	x.Lifecycle(visits, "missed")
	if !x.poked(i) {
		t.Error("“missed” did nothing")
	}
	x.must(i.turn(t.Context()))
	x.holds(0, 2)

	x.passes(13 * time.Hour) // more than half of its life
	x.must(i.turn(t.Context()))
	if _, renewed := x.Subscriptions(); renewed != 1 {
		t.Errorf("renewed %d times", renewed)
	}
	x.Lifecycle(visits, "reauthorizationRequired")
	if !x.poked(i) {
		t.Error("“reauthorizationRequired” did nothing")
	}
	x.must(i.turn(t.Context()))
	if _, renewed := x.Subscriptions(); renewed != 2 {
		t.Errorf("renewed %d times", renewed)
	}
	x.Lifecycle(visits, "subscriptionRemoved")
	x.poked(i)
	x.must(i.turn(t.Context()))
	if subs, _ := x.Subscriptions(); len(subs) != 1 {
		t.Errorf("after it was removed there are %d", len(subs))
	}
	x.passes(25 * time.Hour) // it ended, as the program slept
	x.must(i.turn(t.Context()))
	if subs, _ := x.Subscriptions(); len(subs) != 1 || !subs[0].ExpirationDateTime.After(x.at) {
		t.Errorf("after it ended there are %+v", subs)
	}
	i.unsubscribe()
	if subs, _ := x.Subscriptions(); len(subs) != 0 {
		t.Errorf("after a stop there are %d", len(subs))
	}
}

// An address that Microsoft does not reach costs time and no mail.
func TestWithoutASubscriptionMailIsFoundAllTheSame(t *testing.T) {
	x := newTenant(t)
	i := x.inbox("http://127.0.0.1:1/hooks/graph")
	x.Deliver(visits, invite)
	x.must(i.turn(t.Context()))
	x.holds(0, 1)
	if i.sub.id != "" || !strings.Contains(x.log.String(), "asked from time to time") {
		t.Error("it is not said that nothing is notified")
	}
}

func TestWhatIsNoNotificationDoesNothing(t *testing.T) {
	x := newTenant(t)
	i := x.inbox("")
	for name, c := range map[string]struct {
		target, body string
		status       int
	}{
		"forged":       {"/hooks/graph", `{"value":[{"clientState":"guess","lifecycleEvent":"subscriptionRemoved"}]}`, http.StatusAccepted},
		"empty":        {"/hooks/graph", `{"value":[]}`, http.StatusAccepted},
		"no JSON":      {"/hooks/graph", `hello`, http.StatusBadRequest},
		"a book":       {"/hooks/graph", `{"value":[` + strings.Repeat(" ", mostNotification) + `]}`, http.StatusBadRequest},
		"a long token": {"/hooks/graph?validationToken=" + strings.Repeat("x", mostToken+1), "", http.StatusBadRequest},
	} {
		w := httptest.NewRecorder()
		i.ServeHTTP(w, httptest.NewRequest(http.MethodPost, c.target, strings.NewReader(c.body)))
		if w.Code != c.status || x.poked(i) || i.resub.Load() {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}

// The whole reader, from its start to its stop.
func TestTheReaderRunsAndStops(t *testing.T) {
	x := newTenant(t)
	at, serve := hooked(t)
	i := x.inbox(at)
	serve(i)
	x.Throttle(1, "600")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- i.Run(ctx) }()
	x.Deliver(visits, invite)
	for x.Calls("/move") == 0 {
		select {
		case err := <-ended:
			t.Fatalf("it ended: %v", err)
		case <-t.Context().Done():
			t.Fatal("nothing came")
		default:
		}
	}
	stop()
	x.must(<-ended)
	if subs, _ := x.Subscriptions(); len(subs) != 0 || x.taken() == 0 {
		t.Errorf("%d subscriptions are left, %d mails were taken", len(subs), x.taken())
	}
}

func event() calendar.Event {
	from := time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)
	return calendar.Event{UID: "u1@allclear.example", Summary: private.New("Priya Nair: Busy – private"), Class: calendar.Private, Start: calendar.Moment{At: from}, End: calendar.Moment{At: from.Add(time.Hour)},
		URL: "https://allclear.example/visits/v1"}
}

func TestAnEventIsWrittenOnceChangedAndTakenOut(t *testing.T) {
	x := newTenant(t)
	c := Calendars{x.client()}
	e := event()
	x.must(c.Put(t.Context(), teams, e))
	x.must(c.Put(t.Context(), teams, e))
	list := x.Events(teams)
	if len(list) != 1 || list[0].Fields["subject"] != "Priya Nair: Busy – private" || list[0].Fields["sensitivity"] != "private" || list[0].Fields["showAs"] != "busy" || list[0].Fields["isReminderOn"] != false || list[0].Fields["attendees"] != nil {
		t.Fatalf("it has %+v", list)
	}
	e.Start.At, e.Class, e.Sequence = e.Start.At.Add(time.Minute), calendar.Public, 1
	x.must(c.Put(t.Context(), teams, e))
	list = x.Events(teams)
	if start, _ := list[0].Fields["start"].(map[string]any); len(list) != 1 || start["dateTime"] != "2026-11-24T14:01:00" || start["timeZone"] != "UTC" || list[0].Fields["sensitivity"] != "normal" {
		t.Errorf("changed, it has %+v", list)
	}
	x.must(c.Remove(t.Context(), teams, e.UID))
	x.must(c.Remove(t.Context(), teams, e.UID))
	if n := len(x.Events(teams)); n != 0 {
		t.Errorf("taken out, there are %d", n)
	}
	x.RemoveEvents(teams)
	x.must(c.Put(t.Context(), teams, e)) // one that somebody deleted by hand comes again
	if n := len(x.Events(teams)); n != 1 {
		t.Errorf("there are %d", n)
	}
	x.must(c.Check(t.Context(), teams))
	if err := c.Check(t.Context(), "nobody@council.example"); !is(err, http.StatusForbidden) {
		t.Errorf("checked: %v", err)
	}
	if err := c.Put(t.Context(), "nobody@council.example", e); !is(err, http.StatusForbidden) || strings.Contains(err.Error(), "nobody@") || strings.Contains(err.Error(), "Priya") {
		t.Errorf("of another's calendar: %v", err)
	}
}

// An answer that is lost is asked for again, and makes no second event.
func TestAnAnswerThatIsLostMakesNoSecondEvent(t *testing.T) {
	x := newTenant(t)
	c := Calendars{x.client()}
	x.DropAnswers(1)
	if err := c.Put(t.Context(), teams, event()); err == nil || strings.Contains(err.Error(), "echo-calendar") {
		t.Errorf("said %v", err)
	}
	x.must(c.Put(t.Context(), teams, event()))
	if n := len(x.Events(teams)); n != 1 {
		t.Errorf("there are %d", n)
	}
}
