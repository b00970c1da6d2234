package support_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/allclear-safety/allclear/internal/support"
)

// list draws any list that may be kept.
func list() *rapid.Generator[support.Spheres] {
	return rapid.Custom(func(t *rapid.T) (s support.Spheres) {
		for range rapid.IntRange(0, support.MostEntries).Draw(t, "entries") {
			e := support.Entry{Ring: rapid.SampledFrom(support.Rings()).Draw(t, "ring"), Name: "A" + rapid.StringMatching(`[A-Za-z0-9 Ğ漢@.–]{0,59}`).Draw(t, "name"),
				Phone: rapid.SampledFrom([]string{"", "999", "+44 1632 960 001 12"}).Draw(t, "phone")}
			var err error
			if s, err = s.Put(e); err != nil {
				t.Fatal(err)
			}
		}
		return s
	})
}

func TestTheStandardSpheresCanBeKept(t *testing.T) {
	standard := support.Standard()
	for _, e := range standard {
		if problems := e.Problems(); len(problems) > 0 {
			t.Errorf("%s: %v", e.Name, problems)
		}
	}
	for _, r := range support.Rings() {
		if n := len(standard.In(r)); n == 0 || n > support.MostDrawn {
			t.Errorf("ring %s has %d entries", r, n)
		}
		if r.Title() == "" {
			t.Errorf("ring %s has no title", r)
		}
	}
}

func TestWhatIsWrongWithAnEntryIsSaidByItsField(t *testing.T) {
	long := strings.Repeat("a", 201)
	for field, e := range map[string]support.Entry{
		"":        {Ring: support.Outside, Name: "Samaritans", Phone: "116 123", Email: "jo@samaritans.org", When: "Day and night"},
		"ring":    {Ring: "moon", Name: "A"},
		"name":    {Ring: support.Me},
		"name ":   {Ring: support.Me, Name: long},
		"name  ":  {Ring: support.Me, Name: "A\nB"},
		"name   ": {Ring: support.Me, Name: "A\u202eB"},
		"phone":   {Ring: support.Me, Name: "A", Phone: "ring me"},
		"phone ":  {Ring: support.Me, Name: "A", Phone: "0+44"},
		"phone  ": {Ring: support.Me, Name: "A", Phone: "()"},
		"email":   {Ring: support.Me, Name: "A", Email: "nobody"},
		"email ":  {Ring: support.Me, Name: "A", Email: "a@b?subject=c"},
		"address": {Ring: support.Me, Name: "A", Address: long},
		"when":    {Ring: support.Me, Name: "A", When: long},
		"for":     {Ring: support.Me, Name: "A", For: "\x1b[2J"},
	} {
		problems := e.Problems()
		field = strings.TrimSpace(field)
		if field == "" && len(problems) > 0 || field != "" && (len(problems) != 1 || problems[0].Field != field) {
			t.Errorf("of %s: %v", field, problems)
		}
	}
}

func TestAListIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := list().Draw(t, "list")
		back, err := support.Parse(s.String())
		if err != nil || !slices.Equal(back, s) {
			t.Fatalf("%v became %v (%v)", s, back, err)
		}
	})
	if _, err := support.Parse("hippocampus"); err == nil || strings.Contains(err.Error(), "hippo") {
		t.Errorf("what is no list: %v", err)
	}
}

// names are the names in a ring, in their order.
func names(s support.Spheres, r support.Ring) string {
	var list []string
	for _, e := range s.In(r) {
		list = append(list, e.Name)
	}
	return strings.Join(list, " ")
}

func TestEntriesAreAddedChangedMovedAndRemoved(t *testing.T) {
	var s support.Spheres
	for _, e := range []support.Entry{{Ring: support.Team, Name: "a"}, {Ring: support.Me, Name: "b"}, {Ring: support.Team, Name: "c"}, {Ring: support.Team, Name: "d"}} {
		var err error
		if s, err = s.Put(e); err != nil {
			t.Fatal(err)
		}
	}
	renamed, err := s.Put(support.Entry{ID: 3, Ring: support.Team, Name: "e"})
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := s.Put(support.Entry{ID: 1, Ring: support.Me, Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what     string
		s        support.Spheres
		team, me string
	}{
		{"added", s, "a c d", "b"},
		{"renamed", renamed, "a e d", "b"},
		{"put into another ring", elsewhere, "c d", "b a"},
		{"up", s.Move(4, -1), "a d c", "b"},
		{"up over another ring's", s.Move(3, -1), "c a d", "b"},
		{"up from the top", s.Move(1, -1), "a c d", "b"},
		{"down", s.Move(1, 1), "c a d", "b"},
		{"down from the end", s.Move(4, 1), "a c d", "b"},
		{"nearer", s.Shift(3, -1), "a d", "b c"},
		{"nearer than near", s.Shift(2, -1), "a c d", "b"},
		{"farther", s.Shift(2, 1), "a c d b", ""},
		{"removed", s.Without(3), "a d", "b"},
		{"one that is not there", s.Move(9, 1).Shift(9, 1).Without(9), "a c d", "b"},
	} {
		if team, me := names(c.s, support.Team), names(c.s, support.Me); team != c.team || me != c.me {
			t.Errorf("%s: %q and %q, not %q and %q", c.what, team, me, c.team, c.me)
		}
	}
	if names(s, support.Team) != "a c d" {
		t.Error("a move changed the list that it was given")
	}
}

func TestAListThatIsFullTakesNoMore(t *testing.T) {
	var s support.Spheres
	for range support.MostEntries {
		var err error
		if s, err = s.Put(support.Entry{Ring: support.Me, Name: "a"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Put(support.Entry{Ring: support.Me, Name: "a"}); !errors.Is(err, support.ErrFull) {
		t.Errorf("one more: %v", err)
	}
	if _, err := s.Put(support.Entry{ID: 7, Ring: support.Me, Name: "b"}); err != nil {
		t.Errorf("one that is there: %v", err)
	}
}

// No move loses an entry or changes what it says.
func TestMovesKeepEveryEntry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := list().Draw(t, "list")
		id, by := rapid.IntRange(0, support.MostEntries).Draw(t, "id"), rapid.SampledFrom([]int{-1, 1}).Draw(t, "by")
		for _, moved := range []support.Spheres{s.Move(id, by), s.Shift(id, by)} {
			if len(moved) != len(s) {
				t.Fatalf("%d entries became %d", len(s), len(moved))
			}
			for _, e := range s {
				if got, there := moved.Find(e.ID); !there || got.Name != e.Name {
					t.Fatalf("%v became %v", e, got)
				}
			}
		}
	})
}
