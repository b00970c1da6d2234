package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func priya(t testing.TB) buddy.Person {
	return buddy.Person{
		ID: "p-priya", ExternalID: "sap-17", Name: "Priya Nair", Team: "echo", Roles: []string{buddy.Worker, buddy.Responder},
		Mobile: number(t, mobile), PersonalMobile: number(t, "07700 900150"), HomePhone: number(t, "01632 960101"),
		Email: private.New("priya@example.org"), Description: private.New("5 ft 4, short black hair"),
		Vehicle:  buddy.Vehicle{Make: private.New("Ford"), Model: private.New("Fiesta"), Colour: private.New("blue"), Registration: private.New("AB12 CDE")},
		Contacts: []buddy.Contact{{Name: private.New(contactName), Relation: private.New("husband"), Phone: number(t, "07700 900102"), PoliceOnly: true}},
		Active:   true,
	}
}

func TestAPersonIsReadAsTheyWereWritten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		p := priya(t)
		if !ok[bool](t)(db.PutPerson(t.Context(), p, nine)) {
			t.Error("not new")
		}
		same(t, "by id", ok[buddy.Person](t)(db.Person(t.Context(), "p-priya")), p)
		same(t, "by external id", ok[buddy.Person](t)(db.Person(t.Context(), "sap-17")), p)

		p.Team, p.Contacts, p.Active, p.NoVehicle = "locality", nil, false, true
		if ok[bool](t)(db.PutPerson(t.Context(), p, nine)) {
			t.Error("new the second time")
		}
		same(t, "changed", ok[[]buddy.Person](t)(db.People(t.Context())), []buddy.Person{p})
		same(t, "of the old team", len(ok[[]buddy.Person](t)(db.PeopleOf(t.Context(), "echo"))), 0)
		same(t, "of the new team", len(ok[[]buddy.Person](t)(db.PeopleOf(t.Context(), "locality"))), 1)
		if _, err := db.Person(t.Context(), "p-none"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("unknown person: %v", err)
		}
		bare := buddy.Person{ID: "p-bare", Name: "B"}
		ok[bool](t)(db.PutPerson(t.Context(), bare, nine))
		same(t, "with nothing but a name", ok[buddy.Person](t)(db.Person(t.Context(), "p-bare")), bare)
	})
}

func TestATeamsManagersAreThoseWhoAreThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for _, p := range []buddy.Person{
			{ID: "p-zoe", Name: "Zoe", Team: "echo", Roles: []string{buddy.Responder, buddy.Manager}, Active: true},
			{ID: "p-amy", Name: "Amy", Team: "echo", Roles: []string{buddy.Manager}, Active: true},
			{ID: "p-left", Name: "Lou", Team: "echo", Roles: []string{buddy.Manager}},
			{ID: "p-manager", Name: "Max", Team: "echo", Roles: []string{buddy.Worker}, Active: true},
			{ID: "p-other", Name: "Ola", Team: "locality", Roles: []string{buddy.Manager}, Active: true},
		} {
			ok[bool](t)(db.PutPerson(t.Context(), p, nine))
		}
		same(t, "managers", ok[[]string](t)(db.Managers(t.Context(), "echo")), []string{"p-amy", "p-zoe"})
	})
}

func TestWhoHoldsANumber(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		p := priya(t)
		shared := buddy.Person{ID: "p-ann", Name: "Ann", PersonalMobile: p.Mobile, HomePhone: p.PersonalMobile}
		ok[bool](t)(db.PutPerson(t.Context(), p, nine))
		ok[bool](t)(db.PutPerson(t.Context(), shared, nine))
		holders := func(n phone.Number) []string { return ok[[]string](t)(db.Holders(t.Context(), n)) }
		same(t, "a shared phone", holders(p.Mobile), []string{"p-ann", "p-priya"})
		same(t, "a personal mobile", holders(p.PersonalMobile), []string{"p-priya"})
		same(t, "a home phone is nobody's to text from", len(holders(p.HomePhone)), 0)
		same(t, "no number", len(holders(phone.Number{})), 0)
		p.Mobile = number(t, "07700 900199")
		ok[bool](t)(db.PutPerson(t.Context(), p, nine))
		same(t, "after a change", holders(shared.PersonalMobile), []string{"p-ann"})
	})
}

func TestATeamAndItsPlan(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		team := store.Team{ID: "echo", ExternalID: "t-9", Name: "ECHo", Zone: "Europe/London"}
		if !ok[bool](t)(db.PutTeam(t.Context(), team, nine)) {
			t.Error("not new")
		}
		team.Plan = plan.Standard()
		same(t, "without a plan", ok[store.Team](t)(db.Team(t.Context(), "t-9")), team)
		team.HasPlan = true
		team.Plan.Grace, team.Plan.DuressPhrase, team.Plan.Fallback = 20*time.Minute, phrase, "p-lee"
		if ok[bool](t)(db.PutTeam(t.Context(), team, nine)) {
			t.Error("new the second time")
		}
		got := ok[store.Team](t)(db.Team(t.Context(), "echo"))
		if !got.Plan.Equal(team.Plan) || !got.HasPlan {
			t.Errorf("plan %+v", got.Plan)
		}
		renamed := store.Team{ID: "echo", Name: "ECHo north", Zone: "Europe/London"}
		ok[bool](t)(db.PutTeam(t.Context(), renamed, nine))
		teams := ok[[]store.Team](t)(db.Teams(t.Context()))
		if len(teams) != 1 || teams[0].Name != "ECHo north" || teams[0].Plan.DuressPhrase != phrase || teams[0].ExternalID != "t-9" {
			t.Errorf("a change of name lost the plan or the id: %+v", teams)
		}
	})
}

func shift(id, person string, from, hours, order int, teams ...string) rota.Shift {
	start := nine.Truncate(time.Hour).Add(time.Duration(from) * time.Hour)
	return rota.Shift{ID: id, Person: person, StartsAt: start, EndsAt: start.Add(time.Duration(hours) * time.Hour), Order: order, Teams: teams}
}

func TestAShiftHasItsPlaceAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		s1 := shift("s1", "p-sam", 0, 8, 1, "echo", "locality")
		add := func(s rota.Shift) (bool, error) { return db.AddShift(t.Context(), s, nine) }
		if !ok[bool](t)(add(s1)) || ok[bool](t)(add(s1)) {
			t.Error("the same shift is new twice, or never")
		}
		for name, c := range map[string]struct {
			shift rota.Shift
			clash bool
		}{
			"another team":      {shift("n1", "p-lee", 0, 8, 1, "north"), false},
			"another place":     {shift("n2", "p-lee", 0, 8, 2, "echo"), false},
			"right after it":    {shift("n3", "p-lee", 8, 8, 1, "echo"), false},
			"over its end":      {shift("n4", "p-lee", 7, 3, 1, "south", "echo"), true},
			"the same, new id":  {shift("n5", "p-sam", 0, 8, 1, "echo"), true},
			"right before it":   {shift("n6", "p-lee", -8, 8, 1, "locality"), false},
			"all around its id": {shift("n7", "p-lee", -10, 30, 1, "locality"), true},
		} {
			created, err := add(c.shift)
			clash, _ := errors.AsType[*store.ClashError](err)
			switch {
			case c.clash && (!errors.Is(err, store.ErrClash) || clash == nil || clash.With.ID == ""):
				t.Errorf("%s: %v", name, err)
			case !c.clash && (err != nil || !created):
				t.Errorf("%s: %v, %v", name, created, err)
			}
		}
		other := s1
		other.Person = "p-lee"
		if _, err := add(other); !errors.Is(err, store.ErrConflict) {
			t.Errorf("another shift with its id: %v", err)
		}
		same(t, "shift", ok[rota.Shift](t)(db.Shift(t.Context(), "s1")), s1)
		at := s1.StartsAt.Add(time.Hour)
		same(t, "the team's now", len(ok[rota.Rota](t)(db.Shifts(t.Context(), "echo", at, at.Add(time.Minute)))), 2)
		same(t, "everyone's now", len(ok[rota.Rota](t)(db.AllShifts(t.Context(), at, at.Add(time.Minute)))), 3)
		same(t, "everyone's ever", len(ok[rota.Rota](t)(db.AllShifts(t.Context(), time.Time{}, time.Time{}))), 5)
	})
}

func TestOfManyWhoWantOnePlaceOneGetsIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		errs := make([]error, 8)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = db.AddShift(t.Context(), shift(string(rune('a'+i)), "p-sam", 0, 8, 1, "echo"), nine)
			})
		}
		wg.Wait()
		kept := 0
		for _, err := range errs {
			if err == nil {
				kept++
			} else if !errors.Is(err, store.ErrClash) {
				t.Error(err)
			}
		}
		same(t, "kept", kept, 1)
	})
}

func TestTheEpochMovesWithEveryChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		epoch := func() int64 { return ok[int64](t)(db.Epoch(t.Context())) }
		last := epoch()
		moved := func(what string) {
			t.Helper()
			if now := epoch(); now <= last {
				t.Errorf("%s: the epoch stays at %d", what, now)
			} else {
				last = now
			}
		}
		ok[bool](t)(db.PutPerson(t.Context(), priya(t), nine))
		moved("person")
		ok[bool](t)(db.PutTeam(t.Context(), store.Team{ID: "echo", Zone: "UTC"}, nine))
		moved("team")
		ok[bool](t)(db.AddShift(t.Context(), shift("s1", "p-sam", 0, 8, 1, "echo"), nine))
		moved("shift")
		must(t, db.Commit(t.Context(), booked("p-priya", "v1")))
		same(t, "a visit is no such change", epoch(), last)
	})
}

func TestOnePersonWhoCannotBeReadHidesNoOther(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db := p.Open(t)
		for _, who := range []string{"p-amy", "p-bea", "p-zoe"} {
			ok[bool](t)(db.PutPerson(t.Context(), buddy.Person{ID: who, Name: who, Team: "echo", Active: true}, nine))
		}
		if _, err := p.Raw(t).Exec(`UPDATE people SET details = $1 WHERE id = 'p-bea'`, []byte("spoilt")); err != nil {
			t.Fatal(err)
		}
		people, err := db.PeopleOf(t.Context(), "echo")
		if err == nil {
			t.Error("nothing is said of who could not be read")
		}
		same(t, "people", people, []buddy.Person{
			{ID: "p-amy", Name: "p-amy", Team: "echo", Active: true}, {ID: "p-bea", Team: "echo", Active: true}, {ID: "p-zoe", Name: "p-zoe", Team: "echo", Active: true},
		})
		who, err := db.Person(t.Context(), "p-bea")
		if err == nil {
			t.Error("nothing is said of who could not be read")
		}
		same(t, "person", who, buddy.Person{ID: "p-bea", Team: "echo", Active: true})
	})
}

func TestAShiftIsRemovedBeforeItBegins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		ok[bool](t)(db.AddShift(t.Context(), shift("s1", "p-sam", 1, 8, 1, "echo", "links"), nine))
		put := ok[time.Time](t)(db.ShiftPut(t.Context(), "s1"))
		same(t, "put", put, nine)
		begins := ok[rota.Shift](t)(db.Shift(t.Context(), "s1")).StartsAt
		if _, err := db.RemoveShift(t.Context(), "s1", begins); !errors.Is(err, store.ErrConflict) {
			t.Errorf("one that begins is removed: %v", err)
		}
		before := ok[int64](t)(db.Epoch(t.Context()))
		removed := ok[rota.Shift](t)(db.RemoveShift(t.Context(), "s1", begins.Add(-time.Microsecond)))
		same(t, "teams", removed.Teams, []string{"echo", "links"})
		if now := ok[int64](t)(db.Epoch(t.Context())); now <= before {
			t.Error("the epoch stays")
		}
		for _, err := range []error{
			func() error { _, err := db.RemoveShift(t.Context(), "s1", nine); return err }(),
			func() error { _, err := db.Shift(t.Context(), "s1"); return err }(),
			func() error { _, err := db.ShiftPut(t.Context(), "s1"); return err }(),
		} {
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("it is still there: %v", err)
			}
		}
		// its place is free
		ok[bool](t)(db.AddShift(t.Context(), shift("s2", "p-lee", 1, 8, 1, "links"), nine))
	})
}
