package mail_test

import (
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/mail"
)

func TestHowADomainStands(t *testing.T) {
	const key = "v=DKIM1; k=rsa; p=MIIB"
	for _, test := range []struct {
		name, domain string
		n            names
		policy, keys string
		firm, trial  bool
	}{
		{"as it should be", "council.example", names{"_dmarc.council.example": {"v=DMARC1; p=reject"}, "selector1._domainkey.council.example": {key}}, "reject", "selector1", true, false},
		{"without a policy", "council.example", names{"selector2._domainkey.council.example": {key}}, "", "selector2", false, false},
		{"looking on", "council.example", names{"_dmarc.council.example": {"v=DMARC1; p=none"}}, "none", "", false, false},
		{"unsigned", "council.example", names{"_dmarc.council.example": {"v=spf1", "v=DMARC1; p=quarantine"}, "google._domainkey.council.example": {"v=DKIM1; p="}}, "quarantine", "", true, false},
		{"on trial", "council.example", names{"_dmarc.council.example": {"v=DMARC1; p=reject"}, "google._domainkey.council.example": {key + "; t=y"}}, "reject", "", true, true},
		{"under its organisation", "mail.council.example", names{"_dmarc.council.example": {"v=DMARC1; p=reject"}}, "reject", "", true, false},
		{"under its organisation, otherwise", "mail.council.example", names{"_dmarc.council.example": {"v=DMARC1; p=reject; sp=none"}}, "none", "", false, false},
		{"a county's", "mail.council.gov.uk", names{"_dmarc.council.gov.uk": {"v=DMARC1; p=reject"}, "_dmarc.gov.uk": {"v=DMARC1; p=none"}}, "reject", "", true, false},
	} {
		s, err := mail.Stand(t.Context(), test.n.TXT, test.domain)
		if err != nil || s.Policy != test.policy || strings.Join(s.Keys, ",") != test.keys || s.Firm() != test.firm || s.Trial != test.trial {
			t.Errorf("%s: %+v, %v", test.name, s, err)
		}
	}
	for _, name := range []string{"_dmarc.council.example", "selector2._domainkey.council.example"} {
		if _, err := mail.Stand(t.Context(), names{name: nil}.TXT, "council.example"); err == nil {
			t.Errorf("%s could not be asked for, and nothing was said", name)
		}
	}
}
