package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/nearest"
)

// field is one setting as the API names it, and where it is kept. The table of them serves reading and writing, so that neither can know
// a field the other does not.
type field struct {
	name string
	in   any // *time.Duration, *[]time.Duration, *bool, *string, *person, *[]string, *kinds, *outWord, *answer, *Privacy, *Channels, *Invites or *Hours
}

// Strings that JSON has another word for when there is nothing to say.
type (
	person  string // null when there is none
	outWord string // "off"
	answer  string // null for the standard one
)

// kinds are kinds of visit, where []string are people.
type kinds []string

// fields lists the settings in the order they are written.
func (s *Settings) fields() []field {
	return []field{
		{"grace", &s.Grace},
		{"ring_round", &s.RingRound},
		{"acknowledge_within", &s.Acknowledge},
		{"acknowledge_within_danger", &s.AcknowledgeDanger},
		{"police_repeat", &s.Repeat},
		{"start_prompt", &s.StartPrompt},
		{"end_prompts", &s.EndPrompts},
		{"duress_phrase", &s.DuressPhrase},
		{"fallback", (*person)(&s.Fallback)},
		{"named_buddy", (*person)(&s.NamedBuddy)},
		{"out_word", (*outWord)(&s.OutWord)},
		{"out_closes_overdue", &s.OutClosesOverdue},
		{"prompts", &s.Prompts},
		{"working_hours", &s.WorkingHours},
		{"pass_on_texts", &s.PassOnTexts},
		{"colleagues", &s.Colleagues},
		{"plain_distress_answer", &s.PlainDistressAnswer},
		{"risk_for", (*kinds)(&s.RiskFor)},
		{"private_by_default", &s.Private},
		{"ask_answer", (*answer)(&s.AskAnswer)},
		{"channels", &s.Channels},
		{"invites", &s.Invites},
	}
}

// MarshalJSON writes the settings as the API's plan object, times as "15m".
func (s Settings) MarshalJSON() ([]byte, error) {
	var out strings.Builder
	for i, f := range s.fields() {
		value, err := json.Marshal(written(f.in))
		if err != nil {
			return nil, fmt.Errorf("write plan's %s: %w", f.name, err)
		}
		fmt.Fprintf(&out, "%c%q:%s", "{,"[min(i, 1)], f.name, value)
	}
	out.WriteByte('}')
	return []byte(out.String()), nil
}

// written is a field's value as encoding/json is to write it.
func written(in any) any {
	switch in := in.(type) {
	case *time.Duration:
		return writeDuration(*in)
	case *[]time.Duration:
		texts := make([]string, len(*in))
		for i, d := range *in {
			texts[i] = writeDuration(d)
		}
		return texts
	case *[]string:
		return append([]string{}, *in...)
	case *kinds:
		return append([]string{}, *in...)
	case *person:
		if *in == "" {
			return nil
		}
	case *outWord:
		if *in == "" {
			return OutWordOff
		}
	case *answer:
		if *in == "" {
			return nil
		}
	case *Privacy:
		return in.String()
	case *Channels:
		return in.String()
	case *Invites:
		return in.String()
	}
	return in
}

// writeDuration writes "15m" where Duration.String has "15m0s".
func writeDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Parse reads the API's plan object. A field that is given overrides base, the others stay as they are there. The problems are those of
// reading, each named by its field ("plan.grace"); with any, the settings are base's. The bounds are for [Settings.Problems] to judge.
func Parse(raw []byte, base Settings) (Settings, []Problem) {
	s := base
	unknown, problems := s.read(raw)
	for _, name := range unknown[:min(len(unknown), 10)] {
		problems = append(problems, Problem{fmt.Sprintf("plan.%.40s", name), fmt.Sprintf("is no field of a plan; the nearest is %q", s.nearest(name))})
	}
	if len(problems) > 0 {
		return base, problems
	}
	return s, nil
}

// UnmarshalJSON reads what MarshalJSON wrote, here or in a newer version: a field that is not known here is passed over, as an older
// binary must run on a newer one's database. What people send goes through [Parse].
func (s *Settings) UnmarshalJSON(raw []byte) error {
	next := *s
	if _, problems := next.read(raw); len(problems) > 0 {
		return fmt.Errorf("read %s: it %s", problems[0].Field, problems[0].Says)
	}
	*s = next
	return nil
}

// read takes the fields of a JSON object over into s, and gives the names of those it does not know.
func (s *Settings) read(raw []byte) (unknown []string, problems []Problem) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, []Problem{{"plan", "is no JSON object of settings"}}
	}
	for _, f := range s.fields() {
		value, given := object[f.name]
		if !given {
			continue
		}
		delete(object, f.name)
		if err := readField(value, f.in); err != nil {
			problems = append(problems, Problem{"plan." + f.name, err.Error()})
		}
	}
	return slices.Sorted(maps.Keys(object)), problems
}

// readField reads one value. Slices are made anew: s may share its own with the base it began as.
func readField(raw json.RawMessage, in any) error {
	null := string(raw) == "null"
	switch in := in.(type) {
	case *time.Duration:
		var text string
		if null || json.Unmarshal(raw, &text) != nil {
			return errDuration
		}
		return readDuration(text, in)
	case *[]time.Duration:
		return readDurations(raw, in)
	case *[]string:
		var list []string
		if json.Unmarshal(raw, &list) != nil {
			return errors.New("must be a list of people's ids")
		}
		*in = slices.Clip(append([]string(nil), list...))
		return nil
	case *kinds:
		var list []string
		if json.Unmarshal(raw, &list) != nil {
			return errors.New("must be a list of kinds of visit")
		}
		*in = slices.Clip(append([]string(nil), list...))
		return nil
	case *bool:
		if null || json.Unmarshal(raw, in) != nil {
			return errors.New("must be true or false")
		}
		return nil
	case *Hours:
		return readHours(raw, in)
	default:
		return readString(raw, in)
	}
}

// readString reads the kinds of string. null is the empty one where a person or an out word may be missing.
func readString(raw json.RawMessage, in any) error {
	var text *string
	if json.Unmarshal(raw, &text) != nil {
		return errors.New("must be a string")
	}
	given := ""
	if text != nil {
		given = strings.TrimSpace(*text)
	}
	switch in := in.(type) {
	case *person:
		*in = person(given)
	case *outWord:
		*in = outWord(given)
		if given == "" || strings.EqualFold(given, OutWordOff) {
			*in = OutWordOff
		}
	case *answer:
		*in = answer(TidyAnswer(given))
	case *Privacy:
		*in = ReadPrivacy(given)
	case *Channels:
		*in = ReadChannels(given)
	case *Invites:
		*in = ReadInvites(given)
	case *string:
		if text == nil {
			return errors.New("can't be null")
		}
		*in = given
	}
	return nil
}

var errDuration = errors.New(`must be a length of time such as "15m"`)

func readDuration(text string, in *time.Duration) error {
	d, err := time.ParseDuration(text)
	if err != nil {
		return errDuration
	}
	*in = d
	return nil
}

func readDurations(raw json.RawMessage, in *[]time.Duration) error {
	var texts []string
	if json.Unmarshal(raw, &texts) != nil {
		return errors.New(`must be a list of lengths of time such as ["0s","10m"]`)
	}
	var list []time.Duration
	for _, text := range texts {
		var d time.Duration
		if err := readDuration(text, &d); err != nil {
			return errors.New(`must be a list of lengths of time such as ["0s","10m"]`)
		}
		list = append(list, d)
	}
	*in = list
	return nil
}

func readHours(raw json.RawMessage, in *Hours) error {
	text := noHours
	if json.Unmarshal(raw, &text) != nil {
		return errHours
	}
	hours, err := ParseHours(text)
	if err != nil {
		return err
	}
	*in = hours
	return nil
}

// nearest gives the known field that was most likely meant.
func (s *Settings) nearest(name string) string {
	var known []string
	for _, f := range s.fields() {
		known = append(known, f.name)
	}
	return nearest.To(name, known)
}
