package app

import (
	"context"
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
	client := &http.Client{Timeout: beatTimeout}
	told := false
	for {
		if off := a.clock.astray().Abs(); off > astrayMost && !told {
			told = true
			a.o.Log.Error("the wall clock was moved; this process goes on by the time that truly passed", "by", off.Round(time.Second).String())
			if err := a.engine.TellClock(ctx, off); err != nil {
				a.o.Log.Error("tell of the clock", "err", err)
			}
		} else if off <= astrayMost {
			told = false
		}
		if a.o.Heartbeat != "" {
			if err := a.beatOnce(ctx, client); err != nil {
				a.o.Log.Warn("heartbeat not sent", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (a *App) beatOnce(ctx context.Context, client *http.Client) error {
	if err := a.engine.Ready(ctx); err != nil {
		return fmt.Errorf("withheld: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.o.Heartbeat, nil)
	if err != nil {
		return fmt.Errorf("make heartbeat")
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("no answer from the monitor") // its address may hold a secret
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("the monitor answered %d", resp.StatusCode)
	}
	return nil
}
