package bench

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/vault"
)

func n(k string, d int) int { if v, err := strconv.Atoi(os.Getenv(k)); err == nil { return v }; return d }

func TestZKeep(t *testing.T) {
	dir := os.Getenv("ZDIR")
	if dir == "" { t.Skip() }
	key := vault.NewMaster()
	os.MkdirAll(dir, 0o755)
	os.WriteFile(filepath.Join(dir, "key"), []byte(key), 0o600)
	at := place{database: "sqlite:" + filepath.Join(dir, "bench.db"), folder: dir, key: private.New(string(key))}
	o := Options{Log: slog.New(slog.DiscardHandler), Version: "z"}
	b := time.Now()
	if err := o.load(context.Background(), at, IdleSize{Visits: n("V", 100000), Workers: n("W", 20000)}); err != nil { t.Fatal(err) }
	t.Log("loaded in", time.Since(b))
}

func TestZWatch(t *testing.T) {
	dir := os.Getenv("ZWATCH")
	if dir == "" { t.Skip() }
	key, _ := os.ReadFile(filepath.Join(dir, "key"))
	tmp := t.TempDir()
	for _, f := range []string{"bench.db"} {
		raw, _ := os.ReadFile(filepath.Join(dir, f))
		os.WriteFile(filepath.Join(tmp, f), raw, 0o600)
	}
	at := place{database: "sqlite:" + filepath.Join(tmp, "bench.db"), folder: tmp, key: private.New(string(key))}
	o := Options{Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Version: "z"}
	s, err := o.start(context.Background(), at)
	if err != nil { t.Fatal(err) }
	time.Sleep(time.Duration(n("SETTLE", 15)) * time.Second)
	f, _ := os.Create(os.Getenv("PROF"))
	pprof.StartCPUProfile(f)
	began, used := time.Now(), processorTime()
	for range n("SECS", 65) / 5 {
		u := processorTime()
		time.Sleep(5 * time.Second)
		t.Logf("%v: %.2f %%", time.Since(began).Round(time.Second), 100*(processorTime()-u).Seconds()/5)
	}
	t.Logf("all: %.2f %%", 100*(processorTime()-used).Seconds()/time.Since(began).Seconds())
	pprof.StopCPUProfile()
	f.Close()
	s.stop(context.Background())
}
