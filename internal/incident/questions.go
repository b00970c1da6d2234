package incident

// Kinds of answers.
const (
	Line   = "line"   // a line of words
	Lines  = "lines"  // several
	Choose = "choose" // one of its choices
	Day    = "day"
	Clock  = "clock" // a time of day
)

// Question is one thing that is asked of an incident.
type Question struct {
	Name    string // as in JSON, a form and a table's head
	Label   string
	Hint    string
	Kind    string
	Choices []Choice // of one to choose from
	Needed  string   // what is said where it is left out; "" where it may be
	Outside bool     // it goes to the organisation's portal by webhook
	in      func(*Incident) *string
}

// Choice is one of the answers to choose from.
type Choice struct{ Value, Says string }

// In gives where an incident keeps the answer.
func (q Question) In(i *Incident) *string { return q.in(i) }

// Answer is an incident's answer in words; "" where there is none.
func (q Question) Answer(i Incident) string {
	value := *q.in(&i)
	for _, c := range q.Choices {
		if c.Value == value {
			return c.Says
		}
	}
	return value
}

// Says gives an incident's answer as it is read and printed: a day in words, "Monday 23 November 2026".
func (q Question) Says(i Incident) string {
	answer := q.Answer(i)
	if day, is := parseDay(answer); is && q.Kind == Day {
		return day.Format(dayInWords)
	}
	return answer
}

// DayInWords is the day of the incident as it is read; "" where none is known.
func (i Incident) DayInWords() string {
	day, known := parseDay(i.Day)
	if !known {
		return ""
	}
	return day.Format(dayInWords)
}

const dayInWords = "Monday 2 January 2006"

// Section is some questions under one heading.
type Section struct {
	Heading   string
	Questions []Question
}

// Sections are all questions in the order in which they are asked, printed and exported. They were gathered from the incident forms of UK
// councils and the questions of HSE's own report (form F2508).
func Sections() []Section {
	return []Section{
		{"Who was affected", who()},
		{"What happened", what()},
		{"How they were hurt", harm()},
		{"What was done", doneThen()},
		{"The health-and-safety portal", portal()},
	}
}

func fields() (all []Question) {
	for _, s := range Sections() {
		all = append(all, s.Questions...)
	}
	return all
}

// Questions are those of all sections.
func Questions() []Question { return fields() }

func who() []Question {
	return []Question{
		{Name: "name", Label: "Name", Kind: Line, Needed: "Enter who was affected", Outside: true, in: func(i *Incident) *string { return &i.Name }},
		{Name: "employment", Label: "What are they to us?", Kind: Choose, Needed: "Choose what they are to us", Outside: true, Choices: []Choice{
			{"employee", "Employee"}, {"agency", "Agency worker"}, {"trainee", "Student or trainee"}, {"contractor", "Self-employed or a contractor"},
			{"volunteer", "Volunteer"}, {"service_user", "Service user"}, {"public", "Member of the public"}},
			in: func(i *Incident) *string { return &i.Employment }},
		{Name: "post", Label: "Job title", Kind: Line, Outside: true, in: func(i *Incident) *string { return &i.Post }},
	}
}

func what() []Question {
	return []Question{
		{Name: "day", Label: "Date", Kind: Day, Needed: "Enter the date", Outside: true, in: func(i *Incident) *string { return &i.Day }},
		{Name: "time", Label: "Time", Hint: "About when, on the 24-hour clock, such as 14:30", Kind: Clock, Outside: true, in: func(i *Incident) *string { return &i.Time }},
		{Name: "place", Label: "Where?", Kind: Lines, Outside: true, in: func(i *Incident) *string { return &i.Place }},
		{Name: "kind", Label: "What kind of incident was it?", Kind: Choose, Needed: "Choose what kind of incident it was", Outside: true, Choices: Kinds(),
			in: func(i *Incident) *string { return &i.Kind }},
		{Name: "strand", Label: "Was it racist, or about another of these?", Hint: "As the person affected sees it. It counts whatever else it was.", Kind: Choose, Outside: true,
			Choices: Strands(), in: func(i *Incident) *string { return &i.Strand }},
		{Name: "personal", Label: "Was it about something private?", Hint: "Such as a quarrel between colleagues, or a relative or friend of theirs who came to see them", Kind: Choose, Choices: yesNo(), in: func(i *Incident) *string { return &i.Personal }},
		{Name: "description", Label: "What happened?", Hint: "What was seen and heard, in order. No opinions about anybody.", Kind: Lines, Needed: "Enter what happened", Outside: true,
			in: func(i *Incident) *string { return &i.Description }},
		{Name: "witnesses", Label: "Who saw or heard it?", Hint: "Names, and how to reach them", Kind: Lines, in: func(i *Incident) *string { return &i.Witnesses }},
	}
}

// Kinds are what an incident can be.
func Kinds() []Choice {
	return []Choice{
		{Violence, "Violence: somebody was attacked or touched"}, {"verbal", "Aggression: abuse in words"}, {"threat", "A threat"}, {Hate, "A racist or other hate incident"},
		{"harassment", "Harassment or stalking"}, {"animal", "A dog or another animal"}, {Vehicle, "A vehicle or the road"}, {"slip", "A slip, trip or fall"},
		{"handling", "Lifting or moving"}, {"substance", "Needles, drugs or harmful substances"}, {"near_miss", "A near miss: nobody was hurt, and could have been"}, {"other", "Something else"},
	}
}

// Strands are what a hate incident can be about: the five that UK police forces monitor, and sex.
func Strands() []Choice {
	return []Choice{
		{Racist, "Race, ethnicity or nationality: a racist incident"}, {"religion", "Religion or belief"}, {"disability", "Disability"},
		{"orientation", "Sexual orientation"}, {"transgender", "Being transgender"}, {"sex", "Sex"}, {"age", "Age"},
	}
}

func yesNo() []Choice { return []Choice{{Yes, "Yes"}, {No, "No"}} }

func harm() []Question {
	return []Question{
		{Name: "harm", Label: "How badly was somebody hurt?", Hint: "The worst that applies. The law names these injuries.", Kind: Choose, Outside: true, Choices: Harms(),
			in: func(i *Incident) *string { return &i.Harm }},
		{Name: "injury", Label: "What injury?", Hint: "Such as bruising, a bite, a sprain; also shock or distress", Kind: Line, Outside: true, in: func(i *Incident) *string { return &i.Injury }},
		{Name: "body_part", Label: "Which part of the body?", Hint: "Say left or right", Kind: Line, Outside: true, in: func(i *Incident) *string { return &i.BodyPart }},
		{Name: "treatment", Label: "What treatment did they have?", Kind: Choose, Outside: true, Choices: []Choice{{"none", "None"}, {"first_aid", "First aid"}, {"gp", "A GP, pharmacy or walk-in centre"}, {"hospital", "A hospital"}},
			in: func(i *Incident) *string { return &i.Treatment }},
		{Name: "hospital", Label: "Were they taken from there straight to hospital, to be treated?", Hint: "Tests alone, or going to be on the safe side, are not treatment", Kind: Choose, Outside: true,
			Choices: yesNo(), in: func(i *Incident) *string { return &i.Hospital }},
		{Name: "unfit_from", Label: "First day they could not do their usual work", Hint: "Also where they were not to work that day. Leave empty where they could.", Kind: Day, Outside: true,
			in: func(i *Incident) *string { return &i.UnfitFrom }},
		{Name: "unfit_to", Label: "Last such day", Hint: "Leave empty while they still cannot", Kind: Day, Outside: true, in: func(i *Incident) *string { return &i.UnfitTo }},
	}
}

// Harms are how badly somebody can be hurt: none, some, those specified in regulation 4 of RIDDOR 2013, and death.
func Harms() []Choice {
	return []Choice{
		{"none", "Nobody was hurt"}, {"some", "Hurt, but none of those below"},
		{"fracture", "A broken bone, other than fingers, thumbs and toes"}, {"amputation", "An arm, hand, finger, thumb, leg, foot or toe lost"},
		{"sight", "Sight lost or less, likely for good"}, {"crush", "The head or body crushed, with damage to the brain or organs"},
		{"burn", "A burn of more than a tenth of the body, or of eyes, lungs or other vital organs"}, {"scalping", "Skin torn from the head, treated in hospital"},
		{"unconscious", "Unconscious from a blow to the head or from want of air"},
		{"enclosed", "Too cold, too hot, revived, or over 24 hours in hospital, from an enclosed space"}, {"death", "Somebody died"},
	}
}

func doneThen() []Question {
	return []Question{
		{Name: "action", Label: "What was done at once?", Kind: Lines, Outside: true, in: func(i *Incident) *string { return &i.Action }},
		{Name: "police", Label: "Were the police told?", Kind: Choose, Outside: true, Choices: yesNo(), in: func(i *Incident) *string { return &i.Police }},
		{Name: "police_reference", Label: "Police reference", Kind: Line, Outside: true, in: func(i *Incident) *string { return &i.PoliceRef }},
		{Name: "cause", Label: "Why did it happen?", Hint: "What lay beneath it: what was not known, not there, or not possible. It blames nobody.", Kind: Lines, in: func(i *Incident) *string { return &i.Cause }},
		{Name: "prevent", Label: "What will keep it from happening again?", Kind: Lines, in: func(i *Incident) *string { return &i.Prevent }},
		{Name: "reporter", Label: "Who reported it?", Kind: Line, Outside: true, in: func(i *Incident) *string { return &i.Reporter }},
	}
}

func portal() []Question {
	return []Question{
		{Name: "portal_reference", Label: "Reference in the portal", Hint: "Such as the number that SHE Assure gives", Kind: Line, in: func(i *Incident) *string { return &i.Portal }},
		{Name: "portal_day", Label: "Entered there on", Kind: Day, in: func(i *Incident) *string { return &i.PortalDay }},
		{Name: "hse_reference", Label: "Reference of the report to HSE", Hint: "Where the law asks for one", Kind: Line, in: func(i *Incident) *string { return &i.HSE }},
		{Name: "hse_day", Label: "Reported to HSE on", Kind: Day, in: func(i *Incident) *string { return &i.HSEDay }},
	}
}
