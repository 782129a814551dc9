// Package memory limits the memory of the command. It imports little, so Go initializes
// it before the packages that allocate most, such as those with many patterns: a
// collection of garbage at that time would take a sixth of the time of a short command.
package memory

import (
	"os"
	"runtime/debug"
)

// Limit is the soft limit in bytes from the start. With it, the memory that onair uses
// should stay below 256 MiB for a catalogue of any size.
const Limit = 192 << 20

// percent is the value of GOGC unless the variable sets another: the heap may grow to
// three times the live heap before a collection.
const percent = 200

func init() {
	SetLimit(Limit)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// SetLimit sets the soft limit in bytes, unless GOMEMLIMIT sets one.
func SetLimit(limit int64) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit)
	}
}
