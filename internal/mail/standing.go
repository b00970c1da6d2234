package mail

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Standing is what a domain tells the world of its mail.
type Standing struct {
	Policy string   // what is to be done with mail that only pretends: "reject", "quarantine", "none", "" where nothing is said
	Keys   []string // the usual names under which it has a key to sign with; it may have others
	Trial  bool     // every key that was found is on trial, and what it signs counts as unsigned
}

// Firm says that others turn mail away that only pretends to be the domain's, so that it has every reason to sign its own.
func (s Standing) Firm() bool { return s.Policy == "reject" || s.Policy == "quarantine" }

// usualKeys are the names that Microsoft, Google and the common mail servers give their keys. A domain can't be asked for all of its keys.
var usualKeys = []string{"selector1", "selector2", "google", "default", "dkim", "mail", "s1", "s2"}

// Stand asks what a domain tells of its mail, for whoever sets Allclear up. An error is a passing one.
func Stand(ctx context.Context, lookup Lookup, domain string) (Standing, error) {
	domain = strings.ToLower(domain)
	d := &asked{ctx: ctx, lookup: lookup, answers: map[string]answer{}, testing: map[string]bool{}}
	organisation, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		organisation = domain
	}
	var s Standing
	record, err := d.policy(domain, organisation)
	if err != nil {
		return s, fmt.Errorf("ask for the policy of a domain: %w", err)
	}
	if record != nil {
		s.Policy = string(record.Policy)
		if _, own := d.answers["_dmarc."+domain]; own && domain != organisation && len(d.answers["_dmarc."+domain].texts) == 0 && record.SubdomainPolicy != "" {
			s.Policy = string(record.SubdomainPolicy)
		}
	}
	for _, name := range usualKeys {
		texts, err := d.txt(name + "._domainkey." + domain)
		if d.failed != nil {
			return s, fmt.Errorf("ask for the keys of a domain: %w", d.failed)
		}
		if err == nil && len(texts) == 1 && strings.Contains(texts[0], "p=") && !strings.HasSuffix(strings.TrimRight(texts[0], "; "), "p=") {
			s.Keys = append(s.Keys, name)
		}
	}
	s.Trial = len(s.Keys) == 0 && d.testing[domain]
	return s, nil
}
