package program

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// counted stands for a package's tests: it says what they found.
type counted struct {
	binary *string
	ran    bool
}

func (c *counted) Run() int {
	_, err := os.Stat(*c.binary)
	c.ran = err == nil
	return 7
}

func TestTheTestsRunWithTheBinaryThatWasGiven(t *testing.T) {
	given := filepath.Join(t.TempDir(), "allclear")
	if err := os.WriteFile(given, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var binary string
	tests := &counted{binary: &binary}
	if code := Run(tests, "nowhere", given, "3", &binary); code != 7 || !tests.ran || binary != given {
		t.Errorf("exit code %d with %q, and there: %v", code, binary, tests.ran)
	}
}

func TestWhatCannotBeBuiltIsSaid(t *testing.T) {
	if _, err := build(t.TempDir(), t.TempDir(), ""); err == nil || !strings.Contains(err.Error(), "build allclear") {
		t.Errorf("a folder without sources: %v", err)
	}
	if err := Read(t.TempDir()); err == nil {
		t.Error("a folder without sources was read")
	}
}
