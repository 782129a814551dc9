package repo

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOriginalOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a/transcript.es.md": "a/transcript.md", "go-time-1.pt-BR.md": "go-time-1.md", "go-time-1.md": "", "v1.0.md": "", "es.md": "", "x.es.txt": "",
	} {
		if got := originalOf(name); got != want {
			t.Errorf("originalOf(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestTranslations(t *testing.T) {
	t.Parallel()
	sources := map[string]string{
		"a/x-1.md":    "**Vega:** \\[00:01\\] Hello.\n\n**Rigel:** Hi.\n",
		"a/x-1.es.md": "**Vega:** \\[00:01\\] Hola.\n\n**Rigel:** Hola.\n",
		"a/x-1.fr.md": "**Vega:** \\[00:02\\] Salut.\n\n**Rigel:** Salut.\n",
		"b/x-1.de.md": "**Vega:** Hallo.\n",
	}
	names := []string{"a/x-1.es.md", "a/x-1.fr.md", "a/x-1.md", "b/x-1.de.md"}
	for _, test := range []struct {
		disabled map[string]string
		want     []string
	}{
		{nil, []string{"a/x-1.fr.md:1:1: the stamp is 0:02, and 0:01 in the original"}},
		{map[string]string{"T032": "translations are free"}, nil},
	} {
		l := &Linter{Settings: &Settings{Disabled: test.disabled}, Workers: 4}
		across, err := l.Run(context.Background(), names, func(name string) ([]byte, error) { return []byte(sources[name]), nil }, func(*Result) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range across {
			got = append(got, f.Error())
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestChangedTranslations changes a translation, its original, or both.
func TestChangedTranslations(t *testing.T) {
	t.Parallel()
	const one, two = "**Vega:** \\[00:01\\] Hello.\n", "**Vega:** \\[00:01\\] Hello.\n\n**Rigel:** Hi.\n"
	const late = "**Vega:** \\[00:02\\] Hello.\n"
	names := []string{"x-1.es.md", "x-1.md", "x-2.md"}
	for name, test := range map[string]struct {
		changed map[string]Versions
		want    []string
	}{
		"the original grows":     {map[string]Versions{"x-1.md": {[]byte(one), []byte(two)}}, []string{"x-1.es.md:1:1: the original has 2 turns, this has 1"}},
		"a new translation":      {map[string]Versions{"x-1.es.md": {nil, []byte(late)}}, []string{"x-1.es.md:1:1: the stamp is 0:02, and 0:01 in the original"}},
		"it was wrong before":    {map[string]Versions{"x-1.es.md": {[]byte(late), []byte("\n" + late)}}, nil},
		"it is fixed":            {map[string]Versions{"x-1.es.md": {[]byte(late), []byte(one)}}, nil},
		"both change together":   {map[string]Versions{"x-1.md": {[]byte(one), []byte(two)}, "x-1.es.md": {[]byte(one), []byte(two)}}, nil},
		"another transcript":     {map[string]Versions{"x-2.md": {[]byte(one), []byte(two)}}, nil},
		"a file that is deleted": {map[string]Versions{"x-1.md": {[]byte(one), nil}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &Linter{Settings: &Settings{}}
			found, err := l.ChangedTranslations(names, test.changed, func(string) ([]byte, error) { return []byte(one), nil })
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, f.Error())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			l.Settings.Disabled = map[string]string{"T032": "translations are free"}
			if found, _ := l.ChangedTranslations(names, test.changed, nil); found != nil {
				t.Errorf("disabled: %v", found)
			}
		})
	}
}
