// Package repo reads a repository of transcripts: which of its files are transcripts, the
// settings that apply to all, and the rules that compare files. It does not depend on a
// show.
//
// # transcripts.yaml
//
// A file at the top of the repository, with settings that are all optional:
//
//	timestamp_fraction: frames30   # unit of two digits after a stamp's dot; decimal by default
//	pauses: [Song]                 # labels of pauses beside Break, Jingle, Intro and Outro
//	url: https://show.example/{number}/    # page of an episode: {name}, {folder}, {number}
//	disable:
//	  T010: guests often say one line      # a rule, and why it does not apply
//
// # people.yaml
//
// The speakers, by id. Other fields of an entry are ignored:
//
//	vega: {name: Vega Lyrae, aliases: [VEGA, Voice One]}
//
// # Files
//
// A transcript is a file that ends in .md, except for common files of repositories
// (README.md, CONTRIBUTING.md, …) and the episode.md of a show. Hidden folders and
// everything that is not a regular file are skipped, so that no symbolic link leads out of
// the repository. A name such as go-time-114.es.md is the Spanish translation of
// go-time-114.md.
package repo
