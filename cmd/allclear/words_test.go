package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
)

// The guide's example is copied as it stands, so it must say what it says it does.
func TestTheGuidesWordsAreRead(t *testing.T) {
	guide, err := os.ReadFile("../../docs/administrator.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(guide), "## Words of your own")
	_, after, found2 := strings.Cut(after, "```\n")
	words, _, found3 := strings.Cut(after, "```")
	if !found || !found2 || !found3 {
		t.Fatal("the guide has no example")
	}
	path := filepath.Join(t.TempDir(), "own.txt")
	if err := os.WriteFile(path, []byte(words), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := readWords(path)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 2, 3, 15, 10, 0, 0, time.UTC)
	for _, text := range []string{"back at the Hive", "catch up finished"} {
		c := checkin.Context{Now: now, State: checkin.Inside, Start: now.Add(-10 * time.Minute), End: now.Add(50 * time.Minute)}
		if r := checkin.Understand(text, c); r.Intent == checkin.End {
			t.Errorf("%q is read by our own words too", text)
		}
		c.Vocabulary = v
		if r := checkin.Understand(text, c); r.Intent != checkin.End {
			t.Errorf("%q is read as %s with the guide's words", text, r.Intent)
		}
	}
}

func TestAFileThatIsTooLargeIsNoWords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "big.txt")
	if err := os.WriteFile(path, make([]byte, mostWords+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readWords(path); err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("the error is %v", err)
	}
}
