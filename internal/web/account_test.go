package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/store"
)

// changesOf gives what someone changed, as the record has it.
func (h *house) changesOf(who string) (list []string) {
	h.Helper()
	entries, err := h.db.Entries(h.Context(), "looks/"+who, time.Time{}, time.Time{})
	h.ok(err)
	for _, e := range entries {
		if e.Kind == "person" || e.Kind == "team" {
			list = append(list, e.Kind+" "+e.Visit+" "+string(e.Input)+" "+e.Via)
		}
	}
	return list
}

// A manager who gives somebody another number and then makes a link for them is seen by whose number it was.
func TestAnInvitationTakesNobodyOverUnseen(t *testing.T) {
	h := openHouse(t).as("p-lee")
	invites := h.locked("https://allclear.example.org").pages.SignIn
	before, err := invites.Invite(t.Context(), "p-ada", "page", "p-priya")
	h.ok(err)
	form := details()
	form[slices.Index(form, "07700 900101")] = "07700 900177"
	h.post("/people/p-priya/edit", form...).leadsTo("/people/p-priya").says("The details were saved")
	if texts := h.inbox("07700 900101"); !told(texts, "your mobile number in Allclear was changed") {
		t.Errorf("Priya is told %q", texts)
	}
	if texts := h.inbox("07700 900177"); !told(texts, "this number is in Allclear now") {
		t.Errorf("the new number is told %q", texts)
	}
	is := h.changesOf("p-lee")
	if len(is) != 1 || !strings.HasPrefix(is[0], `person person/p-priya {"changed":[`) || !told(is, `"mobile"`) || told(is, "900177") {
		t.Errorf("on record is %q", is)
	}
	if _, err := invites.Invited(t.Context(), before); !errors.Is(err, signin.ErrGone) {
		t.Errorf("the link from before: %v", err)
	}
}

func TestWhoChangesAPlanIsOnRecord(t *testing.T) {
	h := openHouse(t)
	team, err := h.db.Team(t.Context(), "echo")
	h.ok(err)
	h.ok(func() error {
		team.Plan.DuressPhrase = "Bellamy"
		_, err := h.db.ChangeTeam(t.Context(), team, store.By{Person: "p-lee", Via: "page"}, saturday)
		return err
	}())
	if is := h.changesOf("p-lee"); len(is) != 1 || is[0] != `team team/echo {"changed":["duress_phrase"]} page` {
		t.Errorf("on record is %q", is)
	}
}

func TestANewBeginningEndsWhereOneIsSignedIn(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	thief, sam := h.browser(), h.browser()
	thief.joins("p-sam", "sam@example.org")
	thief.opens("/").last.says("Signed in as Sam Hill")
	sam.joins("p-sam", "sam@example.org")
	if n := strings.Count(strings.Join(h.inbox("07700 900110"), "\n"), "how you sign in to Allclear was changed"); n == 0 {
		t.Error("Sam is not told that how they sign in was changed")
	}
	thief.opens("/").last.says("With a password").hides("Sam Hill")
	sam.opens("/").last.says("Signed in as Sam Hill")
}

// A session that was taken makes no link for later without a word to whose it is.
func TestWhoMakesALinkForThemselfIsToldToo(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	lee := h.browser()
	lee.joins("p-lee", "lee@example.org")
	h.inbox("07700 900111")
	lee.opens("/people/p-lee/invite").presses("/people/p-lee/invite", "known", "yes").last.is(http.StatusOK)
	if texts := h.inbox("07700 900111"); !told(texts, "made a link") {
		t.Errorf("Lee is told %q", texts)
	}
}

// One who guesses from the office keeps nobody there out who signed in on that device before.
func TestADeviceThatIsKnownGetsInWhateverOthersGuess(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	sam, mallory := h.browser(), h.browser()
	app := sam.joins("p-sam", "sam@example.org")
	known := sam.cookies["__Host-known"]
	if known == nil || !known.HttpOnly || !known.Secure || known.SameSite != http.SameSiteLaxMode {
		t.Fatalf("what the browser keeps is %+v", known)
	}
	sam.opens("/account").presses("/sign-out")
	h.clock.Move(time.Minute)
	for range 8 {
		mallory.opens("/sign-in").presses("/sign-in", "name", "sam@example.org", "password", "a guess")
	}
	mallory.last.is(http.StatusTooManyRequests)
	mallory.opens("/sign-in").presses("/sign-in", "name", "sam@example.org", "password", password).last.is(http.StatusTooManyRequests)
	sam.opens("/sign-in").presses("/sign-in", "name", "sam@example.org", "password", password).presses("/sign-in/code", "code", sam.code(app)).last.says("Signed in as Sam Hill")
}

func TestAWorkerWhoAsksOftenIsTextedFewLinks(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	b := h.browser()
	for range signin.MostLinks + 3 {
		h.clock.Move(6 * time.Minute) // so slowly that nobody has to wait
		b.opens("/sign-in").presses("/sign-in/phone", "mobile", "07700 900101").last.is(http.StatusOK).says("a link is on its way to it")
		h.inbox("07700 900101")
	}
	if n := len(h.inbox("07700 900101")); n != signin.MostLinks {
		t.Errorf("%d texts", n)
	}
}
