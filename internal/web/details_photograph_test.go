package web

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/picture"
	"github.com/allclear-safety/allclear/internal/store"
)

// likeness is a JPEG as a telephone makes it, with where it was taken in it.
func likeness(t testing.TB) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 400, 500))
	for y := range 500 {
		for x := range 400 {
			m.Set(x, y, color.RGBA{uint8(x), uint8(y), 90, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	where := append([]byte{0xFF, 0xE1, 0, 22}, "Exif\x00\x00GPS 51.86 -2.2"...)
	return append(append(append([]byte{}, b.Bytes()[:2]...), where...), b.Bytes()[2:]...)
}

// photographs sends a file as one's photograph, from a page that was shown to somebody.
func (h *house) photographs(file []byte, shown string) page {
	h.Helper()
	return h.uploads("/details/photograph", photographField, "IMG_0001.jpg", file, shown)
}

func TestAPhotographIsForWhoMaySeeTheDescription(t *testing.T) {
	h := openHouse(t)
	priya := h.as("p-priya")
	priya.get("/people/p-priya/photograph").is(http.StatusNotFound)
	priya.photographs(likeness(t), "p-priya").leadsTo("/details").is(http.StatusOK).says("The photograph was saved", "Your photograph", "Remove the photograph")
	kept := priya.get("/people/p-priya/photograph").is(http.StatusOK).Body.Bytes()
	if _, kind, err := image.Decode(bytes.NewReader(kept)); err != nil || kind != "jpeg" || bytes.Contains(kept, []byte("GPS")) {
		t.Errorf("it is %s, %v, or says where it was taken", kind, err)
	}
	h.get("/people/p-priya").is(http.StatusOK).says(`src="/people/p-priya/photograph"`)
	if got := h.get("/people/p-priya/photograph").is(http.StatusOK); got.Header().Get("Content-Type") != "image/jpeg" {
		t.Errorf("it comes as %s", got.Header().Get("Content-Type"))
	}
	looks, err := h.db.LooksAt(h.Context(), "p-priya", saturday.Add(-time.Minute), saturday.Add(time.Minute), 10)
	h.ok(err)
	if len(looks) == 0 || looks[0].By != "p-sam" {
		t.Errorf("the looks are %+v", looks)
	}
	h.as("p-ada").get("/people/p-priya").is(http.StatusOK).hides("/photograph")
	h.as("p-ada").get("/people/p-priya/photograph").is(http.StatusNotFound)
	h.ok(h.db.PutBlock(h.Context(), store.Block{Worker: "p-priya", Person: "p-sam", By: "p-lee", At: saturday}, "page"))
	h.get("/people/p-priya/photograph").is(http.StatusNotFound)

	priya.post("/details/photograph/remove").leadsTo("/details").says("The photograph is gone", "Add a photograph").hides("Remove the photograph")
	priya.get("/people/p-priya/photograph").is(http.StatusNotFound)
}

func TestAPhotographIsOnThePolicesSheet(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	before := h.get("/alarms/" + alarm + "/handover.pdf").is(http.StatusOK).Body.Len()
	h.get("/alarms/" + alarm + "/police").is(http.StatusOK).hides("data:image/jpeg")
	h.as("p-priya").photographs(likeness(t), "p-priya").is(http.StatusSeeOther)
	h.get("/alarms/"+alarm+"/police").is(http.StatusOK).says(`src="data:image/jpeg;base64,`, "Photograph of the worker")
	if after := h.get("/alarms/" + alarm + "/handover.pdf").is(http.StatusOK).Body.Len(); after <= before {
		t.Errorf("the PDF has %d bytes with it, %d without", after, before)
	}
}

func TestAFileThatIsNoPhotographIsRefused(t *testing.T) {
	h := openHouse(t).as("p-priya")
	h.photographs(nil, "p-priya").is(http.StatusUnprocessableEntity).says("Choose a picture first", `href="#photograph"`)
	h.photographs([]byte("%PDF-1.7"), "p-priya").is(http.StatusUnprocessableEntity).says("Choose a JPEG or PNG picture: this file is neither.", `id="photograph-error"`)
	h.photographs(likeness(t)[:900], "p-priya").is(http.StatusUnprocessableEntity).says("this one cannot be read to its end")
	h.photographs(make([]byte, picture.MostBytes+1), "p-priya").is(http.StatusUnprocessableEntity).says("the file is larger than 8 MB")
	h.photographs(make([]byte, picture.MostBytes+longestForm), "p-priya").is(http.StatusRequestEntityTooLarge).says("The photograph is larger than 8 MB. Nothing was saved.")
	h.photographs(likeness(t), "p-sam").is(http.StatusConflict) // shown to somebody else
	h.post("/details/photograph").is(http.StatusUnprocessableEntity).says("Choose a picture first")
	h.get("/details").says("Add a photograph")
	if strings.Contains(h.log.String(), "IMG_0001") {
		t.Error("the file's name is in the log")
	}
}

// All other forms are as short as ever.
func TestOnlyThePhotographsFormIsLong(t *testing.T) {
	h := openHouse(t).as("p-priya")
	h.post("/details", "shown", strings.Repeat("x", longestForm)).is(http.StatusRequestEntityTooLarge).says("longer than any form here")
}
