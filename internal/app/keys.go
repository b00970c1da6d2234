package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/vault"
)

// keyPath is the file that holds the master key; "" where it comes from a setting or a command.
func (o Options) keyPath() string {
	switch {
	case o.KeyFile != "":
		return o.KeyFile
	case !o.Key.IsZero() || len(o.KeyCommand) > 0:
		return ""
	}
	return KeyFile(o.Database)
}

// openVault takes the master key from where the settings say, else from a file that only we may read, made on first start.
func openVault(ctx context.Context, o Options, readOnly bool) (*vault.Vault, error) {
	if err := checkFolder(o); err != nil {
		return nil, err
	}
	text := []byte(o.Key.Reveal())
	var err error
	switch {
	case !o.Key.IsZero():
	case len(o.KeyCommand) > 0:
		text, err = vault.Fetch(ctx, o.KeyCommand, withoutOurs(o.Environ))
	case o.KeyFile != "":
		text, err = vault.ReadFile(o.KeyFile)
	default:
		return ownKeyFile(o, readOnly)
	}
	if err != nil {
		return nil, err
	}
	v, err := vault.Open(text)
	if err != nil {
		return nil, fmt.Errorf("read master key: %w", err)
	}
	return v, nil
}

func ownKeyFile(o Options, readOnly bool) (*vault.Vault, error) {
	if err := mayMakeKey(o, readOnly); err != nil {
		return nil, err
	}
	v, err := vault.LoadOrCreate(KeyFile(o.Database))
	if err != nil {
		return nil, fmt.Errorf("read master key file: %w", err)
	}
	return v, nil
}

// withoutOurs is an environment without our settings: what fetches the key has no business with Twilio's token.
func withoutOurs(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(pair string) bool { return strings.HasPrefix(pair, "ALLCLEAR_") })
}

// reload gives what reads the key file anew, for a server beside which the key is rotated; nil where the key is in no file.
func (o Options) reload() func() (*vault.Vault, error) {
	path := o.keyPath()
	if path == "" {
		return nil
	}
	return func() (*vault.Vault, error) {
		text, err := vault.ReadFile(path)
		if err != nil {
			return nil, err
		}
		return vault.Open(text)
	}
}
