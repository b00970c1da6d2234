package watch_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/watch"
)

// phrase is one thing a scenario can say, and the input it stands for.
type phrase struct {
	says *regexp.Regexp
	does func(w *town, at time.Time, m []string) (watch.Input, error)
}

func event(by string, e watch.Event) (watch.Input, error) { return watch.Input{By: by, Event: e}, nil }

func says(pattern string) *regexp.Regexp { return regexp.MustCompile("^" + pattern + "$") }

var phrases = []phrase{
	{says(`book (\w+) (\d\d:\d\d) to (\d\d:\d\d)((?:, [^,]+)*)`), (*town).book},
	{says(`(\w+) texts: (.*)`), (*town).texts},
	{says(`(\w+) writes: (.*)`), (*town).writes},
	{says(`(\w+) records: (.*)`), (*town).records},
	{says(`the same text again`), func(w *town, _ time.Time, _ []string) (watch.Input, error) { return w.lastText, nil }},
	{says(`the provider (shows it|does not have it yet|never had it)`), (*town).fetched},
	{says(`(\w+) moves (\w+)(?: to start (\d\d:\d\d))?(?: to end (\d\d:\d\d))?`), (*town).moves},
	{says(`(\w+) turns prompts (on|off) for (\w+)`), func(_ *town, _ time.Time, m []string) (watch.Input, error) {
		return event(m[1], watch.Edit{Visit: m[3], Prompts: new(m[2] == "on")})
	}},
	{says(`(\w+) decides that (\w+) ends (by voice only|as any)`), func(_ *town, _ time.Time, m []string) (watch.Input, error) {
		return event(m[1], watch.Edit{Visit: m[2], VoiceOnly: new(m[3] != "as any")})
	}},
	{says(`(\w+) cancels (\w+)(, having spoken with them)?`), func(w *town, _ time.Time, m []string) (watch.Input, error) {
		return event(m[1], watch.Cancel{Visit: m[2], Spoke: m[3] != ""})
	}},
	{says(`(\w+) raises (a mention of duress|\w+)(?: at (\w+))?`), func(w *town, _ time.Time, m []string) (watch.Input, error) {
		kind, mention := strings.CutPrefix(m[2], "a mention of ")
		return event(m[1], watch.Raise{Kind: watch.Kind(kind), Visit: m[3], Mention: mention})
	}},
	{says(`(\w+) says both are out of (\w+)`), func(w *town, _ time.Time, m []string) (watch.Input, error) {
		return event(m[1], watch.BothOut{Visit: m[2]})
	}},
	{says(`time passes`), func(*town, time.Time, []string) (watch.Input, error) { return event("", watch.Elapsed{}) }},
	{says(`the rota changes`), func(*town, time.Time, []string) (watch.Input, error) { return event("", watch.CoverChanged{}) }},
	{says(`nothing reaches (\w+) in round (\d)`), func(w *town, _ time.Time, m []string) (watch.Input, error) {
		round, err := strconv.Atoi(m[2])
		return watch.Input{Event: watch.Unreached{Person: m[1], Round: round}}, err
	}},
	{says(`(\w+) acknowledges`), func(_ *town, _ time.Time, m []string) (watch.Input, error) {
		return event(m[1], watch.Acknowledge{})
	}},
	{says(`(\w+) rings: (.*)`), func(_ *town, _ time.Time, m []string) (watch.Input, error) {
		return event(m[1], watch.Call{Result: watch.Result(strings.ReplaceAll(m[2], " ", "_"))})
	}},
	{says(`(\w+) tells the police(?:, next word (\d\d:\d\d))?`), func(w *town, at time.Time, m []string) (watch.Input, error) {
		return event(m[1], watch.Police{NextUpdateAt: w.optional(at, m[2])})
	}},
	{says(`(\w+) speaks with the police(?:, next word (\d\d:\d\d))?`), func(w *town, at time.Time, m []string) (watch.Input, error) {
		return event(m[1], watch.Liaison{NextUpdateAt: w.optional(at, m[2])})
	}},
	{says(`(\w+) logs: found harmed`), func(_ *town, _ time.Time, m []string) (watch.Input, error) { return event(m[1], watch.Harmed{}) }},
	{says(`(\w+) holds 999(?:, with (\w+))?`), func(_ *town, _ time.Time, m []string) (watch.Input, error) {
		return event(m[1], watch.Hold{Second: m[2]})
	}},
	{says(`(\w+) reassures`), func(_ *town, _ time.Time, m []string) (watch.Input, error) { return event(m[1], watch.Reassure{}) }},
	{says(`(\w+) closes: ([\w ]+)((?:, [^,]+)*)`), (*town).closes},
}

// happen takes what a timed line says. A name in brackets at its end says whose
// watch it is about.
func (w *town) happen(at time.Time, line string) error {
	worker := w.workers[0]
	if i := strings.LastIndex(line, " ["); i > 0 && strings.HasSuffix(line, "]") {
		worker, line = line[i+2:len(line)-1], line[:i]
	}
	switch {
	case strings.HasPrefix(line, "on call:"): // the rota, read before
		w.wakeAt(at)
		return nil
	case line == "(so far)":
		w.wakeAt(at)
		return nil
	case line == "the server stops":
		w.asleep = true
		return nil
	case line == "the server starts":
		w.asleep = false
		w.wakeAt(at)
		return nil
	}
	for _, p := range phrases {
		m := p.says.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		in, err := p.does(w, at, m)
		if err != nil {
			return err
		}
		if strings.Contains(line, " texts: ") || strings.Contains(line, " writes: ") {
			worker = m[1]
			w.inputs++
			in.ID = fmt.Sprint(w.inputs)
			w.lastText = in
			if _, words, written := strings.Cut(line, " writes: "); written {
				w.wrote[in.ID] = words
			}
		}
		w.step(at, worker, in)
		return nil
	}
	return fmt.Errorf("not understood")
}

func (w *town) wakeAt(at time.Time) {
	for _, name := range w.workers {
		if t := w.watches[name].Wake(); !t.IsZero() && !t.After(at) {
			w.step(at, name, watch.Input{Event: watch.Elapsed{}})
		}
	}
}

// next is the next time the clock shows it.
func (w *town) next(at time.Time, hhmm string) time.Time {
	t := w.clockTime(hhmm, "")
	if t.Before(at.Add(-12 * time.Hour)) {
		t = w.local(t.AddDate(0, 0, 1), "")
	}
	return t
}

func (w *town) optional(at time.Time, hhmm string) time.Time {
	if hhmm == "" {
		return time.Time{}
	}
	return w.next(at, hhmm)
}

func (w *town) book(at time.Time, m []string) (watch.Input, error) {
	b := watch.Book{Visit: watch.Visit{ID: m[1], Reference: m[1], Clock: w.clock, StartsAt: w.clockTime(m[2], ""), ExpectedEndAt: w.clockTime(m[3], "")}}
	if m[3] < m[2] { // past midnight
		b.Visit.ExpectedEndAt = w.local(b.Visit.ExpectedEndAt.AddDate(0, 0, 1), "")
	}
	for extra := range strings.SplitSeq(strings.TrimPrefix(m[4], ", "), ", ") {
		word, rest, _ := strings.Cut(extra, " ")
		switch word {
		case "joint": // joint with lena's B2C4
			name, visit, _ := strings.Cut(strings.TrimPrefix(rest, "with "), "'s ")
			b.Visit.Partners = append(b.Visit.Partners, watch.Partner{Worker: name, Visit: visit})
		case "overlap":
			b.Overlap = true
		case "meeting":
			b.Visit.Unwatched = true
		case "voice":
			b.Visit.VoiceOnly = true
		case "":
		default:
			return watch.Input{}, fmt.Errorf("book with %q", extra)
		}
	}
	return event("office", b)
}

func (w *town) moves(at time.Time, m []string) (watch.Input, error) {
	return event(m[1], watch.Edit{Visit: m[2], StartsAt: w.optional(at, m[3]), ExpectedEndAt: w.optional(at, m[4])})
}

func (w *town) fetched(_ time.Time, m []string) (watch.Input, error) {
	return event("", watch.Fetched{Message: w.lastText.ID, Found: m[1] == "shows it", Forged: m[1] == "never had it"})
}

func (w *town) closes(at time.Time, m []string) (watch.Input, error) {
	c := watch.Close{Evidence: watch.Evidence(strings.ReplaceAll(m[2], " ", "_")), Note: true}
	for extra := range strings.SplitSeq(strings.TrimPrefix(m[3], ", "), ", ") {
		word, rest, _ := strings.Cut(extra, " ")
		switch word {
		case "ended":
			c.Ended = true
		case "until":
			c.ExpectedEndAt = w.next(at, rest)
		case "away":
			c.Away = true
		case "with":
			c.Second = rest
		case "police":
			c.StoodDownAt, c.StoodDownTo = at, true
			if _, hhmm, found := strings.Cut(rest, " at "); found {
				c.StoodDownAt = w.next(at, hhmm)
			}
		case "":
		default:
			return watch.Input{}, fmt.Errorf("close with %q", extra)
		}
	}
	return event(m[1], c)
}

func (w *town) texts(at time.Time, m []string) (watch.Input, error) {
	t, err := w.reading(at, m[2])
	return watch.Input{Via: "sms", Event: t}, err
}

// writes gives the words themselves: they are understood as they would be.
func (w *town) writes(at time.Time, m []string) (watch.Input, error) {
	of := w.watches[m[1]]
	body, webhook := strings.CutSuffix(m[2], " (by webhook)")
	t := w.understood(of, at, body)
	var before []string
	for _, id := range of.Awaits(at) {
		before = append(before, strings.TrimSuffix(w.wrote[id], " (by webhook)"))
	}
	if len(before) > 0 {
		t.Joined = new(w.understood(of, at, strings.Join(append(before, body), " ")))
		t.Joined.Doubtful = webhook
	}
	t.Doubtful = webhook
	return watch.Input{Via: "sms", Event: t}, nil
}

func (w *town) understood(of watch.Watch, at time.Time, words string) watch.Text {
	r := of.Understand(words, checkin.Context{Now: at.In(w.zone), State: checkin.None, Phrase: "Scarlett"}, "")
	t := watch.TextOf(r)
	t.Words = words
	t.OpensAs = watch.Visit{ID: fmt.Sprintf("N%d", w.inputs), Reference: fmt.Sprintf("N%d", w.inputs), Clock: w.clock}
	if r.Intent == checkin.Change && r.Name != "" {
		return watch.Text{Intent: checkin.Ask, Unfinished: r.Unfinished, Besides: &t}
	}
	return t
}

func (w *town) records(at time.Time, m []string) (watch.Input, error) {
	via := "call"
	if said, texted := strings.CutSuffix(m[2], " (texted to them)"); texted {
		via, m[2] = "text", said
	}
	t, err := w.reading(at, m[2])
	return watch.Input{By: m[1], Via: via, Event: t}, err
}

// readings are the short words that stand for a reading of a text.
var readings = map[string]watch.Text{
	"going in":         {Intent: checkin.Start},
	"new time":         {Intent: checkin.Change},
	"new start":        {Intent: checkin.Change},
	"out":              {Intent: checkin.End},
	"fine":             {Intent: checkin.SafeReply},
	"called off":       {Intent: checkin.Cancel},
	"no answer":        {Intent: checkin.Cancel, NoAnswer: true},
	"not there":        {Intent: checkin.Cancel, NotThere: true},
	"asks for jane":    {Intent: checkin.Ask},
	"asks for scarlet": {Intent: checkin.Duress},
	"names scarlet":    {Intent: checkin.Duress, Mention: true},
	"help":             {Intent: checkin.Distress},
	"no answer inside": {Intent: checkin.Unclear, NoAnswer: true},
	"unclear":          {Intent: checkin.Unclear},
}

var (
	withReference = regexp.MustCompile(`^(.*?) ?\b([A-Z]\d[A-Z]\d)$`)
	withTime      = regexp.MustCompile(`^(.*) (\d\d:\d\d)$`)
)

// reading reads "out A7F3, by webhook": a reading, what it is about or until
// when, and marks after commas. What stands in quotes is the text itself.
func (w *town) reading(at time.Time, s string) (watch.Text, error) {
	parts := strings.Split(s, ", ")
	head, ref := parts[0], ""
	if r := withReference.FindStringSubmatch(head); r != nil {
		head, ref = r[1], r[2]
	}
	hhmm := ""
	if r := withTime.FindStringSubmatch(head); r != nil {
		head, hhmm = strings.TrimSuffix(r[1], " until"), r[2]
	}
	if head == "" {
		head = "unclear"
	}
	t, known := readings[head]
	if !known {
		return t, fmt.Errorf("no reading %q", head)
	}
	t.Reference, t.Words = ref, s
	if head == "new start" {
		t.Begin = w.optional(at, hhmm)
	} else {
		t.Until = w.optional(at, hhmm)
	}
	if t.Intent == checkin.Start {
		t.OpensAs = watch.Visit{ID: fmt.Sprintf("N%d", w.inputs), Reference: fmt.Sprintf("N%d", w.inputs), Clock: w.clock}
	}
	for _, mark := range parts[1:] {
		if err := w.mark(at, &t, mark); err != nil {
			return t, err
		}
	}
	return t, nil
}

func (w *town) mark(at time.Time, t *watch.Text, mark string) error {
	word, rest, _ := strings.Cut(mark, " ")
	switch {
	case mark == "by webhook":
		t.Doubtful = true
	case mark == "without the out word":
		t.NoWord = true
	case mark == "we both are":
		t.Both = true
	case mark == "away from there":
		t.Away = true
	case mark == "with a number":
		t.Number = true
	case mark == "carrier may have opted them out":
		t.OptOut = true
	case word == "until":
		t.Until = w.optional(at, rest)
	case strings.HasPrefix(mark, `"`):
	default:
		return fmt.Errorf("no mark %q", mark)
	}
	return nil
}
