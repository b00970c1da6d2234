package dav

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// The namespaces of what is asked for.
const (
	nsDAV    = "DAV:"
	nsCalDAV = "urn:ietf:params:xml:ns:caldav"
	nsApple  = "http://calendarserver.org/ns/"
)

// Bounds on what is asked, beside its length.
const (
	deepest     = 24
	mostNodes   = 20_000
	longestText = 4 << 10 // bytes in one element: an address, a token or a time
	mostAnswer  = 32 << 20
)

// node is an element of a request.
type node struct {
	name  xml.Name
	attrs []xml.Attr
	text  string // its beginning: longestText of it
	in    []node
}

// badRequest is an answer to what cannot be done, with the precondition that it fails (RFC 4918, 16); "" for none.
type badRequest struct {
	status       int
	precondition xml.Name
}

func (e *badRequest) Error() string { return "bad request" }

func (e *badRequest) write(w http.ResponseWriter) {
	if e.precondition.Local == "" {
		http.Error(w, "That could not be read.", e.status)
		return
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	w.WriteHeader(e.status)
	_, _ = io.WriteString(w, xml.Header+`<error xmlns="DAV:">`+empty(e.precondition)+`</error>`) // the client has gone: nobody is left to tell
}

// readBody reads the request's one element; the zero node where there is none.
func readBody(r *http.Request) (root node, err error) {
	d := xml.NewDecoder(r.Body)
	left := mostNodes
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return node{}, nil
		}
		if err != nil {
			return node{}, unreadable(err)
		}
		if start, is := t.(xml.StartElement); is {
			root, err = readNode(d, start, deepest, &left)
			return root, err
		}
	}
}

// writable is the name of an element as it can be said again behind no prefix: after one, Go's decoder takes "a:0" too.
var writable = regexp.MustCompile(`^[\pL_][\pL\pN_.-]*$`)

func unreadable(err error) error {
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return &badRequest{status: http.StatusRequestEntityTooLarge}
	}
	return &badRequest{status: http.StatusBadRequest}
}

func readNode(d *xml.Decoder, start xml.StartElement, depth int, left *int) (node, error) {
	n := node{name: start.Name, attrs: start.Attr}
	if *left--; depth == 0 || *left < 0 || !writable.MatchString(n.name.Local) {
		return n, &badRequest{status: http.StatusBadRequest}
	}
	for {
		t, err := d.Token()
		if err != nil {
			return n, unreadable(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			child, err := readNode(d, t, depth-1, left)
			if err != nil {
				return n, err
			}
			n.in = append(n.in, child)
		case xml.CharData:
			n.text += string(t[:min(len(t), max(0, longestText-len(n.text)))])
		case xml.EndElement:
			return n, nil
		}
	}
}

// child gives the first element within of a name; nil for none.
func (n *node) child(space, local string) *node {
	for i := range n.in {
		if n.in[i].name == (xml.Name{Space: space, Local: local}) {
			return &n.in[i]
		}
	}
	return nil
}

func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// escape is text within XML.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes all
	return b.String()
}

// element is an element of a namespace, with what stands in it.
func element(name xml.Name, in string) string {
	if in == "" {
		return empty(name)
	}
	return "<" + name.Local + ` xmlns="` + escape(name.Space) + `">` + in + "</" + name.Local + ">"
}

func empty(name xml.Name) string {
	return "<" + name.Local + ` xmlns="` + escape(name.Space) + `"/>`
}

func href(path string) string {
	return `<href xmlns="DAV:">` + escape(escapedPath(path)) + `</href>`
}

// multistatus gathers the answer to a question about many.
type multistatus struct {
	b    strings.Builder
	over bool // it would be longer than any client has a use for: what is asked names much, again and again
}

// full says that no more goes in.
func (m *multistatus) full() bool {
	m.over = m.over || m.b.Len() > mostAnswer
	return m.over
}

func (m *multistatus) begin() {
	m.b.WriteString(xml.Header + `<multistatus xmlns="DAV:">`)
}

func (m *multistatus) send(w http.ResponseWriter) {
	if m.full() {
		http.Error(w, "That is too much at once.", http.StatusInsufficientStorage)
		return
	}
	m.b.WriteString(`</multistatus>`)
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(m.b.Len()))
	w.WriteHeader(http.StatusMultiStatus)
	_, _ = io.WriteString(w, m.b.String()) // the client has gone: nobody is left to tell
}

// gone says of a path that there is nothing.
func (m *multistatus) gone(path string) {
	if m.full() {
		return
	}
	m.b.WriteString(`<response>` + href(path) + `<status>HTTP/1.1 404 Not Found</status></response>`)
}

// found says of a path which of the properties it has, and which it has not.
func (m *multistatus) found(path string, has, lacks string) {
	m.b.WriteString(`<response>` + href(path))
	if has != "" || lacks == "" {
		m.b.WriteString(`<propstat><prop>` + has + `</prop><status>HTTP/1.1 200 OK</status></propstat>`)
	}
	if lacks != "" {
		m.b.WriteString(`<propstat><prop>` + lacks + `</prop><status>HTTP/1.1 404 Not Found</status></propstat>`)
	}
	m.b.WriteString(`</response>`)
}
