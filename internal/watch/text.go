package watch

import (
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
)

// text takes what a worker told us. Danger first, whatever the visit's state;
// then the visit it is about; doubt is asked back.
func (s *step) text(t Text) {
	s.happened(TextIn, "", s.actor())
	open, raised := s.w.Alarm != nil, time.Time{}
	if open {
		raised = s.w.Alarm.RaisedAt
	}
	said := s.whole(t)
	s.meant(said)
	s.goesOn(said)
	if t.OptOut {
		s.pass(TellOptOut, s.nearest(), OneText)
	}
	if t.Number {
		s.pass(TellNumber, s.nearest(), OneText)
	}
	if open && s.w.Alarm != nil && s.w.Alarm.RaisedAt.Equal(raised) { // shown at once to those who deal with it
		s.tellHolders(Tell{Notice: TellWord, Reach: OneText, Of: s.in.ID})
	}
}

// meant does what a text's intent asks for.
func (s *step) meant(t Text) {
	switch {
	case t.Intent == checkin.Duress:
		s.duress(t)
	case t.Intent == checkin.Distress:
		s.distress(t)
	case t.Intent == checkin.Ask:
		s.asks(t)
	case t.Intent == checkin.Unclear && t.Number:
		s.reply(Reply{Notice: ReplyNumber})
	default:
		s.said(t)
	}
}

// duress opens the alarm and answers as any request for a person is answered.
// In the watch as the worker sees it, it is no more than that request, or than
// the rest of the text ([Text].plainly).
func (s *step) duress(t Text) {
	s.danger(Raise{Kind: Duress, Mention: t.Mention}, t.Away)
	s.w.Alarm.Asked, s.w.Alarm.Reassured = s.in.ID, false
	s.reply(Reply{Notice: ReplyAsk})
}

func (s *step) distress(t Text) {
	if !s.shown {
		s.danger(Raise{Kind: Distress}, t.Away)
	}
	s.reply(Reply{Notice: ReplyGotMessage})
}

// danger opens or raises the alarm, for the partners of a joint visit too. It
// never lowers it: what was plain once does not become a mere mention.
func (s *step) danger(r Raise, away bool) {
	a := s.w.Alarm
	visits := s.near()
	if v, found := s.w.Visit(r.Visit); found && v.Live() {
		visits = union(visits, []string{v.ID})
	}
	kind, mention := r.Kind, r.Mention && r.Kind == Duress
	worse := a == nil || a.Kind.rank() < kind.rank() || a.Mention && !mention
	if a != nil && a.Kind.Danger() {
		mention = mention && a.Mention
		if a.Kind.rank() > kind.rank() {
			kind = a.Kind
		}
	}
	if worse {
		s.open(kind, s.at, visits)
	} else {
		visits = s.join(visits)
	}
	s.w.Alarm.Mention, s.w.Alarm.Away = mention, away
	if worse {
		s.round()
	}
	s.forward(Raise{Kind: kind, Mention: mention}, visits) // a partner of a visit that joined was told of nothing yet
}

// forward raises the same alarm for the partners of the visits (rule 8.2), but
// not back to the one it came from.
func (s *step) forward(r Raise, visits []string) {
	for _, id := range visits {
		v, _ := s.w.Visit(id)
		for _, p := range v.Partners {
			if p.Worker == s.in.By {
				continue
			}
			r.Visit = p.Visit
			s.out = append(s.out, Forward{Worker: p.Worker, ID: s.in.ID + "/" + p.Visit, By: s.w.Worker, Event: r})
		}
	}
}

// near lists the visits that a cry for help is about: where the worker is; else
// where they should be by now, and where they are to be next.
func (s *step) near() []string {
	var inside, soon []string
	ahead := false
	for _, v := range s.w.Live() {
		switch {
		case v.Unwatched:
		case v.Status == Inside, v.Status == Overdue && !v.InAt.IsZero():
			inside = append(inside, v.ID)
		case v.started(s.at):
			soon = append(soon, v.ID)
		case !ahead && !v.StartsAt.After(s.at.Add(aheadOf)):
			ahead = true
			soon = append(soon, v.ID)
		}
	}
	if len(inside) > 0 {
		return inside
	}
	return soon
}

// asks passes on a request for a person (rule 4.2), and takes what else the text
// says, as the watch that the worker sees does for the phrase.
func (s *step) asks(t Text) {
	s.pass(TellAsksFor, s.nearest(), OneText)
	if t.Besides != nil {
		s.said(*t.Besides)
	}
	s.reply(Reply{Notice: ReplyAsk})
}

// nearest is the visit the worker is in, or is next to be in; zero if none.
func (s *step) nearest() Visit {
	v, _ := s.w.Visit(first(s.near()))
	return v
}

// said takes a text that is not a cry for help: first as the answer to what we
// asked back, else by itself.
func (s *step) said(t Text) {
	if s.unfinished(t) || s.saidOfBoth(t) {
		return
	}
	if again, is := s.answers(t); is {
		t = again
	}
	ids := s.about(t)
	switch {
	case len(ids) == 1:
		s.w.Asked = nil
		s.apply(&s.w.Visits[s.w.index(ids[0])], t)
	case len(ids) > 1:
		s.askWhich(t, ids)
	default:
		s.noVisit(t)
	}
}

// answers takes a bare reference as the answer to what we asked back: it is what
// the worker said before, now about that visit.
func (s *step) answers(t Text) (Text, bool) {
	a := s.w.Asked
	if a == nil || t.Reference == "" || t.Intent != checkin.Unclear || t.NoAnswer || t.No || a.At.Before(s.at.Add(-askStands)) {
		return t, false
	}
	v, found := s.byReference(t.Reference)
	if !found || !slices.Contains(a.Among, v.ID) {
		return t, false
	}
	again := a.Text
	again.Visit = v.ID
	if again.Doubtful && !t.Doubtful {
		s.of, s.parts = a.Of, a.With // the words that are in doubt are those of the first text
	}
	again.Doubtful = again.Doubtful || t.Doubtful
	return again, true
}

// saidOfBoth takes a bare "both" when we asked which visit was meant: what they
// said before holds for each, but it ends none. For that each is to be named.
func (s *step) saidOfBoth(t Text) bool {
	a := s.w.Asked
	if a == nil || !t.Both || t.Intent != checkin.Unclear || len(a.Among) < 2 || a.At.Before(s.at.Add(-askStands)) {
		return false
	}
	if a.Text.ends() {
		s.happened(AskedBack, "", "")
		s.reply(Reply{Notice: ReplyWhich, Among: a.Among})
		return true
	}
	s.w.Asked = nil
	for _, id := range a.Among {
		if i := s.w.index(id); i >= 0 && s.w.Visits[i].Live() {
			again := a.Text
			again.Visit = id
			s.apply(&s.w.Visits[i], again)
		}
	}
	return true
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
	if t.Reference != "" { // one that is over or unknown fits no visit, least of all another
		if v, found := s.byReference(t.Reference); found {
			return []string{v.ID}
		}
		return nil
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
	s.w.Asked = &Asked{At: s.at, Of: s.of, With: s.parts, Text: t, Among: ids}
	s.happened(AskedBack, "", "")
	s.reply(Reply{Notice: ReplyWhich, Among: ids})
}

// noVisit answers a text that fits no visit; an IN opens one at once.
func (s *step) noVisit(t Text) {
	if t.Intent != checkin.Start || t.OpensAs.ID == "" || t.Visit != "" || t.Reference != "" {
		s.happened(AskedBack, "", "")
		s.reply(Reply{Notice: ReplyNoVisit})
		return
	}
	v := t.OpensAs
	v.Status, v.StartsAt, v.InAt = Inside, s.at, s.at
	v.ExpectedEndAt = s.at.Add(unplanned)
	switch {
	case !t.Until.After(s.at):
	case t.Until.Sub(v.ExpectedEndAt) > muchMore:
		v.Proposed = t.Until // it counts when it is said again
	default:
		v.ExpectedEndAt = t.Until
	}
	s.w.Visits = append(s.w.Visits, v)
	sortVisits(s.w.Visits)
	s.happened(VisitBooked, v.ID, s.actor())
	s.happened(VisitIn, v.ID, s.actor())
	s.reply(Reply{Notice: ReplyUnplanned, Visit: v.ID, Until: v.ExpectedEndAt})
	s.pass(TellUnplanned, v, OneText)
}

// apply takes a text about a visit.
func (s *step) apply(v *Visit, t Text) {
	if s.covered(v.ID) && (v.VoiceOnly || !(t.Intent == checkin.End && s.outCloses())) {
		s.reply(Reply{Notice: ReplyAlarmOpen, Visit: v.ID, Who: s.whoAnswers()})
		return
	}
	if ends := t.Intent == checkin.End || t.Intent == checkin.Cancel; ends && s.recorded() && s.partnered(s.in.By, []string{v.ID}) {
		s.askBoth(*v) // a partner's word ends only their own visit (rule 8.2)
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
		s.unclear(v, t)
	}
}

// unclear asks a text back, unless it answers what was asked.
func (s *step) unclear(v *Visit, t Text) {
	switch {
	case t.NoAnswer: // whatever else it says: where the worker is must be asked (rule 2.8)
		s.happened(AskedBack, v.ID, "")
		s.reply(Reply{Notice: ReplyNoAnswer, Visit: v.ID})
	case t.No && s.asking(checkin.AskedLonger, v):
		v.Proposed = time.Time{}
		s.reply(Reply{Notice: ReplyKept, Visit: v.ID, Until: v.ExpectedEndAt})
	case s.asking(checkin.AskedWhere, v):
		s.reply(Reply{Notice: ReplyNoted, Visit: v.ID, Until: v.ExpectedEndAt})
		s.pass(TellWhere, *v, OneText)
		s.w.Question = nil
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
	return s.responder()
}

// fits asks back a time that has gone or is over two hours more (asks says how),
// and says whether it counts.
func (s *step) fits(v *Visit, until time.Time, asks Notice) bool {
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
	case until.Sub(base) > muchMore && !v.saidAgain(until):
		v.Proposed = until
		s.happened(AskedBack, v.ID, "")
		s.reply(Reply{Notice: asks, Visit: v.ID, Until: until, Begin: v.ExpectedEndAt})
	default:
		return true
	}
	return false
}

// saidAgain says whether a time is the one that was asked back. "Another 3 hours"
// said again means a little later than it did before.
func (v *Visit) saidAgain(until time.Time) bool {
	return !v.Proposed.IsZero() && until.Sub(v.Proposed).Abs() <= sameWords
}

func (s *step) goIn(v *Visit, t Text) {
	if v.Status == Booked {
		v.Status, v.InAt = Inside, s.at
		s.happened(VisitIn, v.ID, s.actor())
	}
	v.StartAsked = true
	s.unclaim(v, ReplyUnclear) // they say that they are in, whatever came before
	v.Hushed = false
	until := t.Until
	if until.IsZero() && !v.ExpectedEndAt.After(s.at) {
		until = v.ExpectedEndAt // it has gone: ask for the new one
	}
	if until.IsZero() {
		s.reply(Reply{Notice: ReplyIn, Visit: v.ID, Until: v.ExpectedEndAt})
	} else if s.fits(v, until, ReplyInMuchMore) {
		s.moveEnd(v, until)
		s.reply(Reply{Notice: ReplyIn, Visit: v.ID, Until: v.ExpectedEndAt})
	}
	s.pass(TellIn, *v, Board)
}

// change takes a new time.
func (s *step) change(v *Visit, t Text) {
	switch {
	case !t.Begin.IsZero() && v.Status == Booked:
		s.changeStart(v, t)
	case t.Until.IsZero(), t.Until.After(s.at) && v.overBeforeBegun(t.Until):
		s.happened(AskedBack, v.ID, "")
		s.reply(Reply{Notice: ReplyUnclear, Visit: v.ID})
	case s.fits(v, t.Until, ReplyMuchMore):
		s.moveEnd(v, t.Until)
		s.reply(Reply{Notice: ReplyNewTime, Visit: v.ID, Until: t.Until})
		s.pass(TellNewTime, *v, Board)
	}
}

// overBeforeBegun says that a new end comes no later than the start of a visit
// that the worker has not gone into: it was meant for another visit, or another
// day. Who went in early may well be out before the booked start.
func (v *Visit) overBeforeBegun(until time.Time) bool {
	return v.Status == Booked && !until.After(v.StartsAt)
}

// changeStart takes a new start of a visit that the worker has not gone into,
// and its new end where they gave one.
func (s *step) changeStart(v *Visit, t Text) {
	until := orElse(t.Until, v.ExpectedEndAt)
	if !t.Begin.Before(until) || until.Sub(t.Begin) > longest { // when will it end?
		s.happened(AskedBack, v.ID, "")
		s.reply(Reply{Notice: ReplyUnclear, Visit: v.ID})
		return
	}
	if !t.Until.IsZero() && !s.fits(v, until, ReplyMuchMore) {
		return
	}
	v.StartsAt, v.StartAsked = t.Begin, false
	s.moveEnd(v, until)
	s.reply(Reply{Notice: ReplyNewStart, Visit: v.ID, Begin: t.Begin, Until: until})
	s.pass(TellNewTime, *v, Board)
	sortVisits(s.w.Visits)
}
