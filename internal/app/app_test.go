package app

import (
	"errors"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/demo"
	"github.com/allclear-safety/allclear/internal/store"
)

func TestARefusalLeavesThePlaceFree(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	here := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	o := Options{Database: "sqlite:" + t.TempDir() + "/real.db", Listen: here, Demo: true, Log: slog.New(slog.DiscardHandler)}
	db, err := Open(t.Context(), o, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.PutTeam(t.Context(), store.Team{ID: "real", Name: "Real", Zone: "Europe/London"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := New(t.Context(), o); !errors.Is(err, demo.ErrNotDemo) {
		t.Fatalf("a demo on someone's database: %v", err)
	}
	again, err := net.Listen("tcp", here)
	if err != nil {
		t.Fatalf("after the refusal: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
