package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/api"
	"github.com/allclear-safety/allclear/internal/channel/twilio"
)

// sentinel is in what is sent, and in nothing that is logged.
const sentinel = "zq7sentinel"

var (
	// badValues are put in the place of each value of each body.
	badValues = []string{
		`null`, `true`, `-1`, `1e999`, `99999999999999999999999999`, `0.1`, `[]`, `{}`, `[[[[[]]]]]`, `[null]`, `{"a":{"a":{"a":{}}}}`, `""`, `"` + sentinel + `\u0000"`, `"` + sentinel + `\ud800"`,
		`"'; DROP TABLE visit; --"`, `"` + strings.Repeat(sentinel, 1000) + `"`, `"0000-00-00T00:00:00Z"`, `"9999-12-31T23:59:59.999999999Z"`, `"\u202e` + sentinel + `"`, `"../../` + sentinel + `"`,
	}
	badBodies = map[string]string{
		"deep lists":     strings.Repeat("[", 500_000),
		"deep objects":   strings.Repeat(`{"name":`, 100_000),
		"a deep value":   `{"name":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`,
		"many fields":    `{` + strings.Repeat(`"a":1,`, 100_000) + `"b":1}`,
		"the same field": `{"by":"p-sam","by":"p-sam","by":null}`,
		"bad UTF-8":      "{\"by\":\"\xff\xfe\"}",
		"a NUL":          "{\"by\":\"\x00\"}",
		"two objects":    `{}{}`,
		"a number":       `7`,
		"nothing":        ``,
		"too much":       `{"name":"` + strings.Repeat("x", 9<<20) + `"}`,
	}
	badNames = []string{"%00", "%ff%fe", strings.Repeat("a", 20_000), "%2e%2e%2f%2e%2e%2fetc", "%27%20OR%201=1--", "%F0%9F%92%A9", "%0d%0aX:%20y", "*"}
)

// caller sends bad input with a token that may all.
type caller struct {
	*office
	asked int
}

// sends sends one request, and holds the answer against what every answer must be.
func (c *caller) sends(what, method, path, kind, body string, headers ...string) {
	c.Helper()
	before := c.log.String()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	address, query, _ := strings.Cut(path, "?")
	r.Method, r.RequestURI, r.URL = method, path, &url.URL{Path: address, RawQuery: query}
	if plain, err := url.PathUnescape(address); err == nil {
		r.URL.Path, r.URL.RawPath = plain, address
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	ctx, done := context.WithTimeout(c.Context(), 10*time.Second)
	defer done()
	c.api.ServeHTTP(w, r.WithContext(ctx))
	c.asked++
	shown := fmt.Sprintf("%s as %s to %.80q", method, what, path)
	logged := strings.TrimPrefix(c.log.String(), before)
	if w.Code < 200 || w.Code >= 500 || w.Code == http.StatusTooManyRequests {
		c.Errorf("%s was answered %d: %s", shown, w.Code, logged)
	}
	if ctx.Err() != nil {
		c.Errorf("%s took over 10 s", shown)
	}
	if w.Body.Len() > 1<<20 || w.Code >= 400 && w.Body.Len() > 32<<10 {
		c.Errorf("%s was answered %d bytes", shown, w.Body.Len())
	}
	if w.Code >= 400 && strings.Contains(w.Body.String(), sentinel+sentinel) {
		c.Errorf("%s was told what it sent: %.200s", shown, w.Body)
	}
	if strings.Contains(logged, sentinel) {
		c.Errorf("%s was logged: %s", shown, logged)
	}
}

// goodBodies are bodies that each call would take, as far as it is about what is there.
func goodBodies() map[string][]string {
	by := []string{"by", `"p-sam"`}
	note := append(by, "note", `"rang twice"`)
	return map[string][]string{
		"PUT /api/v1/teams/{id}": {"name", `"ECHo"`, "zone", `"Europe/London"`, "plan", `{"fallback":"p-lee","grace":"15m"}`},
		"PUT /api/v1/people/{id}": {"name", `"Priya Nair"`, "team", `"echo"`, "roles", `["worker"]`, "mobile", `"07700 900101"`, "personal_mobile", `null`, "home_phone", `"01632 960101"`,
			"email", `"priya@example.org"`, "description", `"green coat"`, "vehicle", `{"make":"Ford"}`, "emergency_contacts", `[{"name":"Ravi","relation":"husband","phone":"07700 900102"}]`, "external_id", `"x-1"`},
		"POST /api/v1/shifts": {"person", `"p-sam"`, "starts_at", `"2026-11-24T00:00:00Z"`, "ends_at", `"2026-11-25T00:00:00Z"`, "order", `1`, "teams", `["echo"]`},
		"POST /api/v1/visits": {"worker", `"p-priya"`, "kind", `"home_visit"`, "starts_at", `"2026-11-22T15:00:00Z"`, "expected_end_at", `"2026-11-22T16:00:00Z"`, "service_user", `"J Smith"`,
			"address", `"1 Example Street"`, "contact", `"07700 900103"`, "private", `true`, "responders", `["p-sam"]`, "external_id", `"cal-99"`},
		"PATCH /api/v1/visits/{id}":            {"expected_end_at", `"2026-11-21T17:00:00Z"`, "address", `"2 Example Street"`, "by", `"p-priya"`},
		"POST /api/v1/visits/{id}/cancel":      append(by, "reason", `"off"`),
		"POST /api/v1/checkins":                append(by, "person", `"p-priya"`, "text", `"running late, out by 4"`, "via", `"call"`),
		"POST /api/v1/alarms":                  append(by, "worker", `"p-priya"`, "kind", `"distress"`),
		"POST /api/v1/alarms/{id}/acknowledge": by,
		"POST /api/v1/alarms/{id}/calls":       append(note, "to", `"+447700900102"`, "result", `"no_answer"`),
		"POST /api/v1/alarms/{id}/police":      append(note, "reference", `"GP-1"`, "officer", `"PC Low"`, "attending", `true`, "next_update_at", `"2026-11-21T17:00:00Z"`),
		"POST /api/v1/alarms/{id}/liaison":     note,
		"POST /api/v1/alarms/{id}/harmed":      note,
		"POST /api/v1/alarms/{id}/hold":        append(note, "second_person", `"p-lee"`),
		"POST /api/v1/alarms/{id}/reassure":    note,
		"POST /api/v1/alarms/{id}/close":       append(note, "evidence", `"spoke_worker"`, "visit", `"ended"`, "away_from_place", `true`, "second_person", `"p-lee"`, "police_stood_down", `{"at":"2026-11-21T16:00:00Z","to":"x"}`),
	}
}

// spoiled is a body with one value in another's place.
func spoiled(fields []string, at int, value string) string {
	var b strings.Builder
	for i := 0; i+1 < len(fields); i += 2 {
		says := fields[i+1]
		if i == at {
			says = value
		}
		fmt.Fprintf(&b, "%s%q:%s", map[bool]string{true: "{", false: ","}[i == 0], fields[i], says)
	}
	return b.String() + "}"
}

// abuses sends everything bad to one call.
func (c *caller) abuses(pattern, visit, alarm string) {
	c.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	there := strings.NewReplacer("visits/{id}", "visits/"+visit, "alarms/{id}", "alarms/"+alarm, "teams/{id}", "teams/echo", "people/{id}", "people/p-priya", "{id}", "none").Replace(path)
	for _, name := range badNames {
		c.sends("a path", method, strings.Replace(path, "{id}", name, 1), "application/json", "{}")
		c.sends("a query", method, there+"?by="+name+"&limit="+name+"&status="+name+"&from="+name+"&worker="+name+"&team="+name+"&live="+name, "application/json", "{}")
		c.sends("a header", method, there, "application/json", "{}", "Idempotency-Key", name, "Accept", name, "Last-Event-ID", name)
	}
	c.sends("a raw header", method, there, "application/json", "{}", "Idempotency-Key", "\xff\x00"+strings.Repeat("k", 60_000), "Authorization", "Bearer \xff\x00"+strings.Repeat("x", 60_000))
	for what, body := range badBodies {
		c.sends(what, method, there, "application/json", body)
	}
	for _, kind := range []string{"text/html", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "\xff", "a/b/c;;="} {
		c.sends("a kind", method, there, kind, `{"by":"p-sam"}`)
	}
	fields := goodBodies()[pattern]
	if reads := method == http.MethodGet || method == http.MethodDelete; reads == (fields != nil) {
		c.Fatalf("%s: there is a body to be spoiled for whatever has one", pattern)
	}
	for i := 0; i < len(fields); i += 2 {
		for _, value := range badValues {
			c.sends("a bad "+fields[i], method, there, "application/json", spoiled(fields, i, value))
		}
	}
	for _, way := range []string{"PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "G\x7fT", "get"} {
		c.sends("a method", way, there, "application/json", "{}")
	}
}

// TestNoInputBreaksACall sends everything bad to every call there is, and to what a provider calls. Whatever it is, the answer is one of ours: never 5xx, never for long,
// never what was sent, nothing of it in the log.
func TestNoInputBreaksACall(t *testing.T) {
	each(t, func(o *office) {
		o.visit()
		o.run()
		raised := o.must("POST", "/alarms", `{"worker":"p-priya","kind":"distress","by":"p-ann"}`, 201).text("id")
		c := &caller{office: o}
		for _, r := range api.Routes() {
			if r.Pattern != "GET /api/v1/stream" { // it answers for as long as anyone listens
				o.clock.Move(time.Minute) // no caller asks all this in a second
				c.abuses(r.Pattern, "cal-17", raised)
			}
		}
		for _, path := range []string{twilio.SMSPath, twilio.VoicePath, twilio.KeyPath, twilio.StatusPath} {
			for what, body := range badBodies {
				for _, kind := range []string{"", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "\xff"} {
					c.sends(what, "POST", path, kind, body, "X-Twilio-Signature", "\xff"+sentinel)
				}
			}
			for _, name := range badNames {
				c.signed(path, name)
			}
		}
		for _, path := range []string{"/healthz", "/readyz", "/nowhere", "//", "/api/v1/../../etc/passwd", "/api/v1/%2e%2e/x"} {
			for _, way := range []string{"HEAD", "POST", "TRACE", "G\x7fT"} {
				c.sends("a path", way, path, "text/plain", "x")
			}
		}
		o.run()
		o.Logf("%d requests", c.asked)
	})
}

// signed sends what the provider would, signed well, with something bad in each field.
func (c *caller) signed(path, name string) {
	c.Helper()
	value, err := url.PathUnescape(name)
	if err != nil {
		value = name
	}
	form := url.Values{}
	for _, field := range []string{"MessageSid", "SmsSid", "CallSid", "AccountSid", "From", "To", "Body", "Digits", "MessageStatus", "CallStatus", "NumMedia", "ErrorCode"} {
		form.Set(field, value)
	}
	for _, target := range []string{path, path + "?m=" + url.QueryEscape(value)} {
		before := c.log.String()
		w := c.hook(target, form)
		c.asked++
		if w.Code >= 500 {
			c.Errorf("%s of %.40q was answered %d: %s", path, value, w.Code, strings.TrimPrefix(c.log.String(), before))
		}
		_, _ = io.Copy(io.Discard, w.Body) // a recorder's
	}
}
