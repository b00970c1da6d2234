package main

import (
	"fmt"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/app"
)

type keysCmd struct {
	Rotate keysRotateCmd `cmd:"" help:"Make a new master key and wrap every data key under it, beside a running server."`
}

type keysRotateCmd struct {
	settingsFlags
	NewKeyFile string `placeholder:"FILE" xor:"new" help:"Where the new key is, or is to be made: for a key that comes from a setting or a command."`
	Finish     bool   `xor:"new" help:"Take the old key out of use, once the new one is in its place and nothing runs with the old one."`
}

// Run works beside a running server. Run again after it was cut short, it goes on.
func (c keysRotateCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	if c.Finish {
		return c.finish(w, s.options(w))
	}
	r := app.Rotation{NewKeyFile: c.NewKeyFile}
	line := ""
	if onTerminal(w.stderr) {
		r.Progress = func(_ string, done, of int) {
			if of > 0 {
				line = bar(w.stderr, line, int64(done), int64(of))
			}
		}
	}
	done, err := app.Rotate(w.ctx, s.options(w), r)
	rewrite(w.stderr, line, "")
	if err != nil {
		return err
	}
	return c.tell(w, done)
}

// tell says what is to be done by hand, and the counts on the last line.
func (c keysRotateCmd) tell(w world, done app.Rotated) error {
	if done.Kept != "" {
		fmt.Fprintf(w.stdout, "The old key is kept in %s, with the new one: backups of before, and of meanwhile, need it. Back up the key file anew.\n", done.Kept)
	}
	if done.New != "" {
		fmt.Fprintf(w.stdout, "The new key is in %s: put it in the place of the old one and back it up.\n", done.New)
	}
	if done.Bridged {
		fmt.Fprintln(w.stdout, "The old key still opens the database, for what was started with it. When all runs with the new one: allclear keys rotate --finish")
	}
	_, err := fmt.Fprintf(w.stdout, "rotated: %d data keys, %d wrapped anew by this run\n", done.Keys, done.Wrapped)
	return err
}

func (c keysRotateCmd) finish(w world, o app.Options) error {
	was, err := app.FinishRotation(w.ctx, o)
	if err != nil {
		return err
	}
	says := "finished: the old key opens nothing any more"
	if !was {
		says = "there was no rotation to finish"
	}
	_, err = fmt.Fprintln(w.stdout, says)
	return err
}
