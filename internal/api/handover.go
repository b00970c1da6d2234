package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/report"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// sheetKinds are the forms the handover sheet comes in; the first is what a caller gets who does not mind.
var sheetKinds = []string{"application/json", "text/html", "application/pdf"}

// handover answers GET /alarms/{id}/handover: the sheet for the police, as JSON, a page or a PDF.
func (a *API) handover(c *call) (answer, error) {
	q, err := query(c, "by")
	if err != nil {
		return answer{}, err
	}
	kind := negotiate(c.Header.Get("Accept"), sheetKinds)
	if kind == "" {
		return answer{}, &problem{status: http.StatusNotAcceptable, detail: "the sheet is there as " + strings.Join(sheetKinds, ", ")}
	}
	by, err := a.reader(c, q)
	if err != nil {
		return answer{}, err
	}
	al, err := a.alarm(c, by)
	if err != nil {
		return answer{}, err
	}
	if err := a.Access.Looked(c.Context(), c.who, by, "handover/"+al.ID, "", c.at); err != nil {
		return answer{}, err
	}
	sheet, err := a.sheet(c.Context(), al, c.at)
	if err != nil {
		return answer{}, err
	}
	raw, err := printed(sheet, kind)
	if err != nil {
		return answer{}, err
	}
	ans := answer{status: http.StatusOK, body: raw, kind: kind, header: map[string]string{"Vary": "Accept"}}
	if kind == "text/html" {
		ans.kind += "; charset=utf-8"
		ans.header["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
	}
	return ans, nil
}

func printed(sheet report.Handover, kind string) ([]byte, error) {
	var out bytes.Buffer
	switch kind {
	case "text/html":
		err := sheet.HTML(&out)
		return out.Bytes(), err
	case "application/pdf":
		err := sheet.PDF(&out)
		return out.Bytes(), err
	default:
		return sheet.JSON()
	}
}

// sheet gathers all that the police are told (rule 3.4).
func (a *API) sheet(ctx context.Context, al store.Alarm, at time.Time) (report.Handover, error) {
	h := report.Handover{Kind: al.Kind, Mention: al.Mention, OpenedAt: al.RaisedAt, WrittenAt: at, Zone: time.UTC, Rehearsal: a.Rehearsal}
	if h.OpenedAt.IsZero() {
		h.OpenedAt = al.OpenedAt
	}
	worker, err := a.Store.Person(ctx, al.Worker)
	if err != nil {
		return h, fmt.Errorf("find worker: %w", err)
	}
	h.Worker = report.Worker{Name: private.New(worker.Name), Description: worker.Description, Mobile: worker.Mobile, Vehicle: report.Vehicle(worker.Vehicle)}
	if team, err := a.Store.Team(ctx, worker.Team); err == nil { // a sheet in UTC is better than none
		if zone, err := time.LoadLocation(team.Zone); err == nil {
			h.Zone = zone
		}
	}
	since := al.OpenedAt.Add(-24 * time.Hour)
	if since, err = a.sheetVisits(ctx, &h, al, since); err != nil {
		return h, err
	}
	list, err := a.entries(ctx, al.Worker, since, at.Add(time.Minute))
	if err != nil {
		return h, err
	}
	sheetWords(&h, al, list)
	if err := a.sheetCalls(ctx, &h, al, worker, list); err != nil {
		return h, err
	}
	h.Kin = kinOf(worker, h.Calls)
	h.CallBack, err = a.callBack(ctx, al)
	return h, err
}

// purposes says what a kind of visit is for.
var purposes = map[string]string{"home_visit": "home visit", "family_time": "family time session", "meeting": "meeting", "other": "appointment"}

// sheetVisits adds the visits that the alarm covers, and gives since, or an earlier instant at which one was booked.
func (a *API) sheetVisits(ctx context.Context, h *report.Handover, al store.Alarm, since time.Time) (time.Time, error) {
	for _, id := range al.Visits {
		v, err := a.Store.Visit(ctx, id)
		if err != nil {
			return since, fmt.Errorf("find visit: %w", err)
		}
		if !v.BookedAt.IsZero() && v.BookedAt.Before(since) {
			since = v.BookedAt
		}
		r := report.Visit{Reference: v.Reference, Purpose: purposes[v.Kind], ServiceUser: v.Details.ServiceUser, Address: withAccess(v.Details),
			Contact: v.Details.Contact, Others: v.Details.WhoElse, StartsAt: v.StartsAt, ExpectedEndAt: v.ExpectedEndAt, InAt: v.InAt}
		if v.AtIn != nil {
			r.AddressAtIn = withAccess(*v.AtIn)
		}
		h.Visits = append(h.Visits, r)
	}
	return since, nil
}

// withAccess is the address with how to get in.
func withAccess(f buddy.Form) private.Text {
	if f.Access.IsZero() || f.Address.IsZero() {
		return f.Address
	}
	return private.New(f.Address.Reveal() + " (" + f.Access.Reveal() + ")")
}

// sheetWords adds the worker's last word, and the words that opened an alarm of danger.
func sheetWords(h *report.Handover, al store.Alarm, list []entry) {
	for _, e := range list {
		if e.Kind != "text" {
			continue
		}
		h.LastWord = report.LastWord{Text: private.New(e.words.Text), At: e.At, Via: viaOf(e)}
		opens := slices.ContainsFunc(e.events, func(x event) bool { return x.What == watch.AlarmOpened || x.What == watch.AlarmRaised })
		if al.Kind.Danger() && opens && e.Alarm == al.ID {
			h.Words = h.LastWord.Text
		}
	}
}

// viaOf says how a word came, as people say it.
func viaOf(e entry) string {
	switch {
	case e.Via == "sms":
		return "text"
	case e.Via == "api" && e.words.Text == "":
		return "press"
	case e.Via == "api":
		return "message"
	default:
		return e.Via
	}
}

// sheetCalls adds every call tried, with whose number it was.
func (a *API) sheetCalls(ctx context.Context, h *report.Handover, al store.Alarm, worker buddy.Person, list []entry) error {
	for _, e := range list {
		logged, is := e.input.Event.(watch.Call)
		if !is || e.Alarm != al.ID {
			continue
		}
		to, _ := phone.Parse(e.words.To) // it was one when it was logged
		by, err := a.ref(ctx, e.By)
		if err != nil {
			return err
		}
		call := report.Call{At: e.At, To: to, Whose: private.New(whose(worker, to)), Result: logged.Result, Note: private.New(e.words.Note)}
		if by != nil {
			call.By = by.Name
		}
		h.Calls = append(h.Calls, call)
	}
	return nil
}

// whose says whose number it is.
func whose(worker buddy.Person, n phone.Number) string {
	switch n {
	case phone.Number{}:
		return ""
	case worker.Mobile:
		return "own mobile"
	case worker.PersonalMobile:
		return "own personal mobile"
	case worker.HomePhone:
		return "own home"
	}
	for _, c := range worker.Contacts {
		if c.Phone == n {
			return strings.TrimSuffix(c.Name.Reveal()+", "+c.Relation.Reveal(), ", ")
		}
	}
	return ""
}

// kinOf lists who is close to the worker, and whether one of the calls told them.
func kinOf(worker buddy.Person, calls []report.Call) []report.Kin {
	var kin []report.Kin
	for _, c := range worker.Contacts {
		k := report.Kin{Name: c.Name, Relation: c.Relation, Phone: c.Phone, PoliceOnly: c.PoliceOnly}
		for _, tried := range calls {
			if tried.To == c.Phone && tried.Result == watch.SpokeOther {
				k.ToldAt = tried.At
			}
		}
		kin = append(kin, k)
	}
	return kin
}

// callBack is whom the police ring: who has the alarm, else who is to answer it.
func (a *API) callBack(ctx context.Context, al store.Alarm) (report.CallBack, error) {
	for _, id := range append([]string{al.HeldBy, al.Responder}, al.Told...) {
		if id == "" {
			continue
		}
		p, err := a.Store.Person(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue // a fallback that is not there yet
		}
		if err != nil {
			return report.CallBack{}, fmt.Errorf("find who answers: %w", err)
		}
		back := report.CallBack{Name: p.Name}
		if numbers := p.Numbers(); len(numbers) > 0 {
			back.Number = numbers[0]
		}
		return back, nil
	}
	return report.CallBack{}, nil
}
