package mail

import (
	"bytes"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/private"
)

// Read reads a mail. It gives what there is of it: a missing boundary at the end, a charset that is not true, or data that breaks off lose what
// they must and nothing before them.
func Read(a Arrival) Message {
	raw := a.Raw
	r := reader{}
	if len(raw) > MaxSize {
		raw = raw[:MaxSize]
		r.hide(TooLarge)
	}
	raw = unboxed(raw)
	h, body := split(raw)
	r.m.ID, r.m.InReplyTo = h.id("message-id"), h.id("in-reply-to")
	r.m.From, r.m.Sender = h.one("from"), h.one("sender")
	r.m.Subject = private.New(words(h.get("subject")))
	r.m.Date = h.date()
	r.m.Automatic = automatic(a, h)
	switch strings.ToLower(h.get("sensitivity")) {
	case "private", "company-confidential":
		r.m.Private = true
	}
	if len(raw)-len(body) > maxHeader || len(h) > maxFields {
		r.hide(TooLarge)
		return r.m
	}
	if h.count("from") == 0 && h.count("content-type") == 0 && h.count("subject") == 0 {
		r.hide(Broken)
		return r.m
	}
	r.walk(part{header: h, body: body, method: ""}, 1)
	if r.m.Automatic && !r.reported {
		r.failing([]byte(r.text.String()))
	}
	r.m.Text, r.m.HTML = private.New(r.text.String()), private.New(r.html.String())
	r.m.Body = private.New(Body(r.html.String()))
	return r.m
}

// unboxed takes off the line that a mailbox's file has before each mail, "From priya@council.example Sun Nov 22".
func unboxed(raw []byte) []byte {
	if rest, found := bytes.CutPrefix(raw, []byte("From ")); found && !bytes.HasPrefix(bytes.TrimLeft(rest, " \t"), []byte(":")) {
		_, raw, _ = bytes.Cut(raw, []byte("\n"))
	}
	return raw
}

// reader gathers what the parts of a mail hold.
type reader struct {
	m          Message
	parts      int
	forwarded  bool // within a mail inside this one
	reported   bool // it has a delivery report
	text, html strings.Builder
}

// hide keeps the first reason that a mail could not be read, but for the encrypted: nothing says more.
func (r *reader) hide(why Hidden) {
	if r.m.Hidden == Plain || why == Encrypted {
		r.m.Hidden = why
	}
}

// part is one part of a mail as it stands.
type part struct {
	header       header
	body         []byte
	kind, method string
	params       map[string]string
	name         string // of the file
	attached     bool
}

func (p *part) look() {
	value := p.header.get("content-type")
	if value == "" {
		value = "text/plain"
	}
	p.kind, p.params = parameters(value)
	p.kind = strings.ToLower(p.kind)
	disposition, params := parameters(p.header.get("content-disposition"))
	p.attached = disposition == "attachment"
	p.name = strings.ToLower(params["filename"])
	if p.name == "" {
		p.name = strings.ToLower(p.params["name"])
	}
	p.method = strings.ToUpper(strings.TrimSpace(p.params["method"]))
}

func (r *reader) walk(p part, depth int) {
	if r.parts++; r.parts > maxParts || depth > maxDepth {
		r.hide(TooLarge)
		return
	}
	p.look()
	switch {
	case strings.HasPrefix(p.kind, "multipart/"):
		if p.kind == "multipart/encrypted" {
			r.hide(Encrypted)
			return
		}
		if p.kind == "multipart/report" && !r.forwarded {
			r.m.Automatic = true
		}
		inners := cut(p.body, p.params["boundary"])
		if len(inners) == 0 { // encoded as a whole, which no mail may be
			inners = cut(p.content(MaxSize), p.params["boundary"])
		}
		for _, inner := range inners {
			if r.parts >= maxParts {
				r.hide(TooLarge)
				return
			}
			h, body := split(inner)
			if len(h) > maxFields {
				r.hide(TooLarge)
				continue
			}
			if p.kind == "multipart/digest" && h.get("content-type") == "" {
				h = append(h, field{"content-type", "message/rfc822"})
			}
			r.walk(part{header: h, body: body}, depth+1)
		}
	case slices.Contains(reportKinds, p.kind):
		r.report(p, depth)
	case p.kind == "message/rfc822", p.kind == "message/global":
		within := r.forwarded
		r.forwarded = true
		h, body := split(p.content(MaxSize))
		r.walk(part{header: h, body: body}, depth+1)
		r.forwarded = within
	default:
		r.leaf(p)
	}
}

// content is the part's bytes, up to one more than most.
func (p *part) content(most int) []byte {
	return decoded(p.body, p.header.get("content-transfer-encoding"), most)
}

var (
	calendarKinds = []string{"text/calendar", "application/ics", "text/x-vcalendar", "application/calendar", "text/ics", "application/x-ics"}
	tnefKinds     = []string{"application/ms-tnef", "application/vnd.ms-tnef"}
	sealedKinds   = []string{"application/x-microsoft-rpmsg-message", "application/pgp-encrypted"}
)

func (r *reader) leaf(p part) {
	switch {
	case slices.Contains(tnefKinds, p.kind), p.name == "winmail.dat":
		r.hide(TNEF)
	case slices.Contains(sealedKinds, p.kind), strings.HasSuffix(p.name, ".rpmsg"):
		r.hide(Encrypted)
	case strings.HasSuffix(p.kind, "/pkcs7-mime"), strings.HasSuffix(p.kind, "/x-pkcs7-mime"), p.name == "smime.p7m":
		r.hide(Encrypted)
	case slices.Contains(calendarKinds, p.kind), strings.HasSuffix(p.name, ".ics"), strings.HasSuffix(p.name, ".vcs"):
		r.calendar(p)
	case p.kind == "text/plain" && !p.attached, p.kind == "text/html" && !p.attached:
		r.words(p)
	case p.kind == "application/octet-stream" && bytes.HasPrefix(p.content(8), []byte{0x78, 0x9f, 0x3e, 0x22}):
		r.hide(TNEF)
	}
}

func (r *reader) calendar(p part) {
	raw := p.content(maxCalendar)
	list := &r.m.Calendars
	if r.forwarded {
		list = &r.m.Forwarded
	}
	if len(raw) > maxCalendar || len(*list) >= maxCalendars {
		r.hide(TooLarge)
		return
	}
	*list = append(*list, Part{Method: p.method, Text: []byte(utf8Of(raw, p.params["charset"]))})
}

// words takes a text of the mail itself. What stands in a mail inside it is another's.
func (r *reader) words(p part) {
	raw := p.content(maxBody)
	text := utf8Of(raw, p.params["charset"])
	if p.kind == "text/plain" && strings.HasPrefix(strings.TrimSpace(text), "BEGIN:VCALENDAR") {
		r.calendar(p)
		return
	}
	if strings.Contains(text, "-----BEGIN PGP MESSAGE-----") {
		r.hide(Encrypted)
		return
	}
	if r.forwarded {
		return
	}
	into := &r.text
	if p.kind == "text/html" {
		into = &r.html
	} else if strings.EqualFold(p.params["format"], "flowed") {
		text = unflow(text, strings.EqualFold(p.params["delsp"], "yes"))
	}
	if len(raw) > maxBody || into.Len()+len(text) > maxBody {
		r.hide(TooLarge)
		text = strings.ToValidUTF8(text[:min(len(text), maxBody-into.Len())], "")
	}
	if into.Len() > 0 {
		into.WriteString("\n")
	}
	into.WriteString(text)
}

// unflow joins the lines of a flowed text (RFC 3676).
func unflow(text string, joined bool) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "-- " || !strings.HasSuffix(line, " ") {
			b.WriteString(line + "\n")
			continue
		}
		if joined {
			line = line[:len(line)-1]
		}
		b.WriteString(line)
	}
	return b.String()
}

// cut parts a multipart's body at its boundary. The last part goes to the end where the closing boundary is missing; without any boundary there is no part.
func cut(body []byte, boundary string) [][]byte {
	boundary = strings.TrimSpace(boundary)
	if boundary == "" {
		return nil
	}
	mark := []byte("--" + boundary)
	var list [][]byte
	start := -1
	for at := 0; at < len(body); {
		end, next := len(body), len(body)
		if i := bytes.IndexByte(body[at:], '\n'); i >= 0 {
			end, next = at+i, at+i+1
		}
		if line := bytes.TrimRight(body[at:end], " \t\r"); bytes.HasPrefix(line, mark) {
			tail := line[len(mark):]
			closing := len(tail) >= 2 && tail[0] == '-' && tail[1] == '-'
			if len(tail) == 0 || closing {
				if start >= 0 {
					list = append(list, body[start:at])
				}
				start = next
				if closing {
					return list
				}
			}
		}
		at = next
		if len(list) > maxParts {
			return list
		}
	}
	if start >= 0 && start < len(body) {
		list = append(list, body[start:])
	}
	return list
}
