package fetch

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestVisitorReachesThePrivateHostOfItsUserOnly(t *testing.T) {
	t.Parallel()
	asked := false
	inside := serve(t, func(http.ResponseWriter, *http.Request) { asked = true })
	inside = strings.Replace(inside, "127.0.0.1", "127.0.0.2", 1)
	home := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/here", http.StatusFound)
		case "/away":
			http.Redirect(w, r, inside, http.StatusMovedPermanently)
		default:
			_, _ = io.WriteString(w, "here")
		}
	})
	v, err := NewVisitor(home, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, hops, err := v.Do(t.Context(), &Request{URL: home + "/moved"})
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if len(hops) != 1 || hops[0].Status != http.StatusFound || hops[0].URL != home+"/moved" {
		t.Errorf("hops %v", hops)
	}
	for _, address := range []string{home + "/away", inside} {
		if _, _, err := v.Do(t.Context(), &Request{URL: address}); !errors.Is(err, ErrNotPublic) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if asked {
		t.Error("a private host got a request")
	}
}

func TestVisitorEndsRedirects(t *testing.T) {
	t.Parallel()
	home := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) })
	v, err := NewVisitor(home, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, hops, err := v.Do(t.Context(), &Request{URL: home}); err == nil || len(hops) != maxRedirects+1 {
		t.Errorf("%d hops, %v", len(hops), err)
	}
}
