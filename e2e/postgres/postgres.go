// Package postgres is a throw-away PostgreSQL cluster: made in a folder of its own under the machine's temporary one,
// reached by a socket only, and gone when it is stopped.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// startWithin is how long the server may take to answer.
const startWithin = 20 * time.Second

// Cluster is one running server.
type Cluster struct {
	dir    string
	server *exec.Cmd
	made   atomic.Int64
}

// Start makes a cluster and runs it, with more settings of its own as NAME=value.
func Start(ctx context.Context, settings ...string) (*Cluster, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "allclear-pg") // short: a socket's path has at most 107 bytes
	if err != nil {
		return nil, fmt.Errorf("make cluster's folder: %w", err)
	}
	c := &Cluster{dir: dir}
	if err := c.start(ctx, bin, settings); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, bin string, settings []string) error {
	as, err := unprivileged(c.dir)
	if err != nil {
		return err
	}
	data := filepath.Join(c.dir, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-U", "allclear", "-A", "trust", "--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C") // #nosec G204 -- the program that the developer names
	initdb.SysProcAttr, initdb.Dir = as, c.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	// fsync stays off: what is killed in these plays is Allclear, never the machine.
	args := []string{"-D", data, "-k", c.dir, "-c", "listen_addresses=", "-c", "fsync=off",
		"-c", "full_page_writes=off", "-c", "max_connections=300", "-c", "shared_buffers=64MB", "-c", "log_min_messages=fatal"}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	// #nosec G204 -- the program that the developer names
	c.server = exec.Command(filepath.Join(bin, "postgres"), args...)
	c.server.SysProcAttr, c.server.Dir = as, c.dir
	if err := c.server.Start(); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	return c.await(ctx)
}

// await waits until the server answers.
func (c *Cluster) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.url("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for postgres: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Database makes an empty database and returns its address.
func (c *Cluster) Database(ctx context.Context) (url string, err error) {
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return "", fmt.Errorf("reach postgres: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	name := "play" + strconv.FormatInt(c.made.Add(1), 10)
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name+" STRATEGY FILE_COPY"); err != nil {
		return "", fmt.Errorf("make database: %w", err)
	}
	return c.url(name), nil
}

// Folder is where the server keeps its files.
func (c *Cluster) Folder() string { return filepath.Join(c.dir, "data") }

func (c *Cluster) url(database string) string {
	return "postgres://allclear@/" + database + "?host=" + c.dir + "&sslmode=disable"
}

// Stop ends the server at once and removes all it kept.
func (c *Cluster) Stop() {
	if c.server != nil && c.server.Process != nil {
		_ = c.server.Process.Signal(syscall.SIGQUIT) // immediate; gone already is as good
		_ = c.server.Wait()
	}
	_ = os.RemoveAll(c.dir) // in the temporary folder in any case
}

// programs finds the server's programs: $PGBIN, Debian's newest, or those on the path.
func programs() (string, error) {
	if dir := os.Getenv("PGBIN"); dir != "" {
		return dir, nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	newest, dir := 0, ""
	for _, name := range found {
		if v, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(name)))); err == nil && v > newest {
			newest, dir = v, filepath.Dir(name)
		}
	}
	if dir != "" {
		return dir, nil
	}
	name, err := exec.LookPath("postgres")
	if err != nil {
		return "", errors.New("PostgreSQL's server is not installed: on Debian, apt-get install postgresql")
	}
	if name, err = filepath.EvalSymlinks(name); err != nil {
		return "", fmt.Errorf("find PostgreSQL's programs: %w", err)
	}
	return filepath.Dir(name), nil
}

// unprivileged gives dir to a user other than root, as whom PostgreSQL is willing to run, and dies with us.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	as := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		return as, nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		who, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("find a user to run PostgreSQL as: %w", err)
	}
	uid, _ := strconv.Atoi(who.Uid) // numeric on every system that has Pdeathsig
	gid, _ := strconv.Atoi(who.Gid)
	if err := errors.Join(os.Chown(dir, uid, gid), os.Chmod(dir, 0o755)); err != nil { // #nosec G302 -- another user runs what is in it; no secret is there
		return nil, fmt.Errorf("give the cluster's folder away: %w", err)
	}
	as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)} // #nosec G115 -- ids of a user, which the system gave
	return as, nil
}
