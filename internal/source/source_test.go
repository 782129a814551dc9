package source

import (
	"strings"
	"testing"
	"time"
)

func TestParseDate(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ in, want string }{
		{"2027-02-04 06:00", "2027-02-04T11:00:00Z"},
		{"2027-07-04 06:00", "2027-07-04T10:00:00Z"},
		{"2027-02-04 06:00:30", "2027-02-04T11:00:30Z"},
		{"2027-02-04T06:00", "2027-02-04T11:00:00Z"},
		{"2027-02-04", "2027-02-04T05:00:00Z"},
		{"2027-02-04T06:00:00Z", "2027-02-04T06:00:00Z"},
		{"2027-02-04T06:00:00+02:00", "2027-02-04T04:00:00Z"},
		{"2027-02-04 06:00 +0200", "2027-02-04T04:00:00Z"},
		{"2027-02-04 06:00+02:00", "2027-02-04T04:00:00Z"},
		{"2027-11-07 01:30", "2027-11-07T05:30:00Z"}, // occurs twice that night; the first is used
	}
	for _, tt := range tests {
		got, err := ParseDate(tt.in, zone)
		if err != nil || got.UTC().Format(time.RFC3339) != tt.want {
			t.Errorf("%s: got %v, %v; want %s", tt.in, got.UTC(), err, tt.want)
		}
	}
	for _, s := range []string{"", "2027-02-30", "2027-03-14 02:30", "04.02.2027", "2027-02-04 6:00", "2027-02-04 06:00 CET", "2027"} {
		if got, err := ParseDate(s, zone); err == nil {
			t.Errorf("%q is %v", s, got)
		} else if skipped := strings.HasPrefix(s, "2027-03-14"); strings.Contains(err.Error(), "does not exist") != skipped {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestTimestamp(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		want time.Duration
		out  string
	}{
		{"0:00", 0, "0:00"},
		{"0:12", 12 * time.Second, "0:12"},
		{"00:12", 12 * time.Second, "0:12"},
		{"0:48.5", 48500 * time.Millisecond, "0:48.5"},
		{"1:02", 62 * time.Second, "1:02"},
		{"59:59.999999999", time.Hour - 1, "59:59.999999999"},
		{"90:00", 90 * time.Minute, "1:30:00"},
		{"1:02:03.250", time.Hour + 2*time.Minute + 3250*time.Millisecond, "1:02:03.25"},
		{"100:00:10", 100*time.Hour + 10*time.Second, "100:00:10"},
	}
	for _, tt := range tests {
		got, ok := ParseTimestamp(tt.in)
		if !ok || got != tt.want {
			t.Errorf("%s: got %v, %t; want %v", tt.in, got, ok, tt.want)
		}
		if out := FormatTimestamp(got); out != tt.out {
			t.Errorf("%s: written as %s; want %s", tt.in, out, tt.out)
		}
	}
	for _, s := range []string{"", "12", "0:1", "0:60", "0:12.", "0:12.0000000001", ":12", "1:2:03", "1:60:00", "-0:12", "+1:00", "1:2:3:4", "0:12 ", "0:0x", "99999:00", "٠:١٢"} {
		if got, ok := ParseTimestamp(s); ok {
			t.Errorf("%q is %v", s, got)
		}
	}
}

func FuzzTimestamp(f *testing.F) {
	for _, s := range []string{"0:12", "0:48.5", "1:02:03.250", "90:00", "12.5", "0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, ok := ParseTimestamp(s); ok {
			if again, ok := ParseTimestamp(FormatTimestamp(d)); !ok || again != d || d < 0 {
				t.Errorf("%q: %v, then %v", s, d, again)
			}
		}
		if d, ok := ParseSeconds(s); ok {
			if again, ok := ParseSeconds(FormatSeconds(d)); !ok || again != d || d < 0 {
				t.Errorf("%q: %v, then %v", s, d, again)
			}
		}
	})
}

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"title", "topics", "type", "language", "license"}
	for in, want := range map[string]string{
		"titel": "title", "Title": "title", "tittle": "title", "licence": "license", "langauge": "language", "typ": "type", "colour": "", "": "", "x": "",
	} {
		if got := Nearest(in, known); got != want {
			t.Errorf("%q: got %q; want %q", in, got, want)
		}
	}
}
