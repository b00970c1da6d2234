package plan

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/version.txt anew")

// agreed is a plan that was published on a summer's night, when it is the next day where the team is.
func agreed() Version {
	s := Standard()
	s.Fallback, s.Colleagues = "p-lee", []string{"p-mo", "p-ann"}
	return Version{Team: "ECHo", Number: 3, Zone: "Europe/London", Settings: s, ReviewOn: "2027-07-01",
		Words: Words{CheckingIn: "We ring Mo at noon.\n- and at five", Debriefing: "Tea first."},
		Names: map[string]string{"p-lee": "Lee Marsh", "p-mo": "Mo Reid", "p-ann": "Ann Woods"}}.
		Publish(time.Date(2026, 7, 1, 23, 30, 0, 0, time.UTC), "Mo Reid")
}

// What people sign is read here as they read it.
func TestTheTextOfAVersion(t *testing.T) {
	const file = "testdata/version.txt"
	if *update {
		if err := os.WriteFile(file, []byte(agreed().Text()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), agreed().Text()); diff != "" {
		t.Errorf("the text is another; -update writes it anew:\n%s", diff)
	}
}

func TestAVersionSaysForEverWhatWasPublished(t *testing.T) {
	v := agreed()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var again Version
	if err := json.Unmarshal(raw, &again); err != nil {
		t.Fatal(err)
	}
	if again.Text() != v.Text() || again.Sum() != v.Sum() || len(v.Sum()) != 64 {
		t.Errorf("read again it says %q", again.Text())
	}
	again.Settings.Grace, again.Words, again.Names = time.Hour, nil, nil // as if what makes the sentences had changed
	if again.Text() != v.Text() || !cmp.Equal(again.Printed(), v.Printed()) {
		t.Error("what was published changed")
	}
	if draft := (Version{Team: "ECHo", Settings: Standard()}); !strings.Contains(draft.Text(), "A draft.") || draft.Printed().Version != 0 {
		t.Errorf("a draft says %q", draft.Text())
	}
}

// Each setting has its sentence: with another value, the sentences of its section and of no other are others.
func TestEverySettingIsSaidInItsSection(t *testing.T) {
	for field, change := range map[string]struct {
		in  Section
		set func(*Settings)
	}{
		"grace":                     {CheckingIn, func(s *Settings) { s.Grace = 20 * time.Minute }},
		"no grace":                  {CheckingIn, func(s *Settings) { s.Grace = 0 }},
		"ring_round":                {CheckingIn, func(s *Settings) { s.RingRound = time.Hour }},
		"acknowledge_within":        {CheckingIn, func(s *Settings) { s.Acknowledge = time.Minute }},
		"acknowledge_within_danger": {CallingForHelp, func(s *Settings) { s.AcknowledgeDanger = time.Minute }},
		"police_repeat":             {CheckingIn, func(s *Settings) { s.Repeat = 7 * time.Minute }},
		"start_prompt":              {CheckingIn, func(s *Settings) { s.StartPrompt = 90 * time.Second }},
		"end_prompts":               {CheckingIn, func(s *Settings) { s.EndPrompts = []time.Duration{5 * time.Minute, 8 * time.Minute} }},
		"no end_prompts":            {CheckingIn, func(s *Settings) { s.EndPrompts = nil }},
		"prompts":                   {CheckingIn, func(s *Settings) { s.Prompts = false }},
		"out_closes_overdue":        {CheckingIn, func(s *Settings) { s.OutClosesOverdue = true }},
		"duress_phrase":             {CallingForHelp, func(s *Settings) { s.DuressPhrase = "Marigold" }},
		"fallback":                  {CheckingIn, func(s *Settings) { s.Fallback = "p-lee" }},
		"named_buddy":               {CheckingIn, func(s *Settings) { s.NamedBuddy = "p-ann" }},
		"out_word":                  {CheckingIn, func(s *Settings) { s.OutWord = "daisy" }},
		"working_hours":             {Calendar, func(s *Settings) { s.WorkingHours = Hours{} }},
		"pass_on_texts":             {CheckingIn, func(s *Settings) { s.PassOnTexts = true }},
		"colleagues":                {CallingForHelp, func(s *Settings) { s.Colleagues = []string{"p-mo"} }},
		"risk_for":                  {PersonalSafety, func(s *Settings) { s.RiskFor = []string{"home_visit", "meeting"} }},
		"private_by_default":        {Calendar, func(s *Settings) { s.Private = PrivateEvery }},
		"private never":             {Calendar, func(s *Settings) { s.Private = PrivateNone }},
		"ask_answer":                {CallingForHelp, func(s *Settings) { s.AskAnswer = "OK, asking NAME." }},
		"invites":                   {Calendar, func(s *Settings) { s.Invites = InvitesBare }},
		"channels":                  {CheckingIn, func(s *Settings) { s.Channels = TextsAndCalls }},
		"plain_distress_answer":     {CallingForHelp, func(s *Settings) { s.PlainDistressAnswer = true }},
	} {
		was, is := Standard(), Standard()
		change.set(&is)
		for _, section := range Sections() {
			differs := !slices.Equal(was.Sentences(section, Around{Zone: "Europe/London"}), is.Sentences(section, Around{Zone: "Europe/London"}))
			if differs != (section == change.in) {
				t.Errorf("%s: the sentences of %s are others: %v", field, section, differs)
			}
		}
		if said := (Version{Settings: was}).Differences(is, nil); len(said) != 1 {
			t.Errorf("%s: the difference is %q", field, said)
		}
	}
	if fields := Standard(); len(fields.fields()) != 22 {
		t.Errorf("there are %d settings: give each that is new its sentence, its line in called, and a line here", len(fields.fields()))
	}
}

func TestWhatChangedIsSaidInWords(t *testing.T) {
	before, after := agreed(), agreed()
	after.Settings.Grace, after.Settings.Fallback, after.Settings.DuressPhrase = 20*time.Minute, "p-mo", "Marigold"
	after.Settings.Prompts, after.Settings.WorkingHours, after.Settings.OutWord = false, Hours{}, "daisy"
	after.Words = Words{CheckingIn: "- and at five\nWe text Mo at noon.", Calendar: "Shared."}
	got := Compare(before, after)
	want := []Change{
		{Section: Calendar, Settings: []string{"The working hours were Mon-Fri 08:30-17:00 and are none."}, Added: []string{"Shared."}},
		{Section: CheckingIn, Settings: []string{"The silence that is normal after the end was 15 minutes and is 20 minutes.", "Reminders to workers were on and are off.",
			"The word that must come with OUT was none and is “daisy”.", "Who answers when nobody else does was Lee Marsh and is Mo Reid."},
			Added: []string{"We text Mo at noon."}, Gone: []string{"We ring Mo at noon."}},
		{Section: CallingForHelp, Settings: []string{"The name to ask for was Scarlett and is Marigold."}},
		{Section: Debriefing, Gone: []string{"Tea first."}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := Compare(before, agreed()); got != nil {
		t.Errorf("nothing changed, and it says %+v", got)
	}
	moved := agreed()
	moved.Words = Words{CheckingIn: "- and at five\nWe ring Mo at noon.", Debriefing: "Tea first."}
	if got := Compare(before, moved); len(got) != 1 || !got[0].Moved {
		t.Errorf("of lines in another order it says %+v", got)
	}
	older := agreed()
	older.Kept = slices.Clone(older.Kept)
	older.Kept[0].Standard.Paragraphs = []string{"As it was once."}
	if got := Compare(older, before); len(got) != 1 || !got[0].Standard || got[0].Section != Calendar {
		t.Errorf("of another standard text it says %+v", got)
	}
}

func TestSomeoneWhoIsNamedAnewIsNoChangeOfASetting(t *testing.T) {
	v := agreed()
	if said := v.Differences(v.Settings, map[string]string{"p-lee": "Lee Fox"}); said != nil {
		t.Errorf("it says %q", said)
	}
	now := v.Settings
	now.NamedBuddy = "p-new"
	if said := v.Differences(now, map[string]string{"p-new": "Nia Evans"}); fmt.Sprint(said) != "[Who answers in working hours for a visit that names nobody was nobody and is Nia Evans.]" {
		t.Errorf("it says %q", said)
	}
}

func TestADraftFollowsWhatItDidNotChange(t *testing.T) {
	base, draft, now := Standard(), Standard(), Standard()
	draft.DuressPhrase = "Marigold"
	now.Grace, now.DuressPhrase, now.Fallback = 45*time.Minute, "Ruby", "p-lee"
	want := now
	want.DuressPhrase = "Marigold"
	if got := draft.Since(base, now); !got.Equal(want) {
		t.Errorf("it became %+v", got)
	}
	if got := draft.Since(base, base); !got.Equal(draft) {
		t.Errorf("where nothing changed it became %+v", got)
	}
}
