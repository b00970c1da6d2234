package smtp

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// Mail is one that was taken.
type Mail struct {
	From string   // the envelope's
	To   []string // likewise
	Raw  []byte

	ID      string // Message-ID, with its brackets
	Subject string
	Header  mail.Header
	Text    string // of the first text/plain
	Parts   []Part // all that are not multipart, in their order
	Bad     error  // why it could not be read
}

// Part is one part of a mail.
type Part struct {
	Type       string            // "text/calendar"
	Params     map[string]string // "method"
	Within     string            // the multipart that it stands in: "multipart/alternative", or ""
	Attachment string            // its file's name
	Encoding   string
	Body       string
}

// take keeps a mail and gives the name under which it is queued.
func (s *Server) take(from string, to []string, raw []byte) string {
	m := Mail{From: from, To: append([]string{}, to...), Raw: raw}
	m.Bad = m.read()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
	close(s.changed)
	s.changed = make(chan struct{})
	return fmt.Sprintf("4Z%06d", len(s.mails))
}

// Mails are all that were taken, in order.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail{}, s.mails...)
}

// To are the mails that one address got.
func (s *Server) To(address string) (mails []Mail) {
	for _, m := range s.Mails() {
		for _, to := range m.To {
			if to == address {
				mails = append(mails, m)
			}
		}
	}
	return mails
}

// Connections is how often somebody connected.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// Wait waits until what is wanted is true of the mails, or ctx ends.
func (s *Server) Wait(ctx context.Context, wanted func([]Mail) bool) bool {
	for {
		s.mu.Lock()
		changed, mails := s.changed, append([]Mail{}, s.mails...)
		s.mu.Unlock()
		if wanted(mails) {
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

func (m *Mail) read() error {
	whole, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		return err
	}
	m.Header, m.ID = whole.Header, whole.Header.Get("Message-Id")
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(whole.Header.Get("Subject")); err != nil {
		return err
	}
	err = m.part("", whole.Header.Get, whole.Body)
	for _, p := range m.Parts {
		if p.Type == "text/plain" && m.Text == "" {
			m.Text = strings.ReplaceAll(p.Body, "\r\n", "\n")
		}
	}
	return err
}

// part reads a part and those within it.
func (m *Mail) part(within string, header func(string) string, body io.Reader) error {
	kind, params, err := mime.ParseMediaType(header("Content-Type"))
	if err != nil {
		return err
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := m.part(kind, p.Header.Get, p); err != nil {
				return err
			}
		}
	}
	_, disposition, _ := mime.ParseMediaType(header("Content-Disposition")) // "" has none
	p := Part{Type: kind, Params: params, Within: within, Encoding: strings.ToLower(header("Content-Transfer-Encoding")), Attachment: disposition["filename"]}
	switch p.Encoding {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	words, err := io.ReadAll(body)
	p.Body = string(words)
	m.Parts = append(m.Parts, p)
	return err
}
