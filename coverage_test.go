package allclear_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// sentencesAsked is how many sentences each number of the two documents has: C is the weekend cover's, P the team plan's, of which 0 is the introduction and A
// the appendix.
var sentencesAsked = map[string]int{
	"C1": 2, "C2": 1, "C3": 2, "C4": 3, "C5": 2, "C6": 1, "C7": 1, "C8": 1, "C9": 1, "C10": 2, "C11": 1, "C12": 1,
	"P0": 6, "P1": 7, "P2": 5, "P3": 10, "P4": 5, "P5": 8, "P6": 3, "PA": 12,
}

var (
	pageNamed = regexp.MustCompile("`(/[^`]*)`")
	testNamed = regexp.MustCompile("\\[`((?:Test|Fuzz)\\w+)`\\]")
)

// covered is a row of docs/seed-coverage.md.
type covered struct{ id, asks, who, how, tests, see string }

// coverage reads the rows.
func coverage(text string) (rows []covered) {
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if id := strings.TrimPrefix(cells[0], "| "); len(cells) == 6 && strings.Contains(id, ".") {
			rows = append(rows, covered{id, cells[1], cells[2], cells[3], strings.TrimSpace(cells[4]), strings.TrimSpace(strings.TrimSuffix(cells[5], "|"))})
		}
	}
	return rows
}

// badCoverage says what is wrong with the rows, by the tests and pages that there are.
func badCoverage(rows []covered, asked map[string]int, tests, pages map[string]bool) (problems []string) {
	say := func(id, says string) { problems = append(problems, id+" "+says) }
	next := map[string]int{}
	for _, row := range rows {
		section, n, _ := strings.Cut(row.id, ".")
		next[section]++
		if n != strconv.Itoa(next[section]) {
			say(row.id, "comes out of its turn, or is here twice")
		}
		if words := len(strings.Fields(row.asks)); words < 3 || words > 10 {
			say(row.id, "is told in "+strconv.Itoa(words)+" words")
		}
		if row.how == "" || row.who != "Allclear" && row.who != "a person" && row.who != "both" {
			say(row.id, "does not say who does it, and how")
		}
		named := testNamed.FindAllStringSubmatch(row.tests, -1)
		if len(named) == 0 && row.see == "" && row.who != "a person" {
			say(row.id, "names no test")
		}
		for _, m := range named {
			if !tests[m[1]] {
				say(row.id, "names "+m[1]+", which is not here")
			}
		}
		for _, m := range pageNamed.FindAllStringSubmatch(row.how, -1) {
			if !pages[m[1]] {
				say(row.id, "names the page "+m[1]+", which is not here")
			}
		}
	}
	for section, n := range asked {
		if next[section] != n {
			say(section, "has "+strconv.Itoa(next[section])+" rows, and "+strconv.Itoa(n)+" sentences")
		}
	}
	return problems
}

// pagesHere are the addresses of all pages, as the table of who may see them has them.
func pagesHere(t *testing.T) map[string]bool {
	t.Helper()
	raw, err := os.ReadFile("internal/web/testdata/access.txt")
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]bool{"/": true} // which the table has as /{$}
	for line := range strings.Lines(string(raw)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "GET" {
			pages[f[1]] = true
		}
	}
	return pages
}

// TestBothDocumentsAreCovered holds docs/seed-coverage.md against what is here.
func TestBothDocumentsAreCovered(t *testing.T) {
	raw, err := os.ReadFile("docs/seed-coverage.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range badCoverage(coverage(string(raw)), sentencesAsked, testsHere(t), pagesHere(t)) {
		t.Error(problem)
	}
}

// A row that is wrong is named.
func TestACoverageThatIsWrongIsNamed(t *testing.T) {
	const head = "| sentence | asks for | who | how | tests | see |\n| --- | --- | --- | --- | --- | --- |\n"
	const good = "| C1.1 | words of our own | Allclear | `/rota` | [`TestGood`](x_test.go) |  |\n"
	tests, pages := map[string]bool{"TestGood": true}, map[string]bool{"/rota": true}
	for row, says := range map[string]string{
		good: "",
		"| C1.1 | words of our own | Allclear | so |  | /elsewhere |\n": "",
		"| C1.1 | words of our own | a person | so |  |  |\n":           "",
		"":          "C1 has 0 rows",
		good + good: "comes out of its turn",
		"| C1.2 | words of our own | a person | so |  |  |\n":                            "comes out of its turn",
		"| C1.1 | short | a person | so |  |  |\n":                                       "is told in 1 words",
		"| C1.1 | words of our own | nobody | so |  |  |\n":                              "does not say who",
		"| C1.1 | words of our own | both | so |  |  |\n":                                "names no test",
		"| C1.1 | words of our own | both | so | [`TestBad`](x_test.go) |  |\n":          "names TestBad",
		"| C1.1 | words of our own | both | `/nowhere` | [`TestGood`](x_test.go) |  |\n": "names the page /nowhere",
	} {
		problems := strings.Join(badCoverage(coverage(head+row), map[string]int{"C1": 1}, tests, pages), "\n")
		if (problems == "") != (says == "") || !strings.Contains(problems, says) {
			t.Errorf("of %q: %q", row, problems)
		}
	}
}
