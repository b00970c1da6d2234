package api

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/watch"
)

// object reads a body for a test.
func object(t *testing.T, raw string) *body {
	t.Helper()
	b, _, err := readBody(httptest.NewRecorder(), httptest.NewRequest("POST", "/", strings.NewReader(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// only gives the one problem that the body has.
func only(t *testing.T, b *body) watch.Problem {
	t.Helper()
	if len(*b.problems) != 1 {
		t.Fatalf("problems: %v", *b.problems)
	}
	return (*b.problems)[0]
}

func TestInstantsAreReadAsTheyAreStored(t *testing.T) {
	for given, want := range map[string]time.Time{
		"2026-11-21T14:30:00Z":             time.Date(2026, 11, 21, 14, 30, 0, 0, time.UTC),
		"2026-11-21T15:30:00+01:00":        time.Date(2026, 11, 21, 14, 30, 0, 0, time.UTC),
		"2026-11-21t14:30:00z":             time.Date(2026, 11, 21, 14, 30, 0, 0, time.UTC),
		"2026-11-21T14:30:00.1234567Z":     time.Date(2026, 11, 21, 14, 30, 0, 123456000, time.UTC),
		"2026-10-25T01:30:00.000000+01:00": time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC),
	} {
		b := object(t, `{"at":"`+given+`"}`)
		if got := b.instant("at"); !got.Equal(want) || got.Location() != time.UTC || b.done() != nil {
			t.Errorf("%s: %v, %v", given, got, *b.problems)
		}
	}
	for _, given := range []string{`"2026-11-21"`, `"2026-11-21 14:30:00Z"`, `"2026-11-21T14:30Z"`, `"2026-02-30T14:30:00Z"`, `"1826-11-21T14:30:00Z"`, `"9999-11-21T14:30:00Z"`, `"2026-11-21T14:30:00,5Z"`, `"2026-11-21T14:30:00+24:00"`, `"2026-11-21T4:30:00Z"`, `5`, `{}`, `""`} {
		b := object(t, `{"at":`+given+`}`)
		if got := b.instant("at"); !got.IsZero() || only(t, b).Field != "at" {
			t.Errorf("%s: %v", given, got)
		}
	}
}

func TestNullIsAsGoodAsNothing(t *testing.T) {
	b := object(t, `{"a":null,"b":null,"c":null,"d":null,"e":null,"f":null,"g":null,"h":null}`)
	if b.text("a", 5) != "" || !b.instant("b").IsZero() || b.flag("c") != nil || b.ids("d") != nil || b.object("e") != nil ||
		b.objects("f") != nil || !b.number("g").IsZero() || b.count("h") != 0 || b.done() != nil {
		t.Errorf("%v", *b.problems)
	}
	if !b.null("a") || b.null("z") || !b.given("a") || b.given("z") {
		t.Error("a null is given, what is not there is not")
	}
}

func TestAWrongTypeIsNamedByItsField(t *testing.T) {
	read := map[string]func(*body){
		"text":    func(b *body) { b.text("x", 5) },
		"instant": func(b *body) { b.instant("x") },
		"flag":    func(b *body) { b.flag("x") },
		"ids":     func(b *body) { b.ids("x") },
		"objects": func(b *body) { b.objects("x") },
		"number":  func(b *body) { b.number("x") },
		"count":   func(b *body) { b.count("x") },
		"id":      func(b *body) { b.id("x") },
		"choice":  func(b *body) { b.choice("x", "a", "b") },
	}
	for name, f := range read {
		b := object(t, `{"x":{"y":1}}`)
		f(b)
		if p := only(t, b); p.Field != "x" || strings.Contains(p.Says, "json") {
			t.Errorf("%s: %v", name, p)
		}
	}
	b := object(t, `{"x":"a"}`)
	if b.object("x"); only(t, b).Field != "x" {
		t.Errorf("%v", *b.problems)
	}
}

func TestWhatIsInsideIsNamedByItsPath(t *testing.T) {
	b := object(t, `{"list":[{"a":"1"},{"b":2,"c":3}],"in":{"deep":5}}`)
	for _, o := range b.objects("list") {
		o.text("a", 5)
		o.text("b", 5)
		o.refuseUnknown()
	}
	o := b.object("in")
	o.flag("deep")
	var fields []string
	for _, p := range *b.problems {
		fields = append(fields, p.Field)
	}
	if got := strings.Join(fields, " "); got != "list[1].b list[1].c in.deep" {
		t.Errorf("%s", got)
	}
}

func TestIDs(t *testing.T) {
	for s, want := range map[string]bool{
		"p-sam": true, "A.b_c~1": true, strings.Repeat("a", 64): true, strings.Repeat("a", 65): false, "": false, ".": false, "..": false,
		"a b": false, "a/b": false, "é": false, "a\x00": false, "a%2Fb": false,
	} {
		if isID(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}

func TestANameIsOneLineAndANoteIsNot(t *testing.T) {
	b := object(t, `{"name":"a\nb"}`)
	if b.text("name", 10); only(t, b).Field != "name" {
		t.Errorf("%v", *b.problems)
	}
	b = object(t, `{"note":"a\nb\u0000"}`)
	if got := b.words("note", 10); got != "a\nb\x00" || len(*b.problems) > 0 {
		t.Errorf("%q %v", got, *b.problems)
	}
	b = object(t, `{"note":"ééééé"}`)
	if b.words("note", 5); len(*b.problems) > 0 {
		t.Errorf("characters are counted, not bytes: %v", *b.problems)
	}
}

func TestAProblemQuotesNothingOfARequest(t *testing.T) {
	_, _, err := readBody(httptest.NewRecorder(), httptest.NewRequest("POST", "/", strings.NewReader(`{"address":"1 Example Street`)))
	if err == nil || strings.Contains(err.Error(), "Example") {
		t.Errorf("%v", err)
	}
	b := object(t, `{"mobile":"07700 900101 at home"}`)
	if b.number("mobile"); strings.Contains(only(t, b).Says, "900101") {
		t.Errorf("%v", *b.problems)
	}
}

func TestABucketFillsAgain(t *testing.T) {
	at := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	l := newLimits(func() time.Time { return at })
	asked := 0
	for ; asked < 10*asksAtOnce; asked++ {
		if wait, over := l.over("t"); over {
			if wait <= 0 {
				t.Errorf("wait %v", wait)
			}
			break
		}
	}
	if asked != asksAtOnce {
		t.Errorf("%d asks at once", asked)
	}
	at = at.Add(time.Second)
	for asked = 0; asked <= asksPerSecond; asked++ {
		if _, over := l.over("t"); over {
			break
		}
	}
	if asked != asksPerSecond {
		t.Errorf("%d asks in a second", asked)
	}
	at = at.Add(-time.Hour) // a clock set back gives nothing away, and takes nothing
	if _, over := l.over("t"); !over {
		t.Error("a clock set back filled the bucket")
	}
}
