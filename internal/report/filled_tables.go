package report

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/docx"
	"github.com/allclear-safety/allclear/internal/plan"
)

// pair is which columns of a table have a name and its date. A name may go over several: "First name" and "Surname" under one head.
type pair struct{ name, last, date int }

// signed takes the signatures out of a table that has them. Other cells of it stay, but for a row's number and what was put as a signature
// beside the name.
func (w *walk) signed(t docx.Table) bool {
	head, pairs := signHead(t)
	if len(pairs) == 0 {
		return false
	}
	for i, row := range t.Rows {
		if i < head {
			for _, cell := range row {
				w.blocks(cell)
			}
			continue
		}
		if i > head || !signHeader(row) {
			w.signRow(row, pairs, signColumns(t.Rows[head]))
		}
	}
	return true
}

// signColumns are the columns headed "Signature" or "No."
func signColumns(head docx.Row) map[int]bool {
	columns := map[int]bool{}
	for i := range head {
		columns[i] = slices.Contains([]string{"signature", "signed", "sign", "initials", "no", "number"}, strings.Join(wordsOf(at(head, i)), " "))
	}
	return columns
}

var rowNumber = regexp.MustCompile(`^\d{1,3}[.)]?$`)

func (w *walk) signRow(row docx.Row, pairs []pair, taken map[int]bool) {
	for _, p := range pairs {
		name, date := p.nameIn(row), at(row, p.date)
		taken[p.date] = true
		for i := p.name; i <= p.last; i++ {
			taken[i] = true
		}
		switch {
		case name != "" && date != "":
			w.signatures = append(w.signatures, plan.Signed{Name: name, On: asDate(date)})
		case name != "":
			w.undated = append(w.undated, name)
		case date != "":
			w.lines = append(w.lines, planLine{text: date, style: docx.Body})
		}
	}
	for i, cell := range row {
		if !taken[i] && !rowNumber.MatchString(cellText(cell)) {
			w.blocks(cell)
		}
	}
}

// nameIn is the name in a row.
func (p pair) nameIn(row docx.Row) string {
	var parts []string
	for i := p.name; i <= p.last; i++ {
		if text := at(row, i); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " ")
}

func at(row docx.Row, i int) string {
	if i >= len(row) {
		return ""
	}
	return cellText(row[i])
}

// signHead finds the row that heads the columns, and which they are. A table without one is known by its dates.
func signHead(t docx.Table) (row int, pairs []pair) {
	for i, row := range t.Rows[:min(len(t.Rows), 3)] {
		if pairs := columns(row); len(pairs) > 0 {
			return i, pairs
		}
	}
	dates := 0
	for _, row := range t.Rows {
		name, date := at(row, 0), at(row, 1)
		switch {
		case len(row) != 2 || name == "" && date != "" || date != "" && asDate(date) == date && !asPrinted(date) || asPrinted(asDate(name)):
			return 0, nil
		case date != "":
			dates++
		}
	}
	if dates < 2 {
		return 0, nil
	}
	return 0, []pair{{0, 0, 1}}
}

func signHeader(row docx.Row) bool { return len(columns(row)) > 0 }

// columns pairs the heads of names with those of dates that follow them.
func columns(row docx.Row) (pairs []pair) {
	name := -1
	for i := range row {
		switch head := wordsOf(at(row, i)); {
		case isDateHead(head) && name >= 0:
			last := name
			for last+1 < i && len(row[last+1]) == 0 { // the head goes on over it
				last++
			}
			pairs = append(pairs, pair{name, last, i})
			name = -1
		case isNameHead(head) && name < 0:
			name = i
		}
	}
	return pairs
}

func isDateHead(words []string) bool {
	return slices.Contains([]string{"date", "date signed", "signed on", "date of signature", "signature date", "date read", "date read and signed", "signed date", "date dd mm yy", "date dd mm yyyy"}, strings.Join(words, " "))
}

func isNameHead(words []string) bool {
	return len(words) > 0 && len(words) <= 5 && slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"name", "names", "member", "staff", "worker", "colleague", "employee"}, w)
	}) && !slices.Contains(words, "date")
}

var (
	ordinal = regexp.MustCompile(`(?i)\b(\d{1,2})(?:st|nd|rd|th)\b`)
	dayName = regexp.MustCompile(`(?i)^(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b,?\s*`)
	written = "2 January 2006"
)

// layouts are dates as people write them here: the day comes first.
var layouts = []string{
	"2/1/2006", "2/1/06", "2.1.2006", "2.1.06", "2-1-2006", "2-1-06", "2 1 2006", "2 January 2006", "2 Jan 2006", "2 January 06", "2 Jan 06", "2-Jan-2006", "2-Jan-06", "2/Jan/2006", "2/Jan/06",
	"January 2 2006", "Jan 2 2006", "2006-01-02", "2006/01/02",
}

// asDate gives a date as "13 November 2025"; what is none, or not surely one, as it was written.
func asDate(s string) string {
	plain := ordinal.ReplaceAllString(dayName.ReplaceAllString(strings.TrimSpace(s), ""), "$1")
	plain = strings.ReplaceAll(strings.NewReplacer(",", " ", " of ", " ", "Sept ", "Sep ", "sept ", "sep ").Replace(plain), " / ", "/")
	plain = strings.Join(strings.Fields(plain), " ")
	for _, layout := range layouts {
		if t, err := time.Parse(layout, plain); err == nil && t.Year() >= 1970 {
			return t.Format(written)
		}
	}
	return s
}

// asPrinted says whether a date is written as we print it.
func asPrinted(s string) bool {
	_, err := time.Parse(written, s)
	return err == nil
}

// isTeamLabel says whether a text announces the team's name.
func isTeamLabel(text string) bool {
	return slices.Contains([]string{"team name", "name of team", "name of the team", "teams name", "team"}, strings.Join(wordsOf(text), " "))
}

// named takes the team's name out of a small table that gives it, beside or under its label; what else is in the table stays.
func (w *walk) named(t *docx.Table) bool {
	if len(t.Rows) > 6 || w.team != "" {
		return false
	}
	for i, row := range t.Rows {
		for j := range row {
			text := at(row, j)
			if m := teamPattern.FindStringSubmatch(text); m != nil {
				w.team = strings.TrimSpace(m[1])
				return w.rest(*t, [2]int{i, j})
			}
			if !isTeamLabel(text) || len(wordsOf(text)) == 1 && (j > 0 || len(row) != 2) {
				continue // the head of a column, rather
			}
			for _, place := range [][2]int{{i, j + 1}, {i, j + 2}, {i + 1, j}} {
				if place[0] < len(t.Rows) && at(t.Rows[place[0]], place[1]) != "" {
					w.team = at(t.Rows[place[0]], place[1])
					return w.rest(*t, [2]int{i, j}, place)
				}
			}
			return w.rest(*t, [2]int{i, j})
		}
	}
	return false
}

// rest reads a table but for some cells.
func (w *walk) rest(t docx.Table, taken ...[2]int) bool {
	for i, row := range t.Rows {
		for j, cell := range row {
			if !slices.Contains(taken, [2]int{i, j}) {
				w.blocks(cell)
			}
		}
	}
	return true
}
