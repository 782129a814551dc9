package vocabulary

import "testing"

func TestCategory(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, sub, hint string
		ok              bool
	}{
		{"News", "", "", true},
		{"News", "Tech News", "", true},
		{"Technology", "Tech News", `it is "News > Tech News"`, false},
		{"Technology", "Software How-To", "retired by Apple; use Technology, or Education > How To", false},
		{"news", "", `did you mean "News"?`, false},
		{"Games & Hobbies", "", "retired by Apple; use Leisure", false},
		{"PigeonPod", "", "", false},
	} {
		if hint, ok := Category(tt.name, tt.sub); hint != tt.hint || ok != tt.ok {
			t.Errorf("Category(%q, %q) = %q, %t", tt.name, tt.sub, hint, ok)
		}
	}
}

func TestSuccessorsAreOnTheList(t *testing.T) {
	t.Parallel()
	for old := range retired {
		name, sub, ok := Successor(old, "")
		if _, valid := Category(name, sub); !ok || !valid {
			t.Errorf("%s leads to %q, %q", old, name, sub)
		}
	}
	if name, sub, _ := Successor("Technology", "tech news"); name != "News" || sub != "Tech News" {
		t.Errorf("got %q, %q", name, sub)
	}
	if name, sub, _ := Successor("TECHNOLOGY", ""); name != "Technology" || sub != "" {
		t.Errorf("got %q, %q", name, sub)
	}
}

func TestListHasAllCategories(t *testing.T) {
	t.Parallel()
	subs := 0
	for _, c := range categories {
		subs += len(c.subs)
	}
	if len(categories) != 19 || subs != 91 {
		t.Errorf("%d categories with %d subcategories; want 19 with 91", len(categories), subs)
	}
}
