package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"onair/internal/source"
)

// suggest makes an error of cobra about the command line easier to understand. It adds the
// nearest command or flag to an error about one that does not exist.
func suggest(root *cobra.Command, args []string, err error) error {
	c, _, _ := root.Find(args)
	if c == nil {
		c = root
	}
	var unknownFlag *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	help := c.CommandPath() + " --help explains it"
	switch {
	case errors.As(err, &invalid):
		return withHint(usagef("--%s %s: %s", invalid.GetFlag().Name, invalid.GetValue(), valueProblem(invalid)), "%s", help)
	case strings.HasPrefix(err.Error(), "accepts "), strings.HasPrefix(err.Error(), "requires "):
		return withHint(usagef("wrong number of arguments"), "usage: %s", strings.TrimSuffix(c.UseLine(), " [flags]"))
	case strings.HasPrefix(err.Error(), "required flag"): // (s) "from", "by" not set
		names := strings.NewReplacer(`"`, "", ", ", " and --").Replace(between(err.Error(), `"`, " not set"))
		return withHint(usagef("required: --%s", names), "%s", help)
	case strings.HasPrefix(err.Error(), "if any flags in the group"): // [a b c] are set none of the others can be; [a b] were all set
		names := strings.ReplaceAll(between(err.Error(), "; [", "]"), " ", " and --")
		return withHint(usagef("--%s exclude each other", names), "%s", help)
	case errors.As(err, &unknownFlag) && len(unknownFlag.GetSpecifiedName()) > 1:
		if unknownFlag.GetSpecifiedName() == "dry-run" && c.Name() == "publish" {
			return withHint(err, "onair plan shows what publish would do")
		}
		if near := source.Nearest(unknownFlag.GetSpecifiedName(), flagNames(c)); near != "" {
			return withHint(err, "did you mean --%s?", near)
		}
		return withHint(err, "%s --help lists the flags", c.CommandPath())
	case strings.HasPrefix(err.Error(), "unknown command") && c.HasSubCommands():
		name := between(err.Error(), `"`, `"`)
		if near := source.Nearest(name, commandNames(c)); near != "" {
			return withHint(err, "did you mean %s %s?", c.CommandPath(), near)
		}
		for _, group := range root.Commands() { // "lint" for "transcripts lint"
			if slices.Contains(commandNames(group), name) {
				return withHint(err, "did you mean %s %s?", group.CommandPath(), name)
			}
		}
		return withHint(err, "%s --help lists the commands", c.CommandPath())
	case strings.HasPrefix(err.Error(), "unknown command"): // cobra's word for an argument of a command that takes none
		return withHint(usagef("%s takes no arguments", c.CommandPath()), "%s", help)
	}
	return err
}

// between returns the part of s after the first occurrence of before and up to the next
// occurrence of after.
func between(s, before, after string) string {
	_, s, _ = strings.Cut(s, before)
	s, _, _ = strings.Cut(s, after)
	return s
}

// valueProblem says what is wrong with the value of a flag.
func valueProblem(e *pflag.InvalidValueError) string {
	switch e.GetFlag().Value.Type() {
	case "duration":
		return "want a duration such as 1m30s"
	case "int":
		return "want a whole number"
	case "bool":
		return "want true or false"
	}
	return errors.Unwrap(e).Error()
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
	for _, sub := range available(c) {
		names = append(names, sub.Name())
	}
	return names
}
