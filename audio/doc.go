// Package audio reads MP3 masters and writes the ID3 tags of episodes. Publishing
// neither changes a master nor copies it: listeners get the bytes of a tag,
// followed by the payload of the master, as a stream. Only [TagFile] writes a
// file, and only a file that the user names.
//
// In this package a frame is an ID3 frame. The frames of the audio itself are always
// called MPEG frames.
//
// # Masters
//
// [Probe] reads every MPEG frame of an MP3 (MPEG 1, 2 and 2.5, layer III). Duration,
// bitrate and the rest are computed from the MPEG frames; a Xing, Info or VBRI header
// that disagrees with them is reported. Probe recognizes ID3v2 tags before the payload,
// several in a row, and ID3v1, APE, Lyrics3 and ID3v2 tags after it, in any order. None
// of them is published. An ID3v2 tag at the end needs no footer: Probe searches the
// last 1 MiB for a tag that ends, by its own size, where the next tag begins or the
// file ends. Junk between MPEG frames stays part of the payload, because the payload is
// published as it is.
//
// AAC in MP4 is recognized too and published unchanged, without a tag. Other
// formats, including free-format MP3 and layers I and II, are refused with an
// error that names the format.
//
// # Tags
//
// The package writes ID3v2.3.0, the version that players support best. [TagFormat] 1
// has these frames, in this order. A frame without a value is left out:
//
//	TIT2  title of the episode            TCON  Podcast
//	TPE1  author of the show              TLAN  language, ISO 639-2
//	TALB  title of the show               TLEN  duration in milliseconds
//	TRCK  number of the episode           TCOP  year and copyright holder
//	TPOS  season                          TPUB  owner of the show
//	TYER  year of the date                TXXX  podcast:item:guid, the episode's GUID
//	TDAT  day and month of the date       COMM  summary
//	CTOC  "toc": top-level, ordered, the chapters that are not hidden; if there are
//	      more than 255, it lists tables "toc0", "toc1", …
//	CHAP  "chp0", "chp1", …: times, TIT2 title, WXXX link, APIC image
//	APIC  artwork, as front cover
//
// A tag does not depend on show notes, transcripts, hosting or the version of
// onair. Text is Latin-1 if that has all its characters, else little-endian UTF-16
// with a byte order mark and terminators of two bytes. Titles are one line without
// control characters. Frame sizes are plain integers, also inside CHAP. Byte
// offsets of chapters are unused (FFFFFFFF). If all chapters are hidden, they are
// left out, because a table of contents must not be empty. There is no padding, no
// unsynchronisation and no frame flag.
//
// [Tag.Parts] cuts the encoded tag into parts that can change independently: the header
// with text and chapter frames; each chapter image whose frame exceeds 64 KiB; the
// frames after such an image; and the cover. Joined, the parts are the tag.
//
// [ReadTag] reads tags of ID3v2.2, 2.3 and 2.4 from any program.
//
// # Tags of other programs
//
// [TagFile] changes only the fields that its caller changes. An unchanged field keeps
// its frames, including content that a [Tag] cannot hold, such as "4/12", a second
// artist or the subtitle of a chapter. A frame of ID3v2.3 is copied byte for byte if
// readers that follow the specification decode it as this package does; else it is
// encoded again. Frames that belong to no field, such as PRIV, USLT or GEOB, are kept
// too; they come after the chapters. TLEN is always measured.
//
// Frames of ID3v2.2 and 2.4 are converted: text gets an encoding of 2.3, several
// values are joined by a slash, TDRC becomes TYER, TDAT and TIME, and TIPL and TMCL
// become IPLS. Frames without an equivalent in 2.3 (RVA2, EQU2, ASPI, SEEK, SIGN),
// frames that are compressed, encrypted or damaged, and bytes that are not a frame
// cannot be kept. TagFile refuses to drop them unless TagFileOptions.Drop names
// them.
//
// The size in an old tag's header is checked against the file. The tag must end inside
// the file, must not contain three consecutive MPEG frames, and the first MPEG frame
// must begin where the tag ends. A tag after the audio must begin as its format
// requires, and must not contain three consecutive MPEG frames either. Fewer than
// three, less than 0.08 s of sound, could be a coincidence: 4 MB of random bytes
// contain two in a row about once in 600 times.
//
// # Sound
//
// [MeasureLoudness] and [MeasureWaveform] decode the sound with ffmpeg. Their results
// are cached by payload, so they stay valid when the tag changes. Rules A030 to A036
// apply only to sound that has been measured already, because a check must not take
// seconds for each episode. Decoded samples differ slightly between versions of ffmpeg.
// The data for drawing a waveform, [Waveform.Peaks], is therefore kept in onair.lock,
// and [DrawPeaks] needs nothing else.
//
// # Rules
//
// The checks of this package report the rules A001 to A050. The table is in
// rules.go; [Rules] returns it.
package audio
