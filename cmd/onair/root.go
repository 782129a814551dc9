package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// system is what the outside world is to a command. Tests bring their own.
type system struct {
	name           string // what the command was called by, for commands it suggests
	stdin          io.Reader
	stdout, stderr io.Writer
	env            func(string) (string, bool)
	now            func() time.Time
}

// getenv is the value of an environment variable; empty where it is not set.
func (s *system) getenv(name string) string {
	v, _ := s.env(name)
	return v
}

// global are the flags that every command understands.
type global struct {
	*system
	dir     string // -C; "." once it has been entered
	from    string // -C as it was given, for what is said to people
	target  string // --to
	json    bool
	format  string // of findings
	quiet   bool
	verbose bool
	color   string
}

// newRoot lists every command in one block.
func newRoot(sys *system) *cobra.Command {
	g := &global{system: sys}
	root := &cobra.Command{
		Use:   "onair",
		Short: "Publish a podcast from a folder of text and MP3s",
		Long: `onair publishes a podcast from a folder of text and MP3s to object storage
behind a CDN: it tags the MP3s, renders the feed, the transcripts and the site,
and uploads what changed in an order that never breaks a listener.

Exit codes: 0 done · 1 failed · 2 usage · 3 findings of error severity ·
4 conflict: somebody else published.`,
		Example: `  onair init my-show && cd my-show
  onair new "Hello, world" --audio ~/recordings/hello.mp3
  onair publish
  onair serve`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if err := g.validate(); err != nil {
				return err
			}
			return g.enter()
		},
	}
	flags := root.PersistentFlags()
	flags.StringVarP(&g.dir, "directory", "C", ".", "start in `DIR`, the show's folder: relative paths begin there")
	flags.StringVar(&g.target, "to", "", "publish to the `TARGET` of show.yaml with this name")
	flags.BoolVar(&g.json, "json", false, "write JSON to stdout, for scripts")
	flags.StringVar(&g.format, "format", "text", "write findings as `FORMAT`: text, json, sarif or github")
	flags.BoolVarP(&g.quiet, "quiet", "q", false, "print errors only")
	flags.BoolVarP(&g.verbose, "verbose", "v", false, "print every object")
	flags.StringVar(&g.color, "color", "auto", "colour: `WHEN` is auto, always or never")
	root.MarkFlagDirname("directory")
	complete(root, "format", "text", "json", "sarif", "github")
	complete(root, "color", "auto", "always", "never")
	root.RegisterFlagCompletionFunc("to", g.completeTargets)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.SetIn(sys.stdin)
	root.SetOut(sys.stdout)
	root.SetErr(sys.stderr)

	root.AddGroup(
		&cobra.Group{ID: "show", Title: "The show:"},
		&cobra.Group{ID: "part", Title: "One part alone:"},
	)
	for _, c := range []*cobra.Command{
		newInit(g), newNew(g), newCheck(g), newBuild(g), newServe(g), newPlan(g), newPublish(g),
		newStatus(g), newVerify(g), newRollback(g), newPull(g), newLock(g), newRename(g),
	} {
		c.GroupID = "show"
		root.AddCommand(c)
	}
	for _, c := range []*cobra.Command{newAudio(g), newTranscripts(g), newFeed(g), newCDN(g), newBucket(g)} {
		c.GroupID = "part"
		root.AddCommand(c)
	}
	root.AddCommand(newVersion(g), newMan(g))
	return root
}

// validate refuses values of global flags that mean nothing.
func (g *global) validate() error {
	switch g.format {
	case "text", "json", "sarif", "github":
	default:
		return usagef("--format %s: want text, json, sarif or github", g.format)
	}
	switch g.color {
	case "auto", "always", "never":
	default:
		return usagef("--color %s: want auto, always or never", g.color)
	}
	if v := g.getenv("ONAIR_NOW"); v != "" {
		t, err := time.Parse(time.RFC3339, v)
		if err != nil {
			return usagef("ONAIR_NOW=%s: want a time such as 2027-02-04T06:00:00Z", v)
		}
		g.now = func() time.Time { return t }
	}
	if g.json {
		g.format = "json"
	}
	return nil
}

// enter makes the folder of -C the one that every relative path starts at, as
// git does; none is the current one.
func (g *global) enter() error {
	g.dir = cmp.Or(g.dir, ".")
	g.from = g.dir
	if g.dir == "." {
		return nil
	}
	var failed *fs.PathError
	if err := os.Chdir(g.dir); errors.As(err, &failed) {
		return fmt.Errorf("-C %s: %w", g.dir, failed.Err)
	} else if err != nil {
		return err
	}
	g.dir = "."
	return nil
}

// run executes the command line and returns the exit code.
func run(ctx context.Context, sys *system, args []string) int {
	root := newRoot(sys)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	explain(sys.stderr, newUI(sys, sys.stderr, colorFlag(root)), err)
	return exitCode(err)
}

func colorFlag(root *cobra.Command) string {
	return root.PersistentFlags().Lookup("color").Value.String()
}

// complete offers fixed values for a flag.
func complete(c *cobra.Command, flag string, values ...string) {
	err := c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(fmt.Sprintf("complete --%s: %v", flag, err)) // a flag that does not exist: our own mistake
	}
}

// animated reports whether a line on stderr can be drawn over.
func (s *system) animated() bool { return isTerminal(s.stderr) && s.getenv("TERM") != "dumb" }

// isTerminal reports whether w is a terminal that a person looks at.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
