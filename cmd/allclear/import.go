package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/app"
	"github.com/allclear-safety/allclear/internal/intake"
	"github.com/allclear-safety/allclear/internal/nearest"
	"github.com/allclear-safety/allclear/internal/store"
)

type importCmd struct {
	People importPeopleCmd `cmd:"" help:"Take in people and their next of kin, as from an HR system's export: all rows or none."`
}

type importPeopleCmd struct {
	settingsFlags
	File   string            `arg:"" placeholder:"FILE" help:"CSV (commas, semicolons or tabs) or XLSX, with a line of headings; 10 MB and 20,000 rows at most."`
	Map    map[string]string `placeholder:"HEADING=FIELD" mapsep:"none" help:"What a column is, where its heading does not say so; again for each. FIELD is one of those that a wrong one is answered with, or skip."`
	Team   string            `help:"The team, by its id or its name, of new people for whom the file names none."`
	AsOf   string            `placeholder:"DATE" help:"The day the file was made, such as 2026-03-03: what people said themselves since then stays. By default today."`
	DryRun bool              `help:"Say what would change; change nothing."`
}

// Run says what would change, a line for each person of whom something does, or what is wrong, a line for each row. It works beside a running
// server.
func (c importPeopleCmd) Run(w world, ctx *kong.Context) error {
	p, bad := c.taken()
	if len(bad) > 0 {
		return bad
	}
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	line := ""
	if onTerminal(w.stderr) {
		p.Progress = func(done, of int) { line = bar(w.stderr, line, int64(done), int64(of)) }
	}
	report, done, err := app.ImportPeople(w.ctx, s.options(w), p)
	rewrite(w.stderr, line, "")
	if err == nil || len(report.Bad) > 0 {
		sayReport(w.stdout, report)
	}
	if err != nil {
		return err
	}
	if c.DryRun {
		sayCounts(w.stdout, "would be", report.Counts())
		return nil
	}
	sayCounts(w.stdout, "are", done)
	return nil
}

// taken reads the flags.
func (c importPeopleCmd) taken() (p app.PeopleImport, bad problems) {
	p = app.PeopleImport{File: c.File, Team: c.Team, DryRun: c.DryRun, Columns: map[string]string{}}
	if c.AsOf != "" {
		at, ok := intake.Date(c.AsOf)
		if !ok {
			bad = append(bad, "--as-of is not a day, such as 2026-03-03")
		}
		p.AsOf = at
	}
	var known []string
	for _, n := range intake.Fields() {
		known = append(known, string(n.Field))
	}
	for heading, field := range c.Map {
		if field == "skip" {
			field = ""
		}
		if !intake.Field(field).Known() {
			bad = append(bad, fmt.Sprintf("--map %s=%s: there is no field %q; did you mean %q? There are %s, and skip", heading, field, field, nearest.To(field, known), strings.Join(known, ", ")))
		}
		p.Columns[heading] = field
	}
	return p, bad
}

// sayReport writes what would change, without the words that it changes.
func sayReport(out io.Writer, r app.PeopleReport) {
	for _, b := range r.Bad {
		fmt.Fprintf(out, "bad: %v\n", b)
	}
	for _, n := range r.Noted {
		fmt.Fprintf(out, "noted: %v\n", n)
	}
	if len(r.Bad) > 0 {
		return
	}
	for _, p := range r.People {
		switch {
		case p.Gone:
			fmt.Fprintf(out, "line %d: %s is no longer here: left as they are\n", p.Line, p.ID)
		case p.New:
			fmt.Fprintf(out, "line %d: %s is new: %s\n", p.Line, p.ID, strings.Join(p.Changed, ", "))
		case len(p.Changed) > 0:
			fmt.Fprintf(out, "line %d: %s changes: %s\n", p.Line, p.ID, strings.Join(p.Changed, ", "))
		}
		for _, k := range p.Kept {
			fmt.Fprintf(out, "line %d: %s keeps %s, as %s said on %s\n", p.Line, p.ID, k.Field, k.By, k.At.Format(time.DateOnly))
		}
	}
}

func sayCounts(out io.Writer, are string, c store.ImportCounts) {
	of := "people"
	if c.People == 1 {
		of = "person"
	}
	if c.New == 1 && are == "are" {
		are = "is"
	}
	fmt.Fprintf(out, "%d %s: %d %s new, %d changed, %d as they were; %d no longer here, %d kept what was said by hand\n", c.People, of, c.New, are, c.Changed, c.Same, c.Left, c.Kept)
}
