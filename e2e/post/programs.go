package post

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
)

// selector is the name of each domain's key.
const selector = "s2026"

// nameServer knows the domains, the keys that each signs with, and what each wants done with what is not signed.
func (p *Post) nameServer() error {
	var zone strings.Builder
	fmt.Fprintf(&zone, "port=53\nlisten-address=%s\nbind-interfaces\nno-resolv\nno-hosts\nlocal=/example/\nuser=root\npid-file=\n", p.dns)
	fmt.Fprintf(&zone, "mx-host=%s,%s,10\nhost-record=%s,127.0.0.1\n", Ours, MX, MX)
	for _, domain := range []string{Council, Ours, Attacker} {
		public, err := p.newKey(domain)
		if err != nil {
			return err
		}
		record := "v=DKIM1; k=rsa; p=" + public
		fmt.Fprintf(&zone, "txt-record=%s._domainkey.%s,\"%s\",\"%s\"\n", selector, domain, record[:200], record[200:])
		fmt.Fprintf(&zone, "txt-record=_dmarc.%s,\"v=DMARC1; p=reject; adkim=r; aspf=r\"\n", domain)
	}
	if err := p.write("dnsmasq.conf", zone.String()); err != nil {
		return err
	}
	return p.run("the name server", "/usr/sbin/dnsmasq", "--keep-in-foreground", "--conf-file="+p.file("dnsmasq.conf"), "--log-facility=-")
}

// newKey makes the key that a domain signs with, and gives its public half.
func (p *Post) newKey(domain string) (public string, err error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	p.keys[domain] = p.file(domain + ".pem")
	held := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	if err := os.WriteFile(p.keys[domain], held, 0o600); err != nil {
		return "", err
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	return base64.StdEncoding.EncodeToString(der), err
}

// openDKIM checks signatures, takes away verdicts that others forged in our name, and signs what Allclear sends.
func (p *Post) openDKIM() error {
	if err := p.write("opendkim.conf", strings.Join([]string{
		"Mode sv", "Domain " + Ours, "Selector " + selector, "KeyFile " + p.keys[Ours], "Socket inet:" + portOf(p.dkim) + "@127.0.0.1", "Nameservers " + p.dns,
		"AuthservID " + MX, "RemoveARAll yes", "Background no", "Syslog no", "Canonicalization relaxed/relaxed", "OversignHeaders From", "UserID root", "RequireSafeKeys no", "",
	}, "\n")); err != nil {
		return err
	}
	return p.run("OpenDKIM", "/usr/sbin/opendkim", "-f", "-x", p.file("opendkim.conf"))
}

// councilSigns signs what the council's people send, by a program of the council's own.
func (p *Post) councilSigns() error {
	if err := p.write("council.conf", strings.Join([]string{
		"Mode s", "Domain " + Council, "Selector " + selector, "KeyFile " + p.keys[Council], "Socket inet:" + portOf(p.signer) + "@127.0.0.1", "Nameservers " + p.dns,
		"Background no", "Syslog no", "Canonicalization relaxed/relaxed", "OversignHeaders From", "UserID root", "RequireSafeKeys no", "",
	}, "\n")); err != nil {
		return err
	}
	return p.run("OpenDKIM of the council", "/usr/sbin/opendkim", "-f", "-x", p.file("council.conf"))
}

// openDMARC refuses what its sender's domain wants refused. It asks the name server of a file that it looks for below its own root. Mail from this machine
// it would believe unasked, and its SPF as well: neither is wanted here.
func (p *Post) openDMARC() error {
	if err := p.write("dmarc/etc/resolv.conf", "nameserver "+p.dns+"\n"); err != nil {
		return err
	}
	if err := p.write("dmarc/ignored", "192.0.2.1\n"); err != nil {
		return err
	}
	if err := p.write("opendmarc.conf", strings.Join([]string{
		"Socket inet:" + portOf(p.dmarc) + "@127.0.0.1", "AuthservID " + MX, "TrustedAuthservIDs " + MX, "RejectFailures true", "IgnoreHosts " + p.file("dmarc/ignored"),
		"SPFSelfValidate false", "SPFIgnoreResults true", "Background false", "Syslog false", "ChangeRootDirectory " + p.file("dmarc"), "UserID opendmarc", "",
	}, "\n")); err != nil {
		return err
	}
	return p.run("OpenDMARC", "/usr/sbin/opendmarc", "-f", "-c", p.file("opendmarc.conf"))
}

// dovecot has the mailboxes.
func (p *Post) dovecot() error {
	if err := p.owned("mail", "mail"); err != nil {
		return err
	}
	if err := p.write("dovecot.conf", fmt.Sprintf(`base_dir = %[1]s/dovecot
state_dir = %[1]s/dovecot
log_path = %[1]s/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:%[1]s/mail/%%n
passdb {
  driver = static
  args = password=%[2]s
}
userdb {
  driver = static
  args = uid=mail gid=mail home=%[1]s/mail/%%n allow_all_users=yes
}
service imap-login {
  inet_listener imap {
    port = %[3]s
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    port = %[4]s
  }
}
`, p.dir, Password, portOf(p.imap), portOf(p.lmtp))); err != nil {
		return err
	}
	return p.run("Dovecot", "/usr/sbin/dovecot", "-F", "-c", p.file("dovecot.conf"))
}

// postfix takes mail for Allclear and for the council's people, each after OpenDKIM and OpenDMARC have looked at it. While one of these does not answer, mail is
// put off, not let through.
func (p *Post) postfix() error {
	if err := p.owned("data", "postfix"); err != nil {
		return err
	}
	to := p.lmtp
	if !p.o.Mailbox {
		to = p.o.LMTP
	}
	if err := p.write("postfix/main.cf", strings.Join([]string{
		"compatibility_level = 3.6", "queue_directory = " + p.file("queue"), "data_directory = " + p.file("data"), "maillog_file = " + p.file("postfix.log"), "maillog_file_prefixes = " + p.dir,
		"myhostname = " + MX, "mydestination =", "mynetworks = 127.0.0.0/8", "inet_interfaces = 127.0.0.1", "inet_protocols = ipv4", "smtpd_peername_lookup = no", "alias_maps =", "alias_database =",
		"relay_domains = " + Ours + ", " + Council, "smtpd_relay_restrictions = reject_unauth_destination", "lmtp_host_lookup = native", "smtputf8_enable = yes",
		"transport_maps = inline:{ {" + Ours + "=lmtp:inet:" + to + "} {" + Council + "=lmtp:inet:" + p.lmtp + "} }",
		"smtpd_milters = inet:" + p.dkim + ", inet:" + p.dmarc, "milter_default_action = tempfail", "minimal_backoff_time = 1s", "maximal_backoff_time = 2s", "queue_run_delay = 1s",
		"smtpd_forbid_bare_newline = no", "", // what Postfix does about that is its own affair: Allclear must not need it
	}, "\n")); err != nil {
		return err
	}
	listens := p.smtp + " inet n - n - - smtpd\n" + p.out + " inet n - n - - smtpd\n  -o smtpd_milters=inet:" + p.dkim + "\n"
	if p.o.Desks {
		listens += p.desk + " inet n - n - - smtpd\n  -o smtpd_milters=inet:" + p.signer + ",inet:" + p.dkim + ",inet:" + p.dmarc + "\n"
	}
	if err := p.write("postfix/master.cf", listens+services); err != nil {
		return err
	}
	if err := os.MkdirAll(p.file("queue"), 0o755); err != nil { // #nosec G301 -- Postfix's users look in
		return err
	}
	// What "postfix check" would make, at a fortieth of its time.
	for _, own := range []string{"active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace"} {
		if err := p.owned("queue/"+own, "postfix"); err != nil {
			return err
		}
	}
	for _, name := range []string{"queue/pid", "queue/public", "queue/maildrop"} {
		if err := os.MkdirAll(p.file(name), 0o755); err != nil { // #nosec G301 -- Postfix's users look in
			return err
		}
	}
	if err := p.owned("queue/public", "postfix"); err != nil {
		return err
	}
	if err := p.owned("queue/maildrop", "postfix"); err != nil {
		return err
	}
	return p.run("Postfix", "/usr/lib/postfix/sbin/master", "-c", p.file("postfix"), "-d", "-s")
}

// services are Postfix's, without chroot.
const services = `pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
relay     unix - - n - - smtp
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
lmtp      unix - - n - - lmtp
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
`
