package buddy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

func number(t testing.TB, s string) phone.Number {
	t.Helper()
	n, err := phone.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// priya is the worker of the API's contract.
func priya(t testing.TB) buddy.Person {
	t.Helper()
	return buddy.Person{
		ID: "p-priya", Name: "Priya Nair", Team: "echo", Roles: []string{buddy.Worker},
		Mobile: number(t, "07700 900101"), HomePhone: number(t, "01632 960101"),
		Email: private.New("priya@example.org"), Description: private.New("5 ft 4, short black hair, green coat"),
		Vehicle:  buddy.Vehicle{Make: private.New("Ford"), Model: private.New("Fiesta"), Colour: private.New("blue"), Registration: private.New("AB12 CDE")},
		Contacts: []buddy.Contact{{Name: private.New("Ravi Nair"), Relation: private.New("husband"), Phone: number(t, "07700 900102")}},
		Active:   true,
	}
}

func form() buddy.Form {
	return buddy.Form{ServiceUser: private.New("J Smith"), Address: private.New("1 Example Street, Gloucester GL1 1AA"), Contact: private.New("07700 900103")}
}

func TestNothingIsMissingFromAWholeForm(t *testing.T) {
	if missing := buddy.Missing(priya(t), form()); missing != nil {
		t.Errorf("%v is missing", missing)
	}
}

func TestEverythingIsMissingFromAnEmptyForm(t *testing.T) {
	want := []string{"mobile", "home_phone", "emergency_contacts", "description", "vehicle", "service_user", "address", "contact"}
	if missing := buddy.Missing(buddy.Person{}, buddy.Form{}); !slices.Equal(missing, want) {
		t.Errorf("%v is missing, want %v", missing, want)
	}
}

func TestMissing(t *testing.T) {
	for _, test := range []struct {
		name string
		edit func(*buddy.Person, *buddy.Form)
		want []string
	}{
		{"no mobile", func(p *buddy.Person, _ *buddy.Form) { p.Mobile = phone.Number{} }, []string{"mobile"}},
		{"a personal mobile only", func(p *buddy.Person, _ *buddy.Form) {
			p.Mobile, p.PersonalMobile = phone.Number{}, number(t, "07700 900109")
		}, nil},
		{"no home phone", func(p *buddy.Person, _ *buddy.Form) { p.HomePhone = phone.Number{} }, []string{"home_phone"}},
		{"nobody to ring", func(p *buddy.Person, _ *buddy.Form) { p.Contacts = nil }, []string{"emergency_contacts"}},
		{"a contact without a number", func(p *buddy.Person, _ *buddy.Form) { p.Contacts[0].Phone = phone.Number{} }, []string{"emergency_contacts"}},
		{"a contact without a name", func(p *buddy.Person, _ *buddy.Form) { p.Contacts[0].Name = private.Text{} }, []string{"emergency_contacts"}},
		{"a contact on the worker's own number", func(p *buddy.Person, _ *buddy.Form) { p.Contacts[0].Phone = p.HomePhone }, []string{"emergency_contacts"}},
		{"a second contact that can be rung", func(p *buddy.Person, _ *buddy.Form) {
			p.Contacts = append([]buddy.Contact{{Name: private.New("Mina Nair")}}, p.Contacts...)
		}, nil},
		{"a contact for the police only", func(p *buddy.Person, _ *buddy.Form) { p.Contacts[0].PoliceOnly = true }, nil},
		{"a description of spaces", func(p *buddy.Person, _ *buddy.Form) { p.Description = private.New(" \n ") }, []string{"description"}},
		{"a car without a colour", func(p *buddy.Person, _ *buddy.Form) { p.Vehicle.Colour = private.Text{} }, []string{"vehicle"}},
		{"a car without a registration", func(p *buddy.Person, _ *buddy.Form) { p.Vehicle.Registration = private.Text{} }, []string{"vehicle"}},
		{"a car without a make", func(p *buddy.Person, _ *buddy.Form) { p.Vehicle.Make = private.Text{} }, []string{"vehicle"}},
		{"a car without a model", func(p *buddy.Person, _ *buddy.Form) { p.Vehicle.Model = private.Text{} }, []string{"vehicle"}},
		{"no car, and none to ask for", func(p *buddy.Person, _ *buddy.Form) { p.Vehicle, p.NoVehicle = buddy.Vehicle{}, true }, nil},
		{"no service user", func(_ *buddy.Person, f *buddy.Form) { f.ServiceUser = private.Text{} }, []string{"service_user"}},
		{"no address", func(_ *buddy.Person, f *buddy.Form) { f.Address = private.New(" ") }, []string{"address"}},
		{"no contact details", func(_ *buddy.Person, f *buddy.Form) { f.Contact = private.Text{} }, []string{"contact"}},
		{"several, in the order of the form", func(p *buddy.Person, f *buddy.Form) {
			f.Contact, p.HomePhone, p.Description = private.Text{}, phone.Number{}, private.Text{}
		}, []string{"home_phone", "description", "contact"}},
	} {
		p, f := priya(t), form()
		test.edit(&p, &f)
		if missing := buddy.Missing(p, f); !slices.Equal(missing, test.want) {
			t.Errorf("%s: %v is missing, want %v", test.name, missing, test.want)
		}
	}
}

func TestNumbersAreRungInOrderOnce(t *testing.T) {
	p := priya(t)
	p.PersonalMobile = p.Mobile
	if got := p.Numbers(); !slices.Equal(got, []phone.Number{p.Mobile, p.HomePhone}) {
		t.Errorf("the numbers are %v", got)
	}
	if got := (buddy.Person{}).Numbers(); got != nil {
		t.Errorf("nobody's numbers are %v", got)
	}
}

func TestPrintingAPersonTellsNothingPrivate(t *testing.T) {
	p, f := priya(t), form()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		printed := fmt.Sprintf(verb, p) + fmt.Sprintf(verb, &p) + fmt.Sprintf(verb, f) + fmt.Sprintf(verb, p.Problems())
		for _, leak := range []string{"900101", "960101", "900102", "Ravi", "husband", "green", "Fiesta", "AB12", "example.org", "Smith", "Example Street"} {
			if strings.Contains(printed, leak) {
				t.Errorf("%s prints %q in\n%s", verb, leak, printed)
			}
		}
	}
}

func TestWhatBecameOfHowSomeoneIsReached(t *testing.T) {
	for name, c := range map[string]struct {
		change         func(*buddy.Person)
		mobiles, email buddy.Moved
	}{
		"nothing":        {func(*buddy.Person) {}, buddy.Stayed, buddy.Stayed},
		"a landline":     {func(p *buddy.Person) { p.HomePhone = number(t, "01632 960102") }, buddy.Stayed, buddy.Stayed},
		"another mobile": {func(p *buddy.Person) { p.Mobile = number(t, "07700 900199") }, buddy.Replaced, buddy.Stayed},
		"none":           {func(p *buddy.Person) { p.Mobile = phone.Number{} }, buddy.Replaced, buddy.Stayed},
		"one more":       {func(p *buddy.Person) { p.PersonalMobile = number(t, "07700 900199") }, buddy.Added, buddy.Stayed},
		"one more, and one": {func(p *buddy.Person) {
			p.Mobile, p.PersonalMobile = number(t, "07700 900198"), number(t, "07700 900199")
		}, buddy.Replaced, buddy.Stayed},
		"another address": {func(p *buddy.Person) { p.Email = private.New("other@example.org") }, buddy.Stayed, buddy.Replaced},
	} {
		after := priya(t)
		c.change(&after)
		if mobiles, email := buddy.ReachedBy(priya(t), after); mobiles != c.mobiles || email != c.email {
			t.Errorf("%s: mobiles %q, address %q", name, mobiles, email)
		}
	}
	before := priya(t)
	before.Email = private.Text{}
	if _, email := buddy.ReachedBy(before, priya(t)); email != buddy.Added {
		t.Errorf("a first address: %q", email)
	}
}
