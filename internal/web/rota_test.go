package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
)

// day is what the rota says of one day, "Sunday 22 November 2026".
func (p page) day(name string) string {
	p.Helper()
	_, after, found := strings.Cut(p.text(), name)
	if !found {
		p.Fatalf("the rota has no %s", name)
	}
	for _, weekday := range []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Add a shift", "Allclear does not"} {
		after, _, _ = strings.Cut(after, weekday)
	}
	return strings.TrimSpace(after)
}

func (p page) wantDay(name, want string) page {
	p.Helper()
	if got := p.day(name); got != want {
		p.Errorf("on %s the rota says %q, not %q", name, got, want)
	}
	return p
}

func TestTheRotaSaysWhoIsOnCall(t *testing.T) {
	h := openHouse(t)
	h.shift("p-ann", 2, saturday.Add(6*time.Hour), saturday.Add(20*time.Hour), "echo") // Saturday 20:00 to Sunday 10:00
	got := h.as("p-priya").get("/rota").is(http.StatusOK)
	got.wantDay("Saturday 21 November 2026", ", today 00:00 to 20:00 Now Sam Hill 07700 900110 Then the fallback Lee Marsh 07700 900111 "+
		"20:00 to 24:00 Sam Hill 07700 900110 Ann Woods 07700 900121 Then the fallback Lee Marsh 07700 900111")
	got.wantDay("Sunday 22 November 2026", "00:00 to 10:00 Sam Hill 07700 900110 Ann Woods 07700 900121 Then the fallback Lee Marsh 07700 900111 "+
		"10:00 to 24:00 Sam Hill 07700 900110 Then the fallback Lee Marsh 07700 900111")
	got.wantDay("Monday 23 November 2026", "00:00 to 24:00 Nobody is on call. It falls to the fallback Lee Marsh 07700 900111")
	got.says("There is a gap in these two weeks", "allclear-rota__watch--gap", `src="/rota?fragment=weeks&amp;from=2026-11-21&amp;team=echo"`).hides("Add a shift", "Friday 20 November")
	if n := strings.Count(got.Body.String(), "allclear-rota__day "); n+strings.Count(got.Body.String(), `allclear-rota__day"`) != rotaDays {
		t.Errorf("the rota does not have %d days", rotaDays)
	}
	if n := strings.Count(got.text(), " Now "); n != 1 {
		t.Errorf("it is now %d times", n)
	}
}

// The fallback who is on call is one of those on call.
func TestTheFallbackMayBeOnCall(t *testing.T) {
	h := openHouse(t)
	h.shift("p-lee", 2, saturday, saturday.Add(4*time.Hour), "echo")
	h.shift("p-lee", 1, saturday.Add(48*time.Hour), saturday.Add(49*time.Hour), "echo")
	got := h.get("/rota")
	got.wantDay("Saturday 21 November 2026", ", today 00:00 to 14:00 Sam Hill 07700 900110 Then the fallback Lee Marsh 07700 900111 "+
		"14:00 to 18:00 Now Sam Hill 07700 900110 Lee Marsh 07700 900111 18:00 to 24:00 Sam Hill 07700 900110 Then the fallback Lee Marsh 07700 900111")
	got.says("14:00 to 15:00 Lee Marsh 07700 900111 15:00 to 24:00 Nobody is on call.")
}

func TestOtherWeeks(t *testing.T) {
	h := openHouse(t)
	h.get("/rota").says(`href="/rota?from=2026-11-14&amp;team=echo"`, `href="/rota?from=2026-11-28&amp;team=echo"`)
	h.get("/rota?from=2026-11-14").says("Saturday 14 November 2026", "Friday 27 November 2026").hides("Saturday 28 November")
	h.get("/rota?from=abc").is(http.StatusUnprocessableEntity).says("Saturday 21 November 2026", "The day must be a real date", `href="#from"`, `id="from-error"`).holds("from", "abc")
	h.get("/rota?from=2026-11-21&fragment=weeks").is(http.StatusOK).says("Saturday 21 November 2026").hides("<html", "Two weeks from")
}

func TestWhoMaySeeARota(t *testing.T) {
	h := openHouse(t).nextDoor()
	h.get("/rota?team=links").is(http.StatusNotFound)
	h.get("/rota?team=nowhere").is(http.StatusNotFound)
	h.as("p-jo").get("/rota?team=links").is(http.StatusOK).says("Rota: Family Links", "Jo Reed", "Add a shift")
	h.as("p-ada").get("/rota?team=links").is(http.StatusOK).says("Jo Reed", `<option value="echo">`, "On call for")
	for _, reader := range []string{"p-priya", "p-sam", "p-jo"} {
		h.as(reader).post("/rota", "team", "echo", "person", "p-lee", "start-date", "2026-11-23", "start-time", "09:00", "end-time", "17:00").is(http.StatusNotFound)
	}
}

// A named buddy answers in working hours: that is no gap.
func TestWorkingHoursAreCoveredByTheNamedBuddy(t *testing.T) {
	h := openHouse(t)
	team, err := h.db.Team(h.Context(), "echo")
	h.ok(err)
	team.Plan.NamedBuddy = "p-ann"
	_, err = h.engine.PutTeam(h.Context(), engine.Actor{}, team)
	h.ok(err)
	h.get("/rota").wantDay("Monday 23 November 2026", "00:00 to 08:30 Nobody is on call. It falls to the fallback Lee Marsh 07700 900111 "+
		"08:30 to 17:00 Ann Woods 07700 900121 Then the fallback Lee Marsh 07700 900111 17:00 to 24:00 Nobody is on call. It falls to the fallback Lee Marsh 07700 900111").
		says("There are 11 gaps")
}

func TestAShiftIsAdded(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.get("/rota").says("Add a shift", "Choose a person", "Sam Hill").hides("On call for")
	fields := []string{"key", "k1", "team", "echo", "person", "p-ann", "start-date", "2026-11-23", "start-time", "22:00", "end-time", "06:00", "order", "1"}
	for range 2 { // the button is pressed twice
		h.post("/rota", fields...).leadsTo("/rota").is(http.StatusOK).says("The shift was added", "Ann Woods is 1st on call for ECHo from",
			"22:00 on Monday 23 November 2026", "06:00 on Tuesday 24 November 2026").hides("comes twice")
	}
	shifts, err := h.db.Shifts(h.Context(), "echo", saturday.Add(48*time.Hour), time.Time{})
	h.ok(err)
	want := rota.Shift{Person: "p-ann", StartsAt: time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC), EndsAt: time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC), Order: 1}
	if len(shifts) != 1 || shifts[0].Person != want.Person || !shifts[0].StartsAt.Equal(want.StartsAt) || !shifts[0].EndsAt.Equal(want.EndsAt) {
		t.Errorf("the rota has %+v", shifts)
	}
}

func TestAShiftForTwoTeams(t *testing.T) {
	h := openHouse(t).nextDoor().as("p-ada")
	h.post("/rota", "team", "links", "teams", "links", "teams", "echo", "person", "p-jo", "start-date", "2026-11-23", "start-time", "09:00", "end-time", "17:00").is(http.StatusSeeOther)
	for _, team := range []string{"echo", "links"} {
		h.get("/rota?team=" + team).says("09:00 to 17:00 Jo Reed 07700 900132")
	}
	h.post("/rota", "team", "links", "person", "p-jo", "start-date", "2026-11-24", "start-time", "09:00", "end-time", "17:00").
		is(http.StatusUnprocessableEntity).says("Choose the teams that the shift is for.")
}

func TestAShiftThatIsRefusedSaysWhyBesideItsField(t *testing.T) {
	h := openHouse(t).as("p-lee")
	right := map[string]string{"team": "echo", "person": "p-ann", "start-date": "2026-11-22", "start-time": "09:15", "end-date": "2026-11-22", "end-time": "17:45", "order": "2"}
	for _, test := range []struct{ field, typed, says string }{
		{"person", "", "Choose who is on call."},
		{"person", "p-nobody", "Choose who is on call."},
		{"person", "p-priya", "Choose who is on call."},
		{"start-date", "", "Enter the start date."},
		{"start-date", "31/11/2026", "The start date must be a real date, such as 22/11/2026."},
		{"start-time", "9 o'clock", "The start time must be a time on the 24-hour clock, such as 14:30."},
		{"end-time", "", "Enter the end time."},
		{"end-time", "09:15", "The end must be after the start."},
		{"end-date", "2026-11-20", "The end must be after the start."},
		{"end-date", "2027-11-22", "The end must be within 31 days of the start."},
		{"order", "1", "Sam Hill is 1st then, from 00:00 to Mon 23 Nov 00:00. Choose another place or another time."},
		{"order", "0", "Choose the place in the order."},
	} {
		var fields []string
		for field, value := range right {
			if field == test.field {
				value = test.typed
			}
			fields = append(fields, field, value)
		}
		got := h.post("/rota", fields...).is(http.StatusUnprocessableEntity)
		got.says("There is a problem", test.says, `href="#`+test.field+`"`, `id="`+test.field+`-error"`)
		if test.field != "end-time" {
			got.says(`value="17:45"`)
		}
	}
	past := []string{"team", "echo", "person", "p-ann", "start-date", "2026-11-01", "start-time", "09:00", "end-time", "17:00"}
	h.post("/rota", past...).is(http.StatusUnprocessableEntity).says("This shift would be over already. Check the date.")
	if shifts, err := h.db.AllShifts(h.Context(), time.Time{}, time.Time{}); err != nil || len(shifts) != 1 {
		t.Errorf("the rota has %d shifts: %v", len(shifts), err)
	}
}

// On 25 October 2026 the clocks go back at 02:00, on 28 March 2027 they go forward at 01:00.
func TestShiftsWhereTheClocksAreChanged(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.post("/rota", "team", "echo", "person", "p-ann", "start-date", "2027-03-27", "start-time", "22:00", "end-time", "01:30").
		is(http.StatusUnprocessableEntity).says("There is no 01:30 on 28 March: the clocks go forward. Enter 02:00 or later.")
	h.post("/rota", "team", "echo", "person", "p-ann", "start-date", "2027-10-30", "start-time", "22:00", "end-time", "01:30").
		leadsTo("/rota").says("01:30 on Sunday 31 October 2027", "that time comes twice: the first is meant")
}

func TestATeamsOwnZone(t *testing.T) {
	h := openHouse(t)
	settings := plan.Standard()
	settings.Fallback = "p-lee"
	_, err := h.engine.PutTeam(h.Context(), engine.Actor{}, store.Team{ID: "far", Name: "Far", Zone: "Asia/Tokyo", Plan: settings, HasPlan: true})
	h.ok(err)
	h.as("p-ada").post("/rota", "team", "far", "teams", "far", "person", "p-lee", "start-date", "2026-11-23", "start-time", "09:00", "end-time", "17:00").
		leadsTo("/rota").says("09:00 on Monday 23 November 2026")
	shifts, err := h.db.Shifts(h.Context(), "far", time.Time{}, time.Time{})
	h.ok(err)
	if len(shifts) != 1 || !shifts[0].StartsAt.Equal(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the rota has %+v", shifts)
	}
}

func TestAShiftIsRemoved(t *testing.T) {
	h := openHouse(t).nextDoor()
	from := saturday.Add(48 * time.Hour)
	h.shift("p-ann", 1, from, from.Add(8*time.Hour), "echo")
	h.shift("p-jo", 2, from, from.Add(8*time.Hour), "echo", "links")
	got := h.as("p-lee").get("/rota").says("Remove a shift", "Ann Woods, 1st for ECHo: Mon 23 Nov 14:00 to Mon 23 Nov 22:00", "/rota/shifts/s-p-ann-23-1400/remove")
	got.hides("/rota/shifts/s-sam/remove", "/rota/shifts/s-p-jo-23-1400/remove") // one has begun, one is another team's as well
	h.as("p-priya").get("/rota").hides("Remove a shift")
	for _, reader := range []string{"p-priya", "p-sam", "p-jo"} {
		h.as(reader).post("/rota/shifts/s-p-ann-23-1400/remove", "team", "echo").is(http.StatusNotFound)
	}
	h.as("p-lee").post("/rota/shifts/s-p-jo-23-1400/remove", "team", "echo").is(http.StatusNotFound)
	for range 2 { // the button is pressed twice
		h.as("p-lee").post("/rota/shifts/s-p-ann-23-1400/remove", "team", "echo", "from", "2026-11-21").leadsTo("/rota").
			says("The shift was removed").hides("Ann Woods, 1st")
	}
	h.as("p-lee").post("/rota/shifts/s-sam/remove", "team", "echo").is(http.StatusConflict).says("The shift has begun: put someone else on call beside them, in another place in the order.")
	h.as("p-ada").post("/rota/shifts/s-p-jo-23-1400/remove", "team", "echo").leadsTo("/rota")
	if shifts, err := h.db.AllShifts(h.Context(), time.Time{}, time.Time{}); err != nil || len(shifts) != 1 {
		t.Errorf("the rota has %d shifts: %v", len(shifts), err)
	}
}
