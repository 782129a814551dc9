package main

import (
	"encoding/json"
	"io"
)

// schemaVersion is that of every JSON document that commands write.
const schemaVersion = 1

// writeJSON writes a document for scripts.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
