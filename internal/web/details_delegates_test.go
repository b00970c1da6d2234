package web

import (
	"net/http"
	"testing"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

func TestWhoMayBookForAWorkerByInvite(t *testing.T) {
	h := openHouse(t)
	priya := h.as("p-priya")
	who, err := h.db.Person(h.Context(), "p-priya")
	h.ok(err)
	who.Email = private.New("priya@council.example")
	_, err = h.db.ChangePerson(h.Context(), who, store.By{Person: "p-priya", Via: "page"}, saturday, nil)
	h.ok(err)
	priya.get("/details").is(http.StatusOK).says("People who may book for me by invite", "Nobody but you")
	for _, bad := range []string{"", "sec", "sec@elsewhere.example", "priya@council.example", "a b@council.example", "sec@council.example@council.example"} {
		priya.post("/details/delegates", "delegate", bad).is(http.StatusUnprocessableEntity).says("There is a problem")
	}
	priya.post("/details/delegates", "delegate", " Sec@Council.example ").leadsTo("/details").is(http.StatusOK).says("They may book for you by invite now", "sec@council.example")
	if may, err := h.db.MayDelegate(h.Context(), "p-priya", "SEC@council.example"); err != nil || !may {
		t.Errorf("may: %v, %v", may, err)
	}
	priya.post("/details/delegates/remove", "delegate", "sec@council.example").leadsTo("/details").is(http.StatusOK).says("They may no longer book for you", "Nobody but you")
	if may, err := h.db.MayDelegate(h.Context(), "p-priya", "sec@council.example"); err != nil || may {
		t.Errorf("may still: %v, %v", may, err)
	}
}
