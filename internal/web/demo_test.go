package web

import (
	"net/http"
	"testing"

	"github.com/allclear-safety/allclear/internal/demo"
)

// rehearse gives the house as a demo, whose clock's speed the test changes.
func (h *house) rehearse(speed *int) {
	h.Helper()
	o := h.pages.Options
	o.Rehearsal, o.Demo, o.Speed = true, &demo.Demo{}, func() int { return *speed }
	pages, err := New(o)
	h.ok(err)
	h.pages = pages
}

// Where somebody pauses the clock, the pages that are open no longer say that it runs.
func TestTheBannerOfADemoKeepsUpWithItsClock(t *testing.T) {
	h, speed := openHouse(t), 60
	h.get("/").hides("/demo?fragment=rehearsal")
	h.rehearse(&speed)
	h.get("/").says(`<live-region src="/demo?fragment=rehearsal" topic="clock">`, "The clock runs 60 times as fast as real time.")
	speed = 0
	h.get("/demo?fragment=rehearsal").is(http.StatusOK).says("REHEARSAL", "The clock is paused.").hides("60 times", "<html", "<live-region")
	h.get("/teams").says("The clock is paused.").hides("/demo?fragment=rehearsal") // a page that listens to nothing opens no stream for it
}
