package mailbox_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"go.uber.org/goleak"

	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/mail/mailbox"
	"github.com/allclear-safety/allclear/internal/private"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const user, password = "visits@allclear.example", "s3cret & more"

var now = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// post is a mail server with one mailbox.
type post struct {
	t     *testing.T
	o     imapserver.Options
	user  *imapmemserver.User
	roots *x509.CertPool
	tls   bool // from the first byte

	mu     sync.Mutex
	server *imapserver.Server
	at     string
	dialed []string
}

// newPost is a server that can all that is asked of one.
func newPost(t *testing.T, change func(*post)) *post {
	t.Helper()
	cert, roots := certificate(t)
	p := &post{t: t, user: imapmemserver.NewUser(user, password), roots: roots, o: imapserver.Options{InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIdle: {}, imap.CapMove: {}, imap.CapUIDPlus: {}}, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}}}
	if err := p.user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	memory := imapmemserver.New()
	memory.AddUser(p.user)
	p.o.NewSession = func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
		return memory.NewSession(), nil, nil
	}
	if change != nil {
		change(p)
	}
	p.start("127.0.0.1:0")
	t.Cleanup(p.stop)
	return p
}

func (p *post) start(at string) {
	p.t.Helper()
	port, err := net.Listen("tcp", at)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = port.Addr().String()
	if p.tls {
		port = tls.NewListener(port, p.o.TLSConfig)
	}
	p.server = imapserver.New(&p.o)
	go p.server.Serve(port) // ends with stop
}

func (p *post) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.server.Close()
}

func (p *post) dial(ctx context.Context, network, address string) (net.Conn, error) {
	p.mu.Lock()
	p.dialed = append(p.dialed, address)
	at := p.at
	p.mu.Unlock()
	return (&net.Dialer{}).DialContext(ctx, network, at)
}

// comes puts a mail into a folder.
func (p *post) comes(folder, text string, at time.Time) {
	p.t.Helper()
	if _, err := p.user.Append(folder, literal{bytes.NewReader([]byte(text))}, &imap.AppendOptions{Time: at}); err != nil {
		p.t.Fatal(err)
	}
}

// holds is how many mails a folder has; -1 where there is none.
func (p *post) holds(folder string) int {
	s, err := p.user.Status(folder, &imap.StatusOptions{NumMessages: true})
	if err != nil {
		return -1
	}
	return int(*s.NumMessages)
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

func letter(n int) string {
	return fmt.Sprintf("From: priya@council.example\r\nMessage-ID: <%d@council.example>\r\nSubject: Visit %d\r\n\r\nAt two.\r\n", n, n)
}

// kept is where mails go.
type kept struct {
	mu    sync.Mutex
	mails []mail.Arrival
	fails func(mail.Arrival) error
	came  chan struct{}
}

func newKept() *kept { return &kept{came: make(chan struct{}, 1000)} }

func (k *kept) take(_ context.Context, a mail.Arrival) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fails != nil {
		if err := k.fails(a); err != nil {
			return err
		}
	}
	k.mails = append(k.mails, a)
	k.came <- struct{}{}
	return nil
}

func (k *kept) all() []mail.Arrival {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.mails)
}

// wait waits for n mails more.
func (k *kept) wait(t *testing.T, n int) {
	t.Helper()
	for range n {
		select {
		case <-k.came:
		case <-time.After(10 * time.Second):
			t.Fatalf("%d mails came", len(k.all()))
		}
	}
}

// reading runs a mailbox on p until the test ends.
func reading(t *testing.T, p *post, k *kept, change func(*mailbox.Options)) *mailbox.Mailbox {
	t.Helper()
	o := mailbox.Options{Take: k.take, Dial: p.dial, Now: func() time.Time { return now }, Roots: p.roots,
		Address: mailbox.Address{Host: "127.0.0.1", Port: "143", User: user, Password: private.New(password), Folder: "INBOX"},
		Bounds:  mailbox.Bounds{First: 10 * time.Millisecond, Most: 50 * time.Millisecond, Poll: 30 * time.Millisecond}}
	if change != nil {
		change(&o)
	}
	m, err := mailbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }() // ends with ctx
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(5 * time.Second):
			t.Error("it does not end")
		}
	})
	return m
}

// said is what was logged.
type said struct {
	mu sync.Mutex
	strings.Builder
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Builder.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Builder.String()
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 1000 {
		if holds() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("it never holds that " + what)
}

func TestWhatWaitsIsTakenAndFiled(t *testing.T) {
	p, k := newPost(t, nil), newKept()
	for n := range 3 {
		p.comes("INBOX", letter(n), now)
	}
	m := reading(t, p, k, nil)
	k.wait(t, 3)
	eventually(t, "they are filed", func() bool { return p.holds("INBOX") == 0 && p.holds("Taken") == 3 })
	for n, a := range k.all() {
		if string(a.Raw) != letter(n) || a.Via != mail.ByMailbox || !a.At.Equal(now) || a.From != "" || a.RemoteIP != "" {
			t.Errorf("mail %d came as %+v", n, a)
		}
	}
	// More is said by the server, long before it would be looked for.
	p.comes("INBOX", letter(3), now)
	k.wait(t, 1)
	eventually(t, "it is filed", func() bool { return p.holds("INBOX") == 0 && p.holds("Taken") == 4 })
	if s := m.State(); !s.Connected || s.Taken != 4 || s.Failed != 0 || s.Says != "" {
		t.Errorf("its state is %+v", s)
	}
}

func TestServersThatCanDoLess(t *testing.T) {
	for name, caps := range map[string]imap.CapSet{
		"nothing but the standard": {imap.CapIMAP4rev1: {}},
		"no IDLE":                  {imap.CapIMAP4rev1: {}, imap.CapMove: {}, imap.CapUIDPlus: {}},
		"no MOVE":                  {imap.CapIMAP4rev1: {}, imap.CapIdle: {}, imap.CapUIDPlus: {}},
		"the newest":               {imap.CapIMAP4rev2: {}},
	} {
		t.Run(name, func(t *testing.T) {
			p, k := newPost(t, func(p *post) { p.o.Caps = caps }), newKept()
			reading(t, p, k, nil)
			for n := range 3 {
				p.comes("INBOX", letter(n), now)
				k.wait(t, 1)
			}
			eventually(t, "they are filed", func() bool { return p.holds("INBOX") == 0 && p.holds("Taken") == 3 })
			if n := len(k.all()); n != 3 {
				t.Errorf("%d were taken", n)
			}
		})
	}
}

// A mail that cannot be kept stays, is tried again, and keeps no other from being taken.
func TestAMailThatIsNotKeptStays(t *testing.T) {
	p, k := newPost(t, nil), newKept()
	var log said
	full := true
	k.fails = func(a mail.Arrival) error {
		if full && bytes.Contains(a.Raw, []byte("Visit 1\r\n")) {
			return errors.New("disk full")
		}
		return nil
	}
	for n := range 3 {
		p.comes("INBOX", letter(n), now)
	}
	m := reading(t, p, k, func(o *mailbox.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	k.wait(t, 2)
	eventually(t, "the others are filed", func() bool { return p.holds("INBOX") == 1 && p.holds("Taken") == 2 })
	eventually(t, "it is tried again", func() bool { return m.State().Failed > 1 })
	k.mu.Lock()
	full = false
	told := log.String()
	k.mu.Unlock()
	k.wait(t, 1)
	eventually(t, "it is filed", func() bool { return p.holds("INBOX") == 0 })
	if strings.Contains(told, "priya") || strings.Contains(told, "Visit 1") || strings.Contains(told, "s3cret") || !strings.Contains(told, "disk full") {
		t.Errorf("the log: %s", told)
	}
}

// Somebody who looks at the mailbox marks mails as read. That books nothing.
func TestAReadMailIsTakenToo(t *testing.T) {
	p, k := newPost(t, nil), newKept()
	if _, err := p.user.Append("INBOX", literal{bytes.NewReader([]byte(letter(1)))}, &imap.AppendOptions{Time: now, Flags: []imap.Flag{imap.FlagSeen}}); err != nil {
		t.Fatal(err)
	}
	reading(t, p, k, nil)
	k.wait(t, 1)
}

func TestAServerThatGoesAwayIsComeBackTo(t *testing.T) {
	p, k := newPost(t, nil), newKept()
	var log said
	m := reading(t, p, k, func(o *mailbox.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	p.comes("INBOX", letter(1), now)
	k.wait(t, 1)
	p.stop()
	eventually(t, "it is known", func() bool { s := m.State(); return !s.Connected && s.Says != "" })
	p.comes("INBOX", letter(2), now)
	p.start(p.at)
	k.wait(t, 1)
	if s := m.State(); !s.Connected || s.Says != "" {
		t.Errorf("its state is %+v", s)
	}
}

// A folder that was made anew counts its mails from 1 again: UIDVALIDITY changes.
func TestAFolderThatWasMadeAnew(t *testing.T) {
	p, k := newPost(t, nil), newKept()
	reading(t, p, k, func(o *mailbox.Options) { o.Bounds.Life = 300 * time.Millisecond })
	p.comes("INBOX", letter(1), now)
	k.wait(t, 1)
	eventually(t, "it is filed", func() bool { return p.holds("Taken") == 1 })
	if err := errors.Join(p.user.Delete("INBOX"), p.user.Create("INBOX", nil)); err != nil {
		t.Fatal(err)
	}
	p.comes("INBOX", letter(2), now)
	k.wait(t, 1)
	if all := k.all(); string(all[len(all)-1].Raw) != letter(2) {
		t.Errorf("what came is %q", all[len(all)-1].Raw)
	}
}

func TestOfAMailThatIsTooLargeItsBeginning(t *testing.T) {
	p, k := newPost(t, nil), newKept()
	p.comes("INBOX", letter(1)+strings.Repeat("0123456789\r\n", mail.MaxSize/12+1000), now)
	p.comes("INBOX", letter(2), now)
	reading(t, p, k, nil)
	k.wait(t, 2)
	all := k.all()
	if len(all[0].Raw) != mail.MaxSize || !strings.HasPrefix(string(all[0].Raw), letter(1)) || string(all[1].Raw) != letter(2) {
		t.Errorf("they came with %d and %d bytes", len(all[0].Raw), len(all[1].Raw))
	}
}

func TestManyMails(t *testing.T) {
	p, k := newPost(t, nil), newKept()
	for n := range 130 {
		p.comes("INBOX", letter(n), now)
	}
	reading(t, p, k, nil)
	k.wait(t, 130)
	for n, a := range k.all() {
		if string(a.Raw) != letter(n) {
			t.Fatalf("mail %d came as %q", n, a.Raw)
		}
	}
}

func TestWhatWasTakenLongAgoGoes(t *testing.T) {
	p, k := newPost(t, nil), newKept()
	if err := p.user.Create("Taken", nil); err != nil {
		t.Fatal(err)
	}
	p.comes("Taken", letter(1), now.AddDate(0, 0, -33))
	p.comes("Taken", letter(2), now.AddDate(0, 0, -29))
	reading(t, p, k, nil)
	eventually(t, "the older is gone", func() bool { return p.holds("Taken") == 1 })
}

func TestWhoIsNotBelieved(t *testing.T) {
	elsewhere := func(o *mailbox.Options) { o.Address.Host = "mail.allclear.example" }
	for name, c := range map[string]struct {
		post   func(*post)
		change func(*mailbox.Options)
		says   string
	}{
		"a wrong password":                {nil, func(o *mailbox.Options) { o.Address.Password = private.New("wrong") }, "sign in: the server says NO AUTHENTICATIONFAILED"},
		"a server elsewhere without TLS":  {func(p *post) { p.o.TLSConfig = nil }, elsewhere, "connect by STARTTLS"},
		"a certificate that nobody knows": {nil, func(o *mailbox.Options) { elsewhere(o); o.Roots = x509.NewCertPool() }, "certificate is not believed (x509.UnknownAuthorityError)"},
		"another server's certificate":    {nil, func(o *mailbox.Options) { o.Address.Host = "mail.other.example" }, "certificate is not believed (x509.HostnameError)"},
		"the same by TLS":                 {func(p *post) { p.tls = true }, func(o *mailbox.Options) { o.Address.TLS = true; o.Address.Host = "mail.other.example" }, "certificate is not believed (x509.HostnameError)"},
		"no such folder":                  {nil, func(o *mailbox.Options) { o.Address.Folder = "Visits" }, "look into the folder"},
	} {
		t.Run(name, func(t *testing.T) {
			p, k := newPost(t, c.post), newKept()
			p.comes("INBOX", letter(1), now)
			var log said
			m := reading(t, p, k, func(o *mailbox.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)); c.change(o) })
			eventually(t, "it is said", func() bool { return m.State().Says != "" })
			if s := m.State(); s.Connected || !strings.Contains(s.Says, c.says) {
				t.Errorf("its state is %+v, wanted %q", s, c.says)
			}
			if err := m.Check(t.Context()); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("a check says %v, wanted %q", err, c.says)
			}
			if len(k.all()) > 0 {
				t.Error("mails were taken")
			}
		})
	}
}

func TestTLSInBothWays(t *testing.T) {
	for _, first := range []bool{true, false} {
		p, k := newPost(t, func(p *post) { p.tls = first; p.o.InsecureAuth = false }), newKept()
		m := reading(t, p, k, func(o *mailbox.Options) {
			o.Address.Host, o.Address.Port, o.Address.TLS = "mail.allclear.example", "993", first
		})
		p.comes("INBOX", letter(1), now)
		k.wait(t, 1)
		if err := m.Check(t.Context()); err != nil {
			t.Error(err)
		}
		if p.dialed[0] != "mail.allclear.example:993" {
			t.Errorf("it called %q", p.dialed)
		}
	}
}

func TestAddresses(t *testing.T) {
	for v, want := range map[string]mailbox.Address{
		"imaps://visits%40allclear.example:p%40ss%2Fw@mail.council.example": {Host: "mail.council.example", Port: "993", TLS: true, User: user, Password: private.New("p@ss/w"), Folder: "INBOX"},
		"imap://a:b@127.0.0.1:1143/Visits/New":                              {Host: "127.0.0.1", Port: "1143", User: "a", Password: private.New("b"), Folder: "Visits/New"},
		"imaps://a@outlook.office365.com/":                                  {Host: "outlook.office365.com", Port: "993", TLS: true, User: "a", Folder: "INBOX"},
	} {
		if a, err := mailbox.ParseAddress(v); err != nil || a != want {
			t.Errorf("%s is %+v, %v", v, a, err)
		}
	}
	for _, v := range []string{"", "imaps://", "pop3://a:b@c", "imaps://host/INBOX", "imaps://a:b@c/INBOX?x=y", "imaps://a:p@ss@w/rd@host"} {
		if a, err := mailbox.ParseAddress(v); err == nil || strings.Contains(err.Error(), "p@ss") {
			t.Errorf("%s is %+v, %v", v, a, err)
		}
	}
}
