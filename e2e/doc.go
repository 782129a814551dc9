// Package e2e holds onair against the world: its tests build the real binary,
// publish the example show with it and let real components judge the outcome —
// a cloud storage emulator, readers of ID3 tags, feed parsers, podcast clients,
// validators and a browser. Nothing here is faked but the network's far end.
//
// It is a module of its own so that none of those components' dependencies
// reaches the tool's go.mod. README.md tells what is launched and how.
package e2e
