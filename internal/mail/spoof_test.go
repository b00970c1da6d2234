package mail_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/mail"
)

// independent signs with python3-dkim, which shares no code with what verifies here.
const independent = `
import sys, time, dkim
at = int(sys.argv.pop(1))
time.time = lambda: at
domain, key = sys.argv[1], open(sys.argv[2], "rb").read()
headers = [h.encode() for h in sys.argv[3].split(",")]
extra = {"length": True} if len(sys.argv) > 4 and sys.argv[4] == "length" else {}
mail = sys.stdin.buffer.read()
sys.stdout.buffer.write(dkim.sign(mail, b"pydkim", domain.encode(), key, include_headers=headers, canonicalize=(b"relaxed", b"simple"), **extra) + mail)
`

// python is the distribution's own, where its packages are.
func python(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import dkim").Run() == nil {
			return name
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("python3-dkim is not installed")
	}
	t.Skip("python3-dkim is not installed")
	return ""
}

// TestSpoofedMail is the table of what came through a real relay: five mails that say they are the council's, of which one is.
func TestSpoofedMail(t *testing.T) {
	py, dir, n := python(t), t.TempDir(), names{"_dmarc.council.example": {"v=DMARC1; p=reject"}, "_dmarc.attacker.example": {"v=DMARC1; p=reject"}}
	for _, domain := range []string{"council.example", "attacker.example"} {
		key, err := rsa.GenerateKey(nil, 2048)
		if err != nil {
			t.Fatal(err)
		}
		public, err := x509.MarshalPKIXPublicKey(key.Public())
		if err != nil {
			t.Fatal(err)
		}
		n["pydkim._domainkey."+domain] = []string{"v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(public)}
		block := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
		if err := os.WriteFile(filepath.Join(dir, domain), block, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sign := func(domain, headers string, extra ...string) string {
		t.Helper()
		run := exec.Command(py, append([]string{"-c", independent, strconv.FormatInt(sentAt.Unix(), 10), domain, filepath.Join(dir, domain), headers}, extra...)...)
		run.Stdin = strings.NewReader(invite())
		out, err := run.Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	const all = "from,date,subject,message-id,content-type,mime-version"
	received := "Received: from out.council.example by mx.allclear.example; Sun, 22 Nov 2026 09:14:01 +0000\r\n"
	for _, test := range []struct {
		name, raw string
		want      mail.Reason
	}{
		{"signed by the council", sign("council.example", all), mail.Proven},
		{"unsigned", invite(), mail.Unsigned},
		{"signed by the attacker, from the council", sign("attacker.example", all), mail.NotAligned},
		{"unsigned, with a verdict of its own", "Authentication-Results: mx.allclear.example; dmarc=pass header.from=council.example\r\n" + invite(), mail.Unsigned},
		{"signed, with another subject", strings.Replace(sign("council.example", all), "Subject: Home visit", "Subject: Cancelled", 1), mail.Changed},

		{"signed in part", sign("council.example", all, "length"), mail.Partial},
		{"signed in part, with more behind it", sign("council.example", all, "length") + "BEGIN:VCALENDAR\r\n", mail.Partial},
		{"signed without its subject", sign("council.example", "from,date,content-type"), mail.NotCovered},
		{"signed without its type", sign("council.example", "from,date,subject"), mail.NotCovered},
		{"signed once more than it has senders", sign("council.example", "from,from,date,subject,content-type"), mail.Proven},
		{"signed, and a second type put on top", "Content-Type: text/plain\r\n" + sign("council.example", all), mail.Doubled},
	} {
		// The relay took a verdict in its own name off whatever came from outside, and found nothing to say itself.
		raw := received + strings.TrimPrefix(test.raw, "Authentication-Results: mx.allclear.example; dmarc=pass header.from=council.example\r\n")
		for _, relay := range []string{"", "mx.allclear.example"} {
			proof, err := prove(t, n, raw, func(o *mail.Options, _ *mail.Arrival) { o.Relay = relay })
			if err != nil || proof.Reason != test.want || proof.OK() != (test.want == mail.Proven) {
				t.Errorf("%s: %+v, %v; want %q", test.name, proof, err, test.want)
			}
		}
		// Without a relay, what a mail says of itself is worth nothing at all.
		if proof, err := prove(t, n, test.raw, nil); err != nil || proof.Reason != test.want {
			t.Errorf("%s, as it came: %+v, %v; want %q", test.name, proof, err, test.want)
		}
	}
}
