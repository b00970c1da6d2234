package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
)

// staff is everyone who is known, by each of their ids.
type staff struct {
	all    []buddy.Person
	by     map[string]buddy.Person
	unread []string // the ids of those whose details can't be opened
}

func readStaff(ctx context.Context, db *store.DB) (staff, error) {
	people, err := db.People(ctx)
	unread, err := store.UnreadPeople(err)
	if err != nil {
		return staff{}, fmt.Errorf("read people: %w", err)
	}
	s := staff{people, map[string]buddy.Person{}, unread}
	for _, p := range people {
		if p.ExternalID != "" {
			s.by[p.ExternalID] = p
		}
	}
	for _, p := range people {
		s.by[p.ID] = p
	}
	return s, nil
}

// checkUnread names those whose name and numbers are lost: nobody can tell them, or of them.
func (s staff) checkUnread() []Finding {
	var found []Finding
	for _, id := range s.unread {
		found = append(found, Finding{About: "contact", Says: fmt.Sprintf("the details of %s can't be opened: their data key is missing or damaged; see allclear audit verify, and put a backup back", id),
			StopsAlarm: s.by[id].Active})
	}
	return found
}

// left says that someone is known, and no longer active.
func (s staff) left(id string) bool {
	p, found := s.by[id]
	return found && !p.Active
}

// checkPlan says whom a plan counts on who is no longer there, and that its
// duress phrase is somebody's name.
func (s staff) checkPlan(t store.Team) []Finding {
	var found []Finding
	say := func(stops bool, format string, args ...any) {
		found = append(found, Finding{About: "plan", Says: "team " + t.ID + ": " + fmt.Sprintf(format, args...), StopsAlarm: stops})
	}
	if id := t.Plan.Fallback; s.left(id) {
		say(true, "its fallback %s is no longer active; name another", id)
	}
	if id := t.Plan.NamedBuddy; s.left(id) {
		say(false, "its named buddy %s is no longer active; name another", id)
	}
	for _, id := range t.Plan.Colleagues {
		if _, known := s.by[id]; !known {
			say(false, "its colleague %s is not there yet; add them", id)
		} else if s.left(id) {
			say(false, "its colleague %s is no longer active; name another", id)
		}
	}
	for _, whose := range s.named(t.Plan.DuressPhrase) {
		say(false, "its duress phrase is a name of %s, or sounds like it; choose one that nobody has", whose)
	}
	return found
}

// named says who has a name that sounds like the phrase (rule 4.6). Neither the phrase nor the name of a contact is in what it gives.
func (s staff) named(phrase string) []string {
	var whose []string
	for _, p := range s.all {
		if checkin.SoundsLike(p.Name, phrase) {
			whose = append(whose, p.ID)
		}
		if slices.ContainsFunc(p.Contacts, func(c buddy.Contact) bool { return checkin.SoundsLike(c.Name.Reveal(), phrase) }) {
			whose = append(whose, "an emergency contact of "+p.ID)
		}
	}
	return whose
}

// checkRota says whose shifts are those of someone who is no longer active, and
// gives the others.
func (s staff) checkRota(t store.Team, shifts rota.Rota) (rota.Rota, []Finding) {
	var found []Finding
	var said []string
	for _, x := range shifts {
		if s.left(x.Person) && !slices.Contains(said, x.Person) {
			said = append(said, x.Person)
			found = append(found, Finding{About: "rota", Says: fmt.Sprintf("team %s: %s is on call and no longer active; give the shift to another", t.ID, x.Person)})
		}
	}
	return slices.DeleteFunc(shifts, func(x rota.Shift) bool { return s.left(x.Person) }), found
}

// checkProved counts the numbers of workers and of those who are told that nobody has proved. They are tried all the same.
func (s staff) checkProved(ctx context.Context, db *store.DB) ([]Finding, error) {
	told := slices.DeleteFunc(slices.Clone(s.all), func(p buddy.Person) bool {
		return !p.Active || !p.Has(buddy.Worker) && !p.Has(buddy.Responder) && !p.Has(buddy.Manager)
	})
	numbers, whose, err := db.Unproved(ctx, told)
	if err != nil || numbers == 0 {
		return nil, err
	}
	return []Finding{{About: "contact", Says: fmt.Sprintf("not proved: %d numbers of %d people; each proves their own on the page /details", numbers, whose)}}, nil
}
