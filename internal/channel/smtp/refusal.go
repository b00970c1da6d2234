package smtp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"regexp"
	"strings"

	"github.com/allclear-safety/allclear/internal/channel"
)

// stage is how far a mail had come when the server refused it.
type stage string

const (
	atGreeting  stage = "greeting"
	atSignIn    stage = "sign-in"
	atSender    stage = "sender"
	atRecipient stage = "recipient"
	atContent   stage = "content"
	atEnd       stage = "end of the content" // from here on it may have been taken
)

// Replies that mean the same at every stage (RFC 5321, 4.2.3; RFC 4954, 6).
const (
	closing  = 421
	noSignIn = 530
)

// enhanced is the code of RFC 3463 that begins a reply's text.
var enhanced = regexp.MustCompile(`^([245])\.(\d{1,3})\.(\d{1,3})\b`)

// refusal says what an error of the server's, or of the connection's, asks to do next. The server's own words are dropped: they quote the address.
func refusal(err error, at stage) *channel.Error {
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		return &channel.Error{Next: channel.Retry, Unknown: at == atEnd, Err: fmt.Errorf("at the %s: %w", at, plain(err))}
	}
	e := &channel.Error{Next: channel.Retry, Code: reply.Code, Err: fmt.Errorf("the mail server refused the %s", at)}
	if reply.Code/100 == 5 {
		e.Next = permanent(reply, at)
	} else if reply.Code/100 != 4 { // neither yes nor no
		e.Unknown = at == atEnd
	}
	return e
}

// permanent says what a 5xx asks to do next. Where the code does not say whether it is about us or about the address, the stage does.
func permanent(reply *textproto.Error, at stage) channel.Next {
	subject := ""
	if found := enhanced.FindStringSubmatch(reply.Msg); found != nil {
		subject = found[2] + "." + found[3]
	}
	switch {
	case reply.Code == noSignIn, at == atGreeting, at == atSignIn, at == atSender:
		return channel.Misconfigured
	case subject == "1.8" || subject == "1.7": // the sender's address
		return channel.Misconfigured
	case strings.HasPrefix(subject, "1."), subject == "2.1": // the recipient's; a mailbox that is disabled
		return channel.WrongNumber
	case at == atRecipient && subject == "7.1" && reply.Code == 554: // relaying is denied, as Postfix says it
		return channel.Misconfigured
	case subject != "": // this mail, or this mailbox: full, restricted, too large, taken for spam
		return channel.NextChannel
	case at == atRecipient && (reply.Code == 550 || reply.Code == 551 || reply.Code == 553):
		return channel.WrongNumber
	default:
		return channel.NextChannel
	}
}

// refusedForGood says that the server refused what it was told, rather than the connection's being over.
func refusedForGood(err error) bool {
	var reply *textproto.Error
	return errors.As(err, &reply) && reply.Code != closing
}

// unsafe reads a failed handshake: a certificate that is not the server's is for people to look at, all else may be the network's.
func unsafe(err error) *channel.Error {
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return refusal(err, atGreeting)
	}
	_, wrong := errors.AsType[*tls.CertificateVerificationError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	_, header := errors.AsType[tls.RecordHeaderError](err)
	if wrong || alert || header {
		return &channel.Error{Next: channel.Misconfigured, Err: fmt.Errorf("shake hands: %w", certificate(err))}
	}
	return &channel.Error{Next: channel.Retry, Err: fmt.Errorf("shake hands: %w", plain(err))}
}

// certificate keeps why a certificate is not believed, without its names.
func certificate(err error) error {
	if _, is := errors.AsType[x509.HostnameError](err); is {
		return errors.New("the mail server's certificate is for another name")
	}
	if _, is := errors.AsType[x509.UnknownAuthorityError](err); is {
		return errors.New("the mail server's certificate is from an authority that this machine does not trust")
	}
	if bad, is := errors.AsType[x509.CertificateInvalidError](err); is && bad.Reason == x509.Expired {
		return errors.New("the mail server's certificate has expired")
	}
	return errors.New("the mail server's TLS is not to be had")
}

// plain is an error of the connection's without what it may quote.
func plain(err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, errTooMuch):
		return errTooMuch
	case strings.Contains(err.Error(), "ALLCLEAR_OUTGOING"): // ours, and it names a host alone
		return err
	}
	if dns, is := errors.AsType[*net.DNSError](err); is {
		if dns.IsNotFound {
			return errors.New("the mail server's name is not known")
		}
		return errors.New("names can't be looked up")
	}
	if op, is := errors.AsType[*net.OpError](err); is {
		if op.Timeout() {
			return errors.New("the mail server does not answer")
		}
		return fmt.Errorf("%s: %w", op.Op, op.Err)
	}
	return errors.New("the connection ended, or the answer can't be read")
}
