package speech

import (
	"fmt"
	"slices"
	"testing"

	"onair/show"
)

func TestHints(t *testing.T) {
	t.Parallel()
	terms, found := Glossary([]byte("- {term: etcd, keep: true}\n- term: load balancer\n  es: balanceador\n"))
	if len(found) > 0 {
		t.Fatal(found)
	}
	if terms[0].In("es") != "etcd" || terms[1].In("es-mx") != "balanceador" || terms[1].In("de") != "" {
		t.Errorf("%+v", terms)
	}
	vega := &show.Person{Name: "Vega Lyrae", Aliases: []string{"Vega"}}
	s := &show.Show{Title: "Cloudy", Hosts: []show.Credit{{Person: vega}}}
	got := Hints(s, &show.Episode{Title: "Vega"}, append(terms, Term{Name: "Vega Lyrae"}))
	if want := []string{"Vega Lyrae", "Vega", "Cloudy", "etcd", "load balancer"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for i := range 2000 {
		terms = append(terms, Term{Name: fmt.Sprint("term", i)})
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
