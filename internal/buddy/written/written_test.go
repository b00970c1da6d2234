package written_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy/written"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// told is a form in lines, a field each, as testdata has them.
func told(f written.Form) string {
	var b strings.Builder
	say := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, strings.ReplaceAll(value, "\n", " / "))
		}
	}
	text := func(name string, t private.Text) { say(name, t.Reveal()) }
	number := func(name string, n phone.Number) { say(name, n.National()) }
	clock := func(name string, c written.Clock) {
		if c == (written.Clock{}) {
			return
		}
		var parts []string
		if c.Known {
			parts = append(parts, fmt.Sprintf("%02d:%02d", c.Hour, c.Minute))
		}
		if c.Day > 0 {
			parts = append(parts, fmt.Sprintf("%d-%d-%d", c.Year, c.Month, c.Day))
		}
		say(name, strings.Join(parts, " on "))
	}
	text("service user", f.Visit.ServiceUser)
	text("address", f.Visit.Address)
	text("access", f.Visit.Access)
	text("contact", f.Visit.Contact)
	text("who else", f.Visit.WhoElse)
	say("kind", f.Kind)
	clock("start", f.Start)
	clock("end", f.End)
	if f.Length > 0 {
		say("length", f.Length.String())
	}
	text("responder", f.Responder)
	text("risks", f.Risks)
	w := f.Worker
	text("worker", w.Name)
	number("mobile", w.Mobile)
	number("personal", w.PersonalMobile)
	number("home", w.HomePhone)
	for _, c := range w.Contacts {
		line := fmt.Sprintf("%s, %s, %s", c.Name.Reveal(), c.Relation.Reveal(), c.Phone.National())
		if c.PoliceOnly {
			line += ", police only"
		}
		say("emergency", line)
	}
	text("description", w.Description)
	text("make", w.Vehicle.Make)
	text("model", w.Vehicle.Model)
	text("colour", w.Vehicle.Colour)
	text("registration", w.Vehicle.Registration)
	if w.NoVehicle {
		say("no car", "yes")
	}
	text("note", f.Note)
	return b.String()
}

// signs stand in testdata for what cannot be seen there.
var signs = strings.NewReplacer("⇥", "\t", "⏎", "\v", "▮", "\x1f")

func TestForms(t *testing.T) {
	raw, err := os.ReadFile("testdata/forms.txt")
	if err != nil {
		t.Fatal(err)
	}
	cases := strings.Split("\n"+string(raw), "\n=== ")[1:]
	if len(cases) < 50 {
		t.Errorf("%d forms", len(cases))
	}
	for _, c := range cases {
		name, rest, _ := strings.Cut(c, "\n")
		body, want, _ := strings.Cut(rest, "\n---\n")
		t.Run(name, func(t *testing.T) {
			got := told(written.Read(signs.Replace(body)))
			if strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	raw, err := os.ReadFile("testdata/forms.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range strings.Split("\n"+string(raw), "\n=== ")[1:] {
		_, rest, _ := strings.Cut(c, "\n")
		body, _, _ := strings.Cut(rest, "\n---\n")
		f.Add(signs.Replace(body))
	}
	f.Fuzz(func(t *testing.T, body string) {
		form := written.Read(body)
		if n := len([]rune(form.Note.Reveal())); n > 4000 {
			t.Errorf("a note of %d", n)
		}
		if form.Length > 24*time.Hour || form.Start.Hour > 23 || form.End.Minute > 59 {
			t.Errorf("no times: %+v %+v", form.Start, form.End)
		}
	})
}
