package web

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/signin"
)

// Whoever reloads a form that was refused comes back to the page that it is on.
func TestAFormsAddressLeadsToThePageAroundIt(t *testing.T) {
	h := openHouse(t)
	visit, alarm := h.overdue()
	h.post("/alarms/" + alarm + "/harmed").is(http.StatusUnprocessableEntity)
	h.get("/alarms/" + alarm + "/harmed").leadsTo("/alarms/" + alarm).says("What has happened")
	h.get("/visits/" + visit + "/late").leadsTo("/visits/" + visit).is(http.StatusOK)
	h.get("/people/p-priya/leave").leadsTo("/people/p-priya").is(http.StatusOK)
	h.get("/rota/shifts/s-1/remove").leadsTo("/rota").is(http.StatusOK)
	h.get("/alarms/a%2F..%2F..%2Fx/harmed").leadsTo("/alarms/a%2F..%2F..%2Fx").is(http.StatusNotFound)
	h.get("/alarms/" + alarm + "/nothing").is(http.StatusNotFound)
}

// Each value in a pattern is put where the page around a form has it, and none of them comes into the log: some are secrets.
func TestEachFormsAddressLeadsToThePageAroundIt(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	s, err := signin.NewOrganisation(signin.OrganisationOptions{SignIn: h.pages.SignIn, Issuer: "https://idp.example.org", ClientID: "allclear"})
	h.ok(err)
	h.pages.Organisation = s
	h.pages.handler = h.pages.mux()
	value := regexp.MustCompile(`\{([a-z]+)\}`)
	fill := func(pattern string) string { return value.ReplaceAllString(pattern, "secret-$1") }
	forms := h.pages.forms()
	if forms["/join/{secret}/password"] != "/join/{secret}" || len(forms) < 20 {
		t.Fatalf("the forms are %v", forms)
	}
	for from, page := range forms {
		answer := httptest.NewRecorder()
		h.pages.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "https://allclear.example.org"+fill(from), nil))
		if to := answer.Header().Get("Location"); answer.Code != http.StatusSeeOther || to != fill(page) {
			t.Errorf("GET %s leads to %q, with status %d; not to %s", from, to, answer.Code, fill(page))
		}
	}
	if strings.Contains(h.log.String(), "secret-") {
		t.Errorf("the log has what was in an address: %s", h.log.String())
	}
}

func TestARefusedPasswordIsReloadedOnItsInvitation(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	b := h.browser()
	link, err := h.pages.SignIn.Invite(t.Context(), "p-ada", "page", "p-priya")
	h.ok(err)
	b.opens("/join/" + link)
	b.presses("/join/"+link+"/password", "name", "priya@example.org", "password", "short", "code", "1").last.is(http.StatusUnprocessableEntity)
	b.opens("/join/" + link + "/password").last.is(http.StatusOK).says("This link is for Priya Nair")
	if strings.Contains(h.log.String(), link) {
		t.Error("the log has the link")
	}
}
