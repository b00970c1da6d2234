package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
)

// erasedList is the file beside the key that has a mark for everyone whose words were erased, a line each: no backup is to bring them back.
type erasedList string

// erasedFile is where an installation keeps it.
func erasedFile(database string) erasedList {
	return erasedList(strings.TrimSuffix(KeyFile(database), ".key") + ".erased")
}

// Note adds marks, durably.
func (l erasedList) Note(marks ...string) (err error) {
	f, err := os.OpenFile(string(l), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.WriteString("\n" + strings.Join(marks, "\n") + "\n"); err != nil { // a line before it may have been cut off
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(string(l)))
}

// read gives the marks, and what tells this list from another. No list is an empty one.
func (l erasedList) read() (marks map[string]bool, sum string, err error) {
	text, err := os.ReadFile(string(l))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("read what was erased: %w", err)
	}
	marks = map[string]bool{}
	for line := range bytes.Lines(text) {
		if mark := string(bytes.TrimSpace(line)); mark != "" {
			marks[mark] = true
		}
	}
	digest := sha256.Sum256(text)
	return marks, hex.EncodeToString(digest[:]), nil
}

// erasedKey is the fact that says which list was last held against a database.
const erasedKey = "erased"

// eraseAgain erases in a database what was erased before it was put back, but for what stays. A database that has met this list
// already is not walked again.
func eraseAgain(ctx context.Context, db *store.DB, list erasedList, at time.Time, stays func(retain.Record) retain.Why) (int, error) {
	marks, sum, err := list.read()
	if err != nil || len(marks) == 0 {
		return 0, err
	}
	met, err := db.Meta(ctx, erasedKey)
	if err != nil && !errors.Is(err, store.ErrNotFound) || met == sum {
		return 0, err
	}
	erased, err := db.EraseAgain(ctx, marks, at, stays)
	if err != nil {
		return erased, err
	}
	return erased, db.SetMeta(ctx, erasedKey, sum)
}

// all lets everything go: in a database that was just put back, what is live or held is what was so then.
func all(retain.Record) retain.Why { return "" }

// inUse keeps what somebody is watched by, and what a legal hold is on: a mark may be of an erasure that was not done in the end.
func inUse(r retain.Record) retain.Why {
	switch {
	case r.Open:
		return retain.StaysOpen
	case r.Held:
		return retain.StaysHeld
	}
	return ""
}

// eraseAgain holds the list against the database at a start. What is wrong with it stops no alarm: it is said, and tried again later.
func (a *App) eraseAgain(ctx context.Context) {
	n, err := eraseAgain(ctx, a.db, erasedFile(a.o.Database), a.clock.Now(), inUse)
	if a.unerased = err != nil; a.unerased {
		a.o.Log.Error("erase again what was erased before", "error", err)
	}
	if n > 0 {
		a.o.Log.Warn("erased again what an older copy of the database had", "owners", n)
	}
}

// eraseEvery is how soon it is tried again.
const eraseEvery = time.Hour

// eraseLater tries again until the list was held against the database.
func (a *App) eraseLater(ctx context.Context) error {
	tick := time.NewTicker(eraseEvery)
	defer tick.Stop()
	for a.unerased {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		a.eraseAgain(ctx)
	}
	return nil
}
