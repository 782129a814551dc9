package show

// Person is somebody heard on the show, from people.yaml or named inline.
type Person struct {
	ID      string // key in people.yaml; empty for a person named inline
	Name    string // as in transcripts and podcast:person
	URL     string
	Image   string   // path below the show's folder, or a URL
	Aliases []string // other labels that transcripts use for the same person
}

// Credit is what a person did: an entry of podcast:person, in the terms of the
// Podcast Taxonomy.
type Credit struct {
	Person *Person
	Role   string // such as host or guest; never empty
	Group  string // such as cast; never empty
}

// Sponsor is an entry of sponsors.yaml.
type Sponsor struct {
	ID   string
	Name string
	URL  string
	Logo string // path below the show's folder
	Text string
}
