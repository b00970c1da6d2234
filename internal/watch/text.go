package watch

import (
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
)

// text takes what a worker told us. Danger first, whatever the visit's state;
// then the visit it is about; doubt is asked back.
func (s *step) text(t Text) {
	s.happened(TextIn, "", s.in.By)
	open := s.w.Alarm != nil
	switch {
	case t.Intent == checkin.Duress:
		s.duress(t)
	case t.Intent == checkin.Distress:
		s.distress(t)
	case t.Intent == checkin.Ask:
		s.asks()
	default:
		s.said(t)
	}
	if t.OptOut {
		s.pass(TellOptOut, Visit{}, Text1)
	}
	if t.Number {
		s.number()
	}
	if open && !s.shown && s.w.Alarm != nil { // shown at once to those who deal with it
		s.tellHolders(Tell{Notice: TellWord, Reach: Text1, Of: s.in.ID})
	}
}

// duress opens the alarm and answers as any request for a person is answered.
// In the watch as the worker sees it, it is no more than that request.
func (s *step) duress(t Text) {
	if s.shown {
		s.reply(Reply{Notice: ReplyAsk})
		return
	}
	mention := t.Mention
	if a := s.w.Alarm; a != nil && a.Kind == Duress {
		mention = mention && a.Mention
	}
	s.danger(Duress, mention, t.Away)
	s.reply(Reply{Notice: ReplyAsk})
}

func (s *step) distress(t Text) {
	if !s.shown {
		s.danger(Distress, false, t.Away)
	}
	s.reply(Reply{Notice: ReplyGotMessage})
}

// danger opens or raises the alarm, for the partners of a joint visit too.
func (s *step) danger(k Kind, mention, away bool) {
	before := s.w.Alarm
	worse := before == nil || before.Kind.rank() < k.rank() || before.Mention && !mention && k == Duress
	if before != nil && worse && before.Kind == k {
		before.Kind = Distress // a mention that became an ask is raised again
	}
	visits := s.near()
	s.dangerMarks(mention, away)
	s.open(k, s.at, s.at, visits...)
	s.dangerMarks(mention, away)
	if !worse {
		return
	}
	for _, id := range visits {
		v, _ := s.w.Visit(id)
		for _, p := range v.Partners {
			s.out = append(s.out, Forward{Worker: p.Worker, ID: s.in.ID + "/" + p.Visit, By: s.w.Worker,
				Event: Raise{Kind: k, Visit: p.Visit, Mention: mention}})
		}
	}
}

// dangerMarks notes on the alarm how the words were meant.
func (s *step) dangerMarks(mention, away bool) {
	if a := s.w.Alarm; a != nil {
		a.Mention, a.Away = mention, away
	}
}

// near lists the visits that a cry for help is about: where the worker is, or
// is about to be.
func (s *step) near() []string {
	var inside, soon []string
	for _, v := range s.w.Live() {
		switch {
		case v.Status != Booked:
			inside = append(inside, v.ID)
		case !v.StartsAt.After(s.at.Add(aheadOf)):
			soon = append(soon, v.ID)
		}
	}
	if len(inside) > 0 {
		return inside
	}
	return soon
}

// asks passes on a request for a person (rule 4.2).
func (s *step) asks() {
	s.pass(TellAsksFor, s.now1(), Text1)
	s.reply(Reply{Notice: ReplyAsk})
}

// now1 is the visit the worker is in, or is next to be in; zero if none.
func (s *step) now1() Visit {
	v, _ := s.w.Visit(first(s.near()))
	return v
}

func (s *step) number() {
	s.pass(TellNumber, s.now1(), Text1)
	if n := len(s.out); n > 0 {
		s.out = slices.DeleteFunc(s.out, func(e Effect) bool {
			r, is := e.(Reply)
			return is && r.Notice == ReplyUnclear
		})
	}
	s.reply(Reply{Notice: ReplyNumber})
}

// said takes a text that is not a cry for help: first as the answer to what we
// asked back, else by itself.
func (s *step) said(t Text) {
	if a := s.w.Asked; a != nil && t.Reference != "" && t.Intent == checkin.Unclear {
		if v, found := s.byReference(t.Reference); found && slices.Contains(a.Among, v.ID) {
			s.w.Asked = nil
			again := a.Text
			again.Visit = v.ID
			again.Doubtful = again.Doubtful || t.Doubtful
			s.said(again)
			return
		}
	}
	ids := s.about(t)
	switch {
	case len(ids) == 1:
		s.w.Asked = nil
		s.apply(s.w.index(ids[0]), t)
	case len(ids) > 1:
		s.askWhich(t, ids)
	default:
		s.noVisit(t)
	}
}

func (s *step) byReference(ref string) (Visit, bool) {
	for _, v := range s.w.Visits {
		if v.Live() && v.Reference == ref {
			return v, true
		}
	}
	return Visit{}, false
}

// about lists the visits that the text may be about. It is judged by the visit
// it was written for: named, else the one its words fit.
func (s *step) about(t Text) []string {
	if t.Visit != "" {
		if v, found := s.w.Visit(t.Visit); found && v.Live() {
			return []string{v.ID}
		}
		return nil
	}
	if t.Reference != "" {
		if v, found := s.byReference(t.Reference); found {
			return []string{v.ID}
		}
	}
	var begun, ahead []string
	for _, v := range s.w.Live() {
		switch {
		case v.Unwatched:
		case v.Status != Booked, t.Intent != checkin.Start && v.started(s.at):
			begun = append(begun, v.ID)
		default:
			ahead = append(ahead, v.ID)
		}
	}
	switch t.Intent {
	case checkin.Start:
		return s.startable(begun, ahead)
	case checkin.End:
		return begun // an OUT ends only a visit with its own IN or whose start has passed
	}
	if len(begun) > 0 {
		return begun
	}
	return ahead[:min(1, len(ahead))]
}

// startable lists the visits that an IN can start: those whose time it is, else
// one that is already begun, of which it is a repeat.
func (s *step) startable(begun, ahead []string) []string {
	now := slices.DeleteFunc(slices.Clone(ahead), func(id string) bool {
		v, _ := s.w.Visit(id)
		return v.StartsAt.After(s.at.Add(aheadOf))
	})
	if len(now) > 1 { // one after the other: the next one; at the same time: ask
		a, _ := s.w.Visit(now[0])
		b, _ := s.w.Visit(now[1])
		if !b.StartsAt.Before(a.ExpectedEndAt) {
			now = now[:1]
		}
	}
	if len(now) > 0 {
		return now
	}
	return begun
}

func (s *step) askWhich(t Text, ids []string) {
	s.w.Asked = &Asked{At: s.at, Of: s.in.ID, Text: t, Among: ids}
	s.happened(AskedBack, "", "")
	s.reply(Reply{Notice: ReplyWhich, Among: ids})
}

// noVisit answers a text that fits no visit; an IN opens one at once.
func (s *step) noVisit(t Text) {
	if t.Intent != checkin.Start || t.OpensAs.ID == "" {
		s.happened(AskedBack, "", "")
		s.reply(Reply{Notice: ReplyNoVisit})
		return
	}
	v := t.OpensAs
	v.Status, v.StartsAt, v.InAt = Inside, s.at, s.at
	v.ExpectedEndAt = s.at.Add(unplanned)
	if t.Until.After(s.at) && t.Until.Sub(s.at) <= unplanned+muchMore {
		v.ExpectedEndAt = t.Until
	}
	s.w.Visits = append(s.w.Visits, v)
	s.sortVisits()
	s.happened(VisitBooked, v.ID, s.w.Worker)
	s.happened(VisitIn, v.ID, s.w.Worker)
	s.reply(Reply{Notice: ReplyUnplanned, Visit: v.ID, Until: v.ExpectedEndAt})
	s.pass(TellUnplanned, v, Text1)
}

// apply takes a text about visit i.
func (s *step) apply(i int, t Text) {
	v := &s.w.Visits[i]
	if s.covered(v.ID) && !(t.Intent == checkin.End && s.outCloses()) {
		s.reply(Reply{Notice: ReplyAlarmOpen, Visit: v.ID, Who: s.whoAnswers()})
		return
	}
	switch t.Intent {
	case checkin.Start:
		s.goIn(v, t)
	case checkin.End:
		s.goOut(v, t)
	case checkin.Change:
		s.change(v, t)
	case checkin.Cancel:
		s.callOff(v, t)
	case checkin.SafeReply:
		s.reply(Reply{Notice: ReplyNoted, Visit: v.ID, Until: v.ExpectedEndAt})
		s.pass(TellFine, *v, Board)
	default:
		s.happened(AskedBack, v.ID, "")
		s.reply(Reply{Notice: ReplyUnclear, Visit: v.ID})
	}
}

// whoAnswers is who has the alarm, else who is on call.
func (s *step) whoAnswers() string {
	if s.w.Alarm != nil && s.w.Alarm.HeldBy != "" {
		return s.w.Alarm.HeldBy
	}
	return first(s.cover.Chain)
}

// fits asks back a time that has gone or is over two hours more, and says
// whether it counts.
func (s *step) fits(v *Visit, until time.Time) bool {
	base := v.ExpectedEndAt
	if base.Before(s.at) {
		base = s.at
	}
	switch {
	case !until.After(s.at):
		s.happened(AskedBack, v.ID, "")
		s.reply(Reply{Notice: ReplyTimeGone, Visit: v.ID, Until: until})
	case until.Sub(v.StartsAt) > longest:
		s.happened(AskedBack, v.ID, "")
		s.reply(Reply{Notice: ReplyUnclear, Visit: v.ID})
	case until.Sub(base) > muchMore && !v.Proposed.Equal(until):
		v.Proposed = until
		s.happened(AskedBack, v.ID, "")
		s.reply(Reply{Notice: ReplyMuchMore, Visit: v.ID, Until: until})
	default:
		return true
	}
	return false
}

func (s *step) goIn(v *Visit, t Text) {
	if v.Status == Booked {
		v.Status, v.InAt = Inside, s.at
		s.happened(VisitIn, v.ID, orWorker(s.in.By, s.w.Worker))
	}
	v.StartAsked = true
	until := t.Until
	if until.IsZero() && !v.ExpectedEndAt.After(s.at) {
		until = v.ExpectedEndAt // it has gone: ask for the new one
	}
	if !until.IsZero() {
		if !s.fits(v, until) {
			return
		}
		s.moveEnd(v, until)
	}
	s.reply(Reply{Notice: ReplyIn, Visit: v.ID, Until: v.ExpectedEndAt})
	s.pass(TellIn, *v, Board)
}

func (s *step) change(v *Visit, t Text) {
	until := t.Until
	if begin := t.Begin; !begin.IsZero() && v.Status == Booked {
		if until.IsZero() && !begin.Before(v.ExpectedEndAt) {
			s.happened(AskedBack, v.ID, "") // a start after the end that we know: when will it end?
			s.reply(Reply{Notice: ReplyUnclear, Visit: v.ID})
			return
		}
		if !until.IsZero() && !s.fits(v, until) {
			return
		}
		v.StartsAt, v.StartAsked = begin, false
		s.moveEnd(v, orElse(until, v.ExpectedEndAt))
		s.reply(Reply{Notice: ReplyNewStart, Visit: v.ID, Begin: begin, Until: v.ExpectedEndAt})
		s.pass(TellNewTime, *v, Board)
		return
	}
	if until.IsZero() {
		s.happened(AskedBack, v.ID, "")
		s.reply(Reply{Notice: ReplyUnclear, Visit: v.ID})
		return
	}
	if s.fits(v, until) {
		s.moveEnd(v, until)
		s.reply(Reply{Notice: ReplyNewTime, Visit: v.ID, Until: until})
		s.pass(TellNewTime, *v, Board)
	}
}

func orWorker(by, worker string) string {
	if by == "" {
		return worker
	}
	return by
}
