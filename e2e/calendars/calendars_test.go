// Package calendars_test has programs that people keep their calendars with ask the real binary for feeds and CalDAV.
package calendars_test

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/allclear-safety/allclear/e2e/program"
	"github.com/allclear-safety/allclear/e2e/town"
)

var (
	given  = flag.String("binary", "", "the allclear to ask; it is built when this is empty")
	binary string
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(program.Run(m, "../..", *given, "4", &binary))
}

func TestTheProgramIsThatOfTheseSources(t *testing.T) {
	if err := program.Read("../.."); err != nil {
		t.Fatal(err)
	}
}

// desk is where somebody sits: their browser, their calendar programs, and what those keep.
type desk struct {
	*testing.T
	town    *town.Town
	browser *http.Client
	home    string // the folder of the programs
	day     time.Time
}

// sit settles a town in which Priya has visits that are known: tomorrow by winter time, and one by summer time.
func sit(t *testing.T) *desk {
	t.Helper()
	for _, name := range []string{"vdirsyncer", "khal", "cadaver"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is not installed; scripts/need-tools does it", name)
			}
			t.Skipf("%s is not installed; scripts/need-tools does it", name)
		}
	}
	w := town.Open(t, town.Options{Binary: binary, Dir: t.TempDir(), Database: "sqlite:" + filepath.Join(t.TempDir(), "allclear.db"), Speed: 1})
	t.Cleanup(w.Close)
	w.Settle(nil)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{T: t, town: w, browser: &http.Client{Jar: jar, Timeout: 15 * time.Second}, home: t.TempDir()}
	today := w.Now().In(town.Zone())
	d.day = time.Date(today.Year(), today.Month(), today.Day()+1, 14, 0, 0, 0, town.Zone())
	d.book(d.day, true)
	d.book(d.summer(), false)
	d.signIn(town.Priya)
	return d
}

// summer is half past nine on a day of which the clocks are not those of tomorrow.
func (d *desk) summer() time.Time {
	_, now := d.day.Zone()
	for day := d.day; ; day = day.AddDate(0, 0, 7) {
		if _, then := day.Zone(); then != now {
			return time.Date(day.Year(), day.Month(), day.Day(), 9, 30, 0, 0, town.Zone())
		}
	}
}

func (d *desk) book(start time.Time, private bool) {
	d.Helper()
	town.Ask[town.Form](d.town, http.MethodPost, "/visits", town.Form{"worker": town.Priya.ID, "kind": "home_visit", "starts_at": town.Instant(start), "expected_end_at": town.Instant(start.Add(time.Hour)),
		"service_user": town.ServiceUser, "address": town.Address, "private": private}, http.StatusCreated)
}

var typed = regexp.MustCompile(`<code>([A-Z2-7 ]{30,})</code>`)

// signIn signs somebody in as people are: by a link, with a password and a code.
func (d *desk) signIn(p town.Person) {
	d.Helper()
	link, err := d.town.Command("user", "create", "--person", p.ID)
	if err != nil {
		d.Fatal(err)
	}
	link = strings.TrimSpace(link)
	secret := typed.FindStringSubmatch(d.ask(http.MethodGet, link, nil, http.StatusOK))
	if secret == nil {
		d.Fatal("the link shows no secret")
	}
	code, err := totp.GenerateCode(strings.ReplaceAll(secret[1], " ", ""), time.Now())
	if err != nil {
		d.Fatal(err)
	}
	d.ask(http.MethodPost, link+"/password", url.Values{"name": {strings.ToLower(p.First()) + "@example.org"}, "password": {"gravel otter lantern quilt"}, "secret": {secret[1]}, "code": {code}}, http.StatusOK)
}

// ask has the browser ask, and follow where it is led.
func (d *desk) ask(method, address string, form url.Values, want int) string {
	d.Helper()
	r, err := http.NewRequestWithContext(d.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		d.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	got, err := d.browser.Do(r)
	if err != nil {
		d.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil || got.StatusCode != want {
		d.Fatalf("%s answered %s, %v: %.2000s", r.URL.Path, got.Status, err, body)
	}
	return string(body)
}

var (
	address = regexp.MustCompile(`http://[^<]*/calendar/([A-Z2-7]{26})\.ics`)
	revokes = regexp.MustCompile(`action="(/feeds/[^"]+/remove)"`)
)

// feed makes one on its page, and gives its address and the secret in it.
func (d *desk) feed() (link, secret string) {
	d.Helper()
	made := address.FindStringSubmatch(d.ask(http.MethodPost, d.town.URL()+"/feeds", url.Values{"acting": {town.Priya.ID}, "shows": {"own"}, "name": {"My phone"}}, http.StatusOK))
	if made == nil {
		d.Fatal("no address is shown")
	}
	return made[0], made[1]
}

func (d *desk) revoke() {
	d.Helper()
	button := revokes.FindStringSubmatch(d.ask(http.MethodGet, d.town.URL()+"/feeds", nil, http.StatusOK))
	if button == nil {
		d.Fatal("there is no feed to revoke")
	}
	d.ask(http.MethodPost, d.town.URL()+button[1], url.Values{"acting": {town.Priya.ID}}, http.StatusOK)
}

// file writes a file of the programs' and gives its path.
func (d *desk) file(name, text string) string {
	d.Helper()
	path := filepath.Join(d.home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		d.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.Fatal(err)
	}
	return path
}

// run runs one of the programs, with what is typed into it.
func (d *desk) run(typed, program string, args ...string) (string, error) {
	d.Helper()
	cmd := exec.CommandContext(d.Context(), program, args...) // #nosec G204 -- the programs named here
	cmd.Env = append(os.Environ(), "HOME="+d.home, "LC_ALL=C.UTF-8", "TZ=Europe/London", "XDG_DATA_HOME="+d.home, "XDG_CONFIG_HOME="+d.home, "XDG_CACHE_HOME="+d.home)
	cmd.Stdin, cmd.Dir = strings.NewReader(typed), d.home
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// does is run for what must work.
func (d *desk) does(typed, program string, args ...string) string {
	d.Helper()
	out, err := d.run(typed, program, args...)
	if err != nil {
		d.Fatalf("%s %v: %v: %s", program, args, err, out)
	}
	return out
}

// lists has khal list what vdirsyncer brought into a folder.
func (d *desk) lists(folder string) {
	d.Helper()
	config := d.file("khal-"+filepath.Base(folder), fmt.Sprintf(`[calendars]
[[visits]]
path = %s
[locale]
local_timezone = Europe/London
default_timezone = Europe/London
timeformat = %%H:%%M
dateformat = %%Y-%%m-%%d
longdateformat = %%Y-%%m-%%d
datetimeformat = %%Y-%%m-%%d %%H:%%M
longdatetimeformat = %%Y-%%m-%%d %%H:%%M
[default]
default_calendar = visits
[sqlite]
path = %s
`, folder, filepath.Join(d.home, "khal-"+filepath.Base(folder)+".db")))
	for start, title := range map[time.Time]string{d.day: "Private appointment (", d.summer(): "Home visit ("} {
		said := d.does("", "khal", "-c", config, "list", "--format", "{start-long}..{end-long} {title}", "--day-format", "", start.Format(time.DateOnly), "1d")
		want := start.Format("2006-01-02 15:04") + ".." + start.Add(time.Hour).Format("2006-01-02 15:04") + " " + title
		if !strings.HasPrefix(strings.TrimSpace(said), want) || strings.Count(strings.TrimSpace(said), "\n") > 0 {
			d.Errorf("khal lists %q, not %q", said, want)
		}
	}
	d.secretive(folder)
}

// secretive looks through what a program keeps for what is nobody's business there.
func (d *desk) secretive(folder string) {
	d.Helper()
	files := 0
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path) // #nosec G304 -- in a folder of the test's own
		files++
		for _, private := range []string{town.ServiceUser, town.Address, "Ravi"} {
			if strings.Contains(string(text), private) {
				d.Errorf("%s holds %q", path, private)
			}
		}
		return err
	})
	if err != nil || files != 2 {
		d.Errorf("%d files in %s, not 2: %v", files, folder, err)
	}
}

func TestAFeedIsReadByACalendarProgram(t *testing.T) {
	t.Parallel()
	d := sit(t)
	link, secret := d.feed()
	config := d.file("vdirsyncer", fmt.Sprintf(`[general]
status_path = "%[1]s/status"
[pair feed]
a = "here"
b = "there"
collections = null
[storage here]
type = "filesystem"
path = "%[1]s/feed"
fileext = ".ics"
[storage there]
type = "http"
url = "%[2]s"
`, d.home, link))
	d.does("y\ny\n", "vdirsyncer", "-c", config, "discover")
	d.does("", "vdirsyncer", "-c", config, "sync")
	d.lists(filepath.Join(d.home, "feed"))
	d.revoke()
	if out, err := d.run("", "vdirsyncer", "-c", config, "sync"); err == nil || !strings.Contains(out, "Not Found") {
		t.Errorf("a feed that was revoked: %v, %s", err, out)
	}
	if strings.Contains(d.town.Log(), secret) {
		t.Error("the secret is in the log")
	}
}

func TestAnAccountIsSyncedAndNotWritten(t *testing.T) {
	t.Parallel()
	d := sit(t)
	_, secret := d.feed()
	config := d.file("vdirsyncer", fmt.Sprintf(`[general]
status_path = "%[1]s/status"
[pair account]
a = "here"
b = "there"
collections = ["from b"]
metadata = ["displayname"]
[storage here]
type = "filesystem"
path = "%[1]s/account"
fileext = ".ics"
[storage there]
type = "caldav"
url = "%[2]s/dav/"
username = "priya@example.org"
password = "%[3]s"
`, d.home, d.town.URL(), secret))
	d.does("y\ny\ny\n", "vdirsyncer", "-c", config, "discover")
	d.does("", "vdirsyncer", "-c", config, "sync")
	found, err := filepath.Glob(filepath.Join(d.home, "account", "f-*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("calendars %v, %v", found, err)
	}
	d.lists(found[0])

	// A third visit comes on its own; what is written here does not.
	d.book(d.day.Add(3*time.Hour), true)
	d.does("", "vdirsyncer", "-c", config, "sync")
	if files, err := filepath.Glob(filepath.Join(found[0], "*.ics")); err != nil || len(files) != 3 {
		t.Errorf("%d events after another was booked, %v", len(files), err)
	}
	own := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:own\r\nDTSTAMP:20261123T090000Z\r\nDTSTART:20261123T090000Z\r\nDTEND:20261123T100000Z\r\nSUMMARY:own\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	d.file(filepath.Join("account", filepath.Base(found[0]), "own.ics"), own)
	if out, err := d.run("", "vdirsyncer", "-c", config, "sync"); err == nil || !strings.Contains(out, "403") {
		t.Errorf("an event that was written: %v, %s", err, out)
	}

	// A program for WebDAV in general finds its way, and is refused alike.
	base := strings.TrimPrefix(d.town.URL(), "http://")
	machine, _, _ := strings.Cut(base, ":")
	d.file(".netrc", "machine "+machine+" login priya@example.org password "+secret+"\n")
	d.file("own.ics", own)
	at := d.town.URL() + "/dav/calendars/" + filepath.Base(found[0]) + "/"
	said := d.does("ls\nput own.ics\ndelete own.ics\nmkcol more\nquit\n", "cadaver", at)
	if strings.Count(said, ".ics") < 3 || strings.Count(said, "403 Forbidden") < 2 {
		t.Errorf("cadaver says %s", said)
	}
	if files := d.ask(http.MethodGet, d.town.URL()+"/visits?date="+d.day.Format(time.DateOnly), nil, http.StatusOK); strings.Contains(files, ">own<") {
		t.Error("an event was written")
	}

	d.revoke()
	if out, err := d.run("", "vdirsyncer", "-c", config, "sync"); err == nil || !strings.Contains(out, "401") && !strings.Contains(out, "nauthorized") {
		t.Errorf("an account that was revoked: %v, %s", err, out)
	}
	if out, _ := d.run("ls\nquit\n", "cadaver", at); strings.Contains(out, "@") && strings.Contains(out, ".ics") {
		t.Errorf("cadaver still lists %s", out)
	}
	if strings.Contains(d.town.Log(), secret) {
		t.Error("the secret is in the log")
	}
}
