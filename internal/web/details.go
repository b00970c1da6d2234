package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// detailsPage is one's own: all by which somebody would be found, and one press that says it is still right (rule 1.6).
type detailsPage struct {
	Layout
	Missing   []string
	Confirmed time.Time // when they last said so; zero for never
	Due       time.Time // when it is time again
	IsDue     bool
	Numbers   []ownNumber
	Email     string
	About     string
	Vehicle   string
	Photo     time.Time // since when there is one; zero for none
	PhotoSays string    // what is wrong with the one that was sent
	Contacts  []ownContact
	NoKin     bool // none of the contacts is marked as next of kin
	Tell      govuk.Checkboxes
	Shown     string // a mark of what is shown
	KinSteps  string // how next of kin is changed in the HR system too
	KinMoved  bool   // one was changed just now
	Delegates []store.Delegate
	Delegate  govuk.Input
	MayInvite bool // books by invite: a worker who has an e-mail address
}

// ownNumber is one of one's own numbers, and how it is proved.
type ownNumber struct {
	Field, Name string
	dial
	Proved, Fails bool
	Texts, Calls  bool // a code can come by text, by a call
	Sent          bool // one is on its way, and is good
	Code          govuk.Input
	Refused       string // why no code is sent
}

// ownContact is one's own emergency contact.
type ownContact struct {
	contactRow
	Told, Fails bool
}

// details answers GET /details.
func (p *Pages) details(c *request) error { return p.showDetails(c, http.StatusOK, blank()) }

// stillRight answers POST /details: all of it is still right.
func (p *Pages) stillRight(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	who, err := p.Store.Person(c.Context(), c.who.ID)
	if err != nil {
		return fmt.Errorf("find own details: %w", err)
	}
	if f.value("shown") != shownMark(who) {
		f.wrong("right", "Your details have changed since this page was opened. Look at them again")
		return p.showDetails(c, http.StatusConflict, f)
	}
	var told []phone.Number
	for i, contact := range who.Contacts {
		if slices.Contains(f.values["told"], strconv.Itoa(i+1)) {
			told = append(told, contact.Phone)
		}
	}
	if err := p.Engine.ConfirmDetails(c.Context(), c.press(), told); err != nil {
		return err
	}
	return c.redirect("/details?done=details-right")
}

// shownMark is the same as long as someone's details are.
func shownMark(who buddy.Person) string {
	sum := sha256.Sum256([]byte(filledPerson(who).values.Encode()))
	return hex.EncodeToString(sum[:12])
}

// showDetails shows someone their own details, with what is wrong with what they sent. Nothing of it depends on danger that is open (rule 4.2): a contact's
// number that was found wrong in a search is not shown as that before the alarm is closed.
func (p *Pages) showDetails(c *request, status int, f *form) error {
	who, err := p.Store.Person(c.Context(), c.who.ID) // as it is now, not as the directory remembers it
	if err != nil {
		return fmt.Errorf("find own details: %w", err)
	}
	if err := p.Access.LookedAt(c.Context(), c.who.ID, "page", "person/"+who.ID, "", c.at); err != nil {
		return err
	}
	page := detailsPage{Email: who.Email.Reveal(), About: who.Description.Reveal(), Vehicle: vehicleWords(who), Shown: shownMark(who),
		PhotoSays: f.says(photographField).Text}
	if who.Has(buddy.Worker) {
		page.Missing = missingOf(who)
	}
	confirmed, err := p.Store.Confirmation(c.Context(), who.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	page.Confirmed, page.Due = confirmed.ConfirmedAt, confirmed.Due()
	page.IsDue = !page.Due.After(c.at)
	if page.Photo, err = p.Store.HasPhotograph(c.Context(), who.ID); err != nil {
		return err
	}
	known, err := p.Store.Known(c.Context(), who.ID)
	if err != nil {
		return err
	}
	if page.Numbers, err = p.ownNumbers(c, who, known, f); err != nil {
		return err
	}
	if err := p.ownContacts(c, who, known, &page); err != nil {
		return err
	}
	if page.KinSteps, err = p.hrSteps(c); err != nil {
		return err
	}
	if err := p.ownDelegates(c, who, f, &page); err != nil {
		return err
	}
	page.KinMoved = c.URL.Query().Get("done") == "kin-saved"
	page.Layout = p.layout(c, "Your details").again(f)
	return p.show(c, status, "details", page)
}

// numberNames are what people call their own numbers, in the order to ring them.
var numberNames = []struct{ field, name string }{{"mobile", "Mobile"}, {"personal_mobile", "Personal mobile"}, {"home_phone", "Home phone"}}

func (p *Pages) ownNumbers(c *request, who buddy.Person, known store.Known, f *form) ([]ownNumber, error) {
	texts, calls := p.Engine.Codes()
	var list []ownNumber
	for _, x := range numberNames {
		n := engine.Own(who, x.field)
		row := ownNumber{Field: x.field, Name: x.name, dial: numberOf(n), Proved: known.Proved(n), Fails: !known.FailedAt(n).IsZero(), Refused: f.says("number_" + x.field).Text,
			Texts: texts && x.field != "home_phone", Calls: calls}
		if !n.IsZero() && !row.Proved {
			sent, err := p.Store.CodeSent(c.Context(), who.ID, n, c.at)
			if err != nil {
				return nil, err
			}
			row.Sent = sent
			row.Code = f.input("code_"+x.field, "The code that came", "Six figures, good for 10 minutes")
			row.Code.Inputmode, row.Code.Autocomplete, row.Code.Classes, row.Code.Value = "numeric", "one-time-code", "govuk-input--width-10", ""
		}
		list = append(list, row)
	}
	return list, nil
}

func (p *Pages) ownContacts(c *request, who buddy.Person, known store.Known, page *detailsPage) error {
	loaded, err := p.Store.Load(c.Context(), who.ID)
	if err != nil {
		return err
	}
	page.NoKin = len(who.Contacts) > 0
	page.Tell = govuk.Checkboxes{Name: "told", Classes: "govuk-checkboxes--small"}
	for i, row := range contactsOf(who) {
		n := who.Contacts[i].Phone
		failed := known.FailedAt(n)
		searched := loaded.Watch.Alarm != nil && !failed.Before(loaded.Watch.Alarm.OpenedAt)
		contact := ownContact{contactRow: row, Told: known.Told(n), Fails: !failed.IsZero() && !searched}
		page.Contacts = append(page.Contacts, contact)
		page.NoKin = page.NoKin && !row.NextOfKin
		if !contact.Told {
			page.Tell.Items = append(page.Tell.Items, govuk.Choice{Value: strconv.Itoa(i + 1), Text: row.Name + " knows that they may be rung about me"})
		}
	}
	return nil
}

// detailsDue says that the reader is to be asked on their own front page whether their details are right. Nobody is on a visit.
func (p *Pages) detailsDue(c *request) (bool, error) {
	if !visits(c.who) || c.byPhone() {
		return false, nil
	}
	confirmed, err := p.Store.Confirmation(c.Context(), c.who.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && confirmed.Due().After(c.at) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	out, err := p.outAlone(c)
	return !out, err
}
