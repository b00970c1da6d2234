package main

import (
	"errors"
	"net/mail"

	"github.com/allclear-safety/allclear/internal/app"
	"github.com/allclear-safety/allclear/internal/channel/smtp"
	"github.com/allclear-safety/allclear/internal/edge"
)

// SMTP is how our own e-mails go out; the zero Server means not at all.
type SMTP struct {
	Server     smtp.Server
	From       string
	Checkpoint string // whom checkpoints of the record are sent to; "": nobody
}

func setSMTP(s *Settings, v string) (err error) {
	s.SMTP.Server, err = smtp.ParseServer(v)
	return err
}

func setMailFrom(s *Settings, v string) error {
	s.SMTP.From = v
	_, err := smtp.ParseFrom(v)
	return err
}

func setCheckpointMail(s *Settings, v string) error {
	a, err := mail.ParseAddress(v)
	if err != nil || a.Address != v {
		return errors.New("must be one e-mail address, such as audit@council.example.org")
	}
	s.SMTP.Checkpoint = v
	return nil
}

// disagreements says what of it does not go together, or with a rehearsal.
func (m SMTP) disagreements(speed int) problems {
	var bad problems
	on := m.Server.Host != ""
	switch {
	case on && m.From == "":
		bad = append(bad, variable("mail_from")+" is missing: our e-mails come from it")
	case !on && m.From != "":
		bad = append(bad, variable("smtp")+" is missing: our e-mails go out by it")
	case !on && m.Checkpoint != "":
		bad = append(bad, variable("smtp")+" is missing: checkpoints by e-mail go out by it")
	}
	if speed > 0 && on && !m.Server.Local() {
		bad = append(bad, variable("speed")+" is for rehearsals, and "+variable("smtp")+" is not on loopback: take one of them out, so that no real person is told")
	}
	return bad
}

func (m SMTP) unreachable(allowed edge.Outgoing) problems {
	if m.Server.Host == "" || allowed.Allows(m.Server.Host) {
		return nil
	}
	return problems{variable("outgoing") + " lacks the host of " + variable("smtp") + ": Allclear could not connect to it"}
}

// options are they as the application takes them; nil where no e-mail goes out.
func (m SMTP) options() *app.SMTP {
	if m.Server.Host == "" {
		return nil
	}
	return &app.SMTP{Server: m.Server, From: m.From}
}
