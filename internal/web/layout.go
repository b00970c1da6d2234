package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/demo"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// Layout is what every page has around its own matter. Each page's struct embeds it.
type Layout struct {
	Title     string
	Acting    buddy.Person // who the reader is, or acts as; the zero Person for nobody
	SignedIn  bool         // they proved it
	ByPhone   bool         // by the link to their own phone page alone
	Rehearsal bool
	Demo      bool        // the clock's speed is changed while pages are open
	Speed     int         // of the clock; 0 is paused
	Alone     bool        // paused, as nobody was looking at the demo
	Telling   *demo.Story // the demo's story that was begun last; nil for none
	Now       time.Time
	Path      string // of the page, without its query
	Nav       []govuk.NavItem
	Asked     string    // what the way to raise an alarm for someone else is called
	Problems  []Problem // of the form that was sent
	Done      string    // what the last button did, in one sentence; "" for nothing
	Topics    string    // what the page listens to, with spaces between
	Refresh   int       // seconds after which the page is fetched again, by itself and without scripts; 0: never
	Exit      string    // where "Exit this page" leads; "" for a page without

	zone *time.Location
}

// Problem is one field of a form that is wrong, and what is wrong with it.
type Problem struct{ Field, Says string }

// layout is the frame of a page for who asks.
func (p *Pages) layout(c *request, title string, topics ...string) Layout {
	l := Layout{
		Title: title, Acting: c.who, SignedIn: c.session.ID != "" && c.who.ID != "", ByPhone: c.byPhone(), Rehearsal: p.Rehearsal, Demo: p.Demo != nil, Speed: p.Speed(), Now: c.at, Path: c.URL.Path,
		Alone: p.Demo != nil && p.Demo.Time().Left > 0,
		Nav:   p.nav(c), Asked: c.raiseTitle(), Done: done[c.URL.Query().Get("done")], Topics: strings.Join(topics, " "), zone: c.in,
	}
	if p.Demo != nil {
		if s, begun := p.Demo.Telling(); begun {
			l.Telling = &s
		}
	}
	return l
}

// done is what a button says it did, by the word that the page it leads to is given. A sentence never comes from an
// address.
var done = map[string]string{
	"booked":       "The visit is booked.",
	"booked-gap":   "The visit is booked. For some of its time nobody is on call: then it falls to the plan’s fallback.",
	"booked-twice": "The visit is booked. The clocks go back that night: a time that comes twice was taken as the first.",

	"in":         "Noted: in.",
	"new-end":    "The new end is noted.",
	"new-start":  "The new start is noted.",
	"much-later": "That is much later than before, so it does not count yet. If it is right, send it once more.",
	"no-visit":   "That fits no visit: this one is over, and nobody watches it any more. If you are still there, book a visit from now, or ring your manager.",
	"out":        "Noted: out. Thank you.",
	"goes-on":    "It is noted. The visit goes on.",
	"by-voice":   "It is noted. This visit ends with a call: whoever answers for you will ring you, or you ring them.",
	"ring-them":  "It is noted. The visit ends by voice only: ring them, and say below that you spoke with them.",
	"called-off": "The visit is called off.",
	"as-it-was":  "Noted, thank you. The times stay as they are.",
	"unclear":    "We could not follow that. Please say it another way, or give a new time.",
	"no-answer":  "No answer is noted, and the clock runs on. Say “left”, or give a new time.", // rule 2.8
	"recorded":   "What they said is recorded.",
	"asked":      "The request was passed on.",
	"help":       "Got your message.",
	"glass":      "It is on record that you looked, and why. It is told to those whom the page named.",
	"glass-end":  "The visit is private to you again.",
	"changed":    "The changes were saved.",

	"raised":          "The alarm is raised. Those who answer for them are being told.",
	"raised-unlisted": "The alarm is raised. They are on the list of your team now, so that the alarm can be about them: their details can be put right afterwards.",

	"taken":     "You have this alarm. Everyone told has been told so.",
	"not-taken": "Someone else has this alarm: see below.",
	"call":      "The call is logged.",
	"police":    "It is logged that the police were told.",
	"noted":     "It is in the log.",
	"held":      "999 is held. The alarm stays open.",
	"reassured": "The message is on its way.",
	"harmed":    "It is logged. The alarm stays open until the outcome is known.",
	"closed":    "The alarm is closed. Everyone told has been told so.",

	"signed-out":      "You are signed out.",
	"link-sent":       "If that number is a worker’s here, a link is on its way to it.",
	"invited":         "The link below is made. It is shown this once.",
	"sign-in-over":    "That took too long, or was done in another window. Begin once more.",
	"joined":          "You are signed in. From now on, sign in as you have set it up.",
	"passkey-added":   "The passkey was added.",
	"passkey-removed": "The passkey was removed.",
	"feed-removed":    "That feed is revoked. Its address is good for nothing from now on.",
	"session-ended":   "That device is signed out.",
	"sessions-ended":  "Every other device is signed out.",

	"signed-out-there": "They are signed out everywhere. How they sign in is as it was.",

	"labelled": "What was meant is noted. No visit changed.",

	"shift-removed": "The shift was removed. Whose it was is told.",
	"shift-added":   "The shift was added.",

	"team-saved": "The team was saved.",

	"sphere-saved":   "The list was saved.",
	"sphere-moved":   "It was moved.",
	"sphere-removed": "It was removed.",
	"team-added":     "The team is added, with its plan. Add its people next, and let them sign in: each is then asked to sign the plan.",
	"plan-draft":     "The draft is saved. Nothing changes until it is published.",
	"plan-imported":  "What was understood of the document is in the draft. Look through each section before you publish it.",
	"plan-same":      "The document says nothing that is not there already. Nothing was changed.",
	"plan-published": "The plan is published, and its settings hold from now on. Everyone in the team is asked to sign it.",
	"plan-reviewed":  "It is noted that the plan was reviewed and that nothing changed. The signatures stand.",
	"plan-signed":    "Signed. Thank you.",
	"plan-reminded":  "Those who have not signed are reminded by text.",

	"hold-set":    "The hold stands: nothing of it is erased until it is lifted.",
	"hold-lifted": "The hold is lifted. What it kept is erased as its period says.",
	"erased":      "What could go is erased. They are no longer here, and sign in no more.",

	"details-right": "Thank you. It is noted that all of this is right.",
	"code-sent":     "A code is on its way. Type it below when it comes.",
	"number-proved": "The number is proved.",
	"kin-saved":     "The details were saved.",
	"photo-saved":   "The photograph was saved.",
	"photo-removed": "The photograph is gone.",
	"may-book":      "They may book for you by invite now.",
	"may-not-book":  "They may no longer book for you by invite.",

	"warning-saved": "The warning stands.",
	"warning-ended": "The warning stands no longer.",
	"elsewhere":     "It is noted that the warning is about another place than this visit’s.",
	"risk-draft":    "The draft is saved. It counts once it is sent and decided.",
	"risk-sent":     "It is sent. Those who decide are told by text.",
	"risk-decided":  "The decision is noted. The worker is told by text.",
	"risk-ended":    "It is put away.",
	"own-saved":     "It is kept. Only you read it, and whom you chose.",
	"own-withdrawn": "It is taken back: nobody reads it any more.",

	"incident":         "The incident is recorded. The team’s managers are told that there is one.",
	"action-given":     "It is agreed. Whoever does it is told that there is something.",
	"action-done":      "Noted as done. Thank you.",
	"debrief-wanted":   "They are told that you would like to talk, and nothing else.",
	"debrief-declined": "That is fine. You can still say otherwise here.",
	"prompted":         "Noted that you talked. Nothing of what was said is kept.",

	"calendar-said":   "It is noted.",
	"calendar-unseen": "They are told how to share it, and not who asked. Thank you for looking.",

	"apart":        "They are on the list from now on.",
	"apart-end":    "They are no longer on the list.",
	"person-added": "The person was added.",
	"person-saved": "The details were saved.",
	"person-left":  "They are no longer here, and will be told of nothing.",
	"person-back":  "They are here again.",
	"kin-asked":    "A link to the form was texted to their own mobile.",
}

// nav is the way to the main pages.
func (p *Pages) nav(c *request) []govuk.NavItem {
	var items []govuk.NavItem
	if c.who.ID == "" && p.SignIn != nil || c.byPhone() {
		return items
	}
	if p.Demo != nil {
		items = append(items, govuk.NavItem{Href: "/demo", Text: "Demo", Current: c.URL.Path == "/demo"})
	}
	for _, page := range []struct{ href, text string }{
		{"/", "Visits"},
		{"/visits/new", "Book a visit"},
		{"/alarms", "Alarms"},
		{"/raise", c.raiseTitle()},
		{"/rota", "Rota"},
		{"/people", "People"},
		{"/teams", "Teams"},
		{"/risks", "Risks and warnings"},
		{"/debriefs", "Afterwards"},
		{"/record", "Record"},
	} {
		if page.href == "/record" && !mayReadRecord(c.who) {
			continue
		}
		items = append(items, govuk.NavItem{Href: page.href, Text: page.text, Current: c.URL.Path == page.href,
			Active: page.href != "/" && strings.HasPrefix(c.URL.Path, page.href+"/")})
	}
	return items
}

// SkipLink leads past the header, for those who use a keyboard.
func (Layout) SkipLink() govuk.SkipLink {
	return govuk.SkipLink{Text: "Skip to main content", Href: "#main-content"}
}

// leaving gives the page a way to leave it at once: it is about who reads it, and someone may be coming to look over their
// shoulder.
func (l Layout) leaving(p *Pages) Layout {
	l.Exit = p.ExitPage
	return l
}

// ExitLink is the same way for those who use a keyboard, among the first things on the page.
func (l Layout) ExitLink() govuk.SkipLink {
	return govuk.SkipLink{Text: "Exit this page", Href: l.Exit, Classes: "govuk-js-exit-this-page-skiplink", Attributes: govuk.Attributes{"rel": "nofollow noreferrer"}}
}

// ExitButton leads away at once.
func (l Layout) ExitButton() govuk.ExitThisPage { return govuk.ExitThisPage{RedirectURL: l.Exit} }

// Header is the bar with the program's name.
func (Layout) Header() govuk.GenericHeader { return govuk.GenericHeader{LogoText: "Allclear"} }

// Navigation leads to the main pages.
func (l Layout) Navigation() govuk.ServiceNavigation {
	return govuk.ServiceNavigation{Navigation: l.Nav}
}

// footerLink leads to a page that is wanted now and then.
type footerLink struct{ Href, Text string }

// FooterLinks lead to the pages that are wanted now and then.
func (l Layout) FooterLinks() []footerLink {
	if l.Acting.ID == "" || l.ByPhone {
		return nil
	}
	links := []footerLink{{"/guidance", "Guidance"}, {"/details", "Your details"}, {"/reading", "How a text is read"}, {"/looks", "Who looked at your details"}, {"/actions", "What you are to do"}, {"/incidents", "Incidents"}}
	if access.May(access.TakePrompts, access.InTeam(l.Acting, l.Acting.Team)) {
		links = append(links, footerLink{"/prompts", "Prompts for your 1:1s"})
	}
	if access.May(access.KeepOrganisation, access.ByRole(l.Acting)) {
		links = append(links, footerLink{"/organisation", "What the organisation says"})
	}
	if maySeeFigures(l.Acting) {
		links = append(links, footerLink{"/figures", "Figures of a day"})
	}
	if mayLabel(l.Acting) {
		links = append(links, footerLink{"/texts", "What did they mean?"})
	}
	if access.May(access.SeeWarnings, access.ByRole(l.Acting)) {
		links = append(links, footerLink{"/warnings", "Warnings"})
	}
	links = append(links, footerLink{"/feeds", "Calendar feeds"}, footerLink{"/kept", "How long things are kept"})
	for _, of := range []struct {
		act access.Act
		footerLink
	}{{access.SeeHold, footerLink{"/holds", "Legal holds"}}, {access.CheckRecord, footerLink{"/record/checks", "Is the record whole?"}}, {access.SeeBackups, footerLink{"/backups", "Backups"}}} {
		if access.May(of.act, access.ByRole(l.Acting)) {
			links = append(links, of.footerLink)
		}
	}
	return links
}

// RehearsalBanner says that nothing here is real.
func (l Layout) RehearsalBanner() govuk.PhaseBanner {
	says := fmt.Sprintf("The clock runs %d times as fast as real time. Nobody is really told anything.", l.Speed)
	switch {
	case l.Alone:
		says = "The clock was paused while nobody was looking. Nobody is really told anything."
	case l.Speed == 0:
		says = "The clock is paused. Nobody is really told anything."
	case l.Speed == 1:
		says = "Nobody is really told anything."
	}
	return govuk.PhaseBanner{Tag: govuk.Tag{Text: "REHEARSAL"}, Text: says}
}

// DoneBanner says what the last button did.
func (l Layout) DoneBanner() govuk.NotificationBanner {
	return govuk.NotificationBanner{Type: "success", Text: l.Done}
}

// PageTitle is the title in the browser's tab: what is wrong comes first, then the page, then the program.
func (l Layout) PageTitle() string {
	title := l.Title + " – Allclear"
	if len(l.Problems) > 0 {
		title = "Error: " + title
	}
	if l.Rehearsal {
		title = "REHEARSAL " + title
	}
	return title
}

// ErrorSummary is the list of problems at the top of a page whose form was refused.
func (l Layout) ErrorSummary() govuk.ErrorSummary {
	s := govuk.ErrorSummary{TitleText: "There is a problem"}
	for _, p := range l.Problems {
		s.ErrorList = append(s.ErrorList, govuk.ErrorLink{Text: p.Says, Href: "#" + p.Field})
	}
	return s
}

// Clock is a time of day in the reader's zone, "14:05".
func (l Layout) Clock(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return at.In(l.zone).Format("15:04")
}

// When is a time with its day where that is not today: "14:05", "tomorrow 09:00", "Sat 22 Nov 09:00".
func (l Layout) When(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	local := at.In(l.zone)
	switch days(l.Now.In(l.zone), local) {
	case 0:
		return local.Format("15:04")
	case 1:
		return local.Format("tomorrow 15:04")
	case -1:
		return local.Format("yesterday 15:04")
	default:
		return local.Format("Mon 2 Jan 15:04")
	}
}

// Day is a day in the reader's zone, "Saturday 22 November 2026".
func (l Layout) Day(at time.Time) string { return dayWords(at.In(l.zone)) }

// ShortDay is a day in the reader's zone, "22 Nov 2026".
func (l Layout) ShortDay(at time.Time) string { return at.In(l.zone).Format("2 Jan 2006") }

// ISO is an instant for a machine.
func (Layout) ISO(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// Left is how long until an instant, or how long since, in words that the ticking element says too.
func (l Layout) Left(at time.Time) string {
	d := at.Sub(l.Now)
	if d < 0 {
		return span(-d) + " over"
	}
	return span(d) + " left"
}

// span is a length of time in words, whole minutes.
func span(d time.Duration) string {
	m := int(d.Truncate(time.Minute).Minutes())
	switch {
	case m < 1:
		return "less than a minute"
	case m < 60:
		return fmt.Sprintf("%d min", m)
	case m < 24*60 && m%60 == 0:
		return fmt.Sprintf("%d h", m/60)
	case m < 24*60:
		return fmt.Sprintf("%d h %d min", m/60, m%60)
	case m < 48*60:
		return "1 day"
	default:
		return fmt.Sprintf("%d days", m/(24*60))
	}
}

// days is how many days b's date is after a's.
func days(a, b time.Time) int {
	date := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(date(b).Sub(date(a)).Hours() / 24)
}

// sentence begins with a capital letter and ends with a full stop.
func sentence(words string) string {
	words = strings.TrimSpace(words)
	if words == "" {
		return ""
	}
	words = capital(strings.ReplaceAll(words, "'", "’")) // as all pages write it
	if !strings.HasSuffix(words, ".") {
		words += "."
	}
	return words
}
