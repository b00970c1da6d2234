// Package mail_test plays visits that are booked by e-mail, from outside: the real binary, and real mail programs around it.
package mail_test

import (
	"flag"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/e2e/post"
	"github.com/allclear-safety/allclear/e2e/program"
	"github.com/allclear-safety/allclear/e2e/town"
)

var (
	given  = flag.String("binary", "", "the allclear to play; it is built when this is empty")
	binary string // the allclear that is played
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(program.Run(m, "../..", *given, "3", &binary))
}

func TestTheProgramIsThatOfTheseSources(t *testing.T) {
	if err := program.Read("../.."); err != nil {
		t.Fatal(err)
	}
}

// visits is Allclear's address.
const visits = "visits@" + post.Ours

// need leaves a test out where a developer's machine has no mail servers, or they may not be run.
func need(t *testing.T) {
	t.Helper()
	if err := post.Missing(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// way is how mail comes to Allclear.
type way func(p *post.Post, at string) []string

// byLMTP is from Postfix, whose verdict is believed.
func byLMTP(_ *post.Post, at string) []string {
	return []string{"ALLCLEAR_MAIL_LISTEN=lmtp://" + at, "ALLCLEAR_MAIL_RELAY=" + post.MX}
}

// bySMTP is from anybody, and believed by its signature.
func bySMTP(_ *post.Post, at string) []string { return []string{"ALLCLEAR_MAIL_LISTEN=smtp://" + at} }

// byIMAP is out of a mailbox at Dovecot.
func byIMAP(p *post.Post, _ string) []string {
	return []string{"ALLCLEAR_IMAP=imap://" + strings.ReplaceAll(visits, "@", "%40") + ":" + post.Password + "@" + p.IMAP() + "/INBOX"}
}

// opened is a post, and Allclear beside it, which takes mail in a way, at an address that is free. Boxed, its mail goes into a mailbox.
func opened(t *testing.T, by way, boxed bool, settings ...string) (*town.Town, *post.Post, string) {
	t.Helper()
	need(t)
	at := free(t)
	p := post.Open(t, post.Options{LMTP: at, Mailbox: boxed})
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the mail programs said:\n%s", p.Log())
		}
		p.Close()
	})
	dir := t.TempDir()
	// Its own mails go out by Postfix, which signs them.
	all := append([]string{"ALLCLEAR_SMTP=smtp://" + p.Submission(), "ALLCLEAR_MAIL_FROM=Allclear <" + visits + ">",
		"ALLCLEAR_MAIL_DOMAINS=" + post.Council, "ALLCLEAR_DNS=" + p.NameServer()}, by(p, at)...)
	w := town.Open(t, town.Options{Binary: binary, Database: "sqlite:" + filepath.Join(dir, "allclear.db"), Dir: dir, Speed: 1, Settings: append(all, settings...)})
	t.Cleanup(w.Close)
	return w, p, at
}

func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// eventually waits until something holds; a mail passes through many programs.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("it never holds that %s", what)
}
