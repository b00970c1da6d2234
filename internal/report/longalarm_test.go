package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/watch"
)

// printed gives what each page of the PDF says, as it lies in the file.
func printed(t *testing.T, h Handover) []string {
	t.Helper()
	p, err := newPaper(h)
	if err != nil {
		t.Fatal(err)
	}
	p.SetCompression(false)
	p.lay(h.sheet())
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		t.Fatal(err)
	}
	return strings.Split(b.String(), "/Type /Page\n")[1:]
}

func says(page, words string) bool { return strings.Contains(page, wide(words)) }

func cutAt(page, words string) (before, after string) {
	before, after, _ = strings.Cut(page, wide(words))
	return before, after
}

// wide is UTF-16, as words lie in the file.
func wide(words string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(words)) {
		b.WriteByte(byte(u >> 8))
		b.WriteByte(byte(u))
	}
	return b.String()
}

func TestALongAlarmKeepsWhatIsReadAloudOnTheFirstPage(t *testing.T) {
	h := priya(t)
	h.Calls = nil
	for i := range 25 {
		h.Calls = append(h.Calls, Call{At: on(15, 16).Add(time.Duration(i) * time.Minute), To: h.Worker.Mobile, By: "Sam Hill", Result: watch.SpokeOther,
			Note: private.New(fmt.Sprintf("note%02d ", i) + strings.Repeat("they had not heard from her today ", 6))})
	}
	all := printed(t, h)
	if len(all) < 2 {
		t.Fatalf("%d pages: the notes are not long", len(all))
	}
	for _, want := range []string{"Priya Nair", "1 Example Street", "Last word", "25 calls to 1 number", "Ravi Nair", "Ring us back", "07700 900201", "All 25 calls tried, the newest first", "note24"} {
		if !says(all[0], want) {
			t.Errorf("the first page does not say %q", want)
		}
	}
	if says(all[0], "note00") || !says(all[len(all)-1], "note00") {
		t.Error("the oldest call is not the last")
	}
	if text := page(t, h); strings.Index(text, "note24") > strings.Index(text, "note00") || !strings.Contains(text, "All 25 calls tried, the newest first") {
		t.Error("the page does not give the newest call first")
	}
}

func TestLettersThatCannotPrintAreSaidNearTheName(t *testing.T) {
	h := priya(t)
	const note = "could not be printed here and stand as"
	if all := printed(t, h); says(all[0], note) {
		t.Error("said of a name that prints")
	}
	h.Worker.Name, h.Kin[0].Name = private.New("محمد"), private.New("李")
	first := printed(t, h)[0]
	if before, _ := cutAt(first, "The visit"); !says(before, note) || strings.Count(first, wide(note)) != 1 {
		t.Error("it is not said once, near the name, that the web page has its letters")
	}
	h = priya(t)
	h.Calls[0].Note = private.New("李")
	if !says(printed(t, h)[0], note) {
		t.Error("letters of a note are not said to be on the web page")
	}
}
