package watch

import (
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
)

const (
	restWithin = time.Minute // how long the rest of an unfinished text is waited for
	mostParts  = 4           // texts read as one
	sms        = "sms"       // Via of what was texted
)

// Question is what the worker was last asked by us; what they text next is read
// in its light while it stands.
type Question struct {
	About checkin.Question `json:"about"`
	At    time.Time        `json:"at"`
	Visit string           `json:"visit,omitempty"`
	Until time.Time        `json:"until,omitzero"` // the end that was asked back
}

// Fragment is a text that ends in a word that wants another: the next within a
// minute is read as one with it.
type Fragment struct {
	At    time.Time `json:"at"` // when the latest part came
	Of    []string  `json:"of"` // the inputs, in order
	Text  *Text     `json:"text,omitempty"`
	Acted bool      `json:"acted,omitempty"` // a part was acted on: read with it, the next text can only come into doubt, or be danger
}

// Context is what a text that comes at c.Now is read in: the visit that it names,
// else the one the worker is in, else the next, and what they were last asked.
func (w Watch) Context(c checkin.Context, visit, reference string) checkin.Context {
	if q := w.Question; q != nil && w.asks(c.Now) {
		v, _ := w.Visit(q.Visit)
		c.Asked = checkin.Asked{Question: q.About, Until: q.Until.In(c.Now.Location()), Reference: v.Reference}
	}
	live := slices.DeleteFunc(w.Live(), func(v Visit) bool { return v.Unwatched })
	if len(live) == 0 {
		return c
	}
	v := live[0]
	for _, o := range live {
		if o.ID == visit || reference != "" && o.Reference == reference {
			v = o
			break
		}
		if v.Status == Booked && o.Status != Booked {
			v = o
		}
	}
	c.Start, c.End = v.StartsAt.In(c.Now.Location()), v.ExpectedEndAt.In(c.Now.Location())
	switch {
	case v.Status == Booked && c.Now.Before(v.ExpectedEndAt):
		c.State = checkin.Booked
	case c.Now.After(v.ExpectedEndAt):
		c.State = checkin.Overdue
	default:
		c.State = checkin.Inside
	}
	return c
}

// Understand reads a text as [Watch.Context] says, in the visit that it names
// where it names one.
func (w Watch) Understand(text string, c checkin.Context, visit string) checkin.Reading {
	r := checkin.Understand(text, w.Context(c, visit, ""))
	if r.Reference != "" {
		r = checkin.Understand(text, w.Context(c, visit, r.Reference))
	}
	return r
}

// Awaits lists the inputs that a text that comes at the instant at goes on with,
// in order; none when nothing unfinished came within the last minute.
func (w Watch) Awaits(at time.Time) []string {
	if w.Fragment == nil || at.Sub(w.Fragment.At) >= restWithin {
		return nil
	}
	return w.Fragment.Of
}

// asks says whether our last question still stands: about a visit that is over
// there is nothing to answer.
func (w Watch) asks(at time.Time) bool {
	q := w.Question
	v, found := w.Visit(q.Visit)
	return !q.At.Before(at.Add(-askStands)) && found && v.Live()
}

// questions are the sentences that ask the worker something a short text can
// answer.
var questions = map[Notice]checkin.Question{
	AskEnd: checkin.AskedWell, AskBoth: checkin.AskedWell,
	ReplyMuchMore: checkin.AskedLonger, ReplyInMuchMore: checkin.AskedLonger,
	ReplyTimeGone: checkin.AskedNewTime, ReplyNoAnswer: checkin.AskedNewTime,
	ReplyUnplanned: checkin.AskedWhere,
}

// asked keeps what the worker was asked with a sentence to them. One that only
// says that their text came leaves the question open; any other settles it.
func (s *step) asked(r Reply) {
	about, asks := questions[r.Notice]
	switch {
	case asks:
		s.w.Question = &Question{About: about, At: s.at, Visit: r.Visit, Until: r.Until}
	case r.Notice == ReplyUnclear, r.Notice == ReplyNoted, r.Notice == ReachingYou, r.Notice == ReplyGotMessage:
	default:
		s.w.Question = nil
	}
}

// asking says whether the question that stands is of this kind and visit.
func (s *step) asking(about checkin.Question, v *Visit) bool {
	q := s.w.Question
	return q != nil && q.About == about && q.Visit == v.ID && s.w.asks(s.at)
}

// whole is the text as it counts: read as one with an unfinished one before it.
// Danger in it counts whatever the one reading is. Where as one they say nothing
// plain, the text by itself ends nothing and makes no alarm later ("I'm not", "out").
func (s *step) whole(t Text) Text {
	if s.shown {
		t = t.plainly()
	}
	f := s.w.Fragment
	one := t.Joined
	t.Joined = nil
	if f == nil || s.recorded() {
		return t
	}
	s.w.Fragment = nil
	if s.in.Via != sms || s.at.Sub(f.At) >= restWithin {
		return t
	}
	s.happened(TextsJoined, "", s.actor())
	s.parts, s.acted = f.Of, f.Acted
	switch {
	case t.danger():
		return t
	case one != nil && (one.danger() || one.Intent != checkin.Unclear && !f.Acted):
		return *one
	case one == nil || one.Intent == checkin.Unclear || t.ends() && !one.ends():
		return t.inDoubt()
	}
	return t
}

// unfinished waits for the rest of an unfinished text before it is asked back, and says
// whether it does.
func (s *step) unfinished(t Text) bool {
	if !t.Unfinished || s.in.Via != sms || s.recorded() || len(s.parts)+1 >= mostParts {
		return false
	}
	if t.Intent != checkin.Unclear && !t.ends() {
		return false
	}
	s.w.Fragment = &Fragment{At: s.at, Of: union(s.parts, []string{s.in.ID}), Text: &t, Acted: s.acted}
	return true
}

// goesOn keeps in mind that a text which was acted on is unfinished.
func (s *step) goesOn(t Text) {
	if t.Unfinished && s.w.Fragment == nil && s.in.Via == sms && !s.recorded() && len(s.parts)+1 < mostParts && !t.danger() {
		s.w.Fragment = &Fragment{At: s.at, Of: union(s.parts, []string{s.in.ID}), Acted: true}
	}
}

// restDue asks an unfinished text back whose rest did not come.
func (s *step) restDue() {
	f := *s.w.Fragment
	s.w.Fragment = nil
	of, before := s.of, len(s.out)
	s.of = f.Of[len(f.Of)-1]
	t := f.Text.inDoubt()
	t.Unfinished = false
	s.said(t)
	s.of = of
	for i, e := range s.out[before:] {
		if r, is := e.(Reply); is {
			r.At = f.At // of that text it speaks
			s.out[before+i] = r
		}
	}
}

// wake is when the rest of an unfinished text is no longer waited for; zero when
// nothing is to be asked back then.
func (f *Fragment) wake() time.Time {
	if f == nil || f.Text == nil {
		return time.Time{}
	}
	return f.At.Add(restWithin)
}

// danger says whether the text is a cry for help, open or covert.
func (t Text) danger() bool { return t.Intent == checkin.Duress || t.Intent == checkin.Distress }

// ends says whether the text would end a visit, or call it off.
func (t Text) ends() bool { return t.Intent == checkin.End || t.Intent == checkin.Cancel }

// inDoubt is the text without what would end a visit, make its alarm later or
// say that all is well.
func (t Text) inDoubt() Text {
	if t.doubtable() {
		t.Intent = checkin.Unclear
	}
	if t.Besides != nil && t.Besides.doubtable() {
		t.Besides = nil
	}
	return t
}

func (t Text) doubtable() bool {
	return t.ends() || t.Intent == checkin.SafeReply || t.Intent == checkin.Change && !t.Keyword
}

// plainly is the text as it would be if the duress phrase were a name like any
// other.
func (t Text) plainly() Text {
	one := t.Joined
	switch {
	case t.Intent != checkin.Duress:
	case t.Unasked && t.Besides != nil:
		t = *t.Besides
	default:
		t = Text{Intent: checkin.Ask, Besides: t.Besides, OptOut: t.OptOut, Number: t.Number, Unfinished: t.Unfinished}
	}
	if t.Joined = nil; one != nil {
		t.Joined = new(one.plainly())
	}
	return t
}

// TextOf is a reading as the core takes it, without a private word.
func TextOf(r checkin.Reading) Text {
	t := Text{Intent: r.Intent, Reference: r.Reference, Mention: r.Mention, Away: r.Away, NoAnswer: r.NoAnswer, NotThere: r.NotThere,
		OptOut: r.OptOut, Number: !r.Number.IsZero(), No: r.No, Both: r.Both, Keyword: r.Keyword, Unfinished: r.Unfinished}
	if !r.Until.IsZero() {
		t.Until = r.Until.UTC()
	}
	if !r.Begin.IsZero() {
		t.Begin = r.Begin.UTC()
	}
	return t
}
