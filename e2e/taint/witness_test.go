package taint_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/html"
)

// The places of what is heard on the way.
const (
	addresses = "addresses"
	headers   = "headers"
	errPages  = "error pages"
	forms     = "forms given back"
	figures   = "figures"
	outside   = "what goes outside"
	feeds     = "calendar feeds"
)

// seen is one thing that was seen in a place.
type seen struct {
	where string
	raw   []byte
}

// witness sees all that goes between Allclear and its visitors, its provider and those outside who hear of it.
type witness struct {
	words *words

	mu   sync.Mutex
	seen map[string][]seen // by place
	had  map[string]bool
}

func newWitness(w *words) *witness {
	return &witness{words: w, seen: map[string][]seen{}, had: map[string]bool{}}
}

// keep keeps what was seen in a place, once.
func (w *witness) keep(place, where string, raw []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if mark := place + "\x00" + where + "\x00" + string(raw); !w.had[mark] {
		w.had[mark] = true
		w.seen[place] = append(w.seen[place], seen{where, bytes.Clone(raw)})
	}
}

// in gives what was seen in a place.
func (w *witness) in(place string) []seen {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]seen(nil), w.seen[place]...)
}

// RoundTrip carries a visitor's request to Allclear, as a transport of net/http.
func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	w.keep(addresses, "asked for", []byte(r.URL.String()+"\n"+r.Referer()))
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close() // read to its end
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	w.answered(r, answer, body)
	return answer, nil
}

func (w *witness) answered(r *http.Request, answer *http.Response, body []byte) {
	asked := r.Method + " " + r.URL.Path
	for _, c := range answer.Cookies() {
		if c.Name != "acting" { // whom one acts as in a demo: an id
			w.words.add("secret of a cookie, "+c.Name, c.Value)
		}
	}
	head := answer.Header.Clone()
	head.Del("Set-Cookie") // is where a session's secret goes
	w.keep(addresses, "led to, from "+asked, []byte(head.Get("Location")))
	head.Del("Location")
	var lines bytes.Buffer
	_ = head.Write(&lines) // into memory
	w.keep(headers, asked, lines.Bytes())
	kind, page := head.Get("Content-Type"), false
	if page = strings.HasPrefix(kind, "text/html"); page {
		for _, address := range linked(body) {
			how := "linked on "
			if strings.HasPrefix(address, "tel:") {
				how = "dialled from "
			}
			w.keep(addresses, how+asked, []byte(address))
		}
	}
	switch {
	case r.URL.Path == "/metrics" || r.URL.Path == "/healthz" || r.URL.Path == "/readyz":
		w.keep(figures, r.URL.Path, body)
	case answer.StatusCode < http.StatusBadRequest && (strings.HasPrefix(r.URL.Path, "/calendar/") || strings.HasPrefix(r.URL.Path, "/dav/")):
		w.keep(feeds, r.Method, []byte(unfolds.Replace(html.UnescapeString(string(body)))))
	case page && answer.StatusCode == http.StatusUnprocessableEntity:
		w.keep(forms, asked, body)
	case answer.StatusCode >= http.StatusBadRequest:
		w.keep(errPages, fmt.Sprint(answer.StatusCode, " ", asked), body)
	}
}

// linked are the addresses of a page: the value of each attribute that is, or may hold, one.
func linked(page []byte) (list []string) {
	for z := html.NewTokenizer(bytes.NewReader(page)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return list
		case html.StartTagToken, html.SelfClosingTagToken:
			for _, a := range z.Token().Attr {
				if a.Key == "href" || a.Key == "src" || a.Key == "action" || a.Key == "formaction" || strings.HasPrefix(a.Val, "/") || strings.Contains(a.Val, "://") {
					list = append(list, a.Val)
				}
			}
		}
	}
}

// overhear sees a request to the provider: its address, and what it says besides who we are.
func (w *witness) overhear(r *http.Request) {
	w.keep(addresses, "asked of the provider", []byte(r.URL.String()+"\n"+r.Referer()))
	w.said(r, "to the provider")
}

func (w *witness) said(r *http.Request, to string) {
	head := r.Header.Clone()
	head.Del("Authorization") // by which the provider knows us
	var lines bytes.Buffer
	_ = head.Write(&lines) // into memory
	w.keep(outside, to, lines.Bytes())
}

// hearer hears the heartbeat and the checkpoints. It is the organisation's sign-in too, which is out of order.
func (w *witness) hearer() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // what came is looked at
		w.keep(addresses, "asked of who hears us", []byte(r.URL.String()+"\n"+r.Referer()))
		w.keep(outside, r.URL.Path, body)
		w.said(r, r.URL.Path)
		if strings.HasPrefix(r.URL.Path, "/organisation") {
			answer.WriteHeader(http.StatusInternalServerError)
		}
	}))
}

// caught keeps every file that was ever in some folders, also those that are gone again: a hard link to each is made as soon as it is there.
type caught struct {
	folders []string
	kept    string
	stop    chan struct{}
	done    sync.WaitGroup
	known   map[string]bool
}

// lookEvery is how often it is looked for new files.
const lookEvery = 3 * time.Millisecond

func catch(kept string, folders ...string) *caught {
	c := &caught{folders: folders, kept: kept, stop: make(chan struct{}), known: map[string]bool{}}
	c.done.Go(func() { // ends with end
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-c.stop:
				return
			case <-tick.C:
				c.look()
			}
		}
	})
	return c
}

func (c *caught) look() {
	for _, folder := range c.folders {
		_ = filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || c.known[name] {
				return nil // one that has just gone
			}
			c.known[name] = true
			_ = os.Link(name, filepath.Join(c.kept, fmt.Sprintf("%d %s", len(c.known), filepath.Base(name)))) // as above
			return nil
		})
	}
}

func (c *caught) end() {
	close(c.stop)
	c.done.Wait()
}

// gone says whether a file of a name was caught that is there no more.
func (c *caught) gone(name string) bool {
	found, _ := filepath.Glob(filepath.Join(c.kept, "* "+name)) // the pattern is good
	return slices.ContainsFunc(found, func(link string) bool {
		info, err := os.Stat(link)
		if err != nil {
			return false
		}
		is, known := info.Sys().(*syscall.Stat_t)
		return known && is.Nlink == 1
	})
}

// files gives every file of a folder, by its name below it.
func files(folder string) (list []seen, err error) {
	err = filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(name)
		list = append(list, seen{strings.TrimPrefix(name, folder), raw})
		return err
	})
	return list, err
}
