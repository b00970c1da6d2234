package taint_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	nethtml "golang.org/x/net/html"
)

// browser is one person's, without scripts.
type browser struct {
	*testing.T
	address string
	client  *http.Client
	page    string // that is open
	status  int
}

func newBrowser(t *testing.T, address string, by http.RoundTripper) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{T: t, address: address, client: &http.Client{Transport: by, Jar: jar, Timeout: 15 * time.Second}}
}

func (b *browser) does(r *http.Request, err error) *browser {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	b.page, b.status = string(body), answer.StatusCode
	return b
}

// opens opens a page by its path.
func (b *browser) opens(path string) *browser {
	b.Helper()
	return b.does(http.NewRequestWithContext(b.Context(), http.MethodGet, b.address+path, nil))
}

// presses presses the button of the page that is open that sends its form to an address: with all that the form holds, as a browser does, but for
// what is typed into it.
func (b *browser) presses(action string, typed ...string) *browser {
	b.Helper()
	form, found := formTo(b.page, action)
	if !found {
		b.Fatalf("the page has no form for %s: %s", action, b.said())
	}
	for pair := range slices.Chunk(typed, 2) {
		form.Set(pair[0], pair[1])
	}
	return b.posts(action, form)
}

// formTo is what the form of a page holds that goes to an address, or has a button that sends it there.
func formTo(page, action string) (form url.Values, found bool) {
	var field string // the textarea or the select that the page is in
	for z := nethtml.NewTokenizer(strings.NewReader(page)); ; {
		switch kind := z.Next(); kind {
		case nethtml.ErrorToken:
			return form, false
		case nethtml.TextToken:
			if after, ok := strings.CutPrefix(field, "textarea "); ok {
				form.Set(after, strings.TrimPrefix(string(z.Text()), "\n"))
			}
		case nethtml.EndTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "form":
				if found {
					return form, true
				}
			case "textarea", "select":
				field = ""
			}
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			t := z.Token()
			has := map[string]string{}
			for _, a := range t.Attr {
				has[a.Key] = a.Val
			}
			_, chosen := has["checked"]
			_, selected := has["selected"]
			switch {
			case t.Data == "form":
				form, found = url.Values{}, has["action"] == action
			case form == nil:
			case t.Data == "button":
				found = found || has["formaction"] == action
			case t.Data == "textarea", t.Data == "select":
				field = t.Data + " " + has["name"]
			case t.Data == "option" && selected:
				form.Set(strings.TrimPrefix(field, "select "), has["value"])
			case t.Data == "input" && has["name"] != "" && (chosen || has["type"] != "checkbox" && has["type"] != "radio" && has["type"] != "file" && has["type"] != "submit"):
				form.Add(has["name"], has["value"])
			}
		}
	}
}

// posts sends a form to an address.
func (b *browser) posts(path string, form url.Values) *browser {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, b.address+path, strings.NewReader(form.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return b.does(r, err)
}

// sees fails the test unless the page that is open has the words.
func (b *browser) sees(status int, words ...string) *browser {
	b.Helper()
	for _, w := range words {
		if b.status != status || !strings.Contains(html.UnescapeString(b.page), w) {
			b.Fatalf("want %d and %q: %d %s", status, w, b.status, b.said())
		}
	}
	return b
}

// first is what a pattern's brackets hold on the page.
func (b *browser) first(pattern string) string {
	b.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(b.page)
	if found == nil {
		b.Fatalf("the page has no %s: %s", pattern, b.said())
	}
	return html.UnescapeString(found[1])
}

// joins sets up a password by the link whose page is open, and gives a recovery code. What is shown on the way is secret.
func (b *browser) joins(w *words, who, link, email, password string) (recovery string) {
	b.Helper()
	w.add("link of "+who, strings.TrimPrefix(link, "/join/"))
	secret := strings.ReplaceAll(b.first(`<code>([A-Z2-7 ]{30,})</code>`), " ", "")
	w.add("secret for codes of "+who, secret)
	w.add("secret for codes of "+who+", as it is read", strings.TrimSpace(b.first(`<code>([A-Z2-7 ]{30,})</code>`)))
	b.presses(link+"/password", "name", email, "password", "short", "code", "000000").sees(http.StatusUnprocessableEntity, "Password")
	code, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	b.presses(link+"/password", "name", email, "password", password, "code", code).sees(http.StatusOK, "Write down your recovery codes")
	for _, found := range regexp.MustCompile(`<code>([a-z2-7]{5}(?:-[a-z2-7]{5})+)</code>`).FindAllStringSubmatch(b.page, -1) {
		recovery = found[1]
		w.add("recovery code of "+who, recovery)
		w.add("recovery code of "+who+", run together", strings.ReplaceAll(recovery, "-", ""))
	}
	return recovery
}

// walks opens every page that can be reached by links, up to a bound, and fails where one is broken.
func (b *browser) walks(most int) (pages int) {
	b.Helper()
	queue, had := []string{"/"}, map[string]bool{"/": true}
	for ; len(queue) > 0 && pages < most; pages++ {
		b.opens(queue[0])
		if b.status >= http.StatusInternalServerError {
			b.Fatalf("%s answered %d", queue[0], b.status)
		}
		for _, to := range linked([]byte(b.page)) {
			to, _, _ = strings.Cut(to, "#")
			if strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") && !strings.HasPrefix(to, "/static/") && !strings.HasPrefix(to, "/live") && !had[to] {
				had[to] = true
				queue = append(queue, to)
			}
		}
		queue = queue[1:]
	}
	return pages
}

var (
	tags   = regexp.MustCompile(`<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
)

// said is what the page that is open says, without its tags.
func (b *browser) said() string {
	_, main, _ := strings.Cut(b.page, "<main")
	return blanks.ReplaceAllString(tags.ReplaceAllString(main, " "), " ")
}
