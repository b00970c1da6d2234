package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

const (
	fetchWithin = 10 * time.Second
	// fetchMost bounds what a command may say: a key is one line.
	fetchMost = 16 << 10
	// letGo is how long what the command left behind may hold its output open.
	letGo = time.Second
)

var errMuch = errors.New("it said more than 16 KiB, and a key is one line")

// Fetch runs a command, words[0] with the others as its arguments and without a shell, and gives what it wrote to its standard output: a
// master key. It has 10 s and no input. Nothing that it wrote is in the error, which says only how it ended.
func Fetch(ctx context.Context, words, environ []string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchWithin)
	defer cancel()
	command := exec.CommandContext(ctx, words[0], words[1:]...) // #nosec G204 -- the operator's own program, without a shell
	command.Env, command.WaitDelay = environ, letGo
	out := &bounded{most: fetchMost}
	command.Stdout = out
	err := command.Run()
	ended, _ := errors.AsType[*exec.ExitError](err)
	switch {
	case out.over:
		return nil, fmt.Errorf("fetch master key: %w", errMuch)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("fetch master key: the command took longer than %s", fetchWithin)
	case ended != nil:
		return nil, fmt.Errorf("fetch master key: the command ended with %d; run it by hand to see why", ended.ExitCode())
	case err != nil:
		return nil, fmt.Errorf("fetch master key: %w", err)
	case len(bytes.TrimSpace(out.held)) == 0:
		return nil, errors.New("fetch master key: the command wrote nothing to its standard output")
	}
	return out.held, nil
}

// bounded keeps what is written up to most bytes, and refuses more.
type bounded struct {
	held []byte
	most int
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if len(b.held)+len(p) > b.most {
		b.over = true
		return 0, errMuch
	}
	b.held = append(b.held, p...)
	return len(p), nil
}
