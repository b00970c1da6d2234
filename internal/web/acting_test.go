package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/buddy"
)

func TestWhoHasChosenNobodyIsAsked(t *testing.T) {
	h := openHouse(t).as("")
	h.get("/rota?week=1").is(http.StatusSeeOther)
	h.get("/").leadsTo("/acting").is(http.StatusOK).says("Who are you acting as?", "Sam Hill", "Responder, ECHo")
}

func TestAPersonIsChosen(t *testing.T) {
	h := openHouse(t).as("")
	got := h.post("/acting", "person", "p-priya", "then", "/people")
	got.is(http.StatusSeeOther)
	if to := got.Header().Get("Location"); to != "/people" {
		t.Errorf("it leads to %s", to)
	}
	cookie := got.Result().Cookies()[0]
	if cookie.Value != "p-priya" || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode {
		t.Errorf("the cookie is %v", cookie)
	}
	h.as("p-priya").get("/").is(http.StatusOK).says("Acting as", "Priya Nair")
}

func TestNobodyOrAStrangerIsNoChoice(t *testing.T) {
	h := openHouse(t).as("")
	for _, person := range []string{"", "p-nobody"} {
		h.post("/acting", "person", person).is(http.StatusUnprocessableEntity).
			says("There is a problem", "Choose who you are acting as.", `href="#person"`, "Error: Who are you acting as?")
	}
	h.as("p-nobody").get("/").is(http.StatusSeeOther)
}

func TestAPageLeadsNowhereElse(t *testing.T) {
	h := openHouse(t).as("")
	for _, then := range []string{"https://example.com/", "//example.com", `/\example.com`, "javascript:alert(1)", "people"} {
		got := h.post("/acting", "person", "p-sam", "then", then).is(http.StatusSeeOther)
		if to := got.Header().Get("Location"); to != "/" {
			t.Errorf("%s leads to %s", then, to)
		}
	}
}

func TestThePagesAreHereAlone(t *testing.T) {
	h := openHouse(t)
	for _, place := range []struct{ from, host string }{
		{"192.0.2.7:4000", "127.0.0.1:8080"}, {"127.0.0.1:4000", "allclear.example.org"}, {"127.0.0.1:4000", "127.0.0.1.example.org:8080"},
	} {
		for _, path := range []string{"/", "/live", "/acting"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.RemoteAddr, r.Host = place.from, place.host
			w := httptest.NewRecorder()
			h.pages.ServeHTTP(w, r)
			if w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "Sam") {
				t.Errorf("%s from %s at %s: %d", path, place.from, place.host, w.Code)
			}
		}
	}
}

func TestWhatAProxyPassesOnIsRefused(t *testing.T) {
	h := openHouse(t)
	for _, header := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via"} {
		r := httptest.NewRequest(http.MethodGet, "/acting", nil)
		r.Header.Set(header, "192.0.2.7")
		h.send(r).is(http.StatusForbidden)
	}
}

func TestAFormFromAnotherSiteIsRefused(t *testing.T) {
	for _, acting := range []string{"p-sam", ""} { // a browser keeps the cookie back
		h := openHouse(t).as(acting)
		for _, path := range []string{"/acting", "/raise", "/live"} {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("person=p-priya&kind=distress&who=Priya"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			got := h.send(r).is(http.StatusForbidden).says("You cannot do this", "This form was sent from another page. Open the page again and press the button there.", "<main")
			if got.Header().Get("X-Frame-Options") != "DENY" || len(got.Result().Cookies()) > 0 {
				t.Errorf("%s answers with the headers %v", path, got.Header())
			}
		}
		if open, err := h.db.Alarms(t.Context(), "open", 10); err != nil || len(open) > 0 {
			t.Errorf("open are %v, %v", open, err)
		}
	}
}

func TestAFormIsBounded(t *testing.T) {
	h := openHouse(t)
	h.post("/acting", "person", strings.Repeat("x", longestForm)).is(http.StatusRequestEntityTooLarge).says("longer than any form here")
	r := httptest.NewRequest(http.MethodPost, "/acting", strings.NewReader("%zz"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	h.send(r).is(http.StatusBadRequest).says("is not a form")
}

func TestAnUnknownAddressHasAPageOfItsOwn(t *testing.T) {
	h := openHouse(t)
	h.get("/no/such").is(http.StatusNotFound).says("Page not found", "Go to the visits")
}

func TestEveryAnswerHasTheHeadersThatGuardIt(t *testing.T) {
	got := openHouse(t).get("/acting").is(http.StatusOK)
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"} {
		if got.Header().Get(name) != want {
			t.Errorf("%s is %q", name, got.Header().Get(name))
		}
	}
	if csp := got.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'self'") || !strings.Contains(csp, "worker-src 'self'") || strings.Contains(csp, "unsafe") {
		t.Errorf("the content security policy is %q", csp)
	}
	if body := got.Body.String(); strings.Contains(body, " style=") || strings.Contains(body, "<style") || strings.Contains(body, "onclick") {
		t.Error("it has inline style or script, which the policy refuses")
	}
}

func TestOfManySomeAreSoughtByName(t *testing.T) {
	h := openHouse(t)
	h.get("/acting").hides("Search by name")
	for i := range mostChoices {
		h.with(fmt.Sprint("p-", i), fmt.Sprint("Kim Oak ", i), buddy.Worker)
	}
	h.get("/acting").says("Search by name", "And 5 more.")
	h.post("/acting/search", "q", "PRIYA", "then", "/people").says("Priya Nair", `value="/people"`).hides("Kim Oak", "more.")
	h.post("/acting/search", "q", "nobody").says("Nobody here has that name.").hides("Continue")
	h.post("/acting", "q", "priya").is(http.StatusUnprocessableEntity).says("Priya Nair", `value="priya"`).hides("Kim Oak")
}

// A window that was left open does nothing in the name of whoever the reader acts as since.
func TestAFormShownToOnePersonIsNotPressedAsAnother(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	room := "/alarms/" + alarm
	h.get(room).says(`<form method="post" action="` + room + `/acknowledge"><input type="hidden" name="acting" value="p-sam">`)
	h.get(room + "?fragment=room").says(`<input type="hidden" name="acting" value="p-sam">`)
	for _, shown := range []string{"p-sam", ""} {
		h.as("p-lee").post(room+"/acknowledge", "key", "A", "acting", shown).is(http.StatusConflict).
			says("You are Lee Marsh here now. Look at the page again before you press.", `href="`+room+`/acknowledge"`)
	}
	kept, err := h.db.Alarm(t.Context(), alarm)
	h.ok(err)
	if kept.HeldBy != "" {
		t.Errorf("%s has the alarm", kept.HeldBy)
	}
	h.as("p-lee").get(room + "/acknowledge").leadsTo(room)
	h.as("p-lee").post(room+"/acknowledge", "key", "A").leadsTo(room).says("You have this alarm")
}
