package allclear_test

import (
	"encoding/csv"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The requirements of OWASP ASVS 5.0.0 at its first and second level: 70 and 183.
var asvsCount = map[string]int{"1": 70, "2": 183}

var (
	asvsID   = regexp.MustCompile(`^v5\.0\.0-([1-9]|1[0-7])\.[1-9]\d?\.[1-9]\d?$`)
	aTest    = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Z]\w*)\(`)
	asvsRows = []string{"requirement", "level", "status", "by", "note"}
)

// TestWhatASVSAsksIsAnswered holds docs/asvs.csv against what is here: each requirement has one answer; what is met names
// a test or a document that is there; what is not says why not, or what is missing.
func TestWhatASVSAsksIsAnswered(t *testing.T) {
	f, err := os.Open("docs/asvs.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(rows[0], ",") != strings.Join(asvsRows, ",") {
		t.Fatalf("the columns are %v", rows[0])
	}
	tests, seen, count := testsHere(t), map[string]bool{}, map[string]int{}
	for _, row := range rows[1:] {
		id, level, status, by, note := row[0], row[1], row[2], row[3], row[4]
		if !asvsID.MatchString(id) || seen[id] {
			t.Errorf("%s is no requirement, or is here twice", id)
		}
		seen[id] = true
		count[level]++
		switch status {
		case "met":
			if _, err := os.Stat(by); !tests[by] && (err != nil || !strings.HasPrefix(by, "docs/")) {
				t.Errorf("%s is met by %q, which is not here", id, by)
			}
		case "not applicable", "not yet", "not met":
			if by != "" || note == "" {
				t.Errorf("%s is %s and does not say why", id, status)
			}
		default:
			t.Errorf("%s is %q", id, status)
		}
	}
	for level, want := range asvsCount {
		if count[level] != want {
			t.Errorf("%d requirements of level %s are answered, of %d", count[level], level, want)
		}
	}
}

// testsHere are the names of all tests.
func testsHere(t *testing.T) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return skipped(name)
		case path.Ext(name) != ".go" || !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(name)
		for _, found := range aTest.FindAllStringSubmatch(string(text), -1) {
			tests[found[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests
}
