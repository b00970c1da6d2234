package bench

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"golang.org/x/net/dns/dnsmessage"
)

const (
	ourAddress    = "visits@allclear.example"
	councilDomain = "council.example"
	signedBy      = "s1"
)

// names is a name server that knows one domain: the key that it signs with, and that it wants unsigned mail refused.
type names struct {
	conn net.PacketConn
	key  *rsa.PrivateKey
	txt  map[string]string
}

func newNames() (*names, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("write a key: %w", err)
	}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for names: %w", err)
	}
	n := &names{conn: conn, key: key, txt: map[string]string{
		signedBy + "._domainkey." + councilDomain + ".": "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der),
		"_dmarc." + councilDomain + ".":                 "v=DMARC1; p=reject",
	}}
	go n.serve() // ends with close
	return n, nil
}

func (n *names) addr() string { return n.conn.LocalAddr().String() }
func (n *names) close()       { _ = n.conn.Close() }

func (n *names) serve() {
	buffer := make([]byte, 1500)
	for {
		length, from, err := n.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		if answer := n.answer(buffer[:length]); answer != nil {
			_, _ = n.conn.WriteTo(answer, from) // who does not hear it asks again
		}
	}
}

func (n *names) answer(question []byte) []byte {
	var asked dnsmessage.Message
	if asked.Unpack(question) != nil || len(asked.Questions) != 1 {
		return nil
	}
	q := asked.Questions[0]
	says := dnsmessage.Message{Header: dnsmessage.Header{ID: asked.ID, Response: true, Authoritative: true, RecursionDesired: asked.RecursionDesired, RecursionAvailable: true}, Questions: asked.Questions}
	text, known := n.txt[strings.ToLower(q.Name.String())]
	switch {
	case !known:
		says.RCode = dnsmessage.RCodeNameError
	case q.Type == dnsmessage.TypeTXT:
		body := &dnsmessage.TXTResource{}
		for len(text) > 200 {
			body.TXT, text = append(body.TXT, text[:200]), text[200:]
		}
		body.TXT = append(body.TXT, text)
		says.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 60}, Body: body}}
	}
	packed, err := says.Pack()
	if err != nil {
		return nil
	}
	return packed
}

// letters are the invites, signed before the clock runs. Each worker's are of an hour, two hours apart.
func (n *names) letters(ctx context.Context, o Options, size MailSize) ([][]byte, error) {
	all := make([][]byte, int(float64(size.Rate)*size.For.Seconds()))
	first := time.Now().Add(2 * time.Hour).Truncate(time.Hour)
	err := each(ctx, len(all), func(done int) { o.progress("invites signed", done, len(all)) }, func(_ context.Context, i int) error {
		start := first.Add(time.Duration(i/size.Workers) * 2 * time.Hour)
		var signed bytes.Buffer
		err := dkim.Sign(&signed, strings.NewReader(inviteOf(i, worker(i%size.Workers)+"@"+councilDomain, start)), &dkim.SignOptions{Domain: councilDomain, Selector: signedBy, Signer: n.key,
			HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
			HeaderKeys: []string{"From", "To", "Subject", "Date", "Message-ID", "Content-Type", "MIME-Version"}})
		all[i] = signed.Bytes()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sign an invite: %w", err)
	}
	return all, nil
}

// inviteOf is a mail as Exchange makes it, its form in a table.
func inviteOf(i int, from string, start time.Time) string {
	lines := []string{
		"BEGIN:VCALENDAR", "METHOD:REQUEST", "PRODID:Microsoft Exchange Server 2010", "VERSION:2.0", "BEGIN:VTIMEZONE", "TZID:GMT Standard Time",
		"BEGIN:STANDARD", "DTSTART:16010101T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0000", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", "END:STANDARD",
		"BEGIN:DAYLIGHT", "DTSTART:16010101T010000", "TZOFFSETFROM:+0000", "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3", "END:DAYLIGHT", "END:VTIMEZONE",
		"BEGIN:VEVENT", "ORGANIZER;CN=Priya Nair:mailto:" + from, "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:" + ourAddress,
		fmt.Sprintf("UID:040000008200E00074C5B7101A82E008%08X", i), "SUMMARY;LANGUAGE=en-GB:Home visit", "LOCATION;LANGUAGE=en-GB:1 Example Street",
		"DTSTART;TZID=GMT Standard Time:" + local(start), "DTEND;TZID=GMT Standard Time:" + local(start.Add(time.Hour)),
		"CLASS:PRIVATE", "DTSTAMP:" + time.Now().UTC().Format("20060102T150405Z"), "SEQUENCE:0", "STATUS:CONFIRMED", "TRANSP:OPAQUE", "END:VEVENT", "END:VCALENDAR", "",
	}
	form := `<html><body><table><tr><td>Who you are visiting</td><td>J Smith</td></tr><tr><td>Address</td><td>1 Example Street, Gloucester</td></tr><tr><td>Contact number</td><td>07700 900103</td></tr></table></body></html>`
	part := func(kind, words string) string {
		all := base64.StdEncoding.EncodeToString([]byte(words))
		var b strings.Builder
		b.WriteString("--x\r\nContent-Type: " + kind + "\r\nContent-Transfer-Encoding: base64\r\n\r\n")
		for len(all) > 76 {
			b.WriteString(all[:76] + "\r\n")
			all = all[76:]
		}
		return b.String() + all + "\r\n"
	}
	return fmt.Sprintf("From: Priya Nair <%s>\r\nTo: <%s>\r\nSubject: Home visit\r\nDate: %s\r\nMessage-ID: <%d.%d@%s>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n",
		from, ourAddress, time.Now().Format(time.RFC1123Z), i, start.Unix(), councilDomain) +
		part("text/html; charset=utf-8", form) + part("text/calendar; charset=utf-8; method=REQUEST", strings.Join(lines, "\n")) + "--x--\r\n"
}

// local is a time as it stands beside Britain's zone.
func local(at time.Time) string {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		zone = time.UTC
	}
	return at.In(zone).Format("20060102T150405")
}
