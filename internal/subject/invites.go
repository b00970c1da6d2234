package subject

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
)

// arrived is a mail that came from them. What it says is of whom they visit, and goes when it does.
type arrived struct {
	At     time.Time `json:"at"`
	Via    string    `json:"via"`
	Became string    `json:"became,omitempty"`
	Visit  string    `json:"visit,omitempty"`
	Words  string    `json:"words,omitempty"`
}

func (g *gatherer) mails() (any, error) {
	list, err := g.db.MailsOf(g.ctx, g.person.ID)
	rows := []arrived{}
	for _, m := range list {
		row := arrived{At: m.ReceivedAt, Via: m.Via, Became: m.Result, Visit: m.Visit}
		if !m.Raw.IsZero() {
			row.Words = someoneElse
		}
		rows = append(rows, row)
	}
	return rows, err
}

// invite is one that they were sent for their own calendar, or that they sent us for a visit of theirs.
type invite struct {
	Sent       bool      `json:"sent_to_you"`
	At         time.Time `json:"at"`
	Address    string    `json:"address,omitempty"`
	Visit      string    `json:"visit,omitempty"`
	Stands     string    `json:"stands,omitempty"`
	Answer     string    `json:"your_calendar_answered,omitempty"`
	AnsweredAt time.Time `json:"answered_at,omitzero"`
	Answers    []answer  `json:"all_your_answers,omitempty"`
	Words      string    `json:"words,omitempty"`
}

// answerKind is the kind of the entries of what calendars answer, and of what that was answered by.
const answerKind = "invite_answer"

// answer is what their calendar answered once.
type answer struct {
	At     time.Time `json:"at"`
	Answer string    `json:"answer"`
}

// answers gives all that their calendar answered, by visit, as the record has it: an invite that was moved since, or whose visit was erased, holds none of them
// any more.
func (g *gatherer) answers() (map[string][]answer, error) {
	entries, err := g.db.DoneBy(g.ctx, g.person.ID)
	by := map[string][]answer{}
	for _, e := range entries {
		if e.Kind != answerKind {
			continue
		}
		var said struct{ Answer, Answered string }
		if err := json.Unmarshal(e.Input, &said); err != nil {
			return nil, fmt.Errorf("read answer %s: %w", e.ID, err)
		}
		if said.Answered == "invite_countered" {
			said.Answer = "another time"
		}
		if said.Answer != "" { // else it is what they were answered
			by[e.Visit] = append(by[e.Visit], answer{e.At, said.Answer})
		}
	}
	return by, err
}

// invites gives what they were sent, without whose visits they are, what they answered, and what became of what they invited us to.
func (g *gatherer) invites() (any, error) {
	rows := []invite{}
	sent, err := g.db.InvitesOf(g.ctx, g.person.ID)
	if err != nil {
		return nil, err
	}
	answers, err := g.answers()
	if err != nil {
		return nil, err
	}
	for _, i := range sent {
		row := invite{Sent: true, At: i.SentAt, Address: i.Address.Reveal(), Stands: "invited", Answer: string(i.Answer), AnsweredAt: i.AnsweredAt, Answers: answers[i.Visit], Words: someoneElse}
		delete(answers, i.Visit)
		if i.Withdrawn {
			row.Stands = "withdrawn"
		}
		if slices.ContainsFunc(g.own.Visits, func(v store.Visit) bool { return v.ID == i.Visit }) {
			row.Visit, row.Words = i.Visit, ""
		}
		rows = append(rows, row)
	}
	for _, visit := range slices.Sorted(maps.Keys(answers)) { // to what is not known any more
		all := answers[visit]
		row := invite{Sent: true, At: all[0].At, Stands: "gone", Answers: all}
		if slices.ContainsFunc(g.own.Visits, func(v store.Visit) bool { return v.ID == visit }) {
			row.Visit = visit
		}
		rows = append(rows, row)
	}
	became, err := g.db.InvitedOf(g.ctx, g.person.ID)
	for _, i := range became {
		row := invite{At: i.PutAt, Visit: i.Visit, Stands: string(i.State)}
		if !i.Words.IsZero() {
			row.Words = someoneElse
		}
		rows = append(rows, row)
	}
	return rows, err
}
