package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

// Checkpoints were sent after the backup that is restored: verify says which entries only they have, and those sent later agree.
func TestCheckpointsGoOnAfterARestore(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	o.CheckpointFile = filepath.Join(t.TempDir(), "checkpoints")
	publish := publishing(t, o)
	file := filepath.Join(t.TempDir(), "b.age")
	_, err := BackUp(t.Context(), o, Backup{File: file})
	must(t, err)
	publish() // entry 5, which the backup lacks
	_, err = RestoreBackup(t.Context(), o, Restore{File: file})
	must(t, err)
	for range 2 { // where the record is about as long as it was, and longer
		publish()
		found, err := VerifyRecord(t.Context(), o, Audit{Checkpoints: o.CheckpointFile})
		if err != nil || found.Agree == 0 || len(found.Lost) != 1 {
			t.Fatalf("%+v, %v", found, err)
		}
		if l := found.Lost[0]; l.First != 5 || l.Last != 5 || l.Checkpoints != 1 || time.Since(l.RestoredAt) > time.Hour {
			t.Errorf("it says %+v", l)
		}
	}
	_, err = RestoreBackup(t.Context(), o, Restore{File: file}) // once more: what was published since the first is accounted for too
	must(t, err)
	publish()
	found, err := VerifyRecord(t.Context(), o, Audit{}) // the file of the settings
	if err != nil || len(found.Lost) == 0 {
		t.Errorf("after a second: %+v, %v", found, err)
	}
	held, err := os.ReadFile(o.CheckpointFile)
	must(t, err)
	begin := strings.Index(string(held), "\n— ") + 1
	for _, end := range []int{begin + strings.Index(string(held[begin:]), "\n") + 1, begin + 5} { // the first is left, or a part of it
		must(t, os.Truncate(o.CheckpointFile, int64(end)))
		if _, err := VerifyRecord(t.Context(), o, Audit{}); !isBreak(err) {
			t.Errorf("with a file that was cut short to %d bytes: %v", end, err)
		}
	}
}

// The wrong backup is put back, a checkpoint is sent, and then the right one: that is no break.
func TestTheRightBackupAfterTheWrongOneIsNoBreak(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	o.CheckpointFile = filepath.Join(t.TempDir(), "checkpoints")
	publish := publishing(t, o)
	wrong, right := filepath.Join(t.TempDir(), "monday.age"), filepath.Join(t.TempDir(), "tuesday.age")
	_, err := BackUp(t.Context(), o, Backup{File: wrong})
	must(t, err)
	publish()
	publish()
	publish()
	_, err = BackUp(t.Context(), o, Backup{File: right})
	must(t, err)
	_, err = RestoreBackup(t.Context(), o, Restore{File: wrong})
	must(t, err)
	publish()
	_, err = RestoreBackup(t.Context(), o, Restore{File: right})
	must(t, err)
	publish()
	found, err := VerifyRecord(t.Context(), o, Audit{})
	if err != nil || len(found.Lost) != 1 || found.Agree != 4 {
		t.Errorf("%+v, %v", found, err)
	}
}

func isBreak(err error) bool {
	_, is := errors.AsType[*store.BreakError](err)
	return is
}

// publishing gives what adds an entry to the record and sends a checkpoint of it.
func publishing(t *testing.T, o Options) func() {
	t.Helper()
	n := 0
	return func() {
		n++
		t.Helper()
		db, err := Open(t.Context(), o, false)
		must(t, err)
		defer func() { must(t, db.Close()) }()
		c, err := newClock(t.Context(), db, 0, nil)
		must(t, err)
		must(t, db.Look(t.Context(), "p-sam", "page", "since", c.Now(), fmt.Sprint("visit/v", n)))
		_, err = db.Seal(t.Context(), c.Now())
		must(t, err)
		must(t, newPublisher(o, db, c).turn(t.Context(), true))
	}
}
