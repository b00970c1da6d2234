package main

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/app"
	"github.com/allclear-safety/allclear/internal/store"
)

func TestVerifySaysWhatARestoreCost(t *testing.T) {
	at := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	says := verified(app.Audited{Audited: store.Audited{Entries: 44, Head: store.Head{N: 44}, Lost: []store.Lost{{First: 41, Last: 57, MadeAt: at, RestoredAt: at.Add(5 * time.Hour), Checkpoints: 3}}}, Checkpoints: 2})
	want := "; checkpoints that agree: 2\nnot in it: entries 41 to 57, which 3 checkpoints name, as a backup of 2026-11-22T03:00:00Z was restored on 2026-11-22T08:00:00Z"
	if !strings.HasSuffix(says, want) {
		t.Errorf("it says %q", says)
	}
}
