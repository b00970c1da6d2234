package mail_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/mail"
)

// Whoever writes in a worker's name could sign by a domain whose name servers never answer: nobody asks them, so that it costs no time and no second try.
func TestForeignNameServersAreNotAsked(t *testing.T) {
	n, own, attacker := council(t)
	raw := attacker.sign(t, attacker.sign(t, invite()))
	proof, err := prove(t, n, raw, func(o *mail.Options, _ *mail.Arrival) {
		o.TXT = func(ctx context.Context, name string) ([]string, error) {
			if strings.HasSuffix(name, "attacker.example") {
				return nil, errors.New("no answer for a long time")
			}
			return n.TXT(ctx, name)
		}
	})
	if err != nil || proof.OK() || proof.Reason != mail.NotAligned {
		t.Errorf("signed by another domain: %+v, %v", proof, err)
	}
	if proof, err := prove(t, n, attacker.sign(t, own.sign(t, invite())), nil); err != nil || !proof.OK() {
		t.Errorf("signed by its own domain too: %+v, %v", proof, err)
	}
}

// Some letters are another's capitals: the sign for kelvin is a small "k".
func TestAnAddressThatOnlyLooksLikeSomebodys(t *testing.T) {
	for _, from := range []string{"mi\u212ae@council.example", "mike@wor\u212a.example", "m\u0130ke@council.example"} {
		if got := mail.Read(mail.Arrival{Raw: []byte("From: Mike <" + from + ">\r\nSubject: x\r\n\r\nx\r\n")}).From; got == "mike@council.example" || got == "mike@work.example" {
			t.Errorf("%s is read as %s", from, got)
		}
	}
}
