package view_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
)

// planned is the calendar of the team as someone has it elsewhere.
func (o *office) planned(id string) string {
	o.Helper()
	now := o.clock.Now()
	list, err := o.view.Planned(o.Context(), store.VisitFilter{Team: "echo", From: now.Add(-28 * 24 * time.Hour), To: now.Add(182 * 24 * time.Hour)}, 100, o.person(id))
	o.must(err)
	var lines []string
	for _, p := range list {
		lines = append(lines, fmt.Sprintln(p.Worker, p.Kind, p.Reference != "", p.StartsAt.UTC(), p.EndsAt.UTC(), p.Own, p.Private, p.Busy))
	}
	slices.Sort(lines) // two that begin at once stand in the order of their ids, which are drawn
	return strings.Join(lines, "")
}

// Rule 4.2: a calendar that lies on telephones is the same with Scarlett as with Jane, whosever it is.
func TestACalendarElsewhereShowsNoDanger(t *testing.T) {
	for _, private := range []bool{true, false} {
		var seen []string
		for _, name := range []string{"Jane", "Scarlett"} {
			o := newOffice(t)
			visit, _ := o.books(private, "p-ann")
			o.wait(30 * time.Minute)
			o.says("p-priya", "Going in")
			o.says("p-priya", "Can you ask "+name+" to ring me")
			o.deliver()
			o.says("p-priya", "Running late, out in 90 minutes")
			o.wait(time.Minute)
			if got := o.shows(visit, o.person("p-priya")); got.Hidden != (name == "Scarlett") {
				t.Fatalf("asked for %s, hidden: %v", name, got.Hidden)
			}
			var all strings.Builder
			for _, id := range []string{"p-priya", "p-ann", "p-kim", "p-sam", "p-lee"} {
				all.WriteString(id + "\n" + o.planned(id))
			}
			seen = append(seen, all.String())
		}
		if seen[0] != seen[1] {
			t.Errorf("private %v, with Jane\n%s\nwith Scarlett\n%s", private, seen[0], seen[1])
		}
	}
}

// What is open in a calendar elsewhere is open on its page too, and whoever has no part in a private visit has nothing but that it is.
func TestACalendarElsewhereOpensNoMoreThanThePage(t *testing.T) {
	for _, private := range []bool{true, false} {
		o := newOffice(t)
		visit, _ := o.books(private)
		for _, id := range []string{"p-priya", "p-ann", "p-kim", "p-sam", "p-lee"} {
			got := o.planned(id)
			whole := o.shows(visit, o.person(id))
			busy := strings.HasSuffix(got, " true\n")
			if got != "" && !busy && !whole.Open {
				t.Errorf("private %v: open to %s here alone: %s", private, id, got)
			}
			if busy && !strings.HasPrefix(got, "p-priya  false ") {
				t.Errorf("busy, and says more: %s", got)
			}
			if id == "p-priya" && (got == "" || busy) || private && id == "p-ann" && !busy || !private && id == "p-ann" && busy || id == "p-kim" && got != "" {
				t.Errorf("private %v: %s has %q", private, id, got)
			}
		}
	}
}

func TestACalendarElsewhereLeavesOutWhoIsKeptApart(t *testing.T) {
	o := newOffice(t)
	o.books(false)
	list, err := o.view.Planned(t.Context(), store.VisitFilter{Team: "echo", From: o.clock.Now(), To: o.clock.Now().Add(48 * time.Hour)}, 100, o.person("p-ann").KeptFrom([]string{"p-priya"}))
	o.must(err)
	if len(list) != 0 {
		t.Errorf("shown %+v", list)
	}
}
