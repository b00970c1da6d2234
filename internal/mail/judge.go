package mail

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-msgauth/dmarc"
	"golang.org/x/net/publicsuffix"
)

// judge says what one signature is worth for mail from the domain.
func (d *asked) judge(v *dkim.Verification, h header, domain string, at time.Time) (Reason, error) {
	signer := strings.ToLower(v.Domain)
	if signer == "" {
		return Changed, nil
	}
	aligned, err := d.aligned(signer, domain)
	if err != nil {
		return "", err
	}
	if !aligned {
		return NotAligned, nil
	}
	if v.Err != nil {
		if dkim.IsTempFail(v.Err) {
			return "", d.failed
		}
		if d.testing[signer] {
			return Testing, nil
		}
		return fault(v.Err), nil
	}
	for _, name := range covered {
		if !slices.ContainsFunc(v.HeaderKeys, func(k string) bool { return strings.EqualFold(k, name) }) {
			return NotCovered, nil
		}
	}
	if !v.Time.IsZero() && (at.Sub(v.Time) > oldest || v.Time.Sub(at) > ahead) || !v.Expiration.IsZero() && at.After(v.Expiration) {
		return TooOld, nil
	}
	return Proven, nil
}

// faults are the verifier's errors by what they mean to us.
var faults = []struct {
	says   string
	reason Reason
}{
	{"body length", Partial}, {"From field not signed", NotCovered}, {"expired", TooOld}, {"too short", WeakKey}, {"too weak", WeakKey},
	{"no key", NoKey}, {"no valid key", NoKey}, {"key revoked", NoKey}, {"multiple TXT", NoKey}, {"key syntax", NoKey}, {"key record", NoKey}, {"public key", NoKey},
}

// fault says what an error of the verifier means. What is not known better is that something was changed: both are refused.
func fault(err error) Reason {
	for _, f := range faults {
		if strings.Contains(err.Error(), f.says) {
			return f.reason
		}
	}
	return Changed
}

// organisation is the domain that a domain's owner registered; the domain itself where that is not known.
func organisation(domain string) string {
	if o, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return o
	}
	return domain
}

// aligned says that a signer may sign for a domain: it is that domain, or of the same organisation where the domain's policy does not ask for more (RFC
// 7489, 3.1). Without a policy only the domain itself may.
func (d *asked) aligned(signer, domain string) (bool, error) {
	if signer == domain {
		return true, nil
	}
	organisation, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		return false, nil
	}
	if other, err := publicsuffix.EffectiveTLDPlusOne(signer); err != nil || other != organisation {
		return false, nil
	}
	policy, err := d.policy(domain, organisation)
	if err != nil {
		return false, err
	}
	return policy != nil && policy.DKIMAlignment == dmarc.AlignmentRelaxed, nil
}

// policy finds the DMARC policy of a domain, or that of its organisation; nil where there is none that can be read.
func (d *asked) policy(domain, organisation string) (*dmarc.Record, error) {
	for _, name := range slices.Compact([]string{domain, organisation}) {
		record, err := dmarc.LookupWithOptions(name, &dmarc.LookupOptions{LookupTXT: d.txt})
		switch {
		case err == nil:
			return record, nil
		case dmarc.IsTempFail(err):
			return nil, d.failed
		case !errors.Is(err, dmarc.ErrNoPolicy):
			return nil, nil
		}
	}
	return nil, nil
}
