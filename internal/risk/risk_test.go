package risk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/allclear-safety/allclear/internal/private"
)

// whole is an assessment with everything in it.
func whole() Assessment {
	a := Assessment{Place: at("J Smith", "1 Example Street GL1 1AA"), Known: map[Topic]Known{}, Plan: private.New("Park facing out"), Joint: Yes, JointWhy: private.New("her brother"),
		Discussed: private.New("Lee"), From: "r0", Verdict: Verdict{Decision: Together, Reasons: private.New("two is safer"), VoiceOnly: true, NoPrompts: true, By: "p-lee",
			At: time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)}}
	for _, topic := range Topics() {
		a.Known[topic] = Known{Answer: No}
	}
	a.Known[Discrimination] = Known{Yes, private.New("shouted at a colleague in May")}
	return a
}

func TestPapersAreReadAsTheyWereWritten(t *testing.T) {
	a, err := ReadAssessment(whole().Body())
	if diff := cmp.Diff(whole(), a); err != nil || diff != "" {
		t.Error(err, diff)
	}
	w := Warning{at("J Smith", ""), Dogs, private.New("an Alsatian"), private.New("it bit the postman"), private.New("Lee"), private.New("LL-1"), private.New("it died"), []string{"v1"}}
	if got, err := ReadWarning(w.Body()); err != nil || cmp.Diff(w, got) != "" {
		t.Error(err, cmp.Diff(w, got))
	}
	for _, read := range []func(private.Text) error{
		func(b private.Text) error { _, err := ReadAssessment(b); return err },
		func(b private.Text) error { _, err := ReadWarning(b); return err },
	} {
		if err := read(private.New(`{"plan": gorgonzola}`)); err == nil || strings.Contains(err.Error(), "gorgonzola") {
			t.Errorf("what is no paper is read with %v", err)
		}
	}
	if strings.Contains(fmt.Sprintf("%+v %v", a, w), "Alsatian") {
		t.Error("a paper prints its words")
	}
}

func TestTheRisksAreWhatIsThereAndTheConditions(t *testing.T) {
	var lines []string
	for _, line := range whole().Risks() {
		lines = append(lines, line.Reveal())
	}
	want := []string{"Racist or other discriminatory behaviour: shouted at a colleague in May",
		"The visit ends by voice only: a text or a press is not enough, speak with the worker", "No texts to the worker during the visit"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if !whole().Discrimination() || (Assessment{}).Discrimination() || len(Assessment{}.Risks()) != 0 {
		t.Error("an empty assessment knows something")
	}
}

func TestTheNextStartsWithAllThatIsKnownAndNothingDecided(t *testing.T) {
	next := whole().Anew()
	if next.Verdict != (Verdict{}) || !next.Discussed.IsZero() || !next.Discrimination() || next.Plan.IsZero() {
		t.Errorf("the next one is %+v", next)
	}
	if p := next.Problems(true); len(p) != 0 {
		t.Errorf("one that is all filled in has %v", p)
	}
}

func TestWhatKeepsAPaperFromBeingTaken(t *testing.T) {
	fields := func(p []Problem) (names []string) {
		for _, x := range p {
			names = append(names, x.Field)
		}
		return names
	}
	long := private.New(strings.Repeat("x", 2001))
	for _, row := range []struct {
		what string
		p    []Problem
		want []string
	}{
		{"an empty draft", Assessment{}.Problems(false), []string{"service_user"}},
		{"a draft with a name", Assessment{Place: at("J Smith", "")}.Problems(false), nil},
		{"one that is sent half done", Assessment{Place: at("J Smith", "")}.Problems(true), []string{"aggression", "weapons", "dogs", "alcohol", "discrimination", "unexpected", "area", "signal", "lighting", "joint", "plan"}},
		{"answers that are none", Assessment{Place: at("J Smith", ""), Known: map[Topic]Known{Dogs: {"maybe", long}}, Joint: "perhaps", Plan: long, Discussed: long}.Problems(false),
			[]string{"dogs", "dogs-words", "joint", "plan", "discussed"}},
		{"a name turned round unseen", Assessment{Place: at("J\u202eSmith", "")}.Problems(false), []string{"service_user"}},
		{"no verdict", Verdict{}.Problems(), []string{"decision", "reasons"}},
		{"a verdict", whole().Verdict.Problems(), nil},
		{"an empty warning", Warning{}.Problems(), []string{"service_user", "topic", "what", "reason", "source"}},
		{"a warning", Warning{Place: at("", "1 Elm Road"), Topic: Other, What: private.New("a pit"), Reason: private.New("seen"), Source: private.New("Lee")}.Problems(), nil},
		{"too much of a warning", Warning{Place: at("", "1 Elm Road"), Topic: Other, What: long, Reason: long, Source: long, Case: long}.Problems(), []string{"what", "reason", "source", "case"}},
	} {
		if got := fields(row.p); !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, not %v", row.what, got, row.want)
		}
	}
}

func TestEveryTopicAndDecisionHasWords(t *testing.T) {
	for _, topic := range WarningTopics() {
		if topic.Words() == "" {
			t.Errorf("%s has no words", topic)
		}
	}
	for _, d := range Decisions() {
		if d.Words() == "" || d.Stops() != (d == NotHome || d == NotAtAll) {
			t.Errorf("%s: %q, stops %v", d, d.Words(), d.Stops())
		}
	}
}

func TestAnAssessmentIsLookedAtAgainAfterHalfAYear(t *testing.T) {
	decided := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	due := LookAgain(decided)
	if !due.Equal(time.Date(2027, 5, 21, 14, 0, 0, 0, time.UTC)) || !Lapses(due).Equal(time.Date(2027, 11, 21, 14, 0, 0, 0, time.UTC)) {
		t.Errorf("due %v, lapses %v", due, Lapses(due))
	}
}
