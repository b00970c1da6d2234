package web

import (
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// warned is the warnings about where a visit is to go, as the form shows them before it is booked or moved there.
type warned struct {
	Rows []warningRow
	Read govuk.Checkboxes
}

// warnedOf has the warnings about a place read before a form counts: what is wrong is noted until the reader says that they have. It is nil where there is none.
func (p *Pages) warnedOf(c *request, f *form, at risk.Place, visit string) (*warned, error) {
	found, err := p.warningsAt(c, at, visit)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	if !slices.Contains(f.values["warned"], namesOf(found)) {
		f.wrong("warned", "There is a warning about this family or address: read it, then go on")
	}
	return warnedAs(c, f, found), nil
}

// namesOf names the warnings that are there: who has read some has not read another.
func namesOf(found []engine.StandingWarning) string {
	var ids []string
	for _, w := range found {
		ids = append(ids, w.ID)
	}
	slices.Sort(ids)
	return strings.Join(ids, ",")
}

func warnedAs(c *request, f *form, found []engine.StandingWarning) *warned {
	w := &warned{Read: govuk.Checkboxes{Name: "warned", Values: f.values["warned"], ErrorMessage: f.says("warned"),
		Items: []govuk.Choice{{Value: namesOf(found), Text: "I have read it and take it into account"}}}}
	for _, one := range found {
		w.Rows = append(w.Rows, warningIn(one.Paper, one.Warning, c.at))
	}
	return w
}

// warnedOfMove is warnedOf for a visit that is changed to go to another family or address.
func (p *Pages) warnedOfMove(c *request, f *form, v seen) (*warned, error) {
	at := f.riskPlace()
	if at == engine.PlaceOf(v.Visit.Visit) {
		return nil, nil
	}
	return p.warnedOf(c, f, at, v.ID)
}
