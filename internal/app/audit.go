package app

import (
	"bufio"
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/checkpoint"
	"github.com/allclear-safety/allclear/internal/report"
	"github.com/allclear-safety/allclear/internal/store"
)

// Audit says what the record is held against besides itself, and who hears how far that is.
type Audit struct {
	Checkpoints string                  // a file of checkpoints that were sent outside; "": the one of the settings
	Key         string                  // the verifier's line they must be signed by; "": the key of this installation
	Progress    func(done, total int64) // nil: nobody
}

// VerifyRecord checks the whole record. The error names the first place where it is broken. It changes nothing, and works beside a running
// server.
func VerifyRecord(ctx context.Context, o Options, a Audit) (found store.Audited, err error) {
	db, err := Open(ctx, o, true)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	c, err := newClock(ctx, db, o.Speed, nil)
	if c == nil || err != nil && !errors.Is(err, store.ErrReadOnly) { // what serve would note of a rehearsal's clock a reader does not
		return found, cmp.Or(err, errors.New("read the clock: there is none"))
	}
	return audited(ctx, db, o, a, c.Now())
}

// audited checks the record, against checkpoints too where there are any.
func audited(ctx context.Context, db *store.DB, o Options, a Audit, at time.Time) (found store.Audited, err error) {
	var published []store.Published
	if a.Checkpoints != "" {
		published, err = readCheckpoints(db, a)
	} else {
		published, err = ownCheckpoints(ctx, db, o, a)
	}
	if err != nil {
		return found, err
	}
	return db.Audit(ctx, store.Audit{At: at, Published: published, Progress: a.Progress})
}

// ownCheckpoints reads the file that the settings name. One that lacks what was sent to it is a break: whoever wants to cut off the record
// begins there.
func ownCheckpoints(ctx context.Context, db *store.DB, o Options, a Audit) ([]store.Published, error) {
	if a.Checkpoints = o.CheckpointFile; a.Checkpoints == "" {
		return nil, nil
	}
	last, err := lastSent(ctx, db, "file")
	if err != nil {
		return nil, err
	}
	published, err := readCheckpoints(db, a)
	_, unread := errors.AsType[*fs.PathError](err)
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist), errors.Is(err, errNoCheckpoint):
	case unread, a.Key != "":
		return nil, err
	default:
		return nil, &store.BreakError{Where: "the checkpoint file", What: err.Error()} // cut within a checkpoint, or another's
	}
	if last.n > 0 && !slices.ContainsFunc(published, func(p store.Published) bool { return p.N == last.n }) {
		return nil, lacking(a.Checkpoints, last)
	}
	return published, nil
}

func lacking(file string, last sent) error {
	return &store.BreakError{Where: "the checkpoint file " + file, What: fmt.Sprintf(
		"it lacks the checkpoint of entry %d, which was sent to it on %s: it was taken away or cut short, or was another file then", last.n, last.at.UTC().Format(time.RFC3339))}
}

var errNoCheckpoint = errors.New("there is no checkpoint in it")

// readCheckpoints reads the file of checkpoints, and gives their heads in the order of their numbers.
func readCheckpoints(db *store.DB, a Audit) (published []store.Published, err error) {
	by := checkpoint.Key(db.CheckpointKey().Public().(ed25519.PublicKey))
	if a.Key != "" {
		if by, err = checkpoint.Line(a.Key); err != nil {
			return nil, fmt.Errorf("read --verifier: %w", err)
		}
	}
	file, err := os.Open(a.Checkpoints)
	if err != nil {
		return nil, fmt.Errorf("read checkpoints: %w", err)
	}
	defer file.Close()
	list, err := checkpoint.Read(file, by)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.Checkpoints, err)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: %w", a.Checkpoints, errNoCheckpoint)
	}
	for _, c := range list {
		published = append(published, store.Published{Head: store.Head{N: c.N, Hash: c.Head}, At: c.At,
			Name: fmt.Sprintf("checkpoint of %s (line %d)", c.At.Format(time.RFC3339), c.Line)})
	}
	slices.SortStableFunc(published, func(a, b store.Published) int { return cmp.Compare(a.N, b.N) })
	return published, nil
}

// CheckpointKey gives the public key of the installation's checkpoints, as the line that an auditor is given.
func CheckpointKey(ctx context.Context, o Options) (key string, err error) {
	db, err := Open(ctx, o, true)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return checkpoint.Verifier(origin(o.URL, db), db.CheckpointKey().Public().(ed25519.PublicKey))
}

// Extract says which part of the record an auditor is given, and how.
type Extract struct {
	From, To time.Time // when it was recorded: from, and before to; zero is no bound
	CSV      bool      // else a JSON object a line
}

// ExportRecord writes the record for an auditor, without contents, in the order of the sealed chain. That it was done is on record before.
// It works beside a running server.
func ExportRecord(ctx context.Context, o Options, out io.Writer, x Extract) (err error) {
	db, err := Open(ctx, o, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := recordExport(ctx, db, o, "record"); err != nil {
		return err
	}
	to := bufio.NewWriter(out)
	write := report.RecordLines(to, x.CSV)
	err = db.Extracts(ctx, func(e store.Extract) error {
		if e.RecordedAt.Before(x.From) || !x.To.IsZero() && !e.RecordedAt.Before(x.To) {
			return nil
		}
		return write(e)
	})
	return errors.Join(err, to.Flush())
}
