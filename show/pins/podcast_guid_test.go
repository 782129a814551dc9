package pins

import "testing"

// The first two cases are examples of the specification.
func TestPodcastGUID(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, url, want string }{
		{"of the specification", "podnews.net/rss", "9b024349-ccf0-5f69-a609-6b82873eab3c"},
		{"of the specification", "mp3s.nashownotes.com/pc20rss.xml", "917393e3-1b1e-5cef-ace4-edaa54e1f810"},
		{"with a scheme", "https://podnews.net/rss", "9b024349-ccf0-5f69-a609-6b82873eab3c"},
		{"with slashes at the end", "http://podnews.net/rss//", "9b024349-ccf0-5f69-a609-6b82873eab3c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := PodcastGUID(tt.url); got != tt.want {
				t.Errorf("got %s; want %s", got, tt.want)
			}
		})
	}
}
