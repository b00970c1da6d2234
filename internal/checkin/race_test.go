//go:build race

package checkin

// underRace says that the race detector is looking: what reads many texts one after the other reads fewer then, as it has nothing to see.
const underRace = true
