package buddy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

func fields(problems []buddy.Problem) []string {
	var names []string
	for _, p := range problems {
		names = append(names, p.Field)
	}
	return names
}

func TestPeopleWhoAreTaken(t *testing.T) {
	for name, edit := range map[string]func(*buddy.Person){
		"the worker of the contract": func(*buddy.Person) {},
		"a name and nothing else":    func(p *buddy.Person) { *p = buddy.Person{Name: "Priya Nair"} },
		"a name in another script":   func(p *buddy.Person) { p.Name = "ப்ரியா நாயர்" },
		"a name of 100 letters":      func(p *buddy.Person) { p.Name = strings.Repeat("é", 100) },
		"a worker without a mobile":  func(p *buddy.Person) { p.Mobile = phone.Number{} }, // asked for, never refused
		"a responder with a personal mobile": func(p *buddy.Person) {
			p.Roles, p.Mobile, p.PersonalMobile = []string{buddy.Responder}, phone.Number{}, p.Mobile
		},
		"every role":                      func(p *buddy.Person) { p.Roles = buddy.Roles() },
		"a description of several lines":  func(p *buddy.Person) { p.Description = private.New("green coat\r\n\tglasses\nlimps") },
		"an address with a plus":          func(p *buddy.Person) { p.Email = private.New("priya.nair+work@example.org") },
		"a contact without a relation":    func(p *buddy.Person) { p.Contacts[0].Relation = private.Text{} },
		"a name with a mark of direction": func(p *buddy.Person) { p.Name = "Priya \u200fNair" },
	} {
		p := priya(t)
		edit(&p)
		if problems := p.Problems(); problems != nil {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func TestPeopleWhoAreRefused(t *testing.T) {
	text := func(s string) private.Text { return private.New(s) }
	for _, test := range []struct {
		name  string
		edit  func(*buddy.Person)
		field string
	}{
		{"no name", func(p *buddy.Person) { p.Name = "" }, "name"},
		{"a name of spaces", func(p *buddy.Person) { p.Name = "  " }, "name"},
		{"a name with a line break", func(p *buddy.Person) { p.Name = "Priya\nNair" }, "name"},
		{"a name with a line separator", func(p *buddy.Person) { p.Name = "Priya\u2028Nair" }, "name"},
		{"a name that turns the writing round", func(p *buddy.Person) { p.Name = "Priya \u202eriaN" }, "name"},
		{"a name that is not UTF-8", func(p *buddy.Person) { p.Name = "Priya\xff" }, "name"},
		{"a name of 101 letters", func(p *buddy.Person) { p.Name = strings.Repeat("é", 101) }, "name"},
		{"an id with a tab", func(p *buddy.Person) { p.ID = "p\tpriya" }, "id"},
		{"an external id with a tab", func(p *buddy.Person) { p.ExternalID = "p\tpriya" }, "external_id"},
		{"a team of great length", func(p *buddy.Person) { p.Team = strings.Repeat("e", 101) }, "team"},
		{"an unknown role", func(p *buddy.Person) { p.Roles = []string{"worker", "boss"} }, "roles"},
		{"a role in capitals", func(p *buddy.Person) { p.Roles = []string{"Worker"} }, "roles"},
		{"a role twice", func(p *buddy.Person) { p.Roles = []string{"worker", "worker"} }, "roles"},
		{"a responder without a mobile", func(p *buddy.Person) { p.Roles, p.Mobile = []string{"worker", "responder"}, phone.Number{} }, "mobile"},
		{"an e-mail address without an at", func(p *buddy.Person) { p.Email = text("priya") }, "email"},
		{"without a domain", func(p *buddy.Person) { p.Email = text("priya@") }, "email"},
		{"without a name", func(p *buddy.Person) { p.Email = text("@example.org") }, "email"},
		{"two in one", func(p *buddy.Person) { p.Email = text("priya@example.org,ravi@example.org") }, "email"},
		{"with a header behind it", func(p *buddy.Person) { p.Email = text("priya@example.org\r\nBcc: x") }, "email"},
		{"in angle brackets", func(p *buddy.Person) { p.Email = text("<priya@example.org>") }, "email"},
		{"of great length", func(p *buddy.Person) { p.Email = text("priya@" + strings.Repeat("e", 250)) }, "email"},
		{"a description of great length", func(p *buddy.Person) { p.Description = text(strings.Repeat("x", 1001)) }, "description"},
		{"a description with a bell", func(p *buddy.Person) { p.Description = text("green\acoat") }, "description"},
		{"a make of great length", func(p *buddy.Person) { p.Vehicle.Make = text(strings.Repeat("x", 51)) }, "vehicle.make"},
		{"a model of two lines", func(p *buddy.Person) { p.Vehicle.Model = text("Fi\nesta") }, "vehicle.model"},
		{"a colour of two lines", func(p *buddy.Person) { p.Vehicle.Colour = text("bl\nue") }, "vehicle.colour"},
		{"a registration of two lines", func(p *buddy.Person) { p.Vehicle.Registration = text("AB12\nCDE") }, "vehicle.registration"},
		{"a crowd of contacts", func(p *buddy.Person) { p.Contacts = slices.Repeat(p.Contacts, 11) }, "emergency_contacts"},
		{"a contact without a name", func(p *buddy.Person) { p.Contacts[0].Name = private.Text{} }, "emergency_contacts[0].name"},
		{"a contact without a number", func(p *buddy.Person) { p.Contacts[0].Phone = phone.Number{} }, "emergency_contacts[0].phone"},
		{"a relation of great length", func(p *buddy.Person) { p.Contacts[0].Relation = text(strings.Repeat("x", 51)) }, "emergency_contacts[0].relation"},
		{"an emergency number that is the worker's mobile", func(p *buddy.Person) { p.Contacts[0].Phone = number(t, "+44 (0)7700 900101") }, "emergency_contacts[0].phone"},
		{"that is the worker's home phone", func(p *buddy.Person) { p.Contacts[0].Phone = p.HomePhone }, "emergency_contacts[0].phone"},
		{"that is the worker's personal mobile", func(p *buddy.Person) { p.PersonalMobile = p.Contacts[0].Phone }, "emergency_contacts[0].phone"},
		{"in the second contact", func(p *buddy.Person) {
			p.Contacts = append(p.Contacts, buddy.Contact{Name: text("Mina Nair"), Phone: p.Mobile})
		}, "emergency_contacts[1].phone"},
	} {
		p := priya(t)
		test.edit(&p)
		if got := fields(p.Problems()); !slices.Equal(got, []string{test.field}) {
			t.Errorf("%s: problems with %v, want %s", test.name, got, test.field)
		}
	}
}

func TestSeveralProblemsAreAllSaid(t *testing.T) {
	p := priya(t)
	p.Name, p.Email, p.Contacts[0].Name, p.Contacts[0].Phone = "", private.New("priya"), private.Text{}, p.Mobile
	want := []string{"name", "email", "emergency_contacts[0].name", "emergency_contacts[0].phone"}
	if got := fields(p.Problems()); !slices.Equal(got, want) {
		t.Errorf("problems with %v, want %v", got, want)
	}
}

func TestFormsThatAreRefused(t *testing.T) {
	if problems := form().Problems(); problems != nil {
		t.Errorf("the contract's visit: %v", problems)
	}
	if problems := (buddy.Form{}).Problems(); problems != nil {
		t.Errorf("an empty form is refused, and not only asked for: %v", problems)
	}
	long := private.New(strings.Repeat("é", 1001))
	for field, edit := range map[string]func(*buddy.Form){
		"service_user": func(f *buddy.Form) { f.ServiceUser = private.New("J\nSmith") },
		"address":      func(f *buddy.Form) { f.Address = long },
		"access":       func(f *buddy.Form) { f.Access = long },
		"contact":      func(f *buddy.Form) { f.Contact = private.New("07700\x00900103") },
		"who_else":     func(f *buddy.Form) { f.WhoElse = long },
	} {
		f := form()
		edit(&f)
		if got := fields(f.Problems()); !slices.Equal(got, []string{field}) {
			t.Errorf("problems with %v, want %s", got, field)
		}
	}
}

// A name or a note of characters that nobody sees says nothing.
func TestOnlyWhatIsSeenCounts(t *testing.T) {
	for text, want := range map[string]int{"": 0, " \t\n": 0, "\u200b": 0, "\x00": 0, "\u200b\u200d\u00ad\ufeff": 0, "\u3164": 0, "\u2800": 0, "\u0301": 0,
		"Jo": 2, "Zoe\u0301 O'Brien": 10, "王": 1, "👍": 1, "\u200bA": 1, "-": 1} {
		if got := buddy.Visible(text); got != want {
			t.Errorf("%q has %d characters to be seen, not %d", text, got, want)
		}
	}
	for _, name := range []string{"\u200b", "\u3164 \u3164", "\u2800"} {
		if p := buddy.NameProblems("name", name); len(p) != 1 || p[0] != (buddy.Problem{Field: "name", Says: "is missing"}) {
			t.Errorf("%q: %v", name, p)
		}
	}
}
