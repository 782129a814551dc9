package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"onair/publish/cdn"
)

func newCDN(a *app) *cobra.Command {
	return newGroup("cdn", "Configure a CDN in front of the show", `  onair cdn config nginx
  onair cdn config --help`, newCDNConfig(a))
}

func newCDNConfig(a *app) *cobra.Command {
	var o cdn.ConfigOptions
	kinds := cdn.ConfigKinds()
	c := &cobra.Command{
		Use:   "config KIND",
		Short: "Print a working configuration of a CDN for this show",
		Long: `Print a configuration for KIND: ` + strings.Join(kinds, ", ") + `.
It handles byte ranges and HEAD, CORS for web players, pretty URLs and redirects, the
404 page of the show, cache lifetimes (longer while the origin is down), and purges
from allowed addresses, and it hides the records that onair keeps in the storage.

The CDN fetches objects from the storage of the show: its bucket, or for a folder
from onair serve --dir on this machine (nginx serves the folder itself). --origin
names another address.

Exit codes: 0 done · 1 the show cannot be expressed in this configuration ·
2 usage · 3 the show has errors.`,
		Example: `  onair cdn config varnish > /etc/varnish/default.vcl
  onair cdn config nginx --purge-from 192.0.2.7 > /etc/nginx/conf.d/show.conf
  onair cdn config fastly --to staging`,
		Args:      cobra.ExactArgs(1),
		ValidArgs: kinds,
		RunE:      func(_ *cobra.Command, args []string) error { return runCDNConfig(a, &o, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&o.Origin, "origin", "", "fetch objects from this `URL` instead of the storage")
	f.StringVar(&o.Listen, "listen", "80", "nginx: listen on this `PORT`, or address and port")
	f.StringVar(&o.Cache, "cache", "", "nginx: cache in this `DIR` (default: below /var/cache/nginx)")
	f.StringSliceVar(&o.Purgers, "purge-from", nil, "varnish, nginx: allow this IP `ADDRESS` or range to purge, besides this machine")
	return c
}

func runCDNConfig(a *app, o *cdn.ConfigOptions, kind string) error {
	if !slices.Contains(cdn.ConfigKinds(), kind) {
		return usagef("unknown kind %q: want %s", kind, strings.Join(cdn.ConfigKinds(), ", "))
	}
	s, err := requireShow(a)
	if err != nil {
		return err
	}
	if err := cdn.Config(a.stdout, kind, s, o); err != nil {
		return err
	}
	if kind == "cloudflare" && !a.quiet {
		fmt.Fprintln(a.stderr, "PUT each value to its key, which is a path of Cloudflare's API below /zones/ID/.\nIt replaces the rules that the zone has in that phase. docs/cdn.md has the commands.")
	}
	return nil
}
