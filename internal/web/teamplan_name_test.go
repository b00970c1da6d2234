package web

import (
	"net/http"
	"testing"

	"github.com/allclear-safety/allclear/internal/buddy"
)

// A signature is that of who is signed in: under another name nobody signs, unless they say that theirs is wrong here, and then both are kept.
func TestNobodySignsUnderAnotherName(t *testing.T) {
	h := openHouse(t).published()
	const sign = "/teams/echo/plan/sign"
	priya, lee := h.as("p-priya"), h.as("p-lee")
	priya.get(sign).hides("My name in Allclear is wrong")
	priya.post(sign, "version", "1", "agreed", "yes", "name", "Sam Hill").is(http.StatusUnprocessableEntity).
		says("Enter your own name: in Allclear it is Priya Nair. If that is wrong, tick so below.", `value="Sam Hill"`, `href="#name"`, "My name in Allclear is wrong: what I typed is my name")
	lee.get("/teams/echo/plan/signatures").says("Who has not signed 4")
	priya.post(sign, "version", "1", "agreed", "yes", "otherwise", "yes", "name", "Priya Sharma").leadsTo("/teams/echo/plan").says("You signed it on")
	lee.get("/teams/echo/plan/signatures").says("Priya Nair", "as Priya Sharma", "They say that their name here is wrong", `href="/people/p-priya/edit"`)
	lee.get("/teams/echo/plan/print").says(`<th scope="row">Priya Nair (signed as Priya Sharma)</th>`)
	h.with("p-priya", "Priya Sharma", buddy.Worker)
	lee.get("/teams/echo/plan/signatures").says("Priya Sharma", "whose name here was Priya Nair then").hides("They say that their name here is wrong")
	signed, err := h.engine.Signatures(t.Context(), current(h))
	h.ok(err)
	if len(signed) != 1 || signed[0].Name != "Priya Sharma" || signed[0].Here != "Priya Nair" || !signed[0].Otherwise {
		t.Errorf("kept is %+v", signed)
	}
	// Whoever ticks it needlessly signs with their own name.
	h.as("p-ann").post(sign, "version", "1", "agreed", "yes", "otherwise", "yes", "name", "ann woods").leadsTo("/teams/echo/plan")
	lee.get("/teams/echo/plan/print").says(`<th scope="row">Ann Woods</th>`)
}
