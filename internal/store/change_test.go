package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// recorded gives the changes on record of what someone did, as "KIND OBJECT INPUT".
func recorded(t *testing.T, db *store.DB, chain string) (list []string) {
	t.Helper()
	for _, e := range ok[[]store.Entry](t)(db.Entries(t.Context(), "looks/"+chain, time.Time{}, time.Time{})) {
		list = append(list, fmt.Sprint(e.Kind, " ", e.Visit, " ", string(e.Input), " ", e.By, " ", e.Via, " ", e.Token))
	}
	return list
}

func TestWhoChangesAPersonOrATeamIsOnRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		lee := store.By{Person: "p-lee", Via: "page"}
		p := priya(t)
		change := func(by store.By) bool {
			return ok[bool](t)(db.ChangePerson(t.Context(), p, by, nine, nil))
		}
		same(t, "new", change(lee), true)
		same(t, "again", change(lee), false) // the same: nothing to record
		p.Mobile, p.Email, p.Roles = ok[phone.Number](t)(phone.Parse("07700 900199")), private.New("other@example.org"), []string{buddy.Manager}
		change(store.By{Person: "p-lee", Via: "api", Token: "HR"})
		p.Active = false
		change(store.By{Via: "api", Token: "HR"})
		change(store.By{})

		team := store.FirstTeam("ECHo", "p-lee")
		team.ID = "echo"
		ok[bool](t)(db.ChangeTeam(t.Context(), team, lee, nine))
		team.Name, team.Plan.DuressPhrase, team.Plan.Fallback = "Echo", "Bellamy", "p-ann"
		ok[bool](t)(db.ChangeTeam(t.Context(), team, lee, nine))
		ok[bool](t)(db.ChangeTeam(t.Context(), team, lee, nine))

		same(t, "of Lee", recorded(t, db, "p-lee"), []string{
			`person person/p-priya {"new":true} p-lee page `,
			`person person/p-priya {"changed":["email","mobile","roles"]} p-lee api HR`,
			`team team/echo {"new":true} p-lee page `,
			`team team/echo {"changed":["duress_phrase","fallback","name"]} p-lee page `,
		})
		same(t, "of a program", recorded(t, db, "token HR"), []string{`person person/p-priya {"changed":["active"]}  api HR`})
	})
}

func TestAChangeThatIsNotKeptLeavesNoRecordAndTellsNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		p := priya(t)
		ok[bool](t)(db.PutPerson(t.Context(), p, nine))
		var was buddy.Person
		tell := func(before buddy.Person) []store.Message {
			was = before
			return []store.Message{{ID: "m1", Worker: "system", Channel: "sms", To: before.Mobile, Body: private.New("changed"), CreatedAt: nine, NextAt: nine},
				{ID: "m1", Worker: "system", Channel: "sms", To: before.Mobile, Body: private.New("changed"), CreatedAt: nine, NextAt: nine}}
		}
		other := p
		other.Mobile = ok[phone.Number](t)(phone.Parse("07700 900199"))
		if _, err := db.ChangePerson(t.Context(), other, store.By{Person: "p-lee", Via: "page"}, nine, tell); !errors.Is(err, store.ErrConflict) {
			t.Fatalf("two messages of one id: %v", err)
		}
		same(t, "told of", was.Mobile, p.Mobile)
		same(t, "kept", ok[buddy.Person](t)(db.Person(t.Context(), p.ID)).Mobile, p.Mobile)
		same(t, "on record", len(recorded(t, db, "p-lee")), 0)
	})
}

func TestLinksAreVoidWhenNumbersChangeOrSomeoneLeaves(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		p := priya(t)
		ok[bool](t)(db.PutPerson(t.Context(), p, nine))
		good := func() bool {
			_, err := db.Ticket(t.Context(), store.TicketJoin, "join", nine)
			return err == nil
		}
		for name, c := range map[string]struct {
			change func(p *buddy.Person)
			void   bool
		}{
			"another mobile":  {func(p *buddy.Person) { p.Mobile = ok[phone.Number](t)(phone.Parse("07700 900199")) }, true},
			"no mobile":       {func(p *buddy.Person) { p.Mobile = phone.Number{} }, true},
			"another address": {func(p *buddy.Person) { p.Email = private.New("other@example.org") }, true},
			"has left":        {func(p *buddy.Person) { p.Active = false }, true},
			"administrator":   {func(p *buddy.Person) { p.Roles = []string{buddy.Worker, buddy.Admin} }, true},
			"auditor":         {func(p *buddy.Person) { p.Roles = []string{buddy.Auditor} }, true},
			"manager":         {func(p *buddy.Person) { p.Roles = []string{buddy.Worker, buddy.Manager} }, false},
			"home phone":      {func(p *buddy.Person) { p.HomePhone = ok[phone.Number](t)(phone.Parse("01632 960199")) }, false},
			"another car":     {func(p *buddy.Person) { p.Vehicle.Colour = private.New("red") }, false},
			"nothing":         {func(*buddy.Person) {}, false},
		} {
			ok[bool](t)(db.PutPerson(t.Context(), p, nine))
			must(t, db.DropTickets(t.Context(), store.TicketJoin, p.ID))
			must(t, db.AddTicket(t.Context(), store.Ticket{Kind: store.TicketJoin, Person: p.ID, EndsAt: nine.Add(time.Hour)}, "join"))
			must(t, db.AddSession(t.Context(), store.Session{ID: name, Person: p.ID, Reach: "whole", StartedAt: nine, UsedAt: nine, ProvedAt: nine, EndsAt: nine.Add(time.Hour)}, name))
			must(t, db.AddSession(t.Context(), store.Session{ID: name + " phone", Person: p.ID, Reach: "phone", StartedAt: nine, UsedAt: nine, ProvedAt: nine, EndsAt: nine.Add(time.Hour)}, name+" phone"))
			changed := p
			c.change(&changed)
			ok[bool](t)(db.PutPerson(t.Context(), changed, nine))
			same(t, name+": the link is void", !good(), c.void)
			open := map[string]int{}
			for _, s := range ok[[]store.Session](t)(db.Sessions(t.Context(), p.ID, nine)) {
				open[s.Reach]++
			}
			same(t, name+": signed in", open["whole"] > 0, name != "has left")
			same(t, name+": the phone page is open", open["phone"] > 0, name != "has left" && !strings.HasSuffix(name, " mobile"))
			must(t, db.EndSessions(t.Context(), p.ID, ""))
		}
	})
}
