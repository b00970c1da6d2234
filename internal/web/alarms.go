package web

import (
	"fmt"
	"net/http"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// closedAlarms is how many of the alarms that were closed lately are looked through for those of the reader.
const closedAlarms = 50

type alarmsPage struct {
	Layout
	Open, Closed []alarmEntry
	Src          string
}

// alarmEntry is an alarm in the list of them: nothing in it is private.
type alarmEntry struct {
	store.Alarm
	Name   string // the worker's
	Kind   string // in words
	Holder string // who has it; "" for nobody yet
	Closer string
	Known  string // how it is known that the worker is safe
	Police string // what is to be said of the police; "" for nothing
}

// alarms answers GET /alarms: the open alarms, then those closed lately with how it was known.
func (p *Pages) alarms(c *request) (err error) {
	page := alarmsPage{Layout: p.layout(c, "Alarms", topicBoard), Src: fragmentOf(c.URL, "alarms")}
	if page.Open, err = p.alarmEntries(c, store.AlarmOpen, 0); err != nil {
		return err
	}
	if page.Closed, err = p.alarmEntries(c, store.AlarmClosed, closedAlarms); err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "alarms", page)
}

// alarmEntries lists the alarms of a status that are the reader's business, the newest first. What became of the reader's
// own calls for help is not before them on the next visit.
func (p *Pages) alarmEntries(c *request, status string, limit int) (list []alarmEntry, err error) {
	known, err := p.View.Alarms(c.Context(), status, limit, c.reader())
	if err != nil {
		return nil, err
	}
	out, err := p.outAlone(c)
	if err != nil {
		return nil, err
	}
	for _, a := range known {
		if (out || a.Status == store.AlarmOpen) && a.Worker == c.who.ID && a.Kind.Danger() {
			continue
		}
		worker, err := p.directory.person(c.Context(), a.Worker)
		if err != nil {
			return nil, fmt.Errorf("find worker of alarm: %w", err)
		}
		part, err := p.part(c, a, worker)
		if err != nil {
			return nil, err
		}
		if !part.Knows {
			continue
		}
		e := alarmEntry{Alarm: a, Name: worker.Name, Kind: kindWords[a.Kind], Known: evidenceWords[a.Evidence], Police: policeWords(a, p.layout(c, ""))}
		if e.Holder, err = p.nameFor(c.Context(), c.kept, a.HeldBy); err != nil {
			return nil, err
		}
		if e.Closer, err = p.nameFor(c.Context(), c.kept, a.ClosedBy); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// policeWords says how an open alarm stands with the police.
func policeWords(a store.Alarm, l Layout) string {
	switch {
	case a.Status != store.AlarmOpen:
		return ""
	case !a.HarmedAt.IsZero():
		return "Found harmed; open until the outcome is known."
	case !a.TheyKnow.IsZero():
		return "The police were told at " + l.When(a.TheyKnow) + "."
	case a.Kind.Danger():
		return "999 is to be rung now."
	case a.PoliceDue.After(l.Now):
		return "The police are due at " + l.When(a.PoliceDue) + "."
	default:
		return "The police were due at " + l.When(a.PoliceDue) + "."
	}
}

// evidenceWords says how it was known that a worker is safe.
var evidenceWords = map[watch.Evidence]string{
	watch.SpokeWorker: "spoke with the worker", watch.SeenByPolice: "seen by the police", watch.SeenByColleague: "seen by a colleague",
	watch.OutcomeKnown: "the outcome is known", watch.RaisedInError: "raised in error", watch.WorkerOut: "the worker said they are out",
}

// Tag says in a word how the alarm stands.
func (e alarmEntry) Tag() govuk.Tag {
	switch {
	case e.Status != store.AlarmOpen:
		return govuk.Tag{Text: "Closed", Classes: "govuk-tag--green"}
	case e.Holder == "":
		return govuk.Tag{Text: "Nobody has it", Classes: "govuk-tag--red"}
	default:
		return govuk.Tag{Text: "In hand", Classes: "govuk-tag--orange"}
	}
}
