package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/mail/graph"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
)

// Settings is what an installation is told about itself, checked.
type Settings struct {
	Database         string       // sqlite:PATH, or postgres://… which may hold a password
	Listen           string       // host:port to serve on
	URL              string       // the public address, without a final slash; empty: http:// and Listen
	Key              private.Text // the master key that wraps the data keys; with KeyFile and KeyCommand empty: made beside the database
	KeyFile          string       // the file that holds it
	KeyCommand       string       // what fetches it: a program and its arguments, with blanks between
	Speed            int          // the rehearsal clock's speed; 0: no rehearsal
	LogLevel         slog.Level
	HeartbeatURL     string              // called every minute while the engine truly works; empty: none
	CheckpointFile   string              // checkpoints of the record are added to it; empty: none
	CheckpointURL    string              // and posted there; may hold a password; empty: none
	IncidentWebhook  string              // incidents are posted there; may hold a password; empty: nowhere
	IncidentSecret   private.Text        // and signed with it
	BackupRecipients string              // who can read backups: public keys of age, or a file of them; empty: who has the master key
	BackupDir        string              // a backup is kept there each night; empty: none
	BackupKeep       int                 // how many of them; 0: the default
	EmergencyContact string              // rung when nobody is on call (rule 8.4): E.164, or a person's id
	Retain           retain.Periods      // how long words are kept
	Vocabulary       *checkin.Vocabulary // by which texts are read; nil: our own languages alone
	Twilio           Twilio
	SMTP             SMTP
	OIDC             OIDC
	Front            Front
	Mail             Mail
	Graph            Graph
	Outgoing         string // hosts that Allclear may call of itself, as edge.ParseOutgoing reads them; empty: those that the settings name
	ExitPage         string // where a worker's own pages are left for; empty: the weather
}

// Twilio is the account that texts and calls go through; the zero AccountSID means none.
type Twilio struct {
	AccountSID string
	AuthToken  private.Text
	From       string // E.164
	API        string // base address, without a final slash
}

// settingsFlags are the settings as flags of a subcommand. All are text, so that one parser reads a value wherever it
// comes from; the settings table below says what each means.
type settingsFlags struct {
	Config              string `placeholder:"FILE" help:"TOML file of settings; else allclear.toml beside the database, where there is one."`
	Database            string `placeholder:"ADDRESS" help:"sqlite:PATH or postgres://… (default sqlite:allclear.db)."`
	DatabaseFile        string `placeholder:"FILE" help:"File that holds the database's address."`
	Listen              string `placeholder:"HOST:PORT" help:"Address to serve on (default 127.0.0.1:8080)."`
	URL                 string `name:"url" placeholder:"URL" help:"Public address, used in links and signature checks."`
	Key                 string `placeholder:"KEY" help:"Master key; better given as a file, as others see a command line."`
	KeyFile             string `placeholder:"FILE" help:"File that holds the master key."`
	KeyCommand          string `placeholder:"COMMAND" help:"Program, with its arguments, that writes the master key to its standard output."`
	Speed               string `placeholder:"N" help:"Rehearse: run the clock N times as fast; channels must be on loopback."`
	LogLevel            string `placeholder:"LEVEL" help:"debug, info, warn or error (default info)."`
	HeartbeatURL        string `name:"heartbeat-url" placeholder:"URL" help:"Called every minute while the engine truly works."`
	HeartbeatURLFile    string `name:"heartbeat-url-file" placeholder:"FILE" help:"File that holds the heartbeat address."`
	CheckpointFile      string `placeholder:"FILE" help:"Add a signed checkpoint of the record to this file every hour."`
	CheckpointURL       string `name:"checkpoint-url" placeholder:"URL" help:"Post it there."`
	CheckpointMail      string `placeholder:"ADDRESS" help:"Send it there by e-mail."`
	CheckpointURLFile   string `name:"checkpoint-url-file" placeholder:"FILE" help:"File that holds the address."`
	IncidentWebhook     string `placeholder:"URL" help:"Post each incident that is recorded or changed there, signed."`
	IncidentWebhookFile string `placeholder:"FILE" help:"File that holds the address."`
	IncidentSecret      string `placeholder:"SECRET" help:"Sign them with it; better given as a file, as others see a command line."`
	IncidentSecretFile  string `placeholder:"FILE" help:"File that holds that secret."`
	BackupRecipients    string `placeholder:"KEYS" help:"Who can read backups: public keys of age (age1…) with commas between, or a file of them; else who has the master key."`
	BackupDir           string `placeholder:"FOLDER" help:"Keep a backup there each night."`
	BackupKeep          string `placeholder:"N" help:"How many of those to keep (default 14)."`
	EmergencyContact    string `placeholder:"NUMBER" help:"Rung when nobody is on call: a number as +44…, or a person's id."`
	Words               string `placeholder:"FILE" help:"Words of your own for reading texts, beside those we have."`
	TwilioAccountSID    string `name:"twilio-account-sid" placeholder:"SID" help:"Twilio account."`
	TwilioAuthToken     string `placeholder:"TOKEN" help:"Twilio token; better given as a file, as others see a command line."`
	TwilioAuthTokenFile string `placeholder:"FILE" help:"File that holds the Twilio token."`
	TwilioFrom          string `placeholder:"NUMBER" help:"Number that texts and calls come from, as +44…."`
	TwilioAPI           string `name:"twilio-api" placeholder:"URL" help:"Base address of the Twilio API (default https://api.twilio.com)."`

	SMTP                  string `name:"smtp" placeholder:"ADDRESS" help:"Send e-mail by this server: smtp://HOST:PORT or smtps://USER:PASSWORD@HOST; better given as a file."`
	SMTPFile              string `name:"smtp-file" placeholder:"FILE" help:"File that holds that address."`
	MailFrom              string `placeholder:"ADDRESS" help:"Whom our e-mails come from, such as Allclear <allclear@council.example.org>."`
	MailListen            string `placeholder:"ADDRESS" help:"Take mail: smtp://HOST:PORT, lmtp://HOST:PORT or lmtp:///PATH."`
	MailTo                string `placeholder:"ADDRESS,…" help:"Whom mail is taken for, as it stands in invites."`
	MailClients           string `placeholder:"ADDRESS,…" help:"Who may hand mail over: addresses or networks; else everybody."`
	MailDomains           string `placeholder:"DOMAIN,…" help:"Your organisation's own mail domains."`
	MailRelay             string `placeholder:"NAME" help:"Your mail server's name in Authentication-Results, which is then believed."`
	MailTenant            string `placeholder:"yes" help:"Believe Microsoft 365 of mail within the tenant whose mailbox is read."`
	IMAP                  string `name:"imap" placeholder:"ADDRESS" help:"Read a mailbox: imaps://USER:PASSWORD@HOST/FOLDER; better given as a file."`
	IMAPFile              string `name:"imap-file" placeholder:"FILE" help:"File that holds that address."`
	IMAPTokenURL          string `name:"imap-token-url" placeholder:"URL" help:"Where an application gets its tokens for the mailbox."`
	IMAPClientID          string `name:"imap-client-id" placeholder:"ID" help:"The application."`
	IMAPClientSecret      string `name:"imap-client-secret" placeholder:"SECRET" help:"Its secret; better given as a file, as others see a command line."`
	IMAPClientSecretFile  string `name:"imap-client-secret-file" placeholder:"FILE" help:"File that holds that secret."`
	IMAPScope             string `name:"imap-scope" placeholder:"SCOPE" help:"What the token is for (default Exchange Online)."`
	GraphTenant           string `placeholder:"TENANT" help:"Microsoft 365 by Graph: the tenant's id, or a domain of it."`
	GraphClientID         string `name:"graph-client-id" placeholder:"ID" help:"The application there."`
	GraphClientSecret     string `placeholder:"SECRET" help:"Its secret; better given as a file, as others see a command line."`
	GraphClientSecretFile string `placeholder:"FILE" help:"File that holds that secret."`
	GraphMailbox          string `placeholder:"ADDRESS" help:"The mailbox that is read by Graph."`
	GraphCalendars        string `placeholder:"TEAM=ADDRESS,…" help:"Teams' shared calendars into which visits are written."`
	GraphAPI              string `name:"graph-api" placeholder:"URL" help:"Base address of Graph (default https://graph.microsoft.com)."`
	GraphLogin            string `placeholder:"URL" help:"Base address where tokens are given (default https://login.microsoftonline.com)."`
	DNS                   string `name:"dns" placeholder:"ADDRESS" help:"Name server that senders' keys are asked of; else this machine's."`

	TLSCert       string `name:"tls-cert" placeholder:"FILE" help:"Certificate chain, as PEM, for TLS by Allclear itself."`
	TLSKey        string `name:"tls-key" placeholder:"FILE" help:"Its key."`
	ACMEDomain    string `name:"acme-domain" placeholder:"NAME" help:"Fetch a certificate for this name by ACME."`
	ACMEDirectory string `name:"acme-directory" placeholder:"URL" help:"From there (default Let's Encrypt)."`
	Outgoing      string `placeholder:"HOST,…" help:"Hosts that Allclear may connect to, and no other; else those that the settings name."`
	Redirect      string `placeholder:"HOST:PORT" help:"Lead from plain HTTP there to https."`
	ExitPage      string `placeholder:"URL" help:"Where Exit this page leads (default the BBC's weather)."`
	Proxy         string `placeholder:"ADDRESS,…" help:"A TLS proxy is in front, at these addresses or networks."`

	RetainVisit  string `placeholder:"DAYS" help:"Keep the words of a visit that ended well so long after its end (default 30)."`
	RetainAlarm  string `placeholder:"DAYS" help:"Keep those of an alarm and all that belongs to it so long after its close (default 1095)."`
	RetainText   string `placeholder:"DAYS" help:"Keep texts that matched nobody or no visit, and messages about neither, so long (default 30)."`
	RetainLooks  string `placeholder:"DAYS" help:"Keep why somebody looked at something private so long (default 1095)."`
	RetainLeaver string `placeholder:"DAYS" help:"Keep the details of someone who has left so long after that (default 365)."`

	OIDCIssuer           string `name:"oidc-issuer" placeholder:"URL" help:"Your organisation's own sign-in: the OpenID Connect issuer, to the letter."`
	OIDCClientID         string `name:"oidc-client-id" placeholder:"ID" help:"What it calls Allclear."`
	OIDCClientSecret     string `name:"oidc-client-secret" placeholder:"SECRET" help:"Allclear's secret there; better given as a file, as others see a command line."`
	OIDCClientSecretFile string `name:"oidc-client-secret-file" placeholder:"FILE" help:"File that holds that secret."`
	OIDCRoles            string `name:"oidc-roles" placeholder:"THEIRS=OURS,…" help:"Which role each of its roles or groups is here; else roles are given here alone."`
	OIDCRolesClaim       string `name:"oidc-roles-claim" placeholder:"CLAIM" help:"Where it says them: roles or groups (default roles)."`
	OIDCMatch            string `name:"oidc-match" placeholder:"CLAIM" help:"Find who was not invited by e-mail address: email_verified or preferred_username."`
}

// setting is one row of the settings table. Its name is the TOML key; ALLCLEAR_ and capitals make it the variable,
// dashes the flag. A secret can be given as a file, by its name and _file.
type setting struct {
	name   string
	secret bool
	set    func(s *Settings, value string) error // nil: a later version's setting, known but not built
}

var known = []setting{
	{name: "database", secret: true, set: setDatabase},
	{name: "listen", set: func(s *Settings, v string) error { s.Listen = v; return checkHostPort(v) }},
	{name: "url", set: func(s *Settings, v string) error { return setAddress(&s.URL, v) }},
	{name: "key", set: func(s *Settings, v string) error { s.Key = private.New(v); return nil }},
	{name: "key_file", set: setKeyFile},
	{name: "key_command", set: setKeyCommand},
	{name: "speed", set: setSpeed},
	{name: "log_level", set: setLogLevel},
	{name: "heartbeat_url", secret: true, set: func(s *Settings, v string) error { return setSecure(&s.HeartbeatURL, v) }},
	{name: "checkpoint_file", set: func(s *Settings, v string) error { s.CheckpointFile = v; return nil }},
	{name: "checkpoint_url", secret: true, set: func(s *Settings, v string) error { return setSecure(&s.CheckpointURL, v) }},
	{name: "checkpoint_mail", set: setCheckpointMail},
	{name: "incident_webhook", secret: true, set: func(s *Settings, v string) error { return setSecure(&s.IncidentWebhook, v) }},
	{name: "incident_secret", secret: true, set: func(s *Settings, v string) error { s.IncidentSecret = private.New(v); return checkSecret(v) }},
	{name: "backup_recipients", set: setRecipients},
	{name: "backup_dir", set: func(s *Settings, v string) error { s.BackupDir = v; return nil }},
	{name: "backup_keep", set: setBackupKeep},
	{name: "emergency_contact", set: setEmergencyContact},
	{name: "words", set: setWords},
	{name: "retain_visit", set: setRetain("retain_visit")},
	{name: "retain_alarm", set: setRetain("retain_alarm")},
	{name: "retain_text", set: setRetain("retain_text")},
	{name: "retain_looks", set: setRetain("retain_looks")},
	{name: "retain_leaver", set: setRetain("retain_leaver")},
	{name: "twilio_account_sid", set: func(s *Settings, v string) error { s.Twilio.AccountSID = v; return nil }},
	{name: "twilio_auth_token", secret: true, set: func(s *Settings, v string) error { s.Twilio.AuthToken = private.New(v); return nil }},
	{name: "twilio_from", set: func(s *Settings, v string) error { s.Twilio.From = v; return checkNumber(v) }},
	{name: "twilio_api", set: func(s *Settings, v string) error { return setAddress(&s.Twilio.API, v) }},
	{name: "oidc_issuer", set: setIssuer},
	{name: "oidc_client_id", set: func(s *Settings, v string) error { s.OIDC.ClientID = v; return nil }},
	{name: "oidc_client_secret", secret: true, set: func(s *Settings, v string) error { s.OIDC.ClientSecret = private.New(v); return nil }},
	{name: "oidc_roles", set: setRoles},
	{name: "oidc_roles_claim", set: func(s *Settings, v string) error { return setOne(&s.OIDC.RolesClaim, v, "roles", "groups") }},
	{name: "oidc_match", set: func(s *Settings, v string) error {
		return setOne(&s.OIDC.Match, v, "email_verified", "preferred_username")
	}},

	{name: "tls_cert", set: func(s *Settings, v string) error { return setFile(&s.Front.Cert, v) }},
	{name: "tls_key", set: func(s *Settings, v string) error { return setFile(&s.Front.Key, v) }},
	{name: "acme_domain", set: setACMEDomain},
	{name: "acme_directory", set: setACMEDirectory},
	{name: "redirect", set: func(s *Settings, v string) error { s.Front.Redirect = v; return checkHostPort(v) }},
	{name: "proxy", set: setProxy},
	{name: "exit_page", set: setExitPage},
	{name: "outgoing", set: setOutgoing},

	{name: "notify_api_key", secret: true}, {name: "notify_api"}, {name: "notify_callback_token", secret: true}, {name: "notify_template_id"},
	{name: "gateway_url"}, {name: "gateway_token", secret: true},
	{name: "smtp", secret: true, set: setSMTP},
	{name: "mail_from", set: setMailFrom},

	{name: "mail_listen", set: setMailListen},
	{name: "mail_to", set: setMailTo},
	{name: "mail_clients", set: setMailClients},
	{name: "mail_domains", set: setMailDomains},
	{name: "mail_relay", set: setMailRelay},
	{name: "mail_tenant", set: func(s *Settings, v string) error { return setOne(&s.Mail.Tenant, v, "yes", "no") }},
	{name: "imap", secret: true, set: setIMAP},
	{name: "imap_token_url", set: func(s *Settings, v string) error { return setSecure(&s.Mail.TokenURL, v) }},
	{name: "imap_client_id", set: func(s *Settings, v string) error { s.Mail.ClientID = v; return nil }},
	{name: "imap_client_secret", secret: true, set: func(s *Settings, v string) error { s.Mail.ClientSecret = private.New(v); return nil }},
	{name: "imap_scope", set: func(s *Settings, v string) error { s.Mail.Scope = v; return nil }},
	{name: "graph_tenant", set: setGraphTenant},
	{name: "graph_client_id", set: func(s *Settings, v string) error { s.Graph.ClientID = v; return nil }},
	{name: "graph_client_secret", secret: true, set: func(s *Settings, v string) error { s.Graph.ClientSecret = private.New(v); return nil }},
	{name: "graph_mailbox", set: setGraphMailbox},
	{name: "graph_calendars", set: setGraphCalendars},
	{name: "graph_api", set: func(s *Settings, v string) error { return setGraphBase(&s.Graph.API, v) }},
	{name: "graph_login", set: func(s *Settings, v string) error { return setGraphBase(&s.Graph.Login, v) }},
	{name: "dns", set: setDNS},
}

func defaults() Settings {
	return Settings{
		Database: "sqlite:allclear.db",
		Listen:   "127.0.0.1:8080",
		Retain:   retain.Standard(),
		Twilio:   Twilio{API: "https://api.twilio.com"},
		Graph:    Graph{API: graph.MicrosoftAPI, Login: graph.MicrosoftLogin},
	}
}

// The setters' errors say what a value must be and never show it: it may hold a password.

func setDatabase(s *Settings, v string) error {
	path, lite := strings.CutPrefix(v, "sqlite:")
	if lite && path != "" || strings.HasPrefix(v, "postgres://") || strings.HasPrefix(v, "postgresql://") {
		s.Database = v
		return nil
	}
	return errors.New("must be sqlite:PATH or postgres://…")
}

func setAddress(to *string, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Fragment != "" {
		return errors.New("must be a full address such as https://allclear.example.org")
	}
	*to = strings.TrimRight(v, "/")
	return nil
}

// setSecure wants a way on which nobody between can read the secret in an address, or answer in another's name.
func setSecure(to *string, v string) error {
	if err := setAddress(to, v); err != nil {
		return err
	}
	if !strings.HasPrefix(strings.ToLower(v), "https:") && !onLoopback(v) {
		return errors.New("must be https, but on this machine")
	}
	return nil
}

// maxSpeed passes a day in a second; beyond it the engine, not the clock, would be measured.
const maxSpeed = 86400

func setSpeed(s *Settings, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > maxSpeed {
		return fmt.Errorf("must be a whole number from 1 to %d", maxSpeed)
	}
	s.Speed = n
	return nil
}

func setLogLevel(s *Settings, v string) error {
	switch v {
	case "debug":
		s.LogLevel = slog.LevelDebug
	case "info":
		s.LogLevel = slog.LevelInfo
	case "warn":
		s.LogLevel = slog.LevelWarn
	case "error":
		s.LogLevel = slog.LevelError
	default:
		return errors.New("must be debug, info, warn or error")
	}
	return nil
}

func setEmergencyContact(s *Settings, v string) error {
	s.EmergencyContact = v
	if strings.Trim(v, "+0123456789 ") == "" { // no letter: not a person's id
		return checkNumber(v)
	}
	return nil
}

// setWords reads the file whose words are added to our own languages. A line of it that cannot be read is named.
func setWords(s *Settings, path string) (err error) {
	s.Vocabulary, err = readWords(path)
	return err
}

// setKeyFile keeps the file's name: a server reads it anew when the key is rotated.
func setKeyFile(s *Settings, path string) error {
	s.KeyFile = path
	_, err := readSecret(path)
	return err
}

func setKeyCommand(s *Settings, v string) error {
	s.KeyCommand = v
	if strings.TrimSpace(v) == "" {
		return errors.New("must be a program and its arguments, with blanks between")
	}
	return nil
}

func checkHostPort(v string) error {
	_, port, err := net.SplitHostPort(v)
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || n > 65535 {
		return errors.New("must be HOST:PORT such as 127.0.0.1:8080")
	}
	return nil
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{7,14}$`)

func checkNumber(v string) error {
	if !e164.MatchString(v) {
		return errors.New("must be a number with its country, such as +441632960101")
	}
	return nil
}

// disagreements says which settings, each fine alone, do not go together.
func (s Settings) disagreements() problems {
	var bad problems
	t := s.Twilio
	if some := t.AccountSID != "" || !t.AuthToken.IsZero() || t.From != ""; some {
		for _, part := range []struct {
			name    string
			missing bool
		}{
			{"twilio_account_sid", t.AccountSID == ""}, {"twilio_auth_token", t.AuthToken.IsZero()}, {"twilio_from", t.From == ""},
		} {
			if part.missing {
				bad = append(bad, variable(part.name)+" is missing: Twilio needs it with the account, the token and the number")
			}
		}
		if s.URL == "" && !onLoopback(t.API) {
			bad = append(bad, variable("url")+" is missing: Twilio's signatures are checked over the public address")
		}
	}
	if !strings.HasPrefix(strings.ToLower(t.API), "https:") && !onLoopback(t.API) {
		bad = append(bad, variable("twilio_api")+" must be https: the account's token goes there")
	}
	if s.Speed > 0 && t.AccountSID != "" && !onLoopback(t.API) {
		bad = append(bad, variable("speed")+" is for rehearsals, and "+variable("twilio_api")+" is not on loopback: take one of them out, so that no real person is rung")
	}
	return slices.Concat(bad, s.OIDC.disagreements(s.URL), s.Front.disagreements(s.URL), s.SMTP.disagreements(s.Speed), s.Mail.disagreements(s), s.Graph.disagreements(s), s.unreachable(), s.unsigned())
}

// onLoopback reports whether an address stays on this machine.
func onLoopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}
