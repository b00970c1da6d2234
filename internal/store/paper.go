package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Paper is something that people write, agree or sign: a version of a team's plan, a signature, a risk assessment, a debrief. What it says is
// Body, in a form that is its kind's own; what else there is here is in clear, so that it can be listed, and holds nothing private.
//
// Every change of a paper is an entry of the record, of the paper's kind, with the whole of what it said then as its words: so each version
// there ever was is kept, byte for byte, until the words are erased.
type Paper struct {
	ID        string
	Kind      PaperKind
	Team      string // whose plan it is, or the team of the person
	Person    string // whom it is of: who signs, who is at risk, whose debrief it is, who is to act; "" for a team's own
	About     string // what it belongs to: "visit/…", "alarm/…", or another paper as KIND/ID; "" for nothing
	Status    string // as its kind has it
	Number    int    // its number among those of its team and kind, from 1; 0 where they have none
	Revision  int    // how often it was kept, from 1; 0 before the first time
	MadeBy    string // person id
	MadeAt    time.Time
	ChangedAt time.Time
	DueAt     time.Time // when it is to be looked at again; zero for never
	OverAt    time.Time // when it was over: from then its time to be kept counts; zero while it stands
	Body      private.Text
	Erased    bool // its words were erased
	Unread    bool // its words are there, and could not be opened
}

// PaperKind is what a paper is.
type PaperKind string

// The kinds there are.
const (
	PlanPaper      PaperKind = "plan"      // a version of a team's plan
	SignaturePaper PaperKind = "signature" // of one person, under one version
	SupportPaper   PaperKind = "support"   // a team's spheres of support
	RiskPaper      PaperKind = "risk"      // a risk assessment
	WarningPaper   PaperKind = "warning"   // that stands on a service user or an address
	OwnWordsPaper  PaperKind = "own_words" // what someone says of themselves, for those whom they chose
	DebriefPaper   PaperKind = "debrief"
	ActionPaper    PaperKind = "action" // what somebody is to do, from a debrief or an incident
	IncidentPaper  PaperKind = "incident"
)

// owner is the data key of a paper's words: a team's stay with the team, a signature goes with the details of who gave it, and everything else has a
// key of its own. That of what somebody says of themselves is known by its name: it goes with their details, and at once when they take it back.
func (p Paper) owner() string {
	switch p.Kind {
	case PlanPaper, SupportPaper:
		return "team/" + p.Team
	case SignaturePaper:
		return "person/" + p.Person
	case OwnWordsPaper:
		return ownWords + p.ID
	default:
		return "paper/" + p.ID
	}
}

// ownWords begins the names of the data keys of what people say of themselves.
const ownWords = "own_words/"

func (p Paper) place() string { return "paper/" + p.ID + "/body" }

// paperChange is what the record says of a paper in clear.
type paperChange struct {
	Revision int    `json:"revision"`
	Status   string `json:"status"`
	About    string `json:"about,omitempty"`
}

// next is a paper as its next revision is kept, and the revision that it was.
func (p Paper) next(by By, at time.Time) (Paper, int) {
	was := p.Revision
	p.Revision++
	p.ChangedAt = at
	if p.ID == "" {
		p.ID = rand.Text()
	}
	if was == 0 {
		p.MadeAt, p.MadeBy = at, by.Person
	}
	return p, was
}

// PutPaper keeps a paper: new where its Revision is 0, else as a change of that revision, which ErrConflict refuses when another came
// between. It gives the paper as it is kept. In the same transaction it goes on record, in the chain of the looks of who did it, the paper in
// Visit as KIND/ID; the messages go into the outbox, and its marks, by which it is found, are those given. A team's second paper of one number
// is ErrConflict too; ErrErased says that whose words they are was erased.
func (db *DB) PutPaper(ctx context.Context, p Paper, marks []string, by By, at time.Time, messages ...Message) (Paper, error) {
	p, was := p.next(by, at)
	err := db.recorded(ctx, by, at, func(t *tx) (done, error) {
		if err := t.putPaper(p, was, at); err != nil {
			return done{}, err
		}
		if err := t.markPaper(p.ID, marks); err != nil {
			return done{}, err
		}
		t.notify()
		return done{what: string(p.Kind) + "/" + p.ID, input: paperChange{p.Revision, p.Status, p.About}, words: p.Body, owner: p.owner()}, t.tell(nil, messages)
	})
	if err != nil {
		return Paper{}, fmt.Errorf("keep %s %s: %w", p.Kind, p.ID, err)
	}
	return p, nil
}

func (t *tx) putPaper(p Paper, was int, at time.Time) error {
	body, err := t.seal(p.owner(), p.place(), []byte(p.Body.Reveal()), at)
	if err != nil {
		return err
	}
	var n int64
	if was == 0 {
		n, err = t.exec(`INSERT INTO papers (id, kind, team, person, about, status, number, revision, made_by, made_at, changed_at, due_at, over_at, key_owner, body, look_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING`,
			p.ID, string(p.Kind), p.Team, p.Person, p.About, p.Status, p.Number, p.Revision, p.MadeBy, instant(p.MadeAt), instant(p.ChangedAt), maybe(p.DueAt),
			maybe(p.OverAt), p.owner(), body, maybe(p.lookAt()))
	} else {
		n, err = t.exec(`UPDATE papers SET about = $3, status = $4, revision = $5, changed_at = $6, due_at = $7, over_at = $8, body = $9,
			look_at = $10, key_owner = $11 WHERE id = $1 AND revision = $2`, p.ID, was, p.About, p.Status, p.Revision, instant(p.ChangedAt), maybe(p.DueAt), maybe(p.OverAt), body, maybe(p.lookAt()), p.owner())
	}
	if err == nil && n == 0 {
		err = ErrStale
	}
	return err
}

// ErrStale is the ErrConflict of a paper that another changed, or of a number that another has.
var ErrStale = fmt.Errorf("%w: look at it again", ErrConflict)

func (t *tx) markPaper(id string, marks []string) error {
	if _, err := t.exec(`DELETE FROM paper_marks WHERE paper = $1`, id); err != nil {
		return err
	}
	for _, mark := range marks {
		if _, err := t.exec(`INSERT INTO paper_marks (hash, paper) VALUES ($1, $2) ON CONFLICT DO NOTHING`, t.db.vault.Hash("paper", mark), id); err != nil {
			return err
		}
	}
	return nil
}

const paperColumns = `id, kind, team, person, about, status, number, revision, made_by, made_at, changed_at, due_at, over_at, key_owner, body`

type sealedPaper struct {
	Paper
	keyOwner string // under which its words are: what somebody said of themselves was once under the key of their details
	body     []byte
}

func scanPaper(s scanner) (p sealedPaper, err error) {
	err = s.Scan(&p.ID, &p.Kind, &p.Team, &p.Person, &p.About, &p.Status, &p.Number, &p.Revision, &p.MadeBy, at{&p.MadeAt}, at{&p.ChangedAt}, at{&p.DueAt},
		at{&p.OverAt}, &p.keyOwner, &p.body)
	return p, err
}

func (db *DB) openPaper(ctx context.Context, s sealedPaper) (Paper, error) {
	raw, err := db.open(ctx, db.reader, s.keyOwner, s.place(), s.body)
	s.Body, s.Erased = private.New(string(raw)), raw == nil
	return s.Paper, err
}

// Paper gives a paper of a kind by its id; ErrNotFound where there is none.
func (db *DB) Paper(ctx context.Context, kind PaperKind, id string) (Paper, error) {
	s, err := first(ctx, db.reader, scanPaper, `SELECT `+paperColumns+` FROM papers WHERE id = $1 AND kind = $2`, id, string(kind))
	var p Paper
	if err == nil {
		p, err = db.openPaper(ctx, s)
	}
	if err != nil {
		return p, fmt.Errorf("read %s %s: %w", kind, id, err)
	}
	return p, nil
}

// PaperFilter says which papers to list; what is empty is not asked for.
type PaperFilter struct {
	ID                          string
	Kind                        PaperKind
	Team, Person, About, Status string
	Standing                    bool      // only those that are not over
	DueBy                       time.Time // only those that stand and are to be looked at by then
	Marked                      []string  // only those that have one of these marks, of whatever team
	Bare                        bool      // without their words, which then are not opened
	Limit                       int       // 0: all
}

func (f PaperFilter) where(db *DB) (clause string, args []any) {
	is := func(column, value string) {
		if value != "" {
			args = append(args, value)
			clause += ` AND ` + column + ` = $` + strconv.Itoa(len(args))
		}
	}
	is("id", f.ID)
	is("kind", string(f.Kind))
	is("team", f.Team)
	is("person", f.Person)
	is("about", f.About)
	is("status", f.Status)
	if f.Standing || !f.DueBy.IsZero() {
		clause += ` AND over_at IS NULL`
	}
	if !f.DueBy.IsZero() {
		args = append(args, instant(f.DueBy))
		clause += ` AND due_at IS NOT NULL AND due_at <= $` + strconv.Itoa(len(args))
	}
	if len(f.Marked) > 0 {
		clause += ` AND id IN (SELECT paper FROM paper_marks WHERE hash IN (`
		for i, mark := range f.Marked {
			args = append(args, db.vault.Hash("paper", mark))
			clause += []string{"$", ", $"}[min(i, 1)] + strconv.Itoa(len(args))
		}
		clause += `))`
	}
	return clause, args
}

// Papers lists papers, the latest made first. One whose words cannot be opened hides no other: it is there, Unread and without them.
func (db *DB) Papers(ctx context.Context, f PaperFilter) ([]Paper, error) {
	where, args := f.where(db)
	query := `SELECT ` + paperColumns + ` FROM papers WHERE 1 = 1` + where + ` ORDER BY made_at DESC, number DESC, id`
	if f.Limit > 0 {
		args = append(args, f.Limit)
		query += ` LIMIT $` + strconv.Itoa(len(args))
	}
	rows, err := all(ctx, db.reader, scanPaper, query, args...)
	papers := make([]Paper, 0, len(rows))
	for _, s := range rows {
		p := s.Paper
		if err == nil && !f.Bare {
			if p, err = db.openPaper(ctx, s); err != nil && ctx.Err() == nil {
				p, err = s.Paper, nil
				p.Unread = true
			}
		}
		papers = append(papers, p)
	}
	if err != nil {
		return nil, fmt.Errorf("list papers: %w", err)
	}
	return papers, nil
}

// PaperAsOf gives what a paper said in one of its revisions, as the record has it; ErrNotFound where that is not there, or its words were
// erased.
func (db *DB) PaperAsOf(ctx context.Context, p Paper, revision int) (private.Text, error) {
	rows, err := all(ctx, db.reader, scanEntry, `SELECT `+entryColumns+` FROM entries WHERE visit = $1
		AND kind IN ('plan', 'signature', 'support', 'risk', 'warning', 'own_words', 'debrief', 'action', 'incident') ORDER BY at, id`,
		string(p.Kind)+"/"+p.ID) // as the index has them
	if err != nil {
		return private.Text{}, fmt.Errorf("read %s %s as of revision %d: %w", p.Kind, p.ID, revision, err)
	}
	entries, err := db.openEntries(ctx, rows)
	if err != nil {
		return private.Text{}, err
	}
	for _, e := range entries {
		var c paperChange
		if json.Unmarshal(e.Input, &c) == nil && c.Revision == revision && !e.Words.IsZero() {
			return e.Words, nil
		}
	}
	return private.Text{}, errors.Join(fmt.Errorf("%s %s has no revision %d", p.Kind, p.ID, revision), ErrNotFound)
}

// clearPapers takes away the sealed words of the papers of an owner, and what they are found by.
func (t *tx) clearPapers(owner string) error {
	if _, err := t.exec(`DELETE FROM paper_marks WHERE paper IN (SELECT id FROM papers WHERE key_owner = $1)`, owner); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE papers SET body = NULL, look_at = NULL WHERE key_owner = $1`, owner)
	return err
}
