package smtp_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/channel/channeltest"
	"github.com/allclear-safety/allclear/internal/channel/smtp"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	standin "github.com/allclear-safety/allclear/internal/standin/smtp"
)

var started = time.Date(2026, 11, 22, 14, 5, 0, 0, time.UTC)

func number(t testing.TB, s string) phone.Number {
	t.Helper()
	n, err := phone.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// provider starts a stand-in and a client of it. Where the stand-in has TLS, the client believes its certificate and takes it for a server elsewhere.
func provider(t testing.TB, o standin.Options, change ...func(*smtp.Options)) (*standin.Server, *smtp.Client) {
	t.Helper()
	s, err := standin.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	address := "smtp://" + s.Addr()
	switch sign := o.User + ":" + o.Password + "@"; {
	case o.TLS:
		address = "smtps://" + sign + "mail.standin.example:465"
	case o.STARTTLS:
		address = "smtp://" + sign + "mail.standin.example:587"
	}
	server, err := smtp.ParseServer(strings.Replace(address, "//:@", "//", 1))
	if err != nil {
		t.Fatal(err)
	}
	options := smtp.Options{Server: server, From: "Allclear <allclear@council.example>", Now: func() time.Time { return started }, Roots: s.Roots(),
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, s.Addr())
		}}
	for _, c := range change {
		c(&options)
	}
	c, err := smtp.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return s, c
}

func TestConformance(t *testing.T) {
	for name, o := range map[string]standin.Options{
		"on this machine": {}, "by STARTTLS, signed in": {STARTTLS: true, User: "allclear", Password: "s3cret"}, "by TLS": {TLS: true, User: "allclear", Password: "s3cret"},
	} {
		t.Run(name, func(t *testing.T) {
			channeltest.Run(t, func(t *testing.T) channeltest.Fixture {
				s, c := provider(t, o)
				wrong := number(t, "07700 900302")
				s.Unknown(channeltest.Address(wrong))
				fail := func(f standin.Fault) func() { return func() { s.Fail(f, 1) } }
				return channeltest.Fixture{
					Channel: c, Mails: true, Good: number(t, "07700 900101"), Wrong: wrong,
					Down: fail(standin.Down), Hangs: fail(standin.Hangs), Garbage: fail(standin.Garbage), Broke: fail(standin.Barred), BrokeAs: channel.Misconfigured,
					Accepted: func() int { return len(s.Mails()) },
				}
			})
		})
	}
}

// What each way to fail asks to do next, and whether the mail may have been taken.
func TestWhatARefusalAsksFor(t *testing.T) {
	for fault, want := range map[standin.Fault]struct {
		next    channel.Next
		unknown bool
	}{
		standin.Greylists: {channel.Retry, false},
		standin.Down:      {channel.Retry, false},
		standin.Drops:     {channel.Retry, false},
		standin.Full:      {channel.NextChannel, false},
		standin.Spam:      {channel.NextChannel, false},
		standin.Barred:    {channel.Misconfigured, false},
		standin.Lost:      {channel.Retry, true},
		standin.Garbage:   {channel.Retry, true},
	} {
		t.Run(string(fault), func(t *testing.T) {
			s, c := provider(t, standin.Options{})
			s.Fail(fault, 1)
			_, err := c.Send(t.Context(), alarm("m1"))
			if channel.NextStep(err) != want.next || channel.MayHaveBeenSent(err) != want.unknown {
				t.Errorf("it says %q, may have been sent %v: %v", channel.NextStep(err), channel.MayHaveBeenSent(err), err)
			}
			for _, quoted := range []string{"people.example", "sam", "council", "Recipient", "spam"} {
				if strings.Contains(err.Error(), quoted) {
					t.Errorf("the error quotes the server: %v", err)
				}
			}
			if _, err := c.Send(t.Context(), alarm("m2")); err != nil {
				t.Errorf("the next mail: %v", err)
			}
		})
	}
}

func alarm(id string) channel.Message {
	return channel.Message{ID: id, Class: channel.Alarm, Body: private.New("We have not heard from Priya N."), MadeAt: started,
		Mail: &channel.Mail{Address: private.New("sam@people.example"), Subject: private.New("Allclear: alarm (A7F3)"), Thread: "alarm/a1", Private: true}}
}

func TestAPasswordGoesNowhereInPlain(t *testing.T) {
	s, c := provider(t, standin.Options{}, func(o *smtp.Options) {
		o.Server = smtp.Server{Host: "mail.council.example", Port: 587, User: "allclear", Password: private.New("s3cret")}
	})
	_, err := c.Send(t.Context(), alarm("m1"))
	if channel.NextStep(err) != channel.Misconfigured || len(s.Mails()) != 0 {
		t.Errorf("a server elsewhere without TLS was given a mail: %v", err)
	}
}

func TestWhoeverIsNotTheServerGetsNothing(t *testing.T) {
	for name, change := range map[string]func(*smtp.Options){
		"an unknown authority": func(o *smtp.Options) { o.Roots = nil },
		"another name":         func(o *smtp.Options) { o.Server.Host = "mail.council.example" },
		"a wrong password":     func(o *smtp.Options) { o.Server.Password = private.New("wrong") },
	} {
		for _, o := range []standin.Options{{STARTTLS: true, User: "allclear", Password: "s3cret"}, {TLS: true, User: "allclear", Password: "s3cret"}} {
			s, c := provider(t, o, change)
			_, err := c.Send(t.Context(), alarm("m1"))
			if channel.NextStep(err) != channel.Misconfigured || len(s.Mails()) != 0 {
				t.Errorf("%s: %v", name, err)
			}
			if err := c.Check(t.Context()); channel.NextStep(err) != channel.Misconfigured {
				t.Errorf("%s: a check says %v", name, err)
			}
		}
	}
}

// An alarm's mails at one instant wait for few handshakes.
func TestAConnectionIsUsedAgain(t *testing.T) {
	now := started
	s, c := provider(t, standin.Options{STARTTLS: true, User: "allclear", Password: "s3cret"}, func(o *smtp.Options) { o.Now = func() time.Time { return now } })
	for range 10 {
		if _, err := c.Send(t.Context(), alarm("m1")); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.Connections(); n != 1 {
		t.Errorf("10 mails took %d connections", n)
	}
	now = now.Add(time.Hour)
	if _, err := c.Send(t.Context(), alarm("m1")); err != nil || s.Connections() != 2 {
		t.Errorf("after an hour: %v over %d connections", err, s.Connections())
	}
}

// A server that hung up meanwhile costs no alarm its first try.
func TestAConnectionThatEndedMeanwhileIsMadeAnew(t *testing.T) {
	var wires []net.Conn
	s, c := provider(t, standin.Options{}, func(o *smtp.Options) {
		dial := o.Dial
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			wire, err := dial(ctx, network, address)
			wires = append(wires, wire)
			return wire, err
		}
	})
	for range 2 {
		if _, err := c.Send(t.Context(), alarm("m1")); err != nil {
			t.Fatal(err)
		}
		for _, w := range wires {
			_ = w.Close()
		}
	}
	if n := len(s.Mails()); n != 2 {
		t.Errorf("%d mails were taken", n)
	}
}

func TestAServersAddressIsRead(t *testing.T) {
	for address, want := range map[string]smtp.Server{
		"smtp://127.0.0.1:2525":                        {Host: "127.0.0.1", Port: 2525},
		"smtp://relay.council.example":                 {Host: "relay.council.example", Port: 587},
		"smtps://allclear:p%40ss@mail.council.example": {Host: "mail.council.example", Port: 465, TLS: true, User: "allclear", Password: private.New("p@ss")},
		"smtp://a%40council.example:x@smtp.example:25": {Host: "smtp.example", Port: 25, User: "a@council.example", Password: private.New("x")},
	} {
		if s, err := smtp.ParseServer(address); err != nil || s != want {
			t.Errorf("%s is %+v, %v", address, s, err)
		}
	}
	for _, address := range []string{"", "relay", "http://relay", "smtp://", "smtp://u@relay", "smtp://:hunter2@relay", "smtp://relay:0", "smtp://relay/x", "smtp://relay?tls=no", "smtp://u:hunter2@rel ay"} {
		if _, err := smtp.ParseServer(address); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
