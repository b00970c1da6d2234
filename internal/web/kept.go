package web

import (
	"net/http"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/retain"
)

// keptPage says how long things are kept. It is for everybody; what was erased last night and what is held, for those of the table.
type keptPage struct {
	Layout
	Rows  []retain.Row
	Sees  bool
	Night time.Time // when it was last night, for what is erased; zero: it has not been yet
	Gone  []goneRow
	Asked int // of them at somebody's request, and since
	Held  int // how many holds stand
}

// goneRow is how many of a kind were erased last night.
type goneRow struct {
	What string
	N    int
}

// erasedKinds are what was erased, in words, in the order in which it is shown.
var erasedKinds = [][2]string{{"visit", "Visits"}, {"alarm", "Alarms"}, {"person", "People who have left"}, {"text", "Texts and messages"}, {"looks", "Months of reasons for looks"}, {"other", "Other"}}

// howLong answers GET /kept.
func (p *Pages) howLong(c *request) error {
	page := keptPage{Layout: p.layout(c, "How long things are kept"), Rows: retain.Rows(p.Engine.Retain), Sees: access.May(access.SeeHold, access.ByRole(c.who))}
	if !page.Sees {
		return p.show(c, http.StatusOK, "kept", page)
	}
	var err error
	if page.Night, err = p.Engine.LastNight(c.Context()); err != nil {
		return err
	}
	period, request, err := p.Store.ErasedBetween(c.Context(), page.Night, c.at.Add(time.Second))
	if err != nil {
		return err
	}
	for _, kind := range erasedKinds {
		if n := period[kind[0]]; n > 0 {
			page.Gone = append(page.Gone, goneRow{kind[1], n})
		}
		page.Asked += request[kind[0]]
	}
	holds, err := p.holdsFor(c)
	page.Held = len(holds)
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "kept", page)
}
