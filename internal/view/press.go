package view

import (
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Press is a button that the worker pressed to tell us something, which has no words of their own. The zero Press is none.
type Press struct {
	Intent checkin.Intent
	Until  time.Time // the expected end that it gave
}

// pressOf is the press that an entry is; zero where it has words, or somebody recorded it for the worker.
func pressOf(e entry) Press {
	t, is := e.input.Event.(watch.Text)
	if !is || e.words.Text != "" || e.Via == "sms" || e.By != "" && e.By != e.Worker {
		return Press{}
	}
	return Press{t.Intent, t.Until}
}

// Says is what was pressed, by the name of its button: "pressed “I’m out”".
func (p Press) Says(clock func(time.Time) string) string {
	switch p.Intent {
	case checkin.Start:
		return "pressed “I’m going in”"
	case checkin.End:
		return "pressed “I’m out”"
	case checkin.Distress:
		return "pressed “I need help now”"
	case checkin.Change:
		if !p.Until.IsZero() {
			return "gave " + clock(p.Until) + " as the new end"
		}
	}
	return "checked in"
}

// Typed is what the worker typed of a text that is on record. What they typed on the page under “Ask someone to ring me” is a
// name alone, and a request.
func Typed(via, text string) (words string, request bool) {
	if via == "page" {
		if name, is := strings.CutPrefix(text, "ASK "); is {
			return name, true
		}
	}
	return text, false
}
