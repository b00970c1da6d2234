package taint_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // to plant a word past Allclear
	_ "modernc.org/sqlite"             // the same

	"github.com/allclear-safety/allclear/e2e/town"
)

// The places that are looked into at the end.
const (
	theLog  = "log"
	printed = "what commands print"
	texts   = "texts"
	calls   = "calls"
	mails   = "e-mails"
	inMails = "calendars in e-mails"
	heads   = "headers of e-mails"
	disk    = "files"
	tables  = "tables"
	backups = "opened backups"
	export  = "export for an auditor"
)

// place is one place in which no word of the county is to be, but for what the tables let it.
type place struct {
	name   string
	has    string // is there for sure: else it is looked in the wrong place
	gather func(c *county) []seen
	plant  func(c *county, word string) // puts a word there, as a fault would
}

// places is every place there is.
func places() []place {
	heard := func(name, has string, plant func(*county, string)) place {
		return place{name, has, func(c *county) []seen { return c.see.in(name) }, plant}
	}
	return []place{
		{theLog, `"level":"DEBUG"`, (*county).logged, func(c *county, word string) { c.w.Scribble(`{"err":"` + word + `"}`) }},
		{printed, "rotated", func(c *county) []seen { return c.printed }, func(c *county, word string) { c.printed = append(c.printed, seen{"check", []byte(word)}) }},
		heard(figures, "allclear_", func(c *county, word string) { c.meets("/metrics", http.StatusOK, word, "") }),
		heard(addresses, "/visits/", func(c *county, word string) {
			c.meets("/visits/v1", http.StatusOK, `<a href="/visits?q=`+url.QueryEscape(word)+`">`, "")
		}),
		heard(headers, "Content-Security-Policy", func(c *county, word string) { c.meets("/visits/v2", http.StatusOK, "", word) }),
		heard(errPages, "Page not found", func(c *county, word string) {
			c.meets("/visits/v3", http.StatusInternalServerError, "<p>"+word, "")
		}),
		heard(forms, "There is a problem", func(c *county, word string) {
			c.meets("/visits/v4", http.StatusUnprocessableEntity, "<p>"+word, "")
		}),
		heard(feeds, "BEGIN:VEVENT", func(c *county, word string) {
			c.meets("/calendar/v5.ics", http.StatusOK, "DESCRIPTION:"+word[:5]+"\r\n "+word[5:], "")
		}),
		heard(outside, "allclear", (*county).beats),
		{texts, "REHEARSAL", (*county).texted, (*county).textsWord},
		{calls, "To take charge, press", (*county).called, (*county).ringsWord},
		{mails, "Nobody reads answers", (*county).mailed, (*county).mailsWord},
		{inMails, "BEGIN:VEVENT", (*county).calendarsMailed, (*county).mailsWord},
		{heads, "Subject: REHEARSAL", (*county).headed, (*county).mailsWord},
		{disk, "p-w1", (*county).everyFile, (*county).notes},
		{tables, "p-w1", (*county).everyTable, (*county).notes},
		{backups, "p-w1", (*county).everyBackup, func(c *county, word string) {
			c.notes(word)
			c.command("backup", filepath.Join(c.dir, "backups", "planted.age"))
		}},
		{export, "p-w1", (*county).exports, func(c *county, word string) {
			c.w.Restart()
			c.asked(town.Request{Method: "PUT", Path: "/people/" + word, Body: town.Form{"name": "Ada", "team": "echo", "roles": []string{"worker"}, "mobile": "07700 900799"}}, http.StatusCreated)
			c.books(word, `"service_user":"{service user}"`)
			c.w.Stop()
		}},
	}
}

// logged is the log, and apart from it what a start says on standard output to who starts it.
func (c *county) logged() []seen {
	var log, out bytes.Buffer
	for line := range strings.Lines(c.w.Log()) {
		if strings.HasPrefix(line, "Nobody can sign in yet.") || strings.HasPrefix(line, "allclear ") || strings.HasPrefix(line, "REHEARSAL: ") {
			out.WriteString(line)
		} else {
			log.WriteString(line)
		}
	}
	return []seen{{"", log.Bytes()}, {"standard output", out.Bytes()}}
}

// meets has a visitor meet an Allclear with a fault: what it answers holds a word that must not be there.
func (c *county) meets(path string, status int, body, head string) {
	c.t.Helper()
	faulty := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("X-Allclear", head)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // to our own visitor
	}))
	defer faulty.Close()
	newBrowser(c.t, faulty.URL, c.see).opens(path)
}

// beats is a heartbeat that says too much.
func (c *county) beats(word string) {
	c.t.Helper()
	answer, err := http.Post(c.hearer.URL+"/heartbeat/x", "text/plain", strings.NewReader(word))
	c.ok(err)
	c.ok(answer.Body.Close())
}

// who a number belongs to, as the tables have it.
func who(number string) string {
	switch number {
	case town.Priya.Mobile, seeded["Ysolde's mobile"], seeded["Ysolde's own mobile"], seeded["Tancred's mobile"]:
		return "a worker"
	case seeded["stranger's number"]:
		return "a stranger"
	}
	return "a responder"
}

// texted is every text, by its kind. One that is of none stands as it is, so that its own words are found.
func (c *county) texted() (list []seen) {
	for _, m := range c.w.Texts() {
		list = append(list, seen{kindOf(m.Body, who(m.To)), []byte(m.Body)})
	}
	return list
}

// called is what was said in calls.
func (c *county) called() (list []seen) {
	for _, rung := range c.w.Calls() {
		for _, said := range rung.Heard {
			list = append(list, seen{kindOf(said, who(rung.To)), []byte(said)})
		}
	}
	return list
}

// provides asks the provider for a text or a call, as Allclear does.
func (c *county) provides(what string, form url.Values) {
	c.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/2010-04-01/Accounts/"+town.Account+"/"+what+".json", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(town.Account, town.AuthToken)
	answer := httptest.NewRecorder()
	c.w.Provider().ServeHTTP(answer, r)
	if answer.Code != http.StatusCreated {
		c.t.Fatalf("the provider answered %d %s", answer.Code, answer.Body)
	}
}

func (c *county) textsWord(word string) {
	c.provides("Messages", url.Values{"From": {"+441632960999"}, "To": {town.Sam.Mobile}, "Body": {"REHEARSAL In 10:00. " + word}})
}

// ringsWord has Ann, who answers, rung with a word.
func (c *county) ringsWord(word string) {
	c.t.Helper()
	says := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, "<Response><Say>"+word+"</Say></Response>") // to our own provider
	}))
	defer says.Close()
	c.provides("Calls", url.Values{"From": {"+441632960999"}, "To": {town.Ann.Mobile}, "Url": {says.URL}})
	c.w.WaitRung(town.Ann.Mobile, 0, "say the word", func(r town.Rung) bool {
		return slices.ContainsFunc(r.Heard, func(said string) bool { return strings.Contains(said, word) })
	})
}

// everyFile is every file there is or was beside Allclear, and those of the database's server.
func (c *county) everyFile() []seen {
	c.t.Helper()
	var list []seen
	for _, folder := range []string{c.dir, c.tmp, c.kept, c.server} {
		if folder != "" {
			found, err := files(folder)
			c.ok(err)
			list = append(list, found...)
		}
	}
	return list
}

// open opens the database past Allclear.
func (c *county) open() *sql.DB {
	c.t.Helper()
	driver, address := "pgx", c.database
	if file, lite := strings.CutPrefix(c.database, "sqlite:"); lite {
		driver, address = "sqlite", "file:"+file+"?_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(driver, address)
	c.ok(err)
	return db
}

// notes writes a word into the database, as it is.
func (c *county) notes(word string) {
	c.t.Helper()
	db := c.open()
	_, err := db.ExecContext(c.t.Context(), `INSERT INTO meta (key, value) VALUES ($1, $2)`, "planted "+word[:12], word)
	c.ok(errors.Join(err, db.Close()))
}

// everyTable is what each table holds, unpacked: PostgreSQL packs long values in its files.
func (c *county) everyTable() (list []seen) {
	c.t.Helper()
	if strings.HasPrefix(c.database, "sqlite:") {
		copied := filepath.Join(c.t.TempDir(), "copy.db")
		db := c.open()
		_, err := db.ExecContext(c.t.Context(), `VACUUM INTO '`+copied+`'`)
		c.ok(errors.Join(err, db.Close()))
		raw, err := os.ReadFile(copied)
		c.ok(err)
		return []seen{{"all of them", raw}}
	}
	conn, err := pgx.Connect(c.t.Context(), c.database)
	c.ok(err)
	defer func() { c.ok(conn.Close(context.WithoutCancel(c.t.Context()))) }()
	rows, err := conn.Query(c.t.Context(), `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`)
	c.ok(err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	c.ok(err)
	for _, name := range names {
		var out bytes.Buffer
		_, err := conn.PgConn().CopyTo(c.t.Context(), &out, `COPY "`+name+`" TO STDOUT (FORMAT binary)`)
		c.ok(err)
		list = append(list, seen{name, out.Bytes()})
	}
	return list
}

// everyBackup is what whoever has a backup and its recipient's key reads, without the master key.
func (c *county) everyBackup() (list []seen) {
	c.t.Helper()
	found, err := filepath.Glob(filepath.Join(c.dir, "backups", "*.age"))
	c.ok(err)
	for _, name := range found {
		list = append(list, seen{filepath.Base(name), c.opened(name)})
	}
	return list
}

// exports is the record as an auditor is given it.
func (c *county) exports() (list []seen) {
	c.t.Helper()
	for _, as := range []string{"jsonl", "csv"} {
		out, err := c.w.Command("export", "audit", "--format", as)
		c.ok(err)
		list = append(list, seen{as, []byte(out)})
	}
	return list
}
