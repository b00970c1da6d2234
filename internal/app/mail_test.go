package app

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/smtp"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/mail/mailbox"
	"github.com/allclear-safety/allclear/internal/private"
)

const invite = "From: priya@council.example\r\nMessage-ID: <1@council.example>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\nSubject: Visit\r\n\r\nAt two.\r\n"

// mailServer is one with the mailbox visits@allclear.example, and a mail in it.
func mailServer(t *testing.T) (at string, holds func(folder string) uint32) {
	t.Helper()
	user := imapmemserver.NewUser("visits@allclear.example", "s3cret")
	must(t, user.Create("INBOX", nil))
	_, err := user.Append("INBOX", sized{bytes.NewReader([]byte(strings.Replace(invite, "<1@", "<2@", 1)))}, &imap.AppendOptions{})
	must(t, err)
	memory := imapmemserver.New()
	memory.AddUser(user)
	port, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	server := imapserver.New(&imapserver.Options{InsecureAuth: true, Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIdle: {}, imap.CapMove: {}},
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		}})
	go server.Serve(port) // ends with the test
	t.Cleanup(func() { _ = server.Close() })
	return port.Addr().String(), func(folder string) uint32 {
		s, err := user.Status(folder, &imap.StatusOptions{NumMessages: true})
		if err != nil {
			return 0
		}
		return *s.NumMessages
	}
}

type sized struct{ *bytes.Reader }

func (s sized) Size() int64 { return s.Reader.Size() }

func TestMailComesInByBothWays(t *testing.T) {
	at, holds := mailServer(t)
	host, port, err := net.SplitHostPort(at)
	must(t, err)
	folder := t.TempDir()
	o := Options{Database: "sqlite:" + filepath.Join(folder, "a.db"), Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler), NoDrills: true,
		Front: Front{Cert: filepath.Join(folder, "cert.pem"), Key: filepath.Join(folder, "key.pem")},
		Mail: Mail{Listen: "smtp://127.0.0.1:0", To: []string{"visits@allclear.example"}, Domains: []string{"council.example"}, Relay: "mx.council.example",
			Mailbox: &mailbox.Address{Host: host, Port: port, User: "visits@allclear.example", Password: private.New("s3cret"), Folder: "INBOX"}}}
	roots := certified(t, o.Front, time.Now().Add(90*24*time.Hour))
	a, err := New(t.Context(), o)
	must(t, err)
	a.Start(context.WithoutCancel(t.Context()))
	stopped := false
	stop := func() {
		if !stopped {
			stopped = true
			must(t, a.Stop(context.WithoutCancel(t.Context())))
		}
	}
	t.Cleanup(stop)

	// It is handed over with the program's own certificate, whatever name is asked for.
	c, err := smtp.Dial(a.MailAddr().String())
	must(t, err)
	must(t, c.StartTLS(&tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}))
	must(t, c.Mail("priya@council.example"))
	must(t, c.Rcpt("visits@allclear.example"))
	w, err := c.Data()
	must(t, err)
	_, err = io.WriteString(w, invite)
	must(t, err)
	must(t, w.Close())
	must(t, c.Quit())

	for range 1000 {
		if holds("Taken") == 1 && holds("INBOX") == 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	figures := page(t, a, roots, "/metrics")
	for _, want := range []string{`allclear_mails_total{outcome="kept",via="listener"} 1`, `allclear_mails_total{outcome="kept",via="mailbox"} 1`, "allclear_mailbox_read 1"} {
		if !strings.Contains(figures, want) {
			t.Errorf("the figures lack %s", want)
		}
	}
	if says := page(t, a, roots, "/readyz"); !strings.Contains(says, "mailbox: read\n") {
		t.Errorf("it says %q", says)
	}
	o.Mail.Listen = "smtp://" + a.MailAddr().String()
	checks := func(wants ...string) {
		t.Helper()
		found := checkMail(t.Context(), o)
		for i, want := range wants {
			if len(found) != len(wants) || found[i].StopsAlarm || !strings.Contains(found[i].Says, want) {
				t.Errorf("a check says %+v, wanted %q", found, want)
			}
		}
	}
	checks("the mailbox is read", "is listened for")
	stop()
	o.Mail.Mailbox.Password = private.New("wrong")
	checks("not read, so no visit is booked by it: sign in", "nobody listens")

	// What was answered is kept.
	db, err := sql.Open("sqlite", filepath.Join(folder, "a.db"))
	must(t, err)
	defer db.Close()
	kept := 0
	must(t, db.QueryRowContext(t.Context(), `SELECT count(*) FROM mails`).Scan(&kept))
	if kept != 2 {
		t.Errorf("%d mails are kept", kept)
	}
}

func page(t *testing.T, a *App, roots *x509.CertPool, path string) string {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	defer client.CloseIdleConnections()
	answer, err := client.Get(a.Serving() + path)
	must(t, err)
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	must(t, err)
	return string(said)
}

func TestCheckSaysWhoseMailIsKnown(t *testing.T) {
	for name, c := range map[string]struct {
		texts []string
		err   error
		says  string
		key   string
	}{
		"a policy and a key":    {texts: []string{"v=DMARC1; p=reject"}, says: "says how its mail is known", key: "v=DKIM1; p=MIIB"},
		"a key on trial":        {texts: []string{"v=DMARC1; p=reject"}, says: "only tries its DKIM key out", key: "v=DKIM1; t=y; p=MIIB"},
		"a policy":              {texts: []string{"something else", "v=DMARC1; p=reject; rua=mailto:a@b.example"}, says: "no DKIM key under a usual name"},
		"none to speak of":      {texts: []string{"v=DMARC1; sp=reject; p=none"}, says: "no DMARC policy of quarantine or reject"},
		"none":                  {err: &net.DNSError{IsNotFound: true}, says: "no DMARC policy of quarantine or reject"},
		"nobody who could tell": {err: &net.DNSError{IsTimeout: true}, says: "the name server does not answer"},
	} {
		f := checkPolicy(t.Context(), func(_ context.Context, asked string) ([]string, error) {
			switch asked {
			case "_dmarc.council.example":
			case "selector1._domainkey.council.example":
				if c.key != "" {
					return []string{c.key}, nil
				}
				fallthrough
			default:
				return nil, &net.DNSError{IsNotFound: true}
			}
			return c.texts, c.err
		}, "council.example")
		if f.StopsAlarm || f.About != "mail" || !strings.Contains(f.Says, c.says) || !strings.Contains(f.Says, "council.example") {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// However mail comes in, its sender is proved, and our own addresses are known.
func TestWhoeverReadsMailProvesIt(t *testing.T) {
	for name, c := range map[string]struct {
		o    Options
		ours string
	}{
		"handed over":     {Options{Mail: Mail{Listen: "smtp://127.0.0.1:0", To: []string{"Visits@allclear.example", "@rota.allclear.example"}}}, "[visits@allclear.example]"},
		"by IMAP":         {Options{Mail: Mail{Mailbox: &mailbox.Address{User: "book@allclear.example"}}}, "[book@allclear.example]"},
		"by Graph":        {Options{Graph: &Graph{Mailbox: "Book@council.example"}}, "[book@council.example]"},
		"answers to ours": {Options{SMTP: &SMTP{From: "Allclear <Visits@allclear.example>"}, Mail: Mail{Listen: "smtp://127.0.0.1:0", To: []string{"book@allclear.example"}}}, "[visits@allclear.example book@allclear.example]"},
		"not at all":      {Options{}, "[]"},
	} {
		var eo engine.Options
		c.o.believe(&eo)
		if (eo.Prover != nil) != (name != "not at all") || fmt.Sprint(eo.Addresses) != c.ours {
			t.Errorf("%s: addresses %v, proved %t", name, eo.Addresses, eo.Prover != nil)
		}
	}
}
