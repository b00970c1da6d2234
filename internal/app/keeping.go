package app

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web"
)

// keeping tells the pages how this installation is kept.
type keeping struct{ a *App }

// CheckRecord checks the record as the command does; against the file of checkpoints too, where one is set.
func (k keeping) CheckRecord(ctx context.Context, progress func(done, total int64)) (found store.Audited, err error) {
	a := Audit{Progress: progress}
	published, err := k.published(ctx, a)
	if err != nil {
		return found, err
	}
	return k.a.db.Audit(ctx, store.Audit{At: k.a.clock.Now(), Published: published, Progress: progress})
}

// published reads the file of checkpoints, where one is set. Its folder may be another machine's that does not answer.
func (k keeping) published(ctx context.Context, a Audit) ([]store.Published, error) {
	to := k.a.publisher.outlets
	i := slices.IndexFunc(to, func(to outlet) bool { return to.folder != nil })
	if i < 0 {
		return nil, nil
	}
	read := make(chan []store.Published, 1) // as whoever reads may be left behind
	if err := to[i].folder.do(ctx, filepath.Dir(k.a.o.CheckpointFile), checkpointTimeout, func(ctx context.Context) error {
		list, err := ownCheckpoints(ctx, k.a.db, k.a.o, a)
		read <- list
		return err
	}); err != nil {
		return nil, err
	}
	return <-read, nil
}

// Checkpoints says what came to each place that checkpoints are sent to.
func (k keeping) Checkpoints(ctx context.Context) (list []web.Checkpoint, err error) {
	p := k.a.publisher
	for _, to := range p.outlets {
		last, err := lastSent(ctx, p.db, to.name)
		if err != nil {
			return nil, err
		}
		failed, err := instantOf(ctx, p.db, failedKey(to.name))
		if err != nil {
			return nil, err
		}
		age := p.clock.Real(p.clock.Now().Sub(last.at))
		c := web.Checkpoint{To: k.a.o.outletWords(to.name), Number: last.n, At: last.at, Late: last.n > 0 && age > checkpointLate}
		if failed.After(last.at) {
			c.FailedAt = failed
		}
		list = append(list, c)
	}
	return list, nil
}

// outletWords is where an outlet leads. An address may hold a secret, but for its host.
func (o Options) outletWords(name string) string {
	if name == "file" {
		return "the file " + o.CheckpointFile
	}
	if name == "mail" {
		return "an e-mail address at " + o.checkpointDomain()
	}
	if u, err := url.Parse(o.CheckpointURL); err == nil && u.Hostname() != "" {
		return "the address at " + u.Hostname()
	}
	return "the address of the settings"
}

// Backups says when a backup was last made and restored on trial.
func (k keeping) Backups(ctx context.Context) (b web.Backups, err error) {
	o := k.a.o
	if o.Demo {
		return web.Backups{None: true}, nil
	}
	b = web.Backups{Dir: o.BackupDir, Keep: cmp.Or(o.BackupKeep, backupsKept), Apart: o.BackupRecipients != ""}
	if b.TriedAt, err = lastDrill(ctx, k.a.db); err != nil {
		return b, err
	}
	now := k.a.clock.Now()
	since := b.TriedAt
	if since.IsZero() {
		since = k.a.began // an installation of today has had no night
	}
	b.Late = k.a.clock.Real(now.Sub(since)) > drillLate
	failed, err := instantOf(ctx, k.a.db, drillFailedKey)
	if err != nil {
		return b, err
	}
	if failed.After(b.TriedAt) {
		b.FailedAt, b.Late = failed, b.Late || b.TriedAt.IsZero()
	}
	if o.BackupDir == "" {
		return b, nil
	}
	files, _, err := k.a.backups.nightly(ctx, o.BackupDir)
	if b.Silent = errors.Is(err, errSilent); b.Silent || err != nil {
		b.Missing = !b.Silent
		return b, nil
	}
	if b.Kept = len(files); b.Kept > 0 {
		b.Last, _ = time.Parse(nightlyLayout, filepath.Base(files[b.Kept-1])) // another's file of such a name has no instant
	}
	return b, nil
}

// instantOf is a fact that is an instant; zero where it is not noted.
func instantOf(ctx context.Context, db *store.DB, key string) (time.Time, error) {
	noted, err := db.Meta(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	at, err := time.Parse(time.RFC3339Nano, noted)
	if err != nil {
		return time.Time{}, nil // then the next is noted rightly
	}
	return at, nil
}
