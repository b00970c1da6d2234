package app

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
)

func TestOneServesADatabaseFile(t *testing.T) {
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)}
	first, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := New(t.Context(), o); err == nil || !strings.Contains(err.Error(), "serves") || strings.Contains(err.Error(), "\n") {
		t.Errorf("a second server: %v, %v", second, err)
	}
	if _, err := CreateToken(t.Context(), o, "desk", "admin"); err != nil {
		t.Errorf("no token beside a server: %v", err)
	}
	found, err := Check(t.Context(), o)
	if err != nil || !hasFinding(found, "database", "ok") {
		t.Errorf("check beside a server says %v (%v)", found, err)
	}
	if err := first.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := New(t.Context(), o)
	if err != nil {
		t.Fatalf("after the first has stopped: %v", err)
	}
	if err := again.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// What is said of a place that is taken names what says where it is: a demo knows no ALLCLEAR_DATABASE.
func TestWhoseDatabaseIsServedIsToldHowToNameAnother(t *testing.T) {
	for says, demo := range map[string]bool{"another folder with --data": true, "another file with ALLCLEAR_DATABASE": false} {
		o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), Demo: demo}
		first, err := lockServing(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lockServing(o); err == nil || !strings.Contains(err.Error(), says) || demo == strings.Contains(err.Error(), "ALLCLEAR_") {
			t.Errorf("in a demo: %t: a second server is told %v", demo, err)
		}
		if err := unlock(first); err != nil {
			t.Error(err)
		}
	}
}

// hasFinding says whether one of the findings is about that and says that.
func hasFinding(found []Finding, about, says string) bool {
	for _, f := range found {
		if f.About == about && strings.Contains(f.Says, says) {
			return true
		}
	}
	return false
}
