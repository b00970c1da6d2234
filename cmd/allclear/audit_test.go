package main

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
)

func TestVerifySaysWhatARestoreCost(t *testing.T) {
	at := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	says := verified(store.Audited{Entries: 44, Head: store.Head{N: 44}, Lost: []store.Lost{{First: 41, Last: 57, MadeAt: at, RestoredAt: at.Add(5 * time.Hour), Checkpoints: 3}}, Agree: 2})
	want := "; checkpoints that agree: 2\nnot in the record: entries 41 to 57, which 3 checkpoints name, as a backup of 2026-11-22T03:00:00Z was restored on 2026-11-22T08:00:00Z"
	if !strings.HasSuffix(says, want) {
		t.Errorf("it says %q", says)
	}
}

func TestALossIsAFaultUnlessItsRestoreIsNamed(t *testing.T) {
	at := time.Date(2026, 11, 22, 8, 0, 0, 123456000, time.UTC)
	lost := []store.Lost{{First: 41, Last: 57, MadeAt: at.Add(-5 * time.Hour), RestoredAt: at, Checkpoints: 3}}
	err := auditVerifyCmd{Restored: []time.Time{at.Add(time.Hour)}}.excused(lost)
	if err == nil || !strings.HasSuffix(err.Error(), "if that was meant, say so by --restored 2026-11-22T08:00:00Z") {
		t.Errorf("it says %v", err)
	}
	if err := (auditVerifyCmd{Restored: []time.Time{at.Truncate(time.Second)}}).excused(lost); err != nil {
		t.Error(err)
	}
}
