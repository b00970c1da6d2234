package api

import (
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
)

// personRef is a person as others see them.
type personRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// visitJSON is a visit as the API answers it.
type visitJSON struct {
	ID            string       `json:"id"`
	ExternalID    *string      `json:"external_id"`
	Reference     string       `json:"reference"`
	Status        watch.Status `json:"status"`
	Worker        string       `json:"worker"`
	Team          string       `json:"team"`
	Kind          string       `json:"kind"`
	StartsAt      time.Time    `json:"starts_at"`
	ExpectedEndAt time.Time    `json:"expected_end_at"`
	DueAt         *time.Time   `json:"due_at"` // null for what is not watched
	InAt          *time.Time   `json:"in_at"`
	EndedAt       *time.Time   `json:"ended_at"`
	Evidence      *string      `json:"evidence"`
	Private       bool         `json:"private"`
	Responders    []string     `json:"responders"`
	Responder     *personRef   `json:"responder"`
	Gap           bool         `json:"gap"` // nobody is on call: it falls to the fallback
	Missing       []string     `json:"missing"`
	Alarm         *alarmJSON   `json:"alarm"`
	Joint         []string     `json:"joint,omitempty"` // the linked visits, when it was booked
}

// detailsJSON is what a private visit hides.
type detailsJSON struct {
	ServiceUser *string `json:"service_user"`
	Address     *string `json:"address"`
	Access      *string `json:"access"`
	Contact     *string `json:"contact"`
	WhoElse     *string `json:"who_else"`
	AddressAtIn *string `json:"address_at_in,omitempty"`
}

// wholeJSON is a visit with its details and its record.
type wholeJSON struct {
	visitJSON
	detailsJSON
	Timeline []timelineJSON `json:"timeline"`
}

// alarmJSON is an alarm as the API answers it.
type alarmJSON struct {
	ID             string     `json:"id"`
	Visits         []string   `json:"visits"`
	Worker         string     `json:"worker"`
	Kind           watch.Kind `json:"kind"`
	Mention        bool       `json:"mention"`
	Status         string     `json:"status"`
	OpenedAt       time.Time  `json:"opened_at"`
	RaisedBy       *string    `json:"raised_by"`
	Told           []string   `json:"told"`
	AcknowledgedAt *time.Time `json:"acknowledged_at"`
	AcknowledgedBy *string    `json:"acknowledged_by"`
	TakeOver       *string    `json:"take_over"` // the next responder, who is to confirm
	Calls          int        `json:"calls"`
	SpokeAt        *time.Time `json:"spoke_at"`
	PoliceDueAt    time.Time  `json:"police_due_at"`
	PoliceToldAt   *time.Time `json:"police_told_at"`
	HarmedAt       *time.Time `json:"harmed_at"`
	ClosedAt       *time.Time `json:"closed_at"`
	ClosedBy       *string    `json:"closed_by"`
	Evidence       *string    `json:"evidence"`
}

// alarmWithLine is one alarm with its record.
type alarmWithLine struct {
	alarmJSON
	Timeline []timelineJSON `json:"timeline"`
}

func alarmOf(a store.Alarm) alarmJSON {
	return alarmJSON{
		ID: a.ID, Visits: slices.Clip(append([]string{}, a.Visits...)), Worker: a.Worker, Kind: a.Kind, Mention: a.Mention, Status: a.Status,
		OpenedAt: a.OpenedAt.UTC(), RaisedBy: maybe(a.RaisedBy), Told: append([]string{}, a.Told...),
		AcknowledgedAt: when(a.HeldAt), AcknowledgedBy: maybe(a.HeldBy), TakeOver: maybe(a.Next), Calls: a.Calls, SpokeAt: when(a.SpokeAt),
		PoliceDueAt: a.PoliceDue.UTC(), PoliceToldAt: when(a.TheyKnow), HarmedAt: when(a.HarmedAt),
		ClosedAt: when(a.ClosedAt), ClosedBy: maybe(a.ClosedBy), Evidence: maybe(string(a.Evidence)),
	}
}

// when is null for an instant that has not come.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC())
}

// maybe is null for what is not known.
func maybe(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// reveal shows a private text to a caller who may see it and whose look is recorded.
func reveal(t private.Text) *string { return maybe(t.Reveal()) }

// visitOf is a visit as its reader may see it, without its private words.
func visitOf(v view.Visit) visitJSON {
	out := visitJSON{
		ID: v.ID, ExternalID: maybe(v.ExternalID), Reference: v.Reference, Status: v.Status, Worker: v.Worker, Team: v.Team, Kind: v.Kind,
		StartsAt: v.StartsAt.UTC(), ExpectedEndAt: v.ExpectedEndAt.UTC(), DueAt: when(v.DueAt), InAt: when(v.InAt), EndedAt: when(v.EndedAt),
		Evidence: maybe(string(v.Evidence)), Private: v.Private, Responders: append([]string{}, v.Responders...), Gap: v.Gap,
		Missing: append([]string{}, v.Missing...),
	}
	if v.Alarm != nil {
		out.Alarm = new(alarmOf(*v.Alarm))
	}
	if v.Responder != nil {
		out.Responder = &personRef{v.Responder.ID, v.Responder.Name}
	}
	return out
}

// Whether a look is put on record.
const (
	recorded   = true
	unrecorded = false
)

// whole is a visit with its record, and with its details for who may see them. The look is recorded first.
func (a *API) whole(c *call, v store.Visit, by string, look bool) (wholeJSON, error) {
	seen, err := a.view.Visit(c.Context(), v, c.reader(by))
	if err != nil {
		return wholeJSON{}, err
	}
	if seen.Open && look {
		if err := a.Access.Looked(c.Context(), c.who, by, "visit/"+v.ID, "", c.at); err != nil {
			return wholeJSON{}, err
		}
	}
	whole, err := a.view.Whole(c.Context(), seen, c.at)
	if err != nil {
		return wholeJSON{}, err
	}
	return wholeJSON{visitJSON: visitOf(whole.Visit), detailsJSON: detailsOf(whole.Visit), Timeline: timelineOf(whole.Timeline)}, nil
}

func detailsOf(v view.Visit) detailsJSON {
	f := v.Details
	d := detailsJSON{ServiceUser: reveal(f.ServiceUser), Address: reveal(f.Address), Access: reveal(f.Access), Contact: reveal(f.Contact), WhoElse: reveal(f.WhoElse)}
	if v.AtIn != nil && v.AtIn.Address != f.Address {
		d.AddressAtIn = reveal(v.AtIn.Address)
	}
	return d
}
