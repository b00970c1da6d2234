package store_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// bySelf is Priya, by a page.
var bySelf = store.By{Person: "p-priya", Via: "page"}

// knownPriya puts Priya, with a contact.
func knownPriya(t testing.TB, db *store.DB) buddy.Person {
	t.Helper()
	p := buddy.Person{ID: "p-priya", Name: "Priya Nair", Team: "echo", Roles: []string{buddy.Worker}, Active: true,
		Mobile: number(t, "07700 900101"), HomePhone: number(t, "01632 960101"),
		Contacts: []buddy.Contact{{Name: private.New("Ravi Nair"), Phone: number(t, "07700 900102")}}}
	ok[bool](t)(db.PutPerson(t.Context(), p, nine))
	return p
}

func TestDetailsAreConfirmedEvery90DaysOnRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		p := knownPriya(t, db)
		day := 24 * time.Hour
		if list := ok[[]store.Confirmation](t)(db.ToConfirm(t.Context(), nine.Add(90*day-time.Second), 10)); len(list) > 0 {
			t.Errorf("asked before 90 days: %+v", list)
		}
		list := ok[[]store.Confirmation](t)(db.ToConfirm(t.Context(), nine.Add(90*day), 10))
		if len(list) != 1 || list[0].Person != "p-priya" || list[0].Asked != 0 {
			t.Fatalf("after 90 days: %+v", list)
		}
		must(t, db.PutAsked(t.Context(), list[0], 1, nine.Add(97*day)))
		must(t, db.PutAsked(t.Context(), list[0], 1, nine.Add(99*day))) // another node, of the same reading
		c := ok[store.Confirmation](t)(db.Confirmation(t.Context(), "p-priya"))
		if c.Asked != 1 || !c.AskAt.Equal(nine.Add(97*day)) {
			t.Errorf("asked: %+v", c)
		}

		p.Description = private.New("5 ft 4, green coat")
		ok[bool](t)(db.ChangePerson(t.Context(), p, bySelf, nine.Add(91*day), nil))
		if c := ok[store.Confirmation](t)(db.Confirmation(t.Context(), "p-priya")); !c.ConfirmedAt.IsZero() {
			t.Error("a change counts as a confirmation")
		}
		must(t, db.Confirm(t.Context(), p, bySelf, nine.Add(92*day), number(t, "07700 900102")))
		c = ok[map[string]store.Confirmation](t)(db.ConfirmationsOf(t.Context(), "echo"))["p-priya"]
		if !c.ConfirmedAt.Equal(nine.Add(92*day)) || c.Asked != 0 || !c.AskAt.Equal(nine.Add(182*day)) || !c.Due().Equal(c.AskAt) {
			t.Errorf("confirmed: %+v", c)
		}
		if k := ok[store.Known](t)(db.Known(t.Context(), "p-priya")); !k.Told(number(t, "07700 900102")) || k.Proved(number(t, "07700 900102")) || k.Told(p.Mobile) {
			t.Error("who of the contacts knows is not kept")
		}
		entries := ok[[]store.Entry](t)(db.Entries(t.Context(), "looks/p-priya", time.Time{}, time.Time{}))
		if last := entries[len(entries)-1]; last.Kind != "person" || last.Visit != "person/p-priya" || !strings.Contains(string(last.Input), `"confirmed","contacts_know"`) {
			t.Errorf("the record has %+v", last)
		}
		ok[int](t)(db.Seal(t.Context(), nine.Add(92*day)))
		must(t, db.Verify(t.Context(), nine.Add(92*day)))
	})
}

func TestANumberIsProvedOnceByItsCode(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, place storetest.Place) {
		db := place.Open(t)
		p := knownPriya(t, db)
		prove := func(n phone.Number, code string, at time.Time) bool {
			t.Helper()
			return ok[bool](t)(db.Prove(t.Context(), "p-priya", "mobile", n, code, bySelf, at))
		}
		must(t, db.PutCode(t.Context(), "p-priya", p.Mobile, "123456", nine))
		if prove(p.Mobile, "654321", nine) {
			t.Error("another code proves it")
		}
		if _, err := db.Prove(t.Context(), "p-priya", "home_phone", p.HomePhone, "123456", bySelf, nine); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a code for another number: %v", err)
		}
		if _, err := db.Prove(t.Context(), "p-priya", "mobile", p.Mobile, "123456", bySelf, nine.Add(store.CodeWithin)); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("after its ten minutes: %v", err)
		}
		if !prove(p.Mobile, "123456", nine.Add(9*time.Minute)) {
			t.Error("its code does not prove it")
		}
		if sent := ok[bool](t)(db.CodeSent(t.Context(), "p-priya", p.Mobile, nine.Add(9*time.Minute))); sent {
			t.Error("the code is good twice")
		}
		if k := ok[store.Known](t)(db.Known(t.Context(), "p-priya")); !k.Proved(p.Mobile) || k.Proved(p.HomePhone) {
			t.Error("what is proved is not what was")
		}
		if numbers, whose, err := db.Unproved(t.Context(), []buddy.Person{p, {ID: "p-sam", Mobile: p.Mobile}, {ID: "p-lee"}}); numbers != 2 || whose != 2 || err != nil {
			t.Errorf("%d numbers of %d are not proved, not 2 of 2: %v", numbers, whose, err)
		}
		var code []byte
		must(t, place.Raw(t).QueryRow(`SELECT code FROM number_codes`).Scan(&code))
		if bytes.Contains(code, []byte("123456")) {
			t.Error("the code is kept in clear")
		}

		p.Description = private.New("green coat") // another change leaves it proved
		ok[bool](t)(db.ChangePerson(t.Context(), p, bySelf, nine, nil))
		if !ok[store.Known](t)(db.Known(t.Context(), "p-priya")).Proved(p.Mobile) {
			t.Error("a change of something else unproves it")
		}
		was := p.Mobile
		p.Mobile = number(t, "07700 900109")
		ok[bool](t)(db.ChangePerson(t.Context(), p, bySelf, nine, nil))
		p.Mobile = was
		ok[bool](t)(db.ChangePerson(t.Context(), p, bySelf, nine, nil))
		if ok[store.Known](t)(db.Known(t.Context(), "p-priya")).Proved(was) {
			t.Error("a number that was somebody else's meanwhile is proved")
		}
	})
}

func TestGuessesAndCodesAreBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		p := knownPriya(t, db)
		must(t, db.PutCode(t.Context(), "p-priya", p.Mobile, "123456", nine))
		for range store.CodeGuesses {
			if ok[bool](t)(db.Prove(t.Context(), "p-priya", "mobile", p.Mobile, "000000", bySelf, nine)) {
				t.Fatal("a wrong code proves it")
			}
		}
		if _, err := db.Prove(t.Context(), "p-priya", "mobile", p.Mobile, "123456", bySelf, nine); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the right code after five wrong ones: %v", err)
		}
		for i := range store.CodeAsks - 1 {
			must(t, db.PutCode(t.Context(), "p-priya", []phone.Number{p.Mobile, p.HomePhone}[i%2], "123456", nine.Add(time.Minute)))
		}
		if err := db.PutCode(t.Context(), "p-priya", p.HomePhone, "123456", nine.Add(59*time.Minute)); !errors.Is(err, store.ErrEnough) {
			t.Errorf("a sixth within the hour: %v", err)
		}
		must(t, db.PutCode(t.Context(), "p-priya", p.HomePhone, "123456", nine.Add(time.Hour)))
	})
}

func TestANumberThatFailsIsNotedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		p := knownPriya(t, db)
		fails := func(n phone.Number) bool {
			t.Helper()
			return ok[bool](t)(db.NumberFailed(t.Context(), p, n, nine))
		}
		if !fails(p.Mobile) || fails(p.Mobile) || fails(number(t, "07700 900999")) {
			t.Error("it is not noted once, or one that is not hers is")
		}
		list := ok[[]store.Failed](t)(db.FailedNumbers(t.Context(), 10))
		k := ok[store.Known](t)(db.Known(t.Context(), "p-priya"))
		if len(list) != 1 || list[0].Person != "p-priya" || !k.Is(list[0], p.Mobile) || k.Is(list[0], p.HomePhone) || !k.FailedAt(p.Mobile).Equal(nine) {
			t.Fatalf("to be asked of: %+v", list)
		}
		must(t, db.AskedOfFailed(t.Context(), list[0], nine))
		if list := ok[[]store.Failed](t)(db.FailedNumbers(t.Context(), 10)); len(list) > 0 || fails(p.Mobile) {
			t.Error("she is asked again")
		}
		must(t, db.NumberReached(t.Context(), p.Mobile))
		if !fails(p.Mobile) {
			t.Error("a number that was reached again, and fails again, is not noted")
		}
		must(t, db.Confirm(t.Context(), p, bySelf, nine))
		if !ok[store.Known](t)(db.Known(t.Context(), "p-priya")).FailedAt(p.Mobile).IsZero() {
			t.Error("she says it is right, and it counts as wrong")
		}
	})
}

func TestAPhotographIsSealedAndGoesWithItsPerson(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, place storetest.Place) {
		db := place.Open(t)
		p := knownPriya(t, db)
		picture := []byte("\xff\xd8 a likeness")
		must(t, db.PutPhotograph(t.Context(), "p-priya", picture, bySelf, nine))
		if got := ok[[]byte](t)(db.Photograph(t.Context(), "p-priya")); !bytes.Equal(got, picture) {
			t.Errorf("got %q", got)
		}
		var kept []byte
		must(t, place.Raw(t).QueryRow(`SELECT picture FROM photographs`).Scan(&kept))
		if bytes.Contains(kept, []byte("likeness")) {
			t.Error("it is kept in clear")
		}
		must(t, db.PutPhotograph(t.Context(), "p-priya", nil, bySelf, nine))
		if since := ok[time.Time](t)(db.HasPhotograph(t.Context(), "p-priya")); !since.IsZero() || ok[[]byte](t)(db.Photograph(t.Context(), "p-priya")) != nil {
			t.Error("it is still there")
		}
		must(t, db.PutPhotograph(t.Context(), "p-priya", picture, bySelf, nine))
		must(t, db.PutCode(t.Context(), "p-priya", p.Mobile, "123456", nine))
		entries := ok[[]store.Entry](t)(db.Entries(t.Context(), "looks/p-priya", time.Time{}, time.Time{}))
		if len(entries) != 3 || !slices.ContainsFunc(entries, func(e store.Entry) bool { return string(e.Input) == `{"changed":["photograph"]}` }) {
			t.Errorf("the record has %+v", entries)
		}

		ok[[]store.Verdict](t)(db.Erase(t.Context(), store.Erasure{At: nine, Why: "request", Stays: func(retain.Record) retain.Why { return "" }}, "person/p-priya"))
		for _, table := range []string{"confirmations", "known_numbers", "number_codes", "photographs", "shared_calendars"} {
			var n int
			must(t, place.Raw(t).QueryRow(`SELECT count(*) FROM `+table).Scan(&n))
			if n != 0 {
				t.Errorf("%s has %d rows of one who was erased", table, n)
			}
		}
		if err := db.Confirm(t.Context(), p, bySelf, nine); !errors.Is(err, store.ErrErased) {
			t.Errorf("confirmed by one who was erased: %v", err)
		}
	})
}
