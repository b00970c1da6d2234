package web

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/hex"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// ledger keeps a house: its record is checked, and its backups and checkpoints are what it is told.
type ledger struct {
	house       *house
	checkpoints []Checkpoint
	backups     Backups
	found       func(*store.Audited) // what a check finds besides; nil: nothing
}

func (l *ledger) CheckRecord(ctx context.Context, progress func(done, total int64)) (store.Audited, error) {
	found, err := l.house.db.Audit(ctx, store.Audit{At: l.house.clock.Now(), Progress: progress})
	if l.found != nil {
		l.found(&found)
	}
	return found, err
}
func (l *ledger) Checkpoints(context.Context) ([]Checkpoint, error) { return l.checkpoints, nil }
func (l *ledger) Backups(context.Context) (Backups, error)          { return l.backups, nil }

// audited opens a house with an auditor and an afternoon on record, sealed.
func audited(t *testing.T) (h, auditor *house, visit string) {
	t.Helper()
	h = openHouse(t)
	h.with("p-odd", "Odd Moe", buddy.Auditor)
	visit = h.visit()
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "Going in")
	h.get("/people/p-priya").is(http.StatusOK)
	h.sealed()
	return h, h.as("p-odd"), visit
}

func (h *house) sealed() {
	h.Helper()
	_, err := h.db.Seal(h.Context(), h.clock.Now())
	h.ok(err)
}

// private are words that no auditor is to read.
var privateWords = []string{"Example Street", "J Smith", "Going in", "Priya", "900101", "Ravi"}

func TestAnAuditorReadsTheRecordWithoutContents(t *testing.T) {
	h, auditor, visit := audited(t)
	auditor.get("/record").is(http.StatusOK).says("A visit was booked<br>", "A worker said something<br>", "p-priya", "Somebody looked, or took something out<br>", "p-sam, by page", "visit "+visit).hides(privateWords...)
	said, err := h.db.Latest(t.Context(), "p-priya", "text", 1)
	h.ok(err)
	n := said[0].N
	entry := auditor.get("/record/"+strconv.FormatInt(n, 10)).is(http.StatusOK).says("Hash before it", "Its hash", "Kept sealed with visit/"+visit, "The entry before", "/record/"+strconv.FormatInt(n-1, 10)).hides(privateWords...)
	e, err := h.db.SealedEntry(t.Context(), n)
	h.ok(err)
	for _, hash := range [][]byte{e.Prev, e.Hash, e.SealHead} {
		if len(hash) == 0 || !strings.Contains(entry.Body.String(), hex.EncodeToString(hash)) {
			t.Errorf("the page has no %x", hash)
		}
	}
	looks, err := h.db.Latest(t.Context(), "looks/p-odd", "look", 1)
	h.ok(err)
	if len(looks) != 1 || looks[0].Visit != "record" {
		t.Errorf("the auditor's own look on record is %+v", looks)
	}
	auditor.get("/record/9999").is(http.StatusNotFound)
	auditor.get("/record/x").is(http.StatusNotFound)
	h.as("p-ada").get("/record").is(http.StatusNotFound) // an administrator keeps settings, and sees no visit by that
}

func TestTheRecordIsSearchedByIdsAlone(t *testing.T) {
	h, auditor, _ := audited(t)
	auditor.post("/record", "person", "p-sam", "kind", "look").leadsTo("/record").says("p-sam, by page").hides("A visit was booked<br>")
	auditor.post("/record", "person", "Priya Nair").is(http.StatusUnprocessableEntity).says("Nobody here has this id")
	auditor.post("/record", "from", "2026-11-22", "to", "2026-11-21").is(http.StatusUnprocessableEntity).says("The last day must not be before the first")
	auditor.post("/record", "from", "2026-11-23").leadsTo("/record").says("Nothing like that is on record")
	auditor.post("/record", "from", "2026-11-21", "to", "2026-11-21", "team", "echo").leadsTo("/record").says("A visit was booked<br>").hides("took something out<br>")
	for range 60 {
		h.wait(time.Minute)
		h.get("/people/p-priya").is(http.StatusOK)
	}
	h.sealed()
	first := auditor.get("/record?person=p-sam").is(http.StatusOK)
	older := regexp.MustCompile(`href="(/record\?before=[^"]+)"`).FindStringSubmatch(first.Body.String())
	if older == nil {
		t.Fatalf("no way to what is older: %s", first.text())
	}
	if second := auditor.get(strings.ReplaceAll(older[1], "&amp;", "&")).is(http.StatusOK); strings.Count(second.Body.String(), `href="/record/`) < 11 {
		t.Errorf("the second page is %s", second.text())
	}
}

// Rule 4.2: nobody learns of a call for help from the record while it is open, nor does a worker who is an auditor too.
func TestWhatIsOfACallForHelpIsNotInTheRecordUntilItIsClosed(t *testing.T) {
	h, auditor, _ := audited(t)
	h.texts("07700 900101", "Can you ask Scarlett to ring me")
	open, err := h.db.Alarms(t.Context(), "open", 1)
	h.ok(err)
	h.get("/alarms/" + open[0].ID).is(http.StatusOK)
	h.sealed()
	end, err := h.db.Head(t.Context())
	h.ok(err)
	hides := func() {
		auditor.get("/record").is(http.StatusOK).hides(open[0].ID, "alarm/")
		auditor.get("/record?kind=raise").is(http.StatusOK).hides(open[0].ID)
		auditor.get("/record/" + strconv.FormatInt(end.N, 10)).is(http.StatusNotFound).says("is of a call for help that is open")
		auditor.post("/record/export", "format", "jsonl").is(http.StatusOK).hides(open[0].ID)
	}
	hides()
	h.ok(h.engine.Act(t.Context(), engine.Actor{By: "p-sam", Via: "page"}, open[0].ID,
		watch.Close{Evidence: watch.SpokeWorker, Away: true, Second: "p-lee", Note: true, Ended: true}, engine.Words{Note: "She is at the office"}))
	h.sealed()
	auditor.get("/record").says(open[0].ID)
	auditor.post("/record/export", "format", "jsonl").is(http.StatusOK).says(open[0].ID)
	h.with("p-both", "Bo Thwaite", buddy.Auditor, buddy.Worker).get("/record").is(http.StatusNotFound)
}

// Who may never see a worker reads nothing of her in the record, nor what she did, nor that she keeps them away; nor do they once she lets them see her again (rule 1.4).
func TestWhoIsKeptApartReadsNothingOfTheWorkerInTheRecord(t *testing.T) {
	h, auditor, visit := audited(t)
	other := h.with("p-kit", "Kit Shaw", buddy.Auditor)
	said, err := h.db.Latest(t.Context(), "p-priya", "text", 1)
	h.ok(err)
	of := "/record/" + strconv.FormatInt(said[0].N, 10)
	auditor.get(of).is(http.StatusOK)
	h.blocks("p-odd")
	h.wait(75 * time.Minute) // an alarm is open: it is hers
	h.get("/visits/" + visit).is(http.StatusOK)
	h.sealed()
	blocked, err := h.db.Latest(t.Context(), "looks/p-priya", "block", 1)
	h.ok(err)
	block := "/record/" + strconv.FormatInt(blocked[0].N, 10)
	const onList = "Somebody was put on a list of who may never see a worker<br>"
	other.get("/record").is(http.StatusOK).says("p-priya", visit, onList)
	other.get(block).is(http.StatusOK)
	auditor.get("/record").is(http.StatusOK).says("p-odd, by page").hides("p-priya", visit, onList)
	for _, path := range []string{of, block} {
		auditor.get(path).is(http.StatusNotFound).hides("p-priya", visit)
	}
	auditor.get("/record?person=p-priya").is(http.StatusOK).hides(visit, "/record/"+strconv.FormatInt(said[0].N, 10))
	auditor.post("/record", "person", "p-priya").is(http.StatusUnprocessableEntity).says("Nobody here has this id")
	auditor.post("/record/export", "format", "jsonl").is(http.StatusForbidden).says("somebody else takes it out").hides(visit)
	other.post("/record/export", "format", "jsonl").is(http.StatusOK).says(visit)

	h.as("p-priya").post("/people/p-priya/apart/end", "key", "e", "person", "p-odd").is(http.StatusSeeOther)
	h.sealed()
	auditor.get("/record").says("p-priya", visit).hides(onList, "Somebody was taken off that list<br>")
	auditor.get(block).is(http.StatusNotFound)
	auditor.post("/record/export", "format", "jsonl").is(http.StatusForbidden)
	other.get("/record").says(onList, "Somebody was taken off that list<br>")
}

func TestTheRecordIsDownloaded(t *testing.T) {
	h, auditor, _ := audited(t)
	got := auditor.post("/record/export", "format", "csv").is(http.StatusOK).hides(privateWords...)
	if name := got.Header().Get("Content-Disposition"); name != `attachment; filename="record.csv"` {
		t.Errorf("it is called %s", name)
	}
	rows, err := csv.NewReader(got.Body).ReadAll()
	h.ok(err)
	end, err := h.db.Head(t.Context())
	h.ok(err)
	if len(rows) != int(end.N)+1 || rows[0][0] != "number" || rows[1][0] != "1" {
		t.Errorf("%d rows of %d entries: %q", len(rows), end.N, rows[:1])
	}
	taken, err := h.db.Latest(t.Context(), "looks/p-odd", "look", 1)
	h.ok(err)
	if len(taken) != 1 || taken[0].Via != "export" {
		t.Errorf("that it was taken out is not on record: %+v", taken)
	}
	auditor.post("/record/export", "format", "jsonl", "from", "2026-11-23").is(http.StatusOK).hides(`"number"`)
}

func TestTheRecordIsCheckedFromItsPage(t *testing.T) {
	h, auditor, _ := audited(t)
	go h.pages.runChecks(t.Context()) // ends with the test
	auditor.get("/record/checks").is(http.StatusOK).says("It was not checked from this page yet", "None are sent", "Check the record now")
	h.sealed()
	h.wait(time.Second)
	auditor.post("/record/checks").leadsTo("/record/checks").says("Whole", "by p-odd", "Head")
	h.as("p-ada").get("/record/checks").is(http.StatusOK).says("Whole", "by Odd Moe")
	h.as("p-sam").post("/record/checks").is(http.StatusNotFound)
	_, err := h.place.Raw(t).Exec(`UPDATE entries SET kind = 'call' WHERE n = 2`)
	h.ok(err)
	h.as("p-ada").post("/record/checks").leadsTo("/record/checks").says("The record is not what was written, at entry", "number 2")
	h.ledger.checkpoints = []Checkpoint{{To: "the address at witness.example", Number: 12, At: saturday, Late: true, FailedAt: saturday.Add(time.Minute)}, {To: "the file /mnt/once/notes"}}
	auditor.get("/record/checks").says("To the address at witness.example", "Late", "of entry 12", "It could not be sent 14:01", "To the file /mnt/once/notes", "None has come there yet")
}

func TestTheCheckSaysWhatARestoreCost(t *testing.T) {
	h, auditor, _ := audited(t)
	go h.pages.runChecks(t.Context()) // ends with the test
	auditor.post("/record/checks").leadsTo("/record/checks").says("Whole", "It was held against none")
	h.ledger.found = func(found *store.Audited) { found.Agree = 7 }
	auditor.post("/record/checks").leadsTo("/record/checks").says("Whole", "Checkpoints that agree", ">7<")
	h.ledger.found = func(found *store.Audited) {
		found.Agree, found.Lost = 7, []store.Lost{{First: 41, Last: 57, Checkpoints: 3, MadeAt: saturday.Add(-11 * time.Hour), RestoredAt: saturday.Add(-time.Hour)}}
	}
	auditor.post("/record/checks").leadsTo("/record/checks").
		says("Part is missing", "Entries 41 to 57 are not in the record; checkpoints that name them: 3", "03:00", "13:00", ">7<").hides("Whole")
}

func TestBackupsSayWhenTheyAreOld(t *testing.T) {
	h := openHouse(t)
	ada := h.as("p-ada")
	h.ledger.backups = Backups{TriedAt: saturday.Add(-10 * time.Hour), Dir: "/mnt/nightly", Keep: 14, Kept: 3, Last: saturday.Add(-10 * time.Hour), Apart: true}
	ada.get("/backups").is(http.StatusOK).says("In time", "04:00", "The folder /mnt/nightly", "3 of the 14", "a key that is not on this machine").hides("Late")
	h.ledger.backups = Backups{TriedAt: saturday.Add(-50 * time.Hour), FailedAt: saturday.Add(-time.Hour), Late: true}
	ada.get("/backups").says("The last backup that could be restored is old", "Late", "Failed since", "13:00", "ALLCLEAR_BACKUP_DIR")
	h.ledger.backups = Backups{TriedAt: saturday.Add(-10 * time.Hour), Dir: "/mnt/nightly", Keep: 14, Silent: true}
	ada.get("/backups").says("No answer", "Not known now").hides("None yet", "0 of the 14", "Not there")
	h.ledger.backups = Backups{Late: true}
	ada.get("/backups").says("No backup was restored on trial yet", "Not yet")
	h.ledger.backups = Backups{None: true}
	ada.get("/backups").says("A demo keeps no backups")
	h.get("/backups").is(http.StatusNotFound)
}

// unzipped is what is in a file of all about someone, as one text.
func (p page) unzipped() string {
	p.Helper()
	p.is(http.StatusOK)
	raw := p.Body.Bytes()
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	p.ok(err)
	var all strings.Builder
	for _, f := range archive.File {
		r, err := f.Open()
		p.ok(err)
		text, err := io.ReadAll(r)
		p.ok(err)
		all.WriteString("== " + f.Name + "\n" + string(text))
	}
	return all.String()
}
