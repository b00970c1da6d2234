package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/private"
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
		"ALLCLEAR_DATABASE=postgres://db/allclear", "ALLCLEAR_LISTEN=:80", "ALLCLEAR_URL=http://127.0.0.1:80/", "ALLCLEAR_KEY=k",
		"ALLCLEAR_SPEED=240", "ALLCLEAR_LOG_LEVEL=warn", "ALLCLEAR_HEARTBEAT_URL=https://beat.example.org/1", "ALLCLEAR_EMERGENCY_CONTACT=p-lee",
		"ALLCLEAR_TWILIO_ACCOUNT_SID=AC1", "ALLCLEAR_TWILIO_AUTH_TOKEN=t", "ALLCLEAR_TWILIO_FROM=+441632960000", "ALLCLEAR_TWILIO_API=http://[::1]:9/")
	if err != nil {
		t.Fatal(err)
	}
	want := Settings{
		Database: "postgres://db/allclear", Listen: ":80", URL: "http://127.0.0.1:80", Key: private.New("k"),
		Speed: 240, LogLevel: slog.LevelWarn, HeartbeatURL: "https://beat.example.org/1", EmergencyContact: "p-lee",
		Twilio: Twilio{AccountSID: "AC1", AuthToken: private.New("t"), From: "+441632960000", API: "http://[::1]:9"},
	}
	if s != want {
		t.Errorf("got %+v, want %+v", s, want)
	}
}

func TestWrongSettings(t *testing.T) {
	twilio := []string{"ALLCLEAR_TWILIO_ACCOUNT_SID=AC1", "ALLCLEAR_TWILIO_AUTH_TOKEN=t", "ALLCLEAR_TWILIO_FROM=+441632960000"}
	for _, c := range []struct {
		what    string
		environ []string
		want    string
	}{
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
		{"two mistakes at once", []string{"ALLCLEAR_SPEED=x", "ALLCLEAR_LISTEN=x"}, "ALLCLEAR_LISTEN: must be HOST:PORT such as 127.0.0.1:8080; ALLCLEAR_SPEED"},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := load(t, c.environ...)
			if _, ok := errors.AsType[problems](err); !ok || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
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
	s := Settings{Key: private.New("hunter2"), Twilio: Twilio{AuthToken: private.New("hunter2")}}
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
