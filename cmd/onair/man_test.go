package main

import (
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestManPage checks that a page shows text that roff would take for its own.
func TestManPage(t *testing.T) {
	t.Parallel()
	root := &cobra.Command{Use: "onair", Short: "publish"}
	c := &cobra.Command{
		Use:     "say WORDS",
		Short:   "Say 'words'",
		Long:    "It says them.\n.onair is a folder,\n'so' is a word.\n\n  a table   of two\n  lines     kept\n\nPaths are C:\\shows\\*.",
		Example: "  onair say --loud=`date`",
		Run:     func(*cobra.Command, []string) {},
	}
	root.AddCommand(c)
	c.Flags().StringP("voice", "V", "Ann", "speak with `NAME`'s voice")
	c.Flags().Bool("loud", false, "louder")
	c.Flags().Bool("secret", false, "not shown")
	_ = c.Flags().MarkHidden("secret")
	root.PersistentFlags().Bool("quiet", false, "print errors only")
	page := manPage(c)
	for _, want := range []string{
		`.TH ONAIR\-SAY 1 "" onair onair`,
		"onair\\-say \\- Say \\(aqwords\\(aq\n",
		"\n\\&.onair is a folder,\n\\(aqso\\(aq is a word.\n.PP\n.nf\n  a table   of two\n  lines     kept\n.fi\n.PP\nPaths are C:\\eshows\\e*.\n",
		"\\fB\\-V\\fR, \\fB\\-\\-voice\\fR \\fINAME\\fR\nspeak with NAME\\(aqs voice\n(default Ann)\n",
		"  onair say \\-\\-loud=\\(gadate\\(ga\n",
		".SH OPTIONS OF ALL COMMANDS\n.TP\n\\fB\\-\\-quiet\\fR",
		".SH SEE ALSO\n\\fBonair\\fR(1)\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("page does not contain %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "secret") {
		t.Errorf("page shows a hidden flag:\n%s", page)
	}
	if !strings.Contains(manPage(root), "\\fBonair\\-say\\fR(1)") {
		t.Errorf("the page of the root does not lead to its commands:\n%s", manPage(root))
	}
}

// TestHelpIsComplete checks that the help of every command has an example, the exit codes
// unless the command only has others below it, and a description of every flag.
func TestHelpIsComplete(t *testing.T) {
	t.Parallel()
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		if !strings.HasPrefix(c.Example, "  "+c.Root().Name()+" ") && !strings.Contains(c.Example, c.CommandPath()) {
			t.Errorf("%s: the help has no example: %q", c.CommandPath(), c.Example)
		}
		if !c.HasSubCommands() && !strings.Contains(c.Long, "Exit codes: 0 ") {
			t.Errorf("%s: the help does not have the exit codes", c.CommandPath())
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if value, usage := pflag.UnquoteUsage(f); usage == "" || value == "string" || value == "strings" {
				t.Errorf("%s: --%s %s: the help does not say what it takes: %q", c.CommandPath(), f.Name, value, usage)
			}
		})
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(newRoot(&system{env: os.LookupEnv}))
}
