package app

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/allclear-safety/allclear/internal/private"
)

func TestADrillIsHeldAndItsAgeTold(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	own, err := age.GenerateX25519Identity()
	must(t, err)
	o.BackupDir, o.BackupKeep, o.BackupRecipients, o.Log = t.TempDir(), 2, own.Recipient().String(), slog.New(slog.DiscardHandler)
	a, err := New(t.Context(), o)
	must(t, err)
	a.Start(t.Context())
	defer func() { must(t, a.Stop(t.Context())) }()
	ask := func(path string) string {
		resp, err := http.Get("http://" + a.Addr().String() + path)
		must(t, err)
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		must(t, err)
		return string(text)
	}
	if line := a.drillLine(t.Context()); line != "last restore drill: none yet" {
		t.Errorf("before the first: %q", line)
	}
	for range 3 {
		must(t, a.Drill(t.Context()))
		list, _, err := nightly(o.BackupDir, time.Now())
		must(t, err)
		if len(list) > 0 { // as if made a minute before
			must(t, os.Rename(list[len(list)-1], filepath.Join(o.BackupDir, time.Now().UTC().Add(-time.Duration(len(list))*time.Minute).Format(nightlyLayout))))
		}
	}
	must(t, a.Drill(t.Context()))
	list, _, err := nightly(o.BackupDir, time.Now())
	must(t, err)
	if len(list) != 2 {
		t.Errorf("%d backups are kept: %v", len(list), list)
	}
	key := filepath.Join(t.TempDir(), "key.txt")
	must(t, os.WriteFile(key, []byte(own.String()+"\n"), 0o600))
	for _, file := range list {
		if _, err := RestoreBackup(t.Context(), o, Restore{File: file, Identity: key, Check: true}); err != nil {
			t.Errorf("what was kept: %v", err)
		}
	}
	if line := a.drillLine(t.Context()); line != "last restore drill: less than a minute ago" {
		t.Errorf("after: %q", line)
	}
	if figures := ask("/metrics"); !strings.Contains(figures, "\nallclear_restore_drill_age_seconds ") {
		t.Error("there is no metric")
	}
	found, err := Check(t.Context(), o)
	must(t, err)
	if !hasFinding(found, "backup", "ok: one was restored on trial") {
		t.Errorf("check says %v", found)
	}
	for _, f := range files(t, o) {
		if strings.HasPrefix(f, ".allclear") {
			t.Errorf("a drill leaves %s", f)
		}
	}
	must(t, os.RemoveAll(o.BackupDir))
	if err := a.Drill(t.Context()); err == nil {
		t.Error("a drill without its folder is held")
	}
	if found, _ := Check(t.Context(), o); !hasFinding(found, "backup", "there is no folder") {
		t.Errorf("check says %v", found)
	}
}

// A backup that a clock of the wrong year named neither pushes out the one just made nor stands for the newest, and is told.
func TestABackupFromTheFutureCountsForNothing(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	var log bytes.Buffer
	o.BackupDir, o.BackupKeep, o.Log = t.TempDir(), 1, slog.New(slog.NewTextHandler(&log, nil))
	a := opened(t, o)
	ahead := filepath.Join(o.BackupDir, "allclear-20990101T000000Z.age")
	for _, file := range []string{ahead, filepath.Join(o.BackupDir, "allclear-20200101T000000Z.age")} {
		must(t, os.WriteFile(file, []byte("a backup"), 0o600))
	}
	must(t, a.Drill(t.Context()))
	list, later, err := nightly(o.BackupDir, time.Now())
	must(t, err)
	if len(later) != 1 || later[0] != ahead || !strings.Contains(log.String(), ahead) {
		t.Errorf("of the future are %v; the log says %s", later, log.String())
	}
	if len(list) != 1 || strings.Contains(list[0], "2020") {
		t.Fatalf("there are %v", list)
	}
	_, err = RestoreBackup(t.Context(), o, Restore{File: list[0], Check: true})
	must(t, err)
	if b, err := (keeping{a}).Backups(t.Context()); err != nil || b.Kept != 1 || time.Since(b.Last) > time.Hour || b.Last.After(time.Now()) {
		t.Errorf("the page is told %+v, %v", b, err)
	}
	if found, err := Check(t.Context(), o); err != nil || !hasFinding(found, "backup", ahead+" is named by an instant that is to come") {
		t.Errorf("check says %v, %v", found, err)
	}
}

func TestADrillThatFailsIsTold(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	var log bytes.Buffer
	o.BackupDir, o.Log = filepath.Join(t.TempDir(), "nowhere"), slog.New(slog.NewTextHandler(&log, nil))
	a, err := New(t.Context(), o)
	must(t, err)
	defer func() { must(t, a.Stop(t.Context())) }()
	a.drillOrTell(t.Context(), time.Now())
	if log.Len() > 0 {
		t.Errorf("before it is due: %s", log.String())
	}
	a.began = a.began.Add(-time.Hour)
	for range 2 { // the second within the hour is none
		a.drillOrTell(t.Context(), time.Now())
	}
	if said := log.String(); strings.Count(said, "restore drill failed") != 1 || !strings.Contains(said, "nowhere") {
		t.Errorf("the log says %q", said)
	}
	if b, err := (keeping{a}).Backups(t.Context()); err != nil || b.FailedAt.IsZero() || !b.Late {
		t.Errorf("its page is told %+v, %v", b, err)
	}
	told, err := a.db.Latest(t.Context(), "system", "backup_failed", 10)
	if err != nil || len(told) != 1 {
		t.Errorf("it is on record %d times, %v", len(told), err)
	}
}

func TestWhenADrillIsDue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		age  time.Duration
		held bool
		up   time.Duration
		hour int
		due  bool
	}{
		{0, false, 30 * time.Second, 12, false},
		{0, false, 2 * time.Minute, 12, true},
		{time.Hour, true, time.Hour, 3, false},
		{13 * time.Hour, true, time.Hour, 3, true},
		{13 * time.Hour, true, time.Hour, 4, false},
		{24 * time.Hour, true, time.Hour, 12, true},
		{48 * time.Hour, true, 10 * time.Second, 3, false},
	} {
		if due := drillDue(c.age, c.held, c.up, c.hour); due != c.due {
			t.Errorf("%+v: %t", c, due)
		}
	}
}

func TestAnOldDrillIsAFaultLine(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	db, err := Open(t.Context(), o, false)
	must(t, err)
	defer db.Close()
	now := time.Now().UTC()
	same := func(d time.Duration) time.Duration { return d }
	for age, says := range map[time.Duration]string{25 * time.Hour: "ok: ", 27 * time.Hour: "27h0m ago; see the log"} {
		must(t, db.SetMeta(t.Context(), drillKey, now.Add(-age).Format(time.RFC3339Nano)))
		found, err := checkBackups(t.Context(), db, o, now, same)
		if err != nil || !hasFinding(found, "backup", says) {
			t.Errorf("after %s: %v, %v", age, found, err)
		}
	}
}

// What a kill left of a trial is removed by the next, and one that goes on is let alone.
func TestWhatAKillLeftIsRemoved(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	dir := filepath.Dir(sqlitePath(o.Database))
	left := filepath.Join(dir, strings.Replace(trialPattern, "*", "1", 1))
	must(t, os.MkdirAll(left, 0o700))
	must(t, os.WriteFile(filepath.Join(left, "allclear.db"), []byte("half"), 0o600))
	going, err := newTrial(o)
	must(t, err)
	if _, err := os.Stat(left); err == nil {
		t.Error("what was left is there")
	}
	second, err := newTrial(o)
	must(t, err)
	if _, err := os.Stat(going.dir); err != nil {
		t.Errorf("one that goes on was removed: %v", err)
	}
	must(t, going.remove())
	must(t, second.remove())
}

// Those that begin a trial at the same moment leave each other's alone.
func TestTrialsAtTheSameMoment(t *testing.T) {
	t.Parallel()
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db")}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				own, err := newTrial(o)
				if err != nil {
					t.Errorf("it does not begin: %v", err)
					return
				}
				if err := os.WriteFile(own.file, []byte("half"), 0o600); err != nil {
					t.Errorf("it was removed: %v", err)
				}
				if err := own.remove(); err != nil {
					t.Errorf("it is not removed: %v", err)
				}
			}
		})
	}
	all.Wait()
	if left := files(t, o); len(left) > 0 {
		t.Errorf("they leave %v", left)
	}
}
