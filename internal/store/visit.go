package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Visit is a visit as pages, feeds and the API show it; what its clock runs on is in the worker's watch.
type Visit struct {
	ID, ExternalID, Reference, Worker, Team string
	Kind                                    string // home_visit, family_time, meeting or other
	Status                                  watch.Status
	StartsAt, ExpectedEndAt                 time.Time
	DueAt, InAt, EndedAt, BookedAt          time.Time // zero: not yet, or not at all
	Evidence                                watch.Evidence
	Private                                 bool
	Responders                              []string
	Details                                 buddy.Form
	AtIn                                    *buddy.Form // the details as they were at the IN, if edited since
	DetailsChanged                          bool        // write what no core knows (external id, team, kind, private, responders, details); else writing over a visit leaves those as they are
}

// VisitFilter says which visits to give: those that fit all that is not zero.
type VisitFilter struct {
	Worker, Team string
	Live         bool      // those that still have a clock
	From, To     time.Time // those that touch the time from From until before To
	Since        time.Time // those that start then or later
	Limit        int
	Bare         bool // without the sealed details: for what looks at many and shows none
}

// live are the statuses of a visit that still has a clock.
const live = `status IN ('booked', 'inside', 'overdue')`

func visitOwner(id string) string { return "visit/" + id }

// putVisit writes a visit. The instant of booking, once there, stays.
func (t *tx) putVisit(v Visit) error {
	kind := v.Kind
	if kind == "" {
		kind = "other"
	}
	_, err := t.exec(`INSERT INTO visits (id, external_id, reference, worker, team, kind, status, starts_at, expected_end_at, due_at, in_at, ended_at,
			booked_at, evidence, private, responders)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (id) DO UPDATE SET external_id = CASE WHEN $17 THEN excluded.external_id ELSE visits.external_id END, reference = excluded.reference,
			worker = excluded.worker, status = excluded.status, starts_at = excluded.starts_at,
			expected_end_at = excluded.expected_end_at, due_at = excluded.due_at, in_at = excluded.in_at, ended_at = excluded.ended_at,
			booked_at = COALESCE(visits.booked_at, excluded.booked_at), evidence = excluded.evidence,
			team = CASE WHEN $17 THEN excluded.team ELSE visits.team END, kind = CASE WHEN $17 THEN excluded.kind ELSE visits.kind END,
			private = CASE WHEN $17 THEN excluded.private ELSE visits.private END,
			responders = CASE WHEN $17 THEN excluded.responders ELSE visits.responders END`,
		v.ID, text(v.ExternalID), v.Reference, v.Worker, v.Team, kind, string(v.Status), instant(v.StartsAt), instant(v.ExpectedEndAt),
		maybe(v.DueAt), maybe(v.InAt), maybe(v.EndedAt), maybe(v.BookedAt), string(v.Evidence), v.Private, list(v.Responders), v.DetailsChanged)
	if err != nil || !v.DetailsChanged {
		return err
	}
	details, err := t.sealForm(v, "details", &v.Details)
	if err != nil {
		return err
	}
	atIn, err := t.sealForm(v, "details_at_in", v.AtIn)
	if err != nil {
		return err
	}
	_, err = t.exec(`UPDATE visits SET details = $2, details_at_in = $3 WHERE id = $1`, v.ID, details, atIn)
	return err
}

// form is how the visit's half of a buddy form is sealed.
type form struct {
	ServiceUser string `json:"service_user,omitempty"`
	Address     string `json:"address,omitempty"`
	Access      string `json:"access,omitempty"`
	Contact     string `json:"contact,omitempty"`
	WhoElse     string `json:"who_else,omitempty"`
}

func (t *tx) sealForm(v Visit, column string, f *buddy.Form) ([]byte, error) {
	if f == nil {
		return nil, nil
	}
	raw, err := json.Marshal(form{f.ServiceUser.Reveal(), f.Address.Reveal(), f.Access.Reveal(), f.Contact.Reveal(), f.WhoElse.Reveal()})
	if err != nil {
		return nil, err
	}
	return t.seal(visitOwner(v.ID), "visit/"+v.ID+"/"+column, raw, v.BookedAt)
}

func (db *DB) openForm(ctx context.Context, id, column string, sealed []byte) (*buddy.Form, error) {
	raw, err := db.open(ctx, db.reader, visitOwner(id), "visit/"+id+"/"+column, sealed)
	if err != nil || raw == nil {
		return nil, err
	}
	var f form
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, fmt.Errorf("read %s of visit %s: %w", column, id, err)
	}
	return &buddy.Form{
		ServiceUser: private.New(f.ServiceUser), Address: private.New(f.Address), Access: private.New(f.Access),
		Contact: private.New(f.Contact), WhoElse: private.New(f.WhoElse),
	}, nil
}

const visitColumns = `id, external_id, reference, worker, team, kind, status, starts_at, expected_end_at, due_at, in_at, ended_at, booked_at,
	evidence, private, responders, details, details_at_in`

// bareColumns are visitColumns without what is sealed.
const bareColumns = `id, external_id, reference, worker, team, kind, status, starts_at, expected_end_at, due_at, in_at, ended_at, booked_at,
	evidence, private, responders, NULL, NULL`

type sealedVisit struct {
	Visit
	details, atIn []byte
}

func scanVisit(s scanner) (v sealedVisit, err error) {
	err = s.Scan(&v.ID, words{&v.ExternalID}, &v.Reference, &v.Worker, &v.Team, &v.Kind, &v.Status, at{&v.StartsAt}, at{&v.ExpectedEndAt},
		at{&v.DueAt}, at{&v.InAt}, at{&v.EndedAt}, at{&v.BookedAt}, &v.Evidence, &v.Private, stringList{&v.Responders}, &v.details, &v.atIn)
	return v, err
}

func (db *DB) openVisit(ctx context.Context, s sealedVisit) (Visit, error) {
	details, err := db.openForm(ctx, s.ID, "details", s.details)
	if err != nil {
		return Visit{}, err
	}
	if details != nil {
		s.Details = *details
	}
	s.AtIn, err = db.openForm(ctx, s.ID, "details_at_in", s.atIn)
	return s.Visit, err
}

// Visit gives a visit by its id or its external id.
func (db *DB) Visit(ctx context.Context, id string) (Visit, error) {
	s, err := first(ctx, db.reader, scanVisit,
		`SELECT `+visitColumns+` FROM visits WHERE id = $1 OR external_id = $1 ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END LIMIT 1`, id)
	if err != nil {
		return Visit{}, fmt.Errorf("read visit %s: %w", id, err)
	}
	return db.openVisit(ctx, s)
}

// Visits gives the visits that fit, in order of start.
func (db *DB) Visits(ctx context.Context, f VisitFilter) ([]Visit, error) {
	where, args := f.where()
	columns := visitColumns
	if f.Bare {
		columns = bareColumns
	}
	query := `SELECT ` + columns + ` FROM visits` + where + ` ORDER BY starts_at, id`
	if f.Limit > 0 {
		args = append(args, f.Limit)
		query += ` LIMIT $` + strconv.Itoa(len(args))
	}
	rows, err := all(ctx, db.reader, scanVisit, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list visits: %w", err)
	}
	var visits []Visit
	for _, s := range rows {
		v := s.Visit
		if !f.Bare {
			if v, err = db.openVisit(ctx, s); err != nil {
				return nil, fmt.Errorf("list visits: %w", err)
			}
		}
		visits = append(visits, v)
	}
	return visits, nil
}

func (f VisitFilter) where() (clause string, args []any) {
	var terms []string
	add := func(term string, arg any) {
		args = append(args, arg)
		terms = append(terms, term+strconv.Itoa(len(args)))
	}
	if f.Live {
		terms = append(terms, live)
	}
	if f.Worker != "" {
		add("worker = $", f.Worker)
	}
	if f.Team != "" {
		add("team = $", f.Team)
	}
	if !f.From.IsZero() {
		add("expected_end_at >= $", instant(f.From))
	}
	if !f.Since.IsZero() {
		add("starts_at >= $", instant(f.Since))
	}
	if !f.To.IsZero() {
		add("starts_at < $", instant(f.To))
	}
	if len(terms) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(terms, " AND "), args
}

// ReferenceFree says whether no live visit has the reference. Commit is what decides: of two who ask at once, one gets ErrConflict.
func (db *DB) ReferenceFree(ctx context.Context, reference string) (bool, error) {
	n, err := first(ctx, db.reader, value[int], `SELECT count(*) FROM visits WHERE reference = $1 AND reference <> '' AND `+live, reference)
	if err != nil {
		return false, fmt.Errorf("look for reference: %w", err)
	}
	return n == 0, nil
}

// teamsSince holds SQLite to a few rows by its form: with UNION in fresh it walks over the whole record in the order of workers, and
// without the cross joins over every visit that starts after $2.
const teamsSince = `WITH
	fresh AS (SELECT worker, visit FROM entries WHERE n > $1 UNION ALL SELECT worker, visit FROM entries WHERE n IS NULL)
	SELECT v.team FROM fresh CROSS JOIN visits v WHERE v.worker = fresh.worker AND v.starts_at >= $2
	UNION SELECT v.team FROM fresh CROSS JOIN visits v WHERE v.id = fresh.visit`

// TeamsSince gives the teams that may see their visits changed since the n-th sealed entry of the record, what waits for its seal included:
// those of the visits that the entries name, and of their workers' visits that start at begun or later.
func (db *DB) TeamsSince(ctx context.Context, n int64, begun time.Time) ([]string, error) {
	teams, err := all(ctx, db.reader, value[string], teamsSince, n, instant(begun))
	if err != nil {
		return nil, fmt.Errorf("look for visits that changed: %w", err)
	}
	return teams, nil
}
