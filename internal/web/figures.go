package web

import (
	"fmt"
	"html/template"
	"time"

	"github.com/allclear-safety/allclear/internal/report"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

type figuresPage struct {
	Layout
	Before string // where the day before is
	After  string // where the day after is; "" for one that has not come
	Pick   govuk.Input
	Charts template.HTML
	Total  report.Hour
}

// figures answers GET /figures: a day's check-ins, reminders and alarms, and how soon someone was told.
func (p *Pages) figures(c *request) error {
	if !maySeeFigures(c.who) {
		return notFound()
	}
	today := dateOf(c.at.In(c.in))
	f := blank("date", c.URL.Query().Get("date"))
	on := f.day("date", today)
	if today.before(on) {
		f.wrong("date", "Enter a day that has come")
		on = today
	}
	noon := on.in(c.in).Add(12 * time.Hour)
	day, err := p.days.Read(c.Context(), noon, c.in)
	if err != nil {
		return fmt.Errorf("read the figures of a day: %w", err)
	}
	page := figuresPage{Layout: p.layout(c, "").again(f), Pick: f.dayInput("date", "Day", ""), Total: day.Total(),
		Before: "/figures?date=" + noon.AddDate(0, 0, -1).Format(time.DateOnly)}
	if f.value("date") == "" {
		page.Pick.Value = on.in(time.UTC).Format(time.DateOnly)
	}
	page.Title = "Figures of " + page.Day(noon)
	if on.before(today) {
		page.After = "/figures?date=" + noon.AddDate(0, 0, 1).Format(time.DateOnly)
	}
	if page.Charts, err = day.Charts(); err != nil {
		return err
	}
	return p.show(c, f.status(), "figures", page)
}
