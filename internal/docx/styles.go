package docx

import "strings"

// look is what a style of the document being read is.
type look struct {
	name     Style
	based    string
	numbered *numbered
}

type numbered struct {
	ID struct {
		Val string `xml:"val,attr"`
	} `xml:"numId"`
}

// looks are a document's styles by the names that its paragraphs use. Word translates those names, but not what it shows of a built-in
// one: a German "berschrift1" is shown as "heading 1".
type looks map[string]look

func (a *archive) looks(main string) looks {
	var sheet struct {
		Styles []struct {
			ID   string `xml:"styleId,attr"`
			Name struct {
				Val string `xml:"val,attr"`
			} `xml:"name"`
			Based struct {
				Val string `xml:"val,attr"`
			} `xml:"basedOn"`
			Properties struct {
				Numbered *numbered `xml:"numPr"`
			} `xml:"pPr"`
		} `xml:"style"`
	}
	if err := a.small(a.related(main, "styles"), &sheet); err != nil {
		return looks{} // a document without its looks still has its words
	}
	all := looks{}
	for _, s := range sheet.Styles {
		all[s.ID] = look{name: Style(s.Name.Val), based: s.Based.Val, numbered: s.Properties.Numbered}
	}
	return all
}

// of gives the style that a paragraph names, and whether it is a list's by its style or one that it is based on.
func (l looks) of(id string) (name Style, list bool) {
	name = Style(id)
	if s, known := l[id]; known && s.name != "" {
		name = s.name
	}
	if canonical, known := builtIn[strings.ToLower(strings.ReplaceAll(string(name), " ", ""))]; known {
		name = canonical
	}
	for range 10 { // a circle of styles ends too
		s, known := l[id]
		if !known {
			break
		}
		if s.numbered != nil {
			return name, s.numbered.ID.Val != "0"
		}
		id = s.based
	}
	return name, name == Bullet || name == Numbered
}

// builtIn are the names of the styles that count, without spaces and capitals.
var builtIn = map[string]Style{
	"normal": Body, "title": Title, "subtitle": Subtitle, "heading1": Heading1, "heading2": Heading2, "heading3": "heading 3", "heading4": "heading 4",
	"listbullet": Bullet, "listnumber": Numbered, "setting": Setting, "lead": Lead,
}

// Level is that of a heading, from 1; 0 for what is none.
func (s Style) Level() int {
	rest, is := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(string(s), " ", "")), "heading")
	if !is || len(rest) != 1 || rest[0] < '1' || rest[0] > '9' {
		return 0
	}
	return int(rest[0] - '0')
}
