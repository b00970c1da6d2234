package browser_test

import (
	"strings"
	"testing"
	"time"
)

// byHand are the stories as a stranger plays them, with nothing but the pages: nothing plays by itself.
var byHand = map[string]func(b *page){
	"A forgotten check-out":            forgets,
	"Ask for Scarlett":                 asksForScarlett,
	"Ask for Scarlett, by a colleague": asksAColleague,
	"Nobody answers":                   isNotAnswered,
}

// once are the stories that are played with scripts alone: without them their pages are those of the other two.
var once = map[string]bool{"Ask for Scarlett, by a colleague": true, "Nobody answers": true}

func TestEachStoryByHand(t *testing.T) {
	t.Parallel()
	for story := range stories {
		if byHand[story] == nil {
			t.Errorf("%s is not played by hand", story)
		}
	}
	for story, play := range byHand {
		for how, set := range hows {
			if how == "without scripts" && once[story] {
				continue
			}
			t.Run(story+" "+how, func(t *testing.T) {
				t.Parallel()
				b := set(demo(t).visitor(t))
				b.Open("/demo")
				b.sets("Real time")
				b.settles()
				play(b)
			})
		}
	}
}

// settles ends what else goes on in the county, so that nobody is rung about it.
func (b *page) settles() {
	b.Helper()
	b.takes("tom", "Real time")
	b.texts("Tom Price", "OUT")
	b.enters("Ann Bell", "Ruth Adeyemi: Overdue")
	b.Press("I spoke with Ruth")
	b.Types("What do you know?", "She is in her car, and told me its colour.")
	b.Press("It has ended")
	b.closes()
}

// goesIn books a visit of a worker's, texts and goes in.
func (b *page) goesIn(name, who, address string, length time.Duration) {
	b.Helper()
	worker := strings.ToLower(strings.Fields(name)[0])
	b.becomes(name)
	b.books(who, address, length)
	b.takes(worker, "Real time")
	b.texts(name, "IN")
	b.Awaits("Received: REHEARSAL In ")
}

// enters leads to the alarm about a worker, for someone.
func (b *page) enters(who, alarm string) {
	b.Helper()
	b.becomes(who)
	b.Press("Alarms")
	b.Press(alarm)
	b.Sees("What has happened")
}

// tells logs that the police were told.
func (b *page) tells(reference string) {
	b.Helper()
	b.Press("Log that the police were told")
	b.Types("Police reference", reference)
	b.Types("Whom you spoke with", "the control room")
	b.Press("Yes")
	b.Press("The police were told")
	b.Sees("It is logged that the police were told.")
}

// standsDown closes an alarm of which the police know, as they have seen the worker.
func (b *page) standsDown(worker, how string) {
	b.Helper()
	b.Press("The police have seen " + worker + " safe")
	b.Types("What do you know?", how)
	b.Chooses("When were the police told that they are safe?", b.now().Format("15:04"))
	b.Types("Whom of the police did you tell?", "the control room")
	b.Press("It has ended")
	b.closes()
}

func (b *page) closes() {
	b.Helper()
	b.In("Close the alarm").Press("Close the alarm")
	b.Sees("Nothing more is asked of you here.")
}

// A worker leaves and forgets to say so. Whoever is rung takes charge, rings and closes.
func forgets(b *page) {
	b.goesIn("Priya Nair", "M Hollis", "3 Mill Lane, Gloucester GL1 2AB", 10*time.Minute)
	b.sets("240 times")
	b.Awaits("We have not heard from Priya N")
	b.sets("10 times") // so that the phone still rings
	who := b.answers("Priya N")
	b.sets("Real time")

	b.enters(who, "Priya Nair: Overdue")
	b.Sees("You have had this alarm since")
	b.Press("Someone answered the call to Priya’s mobile")
	b.Types("What they said, and what you asked to be sure", "On the bus home.")
	b.Press("I spoke to Priya")
	b.Press("I spoke with Priya")
	b.Types("What do you know?", "She told me where she parked, as agreed.")
	b.Press("It has ended")
	b.closes()
	b.takes("priya", "Real time")
	b.Awaits("The alarm for Priya N is closed")
}

// A worker who cannot speak freely texts for a colleague who does not exist.
func asksForScarlett(b *page) {
	b.goesIn("Jo Park", "The Vane family", "16 Quarry Road, Gloucester GL4 3XY", 90*time.Minute)
	b.lets(20 * time.Minute)
	b.texts("Jo Park", "Could Scarlett ring me please?")
	b.Awaits("I'll see if I can find Scarlett for you.")
	who := b.answers("Jo P")

	b.enters(who, "Jo Park: Asked for help covertly")
	b.Sees("Do not ring or text Jo.")
	b.Sees("16 Quarry Road")
	b.tells("GP-1147")
	b.Press("Send that message")
	b.Sees("The message was sent")
	b.takes("jo", "Real time")
	b.Awaits("I've got a message to Scarlett.")
	b.texts("Jo Park", "out")
	b.Awaits("Received: REHEARSAL Out ")

	b.becomes("Jo Park") // to whom there is no alarm
	b.Press("Alarms")
	b.Sees("No alarm is open.")
	b.enters(who, "Jo Park: Asked for help covertly")
	b.Sees("You have had this alarm since") // still: who typed it is not known
	b.standsDown("Jo", "PC Rahman met her at the corner of Quarry Road.")
	b.takes("jo", "Real time")
	b.Awaits("The alarm for Jo P is closed")
}

// The same worker rings a colleague, who raises the alarm.
func asksAColleague(b *page) {
	b.goesIn("Jo Park", "The Vane family", "16 Quarry Road, Gloucester GL4 3XY", 90*time.Minute)
	b.becomes("Mo Reid")
	b.Press("Someone asked me for Scarlett")
	b.Types("Who asked you?", "Jo Park")
	b.Press("They asked for Scarlett")
	b.Press("Raise the alarm")
	b.Sees("The alarm is raised.")
	b.Sees("16 Quarry Road")
	b.takes("jo", "Real time")
	who := b.answers("Jo P")

	b.enters(who, "Jo Park: Asked for help covertly")
	b.tells("GP-1147")
	b.standsDown("Jo", "PC Rahman met her at the corner of Quarry Road.")
	b.becomes("Jo Park")
	b.Press("Visits")
	b.Sees("Ended")
}

// everyone is whose phones may ring about a worker.
var everyone = []string{"Sam Hill", "Sam Hill, personal mobile", "Mo Reid", "Ann Bell", "Ann Bell, personal mobile", "Lee Fox"}

// A worker does not come out, and whoever is rung does not pick up, until the police have to be told.
func isNotAnswered(b *page) {
	b.goesIn("Grace Lewis", "D Stone", "77 Long Furlong, Stroud GL5 7CD", 10*time.Minute)
	b.sets("240 times")
	b.Awaits("We have not heard from Grace L")
	b.sets("10 times") // so that the phone still rings
	first := b.In("Call to " + b.rings())
	first.any = true
	first.Press("Let it go to voicemail")
	b.Awaits("Missed call. Voicemail")
	for _, phone := range everyone {
		b.In("Phone of " + phone).Press("Switch off")
		b.In("Phone of " + phone).offers("Switch on, with a signal")
	}
	b.sets("600 times")
	b.becomes("Ann Bell")
	b.Press("Alarms")
	b.Press("Grace Lewis: Overdue")
	b.Awaits("Ring 999 now: nobody has spoken with Grace.")
	b.Sees("Nobody has this alarm yet.")

	b.takes("grace", "60 times")
	b.In("Phone of Lee Fox").Press("Switch on, with a signal")
	b.Awaits("Contact the police now. Nobody has spoken with Grace L.")
	who := b.answers("Grace L")
	b.sets("Real time")
	b.enters(who, "Grace Lewis: Overdue")
	b.In("Log a call to Grace’s mobile").Press("No answer")
	b.Sees("The call is logged.")
	b.tells("GP-1152")
	b.takes("grace", "600 times")
	b.Awaits("Please speak with the police again about Grace L")
	b.sets("Real time")
	b.enters(who, "Grace Lewis: Overdue")
	b.Sees("Ring the police again now, and log what they say.")
	b.Types("What was said", "Officers are with her. Her phone fell into the sink.")
	b.Press("Log it")
	b.Sees("It is in the log.")
	b.standsDown("Grace", "Seen at the address by PC Ward, well.")
	b.takes("grace", "Real time")
	b.In("Phone of Sam Hill").Press("Switch on, with a signal")
	b.Awaits("The alarm for Grace L is closed")
}
