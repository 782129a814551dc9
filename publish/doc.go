// Package publish brings a show to its listeners. It compares what should be live,
// a [release.Release], with what the storage lists, a [record.Listing]: [NewPlan]
// returns the difference, and [Apply] carries it out.
//
//	folder → show.Show → release.Release → Plan → bucket
//
// The main packages below it:
//
//	release    makes everything that should be live from a show
//	record     reads and writes release.json, and lists the storage
//	verify     checks the show as listeners get it
//	bucket     defines storage; its providers are packages below it
//	cdn        purges CDNs and writes their configuration
//
// Publishing can be interrupted at any time and started again; [Apply] documents
// the order of its steps. docs/design.md says why it is so, and
// docs/architecture.md follows an episode through the files.
package publish
