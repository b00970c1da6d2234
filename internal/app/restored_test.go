package app

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Checkpoints were sent after the backup that is restored: verify says which entries only they have, and those sent later agree.
func TestCheckpointsGoOnAfterARestore(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	o.CheckpointFile = filepath.Join(t.TempDir(), "checkpoints")
	publish := func() {
		t.Helper()
		db, err := Open(t.Context(), o, false)
		must(t, err)
		defer func() { must(t, db.Close()) }()
		c, err := newClock(t.Context(), db, 0, nil)
		must(t, err)
		must(t, db.Look(t.Context(), "p-sam", "page", "since", c.Now(), "visit/v1"))
		_, err = db.Seal(t.Context(), c.Now())
		must(t, err)
		must(t, newPublisher(o, db, c).turn(t.Context(), true))
	}
	file := filepath.Join(t.TempDir(), "b.age")
	_, err := BackUp(t.Context(), o, Backup{File: file})
	must(t, err)
	publish() // entry 5, which the backup lacks
	_, err = RestoreBackup(t.Context(), o, Restore{File: file})
	must(t, err)
	for range 2 { // where the record is about as long as it was, and longer
		publish()
		found, err := VerifyRecord(t.Context(), o, Audit{Checkpoints: o.CheckpointFile})
		if err != nil || found.Checkpoints == 0 || len(found.Lost) != 1 {
			t.Fatalf("%+v, %v", found, err)
		}
		if l := found.Lost[0]; l.First != 5 || l.Last != 5 || l.Checkpoints != 1 || time.Since(l.RestoredAt) > time.Hour {
			t.Errorf("it says %+v", l)
		}
	}
}
