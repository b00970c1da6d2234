package allclear_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// excuse is how what gosec finds is excused: a rule, and why it does not count there.
var excuse = regexp.MustCompile(`^// #nosec G\d{3}( G\d{3})* -- \S+( \S+)+$`)

// TestEveryExcuseHasItsReason holds that nothing is kept from gosec without the rule and a reason beside the line.
func TestEveryExcuseHasItsReason(t *testing.T) {
	eachGoFile(t, func(name, text string) {
		for n, line := range strings.Split(text, "\n") {
			before, _, ok := strings.Cut(line, "#nosec")
			if !ok || strings.HasSuffix(name, "excused_test.go") {
				continue
			}
			if from := strings.LastIndex(before, "//"); from < 0 || !excuse.MatchString(line[from:]) {
				t.Errorf("%s:%d: write it as // #nosec G304 -- why it does not count here", name, n+1)
			}
		}
	})
}

// eachGoFile gives every Go file that is ours, tools and tests included, by its name from here.
func eachGoFile(t *testing.T, look func(name, text string)) {
	t.Helper()
	eachFile(t, ".go", look)
}

// eachFile gives every file that is ours and ends so, by its name from here.
func eachFile(t *testing.T, ends string, look func(name, text string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return skipped(name)
		case path.Ext(name) != ends:
			return nil
		}
		text, err := os.ReadFile(name)
		if err == nil {
			look(filepath.ToSlash(name), string(text))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
