package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// mount is a folder that may be another machine's, and so may not answer for hours: no call of the system on it can be taken back. What is
// done there is done by a goroutine that is left behind, one at a time, and nobody waits for it longer than they said.
type mount struct {
	turn chan struct{} // taken while something is done
	once sync.Once
	most time.Duration // nobody waits longer than that; 0: as long as they say
}

const (
	listWithin = time.Minute      // for the list of the erased
	copyWithin = 30 * time.Minute // for a backup
	lookWithin = 5 * time.Second  // for whether the folder is there
)

var errSilent = errors.New("does not answer")

func isFolder(dir string) error {
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = syscall.ENOTDIR
	}
	return err
}

// do does something in the folder. what must end once its context does, as soon as the folder answers.
func (m *mount) do(ctx context.Context, dir string, within time.Duration, what func(context.Context) error) error {
	m.once.Do(func() { m.turn = make(chan struct{}, 1) })
	if m.most > 0 {
		within = m.most
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	silent := fmt.Errorf("the folder %s %w; see that what is mounted there can be reached", dir, errSilent)
	select {
	case m.turn <- struct{}{}:
	case <-ctx.Done():
		return silent
	}
	done := make(chan error, 1)
	go func() { // ends when the folder answers
		err := what(ctx)
		<-m.turn
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil && ctx.Err() != nil {
			return fmt.Errorf("%w: %w", silent, err)
		}
		return err
	case <-ctx.Done():
		return silent
	}
}

// nightly looks what nightly backups are in the folder now.
func (m *mount) nightly(ctx context.Context, dir string) (list, ahead []string, err error) {
	type files struct{ list, ahead []string }
	found := make(chan files, 1) // as whoever looks may be left behind
	err = m.do(ctx, dir, lookWithin, func(context.Context) error {
		if err := isFolder(dir); err != nil {
			return err
		}
		list, ahead, err := nightly(dir, time.Now())
		found <- files{list, ahead}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	f := <-found
	return f.list, f.ahead, nil
}

// copyDraft copies a draft into another folder, durably, under a name of its own, and gives that. It looks first whether there is room, and
// ends soon after its context does.
func copyDraft(ctx context.Context, draft *os.File, dir string) (name string, err error) {
	info, err := draft.Stat()
	if err != nil {
		return "", fmt.Errorf("copy backup: %w", err)
	}
	if err := roomForCopy(info, dir); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, draftPattern)
	if err != nil {
		return "", fmt.Errorf("copy backup: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(fmt.Errorf("copy backup: %w", err), os.Remove(f.Name()))
		}
	}()
	if _, err := io.Copy(&inSteps{f: f}, &until{ctx, io.NewSectionReader(draft, 0, info.Size())}); err != nil {
		return "", err
	}
	return f.Name(), f.Sync()
}

// roomForCopy refuses a copy for which the folder has no room. On a disk that has the database too some is spared.
func roomForCopy(draft os.FileInfo, dir string) error {
	var disk unix.Statfs_t
	if err := unix.Statfs(dir, &disk); err != nil {
		return fmt.Errorf("look for room in %s: %w", dir, err)
	}
	there, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("look for room in %s: %w", dir, err)
	}
	need := uint64(draft.Size()) + 1<<20 // #nosec G115 -- a size is not negative
	if onOneDisk(there, draft) {
		need += roomSpared
	}
	if free := uint64(disk.Bavail) * uint64(disk.Bsize); free < need { // #nosec G115 -- sizes are not negative
		return fmt.Errorf("the folder %s has too little room for the backup: %d MB are free, and %d MB are needed; make room", dir, free>>20, need>>20)
	}
	return nil
}

// onOneDisk says whether two files are on the same.
func onOneDisk(a, b os.FileInfo) bool {
	one, known := a.Sys().(*syscall.Stat_t)
	other, too := b.Sys().(*syscall.Stat_t)
	return known && too && one.Dev == other.Dev
}

// until is a reader that ends with its context.
type until struct {
	ctx context.Context
	io.Reader
}

func (u *until) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.Reader.Read(p)
}

// ownedLikeFolder gives a file that root has just made to whom its folder belongs: the server may run as them. Where the file system does not
// let root do so, root's it stays.
func ownedLikeFolder(f *os.File) {
	info, err := os.Stat(filepath.Dir(f.Name()))
	if err != nil || os.Geteuid() != 0 {
		return
	}
	if owner, known := info.Sys().(*syscall.Stat_t); known {
		_ = f.Chown(int(owner.Uid), int(owner.Gid))
	}
}
