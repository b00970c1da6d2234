package rota_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// said writes changes as a reader would put them.
func said(changes []rota.Change) []string {
	var lines []string
	for _, c := range changes {
		line := fmt.Sprintf("%s %s %s", c.Person, c.Kind, c.Shift.StartsAt.Format("Mon 15:04"))
		if c.Before != nil {
			line += " before " + c.Before.StartsAt.Format("Mon 15:04")
		}
		lines = append(lines, line)
	}
	return lines
}

func TestChanges(t *testing.T) {
	for _, test := range []struct {
		name string
		edit func(rota.Rota) rota.Rota
		want []string
	}{
		{"nothing", func(r rota.Rota) rota.Rota { return r }, nil},
		{"another order of the rows", func(r rota.Rota) rota.Rota { slices.Reverse(r); return r }, nil},
		{"rows numbered anew", func(r rota.Rota) rota.Rota {
			for i := range r {
				r[i].ID = fmt.Sprintf("s%d", 5-i)
			}
			return r
		}, nil},
		{"rows not numbered", func(r rota.Rota) rota.Rota {
			for i := range r {
				r[i].ID = ""
			}
			return r
		}, nil},
		{"the same instants in another zone", func(r rota.Rota) rota.Rota {
			for i := range r {
				r[i].StartsAt = r[i].StartsAt.In(time.FixedZone("", 3600))
			}
			return r
		}, nil},
		{"one added", func(r rota.Rota) rota.Rota { return append(r, shift(t, "s9", "p-new", "Tue 17:00", "Wed 08:30", 1)) }, []string{"p-new added Tue 17:00"}},
		{"one removed", func(r rota.Rota) rota.Rota { return r[1:] }, []string{"p-sam removed Wed 17:00"}},
		{"one moved", func(r rota.Rota) rota.Rota { r[0].StartsAt = at(t, "Wed 20:00"); return r }, []string{"p-sam moved Wed 20:00 before Wed 17:00"}},
		{"a place in the order", func(r rota.Rota) rota.Rota { r[2].Order = 4; return r }, []string{"p-deb moved Mon 17:00 before Mon 17:00"}},
		{"another team too", func(r rota.Rota) rota.Rota { r[2].Teams = []string{"links", "echo"}; return r }, []string{"p-deb moved Mon 17:00 before Mon 17:00"}},
		{"given to someone else", func(r rota.Rota) rota.Rota { r[0].Person = "p-new"; return r }, []string{"p-new added Wed 17:00", "p-sam removed Wed 17:00"}},
		{"two people swap", func(r rota.Rota) rota.Rota { r[1].Person, r[3].Person = "p-bo", "p-sam"; return r },
			[]string{"p-bo added Mon 17:00", "p-sam removed Mon 17:00", "p-bo removed Mon 17:00", "p-sam added Mon 17:00"}},
	} {
		got := said(rota.Changes(evenings(t), test.edit(evenings(t))))
		if !slices.Equal(got, test.want) {
			t.Errorf("%s:\n got %q\nwant %q", test.name, got, test.want)
		}
	}
}

func TestAShiftDoubledByAnImportIsAdded(t *testing.T) {
	before := evenings(t)
	got := said(rota.Changes(before, append(evenings(t), before[0])))
	if want := []string{"p-sam added Wed 17:00"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	got = said(rota.Changes(append(evenings(t), before[0]), before))
	if want := []string{"p-sam removed Wed 17:00"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestChangesLeadFromBeforeToAfter(t *testing.T) {
	around := at(t, "Wed 00:00")
	rapid.Check(t, func(t *rapid.T) {
		before, after := someRota(around).Draw(t, "before"), someRota(around).Draw(t, "after")
		held := func(r rota.Rota) map[string]int {
			count := make(map[string]int)
			for _, s := range r {
				teams := slices.Sorted(slices.Values(s.Teams))
				count[fmt.Sprint(s.Person, s.StartsAt, s.EndsAt, s.Order, teams)]++
			}
			return count
		}
		var gone, come rota.Rota
		for _, c := range rota.Changes(before, after) {
			switch c.Kind {
			case rota.Added:
				come = append(come, c.Shift)
			case rota.Removed:
				gone = append(gone, c.Shift)
			case rota.Moved:
				gone, come = append(gone, *c.Before), append(come, c.Shift)
				if c.Before.Person != c.Shift.Person {
					t.Fatalf("%s's shift was moved to %s", c.Before.Person, c.Shift.Person)
				}
			}
			if c.Person != c.Shift.Person {
				t.Fatalf("%s's change is of %s's shift", c.Person, c.Shift.Person)
			}
		}
		// before and what came is after and what went
		if diff := cmp.Diff(held(slices.Concat(before, come)), held(slices.Concat(after, gone))); diff != "" {
			t.Fatal(diff)
		}
		if none := rota.Changes(after, after); none != nil {
			t.Fatalf("from a rota to itself: %v", none)
		}
	})
}
