package mail_test

import (
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
