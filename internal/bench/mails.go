package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/app"
	"github.com/allclear-safety/allclear/internal/standin/twilio"
)

// MailSize is how hard invites come in.
type MailSize struct {
	Workers int           // who send them, each the next visit after the one before
	Rate    int           // mails a second, whatever becomes of those before
	Servers int           // connections that they come by
	For     time.Duration // how long
}

// What is asked of mail.
const (
	mailRate      = 200
	mailAnswered  = time.Second
	mailDrainMost = 2 * time.Minute
)

// Mails measures how soon a visit is booked by an invite and its worker is told, from the instant the mail was to be handed over by SMTP. Each is signed, and its
// signature is checked with a key that a name server of ours is asked for.
func Mails(ctx context.Context, o Options, size MailSize) ([]Figure, error) {
	names, err := newNames()
	if err != nil {
		return nil, err
	}
	defer names.close()
	o.mail = app.Mail{Listen: "smtp://127.0.0.1:0", To: []string{ourAddress}, Domains: []string{councilDomain}, DNS: names.addr()}
	return o.withSystem(ctx, func(s *system) (figures []Figure, err error) {
		if err := s.settle(ctx, o, size.Workers); err != nil {
			return nil, err
		}
		letters, err := names.letters(ctx, o, size)
		if err != nil {
			return nil, err
		}
		err = o.profiled(func() error {
			figures, err = s.measureMails(ctx, o, size, letters)
			return err
		})
		return figures, err
	})
}

// answers is who waits for a text since when: each worker's mails are answered in their order.
type answers struct {
	mu      sync.Mutex
	waiting map[string][]time.Time
	times   []time.Duration
	wrong   int
}

func (a *answers) await(number string, since time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.waiting[number] = append(a.waiting[number], since)
}

// told hears a text that reached somebody's phone.
func (a *answers) told(m twilio.Message) {
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	switch list := a.waiting[m.To]; {
	case !strings.Contains(m.Body, "booked"):
		if strings.Contains(m.Body, "BOOKED") {
			a.wrong++
		}
	case len(list) > 0:
		a.times = append(a.times, now.Sub(list[0]))
		a.waiting[m.To] = list[1:]
	}
}

func (a *answers) count() (told, wrong int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.times), a.wrong
}

func (s *system) measureMails(ctx context.Context, o Options, size MailSize, letters [][]byte) ([]Figure, error) {
	heard := &answers{waiting: map[string][]time.Time{}}
	s.twilio.watch(heard.told)
	var servers []*mailServer
	for range size.Servers {
		m, err := dialMail(s.app.MailAddr().String())
		if err != nil {
			return nil, err
		}
		defer m.conn.Close()
		servers = append(servers, m)
	}
	began, used := time.Now(), processorTime()
	due := make(chan int, len(letters)) // room for all: the clock waits for nobody
	var wg sync.WaitGroup
	for _, m := range servers {
		wg.Go(func() { // ends with the last letter
			for i := range due {
				at := began.Add(time.Duration(i) * time.Second / time.Duration(size.Rate))
				heard.await(workerMobile(i%size.Workers), at)
				m.hand(letters[i], at)
			}
		})
	}
	for i := range letters {
		if err := pause(ctx, time.Until(began.Add(time.Duration(i)*time.Second/time.Duration(size.Rate)))); err != nil {
			close(due)
			return nil, err
		}
		due <- i
	}
	close(due)
	wg.Wait()
	took := time.Since(began)
	kept, all := 0, tally{}
	for _, m := range servers {
		kept += m.stored
		all.stored, all.refused, all.times, all.err = all.stored+m.stored, all.refused+m.refused, append(all.times, m.times...), keepFirst(all.err, m.err)
	}
	inTime, _ := heard.count()
	for told, wrong := heard.count(); told+wrong < kept; told, wrong = heard.count() {
		if time.Since(began) > took+mailDrainMost {
			return nil, fmt.Errorf("%d of %d mails are not answered after %s", kept-told-wrong, kept, mailDrainMost)
		}
		o.progress("mails answered", told, kept)
		if err := keepFirst(s.ended(), pause(ctx, 10*time.Millisecond)); err != nil {
			return nil, err
		}
	}
	drained := time.Since(began) - took
	used = processorTime() - used
	told, wrong := heard.count()
	slices.Sort(all.times)
	from := "from handing a mail over to its worker's text that it is booked"
	booked := spread(from, heard.times, mailAnswered)
	booked[0] = atMost(from+", median", quantile(sorted(heard.times), 0.5), mailAnswered)
	handed := spread("from handing a mail over until it is kept", all.times, 0)
	return append(append([]Figure{
		atLeast(fmt.Sprintf("mails kept, %d senders", size.Workers), float64(kept)/took.Seconds(), min(mailRate, float64(size.Rate))*0.99),
		atLeast("visits booked and answered in the same time", float64(inTime)/took.Seconds(), min(mailRate, float64(size.Rate))*0.95),
		handed[0], handed[1]}, booked...),
		Figure{Name: "mails refused, or not booked", Value: thousands(all.refused + wrong + kept - told - wrong), Target: "none", Met: all.refused+kept-told == 0},
		Figure{Name: "until the last was answered", Value: written(drained)},
		Figure{Name: "processor time for each mail, load and stand-ins included", Value: written(used / time.Duration(max(kept, 1)))},
	), all.err
}

// mailServer hands mails over by one connection.
type mailServer struct {
	conn net.Conn
	in   *bufio.Reader
	tally
}

func dialMail(at string) (*mailServer, error) {
	conn, err := net.Dial("tcp", at)
	if err != nil {
		return nil, fmt.Errorf("connect a mail server: %w", err)
	}
	m := &mailServer{conn: conn, in: bufio.NewReader(conn)}
	if err := m.answered("220"); err != nil {
		return nil, keepFirst(err, conn.Close())
	}
	return m, m.say("EHLO relay."+councilDomain+"\r\n", "250")
}

func (m *mailServer) say(words string, codes ...string) error {
	if _, err := m.conn.Write([]byte(words)); err != nil {
		return err
	}
	for _, code := range codes {
		if err := m.answered(code); err != nil {
			return err
		}
	}
	return nil
}

var errRefused = errors.New("the mail was refused")

func (m *mailServer) answered(code string) error {
	for {
		line, err := m.in.ReadString('\n')
		switch {
		case err != nil:
			return err
		case len(line) < 4 || !strings.HasPrefix(line, code):
			return errRefused
		case line[3] == ' ':
			return nil
		}
	}
}

// hand hands one mail over.
func (m *mailServer) hand(letter []byte, since time.Time) {
	if m.err != nil {
		m.refused++
		return
	}
	m.err = keepFirst(m.say("MAIL FROM:<relay@"+councilDomain+">\r\nRCPT TO:<"+ourAddress+">\r\nDATA\r\n", "250", "250", "354"), nil)
	if m.err == nil {
		m.err = m.say(string(letter)+".\r\n", "250")
	}
	if m.err != nil {
		m.refused++
		return
	}
	m.stored++
	m.times = append(m.times, time.Since(since))
}
