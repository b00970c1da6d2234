//go:build race

package web

// underRace says that the race detector is looking: what makes many requests one after the other makes fewer then, as it has nothing to see.
const underRace = true
