package api_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"maps"

	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/api"
	"github.com/allclear-safety/allclear/internal/channel/twilio"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/engine/enginetest"
	"github.com/allclear-safety/allclear/internal/phone"
	standin "github.com/allclear-safety/allclear/internal/standin/twilio"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

const (
	public    = "https://allclear.example.org"
	authToken = "twilio-secret"
)

// office is Allclear with its API, a real engine and a real database, and a clock that is moved by hand.
type office struct {
	*testing.T
	db     *store.DB
	clock  *enginetest.Clock
	engine *engine.Engine
	api    *api.API
	log    *journal
	token  string // of the next calls
	name   string // whom the worker asks for
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

// each runs a test in an office on each kind of database: a Saturday at 14:00, Sam on call, Priya to visit alone.
func each(t *testing.T, test func(o *office)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, open func() *store.DB) { test(openOffice(t, open())) })
}

// onSQLite runs a test in an office on SQLite, for what has nothing to do with the database.
func onSQLite(t *testing.T) *office {
	t.Helper()
	return openOffice(t, storetest.SQLite(t).Open(t))
}

func openOffice(t *testing.T, db *store.DB) *office {
	o := emptyOffice(t, db)
	o.must("PUT", "/teams/echo", `{"name":"ECHo","zone":"Europe/London","plan":{"fallback":"p-lee"}}`, 201)
	for _, p := range []string{"priya", "ann"} {
		o.must("PUT", "/people/p-"+p, `{"name":"`+strings.ToUpper(p[:1])+p[1:]+` Nair","team":"echo","roles":["worker"],"mobile":"`+mobiles["p-"+p]+`",
			"home_phone":"01632 960101","description":"5 ft 4, short black hair, green coat",
			"vehicle":{"make":"Ford","model":"Fiesta","colour":"blue","registration":"AB12 CDE"},
			"emergency_contacts":[{"name":"Ravi Nair","relation":"husband","phone":"07700 900102"}]}`, 201)
	}
	o.must("PUT", "/people/p-sam", `{"name":"Sam Hill","team":"echo","roles":["responder"],"mobile":"07700 900110"}`, 201)
	o.must("PUT", "/people/p-lee", `{"name":"Lee Moss","team":"echo","roles":["manager","responder"],"mobile":"07700 900111"}`, 201)
	o.must("POST", "/shifts", `{"person":"p-sam","starts_at":"2026-11-21T00:00:00Z","ends_at":"2026-11-23T00:00:00Z","order":1}`, 201)
	return o
}

// mobiles are the workers' numbers.
var mobiles = map[string]string{"p-priya": "+447700900101", "p-ann": "+447700900121"}

// emptyOffice has four tokens and nobody in it.
func emptyOffice(t *testing.T, db *store.DB) *office {
	o := &office{T: t, db: db, clock: enginetest.NewClock(time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)), log: &journal{}, token: "admin-secret"}
	log := slog.New(slog.NewTextHandler(o.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	for name, scope := range map[string]string{"admin": access.Admin, "act": access.AlarmsAct, "read": access.VisitsRead, "write": access.VisitsWrite} {
		if err := db.AddToken(t.Context(), store.Token{ID: "t-" + name, Name: name, Scope: scope, CreatedAt: o.clock.Now()}, name+"-secret", store.By{}); err != nil {
			t.Fatal(err)
		}
	}
	own, err := phone.Parse("+447700900000")
	if err != nil {
		t.Fatal(err)
	}
	client, err := twilio.New(twilio.Options{AccountSID: "AC1", AuthToken: authToken, From: own, URL: public, API: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	o.engine = engine.New(engine.Options{Store: db, Clock: o.clock, Random: rand.Reader, Log: log, URL: public, Node: "test",
		SMS: client.SMS(), Voice: client.Voice()})
	o.api = api.New(api.Options{Engine: o.engine, Store: db, Access: access.New(db), Twilio: client, Clock: o.clock.Now, Log: log})
	return o
}

// wait lets time pass, and does all that fell due in it.
func (o *office) wait(d time.Duration) {
	o.Helper()
	o.clock.Move(d)
	o.run()
}

// run steps all that waits.
func (o *office) run() {
	o.Helper()
	if _, err := o.engine.StepWaiting(o.Context()); err != nil {
		o.Fatal(err)
	}
	if _, err := o.engine.StepDue(o.Context()); err != nil {
		o.Fatal(err)
	}
}

// reply is what a call was answered.
type reply struct {
	*office
	*httptest.ResponseRecorder
	asked string
}

// call makes a call with the office's token and holds the answer against the OpenAPI document.
func (o *office) call(method, path, body string, headers ...string) reply {
	o.Helper()
	r := httptest.NewRequest(method, "/api/v1"+path, strings.NewReader(body))
	if o.token != "" {
		r.Header.Set("Authorization", "Bearer "+o.token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got := reply{o, httptest.NewRecorder(), method + " " + path}
	o.api.ServeHTTP(got.ResponseRecorder, r)
	checkAnswer(o.T, r, body, got.ResponseRecorder)
	return got
}

// as gives the office under another token.
func (o *office) as(token string) *office {
	other := *o
	other.token = token + "-secret"
	return &other
}

// must makes a call that has to be answered with status, and gives the answer.
func (o *office) must(method, path, body string, status int, headers ...string) reply {
	o.Helper()
	got := o.call(method, path, body, headers...)
	if got.Code != status {
		o.Fatalf("%s %s: %d, not %d: %s", method, path, got.Code, status, got.Body)
	}
	return got
}

// get gives a field of the answer by its path: "alarm.status".
func (r reply) get(path string) any {
	r.Helper()
	var v any
	if err := json.Unmarshal(r.Body.Bytes(), &v); err != nil {
		r.Fatalf("%s: %v", r.asked, err)
	}
	for name := range strings.SplitSeq(path, ".") {
		o, is := v.(map[string]any)
		if !is {
			r.Fatalf("%s: there is no %s in %s", r.asked, path, r.Body)
		}
		if v, is = o[name]; !is {
			r.Fatalf("%s: there is no %s in %s", r.asked, path, r.Body)
		}
	}
	return v
}

func (r reply) text(path string) string {
	r.Helper()
	s, is := r.get(path).(string)
	if !is {
		r.Fatalf("%s: %s is no string in %s", r.asked, path, r.Body)
	}
	return s
}

// says checks a field of the answer.
func (r reply) says(path string, want any) {
	r.Helper()
	if n, is := want.(int); is {
		want = float64(n)
	}
	if got := r.get(path); got != want {
		r.Errorf("%s: %s is %v, not %v", r.asked, path, got, want)
	}
}

// fields lists the fields that a problem names.
func (r reply) fields() []string {
	r.Helper()
	var p struct{ Fields []struct{ Field string } }
	if err := json.Unmarshal(r.Body.Bytes(), &p); err != nil {
		r.Fatalf("%s: %v", r.asked, err)
	}
	var names []string
	for _, f := range p.Fields {
		names = append(names, f.Field)
	}
	return names
}

// lines lists what the answer's timeline says happened.
func (r reply) lines() []string {
	r.Helper()
	var v struct{ Timeline []struct{ What string } }
	if err := json.Unmarshal(r.Body.Bytes(), &v); err != nil {
		r.Fatalf("%s: %v", r.asked, err)
	}
	var what []string
	for _, l := range v.Timeline {
		what = append(what, l.What)
	}
	return what
}

// visit books a visit of Priya's from 14:30 to 15:30 with her own id, and gives its id.
func (o *office) visit() string {
	o.Helper()
	return o.must("POST", "/visits", aVisit, 201).text("id")
}

const aVisit = `{"external_id":"cal-17","worker":"p-priya","kind":"home_visit","starts_at":"2026-11-21T14:30:00Z","expected_end_at":"2026-11-21T15:30:00Z",
	"service_user":"J Smith","address":"1 Example Street, Gloucester GL1 1AA","contact":"07700 900103","private":true}`

// overdue lets a visit of Priya's go overdue, and gives the visit's id and the alarm's.
func (o *office) overdue() (visit, alarm string) {
	o.Helper()
	visit = o.visit()
	o.wait(30 * time.Minute)
	o.must("POST", "/checkins", `{"person":"p-priya","text":"Going in"}`, 200)
	o.wait(75 * time.Minute)
	return visit, o.must("GET", "/visits/"+visit, "", 200).text("alarm.id")
}

// texts has a text come in by Twilio's webhook, signed.
func (o *office) texts(sid, from, body string) *httptest.ResponseRecorder {
	o.Helper()
	return o.hook(twilio.SMSPath, url.Values{"MessageSid": {sid}, "AccountSid": {"AC1"}, "From": {from}, "To": {"+447700900000"}, "Body": {body}})
}

// hook calls a webhook as Twilio does.
func (o *office) hook(target string, form url.Values) *httptest.ResponseRecorder {
	o.Helper()
	return o.send(target, form, standin.Sign(authToken, public+target, form))
}

func (o *office) send(target string, form url.Values, signature string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature)
	w := httptest.NewRecorder()
	o.api.ServeHTTP(w, r)
	return w
}

// record counts what is on record for a worker.
func (o *office) record(worker string) int {
	o.Helper()
	list, err := o.db.Entries(context.Background(), worker, time.Time{}, time.Time{})
	if err != nil {
		o.Fatal(err)
	}
	return len(list)
}

// with gives a JSON object with other values for some of its fields; a nil value takes the field out.
func with(object string, changes map[string]any) string {
	var fields map[string]any
	if err := json.Unmarshal([]byte(object), &fields); err != nil {
		panic(err)
	}
	maps.Copy(fields, changes)
	maps.DeleteFunc(fields, func(_ string, v any) bool { return v == nil })
	raw, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return string(raw)
}
