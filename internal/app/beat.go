package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	beatEvery   = time.Minute
	beatTimeout = 10 * time.Second
	astrayMost  = 5 * time.Second
)

// beat calls the heartbeat address every minute, but only while an alarm could
// be raised: an outside monitor hears the silence. It also looks whether the
// wall clock was moved.
func (a *App) beat(ctx context.Context) error {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	client := a.monitor()
	for {
		a.watchClock(ctx)
		if a.o.Heartbeat != "" {
			if err := a.beatOnce(ctx, client); err != nil {
				a.o.Log.Warn("heartbeat not sent", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// watchClock tells people when the wall clock was moved, and takes it as the
// time only when it was set forward and another clock agrees.
func (a *App) watchClock(ctx context.Context) {
	off := a.clock.astray()
	if off.Abs() <= astrayMost {
		return
	}
	truth, err := a.witness(ctx)
	adopted := err == nil && a.clock.adopt(truth)
	a.o.Log.Error("the wall clock was moved", "by", off.Round(time.Second).String(), "adopted", adopted)
	if err := a.engine.TellClock(ctx, off.Abs()); err != nil {
		a.o.Log.Error("tell of the clock", "error", err)
	}
}

// witness is the time by another machine's clock: the database's, where it is
// on a server, else the provider's.
func (a *App) witness(ctx context.Context) (time.Time, error) {
	if t, remote, err := a.db.ServerTime(ctx); remote || err != nil {
		return t, err
	}
	if a.o.Twilio == nil {
		return time.Time{}, errors.New("no other clock to ask")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, a.o.Twilio.API, nil)
	if err != nil {
		return time.Time{}, fmt.Errorf("ask the provider's clock: %w", err)
	}
	resp, err := a.o.Outgoing.Client(a.o.Twilio.API, beatTimeout).Do(req)
	if err != nil {
		return time.Time{}, fmt.Errorf("ask the provider's clock: %w", err)
	}
	defer resp.Body.Close()
	return http.ParseTime(resp.Header.Get("Date"))
}

func (a *App) beatOnce(ctx context.Context, client *http.Client) error {
	if err := a.engine.Ready(ctx); err != nil {
		return fmt.Errorf("withheld: %w", err)
	}
	return callMonitor(ctx, client, a.o.Heartbeat)
}

// monitor is a client for the heartbeat's address alone.
func (a *App) monitor() *http.Client { return a.o.Outgoing.Client(a.o.Heartbeat, beatTimeout) }

func callMonitor(ctx context.Context, client *http.Client, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return errors.New("make heartbeat: its address can't be used")
	}
	resp, err := client.Do(req)
	if err != nil {
		return errors.New("no answer from the monitor") // its address may hold a secret
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("the monitor answered %d", resp.StatusCode)
	}
	return nil
}
