package smtp

import (
	"bytes"
	"net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/allclear-safety/allclear/internal/channel"
)

// Headers that go-mail has no name for.
const (
	autoSubmitted = gomail.Header("Auto-Submitted")           // RFC 3834: no machine answers it
	autoSuppress  = gomail.Header("X-Auto-Response-Suppress") // the same for Exchange ([MS-OXCMAIL] 2.1.3.2.20)
	sensitivity   = gomail.Header("Sensitivity")              // RFC 2156
	inReplyTo     = gomail.Header("In-Reply-To")
	references    = gomail.Header("References")
)

// write makes the mail: the words as plain text, and behind them its calendar, if it has one. The same message makes the same mail but for what stands
// between its parts.
func (c *Client) write(m channel.Message, to string) ([]byte, error) {
	msg := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP), gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(c.from)
	msg.ToMailAddress(&mail.Address{Address: to})
	msg.Subject(oneLine(m.Mail.Subject.Reveal()))
	msg.SetMessageIDWithValue(MessageID(m.ID, c.domain))
	if !m.MadeAt.IsZero() {
		msg.SetDateWithValue(m.MadeAt)
	}
	c.thread(msg, m.Mail)
	msg.SetGenHeader(autoSubmitted, "auto-generated")
	if m.Mail.Private {
		msg.SetGenHeader(sensitivity, "Private")
	}
	if m.Class == channel.Alarm {
		msg.SetGenHeader(gomail.HeaderImportance, "high")
		msg.SetGenHeader(gomail.HeaderPriority, "urgent")
		msg.SetGenHeader(gomail.HeaderXPriority, "1")
	}

	body, cal := m.Body.Reveal(), m.Mail.Calendar
	if cal == nil {
		msg.SetGenHeader(autoSuppress, "OOF", "AutoReply") // never NDR: that a mail came to nobody is what we want to hear
		msg.SetBodyString(gomail.TypeTextPlain, body)
		return bytesOf(msg)
	}
	msg.SetGenHeader(autoSuppress, "OOF") // an answer to an invite may be made by a machine
	kind := gomail.ContentType("text/calendar; method=" + token(cal.Method))
	text := cal.Text.Reveal()
	if cal.Alone {
		msg.SetBodyString(kind, text, gomail.WithPartEncoding(gomail.EncodingB64))
		return bytesOf(msg)
	}
	msg.SetBodyString(gomail.TypeTextPlain, body)
	msg.AddAlternativeString(kind, text, gomail.WithPartEncoding(gomail.EncodingB64))
	if cal.File {
		if err := msg.AttachReader("invite.ics", strings.NewReader(text), gomail.WithFileContentType("application/ics"), gomail.WithFileEncoding(gomail.EncodingB64)); err != nil {
			return nil, err
		}
	}
	return bytesOf(msg)
}

// thread says what the mail belongs to. A thread's first mail is one that was never sent: each refers to it, so that whichever comes first, or is lost,
// the others stand together.
func (c *Client) thread(msg *gomail.Msg, m *channel.Mail) {
	var before []string
	if m.Thread != "" {
		before = append(before, "<thread."+MessageID(m.Thread, c.domain)+">")
	}
	if id := oneWord(m.InReplyTo); id != "" {
		before = append(before, "<"+id+">")
	}
	if len(before) > 0 {
		msg.SetGenHeader(references, strings.Join(before, " "))
		msg.SetGenHeader(inReplyTo, before[len(before)-1])
	}
}

// MessageID is the Message-ID, without brackets, of the mail of a message: the same for each repeat of it.
func MessageID(message, domain string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '.'
	}, message)
	return strings.Trim(name, ".") + "@" + domain
}

// oneLine is words that fit a header: no end of a line, nothing that can't be seen.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)), " ")
}

// oneWord is a Message-ID of somebody else's as far as it can stand in a header: without brackets, blanks and what is not ASCII.
func oneWord(s string) string {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f || r == '<' || r == '>' {
			return -1
		}
		return r
	}, s)
	if len(s) > 250 {
		return ""
	}
	return s
}

// token is a method of a calendar, which is letters alone.
func token(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '-' {
			return r
		}
		return -1
	}, s)
}

func bytesOf(msg *gomail.Msg) ([]byte, error) {
	var b bytes.Buffer
	_, err := msg.WriteTo(&b)
	return b.Bytes(), err
}
