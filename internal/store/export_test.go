package store

// EachHappenedSQL and EachHappenedSinceSQL are shown to the test that asks SQLite how it would run them.
const (
	EachHappenedSQL      = eachHappened
	EachHappenedSinceSQL = eachHappenedSince
)

// Statements whose plans are looked at.
const TeamsSinceQuery = teamsSince

var BoardQuery = boardPage(` WHERE `+live+` AND due_at IS NOT NULL AND team IN ($1)`, 2, 3)
