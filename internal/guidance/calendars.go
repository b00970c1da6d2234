package guidance

// SharingYourCalendar is how to share one's own calendar in Outlook, so that colleagues see whom one visits and where (the plan's section 1). What its
// menus are called is Microsoft's.
func SharingYourCalendar() Page {
	return Page{Slug: "sharing-your-calendar", Title: "Sharing your calendar", For: "For everyone in a team", Lead: "When something is wrong, colleagues find you by it. Do it once, on a computer if you can.",
		Parts: []Part{
			{Title: "In classic Outlook for Windows", Steps: true, Lines: []string{
				"Open the calendar. On the tab Home, choose Share Calendar, then your calendar.",
				"On the tab Permissions, choose My Organization.",
				"Under Permissions, choose “Can view all details”. Then choose OK.",
			}},
			{Title: "In new Outlook, and on the web", Steps: true, Lines: []string{
				"Open the calendar. In the list on the left, choose the three dots beside your own.",
				"Choose Sharing and permissions.",
				"Beside People in my organization, choose “Can view all details”.",
			}},
			{Title: "On a phone, with one person at a time", Steps: true, Lines: []string{
				"In the Outlook app, open the calendar. Tap the icon at the top left.",
				"Tap the wheel beside your calendar, then Add people.",
				"Find your colleague. Choose “Can view all details”, and add them.",
			}},
			{Title: "Good to know", Lines: []string{
				"What you mark as private stays private. Others see that you are busy.",
				"Must somebody at work never know where you are? Then do not share with all. Add each of your team by name, in the same place.",
				"If “Can view all details” is not there to choose, tell your IT team.",
				"Ask a colleague to look. You see your own calendar whole, whatever others see.",
			}},
		}}
}

// SeeingACalendar is how to open a colleague's calendar in Outlook, and what to do where it shows too little.
func SeeingACalendar() Page {
	return Page{Slug: "seeing-a-calendar", Title: "Seeing a colleague’s calendar", For: "For everyone in a team", Lead: "Look before you need it.",
		Parts: []Part{
			{Title: "In classic Outlook for Windows", Steps: true, Lines: []string{
				"Open the calendar. On the tab Home, choose Add Calendar, then From Address Book.",
				"Find your colleague’s name, and choose it. Then choose OK.",
			}},
			{Title: "In new Outlook, and on the web", Steps: true, Lines: []string{
				"Open the calendar. Choose Add calendar, then Add from directory.",
				"Choose your account, type your colleague’s name, and choose Add.",
			}},
			{Title: "On a phone", Steps: true, Lines: []string{
				"In the Outlook app, open the calendar. Tap the icon at the top left.",
				"Tap the plus sign, then Add shared calendars. Find your colleague, and add them.",
			}},
			{Title: "What it should show", Lines: []string{
				"An entry says whom your colleague sees, and where.",
				"If all you see is Busy, their calendar is not shared with its details yet. Say so on the team’s page: they are told how, and not who asked.",
				"An entry that is marked as private shows as that. It is meant to.",
			}},
		}}
}
