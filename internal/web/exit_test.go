package web

import (
	"net/http"
	"testing"

	"github.com/allclear-safety/allclear/internal/buddy"
)

// Someone may come to look over a worker's shoulder: their own pages are left with one press, without scripts too, for a page
// that says nothing of this one.
func TestAWorkersOwnPagesAreLeftAtOnce(t *testing.T) {
	h := openHouse(t)
	visit, _ := h.overdue()
	away := `href="` + weather + `"`
	h.as("p-priya").get("/visits/"+visit).is(http.StatusOK).says("Exit this page", away, `rel="nofollow noreferrer"`, `data-module="govuk-exit-this-page"`, "govuk-js-exit-this-page-skiplink")
	h.get("/raise").is(http.StatusOK).says("Exit this page", away)
	h.as("p-sam").get("/visits/" + visit).is(http.StatusOK).hides("Exit this page")
	h.as("p-priya").get("/people").is(http.StatusOK).hides("Exit this page")
}

func TestWhereExitLeadsIsASetting(t *testing.T) {
	h := openHouse(t)
	h.pages.ExitPage = "https://www.example.org/news/"
	h.with("p-kim", "Kim Oak", buddy.Worker).get("/raise").is(http.StatusOK).says(`href="https://www.example.org/news/"`).hides(weather)
}
