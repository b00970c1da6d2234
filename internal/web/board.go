package web

import "net/http"

type boardPage struct {
	Layout
}

// board answers GET /: the open alarms, then the open visits with their time left, soonest due first.
func (p *Pages) board(c *request) error {
	return p.show(c, http.StatusOK, "board", boardPage{Layout: p.layout(c, "Visits", topicBoard)})
}
