package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/private"
)

const (
	unsaidLength = time.Hour     // how long a visit is taken to be whose end nobody said (rule 2.4)
	askedFrom    = 2 * time.Hour // by how much more an end of a visit that has begun is asked back before it counts (rule 2.3)
)

// slot is when an event says that a visit is.
type slot struct {
	begin, end time.Time
	ask        []calendar.Doubt // what the worker is asked: whether it is right as it was understood
}

// slotOf understands an event's times. ok is false where there is no time of day to be had, so that nothing can be watched.
func slotOf(e calendar.Event) (s slot, ok bool) {
	s.begin, s.end = e.Start.At, e.End.At
	if s.begin.IsZero() || e.Start.Day || wholeDays(e) {
		return slot{}, false
	}
	for _, d := range e.Doubts {
		once := d == calendar.RuleUnknown && e.Instance.At.IsZero() // which is told that its first alone is booked; of one with all after it that one is asked about
		if !once && d != calendar.NoUID && !slices.Contains(s.ask, d) {
			s.ask = append(s.ask, d)
		}
	}
	why := calendar.EndsBefore
	if s.end.IsZero() || e.End.Day {
		why = calendar.NoEnd
	}
	if e.End.Day || !s.end.After(s.begin) {
		s.end = s.begin.Add(unsaidLength)
		if !slices.Contains(s.ask, why) {
			s.ask = append(s.ask, why)
		}
	}
	return s, true
}

// wholeDays says that an event is of whole days though it was written with times, as Outlook may write them: from midnight to midnight nobody would be missed
// for a day.
func wholeDays(e calendar.Event) bool {
	midnight := func(t time.Time) bool { return t.Hour() == 0 && t.Minute() == 0 }
	return slices.Contains(e.Doubts, calendar.AllDay) && midnight(e.Start.At) && (e.End.At.IsZero() || midnight(e.End.At))
}

// kindWords are what people call a kind of visit, in the order in which they count: what speaks of a visit is one, whatever else is said.
var kindWords = []struct {
	kind  string
	words []string
}{
	{"family_time", []string{"family time", "contact session", "supervised contact", "family contact"}},
	{"home_visit", []string{"visit", "home", "address", "doorstep"}},
	{"meeting", []string{"meeting", "supervision", "training", "appointment", "interview", "panel", "conference"}},
}

// kindOf says what kind of visit an invite is for. Who invites Allclear wants to be watched: only what calls itself a meeting, and names nobody to be
// visited, is none.
func kindOf(subject, form string, details buddy.Form) string {
	visited := !details.ServiceUser.IsZero() || !details.Address.IsZero()
	switch {
	case slices.Contains(watchedKinds, form):
		return form
	case slices.Contains(unwatchedKinds, form) && !visited:
		return form
	}
	said := " " + strings.ToLower(strings.Join(strings.Fields(subject), " ")) + " "
	for _, k := range kindWords {
		if slices.ContainsFunc(k.words, func(w string) bool { return strings.Contains(said, w) }) && (k.kind != "meeting" || !visited) {
			return k.kind
		}
	}
	return "home_visit"
}

// usable leaves out of the details what cannot be kept, as a name of ten lines; the fields left out are given.
func usable(f buddy.Form) (buddy.Form, []string) {
	var left []string
	for _, p := range f.Problems() {
		none := buddy.Form{}
		switch p.Field {
		case "service_user":
			f.ServiceUser = none.ServiceUser
		case "address":
			f.Address = none.Address
		case "access":
			f.Access = none.Access
		case "contact":
			f.Contact = none.Contact
		case "who_else":
			f.WhoElse = none.WhoElse
		}
		left = append(left, p.Field)
	}
	return f, left
}

// changedDetails is the edit that brings a visit's details to what an update says anew: what it does not say, and what it said before, stays as it is, as the worker may have
// put it right since.
func changedDetails(said, before buddy.Form) (edit VisitEdit, any bool) {
	set := func(to **private.Text, now, was private.Text) {
		if !now.IsZero() && now != was {
			*to, any = &now, true
		}
	}
	set(&edit.ServiceUser, said.ServiceUser, before.ServiceUser)
	set(&edit.Address, said.Address, before.Address)
	set(&edit.Access, said.Access, before.Access)
	set(&edit.Contact, said.Contact, before.Contact)
	set(&edit.WhoElse, said.WhoElse, before.WhoElse)
	return edit, any
}
