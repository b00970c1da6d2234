package rota_test

import (
	"slices"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func london(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// question is Priya's, on a visit that names nobody, in a team whose plan names nobody but its fallback.
func question(t testing.TB) rota.Question {
	q := rota.Question{Team: "echo", Zone: london(t), Skip: []string{"p-priya"}, Plan: plan.Standard(), Managers: []string{"p-lee", "p-mo"}, Emergency: "p-duty"}
	q.Plan.Fallback = "p-lee"
	return q
}

func TestChain(t *testing.T) {
	const (
		office = "Mon 12:00"
		night  = "Mon 18:00" // p-sam, p-bo and p-deb are on call
		gap    = "Tue 20:00"
	)
	for _, test := range []struct {
		name, when string
		ask        func(*rota.Question)
		want       []string
		gap        bool
	}{
		{"out of hours the rota in its order, then the fallback", night, func(*rota.Question) {}, []string{"p-sam", "p-bo", "p-deb", "p-lee"}, false},
		{"out of hours the visit's named buddy comes after the rota", night, func(q *rota.Question) { q.Named = []string{"p-ann"} }, []string{"p-sam", "p-bo", "p-deb", "p-ann", "p-lee"}, false},
		{"out of hours the plan's named buddy is left alone", night, func(q *rota.Question) { q.Plan.NamedBuddy = "p-nia" }, []string{"p-sam", "p-bo", "p-deb", "p-lee"}, false},
		{"in working hours the visit's named buddy comes first", office, func(q *rota.Question) { q.Named, q.Plan.NamedBuddy = []string{"p-ann", "p-art"}, "p-nia" }, []string{"p-ann", "p-art", "p-nia", "p-lee"}, false},
		{"in working hours the plan's named buddy, where the visit names nobody", office, func(q *rota.Question) { q.Plan.NamedBuddy = "p-nia" }, []string{"p-nia", "p-lee"}, false},
		{"in working hours whoever the rota has, where nobody is named", night, func(q *rota.Question) { q.Plan.WorkingHours = always(t) }, []string{"p-sam", "p-bo", "p-deb", "p-lee"}, false},
		{"in working hours the rota comes after the named", night, func(q *rota.Question) { q.Plan.WorkingHours, q.Named = always(t), []string{"p-bo"} }, []string{"p-bo", "p-sam", "p-deb", "p-lee"}, false},
		{"nobody on call: the fallback", gap, func(*rota.Question) {}, []string{"p-lee"}, true},
		{"nobody on call: the fallback, and only then the named buddy, who is at home", gap, func(q *rota.Question) { q.Named = []string{"p-ann"} }, []string{"p-lee", "p-ann"}, true},
		{"nobody in working hours: the fallback", office, func(*rota.Question) {}, []string{"p-lee"}, true},
		{"the fallback on call is told in their place, once", night, func(q *rota.Question) { q.Plan.Fallback = "p-bo" }, []string{"p-sam", "p-bo", "p-deb"}, false},
		{"the worker on call does not answer for themselves", night, func(q *rota.Question) { q.Skip = []string{"p-sam"} }, []string{"p-bo", "p-deb", "p-lee"}, false},
		{"nor does a joint partner", night, func(q *rota.Question) { q.Skip = []string{"p-sam", "p-bo"} }, []string{"p-deb", "p-lee"}, false},
		{"all on call are on the visit: a gap", night, func(q *rota.Question) { q.Skip = []string{"p-sam", "p-bo", "p-deb"} }, []string{"p-lee"}, true},
		{"the worker is the fallback: the emergency contact", night, func(q *rota.Question) { q.Skip = []string{"p-lee"} }, []string{"p-sam", "p-bo", "p-deb", "p-duty"}, false},
		{"no fallback: the emergency contact", gap, func(q *rota.Question) { q.Plan.Fallback = "" }, []string{"p-duty"}, true},
		{"nor an emergency contact: the managers", gap, func(q *rota.Question) { q.Plan.Fallback, q.Emergency = "", "" }, []string{"p-lee", "p-mo"}, true},
		{"the worker is the emergency contact too: the managers", gap, func(q *rota.Question) { q.Plan.Fallback, q.Skip = "", []string{"p-duty", "p-lee"} }, []string{"p-mo"}, true},
		{"nor managers: whoever the plan names", gap, func(q *rota.Question) {
			q.Plan.Fallback, q.Emergency, q.Managers, q.Plan.NamedBuddy, q.Plan.Colleagues = "", "", nil, "p-nia", []string{"p-ann"}
		}, []string{"p-nia", "p-ann"}, true},
		{"nobody is known at all", gap, func(q *rota.Question) { q.Plan.Fallback, q.Emergency, q.Managers = "", "", nil }, nil, true},
		{"another team's rota covers nobody here", night, func(q *rota.Question) { q.Team = "north" }, []string{"p-lee"}, true},
		{"without a zone working hours are in UTC", office, func(q *rota.Question) { q.Zone, q.Named = nil, []string{"p-ann"} }, []string{"p-ann", "p-lee"}, false},
	} {
		q := question(t)
		test.ask(&q)
		got := evenings(t).Cover(at(t, test.when), q)
		if !slices.Equal(got.Chain, test.want) || got.Gap != test.gap {
			t.Errorf("%s: %v, gap %v; want %v, gap %v", test.name, got.Chain, got.Gap, test.want, test.gap)
		}
	}
}

func always(t testing.TB) plan.Hours {
	t.Helper()
	h, err := plan.ParseHours("Mon-Sun 00:00-24:00")
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestManagersAndColleaguesLeaveOutTheSkipped(t *testing.T) {
	q := question(t)
	q.Skip = []string{"p-priya", "p-mo"}
	q.Managers = []string{"p-lee", "p-mo", "", "p-nia", "p-lee"}
	q.Plan.Colleagues = []string{"p-ann", "p-priya", "p-bo", "p-ann"}
	got := evenings(t).Cover(at(t, "Mon 18:00"), q)
	if want := []string{"p-lee", "p-nia"}; !slices.Equal(got.Managers, want) {
		t.Errorf("managers are %v, want %v", got.Managers, want)
	}
	if want := []string{"p-ann", "p-bo"}; !slices.Equal(got.Colleagues, want) {
		t.Errorf("colleagues are %v, want %v", got.Colleagues, want)
	}
}

func TestUntil(t *testing.T) {
	named := func(q *rota.Question) { q.Named = []string{"p-ann"} }
	nothing := func(*rota.Question) {}
	for _, test := range []struct {
		name, when string
		ask        func(*rota.Question)
		want       string
	}{
		{"the next shift", "Mon 08:00", nothing, "Mon 17:00"},
		{"working hours, where they matter", "Mon 08:00", named, "Mon 08:30"},
		{"and where the plan names someone", "Mon 08:00", func(q *rota.Question) { q.Plan.NamedBuddy = "p-nia" }, "Mon 08:30"},
		{"the third one's end", "Mon 17:00", nothing, "Mon 22:00"},
		{"the end of all", "Mon 22:00", nothing, "Tue 08:30"},
		{"across a gap", "Tue 08:30", nothing, "Wed 17:00"},
	} {
		q := question(t)
		test.ask(&q)
		if got := evenings(t).Cover(at(t, test.when), q).Until; !got.Equal(at(t, test.want)) || got.Location() != time.UTC {
			t.Errorf("%s: at %s cover holds until %s, want %s", test.name, test.when, got, test.want)
		}
	}
	if got := evenings(t).Cover(at(t, "Fri 12:00"), question(t)).Until; !got.IsZero() {
		t.Errorf("after the last shift cover holds until %s, want never known to change", got)
	}
}

func TestWorkingHoursFollowTheWallOnBothClockChanges(t *testing.T) {
	zone := london(t)
	for _, test := range []struct {
		name, at, until string
		chain           []string
	}{
		{"the Monday of summer time, 08:29 on the wall", "2026-03-30T07:29:00Z", "2026-03-30T07:30:00Z", []string{"p-lee", "p-ann"}},
		{"08:30 on the wall", "2026-03-30T07:30:00Z", "2026-03-30T16:00:00Z", []string{"p-ann", "p-lee"}},
		{"the Friday before winter time, 17:00 on the wall", "2026-10-23T16:00:00Z", "2026-10-26T08:30:00Z", []string{"p-lee", "p-ann"}},
		{"the Monday after, 08:30 on the wall", "2026-10-26T08:30:00Z", "2026-10-26T17:00:00Z", []string{"p-ann", "p-lee"}},
	} {
		when, _ := time.Parse(time.RFC3339, test.at)
		q := question(t)
		q.Zone, q.Named = zone, []string{"p-ann"}
		got := rota.Rota(nil).Cover(when, q)
		if !slices.Equal(got.Chain, test.chain) || got.Until.Format(time.RFC3339) != test.until {
			t.Errorf("%s: %v until %s, want %v until %s", test.name, got.Chain, got.Until, test.chain, test.until)
		}
	}
}

func TestAShiftInTheHourThatComesTwiceIsByInstants(t *testing.T) {
	first, _ := time.Parse(time.RFC3339, "2026-10-25T01:30:00+01:00")
	second, _ := time.Parse(time.RFC3339, "2026-10-25T01:30:00Z")
	r := rota.Rota{{ID: "s1", Person: "p-sam", StartsAt: first, EndsAt: second, Order: 1, Teams: []string{"echo"}}}
	for when, want := range map[time.Time][]string{
		first.Add(-time.Second): {"p-lee"}, first: {"p-sam", "p-lee"}, second.Add(-time.Second): {"p-sam", "p-lee"}, second: {"p-lee"},
	} {
		if got := r.Cover(when.In(london(t)), question(t)); !slices.Equal(got.Chain, want) {
			t.Errorf("at %s the chain is %v, want %v", when, got.Chain, want)
		}
	}
}

// someQuestion draws one of team echo's.
func someQuestion(zone *time.Location) *rapid.Generator[rota.Question] {
	some := rapid.SliceOfN(rapid.SampledFrom(people), 0, 3)
	one := rapid.SampledFrom(append([]string{""}, people...))
	return rapid.Custom(func(t *rapid.T) rota.Question {
		hours, err := plan.ParseHours(rapid.SampledFrom([]string{"none", "Mon-Fri 08:30-17:00", "Sat-Sun 00:30-01:30", "Sat-Mon 22:00-01:15"}).Draw(t, "hours"))
		if err != nil {
			t.Fatal(err)
		}
		return rota.Question{
			Team: "echo", Zone: zone, Skip: some.Draw(t, "skip"), Named: some.Draw(t, "named"), Managers: some.Draw(t, "managers"),
			Emergency: one.Draw(t, "emergency"),
			Plan:      plan.Settings{Fallback: one.Draw(t, "fallback"), NamedBuddy: one.Draw(t, "buddy"), Colleagues: some.Draw(t, "colleagues"), WorkingHours: hours},
		}
	})
}

// clockChanges are the nights of 2026 on which London's clocks change.
var clockChanges = []string{"2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"}

func TestCoverHoldsUntilItSays(t *testing.T) {
	zone := london(t)
	rapid.Check(t, func(t *rapid.T) {
		night, _ := time.Parse(time.RFC3339, rapid.SampledFrom(clockChanges).Draw(t, "night"))
		r, q := someRota(night).Draw(t, "rota"), someQuestion(zone).Draw(t, "question")
		from := night.Add(time.Duration(rapid.IntRange(-24*60, 24*60).Draw(t, "minutes")) * time.Minute)
		cover := r.Cover(from, q)
		until := cover.Until
		if until.IsZero() {
			until = from.AddDate(0, 0, 8)
		}
		if !until.After(from) {
			t.Fatalf("cover at %s holds until %s", from, until)
		}
		for u := from; u.Before(until); u = u.Add(5 * time.Minute) {
			later := r.Cover(u, q)
			if cover.Until.IsZero() != later.Until.IsZero() || !cover.Until.IsZero() && !later.Until.Equal(cover.Until) {
				t.Fatalf("at %s cover holds until %s, at %s until %s", from, cover.Until, u, later.Until)
			}
			if diff := cmp.Diff(cover, later); diff != "" {
				t.Fatalf("at %s, before %s, cover is other than at %s:\n%s", u, until, from, diff)
			}
		}
	})
}

func TestWhatHoldsOfEveryCover(t *testing.T) {
	zone := london(t)
	rapid.Check(t, func(t *rapid.T) {
		night, _ := time.Parse(time.RFC3339, rapid.SampledFrom(clockChanges).Draw(t, "night"))
		r, q := someRota(night).Draw(t, "rota"), someQuestion(zone).Draw(t, "question")
		cover := r.Cover(night, q)
		for _, list := range [][]string{cover.Chain, cover.Managers, cover.Colleagues} {
			for i, id := range list {
				if id == "" || slices.Contains(q.Skip, id) || slices.Contains(list[:i], id) {
					t.Fatalf("%v names nobody, the skipped or someone twice", list)
				}
			}
		}
		known := slices.Concat(r.On("echo", night), q.Named, q.Managers, q.Plan.Colleagues, []string{q.Plan.Fallback, q.Plan.NamedBuddy, q.Emergency})
		someone := slices.ContainsFunc(known, func(id string) bool { return id != "" && !slices.Contains(q.Skip, id) })
		if someone != (len(cover.Chain) > 0) {
			t.Fatalf("of %v, the chain is %v", known, cover.Chain)
		}
		for _, id := range r.On("echo", night) {
			if !slices.Contains(q.Skip, id) && (cover.Gap || !slices.Contains(cover.Chain, id)) {
				t.Fatalf("%s is on call and the chain is %v, gap %v", id, cover.Chain, cover.Gap)
			}
		}
		shuffled := rapid.Permutation(r).Draw(t, "shuffled")
		if diff := cmp.Diff(cover, rota.Rota(shuffled).Cover(night, q)); diff != "" {
			t.Fatalf("the order of the shifts made a difference:\n%s", diff)
		}
	})
}
