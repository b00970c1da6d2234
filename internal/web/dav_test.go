package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/private"
)

// The password of CalDAV is a feed's secret, with the name or e-mail address of whose it is; nothing else opens it, and it opens nothing else.
func TestCalDAVIsOpenedByAFeedsSecret(t *testing.T) {
	h := openHouse(t)
	visit := h.visit()
	priya := h.person("p-priya")
	priya.Email = private.New("priya@council.example")
	_, err := h.db.PutPerson(t.Context(), priya, h.clock.Now())
	h.ok(err)
	address := h.as("p-priya").makes("own")
	secret := strings.TrimSuffix(strings.TrimPrefix(address, "/calendar/"), ".ics")
	ask := func(method, path, name, secret string) page {
		r := httptest.NewRequest(method, path, nil)
		r.Header.Set("Depth", "1")
		r.SetBasicAuth(name, secret)
		return h.as("").send(r)
	}
	for _, name := range []string{"priya nair", "PRIYA@council.example"} {
		ask("PROPFIND", "/dav/calendars/", name, secret).is(http.StatusMultiStatus).says("visits of Priya Nair").hides("as of")
	}
	list, err := h.db.Feeds(t.Context(), "p-priya")
	h.ok(err)
	at := "/dav/calendars/" + list[0].ID + "/"
	ask("GET", at+visit+"@allclear.ics", "Priya Nair", secret).is(http.StatusOK).says("SUMMARY:Private appointment (", "DTSTART;TZID=Europe/London:20261121T143000").hides("J Smith", "Example Street")
	ask("PUT", at+"new.ics", "Priya Nair", secret).is(http.StatusForbidden)
	for _, c := range [][2]string{{"Sam Hill", secret}, {"", secret}, {"Priya Nair", "x"}, {"Priya Nair", ""}, {"Priya Nair", "p-priya"}} {
		ask("PROPFIND", at, c[0], c[1]).is(http.StatusUnauthorized)
	}
	h.as("").get("/.well-known/caldav").is(http.StatusMovedPermanently)
	h.as("p-priya").post("/feeds/" + list[0].ID + "/remove").is(http.StatusSeeOther)
	ask("PROPFIND", at, "Priya Nair", secret).is(http.StatusUnauthorized)
	if strings.Contains(h.log.String(), secret) {
		t.Error("the secret is in the log")
	}
}
