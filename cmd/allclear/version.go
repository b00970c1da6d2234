package main

import (
	"fmt"
	"runtime"

	"github.com/allclear-safety/allclear/internal/parts"
)

// version is set by the linker: go build -ldflags '-X main.version=v1.2.3'.
var version = "devel"

type versionCmd struct {
	SBOM bool `name:"sbom" help:"Print what this program is made of, as CycloneDX JSON."`
}

func (c versionCmd) Run(w world) error {
	if c.SBOM {
		return parts.Write(w.stdout, version)
	}
	_, err := fmt.Fprintf(w.stdout, "allclear %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
