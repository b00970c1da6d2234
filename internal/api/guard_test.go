package api_test

import (
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"context"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/api"
	"github.com/allclear-safety/allclear/internal/engine"
)

// broken is an engine in which something goes wrong.
type broken struct{ api.Engine }

func (broken) Checkin(context.Context, engine.Actor, engine.Checkin) (engine.CheckedIn, error) {
	panic("help, at 1 Example Street")
}

func (broken) Ready(context.Context) error { return errors.New("no channel works") }

func TestAPanicIsA500ThatTellsNothing(t *testing.T) {
	o := onSQLite(t)
	o.api = api.New(api.Options{Engine: broken{o.engine}, Store: o.db, Access: access.New(o.db), Clock: o.clock.Now, Log: slog.New(slog.NewTextHandler(o.log, nil))})
	o.must("POST", "/checkins", `{"person":"p-priya","text":"help, at 1 Example Street"}`, 500)
	log := o.log.String()
	if !strings.Contains(log, "panic in a request") || !strings.Contains(log, "guard_test.go") && !strings.Contains(log, "broken.Checkin") {
		t.Errorf("the log does not say where: %s", log)
	}
	if strings.Contains(log, "Example") {
		t.Errorf("the log tells: %s", log)
	}
	o.must("GET", "/clock", "", 200)
}

func TestHealth(t *testing.T) {
	o := onSQLite(t)
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		o.api.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w
	}
	if w := get("/healthz"); w.Code != 200 {
		t.Errorf("%d", w.Code)
	}
	o.api = api.New(api.Options{Engine: broken{o.engine}, Store: o.db, Access: access.New(o.db), Clock: o.clock.Now})
	if w := get("/readyz"); w.Code != 503 || strings.Contains(w.Body.String(), "channel") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := get("/healthz"); w.Code != 200 {
		t.Errorf("%d", w.Code)
	}
	late := func(context.Context) string { return "last restore drill: 30h0m ago" } // which stops no alarm
	for says, engine := range map[string]api.Engine{"ready": o.engine, "not ready: allclear check says why": broken{o.engine}} {
		o.api = api.New(api.Options{Engine: engine, Store: o.db, Access: access.New(o.db), Clock: o.clock.Now, Besides: late})
		if w := get("/readyz"); w.Body.String() != says+"\nlast restore drill: 30h0m ago\n" || (w.Code == 200) != (says == "ready") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

func TestNothingIsKeptInCaches(t *testing.T) {
	o := onSQLite(t)
	for _, path := range []string{"/clock", "/people/p-priya", "/nowhere"} {
		if got := o.call("GET", path, ""); got.Header().Get("Cache-Control") != "no-store" || got.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, got.Header())
		}
	}
}

func TestTheClock(t *testing.T) {
	o := onSQLite(t)
	got := o.must("GET", "/clock", "", 200)
	got.says("now", "2026-11-21T14:00:00Z")
	got.says("speed", 1)
	o.api = api.New(api.Options{Engine: o.engine, Store: o.db, Access: access.New(o.db), Clock: o.clock.Now, Rehearsal: true, Speed: func() int { return 240 }})
	o.must("GET", "/clock", "", 200).says("speed", 240)
}

// A rehearsal lifts the lower bounds of a plan.
func TestARehearsalsPlanMayBeQuick(t *testing.T) {
	o := onSQLite(t)
	quick := `{"name":"ECHo","plan":{"fallback":"p-lee","ring_round":"1m"}}`
	o.must("PUT", "/teams/quick", quick, 422)
	rehearsing := engine.New(engine.Options{Store: o.db, Clock: o.clock, Rehearsal: true, Log: slog.New(slog.DiscardHandler)})
	o.api = api.New(api.Options{Engine: rehearsing, Store: o.db, Access: access.New(o.db), Clock: o.clock.Now, Rehearsal: true, Speed: func() int { return 240 }})
	o.must("PUT", "/teams/quick", quick, 201).says("plan.ring_round", "1m")
}

func TestEveryRequestIsBounded(t *testing.T) {
	s := onSQLite(t).api.Server()
	for name, bound := range map[string]time.Duration{"header": s.ReadHeaderTimeout, "request": s.ReadTimeout, "answer": s.WriteTimeout, "idle": s.IdleTimeout} {
		if bound <= 0 || bound > 2*time.Minute {
			t.Errorf("%s: %v", name, bound)
		}
	}
}

func TestTheLogTellsNothingPrivate(t *testing.T) {
	each(t, func(o *office) {
		_, alarm := o.overdue()
		o.texts("SM1", mobiles["p-priya"], "Scarlett, at 1 Example Street")
		o.send("/hooks/twilio/sms", map[string][]string{"From": {mobiles["p-priya"]}, "Body": {"Scarlett, at 1 Example Street"}}, "")
		o.run()
		o.must("GET", "/alarms/"+alarm+"/handover", "", 200)
		o.must("PATCH", "/visits/cal-17", `{"address":5,"contact":"07700 900103","who_else":"Ravi Nair"}`, 422)
		o.must("PUT", "/people/p-kim", `{"name":"Kim Ito","mobile":"0770 900"}`, 422)
		o.call("GET", "/visits/cal-17?address=1%20Example%20Street", "")
		if err := o.db.Close(); err != nil {
			o.Fatal(err)
		}
		o.call("POST", "/visits", with(aVisit, map[string]any{"external_id": "cal-30"}))
		log := o.log.String()
		for _, word := range []string{"Example", "Smith", "Nair", "Ito", "Scarlett", "90010", "900103", "0770 900", "secret"} {
			if strings.Contains(log, word) {
				o.Errorf("%q is in the log:\n%s", word, log)
			}
		}
		if !strings.Contains(log, "webhook refused") || !strings.Contains(log, "request failed") {
			o.Errorf("what went wrong is not in the log: %s", log)
		}
	})
}
