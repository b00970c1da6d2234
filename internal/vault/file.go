package vault

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	text, err := os.ReadFile(path)
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
	return syncDir(filepath.Dir(path))
}

func writeDurably(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncDir makes the file's name durable too: a key that seals rows must outlive a power cut before they do.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
