package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
)

// mostLooks is how many looks are listed.
const mostLooks = 100

// looksPage is where someone reads who looked at what is theirs (rule 1.4).
type looksPage struct {
	Layout
	Rows []lookRow
	Most int // as many are listed, and there may be more; 0 where these are all
}

type lookRow struct {
	At              time.Time
	Who, Way        string
	What, Href, Why string
	Broke           bool
}

// looks answers GET /looks: who looked at the reader's own details, private visits and alarms.
func (p *Pages) looks(c *request) error {
	list, err := p.View.Looks(c.Context(), c.who.ID, mostLooks)
	if err != nil {
		return err
	}
	page := looksPage{Layout: p.layout(c, "Who looked at your details")}
	if len(list) == mostLooks {
		page.Most = mostLooks
	}
	named := map[string]string{}
	for _, look := range list {
		row := lookRow{At: look.At, Who: look.By.Name, Way: wayWords(look), Why: look.Why, Broke: look.Broke}
		if row.What, row.Href, err = p.lookedAt(c, look.Object, named); err != nil {
			return err
		}
		page.Rows = append(page.Rows, row)
	}
	return p.show(c, http.StatusOK, "looks", page)
}

// wayWords says by which way someone looked, where that was not a page.
func wayWords(look view.Look) string {
	token, program := strings.CutPrefix(look.Via, "token ")
	switch {
	case look.Via == look.By.ID:
		return "a program"
	case program:
		return "by the program " + token
	case look.Via == "page":
		return ""
	case look.Via == "export" && strings.HasPrefix(look.Object, "incident/"):
		return "took it out as a file"
	case look.Via == "export":
		return "took out all there is about you"
	default:
		return look.Via
	}
}

// lookedAt names what was looked at, and where it is. A visit goes by its reference, which never changes.
func (p *Pages) lookedAt(c *request, object string, named map[string]string) (what, href string, err error) {
	kind, id, _ := strings.Cut(object, "/")
	switch kind {
	case "person":
		return "Your numbers and emergency contacts", "", nil
	case "alarm":
		return "An alarm about you", "", nil
	case "handover":
		return "The sheet for the police", "", nil
	case "risk":
		return "Your risk assessment", "/risks/" + id, nil
	case "own_words":
		return "What you wrote about yourself", "", nil
	case "debrief":
		return "Your debrief", "/debriefs/" + id, nil
	case "incident":
		return "An incident about you", "/incidents/" + id, nil
	case "visit":
	default:
		return object, "", nil
	}
	if _, known := named[id]; !known {
		v, err := p.Store.Visit(c.Context(), id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return "", "", fmt.Errorf("find visit that was looked at: %w", err)
		}
		named[id] = v.Reference
	}
	return "Your visit " + cmp.Or(named[id], id), "/visits/" + id, nil
}
