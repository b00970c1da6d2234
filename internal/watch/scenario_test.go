package watch_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/watch"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// TestScenarios plays testdata/*.txt. Each reads like a log: who is on call,
// then what happened when; what came of it stands indented below it and is
// rewritten by -update. Time passes by itself between two lines.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		if filepath.Base(file) == "table.txt" {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			golden(t, file, func(before string) string {
				w, err := play(before)
				if err != nil {
					t.Fatal(err)
				}
				return w.out.String()
			})
		})
	}
}

// golden compares a file with what is made of it now.
func golden(t *testing.T, file string, make func(before string) string) {
	t.Helper()
	before, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	got := make(string(before))
	if got == string(before) {
		return
	}
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	was, is := strings.Split(string(before), "\n"), strings.Split(got, "\n")
	for i := range is {
		if i >= len(was) || was[i] != is[i] {
			t.Fatalf("%s:%d: this is new:\n%s\nif it is right: go test ./internal/watch -update", file, i+1,
				strings.Join(is[i:min(i+8, len(is))], "\n"))
		}
	}
	t.Fatalf("%s: its last %d lines are no longer so", file, len(was)-len(is))
}

// town is the small world of one scenario.
type town struct {
	zone     *time.Location
	day      time.Time
	workers  []string // in order; the first is meant where none is named
	watches  map[string]watch.Watch
	clock    plan.Clock
	covers   []coverFrom
	asleep   bool
	inputs   int
	lastText watch.Input
	wrote    map[string]string // by input: the words
	given    map[string]bool   // names of the events that were given
	said     map[watch.Notice]bool
	out      *strings.Builder
}

type coverFrom struct {
	at    time.Time
	cover rota.Cover
}

func usual() plan.Clock {
	return plan.Clock{
		Grace: 15 * time.Minute, RingRound: 30 * time.Minute, Acknowledge: 5 * time.Minute, AcknowledgeDanger: 2 * time.Minute,
		Repeat: 5 * time.Minute, StartPrompt: 10 * time.Minute, EndPrompts: []time.Duration{0, 10 * time.Minute}, Prompts: true,
	}
}

var (
	timed  = regexp.MustCompile(`^(\d\d:\d\d)(?: (BST|GMT))? (.*)$`)
	onCall = regexp.MustCompile(`^on call: (.*)$`)
)

// play plays a scenario; its out is the scenario with what comes of it now.
func play(script string) (*town, error) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return nil, err
	}
	w := &town{
		zone: zone, watches: map[string]watch.Watch{}, clock: usual(), out: new(strings.Builder),
		wrote: map[string]string{}, given: map[string]bool{}, said: map[watch.Notice]bool{},
	}
	lines := inputsOf(script)
	if err := w.readRota(lines); err != nil {
		return nil, err
	}
	for i, line := range lines {
		if err := w.line(line); err != nil {
			return nil, fmt.Errorf("line %d of the inputs: %q: %w", i+1, line, err)
		}
	}
	return w, nil
}

// inputsOf leaves out what came of things.
func inputsOf(script string) []string {
	var lines []string
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		if !strings.HasPrefix(line, "  ") && !strings.HasSuffix(line, "(time passes)") {
			lines = append(lines, line)
		}
	}
	return lines
}

// readRota reads who is on call from when, before anything happens: the cover
// of an instant says until when it holds.
func (w *town) readRota(lines []string) error {
	for _, line := range lines {
		w.header(line)
		at := w.day
		if m := timed.FindStringSubmatch(line); m != nil {
			at, line = w.clockTime(m[1], m[2]), m[3]
		}
		m := onCall.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if at.IsZero() {
			return fmt.Errorf("%q: say which day it is first", line)
		}
		w.covers = append(w.covers, coverFrom{at, parseCover(m[1])})
	}
	return nil
}

// parseCover reads "sam, then lee; fallback kim; managers mo; colleagues ann".
func parseCover(s string) rota.Cover {
	var c rota.Cover
	for i, part := range strings.Split(s, "; ") {
		word, names, _ := strings.Cut(part, " ")
		switch {
		case word == "managers":
			c.Managers = strings.Split(names, ", ")
		case word == "colleagues":
			c.Colleagues = strings.Split(names, ", ")
		case word == "fallback":
			c.Chain = append(c.Chain, names)
		case i == 0 && part != "nobody":
			c.Chain = strings.Split(strings.ReplaceAll(part, ", then ", ","), ",")
		}
	}
	return c
}

func (w *town) cover(at time.Time) rota.Cover {
	var c rota.Cover
	for i, from := range w.covers {
		if !from.at.After(at) {
			c = from.cover
			if i+1 < len(w.covers) {
				c.Until = w.covers[i+1].at
			}
		}
	}
	return c
}

func (w *town) clockTime(hhmm, zone string) time.Time {
	var h, m int
	fmt.Sscanf(hhmm, "%d:%d", &h, &m)
	return w.local(time.Date(w.day.Year(), w.day.Month(), w.day.Day(), h, m, 0, 0, w.zone), zone)
}

// local takes a time in the hour that comes twice as its first, unless it says GMT.
func (w *town) local(t time.Time, zone string) time.Time {
	earlier, later := t.Add(-time.Hour), t.Add(time.Hour)
	switch clock := t.Format(time.TimeOnly); {
	case zone != "GMT" && earlier.Format(time.TimeOnly) == clock:
		return earlier
	case zone == "GMT" && later.Format(time.TimeOnly) == clock:
		return later
	}
	return t
}

// header takes a line that is about the whole day.
func (w *town) header(line string) bool {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "on":
		if strings.HasPrefix(line, "on call") {
			return true
		}
		day, _, _ := strings.Cut(rest, " ")
		if t, err := time.ParseInLocation(time.DateOnly, day, w.zone); err == nil {
			w.day = t
		}
	case "worker:", "workers:":
		w.workers = strings.Split(rest, ", ")
	case "plan:":
		w.plan(rest)
	case "#", "":
	default:
		return false
	}
	return true
}

func (w *town) plan(rest string) {
	switch rest {
	case "no prompts":
		w.clock.Prompts = false
	case "an OUT closes an overdue alarm":
		w.clock.OutClosesOverdue = true
	default:
		panic("unknown plan setting: " + rest)
	}
}

// line takes one line of the script.
func (w *town) line(line string) error {
	if w.header(line) {
		fmt.Fprintln(w.out, line)
		return nil
	}
	m := timed.FindStringSubmatch(line)
	if m == nil {
		return fmt.Errorf("begins with no time")
	}
	at := w.clockTime(m[1], m[2])
	w.passTime(at)
	fmt.Fprintln(w.out, line)
	return w.happen(at, m[3])
}

// passTime wakes every watch at its time, until just before at.
func (w *town) passTime(at time.Time) {
	for !w.asleep {
		next := ""
		var wake time.Time
		for _, name := range w.workers {
			if t := w.watches[name].Wake(); !t.IsZero() && t.Before(at) && (next == "" || t.Before(wake)) {
				next, wake = name, t
			}
		}
		if next == "" {
			return
		}
		fmt.Fprintf(w.out, "%s (time passes)\n", w.hour(wake))
		w.step(wake, next, watch.Input{Event: watch.Elapsed{}})
	}
}

// step gives one input to one worker's watch and says what came of it.
func (w *town) step(at time.Time, worker string, in watch.Input) {
	if in.ID == "" {
		w.inputs++
		in.ID = fmt.Sprint(w.inputs)
	}
	in.Cover, in.Clock = w.cover(at), w.clock
	w.given[in.Name()] = true
	before, known := w.watches[worker]
	if !known {
		before.Worker = worker
	}
	next, effects, err := before.Step(at, in)
	w.watches[worker] = next
	w.say(worker, err)
	for _, e := range effects {
		w.hear(e)
		if s := w.effect(worker, e); s != "" {
			w.say(worker, s)
		}
	}
	w.say(worker, "= "+w.standing(next))
	for _, e := range effects {
		if f, is := e.(watch.Forward); is && slices.Contains(w.workers, f.Worker) {
			w.step(at, f.Worker, watch.Input{ID: f.ID, By: f.By, Event: f.Event})
		}
	}
}

func (w *town) hear(e watch.Effect) {
	switch e := e.(type) {
	case watch.Tell:
		w.said[e.Notice] = true
	case watch.Reply:
		w.said[e.Notice] = true
	}
}

func (w *town) say(worker string, what any) {
	if what == nil {
		return
	}
	if err, is := what.(error); is {
		what = "refused: " + err.Error()
	}
	if len(w.workers) > 1 {
		what = fmt.Sprintf("[%s] %s", worker, what)
	}
	fmt.Fprintf(w.out, "  %s\n", what)
}
