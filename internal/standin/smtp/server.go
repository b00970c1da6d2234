// Package smtp plays a mail server: it takes mail by SMTP (RFC 5321), with STARTTLS or TLS and with a sign-in where it is told to, keeps what it took,
// and fails on demand.
//
// It shares no code with the client that it is used to try, so that a misreading on one side is not confirmed by the other: the protocol is
// emersion/go-smtp's, and mails are read with Go's own packages.
package smtp

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/allclear-safety/allclear/internal/standin/fault"
)

// Options say what the server wants of its clients.
type Options struct {
	User, Password string // the sign-in that is wanted; "" for none
	STARTTLS       bool
	TLS            bool          // from the first byte
	Addr           string        // where it listens; default 127.0.0.1:0
	Slow           time.Duration // how long a slow answer takes; default 2 s
}

// Server is the stand-in; stop it with Close.
type Server struct {
	options  Options
	listener net.Listener
	server   *smtp.Server
	roots    *x509.CertPool
	ctx      context.Context
	stop     context.CancelFunc
	running  sync.WaitGroup
	faults   fault.Queue[Fault]

	mu          sync.Mutex
	unknown     map[string]bool
	mails       []Mail
	connections int
	changed     chan struct{}
}

// New starts a stand-in.
func New(o Options) (*Server, error) {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Slow <= 0 {
		o.Slow = 2 * time.Second
	}
	s := &Server{options: o, unknown: map[string]bool{}, changed: make(chan struct{})}
	s.ctx, s.stop = context.WithCancel(context.Background())
	listener, err := net.Listen("tcp", o.Addr) // #nosec G102 -- on loopback unless a test says otherwise
	if err != nil {
		return nil, err
	}
	s.server = smtp.NewServer(smtp.BackendFunc(s.session))
	s.server.Domain, s.server.MaxMessageBytes, s.server.MaxRecipients = "mail.standin.example", 10<<20, 100
	s.server.ReadTimeout, s.server.WriteTimeout = time.Minute, time.Minute
	s.server.AllowInsecureAuth, s.server.EnableSMTPUTF8 = true, true
	s.server.ErrorLog = log.New(io.Discard, "", 0)
	if o.TLS || o.STARTTLS {
		pair, err := s.certificate()
		if err != nil {
			return nil, errors.Join(err, listener.Close())
		}
		settings := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
		if o.TLS {
			listener = tls.NewListener(listener, settings)
		} else {
			s.server.TLSConfig = settings
		}
	}
	s.listener = counted{listener, s}
	s.running.Go(func() { _ = s.server.Serve(s.listener) }) // until Close
	return s, nil
}

// Addr is where it listens, HOST:PORT.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Roots is the authority of its certificate.
func (s *Server) Roots() *x509.CertPool { return s.roots }

// Close ends everything and waits until it is gone.
func (s *Server) Close() {
	s.stop()
	_ = s.server.Close()
	_ = s.listener.Close() // which the server does not know yet where this comes at once
	s.running.Wait()
}

// certificate makes one for 127.0.0.1 and mail.standin.example.
func (s *Server) certificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.standin.example"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		DNSNames: []string{"mail.standin.example", "localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, err
	}
	s.roots = x509.NewCertPool()
	s.roots.AddCert(made)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// session is one client's connection.
type session struct {
	*Server
	conn     *smtp.Conn
	signedIn bool
	fault    Fault
	from     string
	to       []string
}

// counted counts who connects.
type counted struct {
	net.Listener
	server *Server
}

func (c counted) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.server.mu.Lock()
		c.server.connections++
		c.server.mu.Unlock()
	}
	return conn, err
}

func (s *Server) session(c *smtp.Conn) (smtp.Session, error) {
	return &session{Server: s, conn: c, signedIn: s.options.User == ""}, nil
}

// AuthMechanisms are what is offered.
func (x *session) AuthMechanisms() []string {
	if x.options.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth checks a sign-in.
func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != x.options.User || password != x.options.Password {
			return smtp.ErrAuthFailed
		}
		x.signedIn = true
		return nil
	}), nil
}

func (x *session) Reset()        { x.from, x.to, x.fault = "", nil, "" }
func (x *session) Logout() error { return nil }

func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	if !x.signedIn {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	x.fault, x.from = x.faults.Next(), from
	switch x.fault {
	case Down:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Temporary system problem"}
	case Barred:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 60}, Message: "Client does not have permissions to send as this sender " + from}
	case Drops:
		return x.conn.Close()
	}
	return nil
}

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	x.mu.Lock()
	unknown := x.unknown[to]
	x.mu.Unlock()
	switch {
	case x.fault == Greylists:
		return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 0}, Message: "<" + to + ">: Recipient address rejected: Greylisted"}
	case x.fault == Full:
		return &smtp.SMTPError{Code: 552, EnhancedCode: smtp.EnhancedCode{5, 2, 2}, Message: "<" + to + ">: mailbox is full"}
	case unknown:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "<" + to + ">: Recipient address rejected: User unknown"}
	}
	x.to = append(x.to, to)
	return nil
}

func (x *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if x.fault == Spam {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "Message rejected as spam by content filtering"}
	}
	name := x.take(x.from, x.to, raw)
	switch x.fault {
	case Hangs:
		<-x.ctx.Done()
	case Lost:
		return x.conn.Close()
	case Garbage:
		_, _ = io.WriteString(x.conn.Conn(), "<html><body>It works!</body></html>\r\n")
		return x.conn.Close()
	case Slow:
		timer := time.NewTimer(x.options.Slow)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-x.ctx.Done():
		}
	}
	return &smtp.SMTPError{Code: 250, EnhancedCode: smtp.EnhancedCode{2, 0, 0}, Message: "Ok: queued as " + name}
}
