package web

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/report"
)

// The page to print says what the PDF does, to those who may read the plan.
func TestAPlanIsAPageToPrint(t *testing.T) {
	h := openHouse(t)
	const print = "/teams/echo/plan/print"
	h.as("p-lee").get(print).is(http.StatusOK).says("A draft: not published, and not to be signed.")
	h.published()
	priya := h.as("p-priya")
	priya.get("/teams/echo/plan").says(print)
	priya.post("/teams/echo/plan/sign", "version", "1", "agreed", "yes", "name", "Priya Nair").is(http.StatusSeeOther)
	priya.get(print).is(http.StatusOK).says("Version 1, published on 21 November 2026, to be looked at again by 21 November 2027.",
		`<th scope="row">Priya Nair</th><td>21 November 2026</td>`, `<th scope="row">Sam Hill</th><td></td>`, "Asking for Scarlett means")
	h.elsewhere()
	h.as("p-nia").get(print).is(http.StatusNotFound)
	h.visit()
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "Going in")
	priya.get(print).is(http.StatusConflict).hides("Scarlett")
}

func TestAPlanThatIsPrintedInARehearsalSaysSo(t *testing.T) {
	h := openHouse(t).published().as("p-lee")
	h.pages.Rehearsal = true
	h.get("/teams/echo/plan/print").says("<p>REHEARSAL. Version 1, ", `<p class="foot">REHEARSAL. ECHo, version 1`)
	file := h.get("/teams/echo/plan.docx").is(http.StatusOK).Body.Bytes()
	again, err := report.ReadPlan(bytes.NewReader(file), int64(len(file)))
	h.ok(err)
	if len(again.Leftover) > 0 {
		t.Errorf("read again, it leaves %q", strings.Join(again.Leftover, "|"))
	}
}
