package listener_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/mail/listener"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	ours = "visits@allclear.example"
	note = "From: priya@council.example\r\nTo: visits@allclear.example\r\nSubject: Visit\r\n\r\nAt two.\r\n"
)

var arrived = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// kept is where mails go in these tests.
type kept struct {
	mu    sync.Mutex
	mails []mail.Arrival
	fails error
	waits chan struct{} // closed: nothing waits
	began chan struct{} // given one by each mail that waits
}

func waiting() *kept { return &kept{waits: make(chan struct{}), began: make(chan struct{}, 100)} }

func (k *kept) take(ctx context.Context, a mail.Arrival) error {
	if k.waits != nil {
		k.began <- struct{}{}
		select {
		case <-k.waits:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fails != nil {
		return k.fails
	}
	k.mails = append(k.mails, a)
	return nil
}

func (k *kept) all() []mail.Arrival {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.mails)
}

// listening is a listener on a free port, stopped with the test.
func listening(t *testing.T, k *kept, change func(*listener.Options)) *listener.Listener {
	t.Helper()
	o := listener.Options{Take: k.take, Address: "smtp://127.0.0.1:0", Accept: []string{ours}, Now: func() time.Time { return arrived }}
	if change != nil {
		change(&o)
	}
	l, err := listener.New(o)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- l.Serve() }() // ends with Stop
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := errors.Join(l.Stop(ctx), <-served); err != nil {
			t.Error(err)
		}
	})
	return l
}

// client speaks SMTP by hand, so that it can be wrong.
type client struct {
	t *testing.T
	net.Conn
	r *bufio.Reader
}

func dial(t *testing.T, l *listener.Listener) *client {
	t.Helper()
	c, err := net.Dial(l.Addr().Network(), l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	hand := &client{t, c, bufio.NewReader(c)}
	hand.expect("220")
	return hand
}

// say sends words as they are, and wants an answer of each code in turn.
func (c *client) say(words string, codes ...string) {
	c.t.Helper()
	if _, err := c.Write([]byte(words)); err != nil {
		c.t.Fatal(err)
	}
	for _, code := range codes {
		c.expect(code)
	}
}

// expect reads one answer, of several lines perhaps, and gives it back.
func (c *client) expect(code string) string {
	c.t.Helper()
	var all strings.Builder
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			c.t.Fatalf("wanted %s, the connection gave %q and %v", code, all.String(), err)
		}
		all.WriteString(line)
		if len(line) > 3 && line[3] == ' ' {
			break
		}
	}
	if !strings.HasPrefix(all.String(), code) {
		c.t.Fatalf("wanted %s, got %q", code, all.String())
	}
	return all.String()
}

// gone wants the connection closed.
func (c *client) gone() {
	c.t.Helper()
	if b, err := c.r.ReadByte(); err == nil {
		c.t.Fatalf("the connection goes on with %q", b)
	}
}

// begin greets and says where a mail goes.
func (c *client) begin() {
	c.t.Helper()
	c.say("EHLO relay.council.example\r\n", "250")
	c.say("MAIL FROM:<priya@council.example>\r\n", "250")
	c.say("RCPT TO:<"+ours+">\r\n", "250")
}

func TestAMailIsKeptBeforeItIsAnswered(t *testing.T) {
	k := waiting()
	c := dial(t, listening(t, k, nil))
	c.begin()
	c.say("DATA\r\n", "354")
	c.say(note + ".\r\n")
	answered := make(chan string, 1)
	go func() { answered <- c.expect("250") }() // ends with the answer
	<-k.began
	select {
	case a := <-answered:
		t.Fatalf("answered %q before it was kept", a)
	case <-time.After(50 * time.Millisecond):
	}
	close(k.waits)
	<-answered
	want := mail.Arrival{Raw: []byte(note), From: "priya@council.example", To: []string{ours}, Via: mail.ByListener, RemoteIP: "127.0.0.1", At: arrived}
	if got := k.all(); len(got) != 1 || string(got[0].Raw) != note || got[0].From != want.From || !slices.Equal(got[0].To, want.To) ||
		got[0].Via != want.Via || got[0].RemoteIP != want.RemoteIP || !got[0].At.Equal(want.At) {
		t.Errorf("kept %+v, want %+v", got, want)
	}
	c.say("QUIT\r\n", "221")
}

func TestWhatCouldNotBeKeptIsTriedAgain(t *testing.T) {
	var log bytes.Buffer
	k := &kept{fails: errors.New("disk full")}
	l := listening(t, k, func(o *listener.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	c := dial(t, l)
	c.begin()
	c.say("DATA\r\n", "354")
	c.say(note+".\r\n", "451 4.3.0")
	k.mu.Lock()
	k.fails = nil
	k.mu.Unlock()
	c.say("MAIL FROM:<priya@council.example>\r\nRCPT TO:<"+ours+">\r\nDATA\r\n", "250", "250", "354")
	c.say(note+".\r\n", "250")
	if n := l.Counts(); n.Taken != 1 || n.Deferred != 1 || n.Refused != 0 {
		t.Errorf("counted %+v", n)
	}
	for _, private := range []string{"priya", "visits@", "At two"} {
		if strings.Contains(log.String(), private) {
			t.Errorf("the log has %q: %s", private, log.String())
		}
	}
	if !strings.Contains(log.String(), "disk full") {
		t.Errorf("the log does not say why: %s", log.String())
	}
}

func TestAPanicIsOneMailsAlone(t *testing.T) {
	first := true
	var log bytes.Buffer
	l := listening(t, &kept{}, func(o *listener.Options) {
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
		o.Take = func(context.Context, mail.Arrival) error {
			if first {
				first = false
				panic("secret words")
			}
			return nil
		}
	})
	c := dial(t, l)
	c.begin()
	c.say("DATA\r\n", "354")
	c.say(note+".\r\n", "451")
	c.begin()
	c.say("DATA\r\n", "354")
	c.say(note+".\r\n", "250")
	if strings.Contains(log.String(), "secret words") || !strings.Contains(log.String(), "panic") {
		t.Errorf("the log: %s", log.String())
	}
}

func TestItIsNoOpenRelay(t *testing.T) {
	k := &kept{}
	l := listening(t, k, func(o *listener.Options) {
		o.Accept = []string{"Visits@Allclear.Example", "@rota.allclear.example"}
		o.Bounds.Refusals = 5
	})
	c := dial(t, l)
	c.say("EHLO x\r\nMAIL FROM:<a@b.example>\r\n", "250", "250")
	for _, to := range []string{"someone@elsewhere.example", "visits@allclear.example.attacker.example", "visits%elsewhere.example@allclear.example", "visits@rota.allclear.example@elsewhere.example"} {
		c.say("RCPT TO:<"+to+">\r\n", "550")
	}
	c.say("DATA\r\n", "502")
	c.say("RCPT TO:<VISITS@allclear.example>\r\nRCPT TO:<anybody@rota.allclear.example>\r\n", "250", "250")
	c.say("RCPT TO:<someone@elsewhere.example>\r\n", "421")
	c.gone()
	if len(k.all()) != 0 {
		t.Error("something was taken")
	}
}

func TestMailsAreNotSmuggled(t *testing.T) {
	inner := "MAIL FROM:<manager@council.example>\r\nRCPT TO:<" + ours + ">\r\nDATA\r\nFrom: manager@council.example\r\n\r\nForged.\r\n"
	for name, end := range map[string]string{
		"LF dot LF": "\n.\n", "LF dot CR LF": "\n.\r\n", "CR LF dot LF": "\r\n.\n", "CR dot CR": "\r.\r", "LF dot CR": "\n.\r", "CR LF dot CR CR LF": "\r\n.\r\r\n", "NUL": "\r\n\x00.\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			k := &kept{}
			c := dial(t, listening(t, k, nil))
			c.begin()
			c.say("DATA\r\n", "354")
			c.say("From: priya@council.example\r\n\r\nFirst." + end + inner + ".\r\n")
			one := c.expect("") // one answer, whichever, to one mail
			c.say("QUIT\r\n", "221")
			all := k.all()
			if len(all) > 1 || len(all) == 1 && all[0].From != "priya@council.example" {
				t.Fatalf("answered %q and took %d mails: %q", one, len(all), all)
			}
			if strings.Contains(strings.ReplaceAll(end, "\r\n", ""), "\n") && (len(all) > 0 || !strings.HasPrefix(one, "550 5.5.2")) {
				t.Errorf("a bare LF was answered %q and %d mails were taken", one, len(all))
			}
		})
	}
}

func TestDotsAreUnstuffed(t *testing.T) {
	k := &kept{}
	c := dial(t, listening(t, k, nil))
	c.begin()
	c.say("DATA\r\n", "354")
	c.say("Subject: x\r\n\r\n..\r\n..two\r\nin . the middle\r\n.\r\n", "250")
	if got, want := string(k.all()[0].Raw), "Subject: x\r\n\r\n.\r\n.two\r\nin . the middle\r\n"; got != want {
		t.Errorf("kept %q, want %q", got, want)
	}
}

func TestCommandsInOneGo(t *testing.T) {
	k := &kept{}
	c := dial(t, listening(t, k, nil))
	c.say("EHLO x\r\nMAIL FROM:<> SIZE=100 BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<"+ours+">\r\nDATA\r\n", "250", "250", "250", "354")
	c.say("Subject: Zo\xc3\xab\r\n\r\n\xc3\xa9\r\n.\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<"+ours+">\r\nBDAT 14\r\nSubject: y\r\n\r\nBDAT 3 LAST\r\nz\r\nQUIT\r\nNOOP\r\n",
		"250", "250", "250", "250", "250", "221")
	all := k.all()
	if len(all) != 2 || all[0].From != "" || !strings.Contains(string(all[0].Raw), "Zoë") || string(all[1].Raw) != "Subject: y\r\n\r\nz\r\n" {
		t.Errorf("kept %q", all)
	}
}

func TestWhatIsTooLargeIsSaidSo(t *testing.T) {
	k := &kept{}
	l := listening(t, k, func(o *listener.Options) { o.Bounds.Size = 1000; o.Bounds.Recipients = 2 })
	c := dial(t, l)
	if says := c.hello(); !strings.Contains(says, "SIZE 1000") {
		t.Errorf("it says %q", says)
	}
	c.say("MAIL FROM:<a@b.example> SIZE=1001\r\n", "552")
	c.begin()
	c.say("DATA\r\n", "354")
	c.say(strings.Repeat("0123456789\r\n", 200)+".\r\n", "552 5.3.4")
	c.begin()
	c.say("BDAT 2400 LAST\r\n"+strings.Repeat("0123456789\r\n", 200), "552")
	c.begin()
	c.say("RCPT TO:<"+ours+">\r\nRCPT TO:<"+ours+">\r\n", "250", "452")
	c.say("DATA\r\n", "354")
	c.say(".\r\n", "554 5.6.0")
	c.begin()
	c.say("DATA\r\n", "354")
	c.say(note+".\r\n", "250")
	if len(k.all()) != 1 {
		t.Errorf("kept %d mails", len(k.all()))
	}
}

func (c *client) hello() string {
	c.t.Helper()
	c.say("EHLO x\r\n")
	return c.expect("250")
}

func TestAMailThatDoesNotEndIsNotTaken(t *testing.T) {
	for name, part := range map[string]string{
		"in its data":           "DATA\r\n" + note,
		"in a chunk":            "BDAT 1000\r\n" + note,
		"in the last chunk":     "BDAT 1000 LAST\r\n" + note,
		"between two chunks":    fmt.Sprintf("BDAT %d\r\n%s", len(note), note),
		"before the final line": "DATA\r\n" + note + ".\r",
	} {
		t.Run(name, func(t *testing.T) {
			k := &kept{}
			l := listening(t, k, nil)
			c := dial(t, l)
			c.begin()
			c.say(part)
			if err := c.Conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			for {
				line, err := c.r.ReadString('\n')
				if err != nil {
					break
				}
				if strings.HasPrefix(line, "250 2.0.0 OK") {
					t.Fatalf("it was answered with %q", line)
				}
			}
			if len(k.all()) != 0 {
				t.Error("it was taken")
			}
		})
	}
}

func TestASlowClientIsLetGo(t *testing.T) {
	k := &kept{}
	l := listening(t, k, func(o *listener.Options) { o.Bounds.Silence = 150 * time.Millisecond })
	t.Run("that says nothing", func(t *testing.T) {
		c := dial(t, l)
		c.expect("421")
		c.gone()
	})
	for name, part := range map[string]string{"in its data": "DATA\r\n", "in a chunk": "BDAT 200 LAST\r\n"} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, l)
			c.begin()
			c.say(part + "From: priya@council.example\r\n")
			time.Sleep(250 * time.Millisecond)
			// What comes after the time has run out is no command, though it looks like one.
			_, _ = c.Write([]byte("RSET\r\nMAIL FROM:<manager@council.example>\r\nRCPT TO:<" + ours + ">\r\nDATA\r\n" + note + ".\r\n"))
			for {
				line, err := c.r.ReadString('\n')
				if err != nil {
					break
				}
				if strings.HasPrefix(line, "250 2") {
					t.Fatalf("it went on with %q", line)
				}
			}
			if len(k.all()) != 0 {
				t.Errorf("it took %q", k.all())
			}
		})
	}
}

func TestAClientHasSoManyConnections(t *testing.T) {
	l := listening(t, &kept{}, func(o *listener.Options) { o.Bounds.PerClient = 2 })
	first, second := dial(t, l), dial(t, l)
	third, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer third.Close()
	line, _ := bufio.NewReader(third).ReadString('\n')
	if !strings.HasPrefix(line, "421") {
		t.Fatalf("a third was answered %q", line)
	}
	first.say("QUIT\r\n", "221")
	first.gone()
	second.say("NOOP\r\n", "250")
	dial(t, l).begin()
}

func TestOnlyClientsThatWereNamed(t *testing.T) {
	l := listening(t, &kept{}, func(o *listener.Options) { o.Clients = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} })
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if line, _ := bufio.NewReader(c).ReadString('\n'); !strings.HasPrefix(line, "554") {
		t.Errorf("another was answered %q", line)
	}
}

func TestMailsAtOnceHoldSoMuch(t *testing.T) {
	k := waiting()
	l := listening(t, k, func(o *listener.Options) { o.Bounds.Memory = 1 << 20 })
	large := "Subject: x\r\n\r\n" + strings.Repeat("0123456789\r\n", 50000) + ".\r\n"
	first := dial(t, l)
	first.begin()
	first.say("DATA\r\n", "354")
	first.say(large)
	<-k.began
	second := dial(t, l)
	second.begin()
	second.say("DATA\r\n", "354")
	second.say(large, "451 4.3.1")
	close(k.waits)
	first.expect("250")
	again := dial(t, l)
	again.begin()
	again.say("DATA\r\n", "354")
	again.say(large, "250")
}

func TestLMTPThroughAFile(t *testing.T) {
	k := &kept{}
	at := filepath.Join(t.TempDir(), "lmtp")
	l := listening(t, k, func(o *listener.Options) {
		o.Address = "lmtp://" + at
		o.Accept = append(o.Accept, "rota@allclear.example")
	})
	c := dial(t, l)
	c.say("EHLO x\r\n", "500")
	c.say("LHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<"+ours+">\r\nRCPT TO:<other@b.example>\r\nRCPT TO:<rota@allclear.example>\r\nDATA\r\n",
		"250", "250", "250", "550", "250", "354")
	c.say(note+".\r\n", "250", "250") // one for each recipient that is ours
	if all := k.all(); len(all) != 1 || all[0].RemoteIP != "" || len(all[0].To) != 2 {
		t.Errorf("kept %+v", all)
	}
	if _, err := listener.New(listener.Options{Take: k.take, Address: "lmtp://" + at, Accept: []string{ours}}); err == nil {
		t.Error("two listen at one socket")
	}
}

func TestLMTPOverTheNetwork(t *testing.T) {
	k := &kept{fails: errors.New("no")}
	c := dial(t, listening(t, k, func(o *listener.Options) { o.Address = "lmtp://127.0.0.1:0" }))
	c.say("LHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<"+ours+">\r\nRCPT TO:<"+ours+">\r\nDATA\r\n", "250", "250", "250", "250", "354")
	c.say(note+".\r\n", "451", "451")
}

func TestStoppingLetsAMailFinish(t *testing.T) {
	k := waiting()
	o := listener.Options{Take: k.take, Address: "smtp://127.0.0.1:0", Accept: []string{ours}, Now: func() time.Time { return arrived }}
	l, err := listener.New(o)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- l.Serve() }()
	idle, busy := dial(t, l), dial(t, l)
	busy.begin()
	busy.say("DATA\r\n", "354")
	busy.say(note + ".\r\n")
	<-k.began
	stopped := make(chan error, 1)
	go func() { stopped <- l.Stop(context.Background()) }()
	idle.gone()
	close(k.waits)
	busy.expect("250")
	busy.gone()
	if err := errors.Join(<-stopped, <-served); err != nil {
		t.Error(err)
	}
	if len(k.all()) != 1 {
		t.Errorf("kept %d", len(k.all()))
	}
}

func TestTLSIsOfferedAndWanted(t *testing.T) {
	k := &kept{}
	l := listening(t, k, func(o *listener.Options) { o.TLS = &tls.Config{Certificates: []tls.Certificate{certificate(t)}} })
	c := dial(t, l)
	if says := c.hello(); !strings.Contains(says, "STARTTLS") {
		t.Errorf("it says %q", says)
	}
	// What is sent behind the command in the clear is not taken as if it were secret.
	c.say("STARTTLS\r\nMAIL FROM:<manager@council.example>\r\n", "220")
	raw := c.Conn
	over := tls.Client(raw, &tls.Config{InsecureSkipVerify: true})
	if err := over.Handshake(); err == nil {
		c.Conn, c.r = over, bufio.NewReader(over)
		c.say("RCPT TO:<"+ours+">\r\n", "502")
	}
	c = dial(t, l)
	c.say("EHLO x\r\nSTARTTLS\r\n", "250", "220")
	over = tls.Client(c.Conn, &tls.Config{InsecureSkipVerify: true})
	c.Conn, c.r = over, bufio.NewReader(over)
	c.begin()
	c.say("DATA\r\n", "354")
	c.say(note+".\r\n", "250")
	if len(k.all()) != 1 {
		t.Errorf("kept %d", len(k.all()))
	}
}

func TestAddressesToListenAt(t *testing.T) {
	for address, says := range map[string]string{
		"smtp://0.0.0.0:0":            "certificate",
		"lmtp://192.0.2.1:24":         "certificate",
		"smtp:///run/x":               "must be",
		"http://127.0.0.1:25":         "must be",
		"smtp://127.0.0.1":            "must be",
		"smtp://user:pw@127.0.0.1:25": "must be",
		"lmtp://":                     "must be",
	} {
		if _, err := listener.New(listener.Options{Take: (&kept{}).take, Address: address, Accept: []string{ours}}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, wanted %q", address, err, says)
		}
	}
	if _, err := listener.New(listener.Options{Take: (&kept{}).take, Address: "smtp://127.0.0.1:0"}); err == nil {
		t.Error("it listens for nobody")
	}
}
