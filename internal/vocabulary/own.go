package vocabulary

// MaxSubtitle is the longest summary of an episode, in bytes, that onair writes as
// itunes:subtitle, of which PSP-1 allows 255 characters. A longer one is written as
// itunes:summary.
const MaxSubtitle = 255

// Generator is the name of onair in the feeds that it writes. It has no version, so that
// an upgrade does not change a feed.
const Generator = "onair"

// FormerAddress is the title of each atom:link of rel="related" in an item that onair
// wrote. The link is a former address of the episode's page, from which the show
// redirects. In a channel such links are the show's links, with their names as titles.
const FormerAddress = "former address"
