package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"onair/publish/cdn"
)

func newCDN(g *global) *cobra.Command {
	c := &cobra.Command{
		Use:   "cdn",
		Short: "Configure a CDN in front of the show",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newCDNConfig(g))
	return c
}

func newCDNConfig(g *global) *cobra.Command {
	var o cdn.ConfigOptions
	kinds := cdn.ConfigKinds()
	c := &cobra.Command{
		Use:   "config KIND",
		Short: "Print a working configuration of a CDN for this show",
		Long: `Print a configuration for ` + strings.Join(kinds, ", ") + `: byte ranges and HEAD,
CORS for web players, pretty URLs and redirects, the show's own 404 page, copies
kept for as long as each object says and longer while the origin is down, purges
by whoever may, and nothing of onair's own records.

The objects are fetched from where the show's storage is read: a bucket, or for
a folder onair serve on this machine (nginx serves the folder itself). --origin
names another address.

Exit codes: 0 done · 1 the show has what a configuration cannot hold · 2 usage ·
3 the show has errors.`,
		Example: `  onair cdn config varnish > /etc/varnish/default.vcl
  onair cdn config nginx --purge-from 192.0.2.7 > /etc/nginx/conf.d/show.conf
  onair cdn config fastly --to staging`,
		Args:      cobra.ExactArgs(1),
		ValidArgs: kinds,
		RunE:      func(_ *cobra.Command, args []string) error { return g.cdnConfig(args[0], &o) },
	}
	f := c.Flags()
	f.StringVar(&o.Origin, "origin", "", "fetch objects from this `URL` instead of the storage")
	f.StringVar(&o.Listen, "listen", "80", "nginx: listen on this `PORT`, or address and port")
	f.StringVar(&o.Cache, "cache", "", "nginx: keep copies in this `DIR` (default: below /var/cache/nginx)")
	f.StringSliceVar(&o.Purgers, "purge-from", nil, "varnish, nginx: let this IP `ADDRESS` or range purge, as this machine may")
	c.MarkFlagDirname("cache")
	return c
}

func (g *global) cdnConfig(kind string, o *cdn.ConfigOptions) error {
	if !slices.Contains(cdn.ConfigKinds(), kind) {
		return usagef("unknown kind %q: want %s", kind, strings.Join(cdn.ConfigKinds(), ", "))
	}
	s, found, err := g.loadShow()
	if err != nil {
		return err
	}
	if err := g.refuse(found); err != nil {
		return err
	}
	if err := cdn.Config(g.stdout, kind, s, o); err != nil {
		return err
	}
	if kind == "cloudflare" && !g.quiet {
		fmt.Fprintln(g.stderr, "Each key is a path of Cloudflare's API below /zones/ID/, each value what to PUT there;\nit replaces the rules that the zone has in that phase. docs/cdn.md has the commands.")
	}
	return nil
}
