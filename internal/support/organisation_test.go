package support_test

import (
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/support"
)

func TestHowAnEntryIsReachedIsToldApart(t *testing.T) {
	for how, want := range map[string]support.Entry{
		"01632 960001":        {Phone: "01632 960001"},
		" bwn@example.org ":   {Email: "bwn@example.org"},
		"the intranet, Staff": {Address: "the intranet, Staff"},
		"":                    {},
		"Room 4\nDesk 2":      {}, // no line of a list
	} {
		if got := (support.Entry{}).Reached(how); got != want {
			t.Errorf("%q is %+v", how, got)
		}
	}
}

func TestTheStandardListHasTheOrganisationsOwnNames(t *testing.T) {
	list := support.StandardOf([]support.Entry{{Name: "Staff network", Phone: "01632 960001"}, {Name: ""}, {Name: strings.Repeat("x", 61)}, {Name: "Union"}})
	own := list.In(support.Organisation)
	if len(own) != 2 || own[0].Name != "Staff network" || own[1].Name != "Union" {
		t.Errorf("in the organisation are %+v", own)
	}
	if len(list.In(support.Outside)) != len(support.Standard().In(support.Outside)) || list[len(list)-1].Ring != support.Outside {
		t.Error("the other rings are not as they were")
	}
	for i, e := range list {
		if e.ID != i+1 {
			t.Errorf("entry %d has the id %d", i, e.ID)
		}
	}
	if many := support.StandardOf(make60()); len(many) != support.MostEntries {
		t.Errorf("%d entries", len(many))
	}
}

func make60() (all []support.Entry) {
	for range support.MostEntries {
		all = append(all, support.Entry{Name: "Network"})
	}
	return all
}

// What a worker reads is no note to whoever keeps the list.
func TestTheStandardListAsksNothingOfAWorker(t *testing.T) {
	for _, e := range support.Standard() {
		if strings.Contains(e.For, "Add ") {
			t.Errorf("%s says %q", e.Name, e.For)
		}
	}
}
