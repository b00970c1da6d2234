package web

import (
	"net/http"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
)

func TestAManagerConfirmsThatNothingChanged(t *testing.T) {
	h := openHouse(t)
	const review = "/teams/echo/plan/review"
	lee, priya := h.as("p-lee"), h.as("p-priya")
	lee.get(review).is(http.StatusNotFound) // nothing was published
	h.published()
	priya.post("/teams/echo/plan/sign", "version", "1", "agreed", "yes", "name", "Priya Nair").is(http.StatusSeeOther)
	priya.get("/teams/echo/plan").hides("Confirm that it was reviewed")
	priya.get(review).is(http.StatusNotFound)
	priya.post(review, "version", "1", "revision", "1", "review-date", "2028-11-21").is(http.StatusNotFound)
	h.wait(340 * 24 * time.Hour)
	shown := lee.get("/teams/echo/plan").says("due for review by 21 November 2027.", "Confirm that it was reviewed and nothing changed")
	shown = lee.get(review).says("To be reviewed by 21 November 2027.", `value="2028-10-27"`)
	given := func(day string) []string {
		return []string{"version", "1", "revision", shown.field("revision"), "review-date", day}
	}
	lee.post(review, given("")...).is(http.StatusUnprocessableEntity).says("Enter the day by which the plan is looked at again.", `href="#review-date"`)
	lee.post(review, given("2027-01-01")...).is(http.StatusUnprocessableEntity).says("The review must be a day that is still to come.", `value="2027-01-01"`)
	lee.post(review, given("2031-01-01")...).is(http.StatusUnprocessableEntity).says("The review must be within 3 years.")
	lee.post(review, given("2028-10-27")...).leadsTo("/teams/echo/plan").says("The signatures stand.", "Looked at on 27 October 2027 by Lee Marsh: nothing changed.", "To be reviewed by 27 October 2028.", "Signed by 1 of 4.").
		hides("due for review by", "Version 2")
	lee.post(review, given("2028-10-27")...).is(http.StatusConflict).says("Someone else reviewed or published the plan")
	priya.get("/").hides("waits for you to read and sign")
	priya.get("/teams/echo/plan/print").says("Version 1, published on 21 November 2026, looked at on 27 October 2027 by Lee Marsh with nothing changed, to be looked at again by 27 October 2028.")
	h.with("p-odd", "Odd Moe", buddy.Auditor)
	h.as("p-odd").get("/record").says("written, published or looked at again")

	team, err := h.db.Team(h.Context(), "echo")
	h.ok(err)
	team.Plan.Grace = 25 * time.Minute
	_, err = h.engine.PutTeam(h.Context(), engine.Actor{By: "p-lee", Via: "api"}, team)
	h.ok(err)
	lee.get(review).says("These settings are not what was signed", "was 15 minutes and is 25 minutes.").hides("Confirm: reviewed")
	shown = lee.get("/teams/echo/plan/versions/1").says("Looked at on 27 October 2027 by Lee Marsh: nothing changed.")
	lee.post(review, "version", "1", "revision", "2", "review-date", "2028-10-27").is(http.StatusConflict).says("publish a new version")
}
