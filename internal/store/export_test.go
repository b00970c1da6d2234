package store

// EachHappenedSQL is shown to the test that asks SQLite how it would run it.
const EachHappenedSQL = eachHappened
