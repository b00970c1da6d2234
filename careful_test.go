package allclear_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// ships says that a file is part of the program that people run.
func ships(name string) bool {
	apart := func(folder string) bool { return strings.HasPrefix(name, folder) }
	return (apart("internal/") || apart("cmd/")) && !strings.HasSuffix(name, "_test.go") && !strings.Contains(name, "test/") && !apart("internal/standin/") && !apart("internal/bench/") &&
		!apart("internal/signin/testidp/")
}

// eachCall gives every call in the program of a function that is named as pkg.Name.
func eachCall(t *testing.T, look func(at token.Position, within *ast.FuncDecl, name string, call *ast.CallExpr)) {
	t.Helper()
	eachGoFile(t, func(name, text string) {
		if !ships(name) {
			return
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		var within *ast.FuncDecl // none, for a variable of the package
		ast.Inspect(file, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok {
				within = f
			}
			if call, ok := n.(*ast.CallExpr); ok {
				if f, ok := call.Fun.(*ast.SelectorExpr); ok {
					if pkg, ok := f.X.(*ast.Ident); ok {
						look(fset.Position(call.Pos()), within, pkg.Name+"."+f.Sel.Name, call)
					}
				}
			}
			return true
		})
	})
}

// made says that an expression is put together of constants, and of what allow names, given as it is written in the code.
func made(e ast.Expr, allow func(ast.Expr) bool) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.BinaryExpr:
		return made(e.X, allow) && made(e.Y, allow)
	}
	return allow(e)
}

// Of what people wrote nothing is a metacharacter: a regular expression is a constant, or what is put into it is quoted.
func TestARegularExpressionIsOurOwn(t *testing.T) {
	looked := 0
	eachCall(t, func(at token.Position, _ *ast.FuncDecl, name string, call *ast.CallExpr) {
		if !strings.HasPrefix(name, "regexp.") || name == "regexp.QuoteMeta" {
			return
		}
		looked++
		quoted := func(e ast.Expr) bool {
			c, ok := e.(*ast.CallExpr)
			if !ok {
				return false
			}
			f, ok := c.Fun.(*ast.SelectorExpr)
			return ok && f.Sel.Name == "QuoteMeta"
		}
		if !made(call.Args[0], quoted) {
			t.Errorf("%s: %s of something else than constants and regexp.QuoteMeta", at, name)
		}
	})
	if looked < 20 {
		t.Errorf("%d were looked at", looked)
	}
}

// formats are the functions whose argument of that number is a format.
var formats = map[string]int{"fmt.Sprintf": 0, "fmt.Printf": 0, "fmt.Errorf": 0, "fmt.Fprintf": 1, "fmt.Appendf": 1, "fmt.Sscanf": 1, "fmt.Fscanf": 1, "fmt.Scanf": 0, "log.Printf": 0}

// Of what people wrote nothing is a format: each is a constant, or a constant that a helper was given, whose callers go vet looks at.
func TestAFormatIsOurOwn(t *testing.T) {
	looked := 0
	eachCall(t, func(at token.Position, within *ast.FuncDecl, name string, call *ast.CallExpr) {
		n, ok := formats[name]
		if !ok || len(call.Args) <= n {
			return
		}
		looked++
		handed := func(e ast.Expr) bool {
			id, ok := e.(*ast.Ident)
			return ok && (id.Name == "format" || isFormat(within, id.Name))
		}
		if !made(call.Args[n], handed) {
			t.Errorf("%s: the format of %s is no constant", at, name)
		}
	})
	if looked < 100 {
		t.Errorf("%d were looked at", looked)
	}
}

// isFormat says that a parameter stands before the values that are put into it: go vet takes it for a format, and looks at who calls.
func isFormat(f *ast.FuncDecl, name string) bool {
	if f == nil || f.Type.Params == nil || len(f.Type.Params.List) < 2 {
		return false
	}
	given := f.Type.Params.List
	if _, many := given[len(given)-1].Type.(*ast.Ellipsis); !many {
		return false
	}
	before := given[len(given)-2].Names
	return before[len(before)-1].Name == name
}

// callers are the files that make what calls other machines, each with a reason. All others are given theirs by [edge.Outgoing].
var callers = map[string]string{
	"internal/edge/outgoing.go":           "it is where all others come from",
	"internal/channel/twilio/twilio.go":   "what it has when it is given none, as in its own tests",
	"internal/channel/smtp/connection.go": "it speaks SMTP over the connection that it is given, with certificates checked as Go does",
	"internal/app/smtp.go":                "it gives SMTP the way of edge.Outgoing",
	"cmd/allclear/settings_smtp.go":       "it reads an address, and calls nobody",
	"internal/signin/provider.go":         "it bounds the one that it is given",
	"internal/store/guarded.go":           "it looks at how certificates are checked",
	"internal/mail/dns.go":                "it asks the name server that the operator names, as the machine itself would, and sends it no more than a name",
	"internal/mail/listener/listener.go":  "it is called, and by the same name; it calls its own socket, to know whether it is another's",
	"internal/mail/listener/session.go":   "it is called, and by the same name",
}

var callsOut = regexp.MustCompile(`http\.Client\{|http\.Transport\{|http\.Default(Client|Transport)|http\.(Get|Head|Post|PostForm)\(|net\.Dial|net\.Dialer|tls\.Dial|smtp\.|InsecureSkipVerify|websocket`)

// Whom Allclear calls is decided in one place, where certificates are checked and the operator's list is kept to.
func TestWhoIsCalledIsDecidedInOnePlace(t *testing.T) {
	found := map[string]bool{}
	eachGoFile(t, func(name, text string) {
		if at := callsOut.FindString(text); ships(name) && at != "" {
			found[name] = true
			if callers[name] == "" {
				t.Errorf("%s has %s: take a client of edge.Outgoing", name, at)
			}
		}
	})
	for name := range callers {
		if !found[name] {
			t.Errorf("%s calls nobody any more: take it from the list", name)
		}
	}
}

// What nobody may guess comes from the system's randomness, and no other is in the program.
func TestChanceIsTheSystemsOwn(t *testing.T) {
	eachGoFile(t, func(name, text string) {
		if ships(name) && regexp.MustCompile(`"math/rand(/v2)?"|"golang.org/x/exp/rand"`).MatchString(text) {
			t.Errorf("%s takes its chance from elsewhere than crypto/rand", name)
		}
	})
	given := regexp.MustCompile(`Random:\s+([\w.]+)`)
	seen := 0
	eachGoFile(t, func(name, text string) {
		if !ships(name) {
			return
		}
		for _, m := range given.FindAllStringSubmatch(text, -1) {
			seen++
			if m[1] != "rand.Reader" || !strings.Contains(text, `"crypto/rand"`) {
				t.Errorf("%s gives %s for chance", name, m[1])
			}
		}
	})
	if seen < 2 {
		t.Errorf("%d were looked at", seen)
	}
}

var writesBesides = regexp.MustCompile(`slog\.New(JSON|Text)Handler|slog\.SetDefault|\blog\.(Print|Fatal|Panic|New|SetOutput)|os\.Std(out|err)|syslog|fmt\.Print|\bprintln\(`)

// loggers are the files that may open a log, or write to the terminal.
var loggers = []string{"cmd/allclear/main.go", "cmd/allclear/log.go", "cmd/allclear/demo.go", "cmd/allclear/bench.go"}

// What is logged goes to the one log that a command opens, on standard error: docs/log.md.
func TestTheLogGoesToOnePlace(t *testing.T) {
	eachGoFile(t, func(name, text string) {
		if at := writesBesides.FindString(text); ships(name) && at != "" && !slices.Contains(loggers, name) {
			t.Errorf("%s has %s: log by the log that it is given", name, at)
		}
	})
}

// mayKeep are lines of our scripts that look as if a key from outside could reach an object's prototype, and do not.
var mayKeep = []string{
	`problem.textContent = problems[error.name] ?? "That did not work. Try once more, or sign in another way.";`, // reads a constant object, and shows text
}

// In our scripts nothing from outside becomes a key of an object, or code: what is kept by name is kept in a Map or a Set, and no object is
// merged. What is shown is text. No window listens to messages: pages speak with their own worker by its port alone, which other sites cannot
// reach, and pass over what is not as it must be.
func TestScriptsKeepNothingByANameFromOutside(t *testing.T) {
	risky := regexp.MustCompile(`\w\[[^\]'"\d][^\]]*\]\s*([-+|&?*/]*=[^=>]|\?\?)|Object\.(assign|setPrototypeOf|defineProperty)|__proto__|\.prototype\b|for \((const|let|var) \w+ in |\.innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setTimeout\(["'` + "`" + `]|structuredClone`)
	windows := regexp.MustCompile(`window\.addEventListener\("message"|self\.addEventListener\("message"|^\s*addEventListener\("message"|\bonmessage\b|BroadcastChannel|window\.opener|\.contentWindow`)
	files, err := filepath.Glob("web/src/*.js")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(string(text), "\n") {
			if code, _, _ := strings.Cut(line, " // "); risky.MatchString(code) && !slices.Contains(mayKeep, strings.TrimSpace(line)) {
				t.Errorf("%s:%d: %s", file, n+1, strconv.Quote(line))
			}
			if windows.MatchString(line) {
				t.Errorf("%s:%d: a window that takes messages must ask from where: %s", file, n+1, strconv.Quote(line))
			}
		}
	}
	for line, want := range map[string]bool{"kept[name] = value;": true, `kept["a"] = 1`: false, "Object.assign(a, b)": true, "for (const k in o) {": true, "x.innerHTML = y": true, "pages.set(name, value);": false} {
		if risky.MatchString(line) != want {
			t.Errorf("%q is judged wrongly", line)
		}
	}
}
