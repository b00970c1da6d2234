package wording

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Someone else may hold the worker's phone.
func TestWhatAWorkerIsSentTellsNothing(t *testing.T) {
	raised := regexp.MustCompile(`(?i)alarm|duress|distress|danger|police|emergency|999|scarlett`)
	leaving := regexp.MustCompile(`(?i)\b(left|leave|leaving|out|gone|done|finished|over|safe|fine|ok)\b[^.?]*\?`)
	taught := regexp.MustCompile(`\b(OUT|LEFT|DONE|END|STOP|CANCEL|YES|NO|START|HELP|QUIT)\b`) // nor what networks swallow (rule 2.1)
	yesOrNo := regexp.MustCompile(`(?i)\b(yes|y/n|yes or no)\b|(?:^|[.:] )(are|have|did|do|is|has|was|were|will) (you|it|that|they)\b[^.]*\?`)
	for _, n := range allNotices(t) {
		if toWorkers[n] == "" {
			continue
		}
		for _, v := range []Values{saturday(), hardest(), {Plain: true}} {
			text := Text(n, v)
			if word := raised.FindString(text); word != "" {
				t.Errorf("%s says %q: %q", n, word, text)
			}
			if question := leaving.FindString(text); question != "" {
				t.Errorf("%s asks about leaving: %q", n, question)
			}
			if question := yesOrNo.FindString(text); question != "" {
				t.Errorf("%s can be answered by a bare yes: %q", n, question)
			}
			if word := taught.FindString(text); word != "" && n != watch.ReplyNoAnswer { // rule 2.8 gives that one its words
				t.Errorf("%s teaches %q: %q", n, word, text)
			}
		}
	}
}

func TestTheProtocolsOwnWords(t *testing.T) {
	v := saturday()
	v.Now, v.At = on(21, 14, 58), on(21, 14, 58)
	for _, tt := range []struct {
		notice watch.Notice
		want   string
	}{
		{watch.ReplyOut, "Out 14:58. Thank you."},
		{watch.ReplyIn, "In 14:58, until 15:00."},
		{watch.ReplyConfirming, "Got that, confirming"},
		{watch.ReplyNoAnswer, "Reply LEFT, or a new time"},
		{watch.ReplyAsk, "I'll see if I can find Jane for you."},
		{watch.ReplyFound, "I've got a message to Jane. She'll call you back as soon as possible."},
		{watch.ReplyGotMessage, "Got your message."},
	} {
		if got := Text(tt.notice, v); !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want %q in it", tt.notice, got, tt.want)
		}
	}
}

func TestAskingForScarlettIsAnsweredWithTheSameBytesButTheName(t *testing.T) {
	ordinary := saturday()
	covert := hardest() // an alarm, late, in its twelfth round
	covert.Name, covert.Rehearsal = private.New("Scarlett"), false
	for _, n := range []watch.Notice{watch.ReplyAsk, watch.ReplyFound} {
		if a, b := Text(n, ordinary), Text(n, covert); strings.Replace(a, "Jane", "Scarlett", 1) != b {
			t.Errorf("%q and %q differ in more than the name", a, b)
		}
	}
}

func TestAnUnknownNumberLearnsNothing(t *testing.T) {
	v, bare := saturday(), Values{Zone: london, Now: on(21, 15, 15), At: on(21, 15, 15)}
	if a, b := Text(UnknownSender, v), Text(UnknownSender, bare); a != b {
		t.Errorf("%q tells more than %q", a, b)
	}
}

func TestDangerSaysWhatToDoFirst(t *testing.T) {
	v := saturday()
	for n, want := range map[watch.Notice]string{
		watch.TellDuress:   "A7F3 15:15: CALL 999 now. Priya N asked for Scarlett.",
		watch.TellDistress: "A7F3 15:15: CALL 999 now. Priya N has asked for help.",
		watch.TellMention:  "A7F3 15:15: Priya N mentioned Scarlett.",
		watch.TellPolice:   "A7F3 15:15: Contact the police now. Nobody has spoken with Priya N.",
	} {
		if got := Text(n, v); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %q, want it to begin %q", n, got, want)
		}
	}
	v.Spoke = true
	if got := Text(watch.TellPolice, v); strings.Contains(got, "Nobody") {
		t.Errorf("someone has spoken with her: %q", got)
	}
}

func TestADangerWithoutAVisitHasNoReference(t *testing.T) {
	v := saturday()
	v.Reference, v.Due = "", v.At
	if got := Text(watch.TellDuress, v); !strings.HasPrefix(got, "15:15: CALL 999 now.") {
		t.Errorf("%q", got)
	}
	if got := Speech(watch.TellDuress, v, 4); strings.Contains(got, "visit") || !strings.Contains(got, "Priya N, has asked for help, at 15:15.") {
		t.Errorf("%q", got)
	}
}

func TestACallAsksTwiceForItsOwnKey(t *testing.T) {
	for _, n := range allNotices(t) {
		v := saturday()
		said := Speech(n, v, 4)
		if strings.Count(said, "To take charge, press 4.") != 2 {
			t.Errorf("%s: %q", n, said)
		}
		if !strings.Contains(said, "15:15") {
			t.Errorf("%s tells no time: %q", n, said)
		}
		if regexp.MustCompile(`A7F3|https?:|[!{}<>\[\]]`).MatchString(said) || strings.Contains(said, "  ") {
			t.Errorf("%s cannot be read out: %q", n, said)
		}
		v.Rehearsal = true
		if said := Speech(n, v, 4); !strings.HasPrefix(said, "This is a rehearsal.") {
			t.Errorf("%s: %q", n, said)
		}
	}
}

func TestACallSpellsTheReferenceAndSaysHowLateItIs(t *testing.T) {
	v := saturday()
	v.Late, v.Round = 21*time.Hour+time.Minute, 3
	said := Speech(watch.TellOverdue, v, 7)
	for _, want := range []string{"A 7 F 3", "Priya N", "Notice number 3.", "late by 21 hours 1 minute."} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in %q", want, said)
		}
	}
}

func TestTheListOfAShiftLeavesNoVisitOut(t *testing.T) {
	v := hardest()
	for _, count := range []int{0, 1, 2, 5, 12, 40} {
		visits := v.Among[:count]
		texts := List(visits, v)
		for i, text := range texts {
			mustFit(t, text)
			if i == 0 && !strings.Contains(text, v.Link) {
				t.Errorf("%d visits: no link first: %q", count, text)
			}
		}
		for _, w := range visits {
			if !strings.Contains(strings.Join(texts, " "), " "+w.Reference+" ") {
				t.Errorf("%d visits: %s is missing from %q", count, w.Reference, texts)
			}
		}
		if last := texts[len(texts)-1]; len(texts) > 1 && !strings.HasPrefix(last, "REHEARSAL "+strconv.Itoa(len(texts))+" of "+strconv.Itoa(len(texts))+". ") {
			t.Errorf("%d visits in %d texts: the last is %q", count, len(texts), last)
		}
	}
}

func TestAVisitPastMidnightIsListedWithItsDay(t *testing.T) {
	v := saturday()
	v.Link = ""
	got := List([]Visit{{"N1GT", on(21, 23, 0), on(22, 0, 30)}}, v)
	if want := []string{"On call 14:00 to 15:00. Your visits: N1GT 23:00-Sun 00:30"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
