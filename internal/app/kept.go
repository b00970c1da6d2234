package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
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

// checkErased says where the lists of who was erased are not what they should be, and who has words all the same.
func checkErased(ctx context.Context, db *store.DB, o Options) []Finding {
	own, err := erasedFile(o.Database).read()
	list, _, failed := db.ErasureMarks(ctx, 0)
	if err = errors.Join(err, failed); err != nil {
		return []Finding{{About: "erasure", Says: err.Error() + "; a restored backup may bring back who was erased"}}
	}
	var found []Finding
	say := func(says string) { found = append(found, Finding{About: "erasure", Says: says}) }
	erased := marksOf(list)
	if n := own.lacks(erased); n > 0 && sqlitePath(o.Database) != "" { // on PostgreSQL it lies where each server was started
		say(fmt.Sprintf("%s lacks %d of those who were erased; allclear serve adds them at its start: if it stays so, see its log", erasedFile(o.Database), n))
	}
	outside, err := erasedOutside(ctx, o)
	switch n := outside.lacks(erased); {
	case errors.Is(err, errNoFolder): // which is said of the backups
	case err != nil:
		say(fmt.Sprintf("beside the backups: %v; a restore elsewhere may bring back who was erased", err))
	case n > 0 && o.BackupDir == "":
		say(fmt.Sprintf("%s in no list outside this machine; set ALLCLEAR_BACKUP_DIR, or run allclear backup and carry its file away with the allclear.erased beside it", erasuresAre(n)))
	case n > 0:
		say(fmt.Sprintf("%s lacks %d of those who were erased; allclear serve adds them: if it stays so, see its log", erasedBeside(o.BackupDir), n))
	}
	maps.Copy(own, outside)
	switch back, err := db.StillThere(ctx, own); {
	case err != nil:
		say(fmt.Sprintf("%v; it is not known whether somebody who was erased is back", err))
	case len(back) > 0:
		say(fmt.Sprintf("%s erased before and have words again, as an older copy of the database has; allclear serve erases them at its start, and what is in use or held within an hour of when it no longer is", some(back)))
	}
	return found
}

func erasuresAre(n int) string {
	if n == 1 {
		return "1 erasure is"
	}
	return fmt.Sprintf("%d erasures are", n)
}

// some names a few of many.
func some(owners []string) string {
	const most = 5
	if n := len(owners) - most; n > 0 {
		return fmt.Sprintf("%s and %d more were", strings.Join(owners[:most], ", "), n)
	}
	if len(owners) == 1 {
		return owners[0] + " was"
	}
	return strings.Join(owners, ", ") + " were"
}

var errNoFolder = errors.New("no folder for backups")

// erasedOutside are the marks that are known to have left this machine: those beside the nightly backups, else those that went with the
// backups that were made by hand. Whether whoever made those carried them away is not known.
func erasedOutside(ctx context.Context, o Options) (m marks, err error) {
	if o.BackupDir == "" {
		return carriedFile(o.Database).read()
	}
	read := make(chan marks, 1)
	err = (&mount{}).do(ctx, o.BackupDir, lookWithin, func(context.Context) error {
		if isFolder(o.BackupDir) != nil {
			return errNoFolder
		}
		beside, err := erasedBeside(o.BackupDir).read()
		read <- beside
		return err
	})
	if errors.Is(err, errSilent) {
		return nil, errNoFolder
	}
	if err != nil {
		return nil, err
	}
	return <-read, nil
}
