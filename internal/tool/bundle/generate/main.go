// Command generate writes the bundle of one TypeScript module; packages call it through go generate.
package main

import (
	"errors"
	"fmt"
	"os"

	"ariane/internal/tool/bundle"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: generate ENTRY.ts OUTPUT.js")
	}
	script, err := bundle.Script(args[0])
	if err != nil {
		return err
	}
	return os.WriteFile(args[1], append(script, '\n'), 0o644)
}
