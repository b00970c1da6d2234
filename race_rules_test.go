package allclear_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"
)

// fewer are the functions of tests that ask for less under the race detector, by their folder and name, each with the reason why it has nothing to see there.
var fewer = map[string]string{
	"internal/checkin.manyTexts":              "texts are understood one after the other, by a package in which nothing runs at once",
	"internal/web.TestEveryRouteForEveryRole": "one page after the other is asked for",
	"internal/web.TestNoInputBreaksAPage":     "one page after the other is asked for",
	"internal/web.TestNoWordsBreakADatabase":  "one form after the other is sent",
}

// What runs at once is never left out under the race detector: a function that asks for less there is in the table, and starts nothing beside itself.
func TestOnlyWhatRunsAloneAsksForFewerUnderTheRaceDetector(t *testing.T) {
	found := map[string]bool{}
	eachGoFile(t, func(name, text string) {
		if !strings.HasSuffix(name, "_test.go") || !strings.Contains(text, "underRace") || strings.HasSuffix(name, "race_test.go") {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, is := d.(*ast.FuncDecl); is && uses(f, "underRace") {
				who := name[:strings.LastIndex(name, "/")] + "." + f.Name.Name
				found[who] = true
				if fewer[who] == "" {
					t.Errorf("%s asks for less under the race detector, and is in no row of the table", who)
				}
				if uses(f, "Go") || uses(f, "Parallel") || uses(f, "Skip") || starts(f) {
					t.Errorf("%s runs something at once, or skips, and asks for less under the race detector", who)
				}
			}
		}
	})
	for who := range fewer {
		if !found[who] {
			t.Errorf("%s is in the table and asks for no less", who)
		}
	}
}

// uses says that a function uses something by its name.
func uses(f *ast.FuncDecl, name string) (does bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		id, is := n.(*ast.Ident)
		does = does || is && id.Name == name
		return true
	})
	return does
}

// starts says that a function has a go statement.
func starts(f *ast.FuncDecl) (does bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		_, is := n.(*ast.GoStmt)
		does = does || is
		return true
	})
	return does
}

// The race detector looks at all code but what was translated from C.
func TestTheRaceDetectorLooksAtAllThatIsOurs(t *testing.T) {
	raw, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	blind := regexp.MustCompile(`(\S+)=-race=false`).FindAllStringSubmatch(string(raw), -1)
	if len(blind) != 2 {
		t.Errorf("the detector is turned off %d times, not for SQLite and its C library", len(blind))
	}
	for _, b := range blind {
		if b[1] != "-gcflags=modernc.org/sqlite/lib" && b[1] != "-gcflags=modernc.org/libc/..." {
			t.Errorf("the detector is turned off by %s", b[0])
		}
	}
}
