package web

import (
	"context"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
)

// Keeping is what whoever runs the installation knows of how its data is kept.
type Keeping interface {
	// CheckRecord checks the whole record as allclear audit verify does, also against the file of checkpoints where one is set. A break is a [store.BreakError].
	CheckRecord(ctx context.Context, progress func(done, total int64)) (store.Audited, error)
	// Checkpoints says where the record's head is sent, and what came there.
	Checkpoints(ctx context.Context) ([]Checkpoint, error)
	// Backups says when a backup was last made and tried, and where they go.
	Backups(ctx context.Context) (Backups, error)
}

// Checkpoint is one place outside that the record's head is sent to.
type Checkpoint struct {
	To       string    // "the file /mnt/worm/checkpoints", "the address at example.org"
	Number   int64     // of the last that came there; 0: none yet
	At       time.Time // when it came there
	FailedAt time.Time // when sending failed since; zero: it has not
	Late     bool      // one should have come since
}

// Backups is how the installation is backed up.
type Backups struct {
	None     bool // a demo: nothing is
	Dir      string
	Keep     int       // of the nightly ones
	Last     time.Time // when the newest that is in Dir was made; zero: there is none
	Kept     int       // that are in Dir
	Missing  bool      // Dir is not there
	Silent   bool      // Dir does not answer, or is written to just now: what is in it is not known
	Apart    bool      // they are encrypted for a key that is not on this machine
	TriedAt  time.Time // when one was last restored on trial and found whole; zero: never
	Late     bool      // that is too long ago
	FailedAt time.Time // when a trial failed since; zero: none has
}
