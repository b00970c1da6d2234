package api

import (
	"time"

	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
)

// timelineJSON is one line of the record, in the order in which things happened.
type timelineJSON struct {
	At           time.Time  `json:"at"`
	What         watch.What `json:"what"`
	By           string     `json:"by,omitempty"`
	Via          string     `json:"via,omitempty"`
	Token        string     `json:"token,omitempty"`
	Visit        string     `json:"visit,omitempty"`
	Text         string     `json:"text,omitempty"` // verbatim
	Until        *time.Time `json:"until,omitempty"`
	Result       string     `json:"result,omitempty"`
	To           string     `json:"to,omitempty"`
	Note         string     `json:"note,omitempty"`
	Reference    string     `json:"reference,omitempty"`
	Officer      string     `json:"officer,omitempty"`
	Attending    *bool      `json:"attending,omitempty"`
	NextUpdateAt *time.Time `json:"next_update_at,omitempty"`
	Second       string     `json:"second_person,omitempty"`
	StoodDown    string     `json:"stood_down_to,omitempty"`
}

func timelineOf(lines []view.Line) []timelineJSON {
	list := []timelineJSON{}
	for _, l := range lines {
		list = append(list, timelineJSON{
			At: l.At.UTC(), What: l.What, By: l.By, Via: l.Via, Token: l.Token, Visit: l.Visit, Text: l.Text.Reveal(), Until: when(l.Until),
			Result: string(l.Result), To: l.To.Reveal(), Note: l.Note.Reveal(), Reference: l.Reference.Reveal(), Officer: l.Officer.Reveal(),
			Attending: l.Attending, NextUpdateAt: when(l.NextUpdateAt), Second: l.Second, StoodDown: l.StoodDown.Reveal(),
		})
	}
	return list
}
