package placeholder

import (
	"bytes"
	"image/jpeg"
	"strings"
	"testing"
)

func TestDraw(t *testing.T) {
	t.Parallel()
	var before []byte
	for _, title := range []string{strings.Repeat("Wide ", 50), strings.Repeat("W", 250), "影師", "影師"} {
		data, err := Draw(title)
		if err != nil {
			t.Fatal(err)
		}
		if same := bytes.Equal(data, before); same != (title == "影師" && before != nil && len(before) == len(data)) {
			t.Errorf("%s: same as the one before: %t", title, same)
		}
		before = data
		if !Is(data) {
			t.Errorf("%s: not recognized", title)
		}
		if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
			t.Errorf("%s: %v", title, err)
		}
		if len(data) > 500_000 {
			t.Errorf("%s: %d bytes", title, len(data))
		}
	}
	if Is(nil) || Is([]byte("\xff\xd8\xff\xe0onair placeholder")) {
		t.Error("something else is taken for the placeholder")
	}
}
