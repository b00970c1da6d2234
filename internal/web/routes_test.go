package web

import (
	"net/http"
	"testing"
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
