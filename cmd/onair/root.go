package main

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// newRoot returns the root command with every subcommand and the global flags.
func newRoot(sys *system) *cobra.Command {
	a := &app{system: sys}
	root := &cobra.Command{
		Use:   "onair",
		Short: "Publish a podcast from a folder of text and MP3s",
		Long: `onair publishes a podcast from a folder of text and MP3s to object storage
behind a CDN: it tags the MP3s, renders the feed, the transcripts and the site,
and uploads what changed in an order that keeps the live show intact.

Exit codes: 0 done · 1 failed · 2 usage · 3 findings of error severity ·
4 conflict: somebody else published · 10 changes, or a newer release.`,
		Example: `  onair init my-show && cd my-show
  onair new "Hello, world" --audio ~/recordings/hello.mp3
  onair publish
  onair serve`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		Version:       thisVersion().String(),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, args []string) error {
			if err := a.validate(); err != nil {
				return err
			}
			if slices.Contains(args, "") && !strings.HasPrefix(cmd.Name(), cobra.ShellCompRequestCmd) {
				return withHint(usagef("an argument is empty"), "is a variable of the shell unset?")
			}
			return a.enter()
		},
	}
	a.addFlags(root)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetIn(sys.stdin)
	root.SetOut(sys.stdout)
	root.SetErr(sys.stderr)

	root.AddGroup(
		&cobra.Group{ID: "show", Title: "The show:"},
		&cobra.Group{ID: "part", Title: "Single parts:"},
	)
	for _, c := range []*cobra.Command{
		newInit(a), newImport(a), newNew(a), newCheck(a), newBuild(a), newServe(a), newPlan(a), newPublish(a),
		newStatus(a), newVerify(a), newRollback(a), newPull(a), newExport(a), newLock(a), newRename(a),
	} {
		c.GroupID = "show"
		root.AddCommand(c)
	}
	for _, c := range []*cobra.Command{newAudio(a), newTranscripts(a), newFeed(a), newTheme(a), newExplain(a), newCDN(a), newBucket(a)} {
		c.GroupID = "part"
		root.AddCommand(c)
	}
	root.AddCommand(newVersion(a), newMan(a))
	root.SetHelpCommand(newHelp(root))
	addCompletion(root)
	completeRest(root)
	return root
}

// newGroup returns a command that has subcommands and prints its help.
func newGroup(name, short, example string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use:     name,
		Short:   short,
		Example: example,
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(commands...)
	return c
}

// addFlags adds the global flags to the root command.
func (a *app) addFlags(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.StringVarP(&a.dir, "directory", "C", ".", "change to `DIR`, the folder of the show, first; relative paths start there")
	flags.StringVar(&a.target, "to", "", "use the `TARGET` of show.yaml with this name")
	flags.BoolVar(&a.json, "json", false, "write JSON to stdout, for scripts")
	flags.StringVar(&a.format, "format", "text", "write findings as `FORMAT`: text, json, sarif or github")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "print errors only")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "print every object and every finding")
	flags.StringVar(&a.color, "color", "auto", "use colour: `WHEN` is auto, always or never")
	complete(root, "format", "text", "json", "sarif", "github")
	complete(root, "color", "auto", "always", "never")
	root.RegisterFlagCompletionFunc("to", completeTargets(a))
}

// run executes the command line and returns the exit code.
func run(ctx context.Context, sys *system, args []string) int {
	out := &output{w: sys.stdout}
	sys.stdout, sys.stderr = logStream(out, sys.getenv), logStream(sys.stderr, sys.getenv)
	root := newRoot(sys)
	root.SetArgs(args)
	err := cmp.Or(root.ExecuteContext(ctx), out.err)
	sys.derived.Close()
	if err == nil {
		return 0
	}
	if isCobraUsage(err) {
		err = suggest(root, args, err)
	}
	printError(sys.stderr, newUI(sys, sys.stderr, colorFlag(root)), err)
	return exitCode(err)
}

// colorFlag returns the value of --color, even if parsing the flags failed.
func colorFlag(root *cobra.Command) string {
	return root.PersistentFlags().Lookup("color").Value.String()
}
