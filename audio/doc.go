// Package audio turns MP3s into facts and episodes into tags. Publishing never
// writes to a master and never makes a second one: what listeners get is the bytes
// of a tag followed by the payload of the master, as a stream. Only [TagFile],
// which a person asks for by name, writes a file.
//
// # Masters
//
// [Probe] walks every frame of an MP3 (MPEG 1, 2 and 2.5, layer III). The frames
// decide about duration, bitrate and the rest; a Xing, Info or VBRI header that
// disagrees with them is reported. Around the payload it knows ID3v2 tags at the
// front, several in a row, and ID3v1, APE, Lyrics3 and ID3v2 tags at the end, in
// any order: none of them is published. An ID3v2 tag at the end needs no footer:
// without one it is known by a size that ends it where the next tag or the end of
// the file is, and looked for in the last 1 MiB. Junk between frames stays part of
// the payload, because the payload is published as it is.
//
// AAC in MP4 is recognised too and published untouched, without a tag. All else,
// free-format MP3 and layers I and II among it, is refused by name.
//
// # Tags
//
// A tag is ID3v2.3.0, the version that every player shows. [TagFormat] 1 has
// these frames, in this order, and only those that have a value:
//
//	TIT2  title of the episode            TCON  Podcast
//	TPE1  author of the show              TLAN  language, ISO 639-2
//	TALB  title of the show               TLEN  duration in milliseconds
//	TRCK  number of the episode           TCOP  year and copyright holder
//	TPOS  season                          TPUB  owner of the show
//	TYER  year of the date                TXXX  podcast:item:guid, the episode's GUID
//	TDAT  day and month of the date       COMM  summary
//	CTOC  "toc": top-level, ordered, the chapters that are not hidden
//	CHAP  "chp0", "chp1", …: times, TIT2 title, WXXX link, APIC image
//	APIC  artwork, as front cover
//
// Nothing in a tag changes with notes, transcripts, hosting or the version of
// onair. Text is Latin-1 where that has all its characters, else little-endian
// UTF-16 with a byte order mark and terminators of two bytes. Titles are one line
// without control characters. Frame sizes are plain integers, those inside CHAP
// too. Byte offsets of chapters are unused (FFFFFFFF). Chapters of which none is
// listed are left out, because a table of contents must not be empty. There is no
// padding, no unsynchronisation and no frame flag.
//
// [Tag.Parts] cuts the encoded tag where one piece can change without the
// others: the header with text and chapters; the cover; and any chapter image
// whose frame exceeds 64 KiB. Joined, the parts are the tag.
//
// [ReadTag] reads versions 2.2, 2.3 and 2.4, whoever wrote them.
//
// # Foreign tags
//
// [TagFile] changes what it is asked to change. A field that stays keeps its
// frames, byte for byte where the old tag is 2.3, and with them what a [Tag] has
// no room for: "4/12", a second artist, the subtitle of a chapter. Frames of no
// field, such as PRIV, USLT or GEOB, are kept too; they come behind the chapters.
// TLEN is always measured.
//
// From 2.2 and 2.4, text is written in the encodings of 2.3, several values are
// joined by a slash, TDRC becomes TYER, TDAT and TIME, and TIPL and TMCL become
// IPLS. What 2.3 has nothing like (RVA2, EQU2, ASPI, SEEK, SIGN), what is
// compressed, encrypted or damaged, and bytes that are no frame are lost only to
// who says so.
//
// An old tag is believed only if the file agrees: it ends inside the file, three
// frames of audio in a row are nowhere in it, and the first frame begins where it
// ends. A tag behind the audio must begin as its kind begins, and hold none. Fewer than three
// frames, 0.08 s of sound, cannot be told from chance: 4 MB of random bytes have
// two in a row about once in 600 times.
//
// # Sound
//
// [MeasureLoudness] and [MeasureWaveform] need the sound, which ffmpeg decodes.
// What they find is remembered for the payload, whatever tag is in front of it;
// rules A030 to A034 hold only for what was measured before, because a check
// never takes seconds for each episode. Decoders of one file differ by a bit:
// what a page shows of a waveform, its [Waveform.Peaks], is therefore pinned in
// the lock, and [DrawPeaks] makes the drawing of that alone.
//
// # Rules
//
//	A001  error    the file was cut off: its header promises more frames
//	A002  warning  junk, a truncated frame, a header that disagrees, …: see Info.Warnings
//	A003  warning  sample rate other than 44.1 or 48 kHz
//	A004  warning  variable bitrate
//	A005  info     bitrate outside of Apple's range: mono 96–128, stereo 128–256 kbit/s
//	A006  info     M4A: no tag is written
//	A007  warning  extension of the master unlike its content
//	A008  warning  the master's own tag has the GUID of another episode
//	A009  info     the master's own tag, or one behind its audio, has another title, artist or album
//	      warning  … has other chapters
//	A010  warning  images of the chapters in the master's own tag are left out
//	A011  info     the chapters in the master's own tag have no table of contents
//	A020  error    artwork not square
//	A021  error    artwork not 1400–3000 pixels a side (a chapter image: warning above 3000)
//	A022  error    image in CMYK (greyscale: warning)
//	A023  error    extension of an image unlike its content
//	A024  warning  image larger than 512 kB
//	A030  warning  loudness other than -16 ± 1 LUFS in stereo, -19 ± 1 in mono
//	A031  warning  true peak above -1 dBTP
//	A032  info     both channels alike, which could be mono
//	A033  warning  three seconds of silence, or more, at an end
//	A034  warning  clipping
//	A040  error    the tag cannot be encoded
//	A041  warning  tag larger than 1 MiB
//	A042  warning  title longer than 255 characters
//	A043  error    chapter starts at or after the end of the audio
//	      warning  … ends more than a second after it; it is published up to there
//	A050  error    a file that holds no chapters: audio of another kind, a damaged tag,
//	               or nothing where they are asked for
package audio
