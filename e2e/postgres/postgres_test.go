package postgres_test

import (
	"os"
	"testing"

	"github.com/allclear-safety/allclear/e2e/postgres"
	"github.com/jackc/pgx/v5"
)

func TestEachDatabaseIsFreshAndGoneWithItsCluster(t *testing.T) {
	t.Parallel()
	c, err := postgres.Start(t.Context())
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	t.Cleanup(c.Stop)
	for range 2 {
		url, err := c.Database(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), "CREATE TABLE visit (id TEXT)"); err != nil {
			t.Errorf("the database is not fresh: %v", err)
		}
		if err := conn.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	url, err := c.Database(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.Stop()
	if conn, err := pgx.Connect(t.Context(), url); err == nil {
		_ = conn.Close(t.Context()) // it should not be there
		t.Error("the cluster still answers after it was stopped")
	}
}
