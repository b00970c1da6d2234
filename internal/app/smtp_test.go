package app

import (
	"context"
	"net"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/channel/smtp"
	standin "github.com/allclear-safety/allclear/internal/standin/smtp"

	"github.com/allclear-safety/allclear/internal/private"
)

func relay(t *testing.T, o standin.Options) (*standin.Server, *SMTP) {
	t.Helper()
	s, err := standin.New(o)
	must(t, err)
	t.Cleanup(s.Close)
	server, err := smtp.ParseServer("smtp://" + s.Addr())
	must(t, err)
	server.User, server.Password = o.User, private.New(o.Password)
	return s, &SMTP{Server: server, From: "Allclear <allclear@council.example>"}
}

// A checkpoint by e-mail is the signed note and nothing else: whoever keeps the mail can hold the record against it.
func TestACheckpointComesByEMail(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	mails, to := relay(t, standin.Options{})
	o.SMTP, o.CheckpointMail = to, "audit@council.example"
	db, err := Open(t.Context(), o, false)
	must(t, err)
	defer db.Close()
	c, err := newClock(t.Context(), db, 0, nil)
	must(t, err)
	p := newPublisher(o, db, c)
	mails.Fail(standin.Down, 1)
	if err := p.turn(t.Context(), false); err == nil || !strings.Contains(err.Error(), "to the mail: ") || strings.Contains(err.Error(), "audit") {
		t.Errorf("a server that is down: %v", err)
	}
	must(t, p.turn(t.Context(), false))
	must(t, p.turn(t.Context(), false)) // nothing is due
	got := mails.To("audit@council.example")
	if len(got) != 1 || got[0].Subject != "Allclear: a checkpoint of the record" {
		t.Fatalf("%d mails came", len(got))
	}
	file := t.TempDir() + "/checkpoints"
	must(t, appendNote(file, []byte(got[0].Text)))
	if found, err := VerifyRecord(t.Context(), o, Audit{Checkpoints: file}); err != nil || found.Agree != 1 {
		t.Errorf("held against the mail: %+v, %v", found, err)
	}
	if words := o.outletWords("mail"); words != "an e-mail address at council.example" {
		t.Errorf("it is called %q", words)
	}
}

func TestACheckSaysWhetherEMailsGoOut(t *testing.T) {
	t.Parallel()
	mails, to := relay(t, standin.Options{User: "allclear", Password: "s3cret"})
	says := func(o Options) string {
		var all []string
		for _, f := range checkSMTP(t.Context(), o) {
			if f.StopsAlarm {
				t.Error("no alarm waits for e-mail")
			}
			all = append(all, f.About+": "+f.Says)
		}
		return strings.Join(all, "\n")
	}
	if got := says(Options{SMTP: to}); got != "e-mail: ok" {
		t.Errorf("of one that works it says %q", got)
	}
	wrong := *to
	wrong.Server.Password = private.New("hunter2")
	if got := says(Options{SMTP: &wrong}); !strings.HasPrefix(got, "e-mail: none can go out: misconfigured: code 535") || strings.Contains(got, "hunter2") {
		t.Errorf("of a wrong password it says %q", got)
	}
	if got := says(Options{}); got != "" {
		t.Errorf("where no e-mail is sent it says %q", got)
	}
	if len(mails.Mails()) != 0 {
		t.Error("a check sent a mail")
	}
}

// Whether people's filters can tell a mail of ours is in the sender's domain.
func TestACheckLooksAtTheSendersDomain(t *testing.T) {
	t.Parallel()
	records := map[string][]string{"council.example": {"v=spf1 include:relay.example -all"}, "_dmarc.council.example": {"v=DMARC1; p=reject"}, "lax.example": {"hello"}}
	ask := func(_ context.Context, name string) ([]string, error) {
		if found, is := records[name]; is {
			return found, nil
		}
		if strings.HasSuffix(name, "silent.example") {
			return nil, &net.DNSError{Err: "timeout", IsTimeout: true}
		}
		return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
	}
	for domain, want := range map[string][]string{"council.example": nil, "lax.example": {"no SPF record", "no DMARC record"}, "silent.example": {"does not answer"}} {
		found := checkSenderDomain(t.Context(), ask, domain)
		if len(found) != len(want) {
			t.Errorf("%s: %v", domain, found)
			continue
		}
		for i, w := range want {
			if !strings.Contains(strings.ReplaceAll(found[i].Says, "by no SPF", "no SPF"), w) {
				t.Errorf("%s: %v", domain, found)
			}
		}
	}
}
