// Package subject gathers what there is about one person, for that person: all that is kept of them, and nothing private of anybody else.
package subject

import (
	"archive/zip"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
)

//go:embed README.txt
var readme string

// Write writes all there is about a person as a ZIP archive of JSON files, with a README. Their id may be either of their ids. What is of an alarm that is
// open is not in it, be it about them or about another: nothing in it tells of danger that is, and whoever has it may not be them (rule 4.2).
func Write(ctx context.Context, v *view.View, out io.Writer, id string, at time.Time) error {
	db := v.Store
	p, err := db.Person(ctx, id)
	if err != nil {
		return err
	}
	g := gatherer{ctx: ctx, db: db, person: p, at: at}
	if g.own, err = v.Own(ctx, p.ID); err != nil {
		return err
	}
	if err := g.learn(); err != nil {
		return err
	}
	archive := zip.NewWriter(out)
	if err := put(archive, "README.txt", at, []byte(readme)); err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		of   func() (any, error)
	}{
		{"details.json", g.details}, {"visits.json", g.visitRows}, {"record.json", g.record}, {"alarms.json", g.alarmRows}, {"messages.json", g.messages}, {"mails.json", g.mails}, {"invites.json", g.invites},
		{"looks.json", g.looks}, {"done.json", g.done}, {"papers.json", g.papers}, {"sign-in.json", g.signIn},
	} {
		rows, err := part.of()
		if err != nil {
			return fmt.Errorf("gather %s: %w", part.name, err)
		}
		raw, err := json.MarshalIndent(rows, "", "  ")
		if err == nil {
			err = put(archive, part.name, at, append(raw, '\n'))
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", part.name, err)
		}
	}
	if err := g.photograph(archive); err != nil {
		return err
	}
	return archive.Close()
}

func put(archive *zip.Writer, name string, at time.Time, raw []byte) error {
	file, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at})
	if err != nil {
		return err
	}
	_, err = file.Write(raw)
	return err
}

// gatherer gathers what there is about one person.
type gatherer struct {
	ctx    context.Context
	db     *store.DB
	person buddy.Person
	at     time.Time
	own    view.Own
	others others
	open   []string  // alarms, whomever they are about
	since  time.Time // when the one about them was opened; zero for none
}

// learn gets to know who else may be named in what the person wrote.
func (g *gatherer) learn() error {
	people, err := g.db.People(g.ctx)
	if _, err := store.UnreadPeople(err); err != nil { // somebody whose details can't be opened keeps nobody else from theirs
		return err
	}
	open, err := g.db.Alarms(g.ctx, store.AlarmOpen, 0)
	if err != nil {
		return err
	}
	for _, a := range open {
		g.open = append(g.open, a.ID)
		if a.Worker == g.person.ID {
			g.since = a.OpenedAt
		}
	}
	g.others = except(g.person)
	for _, p := range people {
		if p.ID != g.person.ID {
			g.others.person(p)
		}
	}
	for _, v := range g.own.Visits {
		g.others.form(v.Details)
		if v.AtIn != nil {
			g.others.form(*v.AtIn)
		}
	}
	return nil
}

type details struct {
	ID             string    `json:"id"`
	ExternalID     string    `json:"external_id,omitempty"`
	Name           string    `json:"name"`
	Team           string    `json:"team"`
	Roles          []string  `json:"roles"`
	Active         bool      `json:"active"`
	Mobile         string    `json:"mobile,omitempty"`
	PersonalMobile string    `json:"personal_mobile,omitempty"`
	HomePhone      string    `json:"home_phone,omitempty"`
	Email          string    `json:"email,omitempty"`
	Description    string    `json:"description,omitempty"`
	Vehicle        []string  `json:"vehicle,omitempty"`
	Contacts       []contact `json:"emergency_contacts,omitempty"`
	Proved         []string  `json:"proved_numbers,omitempty"`
	ConfirmedAt    time.Time `json:"confirmed_at,omitzero"`
	Calendar       *calendar `json:"calendar,omitempty"`
	MayBook        int       `json:"may_book_for_you,omitempty"`
}

// calendar is whether their office calendar is shared with their team, as it was last said, and whether a colleague could not see it since. Who said
// that is the colleague's.
type calendar struct {
	Shared   bool      `json:"shared"`
	SaidAt   time.Time `json:"said_at,omitzero"`
	UnseenAt time.Time `json:"not_seen_at,omitzero"`
}

type contact struct {
	Name     string `json:"name"`
	Relation string `json:"relation,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Kin      bool   `json:"next_of_kin,omitzero"`
}

func (g *gatherer) details() (any, error) {
	p := g.person
	d := details{ID: p.ID, ExternalID: p.ExternalID, Name: p.Name, Team: p.Team, Roles: p.Roles, Active: p.Active, Mobile: p.Mobile.E164(),
		PersonalMobile: p.PersonalMobile.E164(), HomePhone: p.HomePhone.E164(), Email: p.Email.Reveal(), Description: p.Description.Reveal()}
	for _, part := range []string{p.Vehicle.Make.Reveal(), p.Vehicle.Model.Reveal(), p.Vehicle.Colour.Reveal(), p.Vehicle.Registration.Reveal()} {
		if part != "" {
			d.Vehicle = append(d.Vehicle, part)
		}
	}
	for _, c := range p.Contacts {
		d.Contacts = append(d.Contacts, contact{c.Name.Reveal(), c.Relation.Reveal(), c.Phone.E164(), c.NextOfKin})
	}
	known, err := g.db.Known(g.ctx, p.ID)
	if err != nil {
		return nil, err
	}
	for _, n := range p.Numbers() {
		if known.Proved(n) {
			d.Proved = append(d.Proved, n.E164())
		}
	}
	confirmed, err := g.db.Confirmation(g.ctx, p.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	d.ConfirmedAt = confirmed.ConfirmedAt
	shared, err := g.db.SharedCalendar(g.ctx, p.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if !shared.SaidAt.IsZero() || !shared.UnseenAt.IsZero() {
		d.Calendar = &calendar{shared.Shared, shared.SaidAt, shared.UnseenAt}
	}
	may, err := g.db.Delegates(g.ctx, p.ID)
	d.MayBook = len(may)
	return d, err
}

type visit struct {
	ID            string    `json:"id"`
	Reference     string    `json:"reference"`
	Kind          string    `json:"kind"`
	Status        string    `json:"status"`
	StartsAt      time.Time `json:"starts_at"`
	ExpectedEndAt time.Time `json:"expected_end_at"`
	InAt          time.Time `json:"in_at,omitzero"`
	EndedAt       time.Time `json:"ended_at,omitzero"`
	Evidence      string    `json:"evidence,omitempty"`
	Private       bool      `json:"private"`
	Whom          string    `json:"whom_and_where,omitempty"`
}

func (g *gatherer) visitRows() (any, error) {
	rows := []visit{}
	for _, v := range g.own.Visits {
		row := visit{ID: v.ID, Reference: v.Reference, Kind: v.Kind, Status: string(v.Status), StartsAt: v.StartsAt, ExpectedEndAt: v.ExpectedEndAt, InAt: v.InAt,
			EndedAt: v.EndedAt, Evidence: string(v.Evidence), Private: v.Private}
		if v.Details != (buddy.Form{}) {
			row.Whom = someoneElse
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// line is one entry of the record.
type line struct {
	At    time.Time `json:"at"`
	Kind  string    `json:"kind"`
	By    string    `json:"by,omitempty"`
	Via   string    `json:"via,omitempty"`
	Visit string    `json:"visit,omitempty"`
	Alarm string    `json:"alarm,omitempty"`
	What  []string  `json:"what,omitempty"`
	Words string    `json:"words,omitempty"`
}

func (g *gatherer) record() (any, error) {
	rows := []line{}
	for _, e := range g.own.Record {
		rows = append(rows, g.line(e))
	}
	return rows, nil
}

// line gives an entry with its words where they are the person's own.
func (g *gatherer) line(e view.OwnEntry) line {
	row := line{At: e.At, Kind: e.Kind, By: e.By, Via: e.Via, Visit: e.Visit, Alarm: e.Alarm}
	for _, what := range e.What {
		row.What = append(row.What, string(what))
	}
	switch {
	case e.Words == engine.Words{}:
	case e.By != g.person.ID && (e.Kind != "text" || e.Worker != g.person.ID):
		row.Words = someoneElses
	default:
		row.Words = g.others.out(e.Words.Before, e.Words.Text, e.Words.Note)
	}
	return row
}

type alarm struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Visits   []string  `json:"visits,omitempty"`
	OpenedAt time.Time `json:"opened_at"`
	RaisedBy string    `json:"raised_by,omitempty"`
	HeldBy   string    `json:"answered_by,omitempty"`
	TheyKnow time.Time `json:"police_told_at,omitzero"`
	ClosedAt time.Time `json:"closed_at"`
	ClosedBy string    `json:"closed_by,omitempty"`
	Evidence string    `json:"evidence,omitempty"`
}

func (g *gatherer) alarmRows() (any, error) {
	rows := []alarm{}
	for _, a := range g.own.Alarms {
		rows = append(rows, alarm{a.ID, string(a.Kind), a.Visits, a.OpenedAt, a.RaisedBy, a.HeldBy, a.TheyKnow, a.ClosedAt, a.ClosedBy, string(a.Evidence)})
	}
	return rows, nil
}

type message struct {
	At       time.Time `json:"at"`
	Channel  string    `json:"channel"`
	Notice   string    `json:"about"`
	State    string    `json:"state"`
	HandedAt time.Time `json:"handed_at,omitzero"`
	Words    string    `json:"words,omitempty"`
}

// messages gives what was sent to them. Words about another worker are that worker's; that there are any is not said while that worker's alarm is open: it may be a
// call for help.
func (g *gatherer) messages() (any, error) {
	sent, err := g.db.SentTo(g.ctx, g.person.ID)
	if err != nil {
		return nil, err
	}
	rows := []message{}
	for _, m := range sent {
		if m.Worker != g.person.ID && slices.Contains(g.open, m.Alarm) {
			continue
		}
		row := message{At: m.CreatedAt, Channel: m.Channel, Notice: m.Notice, State: m.State, HandedAt: m.HandedAt}
		switch {
		case m.Body.IsZero():
		case m.Worker == g.person.ID:
			row.Words = g.others.out(m.Body.Reveal())
		default:
			row.Words = someoneElse
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b message) int { // their ids, by which they come, are drawn by lot
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Notice, b.Notice), cmp.Compare(a.Words, b.Words))
	})
	return rows, nil
}

type look struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Via    string    `json:"via"`
	Object string    `json:"at_what"`
	Why    string    `json:"why,omitempty"`
}

func (g *gatherer) looks() (any, error) {
	rows := []look{}
	for _, l := range g.own.Looks {
		rows = append(rows, look{l.At, l.By.ID, l.Via, l.Object, g.others.out(l.Why)})
	}
	return rows, nil
}

// done gives what they did about others: that they did it, and no word of it. What is of an alarm that is open is there once it is closed.
func (g *gatherer) done() (any, error) {
	entries, err := g.db.DoneBy(g.ctx, g.person.ID)
	rows := []line{}
	for _, e := range entries {
		if !e.Of(g.open) && e.Kind != answerKind { // of which invites.json has more
			rows = append(rows, line{At: e.At, Kind: e.Kind, By: e.By, Via: e.Via, Alarm: e.Alarm})
		}
	}
	return rows, err
}

type paper struct {
	MadeAt time.Time `json:"made_at"`
	Kind   string    `json:"kind"`
	About  string    `json:"about,omitempty"`
	Status string    `json:"status"`
	DueAt  time.Time `json:"due_at,omitzero"`
	OverAt time.Time `json:"over_at,omitzero"`
	Words  string    `json:"words,omitempty"`
}

// papers gives what they signed, wrote of themselves or are to do, and that a risk assessment, a debrief or an incident is about them. What those say
// is about others too: of it they are given their debrief alone, without others' names. What is of an alarm that is open is there once it is closed.
func (g *gatherer) papers() (any, error) {
	papers, err := g.db.Papers(g.ctx, store.PaperFilter{Person: g.person.ID})
	rows := []paper{}
	for _, p := range papers {
		if alarm, is := strings.CutPrefix(p.About, "alarm/"); is && slices.Contains(g.open, alarm) {
			continue
		}
		if !g.since.IsZero() && p.Kind == store.IncidentPaper && p.MadeBy != g.person.ID && p.MadeAt.After(g.since) {
			continue
		}
		row := paper{MadeAt: p.MadeAt, Kind: string(p.Kind), About: p.About, Status: p.Status, DueAt: p.DueAt, OverAt: p.OverAt}
		switch p.Kind {
		case store.SignaturePaper, store.OwnWordsPaper, store.ActionPaper, store.DebriefPaper:
			if p.Kind == store.OwnWordsPaper && !p.OverAt.IsZero() {
				break // they took it back
			}
			row.Words = g.others.out(p.Body.Reveal())
		default:
			row.Words = someoneElses
		}
		rows = append(rows, row)
	}
	return rows, err
}

type signIn struct {
	Account  bool      `json:"account"`
	Passkeys []passkey `json:"passkeys"`
	Sessions []session `json:"sessions"`
	Feeds    []feed    `json:"feeds"`
}

// feed is a calendar that their own programs ask for.
type feed struct {
	Name    string    `json:"name"`
	Shows   string    `json:"shows"`
	Team    string    `json:"team,omitempty"`
	MadeAt  time.Time `json:"made_at"`
	AskedAt time.Time `json:"asked_at,omitzero"`
}

type passkey struct {
	Name    string    `json:"name"`
	AddedAt time.Time `json:"added_at"`
	UsedAt  time.Time `json:"used_at,omitzero"`
}

type session struct {
	Device    string    `json:"device"`
	Method    string    `json:"method"`
	StartedAt time.Time `json:"started_at"`
	UsedAt    time.Time `json:"used_at"`
	EndsAt    time.Time `json:"ends_at"`
}

func (g *gatherer) signIn() (any, error) {
	out := signIn{Passkeys: []passkey{}, Sessions: []session{}, Feeds: []feed{}}
	_, err := g.db.Account(g.ctx, g.person.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	out.Account = err == nil
	keys, err := g.db.Passkeys(g.ctx, g.person.ID)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		out.Passkeys = append(out.Passkeys, passkey{k.Name, k.AddedAt, k.UsedAt})
	}
	sessions, err := g.db.Sessions(g.ctx, g.person.ID, g.at)
	for _, s := range sessions {
		out.Sessions = append(out.Sessions, session{s.Device, s.Method, s.StartedAt, s.UsedAt, s.EndsAt})
	}
	if err != nil {
		return nil, err
	}
	feeds, err := g.db.Feeds(g.ctx, g.person.ID)
	for _, f := range feeds {
		out.Feeds = append(out.Feeds, feed{f.Name, string(f.Kind), f.Team, f.MadeAt, f.AskedAt})
	}
	return out, err
}
