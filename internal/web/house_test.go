package web

import (
	"crypto/rand"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/engine/enginetest"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/view"
)

// house is Allclear's pages over a real engine, a real database and a town of telephones, with a clock that is moved by
// hand: a Saturday at 14:00, Sam on call and Lee the fallback, Priya and Ann to visit alone, in the team ECHo.
type house struct {
	*testing.T
	place  storetest.Place
	db     *store.DB
	clock  *enginetest.Clock
	engine *engine.Engine
	town   *town.Town
	pages  *Pages
	log    *journal
	ledger *ledger
	acting string // the person that the next requests act as; "" for nobody
}

// saturday is when every house opens.
var saturday = time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)

func openHouse(t *testing.T) *house {
	t.Helper()
	return houseAt(t, storetest.SQLite(t))
}

// houseAt opens a house on a database.
func houseAt(t *testing.T, place storetest.Place) *house {
	t.Helper()
	h := &house{T: t, place: place, db: place.Open(t), clock: enginetest.NewClock(saturday), log: &journal{}, acting: "p-sam"}
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.town = town.New(town.Options{Now: h.clock.Now})
	h.engine = engine.New(engine.Options{Store: h.db, Clock: h.clock, Random: rand.Reader, Log: log, URL: "http://127.0.0.1", Node: "test",
		SMS: h.town.SMS(), Voice: h.town.Voice(), Number: "+441632960999"})
	h.ledger = &ledger{house: h}
	pages, err := New(Options{Engine: h.engine, Store: h.db, Access: access.New(h.db), View: view.New(view.Options{Store: h.db, Engine: h.engine}), Speed: func() int { return 1 }, Clock: h.clock.Now, Log: log,
		Keeping: h.ledger})
	if err != nil {
		t.Fatal(err)
	}
	h.pages = pages
	h.settle()
	return h
}

// settle puts the team and its people there.
func (h *house) settle() {
	h.Helper()
	settings := plan.Standard()
	settings.Fallback = "p-lee"
	_, err := h.engine.PutTeam(h.Context(), engine.Actor{}, store.Team{ID: "echo", Name: "ECHo", Zone: "Europe/London", Plan: settings, HasPlan: true})
	h.ok(err)
	for _, p := range []buddy.Person{
		{ID: "p-priya", Name: "Priya Nair", Roles: []string{buddy.Worker}, Mobile: number("07700 900101"), HomePhone: number("01632 960101"),
			Description: private.New("5 ft 4, short black hair, green coat"),
			Vehicle:     buddy.Vehicle{Make: private.New("Ford"), Model: private.New("Fiesta"), Colour: private.New("blue"), Registration: private.New("AB12 CDE")},
			Contacts:    []buddy.Contact{{Name: private.New("Ravi Nair"), Relation: private.New("husband"), Phone: number("07700 900102")}}},
		{ID: "p-ann", Name: "Ann Woods", Roles: []string{buddy.Worker, buddy.Responder}, Mobile: number("07700 900121")},
		{ID: "p-sam", Name: "Sam Hill", Roles: []string{buddy.Responder}, Mobile: number("07700 900110")},
		{ID: "p-lee", Name: "Lee Marsh", Roles: []string{buddy.Manager, buddy.Responder}, Mobile: number("07700 900111")},
		{ID: "p-ada", Name: "Ada Flint", Roles: []string{buddy.Admin}, Mobile: number("07700 900112")},
	} {
		p.Team, p.Active = "echo", true
		_, err := h.engine.PutPerson(h.Context(), engine.Actor{}, p)
		h.ok(err)
	}
	_, err = h.engine.AddShift(h.Context(), engine.Actor{}, rota.Shift{ID: "s-sam", Person: "p-sam", Teams: []string{"echo"}, Order: 1,
		StartsAt: saturday.Add(-14 * time.Hour), EndsAt: saturday.Add(34 * time.Hour)})
	h.ok(err)
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func number(s string) phone.Number {
	n, err := phone.Parse(s)
	if err != nil {
		panic(err)
	}
	return n
}

// wait lets time pass, and does all that fell due in it.
func (h *house) wait(d time.Duration) {
	h.Helper()
	h.clock.Move(d)
	_, err := h.engine.StepWaiting(h.Context())
	h.ok(err)
	_, err = h.engine.StepDue(h.Context())
	h.ok(err)
}

// texts has someone text Allclear, and lets it be understood.
func (h *house) texts(from, body string) {
	h.Helper()
	h.ok(h.engine.Receive(h.Context(), h.town.Text(number(from), number("+441632960999"), body)))
	h.wait(0)
}

// visit books a private home visit of Priya's from 14:30 to 15:30, and gives its id.
func (h *house) visit() string {
	h.Helper()
	booked, err := h.engine.Book(h.Context(), engine.Actor{By: "p-priya", Via: "page"}, engine.Booking{Worker: "p-priya", Kind: "home_visit",
		StartsAt: saturday.Add(30 * time.Minute), ExpectedEndAt: saturday.Add(90 * time.Minute), Private: new(true),
		Details: buddy.Form{ServiceUser: private.New("J Smith"), Address: private.New("1 Example Street, Gloucester GL1 1AA"), Contact: private.New("07700 900103")}})
	h.ok(err)
	return booked.Visit
}

// overdue lets a visit of Priya's go overdue, and gives the visit's id and the alarm's.
func (h *house) overdue() (visit, alarm string) {
	h.Helper()
	visit = h.visit()
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "Going in")
	h.wait(75 * time.Minute)
	open, err := h.db.Alarms(h.Context(), "open", 10)
	h.ok(err)
	if len(open) != 1 {
		h.Fatalf("%d alarms are open, not 1", len(open))
	}
	return visit, open[0].ID
}

// as gives the house for someone else.
func (h *house) as(person string) *house {
	other := *h
	other.acting = person
	return &other
}

// page is an answer.
type page struct {
	*house
	*httptest.ResponseRecorder
	asked string
}

// get asks for a page.
func (h *house) get(path string) page {
	h.Helper()
	return h.send(httptest.NewRequest(http.MethodGet, path, nil))
}

// post presses a button: fields and values in turn.
func (h *house) post(path string, fields ...string) page {
	h.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	if !form.Has(actingField) {
		form.Set(actingField, h.acting)
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.send(r)
}

func (h *house) send(r *http.Request) page {
	h.Helper()
	r.RemoteAddr, r.Host = "127.0.0.1:50000", "127.0.0.1:8080"
	if h.acting != "" {
		r.AddCookie(&http.Cookie{Name: actingCookie, Value: h.acting})
	}
	got := page{h, httptest.NewRecorder(), r.Method + " " + r.URL.Path}
	h.pages.ServeHTTP(got.ResponseRecorder, r)
	got.guards()
	return got
}

// is checks the status.
func (p page) is(status int) page {
	p.Helper()
	if p.Code != status {
		p.Fatalf("%s answered %d, not %d: %s", p.asked, p.Code, status, p.text())
	}
	return p
}

// text is what the page says, without its markup.
func (p page) text() string {
	var b strings.Builder
	in := false
	for _, r := range strings.NewReplacer("<bdi>", "", "</bdi>", "").Replace(p.Body.String()) { // they stand within a line
		switch {
		case r == '<':
			in = true
			b.WriteByte(' ')
		case r == '>':
			in = false
		case !in:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(html.UnescapeString(b.String())), " ")
}

// says checks that the page holds words, in text or markup.
func (p page) says(words ...string) page {
	p.Helper()
	text := p.text()
	for _, w := range words {
		if !strings.Contains(text, w) && !strings.Contains(p.Body.String(), w) {
			p.Errorf("%s does not say %q: %s", p.asked, w, text)
		}
	}
	return p
}

// hides checks that the page does not hold words.
func (p page) hides(words ...string) page {
	p.Helper()
	for _, w := range words {
		if strings.Contains(p.text(), w) || strings.Contains(p.Body.String(), w) {
			p.Errorf("%s says %q: %s", p.asked, w, p.text())
		}
	}
	return p
}

// leadsTo checks that a button leads on to a page, and gives it.
func (p page) leadsTo(path string) page {
	p.Helper()
	p.is(http.StatusSeeOther)
	to := p.Header().Get("Location")
	if before, _, _ := strings.Cut(to, "?"); before != path && to != path {
		p.Fatalf("%s leads to %s, not %s", p.asked, to, path)
	}
	return p.get(to)
}

// journal keeps what is logged.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// shift puts someone on call.
func (h *house) shift(person string, order int, from, to time.Time, teams ...string) {
	h.Helper()
	_, err := h.engine.AddShift(h.Context(), engine.Actor{}, rota.Shift{ID: "s-" + person + from.Format("-02-1504"), Person: person, Teams: teams, Order: order,
		StartsAt: from, EndsAt: to})
	h.ok(err)
}
