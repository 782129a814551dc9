package bucket

import "context"

// Inspector is implemented by buckets whose provider can be asked how they are
// set up, and that anybody may try to read over HTTP.
type Inspector interface {
	// Versioned and Website ask the provider, with the credentials that there are.
	// ErrDenied: they may not ask; errors.ErrUnsupported: it has nothing of the kind.
	Versioned(ctx context.Context) (bool, error) // earlier versions of an object are kept
	Website(ctx context.Context) (Website, error)

	// PublicURL is where somebody without credentials would read an object, past
	// any CDN; PublicList, where they would list the bucket. Empty: the provider
	// lets nobody, whatever the bucket.
	PublicURL(key string) string
	PublicList() string
}

// Website is what a bucket answers with as a web server. Empty: nothing is set.
type Website struct {
	IndexPage string // of a folder: a name in it
	ErrorPage string // for what is not there: a key, past any prefix of the bucket
}
