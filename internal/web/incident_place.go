package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/incident"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
)

// placeOfIncident gives an incident that the reader may read, and the family and place where it was: those of its visit, where the reader sees what is private
// of that, else what the incident says. The look at each is recorded.
func (p *Pages) placeOfIncident(c *request, id string) (i incident.Incident, at risk.Place, err error) {
	c.SetPathValue("id", id)
	paper, i, _, err := p.incidentAt(c)
	if err != nil {
		return i, at, err
	}
	if paper.Erased {
		return i, at, notFound()
	}
	at.Address = private.New(i.Place)
	visit, err := p.visitOfIncident(c, paper.About)
	if visit == "" {
		return i, at, err
	}
	v, err := p.openVisit(c, visit)
	if unseen(err) {
		return i, at, nil // the incident is theirs to read, the visit is not
	}
	if err == nil {
		at = risk.Place{ServiceUser: v.Details.ServiceUser, Address: v.Details.Address}
	}
	return i, at, err
}

// visitOfIncident is the visit that an incident is about, or that the alarm has which it is about; "" for none.
func (p *Pages) visitOfIncident(c *request, about string) (string, error) {
	kind, id, _ := strings.Cut(about, "/")
	switch kind {
	case "visit":
		return id, nil
	case "alarm":
		a, err := p.Store.Alarm(c.Context(), id)
		if errors.Is(err, store.ErrNotFound) || len(a.Visits) == 0 {
			return "", nil
		}
		return a.Visits[0], err
	}
	return "", nil
}

// unseen says that something is not there for the reader.
func unseen(err error) bool {
	none, is := errors.AsType[*statusError](err)
	return is && none.status == http.StatusNotFound || errors.Is(err, store.ErrNotFound)
}

// newRiskAfter is the form for an assessment of the family or place where an incident was: the reader's own. Who writes none of their own is led to the one that
// was decided last for the place, else to all of them.
func (p *Pages) newRiskAfter(c *request, id string) error {
	_, at, err := p.placeOfIncident(c, id)
	if err != nil {
		return err
	}
	about, _, err := p.aboutOf(c, "")
	if unseen(err) {
		return p.leadToRisk(c, at)
	}
	if err != nil {
		return err
	}
	if at.IsZero() {
		return p.showRiskForm(c, http.StatusOK, blank(), riskForm{Start: true, Action: "/risks/start"})
	}
	return p.startRisk(c, about, at)
}

func (p *Pages) leadToRisk(c *request, at risk.Place) error {
	past, err := p.riskHistory(c, c.who.Team, at, "")
	if err != nil {
		return err
	}
	for _, a := range past {
		if a.may(access.SeeRisk) && a.OverAt.IsZero() {
			return c.redirect("/risks/" + a.ID)
		}
	}
	return c.redirect("/risks")
}
