package bench
import ("context";"log/slog";"os";"path/filepath";"testing";"time";"github.com/allclear-safety/allclear/internal/private")
func TestZChild(t *testing.T) {
	dir := os.Getenv("ZCHILD")
	if dir == "" { t.Skip() }
	key, _ := os.ReadFile(filepath.Join(dir, "key"))
	tmp := t.TempDir()
	raw, _ := os.ReadFile(filepath.Join(dir, "bench.db"))
	os.WriteFile(filepath.Join(tmp, "bench.db"), raw, 0o600)
	at := place{database: "sqlite:" + filepath.Join(tmp, "bench.db"), folder: tmp, key: private.New(string(key))}
	o := Options{Log: slog.New(slog.DiscardHandler), Version: "z", Program: os.Getenv("PROG"), Environ: os.Environ()}
	p, err := startProvider()
	if err != nil { t.Fatal(err) }
	fs, err := o.watchServer(context.Background(), at, p, IdleSize{Visits: 100000, Workers: 20000, Settle: time.Duration(n("SETTLE", 15)) * time.Second, For: time.Duration(n("SECS", 65)) * time.Second})
	if err != nil { t.Fatal(err) }
	Print(os.Stdout, fs)
}
