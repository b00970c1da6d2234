package signin_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/store"
)

// What a thief tries first here is refused: the program's name, the organisation's, the teams', one's own, and the standard phrase. A
// team's own phrase is not: the refusal would tell it.
func TestAPasswordHasNoneOfTheWordsThatAreTriedFirst(t *testing.T) {
	d := newDoor(t, "https://allclear.gloucestershire.gov.uk")
	team := store.Team{ID: "t", Name: "Locality Stroud-North", Zone: "Europe/London", HasPlan: true}
	team.Plan.DuressPhrase, team.Plan.Fallback = "Marigold", "p-sam"
	if _, err := d.db.PutTeam(t.Context(), team, ten); err != nil {
		t.Fatal(err)
	}
	offer, err := d.OfferCode("sam@example.org", private.Text{})
	if err != nil {
		t.Fatal(err)
	}
	set := func(password string) string {
		t.Helper()
		_, err := d.SetPassword(t.Context(), "p-sam", signin.NewPassword{Name: "sam@example.org", Password: password, Secret: offer.Secret.Reveal(), Code: "000000"}, "", "")
		wrong, is := errors.AsType[*signin.FormError](err)
		if !is {
			t.Fatal(err)
		}
		return wrong.Field
	}
	const rest = " otter lantern quilt gravel"
	for _, word := range []string{"AllClear", "scarlett", "Gloucestershire", "locality", "STROUD", "north", "hill"} {
		if field := set(word + rest); field != "password" {
			t.Errorf("%q is taken", word)
		}
	}
	for _, word := range []string{"marigold", "sam", "gov"} { // too short to count, or nobody else's to know
		if field := set(word + rest); field != "code" { // the password is fine, and the code is not
			t.Errorf("%q is refused", word)
		}
	}
}

// A recovery code is kept by a plain hash, so that it has to be beyond guessing: 112 bits at least (ASVS 5.0, 6.5.2).
func TestARecoveryCodeIsBeyondGuessing(t *testing.T) {
	d := newDoor(t, public)
	_, codes := d.setUp(t)
	if len(codes) != 10 {
		t.Fatalf("%d codes", len(codes))
	}
	seen := map[string]bool{}
	for _, c := range codes {
		plain := strings.ToUpper(strings.ReplaceAll(c, "-", ""))
		if bits := float64(len(plain)) * math.Log2(32); bits < 112 || strings.Trim(plain, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" || seen[plain] {
			t.Errorf("a code of %.0f bits: %d characters", bits, len(plain))
		}
		seen[plain] = true
	}
}
