// Package guidance is what people are told in the place where they need it: one short page each, to read on a screen or to print (rules 1.7, 3.5, 4.1, 6.1).
//
// A text says what Allclear does, and no more. It blames nobody, and what a worker has before them on a visit says nothing of danger (rule 4.2).
package guidance

// Page is one sheet of guidance.
type Page struct {
	Slug  string // of its address
	Title string
	For   string // who reads it, and when
	Lead  string
	Parts []Part
	Calm  bool // for no worker who may be on a visit: it tells how one calls for help
}

// Part is one heading and what stands under it.
type Part struct {
	Title string
	Steps bool // its lines are to be done in their order
	Lines []string
	Calm  bool // as a page's
}

// Pages gives all of them, in the order in which a visit meets them.
func Pages() []Page {
	return []Page{BeforeAVisit(), CallingForHelp(), AskedFor(), RingRound(), After(), SharingYourCalendar(), SeeingACalendar()}
}

// Checklist is what to think of before going in, read in 20 seconds (rule 1.7).
func Checklist() []string {
	return []string{
		"Your phone is charged, on you, and has a signal there.",
		"The details of your car are right, and it is parked so that you can leave.",
		"You have a plan for what may happen, and know the way out.",
		"Someone knows that you are going.",
	}
}

// BeforeAVisit is what to think of before a visit.
func BeforeAVisit() Page {
	return Page{Slug: "before-a-visit", Title: "Before a visit", For: "For everyone who visits", Lead: "Nothing here holds a visit up. You may leave at any time.",
		Parts: []Part{
			{Title: "In 20 seconds", Lines: Checklist()},
			{Title: "What may happen, and a plan for it", Lines: []string{
				"Somebody is angry or will not talk: stay near the door, and go when you want to.",
				"There is a dog: ask for it to be shut away before you go in.",
				"Somebody has been drinking or took drugs: leave, and come back another day.",
				"Somebody is racist or hateful in another way: you need not stay. Tell your manager, so that it is put on record as that.",
				"There are people whom you did not expect: ask who they are. If it feels wrong, do not go in.",
			}},
			{Title: "If the visit worries you", Lines: []string{
				"Talk to your manager first. Look at the risks together: what is known of the family, and of the area.",
				"Ask whether a colleague should go with you.",
			}},
			{Title: "When you go", Lines: []string{
				"Text or press as you go in, when the end moves, and when you are out.",
				"Your colleagues know that you are safe by that alone.",
			}},
		}}
}

// CallingForHelp is how a worker calls for help, to be read in calm.
func CallingForHelp() Page {
	return Page{Slug: "calling-for-help", Title: "Calling for help", For: "For everyone who visits, to read in calm", Calm: true, Lead: "Ask early. It is never wrong to ask.",
		Parts: []Part{
			{Title: "If you can speak freely", Lines: []string{"Ring 999."}},
			{Title: "If you can only use your thumb", Lines: []string{
				"Text SOS, or press “I need help now” on the page of your visit.",
				"The answer says only that we got your message.",
			}},
			{Title: "If somebody listens or reads along", Lines: []string{
				"Ring or text a colleague and ask for the agreed name, as you would for anyone.",
				"Or text Allclear the same, or press “Ask someone to ring me” and type the name.",
				"You are told that we will see if we can find her. Nothing on your phone says more, then or later.",
			}},
			{Title: "What happens then", Lines: []string{
				"Those who answer for you are told at once, by text and by call, and see where you are.",
				"They ring 999. They do not ring or text you, as somebody else may answer.",
				"When they can, they send that your message was passed on and that she will call back.",
				"They stay with it until they know that you are safe.",
			}},
			{Title: "Afterwards", Lines: []string{"Somebody asks how you are. Talk about it the same day, with whom you like."}},
		}}
}

// AskedFor is what to do when a colleague asks for the agreed name (rules 4.1 and 4.3).
func AskedFor() Page {
	return Page{Slug: "asked-for", Title: "When a colleague asks you for help", For: "For everyone who may be rung or texted", Lead: "They may be in danger, with somebody who listens.",
		Parts: []Part{
			{Title: "How they may ask", Calm: true, Lines: []string{
				"They ring or text you and ask for the agreed name. Nobody here has it, so it means one thing only.",
				"Or they cry for help, or you hear that something is wrong.",
			}},
			{Title: "What to do", Steps: true, Lines: []string{
				"Say: “I’ll see if I can find her.” Keep them on the phone if you can, and talk of plain things.",
				"Press “Raise the alarm now”. It tells those who answer for them, and shows where they are if you may see it.",
				"Ring 999. Say that a colleague is in danger, where they are, which family they visit, and their words.",
				"Go back to them. Say: “I’ve got a message to her. She’ll call you back as soon as possible.”",
				"Stay by your phone. Those who answer may ring you.",
			}},
			{Title: "Good to know", Lines: []string{
				"Do not ring or text them once the call is over. Somebody else may have their phone.",
				"If you do not know where they are, ring 999 all the same and say who they are.",
				"If you are not sure that you heard right, act as if you did.",
			}},
			{Title: "Without this page", Calm: true, Lines: []string{"Text the agreed name and your colleague’s first name to Allclear. It raises the same alarm."}},
		}}
}

// RingRound is how to ring until somebody speaks with the worker (rules 3 and 3.5).
func RingRound() Page {
	return Page{Slug: "ring-round", Title: "Ringing round", For: "For whoever has an alarm", Lead: "Ring until you speak with the worker, or the police have been told.",
		Parts: []Part{
			{Title: "In this order", Steps: true, Lines: []string{
				"The worker’s own numbers. If they asked for help, leave these out: the police come first.",
				"Each person on their list, in the order they gave.",
				"Then all of them again, until the time on the alarm’s page is over. You may tell the police sooner.",
			}},
			{Title: "What to say to a family", Lines: []string{
				"“I’m trying to reach” and the first name “about work. Have you heard from them?”",
				"Never say where they are, whom they visit, or that you fear for them.",
				"On a voicemail, leave your name and your number only.",
			}},
			{Title: "Whom to leave out", Lines: []string{
				"Somebody marked “police only”. Tell the police of them.",
				"The family that is being visited, unless the police ask you to ring.",
			}},
			{Title: "When somebody answers", Lines: []string{
				"Log each call with one press, and what was said.",
				"“She’s fine” from somebody else is good to know, and is not enough. Speak with the worker.",
				"Ask the worker something that only they would know, and whether they can speak freely.",
			}},
		}}
}

// After is what helps after something happened (rules 6.1 to 6.4).
func After() Page {
	return Page{Slug: "after", Title: "After something happened", For: "For workers and their managers", Lead: "After a call for help, an alarm, or a visit that did not feel safe.",
		Parts: []Part{
			{Title: "For you who were there", Lines: []string{
				"Say what you need now: company, a lift, somebody to take the next visit.",
				"Talk about it the same day, with your manager or with somebody you would rather talk to.",
				"Say what happened, how it felt, and what would help the next time.",
				"If it was racist or hateful, say so. It is then put on record as that.",
				"How you feel can change in a week or a month. You can come back to it.",
			}},
			{Title: "For the manager", Lines: []string{
				"Ring today. Ask how they are before you ask what happened, and listen.",
				"Offer to give the next visits to somebody else.",
				"Offer support by name: who and how to reach them stands in the team’s spheres of support.",
				"Talk to whoever had the alarm, too. It was hard for them as well.",
				"Put the incident on record in the health-and-safety portal.",
				"Write down what will change, who does it and by when. Look at the team’s plan and at the family’s risks again.",
				"Ask once more after a week.",
			}},
		}}
}
