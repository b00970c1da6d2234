package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/allclear-safety/allclear/e2e/town"
)

// finding is one thing that is wrong, or that a program takes for it.
type finding struct{ by, what, where string }

func (f finding) String() string { return fmt.Sprintf("%s: %s: %s", f.by, f.what, nameless(f.where)) }

// false alarms are what is looked at and right: by whom, how what they say begins, and why it is right. Whatever else is said is a finding.
var falseAlarms = []struct{ by, begins, reason string }{
	{"wapiti", "Cross Site Request Forgery: Lack of anti CSRF token", "a form needs no token where another site's is refused by what every browser says of where it comes from: " +
		"TestAFormFromAnotherSiteIsRefused, and the cookie is SameSite=Lax"},
	{"wapiti", "HTTP Secure Headers: X-XSS-Protection is not set", "browsers have done away with what it switched on, which made holes of its own; the content security policy is in its place"},
}

// known is why a finding is none; "" where it is one.
func (f finding) known() string {
	for _, k := range falseAlarms {
		if f.by == k.by && strings.HasPrefix(f.what, k.begins) {
			return k.reason
		}
	}
	return ""
}

// secrets are what must stand nowhere in what Allclear logs, and nowhere in an address.
func (c *county) secrets() []string {
	return []string{c.token, authToken, "gravel otter", town.ServiceUser, "Example Street", "900103", "900101", "900102", "960101", "Ravi", "AB12 CDE", "lights of the car",
		"Priya", "Sam Hill", "Marsh", "@example.org", "Scarlett"}
}

// saidBadly looks through the log for what must not be there: errors, panics, and what is private.
func (c *county) saidBadly() ([]finding, error) {
	file, err := os.Open(c.file("allclear.log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read
	var list []finding
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		list = append(list, badLine(lines.Text(), c.secrets())...)
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return append(list, finding{"log", "a line of over 1 MiB", ""}), nil
		}
		return nil, fmt.Errorf("read the log: %w", err)
	}
	return list, nil
}

// badLine says what is wrong with a line of the log.
func badLine(line string, secrets []string) []finding {
	var list []finding
	for _, secret := range secrets {
		if strings.Contains(line, secret) {
			list = append(list, finding{"log", "holds " + secret, line})
		}
	}
	var l struct{ Level, Msg, Route, Error string }
	if json.Unmarshal([]byte(line), &l) != nil {
		l.Level, l.Msg = "INFO", line // what is printed for whoever starts Allclear is no object
	}
	if l.Level == "ERROR" || strings.Contains(line, "panic") || strings.Contains(line, "goroutine ") {
		list = append(list, finding{"log", fmt.Sprintf("%s: %s: %s", l.Level, l.Msg, l.Error), l.Route})
	}
	return list
}
