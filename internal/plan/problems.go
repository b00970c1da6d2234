package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Problem is why settings, or another thing that people give, can't be taken. Field is named as in the API ("plan.grace"); Says completes
// a sentence that begins with it ("must be from 0s to 1h") and holds nothing private.
type Problem struct{ Field, Says string }

// Hidden says that a character can change how words are shown without being seen: control characters, the marks that embed, override or isolate
// a direction, with which a name can be made to look like another, and what is no character at all.
func Hidden(r rune) bool {
	turns := r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
	return turns || unicode.IsControl(r) || r&0xfffe == 0xfffe
}

// Plain says that words of several lines are text in which nothing can change unseen how it is shown.
func Plain(words string) bool {
	return utf8.ValidString(words) && !strings.ContainsFunc(words, func(r rune) bool { return Hidden(r) && r != '\n' && r != '\r' && r != '\t' })
}

// OneLine says the same of words that are on one line.
func OneLine(words string) bool {
	return utf8.ValidString(words) && !strings.ContainsFunc(words, func(r rune) bool { return Hidden(r) || unicode.In(r, unicode.Zl, unicode.Zp) })
}

// rehearsalFloor is the least a time may be where the bound is lifted: at 0 a repeat would have no end.
const rehearsalFloor = time.Second

const (
	maxEndPrompts = 6
	maxColleagues = 20
	maxID         = 100
	maxPhrase     = 20 // leaves the answers that name her within one text
	phraseWords   = 3
)

// Problems says what keeps these settings from being a plan, none being the answer for one that may be published. A rehearsal clock lifts
// the lower bounds.
func (s Settings) Problems(rehearsal bool) []Problem {
	var p problems
	for _, bound := range []struct {
		field       string
		given       time.Duration
		least, most time.Duration
	}{
		{"grace", s.Grace, 0, 60 * time.Minute},
		{"ring_round", s.RingRound, 5 * time.Minute, 60 * time.Minute},
		{"acknowledge_within", s.Acknowledge, time.Minute, 15 * time.Minute},
		{"acknowledge_within_danger", s.AcknowledgeDanger, time.Minute, 15 * time.Minute},
		{"police_repeat", s.Repeat, time.Minute, 15 * time.Minute},
		{"start_prompt", s.StartPrompt, 0, 60 * time.Minute},
	} {
		if rehearsal {
			bound.least = min(bound.least, rehearsalFloor)
		}
		if bound.given < bound.least || bound.given > bound.most {
			p.add(bound.field, "must be from %s to %s", writeDuration(bound.least), writeDuration(bound.most))
		}
	}
	p.endPrompts(s.EndPrompts)
	p.duressPhrase(s.DuressPhrase)
	p.people(s)
	p.outWord(s)
	p.riskFor(s.RiskFor)
	p.answer(s)
	if !slices.Contains(Privacies(), s.Private) {
		p.add("private_by_default", "must be one of out_of_hours, every_visit, none")
	}
	if !slices.Contains(ChannelChoices(), s.Channels) {
		p.add("channels", "must be one of texts, texts_and_calls, texts_and_mails, texts_calls_and_mails")
	}
	if !slices.Contains(InviteChoices(), s.Invites) {
		p.add("invites", "must be one of buddy_form, reference")
	}
	return p
}

// VisitKinds lists the kinds of visit that a plan may ask a risk assessment for.
func VisitKinds() []string { return []string{"home_visit", "family_time", "meeting", "other"} }

func (p *problems) riskFor(kinds []string) {
	for i, kind := range kinds {
		switch {
		case !slices.Contains(VisitKinds(), kind):
			p.add("risk_for", "must be of %s", strings.Join(VisitKinds(), ", "))
			return
		case slices.Contains(kinds[:i], kind):
			p.add("risk_for", "names a kind twice")
			return
		}
	}
}

type problems []Problem

func (p *problems) add(field, says string, args ...any) {
	*p = append(*p, Problem{"plan." + field, fmt.Sprintf(says, args...)})
}

func (p *problems) endPrompts(prompts []time.Duration) {
	if len(prompts) > maxEndPrompts {
		p.add("end_prompts", "can be %d at most", maxEndPrompts)
		return
	}
	for i, prompt := range prompts {
		switch {
		case prompt < 0 || prompt > time.Hour:
			p.add("end_prompts", "must be from 0s to 1h each")
			return
		case i > 0 && prompt <= prompts[i-1]:
			p.add("end_prompts", "must rise, each later than the one before")
			return
		}
	}
}

// duressPhrase refuses what can't be a name to ask for, or would turn an ordinary text into an alarm.
func (p *problems) duressPhrase(phrase string) {
	switch length := utf8.RuneCountInString(phrase); {
	case length == 0:
		p.add("duress_phrase", "is missing: asking for it means \"call 999 for me\"")
	case strings.Join(strings.Fields(phrase), " ") != phrase || strings.Count(phrase, " ") >= phraseWords:
		p.add("duress_phrase", "must be a name or a thing in at most %d words", phraseWords)
	case strings.ContainsFunc(phrase, func(r rune) bool { return r != ' ' && notInAName(r) }):
		p.add("duress_phrase", "must be a name of letters that fit in a plain text message")
	case length < 3 || length > maxPhrase:
		p.add("duress_phrase", "must have from 3 to %d letters", maxPhrase)
	case keyword(phrase):
		p.add("duress_phrase", "must not be a word that already means something in a check-in")
	}
}

// notInAName says that r is no letter of a name in GSM-7. With another letter the answer that names her would be split in two, and would
// not look like the others (rule 4.2).
func notInAName(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
		return false
	}
	return !strings.ContainsRune("-'èéùìòÇØøÅåÆæßÉÄÖÑÜäöñüà", r)
}

// keyword says that word, alone in a check-in text, is taught or understood as something else (rule 2.1).
func keyword(word string) bool {
	return slices.Contains([]string{
		"in", "late", "out", "sos", "ask", "help", "end", "stop", "cancel", "quit", "yes", "start", "unsubscribe", "left", "no", "ok", "okay",
		"fine", "safe", "done", "off", "none", "police",
	}, strings.ToLower(word))
}

func (p *problems) people(s Settings) {
	if s.Fallback == "" {
		p.add("fallback", "is missing: who answers when nobody else does")
	}
	for _, given := range []struct{ field, id string }{{"fallback", s.Fallback}, {"named_buddy", s.NamedBuddy}} {
		if given.id != "" && !sound(given.id) {
			p.add(given.field, "is no person's id")
		}
	}
	if len(s.Colleagues) > maxColleagues {
		p.add("colleagues", "can be %d at most", maxColleagues)
		return
	}
	for i, id := range s.Colleagues {
		switch {
		case !sound(id):
			p.add("colleagues", "holds what is no person's id")
			return
		case slices.Contains(s.Colleagues[:i], id):
			p.add("colleagues", "names someone twice")
			return
		}
	}
}

// sound says that id could be someone's.
func sound(id string) bool {
	return id != "" && len(id) <= maxID && utf8.ValidString(id) && strings.TrimSpace(id) == id && !strings.ContainsFunc(id, unicode.IsControl)
}

func (p *problems) outWord(s Settings) {
	if !s.WantsOutWord() {
		return
	}
	plain := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	switch length := utf8.RuneCountInString(s.OutWord); {
	case length < 2 || length > maxPhrase || strings.ContainsFunc(s.OutWord, func(r rune) bool { return !plain(r) }):
		p.add("out_word", "must be \"off\" or one word of 2 to %d letters and digits", maxPhrase)
	case strings.EqualFold(s.OutWord, s.DuressPhrase):
		p.add("out_word", "must not be the duress phrase")
	case keyword(s.OutWord):
		p.add("out_word", "must not be a word that already means something in a check-in")
	}
}
