package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sys/unix"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/vault"
)

const (
	drillTurn    = time.Minute    // how often it is looked whether one is due
	drillSettled = time.Minute    // how long a process runs before its first
	drillNight   = 3              // o'clock by this machine's zone, when it is due if it was not held in the last half day
	drillMost    = 24 * time.Hour // since the last, whatever the hour
	drillAgain   = time.Hour      // after one that failed; within it one node of several holds it
	drillLate    = 26 * time.Hour
	drillWithin  = 50 * time.Minute

	backupsKept = 14
)

// drillKey is the fact that says when the last drill ended well.
const drillKey = "drill"

// drillFailedKey is the fact that says when one last failed.
const drillFailedKey = "drill-failed"

// drill makes a backup, restores it and looks at what came of it: each night, until ctx ends. A backup counts once it was restored.
func (a *App) drill(ctx context.Context) error {
	tick := time.NewTicker(drillTurn)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		a.drillOrTell(ctx, time.Now())
	}
}

// drillOrTell holds a drill where one is due, and tells people of one that failed.
func (a *App) drillOrTell(ctx context.Context, wall time.Time) {
	err := a.drillTurn(ctx, wall)
	if err == nil || ctx.Err() != nil {
		return
	}
	a.o.Log.Error("restore drill failed", "error", err)
	if err := a.db.SetMeta(ctx, drillFailedKey, a.clock.Now().Format(time.RFC3339Nano)); err != nil {
		a.o.Log.Error("note the failed restore drill", "error", err)
	}
	if err := a.engine.TellBackup(ctx); err != nil {
		a.o.Log.Error("tell of the restore drill", "error", err)
	}
}

// drillTurn holds a drill where one is due and no other node holds it.
func (a *App) drillTurn(ctx context.Context, wall time.Time) error {
	age, held, err := a.drillAge(ctx)
	if err != nil {
		return err
	}
	if !drillDue(age, held, a.clock.Real(a.clock.Now().Sub(a.began)), wall.Local().Hour()) {
		return nil
	}
	mine, err := a.db.Chore(ctx, "drill", a.clock.Now(), a.clock.Plan(drillAgain))
	if err != nil || !mine {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, drillWithin)
	defer cancel()
	return a.Drill(ctx)
}

// drillDue says whether a drill is due, by how long ago the last was, if any was, how long this process runs, and the hour.
func drillDue(age time.Duration, held bool, up time.Duration, hour int) bool {
	if up < drillSettled {
		return false // what fell due while nothing ran comes first
	}
	return !held || age >= drillMost || hour == drillNight && age >= drillMost/2
}

// Drill makes a backup, restores it beside the database and verifies it. With a folder for backups it is kept there: the very file that was
// tried. It goes there at the end, as that folder may be another machine's: while the database is read nobody waits for a network.
func (a *App) Drill(ctx context.Context) (err error) {
	v, err := openVault(ctx, a.o, true)
	if err != nil {
		return err
	}
	to, own, err := drillKeys(a.o.BackupRecipients, v)
	if err != nil {
		return err
	}
	t, err := newTrial(a.o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.remove()) }()
	if err := roomFor(ctx, a.db, t.dir, 3, "try a backup"); err != nil { // the backup and what is restored of it together take less
		return err
	}
	made := time.Now()
	draft, _, err := draftBackup(ctx, a.db, t.dir, to, store.Backup{Program: a.o.Version, MadeAt: made})
	if err != nil {
		return err
	}
	done, err := t.run(ctx, v, draft, own, nil)
	if err == nil && a.o.BackupDir != "" {
		err = a.keepTried(ctx, draft, made)
	}
	if err != nil {
		return err
	}
	for _, file := range KeptAside(a.o) {
		a.o.Log.Warn("the database of before a restore is still there, with words that may have been erased since: delete it", "file", file)
	}
	a.o.Log.Info("restore drill held", "entries", done.Entries, "took", time.Since(made).Round(time.Millisecond).String())
	return a.db.SetMeta(ctx, drillKey, a.clock.Now().Format(time.RFC3339Nano))
}

// drillKeys are the recipients of a nightly backup and what opens it. This machine cannot read what is for the recipients of the settings: a
// key is added that lives in memory until the drill is over, so that the very file that is kept is tried.
func drillKeys(given string, v *vault.Vault) (to []age.Recipient, own []age.Identity, err error) {
	if to, err = recipients(given, v); err != nil {
		return nil, nil, err
	}
	if given == "" {
		own, err = identities("", v)
		return to, own, err
	}
	if _, hybrid := to[0].(*age.HybridRecipient); hybrid { // which stand beside no other kind
		once, err := age.GenerateHybridIdentity()
		if err != nil {
			return nil, nil, err
		}
		return append(to, once.Recipient()), []age.Identity{once}, nil
	}
	once, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, nil, err
	}
	return append(to, once.Recipient()), []age.Identity{once}, nil
}

// roomSpared is what a drill leaves of the disk: a full one stops alarms.
const roomSpared = 512 << 20

// roomFor refuses work for which a disk has no room: so many times what the database takes. The refusal says what it was for.
func roomFor(ctx context.Context, db *store.DB, dir string, times uint64, what string) error {
	size, err := db.Size(ctx)
	if err != nil {
		return fmt.Errorf("look for room: %w", err)
	}
	return roomIn(dir, uint64(size)*times, what) // #nosec G115 -- sizes are not negative
}

// roomIn refuses work that takes so many bytes in a folder, where less than roomSpared would then be left.
func roomIn(dir string, bytes uint64, what string) error {
	var disk unix.Statfs_t
	if err := unix.Statfs(dir, &disk); err != nil {
		return fmt.Errorf("look for room: %w", err)
	}
	free := uint64(disk.Bavail) * uint64(disk.Bsize) // #nosec G115 -- sizes are not negative
	if need := bytes + roomSpared; free < need {
		return fmt.Errorf("the disk has too little room to %s: %d MB are free in %s, and %d MB are needed; make room", what, free>>20, dir, need>>20)
	}
	return nil
}

// keepTried puts a backup that was tried, and the list of who was erased, where nightly backups are kept.
func (a *App) keepTried(ctx context.Context, draft string, made time.Time) (err error) {
	f, err := os.Open(draft) // #nosec G304 -- a file that we made
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var ahead []string
	if err := a.backups.do(ctx, a.o.BackupDir, copyWithin, func(ctx context.Context) error {
		there, err := copyDraft(ctx, f, a.o.BackupDir)
		if err == nil {
			ahead, err = keepNightly(there, a.o.BackupDir, made, cmp.Or(a.o.BackupKeep, backupsKept))
		}
		return err
	}); err != nil {
		return err
	}
	for _, file := range ahead {
		a.o.Log.Warn("a backup's name has an instant that is to come: it does not count, and stays until then; remove or rename it", "file", file)
	}
	return a.copyErased(ctx)
}

// Nightly backups are called by their instant, so that their names sort by age.
const (
	nightlyLayout = "allclear-20060102T150405Z.age"
	nightlyGlob   = "allclear-????????T??????Z.age"
)

// keepNightly names a backup that was tried, and removes the oldest that are too many. It gives those that nightly calls ahead.
func keepNightly(draft, dir string, made time.Time, keep int) (ahead []string, err error) {
	if err := keepDraft(draft, filepath.Join(dir, made.UTC().Format(nightlyLayout)), false); err != nil {
		return nil, err
	}
	list, ahead, err := nightly(dir, made)
	if err != nil {
		return nil, err
	}
	if err := removeDrafts(dir, made.Add(-drillMost)); err != nil {
		return nil, err
	}
	for len(list) > max(keep, 1) { // the newest is the one just made
		if err := os.Remove(list[0]); err != nil {
			return nil, fmt.Errorf("remove the oldest backup: %w", err)
		}
		list = list[1:]
	}
	return ahead, nil
}

// removeDrafts removes the backups that a kill before then cut off.
func removeDrafts(dir string, before time.Time) error {
	list, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("clear what was left behind: %w", err)
	}
	for _, f := range list {
		if cut, err := filepath.Match(draftPattern, f.Name()); err != nil || !cut {
			continue
		}
		if info, err := f.Info(); err != nil || !info.ModTime().Before(before) {
			continue // it has just gone, or is being written
		}
		if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
			return fmt.Errorf("clear what was left behind: %w", err)
		}
	}
	return nil
}

// nightly lists the nightly backups of a folder, the oldest first; and apart those whose names are of later than at, by the wall clock: such a
// one, of a clock that was wrong, would else be the newest for years.
func nightly(dir string, at time.Time) (list, ahead []string, err error) {
	list, err = filepath.Glob(filepath.Join(strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir), nightlyGlob))
	slices.Sort(list)
	now := at.UTC().Format(nightlyLayout)
	i := slices.IndexFunc(list, func(file string) bool { return filepath.Base(file) > now })
	if i < 0 {
		i = len(list)
	}
	return list[:i:i], list[i:], err
}

// drillAge is how long ago the last drill ended well, in real time.
func (a *App) drillAge(ctx context.Context) (age time.Duration, held bool, err error) {
	at, err := lastDrill(ctx, a.db)
	if err != nil || at.IsZero() {
		return 0, false, err
	}
	return a.clock.Real(a.clock.Now().Sub(at)), true, nil
}

// lastDrill is when the last drill ended well, on the clock; zero: none has.
func lastDrill(ctx context.Context, db *store.DB) (time.Time, error) {
	return instantOf(ctx, db, drillKey)
}

// drillLine is what /readyz says of it. Late or not, alarms are raised.
func (a *App) drillLine(ctx context.Context) string {
	switch age, held, err := a.drillAge(ctx); {
	case err != nil:
		return "last restore drill: not known"
	case !held:
		return "last restore drill: none yet"
	default:
		return "last restore drill: " + span(age) + " ago"
	}
}

// span says a stretch of time in hours and minutes.
func span(d time.Duration) string {
	if d < time.Minute {
		return "less than a minute"
	}
	return strings.TrimSuffix(d.Truncate(time.Minute).String(), "0s")
}

// checkBackups says how long ago a backup was last restored, and where that is too long.
func checkBackups(ctx context.Context, db *store.DB, o Options, at time.Time, real func(time.Duration) time.Duration) ([]Finding, error) {
	var found []Finding
	if o.BackupDir != "" {
		found = checkBackupDir(ctx, o.BackupDir)
	}
	last, err := lastDrill(ctx, db)
	if err != nil {
		return found, err
	}
	age := real(at.Sub(last))
	switch {
	case last.IsZero():
		found = append(found, Finding{About: "backup", Says: "none was restored on trial yet; allclear serve does that in its first minutes, and each night"})
	case age > drillLate:
		found = append(found, Finding{About: "backup", Says: fmt.Sprintf("the last one that could be restored was made %s ago; see the log of allclear serve", span(age))})
	default:
		found = append(found, Finding{About: "backup", Says: "ok: one was restored on trial " + span(age) + " ago"})
	}
	return found, nil
}

// checkBackupDir says what is wrong with the folder of the nightly backups.
func checkBackupDir(ctx context.Context, dir string) (found []Finding) {
	_, ahead, err := (&mount{}).nightly(ctx, dir)
	switch {
	case errors.Is(err, errSilent):
		return []Finding{{About: "backup", Says: err.Error()}}
	case err != nil:
		return []Finding{{About: "backup", Says: "there is no folder " + dir + " for the nightly backups; make it"}}
	}
	for _, file := range ahead {
		found = append(found, Finding{About: "backup", Says: file + " is named by an instant that is to come, so that it does not count and is not removed; remove or rename it"})
	}
	return found
}

// drillAges gives the metric: how long ago the last drill was, or how long this process has waited for the first.
type drillAges struct{ a *App }

var drillAgeSeconds = prometheus.NewDesc("allclear_restore_drill_age_seconds",
	"How long ago a backup was last restored on trial and found whole; since this process started where none was.", nil, nil)

func (drillAges) Describe(to chan<- *prometheus.Desc) { to <- drillAgeSeconds }

func (d drillAges) Collect(to chan<- prometheus.Metric) {
	if d.a.o.Demo {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), countWithin)
	defer cancel()
	age, held, err := d.a.drillAge(ctx)
	if err != nil {
		return // a figure that is not known is not given
	}
	if !held {
		age = d.a.clock.Real(d.a.clock.Now().Sub(d.a.began))
	}
	to <- prometheus.MustNewConstMetric(drillAgeSeconds, prometheus.GaugeValue, age.Seconds())
}
