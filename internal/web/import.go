package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/intake"
	sheets "github.com/allclear-safety/allclear/internal/sheet"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// An import of people goes from the file to what its columns are, to what would change, to the button, to how far it is. What the file says is kept
// sealed until it is done or for an hour, and only who brought it comes back to it.

// atOnce bounds how many files are read at the same time in one process.
const atOnce = 2

// mostOpen is how many files one person may have that wait to be imported.
const mostOpen = 5

// mostShown is how many rows of a list of changes are shown.
const mostShown = 200

type importFilePage struct {
	Layout
	Wrong string // with the file
	Open  []openImport
	Most  string
}

type openImport struct {
	ID, State string
	At        time.Time
}

// mayImport says that the reader puts people in: who keeps a team does.
func (p *Pages) mayImport(c *request) ([]store.Team, error) {
	all, err := p.teams(c)
	if err != nil {
		return nil, err
	}
	kept := p.kept(c, all)
	if len(kept) == 0 {
		return nil, notFound()
	}
	return kept, nil
}

// importForm answers GET /people/import.
func (p *Pages) importForm(c *request) error {
	if _, err := p.mayImport(c); err != nil {
		return err
	}
	return p.showImportForm(c, http.StatusOK, blank())
}

func (p *Pages) showImportForm(c *request, status int, f *form) error {
	page := importFilePage{Layout: p.layout(c, "Import people").again(f), Wrong: f.says("file").Text}
	open, err := p.Store.ImportsBy(c.Context(), c.who.ID)
	if err != nil {
		return err
	}
	says := map[string]string{store.ImportMade: "its columns are to be looked at", store.ImportReady: "ready to be imported", store.ImportRunning: "under way"}
	for _, i := range open {
		page.Open = append(page.Open, openImport{i.ID, says[i.State], i.MadeAt})
	}
	return p.show(c, status, "import_file", page)
}

// upload answers POST /people/import: the file is read, and kept.
func (p *Pages) upload(c *request) error {
	if _, err := p.mayImport(c); err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	open, err := p.Store.ImportsBy(c.Context(), c.who.ID)
	if err != nil {
		return err
	}
	if len(open) >= mostOpen { // each is tens of megabytes that every backup has too
		f.wrong("file", fmt.Sprintf("%d files of yours wait to be imported: go on with one of them, or cancel it, before you bring another", len(open)))
		return p.showImportForm(c, http.StatusUnprocessableEntity, f)
	}
	table, says := p.readFile(c)
	if says != "" {
		f.wrong("file", says)
		return p.showImportForm(c, http.StatusUnprocessableEntity, f)
	}
	raw, err := json.Marshal(table)
	if err != nil {
		return err
	}
	i := store.Import{ID: p.Engine.NewImport(c.at), By: c.who.ID, Via: "page", AsOf: c.midnight(), MadeAt: c.at}
	if err := p.Store.MakeImport(c.Context(), i, raw); err != nil {
		return err
	}
	return c.redirect("/imports/" + i.ID)
}

// midnight is when this day began where the reader is; [request.today] is the day itself.
func (c *request) midnight() time.Time {
	local := c.at.In(c.in)
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, c.in).UTC()
}

// readFile reads the file that was sent, or says what is wrong with it.
func (p *Pages) readFile(c *request) (t sheets.Table, says string) {
	raw, err := c.sent("file")
	if err != nil || c.MultipartForm == nil || len(c.MultipartForm.File["file"]) == 0 {
		return t, "Choose a file"
	}
	select {
	case p.filing <- struct{}{}:
		defer func() { <-p.filing }()
	case <-c.Context().Done():
		return t, "Others are importing just now: try again in a minute"
	}
	t, err = sheets.Read(raw)
	switch {
	case errors.Is(err, sheets.ErrEmpty):
		return t, "The file is empty: choose one with a line of headings and a row for each person"
	case err != nil:
		return t, "The file cannot be read: " + err.Error()
	}
	return t, ""
}

// ownImport finds the import that an address names, where the reader brought it.
func (p *Pages) ownImport(c *request) (store.Import, []store.Team, error) {
	kept, err := p.mayImport(c)
	if err != nil {
		return store.Import{}, nil, err
	}
	i, err := p.Store.Import(c.Context(), c.PathValue("id"))
	if err == nil && i.By != c.who.ID {
		err = notFound()
	}
	return i, kept, err
}

// theImport answers GET /imports/{id}.
func (p *Pages) theImport(c *request) error {
	i, kept, err := p.ownImport(c)
	if err != nil {
		return err
	}
	switch {
	case i.State == store.ImportMade, i.State == store.ImportReady && c.URL.Query().Has("columns"):
		table, err := p.tableOf(c, i)
		if err != nil {
			return err
		}
		f, err := p.columnsBefore(c, i, table)
		if err != nil {
			return err
		}
		return p.showColumns(c, http.StatusOK, f, i, kept, table, engine.Report{})
	case i.State == store.ImportReady:
		return p.showChanges(c, i)
	default:
		return p.showProgress(c, i)
	}
}

// tableOf gives the rows of an import's file. Of one that was forgotten there is none.
func (p *Pages) tableOf(c *request, i store.Import) (t sheets.Table, err error) {
	raw, err := p.Store.ImportBlob(c.Context(), i.ID, store.ImportTable)
	if err == nil && len(raw) == 0 {
		err = &statusError{status: http.StatusConflict, says: "This file was brought over an hour ago, and is kept no longer. Bring it again.", again: "/people/import"}
	}
	if err == nil {
		err = json.Unmarshal(raw, &t)
	}
	return t, err
}

// columnsBefore is the form of what the columns are: as was said of this file, or of one with these headings, else as their headings say.
func (p *Pages) columnsBefore(c *request, i store.Import, t sheets.Table) (*form, error) {
	columns := intake.Guess(t.Heads)
	kept, err := p.Store.Columns(c.Context(), strings.Join(t.Heads, "\n"))
	if err != nil {
		return nil, err
	}
	if said := strings.Split(kept, "\n"); kept != "" && len(said) == len(columns) {
		for n, field := range said {
			columns[n] = intake.Field(field)
		}
	}
	f := blank("as_of", i.AsOf.In(c.in).Format(time.DateOnly))
	for n, field := range columns {
		f.values.Set(columnField(n), string(field))
	}
	return f, nil
}

func columnField(n int) string { return "column-" + strconv.Itoa(n+1) }

type importColumnsPage struct {
	Layout
	ID      string
	Rows    int
	Columns []govuk.Select
	Team    govuk.Select
	AsOf    govuk.Input
	Bad     []intake.Remark
	MoreBad int
}

// showColumns shows what each column is taken for, with a value of it, and what was bad when it was tried so.
func (p *Pages) showColumns(c *request, status int, f *form, i store.Import, kept []store.Team, t sheets.Table, r engine.Report) error {
	page := importColumnsPage{Layout: p.layout(c, "What each column is").again(f), ID: i.ID, Rows: len(t.Rows), Bad: r.Bad}
	if page.MoreBad = len(page.Bad) - mostShown; page.MoreBad > 0 {
		page.Bad = page.Bad[:mostShown]
	}
	options := []govuk.Option{{Value: "", Text: "Leave this column out"}}
	for _, n := range intake.Fields() {
		options = append(options, govuk.Option{Value: string(n.Field), Text: n.Words})
	}
	for n, head := range t.Heads {
		label := head
		if label == "" {
			label = "Column " + strconv.Itoa(n+1)
		}
		page.Columns = append(page.Columns, govuk.Select{Name: columnField(n), Label: govuk.Label{Text: label}, Hint: govuk.Hint{Text: exampleOf(t, n)},
			Items: options, Value: f.values.Get(columnField(n)), ErrorMessage: f.says(columnField(n))})
	}
	page.Team = govuk.Select{Name: "team", Label: govuk.Label{Text: "Team of new people for whom the file names none"}, Value: f.values.Get("team"), ErrorMessage: f.says("team"),
		Items: append([]govuk.Option{{Value: "", Text: "There are none such"}}, teamOptions(kept)...)}
	page.AsOf = f.input("as_of", "When was the file made?", "Such as 2026-03-03. What people said themselves since then stays as they said it")
	page.AsOf.Classes = "govuk-input--width-10"
	return p.show(c, status, "import_columns", page)
}

// exampleOf gives a value of a column, to tell by what it is.
func exampleOf(t sheets.Table, column int) string {
	const most = 40
	for _, r := range t.Rows {
		if cell := []rune(r.Cells[column]); len(cell) > most {
			return "Such as “" + string(cell[:most]) + "…”"
		} else if len(cell) > 0 {
			return "Such as “" + string(cell) + "”"
		}
	}
	return "Nothing stands in it"
}

// sayColumns answers POST /imports/{id}/columns: what would change is worked out, and nothing is changed.
func (p *Pages) sayColumns(c *request) error {
	i, kept, err := p.ownImport(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	if i.State != store.ImportMade && i.State != store.ImportReady {
		return c.redirect("/imports/" + i.ID)
	}
	table, err := p.tableOf(c, i)
	if err != nil {
		return err
	}
	x, asOf, err := p.readColumns(c, f, table, kept)
	if err != nil {
		return err
	}
	if f.bad() {
		return p.showColumns(c, http.StatusUnprocessableEntity, f, i, kept, table, engine.Report{})
	}
	lines := make([]intake.Line, len(table.Rows))
	for n, r := range table.Rows {
		lines[n] = intake.Line{Number: r.Line, Cells: r.Cells}
	}
	report, err := p.Engine.SortPeople(c.Context(), i.ID, lines, x, asOf, p.bringer(c))
	if err != nil {
		return fmt.Errorf("sort people: %w", err)
	}
	if len(report.Bad) > 0 {
		f.wrong("bad", fmt.Sprintf("%s of the file cannot be taken, so none is: put them right and bring the file again, or say otherwise what a column is", counted(report.BadRows(), "row", "rows")))
		return p.showColumns(c, http.StatusUnprocessableEntity, f, i, kept, table, report)
	}
	names := make([]string, len(x.Columns))
	for n, field := range x.Columns {
		names[n] = string(field)
	}
	if err := p.Store.RememberColumns(c.Context(), strings.Join(table.Heads, "\n"), strings.Join(names, "\n"), c.at); err != nil {
		return err
	}
	return c.redirect("/imports/" + i.ID)
}

// readColumns reads what was said of the columns; problems are noted.
func (p *Pages) readColumns(c *request, f *form, t sheets.Table, kept []store.Team) (x intake.Setting, asOf time.Time, err error) {
	x.Heads = t.Heads
	seen := map[intake.Field]string{}
	for n := range t.Heads {
		field := intake.Field(f.value(columnField(n)))
		if !field.Known() {
			f.wrong(columnField(n), "Choose what the column is")
			field = intake.Skip
		}
		if before, twice := seen[field]; twice && field != intake.Skip {
			f.wrong(columnField(n), fmt.Sprintf("“%s” is this already: choose another, or leave one out", before))
			field = intake.Skip
		}
		seen[field] = t.Heads[n]
		x.Columns = append(x.Columns, field)
	}
	if says := x.Problems(); len(says) > 0 && !f.bad() {
		f.wrong(columnField(0), says[0])
	}
	if x.Team = f.value("team"); x.Team != "" && !among(kept, x.Team) {
		f.wrong("team", "Choose the team")
	}
	day, ok := intake.Date(f.value("as_of"))
	asOf = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, c.in).UTC()
	switch {
	case !ok:
		f.wrong("as_of", "Enter the day on which the file was made, such as 2026-03-03")
	case asOf.After(c.at):
		f.wrong("as_of", "Enter a day that has come: the file was made then")
	}
	teams, err := p.teams(c)
	for _, team := range teams {
		x.Groups = append(x.Groups, intake.Group{ID: team.ID, ExternalID: team.ExternalID, Name: team.Name})
	}
	return x, asOf, err
}

// bringer is what of a list is the reader's to change.
func (p *Pages) bringer(c *request) engine.Bringer {
	return engine.Bringer{Who: engine.Actor{By: c.who.ID, Via: "page"}, ByEmail: p.signsInBy(c), Offices: access.May(access.GiveOffice, access.ByRole(c.who)),
		May:     func(who buddy.Person) bool { return p.mayEdit(c, who) && p.mayKeep(c, who.Team) },
		MayTeam: func(team string) bool { return p.mayKeep(c, team) }}
}

type importChangesPage struct {
	Layout
	ID     string
	Counts store.ImportCounts
	Speaks string // of how many
	AsOf   time.Time
	Rows   []changeRow
	More   int
	Noted  []intake.Remark
	Button govuk.Button
}

// changeRow is what would become of one person.
type changeRow struct {
	Line  int
	Name  string
	Href  string // "" for somebody new
	Tag   govuk.Tag
	Words string
	Kept  []string
}

// showChanges shows what an import would change, without the words themselves: they are private, and the file has them.
func (p *Pages) showChanges(c *request, i store.Import) error {
	raw, err := p.Store.ImportBlob(c.Context(), i.ID, store.ImportReport)
	if err != nil {
		return err
	}
	var report engine.Report
	if err := json.Unmarshal(raw, &report); err != nil {
		return fmt.Errorf("read what an import would change: %w", err)
	}
	counts := report.Counts()
	page := importChangesPage{Layout: p.layout(c, "What would change"), ID: i.ID, Counts: counts, Speaks: counted(counts.People, "person", "people"), AsOf: i.AsOf, Noted: report.Noted,
		Button: govuk.Button{Text: "Import " + counted(counts.New+counts.Changed, "person", "people"), PreventDoubleClick: true}}
	if counts.New+counts.Changed == 0 {
		page.Button.Text = "Finish: nothing changes"
	}
	for _, r := range report.People {
		if !r.New && !r.Gone && len(r.Changed) == 0 && len(r.Kept) == 0 {
			continue
		}
		if len(page.Rows) == mostShown {
			page.More++
			continue
		}
		row, err := p.changeRow(c, r)
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, row)
	}
	return p.show(c, http.StatusOK, "import_changes", page)
}

func (p *Pages) changeRow(c *request, r engine.ReportRow) (changeRow, error) {
	row := changeRow{Line: r.Line, Name: r.Name, Words: capital(listed(fieldWords(r.Changed)))}
	switch {
	case r.Gone:
		row.Tag, row.Words = govuk.Tag{Text: "No longer here", Classes: "govuk-tag--grey"}, "Left as they are"
	case r.New:
		row.Tag = govuk.Tag{Text: "New", Classes: "govuk-tag--green"}
	case len(r.Changed) > 0:
		row.Tag = govuk.Tag{Text: "Changed", Classes: "govuk-tag--blue"}
	default:
		row.Tag = govuk.Tag{Text: "As it was", Classes: "govuk-tag--grey"}
	}
	if !r.New {
		row.Href = "/people/" + r.ID
	}
	for _, k := range r.Kept {
		by := "somebody"
		if k.By == r.ID {
			by = r.Name
		} else if c.apart(k.By) == 0 {
			var err error
			if by, err = p.nameOf(c.Context(), k.By); err != nil {
				return row, err
			}
		}
		row.Kept = append(row.Kept, fmt.Sprintf("Kept: %s changed %s on %s", by, listed(fieldWords([]string{k.Field})), dayWords(k.At.In(c.in))))
	}
	return row, nil
}

// fieldWords are the fields of a person in words.
func fieldWords(fields []string) []string {
	called := map[string]string{"external_id": "personnel number", "personal_mobile": "personal mobile", "home_phone": "home phone", "email": "e-mail address", "make": "make of the car",
		"model": "model of the car", "colour": "colour of the car", "registration": "registration", "no_vehicle": "whether they come without a car", "contacts": "emergency contacts"}
	words := make([]string, len(fields))
	for i, f := range fields {
		if words[i] = called[f]; words[i] == "" {
			words[i] = f
		}
	}
	return words
}

type importProgressPage struct {
	Layout
	ID      string
	Counts  store.ImportCounts
	Done    int
	Running bool
	Gone    bool // it was cancelled, or nobody went on with it
}

// showProgress shows how far an import is, or what came of it. It looks again by itself while it runs.
func (p *Pages) showProgress(c *request, i store.Import) error {
	page := importProgressPage{Layout: p.layout(c, "The people are imported"), ID: i.ID, Counts: i.Counts, Done: i.Counts.Seen(), Running: i.State == store.ImportRunning, Gone: i.State == store.ImportCancelled}
	switch {
	case page.Running:
		page.Title, page.Refresh = "Importing people", 2
	case page.Gone:
		page.Title = "Nothing was imported"
	}
	return p.show(c, http.StatusOK, "import_progress", page)
}

// runImport answers POST /imports/{id}/run. A second press finds it under way.
func (p *Pages) runImport(c *request) error {
	i, _, err := p.ownImport(c)
	if err != nil {
		return err
	}
	if i.State == store.ImportMade {
		return c.redirect("/imports/" + i.ID)
	}
	if err := p.Engine.BeginImport(c.Context(), i.ID); err != nil && !errors.Is(err, store.ErrConflict) {
		return err
	}
	return c.redirect("/imports/" + i.ID)
}

// cancelImport answers POST /imports/{id}/cancel. What the file said goes at once; one that was begun goes through.
func (p *Pages) cancelImport(c *request) error {
	i, _, err := p.ownImport(c)
	if err != nil {
		return err
	}
	if err := p.Store.EndImport(c.Context(), i.ID, store.ImportCancelled, c.at); err != nil && !errors.Is(err, store.ErrConflict) {
		return err
	}
	return c.redirect("/imports/" + i.ID)
}
