package risk

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
)

// Problem is why something can't be taken. Field is the form's; Says holds nothing private.
type Problem = plan.Problem

// Bounds in characters.
const (
	longestName  = 200
	longestLine  = 300  // a few words
	longestWords = 2000 // what will be done, the reasons
)

type problems []Problem

func (p *problems) add(field, says string, args ...any) {
	*p = append(*p, Problem{Field: field, Says: fmt.Sprintf(says, args...)})
}

// bound takes text of at most so many characters, that can be seen.
func (p *problems) bound(field string, text private.Text, most int) {
	words := text.Reveal()
	switch {
	case !plan.Plain(words):
		p.add(field, "must be plain text")
	case utf8.RuneCountInString(words) > most:
		p.add(field, "must have at most %d characters", most)
	}
}

func (p *problems) need(field string, text private.Text, most int, says string) {
	if strings.TrimSpace(text.Reveal()) == "" {
		p.add(field, "%s", says)
		return
	}
	p.bound(field, text, most)
}

func (p *problems) place(at Place) {
	if strings.TrimSpace(at.ServiceUser.Reveal()) == "" && strings.TrimSpace(at.Address.Reveal()) == "" {
		p.add("service_user", "is missing: give the name, the address, or both")
	}
	p.bound("service_user", at.ServiceUser, longestName)
	p.bound("address", at.Address, 1000)
}

// Problems says what keeps an assessment from being kept; with sent, from being sent to the manager: then each topic is answered.
func (a Assessment) Problems(sent bool) []Problem {
	var p problems
	p.place(a.Place)
	for _, t := range Topics() {
		k, field := a.Known[t], string(t)
		switch {
		case k.Answer != "" && !slices.Contains(Answers(), k.Answer):
			p.add(field, "is yes, no or not known")
		case k.Answer == "" && sent:
			p.add(field, "is not answered: say yes, no or not known to “%s”", t.Words())
		}
		p.bound(field+"-words", k.Words, longestLine)
	}
	if a.Joint != "" && !slices.Contains(Answers(), a.Joint) {
		p.add("joint", "is yes, no or not known")
	} else if a.Joint == "" && sent {
		p.add("joint", "is not answered: say whether a joint visit is right")
	}
	if sent {
		p.need("plan", a.Plan, longestWords, "is missing: say what you will do")
	} else {
		p.bound("plan", a.Plan, longestWords)
	}
	p.bound("joint-why", a.JointWhy, longestLine)
	p.bound("discussed", a.Discussed, longestLine)
	return p
}

// Problems says what keeps a verdict from being one.
func (v Verdict) Problems() []Problem {
	var p problems
	if !slices.Contains(Decisions(), v.Decision) {
		p.add("decision", "is missing: choose one")
	}
	p.need("reasons", v.Reasons, longestWords, "are missing: say why")
	return p
}

// Problems says what keeps a warning from standing.
func (w Warning) Problems() []Problem {
	var p problems
	p.place(w.Place)
	if !slices.Contains(WarningTopics(), w.Topic) {
		p.add("topic", "is missing: choose what it is about")
	}
	p.need("what", w.What, longestLine, "is missing: say what whoever goes there must know")
	p.need("reason", w.Reason, longestWords, "is missing: say why it stands")
	p.need("source", w.Source, longestLine, "is missing: say who knows it")
	p.bound("case", w.Case, 100)
	p.bound("ended", w.Ended, longestWords)
	return p
}
