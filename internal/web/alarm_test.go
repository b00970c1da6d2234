package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/watch"
)

// now is what an alarm is like now, as it is kept.
func (h *house) now(alarm string) (a watch.Alarm, status string) {
	h.Helper()
	kept, err := h.db.Alarm(h.Context(), alarm)
	h.ok(err)
	return kept.Alarm, kept.Status
}

// duress has Priya ask for Scarlett in a visit, and gives the alarm's id.
func (h *house) duress(words string) string {
	h.Helper()
	h.visit()
	h.wait(35 * time.Minute)
	h.texts("07700 900101", "IN")
	h.texts("07700 900101", words)
	open, err := h.db.Alarms(h.Context(), "open", 10)
	h.ok(err)
	if len(open) != 1 || open[0].Kind != watch.Duress {
		h.Fatalf("open are %+v", open)
	}
	return open[0].ID
}

func TestAnOverdueAlarmIsAnsweredToItsCloseByThePagesAlone(t *testing.T) {
	h := openHouse(t)
	h.get("/alarms").says("No alarm is open.", "No alarm was closed lately.")
	visit, alarm := h.overdue()
	room := "/alarms/" + alarm
	h.get("/alarms").says("Priya Nair: Overdue", "Nobody has taken it yet.", "The police are due at 16:15.")
	h.get(room).says("Take charge of this alarm.", "1 Example Street, Gloucester GL1 1AA", "“Going in” at 14:30, by text", "5 ft 4", "Blue Ford Fiesta, AB12 CDE", "30 min left")

	h.post(room+"/acknowledge", "key", "k1").leadsTo(room).says("You have this alarm.", "Ring Priya’s mobile, then each number below", `href="tel:&#43;447700900101"`)
	h.wait(2 * time.Minute)
	h.post(room+"/calls", "key", "k2", "row", "1", "to", "+447700900101", "result", "no_answer").leadsTo(room).
		says("The call is logged.", "Ring Priya’s home phone next", "Tried at 15:47: no answer", "Sam Hill rang Priya’s mobile: no answer")
	h.post(room+"/calls", "key", "k3", "row", "3", "to", "+447700900102", "result", "spoke_other", "note-3", "Not seen her since noon").leadsTo(room).
		says("Sam Hill rang Ravi Nair, husband: spoke to someone else", "Not seen her since noon")

	h.wait(28 * time.Minute)
	h.get(room).says("Ring 999 now: nobody has spoken with Priya.", `href="tel:999"`, "real and immediate risk")
	h.get(room+"/police").is(http.StatusOK).says("Please send officers now", "Ravi Nair", room+"/handover.pdf")
	h.post(room+"/police", "key", "k4", "police-reference", "GP-77", "police-officer", "PC Lane", "police-attending", "yes", "police-next", "16:45", "police-note", "A car is going").
		leadsTo(room).says("The police were told at 16:15. Speak with them again at 16:45", "Police reference GP-77", "They will attend", "Reference GP-77.")
	h.post(room+"/liaison", "key", "k5", "police-note", "At the door, no answer yet").leadsTo(room).says("At the door, no answer yet")
	h.wait(5 * time.Minute)
	h.post(room+"/calls", "key", "k6", "row", "1", "to", "+447700900101", "result", "spoke_worker", "note-1", "Phone was in the car; gave her dog's name").leadsTo(room).
		says("Priya was spoken with at 16:20. If they are safe, tell the police so, then close the alarm.")

	h.post(room+"/close", "key", "k7").is(http.StatusUnprocessableEntity).says("Choose how you know", "Enter what you know",
		"Enter when the police were told that they are safe", "Enter whom of the police you told", "Choose what becomes of the visit", `href="#stood-at"`)
	if _, status := h.now(alarm); status != "open" {
		t.Fatal("it was closed on nothing")
	}
	h.post(room+"/close", "key", "k8", "evidence", "spoke_worker", "close-note", "At her car, well", "stood-at", "16:19", "stood-to", "PC Lane", "visit", "ended").
		leadsTo(room).says("The alarm is closed.", "Closed by Sam Hill at 16:20. Nothing more is asked of you here.", "How it was known: spoke with the worker", "Told the police that they are safe: PC Lane").
		hides("Close the alarm", "tel:")
	h.get("/alarms").says("No alarm is open.", "Sam Hill: spoke with the worker")
	v, err := h.db.Visit(t.Context(), visit)
	h.ok(err)
	if v.Status != watch.Ended || v.Evidence != watch.SpokeWorker {
		t.Errorf("the visit is %s, known by %s", v.Status, v.Evidence)
	}
	for _, secret := range []string{"Example Street", "900102", "Ravi", "PC Lane", "since noon"} {
		if strings.Contains(h.log.String(), secret) {
			t.Errorf("the log says %q", secret)
		}
	}
}

func TestADuressAlarmIsAnsweredToItsCloseByThePagesAlone(t *testing.T) {
	h := openHouse(t)
	alarm := h.duress("Can you ask Scarlett to ring me")
	room := "/alarms/" + alarm
	quiet := "Do not ring or text Priya."
	h.get(room).says(quiet+" Ring 999 now: give the address and the family’s details.", `href="tel:999"`, "Take charge of this alarm",
		"“Can you ask Scarlett to ring me”", "They asked for Scarlett.", "1 Example Street").hides("tel:&#43;447700900101", "Priya’s home phone")
	if loud := strings.Count(strings.ReplaceAll(h.get(room).Body.String(), "govuk-button--inverse allclear-less", ""), "govuk-button--inverse"); loud != 1 {
		t.Errorf("%d buttons are as loud as the one to ring 999", loud-1)
	}
	h.as("p-priya").get(room).is(http.StatusNotFound)
	h.as("p-priya").get("/alarms").is(http.StatusOK).hides("Priya Nair:", "covertly")

	h.post(room + "/acknowledge").leadsTo(room).says(quiet)
	h.post(room + "/reassure").leadsTo(room).says("The message was sent:")
	h.post(room+"/police", "key", "e", "police-attending", "yes").is(http.StatusUnprocessableEntity).
		says("Enter what was said, the police reference or whom you spoke with.", `href="#police-note"`, `id="police-note-error"`).hides("The police were told at")
	h.post(room+"/police", "police-reference", "GP-78").leadsTo(room).says("The police were told at 14:35.", "Sam Hill logged that the police were told")
	h.post(room+"/close", "evidence", "spoke_worker", "close-note", "She rang me", "stood-at", "14:35", "stood-to", "GP-78", "visit", "ended").is(http.StatusUnprocessableEntity).
		says("Confirm that you spoke with them away from the place", "Choose the second person who agrees", "She rang me", `value="GP-78"`)
	h.post(room+"/close", "evidence", "spoke_worker", "close-note", "She is at the office", "away", "yes", "close-second", "p-lee", "stood-at", "14:35", "stood-to", "GP-78",
		"visit", "ended").leadsTo(room).says("Closed by Sam Hill at 14:35.")
	if a, status := h.now(alarm); status != "closed" || a.Evidence != watch.SpokeWorker {
		t.Errorf("it is %s, %+v", status, a)
	}
}

// In each state the room's first control does what its sentence says, and what comes next is not below what is done with.
func TestTheFirstControlOfTheRoomDoesWhatIsNext(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	room := "/alarms/" + alarm
	inOrder := func(h *house, state string, marks ...string) {
		t.Helper()
		text, at := h.get(room).is(http.StatusOK).Body.String(), 0
		for _, mark := range marks {
			i := strings.Index(text[at:], mark)
			if i < 0 {
				t.Errorf("%s: %q does not come after what it should", state, mark)
				return
			}
			at += i
		}
	}
	inOrder(h, "to take", `id="next"`, "/acknowledge", "1 Example Street", `id="ring"`, `id="police"`, `id="close"`)
	h.post(room + "/acknowledge").leadsTo(room)
	inOrder(h, "the ring-round", `id="next"`, "tel:&#43;447700900101", `id="ring"`, "1 Example Street", `id="police"`, `id="close"`)
	h.post(room+"/calls", "key", "a", "row", "1", "to", "+447700900101", "result", "spoke_worker", "note-1", "In her car, safe").leadsTo(room)
	inOrder(h, "spoken with", `id="next"`, `id="close"`, "Add a note to the log", `id="police"`, "1 Example Street", `id="ring"`, "The numbers, to ring again")
	if page := h.get(room).Body.String(); strings.Index(page, "tel:") < strings.Index(page, `id="close"`) {
		t.Error("once the worker was spoken with, a number to ring comes before closing")
	}
	h.post(room+"/close", "key", "b").is(http.StatusUnprocessableEntity).says("Choose how you know", "Ring round").hides("The numbers, to ring again") // nothing is folded where something is wrong
	h.wait(31 * time.Minute)
	inOrder(h, "spoken with, and left open", "Close it now, or ring 999", "tel:999", `id="close"`, `id="police"`, `id="ring"`)
	h.post(room+"/police", "key", "c", "police-reference", "GP-77").leadsTo(room)
	inOrder(h, "liaison", "log what they say", `id="police"`, "police-note", "1 Example Street", `id="ring"`, `id="close"`)
	h.post(room+"/harmed", "key", "d", "harmed-note", "Fell").leadsTo(room)
	inOrder(h, "found harmed", "close the alarm once the outcome is known", `id="close"`, `id="police"`, "1 Example Street")
}

// Who is not to see where the worker is until they take charge is led to that first: nothing else of the room is theirs.
func TestWhoMayNotSeeYetIsLedToTakeCharge(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	room := "/alarms/" + alarm
	h.post(room+"/calls", "row", "1", "to", "+447700900101", "result", "spoke_worker", "note-1", "Safe").leadsTo(room).says("was spoken with")
	h.as("p-ann").get(room).says("Take charge of this alarm.", "/acknowledge").hides("was spoken with at", `href="#close"`)
}

// Whoever was asked to speak with the police again finds that on the page until it is logged, however late they come.
func TestThePoliceAreToBeRungAgainUntilItIsLogged(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	room := "/alarms/" + alarm
	const now, later = "Ring the police again now, and log what they say.", "Speak with them again at 16:45, and log what they say."
	h.post(room+"/police", "police-officer", "PC Lane").leadsTo(room).hides(now)
	h.wait(40 * time.Minute)
	h.get(room).says(now)
	h.post(room+"/liaison", "police-note", "Still looking", "police-next", "16:45").leadsTo(room).says(later).hides(now)
	h.wait(15 * time.Minute)
	h.get(room).says(later)
	h.wait(10 * time.Minute)
	h.get(room).says(now)
}

// What closing asks follows the alarm: nothing of the police where they know nothing, a second person only for danger.
func TestClosingAsksWhatThisAlarmNeeds(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	room := "/alarms/" + alarm
	h.get(room).says("How do you know that Priya is safe?", "What becomes of the visit?").hides("stood-at", "close-second", "away from the place")
	h.post(room+"/close", "evidence", "outcome_known", "close-note", "x", "visit", "ended").is(http.StatusUnprocessableEntity).says("Choose how you know")
	h.post(room+"/close", "evidence", "spoke_worker", "close-note", "x", "visit", "inside").is(http.StatusUnprocessableEntity).says("Enter the new expected end")
	h.post(room+"/close", "evidence", "spoke_worker", "close-note", "x", "visit", "inside", "until", "15:00").is(http.StatusUnprocessableEntity).
		says("Enter a time that is still to come", `value="15:00"`)
	h.post(room+"/close", "evidence", "spoke_worker", "close-note", "Needs longer", "visit", "inside", "until", "16:30").leadsTo(room).says("Closed by Sam Hill")
	h.wait(59 * time.Minute)
	h.get("/alarms").says("No alarm is open.")
	h.wait(time.Minute)
	h.get("/alarms").says("Priya Nair: Overdue") // the visit was armed again: 16:30 and 15 minutes of grace have passed
}

func TestFoundHarmedLeavesTheAlarmOpenUntilTheOutcomeIsKnown(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	room := "/alarms/" + alarm
	h.post(room + "/harmed").is(http.StatusUnprocessableEntity).says("Enter what is known")
	h.post(room+"/harmed", "harmed-note", "Fell on the stairs").leadsTo(room).says("Priya was found harmed.", "How did it end?", "Fell on the stairs").
		hides("Ring round", "seen Priya safe", "needs longer", "send officers", "nobody has spoken")
	if form := h.get(room).Body.String(); !strings.Contains(form, `value="outcome_known" checked`) || !strings.Contains(form, `value="ended" checked`) {
		t.Error("the only answer there is is not chosen yet")
	}
	h.get(room+"/police").says("was found harmed", "Fell on the stairs").hides("send officers", "obody has spoken")
	h.post(room+"/close", "evidence", "outcome_known", "close-note", "x", "visit", "inside", "until", "16:30").is(http.StatusUnprocessableEntity).says("Choose what becomes of the visit")
	h.post(room+"/police", "key", "p", "police-reference", "GP-77").leadsTo(room).says("When were the police told how it ended?").hides("told that they are safe")
	h.post(room+"/close", "evidence", "outcome_known", "close-note", "x", "visit", "ended").is(http.StatusUnprocessableEntity).says("Enter when the police were told how it ended")
	h.post(room+"/close", "evidence", "spoke_worker", "close-note", "x", "visit", "ended").is(http.StatusUnprocessableEntity)
	h.post(room+"/close", "evidence", "outcome_known", "close-note", "In hospital, with her husband", "visit", "ended", "stood-at", "15:45", "stood-to", "GP-77").leadsTo(room).says("How it was known: the outcome is known")
}

func TestAMereMentionMayBeHeldByTwo(t *testing.T) {
	h := openHouse(t)
	alarm := h.duress("Scarlett Johansson film on later, all fine here")
	if a, _ := h.now(alarm); !a.Mention {
		t.Fatal("this text is read as one that asks plainly")
	}
	room := "/alarms/" + alarm
	h.get(room).says("Scarlett was only mentioned, not asked for.", "two of you may hold 999")
	h.post(room+"/hold", "hold-note", "A film").is(http.StatusUnprocessableEntity).says("Choose the second person who agrees")
	h.post(room+"/hold", "hold-note", "A film", "hold-second", "p-lee").leadsTo(room).says("999 is held until 15:05", "Sam Hill and Lee Marsh hold the call to 999", "A film")
}

func TestOnlyThoseWhoAnswerAnAlarmActOnIt(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	room := "/alarms/" + alarm
	worker := h.as("p-priya")
	worker.get(room).is(http.StatusOK).says("Please ring Sam Hill: they close", `href="tel:&#43;447700900110"`).hides("Example Street", "900101", "Ravi", "Close the alarm", "J Smith", "acknowledge")
	worker.post(room + "/acknowledge").is(http.StatusForbidden)
	worker.post(room+"/close", "evidence", "spoke_worker", "close-note", "x", "visit", "ended").is(http.StatusForbidden)
	worker.get(room + "/police").is(http.StatusNotFound)
	worker.get(room + "/handover.pdf").is(http.StatusNotFound)
	admin := h.as("p-ada") // answers for nobody
	admin.get(room).is(http.StatusNotFound)
	admin.post(room + "/acknowledge").is(http.StatusNotFound)
	h.get("/alarms/a-none").is(http.StatusNotFound)
	if a, status := h.now(alarm); a.HeldBy != "" || status != "open" {
		t.Errorf("it is %s, held by %s", status, a.HeldBy)
	}
}

// A responder who was not told sees that there is an alarm; where the worker is, they see once they take charge (rule 1.4).
func TestWhoTakesChargeSeesWhatIsNeeded(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	room := "/alarms/" + alarm
	ann := h.as("p-ann")
	ann.get(room).says("Take charge of this alarm.", "is shown to whoever takes charge").hides("Example Street", "tel:", "Ravi", "J Smith", "Going in")
	ann.post(room+"/close", "evidence", "spoke_worker", "close-note", "x", "visit", "ended").is(http.StatusForbidden)
	ann.get(room + "/police").is(http.StatusNotFound)
	ann.post(room+"/acknowledge").leadsTo(room).says("You have this alarm.", "Example Street", "Ravi Nair, husband")
}

func TestAPressThatIsRepeatedIsOneCall(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	room := "/alarms/" + alarm
	for range 2 {
		h.post(room+"/calls", "key", "k", "row", "1", "to", "+447700900101", "result", "engaged").is(http.StatusSeeOther)
	}
	h.post(room+"/calls", "key", "k", "row", "3", "to", "+447700900102", "result", "engaged").is(http.StatusSeeOther) // another number, from the same page
	if a, _ := h.now(alarm); a.Calls != 2 {
		t.Errorf("%d calls are logged, not 2", a.Calls)
	}
}

func TestWhatSomeoneSaidIsWrittenDown(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	room := "/alarms/" + alarm
	h.post(room+"/calls", "row", "3", "to", "+447700900102", "result", "spoke_other").is(http.StatusUnprocessableEntity).says("Enter what they said", `href="#note-3"`, `id="note-3"`)
	h.post(room+"/calls", "row", "1", "to", "x", "result", "engaged").is(http.StatusUnprocessableEntity).says("Choose a number")
	h.post(room+"/police", "police-next", "9am-ish", "police-note", "They asked for her car").is(http.StatusUnprocessableEntity).
		says("Enter a time on the 24-hour clock", "They asked for her car")
	h.post(room+"/note", "note", "").is(http.StatusUnprocessableEntity).says("Enter what was said")
	h.post(room+"/note", "note", "Her car is at home").leadsTo(room).says("Her car is at home")
}

func TestASecondPersonSeesWhoHasTheAlarm(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	room := "/alarms/" + alarm
	h.post(room + "/acknowledge").leadsTo(room)
	lee := h.as("p-lee")
	lee.get(room).says("Sam Hill has had this alarm since 15:45. You need do nothing unless they ask you.").hides("/acknowledge")
	if n := strings.Count(lee.get(room).text(), "has had this alarm"); n != 1 {
		t.Errorf("who has it stands there %d times", n)
	}
	if n := strings.Count(lee.get(room+"?fragment=now").text(), "has had this alarm"); n != 1 {
		t.Errorf("while the page is open who has it stands there %d times", n)
	}
	h.get(room).says("You have had this alarm since 15:45.")
	lee.post(room + "/acknowledge").leadsTo(room).says("Someone else has this alarm")
}

func TestAClosedAlarmIsNotActedOn(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	room := "/alarms/" + alarm
	closing := []string{"key", "k", "evidence", "spoke_worker", "close-note", "Well", "visit", "ended"}
	h.post(room+"/close", closing...).leadsTo(room)
	h.post(room+"/calls", "row", "1", "to", "+447700900101", "result", "engaged").is(http.StatusConflict).says("closed")
}

// Each look at what is private is on record, the sheet's too.
func TestALookAtAnAlarmIsOnRecord(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	h.get("/alarms/" + alarm).is(http.StatusOK)
	h.get("/alarms/" + alarm + "?fragment=log").is(http.StatusOK).hides("<html")
	h.get("/alarms/" + alarm + "/police").is(http.StatusOK)
	looks, err := h.db.Entries(t.Context(), "looks/p-sam", saturday, saturday.Add(24*time.Hour))
	h.ok(err)
	var at []string
	for _, l := range looks {
		at = append(at, l.Visit)
	}
	if want := []string{"alarm/" + alarm, "handover/" + alarm}; !slices.Equal(at, want) {
		t.Errorf("on record are looks at %v, not %v", at, want)
	}
}

func TestAPDFOfTheSheet(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	got := h.get("/alarms/" + alarm + "/handover.pdf").is(http.StatusOK)
	if got.Header().Get("Content-Type") != "application/pdf" || !strings.HasPrefix(got.Body.String(), "%PDF") {
		t.Errorf("it is a %s", got.Header().Get("Content-Type"))
	}
}

// A note that nobody can see is none, and one bound holds for all that people write.
func TestWhatIsWrittenInTheRoomIsSeenAndBounded(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	room := "/alarms/" + alarm
	h.post(room + "/acknowledge").leadsTo(room)
	for _, nothing := range []string{"\u200b", "\x00", " \u2060\u00ad "} {
		h.post(room+"/note", "note", nothing).is(http.StatusUnprocessableEntity).says("Enter what was said, or why the alarm stays open.")
		h.post(room+"/police", "police-note", nothing).is(http.StatusUnprocessableEntity).says("Enter what was said, the police reference or whom you spoke with.")
	}
	h.post(room+"/note", "note", strings.Repeat("é", 10_001)).is(http.StatusUnprocessableEntity).says("Enter less: 10,000 characters at most.", `id="note-error"`)
	h.post(room+"/note", "note", strings.Repeat("é", 10_000)).leadsTo(room).says("It is in the log.")
}
