package app

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/allclear-safety/allclear/internal/store"
)

// metrics are figures without a name or a number in them.
type metrics struct {
	registry *prometheus.Registry
	handoff  prometheus.Histogram
}

func newMetrics(a *App) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), handoff: prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "allclear_alarm_handoff_seconds", Help: "From the alarm's commit to its hand-over to a channel, in real seconds.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2, 5, 10, 30, 60}})}
	ready := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "allclear_ready", Help: "1 while an alarm could be raised."}, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if a.engine.Ready(ctx) != nil {
			return 0
		}
		return 1
	})
	astray := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "allclear_clock_astray_seconds", Help: "How far the wall clock is from the time this process counts."},
		func() float64 { return a.clock.astray().Seconds() })
	m.registry.MustRegister(m.handoff, ready, astray, backlog{a.db}, checkpointAge{a}, drillAges{a}, certificateLeft{a.edge}, mailFigures{a}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) told(lateness time.Duration) { m.handoff.Observe(lateness.Seconds()) }

// withMetrics serves /metrics beside everything else.
func withMetrics(front http.Handler, m *metrics) http.Handler {
	figures := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/metrics" && r.Method == http.MethodGet {
			figures.ServeHTTP(w, r)
			return
		}
		front.ServeHTTP(w, r)
	})
}

// backlog counts what is to be done, each time it is asked.
type backlog struct{ db *store.DB }

var (
	textsWaiting    = prometheus.NewDesc("allclear_texts_waiting", "Texts that were stored and not yet stepped.", nil, nil)
	messagesPending = prometheus.NewDesc("allclear_messages_pending", "Messages that were not yet handed over, or not yet recorded as such.", nil, nil)
)

func (backlog) Describe(to chan<- *prometheus.Desc) {
	to <- textsWaiting
	to <- messagesPending
}

func (b backlog) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), countWithin)
	defer cancel()
	texts, messages, err := b.db.Backlog(ctx)
	if err != nil {
		return // a figure that is not known is not given
	}
	to <- prometheus.MustNewConstMetric(textsWaiting, prometheus.GaugeValue, float64(texts))
	to <- prometheus.MustNewConstMetric(messagesPending, prometheus.GaugeValue, float64(messages))
}

const countWithin = 5 * time.Second
