package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/jackc/pgx/v5"
)

// cluster is the throw-away PostgreSQL of this test binary: a server on a Unix socket, without a network and without fsync.
type cluster struct {
	socket    string
	databases atomic.Int64
}

// errMissing says that there is no PostgreSQL on this machine.
var errMissing = errors.New("no PostgreSQL server")

// theCluster is started by the first test that needs it. It ends with the process: see keeper.
var theCluster = sync.OnceValues(startCluster)

// freshPostgres gives the address of a new database with this version's tables.
func freshPostgres(t testing.TB) string {
	t.Helper()
	c, err := theCluster()
	if errors.Is(err, errMissing) {
		missing(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	name := "t" + strconv.FormatInt(c.databases.Add(1), 10)
	if err := c.run(t.Context(), "CREATE DATABASE "+name+" TEMPLATE migrated STRATEGY FILE_COPY"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // so that the cluster stays small enough for memory
		if err := c.run(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("clean up: %v", err)
		}
	})
	return c.address(name)
}

func (c *cluster) address(database string) string {
	return "postgres:///" + database + "?host=" + c.socket + "&user=postgres&sslmode=disable"
}

func (c *cluster) run(ctx context.Context, statement string) (err error) {
	conn, err := pgx.Connect(ctx, c.address("postgres"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	_, err = conn.Exec(ctx, statement)
	return err
}

// keeper runs the server and sees to its end. It reads from a pipe whose other end only this process holds: however the process ends, the
// read ends too, the server is stopped and the folder deleted. $0 is the folder with the programs, $1 the cluster's.
const keeper = `
"$0/initdb" -D "$1/data" -U postgres -A trust --no-sync --no-instructions -E UTF8 --locale=C >"$1/log" 2>&1 || exit 1
"$0/postgres" -D "$1/data" -k "$1" -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=200 \
	-c shared_buffers=64MB -c dynamic_shared_memory_type=mmap -c autovacuum=off -c jit=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=128MB -c deadlock_timeout=20ms >>"$1/log" 2>&1 &
server=$!
read line
kill -QUIT $server
wait $server
rm -rf "$1"
`

func startCluster() (*cluster, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(roomy(), "acpg") // a socket's path may have 107 bytes, which a test's own folder can exceed
	if err != nil {
		return nil, err
	}
	who, err := handOver(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := startKeeper(bin, dir, who); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	c := &cluster{socket: dir}
	if err := c.await(); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log")) // #nosec G304 -- the test's own file
		return nil, fmt.Errorf("start PostgreSQL: %w\n%s", err, log)
	}
	return c, c.migrateTemplate()
}

// room is what a cluster may come to need, in bytes: some 10 MB for each database that is there at once, and what was written ahead.
const room = 512 << 20

// roomy is where the cluster goes: in memory where there is room for it, as a database is three hundred files, which a disk makes and deletes
// at several times the cost.
func roomy() string {
	var shm syscall.Statfs_t
	if err := syscall.Statfs("/dev/shm", &shm); err == nil && shm.Bavail*uint64(shm.Bsize) >= room { // #nosec G115 -- a size is not negative
		return "/dev/shm"
	}
	return "/tmp"
}

// programs finds the newest server.
func programs() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres") // Debian keeps them out of the path
	if len(found) > 0 {
		newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
		return filepath.Dir(newest), nil
	}
	path, err := exec.LookPath("postgres")
	if err != nil {
		return "", fmt.Errorf("%w in /usr/lib/postgresql or the path", errMissing)
	}
	path, err = filepath.EvalSymlinks(path)
	return filepath.Dir(path), err
}

func version(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4])
	return n
}

// handOver gives the folder to a user the server may run as: it refuses root.
func handOver(dir string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(u.Uid)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.Atoi(u.Gid)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid) // #nosec G115 -- ids of a user, which the system gave
	}
	return nil, errors.New("start PostgreSQL: running as root, and there is no user postgres or nobody to run it as")
}

func startKeeper(bin, dir string, who *syscall.Credential) error {
	end, ours, err := os.Pipe()
	if err != nil {
		return err
	}
	defer end.Close()
	sh := exec.Command("/bin/sh", "-c", keeper, bin, dir) // #nosec G204 -- a constant script, for tests
	sh.Stdin, sh.Dir = end, dir
	sh.SysProcAttr = &syscall.SysProcAttr{Credential: who, Setsid: true} // an interrupt at the keyboard is not for it
	if err := sh.Start(); err != nil {
		return errors.Join(err, ours.Close())
	}
	hold(ours)
	return nil
}

// hold keeps the pipe's end open for the life of the process: a file that nothing holds would be closed by the garbage collector.
func hold(f *os.File) {
	if fd, err := syscall.Dup(int(f.Fd())); err == nil {
		syscall.CloseOnExec(fd)
		_ = f.Close()
	}
}

// await waits until the server answers.
func (c *cluster) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		err := c.run(ctx, "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// migrateTemplate makes the database that the others are cloned from. The master key is each clone's own: the template forgets its own.
func (c *cluster) migrateTemplate() error {
	ctx := context.Background()
	if err := c.run(ctx, "CREATE DATABASE migrated"); err != nil {
		return err
	}
	return store.MigrateOnly(ctx, c.address("migrated"))
}
