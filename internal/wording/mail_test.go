package wording

import (
	"slices"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/watch"
)

// byTextAlone are the notices that go by no e-mail, each with its reason.
var byTextAlone = map[watch.Notice]string{
	watch.AskBoth:     "a worker is asked where they answer",
	watch.ReachingYou: "it is worth nothing once it is read at a desk", watch.Rearmed: "it answers a text", watch.WasRaised: "it comes where the worker's texts come",
	PhonePage: "its link is for that phone", KinForm: "likewise", ProveCode: "it proves that phone", NumberNew: "whose it is is not known", NumberFails: "it goes to another number, by name",
	UnknownSender: "it answers a text", GlassBroken: "whom it must not come to is known by numbers",
}

func TestEveryNoticeGoesByMailOrHasAReasonNotTo(t *testing.T) {
	all := allNotices(t)
	for _, n := range all {
		_, alone := byTextAlone[n]
		if _, answers := ofInvites[n]; answers && !ByMail(n) {
			continue // the answer to an invite has an e-mail of its own
		}
		if alone = alone || strings.HasPrefix(string(n), "reply_"); alone == ByMail(n) {
			t.Errorf("%s goes by mail: %v", n, ByMail(n))
		}
	}
	for n := range subjects {
		if !slices.Contains(all, n) {
			t.Errorf("%q is said, but never happens", n)
		}
	}
}

// A subject is read on locked screens, and over shoulders.
func TestASubjectTellsNothingPrivate(t *testing.T) {
	for _, n := range allNotices(t) {
		subject, body := Mail(n, saturday())
		for _, told := range []string{"Priya", "Nair", "Sam", "Hill", "Jane", "Scarlett", "204816", "http", "960000", "\n"} {
			if strings.Contains(subject, told) {
				t.Errorf("%s: the subject is %q", n, subject)
			}
		}
		if strings.ContainsAny(subject+body, "!{}[]<>") || len(subject) > 78 {
			t.Errorf("%s: %q %q", n, subject, body)
		}
	}
	same, _ := Mail(watch.TellOverdue, saturday())
	for _, n := range []watch.Notice{watch.TellDistress, watch.TellDuress, watch.TellMention} {
		if subject, _ := Mail(n, saturday()); subject != same {
			t.Errorf("what kind of alarm it is shows: %q", subject)
		}
	}
}

func TestAMailSaysAllThatATextSays(t *testing.T) {
	for _, n := range allNotices(t) {
		if _, body := Mail(n, saturday()); body != "" {
			for word := range strings.FieldsSeq(Text(n, saturday())) {
				if n != ShiftVisits && !strings.Contains(body, strings.TrimSuffix(word, ".")) {
					t.Errorf("%s: the text says %q, the mail does not: %q", n, word, body)
				}
			}
			if !strings.Contains(body, "\n"+saturday().Link+"\n") {
				t.Errorf("%s: no link alone on a line: %q", n, body)
			}
		}
	}
	v := saturday()
	v.Rehearsal = true
	if subject, body := Mail(watch.TellOverdue, v); !strings.HasPrefix(subject, "REHEARSAL ") || !strings.HasPrefix(body, "REHEARSAL ") {
		t.Errorf("a rehearsal's mail is %q, %q", subject, body)
	}
}

func TestAnAlarmsMailReads(t *testing.T) {
	subject, body := Mail(watch.TellDuress, saturday())
	want := `A7F3 15:15: CALL 999 now. Priya N asked for Scarlett. Do not ring or text them. Address:

https://allclear.example.org/a/4h7kq2

You are told by text and by call too, where we have a number. Reading or answering this e-mail does not take charge of the alarm: the page does, or the key on the call.
`
	if subject != "Allclear: alarm (A7F3)" || body != want {
		t.Errorf("it is %q\n%s", subject, body)
	}
	_, body = Mail(ShiftVisits, saturday())
	if !strings.Contains(body, "Your visits:\n\nA7F3 14:00 to 15:00\nB2K9 16:00 to 17:00\n") {
		t.Errorf("the list is\n%s", body)
	}
}
