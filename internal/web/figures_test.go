package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/report"
)

func TestTheFiguresOfADay(t *testing.T) {
	h := openHouse(t)
	h.get("/figures").is(http.StatusOK).says("Nothing happened on this day yet", "Saturday 21 November 2026")
	h.overdue()
	figures := h.get("/figures")
	if n := strings.Count(figures.text(), "Saturday 21 November 2026"); !strings.Contains(figures.Body.String(), "<h1 class=\"govuk-heading-l\">Figures of Saturday 21 November 2026</h1>") || n != 3 {
		t.Errorf("the day stands there %d times, not in the title, the heading and the footer", n)
	}
	h.get("/figures").says("Check-ins", "Reminders", "Alarms", "Whole day", "<svg", "Time to tell").hides("Priya")
	h.get("/figures?date=2026-11-20").is(http.StatusOK).says("Nothing happened on this day yet", `href="/figures?date=2026-11-21"`)
	h.get("/figures?date=2026-11-22").is(http.StatusUnprocessableEntity).says("Enter a day that has come.", `href="#date"`, `id="date-error"`).holds("date", "2026-11-22")
	h.get("/figures?date=tomorrow").is(http.StatusUnprocessableEntity).says("The day must be a real date", `href="#date"`, `id="date-error"`).holds("date", "tomorrow")
}

func TestTheFiguresAreForNobodyWhoVisits(t *testing.T) {
	h := openHouse(t)
	h.as("p-priya").get("/figures").is(http.StatusNotFound)
	h.as("p-ann").get("/figures").is(http.StatusNotFound)
	h.as("p-lee").get("/figures").is(http.StatusOK)
}

// TestTheFiguresAreThoseOfTheRecord: what is remembered of a day is what is read of it anew, by readers of any team.
func TestTheFiguresAreThoseOfTheRecord(t *testing.T) {
	h := openHouse(t).nextDoor()
	remembering, seen := h.pages.days, map[string]bool{}
	figures := func(reader, date string) string {
		_, main, _ := strings.Cut(h.as(reader).get("/figures?date="+date).is(http.StatusOK).Body.String(), "<main")
		main, _, _ = strings.Cut(main, "</main>")
		return main
	}
	compare := func(when string, dates ...string) {
		t.Helper()
		for _, date := range dates {
			for _, reader := range []string{"p-lee", "p-jo", "p-ada"} {
				h.pages.days = report.NewDays(h.db)
				anew := figures(reader, date)
				h.pages.days = remembering
				if got := figures(reader, date); got != anew {
					t.Errorf("%s, %s as %s: want\n%s\ngot\n%s", when, date, reader, anew, got)
				}
				seen[date+anew] = true
			}
		}
	}
	seal := func() {
		_, err := h.db.Seal(h.Context(), h.clock.Now())
		h.ok(err)
	}
	const today, tomorrow = "2026-11-21", "2026-11-22"
	compare("before anything", today)
	h.overdue()
	compare("nothing is sealed", today)
	seal()
	compare("all is sealed", today)
	h.texts("07700 900101", "OUT")
	compare("one more", today)
	h.clock.Move(9 * time.Hour) // past midnight
	h.texts("07700 900131", "hello")
	compare("the next day", today, tomorrow)
	seal()
	compare("all is sealed again", today, tomorrow)
	if len(seen) < 4 {
		t.Errorf("only %d sets of figures", len(seen))
	}
}
