package main

import (
	"encoding/json"
	"io"
)

// schemaVersion is the version of every JSON document that commands write.
const schemaVersion = 1

// writeJSON writes an indented JSON document.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
