package bucket

const (
	// RecordsPrefix is the prefix of the keys of onair's own records.
	RecordsPrefix = ".onair/"
	// PartsPrefix is the prefix of the keys of the parts that tagged audio is
	// joined from. The rest of such a key is the SHA-256 of the part.
	PartsPrefix = RecordsPrefix + "parts/"
)

// MetaSHA256 is the metadata key under which onair stores the SHA-256 of an object's
// content, in hexadecimal digits. The metadata shows that onair wrote the object, and
// identifies the content without reading it.
const MetaSHA256 = "onair-sha256"
