package app

import (
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/vault"
)

// Backup says where a backup is to go, and who hears how far it is.
type Backup struct {
	File     string
	Force    bool                    // over a file that is there
	Progress func(done, total int64) // nil: nobody
}

// BackUp writes an encrypted copy of all that is kept, and gives what is in it. It works beside a running server. The file is there whole or
// not at all.
func BackUp(ctx context.Context, o Options, b Backup) (m store.Manifest, err error) {
	if err := mayWrite(b); err != nil {
		return m, err
	}
	v, err := openVault(ctx, o, true)
	if err != nil {
		return m, err
	}
	to, err := recipients(o.BackupRecipients, v)
	if err != nil {
		return m, err
	}
	db, err := Open(ctx, o, true)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	about := store.Backup{Program: o.Version, MadeAt: time.Now(), Progress: b.Progress}
	t, err := newTrial(o)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, t.remove()) }()
	m, err = backUpTo(ctx, db, t.dir, b, to, about)
	if err != nil {
		return m, err
	}
	if err := listBeside(ctx, db, o, filepath.Dir(b.File)); err != nil {
		return m, fmt.Errorf("backed up to %s, but not the list of who was erased: %w", b.File, err)
	}
	return m, nil
}

// listBeside puts the list of who was erased into a folder of backups, and notes what was in it.
func listBeside(ctx context.Context, db *store.DB, o Options, dir string) error {
	list, _, err := db.ErasureMarks(ctx, 0)
	if err != nil {
		return err
	}
	is := marksOf(list)
	if _, err := erasedBeside(dir).add(is); err != nil {
		return err
	}
	if _, err := carriedFile(o.Database).add(is); err != nil && sqlitePath(o.Database) != "" { // elsewhere we may write nothing where we run: check says too much then
		return err
	}
	return nil
}

// backUpTo writes a backup to a folder of ours first: while the database is read its log grows, and the file's own folder may be another
// machine's that does not answer. Where we have no room it goes there at once.
func backUpTo(ctx context.Context, db *store.DB, own string, b Backup, to []age.Recipient, about store.Backup) (m store.Manifest, err error) {
	dir := filepath.Dir(b.File)
	first, err := draftedIn(own, dir, roomFor(ctx, db, own, 1, "make a backup"))
	if err != nil {
		return m, err
	}
	draft, m, err := draftBackup(ctx, db, first, to, about)
	if err != nil {
		return m, err
	}
	if first == dir {
		return m, keepDraft(draft, b.File, b.Force)
	}
	f, err := os.Open(draft) // #nosec G304 -- a file that we made
	if err != nil {
		return m, err
	}
	there, err := copyDraft(ctx, f, dir)
	if err = errors.Join(err, f.Close()); err != nil {
		return m, err
	}
	return m, keepDraft(there, b.File, b.Force)
}

// draftedIn is where a backup for a folder is drafted: in our own, and where that is short of room in the folder itself. On the same disk that
// would be as short, and a full one stops alarms.
func draftedIn(own, dir string, short error) (string, error) {
	if short == nil {
		return own, nil
	}
	ours, err := os.Stat(own)
	if err != nil {
		return "", fmt.Errorf("look for room: %w", err)
	}
	there, err := os.Stat(dir)
	if err != nil {
		return "", fmt.Errorf("look for room: %w", err)
	}
	if onOneDisk(ours, there) {
		return "", fmt.Errorf("%w, or name a file on another disk", short)
	}
	return dir, nil
}

// mayWrite refuses what would fail at the end at the beginning.
func mayWrite(b Backup) error {
	switch info, err := os.Stat(b.File); {
	case err == nil && info.IsDir():
		return fmt.Errorf("back up to %s: it is a folder; name a file in it", b.File)
	case err == nil && !info.Mode().IsRegular(): // a rename would put the backup in a device's place
		return fmt.Errorf("back up to %s: it is there already, and is no file; name another", b.File)
	case err == nil && !b.Force:
		return fmt.Errorf("back up to %s: it is there already; name another file, or give --force", b.File)
	}
	if info, err := os.Stat(filepath.Dir(b.File)); err != nil || !info.IsDir() {
		return fmt.Errorf("back up to %s: there is no folder %s; make it", b.File, filepath.Dir(b.File))
	}
	return nil
}

// draftPattern is how a backup is called until it is whole. What a kill leaves behind is encrypted too.
const draftPattern = ".allclear-backup-*.part"

// draftBackup writes a backup beside where it is to be, durably, and gives its name.
func draftBackup(ctx context.Context, db *store.DB, dir string, to []age.Recipient, b store.Backup) (name string, m store.Manifest, err error) {
	f, err := os.CreateTemp(dir, draftPattern)
	if err != nil {
		return "", m, fmt.Errorf("back up: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	sealed, err := age.Encrypt(&inSteps{f: f}, to...)
	if err != nil {
		return "", m, fmt.Errorf("encrypt backup: %w", err)
	}
	packed, err := gzip.NewWriterLevel(sealed, gzip.BestSpeed)
	if err != nil {
		return "", m, fmt.Errorf("pack backup: %w", err)
	}
	if m, err = db.Backup(ctx, packed, b); err != nil {
		return "", m, err
	}
	for _, end := range []func() error{packed.Close, sealed.Close, f.Sync} {
		if err := end(); err != nil {
			return "", m, fmt.Errorf("write backup: %w", err)
		}
	}
	return f.Name(), m, nil
}

// syncEvery is how many bytes are made durable at once: a server that commits on the same disk waits for them.
const syncEvery = 1 << 20

// inSteps makes a file durable step by step.
type inSteps struct {
	f     *os.File
	since int
}

func (s *inSteps) Write(p []byte) (int, error) {
	n, err := s.f.Write(p)
	if s.since += n; err == nil && s.since >= syncEvery {
		s.since, err = 0, s.f.Sync()
	}
	return n, err
}

// keepDraft gives a draft its name, durably, and over nothing that is there unless that is forced.
func keepDraft(draft, file string, force bool) (err error) {
	if force {
		err = os.Rename(draft, file)
	} else if err = os.Link(draft, file); err == nil {
		err = os.Remove(draft)
	} else if !errors.Is(err, fs.ErrExist) { // a file system without links: a stick
		if _, there := os.Lstat(file); errors.Is(there, fs.ErrNotExist) {
			err = os.Rename(draft, file)
		}
	}
	if errors.Is(err, fs.ErrExist) {
		err = fmt.Errorf("%s is there already; name another file, or give --force", file)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keep backup: %w", err), os.Remove(draft))
	}
	return vault.SyncFolder(filepath.Dir(file))
}

// weakest is the work that age puts into a passphrase: ours cannot be guessed, so none is needed.
const weakest = 10

// recipients are who can read a backup: those of the settings, else whoever has the master key.
func recipients(given string, v *vault.Vault) ([]age.Recipient, error) {
	if given == "" {
		r, err := age.NewScryptRecipient(v.BackupPassphrase())
		if err != nil {
			return nil, fmt.Errorf("encrypt backup: %w", err)
		}
		r.SetWorkFactor(weakest)
		return []age.Recipient{r}, nil
	}
	return ParseRecipients(given)
}

// ParseRecipients reads who can read backups: public keys of age (age1…) with commas between, or the name of a file of them, one a line. Its
// error never shows what was given: it may be a secret key by mistake.
func ParseRecipients(given string) ([]age.Recipient, error) {
	if strings.Contains(strings.ToUpper(given), "AGE-SECRET-KEY-") {
		return nil, errors.New("a secret key is no recipient: give the public one, which begins with age1, and keep the secret off this machine")
	}
	lines := io.Reader(strings.NewReader(strings.ReplaceAll(given, ",", "\n")))
	if !strings.HasPrefix(strings.TrimSpace(given), "age1") {
		f, err := os.Open(given) // #nosec G304 -- the operator's own file, as a setting or an argument names it
		if err != nil {
			return nil, fmt.Errorf("must be public keys (age1…) with commas between, or a file of them: %w", err)
		}
		defer f.Close()
		lines = f
	}
	list, err := age.ParseRecipients(lines)
	if err != nil {
		return nil, errors.New("must be public keys of age with commas between, as age-keygen prints them (age1…), or a file of them")
	}
	if _, err := age.Encrypt(io.Discard, list...); err != nil {
		return nil, errors.New("must be all of one kind: keys that begin with age1pq cannot stand beside others")
	}
	return list, nil
}

// identities are what may open a backup: those of the file, where there is one, and the master key's own.
func identities(file string, v *vault.Vault) ([]age.Identity, error) {
	var list []age.Identity
	if file != "" {
		f, err := os.Open(file) // #nosec G304 -- the operator's own file, as a setting or an argument names it
		if err != nil {
			return nil, fmt.Errorf("read --identity: %w", err)
		}
		defer f.Close()
		if list, err = age.ParseIdentities(f); err != nil {
			return nil, fmt.Errorf("read --identity: %s is no file of secret keys of age (AGE-SECRET-KEY-1…)", file)
		}
	}
	for _, passphrase := range v.BackupPassphrases() {
		own, err := age.NewScryptIdentity(passphrase)
		if err != nil {
			return nil, fmt.Errorf("read backup: %w", err)
		}
		own.SetMaxWorkFactor(weakest)
		list = append(list, own)
	}
	return list, nil
}

var errNoKeyOpens = errors.New("no key opens it: give the secret key of one of its recipients by --identity; where it has none, the master key it was made with")

// readBackup gives what is in a file that BackUp wrote. The reader answers with an error where it was changed or cut off.
func readBackup(in io.Reader, keys []age.Identity) (io.Reader, error) {
	plain, err := age.Decrypt(in, keys...)
	if _, none := errors.AsType[*age.NoIdentityMatchError](err); none {
		return nil, errNoKeyOpens
	}
	if err != nil {
		return nil, fmt.Errorf("it is no backup, or was changed: %w", err)
	}
	unpacked, err := gzip.NewReader(plain)
	if err != nil {
		return nil, fmt.Errorf("it is no backup of allclear: %w", err)
	}
	return unpacked, nil
}

// counting tells how many bytes of a file were read.
type counting struct {
	io.Reader
	done, total int64
	progress    func(done, total int64)
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.done += int64(n)
	if c.progress != nil {
		c.progress(c.done, cmp.Or(c.total, 1))
	}
	return n, err
}
