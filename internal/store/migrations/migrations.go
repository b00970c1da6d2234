// Package migrations holds the steps that bring a database's tables to this version: a folder a dialect, with equal numbers. A step is
// never changed once it is released, and never goes back.
package migrations

import "embed"

// Files has sqlite/ and postgres/.
//
//go:embed sqlite/*.sql postgres/*.sql
var Files embed.FS

// Version is the newest step here. A database says in meta.min_reader from which version on a program can read it.
const Version = 27
