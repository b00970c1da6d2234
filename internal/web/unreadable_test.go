package web

import (
	"net/http"
	"testing"
)

// spoil makes the details of someone unreadable, as a lost key or a bad disk would.
func (h *house) spoil(person string) {
	h.Helper()
	_, err := h.place.Raw(h.T).Exec(`UPDATE people SET details = $1 WHERE id = $2`, []byte("spoilt"), person)
	h.ok(err)
}

// Someone whose details can't be opened must keep nobody from an alarm: neither theirs nor another's.
func TestAnAlarmGoesOnWithDetailsThatCannotBeOpened(t *testing.T) {
	for _, person := range []string{"p-priya", "p-sam", "p-lee", "p-ann"} {
		t.Run(person, func(t *testing.T) {
			h := openHouse(t)
			visit, alarm := h.overdue()
			h.spoil(person)
			for _, path := range []string{"/", "/visits", "/alarms", "/visits/" + visit, "/raise", "/rota", "/people", "/teams", "/acting"} {
				h.get(path).is(http.StatusOK)
			}
			h.get("/alarms/" + alarm).is(http.StatusOK).says("1 Example Street")
			h.get("/alarms/" + alarm + "/police").is(http.StatusOK).says("1 Example Street")
			h.post("/alarms/"+alarm+"/acknowledge", "key", "k1").leadsTo("/alarms/" + alarm).is(http.StatusOK).says("You have had this alarm")
			h.post("/alarms/"+alarm+"/calls", "key", "k2", "to", "+447700900101", "row", "1", "result", "no_answer").leadsTo("/alarms/" + alarm).says("The call is logged")
		})
	}
	t.Run("whoever asks for help is found by their id", func(t *testing.T) {
		h := openHouse(t)
		h.spoil("p-priya")
		h.post("/raise", "key", "k1", "who", "p-priya", "kind", "duress").is(http.StatusSeeOther)
	})
}
