package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/allclear-safety/allclear/internal/vault"
)

const (
	// groupJobs and groupWork bound one commit, so that nothing holds the write lock for long: a statement takes 10 to 20 µs.
	groupJobs = 256
	groupWork = 400
	// sharedWork bounds what is done besides in a commit that texts received wait for: their senders wait too.
	sharedWork = 200
)

// writer is the one goroutine that writes to SQLite. It takes all that waits, runs each job under a savepoint of one transaction, commits
// once, and answers each: under load the price of a durable write is shared by all who wait for it.
type writer struct {
	db      *DB
	conn    *sql.Conn
	on      *prepared
	queue   chan *job
	stop    chan struct{} // closed by close
	stopped chan struct{} // closed when the goroutine has ended
	once    sync.Once
	broken  chan struct{} // closed when a commit could not be made durable
	cause   error         // why; set before broken is closed
}

// job is one unit of writing.
type job struct {
	run     func(*tx) error
	receive *receiving // set instead of run: such jobs share a statement
	state   atomic.Int32
	done    chan error
	keys    map[string]vault.Key
	round   int64 // of the keyring when the keys were read
	err     error // what run said
}

// The states of a job. One whose caller gave up before it was begun is never run.
const (
	queued int32 = iota
	begun
	abandoned
)

func startWriter(db *DB, conn *sql.Conn) *writer {
	w := &writer{
		db: db, conn: conn, on: &prepared{on: conn},
		queue: make(chan *job, groupJobs), stop: make(chan struct{}), stopped: make(chan struct{}), broken: make(chan struct{}),
	}
	go w.loop() // ended by close
	return w
}

// do gives a job to the writer and waits for the answer. A context that ends before the job is begun withdraws it; once begun, the answer
// is waited for, so that it is always known.
func (w *writer) do(ctx context.Context, j *job) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j.done = make(chan error, 1)
	select {
	case w.queue <- j:
	case <-w.stop:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-j.done:
		return err
	case <-w.stopped:
		select {
		case err := <-j.done:
			return err
		default:
			return ErrClosed
		}
	case <-ctx.Done():
		if j.state.CompareAndSwap(queued, abandoned) {
			return ctx.Err()
		}
		return <-j.done
	}
}

// close lets the writer finish what was given to it, and ends it.
func (w *writer) close() error {
	w.once.Do(func() { close(w.stop) })
	<-w.stopped
	return errors.Join(w.on.close(), w.conn.Close())
}

func (w *writer) loop() {
	defer close(w.stopped)
	for {
		select {
		case j := <-w.queue:
			w.drain(j)
		case <-w.stop:
			for len(w.queue) > 0 {
				w.drain(<-w.queue)
			}
			return
		}
	}
}

// drain commits a job and all that waits behind it. What comes in the meantime is taken up with each commit: a text received goes first, and
// must not wait for the work that was there before it.
func (w *writer) drain(j *job) {
	jobs := begin(w.more([]*job{j}))
	for len(jobs) > 0 {
		jobs = w.commit(jobs)
		taken := len(jobs)
		jobs = w.more(jobs)
		jobs = append(jobs[:taken], begin(jobs[taken:])...)
	}
}

// more takes what waits, without waiting for it.
func (w *writer) more(jobs []*job) []*job {
	for len(jobs) < groupJobs {
		select {
		case j := <-w.queue:
			jobs = append(jobs, j)
			continue
		default:
		}
		break
	}
	return jobs
}

// begin leaves out the jobs whose callers gave up.
func begin(jobs []*job) []*job {
	kept := jobs[:0]
	for _, j := range jobs {
		if j.state.CompareAndSwap(queued, begun) {
			kept = append(kept, j)
		}
	}
	return kept
}

func answer(jobs []*job, err error) {
	for _, j := range jobs {
		j.done <- err
	}
}

// commit runs jobs in one transaction until its work is enough, answers those it ran, and gives back the rest.
//
// The context is the writer's own: one that is cancelled would make SQLite roll back everyone's work.
func (w *writer) commit(jobs []*job) (rest []*job) {
	select {
	case <-w.broken:
		answer(jobs, fmt.Errorf("write to the database: stopped after the disk failed: %w", w.cause))
		return nil
	default:
	}
	ctx := context.Background()
	if _, err := w.on.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		answer(jobs, explain("write to the database", "", err))
		return nil
	}
	ran, rest, err := w.runAll(ctx, jobs)
	if err != nil { // the transaction is gone: nothing of it was kept
		_, _ = w.on.exec(ctx, "ROLLBACK")
		answer(ran, explain("write to the database", "", err))
		return rest
	}
	if _, err := w.on.exec(ctx, "COMMIT"); err != nil {
		_, _ = w.on.exec(ctx, "ROLLBACK")
		w.notDurable(err)
		answer(ran, fmt.Errorf("%w: %w", ErrUnknown, explain("commit", "", err)))
		return rest
	}
	for _, j := range ran {
		if j.err == nil {
			w.db.keys.put(j.round, j.keys)
		}
		j.done <- j.err
	}
	return rest
}

// runAll runs jobs, the texts received first and together. The error means that the transaction itself is lost.
func (w *writer) runAll(ctx context.Context, jobs []*job) (ran, rest []*job, err error) {
	received, others := apart(jobs)
	work, err := w.receiveAll(ctx, received)
	if err != nil {
		return received, others, err
	}
	most := groupWork
	if len(received) > 0 {
		most = sharedWork
	}
	for i, j := range others {
		if work > most && i > 0 {
			return append(received, others[:i]...), others[i:], nil
		}
		n, err := w.runOne(ctx, j)
		if err != nil {
			return append(received, others[:i+1]...), others[i+1:], err
		}
		work += n
	}
	return append(received, others...), nil, nil
}

func apart(jobs []*job) (received, others []*job) {
	for _, j := range jobs {
		if j.receive != nil {
			received = append(received, j)
		} else {
			others = append(others, j)
		}
	}
	return received, others
}

// runOne runs a job under a savepoint: what fails in it is undone, and the others' work stays.
func (w *writer) runOne(ctx context.Context, j *job) (work int, lost error) {
	if _, err := w.on.exec(ctx, "SAVEPOINT job"); err != nil {
		return 0, err
	}
	t := &tx{ctx: ctx, db: w.db, on: w.on, round: w.db.keys.now()}
	j.err = j.run(t)
	j.keys, j.round = t.keys, t.round
	if j.err != nil {
		if _, err := w.on.exec(ctx, "ROLLBACK TO job"); err != nil {
			return t.work, errors.Join(j.err, err)
		}
		j.err = explain("write to the database", "", j.err)
	}
	_, err := w.on.exec(ctx, "RELEASE job")
	return t.work, err
}

// receiveAll stores texts received, as many as there are by one statement. When that fails each is tried by itself: one that the database
// refuses must not hold up the others.
func (w *writer) receiveAll(ctx context.Context, jobs []*job) (work int, lost error) {
	for len(jobs) > 0 {
		n := min(len(jobs), receiveRows)
		batch := jobs[:n]
		jobs = jobs[n:]
		together := &job{run: func(t *tx) error { return t.receive(batch) }}
		ran, err := w.runOne(ctx, together)
		if err != nil {
			return work, err
		}
		work += ran
		for _, j := range batch {
			j.keys, j.round = together.keys, together.round
		}
		if together.err == nil {
			continue
		}
		for _, j := range batch {
			j.run = func(t *tx) error { return t.receive([]*job{j}) }
			if _, err := w.runOne(ctx, j); err != nil {
				return work, err
			}
		}
	}
	return work, nil
}

// notDurable stops the writer for good when the disk broke its promise. After a failed fsync Linux may drop the pages and report success
// the next time: only the next process, which reads what is truly there, may go on.
func (w *writer) notDurable(err error) {
	if diskFailed(err) {
		w.cause = err
		close(w.broken)
	}
}
