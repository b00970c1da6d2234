package view_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// alarmsSeen is all that Priya is shown of alarms: the lists, the one of an id, and its record.
func (o *office) alarmsSeen(id, name string) string {
	o.Helper()
	var out strings.Builder
	r := o.person("p-priya")
	note := func(of string, a store.Alarm) {
		fmt.Fprintln(&out, of, a.ID == id, a.Kind, a.Status, a.OpenedAt, a.HeldBy, a.Told, a.TheyKnow, a.Calls, a.ClosedAt, a.ClosedBy, a.Evidence)
	}
	for _, status := range []string{store.AlarmOpen, store.AlarmClosed, ""} {
		list, err := o.view.Alarms(o.Context(), status, 100, r)
		o.must(err)
		for _, a := range list {
			note("listed as "+status, a)
		}
	}
	now, err := o.view.Open(o.Context())
	o.must(err)
	known, _ := now.For(r)
	for _, a := range known {
		note("open", a)
	}
	a, err := o.view.Alarm(o.Context(), id, r)
	if errors.Is(err, store.ErrNotFound) {
		return out.String() + "not found"
	}
	o.must(err)
	note("asked for", a)
	lines, err := o.view.AlarmTimeline(o.Context(), a, r, o.clock.Now())
	o.must(err)
	for _, l := range lines {
		fmt.Fprintln(&out, l.At, l.What, l.By, l.Via, l.Visit != "", l.Result, strings.ReplaceAll(l.Text.Reveal(), name, "NAME"))
	}
	return out.String()
}

// Law 9: a worker who knows of an overdue alarm goes on seeing it as it stood, on every page, while it is one of danger.
func TestAnOverdueAlarmStaysAsTheWorkerKnewIt(t *testing.T) {
	for what, plays := range map[string]struct {
		held, outCloses bool
	}{"held": {held: true}, "held by nobody, where an OUT closes it": {outCloses: true}} {
		t.Run(what, func(t *testing.T) {
			var alarms []string
			scarlett, jane := paired(t, func(o *office, _, name string) string {
				if plays.outCloses {
					o.outCloses()
				}
				visit := o.earlier()
				id := o.open("p-sam")[0].ID
				sam := engine.Actor{By: "p-sam", Via: "api"}
				if plays.held {
					o.must(o.engine.Act(o.Context(), sam, id, watch.Acknowledge{}, engine.Words{}))
				}
				seen := o.alarmsSeen(id, name)
				o.wait(time.Minute)
				o.says("p-priya", "Can you ask "+name+" to ring me")
				seen += o.alarmsSeen(id, name)
				o.wait(time.Minute)
				if name == "Scarlett" {
					o.must(o.engine.Act(o.Context(), sam, id, watch.Police{}, engine.Words{Reference: "GC-1"}))
					o.must(o.engine.Act(o.Context(), sam, id, watch.Call{Result: watch.NoAnswer}, engine.Words{Note: "no answer"}))
				}
				seen += o.alarmsSeen(id, name)
				_, err := o.engine.Checkin(o.Context(), engine.Actor{Via: "api"}, engine.Checkin{Person: "p-priya", Kind: "out", Visit: visit})
				o.must(err)
				after := o.alarmsSeen(id, name)
				if strings.Contains(after, "overdue closed") != plays.outCloses {
					t.Errorf("after an OUT she is shown\n%s", after)
				}
				alarms = append(alarms, seen+after)
				if !strings.Contains(seen, "overdue open") || strings.Contains(seen, "duress") {
					t.Errorf("asked for %s she is shown\n%s", name, seen)
				}
				return visit
			})
			if scarlett != jane {
				t.Errorf("in duress the worker is shown\n%s\nelse\n%s", scarlett, jane)
			}
			if alarms[0] != alarms[1] {
				t.Errorf("in duress of alarms\n%s\nelse\n%s", alarms[0], alarms[1])
			}
		})
	}
}

// outCloses has the plan let an OUT close an overdue alarm.
func (o *office) outCloses() {
	o.Helper()
	settings := plan.Standard()
	settings.Fallback = "p-lee"
	settings.OutClosesOverdue = true
	_, err := o.engine.PutTeam(o.Context(), engine.Actor{}, store.Team{ID: "echo", Name: "echo", Zone: "Europe/London", Plan: settings, HasPlan: true})
	o.must(err)
}

// earlier has a visit of Priya's, before the others, go overdue.
func (o *office) earlier() string {
	o.Helper()
	b, err := o.engine.Book(o.Context(), engine.Actor{By: "p-priya", Via: "api"}, engine.Booking{Worker: "p-priya", Kind: "home_visit",
		StartsAt: saturday, ExpectedEndAt: saturday.Add(25 * time.Minute)})
	o.must(err)
	o.says("p-priya", "Going in")
	o.wait(25 * time.Minute)
	o.wait(15 * time.Minute)
	if v, err := o.db.Visit(o.Context(), b.Visit); err != nil || v.Status != watch.Overdue {
		o.Fatalf("it is %s, %v", v.Status, err)
	}
	return b.Visit
}

// Who answers the alarm sees what it has become, and a colleague who knew of none sees none.
func TestThoseWhoAnswerSeeTheDanger(t *testing.T) {
	o := newOffice(t)
	visit := o.earlier()
	o.says("p-priya", "Can you ask Scarlett to ring me")
	if got := o.shows(visit, o.person("p-sam")); got.Alarm == nil || got.Alarm.Kind != watch.Duress || !slices.Contains(whats(got.Timeline), watch.AlarmRaised) {
		t.Errorf("the responder is shown %+v", got)
	}
	if list := o.open("p-kim"); len(list) != 0 {
		t.Errorf("a colleague without a part in it is shown %+v", list)
	}
	if list := o.open("p-priya"); len(list) != 1 || list[0].Kind != watch.OverdueAlarm {
		t.Errorf("she is shown %+v", list)
	}
}
