package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/app"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// What was found before something could not be looked at is said all the same.
func TestCheckSaysWhatItFoundBeforeItFailed(t *testing.T) {
	place := storetest.SQLite(t)
	db, err := app.Open(t.Context(), app.Options{Database: place.Options.URL}, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := place.Raw(t).Exec(`ALTER TABLE teams RENAME TO lost`); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	code := run([]string{"check"}, world{t.Context(), []string{"ALLCLEAR_DATABASE=" + place.Options.URL}, strings.NewReader(""), &out, &errs})
	if code != 1 || !strings.Contains(out.String(), "gateway: none is set up") || !strings.Contains(out.String(), "database: ok") || !strings.Contains(errs.String(), "read teams") {
		t.Errorf("it ends with %d and says\n%s%s", code, &out, &errs)
	}
}
