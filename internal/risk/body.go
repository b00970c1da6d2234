package risk

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// How papers are written down: as JSON, in the words of the forms. It reveals what it holds, and is sealed as a whole.
type (
	placeBody struct {
		ServiceUser string `json:"service_user,omitempty"`
		Address     string `json:"address,omitempty"`
	}
	knownBody struct {
		Answer Answer `json:"answer"`
		Words  string `json:"words,omitempty"`
	}
	assessmentBody struct {
		placeBody
		Known     map[Topic]knownBody `json:"known"`
		Plan      string              `json:"plan,omitempty"`
		Joint     Answer              `json:"joint,omitempty"`
		JointWhy  string              `json:"joint_why,omitempty"`
		Discussed string              `json:"discussed,omitempty"`
		From      string              `json:"from,omitempty"`
		Decision  Decision            `json:"decision,omitempty"`
		Reasons   string              `json:"reasons,omitempty"`
		VoiceOnly bool                `json:"voice_only,omitempty"`
		NoPrompts bool                `json:"no_prompts,omitempty"`
		By        string              `json:"decided_by,omitempty"`
		At        time.Time           `json:"decided_at,omitzero"`
	}
	warningBody struct {
		placeBody
		Topic  Topic    `json:"topic"`
		What   string   `json:"what"`
		Reason string   `json:"reason"`
		Source string   `json:"source"`
		Case   string   `json:"case,omitempty"`
		Ended  string   `json:"ended,omitempty"`
		Not    []string `json:"not,omitempty"`
	}
)

func (p Place) body() placeBody { return placeBody{p.ServiceUser.Reveal(), p.Address.Reveal()} }

func (b placeBody) place() Place { return Place{private.New(b.ServiceUser), private.New(b.Address)} }

// Body writes the assessment down, to be sealed.
func (a Assessment) Body() private.Text {
	b := assessmentBody{placeBody: a.Place.body(), Known: map[Topic]knownBody{}, Plan: a.Plan.Reveal(), Joint: a.Joint, JointWhy: a.JointWhy.Reveal(),
		Discussed: a.Discussed.Reveal(), From: a.From, Decision: a.Decision, Reasons: a.Reasons.Reveal(), VoiceOnly: a.VoiceOnly, NoPrompts: a.NoPrompts, By: a.By, At: a.At}
	for _, t := range Topics() {
		if k := a.Known[t]; k != (Known{}) {
			b.Known[t] = knownBody{k.Answer, k.Words.Reveal()}
		}
	}
	return written(b)
}

// ReadAssessment reads what [Assessment.Body] wrote.
func ReadAssessment(body private.Text) (a Assessment, err error) {
	var b assessmentBody
	if err := read(body, &b); err != nil {
		return a, fmt.Errorf("read assessment: %w", err)
	}
	a = Assessment{Place: b.place(), Known: map[Topic]Known{}, Plan: private.New(b.Plan), Joint: b.Joint, JointWhy: private.New(b.JointWhy),
		Discussed: private.New(b.Discussed), From: b.From, Verdict: Verdict{b.Decision, private.New(b.Reasons), b.VoiceOnly, b.NoPrompts, b.By, b.At}}
	for _, t := range Topics() {
		if k, said := b.Known[t]; said {
			a.Known[t] = Known{k.Answer, private.New(k.Words)}
		}
	}
	return a, nil
}

// Body writes the warning down, to be sealed.
func (w Warning) Body() private.Text {
	return written(warningBody{w.Place.body(), w.Topic, w.What.Reveal(), w.Reason.Reveal(), w.Source.Reveal(), w.Case.Reveal(), w.Ended.Reveal(), w.Not})
}

// ReadWarning reads what [Warning.Body] wrote.
func ReadWarning(body private.Text) (w Warning, err error) {
	var b warningBody
	if err := read(body, &b); err != nil {
		return w, fmt.Errorf("read warning: %w", err)
	}
	return Warning{b.place(), b.Topic, private.New(b.What), private.New(b.Reason), private.New(b.Source), private.New(b.Case), private.New(b.Ended), b.Not}, nil
}

func written(body any) private.Text {
	raw, _ := json.Marshal(body) // strings, instants and lists of them always marshal
	return private.New(string(raw))
}

// read reads a body. What is wrong with it is said without it: an error of JSON quotes what it read.
func read(body private.Text, into any) error {
	if json.Unmarshal([]byte(body.Reveal()), into) != nil {
		return errBody
	}
	return nil
}

var errBody = errors.New("what was kept is not of its kind")
