package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/allclear-safety/allclear/internal/app"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/vault"
)

// beside is a database beside which a command of allclear is measured, and the key that both open it with.
type beside struct {
	Options
	at  place
	key string
	db  *store.DB
}

// withDatabase makes a database, has what is measured on it measured, and puts what it takes on the disk before those figures.
func (o Options) withDatabase(ctx context.Context, measure func(beside) ([]Figure, error)) (figures []Figure, err error) {
	at, err := o.place(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = keepFirst(err, at.remove(context.WithoutCancel(ctx))) }()
	key := filepath.Join(at.folder, "bench.key")
	if _, err := vault.LoadOrCreate(key); err != nil {
		return nil, err
	}
	db, err := app.Open(ctx, app.Options{Database: at.database, KeyFile: key}, false)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	defer func() { err = keepFirst(err, db.Close()) }()
	if figures, err = measure(beside{o, at, key, db}); err != nil {
		return nil, err
	}
	disk, err := at.disk()
	return append(disk, figures...), err
}

// runs runs a command of allclear in a process of its own, in the folder of the database.
func (b beside) runs(ctx context.Context, what string, command ...string) error {
	process := exec.CommandContext(ctx, b.Program, command...) // #nosec G204 -- the program that the developer names
	process.Args[0] = "allclear"
	process.Dir, process.Stderr = b.at.folder, os.Stderr
	process.Cancel = func() error { return process.Process.Signal(syscall.SIGTERM) }
	process.WaitDelay = stopWithin
	for _, setting := range b.Environ {
		if !strings.HasPrefix(setting, "ALLCLEAR_") {
			process.Env = append(process.Env, setting)
		}
	}
	process.Env = append(process.Env, "ALLCLEAR_DATABASE="+b.at.database, "ALLCLEAR_KEY_FILE="+b.key)
	if err := process.Run(); err != nil {
		return errors.Join(errors.New(what), err)
	}
	return nil
}
