package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHostMove moves a show to a new host. Its old address then answers 301. gPodder
// and newsboat, which identify episodes by GUID, must download nothing again. podget,
// which goes by file names, must download nothing if the audio stays at its old
// address, and otherwise as much as feed check --against predicts.
func TestHostMove(t *testing.T) {
	t.Parallel()
	const episodes = 4
	for _, tt := range []struct {
		name   string
		args   []string
		byFile int // expected downloads of clients that go by file names
	}{
		{"audio stays", []string{"--no-audio"}, 0},
		{"audio moves", nil, episodes},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newOldHost(t, episodes, false)
			feedURL := h.URL + "/feed.xml"
			clients := map[string]*podcastClient{
				"gPodder": newGPodder(t, feedURL), "podget": newPodget(t, feedURL), "newsboat": newNewsboat(t, feedURL, episodes),
			}
			for name, c := range clients {
				if c.download(t); len(mp3s(t, c.downloads)) != episodes {
					t.Fatalf("%s has %d episodes before the move, want %d", name, len(mp3s(t, c.downloads)), episodes)
				}
			}
			old := filepath.Join(t.TempDir(), "old.xml")
			if err := os.WriteFile(old, []byte(h.feed(episodes, 1, "")), 0o644); err != nil {
				t.Fatal(err)
			}
			newHost := moveTo(t, h, tt.args...)

			changes := foretold(t, newHost.URL+"/feed.xml", old)
			if want := (foretelling{0, 0, tt.byFile}); changes != want {
				t.Errorf("feed check --against foretells %+v, want %+v", changes, want)
			}
			h.moveAway(newHost.URL + "/feed.xml")
			for name, c := range clients {
				before, asked := wholeTree(t, c.downloads), newHost.audio()+h.audioRequests()
				c.download(t)
				again := newHost.audio() + h.audioRequests() - asked
				if name != "podget" {
					if diff := cmp.Diff(before, wholeTree(t, c.downloads)); diff != "" || again > 0 {
						t.Errorf("%s downloads %d episodes again (-before +after):\n%s", name, again, diff)
					}
				} else if again != tt.byFile {
					t.Errorf("%s downloads %d episodes again, want %d", name, again, tt.byFile)
				}
			}
		})
	}
}

// foretelling is the prediction of feed check about the effects of a move.
type foretelling struct {
	New    int `json:"new"`
	ByGUID int `json:"again_by_guid"`
	ByFile int `json:"again_by_file"`
}

// foretold returns the prediction of feed check for replacing an old feed.
func foretold(t *testing.T, feed, old string) foretelling {
	t.Helper()
	cmd := exec.Command(onair, "feed", "check", feed, "--against", old, "--offline", "--json")
	cmd.Env = cleanEnv(t.TempDir())
	out, err := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != 3 {
		t.Fatalf("feed check: %v", err)
	}
	return decode[struct{ Changes foretelling }](t, out).Changes
}

// newHost is a server for the built site of a moved show.
type newHost struct {
	*httptest.Server
	mu    sync.Mutex
	asked int // number of requests for audio
}

func (h *newHost) audio() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.asked
}

// moveTo imports the show from an old host, builds it and serves it.
func moveTo(t *testing.T, old *oldHost, args ...string) *newHost {
	t.Helper()
	dir, public := filepath.Join(t.TempDir(), "tea"), filepath.Join(t.TempDir(), "public")
	if _, err := output(importing(t, old, dir, args...)); err != nil {
		t.Fatal(err)
	}
	h := &newHost{}
	files := http.FileServer(http.Dir(public))
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".mp3") && r.Method == http.MethodGet {
			h.mu.Lock()
			h.asked++
			h.mu.Unlock()
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(h.Close)
	cmd := exec.Command(onair, "-C", dir, "build", "-o", public)
	cmd.Env = append(cleanEnv(t.TempDir()), "ONAIR_URL="+h.URL+"/")
	if _, err := output(cmd); err != nil {
		t.Fatal(err)
	}
	return h
}

// audioRequests returns the number of requests for audio.
func (h *oldHost) audioRequests() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for path, times := range h.asked {
		if strings.HasSuffix(path, ".mp3") {
			n += times
		}
	}
	return n
}

// moveAway makes the feed redirect permanently to an address.
func (h *oldHost) moveAway(address string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.movedTo = address
}

// TestMoveOfManyEpisodes imports 1,000 episodes, and changes the slugs and titles of
// all episodes. No GUID may change.
func TestMoveOfManyEpisodes(t *testing.T) {
	t.Parallel()
	const episodes = 1000
	h := newOldHost(t, episodes, true)
	dir, public, old := filepath.Join(t.TempDir(), "tea"), filepath.Join(t.TempDir(), "public"), filepath.Join(t.TempDir(), "old.xml")
	if err := os.WriteFile(old, []byte(h.feed(episodes, 1, "")), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := output(importing(t, h, dir, "--no-audio")); err != nil {
		t.Fatal(err)
	}
	folders, err := filepath.Glob(filepath.Join(dir, "episodes", "*"))
	if err != nil || len(folders) != episodes {
		t.Fatalf("%d folders of episodes: %v", len(folders), err)
	}
	for i, folder := range folders {
		file := filepath.Join(folder, "episode.md")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(data), "\ntitle: ", fmt.Sprintf("\nslug: renamed-%d\ntitle: ", i), 1)
		changed = strings.Replace(changed, "title: \"", "title: \"Renamed: ", 1)
		if err := os.WriteFile(file, []byte(changed), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(onair, "-C", dir, "build", "-o", public)
	cmd.Env = append(cleanEnv(t.TempDir()), "ONAIR_URL=https://new.example/")
	if _, err := output(cmd); err != nil {
		t.Fatal(err)
	}
	if changes := foretold(t, filepath.Join(public, "feed.xml"), old); changes != (foretelling{}) {
		t.Errorf("feed check --against foretells %+v, want nothing", changes)
	}
}
