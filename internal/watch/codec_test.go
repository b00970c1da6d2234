package watch_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/watch"
)

// filled is one event of each type with something in every field that matters.
func filled() []watch.Event {
	at := time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)
	visit := watch.Visit{ID: "v1", Reference: "A7F3", Status: watch.Booked, StartsAt: at, ExpectedEndAt: at.Add(time.Hour), Clock: usual(),
		Partners: []watch.Partner{{Worker: "lena", Visit: "v2"}}, Responders: []string{"ann"}}
	return []watch.Event{
		watch.Elapsed{}, watch.CoverChanged{}, watch.Acknowledge{}, watch.Harmed{}, watch.Reassure{},
		watch.Book{Visit: visit, Overlap: true},
		watch.Edit{Visit: "v1", StartsAt: at, ExpectedEndAt: at.Add(time.Hour), Responders: &[]string{"ann"}, Prompts: new(false), VoiceOnly: new(true), Overlap: true},
		watch.Cancel{Visit: "v1", Spoke: true},
		watch.Text{Intent: checkin.Change, Until: at, Begin: at, Reference: "A7F3", Visit: "v1", Words: "w", Mention: true, Away: true, NoAnswer: true,
			NotThere: true, OptOut: true, NoWord: true, Number: true, Both: true, No: true, Keyword: true, Unfinished: true, Joined: &watch.Text{Intent: checkin.Change}, Doubtful: true, OpensAs: visit, Besides: &watch.Text{Intent: checkin.Ask}, Unasked: true},
		watch.Fetched{Message: "m", Found: true, Forged: true},
		watch.Raise{Kind: watch.Duress, Visit: "v1", Mention: true},
		watch.BothOut{Visit: "v1"},
		watch.Unreached{Alarm: "a1", Person: "sam", Round: 2},
		watch.Call{Result: watch.Voicemail},
		watch.Police{NextUpdateAt: at},
		watch.Liaison{NextUpdateAt: at},
		watch.Hold{Second: "lee"},
		watch.Close{Evidence: watch.SpokeWorker, Note: true, Ended: true, ExpectedEndAt: at, Away: true, Second: "lee", StoodDownAt: at, StoodDownTo: true},
	}
}

func typeName(e watch.Event) string { return reflect.TypeOf(e).Name() }

// decoded is a value of the event type called name, out of filled.
func decoded(t *testing.T, name string) watch.Event {
	t.Helper()
	for _, e := range filled() {
		if typeName(e) == name {
			return e
		}
	}
	t.Fatalf("event %s is not among those that are proved to round-trip", name)
	return nil
}

func TestInputsRoundTrip(t *testing.T) {
	for _, name := range eventTypes(t) {
		t.Run(name, func(t *testing.T) {
			in := watch.Input{ID: "i1", By: "sam", Via: "api", Cover: rota.Cover{Chain: []string{"sam"}}, Clock: usual(), Event: decoded(t, name)}
			if in.Name() == "" {
				t.Fatal("the record has no name for it")
			}
			raw, err := json.Marshal(in)
			if err != nil {
				t.Fatal(err)
			}
			var back watch.Input
			if err := json.Unmarshal(raw, &back); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(in, back) {
				t.Fatalf("was %+v\nis  %+v", in, back)
			}
		})
	}
}

// A field that filled leaves empty could be lost without its test seeing it.
func TestFilledIsFull(t *testing.T) {
	for _, e := range filled() {
		v := reflect.ValueOf(e)
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%s.%s is empty", typeName(e), v.Type().Field(i).Name)
			}
		}
	}
}

func TestUnknownInputIsRefused(t *testing.T) {
	for raw, want := range map[string]string{
		`{"id":"i1","kind":"dance","event":{}}`:               `unknown event "dance"`,
		`{"id":"i1","kind":"text","event":{"intent":17}}`:     "read input i1",
		`{"id":"i1","kind":"police","event":"not an object"}`: "read input i1",
		`[]`: "cannot unmarshal",
	} {
		var in watch.Input
		if err := json.Unmarshal([]byte(raw), &in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", raw, err, want)
		}
	}
}
