package checkin

import (
	"slices"
	"strings"
	"time"
)

// Question is what the worker was last asked: a short text is read in its light.
type Question string

const (
	AskedWell    Question = "well"     // how things are
	AskedLonger  Question = "longer"   // whether an end over 2 h later is meant
	AskedNewTime Question = "new_time" // for a new end
	AskedWhere   Question = "where"    // where they are
)

// Asked is the question that stands when a text is read. The zero value asks nothing.
type Asked struct {
	Question  Question
	Until     time.Time // longer: the end that is confirmed by a bare yes
	Reference string    // the visit it is about
}

// inLight reads a short text as the answer to what was asked. No is danger where we asked how things are (guide H7); yes
// ends nothing, whatever was asked.
func (m *message) inLight(r Reading, text string, c Context) Reading {
	if r.Intent != Unclear || m.cut {
		return r
	}
	said := m.alone()
	r.Both = slices.Contains(boths, said)
	switch yes, no := slices.Contains(yeses, said), m.saysNo(said); {
	case no && c.Asked.Question == AskedWell:
		m.note(onAnswer, 0, len(m.words))
		return Reading{Intent: Distress, Rule: byNo}
	case c.Asked.Question == AskedWell && (yes || slices.Contains(goods, said)) && (c.State == Inside || c.State == Overdue):
		m.note(onAnswer, 0, len(m.words))
		return Reading{Intent: SafeReply, Reference: c.Asked.Reference, Rule: byYes}
	case c.Asked.Question == AskedLonger && yes && c.Asked.Until.After(c.Now):
		m.note(onAnswer, 0, len(m.words))
		return Reading{Intent: Change, Until: c.Asked.Until, Reference: c.Asked.Reference, Rule: byYesLonger}
	case c.Asked.Question == AskedLonger && no:
		r.No, r.Reference = true, c.Asked.Reference
	case c.Asked.Question == AskedNewTime && c.State == Booked && m.anyTime():
		return m.asNewEnd(r, text, c)
	}
	return r
}

// asNewEnd takes a bare time before the worker went in as the end we asked for; by itself it might be the start.
func (m *message) asNewEnd(r Reading, text string, c Context) Reading {
	reference := c.Asked.Reference
	c.State, c.Asked = Inside, Asked{}
	if end := Understand(text, c); end.Intent == Change && !end.Until.IsZero() && end.Begin.IsZero() {
		m.note(onUntil, 0, len(m.words))
		return Reading{Intent: Change, Until: end.Until, Reference: reference, Rule: byNewEnd}
	}
	return r
}

// What answers a question by itself. "Ok" may only say that ours was read, so it confirms no time.
var (
	yeses = []string{"yes", "yep", "yeah", "yea", "yup", "ya", "yh", "aye", "y", "yes i am", "i am", "yes it is", "it is", "yes i do", "yes that is right", "correct"}
	goods = []string{"ok", "okay", "k", "kk", "good", "fine", "yes ok", "yes fine", "yes good", "not bad", "going ok", "going well", "so so"}
	noes  = []string{"no", "nope", "nah", "naw", "na", "n", "not", "no i am not", "i am not", "not really", "no not really", "not so good", "not well", "not at all", "no i do not", "afraid not"}
	boths = []string{"both", "both of them", "the both", "both visits"}
)

// saysNo leaves out a no with thanks: it declines something.
func (m *message) saysNo(said string) bool {
	return slices.Contains(noes, said) && !m.has("thanks", "thank", "ta", "cheers", "thx")
}

// alone is the text without breaks and courtesies.
func (m *message) alone() string {
	var said []string
	for _, w := range m.words {
		if !isBreak(w) && (!m.v.courtesy[w] || slices.Contains(yeses, w) || slices.Contains(goods, w)) {
			said = append(said, w)
		}
	}
	return strings.Join(said, " ")
}
