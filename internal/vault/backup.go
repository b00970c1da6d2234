package vault

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
)

// BackupPassphrase is what backups are encrypted with where no recipient is set: derived from the key that wraps from now on, so that there is
// nothing further to keep, and whoever has that can read them anyway. A rotation makes another: the old key opens no later backup. It has 256
// bits, which no guessing reaches.
func (v *Vault) BackupPassphrase() string {
	k, _ := v.wrapKey(v.primary) // always there: it came with the vault
	return k.backup
}

// BackupPassphrases are all that may open a backup: of each wrapping key, the one from now on first, and the one that backups were once
// encrypted with, which no rotation changed.
func (v *Vault) BackupPassphrases() []string {
	list := []string{v.BackupPassphrase()}
	for _, k := range *v.wraps.Load() {
		if k.id != v.primary {
			list = append(list, k.backup)
		}
	}
	return append(list, hex.EncodeToString(v.Hash("backup", "passphrase")))
}

// backupPassphrase derives it from a wrapping key's secret.
func backupPassphrase(secret []byte) (string, error) {
	raw, err := hkdf.Key(sha256.New, secret, nil, "allclear backup passphrase", keySize)
	return hex.EncodeToString(raw), err
}
