//go:build !race

package web

// underRace says that the race detector is looking.
const underRace = false
