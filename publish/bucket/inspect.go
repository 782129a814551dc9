package bucket

import "context"

// Inspector is implemented by buckets whose provider can be asked how they are
// set up, and that anybody may try to read over HTTP.
type Inspector interface {
	// Inspect asks the provider, with the credentials that there are.
	Inspect(ctx context.Context) (Setup, error)

	// PublicURL is where somebody without credentials would read an object, past
	// any CDN; PublicList, where they would list the bucket.
	PublicURL(key string) string
	PublicList() string
}

// Setup is how a bucket is set up, as far as the provider tells.
type Setup struct {
	Versioned bool // earlier versions of an object are kept
}
