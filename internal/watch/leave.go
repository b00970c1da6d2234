package watch

import "slices"

// goOut takes a clear statement that the worker has left. It ends the visit
// only when nothing speaks against its being about this visit (rule 2.3).
func (s *step) goOut(v *Visit, t Text) {
	named := t.Visit != "" || t.Reference != "" || s.recorded()
	switch {
	case !v.started(s.at): // named, but neither begun nor gone into
		s.happened(AskedBack, v.ID, "")
		s.reply(Reply{Notice: ReplyUnclear, Visit: v.ID})
	case s.onlyByVoice(v):
		s.awaitsCall(v, t.NoWord, t.Both)
	case !named && s.tooSoon(*v), !named && s.repeats(t):
		s.askAgain(v, t)
	case t.Doubtful:
		s.claim(v, t, WorkerOut)
	case t.NoWord:
		s.hush(v)
	default:
		s.left(v, s.evidenceOfOut(v), t.Words, t.Both)
	}
}

// recorded says whether a responder records what the worker told them (rule 2.7).
func (s *step) recorded() bool { return s.in.By != "" && s.in.By != s.w.Worker }

// tooSoon says whether the worker went in so short a time ago that an OUT may
// belong to the visit before.
func (s *step) tooSoon(v Visit) bool {
	return !v.InAt.IsZero() && s.at.Sub(v.InAt) < soonAfter
}

// repeats says whether the words are those of an OUT that ended an earlier
// visit that day: the phone or the network may have sent it again.
func (s *step) repeats(t Text) bool {
	return t.Words != "" && slices.ContainsFunc(s.w.Visits, func(v Visit) bool {
		return v.Status == Ended && v.OutWords == t.Words && s.at.Sub(v.EndedAt) < kept
	})
}

func (s *step) askAgain(v *Visit, t Text) {
	s.w.Asked = &Asked{At: s.at, Of: s.of, With: s.parts, Text: t, Among: []string{v.ID}}
	s.happened(AskedBack, v.ID, "")
	s.reply(Reply{Notice: ReplyAgain, Visit: v.ID})
}

// hush answers an OUT without the plan's word as if it had ended the visit, in
// its own time and a second time too; the clock runs on and the responder is told.
func (s *step) hush(v *Visit) {
	s.unclaim(v, ReplyOut)
	if v.Hushed {
		s.reply(Reply{Notice: ReplyNoVisit})
	} else {
		s.reply(Reply{Notice: ReplyOut, Visit: v.ID})
	}
	v.Hushed = true
	s.pass(TellNoWord, *v, OneText)
}

// claim has the text fetched back before it ends the visit. It is tried until
// due; then the alarm opens and shows it.
func (s *step) claim(v *Visit, t Text, e Evidence) {
	s.unclaim(v, ReplyConfirming)
	ids := union(s.parts, []string{s.of}) // of texts that were read as one each is fetched, one after the other
	v.Claim = &Claim{Message: ids[0], Then: ids[1:], At: s.at, Evidence: e, Words: t.Words, Both: t.Both, NoWord: t.NoWord}
	until := v.Due()
	if !until.After(s.at) {
		until = s.at.Add(soonAfter)
	}
	s.out = append(s.out, Fetch{Message: ids[0], Visit: v.ID, Until: until})
}

// unclaim lets go of a text that would have ended the visit and was not confirmed
// yet: something else was said of the visit since. It has its answer all the same.
func (s *step) unclaim(v *Visit, answer Notice) {
	c := v.Claim
	v.Claim = nil
	if c == nil || c.Answered || c.Message == s.of || s.covered(v.ID) { // in an alarm a person speaks with them
		return
	}
	s.happened(OutUnconfirmed, v.ID, "")
	s.out = append(s.out, Reply{Notice: answer, Visit: v.ID, At: c.At, Of: c.Message})
}

// fetched takes the provider's word on a text that would end a visit.
func (s *step) fetched(f Fetched) {
	i := slices.IndexFunc(s.w.Visits, func(v Visit) bool { return v.Claim != nil && v.Claim.Message == f.Message })
	if i < 0 {
		return
	}
	v := &s.w.Visits[i]
	c := *v.Claim
	s.of = c.Message
	switch {
	case f.Forged:
		v.Claim = nil
		s.happened(OutForged, v.ID, "")
		s.pass(TellForged, *v, OneText)
	case !f.Found:
		if !c.Answered {
			v.Claim.Answered = true
			s.happened(OutUnconfirmed, v.ID, "")
			s.reply(Reply{Notice: ReplyConfirming, Visit: v.ID})
		}
	case len(c.Then) > 0:
		v.Claim.Message, v.Claim.Then = c.Then[0], c.Then[1:]
		until := v.Due()
		if !until.After(s.at) {
			until = s.at.Add(soonAfter)
		}
		s.out = append(s.out, Fetch{Message: v.Claim.Message, Visit: v.ID, Until: until})
	case s.covered(v.ID) && (v.VoiceOnly || !s.outCloses()): // too late to end it: a person closes the alarm
		v.Claim = nil
		s.reply(Reply{Notice: ReplyAlarmOpen, Visit: v.ID, Who: s.whoAnswers()})
		s.tellHolders(Tell{Notice: TellWord, Reach: OneText, Of: s.of})
	case v.VoiceOnly && c.Evidence != CancelledBefore: // so decided while it was fetched
		s.awaitsCall(v, c.NoWord, c.Both)
	case c.NoWord:
		s.hush(v)
	default:
		s.left(v, c.Evidence, c.Words, c.Both)
	}
}

// left ends the visit on the worker's word, and with it an overdue alarm where
// the plan lets it.
func (s *step) left(v *Visit, e Evidence, words string, both bool) {
	to := Ended
	notice, passed := ReplyOut, TellOut
	if e == WorkerNotThere || e == CancelledBefore {
		to, notice, passed = Cancelled, ReplyCalledOff, TellCalledOff
	}
	v.OutWords = words
	of := *v
	s.end(v, to, e, s.actor())
	s.reply(Reply{Notice: notice, Visit: v.ID})
	if s.covered(v.ID) {
		s.closeByOut()
	} else {
		s.pass(passed, *v, Board)
	}
	if both {
		s.askPartners(of)
	}
}

// askPartners has those with whom the worker is on a joint visit asked about theirs.
func (s *step) askPartners(v Visit) {
	for _, p := range v.Partners {
		s.out = append(s.out, Forward{Worker: p.Worker, ID: s.in.ID + "/" + p.Visit, By: s.w.Worker, Event: BothOut{Visit: p.Visit}})
	}
}

// outCloses says whether the plan lets an OUT close the open alarm: overdue
// only, and only until someone acknowledged it or logged a call (rule 3.2).
func (s *step) outCloses() bool {
	a := s.w.Alarm
	return a != nil && a.Kind == OverdueAlarm && a.Clock.OutClosesOverdue && a.HeldBy == "" && a.Calls == 0 && a.TheyKnow.IsZero()
}

// closeByOut closes the alarm once the last visit it covers has ended.
func (s *step) closeByOut() {
	for _, id := range s.w.Alarm.Visits {
		if v, found := s.w.Visit(id); found && v.Live() {
			return
		}
	}
	s.shut(WorkerOut, s.w.Worker)
}

// callOff takes the worker's word that a visit does not happen, or that they
// did not go in.
func (s *step) callOff(v *Visit, t Text) {
	switch {
	case t.NoAnswer && !t.NotThere:
		s.happened(AskedBack, v.ID, "")
		s.reply(Reply{Notice: ReplyNoAnswer, Visit: v.ID})
	case v.started(s.at) && !t.NotThere:
		s.happened(AskedBack, v.ID, "")
		s.reply(Reply{Notice: ReplyNotOff, Visit: v.ID, Until: v.ExpectedEndAt})
	case v.started(s.at) && s.onlyByVoice(v):
		s.awaitsCall(v, false, false)
	case t.Doubtful:
		s.claim(v, t, s.notThere(v))
	default:
		s.left(v, s.notThere(v), t.Words, false)
	}
}

// notThere is the evidence in the worker's word that a visit does not happen.
func (s *step) notThere(v *Visit) Evidence {
	if v.started(s.at) {
		return WorkerNotThere
	}
	return CancelledBefore
}

// bothOut asks the worker about their visit: a partner's word does not end it.
func (s *step) bothOut(b BothOut) {
	v, found := s.w.Visit(b.Visit)
	if !found || !v.Live() || s.covered(v.ID) {
		return
	}
	s.askBoth(v)
}

func (s *step) askBoth(v Visit) {
	s.happened(AskedBack, v.ID, "")
	s.prompt(AskBoth, v)
}

// raise opens an alarm that someone else raised for the worker (rule 4.3). Each
// raise is told to the responder and the manager.
func (s *step) raise(r Raise) error {
	if s.shown {
		return nil
	}
	if !r.Kind.Danger() {
		return &Invalid{Problems: []Problem{{"kind", "is duress or distress"}}}
	}
	s.danger(r, false)
	a := s.w.Alarm
	if a.RaisedBy == "" && s.in.By != s.w.Worker {
		a.RaisedBy = s.in.By
	}
	for _, id := range union([]string{s.responder(a.Visits...), a.HeldBy}, s.cover.Managers) {
		s.tellAlarm(id, Every)
	}
	return nil
}

// reassure sends the second duress message, to where the worker asked from: once,
// until they ask again.
func (s *step) reassure() error {
	if !s.shown {
		if err := s.byAnother(); err != nil {
			return err
		}
		if s.w.Alarm.Kind != Duress {
			return &Refused{"only a worker who asked for someone is told that they will ring"}
		}
		if s.w.Alarm.Reassured {
			return nil
		}
		s.w.Alarm.Reassured, s.w.Alarm.ActedAt = true, s.at
		s.happened(Reassured, "", s.in.By)
	}
	s.reply(Reply{Notice: ReplyFound})
	return nil
}
