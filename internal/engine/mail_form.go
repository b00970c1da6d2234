package engine

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/buddy/written"
	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/private"
)

// mostAccess is how long a note on how to get in may be.
const mostAccess = 1_000

// online is a place where nobody can be looked for.
var online = regexp.MustCompile(`(?i)^\s*(microsoft teams( meeting)?|teams|online|zoom|google meet|skype meeting|https?://\S*)\s*$`)

// formOf is what an invite says of the visit: the form in its body, and its place where the form says none. kind is what the form calls it. What is known of risks,
// and what the form says besides, stands with how to get in, so that whoever goes there reads it.
func formOf(m mail.Message, ev calendar.Event) (f buddy.Form, kind string) {
	read := written.Read(m.Body.Reveal(), mail.Body(ev.HTML.Reveal()), ev.Description.Reveal(), m.Text.Reveal())
	f = read.Visit
	if f.Address.IsZero() && !online.MatchString(ev.Location.Reveal()) {
		f.Address = ev.Location
	}
	if !read.Risks.IsZero() {
		f.Access = beside(f.Access, "Known risks: "+read.Risks.Reveal())
	}
	if read.Understood() && !read.Note.IsZero() {
		f.Access = beside(f.Access, "In the invite: "+read.Note.Reveal())
	}
	return f, strings.ReplaceAll(read.Kind, "_", " ")
}

// beside adds to a text what may stand with it, where there is room for all of it.
func beside(t private.Text, more string) private.Text {
	said := strings.TrimPrefix(t.Reveal()+"\n"+more, "\n")
	if utf8.RuneCountInString(said) > mostAccess {
		return t
	}
	return private.New(said)
}
