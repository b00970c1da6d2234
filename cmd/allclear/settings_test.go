package main

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/channel/smtp"
	"github.com/allclear-safety/allclear/internal/mail/mailbox"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
)

func TestEverySettingIsAFlag(t *testing.T) {
	parser, err := kong.New(&struct{ settingsFlags }{})
	if err != nil {
		t.Fatal(err)
	}
	flags := map[string]bool{}
	for _, flag := range parser.Model.Flags {
		flags[strings.ReplaceAll(flag.Name, "-", "_")] = true
	}
	delete(flags, "help")
	delete(flags, "config")
	for _, row := range known {
		if built := row.set != nil; flags[row.name] != built || row.secret && flags[row.name+"_file"] != built {
			t.Errorf("%s: flag and table disagree", row.name)
		}
		delete(flags, row.name)
		if row.secret {
			delete(flags, row.name+"_file")
		}
	}
	for name := range flags {
		t.Errorf("flag %s is no setting", name)
	}
}

// load reads settings given as "NAME=value" variables, in an empty folder.
func load(t *testing.T, environ ...string) (Settings, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	return loadSettings(nil, environ)
}

func TestWithoutSettings(t *testing.T) {
	s, err := load(t, "HOME=/nowhere")
	if err != nil {
		t.Fatal(err)
	}
	if s != defaults() || s.Database != "sqlite:allclear.db" || s.Speed != 0 || s.Twilio.API != "https://api.twilio.com" {
		t.Errorf("got %+v", s)
	}
}

func TestEachSettingIsRead(t *testing.T) {
	s, err := load(t,
		"ALLCLEAR_DATABASE=postgres://db/allclear", "ALLCLEAR_LISTEN=:80", "ALLCLEAR_OUTGOING=db, beat.example.org, id.example.org", "ALLCLEAR_URL=http://127.0.0.1:80/", "ALLCLEAR_KEY=k",
		"ALLCLEAR_SPEED=240", "ALLCLEAR_LOG_LEVEL=warn", "ALLCLEAR_HEARTBEAT_URL=https://beat.example.org/1", "ALLCLEAR_EMERGENCY_CONTACT=p-lee",
		"ALLCLEAR_CHECKPOINT_FILE=checkpoints", "ALLCLEAR_CHECKPOINT_URL=http://127.0.0.1:9/c",
		"ALLCLEAR_SMTP=smtp://allclear:p%40ss@127.0.0.1:2525", "ALLCLEAR_MAIL_FROM=Allclear <allclear@council.example.org>", "ALLCLEAR_CHECKPOINT_MAIL=audit@council.example.org",
		"ALLCLEAR_INCIDENT_WEBHOOK=http://127.0.0.1:9/i", "ALLCLEAR_INCIDENT_SECRET=0123456789abcdef0123456789abcdef",
		"ALLCLEAR_TWILIO_ACCOUNT_SID=AC1", "ALLCLEAR_TWILIO_AUTH_TOKEN=t", "ALLCLEAR_TWILIO_FROM=+441632960000", "ALLCLEAR_TWILIO_API=http://[::1]:9/",
		"ALLCLEAR_OIDC_ISSUER=https://id.example.org/", "ALLCLEAR_OIDC_CLIENT_ID=allclear", "ALLCLEAR_OIDC_CLIENT_SECRET=s",
		"ALLCLEAR_OIDC_ROLES=/staff/leads = manager,a=b=admin", "ALLCLEAR_OIDC_ROLES_CLAIM=groups", "ALLCLEAR_OIDC_MATCH=email_verified",
		"ALLCLEAR_RETAIN_VISIT=31", "ALLCLEAR_RETAIN_ALARM=2555", "ALLCLEAR_RETAIN_TEXT=32", "ALLCLEAR_RETAIN_LOOKS=730", "ALLCLEAR_RETAIN_LEAVER=33")
	if err != nil {
		t.Fatal(err)
	}
	want := Settings{
		Database: "postgres://db/allclear", Listen: ":80", Outgoing: "db, beat.example.org, id.example.org", URL: "http://127.0.0.1:80", Key: private.New("k"),
		Speed: 240, LogLevel: slog.LevelWarn, HeartbeatURL: "https://beat.example.org/1", EmergencyContact: "p-lee", CheckpointFile: "checkpoints", CheckpointURL: "http://127.0.0.1:9/c",
		IncidentWebhook: "http://127.0.0.1:9/i", IncidentSecret: private.New("0123456789abcdef0123456789abcdef"),
		SMTP: SMTP{Server: smtp.Server{Host: "127.0.0.1", Port: 2525, User: "allclear", Password: private.New("p@ss")}, From: "Allclear <allclear@council.example.org>",
			Checkpoint: "audit@council.example.org"},
		Twilio: Twilio{AccountSID: "AC1", AuthToken: private.New("t"), From: "+441632960000", API: "http://[::1]:9"},
		Graph:  Graph{API: "https://graph.microsoft.com", Login: "https://login.microsoftonline.com"},
		OIDC: OIDC{Issuer: "https://id.example.org/", ClientID: "allclear", ClientSecret: private.New("s"), // the slash is the issuer's
			Roles: "/staff/leads = manager,a=b=admin", RolesClaim: "groups", Match: "email_verified"},
		Retain: retain.Periods{Visit: 31 * retain.Day, Alarm: 2555 * retain.Day, Text: 32 * retain.Day, Looks: 730 * retain.Day, Leaver: 33 * retain.Day},
	}
	if s != want {
		t.Errorf("got %+v, want %+v", s, want)
	}
	if out := s.options(world{}).Outgoing; !out.Allows("db") || out.Allows("api.twilio.com") {
		t.Error("the application may call others than those that are named")
	}
	roles := map[string]string{"/staff/leads": "manager", "a=b": "admin"}
	if o := s.options(world{}).OIDC; o == nil || o.Issuer != want.OIDC.Issuer || o.ClientSecret != want.OIDC.ClientSecret || !maps.Equal(o.Roles, roles) {
		t.Errorf("the application is given %+v", o)
	}
	if o := defaults().options(world{}).OIDC; o != nil {
		t.Errorf("without an issuer the application is given %+v", o)
	}
}

func TestWrongSettings(t *testing.T) {
	twilio := []string{"ALLCLEAR_TWILIO_ACCOUNT_SID=AC1", "ALLCLEAR_TWILIO_AUTH_TOKEN=t", "ALLCLEAR_TWILIO_FROM=+441632960000"}
	oidc := []string{"ALLCLEAR_URL=https://a.example.org", "ALLCLEAR_OIDC_ISSUER=https://id.example.org", "ALLCLEAR_OIDC_CLIENT_ID=c", "ALLCLEAR_OIDC_CLIENT_SECRET=hunter2"}
	tenant := slices.Clip([]string{"ALLCLEAR_GRAPH_TENANT=council.example", "ALLCLEAR_GRAPH_CLIENT_ID=app", "ALLCLEAR_GRAPH_CLIENT_SECRET=hunter2", "ALLCLEAR_GRAPH_MAILBOX=visits@allclear.example", "ALLCLEAR_MAIL_DOMAINS=council.example"})
	mail := []string{"ALLCLEAR_MAIL_TO=visits@allclear.example", "ALLCLEAR_MAIL_DOMAINS=council.example"}
	for _, c := range []struct {
		what    string
		environ []string
		want    string
	}{
		{"an issuer without a scheme", []string{"ALLCLEAR_OIDC_ISSUER=id.example.org"}, "ALLCLEAR_OIDC_ISSUER: must be the issuer's full address"},
		{"an issuer in the clear", []string{"ALLCLEAR_OIDC_ISSUER=http://id.example.org"}, "ALLCLEAR_OIDC_ISSUER: must be https"},
		{"everyone's tenant", []string{"ALLCLEAR_OIDC_ISSUER=https://login.microsoftonline.com/common/v2.0"}, "ALLCLEAR_OIDC_ISSUER: must be your own tenant's"},
		{"every organisation's tenant", []string{"ALLCLEAR_OIDC_ISSUER=https://login.microsoftonline.com/Organizations/v2.0"}, "lets in anybody"},
		{"the tenant of private accounts", []string{"ALLCLEAR_OIDC_ISSUER=https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"}, "lets in anybody"},
		{"an issuer alone", oidc[:2], "ALLCLEAR_OIDC_CLIENT_ID is missing: your organisation's sign-in needs the issuer, the client id and its secret; ALLCLEAR_OIDC_CLIENT_SECRET is missing"},
		{"a secret alone", oidc[3:], "ALLCLEAR_OIDC_ISSUER is missing"},
		{"nowhere to come back to", oidc[1:], "ALLCLEAR_URL is missing: your organisation's sign-in"},
		{"roles without a sign", append(oidc, "ALLCLEAR_OIDC_ROLES=Allclear.Manager"), "ALLCLEAR_OIDC_ROLES: must be THEIRS=OURS"},
		{"an unknown role", append(oidc, "ALLCLEAR_OIDC_ROLES=A=manager,B=admn"), `ALLCLEAR_OIDC_ROLES: "admn" is no role; the nearest is admin`},
		{"a role twice", append(oidc, "ALLCLEAR_OIDC_ROLES=A=manager,A=admin"), "ALLCLEAR_OIDC_ROLES: must name each"},
		{"a claim that is none", append(oidc, "ALLCLEAR_OIDC_ROLES_CLAIM=wids"), "ALLCLEAR_OIDC_ROLES_CLAIM: must be roles or groups"},
		{"a claim for nothing", append(oidc, "ALLCLEAR_OIDC_ROLES_CLAIM=groups"), "ALLCLEAR_OIDC_ROLES is missing"},
		{"a match that is too easy", append(oidc, "ALLCLEAR_OIDC_MATCH=email"), "ALLCLEAR_OIDC_MATCH: must be email_verified or preferred_username"},
		{"a mail server that is none", []string{"ALLCLEAR_SMTP=https://u:hunter2@relay.example.org"}, "ALLCLEAR_SMTP: must be smtps://"},
		{"a mail server's user alone", []string{"ALLCLEAR_SMTP=smtp://u@relay.example.org"}, "ALLCLEAR_SMTP: has a user without a password"},
		{"a mail server without a sender", []string{"ALLCLEAR_SMTP=smtp://relay.example.org"}, "ALLCLEAR_MAIL_FROM is missing"},
		{"a sender without a mail server", []string{"ALLCLEAR_MAIL_FROM=allclear@council.example.org"}, "ALLCLEAR_SMTP is missing"},
		{"two senders", []string{"ALLCLEAR_MAIL_FROM=a@council.example.org, b@council.example.org"}, "ALLCLEAR_MAIL_FROM: must be one"},
		{"checkpoints by no e-mail", []string{"ALLCLEAR_CHECKPOINT_MAIL=audit@council.example.org"}, "ALLCLEAR_SMTP is missing: checkpoints"},
		{"checkpoints to a name", []string{"ALLCLEAR_CHECKPOINT_MAIL=audit"}, "ALLCLEAR_CHECKPOINT_MAIL: must be one"},
		{"e-mails of a rehearsal", []string{"ALLCLEAR_SPEED=60", "ALLCLEAR_SMTP=smtp://relay.example.org", "ALLCLEAR_MAIL_FROM=a@council.example.org"}, "ALLCLEAR_SMTP is not on loopback"},
		{"a mail server that may not be called", []string{"ALLCLEAR_OUTGOING=api.twilio.com", "ALLCLEAR_SMTP=smtp://relay.example.org", "ALLCLEAR_MAIL_FROM=a@council.example.org"}, "lacks the host of ALLCLEAR_SMTP"},
		{"a database of another kind", []string{"ALLCLEAR_DATABASE=mysql://x"}, "ALLCLEAR_DATABASE: must be"},
		{"a database without a path", []string{"ALLCLEAR_DATABASE=sqlite:"}, "ALLCLEAR_DATABASE: must be"},
		{"no port", []string{"ALLCLEAR_LISTEN=localhost"}, "ALLCLEAR_LISTEN: must be HOST:PORT"},
		{"a port too high", []string{"ALLCLEAR_LISTEN=:65536"}, "ALLCLEAR_LISTEN: must be"},
		{"an address without a scheme", []string{"ALLCLEAR_URL=allclear.example.org"}, "ALLCLEAR_URL: must be"},
		{"a clock that stands", []string{"ALLCLEAR_SPEED=0"}, "ALLCLEAR_SPEED: must be"},
		{"a clock beyond the bound", []string{"ALLCLEAR_SPEED=86401"}, "ALLCLEAR_SPEED: must be"},
		{"a level of no log", []string{"ALLCLEAR_LOG_LEVEL=loud"}, "ALLCLEAR_LOG_LEVEL: must be"},
		{"a contact without its country", []string{"ALLCLEAR_EMERGENCY_CONTACT=01632 960101"}, "ALLCLEAR_EMERGENCY_CONTACT: must be"},
		{"a key in two ways", []string{"ALLCLEAR_KEY=k", "ALLCLEAR_KEY_COMMAND=cat k"}, "ALLCLEAR_KEY_COMMAND: the master key is given by ALLCLEAR_KEY too: keep one"},
		{"a key file that is not there", []string{"ALLCLEAR_KEY_FILE=nowhere"}, "ALLCLEAR_KEY_FILE: open nowhere"},
		{"a command of no words", []string{"ALLCLEAR_KEY_COMMAND= "}, "ALLCLEAR_KEY_COMMAND: must be a program"},
		{"half an account", twilio[:1], "ALLCLEAR_TWILIO_AUTH_TOKEN is missing"},
		{"a provider that signs over no address", twilio, "ALLCLEAR_URL is missing"},
		{"a token sent in the clear", append(twilio, "ALLCLEAR_URL=https://a.example.org", "ALLCLEAR_TWILIO_API=http://api.example.org"), "ALLCLEAR_TWILIO_API must be https"},
		{"a rehearsal that rings real people", append(twilio, "ALLCLEAR_URL=https://a.example.org", "ALLCLEAR_SPEED=60"), "ALLCLEAR_SPEED is for rehearsals"},
		{"incidents sent in the clear", []string{"ALLCLEAR_INCIDENT_WEBHOOK=http://a.example.org/", "ALLCLEAR_INCIDENT_SECRET=0123456789abcdef0123456789abcdef"}, "ALLCLEAR_INCIDENT_WEBHOOK: must be https"},
		{"incidents sent unsigned", []string{"ALLCLEAR_INCIDENT_WEBHOOK=https://a.example.org/"}, "ALLCLEAR_INCIDENT_SECRET"},
		{"a secret that is guessed", []string{"ALLCLEAR_INCIDENT_WEBHOOK=https://a.example.org/", "ALLCLEAR_INCIDENT_SECRET=hunter2"}, "ALLCLEAR_INCIDENT_SECRET: must be 32 characters or more"},
		{"a checkpoint sent in the clear", []string{"ALLCLEAR_CHECKPOINT_URL=http://a.example.org/"}, "ALLCLEAR_CHECKPOINT_URL: must be https"},
		{"a heartbeat in the clear", []string{"ALLCLEAR_HEARTBEAT_URL=HTTP://beat.example.org/secret"}, "ALLCLEAR_HEARTBEAT_URL: must be https"},
		{"hosts that are addresses", []string{"ALLCLEAR_OUTGOING=https://api.twilio.com"}, "ALLCLEAR_OUTGOING: must be hosts"},
		{"a heartbeat that may not be called", []string{"ALLCLEAR_OUTGOING=api.twilio.com", "ALLCLEAR_HEARTBEAT_URL=https://beat.example.org/secret"}, "ALLCLEAR_OUTGOING lacks the host of ALLCLEAR_HEARTBEAT_URL"},
		{"texts that may not be sent", append(twilio, "ALLCLEAR_URL=https://a.example.org", "ALLCLEAR_OUTGOING=beat.example.org"), "ALLCLEAR_OUTGOING lacks the host of ALLCLEAR_TWILIO_API"},
		{"a sign-in that may not be asked", append(oidc, "ALLCLEAR_OUTGOING=api.twilio.com"), "ALLCLEAR_OUTGOING lacks the host of ALLCLEAR_OIDC_ISSUER"},
		{"a database that may not be reached", []string{"ALLCLEAR_OUTGOING=api.twilio.com", "ALLCLEAR_DATABASE=postgres://u@db/a?sslmode=verify-full"}, "ALLCLEAR_OUTGOING lacks the host of ALLCLEAR_DATABASE"},
		{"a certificate that may not be fetched", []string{"ALLCLEAR_ACME_DOMAIN=a.example.org", "ALLCLEAR_OUTGOING=api.twilio.com"}, "ALLCLEAR_OUTGOING lacks the host of ALLCLEAR_ACME_DIRECTORY"},
		{"a certificate without a key", []string{"ALLCLEAR_TLS_CERT=settings.go"}, "ALLCLEAR_TLS_CERT: open settings.go"},
		{"two certificates", []string{"ALLCLEAR_TLS_CERT=/dev/null", "ALLCLEAR_TLS_KEY=/dev/null", "ALLCLEAR_ACME_DOMAIN=a.example.org"}, "keep one of the two"},
		{"a key without a certificate", []string{"ALLCLEAR_TLS_KEY=/dev/null"}, "ALLCLEAR_TLS_CERT is missing"},
		{"several names", []string{"ALLCLEAR_ACME_DOMAIN=a.example.org,b.example.org"}, "ALLCLEAR_ACME_DOMAIN: must be one name"},
		{"an address for a name", []string{"ALLCLEAR_ACME_DOMAIN=192.0.2.1"}, "ALLCLEAR_ACME_DOMAIN: must be one name"},
		{"another name than people type", []string{"ALLCLEAR_ACME_DOMAIN=a.example.org", "ALLCLEAR_URL=https://b.example.org"}, "ALLCLEAR_URL must have the name"},
		{"a directory in the clear", []string{"ALLCLEAR_ACME_DOMAIN=a.example.org", "ALLCLEAR_ACME_DIRECTORY=http://ca.example.org/dir"}, "ALLCLEAR_ACME_DIRECTORY: must be https"},
		{"a directory for nothing", []string{"ALLCLEAR_ACME_DIRECTORY=https://ca.example.org/dir"}, "ALLCLEAR_ACME_DOMAIN is missing"},
		{"everybody a proxy", []string{"ALLCLEAR_URL=https://a.example.org", "ALLCLEAR_PROXY=0.0.0.0/0"}, "ALLCLEAR_PROXY: must name the proxy"},
		{"a proxy by its name", []string{"ALLCLEAR_URL=https://a.example.org", "ALLCLEAR_PROXY=proxy"}, "ALLCLEAR_PROXY: must be addresses or networks"},
		{"a proxy for an address in the clear", []string{"ALLCLEAR_URL=http://a.example.org", "ALLCLEAR_PROXY=10.0.0.5"}, "ALLCLEAR_URL must be https"},
		{"a proxy for nobody knows what", []string{"ALLCLEAR_PROXY=10.0.0.5"}, "ALLCLEAR_URL is missing"},
		{"leading to what is not there", []string{"ALLCLEAR_REDIRECT=:80"}, "ALLCLEAR_REDIRECT leads to TLS"},
		{"an exit to nowhere", []string{"ALLCLEAR_EXIT_PAGE=weather"}, "ALLCLEAR_EXIT_PAGE: must be a full address"},
		{"mail for nobody", []string{"ALLCLEAR_MAIL_LISTEN=smtp://127.0.0.1:2525", "ALLCLEAR_MAIL_DOMAINS=council.example"}, "ALLCLEAR_MAIL_TO is missing"},
		{"mail that nobody is believed in", []string{"ALLCLEAR_MAIL_LISTEN=smtp://127.0.0.1:2525", "ALLCLEAR_MAIL_TO=visits@allclear.example"}, "ALLCLEAR_MAIL_DOMAINS is missing"},
		{"mail by another way", []string{"ALLCLEAR_MAIL_LISTEN=127.0.0.1:25"}, "ALLCLEAR_MAIL_LISTEN: must be smtp://"},
		{"mail in the clear", append(mail, "ALLCLEAR_MAIL_LISTEN=smtp://:25"), "ALLCLEAR_MAIL_LISTEN is reached from other machines"},
		{"mail for no address", []string{"ALLCLEAR_MAIL_TO=visits"}, "ALLCLEAR_MAIL_TO: must be addresses"},
		{"a relay that anybody can speak for", append(mail, "ALLCLEAR_MAIL_LISTEN=smtp://:25", "ALLCLEAR_MAIL_RELAY=mx.council.example", "ALLCLEAR_TLS_CERT=/dev/null", "ALLCLEAR_TLS_KEY=/dev/null"), "ALLCLEAR_MAIL_CLIENTS is missing"},
		{"everybody a client", []string{"ALLCLEAR_MAIL_CLIENTS=0.0.0.0/0"}, "ALLCLEAR_MAIL_CLIENTS: must be addresses"},
		{"a domain that is an address", []string{"ALLCLEAR_MAIL_DOMAINS=a@council.example"}, "ALLCLEAR_MAIL_DOMAINS: must be domains"},
		{"a relay that is none", []string{"ALLCLEAR_MAIL_RELAY=mx"}, "ALLCLEAR_MAIL_RELAY: must be the name"},
		{"a mailbox elsewhere by another way", []string{"ALLCLEAR_IMAP=pop3://a:hunter2@mail.example"}, "ALLCLEAR_IMAP: must be imaps://"},
		{"a mailbox without a password", []string{"ALLCLEAR_IMAP=imaps://a@mail.example", "ALLCLEAR_MAIL_DOMAINS=council.example"}, "ALLCLEAR_IMAP has no password"},
		{"a mailbox with two keys", []string{"ALLCLEAR_IMAP=imaps://a:hunter2@mail.example", "ALLCLEAR_IMAP_CLIENT_ID=app", "ALLCLEAR_MAIL_DOMAINS=council.example"}, "keep one of the two"},
		{"half an application", []string{"ALLCLEAR_IMAP=imaps://a@mail.example", "ALLCLEAR_IMAP_CLIENT_ID=app", "ALLCLEAR_MAIL_DOMAINS=council.example"}, "ALLCLEAR_IMAP_CLIENT_SECRET are needed together"},
		{"an application for nothing", []string{"ALLCLEAR_IMAP_CLIENT_ID=app"}, "ALLCLEAR_IMAP is missing"},
		{"a tenant without a mailbox", []string{"ALLCLEAR_MAIL_TENANT=yes"}, "ALLCLEAR_MAIL_TENANT is for a mailbox"},
		{"a rehearsal of real invites", []string{"ALLCLEAR_SPEED=60", "ALLCLEAR_IMAP=imaps://a:hunter2@mail.example", "ALLCLEAR_MAIL_DOMAINS=council.example"}, "ALLCLEAR_SPEED is for rehearsals, and mail comes from elsewhere"},
		{"a mailbox that may not be read", []string{"ALLCLEAR_OUTGOING=api.twilio.com", "ALLCLEAR_IMAP=imaps://a:hunter2@mail.example", "ALLCLEAR_MAIL_DOMAINS=council.example"}, "ALLCLEAR_OUTGOING lacks the host of ALLCLEAR_IMAP"},
		{"tokens from whom one may not ask", []string{"ALLCLEAR_OUTGOING=mail.example", "ALLCLEAR_IMAP=imaps://a@mail.example", "ALLCLEAR_IMAP_CLIENT_ID=app", "ALLCLEAR_IMAP_CLIENT_SECRET=hunter2", "ALLCLEAR_IMAP_TOKEN_URL=https://login.example/token",
			"ALLCLEAR_MAIL_DOMAINS=council.example"}, "ALLCLEAR_OUTGOING lacks the host of ALLCLEAR_IMAP_TOKEN_URL"},
		{"half of a tenant's application", []string{"ALLCLEAR_GRAPH_CLIENT_ID=app", "ALLCLEAR_GRAPH_MAILBOX=visits@allclear.example", "ALLCLEAR_MAIL_DOMAINS=council.example"}, "ALLCLEAR_GRAPH_CLIENT_SECRET are needed together"},
		{"a tenant's application for nothing", tenant[:3], "ALLCLEAR_GRAPH_MAILBOX or ALLCLEAR_GRAPH_CALENDARS is missing"},
		{"a tenant that is none", []string{"ALLCLEAR_GRAPH_TENANT=../x"}, "ALLCLEAR_GRAPH_TENANT: must be the id"},
		{"a mailbox that is none", []string{"ALLCLEAR_GRAPH_MAILBOX=visits"}, "ALLCLEAR_GRAPH_MAILBOX: must be an address"},
		{"a calendar of no team", []string{"ALLCLEAR_GRAPH_CALENDARS=echo@council.example"}, "ALLCLEAR_GRAPH_CALENDARS: must be TEAM=ADDRESS"},
		{"two calendars of a team", []string{"ALLCLEAR_GRAPH_CALENDARS=echo=a@council.example,echo=b@council.example"}, "ALLCLEAR_GRAPH_CALENDARS: must be TEAM=ADDRESS"},
		{"a calendar of two teams", []string{"ALLCLEAR_GRAPH_CALENDARS=echo=a@council.example,links=A@council.example"}, "which is no other team's"},
		{"Graph in the clear", []string{"ALLCLEAR_GRAPH_API=http://graph.example"}, "ALLCLEAR_GRAPH_API: must be https"},
		{"two mailboxes", append(tenant, "ALLCLEAR_IMAP=imaps://a:hunter2@mail.example"), "both name a mailbox"},
		{"a tenant that nobody is believed in", tenant[:4], "ALLCLEAR_MAIL_DOMAINS is missing"},
		{"a rehearsal with real mailboxes", append(tenant, "ALLCLEAR_SPEED=60"), "ALLCLEAR_GRAPH_API is not on loopback"},
		{"a tenant that may not be called", append(tenant, "ALLCLEAR_OUTGOING=graph.microsoft.com"), "ALLCLEAR_OUTGOING lacks the host of ALLCLEAR_GRAPH_LOGIN"},
		{"a name server by its name", []string{"ALLCLEAR_DNS=ns.example"}, "ALLCLEAR_DNS: must be the address"},
		{"two mistakes at once", []string{"ALLCLEAR_SPEED=x", "ALLCLEAR_LISTEN=x"}, "ALLCLEAR_LISTEN: must be HOST:PORT such as 127.0.0.1:8080; ALLCLEAR_SPEED"},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := load(t, c.environ...)
			if _, ok := errors.AsType[problems](err); !ok || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestTheWaysOfMailAreRead(t *testing.T) {
	s, err := load(t, "ALLCLEAR_MAIL_LISTEN=lmtp:///run/allclear/lmtp", "ALLCLEAR_MAIL_TO=Visits@Allclear.example, @rota.allclear.example", "ALLCLEAR_MAIL_CLIENTS=10.0.0.5, 10.1.2.3/16",
		"ALLCLEAR_MAIL_DOMAINS=Council.example, care.example", "ALLCLEAR_MAIL_RELAY=mx.council.example", "ALLCLEAR_MAIL_TENANT=yes", "ALLCLEAR_DNS=127.0.0.1",
		"ALLCLEAR_IMAP=imaps://visits%40council.example@outlook.office365.com/INBOX", "ALLCLEAR_IMAP_TOKEN_URL=https://login.microsoftonline.com/t/oauth2/v2.0/token",
		"ALLCLEAR_IMAP_CLIENT_ID=app", "ALLCLEAR_IMAP_CLIENT_SECRET=hunter2", "ALLCLEAR_IMAP_SCOPE=x")
	if err != nil {
		t.Fatal(err)
	}
	o := s.options(world{}).Mail
	if o.Listen != "lmtp:///run/allclear/lmtp" || !slices.Equal(o.To, []string{"visits@allclear.example", "@rota.allclear.example"}) || !slices.Equal(o.Domains, []string{"council.example", "care.example"}) ||
		fmt.Sprint(o.Clients) != "[10.0.0.5/32 10.1.0.0/16]" || o.Relay != "mx.council.example" || !o.Tenant || o.DNS != "127.0.0.1:53" {
		t.Errorf("the application is given %+v", o)
	}
	if m, c := o.Mailbox, o.Credentials; m == nil || c == nil || m.User != "visits@council.example" || m.Host != "outlook.office365.com" || c.ClientID != "app" || c.Secret.Reveal() != "hunter2" || c.Scope != "x" ||
		c.TokenURL != "https://login.microsoftonline.com/t/oauth2/v2.0/token" {
		t.Errorf("the application is given %+v and %+v", o.Mailbox, o.Credentials)
	}
	if o := defaults().options(world{}).Mail; o.Listen != "" || o.Mailbox != nil || o.Credentials != nil || o.Tenant {
		t.Errorf("without settings the application is given %+v", o)
	}
}

func TestTheWayToTheNetworkIsRead(t *testing.T) {
	s, err := load(t, "ALLCLEAR_ACME_DOMAIN=Allclear.example.org", "ALLCLEAR_ACME_DIRECTORY=http://127.0.0.1:14000/dir", "ALLCLEAR_REDIRECT=:80", "ALLCLEAR_PROXY=10.0.0.5, 10.1.0.0/16",
		"ALLCLEAR_URL=https://allclear.example.org", "ALLCLEAR_EXIT_PAGE=https://www.example.org/news/")
	if err != nil {
		t.Fatal(err)
	}
	f := s.options(world{}).Front
	if f.ACMEDomain != "allclear.example.org" || f.ACMEDirectory != "http://127.0.0.1:14000/dir" || f.Redirect != ":80" || len(f.Proxies) != 2 {
		t.Errorf("the application is given %+v", f)
	}
	if at := s.options(world{}).ExitPage; at != "https://www.example.org/news/" { // to the letter
		t.Errorf("exit leads to %s", at)
	}
}

func TestAKeyIsGivenOnceWhereverItStands(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("k", []byte("k"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := loadSettings(map[string]string{"key_file": "k"}, []string{"ALLCLEAR_KEY_COMMAND=cat k"})
	if err == nil || err.Error() != "ALLCLEAR_KEY_COMMAND: the master key is given by --key-file too: keep one of the two" {
		t.Errorf("got %v", err)
	}
	s, err := loadSettings(map[string]string{"key_file": "k"}, []string{"ALLCLEAR_KEY_FILE=nowhere"})
	if err != nil || s.KeyFile != "k" {
		t.Errorf("a flag does not beat the variable: %+v, %v", s, err)
	}
}

func TestASignInOnThisMachineNeedsNoTLS(t *testing.T) {
	s, err := load(t, "ALLCLEAR_OIDC_ISSUER=http://127.0.0.1:9/realm", "ALLCLEAR_OIDC_CLIENT_ID=c", "ALLCLEAR_OIDC_CLIENT_SECRET=s")
	if err != nil || s.OIDC.Issuer != "http://127.0.0.1:9/realm" {
		t.Errorf("%+v, %v", s.OIDC, err)
	}
}

func TestASecretFilesLineEndIsNoPartOfIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte(" k \r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := load(t, "ALLCLEAR_URL=https://allclear.example.org", "ALLCLEAR_TWILIO_ACCOUNT_SID=AC1", "ALLCLEAR_TWILIO_FROM=+441632960000",
		"ALLCLEAR_TWILIO_AUTH_TOKEN_FILE="+path)
	if err != nil || s.Twilio.AuthToken.Reveal() != " k " {
		t.Errorf("got %q, %v", s.Twilio.AuthToken.Reveal(), err)
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	s := Settings{Key: private.New("hunter2"), Twilio: Twilio{AuthToken: private.New("hunter2")}, OIDC: OIDC{ClientSecret: private.New("hunter2")},
		Graph: Graph{ClientSecret: private.New("hunter2")},
		Mail:  Mail{ClientSecret: private.New("hunter2"), IMAP: mailbox.Address{Password: private.New("hunter2")}}}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if printed := fmt.Sprintf(format, s); strings.Contains(printed, "hunter2") {
			t.Errorf("%s shows it: %s", format, printed)
		}
	}
}

func TestNearest(t *testing.T) {
	for typed, want := range map[string]string{
		"databse": "database", "lisen": "listen", "twillio_auth_token": "twilio_auth_token",
		"key_fil": "key_file", "heartbeat": "heartbeat_url", "smpt": "smtp",
	} {
		if got := near(typed); got != want {
			t.Errorf("nearest to %s is %s, want %s", typed, got, want)
		}
	}
}

func TestATenantsApplicationIsRead(t *testing.T) {
	s, err := load(t, "ALLCLEAR_GRAPH_TENANT=council.example", "ALLCLEAR_GRAPH_CLIENT_ID=app", "ALLCLEAR_GRAPH_CLIENT_SECRET=hunter2", "ALLCLEAR_GRAPH_MAILBOX=Visits@allclear.example", "ALLCLEAR_MAIL_DOMAINS=council.example",
		"ALLCLEAR_MAIL_TENANT=yes", "ALLCLEAR_GRAPH_CALENDARS=echo=Echo@council.example, links=links@council.example", "ALLCLEAR_GRAPH_API=http://127.0.0.1:9/", "ALLCLEAR_SPEED=60", "ALLCLEAR_GRAPH_LOGIN=http://127.0.0.1:9")
	if err != nil {
		t.Fatal(err)
	}
	g := s.options(world{}).Graph
	if g == nil || g.Mailbox != "visits@allclear.example" || g.Tenant != "council.example" || g.Secret.Reveal() != "hunter2" || g.API != "http://127.0.0.1:9" || len(g.Calendars) != 2 || g.Calendars["echo"] != "echo@council.example" {
		t.Errorf("the application is given %+v", g)
	}
	if d := defaults(); d.options(world{}).Graph != nil || d.Graph.API != "https://graph.microsoft.com" || d.Graph.Login != "https://login.microsoftonline.com" {
		t.Errorf("without settings the application is given %+v", d.Graph)
	}
}
