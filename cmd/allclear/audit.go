package main

import (
	"fmt"
	"io"
	"time"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/app"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Check that the record is what was written; exit 1 at the first break, naming it."`
	Key    auditKeyCmd    `cmd:"" help:"Print the public key that checkpoints are signed by."`
}

type auditVerifyCmd struct {
	settingsFlags
	Checkpoints string `placeholder:"FILE" help:"Hold the record against these checkpoints, which were sent outside."`
	Verifier    string `placeholder:"KEY" help:"The line that allclear audit key printed when they were made; by default this installation's own key, under any name."`
}

// Run says in one line what it found. It works beside a running server.
func (c auditVerifyCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	if c.Verifier != "" && c.Checkpoints == "" {
		return problems{"--verifier: is for checkpoints; give their file by --checkpoints"}
	}
	said := ""
	a := app.Audit{Checkpoints: c.Checkpoints, Key: c.Verifier}
	if onTerminal(w.stderr) {
		a.Progress = func(done, total int64) { said = bar(w.stderr, said, done, total) }
	}
	found, err := app.VerifyRecord(w.ctx, s.options(w), a)
	rewrite(w.stderr, said, "")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w.stdout, verified(found))
	return err
}

// bar shows how far long work is, and gives the line that is there then.
func bar(out io.Writer, was string, done, total int64) string {
	const wide = 40
	full := int(done * wide / max(total, 1))
	is := fmt.Sprintf("[%-*s] %d %%", wide, "########################################"[:full], done*100/max(total, 1))
	if is == was {
		return was
	}
	return rewrite(out, was, is)
}

func verified(found app.Audited) string {
	if found.Entries == 0 {
		return "the record is whole: it is empty"
	}
	says := fmt.Sprintf("the record is whole: %s, head %d %x", entries(found.Entries), found.Head.N, found.Head.Hash)
	if !found.Until.IsZero() {
		says += ", sealed until " + found.Until.Format(time.RFC3339)
	}
	if found.Checkpoints > 0 {
		says += fmt.Sprintf("; checkpoints that agree: %d", found.Checkpoints)
	}
	for _, l := range found.Lost {
		says += fmt.Sprintf("\nnot in it: entries %d to %d, which %d checkpoints name, as a backup of %s was restored on %s", l.First, l.Last, l.Checkpoints,
			l.MadeAt.Format(time.RFC3339), l.RestoredAt.Format(time.RFC3339))
	}
	return says
}

func entries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

type auditKeyCmd struct{ settingsFlags }

// Run prints one line to hand to an auditor.
func (auditKeyCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	line, err := app.CheckpointKey(w.ctx, s.options(w))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w.stdout, line)
	return err
}
