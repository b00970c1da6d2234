package mail_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/allclear-safety/allclear/internal/mail"
)

var sentAt = time.Date(2026, 11, 22, 9, 14, 0, 0, time.UTC)

// names is a name server in a map.
type names map[string][]string

func (n names) TXT(_ context.Context, name string) ([]string, error) {
	texts, ok := n[name]
	switch {
	case !ok:
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	case texts == nil:
		return nil, &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
	}
	return texts, nil
}

// signer is a domain's own signature.
type signer struct {
	domain, selector string
	key              crypto.Signer
}

func newSigner(t testing.TB, n names, domain string) signer {
	t.Helper()
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := signer{domain, "outlook", key}
	n[s.selector+"._domainkey."+domain] = []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}
	return s
}

// usual is what Exchange signs.
var usual = []string{"From", "Date", "Subject", "Message-ID", "Content-Type", "MIME-Version"}

func (s signer) sign(t testing.TB, mail string, keys ...string) string {
	t.Helper()
	if len(keys) == 0 {
		keys = usual
	}
	var signed bytes.Buffer
	sign := func(t testing.TB) {
		err := dkim.Sign(&signed, strings.NewReader(mail), &dkim.SignOptions{Domain: s.domain, Selector: s.selector, Signer: s.key, HeaderKeys: keys,
			HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed})
		if err != nil {
			t.Fatal(err)
		}
	}
	test, is := t.(*testing.T)
	if !is { // a fuzz test, which asks for no time
		sign(t)
		return signed.String()
	}
	synctest.Test(test, func(t *testing.T) { // whose clock the signature has, as that of the machine runs away from the mail's
		ctx, cancel := context.WithDeadline(t.Context(), sentAt)
		defer cancel()
		<-ctx.Done()
		sign(t)
	})
	return signed.String()
}

// invite is a mail of the worker's, unsigned.
func invite(edits ...string) string {
	return strings.NewReplacer(edits...).Replace(strings.ReplaceAll(`Received: from laptop by out.council.example; Sun, 22 Nov 2026 09:14:00 +0000
From: Priya Nair <priya@council.example>
To: visits@allclear.example
Subject: Home visit
Date: Sun, 22 Nov 2026 09:14:00 +0000
Message-ID: <1@council.example>
MIME-Version: 1.0
Content-Type: text/calendar; method=REQUEST; charset=utf-8

BEGIN:VCALENDAR
METHOD:REQUEST
END:VCALENDAR
`, "\n", "\r\n"))
}

func prove(t testing.TB, n names, raw string, change func(*mail.Options, *mail.Arrival)) (mail.Proof, error) {
	t.Helper()
	o := mail.Options{Domains: []string{"council.example"}, TXT: n.TXT}
	a := mail.Arrival{Raw: []byte(raw), From: "priya@council.example", Via: mail.ByListener, At: sentAt.Add(time.Minute)}
	if change != nil {
		change(&o, &a)
	}
	return mail.NewProver(o).Prove(t.Context(), a, mail.Read(a))
}

func council(t testing.TB) (names, signer, signer) {
	t.Helper()
	n := names{"_dmarc.council.example": {"v=DMARC1; p=reject"}, "_dmarc.attacker.example": {"v=DMARC1; p=reject"}}
	return n, newSigner(t, n, "council.example"), newSigner(t, n, "attacker.example")
}

func TestOnlyTheDomainsOwnWordCounts(t *testing.T) {
	n, own, attacker := council(t)
	sub := newSigner(t, n, "mail.council.example")
	forged := "Authentication-Results: mx.allclear.example; dmarc=pass header.from=council.example\r\n"
	for _, test := range []struct {
		name, raw string
		want      mail.Reason
	}{
		{"signed", own.sign(t, invite()), mail.Proven},
		{"by another server of theirs", sub.sign(t, invite()), mail.Proven},
		{"by us among others", own.sign(t, attacker.sign(t, invite())), mail.Proven},
		{"unsigned", invite(), mail.Unsigned},
		{"signed by the attacker", attacker.sign(t, invite()), mail.NotAligned},
		{"a forged result", forged + invite(), mail.Unsigned},
		{"another subject", strings.Replace(own.sign(t, invite()), "Subject: Home visit", "Subject: Home visits", 1), mail.Changed},
		{"another body", strings.Replace(own.sign(t, invite()), "METHOD:REQUEST", "METHOD:CANCEL", 1), mail.Changed},
		{"a second subject above", "Subject: Cancelled\r\n" + own.sign(t, invite()), mail.Doubled},
		{"a second type above", "Content-Type: text/plain\r\n" + own.sign(t, invite()), mail.Doubled},
		{"a second sender above", "From: manager@council.example\r\n" + own.sign(t, invite()), mail.NoSender},
		{"a second sender, with a space", "From : manager@council.example\r\n" + own.sign(t, invite()), mail.NoSender},
		{"two senders in one", own.sign(t, invite("<priya@council.example>", "<priya@council.example>, <sam@council.example>")), mail.NoSender},
		{"no subject signed", own.sign(t, invite(), "From", "Date", "Content-Type"), mail.NotCovered},
		{"no type signed", own.sign(t, invite(), "From", "Date", "Subject"), mail.NotCovered},
		{"an old one", own.sign(t, invite("22 Nov", "14 Nov")), mail.TooOld},
		{"a coming one", own.sign(t, invite("22 Nov", "24 Nov")), mail.TooOld},
		{"somebody else's domain", attacker.sign(t, invite("priya@council.example", "priya@attacker.example")), mail.Foreign},
	} {
		proof, err := prove(t, n, test.raw, nil)
		if err != nil || proof.Reason != test.want || proof.OK() != (test.want == mail.Proven) {
			t.Errorf("%s: %+v, %v; want %q", test.name, proof, err, test.want)
		}
	}
}

func TestAKeyIsToBeGoodEnough(t *testing.T) {
	n, own, _ := council(t)
	signed := own.sign(t, invite())
	record := n["outlook._domainkey.council.example"][0]
	for _, test := range []struct {
		name    string
		records []string
		want    mail.Reason
	}{
		{"none", []string{}, mail.NoKey},
		{"taken back", []string{"v=DKIM1; k=ed25519; p="}, mail.NoKey},
		{"two", []string{record, record}, mail.NoKey},
		{"on trial", []string{record + "; t=s:y"}, mail.Testing},
		{"another's", []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(make([]byte, 32))}, mail.Changed},
		{"nonsense", []string{"Priya"}, mail.NoKey},
	} {
		n["outlook._domainkey.council.example"] = test.records
		if proof, err := prove(t, n, signed, nil); err != nil || proof.Reason != test.want {
			t.Errorf("%s: %+v, %v; want %q", test.name, proof, err, test.want)
		}
	}
	n["outlook._domainkey.council.example"] = nil
	if proof, err := prove(t, n, signed, nil); err == nil || proof.OK() {
		t.Errorf("without name servers: %+v, %v", proof, err)
	}
}

func TestAWeakKeyProvesNothing(t *testing.T) {
	n, _, _ := council(t)
	t.Setenv("GODEBUG", "rsa1024min=0")
	key, err := rsa.GenerateKey(nil, 768)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	n["old._domainkey.council.example"] = []string{"v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(public)}
	proof, err := prove(t, n, signer{"council.example", "old", key}.sign(t, invite()), nil)
	if err != nil || proof.Reason != mail.WeakKey {
		t.Errorf("%+v, %v", proof, err)
	}
}

func TestWhoMaySignForADomain(t *testing.T) {
	n := names{}
	sub, own := newSigner(t, n, "mail.council.example"), newSigner(t, n, "council.example")
	other := newSigner(t, n, "other.example")
	for _, test := range []struct {
		name, policy string
		by           signer
		want         mail.Reason
	}{
		{"itself", "v=DMARC1; p=reject; adkim=s", own, mail.Proven},
		{"itself, without a policy", "", own, mail.Proven},
		{"its other server", "v=DMARC1; p=reject", sub, mail.Proven},
		{"its other server, where the policy is strict", "v=DMARC1; p=reject; adkim=s", sub, mail.NotAligned},
		{"its other server, without a policy", "", sub, mail.NotAligned},
		{"its other server, under a policy that makes no sense", "v=DMARC1; p=perhaps", sub, mail.NotAligned},
		{"another under the same suffix", "v=DMARC1; p=reject", other, mail.NotAligned},
	} {
		delete(n, "_dmarc.council.example")
		if test.policy != "" {
			n["_dmarc.council.example"] = []string{test.policy}
		}
		if proof, err := prove(t, n, test.by.sign(t, invite()), nil); err != nil || proof.Reason != test.want {
			t.Errorf("%s: %+v, %v; want %q", test.name, proof, err, test.want)
		}
	}
	n["_dmarc.council.example"] = nil
	if _, err := prove(t, n, sub.sign(t, invite()), nil); err == nil {
		t.Error("a policy that could not be read was taken for none")
	}
}

func TestManySignaturesCostLittle(t *testing.T) {
	n, own, attacker := council(t)
	raw := invite()
	for range 40 {
		raw = attacker.sign(t, raw)
	}
	asked := 0
	proof, err := prove(t, n, raw, func(o *mail.Options, _ *mail.Arrival) {
		o.TXT = func(ctx context.Context, name string) ([]string, error) { asked++; return n.TXT(ctx, name) }
	})
	if err != nil || proof.Reason != mail.NotAligned || asked > 2 {
		t.Errorf("%+v, %v after %d questions", proof, err, asked)
	}
	if proof, err := prove(t, n, own.sign(t, raw), nil); err != nil || !proof.OK() {
		t.Errorf("with theirs on top: %+v, %v", proof, err)
	}
}

func TestOurRelaysWord(t *testing.T) {
	n, _, _ := council(t)
	received := "Received: from out.council.example by mx.allclear.example; Sun, 22 Nov 2026 09:14:01 +0000\r\n"
	pass := "Authentication-Results: mx.allclear.example (amavis) ; dkim=pass (2048-bit key; unprotected) header.d=council.example;\r\n dmarc=pass (p=reject dis=none) header.from=council.example\r\n"
	for _, test := range []struct {
		name, above string
		relay       string
		want        mail.Reason
	}{
		{"a pass", received + pass, "mx.allclear.example", mail.Proven},
		{"a pass, filed", "Return-Path: <priya@council.example>\r\nDelivered-To: visits@allclear.example\r\n" + received + pass, "MX.allclear.example", mail.Proven},
		{"no relay is ours", received + pass, "", mail.Unsigned},
		{"another's", received + pass, "mx.other.example", mail.Unsigned},
		{"below another's", received + "Authentication-Results: mx.attacker.example; dmarc=fail\r\n" + pass, "mx.allclear.example", mail.Unsigned},
		{"below what our relay does not write", "X-Mailer: swaks\r\n" + received + pass, "mx.allclear.example", mail.RelayForeign},
		{"a fail", received + strings.Replace(pass, "dmarc=pass", "dmarc=fail", 1), "mx.allclear.example", mail.RelayFailed},
		{"for another domain", received + strings.Replace(pass, "from=council", "from=attacker", 1), "mx.allclear.example", mail.RelayFailed},
		{"in a comment", received + strings.Replace(pass, "dmarc=pass", "spf=fail (dmarc=pass header.from=council.example) x", 1), "mx.allclear.example", mail.Unsigned},
		{"in a reason", received + "Authentication-Results: mx.allclear.example; spf=fail reason=\"; dmarc=pass header.from=council.example\"\r\n", "mx.allclear.example", mail.Unsigned},
		{"two verdicts", received + strings.TrimSuffix(pass, "\r\n") + "; dmarc=fail header.from=council.example\r\n", "mx.allclear.example", mail.RelayFailed},
	} {
		proof, err := prove(t, n, test.above+invite(), func(o *mail.Options, _ *mail.Arrival) { o.Relay = test.relay })
		if err != nil || proof.Reason != test.want || (proof.By == mail.ByRelay) != (test.want == mail.Proven) {
			t.Errorf("%s: %+v, %v; want %q", test.name, proof, err, test.want)
		}
	}
}

func TestATenantsOwnMark(t *testing.T) {
	n, _, _ := council(t)
	mark := "X-MS-Exchange-Organization-AuthAs: Internal\r\n"
	for _, test := range []struct {
		name, above string
		on          bool
		via         mail.Via
		want        bool
	}{
		{"from the mailbox", mark, true, mail.ByMailbox, true},
		{"from Graph", mark, true, mail.ByGraph, true},
		{"over our listener", mark, true, mail.ByListener, false},
		{"switched off", mark, false, mail.ByMailbox, false},
		{"not there", "", true, mail.ByMailbox, false},
		{"anonymous", strings.Replace(mark, "Internal", "Anonymous", 1), true, mail.ByMailbox, false},
		{"twice", mark + mark, true, mail.ByGraph, false},
	} {
		proof, err := prove(t, n, test.above+invite(), func(o *mail.Options, a *mail.Arrival) { o.Tenant, a.Via = test.on, test.via })
		if err != nil || (proof.By == mail.ByTenant) != test.want || proof.OK() != test.want {
			t.Errorf("%s: %+v, %v", test.name, proof, err)
		}
	}
}

func TestAProofTellsNothingOfTheMail(t *testing.T) {
	n, own, _ := council(t)
	proof, err := prove(t, n, own.sign(t, invite()), nil)
	if printed := fmt.Sprintf("%+v %v", proof, err); strings.Contains(printed, "priya") {
		t.Error(printed)
	}
}
