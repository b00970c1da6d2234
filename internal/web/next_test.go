package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/watch"
)

// TestNextStep walks every state of an alarm as Sam sees it at ten to midnight.
func TestNextStep(t *testing.T) {
	now := time.Date(2026, 11, 21, 23, 50, 0, 0, time.UTC)
	ago := func(min int) time.Time { return now.Add(-time.Duration(min) * time.Minute) }
	mine := func(s *standing) { s.HeldBy, s.Holder, s.HeldAt = "p-sam", "Sam Hill", ago(3) }
	lees := func(s *standing) { s.HeldBy, s.Holder, s.HeldAt = "p-lee", "Lee Marsh", ago(3) }
	of := func(kind watch.Kind) func(*standing) { return func(s *standing) { s.Kind = kind } }
	told := func(s *standing) { s.TheyKnow, s.PoliceAt, s.LiaiseAt = ago(20), time.Time{}, now.Add(10*time.Minute) }
	unseen := func(s *standing) { s.Sees = false }
	for _, row := range []struct {
		name  string
		stand []func(*standing)
		says  string
		does  deed
	}{
		{"nobody has it", nil, "Take charge of this alarm.", doTake},
		{"someone else has it", []func(*standing){lees}, "Lee Marsh has had this alarm since 23:47. You need do nothing unless they ask you.", doNothing},
		{"the ring-round begins", []func(*standing){mine}, "Ring Priya’s mobile, then each number below, until you speak with Priya.", doRing},
		{"the ring-round goes on", []func(*standing){mine, func(s *standing) { s.Calls, s.Try = 2, "Ravi Nair, husband" }},
			"Ring Ravi Nair, husband next, and go on round until you speak with Priya.", doRing},
		{"no number is known", []func(*standing){mine, func(s *standing) { s.Try = "" }}, "No number is known for Priya. Ring 999 now.", doPolice},
		{"the police are due, though nobody has it", []func(*standing){func(s *standing) { s.PoliceAt = now }}, "Ring 999 now: nobody has spoken with Priya.", doPolice},
		{"between two prompts for the police", []func(*standing){mine, func(s *standing) { s.Prompts = 1 }}, "Ring 999 now: nobody has spoken with Priya.", doPolice},
		{"spoken with", []func(*standing){mine, func(s *standing) { s.SpokeAt = ago(4) }}, "Priya was spoken with at 23:46. Close the alarm, or log why not, by 23:56.", doClose},
		{"spoken with, and someone else has it", []func(*standing){lees, func(s *standing) { s.SpokeAt = ago(4) }},
			"Priya was spoken with at 23:46. Lee Marsh has had this alarm since 23:47. You need do nothing unless they ask you.", doNothing},
		{"spoken with, and left open by someone else", []func(*standing){lees, func(s *standing) { s.SpokeAt = ago(12) }},
			"Priya was spoken with at 23:38. Close the alarm now, or log why not.", doClose},
		{"spoken with well before the police are due", []func(*standing){mine, func(s *standing) { s.SpokeAt = ago(12) }},
			"Priya was spoken with at 23:38. Close the alarm now, or log why not.", doClose},
		{"spoken with, and not closed", []func(*standing){mine, func(s *standing) { s.SpokeAt, s.PoliceAt = ago(10), now }},
			"Priya was spoken with at 23:40 and the alarm is still open. Close it now, or ring 999.", doPolice},
		{"the reader's shift begins", []func(*standing){lees, func(s *standing) { s.Next, s.Taker = "p-sam", "Sam Hill" }},
			"You are on call now. Speak with Lee Marsh, then take this alarm over.", doTake},
		{"the reader's shift is over", []func(*standing){mine, func(s *standing) { s.Next, s.Taker = "p-lee", "Lee Marsh" }},
			"Ring Priya’s mobile, then each number below, until you speak with Priya.", doRing},
		{"the police were told", []func(*standing){mine, told}, "The police were told at 23:30. Speak with them again at 00:00, and log what they say.", doLiaise},
		{"the police are to be rung again", []func(*standing){mine, told, func(s *standing) { s.LiaiseAt = now }}, "Ring the police again now, and log what they say.", doLiaise},
		{"the police were to be rung again a while ago", []func(*standing){mine, told, func(s *standing) { s.Again = true }}, "Ring the police again now, and log what they say.", doLiaise},
		{"the police were told by another who has it", []func(*standing){lees, told},
			"The police were told at 23:30. Lee Marsh has had this alarm since 23:47. You need do nothing unless they ask you.", doNothing},
		{"a shift begins in liaison", []func(*standing){lees, told, func(s *standing) { s.Next = "p-sam" }},
			"The police were told at 23:30. Speak with Lee Marsh, then take this alarm over.", doTake},
		{"spoken with since the police were told", []func(*standing){mine, told, func(s *standing) { s.SpokeAt = ago(2) }},
			"Priya was spoken with at 23:48. If they are safe, tell the police so, then close the alarm.", doClose},
		{"found harmed", []func(*standing){mine, func(s *standing) { s.HarmedAt, s.PoliceAt = ago(1), time.Time{} }},
			"Priya was found harmed. The search is over; close the alarm once the outcome is known. If nobody has told the police, ring 999 now.", doPolice},
		{"found harmed, and the police know", []func(*standing){mine, told, func(s *standing) { s.HarmedAt = ago(1) }},
			"Priya was found harmed. The search is over; close the alarm once the outcome is known.", doClose},
		{"duress, and nobody has it", []func(*standing){of(watch.Duress)}, "Do not ring or text Priya. Ring 999 now: give the address and the family’s details.", doPolice},
		{"duress", []func(*standing){of(watch.Duress), mine}, "Do not ring or text Priya. Ring 999 now: give the address and the family’s details.", doPolice},
		{"duress, with no visit", []func(*standing){of(watch.Duress), mine, func(s *standing) { s.Visits = nil }},
			"Do not ring or text Priya. Ring 999 now: say who they are, and where they may be.", doPolice},
		{"duress, and someone else has it", []func(*standing){of(watch.Duress), lees},
			"Do not ring or text Priya. Make sure that Lee Marsh has rung 999: if you cannot tell, ring 999 now.", doPolice},
		{"a mere mention", []func(*standing){of(watch.Duress), mine, func(s *standing) { s.Mention = true }},
			"Do not ring or text Priya. Ring 999 now: give the address and the family’s details. The name was only mentioned: two of you may hold 999.", doPolice},
		{"a mere mention that is held", []func(*standing){of(watch.Duress), mine, func(s *standing) { s.Mention, s.HeldUntil = true, now.Add(20*time.Minute) }},
			"Do not ring or text Priya. 999 is held until 00:10: find out what they meant from someone else. In any doubt, ring 999.", doPolice},
		{"a hold that ran out", []func(*standing){of(watch.Duress), mine, func(s *standing) { s.Mention, s.HeldUntil = true, now }},
			"Do not ring or text Priya. Ring 999 now: give the address and the family’s details. The name was only mentioned: two of you may hold 999.", doPolice},
		{"duress, the police were told", []func(*standing){of(watch.Duress), mine, told}, "The police were told at 23:30. Speak with them again at 00:00, and log what they say.", doLiaise},
		{"duress, spoken with", []func(*standing){of(watch.Duress), mine, func(s *standing) { s.SpokeAt = ago(1) }},
			"Priya was spoken with at 23:49. Unless they are away from the place and a second person agrees, ring 999 now.", doPolice},
		{"spoken with before it became duress", []func(*standing){of(watch.Duress), mine, func(s *standing) { s.SpokeAt, s.RaisedAt = ago(3), ago(2) }},
			"Do not ring or text Priya. Ring 999 now: give the address and the family’s details.", doPolice},
		{"distress", []func(*standing){of(watch.Distress), mine}, "Do not ring or text Priya. Ring 999 now: give the address and the family’s details.", doPolice},
		{"distress, out of there", []func(*standing){of(watch.Distress), mine, func(s *standing) { s.Away = true }},
			"Priya says they are out of there. Ring Priya’s mobile now; if they do not answer or are not safe, ring 999.", doRing},
		{"distress, out of there, and someone else has it", []func(*standing){of(watch.Distress), lees, func(s *standing) { s.Away = true }},
			"Priya says they are out of there. Make sure that Lee Marsh has rung 999: if you cannot tell, ring 999 now.", doPolice},
		{"the reader may not act", []func(*standing){lees, func(s *standing) { s.May = false }}, "Lee Marsh has had this alarm since 23:47. You need do nothing unless they ask you.", doNothing},
		{"the reader may not act, and nobody has it", []func(*standing){func(s *standing) { s.May = false }},
			"Nobody has taken this alarm yet; those on call are being told. You need do nothing unless they ask you.", doNothing},
		{"where the worker is is not for the reader yet", []func(*standing){unseen}, "Take charge of this alarm.", doTake},
		{"spoken with, and where is not for the reader yet", []func(*standing){unseen, func(s *standing) { s.SpokeAt = ago(4) }}, "Take charge of this alarm.", doTake},
		{"the police are due, and where is not for the reader yet", []func(*standing){unseen, func(s *standing) { s.PoliceAt = now }},
			"Nobody has spoken with Priya. Take charge of this alarm now: you then see where they are. Ring 999 next.", doTake},
		{"the police are due, and where is for someone else", []func(*standing){unseen, lees, func(s *standing) { s.PoliceAt = now }},
			"Nobody has spoken with Priya. Make sure that Lee Marsh has rung 999: if you cannot tell, ring 999 now.", doPolice},
		{"duress, and where is not for the reader yet", []func(*standing){unseen, of(watch.Duress)},
			"Do not ring or text Priya. Take charge of this alarm now: you then see where they are. Ring 999 next.", doTake},
		{"duress, someone else has it, and where is not for the reader", []func(*standing){unseen, lees, of(watch.Duress)},
			"Do not ring or text Priya. Make sure that Lee Marsh has rung 999: if you cannot tell, ring 999 now.", doPolice},
		{"someone else has it, and where is not for the reader", []func(*standing){unseen, lees}, "Lee Marsh has had this alarm since 23:47. You need do nothing unless they ask you.", doNothing},
		{"the reader's shift begins, and where is not for them yet", []func(*standing){unseen, lees, func(s *standing) { s.Next = "p-sam" }},
			"You are on call now. Speak with Lee Marsh, then take this alarm over.", doTake},
		{"found harmed, and where is not for the reader yet", []func(*standing){unseen, of(watch.Duress), func(s *standing) { s.HarmedAt = ago(1) }}, "Take charge of this alarm.", doTake},
		{"the reader is the worker, and nobody has it", []func(*standing){func(s *standing) { s.Self, s.Answers = true, "Jo Park" }},
			"Please ring Jo Park: they close this once they have spoken with you.", doNothing},
		{"the reader is the worker", []func(*standing){lees, func(s *standing) { s.Self = true }}, "Please ring Lee Marsh: they close this once they have spoken with you.", doNothing},
		{"closed", []func(*standing){func(s *standing) { s.Open, s.ClosedAt, s.Closer = false, ago(5), "Lee Marsh" }}, "Closed by Lee Marsh at 23:45. Nothing more is asked of you here.", doNothing},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := standing{Alarm: watch.Alarm{Kind: watch.OverdueAlarm, RaisedAt: ago(25), Visits: []string{"v1"}, PoliceAt: now.Add(5 * time.Minute)}, At: now, Reader: "p-sam",
				May: true, Sees: true, Open: true, Worker: "Priya", Try: "Priya’s mobile", Clock: func(t time.Time) string { return t.Format("15:04") }}
			for _, change := range row.stand {
				change(&s)
			}
			if got := s.next(); got.Says != row.says || got.Does != row.does {
				t.Errorf("says  %q (%s)\nwants %q (%s)", got.Says, got.Does, row.says, row.does)
			}
		})
	}
}

// What does the next thing comes first in the room, whatever the state; the ring-round comes last once the worker was spoken with.
func TestWhatIsNextComesFirstInTheRoom(t *testing.T) {
	now := time.Date(2026, 11, 21, 23, 50, 0, 0, time.UTC)
	spoke := watch.Alarm{Kind: watch.OverdueAlarm, SpokeAt: now}
	for _, row := range []struct {
		name  string
		alarm watch.Alarm
		does  deed
		want  string
	}{
		{"to take", watch.Alarm{Kind: watch.OverdueAlarm}, doTake, "facts ring note police close"},
		{"the ring-round", watch.Alarm{Kind: watch.OverdueAlarm}, doRing, "ring note facts police close"},
		{"spoken with", spoke, doClose, "close note take police facts ring"},
		{"spoken with, and left open", spoke, doPolice, "close note take police facts ring"},
		{"nobody spoke with them", watch.Alarm{Kind: watch.OverdueAlarm}, doPolice, "facts police ring note close"},
		{"liaison", watch.Alarm{Kind: watch.OverdueAlarm, TheyKnow: now}, doLiaise, "police take facts ring note close"},
		{"liaison in duress", watch.Alarm{Kind: watch.Duress, TheyKnow: now}, doLiaise, "police take facts ring note close"},
		{"duress", watch.Alarm{Kind: watch.Duress}, doPolice, "facts police ring note close"},
		{"duress, spoken with", watch.Alarm{Kind: watch.Duress, SpokeAt: now}, doPolice, "facts police ring note close"},
		{"duress, to take over", watch.Alarm{Kind: watch.Duress}, doTake, "facts police ring note close"},
		{"distress, out of there", watch.Alarm{Kind: watch.Distress, Away: true}, doRing, "ring note facts police close"},
		{"found harmed", watch.Alarm{Kind: watch.OverdueAlarm, SpokeAt: now, HarmedAt: now}, doPolice, "facts police ring note close"},
		{"found harmed, the police know", watch.Alarm{Kind: watch.OverdueAlarm, HarmedAt: now}, doClose, "close note take police facts ring"},
	} {
		if got := strings.Trim(fmt.Sprint(standing{Alarm: row.alarm}.chapters(nextStep{Does: row.does})), "[]"); got != row.want {
			t.Errorf("%s: %s, wants %s", row.name, got, row.want)
		}
	}
}

// Where a ringing phone could betray the worker, none of their numbers is offered (rule 4.5).
func TestWhoIsRungInDanger(t *testing.T) {
	for _, row := range []struct {
		kind watch.Kind
		away bool
		want bool
	}{{watch.OverdueAlarm, false, true}, {watch.Duress, false, false}, {watch.Duress, true, false}, {watch.Distress, false, false}, {watch.Distress, true, true}} {
		s := standing{Alarm: watch.Alarm{Kind: row.kind, Away: row.away}, Open: true}
		if s.rings() != row.want {
			t.Errorf("%s, away %v: rings %v", row.kind, row.away, !row.want)
		}
	}
}
