package taint_test

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/allclear-safety/allclear/e2e/town"
	"github.com/allclear-safety/allclear/internal/standin/smtp"
)

// The speeds of the clock: by day people text and press; by night, and in the week before, nothing is to happen. A change of it takes a restart,
// in which the clock goes on as it did.
const (
	byDay   = 240
	byNight = 21600
	inWeek  = 86400
	early   = 2 * time.Hour // to stop before what a restart takes by night
)

// county is a town with words in every private field, and what watches it.
type county struct {
	t        *testing.T
	w        *town.Town
	words    *words
	see      *witness
	hearer   *httptest.Server
	mails    *smtp.Server
	post     string // where mail comes in
	letters  int    // that came
	database string
	dir, tmp string // where Allclear runs, and its folder for what is temporary
	kept     string // links to every file that was there
	files    *caught
	own      *age.X25519Identity // who can read its backups
	server   string              // folder of the database's server; "" for none
	printed  []seen              // by commands
}

// openCounty starts Allclear on a database with all settings that are secrets, as talkative as it can be.
func openCounty(t *testing.T, database, server string) *county {
	t.Helper()
	top := t.TempDir()
	c := &county{t: t, words: newWords(), database: database, server: server, dir: filepath.Join(top, "allclear"), tmp: filepath.Join(top, "tmp"), kept: filepath.Join(top, "kept")}
	c.see = newWitness(c.words)
	c.hearer = c.see.hearer()
	t.Cleanup(c.hearer.Close)
	mails, err := smtp.New(smtp.Options{User: "allclear", Password: seeded["mail server's password"]})
	c.ok(err)
	c.mails = mails
	t.Cleanup(c.mails.Close)
	c.post = c.freePort()
	own, err := age.GenerateX25519Identity()
	c.ok(errors.Join(err, os.MkdirAll(filepath.Join(c.dir, "backups"), 0o700), os.Mkdir(c.tmp, 0o700), os.Mkdir(c.kept, 0o700)))
	c.own = own
	if c.database == "" {
		c.database = "sqlite:" + filepath.Join(c.dir, "allclear.db")
	}
	c.files = catch(c.kept, c.dir, c.tmp)
	t.Cleanup(c.files.end)
	c.w = town.Open(t, town.Options{Binary: binary, Database: c.database, Dir: c.dir, Speed: inWeek, Patient: true, Carry: c.see, Overhear: c.see.overhear, Settings: []string{
		"TMPDIR=" + c.tmp, "ALLCLEAR_LOG_LEVEL=debug",
		"ALLCLEAR_HEARTBEAT_URL=" + c.hearer.URL + "/heartbeat/" + seeded["heartbeat's secret"],
		"ALLCLEAR_CHECKPOINT_URL=" + c.hearer.URL + "/checkpoints/" + seeded["webhook's secret"], "ALLCLEAR_CHECKPOINT_FILE=" + filepath.Join(c.dir, "checkpoints"),
		"ALLCLEAR_BACKUP_DIR=" + filepath.Join(c.dir, "backups"), "ALLCLEAR_BACKUP_RECIPIENTS=" + own.Recipient().String(),
		"ALLCLEAR_SMTP=smtp://allclear:" + seeded["mail server's password"] + "@" + c.mails.Addr(), "ALLCLEAR_MAIL_FROM=allclear@county.example",
		"ALLCLEAR_MAIL_LISTEN=smtp://" + c.post, "ALLCLEAR_MAIL_TO=" + ours, "ALLCLEAR_MAIL_DOMAINS=" + council, "ALLCLEAR_MAIL_RELAY=" + relay,
		"ALLCLEAR_OIDC_ISSUER=" + c.hearer.URL + "/organisation", "ALLCLEAR_OIDC_CLIENT_ID=allclear", "ALLCLEAR_OIDC_CLIENT_SECRET=" + seeded["organisation's secret"],
	}})
	t.Cleanup(c.w.Close)
	c.words.add("API token", c.w.Token())
	return c
}

func (c *county) ok(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// try makes a call of the API, and gives what is at a path of its answer, such as "alarm.id".
func (c *county) try(method, path, body string, status int) func(path string) string {
	c.t.Helper()
	r := town.Request{Method: method, Path: path}
	if body != "" {
		r.Body = []byte(filled(body))
	}
	return c.asked(r, status)
}

func (c *county) asked(r town.Request, status int) func(path string) string {
	c.t.Helper()
	answer := c.w.Do(r)
	if answer.Status != status {
		c.t.Fatalf("%s %s: want %d, and it is %s", r.Method, r.Path, status, answer)
	}
	var of any
	_ = json.Unmarshal(answer.Body, &of) // not every answer is JSON
	return func(path string) string {
		c.t.Helper()
		at := of
		for name := range strings.SplitSeq(path, ".") {
			object, _ := at.(map[string]any)
			at = object[name]
		}
		text, is := at.(string)
		if !is {
			c.t.Fatalf("%s %s: there is no %s in %s", r.Method, r.Path, path, answer.Body)
		}
		return text
	}
}

// tries runs a command beside the server, and keeps what it prints.
func (c *county) tries(args ...string) (out string, err error) {
	out, err = c.w.Command(args...)
	c.printed = append(c.printed, seen{strings.Join(args[:min(len(args), 2)], " "), fmt.Appendf(nil, "%s\n%v", out, err)})
	return out, err
}

// command is tries for what must succeed; it gives the last line.
func (c *county) command(args ...string) string {
	c.t.Helper()
	out, err := c.tries(args...)
	if err != nil {
		c.t.Fatalf("%v\n%s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return lines[len(lines)-1]
}

func (c *county) browser() *browser { return newBrowser(c.t, c.w.URL(), c.see) }

// texts sends a text from a number, with words in braces.
func (c *county) texts(number, words string) {
	c.t.Helper()
	for what, text := range seeded {
		words = strings.ReplaceAll(words, "{"+what+"}", text)
	}
	c.w.TextFrom(number, words)
}

// alarm waits for an open alarm.
func (c *county) alarm(kind string) town.Alarm {
	c.t.Helper()
	return c.w.WaitAlarm(c.w.Tolerance(), "be "+kind, func(a town.Alarm) bool { return a.Kind == kind })
}

// looksAtFigures reads what a monitor does.
func (c *county) looksAtFigures() {
	c.t.Helper()
	for _, path := range []string{"/metrics", "/healthz", "/readyz"} {
		c.browser().opens(path)
	}
}

// lastOf is what the brackets of a pattern hold where it is in a text for the last time; "" for nowhere.
func lastOf(pattern, text string) string {
	found := regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1)
	if len(found) == 0 {
		return ""
	}
	return found[len(found)-1][1]
}

// night lets the clock run fast until an hour of a day, and then by day again.
func (c *county) night(day time.Weekday, hour int) {
	c.t.Helper()
	c.w.Hasten(byNight)
	c.w.Until(next(c.w.Now(), day, hour).Add(-early))
	c.looksAtFigures()
	c.w.Hasten(byDay)
}

// next is the next time it is an hour of a day of the week in town.
func next(now time.Time, day time.Weekday, hour int) time.Time {
	at := now.In(town.Zone())
	for at = time.Date(at.Year(), at.Month(), at.Day(), hour, 0, 0, 0, at.Location()); at.Weekday() != day || at.Before(now); {
		at = at.AddDate(0, 0, 1)
	}
	return at
}

// raw sends bytes that are no request, and gives the answer.
func (c *county) raw(bytes string) {
	c.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.w.URL(), "http://"))
	c.ok(err)
	_, err = conn.Write([]byte(bytes))
	c.ok(err)
	c.ok(conn.SetReadDeadline(time.Now().Add(5 * time.Second)))
	answer := make([]byte, 64<<10)
	n, _ := conn.Read(answer) // what is hung up on says nothing
	c.see.keep(errPages, "no request", answer[:n])
	c.ok(conn.Close())
}

// opened opens a backup as whom it is for, who has no master key.
func (c *county) opened(name string) []byte {
	c.t.Helper()
	f, err := os.Open(name)
	c.ok(err)
	defer func() { c.ok(f.Close()) }()
	plain, err := age.Decrypt(f, c.own)
	c.ok(err)
	unpacked, err := gzip.NewReader(plain)
	c.ok(err)
	raw, err := io.ReadAll(unpacked)
	c.ok(err)
	return raw
}
