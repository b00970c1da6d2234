package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/nearest"

	"github.com/alecthomas/kong"
	"github.com/pelletier/go-toml/v2"
)

// problems is everything wrong with the settings, a line each: what, and what to do.
type problems []string

func (p problems) Error() string { return strings.Join(p, "; ") }

// source is one place where settings are given.
type source struct {
	values map[string]string        // by the setting's name
	label  func(name string) string // the name as its writer knows it
}

// settings gathers the settings of the subcommand that ctx runs: flags beat variables, variables beat the file.
// The error is problems when they were read and are wrong.
func (w world) settings(ctx *kong.Context) (Settings, error) {
	return loadSettings(givenFlags(ctx), w.environ)
}

// givenFlags returns the settings among the flags on the command line, also
// those given as empty. A subcommand's own flags are no settings; a flag that
// nobody knows was refused before.
func givenFlags(ctx *kong.Context) map[string]string {
	given := map[string]string{}
	for _, step := range ctx.Path {
		if step.Flag == nil {
			continue
		}
		name := strings.ReplaceAll(step.Flag.Name, "-", "_")
		if _, ours := lookup(name); !ours && name != "config" {
			continue
		}
		if value, ok := ctx.FlagValue(step.Flag).(string); ok {
			given[name] = value
		}
	}
	return given
}

// gather gives the places where settings are given, what beats the others first.
func gather(flags map[string]string, environ []string) ([]source, error) {
	command := source{flags, func(name string) string { return "--" + strings.ReplaceAll(name, "_", "-") }}
	variables := source{fromEnvironment(environ), variable}
	file, err := fromFile(command, variables)
	return []source{command, variables, file}, err
}

func loadSettings(flags map[string]string, environ []string) (Settings, error) {
	sources, err := gather(flags, environ)
	if err != nil {
		return Settings{}, err
	}

	var bad problems
	for _, src := range sources {
		bad = append(bad, src.unknown()...)
	}
	bad = append(bad, keyTwice(sources)...)
	s := defaults()
	for _, row := range known {
		value, label, err := find(sources, row)
		if err == nil && value != "" && row.set != nil {
			err = row.set(&s, value)
		}
		if err != nil {
			bad = append(bad, fmt.Sprintf("%s: %v", label, err))
		}
	}
	if len(bad) == 0 {
		bad = s.disagreements()
	}
	if len(bad) > 0 {
		return Settings{}, bad
	}
	return s, nil
}

// find returns a setting's value from the first source that has one, and where it stood. A secret's file is read.
func find(sources []source, row setting) (value, label string, err error) {
	for _, src := range sources {
		plain, path := src.values[row.name], ""
		if row.secret {
			path = src.values[row.name+"_file"]
		}
		switch {
		case plain != "" && path != "":
			return "", src.label(row.name), fmt.Errorf("is given as a file too: keep one of it and %s", src.label(row.name+"_file"))
		case path != "":
			value, err := readSecret(path)
			return value, src.label(row.name + "_file"), err
		case plain != "":
			return plain, src.label(row.name), nil
		}
	}
	return "", "", nil
}

// keyTwice says where the master key is given in more ways than one: nobody could say which it is, wherever they stand.
func keyTwice(sources []source) problems {
	first := ""
	for _, name := range []string{"key", "key_file", "key_command"} {
		row, _ := lookup(name)
		value, label, err := find(sources, row)
		switch {
		case err != nil || value == "":
		case first == "":
			first = label
		default:
			return problems{fmt.Sprintf("%s: the master key is given by %s too: keep one of the two", label, first)}
		}
	}
	return nil
}

// readSecret returns what a file holds but for the line's end that editors add.
func readSecret(path string) (string, error) {
	held, err := os.ReadFile(path) // #nosec G304 -- the operator's own file, as a setting or an argument names it
	if err != nil {
		return "", err
	}
	secret := strings.TrimRight(string(held), "\r\n")
	if secret == "" {
		return "", fmt.Errorf("%s is empty", path)
	}
	return secret, nil
}

// fromEnvironment returns the ALLCLEAR_ variables by their settings' names.
func fromEnvironment(environ []string) map[string]string {
	values := map[string]string{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if name, ours := strings.CutPrefix(name, "ALLCLEAR_"); ours {
			values[strings.ToLower(name)] = value
		}
	}
	return values
}

func variable(name string) string { return "ALLCLEAR_" + strings.ToUpper(name) }

// fromFile reads the file that --config or ALLCLEAR_CONFIG names, else allclear.toml beside an SQLite database.
func fromFile(command, variables source) (source, error) {
	path, named := command.values["config"], true
	if path == "" {
		path = variables.values["config"]
	}
	if path == "" {
		path, named = besideDatabase(command, variables), false
	}
	src := source{map[string]string{}, func(name string) string { return path + ": " + name }}
	if path == "" {
		return src, nil
	}
	text, err := os.ReadFile(path) // #nosec G304 -- the operator's own file, as a setting or an argument names it
	if errors.Is(err, fs.ErrNotExist) && !named {
		return src, nil
	}
	if err != nil {
		return src, fmt.Errorf("read settings: %w", err)
	}
	src.values, err = parseFile(path, text)
	return src, err
}

// besideDatabase returns where allclear.toml would be, or nothing when the database is no file.
func besideDatabase(sources ...source) string {
	database, _ := lookup("database")
	address, _, err := find(sources, database)
	if address == "" {
		address = defaults().Database
	}
	path, lite := strings.CutPrefix(address, "sqlite:")
	if err != nil || !lite {
		return ""
	}
	return filepath.Join(filepath.Dir(path), "allclear.toml")
}

func parseFile(path string, text []byte) (map[string]string, error) {
	var table map[string]any
	if err := toml.Unmarshal(text, &table); err != nil {
		line := 0
		if at, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, _ = at.Position()
		}
		return nil, problems{fmt.Sprintf("%s:%d: is not TOML: %v", path, line, err)}
	}
	values := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		switch value := table[name].(type) {
		case string, int64:
			values[name] = fmt.Sprint(value)
		default:
			return nil, problems{fmt.Sprintf("%s: %s: must be a text in quotes or a whole number", path, name)}
		}
	}
	return values, nil
}

// unknown says which names in a source are no setting, or are one that is not built yet.
func (src source) unknown() problems {
	var bad problems
	for _, name := range slices.Sorted(maps.Keys(src.values)) {
		row, ok := lookup(name)
		switch {
		case name == "config":
		case !ok:
			bad = append(bad, fmt.Sprintf("%s: no such setting; the nearest is %s", src.label(name), src.label(near(name))))
		case row.set == nil:
			bad = append(bad, src.label(name)+": not built yet; take it out")
		}
	}
	return bad
}

func lookup(name string) (setting, bool) {
	for _, row := range known {
		if name == row.name || row.secret && name == row.name+"_file" {
			return row, true
		}
	}
	// The gateway's settings are not named one by one yet.
	return setting{}, strings.HasPrefix(name, "gateway_")
}

// near returns the known name that was most likely meant.
func near(name string) string {
	var names []string
	for _, row := range known {
		names = append(names, row.name)
		if row.secret {
			names = append(names, row.name+"_file")
		}
	}
	return nearest.To(name, names)
}
