package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// computed are the kinds that an entry's kind can be where it is written as an expression.
var computed = map[string][]string{
	"kind": {"block", "unblock", "person", "team", "token", "certificate_ends", "certificate_ended",
		"plan", "signature", "support", "risk", "warning", "own_words", "debrief", "action", "incident", "organisation", "prompt", "calendar", "mail", "delegate", "feed"},
	`"mail_" + what`: {"mail_strangers", "mail_tnef"},
	`"hold_" + what`: {"hold_set", "hold_lifted"},
	"string(notice)": {"debrief_offered", "debrief_again", "debrief_waits", "action_due", "incident_portal", "incident_report"},
	"in.Name()":      nil, // of the inputs, which are read below
	"n.kind":         nil, // of the notes
	"labelKind":      {"label"},
	"askedWhich":     {"asked_which"},
}

// kindsWritten gives every kind of entry that the program's source writes, with where.
func kindsWritten(t *testing.T) map[string]string {
	t.Helper()
	kinds := map[string]string{}
	said := func(e ast.Expr, where string) {
		if lit, is := e.(*ast.BasicLit); is {
			kind, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			kinds[kind] = where
			return
		}
		of, known := computed[types.ExprString(e)]
		if !known {
			t.Errorf("%s: which kinds can %s be?", where, types.ExprString(e))
		}
		for _, kind := range of {
			kinds[kind] = where
		}
	}
	eachSource(t, "../*/*.go", func(name string, parsed *ast.File) {
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl: // what an input is called
				if name == "../watch/codec.go" && n.Name.Name == "eventName" {
					ast.Inspect(n, func(n ast.Node) bool {
						if back, is := n.(*ast.ReturnStmt); is {
							said(back.Results[0], name)
						}
						return true
					})
				}
			case *ast.CompositeLit:
				of := entryType(n.Type)
				for _, field := range n.Elts {
					if typed, is := field.(*ast.CompositeLit); is && typed.Type == nil && entryType(n.Type) != "" { // []Entry{{…}}
						for _, f := range typed.Elts {
							saidKind(f, of, func(e ast.Expr) { said(e, name) })
						}
					}
					saidKind(field, of, func(e ast.Expr) { said(e, name) })
				}
			}
			return true
		})
	})
	delete(kinds, "") // of no event
	return kinds
}

// eachSource gives every Go file of ours that is no test, parsed.
func eachSource(t *testing.T, glob string, look func(name string, parsed *ast.File)) {
	t.Helper()
	files, err := filepath.Glob(glob)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		look(name, parsed)
	}
}

// entryType is the type of an entry of the record, a note that becomes one, or a list of them; "" for any other.
func entryType(of ast.Expr) string {
	if list, is := of.(*ast.ArrayType); is {
		of = list.Elt
	}
	if of == nil {
		return ""
	}
	if name := types.ExprString(of); slices.Contains([]string{"note", "Entry", "store.Entry"}, name) {
		return name
	}
	return ""
}

func saidKind(field ast.Expr, of string, said func(ast.Expr)) {
	if kv, is := field.(*ast.KeyValueExpr); is && of != "" && strings.EqualFold(types.ExprString(kv.Key), "kind") {
		said(kv.Value)
	}
}

// Whoever reads the record reads of everything in it what happened, in words.
func TestEveryKindOfEntryHasWords(t *testing.T) {
	written := kindsWritten(t)
	for _, kind := range slices.Sorted(maps.Keys(written)) {
		if entryKinds[kind] == "" {
			t.Errorf("%q of %s has no words", kind, written[kind])
		}
	}
	for _, kind := range []string{"text", "sign_in_changed", "look", "hold_lifted", "erased", "restored", "glass-end", "unblock", "label"} {
		if written[kind] == "" {
			t.Errorf("%q is written somewhere, and was not found", kind)
		}
	}
	for kind := range entryKinds {
		if written[kind] == "" {
			t.Errorf("%q has words, and is written nowhere", kind)
		}
	}
}
