package web

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

const longestShift = 31 * 24 * time.Hour

// addShift answers POST /rota: someone is put on call.
func (p *Pages) addShift(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	page, t, err := p.rotaPage(c, f.values, f)
	if err != nil {
		return err
	}
	if page.Form == nil {
		return notFound() // the rota is not the reader's to change
	}
	if !slices.ContainsFunc(page.Form.Person.Items, func(o govuk.Option) bool { return o.Value != "" && o.Value == f.value("person") }) {
		f.wrong("person", "Choose who is on call")
	}
	s, err := p.readShift(c, f, t)
	if err != nil {
		return err
	}
	if !f.bad() {
		if err := p.putShift(c, f, t, s); err != nil {
			return err
		}
	}
	if f.bad() {
		f.inOrder("person", "start-date", "start-time", "end-date", "end-time", "order", "teams")
		if page, _, err = p.rotaPage(c, f.values, f); err != nil {
			return err
		}
		return p.show(c, http.StatusUnprocessableEntity, "rota", page)
	}
	return c.redirect(rotaPath(t.ID, dateOf(s.StartsAt.In(t.zone)), "") + "&shift=" + s.ID + "&done=shift-added")
}

// readShift reads what the form says of a shift, in the team's zone; what is wrong is noted.
func (p *Pages) readShift(c *request, f *form, t rotaTeam) (rota.Shift, error) {
	s := rota.Shift{Person: f.value("person"), Teams: f.values["teams"]}
	when, ok := f.period("start", "end", t.zone)
	s.StartsAt, s.EndsAt = when.StartsAt, when.EndsAt
	switch {
	case !ok:
	case s.EndsAt.Sub(s.StartsAt) > longestShift:
		f.wrong("end-date", "The end must be within 31 days of the start")
	case !s.EndsAt.After(c.at):
		f.wrong("end-date", "This shift would be over already. Check the date")
	}
	var err error
	if s.Order, err = strconv.Atoi(cmp.Or(f.value("order"), "1")); err != nil || s.Order < 1 || s.Order > 20 {
		f.wrong("order", "Choose the place in the order")
	}
	mine, err := p.teams(c)
	if err != nil {
		return s, err
	}
	kept := p.kept(c, mine)
	if len(kept) == 1 {
		s.Teams = []string{t.ID}
	}
	if len(s.Teams) == 0 || slices.ContainsFunc(s.Teams, func(id string) bool { return !among(kept, id) }) {
		f.wrong("teams", "Choose the teams that the shift is for")
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %s %d %d %d %q", c.who.ID, cmp.Or(f.value("key"), rand.Text()), s.Person, s.StartsAt.UnixMicro(), s.EndsAt.UnixMicro(), s.Order, s.Teams))
	s.ID = "s-" + hex.EncodeToString(sum[:10])
	return s, nil
}

// putShift puts a shift on the rota; a shift in its place is said beside the place.
func (p *Pages) putShift(c *request, f *form, t rotaTeam, s rota.Shift) error {
	_, err := p.Engine.AddShift(c.Context(), c.press(), s)
	if clash, is := errors.AsType[*store.ClashError](err); is {
		who, found := t.people[clash.With.Person]
		if !found {
			if who, err = p.Store.Person(c.Context(), clash.With.Person); err != nil && who.ID == "" {
				return fmt.Errorf("find who is on call then: %w", err)
			}
		}
		l := p.layout(c, "")
		f.wrong("order", fmt.Sprintf("%s is %s then, from %s to %s. Choose another place or another time", cmp.Or(who.Name, clash.With.Person), placeWords(s.Order),
			l.When(clash.With.StartsAt), l.When(clash.With.EndsAt)))
		return nil
	}
	if err != nil {
		return f.takes(fmt.Errorf("add shift: %w", err), map[string]string{"starts_at": "start-date", "ends_at": "end-date"})
	}
	return nil
}

// ahead lists the shifts of these weeks that the reader may remove: those that have not begun, for teams that they keep.
func (t rotaTeam) ahead(c *request, p *Pages, teams []store.Team) []shiftRow {
	var rows []shiftRow
	for _, s := range t.shifts {
		if p.mayRemove(c, s) {
			row := shiftOf(s, teamNames(teams, s.Teams), c.at)
			row.Person = t.people[s.Person].Name
			rows = append(rows, row)
		}
	}
	return rows
}

// mayRemove says that a shift has not begun and that the reader keeps every team it is for.
func (p *Pages) mayRemove(c *request, s rota.Shift) bool {
	return s.StartsAt.After(c.at) && p.mayKeepAll(c, s.Teams)
}

// removeShift answers POST /rota/shifts/{id}/remove. Pressed twice, it is gone all the same.
func (p *Pages) removeShift(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	s, err := p.Store.Shift(c.Context(), c.PathValue("id"))
	switch {
	case errors.Is(err, store.ErrNotFound) && p.mayKeep(c, f.value("team")): // it was there when the form was shown
	case err != nil:
		return fmt.Errorf("find shift: %w", err)
	case !p.mayKeepAll(c, s.Teams):
		return notFound()
	default:
		if _, err := p.Engine.RemoveShift(c.Context(), c.press(), s.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("remove shift: %w", err)
		}
	}
	from, ok := parseDate(f.value("from"))
	if !ok {
		from = dateOf(c.at)
	}
	return c.redirect(rotaPath(f.value("team"), from, "") + "&done=shift-removed")
}

// added echoes the shift that was added, with its days (rule 8.3), where it is one of the team's.
func (page *rotaPage) added(c *request, t rotaTeam, id string) {
	i := slices.IndexFunc(t.shifts, func(s rota.Shift) bool { return s.ID == id })
	if i < 0 {
		return
	}
	s := t.shifts[i]
	page.Added = new(shiftOf(s, t.Name, c.at))
	page.AddedTo = t.people[s.Person].Name
	for _, at := range []time.Time{s.StartsAt, s.EndsAt} {
		local := at.In(t.zone)
		if _, twice, _ := instant(dateOf(local), clock{local.Hour(), local.Minute()}, t.zone); twice {
			page.AddedTwice = true
		}
	}
}
