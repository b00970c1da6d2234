package checkin

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// line is one line of `allclear understand`'s input, as texts/guide.md gives it. Times of day are local.
type line struct {
	ID    string `json:"id"`
	Now   string `json:"now"`
	State State  `json:"state"`
	Start string `json:"start"`
	End   string `json:"end"`
	Text  string `json:"text"`
}

// answer is the line of an answer.
type answer struct {
	ID     string      `json:"id"`
	Intent Intent      `json:"intent"`
	Until  string      `json:"until,omitempty"`
	Begin  string      `json:"begin,omitempty"`
	Why    *reasonJSON `json:"why,omitempty"`
}

// reasonJSON is why a text was read so. Its words are the text's own, as they stand in it.
type reasonJSON struct {
	Rule     Rule     `json:"rule"`
	Sentence string   `json:"sentence"`
	Words    []string `json:"words"`
}

// Lines reads lines of `allclear understand`'s input. It may be used by many at once.
type Lines struct {
	Phrase     string      // the team's duress phrase
	Explain    bool        // the answer says why, too
	Vocabulary *Vocabulary // nil: our own languages

	zone *time.Location
}

// London makes ready the zone in which lines give their times.
func (l Lines) London() (Lines, error) {
	var err error
	l.zone, err = londonsZone()
	return l, err
}

var londonsZone = sync.OnceValues(func() (*time.Location, error) { return time.LoadLocation("Europe/London") })

// Answer reads one line and gives the line of its answer, without its line's end: {"id","intent","until","begin"}, the last
// two as HH:MM and left out when not given; with Explain "why":{"rule","sentence","words"} too. A wish that a person ring is
// "unclear" there: the guide has no word for it. It errs when the line is no JSON object or its times are no times.
func (l Lines) Answer(raw []byte) ([]byte, error) {
	in, c, err := l.read(raw)
	if err != nil {
		return nil, err
	}
	if !l.Explain {
		return json.Marshal(in.answer(Understand(in.Text, c)))
	}
	r, why := Explain(in.Text, c)
	a := in.answer(r)
	a.Why = &reasonJSON{why.Rule, why.Sentence, append([]string{}, why.Of(in.Text)...)}
	return json.Marshal(a)
}

// UnderstandLine gives the answer to one line in our own languages, as [Lines.Answer] does.
func UnderstandLine(raw []byte, phrase string) ([]byte, error) {
	return Lines{Phrase: phrase}.Answer(raw)
}

// ExplainLine is UnderstandLine with one field more: "why":{"rule","sentence","words"}.
func ExplainLine(raw []byte, phrase string) ([]byte, error) {
	return Lines{Phrase: phrase, Explain: true}.Answer(raw)
}

func (l Lines) read(raw []byte) (in line, c Context, err error) {
	if l.zone == nil {
		l, err = l.London()
	}
	if err == nil {
		err = json.Unmarshal(raw, &in)
	}
	if err == nil {
		c, err = in.contextIn(l.zone)
	}
	if err != nil {
		return in, c, fmt.Errorf("read line: %w", err)
	}
	c.Phrase, c.Vocabulary = l.Phrase, l.Vocabulary
	return in, c, nil
}

func (in line) answer(r Reading) answer {
	a := answer{ID: in.ID, Intent: r.Intent, Until: clock(r.Until), Begin: clock(r.Begin)}
	if r.Intent == Ask {
		a.Intent = Unclear
	}
	return a
}

func clock(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format("15:04")
}

func (in line) context() (Context, error) {
	l, err := Lines{}.London()
	if err != nil {
		return Context{}, err
	}
	return in.contextIn(l.zone)
}

func (in line) contextIn(zone *time.Location) (Context, error) {
	wall, err := time.Parse("2006-01-02T15:04", in.Now)
	if err != nil {
		return Context{}, fmt.Errorf("now: not a local time such as 2026-01-19T17:34")
	}
	c := Context{State: in.State, Now: time.Date(wall.Year(), wall.Month(), wall.Day(), 12, 0, 0, 0, zone)}
	c.Now = c.readings(0, wall.Hour(), wall.Minute())[0]
	switch in.State {
	case None:
		return c, nil
	case Booked, Inside, Overdue:
	default:
		return Context{}, fmt.Errorf("state: not one of none, booked, inside, overdue")
	}
	start, err1 := time.Parse("15:04", in.Start)
	end, err2 := time.Parse("15:04", in.End)
	if err1 != nil || err2 != nil {
		return Context{}, fmt.Errorf("start, end: not times of day such as 17:30")
	}
	c.Start, c.End = c.around(start, end)
	return c, nil
}

// around gives a visit's times of day their days: the pair that lies nearest to now.
func (c Context) around(start, end time.Time) (from, to time.Time) {
	nearest := time.Duration(1<<63 - 1)
	for day := -1; day <= 1; day++ {
		s := c.readings(day, start.Hour(), start.Minute())[0]
		next := day
		if !end.After(start) {
			next++
		}
		ends := c.readings(next, end.Hour(), end.Minute())
		e := ends[len(ends)-1]
		if off := max(s.Sub(c.Now), c.Now.Sub(e), 0); off < nearest {
			nearest, from, to = off, s, e
		}
	}
	return from, to
}
