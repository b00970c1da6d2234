package web

import (
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
)

// happening is a line of a visit's record, in words.
type happening struct {
	At    time.Time
	Says  string
	Until time.Time // a new expected end
	Quote string    // what was said, word for word
	Mark  string    // of its entry: "alarm", "done"; "" for any other
}

// happenings puts the record into words, the newest first.
func (p *Pages) happenings(c *request, v view.Whole) ([]happening, error) {
	var list []happening
	for _, l := range slices.Backward(v.Timeline) {
		if l.What == watch.TextIn && l.Text.IsZero() {
			continue // a press: what it did has a line of its own
		}
		by, err := p.nameOf(c.Context(), l.By)
		if err != nil {
			return nil, err
		}
		list = append(list, happening{At: l.At, Says: lineWords(l, by, v.Worker), Until: l.Until, Quote: l.Text.Reveal() + l.Note.Reveal(), Mark: lineMark(l.What)})
	}
	return list, nil
}

// lineWords says what a line tells of.
func lineWords(l view.Line, by, worker string) string {
	says, known := whatWords[l.What]
	switch {
	case !known:
		return "Noted"
	case l.What == watch.TextIn && l.By != worker && l.Via == "call":
		return "Said by phone, recorded by " + by
	case l.What == watch.TextIn && l.By != worker:
		return "Said by text, recorded by " + by
	case l.What == watch.TextIn:
		return by + " said"
	case by != "":
		return says + ", " + by
	default:
		return says
	}
}

// whatWords are the lines of a record in words.
var whatWords = map[watch.What]string{
	watch.VisitBooked: "Booked", watch.VisitIn: "Went in", watch.VisitNewTime: "New expected end", watch.VisitOut: "Ended", watch.VisitCancelled: "Called off",
	watch.VisitOverdue: "Overdue: no word since the expected end", watch.OutUnconfirmed: "An OUT came that is not confirmed yet",
	watch.OutForged: "An OUT was not the worker’s: it ended nothing", watch.TextIn: "Said", watch.AskedBack: "We asked what was meant",
	watch.Prompted: "We asked by text", watch.AlarmOpened: "Alarm opened", watch.AlarmJoined: "Joined the open alarm", watch.AlarmRaised: "Alarm raised",
	watch.Told: "Told", watch.Acknowledged: "Has the alarm", watch.HolderFellSilent: "Nothing was heard from who has the alarm",
	watch.ShiftChanged: "Change of shift", watch.CallLogged: "Call logged", watch.PolicePrompted: "Time to contact the police", watch.PoliceTold: "Police told",
	watch.LiaisonLogged: "Spoke with the police", watch.FoundHarmed: "Found harmed", watch.IncidentOpened: "Incident opened",
	watch.PoliceHeld: "Police held", watch.Reassured: "The second message was sent", watch.AlarmClosed: "Alarm closed",
	"details_changed": "Details changed",
}

// lineMark is how a line's entry stands out.
func lineMark(what watch.What) string {
	switch what {
	case watch.VisitOverdue, watch.AlarmOpened, watch.AlarmRaised, watch.AlarmJoined, watch.PolicePrompted, watch.FoundHarmed:
		return "alarm"
	case watch.VisitOut, watch.VisitCancelled, watch.AlarmClosed:
		return "done"
	default:
		return ""
	}
}
