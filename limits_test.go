package allclear_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// limit is a row of docs/limits.md: what it says, where, and by which constant.
var limit = regexp.MustCompile("^\\| .+ \\| (.+) \\| `(internal/[a-z/]+)` `(\\w+)` \\|$")

// TestTheLimitsAreThoseOfTheCode holds each number in docs/limits.md against the constant that it names.
func TestTheLimitsAreThoseOfTheCode(t *testing.T) {
	raw, err := os.ReadFile("docs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(raw), "| what | limit | in the code |\n")
	rows := 0
	for line := range strings.Lines(table) {
		m := limit.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		rows++
		value, found := constantOf(t, m[2], m[3])
		if !found {
			t.Errorf("%s has no constant %s", m[2], m[3])
			continue
		}
		if !says(m[1], value) {
			t.Errorf("%s is %s in the code, and docs/limits.md says %s", m[3], value, m[1])
		}
	}
	if rows < 25 {
		t.Errorf("%d limits were looked at", rows)
	}
}

// says that the words give the value: a number, with commas for thousands, or a length of time.
func says(words, value string) bool {
	words = strings.ReplaceAll(words, ",", "")
	number, unit, _ := strings.Cut(value, " ")
	return regexp.MustCompile(`\b`+regexp.QuoteMeta(number)+`\b`).MatchString(words) && (unit == "" || strings.Contains(words, unit))
}

// constantOf is the value of a constant of a package, as words: "24 hour", "10000".
func constantOf(t *testing.T, pkg, name string) (value string, found bool) {
	t.Helper()
	eachGoFile(t, func(file, text string) {
		if !strings.HasPrefix(file, pkg+"/") || strings.Contains(strings.TrimPrefix(file, pkg+"/"), "/") || strings.HasSuffix(file, "_test.go") {
			return
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			general, ok := d.(*ast.GenDecl)
			if !ok || general.Tok != token.CONST {
				continue
			}
			for _, s := range general.Specs {
				c := s.(*ast.ValueSpec)
				for i, n := range c.Names {
					if n.Name == name && i < len(c.Values) {
						value, found = inWords(c.Values[i]), true
					}
				}
			}
		}
	})
	return value, found
}

func inWords(e ast.Expr) string {
	units := map[string]time.Duration{"Second": time.Second, "Minute": time.Minute, "Hour": time.Hour}
	var product func(e ast.Expr) (n int64, d time.Duration)
	product = func(e ast.Expr) (int64, time.Duration) {
		switch e := e.(type) {
		case *ast.BasicLit:
			n, _ := strconv.ParseInt(strings.ReplaceAll(e.Value, "_", ""), 10, 64)
			return n, 1
		case *ast.SelectorExpr:
			return 1, units[e.Sel.Name]
		case *ast.BinaryExpr:
			n, d := product(e.X)
			m, f := product(e.Y)
			if e.Op == token.SHL {
				return n << m, d
			}
			return n * m, d * f
		}
		return 0, 0
	}
	n, d := product(e)
	switch {
	case d == 1:
		return strconv.FormatInt(n, 10)
	case d == time.Hour && n%24 == 0 && n > 24:
		return strconv.FormatInt(n/24, 10) + " day"
	case d == time.Hour:
		return strconv.FormatInt(n, 10) + " hour"
	case d == time.Minute:
		return strconv.FormatInt(n, 10) + " minute"
	}
	return strconv.FormatInt(n, 10) + " second"
}
