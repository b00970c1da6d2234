package web

import (
	"crypto/sha256"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// What every answer of every test here is held against, whatever else the test is about: guards runs in house.send.
var (
	inline = regexp.MustCompile(`(?i)<style|<script(?:>| [^>]*>[^<])|<[a-z][^<>]*[ \n](?:style|on[a-z]+)=|href="(?:javascript|data):`)
	led    = regexp.MustCompile(`(?i) (?:href|src|action)="([^"]*)"`)
	byGet  = regexp.MustCompile(`(?is)<form[^>]*method="get".*?</form>`)
	typed  = regexp.MustCompile(`(?i)<textarea|<input[^>]*type="(?:text|search|tel|email|password)"`)
	script = regexp.MustCompile(`(?i)<script([^>]*)>`)

	// words of the house that are private: a name, a place, a number, the phrase.
	secret = []string{"Priya", "Nair", "Ravi", "Woods", "Example", "Smith", "Scarlett", "07700", "447700", "960101"}
)

// guards says that an answer has the headers that guard it, no script or style within, and nothing private in any address
// that it leads to.
func (p page) guards() {
	p.Helper()
	h := p.Header()
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin"} {
		if h.Get(name) != want {
			p.Errorf("%s: %s is %q", p.asked, name, h.Get(name))
		}
	}
	feed := (strings.Contains(p.asked, "/calendar/") || strings.Contains(p.asked, "/dav/")) && h.Get("Cache-Control") == "private, no-cache" // a calendar program keeps it
	if kept := h.Get("Cache-Control"); kept != "no-store" && !feed && !strings.Contains(p.asked, " /static/") {
		p.Errorf("%s: may be kept: %q", p.asked, kept)
	}
	if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'self'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
		p.Errorf("%s: the policy is %q", p.asked, csp)
	}
	if h.Get("Access-Control-Allow-Origin") != "" {
		p.Errorf("%s: another site may read it", p.asked)
	}
	p.keepsAddressesClean(h.Get("Location"))
	if !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		return
	}
	body, sum := p.Body.String(), sha256.Sum256(p.Body.Bytes())
	if _, known := sound.Load(sum); known {
		return
	}
	if found := inline.FindString(body); found != "" {
		p.Errorf("%s: has script or style of its own: %s", p.asked, found)
	}
	for _, tag := range script.FindAllStringSubmatch(body, -1) {
		if !strings.Contains(tag[1], ` src="/static/`) {
			p.Errorf("%s: a script that is not ours: %s", p.asked, tag[0])
		}
	}
	for _, form := range byGet.FindAllString(body, -1) {
		for _, field := range typed.FindAllString(form, -1) {
			if !strings.Contains(field, ` name="date"`) && !strings.Contains(field, ` name="from"`) { // a day that was mistyped
				p.Errorf("%s: what is typed into %s would be in an address", p.asked, field)
			}
		}
	}
	for _, to := range led.FindAllStringSubmatch(body, -1) {
		p.keepsAddressesClean(to[1])
	}
	if !p.Failed() {
		sound.Store(sum, true)
	}
}

// sound are the pages in which nothing was found, by their sums: bad input is answered by few pages, each some thousand times.
var sound sync.Map

func (p page) keepsAddressesClean(address string) {
	p.Helper()
	if strings.HasPrefix(address, "tel:") || strings.HasPrefix(address, "sms:") { // nothing asks for it over the network
		return
	}
	for _, word := range secret {
		if strings.Contains(address, word) {
			p.Errorf("%s: %q is in the address %s", p.asked, word, address)
		}
	}
}

// The regular expressions above must find what they are there for.
func TestTheGuardsSeeWhatTheyShould(t *testing.T) {
	for _, bad := range []string{`<p style="color:red">`, "<a href=\"/\"\nonclick=\"x()\">", `<script>x()</script>`, `<script src="/static/a.js">x()</script>`, `<STYLE>p{}</STYLE>`, `<a href="javascript:x()">`} {
		if !inline.MatchString(bad) {
			t.Errorf("%s passes", bad)
		}
	}
	for _, good := range []string{`<script src="/static/a.js" type="module"></script>`, `<p class="on">style=it</p>`, `<time datetime="x">on=5</time>`} {
		if found := inline.FindString(good); found != "" {
			t.Errorf("%s does not pass: %s", good, found)
		}
	}
	if !typed.MatchString(byGet.FindString(`<form method="get" action="/people"><input id="q" type="search"></form>`)) {
		t.Error("a search by GET passes")
	}
}

func TestNoTemplateHasScriptOrStyleOfItsOwn(t *testing.T) {
	seen := 0
	for _, files := range []fs.FS{templateFiles, os.DirFS("govuk")} {
		err := fs.WalkDir(files, "templates", func(name string, f fs.DirEntry, err error) error {
			if err != nil || f.IsDir() {
				return err
			}
			seen++
			text, err := fs.ReadFile(files, name)
			if found := inline.Find(text); found != nil {
				t.Errorf("%s: %s", name, found)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 60 {
		t.Errorf("only %d templates were looked at", seen)
	}
}

// What is typed to find someone is in no address, for it would stay in the browser's history and in a proxy's log.
func TestASearchIsNoAddress(t *testing.T) {
	h := openHouse(t)
	h.get("/people?q=Woods").is(http.StatusOK).says("Priya Nair").hides("Woods&amp;", `value="Woods"`)
	h.get("/visits?ref=Woods").is(http.StatusOK).hides(`value="Woods"`)
	h.post("/people", "q", "woo", "left", "yes").is(http.StatusOK).says("Ann Woods").hides("q=")
}

func TestAFormHasFewFields(t *testing.T) {
	h := openHouse(t)
	fields := make([]string, 0, 2*(mostFields+1))
	for range mostFields + 1 {
		fields = append(fields, "x", "")
	}
	h.post("/people", fields...).is(http.StatusRequestEntityTooLarge).says("longer than any form here")
}
