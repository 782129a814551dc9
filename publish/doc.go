// Package publish turns a show into what listeners get. It is a
// reconciliation: a [Release] is everything that should be live, [Diff]
// compares it with what a bucket lists, and [Apply] makes the bucket so.
//
//	folder → show.Show → Release → Plan → bucket
//
// # What is in a bucket
//
//	audio/<slug>-<hash>.mp3                             tagged audio        immutable
//	episodes/<slug>/transcript[.<lang>]-<hash>.<ext>    captions, text      immutable
//	episodes/<slug>/chapters-<hash>.json                chapters            immutable
//	assets/<name>-<hash>.<ext>                          artwork, theme      immutable
//	index.html, episodes/<slug>/index.html, …           pages               page
//	feed.xml (feed: path:)                              the feed            feed
//	.onair/release.json                                 onair's own record
//
// Everything a feed names, pages aside, has the hash of its content in its key,
// so a listener never sees a mixture of old and new. The hash is the first 16
// hex digits of the content's SHA-256; for tagged audio it is that of
// SHA-256(SHA-256(tag) ‖ SHA-256(payload)), which needs the lock but not the
// audio. Headers are a pure function of key and configuration ([HeadersFor]).
// Every object carries its SHA-256 as metadata: "onair-sha256".
//
// Tagged audio is never a file in between: its tag is made in memory and the
// master's payload is streamed behind it.
//
// # release.json
//
// The record says who published what, when and from which commit; for every
// object its SHA-256, CRC32C, size, class and the bucket's version token; and
// what the feed says of each episode. It is status, never truth: lost, the next
// publish writes it again from what the bucket lists.
//
// # Rules
//
// Findings of this package are about what only the whole show can tell:
//
//	P001  error    storage is, or contains, the show's own folder; or state lies
//	               in storage
//	P002  error    two objects want one key
//	P003  error    a transcript cannot be read
//	P004  error    a transcript cannot be written as captions
//	P005  error    cdn names a provider or a setting that onair does not know
//	P006  error    git cannot tell who contributed to the transcripts (a remark
//	               where there is no repository)
//	P007  error    transcripts.yaml cannot be read, or contradicts show.yaml
//	P010  error    a master cannot be read as audio
//	P011  error    the audio is neither here nor in onair.lock (a scheduled
//	               episode: warning)
//	P012  error    the audio is not what onair.lock pins
//	P013  error    the pinned tag format is not one this onair writes
//	P014  error    the tag cannot be made
//	P015  error    onair.lock holds a digest that is none
//	P016  error    an episode to remove that is still in the show's folder
//	P017  warning  chapters of a master's own tag that an episode cannot have
//	P018  warning  no waveform can be drawn: without ffmpeg, or where the audio is not
//	P020  error    an image cannot be read
//	P021  warning  the artwork is the placeholder of onair init
//	P022  error    the chapters file cannot be written
//	P023  error    the feed cannot be rendered
//	P024  error    the pages cannot be rendered, and no template is to blame
//
// Findings of CheckSetup are about the buckets themselves:
//
//	B001  error    the bucket does not exist
//	B002  error    these credentials may not use it
//	B003  error    not everybody can read the objects of the public bucket
//	B004  warning  everybody can list the public bucket
//	B005  warning  the public bucket has no CORS
//	B006  warning  onair's own records are in the public bucket
//	B007  error    everybody can read the private bucket
//	B008  warning  the private bucket keeps no earlier versions (info: its provider
//	               cannot)
//	B009  info     the public bucket has no website pages: index.html, 404.html
//	B010  info     public reading and CORS could not be looked at
//	B011  info     versioning or website pages could not be looked at: these
//	               credentials may not
package publish
