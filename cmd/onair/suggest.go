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

// newHelp returns the command help. Unlike the help command of cobra, it refuses the
// name of a command that does not exist.
func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]…",
		Short: "Explain a command",
		Long: `Explain a command, as COMMAND --help does.

Exit codes: 0 done · 2 there is no such command.`,
		Example: "  onair help publish",
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			c, err := findCommand(root, args)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return commandNames(c), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := findCommand(root, args)
			if err != nil {
				return err
			}
			c.InitDefaultHelpFlag()
			return c.Help()
		},
	}
}

// findCommand returns the command that is reached from root by the names.
func findCommand(root *cobra.Command, names []string) (*cobra.Command, error) {
	c := root
	for _, name := range names {
		i := slices.IndexFunc(c.Commands(), func(sub *cobra.Command) bool { return sub.Name() == name || sub.HasAlias(name) })
		if i < 0 {
			err := usagef("%s has no command %q", c.CommandPath(), name)
			if near := source.Nearest(name, commandNames(c)); near != "" {
				return nil, withHint(err, "did you mean %s help %s?", root.Name(), strings.TrimPrefix(c.CommandPath()+" "+near, root.Name()+" "))
			}
			return nil, withHint(err, "%s --help lists the commands", c.CommandPath())
		}
		c = c.Commands()[i]
	}
	return c, nil
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
