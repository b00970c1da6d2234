package view

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/nameless"
	"github.com/allclear-safety/allclear/internal/store"
)

// Sample is a text that was labelled, without who and where it is about: a line of the form that `allclear understand` reads,
// with what was meant.
type Sample struct {
	Line    []byte // JSON, without its line's end
	Changed bool   // without the names it is read otherwise than it was
}

// sampleDay is the day that every sample is put on, with the clock as it was.
const sampleDay = "2026-02-03"

// sampleLine is the line of a sample; its fields are those of the lines that our own tests read.
type sampleLine struct {
	ID     string         `json:"id"`
	Now    string         `json:"now"`
	State  checkin.State  `json:"state"`
	Start  string         `json:"start,omitempty"`
	End    string         `json:"end,omitempty"`
	Text   string         `json:"text"`
	Intent checkin.Intent `json:"intent"`
	Until  string         `json:"until,omitempty"`
	Begin  string         `json:"begin,omitempty"`
	Tags   []string       `json:"tags"`
}

// sampler makes samples: it remembers the staff and the teams.
type sampler struct {
	*View
	taker *nameless.Taker
	lines checkin.Lines
	words *checkin.Vocabulary
	staff []buddy.Person
	teams []store.Team
}

// Samples gives every labelled text as a sample, in the order in which they were sent. Those whose words were erased are not
// among them, nor those of which it is not known how their visit stood. It is for whoever keeps the installation: what it gives
// names nobody, and whoever asks records the look.
func (s *View) Samples(ctx context.Context, v *checkin.Vocabulary) ([]Sample, error) {
	labels, err := s.labels(ctx, "")
	if err != nil || len(labels) == 0 {
		return nil, err
	}
	x := sampler{View: s, taker: nameless.New(v), words: v}
	if x.lines, err = (checkin.Lines{Phrase: "Scarlett", Explain: true, Vocabulary: v}).London(); err != nil {
		return nil, err
	}
	if x.staff, err = s.Store.People(ctx); err != nil && len(x.staff) == 0 {
		return nil, fmt.Errorf("read whose names are known: %w", err)
	}
	if x.teams, err = s.Store.Teams(ctx); err != nil {
		return nil, fmt.Errorf("read teams: %w", err)
	}
	var texts []store.Entry
	for id := range labels {
		e, err := s.Store.Entry(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("find labelled text: %w", err)
		}
		texts = append(texts, e)
	}
	slices.SortFunc(texts, func(a, b store.Entry) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	var list []Sample
	for _, e := range texts {
		of := labels[e.ID]
		one, ok, err := x.sample(ctx, e, of[len(of)-1])
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, one)
		}
	}
	return list, nil
}

// sample makes one; not ok where its words or its context are not there.
func (x sampler) sample(ctx context.Context, e store.Entry, label engine.Label) (one Sample, ok bool, err error) {
	words, err := engine.WordsOf(e)
	if err != nil {
		return one, false, fmt.Errorf("read words of entry %s: they are no JSON", e.ID)
	}
	if words.Text == "" || words.Stood == nil {
		return one, false, nil
	}
	known, team, err := x.known(ctx, e)
	if err != nil {
		return one, false, err
	}
	zone, err := time.LoadLocation(cmp.Or(team.Zone, "Europe/London"))
	if err != nil {
		return one, false, fmt.Errorf("team %s: %w", team.ID, err)
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(zone).Format("15:04")
	}
	sum := sha256.Sum256([]byte(e.ID))
	line := sampleLine{ID: "w" + hex.EncodeToString(sum[:5]), Now: sampleDay + "T" + at(e.At), State: words.Stood.State, Start: at(words.Stood.Start), End: at(words.Stood.End),
		Text: x.taker.Text(words.Text, known), Intent: label.Intent, Until: at(label.Until), Begin: at(label.Begin), Tags: []string{"labelled"}}
	if line.Intent == checkin.Ask { // lines have no word for it
		line.Intent, line.Tags = checkin.Unclear, append(line.Tags, "asks")
	}
	was := checkin.Understand(words.Text, checkin.Context{Now: e.At.In(zone), State: words.Stood.State, Start: words.Stood.Start.In(zone), End: words.Stood.End.In(zone),
		Phrase: team.Plan.DuressPhrase, OutWord: team.Plan.OutWord, Vocabulary: x.words})
	if one.Changed, err = x.changed(line, was, at); err != nil {
		return one, false, err
	}
	if one.Changed {
		line.Tags = append(line.Tags, "changed")
	}
	one.Line, err = json.Marshal(line)
	return one, true, err
}

// changed says that a sample is read otherwise than the text was.
func (x sampler) changed(line sampleLine, was checkin.Reading, at func(time.Time) string) (bool, error) {
	raw, err := json.Marshal(line)
	if err != nil {
		return false, fmt.Errorf("write sample: %w", err)
	}
	answer, err := x.lines.Answer(raw)
	if err != nil {
		return false, fmt.Errorf("read sample: %w", err)
	}
	var is struct {
		Intent       checkin.Intent
		Until, Begin string
	}
	if err := json.Unmarshal(answer, &is); err != nil {
		return false, fmt.Errorf("read answer: %w", err)
	}
	if was.Intent == checkin.Ask {
		was.Intent = checkin.Unclear
	}
	return is.Intent != was.Intent || is.Until != at(was.Until) || is.Begin != at(was.Begin), nil
}

// known gathers who and where a text may be about: everybody on the staff, those close to its worker, and its visit.
func (x sampler) known(ctx context.Context, e store.Entry) (k nameless.Known, team store.Team, err error) {
	of := ""
	for _, p := range x.staff {
		k.Names = append(k.Names, p.Name)
		for _, c := range p.Contacts {
			k.Names = append(k.Names, c.Name.Reveal())
		}
		if p.ID == e.Worker {
			of = p.Team
		}
	}
	if e.Visit != "" {
		v, err := x.Store.Visit(ctx, e.Visit)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return k, team, fmt.Errorf("find visit of text: %w", err)
		}
		of = cmp.Or(v.Team, of)
		forms := []buddy.Form{v.Details}
		if v.AtIn != nil {
			forms = append(forms, *v.AtIn)
		}
		for _, f := range forms {
			k.Names = append(k.Names, f.ServiceUser.Reveal(), f.WhoElse.Reveal())
			k.Places = append(k.Places, f.Address.Reveal())
		}
		k.References = append(k.References, v.Reference)
	}
	for _, t := range x.teams {
		if t.ID == of {
			team = t
		}
	}
	k.Phrase = team.Plan.DuressPhrase
	return k, team, nil
}
