package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"onair/internal/source"
)

// suggest adds the nearest command or flag to an error about one that does not exist.
func suggest(root *cobra.Command, args []string, err error) error {
	c, _, _ := root.Find(args)
	if c == nil {
		c = root
	}
	var unknownFlag *pflag.NotExistError
	switch {
	case errors.As(err, &unknownFlag) && len(unknownFlag.GetSpecifiedName()) > 1:
		if near := source.Nearest(unknownFlag.GetSpecifiedName(), flagNames(c)); near != "" {
			return withHint(err, "did you mean --%s?", near)
		}
		return withHint(err, "%s --help lists the flags", c.CommandPath())
	case strings.HasPrefix(err.Error(), "unknown command") && c.HasSubCommands():
		_, rest, _ := strings.Cut(err.Error(), `"`)
		name, _, _ := strings.Cut(rest, `"`)
		if near := source.Nearest(name, commandNames(c)); near != "" {
			return withHint(err, "did you mean %s %s?", c.CommandPath(), near)
		}
		return withHint(err, "%s --help lists the commands", c.CommandPath())
	case strings.HasPrefix(err.Error(), "unknown command"): // cobra's word for an argument of a command that takes none
		return withHint(usagef("%s takes no arguments", c.CommandPath()), "%s --help explains it", c.CommandPath())
	}
	return err
}

func flagNames(c *cobra.Command) (names []string) {
	for _, set := range []*pflag.FlagSet{c.NonInheritedFlags(), c.InheritedFlags()} {
		set.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	}
	return names
}

func commandNames(c *cobra.Command) (names []string) {
	for _, sub := range c.Commands() {
		names = append(slices.Concat(names, sub.SuggestFor), sub.Name())
	}
	return names
}
