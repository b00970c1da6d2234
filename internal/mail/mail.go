// Package mail reads what comes by e-mail: its parts, the calendar among them, and whether it was truly sent by whom it says.
//
// A mail is bounded before it is looked at, and what cannot be read is said by a [Hidden], so that somebody is told "not booked" and nobody believes
// what Allclear never understood.
package mail

import (
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Arrival is a mail as it came, and how.
type Arrival struct {
	Raw      []byte // RFC 5322, at most MaxSize
	From     string // the envelope's sender; "" for a bounce, and where there is no envelope
	To       []string
	Via      Via
	RemoteIP string // of the client that handed it over, by SMTP; "" otherwise
	At       time.Time
}

// Via is the way a mail came in.
type Via string

const (
	ByListener Via = "listener" // our own SMTP or LMTP
	ByMailbox  Via = "mailbox"  // read by IMAP
	ByGraph    Via = "graph"    // read from Microsoft Graph
)

// MaxSize is the longest mail that is taken, in bytes.
const MaxSize = 10 << 20

// Message is a mail that was read.
type Message struct {
	ID        string // Message-ID without its brackets
	From      string // the one address of From, lower case; "" where there is none, or more than one
	Sender    string // likewise
	Subject   private.Text
	Date      time.Time // zero where it says none
	InReplyTo string
	Automatic bool // Auto-Submitted, a bounce, out of office: never answered
	Private   bool // Sensitivity: Private or Company-Confidential

	Text      private.Text // text/plain
	HTML      private.Text
	Rows      []Row // of the form in its body, see Rows
	Calendars []Part
	Hidden    Hidden // why nothing of it, or not all, could be read
}

// Part is one calendar in a mail.
type Part struct {
	Method string // as in the Content-Type, upper case; "" where it says none
	Text   []byte
}

// Row is one line of a form: a label, and what stands beside or behind it.
type Row struct{ Label, Value private.Text }

// Hidden says why a mail could not be read.
type Hidden string

const (
	Plain     Hidden = ""
	TNEF      Hidden = "tnef"      // winmail.dat, from an Exchange that sends rich text
	Encrypted Hidden = "encrypted" // S/MIME, PGP, or Microsoft's message.rpmsg
	Broken    Hidden = "broken"    // no mail at all
)
