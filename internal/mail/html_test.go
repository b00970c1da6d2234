package mail_test

import (
	"os"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/mail"
)

// TestWhatAPageShows holds pages against what they show, with signs for what cannot be seen. Forms on pages are understood in internal/buddy/written, from the same lines.
func TestWhatAPageShows(t *testing.T) {
	raw, err := os.ReadFile("testdata/pages.txt")
	if err != nil {
		t.Fatal(err)
	}
	signs := strings.NewReplacer(mail.CellEnd, "⇥", mail.Break, "⏎", mail.BoldEnd, "▮")
	cases := strings.Split("\n"+string(raw), "\n=== ")[1:]
	if len(cases) < 5 {
		t.Errorf("%d pages", len(cases))
	}
	for _, c := range cases {
		name, rest, _ := strings.Cut(c, "\n")
		page, want, _ := strings.Cut(rest, "\n---\n")
		if got := signs.Replace(mail.Body(page)); got != strings.TrimSpace(want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestAPageOfNonsenseEnds(t *testing.T) {
	for name, page := range map[string]string{
		"deep":      strings.Repeat("<div>", 100_000) + "J Smith",
		"tables":    strings.Repeat("<table><tr><td>", 20_000) + "J Smith",
		"cells":     "<table><tr>" + strings.Repeat("<td>a", 100_000),
		"formatted": strings.Repeat("<b><i><a href=x>", 20_000) + "J Smith",
		"long":      "J Smith" + strings.Repeat(" word", 1<<20),
	} {
		if body := mail.Body(page); name != "cells" && !strings.Contains(body, "J Smith") {
			t.Errorf("%s: the words are gone", name)
		}
	}
}
