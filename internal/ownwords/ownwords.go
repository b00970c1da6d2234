// Package ownwords is what people say of themselves, such as whether a visit makes them more anxious than others or how something felt
// afterwards, and who may read it (rule 6.3): nobody but them, their manager, or those whom they choose. It is never part of what it is said
// beside, a risk assessment or a debrief, and they can take it back.
package ownwords

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
)

// For is for whom somebody's own words are.
type For string

// Those there are. Withdrawn words are nobody's to read.
const (
	Me        For = "me"      // nobody but them
	Manager   For = "manager" // whoever manages their team
	Named     For = "named"   // those whom they name
	Withdrawn For = "withdrawn"
)

// Words are what somebody says of themselves.
type Words struct {
	For   For
	Text  private.Text
	Named []string // person ids, for [Named]
}

// Longest is how long they may be, in characters.
const Longest = 2000

// Chose says that whose words these are chose a reader, by their id; manages is that the reader manages their team.
func (w Words) Chose(reader string, manages bool) bool {
	return w.For == Manager && manages || w.For == Named && slices.Contains(w.Named, reader)
}

// Standing says that there are words to read.
func (w Words) Standing() bool { return w.For != "" && w.For != Withdrawn }

// Problems says what keeps words from being kept, by the fields "own", "readers" and "reader".
func (w Words) Problems() (p []plan.Problem) {
	text := w.Text.Reveal()
	switch {
	case strings.TrimSpace(text) == "":
		p = append(p, plan.Problem{Field: "own", Says: "is empty: write something, or leave it be"})
	case !plan.Plain(text):
		p = append(p, plan.Problem{Field: "own", Says: "must be plain text"})
	case utf8.RuneCountInString(text) > Longest:
		p = append(p, plan.Problem{Field: "own", Says: "must have at most 2000 characters"})
	}
	switch {
	case !slices.Contains([]For{Me, Manager, Named}, w.For):
		p = append(p, plan.Problem{Field: "readers", Says: "is missing: choose who may read it"})
	case w.For == Named && len(w.Named) == 0:
		p = append(p, plan.Problem{Field: "reader", Says: "is missing: choose who may read it"})
	}
	return p
}

// body is how they are written down, to be sealed. For whom they are stands beside it, in clear.
type body struct {
	Text  string   `json:"text,omitempty"`
	Named []string `json:"named,omitempty"`
}

// Body writes the words down, to be sealed.
func (w Words) Body() private.Text {
	raw, _ := json.Marshal(body{w.Text.Reveal(), w.Named}) // strings always marshal
	return private.New(string(raw))
}

// Read reads what [Words.Body] wrote, and for whom it is. What is wrong with it is said without it.
func Read(whom string, raw private.Text) (Words, error) {
	var b body
	if json.Unmarshal([]byte(raw.Reveal()), &b) != nil {
		return Words{}, errors.New("read own words: what was kept is not of its kind")
	}
	return Words{For(whom), private.New(b.Text), b.Named}, nil
}
