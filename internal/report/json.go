package report

import (
	"encoding/json"
	"time"

	"github.com/allclear-safety/allclear/internal/phone"
)

// handoverJSON is the sheet for other programs. Words and numbers that are not known say "not known", times that are not known are null;
// numbers are E.164, times RFC 3339. It reveals what it holds.
type handoverJSON struct {
	Reference string       `json:"reference"` // the visits', or "not known"
	Kind      string       `json:"kind"`      // overdue, distress, duress
	OpenedAt  *time.Time   `json:"opened_at"`
	WrittenAt *time.Time   `json:"written_at"`
	Rehearsal bool         `json:"rehearsal"`
	Police    policeJSON   `json:"police"`
	DoNotRing bool         `json:"do_not_ring"` // ringing or texting the worker could put them in more danger
	Urgency   []string     `json:"urgency"`     // what we ask for and why it is urgent, in the words the police decide by
	Worker    workerJSON   `json:"worker"`
	Visits    []visitJSON  `json:"visits"`
	LastWord  lastWordJSON `json:"last_word"` // from the worker, verbatim
	Calls     []callJSON   `json:"calls"`     // every call tried, in order
	Kin       []kinJSON    `json:"next_of_kin"`
	CallBack  callBackJSON `json:"call_back"` // whom the police ring
	Spoken    string       `json:"spoken"`    // the whole, as it is read aloud over the telephone
}

type policeJSON struct {
	Force  string `json:"force"`
	Number string `json:"number"` // how to reach it from elsewhere
}

type workerJSON struct {
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Mobile      string      `json:"mobile"`
	Photograph  bool        `json:"photograph"` // whether the page and the PDF have one
	Vehicle     vehicleJSON `json:"vehicle"`
}

type vehicleJSON struct {
	Make         string `json:"make"`
	Model        string `json:"model"`
	Colour       string `json:"colour"`
	Registration string `json:"registration"`
}

type visitJSON struct {
	Reference     string     `json:"reference"`
	Purpose       string     `json:"purpose"`
	ServiceUser   string     `json:"service_user"`
	Address       string     `json:"address"`
	AddressAtIn   string     `json:"address_at_in"` // differs from address when that was edited after the worker went in
	Contact       string     `json:"contact"`
	Others        string     `json:"others"`
	Risks         []string   `json:"risks"`
	StartsAt      *time.Time `json:"starts_at"`
	ExpectedEndAt *time.Time `json:"expected_end_at"`
	InAt          *time.Time `json:"in_at"`
}

type lastWordJSON struct {
	Text string     `json:"text"`
	At   *time.Time `json:"at"`
	Via  string     `json:"via"`
}

type callJSON struct {
	At     *time.Time `json:"at"`
	To     string     `json:"to"`
	Whose  string     `json:"whose"`
	By     string     `json:"by"`
	Result string     `json:"result"`
	Note   string     `json:"note"` // "" when nothing was noted
}

type kinJSON struct {
	Name       string     `json:"name"`
	Relation   string     `json:"relation"`
	Phone      string     `json:"phone"`
	PoliceOnly bool       `json:"police_only"`
	ToldAt     *time.Time `json:"told_at"` // null: not told
}

type callBackJSON struct {
	Name   string `json:"name"`
	Number string `json:"number"`
}

// JSON is the sheet with all that it reveals.
func (h Handover) JSON() ([]byte, error) {
	w := h.Worker
	out := handoverJSON{
		Reference: or(h.reference()), Kind: string(h.Kind), OpenedAt: instant(h.OpenedAt), WrittenAt: instant(h.WrittenAt), Rehearsal: h.Rehearsal,
		Police: policeJSON{or(h.Force), e164(h.ForceNumber)}, DoNotRing: h.quiet(), Urgency: h.urgency().Text,
		Worker: workerJSON{reveal(w.Name), reveal(w.Description), e164(w.Mobile), readPhotograph(w.Photograph) != nil,
			vehicleJSON{reveal(w.Vehicle.Make), reveal(w.Vehicle.Model), reveal(w.Vehicle.Colour), reveal(w.Vehicle.Registration)}},
		Visits:   []visitJSON{},
		LastWord: h.LastWord.json(h.LastPress),
		Calls:    []callJSON{}, Kin: []kinJSON{},
		CallBack: callBackJSON{or(h.CallBack.Name), e164(h.CallBack.Number)},
		Spoken:   h.Spoken(),
	}
	for _, v := range h.Visits {
		out.Visits = append(out.Visits, v.json())
	}
	for _, c := range h.Calls {
		out.Calls = append(out.Calls, callJSON{instant(c.At), e164(c.To), reveal(c.Whose), or(c.By), or(string(c.Result)), c.Note.Reveal()})
	}
	for _, k := range h.Kin {
		out.Kin = append(out.Kin, kinJSON{reveal(k.Name), reveal(k.Relation), e164(k.Phone), k.PoliceOnly, instant(k.ToldAt)})
	}
	return json.Marshal(out)
}

// json gives the worker's last words, with how and when they came; of a worker who said none, their last press.
func (w LastWord) json(p LastPress) lastWordJSON {
	if w.Text.IsZero() && p.What != "" {
		return lastWordJSON{notKnown, instant(p.At), "press"}
	}
	return lastWordJSON{reveal(w.Text), instant(w.At), or(w.Via)}
}

func (v Visit) json() visitJSON {
	risks := []string{}
	for _, r := range v.Risks {
		risks = append(risks, r.Reveal())
	}
	return visitJSON{or(v.Reference), or(v.Purpose), reveal(v.ServiceUser), reveal(v.Address), or(v.AddressAtIn.Reveal(), v.Address.Reveal()),
		reveal(v.Contact), reveal(v.Others), risks, instant(v.StartsAt), instant(v.ExpectedEndAt), instant(v.InAt)}
}

// instant is t in UTC, or nil when it is not known.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC())
}

func e164(n phone.Number) string { return or(n.E164()) }
