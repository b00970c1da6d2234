package main

import (
	"io"
	"log/slog"
	"os"
	"time"
)

// newLog writes a JSON object a line: when in UTC, how bad, what, and where: the machine and the process. All that is logged goes there, and
// docs/log.md lists it.
func newLog(to io.Writer, level slog.Level) *slog.Logger {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	inUTC := func(groups []string, a slog.Attr) slog.Attr {
		if at, ok := a.Value.Any().(time.Time); ok && len(groups) == 0 && a.Key == slog.TimeKey {
			a.Value = slog.TimeValue(at.UTC())
		}
		return a
	}
	return slog.New(slog.NewJSONHandler(to, &slog.HandlerOptions{Level: level, ReplaceAttr: inUTC})).With("host", host, "process", os.Getpid())
}
