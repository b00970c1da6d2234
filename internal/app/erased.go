package app

import (
	"bufio"
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
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if mark := strings.TrimSpace(lines.Text()); mark != "" {
			marks[mark] = true
		}
	}
	digest := sha256.Sum256(text)
	return marks, hex.EncodeToString(digest[:]), nil
}

// erasedKey is the fact that says which list was last held against a database.
const erasedKey = "erased"

// eraseAgain erases in a database what was erased before it was put back. A database that has met this list already is not walked again.
func eraseAgain(ctx context.Context, db *store.DB, list erasedList, at time.Time) (int, error) {
	marks, sum, err := list.read()
	if err != nil || len(marks) == 0 {
		return 0, err
	}
	met, err := db.Meta(ctx, erasedKey)
	if err != nil && !errors.Is(err, store.ErrNotFound) || met == sum {
		return 0, err
	}
	erased, err := db.EraseAgain(ctx, marks, at)
	if err != nil {
		return erased, err
	}
	return erased, db.SetMeta(ctx, erasedKey, sum)
}
