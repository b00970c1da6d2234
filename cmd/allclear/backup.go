package main

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/app"
	"github.com/allclear-safety/allclear/internal/store"
)

type backupCmd struct {
	settingsFlags
	File  string `arg:"" help:"Where it goes; a file that is there is left alone."`
	Force bool   `help:"Over a file that is there."`
}

// Run writes an encrypted copy of all that is kept, and says in one line what is in it. It works beside a running server.
func (c backupCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	said := ""
	b := app.Backup{File: c.File, Force: c.Force}
	if onTerminal(w.stderr) {
		b.Progress = func(done, total int64) { said = bar(w.stderr, said, done, total) }
	}
	m, err := app.BackUp(w.ctx, s.options(w), b)
	rewrite(w.stderr, said, "")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.stdout, "backed up to %s: %s\n", c.File, contents(m))
	return err
}

// contents says what a backup has.
func contents(m store.Manifest) string {
	return fmt.Sprintf("%d people, %d visits (%d of them not ended), %d open alarms; head of the record %d %.16s; made at %s by version %s from %s",
		m.Rows["people"], m.Rows["visits"], m.LiveVisits, m.OpenAlarms, m.HeadNumber, cmp.Or(m.Head, "none"), m.MadeAt.Format(time.RFC3339), m.Program,
		map[string]string{"sqlite": "SQLite", "postgres": "PostgreSQL"}[m.Database])
}

type restoreCmd struct {
	settingsFlags
	File     string `arg:"" help:"What allclear backup wrote."`
	Identity string `placeholder:"FILE" help:"The secret key of one of its recipients (AGE-SECRET-KEY-1…); by default the master key opens it."`
	Check    bool   `help:"Only restore it on trial, and say what it is."`
}

// Run puts a backup in the database's place once it was found whole, and says what it is. What was there is kept.
func (c restoreCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	said := ""
	r := app.Restore{File: c.File, Identity: c.Identity, Check: c.Check}
	if onTerminal(w.stderr) {
		r.Progress = func(done, total int64) { said = bar(w.stderr, said, done, total) }
	}
	done, err := app.RestoreBackup(w.ctx, s.options(w), r)
	rewrite(w.stderr, said, "")
	if err != nil {
		return err
	}
	fmt.Fprintf(w.stdout, "the backup is whole: %s\n", contents(done.Manifest))
	fmt.Fprintf(w.stdout, "its record is whole: %s\n", entries(done.Entries))
	if done.ErasedAgain > 0 {
		fmt.Fprintf(w.stdout, "erased again, as they were since: %d\n", done.ErasedAgain)
	}
	if c.Check {
		return nil
	}
	if done.Kept != "" {
		fmt.Fprintf(w.stdout, "what was there is kept as %s\n", done.Kept)
	}
	switch {
	case done.KeyFrom != "":
		fmt.Fprintf(w.stdout, "its key is to be kept where the key in use is: run cp -p %s %s, and name that one (ALLCLEAR_KEY_FILE) from now on; then allclear keys rotate\n", done.KeyFrom, done.Key)
	case done.Key != "":
		fmt.Fprintf(w.stdout, "the key in %s opens it from now on: name that one again (ALLCLEAR_KEY_FILE), or none where it lies beside the database\n", done.Key)
	}
	_, err = fmt.Fprintf(w.stdout, "restored; what happened after %s is not in it: run allclear check, then allclear serve, and ring every worker with a visit since\n",
		done.MadeAt.Format(time.RFC3339))
	return err
}

// setRecipients wants public keys that can be used, now and not at night.
func setRecipients(s *Settings, v string) error {
	s.BackupRecipients = v
	_, err := app.ParseRecipients(v)
	return err
}

func setBackupKeep(s *Settings, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 10_000 {
		return errors.New("must be a whole number from 1 to 10000")
	}
	s.BackupKeep = n
	return nil
}
