package vault

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// LoadOrCreate opens the master key in the file at path, or makes one there that only this user can read. It never overwrites: a key that
// is lost takes every private word with it.
func LoadOrCreate(path string) (*Vault, error) {
	v, err := load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return v, err
	}
	if err := create(path); err != nil {
		return nil, fmt.Errorf("make key file %s: %w", path, err)
	}
	return load(path) // another process may have been first: its key counts
}

func load(path string) (*Vault, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("read key file %s: others may read it; run: chmod 600 %s", path, path)
	}
	text, err := os.ReadFile(path) // #nosec G304 -- the operator's own file, as a setting or an argument names it
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	v, err := Open(text)
	if err != nil {
		return nil, fmt.Errorf("read key file %s: %w", path, err)
	}
	return v, nil
}

// create writes the whole key beside path and links it there, so that nobody ever sees half a key and the first of two writers wins.
func create(path string) error {
	draft := path + "." + rand.Text()
	defer os.Remove(draft)
	if err := writeDurably(draft, NewMaster()); err != nil {
		return err
	}
	if err := os.Link(draft, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

func writeDurably(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- the operator's own file, as a setting or an argument names it
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// SyncFolder makes the names in a folder durable: a key that seals rows, or a backup, must outlive a power cut.
func SyncFolder(dir string) error {
	d, err := os.Open(dir) // #nosec G304 -- the operator's own file, as a setting or an argument names it
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// ReadFile gives the text of the key file at path, whoever may read it: one that an operator names may be theirs to share with a group.
func ReadFile(path string) ([]byte, error) {
	text, err := os.ReadFile(path) // #nosec G304 -- the operator's own file, as a setting or an argument names it
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	return text, nil
}

// ReplaceFile puts another text in the place of a key file's, whole or not at all: it is on the disk, in a draft beside it, before the old
// one goes. Who owns the file and who may read it stays, as the server may run as another user.
func ReplaceFile(path string, text []byte) (err error) {
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return fmt.Errorf("replace key file: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("replace key file: %w", err)
	}
	draft := path + "." + rand.Text()
	defer os.Remove(draft)
	err = writeDurably(draft, text)
	if err == nil {
		err = sameOwner(draft, info)
	}
	if err == nil {
		err = os.Rename(draft, path)
	}
	if err == nil {
		err = SyncFolder(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("replace key file: %w", err)
	}
	return nil
}

func sameOwner(path string, info fs.FileInfo) error {
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && (int(owner.Uid) != os.Geteuid() || int(owner.Gid) != os.Getegid()) {
		if err := os.Chown(path, int(owner.Uid), int(owner.Gid)); err != nil {
			return err
		}
	}
	return os.Chmod(path, info.Mode().Perm())
}

// KeepFile writes a key to a file of its own that only this user can read. One that is there is never overwritten: with the same text it is
// as it should be, else the next free of path, path-2, … is taken. It gives the path.
func KeepFile(path string, text []byte) (string, error) {
	for n, free := 2, path; ; n++ {
		there, err := os.ReadFile(free) // #nosec G304 -- the operator's own file, as a setting or an argument names it
		switch {
		case err == nil && bytes.Equal(there, text):
			return free, nil
		case errors.Is(err, fs.ErrNotExist):
			if err := writeDurably(free, text); err != nil {
				return "", errors.Join(fmt.Errorf("keep key file: %w", err), os.Remove(free))
			}
			return free, SyncFolder(filepath.Dir(free))
		case err != nil:
			return "", fmt.Errorf("keep key file: %w", err)
		}
		free = fmt.Sprintf("%s-%d", path, n)
	}
}
