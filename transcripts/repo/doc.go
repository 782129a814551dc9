// Package repo is a repository of transcripts: which of its files are
// transcripts, what it says about all of them, and what can only be seen by
// looking at several. It knows nothing of shows.
//
// # transcripts.yaml
//
// A file at the top of the repository, with settings that are all optional:
//
//	timestamp_fraction: frames30   # what two digits behind a stamp's dot count; else decimal
//	pauses: [Song]                 # labels of pauses beside Break, Jingle, Intro and Outro
//	url: https://show.example/{number}/    # page of an episode: {name}, {folder}, {number}
//	disable:
//	  T010: guests often say one line      # a rule, and why it does not hold here
//
// # people.yaml
//
// Who is heard, by id. Other fields of an entry are for others to read:
//
//	vega: {name: Vega Lyrae, aliases: [VEGA, Voice One]}
//
// # Files
//
// A transcript is a file that ends in .md, but for those that every repository
// has (README.md, CONTRIBUTING.md, …) and the episode.md of a show. Hidden
// folders are passed by, and so is what is no regular file: nobody can make a
// link lead out of a repository. A name such as go-time-114.es.md is the
// Spanish translation of go-time-114.md.
package repo
