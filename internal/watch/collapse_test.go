package watch

import (
	"reflect"
	"testing"
	"time"
)

func tell(to string, n Notice) Tell {
	return Tell{To: to, Notice: n, Alarm: "a1", Visit: "v1", Round: 2, Late: time.Minute}
}

func TestCollapse(t *testing.T) {
	at := func(tell Tell, late time.Duration) Tell { tell.Late = late; return tell }
	first := func(tell Tell) Tell { tell.First = true; return tell }
	visit := func(tell Tell, id string) Tell { tell.Visit = id; return tell }
	plain := Tell{To: "sam", Notice: TellIn, Visit: "v1"}
	askStart, askEnd := Reply{Notice: AskStart, Visit: "v1"}, Reply{Notice: AskEnd, Visit: "v1"}
	answer := Reply{Notice: ReplyOut, Visit: "v1", Of: "i1"}
	for _, c := range []struct {
		name     string
		in, want []Effect
	}{
		{"three rounds are one, late by the first",
			[]Effect{at(tell("sam", TellOverdue), 3*time.Hour), at(tell("sam", TellOverdue), 2*time.Hour), at(tell("sam", TellOverdue), time.Minute)},
			[]Effect{at(tell("sam", TellOverdue), 3*time.Hour)}},
		{"the police prompt stands for the overdue message, whichever comes first",
			[]Effect{tell("sam", TellOverdue), tell("lee", TellPolice), tell("sam", TellPolice), tell("lee", TellOverdue)},
			[]Effect{tell("lee", TellPolice), tell("sam", TellPolice)}},
		{"the first notice is one, however many rounds were slept through",
			[]Effect{first(tell("sam", TellOverdue)), tell("sam", TellOverdue), tell("sam", TellPolice), tell("sam", TellOverdue), tell("lee", TellPolice)},
			[]Effect{first(tell("sam", TellPolice)), tell("lee", TellPolice)}},
		{"the first notice stays one beside what says something of its own",
			[]Effect{first(tell("sam", TellOverdue)), tell("sam", TellHas), tell("sam", TellOverdue)},
			[]Effect{tell("sam", TellHas), first(tell("sam", TellOverdue))}},
		{"another person is told too",
			[]Effect{tell("sam", TellOverdue), tell("lee", TellOverdue)},
			[]Effect{tell("sam", TellOverdue), tell("lee", TellOverdue)}},
		{"what says something of its own stays",
			[]Effect{visit(tell("sam", TellJoined), "v2"), visit(tell("sam", TellJoined), "v3"), tell("sam", TellPolice), tell("sam", TellHas), tell("sam", TellClosed)},
			[]Effect{visit(tell("sam", TellJoined), "v2"), visit(tell("sam", TellJoined), "v3"), tell("sam", TellPolice), tell("sam", TellHas), tell("sam", TellClosed)}},
		{"the same reminder twice is one, two kinds are two",
			[]Effect{tell("sam", TellLiaise), tell("sam", TellHandOver), tell("sam", TellLiaise), tell("sam", TellHandOver)},
			[]Effect{tell("sam", TellLiaise), tell("sam", TellHandOver)}},
		{"what is about no alarm stays", []Effect{plain, plain}, []Effect{plain, plain}},
		{"of several prompts the last", []Effect{askStart, askEnd}, []Effect{askEnd}},
		{"what they just told us is not asked", []Effect{askEnd, answer}, []Effect{answer}},
		{"answers all stay", []Effect{answer, answer}, []Effect{answer, answer}},
		{"a later prompt does not eat an answer", []Effect{answer, askEnd}, []Effect{answer, askEnd}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := collapse(c.in); !reflect.DeepEqual(got, c.want) {
				t.Fatalf("got  %v\nwant %v", got, c.want)
			}
		})
	}
}

// Every sentence that says an alarm is there has its weight: one without would
// be handed over once a round after a long sleep.
func TestEveryAlarmHasItsWeight(t *testing.T) {
	for _, a := range []Alarm{{Kind: OverdueAlarm}, {Kind: Distress}, {Kind: Duress}, {Kind: Duress, Mention: true}} {
		if n := a.notice(); weights[n] == 0 || weights[n] >= weights[TellPolice] {
			t.Errorf("%s weighs %d: it should be above nothing and below the police prompt", n, weights[n])
		}
	}
	for _, n := range reminders {
		if weights[n] != 0 {
			t.Errorf("%s is a reminder: it must not stand for an alarm", n)
		}
	}
}
