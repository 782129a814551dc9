// Package e2e tests onair from outside: it builds the real binary, publishes the
// example show with it and checks the result with independent components, such as
// a cloud storage emulator, readers of ID3 tags, feed parsers, podcast clients,
// validators and a browser. Only remote services are simulated.
//
// It is a module of its own, so that the components' dependencies do not reach the
// tool's go.mod. README.md lists the components that the tests launch and explains how
// files are named.
package e2e
