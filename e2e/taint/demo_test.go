package taint_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// storiesOfTheDemo are those that play by themselves, with what they are called.
var storiesOfTheDemo = map[string]string{"forgotten-check-out": "A forgotten check-out", "ask-for-scarlett": "Ask for Scarlett", "nobody-answers": "Nobody answers"}

// privateFields are what the API tells of people, visits and alarms, and no log, figure, address or error page may; each with what it is.
var privateFields = map[string]string{"personal_mobile": "own mobile", "home_phone": "home number", "phone": "next of kin's number", "contact": "service user's number", "email": "e-mail",
	"description": "looks", "registration": "plate", "relation": "relation", "service_user": "service user", "address": "address", "access": "how to get in", "who_else": "who else is there",
	"note": "note", "officer": "officer", "text": "words of a text"}

// A demo is held to the same while each of its stories plays. Its words are those of its sample county, taken from its own API.
func TestADemoLeavesNoPrivateWordBehind(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	for story, title := range storiesOfTheDemo {
		d.plays(story, title)
	}
	d.learns()
	if len(d.words.list) < 40 {
		t.Errorf("the county has only %d private words", len(d.words.list))
	}
	d.meetsErrors()
	search, needed := d.words.search(), map[string]int{}
	for place, has := range map[string]string{figures: "allclear_", addresses: "/visits/", headers: "Content-Security-Policy", errPages: "Page not found"} {
		for _, problem := range judge(search, place, d.see.in(place), needed) {
			t.Error(problem)
		}
		if !holds(d.see.in(place), has) {
			t.Errorf("%s: there is no %q, so it is looked in the wrong place", place, has)
		}
	}
	for _, problem := range judge(search, theLog, []seen{{"", d.log.Bytes()}}, needed) {
		t.Error(problem)
	}
	d.onDisk()
}

// demo is a running one, with whoever looks at it.
type demo struct {
	*browser
	words  *words
	see    *witness
	token  string
	folder string
	log    lockedBuffer
	stop   func()
}

// lockedBuffer is what a process writes while it is read.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lockedBuffer) Bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.buf.Bytes())
}

func startDemo(t *testing.T) *demo {
	t.Helper()
	d := &demo{words: &words{had: map[string]bool{}}, folder: t.TempDir()}
	d.see = newWitness(d.words)
	run := exec.Command(binary, "demo", "--listen", "127.0.0.1:0", "--pace", "20ms", "--speed", "600", "--data", d.folder)
	run.Stderr, run.SysProcAttr = &d.log, &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := run.StdoutPipe()
	if err == nil {
		err = run.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	ended := sync.OnceFunc(func() {
		_ = run.Process.Signal(syscall.SIGTERM) // ended already is as good
		_ = run.Wait()                          // how it ended is in its log
	})
	t.Cleanup(ended)
	d.stop = ended
	address := ""
	for lines := bufio.NewScanner(out); d.token == "" && lines.Scan(); {
		if _, at, found := strings.Cut(lines.Text(), " on http://"); found && address == "" {
			address = "http://" + at
		}
		if strings.HasPrefix(lines.Text(), "ac_") {
			d.token = lines.Text()
		}
	}
	if d.token == "" {
		t.Fatalf("it did not start: %s", d.log.Bytes())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // ends with the process
	d.words.add("API token", d.token)
	d.browser = newBrowser(t, address, d.see)
	return d
}

// storyWithin is how long a story may take, in real time.
const storyWithin = time.Minute

// plays plays a story to its end, and looks at every page as each of those in it.
func (d *demo) plays(story, title string) {
	d.Helper()
	d.opens("/demo").presses("/demo/stories/" + story)
	for end := time.Now().Add(storyWithin); !strings.Contains(d.opens("/demo").said(), title+" finished"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			d.Fatalf("the story %s does not end: %s", story, d.said())
		}
		d.opens("/alarms")
	}
	for _, who := range []string{"p-priya", "p-sam", "p-lee"} {
		d.opens("/acting").posts("/acting", url.Values{"person": {who}})
		d.walks(25)
	}
	d.opens("/metrics").opens("/healthz").opens("/readyz")
}

// asks calls the API.
func (d *demo) asks(path string) (of any) {
	d.Helper()
	r, err := http.NewRequestWithContext(d.Context(), http.MethodGet, d.address+"/api/v1"+path, nil)
	if err == nil {
		r.Header.Set("Authorization", "Bearer "+d.token)
	}
	d.does(r, err)
	if err := json.Unmarshal([]byte(d.page), &of); err != nil || d.status != http.StatusOK {
		d.Fatalf("%s: %d %s", path, d.status, d.page)
	}
	return of
}

// learns takes the private words of all people, visits and alarms.
func (d *demo) learns() {
	d.Helper()
	people := map[string]bool{}
	for _, shift := range d.list("/shifts", "shifts") {
		people[shift["person"].(string)] = true
	}
	for _, status := range []string{"open", "closed"} {
		for _, alarm := range d.list("/alarms?status="+status, "alarms") {
			d.learn("", d.asks("/alarms/"+alarm["id"].(string)))
		}
	}
	for _, visit := range d.list("/visits", "visits") {
		people[visit["worker"].(string)] = true
		d.learn("", d.asks("/visits/"+visit["id"].(string)))
	}
	for id := range people {
		d.learn("", d.asks("/people/"+id))
	}
}

// list gives the objects of a list of the API's.
func (d *demo) list(path, name string) (list []map[string]any) {
	d.Helper()
	for _, one := range d.asks(path).(map[string]any)[name].([]any) {
		list = append(list, one.(map[string]any))
	}
	return list
}

// learn adds what stands in a private field anywhere in an answer, and the verbatim words of a timeline.
func (d *demo) learn(field string, of any) {
	switch v := of.(type) {
	case map[string]any:
		for name, value := range v {
			d.learn(name, value)
		}
	case []any:
		for _, value := range v {
			d.learn(field, value)
		}
	case string:
		if what := privateFields[field]; what != "" && len(v) > 8 { // words as short as IN are everywhere
			d.words.add(what, v)
		}
	}
}

// meetsErrors asks for what is not there.
func (d *demo) meetsErrors() {
	d.Helper()
	for _, path := range []string{"/nowhere", "/visits/nothing", "/alarms/nothing", "/people/nobody", "/api/v1/visits/nothing", "/metrics/nothing"} {
		d.opens(path)
	}
}

// onDisk looks at what a demo that is kept leaves: but for the key, which lies beside it, and the invented phones, which hold what was texted to
// them as phones do.
func (d *demo) onDisk() {
	d.Helper()
	d.stop()
	found, err := files(d.folder)
	if err != nil {
		d.Fatal(err)
	}
	found = slices.DeleteFunc(found, func(f seen) bool { return filepath.Ext(f.where) == ".key" || filepath.Ext(f.where) == ".phones" })
	if len(found) == 0 {
		d.Error("it leaves no file")
	}
	for _, problem := range judge(d.words.search(), disk, found, map[string]int{}) {
		d.Error(problem)
	}
}
