package web

import (
	"cmp"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// recordPage is the record as an auditor reads it: who did what and when, without contents.
type recordPage struct {
	Layout
	Rows             []recordRow
	Kind, Team       govuk.Select
	Person, From, To govuk.Input
	Format           govuk.Radios
	Sought           bool // not all is listed
	Older            string
	Until            time.Time // as far back was looked, with fewer rows than fit
	Days             [2]string // the days that are listed, for the download; "" is no bound
}

type recordRow struct {
	N                  int64
	At                 time.Time
	What, By, About    string
	Href, Chain, Place string
}

// mayReadRecord says that the record is for the reader. It has every alarm in it, so it is for nobody who visits (rule 4.2).
func mayReadRecord(who buddy.Person) bool {
	return access.May(access.ReadRecord, access.ByRole(who))
}

// entryKinds are the kinds of entries in words. One of another version that is not here is shown as it is called.
var entryKinds = map[string]string{
	"book": "A visit was booked", "edit": "A visit was changed", "details": "The details of a visit were changed", "cancel": "A visit was called off",
	"text": "A worker said something", "fetched": "A text was fetched from the provider", "elapsed": "A time came", "both_out": "Both workers were out",
	"cover_changed": "Who answers changed", "unreached": "Somebody could not be reached", "label": "It was said what a text meant",
	"raise": "An alarm was raised", "acknowledge": "Somebody took charge of an alarm", "call": "A call was logged", "police": "The police were told", "liaison": "Word of the police was logged",
	"harmed": "Somebody was found harmed", "hold": "999 was held back", "reassure": "Word was sent to the worker", "close": "An alarm was closed",
	"look": "Somebody looked, or took something out", "glass": "Somebody opened a private visit", "glass-end": "A private visit was closed again",
	"block": "Somebody was put on a list of who may never see a worker", "unblock": "Somebody was taken off that list",
	"person": "A person was added or changed, or how they sign in", "team": "A team or its plan was changed", "token": "A token for the API was made",
	"plan": "A version of a team’s plan was written, published or looked at again", "signature": "Somebody signed a team’s plan", "support": "A team’s spheres of support were changed",
	"risk": "A risk assessment was written", "warning": "A warning was written", "own_words": "Somebody wrote about themselves",
	"debrief": "A debrief was written", "action": "Somebody was given something to do, or did it", "incident": "An incident was written down",
	"plan_to_sign": "A team was asked to sign its plan", "plan_unsigned": "Those who had not signed their plan were reminded",
	"plan_review": "A manager was told that a plan is due for review", "newcomer_unsigned": "A manager was told of a first visit by somebody who signed no plan",
	"risk_again": "It was asked whether a risk assessment is still right", "warning_review": "It was asked whether a warning still stands",
	"organisation": "What the organisation says was changed", "prompt": "A manager took up the prompts of a 1:1",
	"debrief_offered": "Somebody was offered to talk it over", "debrief_again": "Somebody was reminded of that", "debrief_waits": "Somebody was reminded of who would like to talk",
	"action_due":      "Somebody was reminded of something to do",
	"incident_portal": "Managers were reminded of the portal", "incident_report": "Managers were reminded of the report to HSE",
	"restored": "A backup was put back", "sign-in": "Somebody signed in", "invite": "A link to sign in was made", "link_made": "Somebody was told of a link to sign in", "signed_out": "Somebody was told that they were signed out",
	"erased": "Words were erased", "hold_set": "A legal hold was put on something", "hold_lifted": "A legal hold was lifted",
	"gap_warned": "A gap in the rota was told", "list_sent": "A list of visits was sent", "invite_answer": "Somebody’s calendar answered an invite", "invite_declined": "It was told that an invite was declined", "invites_sent": "Invites to a visit were sent, or taken back", "glass_broken": "A manager was told of a look", "phone_page": "A link to a phone page was sent", "kin_asked": "Somebody was asked for their next of kin", "kin_form": "A link to a form for next of kin was sent",
	"number_unreachable": "A number could not be reached", "unknown_text": "A text came from an unknown number", "text_set_aside": "A text could not be read",
	"mail": "A mail came", "unknown_mail": "A cry for help came in a mail that is not proven", "mail_set_aside": "A mail could not be dealt with", "mail_fails": "A mail came back", "mail_unproved": "Somebody was told how many mails in their name are not proven", "mail_relayed": "A manager was asked to tell a worker what a mail of theirs became",
	"mail_strangers": "Administrators were told of mails from nobody we know", "mail_tnef": "Administrators were told that invites cannot be read", "feed": "A calendar feed was made or revoked", "delegate": "It was said who may book for somebody by invite",
	"confirm_asked": "A worker was asked whether their details are still right", "code_sent": "Somebody was sent a code for their number",
	"calendar": "It was said whether a calendar is shared with the team", "calendar_asked": "Somebody was told that a colleague cannot see their calendar",
	"number_asked":    "Somebody was asked to put a number right",
	"sign_in_changed": "Somebody was told that how they sign in has changed", "asked_for": "A worker asked for somebody", "asked_which": "A shared phone was asked which visit it meant",
	"messages_unclaimed": "Messages waited that could not be handed over", "worker_stuck": "A worker’s clock did not go on",
	"channel_down": "A channel did not work", "clock_diverged": "The clock was wrong", "backup_failed": "A backup failed", "system_down": "Allclear was down",
	"certificate_ends": "The certificate ends soon", "certificate_ended": "The certificate ended",
}

func entryWords(kind string) string {
	return cmp.Or(entryKinds[kind], strings.ReplaceAll(kind, "_", " "))
}

// theRecord answers GET /record. What is sought is in the address by ids alone.
func (p *Pages) theRecord(c *request) error {
	if !mayReadRecord(c.who) {
		return notFound()
	}
	asked, f := c.URL.Query(), blank()
	for _, field := range []string{"kind", "person", "team", "from", "to"} {
		f.values.Set(field, asked.Get(field))
	}
	before, err := strconv.ParseInt(asked.Get("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	return p.showRecord(c, http.StatusOK, f, before)
}

// seekRecord answers POST /record: what is sought, as it was typed. Whoever types a name where an id belongs has typed it into no address.
func (p *Pages) seekRecord(c *request) error {
	if !mayReadRecord(c.who) {
		return notFound()
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	to := url.Values{}
	for _, field := range []string{"kind", "team"} {
		if v := f.value(field); v != "" {
			to.Set(field, v)
		}
	}
	if typed := f.value("person"); typed != "" {
		who, err := p.Store.Person(c.Context(), typed)
		switch {
		case who.ID != "" && c.apart(who.ID) == 0:
			to.Set("person", who.ID)
		case who.ID != "", errors.Is(err, store.ErrNotFound):
			f.wrong("person", "Nobody here has this id. Enter it as the record has it, such as p-7f3a")
		default:
			return err
		}
	}
	for field, day := range f.between() {
		to.Set(field, day.in(time.UTC).Format(time.DateOnly))
	}
	if f.bad() {
		return p.showRecord(c, http.StatusUnprocessableEntity, f, 0)
	}
	return c.redirect("/record?" + to.Encode())
}

// between reads the days from and to; one that was left out, or is none, is not there.
func (f *form) between() map[string]date {
	days := map[string]date{}
	for _, field := range []string{"from", "to"} {
		if f.value(field) == "" {
			continue
		}
		if d := f.day(field, date{}); d != (date{}) {
			days[field] = d
		}
	}
	if from, to := days["from"], days["to"]; len(days) == 2 && to.before(from) {
		f.wrong("to", "The last day must not be before the first")
	}
	return days
}

// within are two days as instants: from the one's beginning until the other's end.
func (c *request) within(days map[string]date) (from, to time.Time) {
	if d, given := days["from"]; given {
		from = d.in(c.in)
	}
	if d, given := days["to"]; given {
		to = d.next().in(c.in)
	}
	return from, to
}

func (p *Pages) showRecord(c *request, status int, f *form, before int64) error {
	if err := p.Access.LookedAt(c.Context(), c.who.ID, "page", "record", "", c.at); err != nil {
		return err
	}
	b := store.Browse{Kind: f.value("kind"), Person: f.value("person"), Team: f.value("team"), Before: before}
	if f.bad() {
		b = store.Browse{}
	} else {
		b.From, b.To = c.within(f.between())
	}
	var err error
	if b.Without, err = p.dangers(c); err != nil {
		return err
	}
	listed, err := p.browse(c, b)
	if err != nil {
		return err
	}
	page := recordPage{Layout: p.layout(c, "The record").again(f), Until: listed.Until,
		Sought: b.Kind+b.Person+b.Team != "" || !b.From.IsZero() || !b.To.IsZero() || before > 0}
	page.Path = "/record"
	if !f.bad() {
		page.Days = [2]string{f.value("from"), f.value("to")}
	}
	for _, x := range listed.Rows {
		page.Rows = append(page.Rows, rowOf(x))
	}
	if listed.Older > 0 {
		next := url.Values{"before": {strconv.FormatInt(listed.Older, 10)}}
		for _, field := range []string{"kind", "person", "team", "from", "to"} {
			if v := f.value(field); v != "" && !f.bad() {
				next.Set(field, v)
			}
		}
		page.Older = "/record?" + next.Encode()
	}
	if err := p.recordForm(c, &page, f); err != nil {
		return err
	}
	return p.show(c, status, "record", page)
}

// browse reads a page of the record, without what is of those whom the reader may never see, and what says that the reader is kept from anybody.
func (p *Pages) browse(c *request, b store.Browse) (store.Browsed, error) {
	b.Apart = c.kept
	listed, err := p.Store.Browse(c.Context(), b)
	if err != nil || len(listed.Rows) == 0 {
		return listed, err
	}
	about, err := p.Store.BlocksOn(c.Context(), c.who.ID, listed.Rows[len(listed.Rows)-1].N, listed.Rows[0].N)
	listed.Rows = slices.DeleteFunc(listed.Rows, func(x store.Extract) bool { return slices.Contains(about, x.N) })
	return listed, err
}

// isApart says that an entry is of or about somebody whom the reader may never see, or says that they are kept from anybody.
func (p *Pages) isApart(c *request, n int64) (bool, error) {
	without, err := p.Store.Without(c.Context(), n, c.kept)
	if err != nil || !without {
		return true, err
	}
	about, err := p.Store.BlocksOn(c.Context(), c.who.ID, n, n)
	return len(about) > 0, err
}

// dangers are the calls for help that are open. Nothing of them is shown of the record until they are closed: an auditor answers none.
func (p *Pages) dangers(c *request) (alarms []string, err error) {
	open, err := p.Store.Alarms(c.Context(), store.AlarmOpen, 0)
	for _, a := range open {
		if a.Kind.Danger() {
			alarms = append(alarms, a.ID)
		}
	}
	return alarms, err
}

// recordForm is what the record is sought by.
func (p *Pages) recordForm(c *request, page *recordPage, f *form) error {
	teams, err := p.directory.teams(c.Context())
	if err != nil {
		return err
	}
	kinds := []govuk.Option{{Text: "Everything"}}
	for _, kind := range slices.SortedFunc(maps.Keys(entryKinds), func(a, b string) int { return cmp.Compare(entryKinds[a], entryKinds[b]) }) {
		kinds = append(kinds, govuk.Option{Value: kind, Text: entryKinds[kind]})
	}
	page.Kind = govuk.Select{Name: "kind", Label: govuk.Label{Text: "What happened"}, Value: f.value("kind"), Items: kinds}
	page.Team = govuk.Select{Name: "team", Label: govuk.Label{Text: "To the workers of"}, Value: f.value("team"), Items: append([]govuk.Option{{Text: "Any team"}}, teamOptions(teams)...)}
	page.Person = f.input("person", "To or by a person", "Their id, as it stands in the record")
	page.Person.Classes, page.Person.Spellcheck = "govuk-input--width-20", new(false)
	page.From, page.To = f.dayInput("from", "From", ""), f.dayInput("to", "To the end of", "")
	page.Format = f.radios("format", "As what?", "", govuk.Choice{Value: "csv", Text: "A table for a spreadsheet (CSV)"}, govuk.Choice{Value: "jsonl", Text: "Lines of JSON, for a program that computes the chains"})
	page.Format.Value = cmp.Or(page.Format.Value, "csv")
	return nil
}

func rowOf(x store.Extract) recordRow {
	row := recordRow{N: x.N, At: x.At, What: entryWords(x.Kind), By: byWords(x), Chain: x.Chain, Place: strconv.FormatInt(x.Seq, 10), Href: "/record/" + strconv.FormatInt(x.N, 10)}
	var about []string
	if x.Chain != x.By && !strings.Contains(x.Chain, "/") && x.Kind != "text" {
		about = append(about, x.Chain)
	}
	for _, a := range [][2]string{{"visit ", x.Visit}, {"alarm ", x.Alarm}} {
		switch {
		case a[1] == "":
		case strings.Contains(a[1], "/"), x.Kind == "look": // of a look: the object
			about = append(about, a[1])
		default:
			about = append(about, a[0]+a[1])
		}
	}
	row.About = strings.Join(about, ", ")
	return row
}

// byWords is who did something, by their id, and how.
func byWords(x store.Extract) string {
	by := cmp.Or(x.By, "Allclear")
	if x.By == "" && x.Kind == "text" { // it came from the worker's own number
		by = x.Chain
	}
	switch {
	case x.Via == "clock":
		return by
	case x.Token != "":
		return "token " + x.Token + " for " + by
	case x.Via != "" && x.Via != x.By:
		return by + ", by " + strings.ReplaceAll(x.Via, "_", " ")
	}
	return by
}

// recordEntryPage is one entry of the record, with what its place in the chains is computed of.
type recordEntryPage struct {
	Layout
	Row                                   recordRow
	Entry                                 store.Sealed
	Events                                string
	Prev, Hash, Inputs, Said, Words, Head string // hashes, in hexadecimal; "" for none
	Before, After                         string // where the entries beside it are; "" for none
}

// recordEntry answers GET /record/{n}.
func (p *Pages) recordEntry(c *request) error {
	n, err := strconv.ParseInt(c.PathValue("n"), 10, 64)
	if !mayReadRecord(c.who) || err != nil || n < 1 {
		return notFound()
	}
	hidden, err := p.dangers(c)
	if err != nil {
		return err
	}
	e, err := p.Store.SealedEntry(c.Context(), n)
	apart := false
	if err == nil {
		apart, err = p.isApart(c, n)
	}
	if errors.Is(err, store.ErrNotFound) || err == nil && (apart || e.Of(hidden)) {
		return &statusError{status: http.StatusNotFound, says: "There is no such entry, or it is of a call for help that is open: then it is shown once that is closed.", cause: err}
	}
	if err != nil {
		return err
	}
	if err := p.Access.LookedAt(c.Context(), c.who.ID, "page", "record", "", c.at); err != nil {
		return err
	}
	hash := hex.EncodeToString
	page := recordEntryPage{Layout: p.layout(c, "Entry "+strconv.FormatInt(n, 10)), Row: rowOf(e.Extract), Entry: e, Events: strings.ReplaceAll(strings.Join(e.Events, ", "), "_", " "),
		Prev: hash(e.Prev), Hash: hash(e.Hash), Inputs: hash(e.InputDigest), Said: hash(e.EventsDigest), Words: hash(e.Commitment), Head: hash(e.SealHead)}
	if n > 1 {
		page.Before = "/record/" + strconv.FormatInt(n-1, 10)
	}
	end, err := p.Store.Head(c.Context())
	if err != nil {
		return err
	}
	if n < end.N {
		page.After = "/record/" + strconv.FormatInt(n+1, 10)
	}
	return p.show(c, http.StatusOK, "record_entry", page)
}
