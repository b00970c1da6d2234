package web

import (
	"cmp"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/demo"
)

// lettersPage is a demo's mailboxes: whose there are, and the letters of one.
type lettersPage struct {
	Layout
	From   string // whom they come from
	Boxes  []boxLink
	Box    demo.Mailbox
	Letter []letterView // the latest first
	Older  string       // where the page with those before them is; "" when they are all there
	Src    string       // where the live parts are, but for their names
}

// boxLink leads to a mailbox.
type boxLink struct {
	Text, Href string
	Letters    int
	Current    bool
}

// letterView is a letter as the page shows it.
type letterView struct {
	town.Letter
	Event *eventView // nil: it is no invite
}

// eventView is what a mail program shows above the words of a mail that has an event in it.
type eventView struct {
	What    string // "An invite"
	Summary string
	From    time.Time
	Until   time.Time
	Private bool // others who look into the calendar see that somebody is busy
}

// latestLetters are as many as are shown at first.
const latestLetters = 12

var errNoMailbox = errors.New("there is no such mailbox")

// demoMail answers GET /demo/mail: what people are sent by e-mail, a mailbox at a time.
func (p *Pages) demoMail(c *request) error {
	boxes, err := p.Demo.Mailboxes(c.Context())
	if err != nil {
		return err
	}
	asked := cmp.Or(c.URL.Query().Get("of"), c.who.ID, demoVisitor)
	i := slices.IndexFunc(boxes, func(b demo.Mailbox) bool { return b.Person == asked })
	if i < 0 {
		return notFoundFor(errNoMailbox)
	}
	page := lettersPage{Layout: p.layout(c, "E-mail of the demo", topicPhones, topicClock), From: p.Demo.MailFrom(), Box: boxes[i]}
	query := url.Values{"of": {page.Box.Person}}
	if c.URL.Query().Has("earlier") {
		query.Set("earlier", "")
	}
	page.Src = mailAddress(query) + "&"
	for n, b := range boxes {
		page.Boxes = append(page.Boxes, boxLink{Text: b.Holder, Href: mailAddress(url.Values{"of": {b.Person}}), Letters: len(b.Letters), Current: n == i})
	}
	for _, l := range slices.Backward(page.Box.Letters) {
		if len(page.Letter) == latestLetters && !query.Has("earlier") {
			page.Older = page.Src + "earlier="
			break
		}
		page.Letter = append(page.Letter, letterView{l, eventOf(l, c.in)})
	}
	return p.show(c, http.StatusOK, "demo_mail", page)
}

func mailAddress(query url.Values) string { return "/demo/mail?" + query.Encode() }

// eventOf reads the event that a letter brings, as a mail program would; nil where it brings none.
func eventOf(l town.Letter, zone *time.Location) *eventView {
	if l.Calendar == "" {
		return nil
	}
	read, err := calendar.Read([]byte(l.Calendar), zone)
	if err != nil || len(read.Events) == 0 {
		return nil
	}
	e := read.Events[0]
	v := &eventView{What: "An invite", Summary: e.Summary.Reveal(), From: e.Start.At, Until: e.End.At, Private: e.Class != calendar.Public}
	switch {
	case read.Method == calendar.Cancel:
		v.What = "An event that is taken back"
	case e.Sequence > 0:
		v.What = "A change of an invite"
	}
	return v
}

var addresses = regexp.MustCompile(`https?://[^\s<>"]+[^\s<>".,;:)]`)

// LinksIn shows the words of a letter, with the addresses of this demo's own pages to follow, as a mail program does.
func (p lettersPage) LinksIn(words string) template.HTML {
	var out strings.Builder
	last := 0
	for _, at := range addresses.FindAllStringIndex(words, -1) {
		to, err := url.Parse(words[at[0]:at[1]])
		if err != nil {
			continue
		}
		out.WriteString(string(quote(words[last:at[0]])))
		out.WriteString(`<a class="govuk-link" href="` + template.HTMLEscapeString("/"+strings.TrimLeft(to.EscapedPath(), "/")) + `">` + template.HTMLEscapeString(words[at[0]:at[1]]) + `</a>`)
		last = at[1]
	}
	out.WriteString(string(quote(words[last:])))
	return template.HTML(out.String()) // #nosec G203 -- escaped above
}
