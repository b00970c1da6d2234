package web

import (
	"html/template"

	"github.com/allclear-safety/allclear/internal/report"
)

// quote shows what someone wrote, word for word, and keeps it to itself: words that run from right to left turn nothing
// round that stands beside them. What would do so from inside, or cannot be seen, shows as a mark that it was there.
func quote(words string) template.HTML {
	return template.HTML("<bdi>" + template.HTMLEscapeString(report.Showable(words)) + "</bdi>") // #nosec G203 -- escaped here
}
