package plan_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// contract is the plan object of the API's contract.
const contract = `{"grace":"15m","ring_round":"30m","acknowledge_within":"5m","acknowledge_within_danger":"2m","police_repeat":"5m",` +
	`"start_prompt":"10m","end_prompts":["0s","10m"],"duress_phrase":"Scarlett","fallback":"p-lee","named_buddy":null,"out_word":"off",` +
	`"out_closes_overdue":false,"prompts":true,"working_hours":"Mon-Fri 08:30-17:00"`

func TestTheContractsPlanIsTheStandardPlan(t *testing.T) {
	got, problems := plan.Parse([]byte(contract+"}"), plan.Settings{})
	if problems != nil {
		t.Fatal(problems)
	}
	if diff := cmp.Diff(agreed(), got); diff != "" {
		t.Errorf("the contract's plan differs from the standard one:\n%s", diff)
	}
}

func TestWrittenAsTheContractHasIt(t *testing.T) {
	raw, err := json.Marshal(agreed())
	if err != nil {
		t.Fatal(err)
	}
	if want := contract + `,"pass_on_texts":false,"colleagues":[],"plain_distress_answer":false,"risk_for":[],"private_by_default":"out_of_hours","ask_answer":null,"channels":"texts","invites":"buddy_form"}`; string(raw) != want {
		t.Errorf("written\n%s, want\n%s", raw, want)
	}
}

func TestGivenFieldsOverrideTheBase(t *testing.T) {
	base := agreed()
	base.NamedBuddy, base.OutWord, base.Colleagues = "p-ann", "bluebell", []string{"p-bo"}
	before, _ := json.Marshal(base)
	got, problems := plan.Parse([]byte(`{"grace":"90s","end_prompts":["5m"],"named_buddy":null,"out_word":null,"working_hours":null,"colleagues":["p-cy"],"prompts":false}`), base)
	if problems != nil {
		t.Fatal(problems)
	}
	want := base
	want.Grace, want.EndPrompts, want.Prompts = 90*time.Second, []time.Duration{5 * time.Minute}, false
	want.NamedBuddy, want.OutWord, want.WorkingHours, want.Colleagues = "", "off", plan.Hours{}, []string{"p-cy"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if after, _ := json.Marshal(base); string(after) != string(before) {
		t.Errorf("reading changed its base to %s", after)
	}
	for _, nothing := range []string{"{}", "null"} {
		if got, problems := plan.Parse([]byte(nothing), base); problems != nil || !got.Equal(base) {
			t.Errorf("%s gives %v, %v; want the base", nothing, got, problems)
		}
	}
}

func TestAnUnknownFieldNamesTheNearest(t *testing.T) {
	for given, nearest := range map[string]string{
		"grase": "grace", "Grace": "grace", "ringround": "ring_round", "acknowledge": "acknowledge_within", "fall_back": "fallback",
		"police_repeats": "police_repeat", "workinghours": "working_hours", "duress": "duress_phrase", strings.Repeat("x", 1000): "",
	} {
		got, problems := plan.Parse([]byte(`{"`+given+`":"20m","prompts":false}`), agreed())
		if len(problems) != 1 || !strings.HasPrefix("plan."+given, problems[0].Field) || !strings.Contains(problems[0].Says, nearest) {
			t.Errorf("%s: %v, want one that names %q", given, problems, nearest)
		}
		if !got.Equal(agreed()) {
			t.Errorf("%s: the settings were changed all the same", given)
		}
		if len(problems) > 0 && len(problems[0].Field) > 50 {
			t.Errorf("a long name is given back whole")
		}
	}
}

func TestValuesThatCannotBeRead(t *testing.T) {
	for raw, field := range map[string]string{
		``:                                    "plan",
		`[]`:                                  "plan",
		`"15m"`:                               "plan",
		`{"grace":"15m"} {}`:                  "plan",
		`{"grace":15}`:                        "plan.grace",
		`{"grace":"15"}`:                      "plan.grace",
		`{"grace":"15 min"}`:                  "plan.grace",
		`{"grace":null}`:                      "plan.grace",
		`{"grace":""}`:                        "plan.grace",
		`{"end_prompts":"10m"}`:               "plan.end_prompts",
		`{"end_prompts":["10"]}`:              "plan.end_prompts",
		`{"end_prompts":[10]}`:                "plan.end_prompts",
		`{"prompts":"yes"}`:                   "plan.prompts",
		`{"prompts":null}`:                    "plan.prompts",
		`{"duress_phrase":null}`:              "plan.duress_phrase",
		`{"duress_phrase":7}`:                 "plan.duress_phrase",
		`{"fallback":{"id":"p-lee"}}`:         "plan.fallback",
		`{"working_hours":"Mon-Fri"}`:         "plan.working_hours",
		`{"working_hours":["Mon"]}`:           "plan.working_hours",
		`{"colleagues":"p-ann"}`:              "plan.colleagues",
		`{"out_closes_overdue":0}`:            "plan.out_closes_overdue",
		`{"out_word":true}`:                   "plan.out_word",
		`{"acknowledge_within_danger":"2m "}`: "plan.acknowledge_within_danger",
	} {
		got, problems := plan.Parse([]byte(raw), agreed())
		if !slices.Equal(fields(problems), []string{field}) {
			t.Errorf("%s: %v, want a problem with %s", raw, problems, field)
		}
		if !got.Equal(agreed()) {
			t.Errorf("%s changed the settings", raw)
		}
	}
}

func settings() *rapid.Generator[plan.Settings] {
	return rapid.Custom(func(t *rapid.T) plan.Settings {
		duration := rapid.Map(rapid.Int64Range(0, int64(2*time.Hour/time.Second)), func(s int64) time.Duration { return time.Duration(s) * time.Second })
		id := rapid.StringMatching(`p-[a-zé"\\<]{1,6}`)
		days := rapid.SampledFrom([]string{"none", "Mon-Fri 08:30-17:00", "Sat,Sun 22:00-06:00; Wed 09:00-12:00"})
		hours, err := plan.ParseHours(days.Draw(t, "hours"))
		if err != nil {
			t.Fatal(err)
		}
		return plan.Settings{
			Clock: plan.Clock{
				Grace: duration.Draw(t, "grace"), RingRound: duration.Draw(t, "ring-round"), Acknowledge: duration.Draw(t, "acknowledge"),
				AcknowledgeDanger: duration.Draw(t, "danger"), Repeat: duration.Draw(t, "repeat"), StartPrompt: duration.Draw(t, "start"),
				EndPrompts: rapid.SliceOfN(duration, 0, 3).Draw(t, "end"), Prompts: rapid.Bool().Draw(t, "prompts"),
				OutClosesOverdue: rapid.Bool().Draw(t, "out closes"),
			},
			DuressPhrase: id.Draw(t, "phrase"), Fallback: id.Draw(t, "fallback"), NamedBuddy: rapid.OneOf(id, rapid.Just("")).Draw(t, "named"),
			OutWord: rapid.SampledFrom([]string{"off", "bluebell"}).Draw(t, "out word"), WorkingHours: hours,
			PassOnTexts: rapid.Bool().Draw(t, "pass on"), Colleagues: rapid.SliceOfN(id, 0, 3).Draw(t, "colleagues"),
			PlainDistressAnswer: rapid.Bool().Draw(t, "plain"), Private: rapid.SampledFrom(plan.Privacies()).Draw(t, "private"),
			AskAnswer: rapid.SampledFrom([]string{"", "OK, asking NAME now."}).Draw(t, "answer"), Channels: rapid.SampledFrom(plan.ChannelChoices()).Draw(t, "channels"),
			Invites: rapid.SampledFrom(plan.InviteChoices()).Draw(t, "invites"),
		}
	})
}

func TestSettingsSurviveJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := settings().Draw(t, "settings")
		raw, err := json.Marshal(map[string]any{"plan": s})
		if err != nil {
			t.Fatal(err)
		}
		var back struct{ Plan plan.Settings }
		if err := json.Unmarshal(raw, &back); err != nil || !back.Plan.Equal(s) {
			t.Fatalf("%s comes back different, %v:\n%s", raw, err, cmp.Diff(s, back.Plan))
		}
		raw, _ = json.Marshal(s)
		if got, problems := plan.Parse(raw, plan.Standard()); problems != nil || !got.Equal(s) {
			t.Fatalf("%s is parsed with %v:\n%s", raw, problems, cmp.Diff(s, got))
		}
		raw, _ = json.Marshal(s.Clock)
		var clock plan.Clock
		if err := json.Unmarshal(raw, &clock); err != nil || !clock.Equal(s.Clock) {
			t.Fatalf("%s comes back different, %v:\n%s", raw, err, cmp.Diff(s.Clock, clock))
		}
	})
}

func TestStoredSettingsOfANewerVersionAreRead(t *testing.T) {
	var s plan.Settings
	if err := json.Unmarshal([]byte(`{"grace":"20m","not_yet_known":1}`), &s); err != nil || s.Grace != 20*time.Minute {
		t.Errorf("grace is %v, %v", s.Grace, err)
	}
	if err := json.Unmarshal([]byte(`{"ring_round":"soon","grace":"1m"}`), &s); err == nil || s.Grace != 20*time.Minute {
		t.Errorf("a broken value gives %v and leaves grace at %v", err, s.Grace)
	}
}

func TestEqualSeesEveryField(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := settings().Draw(t, "a"), settings().Draw(t, "b")
		aRaw, _ := json.Marshal(a)
		bRaw, _ := json.Marshal(b)
		if a.Equal(b) != (string(aRaw) == string(bRaw)) || !a.Equal(a) {
			t.Fatalf("Equal is %v for\n%s\n%s", a.Equal(b), aRaw, bRaw)
		}
	})
	base, _ := json.Marshal(agreed())
	for given, value := range map[string]string{
		"grace": `"1m"`, "ring_round": `"6m"`, "acknowledge_within": `"6m"`, "acknowledge_within_danger": `"6m"`, "police_repeat": `"6m"`,
		"start_prompt": `"6m"`, "end_prompts": `[]`, "duress_phrase": `"Ingrid"`, "fallback": `"p-x"`, "named_buddy": `"p-x"`, "out_word": `"blue"`,
		"out_closes_overdue": `true`, "prompts": `false`, "working_hours": `"none"`, "pass_on_texts": `true`, "colleagues": `["p-x"]`,
		"plain_distress_answer": `true`, "risk_for": `["home_visit"]`,
	} {
		changed, problems := plan.Parse([]byte(`{"`+given+`":`+value+`}`), agreed())
		if problems != nil || changed.Equal(agreed()) {
			t.Errorf("%s changed to %s: %v, and the settings are equal to %s", given, value, problems, base)
		}
	}
}
