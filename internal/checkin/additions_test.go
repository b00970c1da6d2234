package checkin

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestACouncilAddsWordsOfItsOwn(t *testing.T) {
	v, err := NewVocabulary("# A dialect word.\n\n[exit]\n> gone home like\n(i am | am)? yam done\n\n[say]\ndreckly = soon\n")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 2, 3, 15, 10, 0, 0, time.UTC)
	c := Context{Now: now, State: Inside, Start: now.Add(-10 * time.Minute), End: now.Add(50 * time.Minute)}
	if r := Understand("Am yam done", c); r.Intent == End {
		t.Fatalf("our own languages read it too: %+v", r)
	}
	c.Vocabulary = v
	if r := Understand("Am yam done", c); r.Intent != End {
		t.Errorf("it is read as %s by %s", r.Intent, r.Rule)
	}
}

func TestABadLineOfACouncilIsNamed(t *testing.T) {
	for _, c := range []struct {
		name, text string
		line       int
		says       string
	}{
		{"a section that is none", "[exit]\nleft\n\n[exitt]\ngone", 4, "no section [exitt]; the nearest is [exit]"},
		{"no section", "# ours\nleft the building", 2, "a phrase before the first section; put a line such as [exit] above it"},
		{"a bracket", "[exit]\nleft home\n(left | gone home\ngone", 3, "[exit] (left | gone home: a bracket is not closed"},
		{"a bracket too many", "[cry]\nleft)", 2, "a bracket is closed that was not opened"},
		{"another section", "[exit]\nleft\nleft\nleft $hame\nleft", 4, "no section [hame]"},
		{"no verb", "[exit]\n~go now", 2, "~go: ~ stands before a verb of three letters or more"},
		{"a verb of nothing", "[exit]\n~ now", 2, "~: ~ stands before"},
		{"nothing said", "[exit]\nleft\n[say]\ndreckly soon", 4, `[say] wants "written = said"`},
		{"two slashes", "[exit]\nleft//gone", 2, "nothing stands between two slashes"},
		{"itself", "[family]\nmother\n$family dog\ncat", 3, "[family] stands for itself"},
	} {
		_, err := NewVocabulary(c.text)
		bad, is := errors.AsType[*BadLine](err)
		if !is || bad.Line != c.line || !strings.Contains(bad.Says, c.says) {
			t.Errorf("%s: %v, not line %d: %s", c.name, err, c.line, c.says)
		}
	}
}

// Every heading of the example that administrators are shown must be one.
func TestARuleShowsTheSectionItRestsOn(t *testing.T) {
	now := time.Date(2026, 2, 3, 15, 10, 0, 0, time.UTC)
	c := Context{Now: now, State: Inside, Start: now.Add(-10 * time.Minute), End: now.Add(50 * time.Minute)}
	for text, section := range map[string]string{"I've left now": "exit", "he has a knife": "threat", "please help me get out": "cry"} {
		found := false
		for _, s := range Sections(text, c) {
			found = found || s.Name == section && len(s.Wanted) > 0
		}
		if !found {
			t.Errorf("%q shows %+v, and not [%s] with its examples", text, Sections(text, c), section)
		}
	}
	if got := Sections("LATE 30", c); len(got) != 0 {
		t.Errorf("a keyword shows %+v", got)
	}
}
