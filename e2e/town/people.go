package town

import (
	"maps"
	"net/http"
	"strings"
	"time"
)

// Person is somebody in the town. Numbers are in E.164.
type Person struct {
	ID, Name         string
	Roles            []string
	Mobile, Personal string
	Home             string
}

// The town's people. Their numbers are those that Ofcom keeps for invented ones.
var (
	Priya = Person{ID: "p-priya", Name: "Priya Nair", Roles: []string{"worker"}, Mobile: "+447700900101", Home: "+441632960101"}
	Sam   = Person{ID: "p-sam", Name: "Sam Hill", Roles: []string{"responder"}, Mobile: "+447700900201", Personal: "+447700900202"}
	Ann   = Person{ID: "p-ann", Name: "Ann Woods", Roles: []string{"responder"}, Mobile: "+447700900301"}
	Lee   = Person{ID: "p-lee", Name: "Lee Marsh", Roles: []string{"manager"}, Mobile: "+447700900401"}
)

// Ravi is whom Priya's emergency number reaches.
const Ravi = "+447700900102"

// First is the name people call them by.
func (p Person) First() string { first, _, _ := strings.Cut(p.Name, " "); return first }

// Short is how a text may name a worker: first name and initial.
func (p Person) Short() string {
	first, last, _ := strings.Cut(p.Name, " ")
	return first + " " + last[:1]
}

// Form is a JSON object.
type Form map[string]any

// TeamForm is the team ECHo as its plan has it unless changed.
func TeamForm(changes Form) Form {
	plan := Form{
		"grace": "15m", "ring_round": "30m", "acknowledge_within": "5m", "acknowledge_within_danger": "2m", "police_repeat": "5m",
		"start_prompt": "10m", "end_prompts": []string{"0s", "10m"}, "duress_phrase": "Scarlett", "fallback": Lee.ID,
		"named_buddy": nil, "out_word": "off", "out_closes_overdue": false, "prompts": true, "working_hours": "Mon-Fri 08:30-17:00",
	}
	maps.Copy(plan, changes)
	return Form{"name": "ECHo", "zone": "Europe/London", "plan": plan}
}

// PersonForm is what the town tells Allclear about a person.
func PersonForm(p Person) Form {
	form := Form{
		"name": p.Name, "team": "echo", "roles": p.Roles, "mobile": national(p.Mobile),
		"personal_mobile": nil, "home_phone": nil, "email": strings.ToLower(p.First()) + "@example.org",
	}
	if p.Personal != "" {
		form["personal_mobile"] = national(p.Personal)
	}
	if p.ID == Priya.ID {
		form["home_phone"] = national(p.Home)
		form["description"] = "5 ft 4, short black hair, green coat"
		form["vehicle"] = Form{"make": "Ford", "model": "Fiesta", "colour": "blue", "registration": "AB12 CDE"}
		form["emergency_contacts"] = []Form{{"name": "Ravi Nair", "relation": "husband", "phone": national(Ravi)}}
	}
	return form
}

// national writes a British number as people here do.
func national(number string) string {
	digits, _ := strings.CutPrefix(number, "+44")
	return "0" + digits[:4] + " " + digits[4:]
}

// Team makes or changes the team ECHo.
func (w *Town) Team(changes Form) {
	w.t.Helper()
	Ask[Form](w, http.MethodPut, "/teams/echo", TeamForm(changes), http.StatusOK, http.StatusCreated)
	w.note("the office", "sets up the team ECHo")
}

// Person makes or changes a person.
func (w *Town) Person(p Person) {
	w.t.Helper()
	Ask[Form](w, http.MethodPut, "/people/"+p.ID, PersonForm(p), http.StatusOK, http.StatusCreated)
	w.note("the office", "enters %s", p.Name)
}

// Shift puts a person on call, in a place in the order, from an hour ago for a day.
func (w *Town) Shift(p Person, order int) {
	w.t.Helper()
	Ask[Form](w, http.MethodPost, "/shifts", ShiftForm(p, order, w.Now().Add(-time.Hour), 24*time.Hour), http.StatusCreated)
	w.note("the office", "puts %s on call, place %d", p.Name, order)
}

// ShiftForm is a shift of the team's rota.
func ShiftForm(p Person, order int, from time.Time, length time.Duration) Form {
	return Form{"person": p.ID, "starts_at": Instant(from), "ends_at": Instant(from.Add(length)), "order": order, "teams": []string{"echo"}}
}

// Settle makes the team, its people, and a rota of Sam first and Ann second.
func (w *Town) Settle(changes Form) {
	w.t.Helper()
	w.Team(changes)
	for _, p := range []Person{Lee, Sam, Ann, Priya} {
		w.Person(p)
	}
	w.Shift(Sam, 1)
	w.Shift(Ann, 2)
}

// Instant writes an instant as the API does, to the second.
func Instant(at time.Time) string { return at.UTC().Truncate(time.Second).Format(time.RFC3339) }
