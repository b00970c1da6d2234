package app

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// opened is an installation over a record, for its pages to ask of.
func opened(t *testing.T, o Options) *App {
	t.Helper()
	o.NoDrills = true
	a, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(a.unlisten(), a.db.Close(), unlock(a.lock)) })
	return a
}

func TestThePagesAreToldWhereCheckpointsWent(t *testing.T) {
	t.Parallel()
	up := true
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if !up {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	defer outside.Close()
	o := recorded(t, private.Text{}, "")
	o.CheckpointFile, o.CheckpointURL = filepath.Join(t.TempDir(), "notes"), outside.URL+"/secret-word"
	a := opened(t, o)
	k := keeping{a}
	list, err := k.Checkpoints(t.Context())
	if err != nil || len(list) != 2 || list[0].Number != 0 || list[0].Late {
		t.Fatalf("before anything was sent: %+v, %v", list, err)
	}
	must(t, a.publisher.turn(t.Context(), false))
	up = false
	must(t, a.db.Look(t.Context(), "p-sam", "page", "", a.clock.Now(), "visit/v9"))
	_, err = a.db.Seal(t.Context(), a.clock.Now())
	must(t, err)
	if err := a.publisher.turn(t.Context(), true); err == nil {
		t.Fatal("an address that answers 502 took a checkpoint")
	}
	list, err = k.Checkpoints(t.Context())
	must(t, err)
	file, address := list[0], list[1]
	if file.To != "the file "+o.CheckpointFile || file.Number <= address.Number || !file.FailedAt.IsZero() {
		t.Errorf("of the file: %+v", file)
	}
	if address.To != "the address at 127.0.0.1" || address.Number == 0 || address.FailedAt.IsZero() {
		t.Errorf("of the address: %+v", address)
	}
	if strings.Contains(fmt.Sprint(list), "secret-word") {
		t.Error("the address is shown whole")
	}
	up = true
	must(t, a.publisher.turn(t.Context(), true))
	if list, err = k.Checkpoints(t.Context()); err != nil || !list[1].FailedAt.IsZero() {
		t.Errorf("after it was sent: %+v, %v", list[1], err)
	}
}

func TestAPageChecksTheRecordAsTheCommandDoes(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	o.CheckpointFile = filepath.Join(t.TempDir(), "notes")
	a := opened(t, o)
	steps := 0
	count := func(int64, int64) { steps++ }
	found, err := keeping{a}.CheckRecord(t.Context(), count)
	if err != nil || found.Entries == 0 || steps == 0 {
		t.Errorf("%+v in %d steps, %v", found, steps, err)
	}
	must(t, a.publisher.turn(t.Context(), true))
	if found, err := (keeping{a}).CheckRecord(t.Context(), nil); err != nil || found.Agree != 1 {
		t.Errorf("against its own checkpoint: %+v, %v", found, err)
	}
	must(t, os.Rename(o.CheckpointFile, o.CheckpointFile+".aside"))
	for what, check := range map[string]func() error{
		"the page":    func() error { _, err := keeping{a}.CheckRecord(t.Context(), nil); return err },
		"the command": func() error { _, err := VerifyRecord(t.Context(), o, Audit{}); return err },
	} {
		for _, rest := range []string{"missing", "empty", "blank"} {
			switch rest {
			case "empty":
				must(t, os.WriteFile(o.CheckpointFile, nil, 0o600))
			case "blank":
				must(t, os.WriteFile(o.CheckpointFile, []byte("\n"), 0o600))
			}
			if err := check(); !isBreak(err) || !strings.Contains(err.Error(), "it lacks the checkpoint of entry 4,") {
				t.Errorf("%s with the file %s: %v", what, rest, err)
			}
		}
		must(t, os.Remove(o.CheckpointFile))
	}
	before := recorded(t, o.Key, "") // another installation's, whose notes are signed by another key
	other := opened(t, before)
	other.publisher.outlets = Options{CheckpointFile: o.CheckpointFile + "2"}.outlets()
	must(t, other.publisher.turn(t.Context(), true))
	a.o.CheckpointFile += "2"
	if _, err := (keeping{a}).CheckRecord(t.Context(), nil); err == nil {
		t.Error("another's checkpoints count")
	}
}

func TestThePagesAreToldOfBackups(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	o.BackupDir, o.Log = t.TempDir(), slog.New(slog.DiscardHandler)
	a := opened(t, o)
	k := keeping{a}
	b, err := k.Backups(t.Context())
	if err != nil || b.Late || b.Kept != 0 || !b.TriedAt.IsZero() || b.Keep != backupsKept {
		t.Errorf("at first: %+v, %v", b, err)
	}
	must(t, a.Drill(t.Context()))
	if b, err = k.Backups(t.Context()); err != nil || b.Late || b.Kept != 1 || b.TriedAt.IsZero() || b.Last.IsZero() || b.Apart {
		t.Errorf("after a drill: %+v, %v", b, err)
	}
	must(t, a.db.SetMeta(t.Context(), drillKey, a.clock.Now().Add(-48*time.Hour).Format(time.RFC3339Nano)))
	must(t, a.db.SetMeta(t.Context(), drillFailedKey, a.clock.Now().Add(-time.Hour).Format(time.RFC3339Nano)))
	must(t, os.RemoveAll(o.BackupDir))
	if b, err = k.Backups(t.Context()); err != nil || !b.Late || !b.Missing || b.FailedAt.IsZero() {
		t.Errorf("two days later: %+v, %v", b, err)
	}
	a.o.Demo = true
	if b, err = k.Backups(t.Context()); err != nil || !b.None {
		t.Errorf("of a demo: %+v, %v", b, err)
	}
}

// A page does not wait for a folder on a machine that does not answer: neither for that of the backups nor for that of the checkpoints.
func TestAPageWaitsForNoFolder(t *testing.T) {
	t.Parallel()
	o := recorded(t, private.Text{}, "")
	o.BackupDir, o.CheckpointFile = t.TempDir(), filepath.Join(t.TempDir(), "notes")
	a := opened(t, o)
	must(t, a.publisher.turn(t.Context(), true))
	defer hang(t, &a.backups)()
	defer hang(t, a.publisher.outlets[0].folder)()
	if b, err := (keeping{a}).Backups(t.Context()); err != nil || !b.Silent || b.Missing {
		t.Errorf("of the backups: %+v, %v", b, err)
	}
	if _, err := (keeping{a}).CheckRecord(t.Context(), nil); !errors.Is(err, errSilent) {
		t.Errorf("of the checkpoints: %v", err)
	}
}
