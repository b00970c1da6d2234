package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/app"
	"github.com/allclear-safety/allclear/internal/phone"
)

// stopWithin is how long a stopping server waits for requests under way.
const stopWithin = 10 * time.Second

type serveCmd struct{ settingsFlags }

// Run serves until the process is asked to stop. It says on standard output
// where, once it can be reached.
func (serveCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	a, err := app.New(w.ctx, s.options(w))
	if err != nil {
		return err
	}
	a.Start(context.WithoutCancel(w.ctx)) // a signal ends it by Stop, in order: the engine outlives the last request
	fmt.Fprintf(w.stdout, "allclear %s on %s\n", version, a.Serving())
	if first := a.First(); first != "" {
		fmt.Fprintf(w.stdout, "Nobody can sign in yet. The first administrator begins at %s\n", first)
	}
	if s.Speed > 0 {
		fmt.Fprintf(w.stdout, "REHEARSAL: the clock runs %d times as fast\n", s.Speed)
	}
	return stopped(w, a, w.wait(a))
}

// wait waits until the process is asked to stop, or cannot go on.
func (w world) wait(a *app.App) error {
	select {
	case <-w.ctx.Done():
		return nil
	case err := <-a.Failed():
		return err
	}
}

// stopped ends the application; what was wrong before is what is said.
func stopped(w world, a *app.App, err error) error {
	stopping, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), stopWithin)
	defer cancel()
	if ended := a.Stop(stopping); err == nil {
		err = ended
	}
	return err
}

// options are the settings as the application takes them.
func (s Settings) options(w world) app.Options {
	o := app.Options{Database: s.Database, Listen: s.Listen, URL: s.URL, Key: s.Key, KeyFile: s.KeyFile,
		KeyCommand: strings.Fields(s.KeyCommand), Environ: w.environ, Speed: s.Speed,
		Emergency: s.EmergencyContact, Heartbeat: s.HeartbeatURL, CheckpointFile: s.CheckpointFile, CheckpointURL: s.CheckpointURL, CheckpointMail: s.SMTP.Checkpoint, SMTP: s.SMTP.options(), IncidentWebhook: s.IncidentWebhook, IncidentSecret: s.IncidentSecret, BackupRecipients: s.BackupRecipients, BackupDir: s.BackupDir, BackupKeep: s.BackupKeep,
		Vocabulary: s.Vocabulary, Retain: s.Retain, OIDC: s.OIDC.options(), Front: s.Front.options(), Mail: s.Mail.options(), Graph: s.Graph.options(), ExitPage: s.ExitPage, Outgoing: s.outgoing(), Version: version,
		Log: newLog(w.stderr, s.LogLevel)}
	if s.Twilio.AccountSID != "" {
		from, err := phone.Parse(s.Twilio.From) // checked when it was read
		if err == nil {
			o.Twilio = &app.Twilio{AccountSID: s.Twilio.AccountSID, AuthToken: s.Twilio.AuthToken, From: from, API: s.Twilio.API}
		}
	}
	return o
}
