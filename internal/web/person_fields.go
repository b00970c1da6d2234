package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// filledPerson is the form with what is known of someone.
func filledPerson(who buddy.Person) *form {
	f := blank("name", who.Name, "team", who.Team, "mobile", who.Mobile.National(), "personal_mobile", who.PersonalMobile.National(),
		"home_phone", who.HomePhone.National(), "email", who.Email.Reveal(), "description", who.Description.Reveal(),
		"make", who.Vehicle.Make.Reveal(), "model", who.Vehicle.Model.Reveal(), "colour", who.Vehicle.Colour.Reveal(),
		"registration", who.Vehicle.Registration.Reveal())
	f.values["roles"] = who.Roles
	if who.NoVehicle {
		f.values.Set("no_vehicle", "yes")
	}
	for i, contact := range who.Contacts {
		name := contactField(i)
		f.values.Set(name("name"), contact.Name.Reveal())
		f.values.Set(name("relation"), contact.Relation.Reveal())
		f.values.Set(name("phone"), contact.Phone.National())
		if contact.PoliceOnly {
			f.values.Set(name("police"), "yes")
		}
		if contact.NextOfKin {
			f.values.Set(name("kin"), "yes")
		}
	}
	return f
}

// showPersonForm shows the form with what was typed and what is wrong with it.
func (p *Pages) showPersonForm(c *request, status int, f *form, who buddy.Person, right personRight) error {
	f.inOrder(personFields()...)
	title, to := "Add a person", "/people/new"
	if c.PathValue("id") != "" {
		title, to = "Change details", "/people/"+who.ID+"/edit"
	}
	page := personFormPage{Layout: p.layout(c, title).again(f), Person: personRow{ID: who.ID, Name: who.Name, Left: !who.Active}, To: to, Key: f.value("key"), Was: f.value("was"),
		Name: f.input("name", "Full name", ""), Email: f.input("email", "E-mail address", ""),
		Mobile:   f.telephone("mobile", "Mobile", "The phone they text from and are told on, such as 07700 900101"),
		Personal: f.telephone("personal_mobile", "Personal mobile", "Rung and texted too in an alarm"),
		About:    f.textarea("description", "Description", "What the police would look for: height, build, hair, what they usually wear"),
		NoCar:    f.tick("no_vehicle", "Comes without a car", ""),
		MayLeave: right.keeps && to != "/people/new" && who.ID != c.who.ID, Refused: f.says("leave").Text}
	page.Name.Autocomplete, page.Email.Type, page.About.Rows = "off", "email", 3
	for _, field := range []struct{ name, label string }{{"make", "Make"}, {"model", "Model"}, {"colour", "Colour"}, {"registration", "Registration"}} {
		in := f.input(field.name, field.label, "")
		in.Classes = "govuk-input--width-10"
		page.Car = append(page.Car, in)
	}
	if right.keeps {
		page.Team, page.Roles = f.teamChoice(right), f.roleChoice()
	}
	if right.rings {
		page.Home = new(f.telephone("home_phone", "Home phone", ""))
		page.Contacts = f.contactsAsked()
	}
	return p.show(c, status, "person_form", page)
}

// personFields lists the form's fields as they stand on the page.
func personFields() []string {
	fields := []string{"name", "team", "roles", "mobile", "personal_mobile", "home_phone", "email", "description", "make", "model", "colour", "registration", "no_vehicle"}
	for row := range mostContacts {
		for _, field := range []string{"name", "relation", "phone"} {
			fields = append(fields, contactField(row)(field))
		}
	}
	return fields
}

// fields lists what the form shows someone with that right.
func (r personRight) fields() []string {
	fields := []string{"name", "mobile", "personal_mobile", "email", "description", "make", "model", "colour", "registration", "no_vehicle"}
	if r.keeps {
		fields = append(fields, "roles")
	}
	if r.keeps && len(r.teams) > 1 {
		fields = append(fields, "team")
	}
	if r.rings {
		fields = append(fields, "home_phone", contactsField)
	}
	return fields
}

// personInWords gives what each field of a person's form is called and what it holds, for a sentence about it.
func (f *form) personInWords(right personRight) func(field string) (what, is string) {
	return func(field string) (what, is string) {
		switch field {
		case "no_vehicle":
			return "“Comes without a car”", f.ticked(field)
		case "roles":
			return "the roles", "“" + roleWords(f.values[field]) + "”"
		case "team":
			i := slices.IndexFunc(right.teams, func(t store.Team) bool { return t.ID == f.value(field) })
			if i >= 0 {
				return "the team", "“" + right.teams[i].Name + "”"
			}
		case contactsField:
			return "the emergency contacts", f.contactsInWords()
		}
		called := map[string]string{"mobile": "the mobile number", "personal_mobile": "the personal mobile", "home_phone": "the home phone", "email": "the e-mail address",
			"make": "the car’s make", "model": "the car’s model", "colour": "the car’s colour", "registration": "the car’s registration"}
		return cmp.Or(called[field], "the "+field), f.inQuotes(field)
	}
}

// contactsInWords lists the emergency contacts in the order in which they are rung.
func (f *form) contactsInWords() string {
	var each []string
	for _, row := range f.contactRows() {
		name := contactField(row)
		words := []string{f.value(name("name")), f.value(name("relation")), f.value(name("phone"))}
		each = append(each, "“"+strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ", ")+"”")
	}
	if len(each) == 0 {
		return "nobody"
	}
	return listed(each)
}

func (f *form) teamChoice(right personRight) *govuk.Select {
	if len(right.teams) < 2 {
		return nil
	}
	options := append([]govuk.Option{{Text: "Choose a team"}}, teamOptions(right.teams)...)
	return &govuk.Select{Name: "team", Label: govuk.Label{Text: "Team"}, Items: options, Value: f.value("team"), ErrorMessage: f.says("team")}
}

func (f *form) roleChoice() *govuk.Checkboxes {
	says := map[string]string{buddy.Worker: "Visits alone", buddy.Manager: "Answers for the team, its people and its plan", buddy.Responder: "Is told of alarms and acts on them"}
	boxes := &govuk.Checkboxes{Name: "roles", Values: f.values["roles"], ErrorMessage: f.says("roles"),
		Fieldset: &govuk.Fieldset{Legend: govuk.Legend{Text: "Roles", Classes: "govuk-fieldset__legend--s"}}}
	for _, role := range buddy.Roles() {
		if offered(role) {
			boxes.Items = append(boxes.Items, govuk.Choice{Value: role, Text: roleWords([]string{role}), Hint: govuk.Hint{Text: says[role]}})
		}
	}
	return boxes
}

// contactsAsked asks for those that are there and one more.
func (f *form) contactsAsked() []contactFields {
	rows := leastContacts
	for row := range mostContacts {
		if f.value(contactField(row)("name")) != "" || f.value(contactField(row)("phone")) != "" {
			rows = max(rows, min(row+2, mostContacts))
		}
	}
	var asked []contactFields
	for row := range rows {
		name := contactField(row)
		place := govuk.Select{Name: name("place"), Label: govuk.Label{Text: "Rung"}, Value: f.value(name("place"))}
		if place.Value == "" {
			place.Value = strconv.Itoa(row + 1)
		}
		for i := range rows {
			place.Items = append(place.Items, govuk.Option{Value: strconv.Itoa(i + 1), Text: placeWords(i + 1)})
		}
		asked = append(asked, contactFields{Number: row + 1, Place: place,
			Name: f.input(name("name"), "Name", ""), Relation: f.input(name("relation"), "Relation", ""),
			Phone:      f.telephone(name("phone"), "Number", ""),
			NextOfKin:  f.tick(name("kin"), "Next of kin", ""),
			PoliceOnly: f.tick(name("police"), "Police only: to be rung by the police, not by us", "")})
	}
	return asked
}

// telephone is a line for a number.
func (f *form) telephone(field, label, hint string) govuk.Input {
	in := f.input(field, label, hint)
	in.Type, in.Inputmode, in.Autocomplete, in.Classes = "tel", "tel", "off", "govuk-input--width-20"
	return in
}

// tick is one box to tick.
func (f *form) tick(field, says, hint string) govuk.Checkboxes {
	return govuk.Checkboxes{Name: field, Values: f.values[field], Classes: "govuk-checkboxes--small", ErrorMessage: f.says(field),
		Items: []govuk.Choice{{Value: "yes", Text: says, Hint: govuk.Hint{Text: hint}}}}
}
