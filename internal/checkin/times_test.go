package checkin

import (
	"strings"
	"testing"
)

// timesOf reads "rule | text | until | begin" lines for a visit from 15:00 to 16:00. Going in, the intent is known to be a start.
func timesOf(t *testing.T, s State, goingIn bool, table string) {
	t.Helper()
	for l := range strings.Lines(table) {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		col := strings.Split(l, "|")
		for i := range col {
			col[i] = strings.TrimSpace(col[i])
		}
		if len(col) != 4 {
			t.Fatalf("not rule | text | until | begin: %q", l)
		}
		c := afternoon1500(s)
		text, _ := takeNumber(col[1])
		p := c.vocabulary().read(text).planOf(c, goingIn)
		if clock(p.until) != col[2] || !goingIn && clock(p.begin) != col[3] {
			t.Errorf("%s: %s: %q: want until %q begin %q, got %q %q", s, col[0], col[1], col[2], col[3], clock(p.until), clock(p.begin))
		}
	}
}

// TestClockInside says times of day at 15:10, with the end at 16:00.
func TestClockInside(t *testing.T) {
	timesOf(t, Inside, false, `
		T1 | half 4 | 16:30 |
		T1 | half past four | 16:30 |
		T1 | gonna be hauf four | 16:30 |
		T1 | quarter to | 15:45 |
		T1 | be quarter past | 15:15 |
		T1 | be out at 20 to | 15:40 |
		T1 | finishing at ten to | 15:50 |
		T1 | out by twenty five to five | 16:35 |
		T1 | out at five and twenty to five | 16:35 |
		T1 | quarter too five | 16:45 |
		T1 | out by quarter two five | 16:45 |
		T1 | should be done quarter two | 15:45 |
		T1 | out 10 too 4 | 15:50 |
		T1 | 20 mins past 4 | 16:20 |
		T1 | be away for 10 minutes to 4 | 15:50 |
		T1 | it'll be gone 4 before I'm done | 16:00 |
		T1 | 4ish | 16:00 |
		T1 | out four-ish | 16:00 |
		T1 | out by fiveish | 17:00 |
		T1 | half fourish | 16:30 |
		T1 | out by 4 pal | 16:00 |
		T1 | four thirty | 16:30 |
		T1 | out at four fifteen | 16:15 |
		T1 | need until four forty five | 16:45 |
		T1 | 4 o'clock | 16:00 |
		T1 | 5 o clock please | 17:00 |
		T1 | 1645 hours | 16:45 |
		T1 | 16:45hrs | 16:45 |
		T1 | 4.45pm | 16:45 |
		T1 | out by 5 tonight | 17:00 |
		T1 | out by 6 this evening | 18:00 |
		T1 | out by 8 this evening | 20:00 |
		T2 | out by 3 | |
		T2 | out by 10 past 3 | |
		T3 | 6:45 | 18:45 |
		T3 | ten to | 15:50 |
		T3 | 30 | |
		T3 | 4 please x | 16:00 |
		C1 | Can I have til quarter to 5? | 16:45 |
		C1 | put me down for 4.30 | 16:30 |
		C1 | put me on 4.30 | 16:30 |
		C1 | call it half 4 | 16:30 |
		C1 | say 5 | 17:00 |
		C1 | making it 5 | 17:00 |
		C1 | hiya running on a bit now, looking at 4.30 | 16:30 |
		C1 | they want me to stay until half past 4 | 16:30 |
		C1 | mum wants me to stop till 5 | 17:00 |
		C1 | manager has agreed half 4 | 16:30 |
		C1 | contact extended to 4.30 by the duty manager | 16:30 |
		C1 | back out at 20 past 4 | 16:20 |
		C2 | if I'm not out by 4 call me | 16:00 |
		C2 | if you've not heard from me by quarter past 4 ring the police | 16:15 |
		C3 | leaving in 5 | 15:15 |
		C3 | out in 2 | 15:12 |
		C3 | out in 2 mins | 15:12 |
		C3 | out in a bit | |
		C3 | be a few mins | |
		E5 | out at 4 | 16:00 |
		E5 | finished at 3 | |
		E5 | done at half 3 | 15:30 |
		T6 | between 4 and half past | 16:30 |
		T6 | somewhere between half 4 and 5 | 17:00 |
		T6 | 4 or quarter past | 16:15 |
		T6 | out 4, maybe half past | 16:30 |
		T6 | 4.15 please, 5 at the very latest | 17:00 |
		T6 | latest 5, probably half 4 | 17:00 |
		T6 | 4-4.30 | 16:30 |
		T6 | no later than six | 18:00 |
		T7 | 4, no sorry 4.30 | 16:30 |
		T7 | out at 4 scrap that 5 | 17:00 |
		T7 | out at 5. actually make it 4 | 16:00 |
		T7 | out by 4 - no wait half 4 | 16:30 |
		T7 | half 4 not 5 | 16:30 |
		T7 | not 5, half 4 | 16:30 |
		T7 | not half 4 but quarter to | 15:45 |
		T7 | not 1600 but 1630 | 16:30 |
		T7 | 5 instead of 4 | 17:00 |
		T7 | 5 rather than 4 please | 17:00 |
		T7 | not half 4 now. five | 17:00 |
		T7 | said 4, meant 5 | 17:00 |
		T9 | gonna be midnight | 00:00 |
		and a second time that agrees | out in 50 mins, 4 o'clock | 16:00 |
		and a second time that does not | 4 or thereabouts. half 5. | |
	`)
}

// TestLengthsInside says lengths at 15:10, with the end at 16:00.
func TestLengthsInside(t *testing.T) {
	timesOf(t, Inside, false, `
		T5 | 20 mins | 15:30 |
		T5 | need an hour | 16:10 |
		T5 | hour and a half | 16:40 |
		T5 | hour and a quarter from now | 16:25 |
		T5 | an hour and quarter | 16:25 |
		T5 | be an hour n half | 16:40 |
		T5 | 1hr 30 | 16:40 |
		T5 | 1h30 | 16:40 |
		T5 | 1hr30m | 16:40 |
		T5 | 1.5 hrs | 16:40 |
		T5 | 1 1/2 hours | 16:40 |
		T5 | 1½ hours | 16:40 |
		T5 | one and a half hours | 16:40 |
		T5 | 1/2 hr | 15:40 |
		T5 | half hour tops | 15:40 |
		T5 | half-hour | 15:40 |
		T5 | three quarters of an hour | 15:55 |
		T5 | 3/4 of an hour | 15:55 |
		T5 | need three quarters of an hour more | 16:45 |
		T5 | quarter of an hour and I'm out | 15:25 |
		T5 | an hour max | 16:10 |
		T5 | hour max | 16:10 |
		T5 | an hour and 20 | 16:30 |
		T5 | 2 hours 10 mins | 17:20 |
		T5 | need another 20 minutes | 16:20 |
		T5 | be about twenty five more minutes | 16:25 |
		T5 need, from now | need 20 mins | 15:30 |
		T5 | couple of hours | 17:10 |
		T5 | give me 20 | 15:30 |
		T5 | give us ten | 15:20 |
		T5 | gimme 15 | 15:25 |
		T5 | giz 10 mins | 15:20 |
		T5 | thirteen minutes | 15:23 |
		T5 | going to be about another forty | 16:40 |
		T5 another that would not reach the end | another 10 | 16:10 |
		T5 another that would not reach the end | another half hour | 16:30 |
		T5 another that would not reach the end | 10 more mins | 16:10 |
		T5 another that would not reach the end | two more minutes | 16:02 |
		T5 another that passes the end | another hour | 16:10 |
		T5 another that passes the end | two more hours | 17:10 |
		T5 another that passes the end | one more hour | 16:10 |
		T5 another that passes the end | another hour and a half | 16:40 |
		T5 from now | got 10 mins left of the session | 15:20 |
		T5 | got another hour here | 16:10 |
		T5 | in the next 10 minutes | 15:20 |
		T4 | 20 over | 16:20 |
		T4 | go over by 20 | 16:20 |
		T4 | running 20 over | 16:20 |
		T4 | running 15 mins behind | 16:15 |
		T4 | overrunning by half an hour | 16:30 |
		T4 | overrun of 10 mins | 16:10 |
		T4 | 10 extra mins | 16:10 |
		T4 | an extra half hour please | 16:30 |
		T4 | extended by an hour | 17:00 |
		T4 | session has been extended by 30 minutes | 16:30 |
		T4 | half an hour more than planned | 16:30 |
		T4 | 10 mins longer than expected | 16:10 |
		T4 | twenty minutes on top of what I said | 16:20 |
		T4 | gonna be 15 late coming out | 16:15 |
		T4 | be 15 minutes late finishing | 16:15 |
		T4 early | finish 15 minutes early | 15:45 |
		T4 early | be done 20 early | 15:40 |
		T4 early | out early by 10 mins | 15:50 |
		T6 | 20-25 mins | 15:35 |
		T6 | 20 to 25 mins | 15:35 |
		T6 | 5 mins maybe 10 | 15:20 |
		T6 | 10 or 15 | |
		T6 | 10 or 15 mins | 15:25 |
		T6 | half hour maybe three quarters | 15:55 |
		T6 | an hour or two | 17:10 |
		T6 | 10/15 mins | 15:25 |
		T7 | 20 mins, sorry 30 | 15:40 |
		T7 | 20 minutes no make that 40 minutes | 15:50 |
		T8 | twice what I said | 17:00 |
		T8 | double the time I put down | 17:00 |
		and a time | need half an hour, out by quarter to | 15:40 |
		past | waited 20 mins | |
		past | 20 minutes ago | |
		past | five minutes since | |
		past | been here an hour | |
		past | been in half an hour, kids great | |
		past | this five minutes | |
		past | spent 40 minutes on the form | |
		past | gave it 10 mins | |
		past | took 20 minutes to find the place | |
		past | for the last ten minutes | |
		past | It's been an hour already | |
		past | in and out in ten minutes | |
	`)
}

// TestNoTimesOfTheVisit names times that are another thing's, counts, and what has been.
func TestNoTimesOfTheVisit(t *testing.T) {
	table := `
		somebody else's | dad is at work til 6 | |
		somebody else's | mum's back at 5 | |
		somebody else's | her husband comes back at 5 | |
		somebody else's | if he's not home by 5 she'll ring | |
		somebody else's | doctor's coming at 4 | |
		somebody else's | gas man coming at 4 | |
		somebody else's | he said he's back at 5 | |
		somebody else's | grandad picks them up at 5 | |
		somebody else's | mum says he gets home at 5 | |
		somebody else's | social worker is calling at 4.30 | |
		somebody else's | ambulance will be 40 mins | |
		somebody else's | police said half an hour | |
		a thing's | meeting at 4 | |
		a thing's | got a meeting at 5 | |
		a thing's | dinner is at 5 | |
		a thing's | his meds are at 4 | |
		a thing's | ferry isn't until 5 | |
		a thing's | the 4.15 bus | |
		a thing's | train's at 4.40 | |
		a thing's | for my 5 o'clock | |
		a thing's | the 5 o'clock | |
		a thing's | court is at 10 tomorrow | |
		a thing's | my next one is at 5 | |
		a thing's | next visit 5pm | |
		a thing's | need to be at school for 5 | |
		a thing's | is the review at 4? | |
		a thing's | 20 minutes drive from the office | |
		a thing's | gonna be 20 mins late to the next lot | |
		after it | home by 5 | |
		after it | back in the office for 5 | |
		another day's | tomorrow at 4 | |
		another day's | Thursday 4pm | |
		forwarded | Fwd: "OUT 4.15" | |
		past | started at 2.50 | |
		past | arrived at 3.05 | |
		past | boiler man turned up at 3 | |
		past | been here since 2 | |
		past | should have been done at 5 | |
		past | it's gone 3 and no sign of her | |
		past | mum left at 3 | |
		past | left at ten to | |
		past | said at 3 he would ring | |
		a count | 2 of us | |
		a count | 3 kids here | |
		a count | 3x tried | |
		a count | 3rd of 5 today | |
		a count | thats 4 of them here | |
		a count | sixth floor | |
		a count | on floor 5 | |
		a count | number 40 not 14 | |
		a count | at 22b | |
		a count | Flat 6 Marlowe House | |
		a count | number 9 bus | |
		a count | at 4 Quarry Rise | |
		a count | on the M62 | |
		a count | size 5 wipes | |
		a count | case 1615 | |
		a count | section 12 papers | |
		a count | kids are 4 and 6 | |
		a count | with 5 little ones | |
		a count | baby is 4 weeks old | |
		a count | 2 year old | |
		a count | it cost 4 quid | |
		a count | 30 degrees in here | |
		a number | on 01632 960101 | |
		a way of speaking | for one thing he's tired | |
		a way of speaking | 24 7 with this lot | |
		a way of speaking | give me 5 lads | |
	`
	timesOf(t, Inside, false, table)
	timesOf(t, Overdue, false, table)
}

// TestClockOverdue says times at 16:10, past the end.
func TestClockOverdue(t *testing.T) {
	timesOf(t, Overdue, false, `
		T4 past the end, from now | 20 mins over | 16:30 |
		T4 past the end, from now | running 20 late | 16:30 |
		T5 | another 10 | 16:20 |
		T5 | half an hour more | 16:40 |
		T5 | two more hours | 18:10 |
		T2 | out by 4 | |
		T1 | still here, quarter past | 16:15 |
		T1 | out quarter to | 16:45 |
		E5 | finished at quarter to | |
		E5 | session ended at ten to | |
		E5 | was out just before 4 | |
		T1 | 5 | 17:00 |
	`)
}

// TestTimesBeforeGoingIn says times at 14:55, before a visit that begins at 15:00 (guide C4).
func TestTimesBeforeGoingIn(t *testing.T) {
	timesOf(t, Booked, false, `
		T3 | 12 | |
		T3 | 4 | |
		T3 | 30 | |
		C4 | be there at 3.30 | | 15:30
		C4 | there for 3.30 | | 15:30
		C4 | be with them 3.20 | | 15:20
		C4 | with them by twenty past | | 15:20
		C4 | eta 3.20 | | 15:20
		C4 | ETA 10 mins | | 15:05
		C4 | be there in 10 | | 15:05
		C4 | 10 mins away | | 15:05
		C4 | going in in 10 | | 15:05
		C4 | another 10 mins looking for parking | | 15:05
		C4 | they want me at 5 not 4 | | 17:00
		C4 | won't get there till 4 | | 16:00
		C4 | not there til half 3 | | 15:30
		C4 | delay my arrival until approximately 1525 | | 15:25
		C4 | held up until 3.30 | | 15:30
		C4 | call it quarter past | | 15:15
		C4 | make it half past | | 15:30
		C4 | 4 o'clock start | | 16:00
		C4 | 3.30 start please | | 15:30
		C4 | starting at quarter past | | 15:15
		C4 | will start at 4 | | 16:00
		C4 | moved to 4 | | 16:00
		C4 | pushed back to half 3 | | 15:30
		C4 | put back an hour | | 16:00
		C4 | put back by half an hour | | 15:30
		C4 | can i go 4 instead of 3 | | 16:00
		C4 | changed to 4pm | | 16:00
		C4 | mum can't do 3, doing 4 instead | | 16:00
		C4 | not 3 now, 4 | | 16:00
		C4 | next bus gets me there for half past 3 | | 15:30
		C4 | will try again at half 4 | | 16:30
		C4 | mum's out, back at 4, will go in then | | 16:00
		C4 | neighbour says she's back at 4 so I'll knock again then | | 16:00
		C4 | won't be let in until 4 | | 16:00
		T4 | late 20 minute | | 15:20
		T4 | running 20 late | | 15:20
		T4 | half an hour behind today | | 15:30
		T4 | gna b like half hr late | | 15:30
		T4 | 25 late | | 15:25
		T4 | mum's asked for an hour later | | 16:00
		T4 | delayed by 20 mins | | 15:20
		T4 | quarter of an hour late | | 15:15
		C4 range | 3.30 till 4.30 | 16:30 | 15:30
		C4 range | half 3 till half 4 instead | 16:30 | 15:30
		C4 range | visit's now 4 till 5.30 | 17:30 | 16:00
		C4 range | 4-5 now | 17:00 | 16:00
		C4 range | it's from 4 to 5 | 17:00 | 16:00
		C4 range, after a wrong one | they've put me down for half 3. I said half 4. Half 4 till half 5 | 17:30 | 16:30
		C4 both | starting 3.20 and finishing 4.20 | 16:20 | 15:20
		C4 both | be there 10 past n away by 10 past 4 | 16:10 | 15:10
		C4 both | shift it to 3:45, then I will close by quarter to five | 16:45 | 15:45
		C4 both | start at 4 for an hour | 17:00 | 16:00
		C4 the end | will need until 5 | 17:00 |
		C4 the end | going to be done by half 4 | 16:30 |
		C4 the end | booked till 5 now | 17:00 |
		T6 | be there 3.15 maybe 3.30 | | 15:30
		T6 | between half 3 and 4 | | 16:00
		T7 | be there 3.15, no 3.30 | | 15:30
		not its own | AA man says forty minutes. Not there till ten to four | | 15:50
		not its own | parked up for the 3 o'clock | |
		not its own | got a meeting till 4 | |
		not its own | waited 10 mins | |
		not its own | giving it 10 then off | |
		not its own | been knocking ten minutes | |
		not its own | 15 min on the doorstep | |
		not its own | cancelled. next one 4pm | |
	`)
}

// TestTimesGoingIn says times with a start, at 14:55: they are the end (guide S4, S6).
func TestTimesGoingIn(t *testing.T) {
	timesOf(t, Booked, true, `
		S4 | going in, hour and a half | 16:25 |
		S4 | in now til 7 | 19:00 |
		S4 | gone in wi the student, out by ten to 4 | 15:50 |
		S4 | In. Give me the hour | 15:55 |
		S4 | through the door. I shall be the full hour | 15:55 |
		S4 | across the threshold. Say four | 16:00 |
		S4 | in 3-4 | 16:00 |
		S4 | in from 3 till 4 | 16:00 |
		S4 | just gone in should be out for one | |
		S4 | in now back out four-ish | 16:00 |
		S4 | in, one hour and quarter | 16:10 |
		S4 | entering now, give me 55 mins | 15:50 |
		S4 | In. 45m | 15:40 |
		S4 | In. Two hours | 16:55 |
		S4 | in, godzinka | 15:55 |
		S4 | in now, 40 or 50 mins | 15:45 |
		S4 | in now and back out in an hour | 15:55 |
		S4 | going in, if I'm not out by quarter past 4 ring me | 16:15 |
		S4 | In. 6 o'clock as planned | 18:00 |
		S4 | gone in with Gareth, he reckons three quarters of an hour | 15:40 |
		S4 | in, 7pm finish | 19:00 |
		S4 | in, ten to 4 out | 15:50 |
		S6 | quarter of an hour late going in so it'll be quarter to 4 coming out | 15:45 |
		S6 | 10 mins late going in | |
		S6 | in now, running 10 behind, out quarter past | 15:15 |
		S6 | started 10 mins late so will be 4.10 | 16:10 |
		not its own | in, next visit at 5 | |
		not its own | in. 3rd of 5 today | |
		not its own | in @ 22b, out by 4 | 16:00 |
		not its own | in, 2 of us, 1 hr 15 | 16:10 |
		not its own | in at number 40, dad back at 5 | |
		not its own | in finally, waited 20 mins | |
		T6 | in, out 4 or half past | 16:30 |
		T7 | in until 4, no 5 | 17:00 |
	`)
}

// TestTimesNoVisit says times with a start when no visit is known.
func TestTimesNoVisit(t *testing.T) {
	timesOf(t, None, true, `
		S4 | popping in now. Out quarter past 4 at the latest | 16:15 |
		S4 | going in at 4 Quarry Rise, half an hour | 15:25 |
		S4 | entering 9 Acacia Avenue now and expect to leave by 16:00 | 16:00 |
	`)
}
