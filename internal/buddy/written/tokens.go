package written

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a piece of a form: a label, an answer or a line between.
type token struct {
	text   string
	label  label
	is     sort
	beside bool // a label that stands where an answer could: it is kept if it has none itself
}

type sort int

const (
	aText sort = iota
	aLabel
	aStranger // a label that asks for nothing we know
	aBlank
	aRowEnd
)

// tokens parts the lines of a form into labels and what stands between them. A line's cells are parted by tabs, the lines of a cell by "\v", and "\x1f" stands
// where bold words end.
func tokens(lines []string) []token {
	var list []token
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if strings.TrimSpace(line) == "" {
			list = append(list, token{is: aBlank})
			continue
		}
		cells := cellsOf(line)
		if i+1 < len(lines) {
			if below := cellsOf(lines[i+1]); headed(cells, below) {
				for c := range cells {
					l, _ := plainText(flat(cells[c])).label()
					list = append(list, token{text: flat(cells[c]), label: l, is: aLabel})
					list = append(list, answers(below[c])...)
					list = append(list, token{is: aRowEnd})
				}
				i++
				continue
			}
		}
		switch {
		case len(cells) == 1:
			list = append(list, piece(cells[0])...)
		default:
			list = append(list, row(cells)...)
		}
	}
	return list
}

// cellsOf parts a line into its cells, without one at the start that only counts the rows.
func cellsOf(line string) []string {
	cells := strings.Split(line, "\t")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	for len(cells) > 1 && (cells[0] == "" || counted.MatchString(cells[0])) {
		cells = cells[1:]
	}
	return cells
}

var counted = regexp.MustCompile(`^(?i)(q\s*)?\(?([0-9]{1,2}|[a-h]|[ivx]{1,4})\s*[.):]?$`)

// flat is a cell in one line.
func flat(cell string) string {
	return strings.TrimSpace(strings.NewReplacer("\v", " ", "\x1f", " ").Replace(cell))
}

// headed says that a row is the heads of the columns below it: labels all of them, over a row with none.
func headed(cells, below []string) bool {
	if len(cells) < 2 || len(cells) != len(below) {
		return false
	}
	said := false
	for i := range cells {
		if l, ok := plainText(flat(cells[i])).label(); !ok || l.weak || l.field == heading || strings.HasSuffix(flat(below[i]), ":") {
			return false
		}
		if l, ok := plainText(flat(below[i])).label(); ok && !l.weak {
			return false
		}
		said = said || flat(below[i]) != ""
	}
	return said
}

// row reads a row of a table: a label and its answer, perhaps another beside them.
func row(cells []string) []token {
	var list []token
	if stacked := stacks(cells); stacked != nil {
		return stacked
	}
	for i := 0; i < len(cells); i++ {
		cell := flat(cells[i])
		if cell == "" {
			continue
		}
		l, known := plainText(cell).label()
		switch {
		case known && (i%2 == 0 || !l.weak) && !placeholder(cell):
			list = append(list, token{text: cell, label: l, is: aLabel, beside: i%2 == 1})
		case len(splitLabels(cell)) > 0 && !strings.Contains(cells[i], "\v"):
			list = append(list, piece(cells[i])...)
			list = append(list, token{is: aRowEnd})
			continue
		case firstIsLabel(cells[i]):
			list = append(list, piece(cells[i])...)
			continue
		case i+1 < len(cells) && i%2 == 0 && asLabel(cell):
			list = append(list, token{text: trimLabel(cell), is: aStranger})
		default:
			list = append(list, piece(cells[i])...)
			continue
		}
		if i+1 < len(cells) {
			next := flat(cells[i+1])
			other, isLabel := plainText(next).label()
			if (!isLabel || other.weak) && len(splitLabels(next)) == 0 {
				list = append(list, answers(cells[i+1])...)
				i++
			}
			list = append(list, token{is: aRowEnd})
		}
	}
	return append(list, token{is: aRowEnd})
}

// firstIsLabel says that a cell of several lines begins with a label, and has its answer below it.
func firstIsLabel(cell string) bool {
	first, _, several := strings.Cut(cell, "\v")
	if !several {
		return false
	}
	l, ok := plainText(flat(first)).label()
	return ok && !l.weak || len(splitLabels(flat(first))) > 0
}

// stacks reads a row whose first cell holds as many labels, a line each, as the second holds answers.
func stacks(cells []string) []token {
	if len(cells) != 2 || !strings.Contains(cells[0], "\v") {
		return nil
	}
	labels, values := strings.Split(cells[0], "\v"), strings.Split(cells[1], "\v")
	if len(labels) != len(values) {
		return nil
	}
	var list []token
	for i, text := range labels {
		l, ok := plainText(flat(text)).label()
		if !ok || l.weak {
			return nil
		}
		list = append(list, token{text: flat(text), label: l, is: aLabel})
		list = append(list, answers(values[i])...)
		list = append(list, token{is: aRowEnd})
	}
	return list
}

// answers are the lines of a cell that is an answer.
func answers(cell string) []token {
	var list []token
	for part := range strings.SplitSeq(cell, "\v") {
		if part = strings.TrimSpace(strings.ReplaceAll(part, "\x1f", "")); part != "" {
			list = append(list, token{text: part})
		}
	}
	return list
}

// piece reads a line, or a cell that is not known to be one or the other.
func piece(cell string) []token {
	var list []token
	for part := range strings.SplitSeq(cell, "\v") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		list = append(list, linePieces(part)...)
	}
	return list
}

func linePieces(line string) []token {
	if before, after, bold := strings.Cut(line, "\x1f"); bold {
		before, after = strings.TrimSpace(before), strings.TrimSpace(after)
		if l, ok := plainText(before).label(); ok && l.field != heading {
			after = strings.TrimLeft(after, ":-–—= ")
			list := []token{{text: trimLabel(before), label: l, is: aLabel}}
			if after != "" {
				list = append(list, linePieces(after)...)
			}
			return list
		}
		if strings.HasPrefix(after, ":") || strings.HasSuffix(before, ":") {
			line = before + after
		} else {
			line = before + " " + after
		}
	}
	line = unlisted(line)
	if l, ok := plainText(line).label(); ok && !placeholder(line) && (!strings.Contains(strings.TrimRight(line, ": "), ":") || len(splitLabels(line)) == 0) {
		marked := strings.HasSuffix(line, ":") || strings.HasSuffix(line, "?") || strings.HasSuffix(line, "*")
		l.weak = l.weak && !marked
		return []token{{text: trimLabel(line), label: l, is: aLabel}}
	}
	if list := splitLabels(line); len(list) > 0 {
		return list
	}
	if before, after, ok := strangers(line); ok {
		list := []token{{text: before, is: aStranger}}
		if after != "" {
			list = append(list, token{text: after})
		}
		return list
	}
	return []token{{text: line}}
}

var listed = regexp.MustCompile(`^(?:[•·▪◦‣*o-]\s+|(?i:q?\s*\(?[0-9]{1,2}\s*[.)]\s*|q[0-9]{1,2}\s+|[a-h][.)]\s+))`)

// unlisted takes off the sign or number that a line of a list begins with, where a label stands behind it.
func unlisted(line string) string {
	rest := listed.ReplaceAllString(line, "")
	if rest == line || rest == "" {
		return line
	}
	if _, ok := plainText(rest).label(); ok || len(splitLabels(rest)) > 0 {
		return rest
	}
	if _, _, ok := strangers(rest); ok {
		return rest
	}
	return line
}

// strangers parts a line at the colon, or question mark, behind a label that asks for nothing we know.
func strangers(line string) (before, after string, ok bool) {
	i := strings.IndexAny(line, ":?")
	if i <= 0 || strings.HasPrefix(line[i:], "://") || i+1 < len(line) && line[i] == ':' && digit(line[i+1]) && digit(line[i-1]) {
		return "", "", false
	}
	before, after = strings.TrimSpace(line[:i]), strings.TrimSpace(line[i+1:])
	if line[i] == '?' {
		before += "?"
	}
	return before, strings.TrimSpace(strings.TrimPrefix(after, ":")), asLabel(before)
}

// asLabel says that a text is short enough, and begins, as labels do.
func asLabel(s string) bool {
	words := strings.Fields(s)
	if len(words) == 0 || len(words) > 12 || len(s) > 100 {
		return false
	}
	for _, r := range s {
		return unicode.IsLetter(r)
	}
	return false
}

func trimLabel(s string) string {
	return strings.TrimSpace(strings.TrimRight(strings.TrimSpace(s), ":*- \t"))
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

var separator = regexp.MustCompile(`\s*(?::\s*-|[:=?*]+|\s[-–—]\s|\.{3,}|…+|_{3,}|-{2,}>?)\s*`)

// splitLabels parts a line at the labels in it that are known: "Start: 14:00 End: 15:00", "Mobile 07700 900101". It gives nothing where there is none.
func splitLabels(line string) []token {
	return splitAt(line, false)
}

// splitAt is splitLabels; in a run, a form in a single line, the first label need not be at the beginning.
func splitAt(line string, run bool) []token {
	var list []token
	from := 0 // where the answer before, or the line, begins
	for _, at := range separator.FindAllStringIndex(line, 40) {
		if at[0] < from || line[at[0]] == ':' && at[0] > 0 && at[1] < len(line) && digit(line[at[0]-1]) && digit(line[at[1]]) {
			continue
		}
		before := line[from:at[0]]
		start, l, ok := lastLabel(before, len(list) == 0 && !run)
		if !ok {
			if len(list) == 0 && !run {
				if again := splitAt(line, true); labelled(again) > 2 {
					return again
				}
				if sign := strings.TrimSpace(line[at[0]:at[1]]); sign == ":" || sign == "?" {
					return nil // a label that is not known: what it is answered with may hold anything
				}
			}
			continue
		}
		if answer := strings.Trim(before[:start], " ,;|/\u00a0"); answer != "" {
			t := token{text: answer}
			if title, ok := plainText(answer).label(); ok && title.field == heading && len(list) == 0 {
				t.is, t.label = aLabel, title
			}
			list = append(list, t)
		}
		l.weak = false
		list = append(list, token{text: strings.TrimSpace(before[start:]), label: l, is: aLabel})
		from = at[1]
	}
	if len(list) == 0 {
		if run {
			return nil
		}
		return withoutSign(line)
	}
	if rest := strings.TrimSpace(line[from:]); rest != "" {
		list = append(list, token{text: rest})
	}
	return list
}

func labelled(list []token) int {
	n := 0
	for _, t := range list {
		if t.is == aLabel {
			n++
		}
	}
	return n
}

// lastLabel finds the longest label that a text ends with; for the first of a line it must be all of it.
func lastLabel(text string, whole bool) (start int, l label, ok bool) {
	if whole {
		if l, ok = plainText(text).label(); ok {
			return 0, l, l.field != heading
		}
		return 0, label{}, false
	}
	var starts []int
	inWord := false
	for i, r := range text {
		space := unicode.IsSpace(r) || strings.ContainsRune(",;|", r)
		if !space && !inWord {
			starts = append(starts, i)
		}
		inWord = !space
	}
	if len(starts) > 8 {
		starts = starts[len(starts)-8:]
	}
	for _, i := range starts {
		if r, _ := utf8.DecodeRuneInString(text[i:]); !unicode.IsLetter(r) || strings.ContainsAny(text[i:], ",;|") {
			continue
		}
		if l, ok := plainText(text[i:]).label(); ok && l.field != heading && vocabulary[first(text[i:])]&^filler != 0 {
			return i, l, true
		}
	}
	return 0, label{}, false
}

func first(s string) string {
	if words := plainText(s).words(); len(words) > 0 {
		return words[0]
	}
	return ""
}

var digits = regexp.MustCompile(`^([A-Za-z][A-Za-z .'’/()]{0,40}?)[\s.]+(\+?\(?[0-9][0-9 ()+.:apmno–—-]{2,})`)

// withoutSign parts a label from a number or time that stands behind it without any sign: "Mob 07700 900101", "Finish 15:00".
func withoutSign(line string) []token {
	m := digits.FindStringSubmatchIndex(line)
	if m == nil {
		return nil
	}
	l, ok := plainText(line[:m[3]]).label()
	if !ok {
		return nil
	}
	switch l.field {
	case anyPhone, anyMobile, anyHome, anyContact, contact, mobile, personal, workPhone, homePhone, emergencyPhone, start, end, times:
		return []token{{text: line[:m[3]], label: l, is: aLabel}, {text: line[m[4]:]}}
	}
	return nil
}
