package private_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/private"
)

const address = "1 Example Street"

// verbs are all that fmt knows, and one that it does not.
var verbs = []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%t", "%c", "%U", "%e", "%b", "%o", "%p", "%T", "%z", "%10.3s"}

type visit struct {
	Reference string
	address   private.Text
}

type shown struct{ Address private.Text }

func wantNoLeak(t *testing.T, how, printed string) {
	t.Helper()
	if printed == "" {
		t.Errorf("%s: printed nothing, so nothing was tried", how)
	}
	hex := fmt.Sprintf("%x", address)
	for _, leak := range []string{address, "Example", "Street", hex, strings.ToUpper(hex)} {
		if strings.Contains(printed, leak) {
			t.Errorf("%s leaks: %s", how, printed)
		}
	}
}

func TestNoVerbPrintsTheWords(t *testing.T) {
	text := private.New(address)
	holders := map[string]any{
		"itself":                   text,
		"a pointer to it":          &text,
		"an exported field":        shown{text},
		"an unexported field":      visit{"A7F3", text},
		"a pointer to a struct":    &visit{"A7F3", text},
		"a slice":                  []private.Text{text},
		"a map's value":            map[string]private.Text{"address": text},
		"a map's key":              map[private.Text]bool{text: true},
		"an unexported map":        struct{ m map[private.Text]private.Text }{map[private.Text]private.Text{text: text}},
		"an interface":             struct{ v any }{text},
		"a pointer in a struct":    struct{ p *private.Text }{&text},
		"an error that wraps it":   fmt.Errorf("deliver to %v: %w", text, errors.New("refused")),
		"an error joined with one": errors.Join(errors.New("refused"), fmt.Errorf("to %s", text)),
	}
	for name, holder := range holders {
		for _, verb := range verbs {
			wantNoLeak(t, name+" under "+verb, fmt.Sprintf(verb, holder))
		}
		wantNoLeak(t, name+" under Sprint", fmt.Sprint(holder))
	}
}

func TestTheCheckWouldSeeALeak(t *testing.T) {
	type named string
	printed := fmt.Sprintf("%+v", struct{ address named }{address})
	if !strings.Contains(printed, address) {
		t.Fatalf("a named string in an unexported field no longer leaks (%s): the handle's reason is gone", printed)
	}
}

func TestItselfPrintsAsPrivate(t *testing.T) {
	text := private.New(address)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if got := fmt.Sprintf(verb, text); got != "[private]" {
			t.Errorf("%s prints %s, want [private]", verb, got)
		}
	}
	if text.String() != "[private]" || text.GoString() != "[private]" {
		t.Errorf("String is %s, GoString is %s", text.String(), text.GoString())
	}
}

func TestNoEncodingCarriesTheWords(t *testing.T) {
	text := private.New(address)
	for _, holder := range []any{text, &text, shown{text}, map[string]any{"address": text}, map[private.Text]int{text: 1}, []private.Text{text}} {
		raw, err := json.Marshal(holder)
		if err != nil {
			t.Fatal(err)
		}
		wantNoLeak(t, "json", string(raw))
		if !bytes.Contains(raw, []byte(`"[private]"`)) {
			t.Errorf("json gives %s, want [private] in it", raw)
		}
	}
	raw, err := xml.Marshal(shown{text})
	if err != nil {
		t.Fatal(err)
	}
	wantNoLeak(t, "xml", string(raw))
}

func TestNoLogCarriesTheWords(t *testing.T) {
	text := private.New(address)
	var out bytes.Buffer
	for name, handler := range map[string]slog.Handler{"text": slog.NewTextHandler(&out, nil), "json": slog.NewJSONHandler(&out, nil)} {
		out.Reset()
		log := slog.New(handler).With("with", text)
		log.Info("visit booked", "address", text, "visit", visit{"A7F3", text}, "shown", shown{text}, "pointer", &text,
			"error", fmt.Errorf("seal %v", text), slog.Group("group", "address", text))
		wantNoLeak(t, name, out.String())
		if !strings.Contains(out.String(), "[private]") {
			t.Errorf("%s logs %s, want [private] in it", name, out.String())
		}
	}
}

func TestReadingOneFromJSONIsRefusedWithoutTheWords(t *testing.T) {
	var got shown
	err := json.Unmarshal([]byte(`{"Address":"`+address+`"}`), &got)
	if err == nil {
		t.Fatal("a Text was read from JSON: one that was written as [private] would come back as those words")
	}
	wantNoLeak(t, "the error", err.Error())
}

func TestEqualWordsAreEqualTexts(t *testing.T) {
	a, b := private.New(address), private.New("1 Example"+" Street")
	if a != b || !a.Equal(b) {
		t.Error("equal words made unequal texts")
	}
	if other := private.New("2 Example Street"); a == other || a.Equal(other) {
		t.Error("different words made equal texts")
	}
	if seen := map[private.Text]bool{a: true}; !seen[b] {
		t.Error("equal words are different keys of a map")
	}
}

func TestZeroIsEmpty(t *testing.T) {
	var zero private.Text
	if !zero.IsZero() || zero.Reveal() != "" || zero != private.New("") {
		t.Errorf("the zero Text is %q, IsZero %v", zero.Reveal(), zero.IsZero())
	}
	if got := fmt.Sprint(zero); got != "[private]" {
		t.Errorf("the zero Text prints %q: that a field is empty is private too", got)
	}
	full := private.New(address)
	if full.IsZero() || full.Reveal() != address {
		t.Errorf("New then Reveal gives %q", full.Reveal())
	}
}
