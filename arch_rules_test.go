package allclear_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

var (
	reads = []string{"Now", "Since", "Until"}
	waits = []string{"After", "AfterFunc", "NewTicker", "NewTimer", "Sleep", "Tick"}

	// testOnly are the imports that must not ship.
	testOnly = []string{"testing", "github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "go.uber.org/goleak", "pgregory.net/rapid"}
	// mapOrders yield a map's keys or values in no order.
	mapOrders = []string{"All", "Keys", "Values"}
	// settled are the calls whose result does not depend on the order they are given.
	settled = []string{"slices.Sorted", "slices.SortedFunc", "maps.Collect", "maps.Insert"}
)

const (
	longestFunction = 80  // lines
	longestFile     = 500 // lines
)

// source is one Go file under the rules.
type source struct {
	name  string // from the repository's root, with slashes
	fset  *token.FileSet
	file  *ast.File
	types *checked // of the pure packages
	found []string
}

// checked is what the type checker knows of the pure packages, and the files it looked at.
type checked struct {
	files map[string]*ast.File // by name from the root
	info  types.Info
}

func (s *source) dir() string    { return path.Dir(s.name) }
func (s *source) isTest() bool   { return strings.HasSuffix(s.name, "_test.go") }
func (s *source) testPart() bool { return strings.HasSuffix(s.dir(), "test") } // storetest, channeltest

// problems returns every rule the file breaks, each with its place.
func (s *source) problems() []string {
	p, known := find(s.dir())
	if !known {
		s.report(s.file.Package, "package %s is not in the architecture's table: give it a row with a reason", s.dir())
		return s.found
	}
	s.checkImports(p)
	s.checkCalls()
	if !s.isTest() {
		s.checkSize()
		if p.pure {
			s.checkPure()
		}
	}
	return s.found
}

func (s *source) report(at token.Pos, format string, args ...any) {
	s.found = append(s.found, fmt.Sprintf("%s: %s", s.fset.Position(at), fmt.Sprintf(format, args...)))
}

func (s *source) checkImports(p part) {
	for _, spec := range s.file.Imports {
		imported := strings.Trim(spec.Path.Value, `"`)
		own, local := strings.CutPrefix(imported, module)
		if spec.Name != nil && spec.Name.Name == "." {
			s.report(spec.Pos(), "a dot import hides where names come from")
		}
		switch {
		case local && !s.mayImport(p, own):
			s.report(spec.Pos(), "%s may not import %s", s.dir(), own)
		case !local && p.pure && !s.isTest() && !slices.Contains(pureStandard, imported) && !slices.Contains(pureBesides[s.dir()], imported):
			s.report(spec.Pos(), "%s is pure and may not import %s", s.dir(), imported)
		case !s.isTest() && !s.testPart() && slices.ContainsFunc(testOnly, func(t string) bool { return within(imported, t+"/...") }):
			s.report(spec.Pos(), "%s ships and may not import %s", s.dir(), imported)
		}
	}
}

// mayImport reports whether the file may import a package of this module. A test may also import its own package and the test packages.
func (s *source) mayImport(p part, own string) bool {
	if slices.Contains(p.imports, own) || within(s.dir(), "e2e/...") && within(own, "e2e/...") {
		return true
	}
	return s.isTest() && (own == s.dir() || slices.Contains(p.tests, own) || slices.Contains(testPackages, own))
}

// testPackages are what every test may import.
var testPackages = in("store/storetest", "channel/channeltest", "engine/enginetest", "tainttest", "browsertest")

// checkCalls keeps the clock, timers and the process's end in their places. A function that is named without being
// called counts too, as it may be called elsewhere.
func (s *source) checkCalls() {
	named := names(s.file)
	ast.Inspect(s.file, func(n ast.Node) bool {
		if f, ok := n.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			s.report(n.Pos(), "init runs unasked: let main call it")
		}
		pkg, name := selected(n, named)
		switch {
		case pkg == "time" && slices.Contains(reads, name) && !s.mayReadClock():
			s.report(n.Pos(), "time.%s: only %s reads the clock; take the time as an argument", name, clockReaders[0])
		case pkg == "time" && slices.Contains(waits, name) && !s.isTest() && !s.mayWait(name):
			s.report(n.Pos(), "time.%s: %s may not wait by it", name, s.dir())
		case (pkg == "os" && name == "Exit" || pkg == "log" && strings.HasPrefix(name, "Fatal")) && !s.isTest() && !withinAny(s.name, exits):
			s.report(n.Pos(), "%s.%s: only main ends the process; return the error", pkg, name)
		}
		return true
	})
}

func (s *source) mayReadClock() bool {
	return withinAny(s.dir(), clockReaders) || s.isTest() && withinAny(s.dir(), clockReadingTests)
}

func (s *source) mayWait(function string) bool {
	for name, functions := range waiters {
		if within(s.dir(), name) && slices.Contains(functions, function) {
			return true
		}
	}
	return false
}

// selected returns the import path and name when n is a name from another package, as in time.Now.
func selected(n ast.Node, named map[string]string) (pkg, name string) {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	x, ok := sel.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	return named[x.Name], sel.Sel.Name
}

// checkPure refuses what would let the same input have two answers.
func (s *source) checkPure() {
	named := names(s.file)
	ordered := map[ast.Node]bool{} // a map's keys on their way to be sorted
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			s.report(n.Pos(), "pure code starts no goroutine")
		case *ast.SelectStmt:
			s.report(n.Pos(), "pure code waits for nothing")
		case *ast.RangeStmt:
			if s.isMap(n.X) {
				s.report(n.Pos(), "a map has no order: range over its sorted keys")
			}
		case *ast.CallExpr:
			if pkg, name := selected(n.Fun, named); slices.Contains(settled, pkg+"."+name) {
				for _, arg := range n.Args {
					ordered[arg] = true
				}
			}
			if pkg, name := selected(n.Fun, named); pkg == "maps" && slices.Contains(mapOrders, name) && !ordered[n] {
				s.report(n.Pos(), "maps.%s has no order: sort it at once", name)
			}
		}
		return true
	})
}

// isMap reports whether x is a map, also one behind a type parameter.
func (s *source) isMap(x ast.Expr) bool {
	t := s.types.info.TypeOf(x)
	if t == nil {
		return false
	}
	if param, ok := t.(*types.TypeParam); ok {
		return strings.Contains(param.Constraint().Underlying().String(), "map[")
	}
	_, isMap := t.Underlying().(*types.Map)
	return isMap
}

func (s *source) checkSize() {
	if lines := s.fset.File(s.file.Package).LineCount(); lines > longestFile {
		s.report(s.file.Package, "%d lines: a file holds one idea in at most %d", lines, longestFile)
	}
	for _, decl := range s.file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if lines := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line + 1; lines > longestFunction {
			s.report(f.Pos(), "%s is %d lines: at most %d", f.Name.Name, lines, longestFunction)
		}
	}
}

func newChecked() *checked {
	return &checked{map[string]*ast.File{}, types.Info{
		Types: map[ast.Expr]types.TypeAndValue{},
		Defs:  map[*ast.Ident]types.Object{},
		Uses:  map[*ast.Ident]types.Object{},
	}}
}

// pureTypes type-checks the pure packages that exist, against the compiler's own export data.
func pureTypes(fset *token.FileSet) (*checked, error) {
	c := newChecked()
	args := []string{"list", "-export", "-deps", "-json=ImportPath,Export,GoFiles"}
	there := len(args)
	for _, dir := range pureParts {
		if sources, _ := filepath.Glob(dir + "/*.go"); len(sources) > 0 {
			args = append(args, "./"+dir)
		}
	}
	if len(args) == there {
		return c, nil
	}
	list := exec.Command("go", args...)
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("list the pure packages: %w", err)
	}
	exports, sources, err := readList(string(out))
	if err != nil {
		return nil, err
	}
	compiled := importer.ForCompiler(fset, "gc", func(p string) (io.ReadCloser, error) { return os.Open(exports[p]) })
	for dir, goFiles := range sources {
		if err := c.add(fset, compiled, dir, goFiles); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// readList returns the export file of every package listed, and the source files of the pure ones by folder.
func readList(out string) (exports map[string]string, sources map[string][]string, err error) {
	exports, sources = map[string]string{}, map[string][]string{}
	for listed := json.NewDecoder(strings.NewReader(out)); ; {
		var p struct {
			ImportPath, Export string
			GoFiles            []string
		}
		if err := listed.Decode(&p); errors.Is(err, io.EOF) {
			return exports, sources, nil
		} else if err != nil {
			return nil, nil, fmt.Errorf("read go list: %w", err)
		}
		exports[p.ImportPath] = p.Export
		if dir, ours := strings.CutPrefix(p.ImportPath, module); ours && slices.Contains(pureParts, dir) {
			sources[dir] = p.GoFiles
		}
	}
}

// add type-checks one package.
func (c *checked) add(fset *token.FileSet, from types.Importer, dir string, goFiles []string) error {
	var files []*ast.File
	for _, base := range goFiles {
		name := path.Join(dir, base)
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		c.files[name] = f
		files = append(files, f)
	}
	_, err := (&types.Config{Importer: from}).Check(module+dir, fset, files, &c.info)
	return err
}
