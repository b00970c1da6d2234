package intake_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/intake"
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

func day(s string) time.Time {
	at, _ := intake.Date(s)
	return at
}

// columns guesses the columns of a heading line.
func columns(heads string) []intake.Field { return intake.Guess(strings.Split(heads, ",")) }

func TestHeadingsAsOrganisationsWriteThem(t *testing.T) {
	for heads, want := range map[string]string{
		"Personnel number,Last name,First name,Mobile,E-mail":                                                        "external_id,last_name,first_name,mobile,email",
		"Pers.No.,Name,Next of kin,Relationship,Tel. no.":                                                            "external_id,name,contact_name,contact_relation,contact_phone",
		"PERNR,NACHN,VORNA,USRTY,USRID":                                                                              "external_id,last_name,first_name,communication_type,communication",
		"PERNR,FAMSA,FANAM,FAVOR,TELNR":                                                                              "external_id,contact_relation,contact_last_name,contact_first_name,contact_phone",
		"Personnel No.,Last name,First name,Relationship,Last name,First name,Phone":                                 "external_id,last_name,first_name,contact_relation,contact_last_name,contact_first_name,contact_phone",
		"Name,Home phone,Emergency contact name,Emergency contact number":                                            "name,home_phone,contact_name,contact_phone",
		"Name,Emergency Contact 1 Name,Emergency Contact 1 Phone,Emergency Contact 2 Name,Emergency Contact 2 Phone": "name,contact_name,contact_phone,contact_name 2,contact_phone 2",
		"Name,NOK,NOK Tel No,NOK relationship":                                                                       "name,contact_name,contact_phone,contact_relation",
		"Employee name,Work mobile,Telephone number":                                                                 "name,mobile,home_phone",
		"Name,Make,Model,Colour,Reg No,Role,Team,Shoe size":                                                          "name,make,model,colour,registration,roles,team,",
		"Name,Mobile,Next of kin,Relationship,Mobile,Home phone":                                                     "name,mobile,contact_name,contact_relation,contact_phone,home_phone",
	} {
		var got []string
		for _, f := range columns(heads) {
			got = append(got, string(f))
		}
		if strings.Join(got, ",") != want {
			t.Errorf("%s:\n got %s\nwant %s", heads, strings.Join(got, ","), want)
		}
	}
}

// read reads a list written with bars between its cells.
func read(t testing.TB, heads string, rows ...string) ([]intake.Said, []intake.Remark, []intake.Remark) {
	t.Helper()
	names := strings.Split(heads, "|")
	var lines []intake.Line
	for i, r := range rows {
		lines = append(lines, intake.Line{Number: i + 2, Cells: strings.Split(r, "|")})
	}
	return intake.Read(lines, intake.Setting{Columns: intake.Guess(names), Heads: names, Groups: []intake.Group{{ID: "echo", ExternalID: "T1", Name: "ECHo"}}})
}

func TestRowsOfOnePersonAreJoined(t *testing.T) {
	said, bad, noted := read(t, "Personnel number|Name|Team|Communication type|ID/Number|Next of kin|Relationship|Tel. no.",
		"1|Nair, Priya|echo|||Ravi Nair|1|01632 960102", "1||T1|CELL|7700900101|Ravi Nair|1|01632960102", "1||ECHO|MAIL|priya@example.org|Mina Nair|Mother|+44 1632 960103", "1|||0001|PNAIR|Asha Nair|2|")
	if len(bad) > 0 || len(said) != 1 {
		t.Fatalf("%d people, %v", len(said), bad)
	}
	s := said[0]
	for f, want := range map[intake.Field]string{intake.Name: "Priya Nair", intake.Mobile: "+447700900101", intake.Email: "priya@example.org", intake.Team: "echo"} {
		if s.Values[f].Reveal() != want {
			t.Errorf("%s is another", f)
		}
	}
	if len(s.Contacts) != 2 || s.Contacts[0].Relation.Reveal() != "spouse" || s.Contacts[1].Name.Reveal() != "Mina Nair" {
		t.Errorf("%d contacts", len(s.Contacts))
	}
	if len(noted) != 1 || noted[0].Line != 5 {
		t.Errorf("noted: %v", noted)
	}
}

func TestBadRowsAreNamedByLineWithoutTheirWords(t *testing.T) {
	_, bad, _ := read(t, "Personnel number|Name|Mobile|Team|Role|No car|Changed on|Next of kin|Tel. no.",
		"1|Secret|07700 secret|echo|worker|no|2026-03-03||", "2|Secret|7.7E+09||||||", "3|Secret||secret|||||", "4|Secret|||secret||||", "5|Secret||||secret|||",
		"6|Secret|||||secret||", "7|Secret||||||Secret|12", "|Secret|||||||", "9|Secret|||||||01632 960103", "10|Secret A|||||||", "10|Secret B|||||||")
	var says []string
	for _, b := range bad {
		says = append(says, b.String())
	}
	want := []string{"line 2, Mobile", "line 3, Mobile: was shortened", "line 4, Team", "line 5, Role", "line 6, No car", "line 7, Changed on", "line 8, Tel. no.", "line 9: nothing says who",
		"line 10, Tel. no.", "line 12, Name: is not as on line 11"}
	if len(says) != len(want) {
		t.Fatalf("bad:\n%s", strings.Join(says, "\n"))
	}
	for i, w := range want {
		if !strings.HasPrefix(says[i], w) || strings.Contains(strings.ToLower(says[i]), "secret") {
			t.Errorf("%q, want %q", says[i], w)
		}
	}
}

func TestDates(t *testing.T) {
	for _, s := range []string{"2026-03-03", "03.03.2026", "3/3/2026", "46084", "20260303", "2026-03-03T00:00:00"} {
		if at := day(s); at.Format(time.DateOnly) != "2026-03-03" {
			t.Errorf("%s is %v", s, at)
		}
	}
	for _, s := range []string{"", "soon", "12", "31.02.2026"} {
		if _, ok := intake.Date(s); ok {
			t.Errorf("%q is a date", s)
		}
	}
}

// priya is somebody who is here.
func priya(t testing.TB) buddy.Person {
	return buddy.Person{ID: "p-priya", ExternalID: "1", Name: "Priya Nair", Team: "echo", Roles: []string{buddy.Worker}, Mobile: number(t, "07700 900101"), Active: true,
		Email:    private.New("priya@example.org"),
		Contacts: []buddy.Contact{{Name: private.New("Ravi Nair"), Relation: private.New("husband"), Phone: number(t, "07700 900102"), PoliceOnly: true}}}
}

// past is that Priya or her manager said a field by hand on 3 March.
func past(field, by string, of string) intake.Past {
	return intake.Past{AsOf: day(of), Person: "p-priya", Hands: map[string]intake.Hand{field: {At: day("2026-03-03").Add(9 * time.Hour), By: by}},
		Same: func(_, value string, print []byte) bool { return value == string(print) }}
}

func TestWhatAWorkerSaidStandsUntilTheListIsKnownToBeNewer(t *testing.T) {
	seen := func(value, of string) map[string]intake.Seen {
		return map[string]intake.Seen{"mobile": {Print: []byte(value), At: day(of)}}
	}
	for name, test := range map[string]struct {
		by, of, changedOn string
		seen              map[string]intake.Seen
		kept              bool
	}{
		"by hand after the list":                       {by: "p-priya", of: "2026-03-01", kept: true},
		"on the list's own day":                        {by: "m-jo", of: "2026-03-03", kept: true},
		"by a manager, before the list":                {by: "m-jo", of: "2026-03-10", kept: false},
		"by a manager, and the lists say the same":     {by: "m-jo", of: "2026-03-10", seen: seen("+447700900199", "2026-01-01"), kept: true},
		"by herself, and no list since said otherwise": {by: "p-priya", of: "2026-03-10", kept: true},
		"by herself, and the last list was before":     {by: "p-priya", of: "2026-03-10", seen: seen("+447700900150", "2026-01-01"), kept: true},
		"by herself, and a list since said otherwise":  {by: "p-priya", of: "2026-03-20", seen: seen("+447700900150", "2026-03-10"), kept: false},
		"by herself, and a list since said the same":   {by: "p-priya", of: "2026-03-20", seen: seen("+447700900199", "2026-03-10"), kept: true},
		"by herself, and changed in HR since":          {by: "p-priya", of: "2026-03-20", changedOn: "2026-03-10", kept: false},
		"by herself, and changed in HR before":         {by: "p-priya", of: "2026-03-20", changedOn: "2026-02-10", kept: true},
	} {
		said, bad, _ := read(t, "Personnel number|Mobile|Changed on", "1|07700 900199|"+test.changedOn)
		if len(bad) > 0 {
			t.Fatal(bad)
		}
		before := past("mobile", test.by, test.of)
		before.Seen = test.seen
		got := intake.Merge(priya(t), said[0], before)
		if kept := len(got.Kept) == 1 && got.Kept[0].By == test.by; kept != test.kept || slices.Contains(got.Changed, "mobile") == test.kept {
			t.Errorf("%s: kept %v, changed %v", name, got.Kept, got.Changed)
		}
		if (got.After.Mobile == priya(t).Mobile) != test.kept {
			t.Errorf("%s: the number is another", name)
		}
	}
}

func TestWhatSomebodyConfirmedStandsToo(t *testing.T) {
	said, _, _ := read(t, "Personnel number|Mobile|Home phone", "1|07700 900199|01632 960177")
	got := intake.Merge(priya(t), said[0], past("confirmed", "p-priya", "2026-03-10"))
	if len(got.Kept) != 1 || got.Kept[0].Field != "mobile" || !slices.Equal(got.Changed, []string{"home_phone"}) { // there was nothing to confirm at home
		t.Errorf("kept %v, changed %v", got.Kept, got.Changed)
	}
}

func TestAListTakesNothingAway(t *testing.T) {
	said, _, _ := read(t, "Personnel number|Name|Mobile|Role|Next of kin|Tel. no.", "1|NAIR, Priya||responder|Ravi nair|07700 900102")
	got := intake.Merge(priya(t), said[0], intake.Past{})
	if want := []string{"roles"}; !slices.Equal(got.Changed, want) {
		t.Errorf("changed %v, want %v", got.Changed, want)
	}
	if got.After.Mobile.IsZero() || !got.After.Has(buddy.Worker) || !got.After.Contacts[0].PoliceOnly || got.After.Contacts[0].Relation.Reveal() != "husband" {
		t.Error("something was taken away")
	}
}

// here is Priya, somebody of another team, and one who left.
func here(t testing.TB) intake.Here {
	other := buddy.Person{ID: "p-lee", ExternalID: "2", Name: "Lee", Team: "north", Active: true, Mobile: number(t, "07700 900110"), Roles: []string{buddy.Worker}}
	left := buddy.Person{ID: "p-left", ExternalID: "3", Name: "Left", Team: "echo", Roles: []string{buddy.Worker}}
	return intake.Here{People: []buddy.Person{priya(t), other, left}, Erased: func(id string) bool { return id == "p-gone" },
		May: func(p buddy.Person) bool { return p.Team == "echo" }, MayTeam: func(team string) bool { return team == "echo" },
		NewID: func(key string) string { return "new " + key }, Problems: func(buddy.Person) []string { return nil },
		Past: func(string) (intake.Past, error) { return intake.Past{}, nil }}
}

func TestWhoSomebodyIs(t *testing.T) {
	for row, want := range map[string]string{
		"|1||||":                                     "p-priya",
		"p-priya|||||":                               "p-priya",
		"||Priya Nair|07700 900101|||":               "p-priya",
		"||Priya Nair||PRIYA@example.org||":          "p-priya",
		"|9|New One|07700 900120||echo":              "new external_id 9",
		"p-new||New One|||echo":                      "p-new",
		"|3||||":                                     "gone p-left",
		"||Somebody|07700 900110|||":                 "line 2: is somebody whom you cannot change",
		"|9|Somebody|07700 900101||echo":             "line 2: has the mobile or e-mail address of somebody with another",
		"||Somebody|07700 900110|priya@example.org|": "line 2: fits several people",
		"p-gone||Somebody|||echo":                    "line 2: has the id of somebody whose details were erased",
		"|9|New One|||":                              "line 2: names no team",
		"|9||07700 900120||echo":                     "line 2, name: is missing",
		"|1||07700 900102||":                         "line 2, emergency contact: is the worker's own number",
	} {
		said, bad, _ := read(t, "id|Personnel number|Name|Mobile|E-mail|Team", row)
		if len(bad) > 0 {
			t.Fatal(bad)
		}
		placed, bad, err := intake.Sort(said, here(t))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		switch {
		case len(bad) > 0:
			got = bad[0].String()
		case placed[0].Gone:
			got = "gone " + placed[0].Now.ID
		default:
			got = placed[0].Now.ID
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", row, got, want)
		}
	}
}

func TestOnePersonTwiceIsAskedBack(t *testing.T) {
	said, _, _ := read(t, "Personnel number|Mobile", "1|", "|07700 900101")
	_, bad, err := intake.Sort(said, here(t))
	if err != nil || len(bad) != 1 || bad[0].String() != "line 3: is the same person as on line 2" {
		t.Errorf("%v, %v", bad, err)
	}
}

func TestAManagerMakesNoAdministrator(t *testing.T) {
	said, _, _ := read(t, "Personnel number|Role", "1|administrator")
	_, bad, err := intake.Sort(said, here(t))
	if err != nil || len(bad) != 1 || !strings.Contains(bad[0].Says, "an administrator does that") {
		t.Errorf("%v, %v", bad, err)
	}
}

func TestWhatIsPackedComesBack(t *testing.T) {
	said, _, _ := read(t, "Personnel number|Mobile|Changed on|Role|Next of kin|Tel. no.|Next of kin police only", "1|07700 900199|2026-03-03|manager|Ravi|01632 960103|yes")
	placed, _, err := intake.Sort(said, here(t))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := intake.Pack(placed)
	if err != nil {
		t.Fatal(err)
	}
	told, err := intake.Unpack(raw)
	if err != nil || len(told) != 1 || told[0].ID != "p-priya" {
		t.Fatalf("%v, %v", told, err)
	}
	a, b := placed[0].Outcome, intake.Merge(priya(t), told[0].Said, intake.Past{})
	if !slices.Equal(a.Changed, b.Changed) || !slices.Equal(a.After.Contacts, b.After.Contacts) || !told[0].ChangedOn.Equal(day("2026-03-03")) {
		t.Errorf("%v and %v", a.Changed, b.Changed)
	}
	if printed := fmt.Sprintf("%+v %+v", placed, told); strings.Contains(printed, "Ravi") || strings.Contains(printed, "900199") {
		t.Error("printing tells private words")
	}
}
