package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/app"
	"github.com/allclear-safety/allclear/internal/store"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Check that the record is what was written; exit 1 at the first break, naming it."`
	Key    auditKeyCmd    `cmd:"" help:"Print the public key that checkpoints are signed by."`
}

type auditVerifyCmd struct {
	settingsFlags
	Checkpoints string      `placeholder:"FILE" help:"Hold the record against these checkpoints, which were sent outside; by default those in ALLCLEAR_CHECKPOINT_FILE."`
	Verifier    string      `placeholder:"KEY" help:"The line that allclear audit key printed when they were made; by default this installation's own key, under any name."`
	Restored    []time.Time `placeholder:"INSTANT" help:"You restored a backup then: what it cost, by the checkpoints, is no fault. May be given again for each restore."`
}

// Run says in one line what it found. It works beside a running server.
func (c auditVerifyCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	if c.Verifier != "" && c.Checkpoints == "" && s.CheckpointFile == "" {
		return problems{"--verifier: is for checkpoints; give their file by --checkpoints"}
	}
	said := ""
	a := app.Audit{Checkpoints: c.Checkpoints, Key: c.Verifier}
	if onTerminal(w.stderr) {
		a.Progress = func(done, total int64) { said = bar(w.stderr, said, done, total) }
	}
	found, err := app.VerifyRecord(w.ctx, s.options(w), a)
	rewrite(w.stderr, said, "")
	if err == nil {
		err = c.excused(found.Lost)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w.stdout, verified(found))
	return err
}

// excused is an error where something is not in the record because of a restore that the operator does not name: whoever restores without
// being asked takes away what happened since.
func (c auditVerifyCmd) excused(lost []store.Lost) error {
	for _, l := range lost {
		known := func(at time.Time) bool { return at.Truncate(time.Second).Equal(l.RestoredAt.Truncate(time.Second)) }
		if !slices.ContainsFunc(c.Restored, known) {
			return fmt.Errorf("%s; if that was meant, say so by --restored %s", lostWords(l), l.RestoredAt.UTC().Format(time.RFC3339))
		}
	}
	return nil
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

func verified(found store.Audited) string {
	if found.Entries == 0 {
		return "the record is whole: it is empty"
	}
	var says strings.Builder
	says.WriteString(fmt.Sprintf("the record is whole: %s, head %d %x", entries(found.Entries), found.Head.N, found.Head.Hash))
	if !found.Until.IsZero() {
		says.WriteString(", sealed until " + found.Until.Format(time.RFC3339))
	}
	if found.Agree > 0 {
		says.WriteString(fmt.Sprintf("; checkpoints that agree: %d", found.Agree))
	}
	for _, l := range found.Lost {
		says.WriteString("\n" + lostWords(l))
	}
	return says.String()
}

func lostWords(l store.Lost) string {
	return fmt.Sprintf("not in the record: entries %d to %d, which %d checkpoints name, as a backup of %s was restored on %s", l.First, l.Last, l.Checkpoints,
		l.MadeAt.UTC().Format(time.RFC3339), l.RestoredAt.UTC().Format(time.RFC3339))
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
