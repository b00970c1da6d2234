package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/allclear-safety/allclear/e2e/town"
)

// pages is somebody's browser, signed in.
type pages struct {
	stage  *stage
	client *http.Client
}

var typed = regexp.MustCompile(`<code>([A-Z2-7 ]{30,})</code>`)

// signIn signs somebody in as people are: by a link, with a password and a code.
func signIn(s *stage, w *town.Town, who town.Person) *pages {
	said, err := w.Command("user", "create", "--person", who.ID)
	if err != nil {
		s.Fatalf("make an account: %v", err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.Fatalf("make an account: %v", err)
	}
	p := &pages{stage: s, client: &http.Client{Jar: jar, Timeout: 15 * time.Second}}
	at := strings.TrimSpace(said)
	secret := typed.FindStringSubmatch(p.get(at))
	if secret == nil {
		s.Fatalf("the link shows no secret")
	}
	code, err := totp.GenerateCode(strings.ReplaceAll(secret[1], " ", ""), time.Now())
	if err != nil {
		s.Fatalf("make a code: %v", err)
	}
	answer, err := p.client.PostForm(at+"/password", url.Values{"name": {address(who)}, "password": {"gravel otter lantern quilt"}, "secret": {secret[1]}, "code": {code}})
	p.body(at, answer, err)
	return p
}

func (p *pages) get(at string) string {
	answer, err := p.client.Get(at) // #nosec G107 -- our own Allclear's
	return p.body(at, answer, err)
}

func (p *pages) body(at string, answer *http.Response, err error) string {
	if err != nil {
		p.stage.Fatalf("ask for %s: %v", at, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil || answer.StatusCode != http.StatusOK {
		p.stage.Fatalf("ask for %s: %s, %v", at, answer.Status, err)
	}
	return string(body)
}
