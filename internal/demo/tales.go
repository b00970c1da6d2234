package demo

import (
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// tales are the stories there are.
func tales() []tale { return []tale{forgottenCheckOut(), askForScarlett(), nobodyAnswers()} }

// anHour is how far ahead the next thing may be, with an hour to spare.
const anHour = 2 * time.Hour

func forgottenCheckOut() tale {
	return tale{"forgotten-check-out", "A forgotten check-out", "{worker} leaves a visit and forgets to say so. Nothing is wrong, and somebody finds that out.", "p-priya", []step{
		{says: "{worker} has a home visit of half an hour. It is in the calendar, and it is watched.", look: atVisit,
			does: books(30*time.Minute, formOf("M Hollis", "3 Mill Lane, Gloucester GL1 2AB", "07700 900301")), until: visitIs(watch.Booked)},
		{says: "{worker} texts IN. The answer says what was understood, and nothing about how to check out.", look: atPhones,
			does: texts("IN"), until: both(visitIs(watch.Inside), reads("In "))},
		{says: "The expected end has passed without a word. {worker} is asked how things are going, once and then again.", look: atPhones,
			far: true, within: anHour, until: reads("how are things going?")},
		{says: "A quarter of an hour of silence: the alarm opens by itself. Nobody had to be watching.", look: atAlarm,
			far: true, within: anHour, until: opens(watch.OverdueAlarm)},
		{says: "{who} is on call. A text comes to each of their phones, and one of them rings.", look: atPhones,
			until: someoneIsRung},
		{says: "{who} picks up, listens and presses the key. Now the alarm is theirs, and nobody else is called.", look: atAlarm,
			until: keyIsPressed},
		{says: "{who} rings {worker}, who answers: on the bus, and had forgotten. The call is logged.", look: atAlarm,
			does: rang("07700 900101", watch.SpokeThem, "On the bus home; had forgotten to text."), until: alarm(func(a store.Alarm) bool { return !a.SpokeAt.IsZero() })},
		{says: "{who} closes the alarm and says how they know. Everyone who was told hears that it is over.", look: atAlarm,
			does: does(func(time.Time) watch.Event { return watch.Close{Evidence: watch.SpokeWorker, Note: true, Ended: true} },
				engine.Words{Note: "Spoke with Priya: she told me where she parked, as agreed."}), until: closed},
		{says: "The visit has ended, with the evidence beside it. The record cannot be changed unnoticed.", look: atVisit,
			until: visitIs(watch.Ended)},
	}}
}

func askForScarlett() tale {
	return tale{"ask-for-scarlett", "Ask for Scarlett", "{worker} cannot speak freely and asks for a colleague who does not exist. On the phone it looks like nothing.", "p-jo", []step{
		{says: "{worker} visits a family at home.", look: atVisit,
			does: books(90*time.Minute, formOf("The Vane family", "16 Quarry Road, Gloucester GL4 3XY", "07700 900309")), until: visitIs(watch.Booked)},
		{says: "{worker} texts on the way in.", look: atPhones,
			does: texts("going in now"), until: visitIs(watch.Inside)},
		{says: "Twenty minutes go by.", look: atVisit,
			far: true, within: anHour, until: inFor(20 * time.Minute)},
		{says: "Someone is reading over {worker}’s shoulder. {worker} asks for Scarlett: the answer is the one for any colleague.", look: atPhones,
			does: texts("Could Scarlett ring me please?"), until: reads("I'll see if I can find Scarlett")},
		{says: "Nobody is called Scarlett. A duress alarm has opened, and says from its first second: call 999.", look: atAlarm,
			until: opens(watch.Duress)},
		{says: "{who} is rung at once, and those whom the team’s plan names with them.", look: atPhones,
			until: someoneIsRung},
		{says: "{who} presses the key. The page shows the address and what to tell the police, and says not to ring {worker}.", look: atAlarm,
			until: keyIsPressed},
		{says: "{who} has rung 999 and logs what was said.", look: atAlarm,
			does: does(func(at time.Time) watch.Event { return watch.Police{NextUpdateAt: at.Add(20 * time.Minute)} },
				engine.Words{Reference: "GP-1147", Officer: "the control room", Attending: new(true), Note: "A car is on its way."}),
			until: alarm(func(a store.Alarm) bool { return !a.TheyKnow.IsZero() })},
		{says: "{who} sends the second message, which tells {worker} that help was called, and nobody else anything.", look: atPhones,
			does: does(func(time.Time) watch.Event { return watch.Reassure{} }, engine.Words{}), until: reads("I've got a message to Scarlett")},
		{says: "An OUT comes from {worker}’s phone. It is answered as ever, and the alarm stays open: who typed it is not known.", look: atAlarm,
			does: texts("out"), until: both(reads("Out "), opens(watch.Duress))},
		{says: "An officer has seen {worker}, safe and away from the house. Only that closes the alarm, with the police told.", look: atAlarm,
			does: does(func(at time.Time) watch.Event {
				return watch.Close{Evidence: watch.SeenByPolice, Note: true, Ended: true, StoodDownAt: at, StoodDownTo: true}
			}, engine.Words{Note: "PC Rahman met her at the corner of Quarry Road.", StoodDown: "the control room"}), until: closed},
	}}
}

func nobodyAnswers() tale {
	return tale{"nobody-answers", "Nobody answers", "{worker} does not come out, and whoever is rung does not pick up. Nothing gives up.", "p-grace", []step{
		{says: "{worker} visits someone at home, for half an hour.", look: atVisit,
			does: books(30*time.Minute, formOf("D Stone", "77 Long Furlong, Stroud GL5 7CD", "07700 900310")), until: visitIs(watch.Booked)},
		{says: "{worker} texts IN.", look: atPhones,
			does: texts("IN"), until: visitIs(watch.Inside)},
		{says: "The expected end passes, and a quarter of an hour more. The alarm opens.", look: atAlarm,
			far: true, within: anHour, until: opens(watch.OverdueAlarm)},
		{says: "The first on call is rung. It goes to voicemail, and a voicemail never acknowledges.", look: atPhones,
			alone: true, until: alarm(func(a store.Alarm) bool { return a.Round >= 1 && a.HeldBy == "" })},
		{says: "Five minutes without an answer: the next in the chain is told too, and the first again.", look: atAlarm,
			far: true, alone: true, within: anHour, until: alarm(func(a store.Alarm) bool { return a.Round >= 2 && len(a.Told) >= 2 })},
		{says: "Then the fallback, then every manager of the team. Those told before keep being told.", look: atAlarm,
			far: true, alone: true, within: anHour, until: alarm(func(a store.Alarm) bool { return a.Round >= 4 })},
		{says: "Half an hour of ring-round is over. Everyone told is told to contact the police, with the sheet to read from.", look: atAlarm,
			far: true, alone: true, within: anHour, until: alarm(func(a store.Alarm) bool { return a.Prompts >= 1 })},
		{says: "A phone is picked up at last: {who} presses the key and has the alarm.", look: atPhones,
			far: true, within: anHour, until: keyIsPressed},
		{says: "{who} tries {worker}’s mobile once more, and logs it: no answer.", look: atAlarm,
			does: rang("07700 900161", watch.NoAnswer, ""), until: alarm(func(a store.Alarm) bool { return a.Calls >= 1 })},
		{says: "{who} rings the police, reads them the sheet and logs their reference.", look: atAlarm,
			does:  does(func(time.Time) watch.Event { return watch.Police{} }, engine.Words{Reference: "GP-1152", Officer: "the control room", Attending: new(true)}),
			until: alarm(func(a store.Alarm) bool { return !a.TheyKnow.IsZero() })},
		{says: "Half an hour later {who} is asked to speak with the police again.", look: atAlarm,
			far: true, within: anHour, until: liaisonIsDue},
		{says: "{who} rings them and logs what they said: they are with {worker}, whose phone had broken.", look: atAlarm,
			does:  does(func(time.Time) watch.Event { return watch.Liaison{} }, engine.Words{Note: "Officers are with her. Her phone fell into the sink."}),
			until: alarm(func(a store.Alarm) bool { return a.LiaiseAt.After(a.ActedAt) })},
		{says: "Seen by police, and the police stood down: {who} closes the alarm, and everyone who was told hears it.", look: atAlarm,
			does: does(func(at time.Time) watch.Event {
				return watch.Close{Evidence: watch.SeenByPolice, Note: true, Ended: true, StoodDownAt: at, StoodDownTo: true}
			}, engine.Words{Note: "Seen at the address by PC Ward, well.", StoodDown: "the control room"}), until: closed},
	}}
}
