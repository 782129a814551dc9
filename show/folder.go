package show

import (
	"io/fs"
)

// Folder is where the files of a show are read from. Most lie inside FS. A
// show may keep its masters or transcripts elsewhere ("~/masters/…",
// "../transcripts/…"); those are read from the disk, relative to Dir, and only
// where Dir is set.
type Folder struct {
	FS  fs.FS
	Dir string // operating-system path of FS's root; empty when FS is not on a disk
}
