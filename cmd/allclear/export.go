package main

import (
	"fmt"
	"time"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/app"
)

type exportCmd struct {
	Audit     exportAuditCmd     `cmd:"" help:"The record for an auditor, without contents: who did what when, and what its chains are computed of."`
	Person    exportPersonCmd    `cmd:"" help:"All there is about a person, for that person: a ZIP of JSON, without what is private of others."`
	Incidents exportIncidentsCmd `cmd:"" help:"Incidents as a table for a spreadsheet or the health-and-safety portal (CSV)."`
	Texts     exportTextsCmd     `cmd:"" help:"Texts whose meaning was said on the page “What did they mean?”, without names, a JSON object a line."`
}

type exportTextsCmd struct {
	settingsFlags
	Changed bool `help:"With those too that are read otherwise without the names; they are tagged \"changed\"."`
}

// Run writes the labelled texts on standard output, and says how many were left out.
func (c exportTextsCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	n, err := app.ExportTexts(w.ctx, s.options(w), w.stdout, c.Changed)
	if err == nil && n.LeftOut > 0 {
		fmt.Fprintf(w.stderr, "%d of %d texts are left out: without the names they are read otherwise; --changed writes them too\n", n.LeftOut, n.LeftOut+n.Written)
	}
	return err
}

type exportAuditCmd struct {
	settingsFlags
	From   string `placeholder:"DAY" help:"What was recorded from then on: 2026-11-22, in UTC, or an instant as 2026-11-22T09:00:00Z."`
	To     string `placeholder:"DAY" help:"What was recorded before then."`
	Format string `enum:"jsonl,csv" default:"jsonl" help:"jsonl or csv."`
}

// Run writes the record on standard output.
func (c exportAuditCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	x := app.Extract{CSV: c.Format == "csv"}
	var bad problems
	for _, edge := range []struct {
		flag, given string
		into        *time.Time
	}{{"--from", c.From, &x.From}, {"--to", c.To, &x.To}} {
		if *edge.into, err = dayOrInstant(edge.given); err != nil {
			bad = append(bad, edge.flag+": "+err.Error())
		}
	}
	if len(bad) > 0 {
		return bad
	}
	return app.ExportRecord(w.ctx, s.options(w), w.stdout, x)
}

// dayOrInstant reads when a day begins in UTC, or an instant; nothing is the zero time.
func dayOrInstant(given string) (time.Time, error) {
	if given == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, given); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no day as 2026-11-22, nor an instant as 2026-11-22T09:00:00Z", given)
}
