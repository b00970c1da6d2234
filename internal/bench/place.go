package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/vault"
)

// place is a database made for one benchmark, and taken away after it.
type place struct {
	database string       // as the settings have it
	folder   string       // a temporary one, for whatever else is written
	key      private.Text // the master key, made for it
	remove   func(context.Context) error
}

var errThere = errors.New("is there already; a benchmark makes its own and deletes it: name a file that is not there")

// place makes the database that the options ask for. One that is there is never touched: it may be a real one.
func (o Options) place(ctx context.Context) (place, error) {
	folder, err := os.MkdirTemp("", "allclear-bench-")
	if err != nil {
		return place{}, fmt.Errorf("make a temporary folder: %w", err)
	}
	p := place{database: "sqlite:" + filepath.Join(folder, "bench.db"), folder: folder, key: private.New(string(vault.NewMaster()))}
	p.remove = func(context.Context) error { return os.RemoveAll(folder) }
	if path, sqlite := strings.CutPrefix(o.Database, "sqlite:"); sqlite {
		p.database = o.Database
		err = p.takeFile(path)
	} else if o.Database != "" {
		err = p.makeDatabase(ctx, o.Database)
	}
	if err != nil {
		return place{}, keepFirst(err, os.RemoveAll(folder))
	}
	return p, nil
}

// takeFile uses a file that is not there yet, for a disk of the caller's choice.
func (p *place) takeFile(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("database %s %w", path, errThere)
	}
	p.remove = func(context.Context) error {
		err := os.RemoveAll(p.folder)
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if e := os.Remove(path + suffix); e != nil && !errors.Is(e, os.ErrNotExist) {
				err = keepFirst(err, e)
			}
		}
		return err
	}
	return nil
}

// makeDatabase makes a database of its own on a PostgreSQL server; the one that the address names is only how we get in.
func (p *place) makeDatabase(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return errors.New("the database must be sqlite:PATH or postgres://…")
	}
	name := "allclear_bench_" + strings.ToLower(rand.Text()[:8])
	if err := statement(ctx, address, "CREATE DATABASE "+name); err != nil {
		return fmt.Errorf("make a database for the benchmark, which needs a user who may: %w", err)
	}
	own := *u
	own.Path = "/" + name
	p.database = own.String()
	p.remove = func(ctx context.Context) error {
		err := statement(ctx, address, "DROP DATABASE "+name+" WITH (FORCE)")
		return keepFirst(err, os.RemoveAll(p.folder))
	}
	return nil
}

func statement(ctx context.Context, address, text string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, text)
	return keepFirst(err, conn.Close(ctx))
}

const (
	syncs    = 41
	syncSize = 4096
)

// disk says how long the disk under an SQLite file takes to keep a page: nothing durable can be faster. On PostgreSQL it is the server's
// disk that counts, and nothing is said.
func (p place) disk() ([]Figure, error) {
	path, sqlite := strings.CutPrefix(p.database, "sqlite:")
	if !sqlite {
		return nil, nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), "allclear-bench-sync-")
	if err != nil {
		return nil, fmt.Errorf("measure the disk: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	var took []time.Duration
	for range syncs {
		began := time.Now()
		if _, err := f.Write(make([]byte, syncSize)); err != nil {
			return nil, fmt.Errorf("measure the disk: %w", err)
		}
		if err := f.Sync(); err != nil {
			return nil, fmt.Errorf("measure the disk: %w", err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return []Figure{{Name: "the disk alone: one page written and synced, median", Value: written(quantile(took, 0.5))}}, nil
}
