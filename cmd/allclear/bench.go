package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/bench"
)

type benchCmd struct {
	Alarms     benchAlarmsCmd     `cmd:"" help:"How soon after a deadline an alarm is handed over: one at a time, and many at one instant."`
	Checkins   benchCheckinsCmd   `cmd:"" help:"How many texts a second are stored and answered, and understood and acted on."`
	Feed       benchFeedCmd       `cmd:"" help:"How long a calendar feed of many visits takes, whole and where nothing changed."`
	Idle       benchIdleCmd       `cmd:"" help:"What it costs to watch over many visits while nothing happens."`
	Import     benchImportCmd     `cmd:"" help:"How long an import of people takes, and how long another writer waits meanwhile."`
	Mail       benchMailCmd       `cmd:"" help:"How soon an invite is a visit and its worker is told, and how many a second."`
	Pages      benchPagesCmd      `cmd:"" help:"How long each page takes and how large it is, and how soon a crowd of open boards shows a change."`
	Rotate     benchRotateCmd     `cmd:"" help:"How long the master key's rotation takes, and how long another writer waits meanwhile."`
	Understand benchUnderstandCmd `cmd:"" help:"How many check-in texts a second are understood, by one core and by all."`
}

// benchFlags are what the benchmarks share.
type benchFlags struct {
	Database   string `placeholder:"ADDRESS" help:"Where to make a new database, which is deleted after: sqlite:PATH of a file that is not there, or postgres://… of a server where this user may make one. By default a file in a temporary folder."`
	Short      bool   `help:"Small sizes, to see that it works; the figures say little."`
	Cpuprofile string `placeholder:"FILE" help:"Write a CPU profile of the measured stretch, for go tool pprof."`
}

type benchAlarmsCmd struct {
	benchFlags
	Alone    int           `default:"200" help:"Alarms one at a time."`
	Every    time.Duration `default:"100ms" help:"How far these are apart."`
	Together int           `default:"1000" help:"Alarms at one instant."`
}

// Run measures alarms.
func (c benchAlarmsCmd) Run(w world) error {
	size := bench.AlarmSize{Alone: c.Alone, Every: c.Every, Together: c.Together}
	if c.Short {
		size = bench.AlarmSize{Alone: 3, Every: 50 * time.Millisecond, Together: 10}
	}
	return c.measure(w, func(ctx context.Context, o bench.Options) ([]bench.Figure, error) { return bench.Alarms(ctx, o, size) })
}

type benchCheckinsCmd struct {
	benchFlags
	Clients int           `default:"64" help:"Senders at once, each a worker with a visit."`
	For     time.Duration `default:"10s" help:"How long they send."`
}

// Run measures check-ins.
func (c benchCheckinsCmd) Run(w world) error {
	size := bench.CheckinSize{Clients: c.Clients, For: c.For}
	if c.Short {
		size = bench.CheckinSize{Clients: 4, For: 200 * time.Millisecond}
	}
	return c.measure(w, func(ctx context.Context, o bench.Options) ([]bench.Figure, error) {
		return bench.Checkins(ctx, o, size)
	})
}

type benchFeedCmd struct {
	benchFlags
	Visits int `default:"2000" help:"Visits in the team's feed."`
	Asks   int `default:"200" help:"How often it is asked for."`
}

// Run measures a feed.
func (c benchFeedCmd) Run(w world) error {
	size := bench.FeedSize{Visits: c.Visits, Asks: c.Asks}
	if c.Short {
		size = bench.FeedSize{Visits: 20, Asks: 3}
	}
	return c.measure(w, func(ctx context.Context, o bench.Options) ([]bench.Figure, error) { return bench.Feeds(ctx, o, size) })
}

type benchIdleCmd struct {
	benchFlags
	Visits  int           `default:"100000" help:"Visits under watch."`
	Workers int           `default:"20000" help:"Workers who have them."`
	Settle  time.Duration `default:"75s" help:"How long the server has after its start, in whose first minute it looks at every team once."`
	For     time.Duration `default:"65s" help:"How long it is then watched; what it does once a minute should be in it."`
}

// Run measures a server at rest.
func (c benchIdleCmd) Run(w world) error {
	size := bench.IdleSize{Visits: c.Visits, Workers: c.Workers, Settle: c.Settle, For: c.For}
	if c.Short {
		size = bench.IdleSize{Visits: 20, Workers: 5, Settle: 100 * time.Millisecond, For: 300 * time.Millisecond}
	}
	return c.measure(w, func(ctx context.Context, o bench.Options) ([]bench.Figure, error) { return bench.Idle(ctx, o, size) })
}

type benchImportCmd struct {
	benchFlags
	People int `default:"5000" help:"People in the list, each with two emergency contacts."`
}

// Run measures an import.
func (c benchImportCmd) Run(w world) error {
	size := bench.ImportSize{People: c.People}
	if c.Short {
		size.People = 60
	}
	return c.measure(w, func(ctx context.Context, o bench.Options) ([]bench.Figure, error) { return bench.Imports(ctx, o, size) })
}

type benchMailCmd struct {
	benchFlags
	Workers int           `default:"800" help:"Workers who send invites."`
	Rate    int           `default:"200" help:"Invites a second."`
	Servers int           `default:"8" help:"Connections that they come by."`
	For     time.Duration `default:"20s" help:"How long they come."`
}

// Run measures invites.
func (c benchMailCmd) Run(w world) error {
	size := bench.MailSize{Workers: c.Workers, Rate: c.Rate, Servers: c.Servers, For: c.For}
	if c.Short {
		size = bench.MailSize{Workers: 5, Rate: 50, Servers: 2, For: 200 * time.Millisecond}
	}
	return c.measure(w, func(ctx context.Context, o bench.Options) ([]bench.Figure, error) { return bench.Mails(ctx, o, size) })
}

type benchPagesCmd struct {
	benchFlags
	Visits  int           `default:"10000" help:"Open visits."`
	Workers int           `default:"3000" help:"Workers who have them, a hundred a team."`
	Alarms  int           `default:"10" help:"Visits of them that are overdue."`
	Asks    int           `default:"100" help:"How often each page is asked for by each kind of reader."`
	Page    string        `placeholder:"PATH" help:"Ask for this page alone, such as /visits?date=2026-11-23 or /visits/{id}, for a profile of it."`
	Viewers int           `default:"500" help:"Open boards; 0 leaves them out."`
	Rate    int           `default:"5" help:"Check-ins a second while they look."`
	Settle  time.Duration `default:"75s" help:"How long the server has after its start before the boards open; in its first minute it looks at every team once."`
	For     time.Duration `default:"20s" help:"How long they look."`
}

// Run measures the pages.
func (c benchPagesCmd) Run(w world) error {
	size := bench.PageSize{Visits: c.Visits, Workers: c.Workers, Alarms: c.Alarms, Asks: c.Asks, Page: c.Page,
		Crowd: bench.CrowdSize{Viewers: c.Viewers, Rate: c.Rate, Settle: c.Settle, For: c.For}}
	if c.Short {
		size = bench.PageSize{Visits: 20, Workers: 5, Alarms: 1, Asks: 2, Page: c.Page, Crowd: bench.CrowdSize{Viewers: 10, Rate: 5, For: 400 * time.Millisecond}}
	}
	return c.measure(w, func(ctx context.Context, o bench.Options) ([]bench.Figure, error) { return bench.Pages(ctx, o, size) })
}

type benchRotateCmd struct {
	benchFlags
	Records int `default:"100000" help:"Sealed records, each under a data key of its own."`
}

// Run measures a rotation.
func (c benchRotateCmd) Run(w world) error {
	size := bench.RotateSize{Records: c.Records}
	if c.Short {
		size.Records = 300
	}
	return c.measure(w, func(ctx context.Context, o bench.Options) ([]bench.Figure, error) { return bench.Rotate(ctx, o, size) })
}

type benchUnderstandCmd struct {
	File       string        `placeholder:"FILE" help:"Texts to read, as allclear understand reads them; by default the examples of our own languages."`
	For        time.Duration `default:"5s" help:"How long one core reads, and then all."`
	Short      bool          `help:"A moment, to see that it works; the figures say little."`
	Cpuprofile string        `placeholder:"FILE" help:"Write a CPU profile of the measured stretch, for go tool pprof."`
}

// Run measures how texts are understood.
func (c benchUnderstandCmd) Run(w world) error {
	size := bench.UnderstandSize{For: c.For}
	if c.Short {
		size.For = 50 * time.Millisecond
	}
	if c.File != "" {
		var err error
		if size.Lines, err = os.ReadFile(c.File); err != nil {
			return fmt.Errorf("read texts: %w", err)
		}
	}
	return benchFlags{Cpuprofile: c.Cpuprofile}.measure(w, func(ctx context.Context, o bench.Options) ([]bench.Figure, error) {
		return bench.Understand(ctx, o, size)
	})
}

// measure runs a benchmark and prints its figures, whatever they are: speed is no gate.
func (f benchFlags) measure(w world, run func(context.Context, bench.Options) ([]bench.Figure, error)) (err error) {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	o := bench.Options{Database: f.Database, Program: program, Environ: w.environ, Version: version,
		Log: slog.New(slog.NewTextHandler(w.stderr, &slog.HandlerOptions{Level: slog.LevelError}))}
	if f.Cpuprofile != "" {
		file, err := os.Create(f.Cpuprofile)
		if err != nil {
			return fmt.Errorf("write profile: %w", err)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		o.Profile = file
	}
	line := ""
	if onTerminal(w.stderr) {
		o.Progress = func(what string, done, of int) {
			line = rewrite(w.stderr, line, fmt.Sprintf("%s: %d of %d", what, done, of))
		}
	}
	figures, err := run(w.ctx, o)
	rewrite(w.stderr, line, "")
	if err != nil {
		return err
	}
	fmt.Fprintf(w.stdout, "allclear %s, %s/%s, %d cores shared with the load\n", version, runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	return bench.Print(w.stdout, figures)
}

// onTerminal says whether someone is looking.
func onTerminal(out io.Writer) bool {
	file, is := out.(*os.File)
	if !is {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// rewrite writes over the line that is there, and gives what is there then.
func rewrite(out io.Writer, was, is string) string {
	if was != "" {
		fmt.Fprint(out, "\r", strings.Repeat(" ", len(was)), "\r")
	}
	fmt.Fprint(out, is)
	return is
}
