package app

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/allclear-safety/allclear/internal/private"
)

const aDay = 24 * time.Hour

// withCertificate serves nobody yet, with a certificate that is good until then.
func withCertificate(t *testing.T, until time.Time) (*App, *bytes.Buffer) {
	t.Helper()
	o, log, folder := recorded(t, private.Text{}, ""), &bytes.Buffer{}, t.TempDir()
	o.Log, o.Front = slog.New(slog.NewTextHandler(log, nil)), Front{Cert: filepath.Join(folder, "cert.pem"), Key: filepath.Join(folder, "key.pem")}
	certified(t, o.Front, until)
	a, err := New(t.Context(), o)
	must(t, err)
	t.Cleanup(func() { must(t, a.Stop(t.Context())) })
	log.Reset()
	return a, log
}

// Without a certificate that is good no text comes in and no page opens: check says so before, and so do the figures.
func TestACertificateThatEndsIsAFinding(t *testing.T) {
	now := time.Now()
	for what, c := range map[string]struct {
		until time.Time
		says  string
		stops bool
	}{
		"over":    {now.Add(-time.Hour), "ended on", true},
		"soon":    {now.Add(13*aDay + time.Hour), "in 13 days, and was not renewed", false},
		"renewed": {now.Add(15 * aDay), "ok: until", false},
	} {
		a, _ := withCertificate(t, c.until)
		found, err := Check(t.Context(), a.o)
		must(t, err)
		if f := finding(found, c.says); f.About != "certificate" || f.StopsAlarm != c.stops {
			t.Errorf("%s: check says %v", what, found)
		}
		page := httptest.NewRecorder()
		a.server.Handler.ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
		if figure := "\nallclear_certificate_expires_seconds -3"; strings.Contains(page.Body.String(), figure) != c.stops ||
			!strings.Contains(page.Body.String(), figure[:len(figure)-2]) {
			t.Errorf("%s: the figures have not how long it is good for", what)
		}
	}
}

func TestCheckNamesACertificateThatServeRefuses(t *testing.T) {
	o := emptyDatabase(t)
	o.Front = Front{Cert: "nowhere.pem", Key: "nowhere.key"}
	found, err := Check(t.Context(), o)
	must(t, err)
	if f := finding(found, "read the certificate"); !f.StopsAlarm {
		t.Errorf("says %v", found)
	}
	o.Front = Front{ACMEDomain: "allclear.example.org"}
	found, err = Check(t.Context(), o)
	must(t, err)
	if f := finding(found, "none was fetched yet"); f.About != "certificate" || f.StopsAlarm {
		t.Errorf("says %v", found)
	}
}

func TestPeopleAreToldOnceADayOfACertificateThatEnds(t *testing.T) {
	noon := time.Date(2025, 11, 21, 12, 0, 0, 0, time.Local)
	for what, c := range map[string]struct {
		left time.Duration
		at   time.Time
		told string // the kind that is on record
	}{
		"not by night":          {13 * aDay, noon.Add(-4 * time.Hour), ""},
		"by day":                {13 * aDay, noon, "certificate_ends"},
		"at any hour when over": {-time.Minute, noon.Add(-9 * time.Hour), "certificate_ended"},
		"not when renewed":      {15 * aDay, noon, ""},
	} {
		a, log := withCertificate(t, c.at.Add(c.left))
		w := certificateWatch{App: a}
		for range 3 {
			w.tell(t.Context(), c.at)
		}
		for _, kind := range []string{"certificate_ends", "certificate_ended"} {
			told, err := a.db.Latest(t.Context(), "system", kind, 10)
			if err != nil || (len(told) == 1) != (kind == c.told) || len(told) > 1 {
				t.Errorf("%s: %s is on record %d times, %v", what, kind, len(told), err)
			}
		}
		if said := strings.Count(log.String(), "near its end"); (said == 1) != (c.told != "") || said > 1 {
			t.Errorf("%s: the log says %s", what, log)
		}
		w.tell(t.Context(), c.at.Add(aDay))
		if said := strings.Count(log.String(), "near its end"); c.told != "" && said != 2 {
			t.Errorf("%s: the next day the log says %s", what, log)
		}
	}
}

// What it is kept on may hang for hours.
func TestACertificateThatCannotBeLookedAtIsSaidOnce(t *testing.T) {
	a, log := withCertificate(t, time.Now().Add(90*aDay))
	must(t, errors.Join(os.Remove(a.o.Front.Cert), unix.Mkfifo(a.o.Front.Cert, 0o600))) // whoever opens it waits for who writes
	w := certificateWatch{App: a, folder: mount{most: 10 * time.Millisecond}}
	w.look(t.Context())
	w.look(t.Context())
	if said := strings.Count(log.String(), "does not answer"); said != 1 {
		t.Errorf("the log says %s", log)
	}
	writing, err := os.OpenFile(a.o.Front.Cert, os.O_WRONLY, 0)
	must(t, err)
	must(t, writing.Close())
}
