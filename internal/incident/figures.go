package incident

import (
	"fmt"
	"time"
)

// Fewest is the least number that is ever shown of incidents: fewer could be told apart by whoever was there.
const Fewest = 5

// Counted is an incident as far as the figures know it.
type Counted struct {
	Team string
	Day  time.Time // in UTC
	Kind string
	Of   string // the strand of a hate incident; "" for none
}

// Class is what an incident is counted as, once: as racist or another hate incident whatever else it was, else by its kind.
func (c Counted) Class() string {
	if c.Of != "" {
		return Hate + "/" + c.Of
	}
	return c.Kind
}

// Quarter is a quarter of a year as it is called: "2026 Q4".
func Quarter(day time.Time) string {
	return fmt.Sprintf("%d Q%d", day.Year(), (int(day.Month())+2)/3)
}

// ClassWords says what a class is.
func ClassWords(class string) string {
	for _, s := range Strands() {
		if class == Hate+"/"+s.Value {
			return "Hate: " + s.Says
		}
	}
	for _, k := range Kinds() {
		if class == k.Value {
			return k.Says
		}
	}
	return class
}

// Table is counts of one quarter: a row for each class, a column for each team.
type Table struct {
	Rows, Columns []string
	Cells         [][]int // by row and column
}

// How many quarters are listed: the last ones always, so that it says nothing that one is.
const (
	shownBack  = 8
	listedBack = 40
)

// Tables counts incidents by quarter, the latest first; each table has all of the teams given, and all classes. A quarter that is not over has none: who looks each
// day would see a number grow, and by how much. The eight quarters before this one are there whatever happened in them, those of ten years where something can be shown.
func Tables(all []Counted, teams []string, today time.Time) (quarters []string, tables []Table) {
	by := map[string]map[[2]string]int{}
	for _, c := range all {
		q := Quarter(c.Day)
		if by[q] == nil {
			by[q] = map[[2]string]int{}
		}
		by[q][[2]string{c.Class(), c.Team}]++
	}
	start := time.Date(today.Year(), (today.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	for back := 1; back <= listedBack; back++ {
		q := Quarter(start.AddDate(0, -3*back, 0))
		t := tableOf(by[q], teams)
		if back > shownBack && Suppress(t).Sum.Hidden {
			continue
		}
		quarters, tables = append(quarters, q), append(tables, t)
	}
	return quarters, tables
}

// tableOf is a quarter's counts, by class and team, as a table.
func tableOf(counts map[[2]string]int, teams []string) Table {
	t := Table{Rows: classes(), Columns: teams}
	for _, row := range t.Rows {
		line := make([]int, len(teams))
		for j, team := range teams {
			line[j] = counts[[2]string{row, team}]
		}
		t.Cells = append(t.Cells, line)
	}
	return t
}

// classes are all classes there are: which of them had an incident at all is not to be seen.
func classes() (all []string) {
	for _, k := range Kinds() {
		if k.Value != Hate { // counted by its strand
			all = append(all, k.Value)
		}
	}
	for _, s := range Strands() {
		all = append(all, Hate+"/"+s.Value)
	}
	return all
}

// Figure is a number as it may be shown.
type Figure struct {
	N      int
	Hidden bool // it is below [Fewest], or would tell one that is; N is 0
	Least  bool // N is what is shown of a line with hidden numbers in it: there may be more
}

// Shown is a table as it may be shown, with the sums of its rows and columns and of all.
type Shown struct {
	Cells               [][]Figure
	RowSums, ColumnSums []Figure
	Sum                 Figure
}

// Suppress hides every count below [Fewest], none included, and every sum from which one could be had by subtraction.
//
// A sum is of what is shown alone, and says that there may be more where something is hidden. So all that is shown follows from the counts that are
// shown: whatever the hidden ones are, from none to four, the table looks the same, and no arithmetic tells them apart.
func Suppress(t Table) Shown {
	s := Shown{RowSums: make([]Figure, len(t.Rows)), ColumnSums: make([]Figure, len(t.Columns))}
	for i := range t.Rows {
		line := make([]Figure, len(t.Columns))
		for j := range t.Columns {
			n := t.Cells[i][j]
			line[j] = Figure{N: n}
			if n < Fewest {
				line[j] = Figure{Hidden: true}
			}
			for _, sum := range []*Figure{&s.RowSums[i], &s.ColumnSums[j], &s.Sum} {
				sum.N += line[j].N
				sum.Least = sum.Least || line[j].Hidden
			}
		}
		s.Cells = append(s.Cells, line)
	}
	for _, sums := range [][]Figure{s.RowSums, s.ColumnSums, {s.Sum}} {
		for i := range sums {
			if sums[i].N == 0 {
				sums[i] = Figure{Hidden: true}
			}
		}
	}
	if s.Sum.N == 0 {
		s.Sum = Figure{Hidden: true}
	}
	return s
}

// String is the figure as people read it.
func (f Figure) String() string {
	switch {
	case f.Hidden:
		return "fewer than 5"
	case f.Least:
		return fmt.Sprintf("%d or more", f.N)
	default:
		return fmt.Sprint(f.N)
	}
}
