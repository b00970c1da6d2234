package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/dkim"
)

// Options say whom a [Prover] believes.
type Options struct {
	Domains []string // the organisation's own, as they stand behind the @ of its people
	Relay   string   // the name by which the relay before us signs its Authentication-Results; "" for none
	Tenant  bool     // mailboxes are read from the tenant that the organisation's people send in
	TXT     Lookup   // required; see [TXT]
}

// Prover finds out whether a mail was truly sent by whom it says.
type Prover struct {
	options Options
}

// NewProver makes a prover.
func NewProver(o Options) *Prover {
	domains := make([]string, 0, len(o.Domains))
	for _, d := range o.Domains {
		if d = strings.ToLower(strings.Trim(strings.TrimSpace(d), ".@")); d != "" {
			domains = append(domains, d)
		}
	}
	o.Domains, o.Relay = domains, strings.ToLower(strings.TrimSpace(o.Relay))
	return &Prover{o}
}

// Proof is what was found of a mail's sender. What is not proven is worth nothing: whoever the mail says it is from may never have seen it.
type Proof struct {
	By     Means
	Reason Reason // why it is not proven; Proven where it is
	Domain string // of the From address; "" where there is no one such
}

// OK says that the address of From is truly the sender's.
func (p Proof) OK() bool { return p.By != ByNothing && p.Reason == Proven }

// Means is what proved a sender.
type Means string

const (
	ByNothing Means = ""
	ByDKIM    Means = "dkim"   // a signature of their own domain, checked here
	ByRelay   Means = "relay"  // our relay checked it
	ByTenant  Means = "tenant" // sent within the tenant whose mailbox this is
)

// Reason is why a sender is not proven. A constant, never with the mail's own words.
type Reason string

const (
	Proven       Reason = ""
	NoSender     Reason = "no_sender"     // no address in From, or more than one
	Foreign      Reason = "foreign"       // the domain is not one of the organisation's
	Unsigned     Reason = "unsigned"      // no signature at all
	NotAligned   Reason = "not_aligned"   // signed, but by another domain
	Changed      Reason = "changed"       // signed by the domain, and something is not as it was
	Partial      Reason = "partial"       // the signature covers a part of the body only (l=)
	NotCovered   Reason = "not_covered"   // From, Date, Subject or Content-Type is not signed
	Doubled      Reason = "doubled"       // one of those stands there twice
	TooOld       Reason = "too_old"       // sent over a week ago, or in a time to come
	NoKey        Reason = "no_key"        // the domain has no such key, or took it back
	WeakKey      Reason = "weak_key"      // of less than 1024 bits, or by SHA-1
	Testing      Reason = "testing"       // the domain says that it only tries its signatures out
	RelayFailed  Reason = "relay_failed"  // our relay says that it did not pass
	RelayForeign Reason = "relay_foreign" // above our relay's verdict stands what our relay never writes
)

const (
	maxSignatures = 5
	oldest        = 7 * 24 * time.Hour // a mail on its way; what is older may be an old one, sent again
	ahead         = 24 * time.Hour     // for clocks that are wrong
)

// Prove finds out whether a mail was truly sent by its From address. An error is a passing one (the name servers do not answer): the mail is to be kept
// and asked about again.
func (p *Prover) Prove(ctx context.Context, a Arrival, m Message) (Proof, error) {
	_, domain, _ := strings.Cut(m.From, "@")
	proof := Proof{Domain: domain}
	raw := a.Raw
	if len(raw) > MaxSize {
		proof.Reason = Changed
		return proof, nil
	}
	raw = unboxed(raw)
	h, _ := split(raw)
	if len(h) > maxFields {
		proof.Reason = Doubled
		return proof, nil
	}
	// Read anew, as the Message was made elsewhere and the two must be of one mail.
	if m.From == "" || h.one("from") != m.From {
		proof.Reason, proof.Domain = NoSender, ""
		return proof, nil
	}
	if !slices.Contains(p.options.Domains, domain) {
		proof.Reason = Foreign
		return proof, nil
	}
	if p.inTenant(a, h) {
		proof.By = ByTenant
		return proof, nil
	}
	byRelay := p.relay(h, domain)
	if byRelay == Proven {
		proof.By = ByRelay
		return proof, nil
	}
	reason, err := p.signed(ctx, raw, h, domain, a.At)
	if err != nil {
		return Proof{Domain: domain}, err
	}
	if reason == Proven {
		proof.By = ByDKIM
		return proof, nil
	}
	if reason == Unsigned && byRelay != Unsigned {
		reason = byRelay
	}
	proof.Reason = reason
	return proof, nil
}

// inTenant says that Exchange itself marked a mail as sent by somebody signed in to the tenant whose mailbox this was read from. Exchange takes that mark
// off whatever comes from outside; over our own listener nobody does, so there it is worth nothing.
func (p *Prover) inTenant(a Arrival, h header) bool {
	const mark = "x-ms-exchange-organization-authas"
	return p.options.Tenant && (a.Via == ByMailbox || a.Via == ByGraph) && h.count(mark) == 1 && strings.EqualFold(h.get(mark), "Internal") && h.count("from") == 1
}

// above are the fields that stand above our relay's verdict: what a mail server writes when it takes or files a mail.
var above = []string{"received", "return-path", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "received-spf", "x-received", "delivery-date", "x-delivered-to",
	"dkim-filter", "dmarc-filter", "x-virus-scanned", "x-spam-status", "x-spam-score", "x-spam-level", "x-spam-flag", "x-spam-checker-version"}

// relay reads what our relay says: the topmost verdict, if it is our relay's and only what servers write stands above it. Unsigned where there is none of it.
func (p *Prover) relay(h header, domain string) Reason {
	if p.options.Relay == "" {
		return Unsigned
	}
	clean := true
	for _, f := range h {
		if f.name != "authentication-results" {
			clean = clean && slices.Contains(above, f.name)
			continue
		}
		by, list, ok := results(f.value)
		switch {
		case !ok || by != p.options.Relay:
			return Unsigned
		case !clean:
			return RelayForeign
		}
		return passed(list, domain)
	}
	return Unsigned
}

// passed says that the relay's one verdict on DMARC is a pass for the domain.
func passed(list []result, domain string) Reason {
	found := Unsigned
	for _, r := range list {
		if r.method != "dmarc" {
			continue
		}
		if found != Unsigned || r.value != "pass" || !strings.EqualFold(strings.TrimSuffix(r.properties["header.from"], "."), domain) {
			return RelayFailed
		}
		found = Proven
	}
	return found
}

// covered are the fields that a signature must cover and a mail may have only one of. MIME-Version changes nothing that we read.
var covered = []string{"from", "date", "subject", "content-type"}

// signed looks for a signature of the domain that covers all of what is read.
func (p *Prover) signed(ctx context.Context, raw []byte, h header, domain string, at time.Time) (Reason, error) {
	if h.count("dkim-signature") == 0 {
		return Unsigned, nil
	}
	for _, name := range append([]string{"mime-version", "content-transfer-encoding"}, covered...) {
		if h.count(name) > 1 {
			return Doubled, nil
		}
	}
	if sent := h.date(); sent.IsZero() || at.Sub(sent) > oldest || sent.Sub(at) > ahead {
		return TooOld, nil
	}
	dns := &asked{ctx: ctx, lookup: p.options.TXT, of: organisation(domain), answers: map[string]answer{}, testing: map[string]bool{}}
	list, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: dns.txt, MaxVerifications: maxSignatures})
	if err != nil && !errors.Is(err, dkim.ErrTooManySignatures) {
		return Changed, nil // no header that could have been signed
	}
	best, passing := Unsigned, false
	for _, v := range list {
		reason, err := dns.judge(v, h, domain, at)
		if err != nil {
			passing = true
			continue
		}
		if reason == Proven {
			return Proven, nil
		}
		if best == Unsigned || best == NotAligned { // of two, the one that says more
			best = reason
		}
	}
	if passing {
		return "", fmt.Errorf("ask for the key of a signature: %w", dns.failed)
	}
	return best, nil
}
