package incident_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/allclear-safety/allclear/internal/incident"
)

// bite is an incident with an answer to each question.
func bite() incident.Incident {
	i := incident.Incident{}
	for _, q := range incident.Questions() {
		switch q.Kind {
		case incident.Choose:
			*q.In(&i) = q.Choices[0].Value
		case incident.Day:
			*q.In(&i) = "2026-11-21"
		case incident.Clock:
			*q.In(&i) = "14:30"
		default:
			*q.In(&i) = "said of " + q.Name
		}
	}
	return i
}

func TestAnIncidentIsReadAsItWasKept(t *testing.T) {
	raw, err := bite().Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := incident.Decode(raw)
	if err != nil || back != bite() {
		t.Errorf("%v: %s", err, cmp.Diff(bite(), back))
	}
	if _, err := incident.Decode("no"); err == nil {
		t.Error("read from what is none")
	}
	names := map[string]bool{}
	for _, q := range incident.Questions() {
		if names[q.Name] || !strings.Contains(raw, `"`+q.Name+`":`) || q.Label == "" || (q.Kind == incident.Choose) != (len(q.Choices) > 0) {
			t.Errorf("question %s is asked twice, kept under another name, or not whole", q.Name)
		}
		names[q.Name] = true
	}
	if !strings.Contains(incident.Questions()[6].Answer(bite()), "Violence:") {
		t.Error("an answer that was chosen is not in words")
	}
}

func TestWhatIsWrongWithAnIncident(t *testing.T) {
	today := day("2026-11-22")
	if p := bite().Problems(today); len(p) > 0 {
		t.Errorf("with a whole one: %v", p)
	}
	var empty []string
	for _, p := range (incident.Incident{}).Problems(today) {
		empty = append(empty, p.Field)
	}
	if want := []string{"name", "employment", "day", "kind", "description"}; !slices.Equal(empty, want) {
		t.Errorf("an empty one lacks %v, not %v", empty, want)
	}
	for field, change := range map[string]func(*incident.Incident){
		"day":        func(i *incident.Incident) { i.Day = "2026-02-30" },
		"hse_day":    func(i *incident.Incident) { i.HSEDay = "2026-11-23" },
		"portal_day": func(i *incident.Incident) { i.PortalDay = "2026-11-20" },
		"time":       func(i *incident.Incident) { i.Time = "25:00" },
		"kind":       func(i *incident.Incident) { i.Kind = "arson" },
		"strand":     func(i *incident.Incident) { i.Kind, i.Strand = incident.Hate, "" },
		"unfit_from": func(i *incident.Incident) { i.UnfitFrom = "2026-11-20" },
		"unfit_to":   func(i *incident.Incident) { i.UnfitFrom, i.UnfitTo = "2026-11-22", "2026-11-21" },
		"post":       func(i *incident.Incident) { i.Post = strings.Repeat("x", 201) },
	} {
		i := bite()
		change(&i)
		if p := i.Problems(today); len(p) != 1 || p[0].Field != field {
			t.Errorf("%s: %v", field, p)
		}
	}
}

// drawn is a table with counts from none to eleven.
func drawn(r *rand.Rand) incident.Table {
	t := incident.Table{Rows: make([]string, 1+r.IntN(5)), Columns: make([]string, 1+r.IntN(5))}
	for range t.Rows {
		line := make([]int, len(t.Columns))
		for j := range line {
			line[j] = r.IntN(12)
		}
		t.Cells = append(t.Cells, line)
	}
	return t
}

func TestNoCountBelowFiveIsShownNorTold(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 3))
	for range 20_000 {
		table := drawn(r)
		shown := incident.Suppress(table)
		other := incident.Table{Rows: table.Rows, Columns: table.Columns}
		for i, line := range table.Cells {
			other.Cells = append(other.Cells, slices.Clone(line))
			for j, n := range line {
				f := shown.Cells[i][j]
				if f.Hidden != (n < incident.Fewest) || !f.Hidden && f.N != n || f.Hidden && f.N != 0 {
					t.Fatalf("%d is shown as %+v", n, f)
				}
				if n < incident.Fewest {
					other.Cells[i][j] = r.IntN(incident.Fewest) // whatever is hidden, the table must look the same
				}
			}
		}
		if diff := cmp.Diff(shown, incident.Suppress(other)); diff != "" {
			t.Fatalf("what is hidden can be told from what is shown:\n%s", diff)
		}
		for _, sums := range [][]incident.Figure{shown.RowSums, shown.ColumnSums, {shown.Sum}} {
			for _, sum := range sums {
				if !sum.Hidden && sum.N < incident.Fewest {
					t.Fatalf("a sum of %d is shown", sum.N)
				}
			}
		}
	}
}

func TestSumsAreWholeWhereNothingIsHidden(t *testing.T) {
	s := incident.Suppress(incident.Table{Rows: []string{"a", "b"}, Columns: []string{"x", "y"}, Cells: [][]int{{5, 6}, {7, 2}}})
	want := incident.Shown{Cells: [][]incident.Figure{{{N: 5}, {N: 6}}, {{N: 7}, {Hidden: true}}},
		RowSums: []incident.Figure{{N: 11}, {N: 7, Least: true}}, ColumnSums: []incident.Figure{{N: 12}, {N: 6, Least: true}}, Sum: incident.Figure{N: 18, Least: true}}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
	if s.Sum.String() != "18 or more" || s.Cells[1][1].String() != "fewer than 5" || s.Cells[0][0].String() != "5" {
		t.Errorf("in words: %s, %s, %s", s.Sum, s.Cells[1][1], s.Cells[0][0])
	}
}

func TestIncidentsAreCountedOnceByQuarterTeamAndClass(t *testing.T) {
	var all []incident.Counted
	for range 5 {
		all = append(all, incident.Counted{Team: "echo", Day: day("2026-12-31"), Kind: "verbal", Of: incident.Racist},
			incident.Counted{Team: "echo", Day: day("2026-09-30"), Kind: "slip"})
	}
	quarters, tables := incident.Tables(all, []string{"echo", "links"})
	if !slices.Equal(quarters, []string{"2026 Q4", "2026 Q3"}) {
		t.Fatalf("quarters %v", quarters)
	}
	total := 0
	for i, row := range tables[0].Rows {
		total += tables[0].Cells[i][0] + tables[0].Cells[i][1]
		if n := tables[0].Cells[i][0]; row == "hate/race" && n != 5 || row == "verbal" && n != 0 {
			t.Errorf("%s: %d", row, n)
		}
	}
	if total != 5 || len(tables[0].Rows) != len(incident.Kinds())-1+len(incident.Strands()) {
		t.Errorf("%d in the last quarter, in %d rows", total, len(tables[0].Rows))
	}
	if incident.ClassWords("hate/race") != "Hate: Race, ethnicity or nationality: a racist incident" || incident.ClassWords("slip") == "slip" {
		t.Error("a class is not in words")
	}
}
