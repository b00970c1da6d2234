package checkin

import (
	"strings"
	"testing"
	"time"
)

// TestTimes walks the guide's rules for times: what a text comes to, on the clock.
func TestTimes(t *testing.T) {
	for _, tt := range []struct {
		rule, text   string
		state        State
		until, begin string
	}{
		{"K: IN and minutes", "IN 60", Booked, "15:55", ""},
		{"K: IN and a time", "IN 1630", Booked, "16:30", ""},
		{"K: LATE from the expected end", "LATE 30", Inside, "16:30", ""},
		{"K: LATE to a time", "LATE 16:30", Inside, "16:30", ""},
		{"K: LATE before going in moves the start", "LATE 30", Booked, "", "15:30"},
		{"K: with a reference", "LATE 30 A7F3", Inside, "16:30", ""},
		{"K: less than nothing is asked back", "IN -5", Booked, "", ""},
		{"K: late by less than nothing is asked back", "LATE -30", Inside, "", ""},
		{"T1: half 4", "out by half 4", Inside, "16:30", ""},
		{"T1: a bare quarter to", "til quarter to", Inside, "15:45", ""},
		{"T1: no am or pm", "need until 5", Inside, "17:00", ""},
		{"T2: a reading that has just passed is asked", "out by 4", Overdue, "", ""},
		{"T3: a bare clock time", "1615", Inside, "16:15", ""},
		{"T3: a bare 12 before going in is asked", "12", Booked, "", ""},
		{"T3: a bare 30 is asked", "30", Inside, "", ""},
		{"T4: over, from the expected end", "running 15 over", Inside, "16:15", ""},
		{"T4: past the end, from now", "20 mins over", Overdue, "16:30", ""},
		{"T4: more than planned", "half an hour more than planned", Inside, "16:30", ""},
		{"T5: need, from now", "need an hour", Inside, "16:10", ""},
		{"T5: another that would not reach the end is added to it", "another 20 mins", Inside, "16:20", ""},
		{"T6: a range, the later", "between 4 and half past", Inside, "16:30", ""},
		{"T6: an hour and its quarter", "5 or quarter past", Inside, "17:15", ""},
		{"T7: a correction", "5, no sorry 5.30", Inside, "17:30", ""},
		{"T7: half 4 not 5", "half 4 not 5", Inside, "16:30", ""},
		{"T7: instead of", "make it 4 instead of half 4", Inside, "16:00", ""},
		{"C2: if I'm not out", "if I'm not out by 4 call me", Inside, "16:00", ""},
		{"C4: a time to arrive", "be there at 3.30", Booked, "", "15:30"},
		{"C4: from and till", "half 3 till half 4 instead", Booked, "16:30", "15:30"},
		{"S4: a length with a start", "Going in for an hour", Booked, "15:55", ""},
		{"someone else's time", "dad is at work til 6, out by half 4", Inside, "16:30", ""},
		{"another visit's time", "next visit is at 5 so will finish here at 4.30", Inside, "16:30", ""},
		{"a telephone number is no time", "Phone dying, on 01632 960101", Inside, "", ""},
	} {
		c := afternoon1500(tt.state)
		r := Understand(tt.text, c)
		if clock(r.Until) != tt.until || clock(r.Begin) != tt.begin {
			t.Errorf("%s: %q: want until %q begin %q, got %q %q (%s)", tt.rule, tt.text, tt.until, tt.begin, clock(r.Until), clock(r.Begin), r.Intent)
		}
	}
}

// TestClocksChange holds rule T10: lengths are elapsed time, a reading that comes twice is the first, one that never
// comes is the earlier instant.
func TestClocksChange(t *testing.T) {
	utc := func(month time.Month, day, h, m int) time.Time {
		return time.Date(2026, month, day, h, m, 0, 0, time.UTC)
	}
	for _, tt := range []struct {
		text      string
		now, want time.Time
	}{
		{"need an hour", utc(3, 29, 0, 30), utc(3, 29, 1, 30)},
		{"out by 02:30", utc(3, 29, 0, 30), utc(3, 29, 1, 30)},
		{"out by 01:30", utc(3, 29, 0, 10), utc(3, 29, 0, 30)},
		{"out by 01:30", utc(10, 24, 23, 30), utc(10, 25, 0, 30)},
		{"need 2 hours", utc(10, 24, 23, 30), utc(10, 25, 1, 30)},
		{"out by 01:45", utc(10, 25, 0, 50), utc(10, 25, 1, 45)},
	} {
		c := Context{Now: tt.now.In(london()), State: Inside, Start: tt.now.Add(-time.Hour), End: tt.now.Add(10 * time.Minute)}
		if r := Understand(tt.text, c); !r.Until.Equal(tt.want) {
			t.Errorf("%q at %v: want %v, got %v", tt.text, tt.now, tt.want, r.Until.UTC())
		}
	}
}

// TestPhrase holds rule 4.6: misspelt and half-heard forms count, in every state, and other words do not.
func TestPhrase(t *testing.T) {
	for _, text := range []string{"scarlet", "Scarlette", "skarlett", "scarllett", "scralett", "Scartlett", "Starlett", "Carlett", "scar let", "askscarlett",
		"ask for SCARLETT", "Left now. Could Scarlett give me a bell", strings.Repeat("All is well here. ", 200) + "Is Scarlett in?"} {
		for _, s := range []State{None, Booked, Inside, Overdue} {
			if r := Understand(text, afternoon1500(s)); r.Intent != Duress || r.Name != "Scarlett" {
				t.Errorf("%s: %.60q: want duress with the plan's spelling, got %s %q", s, text, r.Intent, r.Name)
			}
		}
	}
	for _, text := range []string{"baby has scarlet fever", "Is Charlotte in?", "ask Scott", "Scarborough road", "scared of nothing", "market at 4"} {
		if r := Understand(text, afternoon1500(Inside)); r.Intent == Duress {
			t.Errorf("%q: read as duress", text)
		}
	}
	if r := Understand("Auntie Jo there?", Context{Now: afternoon1500(None).Now, State: None, Phrase: "Auntie Jo"}); r.Intent != Duress {
		t.Errorf("a phrase of two words: got %s", r.Intent)
	}
}

func TestMention(t *testing.T) {
	for text, mention := range map[string]bool{
		"Scarlett":                              false,
		"ask Scarlett to ring":                  false,
		"with Scarlett's lot at number 9":       true,
		"Is Scarlett about?":                    false,
		"SCARLETT Priya":                        false,
		"SCARLETT Kim and Priya":                false,
		"Scarlett said they're fine":            true,
		"No need to bother Scarlett":            true,
		"don't worry Scarlett but can she ring": false,
	} {
		if r := Understand(text, afternoon1500(Inside)); r.Mention != mention {
			t.Errorf("%q: want mention %v, got %v", text, mention, r.Mention)
		}
	}
}

// TestBesideTheIntent walks what a reading carries beside its intent.
func TestBesideTheIntent(t *testing.T) {
	inside, booked := afternoon1500(Inside), afternoon1500(Booked)
	if r := Understand("OUT A7F3", inside); r.Intent != End || r.Reference != "A7F3" || !r.Keyword {
		t.Errorf("OUT with a reference: %+v", r)
	}
	if r := Understand("out a7f3", inside); r.Reference != "A7F3" {
		t.Errorf("a reference in small letters after a keyword: %q", r.Reference)
	}
	if r := Understand("refused entry, ref A7F3", booked); r.Reference != "A7F3" || r.Intent != Cancel {
		t.Errorf("a reference with its word before it: %+v", r)
	}
	if r := Understand("IN -5", booked); r.Intent != Unclear {
		t.Errorf("IN and less than nothing: %+v", r)
	}
	if r := Understand("on the M62 with 2 kids", inside); r.Reference != "" {
		t.Errorf("no reference is there: %q", r.Reference)
	}
	for _, w := range []string{"STOP", "stopall", "UNSUBSCRIBE", "Cancel", "END", "QUIT", "REVOKE", "OPTOUT"} {
		if r := Understand(w, inside); !r.OptOut {
			t.Errorf("%s: may have opted the worker out, and is not marked", w)
		}
	}
	for _, text := range []string{"ASK Jane", "ask jane please", "Could Jane ring me?"} {
		if r := Understand(text, inside); r.Intent != Ask || r.Name != "Jane" {
			t.Errorf("%q: want ask Jane, got %s %q", text, r.Intent, r.Name)
		}
	}
	if r := Understand("no answer at the door", booked); !r.NoAnswer {
		t.Errorf("no answer is not marked: %+v", r)
	}
	for _, text := range []string{"no answer", "No answer at the door", "nobody answering, still knocking", "there's no answer"} {
		if r := Understand(text, inside); r.Intent != Unclear || !r.NoAnswer {
			t.Errorf("%q of one who is inside: want it asked back as no answer, got %+v", text, r)
		}
	}
	for _, text := range []string{"no answer from the doctor", "no answer on her phone", "no answer from you so texting again", "rang gran, no answer"} {
		if r := Understand(text, inside); r.Intent != Unclear || r.NoAnswer {
			t.Errorf("%q is not about the door: %+v", text, r)
		}
	}
	if r := Understand("no answer so I never went in", afternoon1500(Overdue)); r.Intent != Cancel || !r.NotThere {
		t.Errorf("want a cancel that says the worker is not there: %+v", r)
	}
	if r := Understand("I've left and he's following me", inside); r.Intent != Distress || !r.Away {
		t.Errorf("want distress, away: %+v", r)
	}
	if r := Understand("Phone dying, on 01632 960101, out by 4", inside); r.Number.String() == "" || clock(r.Until) != "16:00" {
		t.Errorf("want a number and a time: %+v", r)
	}
	inside.OutWord = "pineapple"
	if r := Understand("OUT Pineapple", inside); r.Intent != End || !r.OutWord {
		t.Errorf("want an end with its out word: %+v", r)
	}
	if r := Understand("OUT", inside); r.Intent != End || r.OutWord {
		t.Errorf("want an end without its out word: %+v", r)
	}
}

func TestUnderstandLine(t *testing.T) {
	in := `{"id":"t1","now":"2026-02-03T23:50","state":"overdue","start":"22:30","end":"23:30","text":"another hour"}`
	got, err := UnderstandLine([]byte(in), "Scarlett")
	if err != nil || string(got) != `{"id":"t1","intent":"change","until":"00:50"}` {
		t.Errorf("got %s, %v", got, err)
	}
	got, err = UnderstandLine([]byte(`{"id":"t2","now":"2026-02-03T23:50","state":"none","text":"ASK Jane"}`), "Scarlett")
	if err != nil || string(got) != `{"id":"t2","intent":"unclear"}` {
		t.Errorf("got %s, %v", got, err)
	}
	for _, bad := range []string{``, `[]`, `{"now":"noon","state":"none"}`, `{"now":"2026-02-03T23:50","state":"gone"}`, `{"now":"2026-02-03T23:50","state":"inside","start":"x"}`} {
		if _, err := UnderstandLine([]byte(bad), "Scarlett"); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}
