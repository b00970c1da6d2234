package report

import (
	"strings"
	"unicode"

	"github.com/allclear-safety/allclear/internal/plan"
)

// Showable is what someone wrote as a page or a sheet may show it. What cannot be seen, or would turn round what stands
// beside it, shows as a mark that it was there: what is [plan.Hidden] but for a line's end and a tab. On record it stands as it was written.
func Showable(words string) string { return strings.Map(showable, words) }

func showable(r rune) rune {
	switch {
	case r == '\n', r == '\t':
		return r
	case r == '\r':
		return -1 // a line's end is told by the other
	case plan.Hidden(r):
		return unicode.ReplacementChar
	default:
		return r
	}
}

// showable is the sheet with every word of it showable: most of them were written by someone.
func (s sheet) showable() sheet {
	s.Title = Showable(s.Title)
	showableRows(s.Head)
	for _, part := range s.Sections {
		for i, text := range part.Text {
			part.Text[i] = Showable(text)
		}
		showableRows(part.Rows)
		for i, c := range part.Calls {
			part.Calls[i] = callRow{c.At, Showable(c.To), Showable(c.Whose), Showable(c.By), c.Result, Showable(c.Note)}
		}
	}
	return s
}

func showableRows(rows []row) {
	for i, r := range rows {
		rows[i] = row{Showable(r.Label), Showable(r.Value)}
	}
}
