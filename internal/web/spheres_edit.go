package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/support"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// supportEditPage is the list with the buttons that move what is in it.
type supportEditPage struct {
	Layout
	ID, Team string
	Revision int
	Rings    []ringMoves
	Full     bool
}

// ringMoves is one sphere with its buttons.
type ringMoves struct {
	Title string
	Rows  []movable
}

// movable is an entry, and where it can go.
type movable struct {
	support.Entry
	Up, Down, Nearer, Farther bool
}

// sphereMoves are what a button does to an entry, by its value.
var sphereMoves = map[string]func(s support.Spheres, id int) support.Spheres{
	"up":      func(s support.Spheres, id int) support.Spheres { return s.Move(id, -1) },
	"down":    func(s support.Spheres, id int) support.Spheres { return s.Move(id, 1) },
	"nearer":  func(s support.Spheres, id int) support.Spheres { return s.Shift(id, -1) },
	"farther": func(s support.Spheres, id int) support.Spheres { return s.Shift(id, 1) },
	"remove":  support.Spheres.Without,
}

// spheresToEdit finds the team that the address names, where the reader keeps it, and its list.
func (p *Pages) spheresToEdit(c *request) (t store.Team, k keptSpheres, err error) {
	if t, err = p.teamAt(c); err != nil {
		return t, k, err
	}
	if !p.mayKeep(c, t.ID) {
		return t, k, notFound()
	}
	k, err = p.spheresOf(c, t.ID)
	return t, k, err
}

// onSpheres answers where a team's list is changed: with the team that the address names and its list, for who keeps the team.
func (p *Pages) onSpheres(answer func(c *request, t store.Team, k keptSpheres) error) handler {
	return func(c *request) error {
		t, k, err := p.spheresToEdit(c)
		if err != nil {
			return err
		}
		return answer(c, t, k)
	}
}

// editSpheres answers GET /teams/{id}/support/edit.
func (p *Pages) editSpheres(c *request, t store.Team, k keptSpheres) error {
	return p.showSpheres(c, http.StatusOK, blank(), t, k)
}

func (p *Pages) showSpheres(c *request, status int, f *form, t store.Team, k keptSpheres) error {
	page := supportEditPage{Layout: p.layout(c, "Change the spheres of support").again(f), ID: t.ID, Team: t.Name, Revision: k.paper.Revision, Full: len(k.Spheres) >= support.MostEntries}
	for i, r := range support.Rings() {
		ring := ringMoves{Title: r.Title()}
		entries := k.In(r)
		for j, e := range entries {
			ring.Rows = append(ring.Rows, movable{e, j > 0, j < len(entries)-1, i > 0, i < len(support.Rings())-1})
		}
		page.Rings = append(page.Rings, ring)
	}
	return p.show(c, status, "support_edit", page)
}

// changeSpheres answers POST /teams/{id}/support/edit: one entry is moved or removed. A press on a list that another has changed since does nothing but show it.
func (p *Pages) changeSpheres(c *request, t store.Team, k keptSpheres) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	move, known := sphereMoves[f.value("do")]
	id, err := strconv.Atoi(f.value("entry"))
	if !known || err != nil {
		f.wrong("list", "Press one of the buttons beside a name")
		return p.showSpheres(c, http.StatusUnprocessableEntity, f, t, k)
	}
	if f.value("revision") == strconv.Itoa(k.paper.Revision) {
		err = p.keepSpheres(c, k, move(k.Spheres, id))
	} else {
		err = store.ErrStale
	}
	if errors.Is(err, store.ErrConflict) {
		return p.spheresMoved(c, f)
	}
	if err != nil {
		return err
	}
	done, place := "sphere-moved", "#entry-"+strconv.Itoa(id)
	if f.value("do") == "remove" {
		done, place = "sphere-removed", ""
	}
	return c.redirect("/teams/" + t.ID + "/support/edit?done=" + done + place)
}

// spheresMoved shows the list as another has left it.
func (p *Pages) spheresMoved(c *request, f *form) error {
	t, k, err := p.spheresToEdit(c)
	if err != nil {
		return err
	}
	f.wrong("list", "Someone else changed the list since you opened it. It is shown as it is now: press again if you still want to")
	return p.showSpheres(c, http.StatusConflict, f, t, k)
}

// sphereFormPage is one entry to add or to change.
type sphereFormPage struct {
	Layout
	ID, Was, To              string
	Ring                     govuk.Radios
	Name, Phone, Email, When govuk.Input
	Address, For             govuk.Input
}

// sphereFields lists the form's fields as they stand on the page, with what each is called in a sentence.
var sphereFields = [][2]string{{"ring", "how near they are"}, {"name", "the name"}, {"phone", "the number"}, {"email", "the e-mail address"}, {"address", "the address"},
	{"when", "when they are there"}, {"for", "what they are for"}}

func sphereFieldNames() (names []string) {
	for _, f := range sphereFields {
		names = append(names, f[0])
	}
	return names
}

// newSphere answers GET /teams/{id}/support/entries/new.
func (p *Pages) newSphere(c *request, t store.Team, _ keptSpheres) error {
	return p.showSphere(c, http.StatusOK, blank(), t, 0)
}

// addSphere answers POST /teams/{id}/support/entries/new.
func (p *Pages) addSphere(c *request, t store.Team, k keptSpheres) error {
	return p.saveSphere(c, t, k, 0)
}

// editSphere answers GET /teams/{id}/support/entries/{n}.
func (p *Pages) editSphere(c *request, t store.Team, k keptSpheres) error {
	e, found := k.Find(entryID(c))
	if !found {
		return notFound()
	}
	return p.showSphere(c, http.StatusOK, filledSphere(e).marked(sphereFieldNames()), t, e.ID)
}

// changeSphere answers POST /teams/{id}/support/entries/{n}.
func (p *Pages) changeSphere(c *request, t store.Team, k keptSpheres) error {
	id := entryID(c)
	if id == 0 {
		return notFound()
	}
	return p.saveSphere(c, t, k, id)
}

// entryID is the number of the entry that the address names; 0 for none.
func entryID(c *request) int {
	id, err := strconv.Atoi(c.PathValue("n"))
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// saveSphere keeps an entry as it was typed, a new one with the id 0. What somebody else saved of it meanwhile is not written over unseen.
func (p *Pages) saveSphere(c *request, t store.Team, k keptSpheres, id int) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	e := f.readSphere(id)
	status := http.StatusUnprocessableEntity
	kept, there := k.Find(id)
	switch {
	case f.bad():
	case id != 0 && !there:
		f.wrong("name", "Someone else removed this since you opened it. Save to add it again")
		status, id = http.StatusConflict, 0
	case id != 0 && f.since(filledSphere(e), filledSphere(kept), sphereFieldNames(), filledSphere(kept).sphereInWords):
		status = http.StatusConflict
	default:
		next, err := k.Put(e)
		if err == nil {
			err = p.keepSpheres(c, k, next)
		}
		switch {
		case errors.Is(err, support.ErrFull):
			f.wrong("name", "The list is full: "+strconv.Itoa(support.MostEntries)+" names at most. Remove one first")
		case errors.Is(err, store.ErrConflict):
			f.wrong("name", "Someone else changed the list at the same moment. Save once more")
			status = http.StatusConflict
		case err != nil:
			return err
		}
	}
	if f.bad() {
		return p.showSphere(c, status, f, t, id)
	}
	return c.redirect("/teams/" + t.ID + "/support/edit?done=sphere-saved")
}

// readSphere is the entry that was typed; what is wrong with it is noted.
func (f *form) readSphere(id int) support.Entry {
	line := func(field string) string { return strings.Join(strings.Fields(f.value(field)), " ") }
	e := support.Entry{ID: id, Ring: support.Ring(f.value("ring")), Name: line("name"), Phone: line("phone"), Email: f.value("email"), Address: line("address"),
		When: line("when"), For: line("for")}
	for _, problem := range e.Problems() {
		f.wrong(problem.Field, problem.Says)
	}
	return e
}

// filledSphere is the form with an entry.
func filledSphere(e support.Entry) *form {
	return blank("ring", string(e.Ring), "name", e.Name, "phone", e.Phone, "email", e.Email, "address", e.Address, "when", e.When, "for", e.For)
}

// sphereInWords is what a field is called and what it holds, for a sentence about it.
func (f *form) sphereInWords(field string) (what, is string) {
	i := slices.IndexFunc(sphereFields, func(named [2]string) bool { return named[0] == field })
	if field == "ring" {
		return sphereFields[i][1], "“" + support.Ring(f.value(field)).Title() + "”"
	}
	return sphereFields[i][1], f.inQuotes(field)
}

func (p *Pages) showSphere(c *request, status int, f *form, t store.Team, id int) error {
	f.inOrder(sphereFieldNames()...)
	title := "Add to the spheres of support"
	if id != 0 {
		title = "Change " + cmp.Or(f.value("name"), "this")
	}
	page := sphereFormPage{Layout: p.layout(c, title).again(f), ID: t.ID, Was: f.value("was"), To: "/teams/" + t.ID + "/support/entries/" + cmp.Or(idWord(id), "new"),
		Ring: f.radios("ring", "How near are they?", ""), Name: f.input("name", "Name", "A person, a group, a line to ring, or something that helps"),
		Phone: f.input("phone", "Number", "As it is dialled"), Email: f.input("email", "E-mail address", ""), Address: f.input("address", "Address", "Of a place to go to"),
		When: f.input("when", "When they are there", "Such as day and night, or Mon–Fri 9–5"), For: f.input("for", "What they are there for", "")}
	for _, r := range support.Rings() {
		page.Ring.Items = append(page.Ring.Items, govuk.Choice{Value: string(r), Text: r.Title()})
	}
	page.Phone.Type, page.Phone.Classes = "tel", "govuk-input--width-20"
	page.Email.Type, page.Email.Spellcheck = "email", new(false)
	for _, in := range []*govuk.Input{&page.Name, &page.Phone, &page.Email, &page.Address, &page.When, &page.For} {
		in.Autocomplete = "off"
	}
	return p.show(c, status, "support_form", page)
}

// idWord is an entry's number, "" for a new one.
func idWord(id int) string {
	if id == 0 {
		return ""
	}
	return strconv.Itoa(id)
}
