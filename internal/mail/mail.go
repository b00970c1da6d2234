// Package mail reads what comes by e-mail: its parts, the calendar among them, and whether it was truly sent by whom it says.
//
// A mail is bounded before it is looked at, and what cannot be read is said by a [Hidden], so that somebody is told "not booked" and nobody believes
// what Allclear never understood. [Read] never fails and never panics: it gives as much of a mail as there is to be had, its sender first of all,
// who must be told. What a mail says of its sender is worth nothing until [Prover.Prove] has proved it.
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

// What is read of a mail. A form and an invite are far below all of these; what is above is said by [TooLarge].
const (
	maxHeader    = 256 << 10 // bytes of the header
	maxFields    = 1_000     // lines of the header, and of each part's
	maxAddress   = 4_096     // bytes of a From or Sender
	maxParts     = 100       // parts, in all depths together
	maxDepth     = 10        // parts within parts
	maxCalendars = 10
	maxCalendar  = 1 << 20 // bytes of each calendar
	maxBody      = 1 << 20 // bytes of each text, and of all texts of one kind together
)

// Message is a mail that was read.
type Message struct {
	ID        string // Message-ID without its brackets
	From      string // the one address of From, lower case; "" where there is none, or more than one
	Sender    string // likewise
	Subject   private.Text
	Date      time.Time // zero where it says none
	InReplyTo string
	Automatic bool // Auto-Submitted, a bounce, out of office, a list: never answered by mail
	Private   bool // Sensitivity: Private or Company-Confidential

	Text      private.Text // text/plain, as it stands
	HTML      private.Text // text/html, as it stands
	Body      private.Text // what the text/html shows, see Body; "" where there is none
	Calendars []Part       // as they stand in the mail; the same one often comes twice
	Forwarded []Part       // those of mails inside this one: somebody else's invite, handed on. Never booked from.
	Failed    []string     // of what a program sent back: the addresses that it says got no mail, at most some
	Hidden    Hidden       // why nothing of it, or not all, could be read. Calendars may be there all the same.
}

// Part is one calendar in a mail.
type Part struct {
	Method string // as in the Content-Type, upper case; "" where it says none
	Text   []byte // in UTF-8
}

// Hidden says why a mail could not be read.
type Hidden string

const (
	Plain     Hidden = ""
	TNEF      Hidden = "tnef"      // winmail.dat, from an Exchange that sends rich text
	Encrypted Hidden = "encrypted" // S/MIME, PGP, or Microsoft's message.rpmsg
	TooLarge  Hidden = "too_large" // a mail, or a part of it, beyond what is read
	Broken    Hidden = "broken"    // no mail at all
)
