package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/vault"
)

// erasedList is a file that has a mark for everyone whose words were erased, a line each: no backup is to bring them back. One is beside the
// key, and one beside each backup. A mark says nothing of its owner to whoever lacks the master key, and does nothing where no backup is put
// back.
type erasedList string

// erasedFile is where an installation keeps its own. Each node of several has one, with what all of them erased.
func erasedFile(database string) erasedList {
	return erasedList(besideDatabase(database, ".erased"))
}

// erasedBeside is the list in a folder of backups.
func erasedBeside(dir string) erasedList { return erasedList(filepath.Join(dir, "allclear.erased")) }

// carriedFile has the marks that were put beside backups made by hand, where there is no folder for nightly ones: check says which were not.
func carriedFile(database string) erasedList {
	return erasedList(strings.TrimSuffix(KeyFile(database), ".key") + ".carried")
}

// marks of erasures.
type marks map[string]bool

// lacks is how many of others are not among them.
func (m marks) lacks(others marks) (n int) {
	for mark := range others {
		if !m[mark] {
			n++
		}
	}
	return n
}

// sum tells one set of marks from another; "" is none.
func (m marks) sum() string {
	if len(m) == 0 {
		return ""
	}
	digest := sha256.New()
	for _, mark := range slices.Sorted(maps.Keys(m)) {
		digest.Write([]byte(mark + "\n"))
	}
	return hex.EncodeToString(digest.Sum(nil))
}

// read gives the marks. No list is an empty one.
func (l erasedList) read() (marks, error) {
	text, err := os.ReadFile(string(l))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read what was erased: %w", err)
	}
	m := marks{}
	for line := range bytes.Lines(text) {
		if mark := string(bytes.TrimSpace(line)); mark != "" {
			m[mark] = true
		}
	}
	return m, nil
}

// add adds the marks that are not there yet, durably, and gives what was there before. Several may add at once: the worst is a mark twice.
func (l erasedList) add(more marks) (before marks, err error) {
	if before, err = l.read(); err != nil {
		return nil, err
	}
	var fresh []string
	for mark := range more {
		if !before[mark] {
			fresh = append(fresh, mark)
		}
	}
	if len(fresh) == 0 {
		return before, nil
	}
	slices.Sort(fresh)
	if err := l.append(fresh); err != nil {
		return before, fmt.Errorf("note what was erased: %w", err)
	}
	return before, nil
}

func (l erasedList) append(fresh []string) (err error) {
	f, err := os.OpenFile(string(l), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	ownedLikeFolder(f)
	if _, err := f.WriteString("\n" + strings.Join(fresh, "\n") + "\n"); err != nil { // a line before it may have been cut off
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return vault.SyncFolder(filepath.Dir(string(l)))
}

// marksOf turns a list into a set.
func marksOf(list []string) marks {
	m := marks{}
	for _, mark := range list {
		m[mark] = true
	}
	return m
}

// noteErased brings our own list up to what the database says was erased after the seq-th entry of its chain of erasures, by whatever node,
// and gives how far that is. It follows the erasure: what a kill cuts off is made good the next time.
func noteErased(ctx context.Context, db *store.DB, o Options, seq int64) (last int64, err error) {
	fresh, last, err := db.ErasureMarks(ctx, seq)
	if err != nil || len(fresh) == 0 {
		return seq, err
	}
	is := marksOf(fresh)
	before, err := erasedFile(o.Database).add(is)
	if err != nil {
		return seq, err
	}
	met, err := db.Meta(ctx, erasedKey)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return seq, err
	}
	if maps.Copy(is, before); met == before.sum() && met != is.sum() { // what it erased itself it need not be asked about at the next start
		return last, db.SetMeta(ctx, erasedKey, is.sum())
	}
	return last, nil
}

// erasedKey is the fact that says which marks were last held against a database.
const erasedKey = "erased"

// eraseAgain erases in a database what was erased before it was put back, but for what stays, and gives how many went and how many stayed. A
// database that has met these marks already is not walked again; it has once nobody of them is left.
func eraseAgain(ctx context.Context, db *store.DB, m marks, at time.Time, stays func(retain.Record) retain.Why) (erased, stayed int, err error) {
	if len(m) == 0 {
		return 0, 0, nil
	}
	met, err := db.Meta(ctx, erasedKey)
	if err != nil && !errors.Is(err, store.ErrNotFound) || met == m.sum() {
		return 0, 0, err
	}
	erased, stayed, err = db.EraseAgain(ctx, m, at, stays)
	if err != nil || stayed > 0 {
		return erased, stayed, err
	}
	return erased, 0, db.SetMeta(ctx, erasedKey, m.sum())
}

// all lets everything go: in a database that was just put back, what is live or held is what was so then.
func all(retain.Record) retain.Why { return "" }

// inUse keeps what somebody is watched by, what is open or still to be sent, and what a legal hold is on. That somebody is here keeps them not:
// they are whenever they were erased while they were.
func inUse(r retain.Record) retain.Why {
	switch {
	case r.Live && r.Kind != retain.Person:
		return retain.StaysLive
	case r.Open:
		return retain.StaysOpen
	case r.Held:
		return retain.StaysHeld
	}
	return ""
}

// erasedForRestore are all marks that can be had when a backup is put back: of this node, and of the lists beside the backup.
func erasedForRestore(o Options, backup string) (marks, error) {
	m, err := erasedFile(o.Database).read()
	if err != nil {
		return nil, err
	}
	there, err := os.ReadDir(filepath.Dir(backup))
	if err != nil {
		return nil, fmt.Errorf("look for what was erased: %w", err)
	}
	for _, f := range there {
		if filepath.Ext(f.Name()) != ".erased" {
			continue
		}
		beside, err := erasedList(filepath.Join(filepath.Dir(backup), f.Name())).read()
		if err != nil {
			return nil, err
		}
		maps.Copy(m, beside)
	}
	return m, nil
}

// erasedThere are the marks of what the database that is about to be replaced says was erased: a kill may have come before they were noted.
// There are none where it is not there, empty or damaged. It is not looked into where it does not even begin as a database, as SQLite would
// drop the log that lies beside it.
func erasedThere(ctx context.Context, o Options) marks {
	path := sqlitePath(o.Database)
	if info, err := os.Stat(path); path == "" || err != nil || info.Size() == 0 || isDatabase(o) != nil {
		return nil
	}
	db, err := Open(ctx, o, true)
	if err != nil {
		return nil
	}
	list, _, err := db.ErasureMarks(ctx, 0)
	if errors.Join(err, db.Close()) != nil {
		return nil
	}
	return marksOf(list)
}

// eraseAgain holds the list against the database, at a start and each hour after: what was in use goes once it is not. What is wrong with it
// stops no alarm.
func (a *App) eraseAgain(ctx context.Context) error {
	m, err := erasedFile(a.o.Database).read()
	if err == nil && m.sum() == a.erased.met {
		return nil
	}
	erased, stayed := 0, 0
	if err == nil {
		erased, stayed, err = eraseAgain(ctx, a.db, m, a.clock.Now(), inUse)
	}
	if erased > 0 {
		a.o.Log.Warn("erased again what an older copy of the database had", "owners", erased)
	}
	if stayed > 0 {
		a.o.Log.Warn("what was erased before is in use or held, and stays until that ends", "owners", stayed)
	}
	if err != nil {
		return fmt.Errorf("erase again what was erased before: %w", err)
	}
	if stayed == 0 {
		a.erased.met = m.sum()
	}
	return nil
}

// erasures is how far this node has come with the lists of what was erased.
type erasures struct {
	met    string       // the marks that were held against the database and of which nobody is left: nodes may have different lists
	noted  atomic.Int64 // how far the chain of erasures is in our own list
	copied int64        // and in that beside the nightly backups
}

const (
	erasedEvery = time.Second      // how soon an erasure of another node is in our own list
	noteAgain   = time.Minute      // how soon it is tried again where it could not be
	copyAgain   = 10 * time.Minute // and the list beside the backups, which may be on another machine
	erasedAgain = time.Hour        // how often the list is held against the database
)

// errand is something that is done for the lists again and again. One that fails, or waits for a folder, holds up none of the others.
type errand struct {
	do           func(context.Context) error
	every, again time.Duration // how long after it went well it is done again, and how long after it failed
	next         time.Time     // not before that
}

// errands are what there is to do for the lists: our own first, as all the rest can be made from it.
func (a *App) errands(at time.Time) []*errand {
	return []*errand{
		{do: a.noteErased, again: noteAgain},
		{do: a.carryErased, again: copyAgain},
		{do: a.eraseAgain, every: erasedAgain, again: erasedAgain, next: at.Add(erasedAgain)}, // the start itself did so
	}
}

// turn does an errand whose time has come.
func (e *errand) turn(ctx context.Context, at time.Time) error {
	if at.Before(e.next) {
		return nil
	}
	err := e.do(ctx)
	if e.next = at.Add(e.every); err != nil {
		e.next = at.Add(e.again)
	}
	return err
}

// keepErased keeps the lists up to date, until ctx ends.
func (a *App) keepErased(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, e := range a.errands(time.Now()) {
		wg.Go(func() { a.keepTurning(ctx, e) }) // ends with ctx
	}
	wg.Wait()
	return nil
}

func (a *App) keepTurning(ctx context.Context, e *errand) {
	tick := time.NewTicker(erasedEvery)
	defer tick.Stop()
	for {
		if err := e.turn(ctx, time.Now()); err != nil && ctx.Err() == nil {
			a.o.Log.Error("keep the list of what was erased", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// noteErased brings our own list up to the record.
func (a *App) noteErased(ctx context.Context) error {
	last, err := noteErased(ctx, a.db, a.o, a.erased.noted.Load())
	a.erased.noted.Store(last)
	return err
}

// carryErased brings the list beside the nightly backups up to our own.
func (a *App) carryErased(ctx context.Context) error {
	noted := a.erased.noted.Load()
	if a.o.BackupDir == "" || a.erased.copied == noted {
		return nil
	}
	if err := a.copyErased(ctx); err != nil {
		return fmt.Errorf("beside the backups: %w", err)
	}
	a.erased.copied = noted
	return nil
}

// copyErased adds our marks to the list beside the nightly backups.
func (a *App) copyErased(ctx context.Context) error {
	return a.backups.do(ctx, a.o.BackupDir, listWithin, func(context.Context) error {
		m, err := erasedFile(a.o.Database).read()
		if err == nil && len(m) > 0 {
			_, err = erasedBeside(a.o.BackupDir).add(m)
		}
		return err
	})
}
