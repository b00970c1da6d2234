package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/vault"
)

// TestMain lets the binary be the other process of the tests that need one.
func TestMain(m *testing.M) {
	var err error
	switch os.Getenv(childEnv) {
	case "":
		os.Exit(m.Run())
	case "open":
		_, err = openChild()
	case "limit":
		err = writeUnderALimit()
	case "write":
		err = writeUntilKilled()
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// placeWithKey is a place whose master key can be given to another process.
func placeWithKey(t testing.TB) (storetest.Place, string) {
	t.Helper()
	p := storetest.SQLite(t)
	key := vault.NewMaster()
	v, err := vault.Open(key)
	must(t, err)
	p.Options.Vault = v
	return p, string(key)
}

func openChild() (*store.DB, error) {
	v, err := vault.Open([]byte(os.Getenv("CHILD_KEY")))
	if err != nil {
		return nil, err
	}
	return store.Open(context.Background(), store.Options{URL: os.Getenv("CHILD_URL"), Vault: v})
}

// writeUnderALimit writes until no file may grow any more.
func writeUnderALimit() error {
	db, err := openChild()
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ)
	const limit = 1 << 20
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		return err
	}
	for i := 0; ; i++ {
		l, err := db.Load(context.Background(), "p-priya")
		if err != nil {
			return err
		}
		if err := db.Commit(context.Background(), next(l, fmt.Sprint("text-", i))); err != nil {
			return err
		}
	}
}

// writeUntilKilled has eight workers commit and eight senders send, and says on a line of its own what was acknowledged.
func writeUntilKilled() error {
	db, err := openChild()
	if err != nil {
		return err
	}
	ctx := context.Background()
	var mu sync.Mutex
	acknowledged := func(what string, n int64) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Println(what, n)
	}
	start := os.Getpid()
	for w := range 8 {
		worker := fmt.Sprint("p-", w)
		go func() {
			for {
				l, err := db.Load(ctx, worker)
				if err == nil {
					c := next(l, fmt.Sprintf("%s-%d", worker, l.Revision+1))
					c.Messages = []store.Message{{ID: c.Entries[0].ID, CreatedAt: nine, NextAt: nine}}
					err = db.Commit(ctx, c)
				}
				if err != nil {
					fmt.Println("error", err)
					return
				}
				acknowledged(worker, l.Revision+1)
			}
		}()
		go func() {
			for i := int64(0); ; i++ {
				r := store.Received{Provider: fmt.Sprint("gateway-", start, "-", w), ID: fmt.Sprint(i), ReceivedAt: nine, StoredAt: nine}
				if _, err := db.Receive(ctx, r); err != nil {
					fmt.Println("error", err)
					return
				}
				acknowledged(r.Provider, i)
			}
		}()
	}
	for {
		select {
		case <-db.Failed(): // with nothing left to seal, Seal would not hear of it; told as the workers tell theirs
			return errors.New("error stopped after the disk failed")
		default:
		}
		if _, err := db.Seal(ctx, nine); err != nil {
			return err
		}
	}
}

// TestWhatWasAcknowledgedSurvivesAKill kills a writing process again and again, each time after a number of acknowledgements drawn by lot.
func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	p, key := placeWithKey(t)
	chance := rand.New(rand.NewPCG(1, 2))
	last := map[string]int64{}
	for round := range 12 {
		cmd := child(t, "write", p, key)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		killAfter(t, cmd.Process, out, 1+chance.IntN(600), last)
		_ = cmd.Wait() // it was killed
		survived(t, p, round, last)
	}
	verifies(t, p)
}

// killAfter kills the process once it has acknowledged n writes, and notes the last of each writer, those too that were on their way.
func killAfter(t *testing.T, process *os.Process, out io.Reader, n int, last map[string]int64) {
	t.Helper()
	lines := bufio.NewScanner(out)
	for i := 0; lines.Scan(); i++ {
		acknowledge(t, last, lines.Text())
		if i == n {
			must(t, process.Kill())
		}
	}
}

// acknowledge notes one line of what the writer says was kept.
func acknowledge(t *testing.T, last map[string]int64, line string) {
	t.Helper()
	who, number, _ := strings.Cut(strings.TrimSpace(line), " ")
	v, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		t.Fatalf("the writer says: %s", line)
	}
	last[who] = v
}

func survived(t *testing.T, p storetest.Place, round int, last map[string]int64) {
	t.Helper()
	db := p.Open(t)
	defer func() { must(t, db.Close()) }()
	for who, n := range last {
		if !strings.HasPrefix(who, "p-") {
			for _, i := range []int64{0, n} {
				if _, err := db.ReceivedByID(t.Context(), store.ReceivedRef{Provider: who, ID: strconv.FormatInt(i, 10)}); err != nil {
					t.Errorf("round %d: text %d of %s was acknowledged: %v", round, i, who, err)
				}
			}
			continue
		}
		l := load(t, db, who)
		if l.Revision < n || l.Revision > n+1 { // one more may have been kept and not answered
			t.Errorf("round %d: worker %s was acknowledged %d, and has %d", round, who, n, l.Revision)
		}
		if _, err := db.Message(t.Context(), fmt.Sprintf("%s-%d", who, l.Revision)); err != nil {
			t.Errorf("round %d: worker %s is at %d, and its message is not there: %v", round, who, l.Revision, err)
		}
		last[who] = l.Revision // what was kept and not answered counts from now on, too
	}
}
