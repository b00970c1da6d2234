// Package private holds the words that must not get out: a service user's name, an address, a next of kin, the body of a text.
//
// A [Text] prints as "[private]" however it is printed: by any verb of fmt, in JSON, in a log, from an unexported field, inside a map or an
// error. Only [Text.Reveal] gives the words, so every place that does is found by searching for it.
package private

import (
	"fmt"
	"log/slog"
	"unique"
)

// shown is what stands in for every Text, the empty one too: that a field is empty can tell something as well.
const shown = "[private]"

// Text is a private piece of text. Texts are equal by == when their words are. The zero value is the empty text.
//
// It is built on a handle, not on a named string: fmt calls no method on an unexported field, and would print the string but prints only
// the handle's address.
type Text struct {
	handle unique.Handle[string]
}

// New makes the words s private. New("") is the zero Text.
func New(s string) Text {
	if s == "" {
		return Text{}
	}
	return Text{unique.Make(s)}
}

// Reveal gives the words to someone with the right to them. Whoever calls it answers for where they go, and for the look being recorded.
func (t Text) Reveal() string {
	if t.IsZero() {
		return ""
	}
	return t.handle.Value()
}

// IsZero says that there are no words.
func (t Text) IsZero() bool { return t == Text{} }

// Equal is ==, for comparers that look for a method.
func (t Text) Equal(u Text) bool { return t == u }

// String is "[private]".
func (t Text) String() string { return shown }

// GoString is "[private]".
func (t Text) GoString() string { return shown }

// Format writes "[private]" for every verb, so that %x and %d leak no more than %s.
func (t Text) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(shown)) }

// LogValue is "[private]".
func (t Text) LogValue() slog.Value { return slog.StringValue(shown) }

// MarshalJSON gives "[private]". There is no way back from it: a Text is stored by revealing and sealing it, and reading one from JSON is
// an error rather than a Text that says "[private]".
func (t Text) MarshalJSON() ([]byte, error) { return []byte(`"` + shown + `"`), nil }

// MarshalText gives "[private]".
func (t Text) MarshalText() ([]byte, error) { return []byte(shown), nil }
