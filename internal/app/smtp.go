package app

import (
	"context"
	"crypto/rand"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/channel/smtp"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/private"
)

// SMTP is the server that our own e-mails go out by, and in whose name.
type SMTP struct {
	Server smtp.Server
	From   string
}

// sender hands our e-mails over.
type sender = smtp.Client

// sender makes one. now is the true time; nil keeps no connection.
func (o Options) sender(now func() time.Time) (*sender, error) {
	return smtp.New(smtp.Options{Server: o.SMTP.Server, From: o.SMTP.From, Dial: o.Outgoing.Dial, Now: now})
}

// byMail puts e-mail behind an engine, where there is a server for it.
func (o Options) byMail(eo *engine.Options) (*sender, error) {
	if o.SMTP == nil {
		return nil, nil
	}
	client, err := o.sender(time.Now)
	if err != nil {
		return nil, err
	}
	from, err := smtp.ParseFrom(o.SMTP.From)
	if err != nil {
		return nil, err
	}
	eo.Mail, eo.MailFrom, eo.OwnDomains = client, strings.ToLower(from.Address), o.Mail.Domains
	return client, nil
}

// taken are the addresses that mail is taken for, those of domains among them. The first is the one that our own e-mails come from, where they do: their
// answers come back to it.
func (o Options) taken() []string {
	ours := slices.Clone(o.Mail.To)
	if o.SMTP != nil {
		if from, err := smtp.ParseFrom(o.SMTP.From); err == nil { // checked when it was read
			ours = slices.Insert(ours, 0, from.Address)
		}
	}
	return ours
}

// mailNote sends a checkpoint. The mail has the signed note as it is, and nothing else, so that it can be kept as a file.
func (o Options) mailNote(ctx context.Context, signed []byte) error {
	client, err := o.sender(nil)
	if err != nil {
		return err
	}
	_, err = client.Send(ctx, channel.Message{ID: "checkpoint-" + rand.Text(), Class: channel.Info, MadeAt: time.Now(), Body: private.New(string(signed)),
		Mail: &channel.Mail{Address: private.New(o.CheckpointMail), Subject: private.New("Allclear: a checkpoint of the record"), Thread: "checkpoints"}})
	return err
}

// checkSMTP asks whether e-mails can go out, and whether those who get them can tell that they are ours. Alarms go by text and call all the same.
func checkSMTP(ctx context.Context, o Options) []Finding {
	if o.SMTP == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, gatewayTimeout)
	defer cancel()
	client, err := o.sender(nil)
	if err == nil {
		err = client.Check(ctx)
	}
	found := []Finding{{About: "e-mail", Says: "ok"}}
	if err != nil {
		found[0].Says = "none can go out: " + err.Error() + "; see ALLCLEAR_SMTP"
	}
	if o.SMTP.Server.Local() {
		return found // a relay on this machine: what it signs and who may send is its own to know
	}
	from, err := smtp.ParseFrom(o.SMTP.From)
	if err != nil {
		return found
	}
	return append(found, checkSenderDomain(ctx, mail.TXT(o.Mail.DNS), smtp.Domain(from.Address))...)
}

// checkSenderDomain asks whether a domain says which servers send its mail, and what becomes of other mail in its name. Whether the relay signs by
// DKIM only a mail that came shows.
func checkSenderDomain(ctx context.Context, ask mail.Lookup, domain string) (found []Finding) {
	for _, record := range []struct{ name, begins, lacks string }{
		{domain, "v=spf1", " says by no SPF record which servers send its mail: filters may keep ours from people"},
		{"_dmarc." + domain, "v=DMARC1", " has no DMARC record: others can write in its name, and filters may keep ours from people"},
	} {
		texts, err := ask(ctx, record.name)
		if dns, is := err.(*net.DNSError); err != nil && !(is && dns.IsNotFound) {
			return []Finding{{About: "e-mail", Says: "the name server does not answer for " + domain + ": its SPF and DMARC records were not looked at"}}
		}
		there := false
		for _, text := range texts {
			there = there || strings.HasPrefix(strings.ToLower(text), strings.ToLower(record.begins))
		}
		if !there {
			found = append(found, Finding{About: "e-mail", Says: domain + record.lacks})
		}
	}
	return found
}

// checkpointDomain is where checkpoints go by e-mail: their address is nobody's business.
func (o Options) checkpointDomain() string { return smtp.Domain(o.CheckpointMail) }
