package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/allclear-safety/allclear/internal/store/migrations"
	"github.com/pressly/goose/v3"
)

// migrate runs the migrations of a dialect that the database lacks. A database that is newer than this program is left as it is: whether
// it can be read was asked before.
func migrate(ctx context.Context, dialect goose.Dialect, pool *sql.DB, folder string, options ...goose.ProviderOption) error {
	version, err := first(ctx, direct{pool}, value[int64], `SELECT COALESCE(max(version_id), 0) FROM goose_db_version WHERE is_applied`)
	if err == nil && version >= migrations.Version {
		return nil // most starts: no lock is taken
	}
	files, err := fs.Sub(migrations.Files, folder)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, pool, files, append(options, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))...)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bring the tables to this version: %w", err)
	}
	return nil
}

// MigrateOnly brings the tables of a database to this version without opening it for use: no master key is needed, and none is remembered.
func MigrateOnly(ctx context.Context, address string) error {
	db := &DB{receiveTexts: receiveStatements()}
	path, sqlite := strings.CutPrefix(address, "sqlite:")
	open := db.openPostgres
	if sqlite {
		open, address = db.openSQLite, path
	}
	return errors.Join(open(ctx, address), db.Close())
}
