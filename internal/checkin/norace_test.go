//go:build !race

package checkin

// underRace says that the race detector is looking.
const underRace = false
