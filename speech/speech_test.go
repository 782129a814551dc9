package speech

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"onair/show"
)

func TestRead(t *testing.T) {
	t.Parallel()
	const two = `{"segments": [
{"start": 0, "end": 1, "text": "Hello", "speaker": "%s", "words": [{"word": "Hello", "start": 0, "end": 1}]},
{"start": %s, "end": %[2]s, "text": "yes", "speaker": "%s", "words": [{"word": "yes", "start": %[2]s, "end": %[2]s}]}]}`
	for _, test := range []struct{ name, answer, want string }{
		{"voices are numbered", fmt.Sprintf(two, "SPEAKER_07", "5", "SPEAKER_00"), "1 2 map[]"},
		{"names are kept", fmt.Sprintf(two, "Vega", "5", "B"), "1 2 map[1:Vega]"},
		{"one voice", fmt.Sprintf(two, "", "5", ""), "  map[]"},
		{"past the end", fmt.Sprintf(two, "A", "61.5", "B"), "after the end of the audio"},
		{"silence", `{"text": "", "segments": []}`, "there are no words"},
		{"cut off", fmt.Sprintf(two, "A", "5", "B")[:90], "JSON"},
		{"a page", "<html><title>502 Bad Gateway</title></html>", "the answer"},
		{"nothing", "", "the answer"},
	} {
		f, err := Read([]byte(test.answer), time.Minute)
		got := fmt.Sprint(err)
		if err == nil {
			got = fmt.Sprint(f.Segments[0].Voice, " ", f.Segments[1].Voice, " ", f.Speakers)
		}
		if !strings.Contains(got, test.want) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestHints(t *testing.T) {
	t.Parallel()
	terms, found := Glossary([]byte("- {term: etcd, keep: true}\n- term: load balancer\n  es: balanceador\n"))
	if len(found) > 0 {
		t.Fatal(found)
	}
	vega := &show.Person{Name: "Vega Lyrae", Aliases: []string{"Vega"}}
	s := &show.Show{Title: "Cloudy", Hosts: []show.Credit{{Person: vega}}}
	got := Hints(s, &show.Episode{Title: "Vega"}, append(terms, "Vega Lyrae"))
	if want := []string{"Vega Lyrae", "Vega", "Cloudy", "etcd", "load balancer"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for i := range 2000 {
		terms = append(terms, fmt.Sprint("term", i))
	}
	if n := len(Hints(s, &show.Episode{}, terms)); n != maxHints {
		t.Errorf("%d hints", n)
	}
	for _, malformed := range []string{"term: etcd\n", "- [a\n", "- etcd\n"} {
		if _, found := Glossary([]byte(malformed)); !found.HasErrors() {
			t.Errorf("%q is accepted", malformed)
		}
	}
}
