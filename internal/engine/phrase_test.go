package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// takes has the team take a phrase, and gives why not.
func (w *world) takes(phrase string) string {
	w.t.Helper()
	team, err := w.db.Team(w.t.Context(), "echo")
	w.must(err)
	team.Plan.DuressPhrase = phrase
	_, err = w.engine.PutTeam(w.t.Context(), engine.Actor{}, team)
	invalid, is := errors.AsType[*watch.Invalid](err)
	if !is {
		w.must(err)
		return ""
	}
	if len(invalid.Problems) != 1 || invalid.Problems[0].Field != "plan.duress_phrase" {
		w.t.Fatalf("%s: %v", phrase, err)
	}
	return invalid.Problems[0].Says
}

// Rule 4.6: nobody on the staff, in a worker's family or on the caseload has the phrase's name, nor one like it.
func TestAPhraseThatSomebodyIsCalledIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		w := newWorld(t, open(), nil)
		w.person("p-jo", func(p *buddy.Person) {
			p.Name, p.Contacts = "Jo Featherston", []buddy.Contact{{Name: private.New("Rosalynd Park"), Phone: w.number("07700 900188")}}
		})
		w.book(func(b *engine.Booking) {
			b.Details.ServiceUser, b.Details.WhoElse = private.New("Cordellia Smith"), private.New("her sister Ottoline, 4")
		})
		for _, phrase := range []string{"Featherstone", "Rosalind", "Cordelia", "Otoline"} {
			says := w.takes(phrase)
			if !strings.HasPrefix(says, "is taken: somebody on your team, in a family or on the caseload has a name that sounds like it. These are free: ") {
				t.Errorf("%s: %q", phrase, says)
			}
			_, free, _ := strings.Cut(says, "free: ")
			if names := strings.Split(free, ", "); len(names) != 3 {
				t.Errorf("%s: free are %q", phrase, free)
			}
			for _, private := range []string{"Jo", "Park", "Smith", "Cordel", "Rosal", "Ottol", "Feather"} {
				if strings.Contains(says, private) || strings.Contains(w.log.String(), private) {
					t.Errorf("%s: %s is said", phrase, private)
				}
			}
		}
		if says := w.takes("kitchen"); !strings.HasPrefix(says, "is an everyday word") || !strings.Contains(says, "free: ") {
			t.Errorf("an everyday word %q", says)
		}
		if says := w.takes("Sarah"); !strings.HasPrefix(says, "is a common first name") {
			t.Errorf("a common name %q", says)
		}
		team, err := w.db.Team(t.Context(), "echo")
		w.must(err)
		if team.Plan.DuressPhrase != "Scarlett" {
			t.Errorf("the phrase is %s now", team.Plan.DuressPhrase)
		}
		for range 3 { // the names that are offered are taken
			_, free, _ := strings.Cut(w.takes("Rosalind"), "free: ")
			name, _, _ := strings.Cut(free, ",")
			if says := w.takes(name); name == "" || says != "" {
				t.Fatalf("%s, which was offered, %s", name, says)
			}
		}
		if says := w.takes("Red Folder"); says != "" {
			t.Errorf("a thing %s", says)
		}
	})
}

// One who comes later is taken on, and the plan can still be mended; who keeps it is told.
func TestANameThatComesLaterTakesThePhrase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		w := newWorld(t, open(), nil)
		team, err := w.db.Team(t.Context(), "echo")
		w.must(err)
		is := func(want bool, when string) {
			t.Helper()
			taken, free, err := w.engine.TakenPhrase(t.Context(), team)
			w.must(err)
			if taken != want || taken && (len(free) != 3 || checkin.PhraseTaken(team.Plan.DuressPhrase, free)) {
				t.Errorf("%s: taken %v, free %v", when, taken, free)
			}
		}
		is(false, "at first")
		visit := w.book(func(b *engine.Booking) { b.Details.ServiceUser = private.New("Skarlet Smith") })
		is(true, "with a visit there")
		w.plan(func(s *plan.Settings) { s.Grace = 20 * time.Minute })
		w.must(w.engine.CancelVisit(t.Context(), engine.Actor{By: "p-sam", Via: "page"}, visit, true, private.New("moved")))
		is(false, "once the visit is off")
		w.person("p-ann", func(p *buddy.Person) { p.Name = "Ann Scarlett" })
		is(true, "with a colleague")
		w.person("p-ann", func(p *buddy.Person) { p.Name = "Ann Bell" })
		is(false, "once she is called otherwise")
	})
}

// A team is read by its own phrase, however it is spelt; another's is a name to it.
func TestAnyTeamsPhraseIsHeard(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		w := newWorld(t, open(), nil)
		if says := w.takes("Rosalind"); says != "" {
			t.Fatal(says)
		}
		w.phone(priya).texts("ask Scarlett to ring me")
		w.phone(priya).texts("is rozalind about")
		if a := w.alarm(); a.Kind != watch.Duress {
			t.Errorf("%+v", a)
		}
		w.phone(sam).Expects("asked for Rosalind")
	})
}
