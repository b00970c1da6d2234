package web

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/docx"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/report"
)

// takesOver sends a file to where a plan is taken over.
func (h *house) takesOver(file []byte) page {
	h.Helper()
	return h.uploads("/teams/echo/plan/import", "file", "plan.docx", file, h.acting)
}

// onPaper is a team's plan as a Word document that was filled in and signed by hand.
func onPaper(t *testing.T, words plan.Words) []byte {
	t.Helper()
	p := plan.Version{Team: "ECHo", Settings: plan.Standard(), Words: words}.Printed()
	p.Signatures = []plan.Signed{{Name: "Nia Evans", On: "13 November 2025"}}
	var out bytes.Buffer
	if err := report.PlanDOCX(&out, p, saturday); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A plan goes in as a Word document, is put right, published and signed, and comes out again with its signatures.
func TestAPlanGoesInAsADocumentAndComesOutSigned(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.get("/teams/echo/plan/import").says("Take over a plan from a Word document", "Word document")
	h.takesOver(onPaper(t, plan.Words{plan.CheckingIn: "We ring Mo at noon.\n- and at five", plan.Debriefing: "Tea first."})).leadsTo("/teams/echo/plan/edit").
		says("What was understood of the document is in the draft.")
	h.get("/teams/echo/plan/edit/4").says("We ring Mo at noon.\n- and at five</textarea>")
	h.post("/teams/echo/plan/publish", "revision", h.get("/teams/echo/plan/publish").field("revision"), "version", "1", "review-date", "2027-11-21").leadsTo("/teams/echo/plan").
		says("We ring Mo at noon.", "Signed on paper before", "Nia Evans, 13 November 2025", "Signed by 0 of 4.")
	h.ok(h.engine.SignPlan(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, current(h), engine.Signing{Name: "Priya Nair"}))
	file := h.as("p-priya").get("/teams/echo/plan.docx").is(http.StatusOK).Body.Bytes()
	again, err := report.ReadPlan(bytes.NewReader(file), int64(len(file)))
	h.ok(err)
	if again.Words[plan.CheckingIn] != "We ring Mo at noon.\n- and at five" || !slices.Equal(again.Signatures, []plan.Signed{{Name: "Priya Nair", On: "21 November 2026"}, {Name: "Nia Evans", On: "13 November 2025"}}) {
		t.Errorf("it comes out as %+v", again)
	}
	pdf := h.get("/teams/echo/plan.pdf").is(http.StatusOK)
	if !bytes.HasPrefix(pdf.Body.Bytes(), []byte("%PDF-")) || pdf.Header().Get("Content-Type") != "application/pdf" {
		t.Error("it is no PDF")
	}
}

func TestWhatIsNoDocumentIsRefused(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.takesOver([]byte("hello")).is(http.StatusUnprocessableEntity).says("There is a problem", "Error:")
	h.post("/teams/echo/plan/import").is(http.StatusUnprocessableEntity).says("Choose a Word document.")
	h.takesOver(make([]byte, report.MostDocument+longestForm)).is(http.StatusRequestEntityTooLarge).says("The document is larger than 5 MB.")
	h.as("p-priya").takesOver(onPaper(t, nil)).is(http.StatusNotFound)
	if _, found, err := h.engine.PlanDraft(t.Context(), "echo"); found || err != nil {
		t.Errorf("something was kept: %v", err)
	}
}

func TestADocumentThatComesInTwiceAddsNothing(t *testing.T) {
	found := report.Filled{Words: plan.Words{plan.Calendar: strings.Repeat("long ", 1300)}, Leftover: []string{"Odd."}, Undated: []string{"Tom"}, Signatures: []plan.Signed{{Name: "Nia", On: "1 March 2026"}}}
	once := takenOver(plan.Version{Words: plan.Words{}}, found)
	if twice := takenOver(once, found); len(twice.Leftover) != len(once.Leftover) || len(twice.OnPaper) != 1 {
		t.Errorf("left over are %d and then %d lines, %d signed", len(once.Leftover), len(twice.Leftover), len(twice.OnPaper))
	}
}

func TestADocumentThatIsNoPlanIsNotTakenOver(t *testing.T) {
	h := openHouse(t).as("p-lee")
	var d docx.Document
	for n := range 1_100 {
		d.Blocks = append(d.Blocks, docx.Paragraph{Text: fmt.Sprintf("Line %d of a novel", n)})
	}
	var out bytes.Buffer
	h.ok(docx.Write(&out, d))
	h.takesOver(out.Bytes()).is(http.StatusUnprocessableEntity).says("More than 1000 lines of it fit no section")
	if _, found, err := h.engine.PlanDraft(t.Context(), "echo"); found || err != nil {
		t.Errorf("something was kept: %v", err)
	}
}

// Nobody who is not signed in has more read than any form may be.
func TestAStrangersFileIsNotRead(t *testing.T) {
	h := openHouse(t)
	h.acting = ""
	h.takesOver(make([]byte, 1<<20)).is(http.StatusSeeOther)
}

func TestNothingOfADocumentIsLost(t *testing.T) {
	long := strings.Repeat("w", 5990)
	v := takenOver(plan.Version{Words: plan.Words{plan.Calendar: "Kept.", plan.CheckingIn: long, plan.Debriefing: "Tea first, then talk."}}, report.Filled{
		Words: plan.Words{plan.Calendar: "New.", plan.CheckingIn: "No room.\nNone.", plan.Debriefing: "Tea first", plan.NextOfKin: "Ask."}, Leftover: []string{"Odd."}, Undated: []string{"Tom"},
		Signatures: []plan.Signed{{Name: "Nia"}}})
	want := plan.Words{plan.Calendar: "Kept.\n\nNew.", plan.CheckingIn: long, plan.Debriefing: "Tea first, then talk.", plan.NextOfKin: "Ask."}
	for section, words := range want {
		if v.Words[section] != words {
			t.Errorf("%s is %.40q", section, v.Words[section])
		}
	}
	if strings.Join(v.Leftover, "|") != "No room.|None.|Odd.|In the table of signatures, without a date: Tom" || len(v.OnPaper) != 1 {
		t.Errorf("left over is %q", v.Leftover)
	}
	if published := v.Publish(saturday.Add(time.Hour), "Lee Marsh"); published.Leftover != nil || len(published.OnPaper) != 1 {
		t.Error("what is left over is published")
	}
}

// The same document twice makes no draft in which nothing is changed; one that adds nothing leaves a draft as it was.
func TestTheSamePlanTakenOverAgainLeavesNoDraft(t *testing.T) {
	h := openHouse(t).as("p-lee")
	paper := onPaper(t, plan.Words{plan.CheckingIn: "We ring Mo at noon.\n- and at five", plan.Debriefing: "Tea first."})
	drafted := func() engine.PlanVersion {
		h.Helper()
		v, _, err := h.engine.PlanDraft(t.Context(), "echo")
		h.ok(err)
		return v
	}
	h.takesOver(paper).leadsTo("/teams/echo/plan/edit").says("What was understood")
	first := drafted()
	h.takesOver(paper).leadsTo("/teams/echo/plan/edit").says("The document says nothing that is not there already. Nothing was changed.").hides("What was understood")
	if again := drafted(); again.Paper.Revision != first.Paper.Revision || len(again.OnPaper) != 1 {
		t.Errorf("the draft is another: revision %d, %v", again.Paper.Revision, again.OnPaper)
	}
	h.post("/teams/echo/plan/publish", "revision", h.get("/teams/echo/plan/publish").field("revision"), "version", "1", "review-date", "2027-11-21").leadsTo("/teams/echo/plan")
	h.ok(h.engine.SignPlan(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, current(h), engine.Signing{Name: "Priya Nair"}))
	for _, document := range [][]byte{paper, h.get("/teams/echo/plan.docx").is(http.StatusOK).Body.Bytes()} {
		h.takesOver(document).leadsTo("/teams/echo/plan/edit").says("Nothing was changed.", "What you change becomes the draft of version 2.", "Nothing is changed yet.")
		if v := drafted(); v.Paper.ID != "" {
			t.Errorf("a draft is there: %+v", v.Version)
		}
	}
	h.takesOver(onPaper(t, plan.Words{plan.Debriefing: "Tea first.\nThen talk."})).leadsTo("/teams/echo/plan/edit").says("What was understood", "New: Then talk.")
}
