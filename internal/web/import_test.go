package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	sheets "github.com/allclear-safety/allclear/internal/sheet"
	"github.com/allclear-safety/allclear/internal/store"
)

// brings sends a file of people.
func (h *house) brings(file string) page {
	h.Helper()
	return h.uploads("/people/import", "file", "staff.csv", []byte(file), h.acting)
}

// columnsOf gives the form that a page of columns has, as it would be sent unchanged.
func columnsOf(p page) (fields []string) {
	for _, s := range regexp.MustCompile(`(?s)<select[^>]*name="([^"]+)".*?</select>`).FindAllStringSubmatch(p.Body.String(), -1) {
		value := ""
		if chosen := regexp.MustCompile(`<option value="([^"]*)" selected`).FindStringSubmatch(s[0]); chosen != nil {
			value = chosen[1]
		}
		fields = append(fields, s[1], value)
	}
	if as := regexp.MustCompile(`name="as_of"[^>]*value="([^"]*)"`).FindStringSubmatch(p.Body.String()); as != nil {
		fields = append(fields, "as_of", as[1])
	}
	return fields
}

const staffList = "Pers.No.;Last name;First name;Team;Mobile;Next of kin;Relationship;Tel. no.\r\n" +
	"7001;Nair;Priya;ECHo;07700 900101;Ravi Zephyrson;1;01632 960102\r\n" +
	"7002;Quill;Bea;ECHo;07700 900141;Tom Quill;11;01632 960143\r\n"

// brought uploads a file and says that its columns are right.
func (h *house) brought(file string, also ...string) (at string, shown page) {
	h.Helper()
	up := h.brings(file).is(http.StatusSeeOther)
	at = up.Header().Get("Location")
	columns := h.get(at).is(http.StatusOK).says("What each column is")
	return at, h.post(at+"/columns", append(columnsOf(columns), also...)...)
}

func TestNobodyFillsTheDatabaseWithFiles(t *testing.T) {
	h := openHouse(t).as("p-lee")
	at := ""
	for range mostOpen {
		at = h.brings(staffList).is(http.StatusSeeOther).Header().Get("Location")
	}
	h.brings(staffList).is(http.StatusUnprocessableEntity).says("5 files of yours wait to be imported")
	h.post(at + "/cancel").is(http.StatusSeeOther)
	h.brings(staffList).is(http.StatusSeeOther)
}

func TestPeopleAreImportedFromAFile(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.get("/people").says("Import people from a file")
	h.get("/people/import").is(http.StatusOK).says("Import people", `enctype="multipart/form-data"`)
	up := h.brings(staffList).is(http.StatusSeeOther)
	at := up.Header().Get("Location")
	columns := h.get(at).is(http.StatusOK).says("Pers.No.", "Such as “7001”", `<option value="external_id" selected>Personnel number`, `<option value="contact_phone" selected>`, "has 2 rows")
	h.post(at+"/columns", columnsOf(columns)...).leadsTo(at).is(http.StatusOK).
		says("Nothing has changed yet", "Import 2 people", "Bea Quill", "New", "Changed", "emergency contacts").hides("Zephyrson", "900141", "960143")
	if h.person("p-priya").ExternalID != "" {
		t.Error("looking changed something")
	}
	h.post(at+"/run").leadsTo(at).is(http.StatusOK).says("Importing people", `http-equiv="refresh"`, "0 of 2 people")
	h.post(at + "/run").is(http.StatusSeeOther) // a second press
	h.post(at + "/cancel").is(http.StatusSeeOther)
	h.ok(h.engine.ImportsDue(t.Context()))
	h.get(at).is(http.StatusOK).says("1 are new, 1 changed", strings.TrimPrefix(at, "/imports/")).hides("refresh")
	if bea := h.named("Bea Quill"); bea.Team != "echo" || len(bea.Contacts) != 1 || bea.ExternalID != "7002" {
		t.Errorf("kept is %+v", bea)
	}
	h.ok(h.engine.ImportsDue(t.Context()))
	people, err := h.db.PeopleOf(t.Context(), "echo")
	h.ok(err)
	before := len(people)

	// The same file again: what its columns are is remembered, and nothing changes.
	at, shown := h.brought(staffList)
	shown.leadsTo(at).says("Finish: nothing changes")
	if people, err = h.db.PeopleOf(t.Context(), "echo"); err != nil || len(people) != before {
		t.Errorf("%d people, %v", len(people), err)
	}
}

func TestWhatAWorkerSaidIsShownAsKept(t *testing.T) {
	h := openHouse(t).as("p-priya")
	priya := h.person("p-priya")
	h.post("/people/p-priya/edit", "name", priya.Name, "mobile", priya.Mobile.National(), "home_phone", "01632 960188", "no_vehicle", "yes").is(http.StatusSeeOther)
	h = h.as("p-lee")
	at, shown := h.brought("id;Home phone\np-priya;01632 960177\n", "team", "echo")
	shown.leadsTo(at).is(http.StatusOK).says("Kept: Priya Nair changed home phone on", "Finish: nothing changes").hides("960177", "960188")
}

func TestBadRowsAreNamedByLine(t *testing.T) {
	h := openHouse(t).as("p-lee")
	at, shown := h.brought("Pers.No.;Name;Mobile;Team\n7001;Bea Quill;0770;ECHo\n7002;Tom Zephyrson;07700 900142;Nowhere\n;Nobody;;\n")
	shown.is(http.StatusUnprocessableEntity).says("There is a problem", "3 rows of the file cannot be taken", "<strong>Mobile</strong> is too short", "<strong>Team</strong> is no team that is known here", "nothing says who it is about").
		hides("Zephyrson")
	h.post(at + "/run").is(http.StatusSeeOther)
	h.get(at).says("What each column is") // and was not begun
}

func TestColumnsThatAreWronglySaidStandBesideTheirField(t *testing.T) {
	h := openHouse(t).as("p-lee")
	up := h.brings(staffList)
	at := up.Header().Get("Location")
	fields := columnsOf(h.get(at))
	for name, test := range map[string]struct{ field, value, says string }{
		"twice":     {"column-2", "external_id", "is this already"},
		"unknown":   {"column-2", "shoe_size", "Choose what the column is"},
		"the day":   {"as_of", "soon", "Enter the day on which the file was made"},
		"a day off": {"as_of", "2126-01-01", "Enter a day that has come"},
		"the team":  {"team", "north", "Choose the team"},
	} {
		changed := append([]string{}, fields...)
		for i := 0; i < len(changed); i += 2 {
			if changed[i] == test.field {
				changed[i+1] = test.value
			}
		}
		h.post(at+"/columns", changed...).is(http.StatusUnprocessableEntity).says(test.says, `href="#`+test.field+`"`)
		_ = name
	}
}

func TestAFileThatIsNone(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.post("/people/import").is(http.StatusUnprocessableEntity).says("Choose a file")
	h.brings("").is(http.StatusUnprocessableEntity).says("The file is empty")
	h.brings("\x89PNG\r\n\x00").is(http.StatusUnprocessableEntity).says("neither a CSV file nor")
	h.brings(strings.Repeat("x", sheets.MostBytes+1)).is(http.StatusUnprocessableEntity).says("larger than 10 MB")
	h.brings(strings.Repeat("x", sheets.MostBytes+2<<20)).is(http.StatusRequestEntityTooLarge)
}

func TestAnImportIsWhoseItIs(t *testing.T) {
	h := openHouse(t).as("p-lee")
	at := h.brings(staffList).Header().Get("Location")
	for _, other := range []string{"p-sam", "p-priya"} {
		h := h.as(other)
		h.get("/people/import").is(http.StatusNotFound)
		h.brings(staffList).is(http.StatusNotFound)
		h.get(at).is(http.StatusNotFound)
		h.post(at + "/run").is(http.StatusNotFound)
		h.post(at + "/cancel").is(http.StatusNotFound)
	}
	h = h.as("p-ada") // an administrator, who did not bring it
	h.get("/people/import").is(http.StatusOK).hides("Not finished")
	h.get(at).is(http.StatusNotFound)
	h = h.as("p-lee")
	h.get("/people/import").says("Not finished")
	h.post(at+"/cancel").leadsTo(at).says("Nothing was imported", "What the file said is gone")
	h.get("/people/import").hides("Not finished")
}

func TestAManagerImportsNobodyElsesPeople(t *testing.T) {
	h := openHouse(t)
	h.elsewhere()
	h.blocks("p-lee") // may never see Priya
	h = h.as("p-lee")
	_, shown := h.brought("id;Home phone\np-nia;01632 960177\np-priya;01632 960177\n")
	shown.is(http.StatusUnprocessableEntity).says("2 rows of the file cannot be taken", "is somebody whom you cannot change")
	_, shown = h.brought("Pers.No.;Name;Role;Team\n9;New One;administrator;ECHo\n")
	shown.is(http.StatusUnprocessableEntity).says("an administrator does that")
}

func TestAnImportIsForgottenAfterAnHour(t *testing.T) {
	h := openHouse(t).as("p-lee")
	at, _ := h.brought(staffList)
	h.clock.Move(2 * time.Hour)
	h.ok(h.engine.ImportsDue(t.Context()))
	h.get(at).says("Nothing was imported")
	h.post(at + "/run").is(http.StatusSeeOther)
	i, err := h.db.Import(t.Context(), strings.TrimPrefix(at, "/imports/"))
	if err != nil || i.State != store.ImportCancelled {
		t.Errorf("it is %+v, %v", i, err)
	}
	if h.person("p-priya").ExternalID != "" || !h.person("p-priya").Has(buddy.Worker) {
		t.Error("something changed")
	}
}
