package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Change is what became another in one section, from one version to the next.
type Change struct {
	Section  Section
	Settings []string // a sentence each: "The grace was 15 minutes and is 20 minutes."
	Added    []string // lines of the team's own words that are new
	Gone     []string // that are no longer there
	Moved    bool     // the same lines stand in another order
	Standard bool     // the standard text has other words
}

// Compare says section by section what changed; nothing for a section in which nothing did.
func Compare(before, after Version) []Change {
	was, is := before.Parts(), after.Parts()
	var changes []Change
	for i, section := range Sections() {
		c := Change{Section: section, Settings: differences(section, before, after)}
		c.Added, c.Gone = without(lines(after.Words[section]), lines(before.Words[section])), without(lines(before.Words[section]), lines(after.Words[section]))
		c.Moved = len(c.Added)+len(c.Gone) == 0 && !slices.Equal(lines(before.Words[section]), lines(after.Words[section]))
		c.Standard = i < len(was) && i < len(is) && !slices.Equal(was[i].Standard.Paragraphs, is[i].Standard.Paragraphs)
		if len(c.Settings)+len(c.Added)+len(c.Gone) > 0 || c.Moved || c.Standard {
			changes = append(changes, c)
		}
	}
	return changes
}

func lines(words string) []string {
	var all []string
	for line := range strings.Lines(words) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// without gives the lines that others do not have, each counted.
func without(own, others []string) []string {
	left := map[string]int{}
	for _, line := range others {
		left[line]++
	}
	var only []string
	for _, line := range own {
		if left[line]--; left[line] < 0 {
			only = append(only, line)
		}
	}
	return only
}

// setting is one of the settings in words.
type setting struct {
	section Section
	what    string // "The grace was": what it is, with its verb
	is      string // its value
}

// called lists the settings as sentences of a change name them, each with its section.
func (s Settings) called(around Around) []setting {
	onOff := map[bool]string{true: "on", false: "off"}
	prompts := make([]string, len(s.EndPrompts))
	for i, d := range s.EndPrompts {
		prompts[i] = Minutes(d)
	}
	nobody := func(names string) string {
		if names == "" {
			return "nobody"
		}
		return names
	}
	none := func(words string) string {
		if words == "" {
			return "none"
		}
		return words
	}
	word := "none"
	if s.WantsOutWord() {
		word = "“" + s.OutWord + "”"
	}
	return []setting{
		{Calendar, "The working hours|were|are", s.WorkingHours.String()},
		{Calendar, "Visits that are private unless somebody says otherwise|were|are", s.Private.InWords()},
		{Calendar, "What invites carry|was|is", s.Invites.InWords()},
		{PersonalSafety, "Visits that want a risk assessment|were|are", none(s.wantsRisk())},
		{CheckingIn, "The silence that is normal after the end|was|is", Minutes(s.Grace)},
		{CheckingIn, "The time to take charge|was|is", Minutes(s.Acknowledge)},
		{CheckingIn, "The time of the ring-round|was|is", Minutes(s.RingRound)},
		{CheckingIn, "The time between reminders to tell the police|was|is", Minutes(s.Repeat)},
		{CheckingIn, "Reminders to workers|were|are", onOff[s.Prompts]},
		{CheckingIn, "The ways of a reminder|were|are", s.Channels.InWords()},
		{CheckingIn, "The reminder after the start|was|is", Minutes(s.StartPrompt)},
		{CheckingIn, "The reminders after the end|were|are", none(and(prompts))},
		{CheckingIn, "The word that must come with OUT|was|is", word},
		{CheckingIn, "Texts to the responder of going in, a new time and going out|were|are", onOff[s.PassOnTexts]},
		{CheckingIn, "That going out closes an overdue alarm|was|is", onOff[s.OutClosesOverdue]},
		{CheckingIn, "Who answers in working hours for a visit that names nobody|was|is", nobody(around.name(s.NamedBuddy))},
		{CheckingIn, "Who answers when nobody else does|was|is", nobody(around.name(s.Fallback))},
		{CallingForHelp, "The name to ask for|was|is", s.DuressPhrase},
		{CallingForHelp, "The answer to whoever asks for a person|was|is", "“" + s.AnswerWith("…") + "”"},
		{CallingForHelp, "Who is told of it besides|was|is", nobody(around.names(s.Colleagues))},
		{CallingForHelp, "The time to take charge of a call for help|was|is", Minutes(s.AcknowledgeDanger)},
		{CallingForHelp, "Plain words in answer to a cry for help|were|are", onOff[s.PlainDistressAnswer]},
	}
}

// differences says which settings of a section have other values, a sentence each.
func differences(section Section, before, after Version) []string {
	return changed(section, before.Settings.called(before.Around()), after.Settings.called(after.Around()))
}

func changed(section Section, was, is []setting) []string {
	var says []string
	for i, s := range was {
		if s.section != section || s.is == is[i].is {
			continue
		}
		what := strings.Split(s.what, "|")
		says = append(says, fmt.Sprintf("%s %s %s and %s %s.", what[0], what[1], s.is, what[2], is[i].is))
	}
	return says
}

// Differences says which settings have other values now than in the version, a sentence each; names are those of the people whom they name.
func (v Version) Differences(now Settings, names map[string]string) []string {
	both := v
	both.Names = maps.Clone(v.Names)
	if both.Names == nil {
		both.Names = map[string]string{}
	}
	maps.Copy(both.Names, names)
	var says []string
	for _, section := range Sections() {
		says = append(says, changed(section, v.Settings.called(both.Around()), now.called(both.Around()))...)
	}
	return says
}

// Named lists the ids of the people whom the settings name.
func (s Settings) Named() []string {
	var ids []string
	for _, id := range append([]string{s.Fallback, s.NamedBuddy}, s.Colleagues...) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Since gives the settings of a draft that began from some others, where those have changed meanwhile: what the draft did not change is as it is now.
func (s Settings) Since(base, now Settings) Settings {
	draft, was, is := s.members(), base.members(), now.members()
	for _, f := range s.fields() {
		if string(draft[f.name]) == string(was[f.name]) {
			draft[f.name] = is[f.name]
		}
	}
	var merged Settings
	if raw, err := json.Marshal(draft); err != nil || json.Unmarshal(raw, &merged) != nil {
		return s
	}
	return merged
}

// members are the settings as the API's plan object has them.
func (s Settings) members() (m map[string]json.RawMessage) {
	raw, err := json.Marshal(s)
	if err != nil || json.Unmarshal(raw, &m) != nil {
		return nil
	}
	return m
}
