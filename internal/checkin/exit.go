package checkin

// exits are completed exits by the worker, and sessions that are over (guide E1). Whatever stands in the text beside
// one must be explained too (aways, fillers), or the worker is asked: a text read as an end that is none can kill.
var exits = list(`
$iam? $adv? $adv? (left | out | gone) (of there | there | of here | here | of it | of $whereto | from there | from $whereto)? (safely | safe | fine | ok | alive | in one piece)? (now | already | again | today)?
$iam? $adv? $adv? left (the | this | that | their | his | her)? $whereto (now | safely)? | $iam? $adv? left $ago | $iam? $adv? $adv? (left | out | gone) now $ago | i? was out $ago | (out | left) @clock | $iam? (been | have been) (out | gone | away) (for | about)? (ages | a while | @length | hours | some time) (now)? | $iam? been (out | gone) $ago | (out | left) (at | about | around) @clock
$iam $adv? (safely | well and truly)? (out | gone | away) (of | from) (there | it | $whereto) | $iam (away | clear) now? | $iam clear of (there | $whereto) | (i | have | just | only | this second | this minute | i have | literally)? (just)? (this second | this minute)? (walked | driven | drove | came | got) (out | away from there | out of there | out of $whereto | away) $ago? now?
no longer (in there | there | on site | inside | in $whereto | at $whereto | with them) | not (there | in there | inside | at $whereto) any more | not (there | in there | inside | at $whereto) anymore | left site | off site now? | $iam off site
$iam? $adv? exited ($whereto)? | $iam (have)? vacated $whereto | departed ($whereto)? | $iam departed $whereto? | have departed $whereto?
$iam? $adv? (safely)? back (at | in) (the | my)? (office | base | car | van | hub | depot | unit | desk | hq | team room) (now | safely | safe)? | $iam? $adv? (back | home) at? base now? | $iam? (home | back home | home now) (now)? (safe | safely | safe and sound) | $iam? $adv? home now? | safe and sound at home | $iam in the office now? | $iam at (home | base | my desk | the office) now? | parked up at the office now? | $iam parked up at the office now?
(out | home | back) safe | out safely | out and safe | safely out | out of there | safe and out
(the | this | my | our | evening | morning | afternoon)? (visit | session | contact | shift | appointment | assessment | supervision | placement visit | home visit | family time | $building) (session | visit)? (is | s | has | has now | now | all | is now | s now | is all)? (all)? (done | finished | over | complete | completed | concluded | ended | wrapped up | over with | finished up | done and dusted) (now | for today | today)? ($ago | without incident | early | on time | a bit early)?
that s me (all)? (done | out | finished | away | off | gone | home) (and dusted | for today | for the day | now | at @name | at the @name | there | with them)? | that is me (done | finished | out) | (all | we are all | $iam all)? done and dusted (here | there)? | all (wrapped up | finished | done | over) (here | there | now | for today | today | with the @names | at $whereto)? | wrapped up (and out | now | at the @name | there) | $iam? (all)? (finished | done) (there | with the @names | at the @names | at $whereto | for today | for the day | for tonight | early) | $whose (visit | contact | session) (is | s)? (all)? (done | finished | over)
(logging | log) (the | my)? end of (visit | session | contact) | end of (visit | session | contact) | checking out | checked out | resending out | signing out | signed out | visit over | session over
locked up and gone | locked up and left | free at last | escaped now | said (my | our) goodbyes (to the @name | to @name | and left)? | i m away | made it out
finished $ago | i finished $ago
`)

// aways place the worker somewhere else, or on the way there, once out (guide E1, E4).
var aways = list(`
$iam? (now | already | all | also | just)? (on | in | at | outside in | outside on) (the | my | a | number)? (number)? (car | bus | train | tube | tram | motorway | van | taxi | bike | m62 | m6 | m5 | m4 | office | base | queue | station | home | depot | road | town | greggs | tesco | services | desk) (home | now | again | at greggs | at @name | park)? x?
$iam? (now | already | just)? (driving | heading | walking | travelling | cycling | going | on the way | on my way | en route | making my way | off | headed | straight) (home | back home | to base | to the office | back to (the)? (office | base) | to (the | my) next (visit | one | appointment | call) | to next (visit | one) | to next | on to the next .. | home to .. | to the bus stop | to the station | back to base | to lunch | to work | to town) (now)?
$iam? (away | off) (home | now) | off to (the | my | get | a)? (next | office | base | car | coffee | lunch | home | supervision | court | another) .. | off home now | heading home now? | $iam in the office now? | driving (away | off) | back to (the)? (base | office | desk) now? | next (visit | stop | one) .. | straight to the next .. | (going | heading) (in | into | to | on to) .. (next | after) (will be .. @time)? | going (into | to) (the)? (@name | next) (next | after | now) (will be @time)?
home safe | safe (home | and well | and sound)? | should be home (by | at | around) @clock | back (at | in) (the)? (office | base) (by | at | around | about) @time | (will | should) be (home | back | at the office | at base | in the office) (by | at | around | about | in) @time | running late for (the | my)? next (one | visit)? | late for (my)? next
think i left my @name (at | in | on) (@name | the) s? (car | house | sofa | kitchen)? | door locked behind me | card left | (keys | key) (posted | dropped | handed) (back)? .. | locked up
`)

// fillers say nothing about where the worker is.
var fillers = list(`
hi | hello | hey | hiya | good (morning | afternoon | evening) | morning | afternoon | evening | dear team | (hi | hello | hey | morning | afternoon | evening) (jan | bev | all | team | @name | both | it s | there) | it s @name (here)? | this is @name | from @name
thanks (very much | so much | for (checking | asking | waiting | everything) | all | a lot | again)? | thank you (very much | so much | for (checking | asking | waiting))? | many thanks | kind regards | regards | best wishes | best | love | ok? bye | bye | cheers | please | um | er | ok | yes | yep | yeah | right | lol | haha | phew | x | xx | xxx | finally | at last | full stop | hurrah | yay | woo | hooray | god | thank god | bloody hell | bless | bless her | bless him | bless them | ffs | omg
(so | really | very)? sorry (again)? (for | about)? (the)? (radio silence | delay | late reply | late text | worry | late | being late | not texting | for not texting | forgetting | i forgot | forgot | it s late | to worry you | for the wait | confusion)? | sorry (should have said | forgot to (text | say | message | log) (in | out | it | you)?) | i? forgot to (text | log | say | message | tell you | check | send | let you know) (in | out | it | you | in and out | me | this | one)? (and out)? | my bad | should have (texted | said | told you) | meant to text (you)? (earlier | before | then)? | only just seen (this | your text | your message) | just seen (this | your text | your message)
(all | everything | everyone | it all | it) (is | was | s | went | gone)? (all)? (good | fine | ok | well | great | calm | safe | went well | really well | very well | lovely | smoothly | without incident | great | no problems) (here | there | with me | in the end | today | x)? | (i am | $iam)? (all)? (ok | fine | safe | good | well | safe and well | safe and sound) (now | here)? | no (problems | issues | worries | concerns | incidents | dramas | trouble | bother | signal) (in there | in that house | at all | there | today | to report)? .. | nothing to (report | worry about) | without incident | without issue | went (well | fine | ok | really well | smoothly) | (visit | it | contact | session) went (well | fine | ok | really well | very well | great | better than expected) | check complete | job done | good (visit | session) | (lovely | great | nice | long | quick | busy | hard | tough) (visit | session | family | day | one) | what a (day | morning | afternoon | visit | shift)
just (to | letting) (let you know | confirm | say | you know) | (to | can)? confirm/confirming (that)? | i (can | would like to | write to | wish to) (confirm | advise | report) (that)? | please (note | be advised) (that)? | (this is)? to (confirm | let you know | say | inform you | advise) (that)? | fyi | update | quick update | resending | letting you know | as of now | the? @name family | for your (info | information | records) | you can (relax | stop worrying | stand down | breathe | close me off) | no need to (worry | ring | chase) | sent from (my)? (iphone | samsung | android | @name | mobile | galaxy | ipad | outlook) .. | get outlook for android
(for (today | the day | tonight | now) | today | tonight | now | early | safely | on time | as planned | bit early | a bit early | a few min early | by the way | actually | already | finally | again | just now | $ago) | did my (out | last)? (text | message) not (send | arrive | go | get through) | not sure (if)? (it | that | my last text | my text | the last one) (sent | went | got through | arrived | went through)
write up (to follow | tomorrow | later) | notes (to follow | later | tomorrow) | (will | i will)? (write | type) (it)? up (later | tomorrow | now) | (will | i will) (ring | text | speak | update | call) (you)? (later | tomorrow | when home | in the morning | soon) | speak (soon | later | tomorrow) | see you (soon | later | tomorrow | at @time)? | have a good (night | evening | weekend | day | one) | good night | night
`)

// pastVerb begins what someone else did, told afterwards: "she was still in bed the whole time". They name nobody who is
// with the worker now.
// overs are a session's end said so shortly that only a worker who is plainly elsewhere can mean it (guide E7).
var overs = list(`
(all | i am | am | we are | $iam all)? (done | finished) (now)? | @name (all)? (done | finished) | all (done | finished) | complete
`)

var pastVerb = set("was were did had went stayed wanted talked told looked seemed asked in")

// exit says whether the text is a completed exit and nothing else; claims is true when one is in it at all.
func (m *message) exit() (whole, claims bool) {
	whole = !m.cut && !m.guessed
	over, away := false, false
	for i := 0; i < len(m.words); {
		if end := exits.at(m, i); end > 0 {
			if m.exitHere(i, end) {
				claims = true
				m.note(onExit, i, end)
				i = end
				continue
			}
			m.nearly = true
			m.note(onNearly, i, end)
		}
		elsewhere := aways.at(m, i)
		if end := overs.at(m, i); end > elsewhere && m.exitHere(i, end) {
			over = true
			m.note(onOver, i, end)
			i = end
			continue
		}
		if end := max(elsewhere, fillers.at(m, i), m.othersPast(i)); end > 0 {
			if end == elsewhere {
				away = true
				m.note(onAway, i, end)
			}
			i = end
			continue
		}
		whole = whole && m.joins(i)
		i++
	}
	claims = claims || over && away
	m.claimed = claims
	return whole && claims, claims
}

// joins says whether a word between two statements says nothing by itself.
func (m *message) joins(i int) bool {
	switch m.words[i] {
	case ",", ".", "and", "but", "so", "then", "i", "now", "to", "that", "because", "as":
		return true
	case "in":
		return i == 0
	case "?":
		return m.rhetorical(i)
	}
	return false
}

// exitHere refuses an exit whose neighbour makes it another thing: "nearly out", "10 mins left", "left alone".
func (m *message) exitHere(start, end int) bool {
	prev := m.word(start - 1)
	if prev == "" || isBreak(prev) {
		return true
	}
	switch prev {
	case "and", "but", "so", "then", "i", "yes", "ok", "thanks", "now", "sorry", "lol", "hi", "finally", "that", "because", "x", "went", "well", "confirm", "resending", "phew":
		return true
	}
	// a greeting or another filler may stand right before it
	for j := max(0, start-6); j < start; j++ {
		if max(fillers.at(m, j), exits.at(m, j), aways.at(m, j)) == start {
			return true
		}
	}
	return false
}

// rhetorical says whether a question mark ends a question about an earlier text: "did my out text not send?".
func (m *message) rhetorical(i int) bool {
	j := i
	for j > 0 && !isBreak(m.words[j-1]) {
		j--
	}
	return m.word(j) == "did" && m.word(j+1) == "my"
}

// othersPast reads over a clause that tells what someone else did or was, without the worker in it.
func (m *message) othersPast(i int) int {
	w := m.words[i]
	if i > 0 && !isBreak(m.word(i-1)) && m.word(i-1) != "and" && m.word(i-1) != "but" {
		return -1
	}
	if !names["family"].has(w) && w != "she" && w != "he" && w != "they" {
		return -1
	}
	past := false
	j := i + 1
	for ; j < len(m.words) && !isBreak(m.words[j]); j++ {
		w := m.words[j]
		if (w == "but" || w == "and" || w == "so") && m.exitFollows(j+1) {
			break
		}
		past = past || pastVerb[w]
		if w == "when" && m.word(j+1) == "i" && (m.word(j+2) == "left" || m.word(j+2) == "went") {
			j += 2
			continue
		}
		if w == "left" || w == "out" || w == "gone" || present[w] || alarm[w] {
			return -1
		}
	}
	if !past {
		return -1
	}
	return j
}

func (m *message) exitFollows(i int) bool { return exits.at(m, i) > 0 }

// present are the words that bring the worker, or now, into somebody else's clause.
var present = set("me us my i we is s are am now with will wants not back again after follow car lift waiting wait come came coming")
