package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/app"
	"github.com/allclear-safety/allclear/internal/demo"
)

type demoCmd struct {
	Listen string        `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to serve on, on this machine only (default ${default})."`
	Speed  int           `default:"60" placeholder:"N" help:"How many times as fast as time the clock runs, 1 to 600 (default ${default}). It can be changed and paused on the page."`
	Pace   time.Duration `default:"5s" placeholder:"TIME" help:"How long each line of a story stays at least (default ${default})."`
	Data   string        `placeholder:"DIR" help:"Keep the demo in this folder and go on with what is there. By default it is gone at the end."`
}

// Help says more than one line about it.
func (demoCmd) Help() string {
	return "A county in miniature on a database of its own: two teams, eleven people, a day's visits in every state. Nothing leaves this machine: " +
		"texts and calls go to phones on a page, e-mails to mailboxes. It prints where to look, and as whom."
}

// Run plays the county until the process is asked to stop.
func (c demoCmd) Run(w world) (err error) {
	if bad := c.problems(); len(bad) > 0 {
		return bad
	}
	folder, remove, err := c.folder()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	a, err := app.New(w.ctx, app.Options{Database: "sqlite:" + filepath.Join(folder, "demo.db"), Listen: c.Listen, Demo: true, Speed: c.Speed, Pace: c.Pace, Version: version,
		Log: slog.New(slog.NewTextHandler(w.stderr, &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		return err
	}
	a.Start(w.ctx)
	if err = c.greet(w, a); err == nil {
		err = w.wait(a)
	}
	return stopped(w, a, err)
}

// problems says what is wrong with the flags.
func (c demoCmd) problems() problems {
	var bad problems
	if err := checkHostPort(c.Listen); err != nil {
		bad = append(bad, "--listen "+err.Error())
	} else if host, _, _ := net.SplitHostPort(c.Listen); host != "localhost" {
		if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
			bad = append(bad, "--listen must be on this machine, such as 127.0.0.1:8080: a demo has no sign-in")
		}
	}
	if c.Speed < 1 || c.Speed > demo.FastestSpeed {
		bad = append(bad, fmt.Sprintf("--speed must be a whole number from 1 to %d", demo.FastestSpeed))
	}
	if c.Pace <= 0 {
		bad = append(bad, "--pace must be longer than nothing, such as 5s")
	}
	return bad
}

// folder is where the demo is kept, and what to do with it at the end.
func (c demoCmd) folder() (path string, remove func() error, err error) {
	if c.Data != "" {
		if err := os.MkdirAll(c.Data, 0o700); err != nil {
			return "", nil, fmt.Errorf("make the folder for the demo: %w", err)
		}
		return c.Data, func() error { return nil }, nil
	}
	if path, err = os.MkdirTemp("", "allclear-demo-"); err != nil {
		return "", nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	return path, func() error { return os.RemoveAll(path) }, nil
}

// greet says where to look, as whom, and how to try the API.
func (c demoCmd) greet(w world, a *app.App) error {
	token, err := a.DemoToken(w.ctx)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "allclear %s on http://%s\n", version, a.Addr())
	runs := fmt.Sprintf("the clock runs %d times as fast", c.Speed)
	if a.Demo().Time().Speed == 0 {
		runs = "the clock is paused with the story that was under way"
	}
	fmt.Fprintf(&b, "REHEARSAL: %s; nothing leaves this machine\n\n", runs)
	fmt.Fprintf(&b, "Open http://%s/demo first. On the pages you can act as:\n", a.Addr())
	for _, p := range demo.Actors() {
		fmt.Fprintf(&b, "  %-14s %s, %s\n", p.Name, strings.Join(p.Roles, " and "), p.Team)
	}
	fmt.Fprintf(&b, "\nThe API, as in http://%s/api/v1/openapi.json, takes this token:\n%s\n", a.Addr(), token)
	_, err = fmt.Fprint(w.stdout, b.String())
	return err
}
