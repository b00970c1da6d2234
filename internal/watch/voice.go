package watch

// viaCall is the Via of what somebody recorded after they spoke with the worker.
const viaCall = "call"

// spoke says whether somebody who answers for the worker records what they were told in a call.
func (s *step) spoke() bool { return s.recorded() && s.in.Via == viaCall }

// onlyByVoice says whether the visit ends by voice only and nobody's voice was heard: the worker may not be the one who writes (rule 1.5).
func (s *step) onlyByVoice(v *Visit) bool { return v.VoiceOnly && !s.spoke() }

// awaitsCall answers word that the worker has left a visit which ends by voice only: it goes on, its clock too, until somebody has spoken with them.
// The responder is asked to ring. Of a word that lacks the plan's own word they are told that: to the phone it is no other.
func (s *step) awaitsCall(v *Visit, noWord, both bool) {
	s.unclaim(v, ReplyByVoice)
	s.happened(VoiceAwaited, v.ID, s.actor())
	s.reply(Reply{Notice: ReplyByVoice, Visit: v.ID, Who: s.whoAnswers()})
	s.pass(TellByVoice, *v, OneText)
	if noWord {
		s.pass(TellNoWord, *v, OneText)
	}
	if both {
		s.askPartners(*v)
	}
}

// letVoice says whether a visit ends by voice only. Who is there may not lift it: neither the worker nor a partner beside them.
func (s *step) letVoice(v *Visit, only bool) error {
	if !only && v.VoiceOnly && (s.in.By == "" || s.in.By == s.w.Worker || s.partnered(s.in.By, []string{v.ID})) {
		return &Refused{"the visit ends by voice only: a manager who is not on it decides that"}
	}
	v.VoiceOnly = only
	return nil
}

// evidenceOfOut is what the end of a visit rests on: the worker's own word, or that somebody heard it.
func (s *step) evidenceOfOut(v *Visit) Evidence {
	if v.VoiceOnly {
		return SpokeWorker
	}
	return WorkerOut
}
