package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newMan(a *app) *cobra.Command {
	var markdown bool
	c := &cobra.Command{
		Use:     "man DIR",
		Short:   "Write the man pages",
		Long:    "Write a man page for every command into DIR, for packages.\n\nExit codes: 0 done · 1 failed · 2 usage.",
		Example: "  onair man /usr/local/share/man/man1",
		Hidden:  true,
		Args:    folderAt(0, cobra.ExactArgs(1)),
		RunE:    func(c *cobra.Command, args []string) error { return runMan(c.Root(), args[0], markdown) },
	}
	c.Flags().BoolVar(&markdown, "markdown", false, "write Markdown, for a website")
	return c
}

func runMan(root *cobra.Command, dir string, markdown bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if markdown {
		return writePages(root, dir, func(c *cobra.Command) (string, string) { return markdownName(c), markdownPage(c) })
	}
	return writePages(root, dir, func(c *cobra.Command) (string, string) { return manName(c) + ".1", manPage(c) })
}

// writePages writes the pages of a command and of all commands below it, each with the
// name and the text that page returns. Package cobra/doc would add half a megabyte to the
// program.
func writePages(c *cobra.Command, dir string, page func(*cobra.Command) (name, text string)) error {
	for _, sub := range available(c) {
		if err := writePages(sub, dir, page); err != nil {
			return err
		}
	}
	c.InitDefaultHelpFlag()
	name, text := page(c)
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		return fmt.Errorf("write the pages of the commands: %w", err)
	}
	return nil
}

// available returns the commands below a command that are shown, by name.
func available(c *cobra.Command) (subs []*cobra.Command) {
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			subs = append(subs, sub)
		}
	}
	slices.SortFunc(subs, func(x, y *cobra.Command) int { return strings.Compare(x.Name(), y.Name()) })
	return subs
}

// related returns the commands that the page of a command names: the one above it, if there
// is one, and those below it.
func related(c *cobra.Command) []*cobra.Command {
	list := available(c)
	if c.HasParent() {
		list = slices.Insert(list, 0, c.Parent())
	}
	return list
}

// markdownName returns the name of the page of a command in Markdown.
func markdownName(c *cobra.Command) string {
	return strings.ReplaceAll(c.CommandPath(), " ", "_") + ".md"
}

// markdownPage returns the page of a command in Markdown.
func markdownPage(c *cobra.Command) string {
	var b strings.Builder
	block := func(title, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%s```\n%s\n```\n\n", title, strings.TrimSuffix(text, "\n"))
		}
	}
	fmt.Fprintf(&b, "## %s\n\n%s\n\n", c.CommandPath(), c.Short)
	if c.Long != "" {
		fmt.Fprintf(&b, "### Synopsis\n\n%s\n\n", c.Long)
	}
	if c.Runnable() {
		block("", c.UseLine())
	}
	block("### Examples\n\n", c.Example)
	block("### Options\n\n", c.NonInheritedFlags().FlagUsages())
	block("### Options inherited from parent commands\n\n", c.InheritedFlags().FlagUsages())
	b.WriteString("### SEE ALSO\n\n")
	for _, other := range related(c) {
		fmt.Fprintf(&b, "* [%s](%s)\t - %s\n", other.CommandPath(), markdownName(other), other.Short)
	}
	return b.String() + "\n"
}

// manName returns the name of the man page of a command.
func manName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manPage returns the man page of a command as roff. It has no date, so that it changes
// with its content only.
func manPage(c *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" onair onair\n.nh\n.ad l\n", roff(strings.ToUpper(manName(c))))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n.SH SYNOPSIS\n\\fB%s\\fR\n", roff(manName(c)), roff(c.Short), roff(c.UseLine()))
	b.WriteString(".SH DESCRIPTION\n")
	for paragraph := range strings.SplitSeq(strings.TrimSpace(c.Long), "\n\n") {
		b.WriteString(".PP\n")
		if strings.Contains("\n"+paragraph, "\n ") {
			writeLiteral(&b, paragraph)
		} else {
			b.WriteString(roff(paragraph) + "\n")
		}
	}
	writeOptions(&b, "OPTIONS", c.NonInheritedFlags())
	writeOptions(&b, "OPTIONS OF ALL COMMANDS", c.InheritedFlags())
	if c.Example != "" {
		b.WriteString(".SH EXAMPLES\n")
		writeLiteral(&b, c.Example)
	}
	var also []string
	for _, other := range related(c) {
		also = append(also, manName(other))
	}
	slices.Sort(also)
	for i, name := range also {
		also[i] = `\fB` + roff(name) + `\fR(1)`
	}
	if len(also) > 0 {
		b.WriteString(".SH SEE ALSO\n" + strings.Join(also, ",\n") + "\n")
	}
	return b.String()
}

// writeLiteral writes lines that keep their breaks.
func writeLiteral(b *strings.Builder, text string) {
	b.WriteString(".nf\n" + roff(text) + "\n.fi\n")
}

// writeOptions writes the section of flags, if there are any to show.
func writeOptions(b *strings.Builder, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	b.WriteString(".SH " + title + "\n")
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Deprecated != "" {
			return
		}
		b.WriteString(".TP\n")
		if f.Shorthand != "" {
			b.WriteString(`\fB` + roff("-"+f.Shorthand) + `\fR, `)
		}
		value, usage := pflag.UnquoteUsage(f)
		b.WriteString(strings.TrimSpace(`\fB`+roff("--"+f.Name)+`\fR \fI`+roff(value)+`\fR`) + "\n" + roff(usage) + "\n")
		if !slices.Contains([]string{"", "false", "0", "0s", "[]"}, f.DefValue) {
			b.WriteString("(default " + roff(f.DefValue) + ")\n")
		}
	})
}

var roffEscapes = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, "\n.", "\n\\&.")

// roff escapes text for roff, so that it can be copied from the page as it is.
func roff(text string) string {
	return strings.TrimPrefix(roffEscapes.Replace("\n"+text), "\n")
}
