package govuk

import (
	"cmp"
	"html/template"
	"slices"
)

// SummaryList is what is known, a row a thing.
type SummaryList struct {
	Rows       []SummaryRow `json:"rows"`
	Card       *SummaryCard `json:"card"`
	Classes    string       `json:"classes"`
	Attributes Attributes   `json:"attributes"`
}

// SummaryRow is one thing that is known.
type SummaryRow struct {
	Key     Cell    `json:"key"`
	Value   Cell    `json:"value"`
	Actions Actions `json:"actions"`
	Classes string  `json:"classes"`
}

// Cell is words in a row.
type Cell struct {
	Text    string        `json:"text"`
	HTML    template.HTML `json:"html"`
	Classes string        `json:"classes"`
}

// Actions are links to change what is known.
type Actions struct {
	Items   []Action `json:"items"`
	Classes string   `json:"classes"`
}

// Action is one link. VisuallyHiddenText says what it changes, to those who hear it alone.
type Action struct {
	Text               string        `json:"text"`
	HTML               template.HTML `json:"html"`
	Href               string        `json:"href"`
	VisuallyHiddenText string        `json:"visuallyHiddenText"`
	Classes            string        `json:"classes"`
	Attributes         Attributes    `json:"attributes"`
}

// SummaryCard puts a list on a card with a heading of its own.
type SummaryCard struct {
	Title      *CardTitle `json:"title"`
	Actions    Actions    `json:"actions"`
	Classes    string     `json:"classes"`
	Attributes Attributes `json:"attributes"`
}

// CardTitle is a card's heading.
type CardTitle struct {
	Text         string        `json:"text"`
	HTML         template.HTML `json:"html"`
	HeadingLevel int           `json:"headingLevel"` // 2 unless given
	Classes      string        `json:"classes"`
}

// link is an action as its template takes it.
type link struct {
	Action
	Card *CardTitle
}

type summaryRow struct {
	SummaryRow
	NoActions bool // where other rows have some
	Links     []link
}

func (s SummaryList) part() (string, any) {
	data := struct {
		SummaryList
		Rows      []summaryRow
		CardLinks []link
	}{SummaryList: s}
	var title *CardTitle
	if s.Card != nil {
		card := *s.Card
		if card.Title != nil {
			heading := *card.Title
			heading.HeadingLevel = cmp.Or(heading.HeadingLevel, 2)
			card.Title = &heading
			title = &heading
		}
		data.Card = &card
		data.CardLinks = card.Actions.links(title)
	}
	acts := slices.ContainsFunc(s.Rows, func(r SummaryRow) bool { return len(r.Actions.Items) > 0 })
	for _, row := range s.Rows {
		data.Rows = append(data.Rows, summaryRow{row, acts && len(row.Actions.Items) == 0, row.Actions.links(title)})
	}
	return "summary-list", data
}

func (a Actions) links(card *CardTitle) []link {
	var links []link
	for _, action := range a.Items {
		links = append(links, link{action, card})
	}
	return links
}

// Table compares rows.
type Table struct {
	Caption           string        `json:"caption"`
	CaptionClasses    string        `json:"captionClasses"`
	Head              []TableCell   `json:"head"`
	Rows              [][]TableCell `json:"rows"`
	FirstCellIsHeader bool          `json:"firstCellIsHeader"`
	Classes           string        `json:"classes"`
	Attributes        Attributes    `json:"attributes"`
}

// TableCell is one cell of a table or of its head.
type TableCell struct {
	Text       string        `json:"text"`
	HTML       template.HTML `json:"html"`
	Format     string        `json:"format"` // "numeric" sets figures to the right
	Colspan    int           `json:"colspan"`
	Rowspan    int           `json:"rowspan"`
	Classes    string        `json:"classes"`
	Attributes Attributes    `json:"attributes"`
}

func (t Table) part() (string, any) { return "table", t }
