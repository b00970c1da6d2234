package vault

import "encoding/hex"

// BackupPassphrase is what backups are encrypted with where no recipient is set: derived from the master key, so that there is nothing
// further to keep, and whoever has that can read them anyway. It has 256 bits, which no guessing reaches.
func (v *Vault) BackupPassphrase() string { return hex.EncodeToString(v.Hash("backup", "passphrase")) }
