package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/vault"
)

// keptFor is the key file beside which a rotation kept path; "" where path is no such file.
func keptFor(path string) string {
	name, _, kept := strings.Cut(filepath.Base(path), untilSuffix)
	if !kept || name == "" {
		return ""
	}
	return filepath.Join(filepath.Dir(path), name)
}

// rewrap brings what was restored with a file of both keys of a rotation under the newer one, or under that of the key file in use where that
// can be found: it is opened by that one alone then, as before the restore. What waits for a person is in done.
func (done *Restored) rewrap(ctx context.Context, o Options, db *store.DB, progress func(done, total int64)) error {
	path := o.keyPath()
	if path == "" {
		return nil
	}
	both, err := vault.ReadFile(path)
	if err != nil {
		return err
	}
	if _, before, err := vault.Parted(both); err != nil || before == nil {
		return err
	}
	r := Rotation{Progress: func(_ string, n, of int) {
		if progress != nil && of > 0 {
			progress(int64(n), int64(of))
		}
	}}
	used, text, err := o.keyInUse(path, both)
	if err != nil {
		return err
	}
	if text != nil {
		if _, err = r.wrapAll(ctx, db, text, false); !errors.Is(err, store.ErrRotating) {
			done.Key = used
			return err
		}
	}
	if _, err = r.wrapAll(ctx, db, both, false); err != nil || keptFor(path) == "" {
		return err
	}
	done.Key, done.KeyFrom = used, path
	return nil
}

// keyInUse finds the key file that is in use, where the settings give one that a rotation kept, and what it holds. Without text there is no
// such file, or it is another installation's: then it gives where the key may be put.
func (o Options) keyInUse(kept string, both []byte) (file string, text []byte, err error) {
	was := keptFor(kept)
	if was == "" {
		return "", nil, nil
	}
	v, err := vault.Open(both)
	if err != nil {
		return "", nil, fmt.Errorf("read master key: %w", err)
	}
	for _, file := range []string{was, KeyFile(o.Database)} {
		text, err := vault.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", nil, err
		}
		if other, err := vault.Open(text); err == nil && v.Verify(other.Sign([]byte(file)), []byte(file)) {
			return file, text, nil
		}
	}
	free := KeyFile(o.Database)
	if _, err := os.Stat(free); err == nil {
		free += ".restored"
	}
	return free, nil, nil
}
