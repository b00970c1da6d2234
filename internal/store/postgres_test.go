package store

import (
	"runtime"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

// A server that allows each node few connections must be able to say so.
func TestTheAddressBoundsTheConnections(t *testing.T) {
	most := max(poolMost, int32(runtime.NumCPU())) // pgx gives a large machine more
	for address, want := range map[string]int32{
		"postgres://u@h/allclear":                                   most,
		"postgres://u@h/allclear?pool_max_conns=3":                  3,
		"postgres://u@h/allclear?sslmode=require&pool_max_conns=40": 40,
	} {
		conf, err := pgxpool.ParseConfig(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := connections(address, conf.MaxConns); got != want {
			t.Errorf("%s: %d connections, want %d", address, got, want)
		}
	}
}
