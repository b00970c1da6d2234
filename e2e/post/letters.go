package post

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
)

// Sign signs a mail by a domain's key, with a program that shares nothing with whoever checks it.
func (p *Post) Sign(mail []byte, domain string) []byte {
	p.t.Helper()
	const script = `import sys, dkim
mail = sys.stdin.buffer.read()
key = open(sys.argv[2], "rb").read()
covered = [b"from", b"to", b"subject", b"date", b"message-id", b"content-type", b"mime-version"]
sys.stdout.buffer.write(dkim.sign(mail, sys.argv[3].encode(), sys.argv[1].encode(), key, canonicalize=(b"relaxed", b"relaxed"), include_headers=covered) + mail)
`
	var out, problems bytes.Buffer
	cmd := exec.Command(python, "-c", script, domain, p.keys[domain], selector) // #nosec G204 -- our own words
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(mail), &out, &problems
	if err := cmd.Run(); err != nil {
		p.t.Fatalf("sign a mail: %v: %s", err, problems.String())
	}
	return out.Bytes()
}

// Send hands a mail over by SMTP, as swaks does it, and gives what was said and whether it was taken.
func (p *Post) Send(server, from, to string, mail []byte) (said string, taken bool) {
	p.t.Helper()
	letter, err := os.CreateTemp(p.dir, "letter")
	if err != nil {
		p.t.Fatalf("write a mail: %v", err)
	}
	_, err = letter.Write(mail)
	if closed := letter.Close(); err != nil || closed != nil {
		p.t.Fatalf("write a mail: %v, %v", err, closed)
	}
	cmd := exec.Command("/usr/bin/swaks", "--server", server, "--helo", "client."+Council, "--from", from, "--to", to, "--data", "@"+letter.Name(), "--timeout", "20") // #nosec G204 -- our own words
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// Mailbox gives the mails in somebody's mailbox at the council, as they lie there.
func (p *Post) Mailbox(name string) []string {
	p.t.Helper()
	var mails []string
	for _, folder := range []string{"new", "cur"} {
		all, err := filepath.Glob(filepath.Join(p.dir, "mail", name, folder, "*"))
		if err != nil {
			p.t.Fatalf("look into %s's mailbox: %v", name, err)
		}
		for _, at := range all {
			held, err := os.ReadFile(at) // #nosec G304 -- in our own folder
			if err == nil {
				mails = append(mails, string(held))
			}
		}
	}
	return mails
}
