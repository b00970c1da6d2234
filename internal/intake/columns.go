package intake

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Field is what a column is. Those that a person has are named as in the record.
type Field string

// The fields there are. A contact's have the number of the contact behind them from the second on: "contact_phone 2".
const (
	Skip          Field = ""
	ID            Field = "id"
	ExternalID    Field = "external_id"
	Name          Field = "name"
	FirstName     Field = "first_name"
	LastName      Field = "last_name"
	Mobile        Field = "mobile"
	Personal      Field = "personal_mobile"
	Home          Field = "home_phone"
	Email         Field = "email"
	Description   Field = "description"
	Make          Field = "make"
	Model         Field = "model"
	Colour        Field = "colour"
	Registration  Field = "registration"
	NoVehicle     Field = "no_vehicle"
	Team          Field = "team"
	Roles         Field = "roles"
	ChangedOn     Field = "changed_on"
	Communication Field = "communication_type"
	Reached       Field = "communication"
	ContactName   Field = "contact_name"
	ContactFirst  Field = "contact_first_name"
	ContactLast   Field = "contact_last_name"
	Relation      Field = "contact_relation"
	ContactPhone  Field = "contact_phone"
	PoliceOnly    Field = "contact_police_only"

	contacts Field = "contacts" // all of them, as the record names them
)

// mostContactColumns is how many contacts one row may have.
const mostContactColumns = 3

// Named is a field with the words people are shown.
type Named struct {
	Field Field
	Words string
}

// Fields lists the fields that a column can be, in the order in which they are offered.
func Fields() []Named {
	list := []Named{
		{ExternalID, "Personnel number"}, {ID, "Allclear’s own id"}, {Name, "Full name"}, {FirstName, "First name"}, {LastName, "Last name"},
		{Team, "Team"}, {Roles, "Roles"}, {Mobile, "Mobile"}, {Personal, "Personal mobile"}, {Home, "Home phone"}, {Email, "E-mail address"},
		{Description, "Description"}, {Make, "Car: make"}, {Model, "Car: model"}, {Colour, "Car: colour"}, {Registration, "Car: registration"},
		{NoVehicle, "Comes without a car (yes or no)"}, {ChangedOn, "Changed on (a date)"},
		{Communication, "SAP: communication type"}, {Reached, "SAP: communication, ID or number"},
	}
	for n := 1; n <= mostContactColumns; n++ {
		which := map[int]string{1: "Emergency contact", 2: "Second emergency contact", 3: "Third emergency contact"}[n]
		for _, f := range []Named{{ContactName, "name"}, {ContactFirst, "first name"}, {ContactLast, "last name"}, {Relation, "relationship"},
			{ContactPhone, "telephone"}, {PoliceOnly, "for the police only (yes or no)"}} {
			list = append(list, Named{f.Field.nth(n), which + ": " + f.Words})
		}
	}
	return list
}

// Known says that a column can be this.
func (f Field) Known() bool {
	return f == Skip || slices.ContainsFunc(Fields(), func(n Named) bool { return n.Field == f })
}

func (f Field) nth(n int) Field {
	if n < 2 {
		return f
	}
	return f + Field(" "+strconv.Itoa(n))
}

// cut gives a field without the number of the contact, and that.
func (f Field) cut() (Field, int) {
	base, n, numbered := strings.Cut(string(f), " ")
	if !numbered || len(n) != 1 {
		return f, 1
	}
	return Field(base), int(n[0] - '0')
}

// Guess finds what each column is by its heading. It may be wrong, and people are shown it; a column that says nothing to us is skipped.
func Guess(heads []string) []Field {
	g := guess{taken: map[Field]bool{}}
	plain := make([]string, len(heads))
	for i, h := range heads {
		plain[i] = normal(h)
		of, _ := ofContact(plain[i])
		g.hasContacts = g.hasContacts || of || slices.Contains([]Field{Relation, ContactFirst, ContactLast}, headings[plain[i]])
	}
	list := make([]Field, len(heads))
	for i, h := range plain {
		list[i] = g.column(h)
		g.taken[list[i]] = true
	}
	return list
}

// guess is what was found of the columns to the left.
type guess struct {
	taken       map[Field]bool
	hasContacts bool // some heading speaks of a contact
	within      bool // the last heading of a contact is to the left
	last        int  // the number of that contact
}

func (g *guess) column(h string) Field {
	if of, rest := ofContact(h); of {
		g.within = true
		n, what := number(rest)
		g.last = max(n, 1)
		return g.free(cmpField(contactWords[what], ContactName), n)
	}
	f := headings[h]
	switch {
	case f == Skip && slices.Contains(anyPhone, h):
		if g.hasContacts && (g.within || g.taken[Home]) {
			return g.free(ContactPhone, 0)
		}
		f = Home
	case f == Relation, f == ContactFirst, f == ContactLast:
		g.within = true
		return g.free(f, 0)
	}
	if g.taken[f] || g.within && f == Skip {
		return g.again(f, h)
	}
	return f
}

// again finds what a heading is that stands a second time, or means nothing by itself: behind a contact's it is the contact's.
func (g *guess) again(f Field, h string) Field {
	like := map[Field]Field{Name: ContactName, FirstName: ContactFirst, LastName: ContactLast, Mobile: ContactPhone, Home: ContactPhone, Personal: ContactPhone}
	if !g.hasContacts && f != LastName && f != FirstName {
		return Skip
	}
	if other, is := like[f]; is && f != Skip {
		g.within = true
		return g.free(other, 0)
	}
	if what, is := contactWords[h]; is && g.within {
		return g.free(what, 0)
	}
	return Skip
}

// free gives a contact's field, of the contact that is meant where that is said, else of the first that has none yet.
func (g *guess) free(f Field, n int) Field {
	if n > mostContactColumns {
		return Skip
	}
	if n == 0 {
		n = max(g.last, 1)
	}
	for ; n <= mostContactColumns; n++ {
		if !g.taken[f.nth(n)] {
			return f.nth(n)
		}
	}
	return Skip
}

func cmpField(f, or Field) Field {
	if f == Skip {
		return or
	}
	return f
}

// ofContact says that a heading speaks of somebody to ring, and gives what it says besides.
func ofContact(h string) (bool, string) {
	for _, begins := range []string{"next of kin", "nextofkin", "nok", "emergency contact", "emergency", "ice contact", "ice", "kin", "contact", "contact person"} {
		rest, is := strings.CutPrefix(h, begins)
		if is && (rest == "" || rest[0] == ' ' || unicode.IsDigit(rune(rest[0]))) {
			for _, more := range []string{" contact", " person", " s"} {
				if cut, is := strings.CutPrefix(rest, more); is && (cut == "" || cut[0] == ' ') {
					rest = cut
				}
			}
			if begins == "contact" && slices.Contains([]string{"", " number", " no", " details"}, rest) {
				return false, "" // whose, it does not say
			}
			return true, strings.TrimSpace(rest)
		}
	}
	return false, ""
}

var digit = regexp.MustCompile(`(^|\s)([1-9])(\s|$)`)

// number takes the number of a contact out of a heading; 0 where there is none.
func number(h string) (n int, rest string) {
	at := digit.FindStringSubmatchIndex(h)
	if at == nil {
		return 0, h
	}
	n = int(h[at[4]] - '0')
	return n, strings.TrimSpace(strings.TrimSpace(h[:at[0]]) + " " + strings.TrimSpace(h[at[1]:]))
}

// normal writes a heading as the tables below have it: small letters, single spaces, no marks.
func normal(h string) string {
	h = strings.Map(func(r rune) rune {
		switch {
		case r == '\'' || r == '’' || r == '.':
			return -1
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		default:
			return ' '
		}
	}, h)
	return strings.Join(strings.Fields(h), " ")
}

// anyPhone are headings of a number that is the contact's where there is one, else the person's at home.
var anyPhone = []string{"telephone", "telephone number", "telephone no", "tel no", "tel", "phone", "phone number", "phone no", "telnr", "contact number", "contact no", "telefon"}

// contactWords are what is said of a contact.
var contactWords = map[string]Field{
	"": ContactName, "name": ContactName, "full name": ContactName, "first name": ContactFirst, "forename": ContactFirst, "last name": ContactLast, "surname": ContactLast,
	"relation": Relation, "relationship": Relation, "relationship to employee": Relation, "relationship to you": Relation, "type": Relation,
	"phone": ContactPhone, "phone number": ContactPhone, "phone no": ContactPhone, "telephone": ContactPhone, "telephone number": ContactPhone, "telephone no": ContactPhone,
	"tel": ContactPhone, "tel no": ContactPhone, "tel number": ContactPhone, "number": ContactPhone, "no": ContactPhone, "mobile": ContactPhone, "mobile number": ContactPhone,
	"mobile phone": ContactPhone, "home phone": ContactPhone, "contact number": ContactPhone, "contact no": ContactPhone, "police only": PoliceOnly,
}

// headings are what organisations and SAP write above what is a person's own. The short ones are SAP's names of its fields (infotypes
// 0002, 0006, 0021 and 0105).
var headings = map[string]Field{
	"id": ID, "allclear id": ID, "person": ID, "person id": ID,

	"personnel number": ExternalID, "personnel no": ExternalID, "pers no": ExternalID, "persno": ExternalID, "pernr": ExternalID, "payroll number": ExternalID,
	"payroll no": ExternalID, "employee number": ExternalID, "employee no": ExternalID, "employee id": ExternalID, "staff number": ExternalID, "staff no": ExternalID,
	"staff id": ExternalID, "external id": ExternalID, "hr number": ExternalID, "sap number": ExternalID, "assignment number": ExternalID, "personalnummer": ExternalID,

	"name": Name, "full name": Name, "employee name": Name, "employee": Name, "complete name": Name, "formatted name": Name, "formatted name of employee or applicant": Name,
	"display name": Name, "staff name": Name, "worker": Name, "worker name": Name, "ename": Name, "last name first name": Name, "emplapplname": Name,
	"first name": FirstName, "forename": FirstName, "forenames": FirstName, "given name": FirstName, "vorna": FirstName, "vorname": FirstName,
	"last name": LastName, "surname": LastName, "family name": LastName, "nachn": LastName, "nachname": LastName,

	"mobile": Mobile, "mobile number": Mobile, "mobile no": Mobile, "mobile phone": Mobile, "work mobile": Mobile, "work mobile number": Mobile, "cell": Mobile,
	"cell phone": Mobile, "business mobile": Mobile, "company mobile": Mobile,
	"personal mobile": Personal, "personal mobile number": Personal, "private mobile": Personal, "own mobile": Personal, "home mobile": Personal,
	"home phone": Home, "home telephone": Home, "home telephone number": Home, "home number": Home, "home tel": Home, "home tel no": Home, "landline": Home, "private phone": Home,
	"email": Email, "e mail": Email, "email address": Email, "e mail address": Email, "work email": Email, "work email address": Email, "mail": Email,

	"description": Description, "personal description": Description, "appearance": Description,
	"car make": Make, "vehicle make": Make, "make": Make, "make of car": Make,
	"car model": Model, "vehicle model": Model, "model": Model,
	"car colour": Colour, "vehicle colour": Colour, "colour": Colour, "color": Colour, "car color": Colour,
	"registration": Registration, "registration number": Registration, "car registration": Registration, "vehicle registration": Registration, "reg": Registration,
	"reg no": Registration, "car reg": Registration, "number plate": Registration, "vehicle registration number": Registration, "vrn": Registration,
	"no vehicle": NoVehicle, "no car": NoVehicle,

	"team": Team, "team name": Team, "organizational unit": Team, "organisational unit": Team, "org unit": Team, "orgeh": Team, "service": Team,
	"role": Roles, "roles": Roles, "allclear role": Roles,
	"changed on": ChangedOn, "last changed on": ChangedOn, "last changed": ChangedOn, "aedtm": ChangedOn,

	"communication type": Communication, "comm type": Communication, "usrty": Communication, "type of communication": Communication,
	"id number": Reached, "communication id number": Reached, "communication id": Reached, "usrid": Reached, "usrid long": Reached, "long id number": Reached, "system id": Reached,
	"communication": Reached,

	"relationship": Relation, "relation": Relation, "type of family record": Relation, "family member": Relation, "famsa": Relation, "relationship to employee": Relation,
	"fanam": ContactLast, "favor": ContactFirst,
}
