package parts

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The packages of the pages are those that web/package-lock.json has, each by its sum: all that web/package.json names and that is not for
// building or testing alone.
func TestThePackagesOfThePagesAreThoseOfTheLock(t *testing.T) {
	var asked struct{ Dependencies map[string]string }
	var lock struct {
		Packages map[string]struct{ Version, Integrity string }
	}
	for file, into := range map[string]any{"../../web/package.json": &asked, "../../web/package-lock.json": &lock} {
		raw, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(raw, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	delete(asked.Dependencies, "sass") // it builds, and nothing of it is served
	for _, p := range pages {
		has := lock.Packages["node_modules/"+p.name]
		if has.Version != p.version || has.Integrity != "sha512-"+p.sha512 || asked.Dependencies[p.name] != p.version {
			t.Errorf("%s: the lock has %s, %s", p.name, has.Version, has.Integrity)
		}
		delete(asked.Dependencies, p.name)
	}
	for name := range asked.Dependencies {
		t.Errorf("%s is in no list", name)
	}
	for name, p := range lock.Packages { // nothing comes in unlocked
		if name != "" && !strings.HasPrefix(p.Integrity, "sha512-") {
			t.Errorf("%s has no sum", name)
		}
	}
}

var (
	required = regexp.MustCompile(`(?m)^\t(\S+) (v\S+)`)
	elsewise = regexp.MustCompile(`(?m)^replace (\S+) => (\S+) (v\S+)`)
)

// Go's modules come from one place, and each is the one whose sum is in go.sum: nothing is read from a folder or from a fork, but for what is
// said here.
func TestTheModulesAreWhatTheyWere(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile("../../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	found := required.FindAllStringSubmatch(string(mod), -1)
	if len(found) < 40 {
		t.Fatalf("go.mod has %d modules", len(found))
	}
	for _, m := range found {
		if !strings.Contains(string(sums), m[1]+" "+m[2]+" h1:") {
			t.Errorf("%s %s has no sum", m[1], m[2])
		}
	}
	for _, m := range elsewise.FindAllStringSubmatch(string(mod), -1) {
		if m[1] != m[2] {
			t.Errorf("%s is %s", m[1], m[2])
		}
	}
	if all := strings.Count(string(mod), "=>"); all != len(elsewise.FindAllString(string(mod), -1)) {
		t.Errorf("go.mod replaces %d modules, some by a folder", all)
	}
}
