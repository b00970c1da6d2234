package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/nearest"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/watch"
)

const (
	maxBody  = 1 << 20 // bytes of a request
	maxName  = 200     // characters of a name, an address line, a reference
	maxWords = 10_000  // characters of a text or a note
	maxList  = 100     // entries of a list
	maxID    = 64
)

// body is a JSON object that is read field by field. What is wrong is gathered, so that one answer names every field
// that must be put right; done gives it.
type body struct {
	raw      map[string]json.RawMessage
	within   string // the field that holds this object, with a dot: "visit."
	known    []string
	problems *[]watch.Problem
}

// readBody reads a request's object. The errors are 413, 415 and 400; what is wrong inside it comes from done.
func readBody(w http.ResponseWriter, r *http.Request) (*body, []byte, error) {
	if err := jsonBody(r); err != nil {
		return nil, nil, err
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return nil, nil, &problem{status: http.StatusRequestEntityTooLarge, detail: "the request is over 1 MiB"}
	}
	if err != nil {
		return nil, nil, &problem{status: http.StatusBadRequest, detail: "the request broke off"}
	}
	b := &body{problems: new([]watch.Problem)}
	switch err := json.Unmarshal(raw, &b.raw); {
	case len(raw) == 0:
		return nil, nil, &problem{status: http.StatusBadRequest, detail: "the request is empty; a JSON object is needed"}
	case !utf8.Valid(raw):
		return nil, nil, &problem{status: http.StatusBadRequest, detail: "the request is not UTF-8"}
	case err != nil:
		return nil, nil, &problem{status: http.StatusBadRequest, detail: notJSON(err)}
	case b.raw == nil:
		return nil, nil, &problem{status: http.StatusBadRequest, detail: "the request must be a JSON object"}
	}
	return b, raw, nil
}

// jsonBody refuses another content type. None at all is taken for JSON.
func jsonBody(r *http.Request) error {
	given := r.Header.Get("Content-Type")
	if given == "" {
		return nil
	}
	kind, _, err := mime.ParseMediaType(given)
	patch := r.Method == http.MethodPatch && kind == "application/merge-patch+json"
	if err != nil || kind != "application/json" && !patch {
		return &problem{status: http.StatusUnsupportedMediaType, detail: "send application/json"}
	}
	return nil
}

// notJSON says where the JSON broke, and quotes nothing of it.
func notJSON(err error) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("the request is not JSON: it breaks at byte %d", syntax.Offset)
	}
	return "the request must be a JSON object"
}

// wrong notes a problem with a field of this object.
func (b *body) wrong(field, says string, args ...any) {
	*b.problems = append(*b.problems, watch.Problem{Field: b.within + field, Says: fmt.Sprintf(says, args...)})
}

// done refuses the fields that nobody asked for, and gives all that is wrong as one error.
func (b *body) done() error {
	b.refuseUnknown()
	if len(*b.problems) > 0 {
		return &watch.Invalid{Problems: *b.problems}
	}
	return nil
}

func (b *body) refuseUnknown() {
	var unknown []string
	for name := range b.raw {
		if !slices.Contains(b.known, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown[:min(len(unknown), 10)] {
		b.wrong(fmt.Sprintf("%.40s", name), "is no field here; the nearest is %q", nearest.To(name, b.known))
	}
}

// take gives a field's value; ok is false when it is not there or null.
func (b *body) take(field string) (json.RawMessage, bool) {
	b.known = append(b.known, field)
	raw, given := b.raw[field]
	return raw, given && string(raw) != "null"
}

// null says that the field was given as null: where something can be reset, that resets it.
func (b *body) null(field string) bool {
	raw, given := b.raw[field]
	return given && string(raw) == "null"
}

// given says that the field is there, null or not.
func (b *body) given(field string) bool {
	_, given := b.raw[field]
	return given
}

// need notes the fields that are not there. What nobody can see is nothing said.
func (b *body) need(fields ...string) {
	for _, field := range fields {
		raw, given := b.raw[field]
		var s string
		if !given || json.Unmarshal(raw, &s) == nil && buddy.Visible(s) == 0 {
			b.wrong(field, "is missing")
		}
	}
}

// text reads a string of one line: no control characters, no more than most characters.
func (b *body) text(field string, most int) string {
	s := b.words(field, most)
	if strings.ContainsFunc(s, unicode.IsControl) {
		b.wrong(field, "must be one line without control characters")
		return ""
	}
	return strings.TrimSpace(s)
}

// words reads a string as it is: what people write in a text or a note.
func (b *body) words(field string, most int) string {
	raw, ok := b.take(field)
	if !ok {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		b.wrong(field, "must be a string")
		return ""
	}
	if utf8.RuneCountInString(s) > most {
		b.wrong(field, "has more than %d characters", most)
		return ""
	}
	return s
}

// secret reads a private text of up to most characters, of several lines where it needs them.
func (b *body) secret(field string, most int) private.Text {
	return private.New(strings.TrimSpace(b.words(field, most)))
}

// id reads an identifier.
func (b *body) id(field string) string {
	s := b.words(field, maxName)
	if s != "" && !isID(s) {
		b.wrong(field, "must be an id: up to 64 letters, digits and . _ ~ -")
		return ""
	}
	return s
}

// ids reads a list of identifiers.
func (b *body) ids(field string) []string {
	list := b.texts(field)
	for _, s := range list {
		if !isID(s) {
			b.wrong(field, "must be a list of ids: up to 64 letters, digits and . _ ~ -")
			return nil
		}
	}
	return list
}

func (b *body) texts(field string) []string {
	raw, ok := b.take(field)
	if !ok {
		return nil
	}
	var list []string
	switch {
	case json.Unmarshal(raw, &list) != nil:
		b.wrong(field, "must be a list of strings")
		return nil
	case len(list) > maxList:
		b.wrong(field, "has more than %d entries", maxList)
		return nil
	}
	return list
}

// isID says that s can name something in an address as it is.
func isID(s string) bool {
	unsafe := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._~-", r))
	}
	return s != "" && len(s) <= maxID && !strings.ContainsFunc(s, unsafe) && strings.Trim(s, ".") != ""
}

// choice reads one of the words listed.
func (b *body) choice(field string, among ...string) string {
	s := b.words(field, maxName)
	if s != "" && !slices.Contains(among, s) {
		b.wrong(field, "must be one of %s", strings.Join(among, ", "))
		return ""
	}
	return s
}

// flag reads true or false; nil when it is not there.
func (b *body) flag(field string) *bool {
	raw, ok := b.take(field)
	if !ok {
		return nil
	}
	var v bool
	if json.Unmarshal(raw, &v) != nil {
		b.wrong(field, "must be true or false")
		return nil
	}
	return &v
}

// count reads a whole number.
func (b *body) count(field string) int {
	raw, ok := b.take(field)
	if !ok {
		return 0
	}
	var n int
	if json.Unmarshal(raw, &n) != nil {
		b.wrong(field, "must be a whole number")
	}
	return n
}

// instant reads an instant of RFC 3339, to the microsecond that is stored; zero when it is not there.
func (b *body) instant(field string) time.Time {
	raw, ok := b.take(field)
	if !ok {
		return time.Time{}
	}
	var s string
	var at time.Time
	ok = json.Unmarshal(raw, &s) == nil
	if ok {
		at, ok = parseInstant(s)
	}
	if !ok {
		b.wrong(field, noInstant)
		return time.Time{}
	}
	at = at.UTC().Truncate(time.Microsecond)
	if at.Year() < 2000 || at.Year() >= 2200 {
		b.wrong(field, "must be between the years 2000 and 2199")
		return time.Time{}
	}
	return at
}

const noInstant = "must be an instant with its offset, such as 2026-11-22T15:04:05Z"

// rfc3339 is how RFC 3339 writes an instant. Go's parser also takes a comma before the fraction and an offset of 24 hours,
// and does not take small letters.
var rfc3339 = regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

func parseInstant(s string) (time.Time, bool) {
	if !rfc3339.MatchString(s) {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, strings.ToUpper(s))
	return at, err == nil
}

// number reads a telephone number as people write it.
func (b *body) number(field string) phone.Number {
	s := b.words(field, maxName)
	if strings.TrimSpace(s) == "" {
		return phone.Number{}
	}
	n, err := phone.Parse(s)
	if err != nil {
		b.wrong(field, "is no number to reach someone on: %s", err)
	}
	return n
}

// object reads an object inside this one; nil when it is not there.
func (b *body) object(field string) *body {
	raw, ok := b.take(field)
	if !ok {
		return nil
	}
	return b.inner(field, raw)
}

func (b *body) inner(field string, raw json.RawMessage) *body {
	o := &body{within: b.within + field + ".", problems: b.problems}
	if json.Unmarshal(raw, &o.raw) != nil {
		b.wrong(field, "must be an object")
		return nil
	}
	return o
}

// objects reads a list of objects.
func (b *body) objects(field string) []*body {
	raw, ok := b.take(field)
	if !ok {
		return nil
	}
	var list []json.RawMessage
	switch {
	case json.Unmarshal(raw, &list) != nil:
		b.wrong(field, "must be a list of objects")
		return nil
	case len(list) > maxList:
		b.wrong(field, "has more than %d entries", maxList)
		return nil
	}
	var objects []*body
	for i, raw := range list {
		if o := b.inner(fmt.Sprintf("%s[%d]", field, i), raw); o != nil {
			objects = append(objects, o)
		}
	}
	return objects
}

// also notes problems that another package found.
func (b *body) also(found []plan.Problem) {
	for _, p := range found {
		b.wrong(p.Field, "%s", p.Says)
	}
}

// either reads a field's value as an object where it may also be a word; instead says what it must be.
func (b *body) either(field string, raw json.RawMessage, instead string) *body {
	o := &body{within: b.within + field + ".", problems: b.problems}
	if json.Unmarshal(raw, &o.raw) != nil {
		b.wrong(field, "must be %s", instead)
		return nil
	}
	return o
}
