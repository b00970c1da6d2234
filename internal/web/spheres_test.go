package web

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/support"
)

const around = "/teams/echo/support"

// revision is how often the team's list was kept, as its page has it.
func (p page) revision() string {
	_, after, _ := strings.Cut(p.Body.String(), `name="revision" value="`)
	n, _, _ := strings.Cut(after, `"`)
	return n
}

func TestANewTeamStartsFromTheStandardSpheres(t *testing.T) {
	h := openHouse(t).as("p-priya")
	h.get("/teams/echo").says("Spheres of support", around)
	h.get(around).is(http.StatusOK).says("These are the standard ones", "Me", "My buddy and team", "My manager", "Our organisation", "Help from outside",
		"Samaritans", `href="tel:116123"`, `href="mailto:jo@samaritans.org"`, "Day and night", `role="img"`, "<title", "<desc").hides("Change them")
	h.as("p-lee").get(around).says("Change them")
}

// A team that did not make the list its own has the organisation's names in it, with how they are reached.
func TestWhomTheOrganisationNamesStandsInEveryTeamsSpheres(t *testing.T) {
	h := openHouse(t)
	h.as("p-priya").get(around).says("Black Workers Network").hides("Add its address")
	h.ok(h.db.PutSupports(t.Context(), []store.Support{{Name: "Staff network", For: "Somebody to talk to", Reach: "01632 960044"}, {Name: "Allies", Reach: "allies@example.org"}}, store.By{Person: "p-ada"}, saturday))
	h.as("p-priya").get(around).says("Staff network", `href="tel:01632960044"`, `href="mailto:allies@example.org"`, "Samaritans").hides("Black Workers Network")
	h.as("p-lee").get(around+"/edit").says("Staff network", "Allies")
}

// Rule 6.4: each worker finds who is there for them now; not on what is to hang on a wall for longer.
func TestWhoIsThereNowIsFilledInForTheReader(t *testing.T) {
	h := openHouse(t)
	priya := h.as("p-priya")
	priya.get(around).says("Sam Hill", "On call now", "07700 900110", "Lee Marsh", "Manager of the team").hides("Ann Woods")
	h.as("p-sam").get(around).hides("Sam Hill On call now").says("Lee Marsh")
	priya.get(around+"/print").is(http.StatusOK).hides("Sam Hill", "Lee Marsh").says("Samaritans")
	priya.get(around+"/picture.svg").is(http.StatusOK).hides("Sam Hill", "Lee Marsh").says("Samaritans")
}

// Who may never see a worker is none of those around them.
func TestWhoIsKeptFromAWorkerIsNotAroundThem(t *testing.T) {
	h := openHouse(t)
	h.ok(h.engine.Block(t.Context(), engine.Actor{By: "p-ada", Via: "page"}, store.Block{Worker: "p-priya", Person: "p-sam", Why: private.New("they asked")}))
	h.as("p-priya").get(around).is(http.StatusOK).hides("Sam Hill").says("Lee Marsh")
	h.as("p-ann").get(around).says("Sam Hill")
}

func TestThePictureAloneIsSoundSVG(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.post(around+"/entries/new", "ring", "me", "name", `Tom & "Jo" <3`).leadsTo(around + "/edit")
	p := h.get(around+"/picture.svg").is(http.StatusOK).hides("style=", "<script", "<style")
	if kind := p.Header().Get("Content-Type"); kind != "image/svg+xml; charset=utf-8" {
		t.Errorf("it is %s", kind)
	}
	said, d := "", xml.NewDecoder(strings.NewReader(p.Body.String()))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		h.ok(err)
		if words, is := token.(xml.CharData); is {
			said += string(words)
		}
	}
	if !strings.Contains(said, `Tom & "Jo" <3`) || !strings.Contains(said, "Spheres of support of ECHo") {
		t.Errorf("it says %q", said)
	}
}

func TestTheSpheresAreKeptAsAListAndEachVersionOfIt(t *testing.T) {
	h := openHouse(t).as("p-lee")
	edit := around + "/edit"
	h.post(around+"/entries/new", "ring", "organisation", "name", "Anchor group", "phone", "01632 960700", "email", "network@example.org", "address", "Shire Hall, room 3",
		"when", "Fridays at noon", "for", "To be among friends").leadsTo(edit).says("The list was saved.", "Anchor group")
	h.get(around).says("Anchor group", "01632 960700", "network@example.org", "Shire Hall, room 3", "Fridays at noon", "To be among friends").hides("These are the standard ones")
	id := "16"
	press := func(do string) page {
		t.Helper()
		return h.post(edit, "revision", h.get(edit).revision(), "entry", id, "do", do)
	}
	place := func(want string) {
		t.Helper()
		k, err := h.db.Paper(t.Context(), store.SupportPaper, spheresID("echo"))
		h.ok(err)
		s, err := support.Parse(k.Body.Reveal())
		h.ok(err)
		var got []string
		for _, r := range support.Rings() {
			for i, e := range s.In(r) {
				if e.Name == "Anchor group" {
					got = append(got, string(r), string(rune('1'+i)))
				}
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("it stands at %q, not %q", got, want)
		}
	}
	place("organisation 5")
	press("up").is(http.StatusSeeOther)
	h.get(edit + "?done=sphere-moved").says("It was moved.")
	place("organisation 4")
	press("down").is(http.StatusSeeOther)
	place("organisation 5")
	press("nearer").is(http.StatusSeeOther)
	place("manager 2")
	press("farther").is(http.StatusSeeOther)
	place("organisation 5")
	h.get(around+"/entries/16").is(http.StatusOK).says("Change Anchor group", "Fridays at noon")
	h.post(around+"/entries/16", "ring", "organisation", "name", "Anchor group", "when", "Mondays").leadsTo(edit)
	h.get(around).says("Mondays").hides("Fridays")
	press("remove").leadsTo(edit).says("It was removed.").hides("Anchor group")
	place("")
	p, err := h.db.Paper(t.Context(), store.SupportPaper, spheresID("echo"))
	h.ok(err)
	was, err := h.db.PaperAsOf(t.Context(), p, 1)
	if h.ok(err); p.Revision != 7 || !strings.Contains(was.Reveal(), "Fridays at noon") {
		t.Errorf("revision %d, and the first said %s", p.Revision, was.Reveal())
	}
}

func TestWhatIsWrongWithANameStandsBesideItsField(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.post(around+"/entries/new", "phone", "by owl", "email", "nobody", "for", "company").is(http.StatusUnprocessableEntity).
		says("Choose how near they are", "Enter a name", "Enter a number to dial", "Enter an e-mail address", "by owl", "company", `href="#phone"`)
	h.post(around+"/edit", "do", "explode", "entry", "1", "revision", "0").is(http.StatusUnprocessableEntity).says("Press one of the buttons")
	h.get(around + "/entries/99").is(http.StatusNotFound)
	h.get(around + "/entries/none").is(http.StatusNotFound)
}

// Two who change the list at once: nothing is lost unseen.
func TestWhatAnotherChangedMeanwhileIsTold(t *testing.T) {
	h := openHouse(t)
	lee, ada := h.as("p-lee"), h.as("p-ada")
	edit, first := around+"/edit", around+"/entries/1"
	rev := lee.get(edit).revision()
	shown := lee.get(first)
	_, after, _ := strings.Cut(shown.Body.String(), `name="was" value="`)
	was, _, _ := strings.Cut(after, `"`)
	ada.post(edit, "revision", rev, "entry", "1", "do", "down").is(http.StatusSeeOther)
	lee.post(edit, "revision", rev, "entry", "1", "do", "remove").is(http.StatusConflict).says("Someone else changed the list", "My own judgement")
	lee.get(around).says("My own judgement")

	ada.post(first, "ring", "me", "name", "My judgement").is(http.StatusSeeOther)
	lee.post(first, "ring", "me", "name", "My feeling", "was", was).is(http.StatusConflict).says("Someone else changed the name to “My judgement”", "My feeling")
	ada.post(edit, "revision", ada.get(edit).revision(), "entry", "1", "do", "remove").is(http.StatusSeeOther)
	lee.post(first, "ring", "me", "name", "My feeling", "was", was).is(http.StatusConflict).says("Someone else removed this", "My feeling", around+"/entries/new")
	lee.post(around+"/entries/new", "ring", "me", "name", "My feeling").leadsTo(edit).says("My feeling")
}

func TestAFullListTakesNoMore(t *testing.T) {
	h := openHouse(t).as("p-lee")
	full := support.Spheres{}
	for range support.MostEntries {
		full, _ = full.Put(support.Entry{Ring: support.Me, Name: "One of many"})
	}
	_, err := h.db.PutPaper(t.Context(), store.Paper{ID: spheresID("echo"), Kind: store.SupportPaper, Team: "echo", Body: private.New(full.String())}, nil, store.By{Person: "p-lee", Via: "page"}, saturday)
	h.ok(err)
	h.get(around + "/edit").says("The list is full").hides("Add a name")
	h.post(around+"/entries/new", "ring", "me", "name", "One more").is(http.StatusUnprocessableEntity).says("The list is full: 60 names at most")
	h.get(around).says("and 52 more")
}

func TestTheSpheresOfATeamAreForWhoSeesItAndKeptByWhoKeepsIt(t *testing.T) {
	h := openHouse(t).nextDoor()
	h.as("p-priya").get(around + "/edit").is(http.StatusNotFound)
	h.as("p-priya").post(around+"/edit", "revision", "0", "entry", "1", "do", "remove").is(http.StatusNotFound)
	h.with("p-odd", "Odd Moe", buddy.Auditor).get("/teams/family/support").is(http.StatusNotFound)
	h.as("p-priya").get(around).says("My own judgement")
}
