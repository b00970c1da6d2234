package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/intake"
	"github.com/allclear-safety/allclear/internal/store"
)

// An import of people (rule 1.6) is looked through first, and kept sealed; it is begun by one write that decides it, and then done part by part. Each part is
// a short transaction, so that nothing else waits for it; whatever stops in between, another goes on where it was, and no part is done twice.

const (
	importAtOnce  = 12               // people in a part: some ten statements each, so that the write lock is held for a few milliseconds
	importLease   = 15 * time.Second // real: how long nobody else takes an import up that is running
	importRest    = 5 * time.Millisecond
	importKept    = time.Hour // real: how long what a file said is kept where nobody goes on
	importsLookAt = time.Second
)

// Imports is what an import needs of a database. *store.DB has it.
type Imports interface {
	MakeImport(ctx context.Context, i store.Import, table []byte) error
	Import(ctx context.Context, id string) (store.Import, error)
	PutImportParts(ctx context.Context, id, kind string, at time.Time, parts ...[]byte) error
	PutImportBlob(ctx context.Context, id, kind string, at time.Time, raw []byte) error
	ImportParts(ctx context.Context, id, kind string) ([][]byte, error)
	ReadyImport(ctx context.Context, id string, asOf time.Time, c store.ImportCounts, parts int) error
	BeginImport(ctx context.Context, id string, at, lease time.Time) error
	EndImport(ctx context.Context, id, state string, at time.Time) error
	TakeImport(ctx context.Context, at, lease time.Time) (store.Import, error)
	ForgetImports(ctx context.Context, before, at time.Time) error
	DoImportPart(ctx context.Context, i store.Import, part int, people []string, at, lease time.Time, become func(person int, before buddy.Person, past store.Past) store.Become) error
	AnswerKin(ctx context.Context, secret string, p buddy.Person, at time.Time, tell func(before buddy.Person) []store.Message) error
	ForgetKinAsks(ctx context.Context, before time.Time) error
	Pasts(ctx context.Context) (map[string]store.Past, error)
	Print(field, value string) []byte
}

// Bringer is who brings a list of people, and what of it is theirs to change.
type Bringer struct {
	Who     Actor
	May     func(buddy.Person) bool
	MayTeam func(team string) bool
	Offices bool // makes administrators and auditors
	ByEmail bool // people are found by their e-mail address when they sign in, and it is not theirs to change
}

// Report is what an import would change, or what is wrong with it. It has names and no other word of the list.
type Report struct {
	People []ReportRow     `json:"people"`
	Bad    []intake.Remark `json:"bad,omitempty"`
	Noted  []intake.Remark `json:"noted,omitempty"`
}

// ReportRow is what would become of one person.
type ReportRow struct {
	ID      string        `json:"id"`
	Name    string        `json:"name"`
	Line    int           `json:"line"`
	New     bool          `json:"new,omitzero"`
	Gone    bool          `json:"gone,omitzero"`
	Changed []string      `json:"changed,omitempty"`
	Kept    []intake.Kept `json:"kept,omitempty"`
}

// BadRows counts the rows that something is wrong with.
func (r Report) BadRows() int {
	lines := map[int]bool{}
	for _, b := range r.Bad {
		lines[b.Line] = true
	}
	return len(lines)
}

// Counts says how many would become what.
func (r Report) Counts() store.ImportCounts {
	c := store.ImportCounts{People: len(r.People)}
	for _, p := range r.People {
		if len(p.Kept) > 0 {
			c.Kept++
		}
		switch {
		case p.Gone:
			c.Left++
		case p.New:
			c.New++
		case len(p.Changed) > 0:
			c.Changed++
		default:
			c.Same++
		}
	}
	return c
}

// NewImport gives the id of an import of an instant, which is its name in the record.
func (e *Engine) NewImport(at time.Time) string {
	return at.UTC().Format(time.DateOnly) + "_" + e.newNonce()[:10]
}

// SortPeople says what would become of each person of a list that is as of an instant, and keeps that under the import's id where nothing is
// bad. Whatever is bad is all that there is to say: nothing of such a list is ever done.
func (e *Engine) SortPeople(ctx context.Context, id string, lines []intake.Line, x intake.Setting, asOf time.Time, by Bringer) (Report, error) {
	said, bad, noted := intake.Read(lines, x)
	here, err := e.here(ctx, id, asOf, by)
	if err != nil {
		return Report{}, err
	}
	for i, s := range said {
		if _, named := s.Values[intake.Team]; !named && x.Team != "" {
			said[i].Otherwise(intake.Team, x.Team)
		}
	}
	placed, more, err := intake.Sort(said, here)
	if err != nil {
		return Report{}, err
	}
	for _, m := range more { // what a bad cell leaves missing is not said twice
		if !slices.ContainsFunc(bad, func(b intake.Remark) bool { return b.Line == m.Line && m.Line > 0 }) {
			bad = append(bad, m)
		}
	}
	r := Report{Bad: bad, Noted: noted}
	slices.SortStableFunc(r.Bad, func(a, b intake.Remark) int { return a.Line - b.Line })
	for _, p := range placed {
		name := p.After.Name
		if p.Gone {
			name = p.Now.Name
		}
		r.People = append(r.People, ReportRow{ID: p.Now.ID, Name: name, Line: p.Lines[0], New: p.New, Gone: p.Gone, Changed: p.Changed, Kept: p.Kept})
	}
	if len(r.Bad) > 0 {
		return r, nil
	}
	return r, e.stage(ctx, id, placed, r, asOf)
}

// stage keeps what an import is to do.
func (e *Engine) stage(ctx context.Context, id string, placed []intake.Placed, r Report, asOf time.Time) error {
	report, err := json.Marshal(r)
	if err != nil {
		return err
	}
	at := e.Now()
	if err := e.Store.PutImportBlob(ctx, id, store.ImportReport, at, report); err != nil {
		return err
	}
	counts := store.ImportCounts{People: len(placed)}
	placed = slices.DeleteFunc(placed, func(p intake.Placed) bool {
		switch {
		case p.Gone:
			counts.Left++
		case p.Nothing:
			counts.Same++
			if len(p.Kept) > 0 {
				counts.Kept++
			}
		default:
			return false
		}
		return true
	})
	var parts [][]byte
	for some := range slices.Chunk(placed, importAtOnce) {
		raw, err := intake.Pack(some)
		if err != nil {
			return err
		}
		parts = append(parts, raw)
	}
	if err := e.Store.PutImportParts(ctx, id, store.ImportPeople, at, parts...); err != nil {
		return err
	}
	return e.Store.ReadyImport(ctx, id, asOf, counts, len(parts))
}

// here gives who is here, for whoever brings a list.
func (e *Engine) here(ctx context.Context, id string, asOf time.Time, by Bringer) (intake.Here, error) {
	people, err := e.Store.People(ctx)
	if _, rest := store.UnreadPeople(err); rest != nil {
		return intake.Here{}, fmt.Errorf("read people: %w", rest)
	}
	pasts, err := e.Store.Pasts(ctx)
	if err != nil {
		return intake.Here{}, err
	}
	erased := map[string]bool{}
	for _, p := range people {
		erased[p.ID] = !p.Active && p.Name == ""
	}
	return intake.Here{People: people, May: by.May, MayTeam: by.MayTeam, Offices: by.Offices, ByEmail: by.ByEmail,
		Erased: func(id string) bool { return erased[id] },
		NewID: func(key string) string {
			sum := sha256.Sum256([]byte(id + "/" + key))
			return "p-" + hex.EncodeToString(sum[:8])
		},
		Problems: e.ownNumber,
		Past:     func(person string) (intake.Past, error) { return e.past(person, pasts[person], asOf), nil }}, nil
}

// past is what became of someone's fields, as the core is told it.
func (e *Engine) past(person string, p store.Past, asOf time.Time) intake.Past {
	past := intake.Past{AsOf: asOf, Person: person, Hands: map[string]intake.Hand{}, Seen: map[string]intake.Seen{},
		Same: func(field, value string, print []byte) bool { return slices.Equal(e.Store.Print(field, value), print) }}
	for f, h := range p.Hands {
		past.Hands[f] = intake.Hand(h)
	}
	for f, s := range p.Seen {
		past.Seen[f] = intake.Seen(s)
	}
	return past
}

// BeginImport decides that an import that was looked through is done. The loop that runs imports takes it up; a second press is store.ErrConflict.
func (e *Engine) BeginImport(ctx context.Context, id string) error {
	at := e.Now()
	return e.Store.BeginImport(ctx, id, at, at)
}

// RunImport begins an import and does it, and says after each part how far it is.
func (e *Engine) RunImport(ctx context.Context, id string, progress func(store.Import)) (store.Import, error) {
	at := e.Now()
	if err := e.Store.BeginImport(ctx, id, at, e.importUntil(at)); err != nil {
		return store.Import{}, err
	}
	i, err := e.Store.Import(ctx, id)
	if err != nil {
		return i, err
	}
	return e.doImport(ctx, i, progress)
}

func (e *Engine) importUntil(at time.Time) time.Time { return at.Add(e.Clock.Plan(importLease)) }

// doImport does the parts of an import that are not done.
func (e *Engine) doImport(ctx context.Context, i store.Import, progress func(store.Import)) (store.Import, error) {
	zones, err := e.zones(ctx)
	if err != nil {
		return i, err
	}
	parts, err := e.Store.ImportParts(ctx, i.ID, store.ImportPeople)
	if err != nil {
		return i, err
	}
	for i.Part < i.Parts {
		if i.Part >= len(parts) {
			return i, fmt.Errorf("import %s: part %d is not there", i.ID, i.Part)
		}
		began := e.Now()
		err := e.importPart(ctx, i, parts[i.Part], began, zones)
		if err != nil && !errors.Is(err, store.ErrSeen) { // another node may have done it
			return i, err
		}
		if i, err = e.Store.Import(ctx, i.ID); err != nil {
			return i, err
		}
		progress(i)
		if err := pause(ctx, max(importRest, 3*e.Clock.Real(e.Now().Sub(began))/2)); err != nil { // others who write come in between
			return i, err
		}
	}
	err = e.Store.EndImport(ctx, i.ID, store.ImportDone, e.Now())
	if err != nil && !errors.Is(err, store.ErrConflict) {
		return i, err
	}
	e.woken()
	return e.Store.Import(ctx, i.ID)
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// importPart does the next part.
func (e *Engine) importPart(ctx context.Context, i store.Import, part []byte, at time.Time, zones map[string]*time.Location) error {
	told, err := intake.Unpack(part)
	if err != nil {
		return err
	}
	ids := make([]string, len(told))
	for n, t := range told {
		ids[n] = t.ID
	}
	return e.Store.DoImportPart(ctx, i, i.Part, ids, at, e.importUntil(at), func(n int, before buddy.Person, past store.Past) store.Become {
		return e.become(ctx, at, told[n], before, e.past(told[n].ID, past, i.AsOf), zones)
	})
}

// become says what becomes of somebody as they are now: since the list was looked through they may have been changed. What cannot be any more is left as
// it is.
func (e *Engine) become(ctx context.Context, at time.Time, t intake.Told, before buddy.Person, past intake.Past, zones map[string]*time.Location) store.Become {
	now := before
	if before.ID == "" {
		now = buddy.Person{ID: t.ID, Active: true}
	}
	if !now.Active {
		return store.Become{Leaver: true}
	}
	o := intake.Merge(now, t.Said, past)
	if len(o.After.Problems()) > 0 || o.After.Team == "" {
		return store.Become{Stays: true, Kept: true}
	}
	b := store.Become{After: o.After, Says: o.Speaks, Kept: len(o.Kept) > 0, Changes: before.ID == "" || len(o.Changed) > 0}
	if b.Changes {
		zone := zones[o.After.Team]
		if zone == nil {
			zone = time.UTC
		}
		b.Tell = e.numbersTold(ctx, at, zone, o.After, before)
	}
	return b
}

// zones gives the time zone of each team.
func (e *Engine) zones(ctx context.Context) (map[string]*time.Location, error) {
	teams, err := e.Store.Teams(ctx)
	if err != nil {
		return nil, fmt.Errorf("read teams: %w", err)
	}
	zones := map[string]*time.Location{}
	for _, t := range teams {
		if zone, err := time.LoadLocation(t.Zone); err == nil {
			zones[t.ID] = zone
		}
	}
	return zones, nil
}

// imports does the imports that were begun on a page, or whose process ended, until ctx ends.
func (e *Engine) imports(ctx context.Context) {
	for {
		e.keepsFailing(ctx, "import not done", guard(func() error { return e.ImportsDue(ctx) }))
		if pause(ctx, importsLookAt) != nil {
			return
		}
	}
}

// ImportsDue does the imports that are begun and that nobody does, and forgets those with which nobody went on.
func (e *Engine) ImportsDue(ctx context.Context) error {
	at := e.Now()
	if err := e.Store.ForgetImports(ctx, at.Add(-e.Clock.Plan(importKept)), at); err != nil {
		return err
	}
	if err := e.Store.ForgetKinAsks(ctx, at.Add(-kinKept)); err != nil {
		return err
	}
	i, err := e.Store.TakeImport(ctx, at, e.importUntil(at))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	i, err = e.doImport(ctx, i, func(store.Import) {})
	if err == nil {
		e.Log.Info("import done", "import", i.ID, "by", i.By, "people", i.Counts.People, "new", i.Counts.New, "changed", i.Counts.Changed)
	}
	return err
}
