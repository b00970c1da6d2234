package browser_test

import (
	"bufio"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
)

// service starts Allclear for real, on a new database, and gives the address at which its first administrator begins. It
// ends with the test.
func service(t *testing.T) (c *county, first string) {
	t.Helper()
	chromium.use(t)
	port := freePort(t)
	c = &county{T: t, folder: t.TempDir(), address: "localhost:" + port} // a passkey wants a name
	c.process = exec.Command(binary, "serve", "--listen", "127.0.0.1:"+port, "--url", "http://"+c.address, "--database", c.database())
	c.process.Stderr = &c.said
	printed, err := c.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.stop)
	for lines := bufio.NewScanner(printed); lines.Scan(); {
		if _, at, found := strings.Cut(lines.Text(), "begins at http://"+c.address); found {
			go func() { _, _ = io.Copy(io.Discard, printed) }() // ends with the process
			return c, at
		}
	}
	t.Fatalf("the service did not start: %s", c.said.String())
	return nil, ""
}

func (c *county) database() string { return "sqlite:" + filepath.Join(c.folder, "allclear.db") }

// holds puts a device that makes passkeys into the hands of whoever sits in front of the page.
func (b *page) holds() {
	b.Helper()
	b.must(call(b, webauthn.Enable, webauthn.EnableParams{}))
	b.must(call(b, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}}))
}

func TestFromTheFirstStartToTheSecondUserByPasskey(t *testing.T) {
	c, first := service(t)
	jo := c.visitor(t)
	jo.holds()
	jo.Open(first)
	jo.Passes("the first administrator")
	jo.Press("Continue")
	jo.Sees("Enter your name")
	jo.Passes("the first administrator refused")
	jo.Types("Your name", "Jo Bell")
	jo.Types("Your e-mail address", "jo@example.org")
	jo.Types("Your team", "Front door")
	jo.Press("Continue")
	jo.Sees("This link is for Jo Bell")
	jo.Passes("how one signs in")
	jo.Press("Set the password")
	jo.Sees("Choose a password")
	jo.Passes("how one signs in refused")
	jo.Press("Make a passkey")
	jo.Sees("Signed in as Jo Bell")

	jo.Open("/account")
	jo.Sees("Where you are signed in")
	jo.Passes("one's own account")
	jo.Open("/account/password")
	jo.Passes("another password")
	jo.Open("/account")
	jo.Press("Sign out here")
	jo.Sees("You are signed out.")
	jo.Passes("signed out")
	jo.Open("/teams")
	jo.Press("Sign in with a passkey")
	jo.Sees("Front door")
	if at := jo.At(); at != "/teams" {
		t.Errorf("after signing in the page is %s, not the one that was asked for", at)
	}

	link, err := exec.Command(binary, "user", "create", "--name", "Sam Hill", "--email", "sam@example.org", "--mobile", "07700 900110", "--role", "responder",
		"--team", "Front door", "--url", "http://"+c.address, "--database", c.database()).Output()
	if err != nil {
		t.Fatal(err)
	}
	sam := c.visitor(t)
	sam.Open(strings.TrimPrefix(strings.TrimSpace(string(link)), "http://"+c.address))
	sam.Sees("This link is for Sam Hill")
	sam.Press("Make a passkey") // with nothing that makes one
	sam.holds()
	sam.again()
	sam.Press("Make a passkey")
	sam.Sees("Signed in as Sam Hill")

	stranger := c.visitor(t)
	stranger.holds()
	stranger.Open("/")
	stranger.Press("Sign in with a passkey")
	stranger.Sees("Try once more")
	stranger.Press("Continue")
	stranger.Sees("Enter your password")
	stranger.Passes("signing in refused")
}

// freePort gives a port that nobody listens on now: an address with a name in it has to be known before the start.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return port
}
