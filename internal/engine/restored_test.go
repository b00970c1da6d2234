package engine_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// A machine is lost after a backup, and the backup is restored elsewhere hours later: what fell due meanwhile is done at once.
func TestARestoredBackupRaisesWhatFellDue(t *testing.T) {
	for kind, place := range map[string]func(testing.TB) storetest.Place{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			from := place(t)
			w := newWorld(t, from.Open(t), nil)
			gone := w.book()
			later := w.book(forJo, func(b *engine.Booking) {
				b.StartsAt, b.ExpectedEndAt = sunday.Add(6*time.Hour), sunday.Add(7*time.Hour)
			})
			w.alive()
			w.readAll()
			var backup bytes.Buffer
			_, err := w.db.Backup(t.Context(), &backup, store.Backup{MadeAt: w.clock.Now()})
			w.must(err)

			to := storetest.SQLite(t)
			to.Options.Vault = from.Options.Vault
			_, err = store.Restore(t.Context(), &backup, to.Options.URL)
			w.must(err)
			w.db = to.Open(t)
			w.sleep(3 * time.Hour)
			w.crash()
			w.must(w.engine.Resume(t.Context()))
			w.settle()
			w.is(gone, watch.Overdue)
			w.is(later, watch.Booked)
			alarms, down := 0, 0
			for _, text := range w.phone(sam).read() {
				switch {
				case strings.Contains(text, "Allclear was down"):
					down++
				case strings.Contains(text, w.visit(gone).Reference+" 17:00 LATE: Contact the police now"): // its turn has come too
					alarms++
				}
			}
			if alarms == 0 || down != 1 {
				t.Errorf("Sam was told of %d alarms, and %d times of the gap", alarms, down)
			}
			w.until(sunday.Add(9 * time.Hour))
			w.is(later, watch.Overdue) // and it goes on
		})
	}
}

func TestAFailedBackupIsToldOnceADay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range 3 {
			w.must(w.engine.TellBackup(t.Context()))
		}
		w.settle()
		told := 0
		for _, text := range w.phone(sam).read() {
			if strings.Contains(text, "backup failed") && strings.Contains(text, "Alarms still work") {
				told++
			}
		}
		if told != 1 {
			t.Errorf("told %d times", told)
		}
	})
}

func TestACertificateThatEndsIsToldOnceADay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range 3 {
			w.must(w.engine.TellCertificateEnds(t.Context(), sunday.AddDate(0, 0, 7)))
			w.must(w.engine.TellCertificateEnded(t.Context(), sunday))
		}
		w.settle()
		told := map[string]int{}
		for _, text := range w.phone(sam).read() {
			for _, says := range []string{"Our web certificate ends", "Our web certificate has ended"} {
				if strings.Contains(text, says) {
					told[says]++
				}
			}
		}
		if told["Our web certificate ends"] != 1 || told["Our web certificate has ended"] != 1 {
			t.Errorf("told %v", told)
		}
	})
}
