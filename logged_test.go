package allclear_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/log.md's table anew")

const (
	logTable    = "| line | level | beside it |\n| --- | --- | --- |\n"
	logDocument = "docs/log.md"
)

// handOn are the methods that log what they are given, at the level error: their callers' words are what is logged.
var handOn = map[string]string{"report": "Error", "keepsFailing": "Error"}

// TestTheLogIsListed holds the table in docs/log.md against the code: each line that can be logged is there, with its level and the names of what
// stands beside it, and no other. Words that are put together at the time could hold something private, so that each is a constant.
func TestTheLogIsListed(t *testing.T) {
	lines := map[string]bool{}
	eachGoFile(t, func(name, text string) {
		if !strings.HasPrefix(name, "internal/") || strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "internal/bench/") || strings.HasPrefix(name, "internal/standin/") {
			return
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || handOn[f.Name.Name] != "" {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if line, bad := logged(n); bad != "" {
					t.Errorf("%s: %s", fset.Position(n.Pos()), bad)
				} else if line != "" {
					lines[line] = true
				}
				return true
			})
		}
	})
	want := logTable + strings.Join(slices.Sorted(maps.Keys(lines)), "")
	raw, err := os.ReadFile(logDocument)
	if err != nil {
		t.Fatal(err)
	}
	before, table, found := strings.Cut(string(raw), logTable)
	if !found || len(lines) < 50 {
		t.Fatalf("%s has no table of the log, or the code no lines: %d", logDocument, len(lines))
	}
	table, after, _ := strings.Cut(table, "\n\n")
	if *update {
		if err := os.WriteFile(logDocument, []byte(before+want+"\n"+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if logTable+table+"\n" != want {
		t.Errorf("%s does not list what is logged: run go test -run TestTheLogIsListed . -update, and read the difference\n%s", logDocument, want)
	}
}

// logged is the table's row of a call that logs; "" of every other node. bad says what is wrong with it.
func logged(n ast.Node) (row, bad string) {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return "", ""
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	level, args := method.Sel.Name, call.Args
	switch {
	case handOn[level] != "" && len(args) >= 3:
		level, args = handOn[level], append([]ast.Expr{args[1], &ast.BasicLit{Kind: token.STRING, Value: `"err"`}}, args[2:]...)
	case slices.Contains([]string{"Debug", "Info", "Warn", "Error"}, level) && isLog(method.X) && len(args) > 0:
	default:
		return "", ""
	}
	said, ok := constant(args[0])
	if !ok {
		return "", "what is logged is a constant, and its particulars stand beside it by name"
	}
	var beside []string
	for _, a := range args[1:] {
		if name, ok := constant(a); ok && !strings.Contains(name, " ") {
			beside = append(beside, name)
		}
	}
	return fmt.Sprintf("| %s | %s | %s |\n", said, strings.ToLower(level), strings.Join(beside, ", ")), ""
}

func isLog(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "log" || e.Name == "slog"
	case *ast.SelectorExpr:
		return e.Sel.Name == "Log" || e.Sel.Name == "log"
	}
	return false
}

// constant is the text of a literal.
func constant(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}
