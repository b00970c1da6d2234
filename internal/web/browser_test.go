package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/browsertest"
	"github.com/chromedp/chromedp"
)

// desk is a page with one live region in a real browser, and a hand on what the server says.
type desk struct {
	*testing.T
	address string
	tab     context.Context

	mu      sync.Mutex
	version int           // of what the region shows
	cut     chan struct{} // closed when the streams are to break
	refuses bool          // whether new streams are refused
	ended   bool          // the session is over
	left    int           // seconds until it is; 0: the streams do not say
	readers map[chan struct{}]bool

	streams atomic.Int32 // that are open
}

const patience = 20 * time.Second // until a window has to be there

const deskPage = `<!DOCTYPE html>
<html lang="en-GB" class="govuk-template" data-signed-in data-now="2026-11-21T14:00:00Z" data-speed="0" data-switchboard="%s">
<head><meta charset="utf-8"><title>Board</title><link rel="stylesheet" href="%s"><script src="%s" type="module"></script></head>
<body class="govuk-template__body"><main><h1>Board</h1>
<p><time-left id="due" until="2026-11-21T14:12:30Z">13 min left</time-left></p>
<live-region src="/fragment" topic="board">as served</live-region></main></body></html>`

const deskFragment = `<p id="version">version %d</p><details><summary>How to get in</summary>round the back</details>
<form><input id="note" name="note" value=""><input id="seen" value="seen %[1]d">
<select id="team"><option>ECHo</option><option>Family Links</option></select><button id="out" type="button">Out</button></form>`

// eachLine tries pages that share one line to the server, and a page that has its own.
func eachLine(t *testing.T, try func(*desk)) {
	t.Run("a line for all pages", func(t *testing.T) { try(openDesk(t, "switchboard.js")) })
	t.Run("no switchboard", func(t *testing.T) { try(openDesk(t, "")) })
	t.Run("a switchboard that is not there", func(t *testing.T) { try(openDesk(t, "nowhere.js")) })
}

// openDesk starts a browser at the page, with a switchboard or none. It fails where CI is set and there is no browser, else it skips.
func openDesk(t *testing.T, switchboard string) *desk {
	t.Helper()
	static, err := OpenStatic()
	if err != nil {
		t.Fatal(err)
	}
	path, err := browsertest.Find()
	if built := static.URL("allclear.js") != "/static/allclear.js"; err != nil || !built {
		if os.Getenv("CI") != "" {
			t.Fatalf("assets built: %v; browser: %v", built, err)
		}
		t.Skipf("assets built: %v; browser: %v", built, err)
	}
	d := &desk{T: t, version: 1, cut: make(chan struct{}), readers: map[chan struct{}]bool{}}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", static)
	mux.HandleFunc("GET /live", d.stream)
	mux.HandleFunc("GET /streams", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, d.streams.Load()) })
	mux.HandleFunc("GET /fragment", func(w http.ResponseWriter, _ *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		_, _ = fmt.Fprintf(w, deskFragment, d.version)
	})
	if switchboard != "" {
		switchboard = static.URL(switchboard)
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, deskPage, switchboard, static.URL("allclear.css"), static.URL("allclear.js"))
	})
	mux.HandleFunc("GET /sign-in", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "<!DOCTYPE html><h1>Sign in</h1>") })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	t.Cleanup(func() { d.lose() })

	browser, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))...)
	t.Cleanup(stop)
	tab, closeTab := chromedp.NewContext(browser)
	t.Cleanup(closeTab)
	d.tab, d.address = tab, server.URL
	if err := chromedp.Do(tab, chromedp.Navigate(server.URL)); err != nil {
		t.Fatal(err)
	}
	return d
}

// stream sends a ping at once, and an event each time the board changes.
func (d *desk) stream(w http.ResponseWriter, r *http.Request) {
	changed := make(chan struct{}, 1)
	d.mu.Lock()
	cut, refused, ended, left := d.cut, d.refuses, d.ended, d.left
	d.readers[changed] = true
	d.mu.Unlock()
	if refused {
		http.Error(w, "no", http.StatusServiceUnavailable)
		return
	}
	if ended {
		http.Error(w, "not signed in", http.StatusUnauthorized)
		return
	}
	says := ""
	if left > 0 {
		says = fmt.Sprintf(`,"left":%d`, left)
	}
	d.streams.Add(1)
	defer d.streams.Add(-1)
	w.Header().Set("Content-Type", "text/event-stream")
	for topics := `[]`; ; topics = `["board"]` {
		_, _ = fmt.Fprintf(w, "retry: 100\nevent: news\ndata: {\"topics\":%s,\"now\":\"2026-11-21T14:00:00Z\",\"speed\":0%s}\n\n", topics, says)
		if http.NewResponseController(w).Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-cut:
			d.mu.Lock()
			if d.ended {
				_, _ = fmt.Fprint(w, "event: over\ndata: {}\n\n")
			}
			d.mu.Unlock()
			return
		case <-r.Context().Done():
			return
		}
	}
}

// change makes the board another, and tells the page when told is true.
func (d *desk) change(told bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.version++
	for changed := range d.readers {
		if told {
			select {
			case changed <- struct{}{}:
			default:
			}
		}
	}
}

// lose breaks the streams and refuses new ones; find lets them in again.
func (d *desk) lose() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.refuses {
		d.refuses = true
		close(d.cut)
	}
}

// end ends the session: the streams say so, and there are no new ones.
func (d *desk) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = true
	close(d.cut)
	d.cut = make(chan struct{})
}

func (d *desk) find() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refuses, d.cut = false, make(chan struct{})
}

// comes waits until an expression is true in the page.
func (d *desk) comes(what, expression string) {
	d.Helper()
	if _, err := chromedp.Run(d.tab, chromedp.Poll[bool](expression)); err != nil {
		d.Fatalf("%s: %v", what, err)
	}
}

// leads waits until an expression is true, in whatever page the tab is led to meanwhile.
func (d *desk) leads(what, expression string) {
	d.Helper()
	var err error
	for range 10 { // who looks is interrupted by each page that comes
		if _, err = chromedp.Run(d.tab, chromedp.Poll[bool](expression)); err == nil {
			return
		}
	}
	d.Fatalf("%s: %v", what, err)
}

func (d *desk) does(script string) {
	d.Helper()
	if _, err := chromedp.Run(d.tab, chromedp.Evaluate[bool](script+`; true`)); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) shows(version int) string {
	return fmt.Sprintf(`document.getElementById("version")?.textContent === "version %d"`, version)
}

func TestALiveRegionChangesUnderTheHandsOfWhoUsesIt(t *testing.T) {
	eachLine(t, func(d *desk) {
		d.comes("what changed since the page was made", d.shows(1))
		d.comes("the time left, on the paused clock", `document.getElementById("due").textContent === "12 min left"`)
		d.does(`document.querySelector("live-region details").open = true;
		document.getElementById("note").value = "rang twice";
		document.getElementById("team").selectedIndex = 1;
		document.getElementById("out").focus()`)
		d.change(true)
		d.comes("the change", d.shows(2))
		for what, still := range map[string]string{
			"what was opened": `document.querySelector("live-region details").open`,
			"what was typed":  `document.getElementById("note").value === "rang twice"`,
			"what was chosen": `document.getElementById("team").selectedIndex === 1`,
			"the focus":       `document.activeElement.id === "out"`,
			"what is new":     `document.getElementById("seen").value === "seen 2"`,
		} {
			kept, err := chromedp.Run(d.tab, chromedp.Evaluate[bool](still))
			if err != nil || !kept {
				d.Errorf("%s is lost (%v)", what, err)
			}
		}
	})
}

func TestAPageThatIsNotLiveSaysSo(t *testing.T) {
	eachLine(t, func(d *desk) {
		d.comes("the page is live", d.shows(1))
		d.lose()
		d.comes("the notice, for those who see it and those who hear it",
			`document.querySelector("[role=alert].allclear-not-live")?.textContent === "Not live. Reload the page to see changes."`)
		d.change(false)
		d.find()
		d.comes("what was missed", d.shows(2))
		d.comes("the page is live again", `document.querySelector(".allclear-not-live").textContent === ""`)
	})
}

// It would fetch what nobody sees.
func TestATabOutOfSightHasNoStream(t *testing.T) {
	eachLine(t, func(d *desk) {
		const streams = `fetch("/streams").then((answer) => answer.text()).then((open) => { window.open_ = open }) && window.open_ === "%d"`
		const sight = `Object.defineProperty(document, "hidden", {configurable: true, value: %t});
		document.dispatchEvent(new Event("visibilitychange"))`
		d.comes("the page is live", d.shows(1))
		d.comes("it has a stream", fmt.Sprintf(streams, 1))
		d.does(fmt.Sprintf(sight, true))
		d.comes("out of sight it has none", fmt.Sprintf(streams, 0))
		d.change(false)
		d.does(fmt.Sprintf(sight, false))
		d.comes("in sight again, what changed meanwhile", d.shows(2))
		d.comes("and a stream", fmt.Sprintf(streams, 1))
	})
}

// A browser opens six connections to one server: with a stream for every window, the seventh would never come.
func TestManyWindowsShareOneLine(t *testing.T) {
	d := openDesk(t, "switchboard.js")
	windows := []*desk{d}
	for range 7 {
		windows = append(windows, d.window())
	}
	all := func(what, expression string) {
		t.Helper()
		for i, w := range windows {
			w.comes(fmt.Sprintf("%s in window %d", what, i+1), expression)
		}
	}
	all("the page is live", d.shows(1))
	if open := d.streams.Load(); open != 1 {
		t.Errorf("%d streams are open", open)
	}
	d.change(true)
	all("the change", d.shows(2))
	d.lose()
	all("the notice", `document.documentElement.hasAttribute("data-not-live")`)
	d.change(false)
	d.find()
	all("what was missed", d.shows(3))
	all("live again", `!document.documentElement.hasAttribute("data-not-live")`)
	for _, w := range windows[1:] {
		w.does(`location.href = "about:blank"`)
	}
	d.change(true)
	d.comes("the change, when all others have gone", d.shows(4))
}

// window opens the page once more in the same browser.
func (d *desk) window() *desk {
	d.Helper()
	tab, leave := chromedp.NewContext(d.tab)
	d.Cleanup(leave)
	within, end := context.WithTimeout(tab, patience)
	d.Cleanup(end)
	if err := chromedp.Do(within, chromedp.Navigate(d.address)); err != nil {
		d.Fatalf("open one more window: %v", err)
	}
	return &desk{T: d.T, tab: tab}
}

// A page whose session ends is emptied and leads to signing in, whether the line says so, refuses it, or is out of reach when the
// session's time is over.
func TestAPageIsEmptiedWhenItsSessionEnds(t *testing.T) {
	const there = `location.pathname + location.search === "/sign-in?then=%2F" && document.body.textContent === "Sign in"`
	eachLine(t, func(d *desk) {
		d.comes("the page", d.shows(1))
		d.end()
		d.leads("signing in", there)
	})
	t.Run("refused", func(t *testing.T) {
		d := openDesk(t, "switchboard.js")
		d.comes("the page", d.shows(1))
		d.mu.Lock()
		d.ended = true
		d.mu.Unlock()
		d.does(`document.querySelector("live-region").setAttribute("topic", "another"); location.reload()`)
		d.leads("signing in", there)
	})
	t.Run("out of reach", func(t *testing.T) {
		d := openDesk(t, "switchboard.js")
		d.comes("the page", d.shows(1))
		d.mu.Lock()
		d.left = 1
		d.mu.Unlock()
		d.change(true) // the streams that are open say nothing of it; a new one does
		d.does(`location.reload()`)
		d.leads("the page", d.shows(2))
		d.lose()
		d.leads("signing in", there)
	})
}
