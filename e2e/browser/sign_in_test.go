package browser_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"

	"github.com/allclear-safety/allclear/internal/signin/testidp"
)

// service starts Allclear for real, on a new database, and gives the address at which its first administrator begins. It
// ends with the test.
func service(t *testing.T) (c *county, first string) {
	t.Helper()
	return serviceAt(t, freePort(t))
}

// serviceAt is service at a port, with more flags.
func serviceAt(t *testing.T, port string, flags ...string) (c *county, first string) {
	t.Helper()
	chromium.use(t)
	c = &county{T: t, folder: t.TempDir(), address: "localhost:" + port} // a passkey wants a name
	c.process = exec.Command(binary, append([]string{"serve", "--listen", "127.0.0.1:" + port, "--url", "http://" + c.address, "--database", c.database()}, flags...)...)
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

// lets lets someone sign in, by the command line, and gives the path of the link that is theirs.
func (c *county) lets(name, email string, team ...string) string {
	c.Helper()
	args := append([]string{"user", "create", "--name", name, "--email", email, "--mobile", "07700 900110", "--role", "responder", "--url", "http://" + c.address,
		"--database", c.database()}, team...)
	link, err := exec.Command(binary, args...).Output()
	if err != nil {
		c.Fatal(err)
	}
	return strings.TrimPrefix(strings.TrimSpace(string(link)), "http://"+c.address)
}

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

	sam := c.visitor(t)
	sam.Open(c.lets("Sam Hill", "sam@example.org", "--team", "Front door"))
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

func TestSigningInAsTheOrganisationDoes(t *testing.T) {
	port := freePort(t)
	here := "http://localhost:" + port
	idp, err := testidp.New(testidp.Options{ClientID: "allclear", ClientSecret: "secret", Redirect: here + "/sign-in/organisation/back",
		AfterLogout: here + "/sign-in/organisation/out", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := idp.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = idp.Stop() })
	idp.User = map[string]any{"sub": "u-1", "sid": "s-1", "name": "Sam Hill", "roles": []string{"Allclear.Manager"}}
	c, _ := serviceAt(t, port, "--oidc-issuer", idp.Issuer(), "--oidc-client-id", "allclear", "--oidc-client-secret", "secret", "--oidc-roles", "Allclear.Manager=manager")

	stranger := c.visitor(t)
	stranger.Open("/")
	stranger.Passes("signing in with an organisation")
	stranger.Press("Sign in with your organisation")
	stranger.Sees("Allclear does not know yet who you are here")
	stranger.Passes("a stranger to Allclear")

	sam := c.visitor(t)
	sam.Open(c.lets("Sam Hill", "sam@example.org", "--team", "Front door", "--new-team"))
	sam.Press("Use your organisation’s sign-in")
	sam.Sees("Signed in as Sam Hill")
	sam.Open("/people")
	sam.Sees("Manager and responder")
	sam.Open("/account")
	sam.Press("Sign out here")
	sam.Sees("You are signed out.")
	sam.Open("/rota")
	sam.Press("Sign in with your organisation")
	sam.Sees("Signed in as Sam Hill")
	if at := sam.At(); at != "/rota" {
		t.Errorf("after signing in the page is %s, not the one that was asked for", at)
	}

	token, err := idp.LogoutToken(map[string]any{"sub": "u-1", "sid": "s-1"})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.PostForm(here+"/sign-in/organisation/ended", url.Values{"logout_token": {token}})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("the provider's word that Sam signed out is answered %s", answer.Status)
	}
	sam.Open("/rota")
	sam.Sees("With a password")
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
