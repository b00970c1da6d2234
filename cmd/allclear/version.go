package main

import (
	"fmt"
	"runtime"
)

// version is set by the linker: go build -ldflags '-X main.version=v1.2.3'.
var version = "devel"

type versionCmd struct{}

func (versionCmd) Run(w world) error {
	_, err := fmt.Fprintf(w.stdout, "allclear %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
