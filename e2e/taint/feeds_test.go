package taint_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// theirCalendars has people make feeds, whose programs then ask for them by their addresses alone and by CalDAV, and revoke them. They say of each other's
// office calendars what they see.
func (c *county) theirCalendars(leo, ysolde *browser) {
	c.t.Helper()
	for _, f := range []struct {
		*browser
		shows, user string
	}{{ysolde, "own", seeded["Ysolde's e-mail"]}, {leo, "team echo", seeded["Leocadia's e-mail"]}, {leo, "rota echo", seeded["Leocadia's e-mail"]}} {
		secret := strings.TrimSuffix(f.opens("/feeds").presses("/feeds", "shows", f.shows, "name", seeded["what a feed is called"]).sees(http.StatusOK, "shown this once").first(`<code>[^<]*/calendar/([^<]+)</code>`), ".ics")
		c.words.add("secret of a feed", secret)
		program := c.browser()
		program.opens("/calendar/"+secret+".ics").sees(http.StatusOK, "BEGIN:VCALENDAR", "X-WR-CALNAME")
		program.asksAs("GET", "/dav/", f.user, "wrong"+secret).is(http.StatusUnauthorized)
		program.asksAs("PROPFIND", "/dav/", seeded["e-mail of a stranger"], secret).is(http.StatusUnauthorized)
		program.syncs(f.user, secret)
		if f.shows == "rota echo" { // it stays
			continue
		}
		f.opens("/feeds").presses(f.first(`action="(/feeds/[^/"]+/remove)"`))
		program.opens("/calendar/" + secret + ".ics").is(http.StatusNotFound)
		program.asksAs("PROPFIND", "/dav/", f.user, secret).is(http.StatusUnauthorized)
	}
	c.browser().opens("/calendar/" + url.PathEscape(seeded["typed into an address"]) + ".ics").is(http.StatusNotFound)

	const own = "/teams/echo/calendars/p-w1"
	ysolde.opens(own).presses(own, "shared", "yes").sees(http.StatusOK, "calendar")
	leo.opens(own).presses(own+"/unseen").sees(http.StatusOK, "calendar")
	ysolde.opens(own).sees(http.StatusOK, "calendar")
}

// asksAs asks as a calendar program does, with a name and a password.
func (b *browser) asksAs(method, path, user, password string) *browser {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, b.address+path, nil)
	if err == nil {
		r.SetBasicAuth(user, password)
		r.Header.Set("Depth", "1")
	}
	return b.does(r, err)
}

func (b *browser) is(status int) *browser {
	b.Helper()
	if b.status != status {
		b.Fatalf("want %d: %d %s", status, b.status, b.said())
	}
	return b
}

// syncs reads all that there is by CalDAV, and fails the test where there is no event.
func (b *browser) syncs(user, secret string) {
	b.Helper()
	queue, events := []string{"/dav/"}, 0
	for n := 0; n < len(queue) && n < 30; n++ {
		if strings.HasSuffix(queue[n], ".ics") {
			b.asksAs("GET", queue[n], user, secret).sees(http.StatusOK, "BEGIN:VEVENT")
			events++
			continue
		}
		b.asksAs("PROPFIND", queue[n], user, secret).is(http.StatusMultiStatus)
		for _, found := range regexp.MustCompile(`href[^>]*>(/dav/[^<]+)<`).FindAllStringSubmatch(b.page, -1) {
			if !slices.Contains(queue, found[1]) {
				queue = append(queue, found[1])
			}
		}
	}
	if events == 0 {
		b.Errorf("by CalDAV there is no event: %v", queue)
	}
}
