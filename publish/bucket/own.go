package bucket

const (
	// RecordsPrefix is the prefix of the keys of onair's own records.
	RecordsPrefix = ".onair/"
	// PartsPrefix is the prefix of the keys of the parts that tagged audio is
	// joined from. The rest of such a key is the SHA-256 of the part.
	PartsPrefix = RecordsPrefix + "parts/"
)

// MetaSHA256 is the metadata that onair gives every object that it writes: the
// SHA-256 of its content in hexadecimal digits. It identifies the objects of
// onair, and their content without reading it.
const MetaSHA256 = "onair-sha256"
