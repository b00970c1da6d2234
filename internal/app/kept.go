package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/vault"
)

// What rotations and restores leave for people to delete is named by these and a date.
const (
	untilSuffix  = ".until-"
	beforeSuffix = ".before-"
)

// named lists the files whose names begin with a path and a suffix, in their order.
func named(path, suffix string) (list []string) {
	there, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil
	}
	for _, f := range there {
		if strings.HasPrefix(f.Name(), filepath.Base(path)+suffix) {
			list = append(list, filepath.Join(filepath.Dir(path), f.Name()))
		}
	}
	slices.Sort(list)
	return list
}

// oldKeys are the files with keys of before a rotation, beside the one that is used.
func (o Options) oldKeys() []string {
	path := o.keyPath()
	if path == "" {
		path = KeyFile(o.Database)
	}
	return named(path, untilSuffix)
}

// otherKeys adds to why no key opens something which others lie here that may.
func (o Options) otherKeys(err error) error {
	old := o.oldKeys()
	if len(old) == 0 || !errors.Is(err, store.ErrWrongKey) && !errors.Is(err, errNoKeyOpens) {
		return err
	}
	return fmt.Errorf("%w; one of before a rotation may open it, by ALLCLEAR_KEY_FILE: %s", err, strings.Join(old, ", "))
}

// KeptAside are the databases of before a restore, and their logs: they have what has since been erased.
func KeptAside(o Options) []string {
	path := sqlitePath(o.Database)
	if path == "" {
		return nil
	}
	return named(path, beforeSuffix)
}

// checkKept names what is to be deleted by hand, and a rotation that was cut off.
func checkKept(o Options) (found []Finding) {
	if path := o.keyPath(); path != "" {
		if text, err := vault.ReadFile(path); err == nil {
			if _, before, err := vault.Parted(text); err == nil && before != nil {
				found = append(found, Finding{About: "key", Says: "a rotation was begun and not ended, or an older key is in use: run allclear keys rotate"})
			}
		}
	}
	for _, file := range o.oldKeys() {
		found = append(found, Finding{About: "key", Says: file + " opens backups of before its rotation; destroy it when the last of them is gone"})
	}
	for _, file := range KeptAside(o) {
		found = append(found, Finding{About: "erasure", Says: file + " is of before a restore, and has words that may have been erased since; delete it once what was restored is right"})
	}
	return found
}

// checkErased says where the list of who was erased is not what it should be. On PostgreSQL it lies where each server was started.
func checkErased(ctx context.Context, db *store.DB, o Options) []Finding {
	if sqlitePath(o.Database) == "" {
		return nil
	}
	list := erasedFile(o.Database)
	m, err := list.read()
	erased, _, failed := db.Erased(ctx, 0)
	if err = errors.Join(err, failed); err != nil {
		return []Finding{{About: "erasure", Says: err.Error() + "; a restored backup may bring back who was erased"}}
	}
	lacks := 0
	for mark := range marksOf(erased) {
		if !m[mark] {
			lacks++
		}
	}
	if lacks == 0 {
		return nil
	}
	return []Finding{{About: "erasure", Says: fmt.Sprintf("%s lacks %d of those who were erased; allclear serve adds them at its start: if it stays so, see its log", list, lacks)}}
}
