package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/intake"
	"github.com/allclear-safety/allclear/internal/nearest"
	"github.com/allclear-safety/allclear/internal/sheet"
	"github.com/allclear-safety/allclear/internal/store"
)

// PeopleImport is a file of people that a command takes in.
type PeopleImport struct {
	File     string
	Columns  map[string]string // what columns are, by their headings, where that is not found out rightly; "" skips one
	Team     string            // by its id or its name: of new people for whom the file names none
	AsOf     time.Time         // of when the file is; zero: today
	DryRun   bool
	Progress func(done, of int) // nil: quiet
}

// PeopleReport is what an import would change, or what is wrong with it.
type PeopleReport = engine.Report

// ErrBadRows says that a file was not taken in, as some of its rows are wrong.
var ErrBadRows = errors.New("nothing was changed: put the rows right, and import the file again")

// ImportPeople reads a file of people and says what it would change; but for a dry run it then changes that. ErrBadRows where rows are bad: the report
// names them. It works beside a running server.
func ImportPeople(ctx context.Context, o Options, p PeopleImport) (report PeopleReport, done store.ImportCounts, err error) {
	raw, err := readAtMost(p.File, sheet.MostBytes)
	if err != nil {
		return report, done, err
	}
	table, err := sheet.Read(raw)
	if err != nil {
		return report, done, fmt.Errorf("read %s: %w", p.File, err)
	}
	err = beside(ctx, o, func(e *engine.Engine, db *store.DB) error {
		x, err := p.setting(ctx, db, table)
		if err != nil {
			return err
		}
		i := store.Import{ID: e.NewImport(e.Now()), By: whoCommands.By, Via: whoCommands.Via, AsOf: p.AsOf, MadeAt: e.Now()}
		if i.AsOf.IsZero() {
			i.AsOf = e.Now().Truncate(24 * time.Hour)
		}
		if err := db.MakeImport(ctx, i, nil); err != nil {
			return err
		}
		report, err = e.SortPeople(ctx, i.ID, linesOf(table), x, i.AsOf, everything)
		if err == nil && len(report.Bad) > 0 {
			err = ErrBadRows
		}
		if err != nil || p.DryRun {
			return errors.Join(err, db.EndImport(context.WithoutCancel(ctx), i.ID, store.ImportCancelled, e.Now()))
		}
		i, err = e.RunImport(ctx, i.ID, func(i store.Import) {
			if p.Progress != nil {
				p.Progress(i.Counts.Seen(), i.Counts.People)
			}
		})
		done = i.Counts
		return err
	})
	return report, done, err
}

// everything is what whoever has the database and its key may do.
var everything = engine.Bringer{Who: whoCommands, Offices: true,
	May: func(buddy.Person) bool { return true }, MayTeam: func(string) bool { return true }}

func readAtMost(name string, most int64) (raw []byte, err error) {
	f, err := os.Open(name) // #nosec G304 -- the file that the operator names
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	raw, err = io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	return raw, nil
}

func linesOf(t sheet.Table) []intake.Line {
	lines := make([]intake.Line, len(t.Rows))
	for i, r := range t.Rows {
		lines[i] = intake.Line{Number: r.Line, Cells: r.Cells}
	}
	return lines
}

// setting says what the columns are: as people said it of a file with these headings before, else as is found out, and above all as the flags say.
func (p PeopleImport) setting(ctx context.Context, db *store.DB, t sheet.Table) (intake.Setting, error) {
	x := intake.Setting{Heads: t.Heads, Columns: intake.Guess(t.Heads)}
	kept, err := db.Columns(ctx, strings.Join(t.Heads, "\n"))
	if err != nil {
		return x, err
	}
	if columns := strings.Split(kept, "\n"); kept != "" && len(columns) == len(x.Columns) {
		for i, c := range columns {
			x.Columns[i] = intake.Field(c)
		}
	}
	for heading, field := range p.Columns {
		at := slices.IndexFunc(t.Heads, func(h string) bool { return strings.EqualFold(h, heading) })
		if at < 0 {
			return x, fmt.Errorf("--map: there is no column %q; did you mean %q?", heading, nearest.To(heading, t.Heads))
		}
		x.Columns[at] = intake.Field(field)
	}
	if says := x.Problems(); len(says) > 0 {
		return x, fmt.Errorf("%s; say what a column is by --map 'heading=field'", strings.ToLower(says[0][:1])+says[0][1:])
	}
	teams, err := db.Teams(ctx)
	if err != nil {
		return x, err
	}
	for _, g := range teams {
		x.Groups = append(x.Groups, intake.Group{ID: g.ID, ExternalID: g.ExternalID, Name: g.Name})
		if p.Team != "" && (p.Team == g.ID || p.Team == g.ExternalID || strings.EqualFold(p.Team, g.Name)) {
			x.Team = g.ID
		}
	}
	if p.Team != "" && x.Team == "" {
		return x, fmt.Errorf("there is no team %q", p.Team)
	}
	return x, nil
}
