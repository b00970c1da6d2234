package mail

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The signs by which [Body] keeps what a page shows beside its words.
const (
	CellEnd = "\t"   // between the cells of a table's row
	Break   = "\v"   // a line that ends within a cell
	BoldEnd = "\x1f" // where the bold words end that a line begins with: a label, most often, that has no colon
)

// Body gives what a page shows, as lines: a row of a table is one, its cells parted by [CellEnd]; tables that only lay a page out leave no trace. What
// is not shown, is struck out or quotes an earlier mail is left out. It reads the first MiB.
func Body(page string) string {
	if strings.TrimSpace(page) == "" {
		return ""
	}
	if len(page) > maxBody {
		page = strings.ToValidUTF8(page[:maxBody], "")
	}
	root, err := html.Parse(strings.NewReader(page))
	if err != nil { // nested deeper than anything is shown
		return bare(page)
	}
	d := drawing{tables: map[*html.Node]bool{}}
	d.find(root)
	var out sheet
	d.draw(&out, root, false)
	return out.String()
}

// bare gives the words of a page, a line for each.
func bare(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(b.String())
		case html.TextToken:
			if t := strings.Join(strings.Fields(string(z.Text())), " "); t != "" {
				b.WriteString(t + "\n")
			}
		}
	}
}

// drawing is a page that is being put into lines.
type drawing struct {
	tables map[*html.Node]bool // the nodes with a table in them
	pre    int                 // how many elements around keep their lines
	ended  bool                // the rest is an earlier mail
}

// find marks the nodes that have a table in them, so that each is asked once.
func (d *drawing) find(n *html.Node) bool {
	found := false
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if d.find(c) || c.DataAtom == atom.Table {
			found = true
		}
	}
	if found {
		d.tables[n] = true
	}
	return found
}

func (d *drawing) draw(out *sheet, n *html.Node, bold bool) {
	switch {
	case d.ended:
		return
	case n.Type == html.TextNode && d.pre > 0:
		for i, line := range strings.Split(n.Data, "\n") {
			if i > 0 {
				out.next()
			}
			out.words(line, bold)
		}
		return
	case n.Type == html.TextNode:
		out.words(n.Data, bold)
		return
	case n.Type == html.ElementNode && d.element(out, n):
		return
	}
	bold = bold || isBold(n)
	block := blocks[n.DataAtom]
	if block {
		out.line()
	}
	if n.DataAtom == atom.Pre {
		d.pre++
		defer func() { d.pre-- }()
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		d.draw(out, c, bold)
	}
	if block {
		out.paragraph(n.DataAtom == atom.P || n.DataAtom == atom.Div)
	}
}

// element draws the elements that are not just their words, and says whether this was one.
func (d *drawing) element(out *sheet, n *html.Node) bool {
	switch n.DataAtom {
	case atom.Head, atom.Style, atom.Script, atom.Title, atom.Template, atom.Noscript, atom.Del, atom.S, atom.Strike, atom.Select, atom.Svg, atom.Object:
		return true
	case atom.Br:
		out.next()
		return true
	case atom.Hr:
		out.line()
		return true
	case atom.Tr:
		if !d.tables[n] {
			d.row(out, n)
			return true
		}
	}
	if quotes(n) {
		d.ended = d.ended || attribute(n, "id") != ""
		return true
	}
	style := strings.ReplaceAll(strings.ToLower(attribute(n, "style")), " ", "")
	return strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") || strings.Contains(style, "text-decoration:line-through")
}

// quotes says that an element holds an earlier mail, or begins one.
func quotes(n *html.Node) bool {
	id, class := strings.ToLower(attribute(n, "id")), strings.ToLower(attribute(n, "class"))
	return strings.HasSuffix(id, "divrplyfwdmsg") || strings.Contains(class, "gmail_quote") || strings.Contains(class, "yahoo_quoted") || strings.Contains(class, "moz-cite-prefix") ||
		n.DataAtom == atom.Blockquote && attribute(n, "type") == "cite"
}

// row draws a row of a table without tables in it: a line, its cells beside each other. One of a single cell is what is in it.
func (d *drawing) row(out *sheet, n *html.Node) {
	var cells []*html.Node
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
			cells = append(cells, c)
		}
	}
	out.line()
	if len(cells) == 1 {
		for c := cells[0].FirstChild; c != nil; c = c.NextSibling {
			d.draw(out, c, false)
		}
		out.line()
		return
	}
	drawn := make([]string, len(cells))
	for i, cell := range cells {
		var inner sheet
		for c := cell.FirstChild; c != nil; c = c.NextSibling {
			d.draw(&inner, c, cell.DataAtom == atom.Th)
		}
		drawn[i] = inner.cell()
	}
	if line := strings.Join(drawn, CellEnd); strings.Trim(line, CellEnd) != "" { // an empty cell is an answer not given, and stays
		out.lines = append(out.lines, line)
	}
}

func isBold(n *html.Node) bool {
	if n.DataAtom == atom.B || n.DataAtom == atom.Strong {
		return true
	}
	style := strings.ReplaceAll(strings.ToLower(attribute(n, "style")), " ", "")
	return strings.Contains(style, "font-weight:bold") || strings.Contains(style, "font-weight:700")
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if strings.EqualFold(a.Key, name) {
			return a.Val
		}
	}
	return ""
}

var blocks = map[atom.Atom]bool{
	atom.Address: true, atom.Article: true, atom.Aside: true, atom.Blockquote: true, atom.Body: true, atom.Caption: true, atom.Center: true, atom.Dd: true, atom.Div: true, atom.Dl: true,
	atom.Dt: true, atom.Fieldset: true, atom.Footer: true, atom.Form: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Header: true,
	atom.Li: true, atom.Main: true, atom.Nav: true, atom.Ol: true, atom.P: true, atom.Pre: true, atom.Section: true, atom.Table: true, atom.Tbody: true, atom.Td: true, atom.Th: true,
	atom.Thead: true, atom.Tfoot: true, atom.Tr: true, atom.Ul: true,
}

// sheet is lines as they come into being.
type sheet struct {
	lines []string
	now   strings.Builder
	space bool // before the next word
	bold  bool // all of the line so far is bold
	bolds bool // the line's bold beginning has ended
}

// words adds text to the line, with its spaces as a browser shows them.
func (s *sheet) words(text string, bold bool) {
	for _, r := range text {
		if unicode.IsSpace(r) || r == '\u00a0' || r == '\u200b' || r == '\ufeff' || r == '\x1f' {
			s.space = true
			continue
		}
		if unicode.IsControl(r) {
			continue
		}
		switch {
		case s.now.Len() == 0:
			s.bold, s.bolds = bold, false
		case s.bold && !bold && !s.bolds:
			s.now.WriteString(BoldEnd)
			s.bolds = true
			if s.space {
				s.now.WriteByte(' ')
			}
		case s.space:
			s.now.WriteByte(' ')
		}
		s.space = false
		s.now.WriteRune(r)
	}
}

// line ends the line, if there is anything on it.
func (s *sheet) line() {
	if s.now.Len() > 0 {
		s.next()
	}
	s.space = false
}

// next ends the line, be it empty.
func (s *sheet) next() {
	s.lines = append(s.lines, s.now.String())
	s.now.Reset()
	s.space = false
}

// paragraph ends a block; one that holds no more than a space is an empty line, as people use it.
func (s *sheet) paragraph(spaced bool) {
	if s.now.Len() == 0 && s.space && spaced {
		s.next()
		return
	}
	s.line()
}

// cell is the sheet as a cell of a row.
func (s *sheet) cell() string {
	s.line()
	var kept []string
	for _, line := range s.lines {
		if line = strings.TrimSpace(strings.ReplaceAll(line, CellEnd, " ")); line != "" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, Break)
}

// String is the lines, with no two empty ones after each other.
func (s *sheet) String() string {
	s.line()
	var b strings.Builder
	empty := true
	for _, line := range s.lines {
		if line == "" {
			if !empty {
				b.WriteByte('\n')
			}
			empty = true
			continue
		}
		empty = false
		b.WriteString(line + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}
