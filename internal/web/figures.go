package web

import (
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/allclear-safety/allclear/internal/report"
)

type figuresPage struct {
	Layout
	Before string // where the day before is
	After  string // where the day after is; "" for one that has not come
	Charts template.HTML
	Total  report.Hour
}

// figures answers GET /figures: a day's check-ins, reminders and alarms, and how soon someone was told.
func (p *Pages) figures(c *request) error {
	if !maySeeFigures(c.who) {
		return notFound()
	}
	today := dateOf(c.at.In(c.in))
	on := today
	if typed := c.URL.Query().Get("date"); typed != "" {
		d, ok := parseDate(typed)
		if !ok || today.before(d) {
			return notFound()
		}
		on = d
	}
	noon := on.in(c.in).Add(12 * time.Hour)
	day, err := p.days.Read(c.Context(), noon, c.in)
	if err != nil {
		return fmt.Errorf("read the figures of a day: %w", err)
	}
	page := figuresPage{Layout: p.layout(c, ""), Total: day.Total(),
		Before: "/figures?date=" + noon.AddDate(0, 0, -1).Format(time.DateOnly)}
	page.Title = "Figures of " + page.Day(noon)
	if on.before(today) {
		page.After = "/figures?date=" + noon.AddDate(0, 0, 1).Format(time.DateOnly)
	}
	if page.Charts, err = day.Charts(); err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "figures", page)
}
