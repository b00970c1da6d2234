package app

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/allclear-safety/allclear/internal/edge"
)

const (
	certificateTurn = time.Minute         // how often its files are looked at
	certificateSoon = 14 * 24 * time.Hour // before its end it should have been renewed: whoever signs one for 90 days asks for that at 60
	certificateHour = 9                   // o'clock by this machine's zone, from when people are told of one that is good still
)

// watchCertificate looks at the certificate from time to time until ctx ends, and tells people of one that is not renewed (rule 7.10):
// without one no text reaches us, and no page anybody.
func (a *App) watchCertificate(ctx context.Context) error {
	tick := time.NewTicker(certificateTurn)
	defer tick.Stop()
	w := certificateWatch{App: a}
	for {
		w.look(ctx)
		w.tell(ctx, time.Now())
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// certificateWatch is what is known between two looks.
type certificateWatch struct {
	*App
	folder mount  // that the certificate is in: it may be another machine's
	silent bool   // it did not answer, which was said
	told   string // on which day, and whether it was over
}

func (w *certificateWatch) look(ctx context.Context) {
	err := w.folder.do(ctx, w.o.certificateFolder(), lookWithin, func(ctx context.Context) error {
		w.edge.Look(ctx)
		return nil
	})
	if err != nil && !w.silent && ctx.Err() == nil {
		w.o.Log.Error("certificate not looked at: the one before stays in use", "error", err)
	}
	w.silent = err != nil
}

// certificateFolder is where the certificate is kept.
func (o Options) certificateFolder() string {
	if o.Front.Cert != "" {
		return filepath.Dir(o.Front.Cert)
	}
	return certificates(o.Database)
}

// tell tells those on duty, once a day, that the certificate is near its end or past it: at once if it is past, else by day.
func (w *certificateWatch) tell(ctx context.Context, wall time.Time) {
	until := w.edge.Ends()
	left := until.Sub(wall)
	if until.IsZero() || left >= certificateSoon || left > 0 && wall.Local().Hour() < certificateHour {
		return
	}
	over, tell := left <= 0, w.engine.TellCertificateEnds
	if over {
		tell = w.engine.TellCertificateEnded
	}
	today := fmt.Sprint(wall.Local().Format(time.DateOnly), over)
	if w.told == today {
		return
	}
	w.o.Log.Error("certificate not renewed near its end", "until", until.UTC(), "over", over)
	if err := tell(ctx, until); err != nil {
		w.o.Log.Error("tell of the certificate", "error", err)
		return
	}
	w.told = today
}

// checkCertificate says of a certificate of our own that it is not there, or near its end.
func checkCertificate(ctx context.Context, o Options, wall time.Time) []Finding {
	f := o.Front
	if f.Cert == "" && f.ACMEDomain == "" {
		return nil
	}
	found := func(stops bool, format string, args ...any) []Finding {
		return []Finding{{About: "certificate", Says: fmt.Sprintf(format, args...), StopsAlarm: stops}}
	}
	var until time.Time
	err := (&mount{}).do(ctx, o.certificateFolder(), lookWithin, func(ctx context.Context) error {
		e, err := edge.New(edge.Options{Cert: f.Cert, Key: f.Key, Domain: f.ACMEDomain, Cache: certificates(o.Database)})
		if err != nil {
			return err
		}
		e.Look(ctx)
		until = e.Ends()
		return nil
	})
	if err != nil {
		return found(true, "%v", err)
	}
	left, renew := until.Sub(wall), cmp.Or(f.Cert, f.ACMEDomain)
	switch {
	case until.IsZero():
		return found(false, "none was fetched yet for %s; allclear serve does that at the first connection", f.ACMEDomain)
	case left <= 0:
		return found(true, "%s ended on %s, so no text comes in and no page opens; renew it", renew, until.UTC().Format(time.DateTime))
	case left < certificateSoon:
		return found(false, "%s ends on %s, in %d days, and was not renewed; see to it", renew, until.UTC().Format(time.DateTime), int(left.Hours()/24))
	}
	return found(false, "ok: until %s", until.UTC().Format(time.DateTime))
}

// certificateLeft gives the metric: how long the certificate is good for yet; less than nothing for one that ended.
type certificateLeft struct{ edge *edge.Edge }

var certificateExpires = prometheus.NewDesc("allclear_certificate_expires_seconds", "How long the certificate is good for yet; below 0 it has ended.", nil, nil)

func (certificateLeft) Describe(to chan<- *prometheus.Desc) { to <- certificateExpires }

func (c certificateLeft) Collect(to chan<- prometheus.Metric) {
	if until := c.edge.Ends(); !until.IsZero() {
		to <- prometheus.MustNewConstMetric(certificateExpires, prometheus.GaugeValue, time.Until(until).Seconds())
	}
}
