package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// hang has a folder not answer until the test ends or answers is called.
func hang(t *testing.T, m *mount) (answers func()) {
	t.Helper()
	m.most = 10 * time.Millisecond
	stuck := make(chan struct{})
	err := m.do(t.Context(), "/mnt/backups", time.Hour, func(context.Context) error { <-stuck; return nil })
	if !errors.Is(err, errSilent) || !strings.Contains(err.Error(), "/mnt/backups") {
		t.Fatalf("it says %v", err)
	}
	return func() { close(stuck) }
}

// A folder that hangs is waited for as long as was said, is not asked again meanwhile, and is used again once it answers.
func TestAFolderThatDoesNotAnswerHoldsUpNobody(t *testing.T) {
	t.Parallel()
	var m mount
	answers := hang(t, &m)
	if err := m.do(t.Context(), "/mnt/backups", time.Hour, func(context.Context) error { t.Error("it is asked once more"); return nil }); !errors.Is(err, errSilent) {
		t.Errorf("a second time: %v", err)
	}
	answers()
	m.most = 0
	must(t, m.do(t.Context(), "/mnt/backups", time.Hour, func(context.Context) error { return nil }))
	mine := errors.New("mine")
	if err := m.do(t.Context(), "/mnt/backups", time.Hour, func(context.Context) error { return mine }); !errors.Is(err, mine) || errors.Is(err, errSilent) {
		t.Errorf("what went wrong there: %v", err)
	}
}

// With the backups' folder stuck a drill ends with that said and leaves nothing behind. It counts as none, the server stops as ever, and the
// next one is held once the folder answers.
func TestADrillWhoseFolderDoesNotAnswer(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	o.BackupDir = t.TempDir()
	a, err := New(t.Context(), o)
	must(t, err)
	defer func() { must(t, a.Stop(t.Context())) }()
	answers := hang(t, &a.backups)
	if err := a.Drill(t.Context()); !errors.Is(err, errSilent) {
		t.Errorf("it says %v", err)
	}
	if line := a.drillLine(t.Context()); line != "last restore drill: none yet" {
		t.Errorf("/readyz says %q", line)
	}
	for _, f := range files(t, o) {
		if strings.HasPrefix(f, ".allclear") {
			t.Errorf("it leaves %s", f)
		}
	}
	answers()
	a.backups.most = 0
	must(t, a.Drill(t.Context()))
	if list, _, err := nightly(o.BackupDir, time.Now()); err != nil || len(list) != 1 {
		t.Errorf("there is %v, %v", list, err)
	}
}

func TestACopyNeedsRoom(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	draft, err := os.Create(filepath.Join(t.TempDir(), "draft"))
	must(t, err)
	defer draft.Close()
	must(t, draft.Truncate(1<<42)) // takes no room itself
	if _, err := copyDraft(t.Context(), draft, dir); err == nil || !strings.Contains(err.Error(), "too little room") {
		t.Errorf("it says %v", err)
	}
	must(t, draft.Truncate(1<<20))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := copyDraft(ctx, draft, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("after its time: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	name, err := copyDraft(t.Context(), draft, dir)
	must(t, err)
	if info, err := os.Stat(name); err != nil || info.Size() != 1<<20 {
		t.Errorf("the copy: %v, %v", info, err)
	}
}

// Where the disk of the database is short of room nothing is put there, neither at once nor on trial, and the refusal says what was not done.
func TestABackupLeavesTheDatabasesDiskItsRoom(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	own, dir := filepath.Dir(sqlitePath(o.Database)), t.TempDir()
	short := roomIn(own, 1<<60, "make a backup")
	if short == nil || !strings.Contains(short.Error(), "too little room to make a backup") {
		t.Fatalf("it says %v", short)
	}
	if in, err := draftedIn(own, dir, short); !errors.Is(err, short) {
		t.Errorf("on the same disk: in %q, %v", in, err)
	}
	if in, err := draftedIn(own, "/proc", short); err != nil || in != "/proc" {
		t.Errorf("on another: in %q, %v", in, err)
	}
	if in, err := draftedIn(own, dir, nil); err != nil || in != own {
		t.Errorf("with room: in %q, %v", in, err)
	}
	huge := filepath.Join(dir, "huge.age")
	must(t, os.WriteFile(huge, nil, 0o600))
	must(t, os.Truncate(huge, 8<<40)) // which takes nothing
	if _, err := RestoreBackup(t.Context(), o, Restore{File: huge, Check: true}); err == nil || !strings.Contains(err.Error(), "too little room to restore "+huge+" on trial") {
		t.Errorf("a check of more than the disk has: %v", err)
	}
}
