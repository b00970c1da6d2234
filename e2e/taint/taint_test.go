package taint_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/e2e/postgres"
	"github.com/allclear-safety/allclear/internal/tainttest"
)

// Over a weekend on which everything happens, no private word and no secret is anywhere but where the tables say that it may be. That it would
// be found is tried in each place.
func TestAWeekendLeavesNoPrivateWordBehind(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	needed, played := map[string]int{}, 0
	plays := func(c *county) {
		excuses := c.leavesNothing()
		mu.Lock()
		defer mu.Unlock()
		played++
		for why, n := range excuses {
			needed[why] += n
		}
	}
	t.Run("on", func(t *testing.T) {
		t.Run("SQLite", func(t *testing.T) {
			t.Parallel()
			plays(openCounty(t, "", ""))
		})
		t.Run("PostgreSQL", func(t *testing.T) {
			t.Parallel()
			address, folder := ownServer(t)
			plays(openCounty(t, address, folder))
		})
	})
	if played == 2 {
		excusesAreNeeded(t, needed)
	}
}

// ownServer starts a PostgreSQL that logs every statement with its values: what it is told in clear is in its files then.
func ownServer(t *testing.T) (address, folder string) {
	t.Helper()
	server, err := postgres.Start(t.Context(), "logging_collector=on", "log_directory=log", "log_min_messages=info", "log_statement=all", "log_connections=on", "log_parameter_max_length_on_error=-1")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	t.Cleanup(server.Stop)
	address, err = server.Database(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(address, "allclear@", "allclear:"+seeded["database's password"]+"@", 1), server.Folder()
}

// leavesNothing plays the weekend and looks into each place. It gives how often each exception was needed.
func (c *county) leavesNothing() (needed map[string]int) {
	c.t.Helper()
	c.play()
	needed = map[string]int{}
	search := c.words.search()
	for _, p := range places() {
		all := p.gather(c)
		for _, problem := range judge(search, p.name, all, needed) {
			c.t.Error(problem)
		}
		if !holds(all, p.has) {
			c.t.Errorf("%s: there is no %q, so it is looked in the wrong place", p.name, p.has)
		}
	}
	if !c.files.gone("allclear.db") {
		c.t.Error("the database that a backup is restored to on trial was not caught: what is temporary is not looked at")
	}
	c.ofAKind()
	c.logIsRead()
	c.wouldBeFound()
	return needed
}

func holds(all []seen, sign string) bool {
	for _, one := range all {
		if bytes.Contains(one.raw, []byte(sign)) {
			return true
		}
	}
	return false
}

// ofAKind fails the test where a text is of no kind: nobody has said what it may carry.
func (c *county) ofAKind() {
	c.t.Helper()
	for _, m := range slices.Concat(c.texted(), c.called(), c.mailed(), c.calendarsMailed()) {
		if m.where == "" {
			c.t.Errorf("of no kind, or to somebody whom it is not for: %q", m.raw)
		}
	}
}

// logIsRead fails the test for a line of the log that a program could not read: each is JSON, with its instant and zone, its level and a message.
func (c *county) logIsRead() {
	c.t.Helper()
	for line := range bytes.Lines(c.logged()[0].raw) {
		var l struct {
			Time       time.Time
			Level, Msg string
		}
		if err := json.Unmarshal(line, &l); err != nil || l.Time.IsZero() || l.Level == "" || l.Msg == "" {
			c.t.Errorf("a line of the log is %q: %v", line, err)
		}
	}
}

// excusesAreNeeded fails the test for an exception that nothing needs: it would let something pass one day.
func excusesAreNeeded(t *testing.T, needed map[string]int) {
	t.Helper()
	for _, a := range allowed {
		if needed[a.why] == 0 {
			t.Errorf("nothing needs the exception for %s in %s (%s): take it out", a.word, a.place, a.why)
		}
	}
}

// wouldBeFound puts a word of its own into each place, and looks again.
func (c *county) wouldBeFound() {
	c.t.Helper()
	for n, p := range places() {
		word := fmt.Sprintf("planted%02dwordofnobody", n)
		p.plant(c, word)
		if problems := judge(tainttest.New([]tainttest.Word{{What: "planted", Text: word}}), p.name, p.gather(c), map[string]int{}); len(problems) == 0 {
			c.t.Errorf("a word that is in %s is not found there", p.name)
		}
	}
}
