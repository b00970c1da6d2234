package api

import (
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
)

const maxUnplaced = 100 // in one list

// Under these the engine keeps what people wrote whom we do not know.
const (
	unknownSender = "unknown-sender" // the chain of the record
	unknownText   = "unknown_text"   // the kind of entry
)

// unplacedJSON is a text from someone we do not know.
type unplacedJSON struct {
	At   time.Time `json:"at"`
	From *string   `json:"from"` // null when the sender has no number
	Text string    `json:"text"` // verbatim
}

// listUnplaced answers GET /unplaced: a cry for help may come from a borrowed phone (rules 2.4, 8.5), and someone must be
// able to read it.
func (a *API) listUnplaced(c *call) (answer, error) {
	q, err := query(c, "by", "limit")
	if err != nil {
		return answer{}, err
	}
	limit, err := limitOf(q.Get("limit"), maxUnplaced)
	if err != nil {
		return answer{}, err
	}
	by, err := a.reader(c, q)
	if err != nil {
		return answer{}, err
	}
	if err := a.Access.Looked(c.Context(), c.who, by, "unplaced", "", c.at); err != nil {
		return answer{}, err
	}
	kept, err := a.Store.Latest(c.Context(), unknownSender, unknownText, limit)
	if err != nil {
		return answer{}, fmt.Errorf("list unplaced texts: %w", err)
	}
	list := []unplacedJSON{}
	for _, e := range kept {
		if e.Words.IsZero() { // erased at the end of its period
			continue
		}
		words, err := engine.WordsOf(e)
		if err != nil { // what broke could quote the words
			return answer{}, fmt.Errorf("read words of entry %s: they are no JSON", e.ID)
		}
		list = append(list, unplacedJSON{At: e.At.UTC(), From: maybe(words.From), Text: words.Text})
	}
	return ok(map[string]any{"texts": list})
}
