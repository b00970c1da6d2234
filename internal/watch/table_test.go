package watch_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/watch"
)

// A state is what was said before, in the words of the scenarios; the inputs of
// the table come at its last minute.
type state struct{ name, says, at string }

func states() []state {
	const booked = "13:00 book A7F3 14:00 to 15:00\n"
	const inside = booked + "14:00 priya texts: going in\n"
	const overdue = inside + "15:16 (so far)\n"
	const joint = "13:00 book A7F3 14:00 to 15:00, joint with lena's B2C4\n14:00 priya texts: going in\n"
	return []state{
		{"nothing booked", "", "13:00"},
		{"booked, ahead", booked, "13:10"},
		{"booked, soon", booked, "13:45"},
		{"booked, its start passed", booked, "14:12"},
		{"inside for five minutes", inside, "14:05"},
		{"inside", inside, "14:30"},
		{"inside, on a joint visit", joint, "14:30"},
		{"inside, past the expected end", inside, "15:12"},
		{"inside, no prompts", "plan: no prompts\n" + inside, "14:30"},
		{"inside, ends by voice only", "13:00 book A7F3 14:00 to 15:00, voice only\n14:00 priya texts: going in\n", "14:30"},
		{"overdue, ends by voice only, where an OUT closes it", "plan: an OUT closes an overdue alarm\n13:00 book A7F3 14:00 to 15:00, voice only\n14:00 priya texts: going in\n15:16 (so far)\n", "15:17"},
		{"inside, a much later time proposed", inside + "14:20 priya texts: new time 19:00\n", "14:30"},
		{"inside, something unfinished said", inside + "14:30 priya writes: I am not\n", "14:30"},
		{"inside, asked how things are", inside + "14:30 lena says both are out of A7F3\n", "14:30"},
		{"inside, an OUT unconfirmed", inside + "14:20 priya texts: out, by webhook, \"o\"\n", "14:30"},
		{"inside, hushed", inside + "14:20 priya texts: out, without the out word, \"o\"\n", "14:30"},
		{"inside, asked which of two", inside + "14:01 book B2C4 14:10 to 15:10, overlap\n14:10 priya texts: going in B2C4\n14:29 priya texts: out, \"o\"\n", "14:30"},
		{"inside, the next visit ahead", inside + "14:01 book B2C4 15:10 to 16:10\n", "14:30"},
		{"a meeting", "13:00 book A7F3 14:00 to 15:00, meeting\n", "14:30"},
		{"ended", inside + "14:20 priya texts: out, \"o\"\n", "14:30"},
		{"cancelled", booked + "13:20 priya texts: called off\n", "13:30"},
		{"overdue, nobody has the alarm", overdue, "15:17"},
		{"overdue, where an OUT closes it", "plan: an OUT closes an overdue alarm\n" + overdue, "15:17"},
		{"overdue, an OUT unconfirmed", inside + "15:14 priya texts: out, by webhook, \"o\"\n15:16 (so far)\n", "15:17"},
		{"overdue, sam has it", overdue + "15:16 sam acknowledges\n", "15:17"},
		{"overdue, sam has it, lee's shift", overdue + "15:16 sam acknowledges\n15:17 on call: lee, then sam; managers mo\n", "15:18"},
		{"overdue, police prompted", overdue + "15:40 sam acknowledges\n15:46 (so far)\n", "15:46"},
		{"overdue, police told", overdue + "15:16 sam acknowledges\n15:20 sam tells the police\n", "15:21"},
		{"overdue, found harmed", overdue + "15:16 sam acknowledges\n15:20 sam logs: found harmed\n", "15:21"},
		{"overdue, and another visit", overdue + "15:17 book B2C4 15:20 to 16:00\n15:20 priya texts: going in B2C4\n", "15:30"},
		{"distress inside", inside + "14:30 priya texts: help\n", "14:31"},
		{"duress, no visit", "13:00 priya texts: asks for scarlet\n", "13:01"},
		{"duress inside", inside + "14:30 priya texts: asks for scarlet\n", "14:31"},
		{"duress inside, OUT said", inside + "14:30 priya texts: asks for scarlet\n14:31 priya texts: out, \"o\"\n", "14:31"},
		{"duress inside, police told", inside + "14:30 priya texts: asks for scarlet\n14:31 sam tells the police\n", "14:32"},
		{"duress inside, a mention", inside + "14:30 priya texts: names scarlet\n", "14:31"},
	}
}

func tableInputs() []string {
	return strings.Split(strings.TrimSpace(`
time passes
book C4D5 17:00 to 18:00
book C4D5 14:10 to 17:00
book C4D5 18:00 to 17:59
office moves A7F3 to end 16:30
office moves A7F3 to start 16:00 to end 16:30
priya moves A7F3 to end 16:30
office cancels A7F3
sam cancels A7F3, having spoken with them
priya texts: going in
priya texts: going in until 16:20
priya texts: new time 16:20
priya texts: new time 19:00
priya texts: new time 12:00
priya texts: new start 16:00, until 16:30
priya texts: out
priya texts: out A7F3
priya texts: out Z9Z9
priya texts: out, "o"
priya texts: out, by webhook
priya texts: out, without the out word
priya texts: out, we both are
sam records: out
priya texts: called off
priya texts: no answer
priya texts: not there
priya texts: fine
priya texts: unclear
priya texts: unclear, with a number
priya texts: unclear, carrier may have opted them out
priya texts: A7F3
priya writes: yes
priya writes: no
priya writes: both
priya writes: going to be another
priya texts: asks for jane
priya texts: asks for scarlet
priya texts: names scarlet
priya texts: help
priya texts: help, away from there
the provider shows it
the provider does not have it yet
the provider never had it
ann raises duress
ann raises distress
ann raises a mention of duress
lena raises duress at A7F3
lena says both are out of A7F3
the rota changes
nothing reaches sam in round 1
sam acknowledges
lee acknowledges
priya acknowledges
sam rings: no answer
sam rings: spoke worker
sam tells the police
sam speaks with the police
sam logs: found harmed
sam holds 999, with lee
sam reassures
sam closes: spoke worker, ended
sam closes: spoke worker, ended, away, with lee
sam closes: seen by police, ended
sam closes: seen by police, ended, police stood down
sam closes: seen by police, until 16:30
sam closes: outcome known, ended
`), "\n")
}

// TestTable writes down what every state makes of every input: a new state or
// input is a visible change, and nothing is left undefined.
func TestTable(t *testing.T) {
	golden(t, "testdata/table.txt", func(string) string {
		var b strings.Builder
		for _, s := range states() {
			fmt.Fprintf(&b, "%s (%s)\n", s.name, s.at)
			before, at := s.reach(t)
			for _, input := range tableInputs() {
				w := before.fork()
				w.mustHappen(t, at, input)
				fmt.Fprintf(&b, "  %s  =>  %s\n", input, w.row())
			}
		}
		return b.String()
	})
}

// reach plays what was said before, up to the minute of the inputs.
func (s state) reach(t *testing.T) (*town, time.Time) {
	t.Helper()
	w, err := play("on 2026-11-22\nworker: priya\non call: sam, then lee; fallback kim; managers mo; colleagues ann\n" + s.says)
	if err != nil {
		t.Fatalf("%s: %v", s.name, err)
	}
	at := w.clockTime(s.at, "")
	w.passTime(at.Add(time.Second))
	return w, at
}

// fork is a town that stands as this one does and has written nothing yet.
func (w *town) fork() *town {
	f := *w
	f.watches, f.given, f.said, f.wrote = maps.Clone(w.watches), maps.Clone(w.given), maps.Clone(w.said), maps.Clone(w.wrote)
	f.out = new(strings.Builder)
	return &f
}

func (w *town) mustHappen(t *testing.T, at time.Time, input string) {
	t.Helper()
	if err := w.happen(at, input); err != nil {
		t.Fatalf("%s: %v", input, err)
	}
}

// row says in one line what came of the last input.
func (w *town) row() string {
	var parts []string
	refused := strings.Contains(w.out.String(), "refused: ")
	for line := range strings.Lines(w.out.String()) {
		if part := strings.TrimSpace(line); !refused || !strings.HasPrefix(part, "= ") {
			parts = append(parts, strings.TrimPrefix(part, "-> "))
		}
	}
	return strings.Join(parts, " | ")
}

// TestTableIsWhole proves that no event, status, kind or sentence was forgotten.
func TestTableIsWhole(t *testing.T) {
	given, said := map[string]bool{}, map[watch.Notice]bool{}
	for _, s := range states() {
		before, at := s.reach(t)
		for _, input := range tableInputs() {
			w := before.fork()
			w.mustHappen(t, at, input)
			maps.Copy(given, w.given)
			maps.Copy(said, w.said)
		}
	}
	for _, file := range scenarioFiles(t) {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		w, err := play(string(raw))
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(said, w.said)
	}
	for _, name := range eventTypes(t) {
		e := decoded(t, name)
		if !given[watch.Input{Event: e}.Name()] {
			t.Errorf("event %s is not in the table", name)
		}
	}
	table, err := os.ReadFile("testdata/table.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range constants(t, "watch.go", "Status") {
		if !strings.Contains(string(table), "A7F3 "+s+" ") {
			t.Errorf("status %s is not in the table", s)
		}
	}
	for _, k := range constants(t, "watch.go", "Kind") {
		if !strings.Contains(string(table), "alarm "+k) {
			t.Errorf("kind %s is not in the table", k)
		}
	}
	for _, n := range constants(t, "effect.go", "Notice") {
		if !said[watch.Notice(n)] {
			t.Errorf("sentence %s is said nowhere in the table and the scenarios", n)
		}
	}
}

func scenarioFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 2 {
		t.Fatalf("no scenarios: %v", err)
	}
	return slices.DeleteFunc(files, func(file string) bool { return filepath.Base(file) == "table.txt" })
}

// eventTypes lists the types of input.go that are events.
func eventTypes(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, d := range parsed(t, "input.go").Decls {
		if f, is := d.(*ast.FuncDecl); is && f.Recv != nil && f.Name.Name == "event" {
			names = append(names, f.Recv.List[0].Type.(*ast.Ident).Name)
		}
	}
	if len(names) < 10 {
		t.Fatalf("only %d events found", len(names))
	}
	return names
}

// constants lists the values of a file's string constants of one type.
func constants(t *testing.T, file, of string) []string {
	t.Helper()
	var values []string
	ast.Inspect(parsed(t, file), func(n ast.Node) bool {
		v, is := n.(*ast.ValueSpec)
		if !is || v.Type == nil || len(v.Values) == 0 {
			return true
		}
		if id, is := v.Type.(*ast.Ident); is && id.Name == of {
			value, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, value)
		}
		return true
	})
	if len(values) == 0 {
		t.Fatalf("no constant of type %s in %s", of, file)
	}
	return values
}

func parsed(t *testing.T, file string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
