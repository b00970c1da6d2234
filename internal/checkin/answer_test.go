package checkin

import (
	"testing"
	"time"
)

// asked is an afternoon on which the worker was asked something.
func asked(s State, q Question) Context {
	c := afternoon1500(s)
	c.Asked = Asked{Question: q, Reference: "A7F3"}
	if q == AskedLonger {
		c.Asked.Until = c.Now.Add(4 * time.Hour)
	}
	return c
}

// answered are short texts after a question of ours, and what they come to. Without it each is only asked back.
var answered = []struct {
	asked Question
	state State
	text  string
	want  Intent
	until string
}{
	{AskedWell, Inside, "No", Distress, ""},
	{AskedWell, Overdue, "no.", Distress, ""},
	{AskedWell, Overdue, "Nope", Distress, ""},
	{AskedWell, Overdue, "nah x", Distress, ""},
	{AskedWell, Overdue, "not really", Distress, ""},
	{AskedWell, Overdue, "No, not really", Distress, ""},
	{AskedWell, Booked, "no", Distress, ""},
	{AskedWell, Overdue, "no thanks", Unclear, ""},
	{AskedWell, Overdue, "yes", SafeReply, ""},
	{AskedWell, Overdue, "Yes thanks", SafeReply, ""},
	{AskedWell, Overdue, "yep x", SafeReply, ""},
	{AskedWell, Inside, "ok", SafeReply, ""},
	{AskedWell, Booked, "ok", Unclear, ""},
	{AskedWell, Overdue, "done", Unclear, ""},
	{AskedWell, Overdue, "both", Unclear, ""},
	{AskedLonger, Inside, "Yes", Change, "19:10"},
	{AskedLonger, Inside, "yeah please", Change, "19:10"},
	{AskedLonger, Inside, "ok", Unclear, ""},
	{AskedLonger, Inside, "no", Unclear, ""},
	{AskedLonger, Inside, "done", Unclear, ""},
	{AskedNewTime, Booked, "half 4", Change, "16:30"},
	{AskedNewTime, Booked, "yes", Unclear, ""},
	{AskedNewTime, Booked, "out", Unclear, ""},
	{AskedNewTime, Booked, "30", Unclear, ""},
	{AskedWhere, Inside, "yes", Unclear, ""},
	{"", Inside, "yes", Unclear, ""},
	{"", Overdue, "no", Unclear, ""},
}

func TestAShortTextIsReadInTheLightOfTheQuestion(t *testing.T) {
	for _, a := range answered {
		c := asked(a.state, a.asked)
		r := Understand(a.text, c)
		until := ""
		if !r.Until.IsZero() {
			until = r.Until.Format("15:04")
		}
		if r.Intent != a.want || until != a.until {
			t.Errorf("asked %q, %s: %q: want %s %q, got %s %q", a.asked, a.state, a.text, a.want, a.until, r.Intent, until)
		}
	}
}

// No question of ours makes an end of a text that is none without it: least of all a yes.
func TestNoQuestionMakesAnEnd(t *testing.T) {
	for _, s := range scenes(t) {
		without := s.c
		without.Asked = Asked{}
		plain := Understand(s.text, without)
		for _, q := range []Question{AskedWell, AskedLonger, AskedNewTime, AskedWhere} {
			c := without
			c.Asked = Asked{Question: q, Until: c.Now.Add(3 * time.Hour), Reference: "A7F3"}
			r := Understand(s.text, c)
			if plain.Intent != Unclear && r.Intent != plain.Intent {
				t.Errorf("asked %s: %q is %s, and without %s", q, s.text, r.Intent, plain.Intent)
			}
			if plain.Intent == Unclear && (r.Intent == End || r.Intent == Cancel || r.Intent == Start) {
				t.Errorf("asked %s: %q is %s, and without unclear", q, s.text, r.Intent)
			}
		}
	}
}

func TestUnfinished(t *testing.T) {
	for text, want := range map[string]bool{
		"going to be another": true, "left the": true, "Left the ": true, "out at": true, "I'm not": true, "I have not": true, "he is blocking my": true,
		"be here til": true, "out by 4 and": true, "I do not feel": true, "Sorry,": true, "can you ask": true, "LATE": true,
		"IN": false, "OUT": false, "out": false, "left": false, "going in": false, "back in": false, "let me in": false, "no": false, "yes": false, "": false,
		"on my way out": false, "carry on": false, "what for?": false, "left the house.": false, "🙂🙂": false, "4": false, "been told to. Bye": false, "SOS": false,
		"all over": false, "back at the office": false,
	} {
		if got := Understand(text, afternoon1500(Inside)).Unfinished; got != want {
			t.Errorf("%q: unfinished is %v", text, got)
		}
	}
}
