package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/store"
)

// mostTopics is how much the windows of one browser listen to.
const mostTopics = 200

// topicsFor gives those of the topics that somebody wants to hear of which are their business: that something changed is told
// of nothing that they would not find.
func (p *Pages) topicsFor(c *request, wanted []string) ([]string, error) {
	var theirs []string
	for _, topic := range wanted[:min(len(wanted), mostTopics)] {
		hears, err := p.hears(c, topic)
		if err != nil && !errors.Is(err, store.ErrNotFound) && !isNotFound(err) {
			return nil, err
		}
		if hears && err == nil {
			theirs = append(theirs, topic)
		}
	}
	return theirs, nil
}

func (p *Pages) hears(c *request, topic string) (bool, error) {
	kind, id, about := strings.Cut(topic, "/")
	switch {
	case !about:
		return !c.byPhone() && slices.Contains([]string{topicBoard, topicOrganisation, topicPhones, topicClock}, topic), nil
	case kind == "worker" && id == c.who.ID:
		return true, nil
	case kind == "visit":
		return p.hearsVisit(c, id)
	case c.byPhone():
		return false, nil
	case kind == "worker":
		worker, err := p.directory.person(c.Context(), id)
		if err != nil {
			return false, err
		}
		is, err := p.overPerson(c, worker)
		return access.May(access.SeeVisits, is) || access.May(access.SeeAlarm, is), err
	case kind == "alarm":
		return p.mayOpen(c, id)
	}
	return false, nil
}

func (p *Pages) hearsVisit(c *request, id string) (bool, error) {
	kept, err := p.Store.Visit(c.Context(), id)
	if err != nil || kept.Worker == c.who.ID {
		return err == nil, err
	}
	if c.byPhone() {
		return false, nil
	}
	v, err := p.View.Visit(c.Context(), kept, c.reader())
	if err != nil {
		return false, err
	}
	return p.mayFind(c, v)
}

// isNotFound says that something is not there, or none of the reader's business.
func isNotFound(err error) bool {
	e, is := errors.AsType[*statusError](err)
	return is && e.status == http.StatusNotFound
}
