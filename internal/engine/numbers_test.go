package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

const newNumber = "07700 900188"

// changes has someone change a person.
func (w *world) changes(by, id string, change func(*buddy.Person)) {
	w.t.Helper()
	p, err := w.db.Person(w.t.Context(), id)
	w.must(err)
	change(&p)
	_, err = w.engine.PutPerson(w.t.Context(), engine.Actor{By: by, Via: "page"}, p)
	w.must(err)
	w.settle()
}

func TestWhoseNumberIsChangedIsToldOnTheOneBefore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.changes("p-mo", "p-priya", func(p *buddy.Person) { p.Mobile = w.number(newNumber) })
		told := w.phone(priya).Expects("your mobile number in Allclear was changed. If that was not you, please tell your manager now.").Body
		w.phone(newNumber).Expects("this number is in Allclear now")
		for _, secret := range []string{"Priya", "900188", "Mo"} {
			if strings.Contains(told, secret) {
				t.Errorf("the old number reads %q", told)
			}
		}

		w.changes("p-mo", "p-sam", func(p *buddy.Person) { p.PersonalMobile = w.number("07700 900189") }) // by the second number too
		w.phone(sam).Expects("your mobile number in Allclear was changed")
		w.phone(samHome).Expects("your mobile number in Allclear was changed")
		w.phone("07700 900189").Expects("this number is in Allclear now")

		w.changes("p-mo", "p-ann", func(p *buddy.Person) { p.PersonalMobile = w.number("07700 900187") }) // a second one that is added
		w.phone(ann).Expects("your mobile number in Allclear was changed")

		w.changes("p-mo", "p-jo", func(p *buddy.Person) { p.Email = private.New("mallory@example.org") })
		w.phone(jo).Expects("your e-mail address in Allclear was changed")

		w.changes("p-mo", "p-jo", func(p *buddy.Person) { p.Description = private.New("tall") })
		_, err := w.engine.PutPerson(t.Context(), engine.Actor{By: "p-mo", Via: "page"},
			buddy.Person{ID: "p-new", Name: "New Ton", Team: "echo", Roles: []string{"worker"}, Mobile: w.number("07700 900186"), Active: true})
		w.must(err)
		w.settle()
		w.silent(priya, newNumber, sam, samHome, ann, jo, lee, mo, "07700 900186")
	})
}

// Whoever takes somebody's number while they are away is told of to the number they had.
func TestANumberThatIsChangedWhileSomeoneIsAwayIsToldToo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.changes("p-mo", "p-jo", func(p *buddy.Person) { p.Active = false })
		w.changes("p-mo", "p-jo", func(p *buddy.Person) { p.Mobile = w.number(newNumber) })
		w.phone(jo).Expects("your mobile number in Allclear was changed")
	})
}

// Rule 4.2: what a phone is told of its number is the same whether its worker asked for Jane or for Scarlett.
func TestOfANumberThatChangesDangerTellsNothing(t *testing.T) {
	var runs []string
	for _, name := range []string{"Jane", "Scarlett"} {
		w := newWorld(t, storetest.SQLite(t).Open(t), nil)
		w.book()
		w.wait(time.Minute)
		w.phone(priya).texts("ASK " + name)
		w.changes("p-mo", "p-priya", func(p *buddy.Person) { p.PersonalMobile = w.number(newNumber) })
		w.wait(5 * time.Minute)
		runs = append(runs, strings.Join(w.phone(priya).read(), "\n")+"\n"+strings.Join(w.phone(newNumber).read(), "\n"))
	}
	same(t, runs[0], runs[1])
	if !strings.Contains(runs[0], "was changed") {
		t.Errorf("the phone was told %s", runs[0])
	}
}
