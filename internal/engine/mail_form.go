package engine

import (
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/mail"
)

// formOf is what an invite says of the visit: the form in its body, and its place where the form says none. kind is what the form calls it.
func formOf(_ mail.Message, ev calendar.Event) (f buddy.Form, kind string) {
	f.Address = ev.Location
	return f, kind
}
