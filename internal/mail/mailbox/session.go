package mailbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"github.com/allclear-safety/allclear/internal/mail"
)

// most is how much is held of one mail, and of all that are read at once.
const (
	mostBytes = mail.MaxSize
	mostMails = 50
)

// session is one connection that is signed in.
type session struct {
	m    *Mailbox
	c    *imapclient.Client
	more chan struct{} // the server says that there is more
	stop func() bool
}

// connect signs in. Everything on the connection ends with ctx.
func (m *Mailbox) connect(ctx context.Context) (*session, error) {
	a := m.o.Address
	reaching, cancel := context.WithTimeout(ctx, m.bound.Answer)
	defer cancel()
	token := ""
	if m.o.Token != nil {
		var err error
		if token, err = m.o.Token(reaching); err != nil {
			return nil, doing{err.Error(), err}
		}
	}
	wire, err := m.o.Dial(reaching, "tcp", net.JoinHostPort(a.Host, a.Port))
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	s := &session{m: m, more: make(chan struct{}, 1)}
	ended := context.AfterFunc(reaching, func() { _ = wire.Close() })
	defer ended()
	if s.c, err = s.speak(reaching, wire); err != nil {
		return nil, errors.Join(err, ignoreClosed(wire.Close()))
	}
	if err := s.signIn(a, token); err != nil {
		s.close()
		return nil, err
	}
	s.stop = context.AfterFunc(ctx, func() { _ = wire.Close() })
	return s, nil
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// speak begins the protocol. In the clear it is spoken to this machine alone.
func (s *session) speak(ctx context.Context, wire net.Conn) (*imapclient.Client, error) {
	a := s.m.o.Address
	config := &tls.Config{ServerName: a.Host, RootCAs: s.m.o.Roots, MinVersion: tls.VersionTLS12}
	o := &imapclient.Options{TLSConfig: config, UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				select {
				case s.more <- struct{}{}:
				default:
				}
			}
		},
	}}
	switch {
	case a.TLS:
		config.NextProtos = []string{"imap"}
		over := tls.Client(wire, config)
		if err := over.HandshakeContext(ctx); err != nil {
			return nil, fmt.Errorf("connect: %w", err)
		}
		return imapclient.New(over, o), nil
	case a.Local():
		return imapclient.New(wire, o), nil
	}
	c, err := imapclient.NewStartTLS(wire, o)
	if err != nil {
		return nil, fmt.Errorf("connect by STARTTLS: %w", err)
	}
	return c, nil
}

func (s *session) signIn(a Address, token string) error {
	if s.m.o.Token == nil {
		if err := s.c.Login(a.User, a.Password.Reveal()).Wait(); err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
		return nil
	}
	var by sasl.Client = xoauth2{a.User, token}
	if caps := s.c.Caps(); caps.Has("AUTH=OAUTHBEARER") && !caps.Has("AUTH=XOAUTH2") {
		by = bearer{sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: a.User, Token: token})}
	}
	err := s.c.Authenticate(by)
	if errors.Is(err, errTokenRefused) {
		return doing{"sign in: " + err.Error(), err}
	}
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	return nil
}

func (s *session) close() {
	if s.stop != nil {
		s.stop()
	}
	_ = s.c.Close() // it may be closed already, and nothing is waiting on it
}

// answered bounds what one command may take: a server that says nothing is left.
func (s *session) answered() (done func()) {
	ctx, cancel := context.WithTimeout(context.Background(), s.m.bound.Answer)
	stop := context.AfterFunc(ctx, func() { _ = s.c.Close() })
	return func() { stop(); cancel() }
}

func (s *session) selected(folder string, readOnly bool) (*imap.SelectData, error) {
	defer s.answered()()
	d, err := s.c.Select(folder, &imap.SelectOptions{ReadOnly: readOnly}).Wait()
	if err != nil {
		return nil, fmt.Errorf("look into the folder: %w", err)
	}
	return d, nil
}

// tidy makes the folder of what was taken, and removes from it what has been there long enough.
func (s *session) tidy() error {
	defer s.answered()()
	done := s.m.o.Done
	if _, err := s.selected(done, false); err != nil {
		if _, refused := errors.AsType[*imap.Error](err); !refused {
			return err
		}
		if err := s.c.Create(done, nil).Wait(); err != nil {
			return fmt.Errorf("make the folder for what was taken: %w", err)
		}
		return nil
	}
	// A server counts whole days, by its own zone: one more is left.
	before := s.m.o.Now().Add(-s.m.o.Keep).AddDate(0, 0, -1)
	found, err := s.c.UIDSearch(&imap.SearchCriteria{Before: before}, nil).Wait()
	if err != nil {
		return fmt.Errorf("look for what was taken long ago: %w", err)
	}
	if old := found.AllUIDs(); len(old) > 0 {
		return s.remove(imap.UIDSetNum(old...))
	}
	return nil
}

// remove deletes mails of the folder that is looked into.
func (s *session) remove(uids imap.UIDSet) error {
	if err := s.c.Store(uids, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
		return fmt.Errorf("mark what is to go: %w", err)
	}
	expunge := s.c.Expunge
	if caps := s.c.Caps(); caps.Has(imap.CapUIDPlus) || caps.Has(imap.CapIMAP4rev2) {
		expunge = func() *imapclient.ExpungeCommand { return s.c.UIDExpunge(uids) }
	}
	if err := expunge().Close(); err != nil {
		return fmt.Errorf("remove what was taken: %w", err)
	}
	return nil
}

// takeAll hands on all that waits, and says whether to look again soon: something was there, and more may have come while nobody was told, or something
// could not be kept.
func (s *session) takeAll(ctx context.Context) (soon bool, err error) {
	select {
	case <-s.more: // what was said until now is looked at now
	default:
	}
	waiting, err := s.waiting()
	if err != nil {
		return false, err
	}
	soon = len(waiting) > 0
	for len(waiting) > 0 {
		batch := batchOf(waiting)
		waiting = waiting[len(batch):]
		mails, err := s.fetch(batch)
		if err != nil {
			return soon, err
		}
		if taken := s.hand(ctx, mails); len(taken) > 0 {
			if err := s.file(imap.UIDSetNum(taken...)); err != nil {
				return soon, err
			}
		}
		if ctx.Err() != nil {
			return soon, nil
		}
	}
	return soon, nil
}

// letter is a mail in the folder.
type letter struct {
	uid  imap.UID
	size int64
	raw  []byte
}

// waiting are the mails in the folder, the oldest first.
func (s *session) waiting() ([]letter, error) {
	defer s.answered()()
	found, err := s.c.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagDeleted}}, nil).Wait()
	if err != nil {
		return nil, fmt.Errorf("look for mails: %w", err)
	}
	uids := found.AllUIDs()
	if len(uids) == 0 {
		return nil, nil
	}
	slices.Sort(uids)
	if len(uids) > 1000 {
		uids = uids[:1000] // the rest with the next look, which is then at once
		s.notice()
	}
	sizes, err := s.c.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, RFC822Size: true}).Collect()
	if err != nil {
		return nil, fmt.Errorf("ask for the mails' sizes: %w", err)
	}
	var all []letter
	for _, d := range sizes {
		all = append(all, letter{uid: d.UID, size: d.RFC822Size})
	}
	slices.SortFunc(all, func(a, b letter) int { return int(int64(a.uid) - int64(b.uid)) })
	return all, nil
}

// notice remembers that there is more.
func (s *session) notice() {
	select {
	case s.more <- struct{}{}:
	default:
	}
}

// batchOf are as many as may be held at once, one at least.
func batchOf(all []letter) []letter {
	var bytes int64
	for i, l := range all {
		bytes += min(l.size, mostBytes)
		if i > 0 && (bytes > mostBytes || i == mostMails) {
			return all[:i]
		}
	}
	return all
}

// fetch reads mails whole; of one that is too large, its beginning. The calendar of an invite stands before what is attached to it.
func (s *session) fetch(batch []letter) ([]letter, error) {
	defer s.answered()()
	var uids []imap.UID
	for _, l := range batch {
		uids = append(uids, l.uid)
	}
	body := &imap.FetchItemBodySection{Peek: true}
	if slices.ContainsFunc(batch, func(l letter) bool { return l.size > mostBytes }) {
		body.Partial = &imap.SectionPartial{Size: mostBytes}
	}
	asked := s.c.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{body}})
	var mails []letter
	for d := asked.Next(); d != nil; d = asked.Next() {
		l, err := readLetter(d)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("read a mail: %w", err), ignoreClosed(asked.Close()))
		}
		if l.uid != 0 && l.raw != nil {
			mails = append(mails, l)
		}
	}
	if err := asked.Close(); err != nil {
		return nil, fmt.Errorf("read mails: %w", err)
	}
	return mails, nil
}

func readLetter(d *imapclient.FetchMessageData) (l letter, err error) {
	for item := d.Next(); item != nil; item = d.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			l.uid = item.UID
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil {
				continue
			}
			if l.raw, err = io.ReadAll(io.LimitReader(item.Literal, mostBytes)); err != nil {
				return l, err
			}
		}
	}
	return l, nil
}

// hand gives mails on one after the other, and says which of them are kept.
func (s *session) hand(ctx context.Context, mails []letter) (taken []imap.UID) {
	m := s.m
	for _, l := range mails {
		a := mail.Arrival{Raw: l.raw, To: []string{m.o.Address.User}, Via: mail.ByMailbox, At: m.o.Now()}
		if err := s.keep(ctx, a); err != nil {
			m.failed.Add(1)
			m.o.Log.Error("mail not kept: it stays in the mailbox and is tried again", "via", string(mail.ByMailbox), "error", err)
			continue
		}
		m.taken.Add(1)
		taken = append(taken, l.uid)
	}
	return taken
}

func (s *session) keep(ctx context.Context, a mail.Arrival) error {
	ctx, cancel := context.WithTimeout(ctx, s.m.bound.Answer)
	defer cancel()
	return s.m.o.Take(ctx, a)
}

// file moves mails to where those lie that were taken.
func (s *session) file(uids imap.UIDSet) error {
	defer s.answered()()
	caps := s.c.Caps()
	if caps.Has(imap.CapMove) || caps.Has(imap.CapIMAP4rev2) {
		if _, err := s.c.Move(uids, s.m.o.Done).Wait(); err != nil {
			return fmt.Errorf("move what was taken: %w", err)
		}
		return nil
	}
	if _, err := s.c.Copy(uids, s.m.o.Done).Wait(); err != nil {
		return fmt.Errorf("copy what was taken: %w", err)
	}
	return s.remove(uids)
}

// wait returns when there may be more, or it is time to look again.
func (s *session) wait(ctx context.Context, soon bool) error {
	every := s.m.bound.Poll
	idles := s.c.Caps().Has(imap.CapIdle) || s.c.Caps().Has(imap.CapIMAP4rev2)
	if idles && !soon {
		every = s.m.bound.Idle
	}
	if !idles {
		return s.noop(ctx, every)
	}
	done := s.answered()
	idle, err := s.c.Idle()
	done()
	if err != nil {
		return fmt.Errorf("wait for mail: %w", err)
	}
	timer := time.NewTimer(every)
	defer timer.Stop()
	select {
	case <-s.more:
		s.notice()
	case <-timer.C:
	case <-s.c.Closed():
	case <-ctx.Done():
	}
	defer s.answered()()
	if err := errors.Join(idle.Close(), idle.Wait()); err != nil {
		return fmt.Errorf("wait for mail: %w", err)
	}
	return nil
}

// noop waits and asks whether there is more: what the server may say only when it is asked it says then.
func (s *session) noop(ctx context.Context, every time.Duration) error {
	timer := time.NewTimer(every)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.c.Closed():
	case <-ctx.Done():
		return nil
	}
	defer s.answered()()
	if err := s.c.Noop().Wait(); err != nil {
		return fmt.Errorf("ask for mail: %w", err)
	}
	return nil
}
