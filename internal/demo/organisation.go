package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
)

// The teams of the sample organisation.
const (
	echo        = "echo"
	familyLinks = "family-links"
)

// zone is where the county lies.
const zone = "Europe/London"

// ourNumber is the one that people text. All numbers here are among those kept free for drama.
const ourNumber = "01632 960000"

// The organisation's own mail domain, and whom our e-mails come from. Neither is anyone's: .example is kept free (RFC 2606).
const (
	ownDomain  = "county.example"
	ourAddress = "allclear@allclear.example"
)

func teamName(id string) string {
	if id == echo {
		return "ECHo"
	}
	return "Family Links"
}

func teams() []store.Team {
	one := func(id, phrase, colleague string) store.Team {
		settings := plan.Standard()
		settings.Fallback, settings.DuressPhrase, settings.Colleagues = "p-lee", phrase, []string{colleague}
		if id == echo {
			settings.Channels = plan.TextsAndMails
		}
		return store.Team{ID: id, Name: teamName(id), Zone: zone, Plan: settings, HasPlan: true}
	}
	return []store.Team{one(echo, "Scarlett", "p-mo"), one(familyLinks, "Rosalind", "p-ann")}
}

// member is a row of the list of people.
type member struct {
	id, name, team         string
	roles                  []string
	mobile, personal, home string
	looks                  string
	car                    [4]string // make, model, colour, registration; none: comes without
	contact                [3]string // name, relation, number
}

func members() []member {
	worker, responder, manager := []string{buddy.Worker}, []string{buddy.Responder}, []string{buddy.Manager, buddy.Responder}
	return []member{
		{"p-priya", "Priya Nair", echo, worker, "07700 900101", "", "01632 960101", "5 ft 4, short black hair, green coat, glasses",
			[4]string{"Ford", "Fiesta", "blue", "AB12 CDE"}, [3]string{"Ravi Nair", "husband", "07700 900102"}},
		{"p-jo", "Jo Park", echo, worker, "07700 900111", "", "01632 960111", "5 ft 7, long red hair, grey wool coat",
			[4]string{"Kia", "Picanto", "white", "AB61 FGH"}, [3]string{"Kim Park", "sister", "07700 900112"}},
		{"p-dan", "Dan Okafor", echo, worker, "07700 900121", "", "01632 960121", "6 ft 1, shaved head, beard, navy jacket",
			[4]string{"Skoda", "Fabia", "grey", "AB14 JKL"}, [3]string{"Ada Okafor", "mother", "01632 960122"}},
		{"p-nia", "Nia Evans", echo, worker, "07700 900131", "07700 900133", "01632 960131", "5 ft 2, brown bob, yellow raincoat",
			[4]string{}, [3]string{"Gwen Evans", "mother", "07700 900132"}},
		{"p-ruth", "Ruth Adeyemi", familyLinks, worker, "07700 900141", "", "01632 960141", "5 ft 6, braids, red scarf, black coat",
			[4]string{"Vauxhall", "Corsa", "silver", "AB18 MNP"}, [3]string{"Samuel Adeyemi", "husband", "07700 900142"}},
		{"p-tom", "Tom Price", familyLinks, worker, "07700 900151", "", "01632 960151", "5 ft 10, fair hair, brown corduroy jacket",
			[4]string{"Nissan", "Leaf", "green", "AB20 RST"}, [3]string{"Ellen Price", "wife", "07700 900152"}},
		{"p-grace", "Grace Lewis", familyLinks, worker, "07700 900161", "", "01632 960161", "5 ft 5, grey hair in a bun, purple coat",
			[4]string{"Toyota", "Yaris", "red", "AB11 UVW"}, [3]string{"Joseph Lewis", "brother", "07700 900162"}},
		{"p-sam", "Sam Hill", echo, responder, "07700 900201", "07700 900202", "01632 960201", "", [4]string{}, [3]string{}},
		{"p-mo", "Mo Reid", echo, manager, "07700 900211", "", "01632 960211", "", [4]string{}, [3]string{}},
		{"p-ann", "Ann Bell", familyLinks, manager, "07700 900221", "07700 900222", "01632 960221", "", [4]string{}, [3]string{}},
		{"p-lee", "Lee Fox", familyLinks, manager, "07700 900231", "", "01632 960231", "", [4]string{}, [3]string{}},
		// Who holds an office alone needs no telephone.
		{"p-kit", "Kit Shaw", echo, []string{buddy.Admin}, "", "", "", "", [4]string{}, [3]string{}},
		{"p-bea", "Bea Holt", echo, []string{buddy.Auditor}, "", "", "", "", [4]string{}, [3]string{}},
	}
}

// number reads a number of the tables here; a test sees to it that each can be read.
func number(s string) phone.Number {
	n, err := phone.Parse(s)
	if err != nil {
		return phone.Number{}
	}
	return n
}

func people() []buddy.Person {
	var all []buddy.Person
	for _, m := range members() {
		p := buddy.Person{ID: m.id, Name: m.name, Team: m.team, Roles: m.roles, Active: true,
			Mobile: number(m.mobile), PersonalMobile: number(m.personal), HomePhone: number(m.home),
			Email: private.New(m.id[2:] + "@" + ownDomain)}
		p.Description = private.New(m.looks)
		if m.car[0] == "" {
			p.NoVehicle = true
		} else {
			p.Vehicle = buddy.Vehicle{Make: private.New(m.car[0]), Model: private.New(m.car[1]), Colour: private.New(m.car[2]), Registration: private.New(m.car[3])}
		}
		if m.contact[0] != "" {
			p.Contacts = []buddy.Contact{{Name: private.New(m.contact[0]), Relation: private.New(m.contact[1]), Phone: number(m.contact[2])}}
		}
		all = append(all, p)
	}
	return all
}

// organise puts the teams and their people into the system.
func (d *Demo) organise(ctx context.Context) error {
	for _, t := range teams() {
		if _, err := d.engine.PutTeam(ctx, engine.Actor{}, t); err != nil {
			return fmt.Errorf("put team %s: %w", t.ID, err)
		}
	}
	for _, p := range people() {
		if _, err := d.engine.PutPerson(ctx, engine.Actor{}, p); err != nil {
			return fmt.Errorf("put person %s: %w", p.ID, err)
		}
	}
	for _, t := range teams() {
		if err := d.agree(ctx, t); err != nil {
			return fmt.Errorf("publish plan of team %s: %w", t.ID, err)
		}
	}
	return nil
}

// duty is a row of the rota: by day each team has its own, at night two senior managers answer for both.
type duty struct {
	person   string
	order    int
	from, to int // hours of the day, over 24 on the next
	teams    []string
}

func duties(odd bool) []duty {
	both := []string{echo, familyLinks}
	first, second := "p-sam", "p-ann"
	if odd {
		first, second = second, first
	}
	return []duty{
		{"p-sam", 1, 8, 20, []string{echo}}, {"p-ann", 1, 8, 20, []string{familyLinks}}, {"p-mo", 2, 8, 20, both},
		{first, 1, 20, 32, both}, {second, 2, 20, 32, both},
	}
}

const (
	// daysAhead is how many days after today the rota knows shift by shift. Each shift is a text to whoever has it: few.
	daysAhead = 1
	// weeksAhead is how many weeks it knows after those, in which two people share each whole week.
	weeksAhead = 2
)

// putRota puts the days from one to another on the rota, whole.
func (d *Demo) putRota(ctx context.Context, from, to time.Time) error {
	london, err := time.LoadLocation(zone)
	if err != nil {
		return fmt.Errorf("find the county's zone: %w", err)
	}
	from, to = from.In(london), to.In(london)
	for day := midnight(from, 0); !day.After(to); day = midnight(day, 1) {
		for _, x := range duties(day.YearDay()%2 == 1) {
			s := rota.Shift{ID: fmt.Sprintf("s-%s-%02d-%d-%s", day.Format("2006-01-02"), x.from, x.order, x.person), Person: x.person, Order: x.order,
				StartsAt: hour(day, x.from).UTC(), EndsAt: hour(day, x.to).UTC(), Teams: x.teams}
			if _, err := d.engine.AddShift(ctx, engine.Actor{}, s); err != nil {
				return fmt.Errorf("put shift %s: %w", s.ID, err)
			}
		}
		d.rotaUntil = hour(day, dayShift+24)
	}
	return nil
}

// dayShift is the hour at which the first shift of a day begins.
const dayShift = 8

func midnight(t time.Time, days int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+days, 0, 0, 0, 0, t.Location())
}

func hour(day time.Time, h int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), h, 0, 0, 0, day.Location())
}

// putWeek puts the week from an instant on the rota: two people share it.
func (d *Demo) putWeek(ctx context.Context, from time.Time) error {
	first, second := "p-sam", "p-ann"
	if _, week := from.ISOWeek(); week%2 == 1 {
		first, second = second, first
	}
	until := hour(midnight(from, 7), from.Hour())
	for place, person := range []string{first, second} {
		s := rota.Shift{ID: fmt.Sprintf("w-%s-%d", from.Format(time.DateOnly), place+1), Person: person, Order: place + 1,
			StartsAt: from.UTC(), EndsAt: until.UTC(), Teams: []string{echo, familyLinks}}
		if _, err := d.engine.AddShift(ctx, engine.Actor{}, s); err != nil {
			return fmt.Errorf("put shift %s: %w", s.ID, err)
		}
	}
	d.rotaUntil = until
	return nil
}

// putWeeks puts the weeks to come on the rota, as far as they are known at an instant.
func (d *Demo) putWeeks(ctx context.Context, at time.Time) error {
	for d.rotaUntil.Before(at.AddDate(0, 0, 7*weeksAhead)) {
		from := d.rotaUntil
		if yesterday := hour(midnight(at.In(from.Location()), -1), dayShift); from.Before(yesterday) {
			from = yesterday // nobody looked for a while
		}
		if err := d.putWeek(ctx, from); err != nil {
			return err
		}
	}
	return nil
}

// continueRota puts further weeks on the rota as time goes on: the clock may run for weeks in an afternoon.
func (d *Demo) continueRota(ctx context.Context) error {
	d.stage.Lock()
	defer d.stage.Unlock()
	at := d.o.Clock.Now()
	if d.rotaUntil.IsZero() { // the rota was put in another run
		if err := d.readRota(ctx, at); err != nil {
			return err
		}
	}
	return d.putWeeks(ctx, at)
}

// readRota finds out how far the rota that is there goes.
func (d *Demo) readRota(ctx context.Context, at time.Time) error {
	london, err := time.LoadLocation(zone)
	if err != nil {
		return fmt.Errorf("find the county's zone: %w", err)
	}
	shifts, err := d.o.Store.AllShifts(ctx, at, at.AddDate(1, 0, 0))
	if err != nil {
		return err
	}
	d.rotaUntil = hour(midnight(at.In(london), -1), dayShift)
	for _, s := range shifts {
		if s.EndsAt.After(d.rotaUntil) {
			d.rotaUntil = s.EndsAt.In(london)
		}
	}
	return nil
}
