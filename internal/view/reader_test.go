package view_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
)

func TestWhoMaySeeAPrivateVisit(t *testing.T) {
	c := view.Circle{Worker: "p-priya", Named: []string{"p-ann"}, Invited: []string{"p-sam", "p-lee"}}
	inAlarm := c
	inAlarm.Alarm = &watch.Alarm{Told: []string{"p-mo"}, HeldBy: "p-kit"}
	for _, test := range []struct {
		person       string
		may, inAlarm bool
	}{
		{"p-priya", true, true}, {"p-ann", true, true}, {"p-sam", true, true}, {"p-lee", true, true},
		{"p-mo", false, true}, {"p-kit", false, true}, {"p-kim", false, false}, {"", false, false},
	} {
		if got := view.MaySee(c, test.person); got != test.may {
			t.Errorf("%q may see it: %v", test.person, got)
		}
		if got := view.MaySee(inAlarm, test.person); got != test.inAlarm {
			t.Errorf("in an alarm %q may see it: %v", test.person, got)
		}
	}
	if view.MaySee(view.Circle{Alarm: &watch.Alarm{}}, "") {
		t.Error("nobody sees what nobody holds")
	}
}

// seeing says who of the office is shown the visit's details.
func (o *office) seeing(visit string) map[string]bool {
	o.Helper()
	sees := map[string]bool{}
	for _, id := range []string{"p-priya", "p-ann", "p-kim", "p-sam", "p-jo", "p-max", "p-lee", "p-mo"} {
		got := o.shows(visit, o.person(id))
		sees[id] = got.Open
		if shown := !got.Details.Address.IsZero(); shown != got.Open {
			o.Errorf("%s: open %v, and the address is shown: %v", id, got.Open, shown)
		}
		for _, l := range got.Timeline {
			if !got.Open && (!l.Text.IsZero() || l.Via != "") {
				o.Errorf("%s is shown the words of %s", id, l.What)
			}
		}
	}
	return sees
}

func (o *office) sees(visit string, want ...string) {
	o.Helper()
	for id, got := range o.seeing(visit) {
		expected := false
		for _, w := range want {
			expected = expected || w == id
		}
		if got != expected {
			o.Errorf("%s sees the details: %v", id, got)
		}
	}
}

// Rule 1.4: its worker and everyone on call from its start until two hours past its end, and from an alarm's opening
// whoever answers it.
func TestAPrivateVisitIsForThoseInvited(t *testing.T) {
	o := newOffice(t)
	visit, _ := o.books(true)
	o.sees(visit, "p-priya", "p-sam", "p-jo", "p-lee")
	o.wait(30 * time.Minute)
	o.says("p-priya", "Going in")
	o.wait(75 * time.Minute)
	o.sees(visit, "p-priya", "p-sam", "p-jo", "p-lee") // the alarm has opened; the manager was not told yet
	o.wait(30 * time.Minute)
	o.sees(visit, "p-priya", "p-sam", "p-jo", "p-lee", "p-mo")
}

func TestAnOpenVisitIsForTheTeam(t *testing.T) {
	o := newOffice(t)
	visit, _ := o.books(false)
	o.sees(visit, "p-priya", "p-ann", "p-sam", "p-jo", "p-lee", "p-mo")
}

// A joint partner has a visit of their own: what is known of the other's is the other's.
func TestAPartnerSeesTheirOwnVisit(t *testing.T) {
	o := newOffice(t)
	visit, joint := o.books(true, "p-ann")
	o.sees(visit, "p-priya", "p-sam", "p-jo", "p-lee")
	o.sees(joint[0], "p-ann", "p-sam", "p-jo", "p-lee")
}

func TestAProgramSeesWhatItsScopesGrant(t *testing.T) {
	for scope, want := range map[string]view.Reader{
		access.Admin: {Aware: true, Details: true}, access.AlarmsAct: {Aware: true}, access.VisitsRead: {}, access.VisitsWrite + "," + access.AlarmsAct: {Aware: true}, "": {},
	} {
		if got := view.Program(access.Caller{Scope: scope}, ""); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v", scope, got)
		}
	}
	o := newOffice(t)
	visit, _ := o.books(true)
	if got := o.shows(visit, view.Program(access.Caller{Scope: access.VisitsRead}, "p-priya")); got.Open {
		t.Error("a program sees a private visit because it names its worker")
	}
	if got := o.shows(visit, view.Program(access.Caller{Scope: access.Admin}, "")); !got.Open {
		t.Error("an administrator's program does not see it")
	}
}

func TestWhoMayKnowOfDanger(t *testing.T) {
	for role, aware := range map[string]bool{buddy.Worker: false, buddy.Responder: true, buddy.Manager: true, "admin": false, "auditor": false} {
		if got := view.Person(buddy.Person{ID: "p-x", Roles: []string{role}}, time.Time{}); got.Aware != aware {
			t.Errorf("a person who is %s: %v", role, got.Aware)
		}
	}
}

// Whoever is kept from a worker sees none of their visits and alarms, by a program neither, whatever else they are (rule 1.4).
func TestWhoIsKeptFromAWorkerSeesNeitherVisitNorAlarm(t *testing.T) {
	o := newOffice(t)
	visit, _ := o.books(false)
	o.must(o.engine.Block(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, store.Block{Worker: "p-priya", Person: "p-sam"}))
	alarm, err := o.engine.Raise(t.Context(), engine.Actor{By: "p-sam", Via: "page"}, "p-priya", visit, watch.Duress, engine.Words{})
	o.must(err)
	admin := access.Caller{Scope: access.Admin}
	for who, r := range map[string]view.Reader{"Sam": o.person("p-sam").KeptFrom([]string{"p-priya"}), "a program for Sam": view.Program(admin, "p-sam")} {
		if o.shows(visit, r).Open {
			t.Errorf("the visit opens to %s", who)
		}
		if _, err := o.view.Alarm(t.Context(), alarm, r); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the alarm of %s: %v", who, err)
		}
	}
	for who, r := range map[string]view.Reader{"Lee": o.person("p-lee"), "a program for Lee": view.Program(admin, "p-lee")} {
		if _, err := o.view.Alarm(t.Context(), alarm, r); err != nil {
			t.Errorf("the alarm of %s: %v", who, err)
		}
	}
}

// A joint visit does not name its partner to whom they keep away, by a program neither; others read who did what.
func TestAJointVisitIsNamelessForWhomItsPartnerKeepsAway(t *testing.T) {
	o := newOffice(t)
	visit, _ := o.books(false, "p-ann")
	o.must(o.engine.Block(t.Context(), engine.Actor{By: "p-ann", Via: "page"}, store.Block{Worker: "p-ann", Person: "p-sam"}))
	alarm, err := o.engine.Raise(t.Context(), engine.Actor{By: "p-ann", Via: "page"}, "p-priya", visit, watch.Distress, engine.Words{})
	o.must(err)
	admin := access.Caller{Scope: access.Admin}
	for who, c := range map[string]struct {
		r     view.Reader
		names bool
	}{
		"Sam":               {o.person("p-sam").KeptFrom([]string{"p-ann"}), false},
		"a program for Sam": {view.Program(admin, "p-sam"), false},
		"Lee":               {o.person("p-lee"), true},
		"a program for Lee": {view.Program(admin, "p-lee"), true},
	} {
		whole := o.shows(visit, c.r)
		if got := len(whole.Watch.Partners) > 0; got != c.names {
			t.Errorf("%s reads of partners %v", who, whole.Watch.Partners)
		}
		a, err := o.view.Alarm(t.Context(), alarm, c.r)
		o.must(err)
		lines, err := o.view.AlarmTimeline(t.Context(), a, c.r, o.clock.Now())
		o.must(err)
		if program := strings.HasPrefix(who, "a program"); program && (a.RaisedBy == "p-ann") != c.names {
			t.Errorf("%s reads that %s raised the alarm", who, a.RaisedBy)
		}
		named := func(l view.Line) bool { return l.By == "p-ann" || l.Second == "p-ann" }
		someone := func(l view.Line) bool { return l.By == view.Colleague }
		for what, list := range map[string][]view.Line{"visit": whole.Timeline, "alarm": lines} {
			if slices.ContainsFunc(list, named) != c.names || slices.ContainsFunc(list, someone) == c.names {
				t.Errorf("%s reads of the %s %+v", who, what, list)
			}
		}
	}
}
