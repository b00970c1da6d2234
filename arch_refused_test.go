package allclear_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

func TestTheRulesRefuse(t *testing.T) {
	for _, c := range []struct {
		rule, name, text string
		want             string // in the problem; empty: nothing may be found
	}{
		{"a package without a row", "internal/util/util.go", `package util`, "not in the architecture's table"},
		{"an import the row does not name", "internal/watch/w.go", `package watch; import _ "` + module + `internal/store"`, "may not import internal/store"},
		{"an import the row names", "internal/watch/w.go", `package watch; import _ "` + module + `internal/rota"`, ""},
		{"a channel that sees a visit", "internal/channel/twilio/t.go", `package twilio; import _ "` + module + `internal/watch"`, "may not import internal/watch"},
		{"a play that looks inside", "e2e/play/main.go", `package main; import _ "` + module + `internal/app"`, "may not import internal/app"},
		{"a play's own parts", "e2e/play/main.go", `package main; import _ "` + module + `e2e/phone"`, ""},
		{"I/O in the core", "internal/rota/r.go", `package rota; import _ "os"`, "pure and may not import os"},
		{"a context in the core", "internal/rota/r.go", `package rota; import _ "context"`, "pure and may not import context"},
		{"I/O in the core's tests", "internal/rota/r_test.go", `package rota; import _ "os"`, ""},
		{"a library in the core", "internal/rota/r.go", `package rota; import _ "github.com/nyaruka/phonenumbers"`, "pure and may not"},
		{"the number library in phone", "internal/phone/p.go", `package phone; import _ "github.com/nyaruka/phonenumbers"`, ""},
		{"a test package that ships", "internal/api/a.go", `package api; import _ "testing"`, "ships and may not import testing"},
		{"part of a test package that ships", "internal/api/a.go", `package api; import _ "testing/synctest"`, "ships and may not"},
		{"a test library that ships", "internal/api/a.go", `package api; import _ "github.com/google/go-cmp/cmp"`, "ships and may not"},
		{"our test package that ships", "internal/engine/e.go", `package engine; import _ "` + module + `internal/store/storetest"`, "may not import internal/store/storetest"},
		{"our test package in a test", "internal/engine/e_test.go", `package engine; import _ "` + module + `internal/store/storetest"`, ""},
		{"a test of a package from outside it", "internal/engine/e_test.go", `package engine_test; import _ "` + module + `internal/engine"`, ""},
		{"testing in a test package", "internal/store/storetest/s.go", `package storetest; import _ "testing"`, ""},
		{"a dot import", "internal/store/s.go", `package store; import . "fmt"`, "dot import"},

		{"the clock in the engine", "internal/engine/e.go", `package engine; import "time"; var _ = time.Now()`, "only internal/app reads the clock"},
		{"the clock by another name", "internal/engine/e.go", `package engine; import t "time"; var _ = t.Since(t.Time{})`, "reads the clock"},
		{"the clock as a value", "internal/store/s.go", `package store; import "time"; var now = time.Now`, "reads the clock"},
		{"the clock in a test", "internal/store/s_test.go", `package store; import "time"; var _ = time.Until(time.Time{})`, "reads the clock"},
		{"the clock in app", "internal/app/a.go", `package app; import "time"; var _ = time.Now()`, ""},
		{"the clock in the command line", "cmd/allclear/x.go", `package main; import "time"; var _ = time.Now()`, "reads the clock"},
		{"the clock in the command line's tests", "cmd/allclear/x_test.go", `package main; import "time"; var _ = time.Now()`, ""},
		{"something else called Now", "internal/engine/e.go", `package engine; import "strings"; type c struct{}; func (c) Now() {}; var _ = strings.ToLower; func f(x c) { x.Now() }`, ""},
		{"the engine's timer", "internal/engine/e.go", `package engine; import "time"; var _ = time.NewTimer(0)`, ""},
		{"the engine asleep", "internal/engine/e.go", `package engine; import "time"; func f() { time.Sleep(1) }`, "may not wait"},
		{"a timer in the core", "internal/watch/w.go", `package watch; import "time"; var _ = time.After(1)`, "may not wait"},

		{"a goroutine in the core", "internal/watch/w.go", `package watch; func f() { go f() }`, "no goroutine"},
		{"a select in the core", "internal/watch/w.go", `package watch; func f() { select {} }`, "waits for nothing"},
		{"a goroutine in a shell", "internal/engine/e.go", `package engine; func f() { go f() }`, ""},
		{"a map in no order", "internal/watch/w.go", `package watch; func f(m map[string]int) { for range m {} }`, "a map has no order"},
		{"a named map in no order", "internal/watch/w.go", `package watch; type board map[string]int; type w struct{ b board }; func (x w) f() { for k := range x.b { _ = k } }`, "a map has no order"},
		{"a generic map in no order", "internal/watch/w.go", `package watch; func f[M ~map[string]int](m M) { for range m {} }`, "a map has no order"},
		{"a slice", "internal/watch/w.go", `package watch; func f(s []int) { for range s {} }`, ""},
		{"a map in a shell", "internal/api/a.go", `package api; func f(m map[string]int) { for range m {} }`, ""},
		{"keys in no order", "internal/watch/w.go", `package watch; import "maps"; func f(m map[string]int) { for range maps.Keys(m) {} }`, "maps.Keys has no order"},
		{"keys kept in no order", "internal/watch/w.go", `package watch; import ("maps"; "slices"); func f(m map[string]int) { _ = slices.Collect(maps.Keys(m)) }`, "maps.Keys has no order"},
		{"sorted keys", "internal/watch/w.go", `package watch; import ("maps"; "slices"); func f(m map[string]int) { for range slices.Sorted(maps.Keys(m)) {} }`, ""},

		{"an exit in a shell", "internal/app/a.go", `package app; import "os"; func f() { os.Exit(1) }`, "only main ends the process"},
		{"an exit by the log", "cmd/allclear/serve.go", `package main; import "log"; func f() { log.Fatalf("x") }`, "only main ends the process"},
		{"main's exit", "cmd/allclear/main.go", `package main; import "os"; func main() { os.Exit(1) }`, ""},
		{"an init", "internal/app/a.go", `package app; func init() {}`, "init runs unasked"},
		{"a method called init", "internal/app/a.go", `package app; type t struct{}; func (t) init() {}`, ""},

		{"a function of 81 lines", "internal/app/a.go", "package app\nfunc f() {" + strings.Repeat("\n", 80) + "}", "f is 81 lines"},
		{"a function of 80 lines", "internal/app/a.go", "package app\nfunc f() {" + strings.Repeat("\n", 79) + "}", ""},
		{"a test of 81 lines", "internal/app/a_test.go", "package app\nfunc f() {" + strings.Repeat("\n", 80) + "}", ""},
		{"a file of 501 lines", "internal/app/a.go", "package app" + strings.Repeat("\n", 501), "501 lines"},
		{"a file of 500 lines", "internal/app/a.go", "package app" + strings.Repeat("\n", 500), ""},
	} {
		t.Run(c.rule, func(t *testing.T) {
			found := strings.Join(parse(t, c.name, c.text).problems(), "\n")
			if c.want == "" && found != "" || !strings.Contains(found, c.want) {
				t.Errorf("found %q, want %q", found, c.want)
			}
		})
	}
}

// parse makes a source of text as if it stood at name, with its types.
func parse(t *testing.T, name, text string) *source {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	known := newChecked()
	// As far as it gets: the text may import what is not there.
	conf := types.Config{Error: func(error) {}}
	_, _ = conf.Check("text", fset, []*ast.File{file}, &known.info)
	return &source{name: name, fset: fset, file: file, types: known}
}
