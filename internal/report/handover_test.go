package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/watch"
)

// on is a time on an invented Saturday in winter.
func on(hour, minute int) time.Time {
	return time.Date(2026, time.November, 21, hour, minute, 0, 0, time.UTC)
}

func numbered(t testing.TB, s string) phone.Number {
	t.Helper()
	n, err := phone.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// priya is overdue: an ordinary handover, with all that a form asks for.
func priya(t testing.TB) Handover {
	p := private.New
	mobile, home, ravi, anna := numbered(t, "07700 900101"), numbered(t, "01632 960101"), numbered(t, "07700 900102"), numbered(t, "07700 900104")
	h := Handover{
		Kind: watch.OverdueAlarm, OpenedAt: on(15, 15), WrittenAt: on(15, 45), Zone: time.UTC,
		Force: "Gloucestershire Constabulary", ForceNumber: numbered(t, "01632 960999"),
		Worker: Worker{Name: p("Priya Nair"), Description: p("5 ft 4, short black hair, green coat"), Mobile: mobile,
			Vehicle: Vehicle{p("Ford"), p("Fiesta"), p("blue"), p("AB12 CDE")}},
		Visits: []Visit{{Reference: "A7F3", Purpose: "home visit", ServiceUser: p("J Smith"), Address: p("1 Example Street, Gloucester GL1 1AA; side gate"),
			Contact: p("07700 900103"), Others: p("adult son"), Risks: []private.Text{p("large dog"), p("son has threatened staff")},
			StartsAt: on(14, 0), ExpectedEndAt: on(15, 0), InAt: on(14, 2)}},
		LastWord: LastWord{p("Going in now, should be out by 3"), on(14, 2), "text"},
		Kin:      []Kin{{Name: p("Ravi Nair"), Relation: p("husband"), Phone: ravi, ToldAt: on(15, 20)}, {Name: p("Anna Nair"), Relation: p("mother"), Phone: anna, PoliceOnly: true}},
		CallBack: CallBack{"Sam Hill, senior manager on call", numbered(t, "07700 900201")},
	}
	for i, result := range []watch.Result{watch.NoAnswer, watch.Voicemail, watch.SpokeOther, watch.NoAnswer, watch.Engaged, watch.NoAnswer, watch.NoAnswer, watch.Voicemail, watch.NoAnswer} {
		to := []phone.Number{mobile, home, ravi}[i%3]
		whose := []private.Text{p("own mobile"), p("own home"), p("Ravi Nair, husband")}[i%3]
		c := Call{At: on(15, 16+3*i), To: to, Whose: whose, By: "Sam Hill", Result: result}
		if result == watch.SpokeOther {
			c.Note = p("not heard from her since lunch")
		}
		h.Calls = append(h.Calls, c)
	}
	return h
}

// danger is a handover after the agreed words, with a photograph and an address that was edited.
func danger(t testing.TB) Handover {
	h := priya(t)
	h.Kind, h.Words = watch.Duress, private.New("Can you ask Scarlett to ring me about the Jones file")
	h.Visits[0].AddressAtIn = private.New("2 Other Road, Gloucester GL1 2BB")
	h.Worker.Photograph = picture(t, 300, 400)
	return h
}

func picture(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func page(t testing.TB, h Handover) string {
	t.Helper()
	var b strings.Builder
	if err := h.HTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func paged(t testing.TB, h Handover) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := h.PDF(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pages(pdf []byte) int { return bytes.Count(pdf, []byte("/Type /Page\n")) }

func TestTheSheetKeepsTheOrderOfRule3_4(t *testing.T) {
	order := []string{
		"real and immediate risk to life or of serious harm", "have not told us that they are out, 45 minutes after", "We rang for 24 minutes and nobody has spoken with them.",
		"Priya Nair", "green coat", "Fiesta", "AB12 CDE",
		"J Smith", "1 Example Street", "07700 900103", "home visit", "large dog; son has threatened staff",
		"15:00 on Saturday 21 November", "Going in now, should be out by 3", "9 calls to 3 numbers, from 15:16 to 15:40. Nobody has spoken with the worker.",
		"Ravi Nair", "spoken with at 15:20", "Anna Nair", "not told; only the police are to ring", "07700 900201", "A7F3",
	}
	for what, text := range map[string]string{"read aloud": priya(t).Spoken(), "on the page": page(t, priya(t))} {
		rest := text[strings.Index(text, "What we ask"):]
		for _, want := range order {
			at := strings.Index(rest, want)
			if at < 0 {
				t.Fatalf("%s, %q is missing or too early:\n%s", what, want, text)
			}
			rest = rest[at+len(want):]
		}
	}
}

func TestTheSheetIsReadAloudIn90Seconds(t *testing.T) {
	const words = 260 // at the pace of someone who dictates: some 175 a minute
	for _, h := range []Handover{priya(t), danger(t)} {
		if n := len(strings.Fields(h.Spoken())); n > words {
			t.Errorf("%s: %d words:\n%s", h.Kind, n, h.Spoken())
		}
	}
}

func TestWhatIsNotKnownSaysSo(t *testing.T) {
	h := Handover{Kind: watch.OverdueAlarm, Visits: []Visit{{}}, Kin: []Kin{{}}}
	for _, label := range []string{"Description", "Vehicle", "Registration", "Mobile", "Who", "Where", "Contact", "What for", "Also there", "Known risks", "Expected end", "Person", "Number"} {
		if !strings.Contains(h.Spoken(), label+": not known.") {
			t.Errorf("%s does not say that it is not known:\n%s", label, h.Spoken())
		}
		if !strings.Contains(page(t, h), "<dt>"+label+"</dt><dd>not known</dd>") {
			t.Errorf("the page leaves %s open", label)
		}
	}
	if strings.Contains(Handover{}.Spoken()+h.Spoken(), "January") {
		t.Errorf("a time that is not known is read as one:\n%s", h.Spoken())
	}
	for _, empty := range []Handover{{}, h} {
		if n := pages(paged(t, empty)); n != 1 {
			t.Errorf("%d pages of nothing", n)
		}
	}
}

func TestDangerWarnsNotToRingBeforeAnythingElse(t *testing.T) {
	for kind, want := range map[watch.Kind]bool{watch.OverdueAlarm: false, watch.Distress: true, watch.Duress: true} {
		h := priya(t)
		h.Kind, h.Words = kind, private.New("ask Scarlett to ring")
		first := strings.Split(h.Spoken(), "\n")[1]
		if got := first == doNotRing; got != want {
			t.Errorf("%s begins %q", kind, first)
		}
		if got := strings.Contains(page(t, h), `<p class="warning">`); got != want {
			t.Errorf("%s: a warning on the page is %v, want %v", kind, got, want)
		}
		if want && !strings.Contains(h.Spoken(), "“ask Scarlett to ring”") {
			t.Errorf("%s: the worker's own words are missing:\n%s", kind, h.Spoken())
		}
	}
}

func TestAMereMentionIsToldAsOne(t *testing.T) {
	h := priya(t)
	h.Kind = watch.Duress
	plain := h.Spoken()
	h.Mention = true
	if h.Spoken() == plain || !strings.Contains(h.Spoken(), "they may have meant it otherwise") {
		t.Errorf("%s", h.Spoken())
	}
}

func TestAnAlarmRaisedForTheWorkerSaysByWhom(t *testing.T) {
	for _, kind := range []watch.Kind{watch.Distress, watch.Duress} {
		h := priya(t)
		h.Kind, h.RaisedBy = kind, "Ann Lee"
		if text := h.Spoken(); !strings.Contains(text, "At 15:15 Ann Lee ") || strings.Contains(text, "they asked us") {
			t.Errorf("%s: %s", kind, text)
		}
	}
}

func TestAnAddressEditedAfterInShowsBoth(t *testing.T) {
	h := priya(t)
	h.Visits[0].AddressAtIn = h.Visits[0].Address
	if strings.Contains(h.Spoken(), "as changed since") {
		t.Error("an address that stayed is called changed")
	}
	h.Visits[0].AddressAtIn = private.New("2 Other Road")
	for _, text := range []string{h.Spoken(), page(t, h)} {
		old, now := strings.Index(text, "2 Other Road"), strings.Index(text, "1 Example Street")
		if old < 0 || now < old {
			t.Errorf("want both addresses, the one they went to first:\n%s", text)
		}
	}
}

func TestASheetNeverSaysNobodySpokeWhenSomeoneDid(t *testing.T) {
	h := priya(t)
	h.Calls = append(h.Calls, Call{At: on(15, 42), To: h.Worker.Mobile, Result: watch.SpokeThem})
	if text := h.Spoken(); strings.Contains(strings.ToLower(text), "nobody") || !strings.Contains(text, "Someone spoke with the worker at 15:42.") {
		t.Errorf("%s", text)
	}
}

func TestNobodyIsSentOutToLookForWhoWasFound(t *testing.T) {
	for _, h := range []Handover{priya(t), danger(t)} {
		h.HarmedAt, h.Harm = on(15, 40), private.New("Fell on the stairs")
		text := h.Spoken()
		for _, says := range []string{"We ring about Priya Nair, who was found harmed.", "logged at 15:40", "“Fell on the stairs”", "Tell us your reference"} {
			if !strings.Contains(text, says) {
				t.Errorf("want %q:\n%s", says, text)
			}
		}
		for _, sends := range []string{"send officers", "find Priya", "obody has spoken", "Do not ring", "immediate risk"} {
			if strings.Contains(text, sends) {
				t.Errorf("want no %q:\n%s", sends, text)
			}
		}
		if b, err := h.JSON(); err != nil || strings.Contains(string(b), `"do_not_ring":true`) {
			t.Errorf("%s, %v", b, err)
		}
	}
}

func TestACryForHelpWithoutAVisit(t *testing.T) {
	h := priya(t)
	h.Kind, h.Visits = watch.Distress, nil
	text := h.Spoken()
	if strings.Contains(text, "address below") || !strings.Contains(text, "Where they are is not known.") {
		t.Errorf("%s", text)
	}
}

// Where the alarm has no visit, the one before it tells where to look.
func TestACryForHelpAfterAVisitSaysWhereThatWas(t *testing.T) {
	h := priya(t)
	last := h.Visits[0]
	last.EndedAt = on(14, 50)
	h.Kind, h.Visits, h.LastVisit = watch.Distress, nil, &last
	text := h.Spoken()
	if !strings.Contains(text, "Last visit, ended 14:50: 1 Example Street, Gloucester GL1 1AA; side gate.") || strings.Contains(text, "Where they are is not known.") {
		t.Errorf("%s", text)
	}
}

func TestThePageStandsByItselfAndEscapes(t *testing.T) {
	h := priya(t)
	h.Worker.Name = private.New(`<script>alert("x")</script>`)
	h.LastWord.Text = private.New(`</p><img src=x onerror=alert(1)>`)
	html := page(t, h)
	for _, bad := range []string{"<script", "<img", "<link", "@import", "http://", "https://", "url("} {
		if strings.Contains(html, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	for _, want := range []string{`<html lang="en-GB">`, "<title>", "<h1>", "<main>", "@media print", "<caption>", `scope="col"`, `name="viewport"`, "&lt;script&gt;"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestARehearsalIsMarked(t *testing.T) {
	h := priya(t)
	h.Rehearsal = true
	if html := page(t, h); !strings.Contains(html, "<title>REHEARSAL") || !strings.Contains(html, `<p class="rehearsal">REHEARSAL.`) {
		t.Error("the page does not say REHEARSAL")
	}
	if !strings.HasPrefix(h.Spoken(), "REHEARSAL.") {
		t.Errorf("%s", h.Spoken())
	}
}

func TestThePDFIsOnePage(t *testing.T) {
	pdf := paged(t, priya(t))
	if n := pages(pdf); n != 1 {
		t.Errorf("%d pages", n)
	}
	if !bytes.Contains(pdf, []byte("/Lang (en-GB)")) {
		t.Error("no language")
	}
	if !bytes.Equal(pdf, paged(t, priya(t))) {
		t.Error("the same sheet printed twice differs")
	}
	if dir := os.Getenv("HANDOVER_DIR"); dir != "" { // to look at
		for name, content := range map[string][]byte{"handover.pdf": pdf, "danger.pdf": paged(t, danger(t)), "handover.html": []byte(page(t, priya(t)))} {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestALongPDFFlowsOn(t *testing.T) {
	h := priya(t)
	for i := range 200 {
		h.Calls = append(h.Calls, Call{At: on(16, i%60), To: h.Worker.Mobile, Note: private.New(fmt.Sprint("note ", i))})
	}
	h.LastWord.Text = private.New(strings.Repeat("word ", 4000))
	if n := pages(paged(t, h)); n < 6 {
		t.Errorf("%d pages: something was lost", n)
	}
}

func TestNamesOfEveryKindPrint(t *testing.T) {
	for _, name := range []string{"Siân Ŵyn Llŷr", "Łukasz Żółć", "Ελένη", "Мария", "محمد", "李", "😱 {nb} \x00\u200b", strings.Repeat("x", 5000), "a\nb\r\nc\td"} {
		h := priya(t)
		h.Worker.Name, h.Visits[0].ServiceUser, h.LastWord.Text = private.New(name), private.New(name), private.New(name)
		h.Kin[0].Name, h.Calls[0].Note = private.New(name), private.New(name)
		if n := pages(paged(t, h)); n < 1 {
			t.Errorf("%q: no page", name)
		}
		page(t, h)
	}
}

func TestAPhotographIsShown(t *testing.T) {
	for _, size := range [][2]int{{30, 40}, {3000, 2}, {2, 3000}, {1, 1}} {
		h := priya(t)
		h.Worker.Photograph = picture(t, size[0], size[1])
		if html := page(t, h); !strings.Contains(html, `src="data:image/jpeg;base64,`) || !strings.Contains(html, `alt="Photograph of the worker"`) {
			t.Errorf("%v: no photograph on the page", size)
		}
		if pdf := paged(t, h); !bytes.Contains(pdf, []byte("/Subtype /Image")) || pages(pdf) != 1 {
			t.Errorf("%v: no photograph on paper, or a second page", size)
		}
	}
}

func TestABrokenPhotographCostsNothing(t *testing.T) {
	whole := picture(t, 30, 40)
	others := []string{"no picture", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "<!doctype html><script>alert(1)</script>", "%PDF-1.7\n", "GIF89a\x01\x00\x01\x00\x00\x00\x00",
		"BM\x3a\x00\x00\x00", "RIFF\x24\x00\x00\x00WEBPVP8 ", "II*\x00\x08\x00\x00\x00", "PK\x03\x04", "\x7fELF", "MZ"}
	given := [][]byte{whole[:40], whole[:60], picture(t, 6000, 5000)}
	for _, other := range others {
		given = append(given, []byte(other))
	}
	for _, broken := range given {
		h := priya(t)
		h.Worker.Photograph = broken
		if pdf := paged(t, h); bytes.Contains(pdf, []byte("/Subtype /Image")) || !bytes.Equal(pdf, paged(t, priya(t))) {
			t.Error("a broken or far too large photograph changed the sheet")
		}
	}
}

func TestTheJSONRevealsAndSaysWhatIsNotKnown(t *testing.T) {
	h := priya(t)
	h.Worker.Description = private.Text{}
	h.LastWord.At = time.Time{}
	b, err := h.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	worker, visit := got["worker"].(map[string]any), got["visits"].([]any)[0].(map[string]any)
	for what, pair := range map[string][2]any{
		"name": {worker["name"], "Priya Nair"}, "description": {worker["description"], "not known"}, "mobile": {worker["mobile"], "+447700900101"},
		"address": {visit["address"], "1 Example Street, Gloucester GL1 1AA; side gate"}, "end": {visit["expected_end_at"], "2026-11-21T15:00:00Z"},
		"last": {got["last_word"].(map[string]any)["at"], nil}, "ring": {got["do_not_ring"], false}, "calls": {float64(len(got["calls"].([]any))), 9.0},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: got %v, want %v", what, pair[0], pair[1])
		}
	}
	if strings.Contains(string(b), "[private]") {
		t.Error("something is hidden from the police")
	}
	if b, _ := (Handover{}).JSON(); slices.ContainsFunc([]string{`"visits":null`, `"calls":null`, `"next_of_kin":null`}, func(s string) bool { return strings.Contains(string(b), s) }) {
		t.Errorf("a list that is empty is null: %s", b)
	}
}

func TestAHandoverPrintsNothingByAccident(t *testing.T) {
	h := priya(t)
	for _, printed := range []string{fmt.Sprintf("%v", h), fmt.Sprintf("%+v", h), fmt.Sprintf("%#v", h)} {
		for _, secret := range []string{"Smith", "Example Street", "900101", "900103", "Ravi", "green coat"} {
			if strings.Contains(printed, secret) {
				t.Errorf("%q is in %s", secret, printed)
			}
		}
	}
}
