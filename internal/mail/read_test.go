package mail_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/mail"
)

// shared is a folder of what is given to the project and not part of it.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	dir := os.Getenv("SHARED_DIR")
	if dir == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("SHARED_DIR is not set")
		}
		t.Skip("SHARED_DIR is not set")
	}
	return filepath.Join(append([]string{dir}, parts...)...)
}

func read(raw string) mail.Message {
	return mail.Read(mail.Arrival{Raw: []byte(strings.ReplaceAll(raw, "\n", "\r\n")), From: "priya@council.example", Via: mail.ByListener, At: sentAt})
}

// TestRealMails holds what is read of the mails of others against what a person says of each.
func TestRealMails(t *testing.T) {
	says := []struct {
		file, from, methods string
		html                bool
	}{
		{"apache_james-project__gmail.eml", "duprat@linagora.com", ",", true},
		{"mozilla_releases-comm-central__cancel-single-event.eml", "sender@example.com", "CANCEL", false},
		{"mozilla_releases-comm-central__exception-major.eml", "sender@example.com", "REQUEST", false},
		{"mozilla_releases-comm-central__meet-meeting-invite.eml", "example@gmail.com", "REQUEST,", true},
		{"mozilla_releases-comm-central__message-non-invite.eml", "noreply@example.com", "", false},
		{"mozilla_releases-comm-central__outlook-test-invite.eml", "marge@example.org", "REQUEST", true},
		{"mozilla_releases-comm-central__repeat-event.eml", "sender@example.com", "REQUEST", false},
		{"mozilla_releases-comm-central__single-event.eml", "sender@example.com", "REQUEST", false},
		{"mozilla_releases-comm-central__update-major.eml", "sender@example.com", "REQUEST", false},
		{"mozilla_releases-comm-central__update-minor.eml", "sender@example.com", "REQUEST", false},
		{"postalsys_postal-mime__calendar-event.eml", "andris@postalsys.com", "REQUEST,", true},
	}
	files, err := filepath.Glob(shared(t, "calendar", "*.eml"))
	if err != nil || len(files) != len(says) {
		t.Fatalf("%d mails, %v", len(files), err)
	}
	for _, want := range says {
		raw, err := os.ReadFile(shared(t, "calendar", want.file))
		if err != nil {
			t.Fatal(err)
		}
		m := mail.Read(mail.Arrival{Raw: raw, Via: mail.ByMailbox, At: sentAt})
		var methods []string
		for _, c := range m.Calendars {
			methods = append(methods, c.Method)
			if text := string(c.Text); !strings.HasPrefix(text, "BEGIN:VCALENDAR") || !strings.Contains(text, "END:VEVENT") {
				t.Errorf("%s: a calendar of %d bytes is not whole", want.file, len(text))
			}
		}
		if m.From != want.from || strings.Join(methods, ",") != want.methods || len(m.Calendars) == 0 || m.Hidden != mail.Plain || m.Automatic || m.HTML.IsZero() == want.html || m.Date.IsZero() || m.Subject.IsZero() {
			t.Errorf("%s: from %s, calendars %q, hidden %q, automatic %v, sent %v", want.file, m.From, methods, m.Hidden, m.Automatic, m.Date)
		}
	}
}

const head = "From: Priya Nair <priya@council.example>\nTo: visits@allclear.example\nSubject: Home visit\nDate: Sun, 22 Nov 2026 09:14:00 +0000\nMessage-ID: <1@council.example>\n"

const event = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n"

func TestWhoAMailIsFrom(t *testing.T) {
	for _, test := range []struct{ from, want string }{
		{"Priya Nair <Priya@Council.Example>", "priya@council.example"},
		{"priya@council.example", "priya@council.example"},
		{`"Nair, Priya" <priya@council.example>`, "priya@council.example"},
		{"Nair, Priya <priya@council.example>", "priya@council.example"},
		{"=?utf-8?B?UHJpecOg?= <priya@council.example>", "priya@council.example"},
		{"=?no-such-charset?Q?Priya?= <priya@council.example>", "priya@council.example"},
		{`"sam@council.example" <priya@council.example>`, "priya@council.example"},
		{"Priya (sam@council.example) <priya@council.example>", "priya@council.example"},
		{"priya@council.example, sam@council.example", ""},
		{"Team: priya@council.example;", ""},
		{"Team: priya@council.example, sam@council.example;", ""},
		{"priya@council.example\nFrom: sam@council.example", ""},
		{"priya@council.example\nfrom : sam@council.example", ""},
		{"Priya Nair", ""}, {"<>", ""}, {"priya@", ""}, {"@council.example", ""}, {"sam@council.example <priya@council.example", ""},
		{"<sam@council.example> <priya@council.example>", ""},
	} {
		m := read("From: " + test.from + "\nSubject: x\n\nx")
		if m.From != test.want {
			t.Errorf("%q: from %q, want %q", test.from, m.From, test.want)
		}
	}
}

func TestWhatHidesAMail(t *testing.T) {
	mixed := func(parts ...string) string {
		return head + "Content-Type: multipart/mixed; boundary=b\n\n--b\n" + strings.Join(parts, "\n--b\n") + "\n--b--\n"
	}
	text := "Content-Type: text/plain\n\nService user: J Smith"
	for _, test := range []struct {
		name, raw string
		want      mail.Hidden
	}{
		{"plain", mixed(text), mail.Plain},
		{"winmail.dat", mixed(text, "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\neJ8+Ig=="), mail.TNEF},
		{"winmail.dat by its name", mixed(text, "Content-Type: application/octet-stream; name=\"winmail.dat\"\n\nx"), mail.TNEF},
		{"winmail.dat by its bytes", mixed(text, "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\neJ8+IgEAAA=="), mail.TNEF},
		{"sealed by Microsoft", mixed(text, "Content-Type: application/x-microsoft-rpmsg-message; name=message_v2.rpmsg\n\nx"), mail.Encrypted},
		{"sealed by its name", mixed(text, "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=message.rpmsg\n\nx"), mail.Encrypted},
		{"S/MIME", head + "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nMIIB", mail.Encrypted},
		{"PGP", head + "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--", mail.Encrypted},
		{"PGP in the text", head + "\n-----BEGIN PGP MESSAGE-----\n", mail.Encrypted},
		{"signed only", head + "Content-Type: multipart/signed; micalg=sha-256; protocol=\"application/pkcs7-signature\"; boundary=b\n\n--b\n" + text + "\n--b\nContent-Type: application/pkcs7-signature; name=smime.p7s\n\nx\n--b--", mail.Plain},
		{"nothing", "", mail.Broken},
		{"noise", "\x00\x01\x02", mail.Broken},
		{"many parts", mixed(strings.Split(strings.Repeat(text+"|", 150)+text, "|")...), mail.TooLarge},
		{"many calendars", mixed(strings.Split(strings.Repeat("Content-Type: text/calendar\n\n"+event+"|", 12)+text, "|")...), mail.TooLarge},
		{"a long calendar", mixed("Content-Type: text/calendar\n\n" + strings.Repeat("X", 1<<20+1)), mail.TooLarge},
		{"a long text", mixed("Content-Type: text/plain\n\n" + strings.Repeat("X", 1<<20+1)), mail.TooLarge},
		{"a long header", strings.Repeat("X-A: "+strings.Repeat("b", 900)+"\n", 300) + head + "\nx", mail.TooLarge},
		{"many fields", head + strings.Repeat("X: y\n", 1_100) + "\nx", mail.TooLarge},
		{"a long mail", head + "\n" + strings.Repeat("x\n", 6<<20), mail.TooLarge},
	} {
		m := read(test.raw)
		if m.Hidden != test.want || (m.From == "") != (test.want == mail.Broken) {
			t.Errorf("%s: %q from %q, want %q", test.name, m.Hidden, m.From, test.want)
		}
	}
	deep := text
	for i := range 12 {
		deep = fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n%s", i, i, deep)
	}
	if m := read(head + deep); m.Hidden != mail.TooLarge {
		t.Errorf("twelve deep: %q", m.Hidden)
	}
}

func TestCalendarsAreFoundWhereverTheyStand(t *testing.T) {
	for _, test := range []struct {
		name, part, method string
	}{
		{"in the alternative", "Content-Type: text/calendar; charset=utf-8; method=request\n\n" + event, "REQUEST"},
		{"without a method", "Content-Type: text/calendar\n\n" + event, ""},
		{"as application/ics", "Content-Type: application/ics; name=invite.ics\n\n" + event, ""},
		{"as any file", "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"Meeting.ICS\"\n\n" + event, ""},
		{"as a text", "Content-Type: text/plain\n\n" + event, ""},
		{"in base64 with a gateway's line behind it", "Content-Type: text/calendar\nContent-Transfer-Encoding: BASE64\n\nQkVHSU46VkNBTEVO\n REFSDQpNRVRIT0Q6UkVRVUVTVA0K\nRU5EOlZDQUxFTkRBUg0K\n", ""},
		{"in quoted-printable with slips", "Content-Type: text/calendar\nContent-Transfer-Encoding: quoted-printable\n\nBEGIN:VCAL=\nENDAR\nMETHOD:REQUEST\nX-A:100=25 = 4 =ZZ\nEND:VCALENDAR\n", ""},
		{"with a type that is not quite right", "Content-Type: text/calendar; method=REQUEST; charset=utf-8; name=my invite.ics;\n\n" + event, "REQUEST"},
	} {
		for _, end := range []string{"\n--b--\n", "\n", ""} {
			m := read(head + "Content-Type: multipart/alternative; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nHello\n--b\n" + test.part + end)
			if len(m.Calendars) != 1 || m.Calendars[0].Method != test.method || !strings.HasPrefix(string(m.Calendars[0].Text), "BEGIN:VCALENDAR") || !strings.Contains(string(m.Calendars[0].Text), "END:VCALENDAR") || !strings.HasPrefix(m.Text.Reveal(), "Hello") {
				t.Errorf("%s: %d calendars %q", test.name, len(m.Calendars), m.Calendars)
			}
		}
	}
}

func TestAForwardedInviteIsNobodysWord(t *testing.T) {
	m := read(head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nSee below\n--b\nContent-Type: message/rfc822\n\nFrom: sam@council.example\nSubject: x\nContent-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain\n\nAddress: 2 Other Road\n--c\nContent-Type: text/calendar; method=REQUEST\n\n" + event + "--c--\n--b--\n")
	if len(m.Calendars) != 0 || len(m.Forwarded) != 1 || m.From != "priya@council.example" || strings.Contains(m.Text.Reveal(), "Other") {
		t.Errorf("%+v", m)
	}
}

func TestCharsetsAndTheirLies(t *testing.T) {
	const zoe = "Zoë’s 20 – 21"
	for _, test := range []struct{ charset, bytes, want string }{
		{"utf-8", zoe, zoe}, {"us-ascii", zoe, zoe}, {"iso-8859-1", zoe, zoe}, {"", zoe, zoe}, {"x-nobody-knows", zoe, zoe}, {"utf-16", zoe, zoe},
		{"windows-1252", "Zo\xeb\x92s 20 \x96 21", zoe}, {"iso-8859-1", "Zo\xeb\x92s 20 \x96 21", zoe}, {"utf-8", "Zo\xeb\x92s 20 \x96 21", zoe}, {"x-nobody-knows", "Zo\xeb", "Zoë"},
		{"koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"}, {"gb2312", "\xb2\xe2\xca\xd4", "测试"}, {"iso-8859-2", "\xb3\xf3d\xbc", "łódź"},
		{"utf-16le", "Z\x00o\x00\xeb\x00", "Zoë"}, {"utf-8", "\xff\xfeZ\x00o\x00\xeb\x00", "Zoë"}, {"utf-8", "\xef\xbb\xbfZoë", "Zoë"}, {"utf-8", "Zo\x00ë", "Zoë"},
	} {
		raw := head + "Content-Type: text/plain; charset=" + test.charset + "\r\nContent-Transfer-Encoding: binary\r\n\r\n" + test.bytes
		m := mail.Read(mail.Arrival{Raw: []byte(raw), From: "priya@council.example", At: sentAt})
		if got := strings.TrimSpace(m.Text.Reveal()); got != test.want {
			t.Errorf("%s: %q, want %q", test.charset, got, test.want)
		}
	}
	if m := read("From: priya@council.example\nSubject: =?iso-8859-1?Q?Zo=EB?= =?utf-8?B?w6k=?= visit\n\nx"); m.Subject.Reveal() != "Zoëé visit" {
		t.Errorf("the subject is %q", m.Subject.Reveal())
	}
}

func TestWhatNoPersonSent(t *testing.T) {
	for _, test := range []struct {
		name, field string
		want        bool
	}{
		{"a person", "X-Auto-Response-Suppress: All\n", false},
		{"a person, said so", "Auto-Submitted: no\n", false},
		{"a program", "Auto-Submitted: auto-generated\n", true},
		{"a reply of a program", "Auto-Submitted: auto-replied; owner-email=\"x@y.example\"\n", true},
		{"a list", "List-Id: <team.council.example>\n", true},
		{"in bulk", "Precedence: bulk\n", true},
		{"an older program", "X-Autoreply: yes\n", true},
		{"a bounce", "Return-Path: <>\n", true},
		{"a report", "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n", true},
	} {
		if m := read(head + test.field + "\nx"); m.Automatic != test.want {
			t.Errorf("%s: %v", test.name, m.Automatic)
		}
	}
	for _, subject := range []string{"Automatic reply: Home visit", "Out of Office: Home visit"} {
		if !read(strings.Replace(head, "Home visit", subject, 1) + "\nx").Automatic {
			t.Errorf("%s is taken for a person's", subject)
		}
	}
	if m := mail.Read(mail.Arrival{Raw: []byte(head + "\nx"), Via: mail.ByListener, At: sentAt}); !m.Automatic {
		t.Error("a mail from the null sender is taken for a person's")
	}
}

func TestPrivate(t *testing.T) {
	for value, want := range map[string]bool{"Private": true, "Company-Confidential": true, "Personal": false, "normal": false} {
		if m := read(head + "Sensitivity: " + value + "\n\nx"); m.Private != want {
			t.Errorf("%s: %v", value, m.Private)
		}
	}
}

func FuzzMail(f *testing.F) {
	n, own, _ := council(f)
	f.Add([]byte(invite()))
	f.Add([]byte(own.sign(f, invite())))
	f.Add([]byte("Authentication-Results: mx.allclear.example; dmarc=pass header.from=council.example\r\n" + invite()))
	f.Add([]byte(head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<table><tr><td>Address<td>x</table>\n--b\nContent-Type: message/rfc822\n\nFrom: x\n\ny\n--b--"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		a := mail.Arrival{Raw: raw, From: "x@y.example", Via: mail.ByMailbox, At: sentAt}
		m := mail.Read(a)
		if strings.ContainsAny(m.From, " \r\n<>,") {
			t.Errorf("from %q", m.From)
		}
		if m.Hidden == mail.Broken && len(m.Calendars) > 0 {
			t.Error("a calendar in no mail")
		}
		proof, err := mail.NewProver(mail.Options{Domains: []string{"council.example"}, TXT: n.TXT}).Prove(t.Context(), a, m)
		if err != nil {
			t.Error(err)
		}
		if proof.OK() && !strings.HasSuffix(m.From, "@council.example") {
			t.Errorf("%q is proven", m.From)
		}
	})
}
