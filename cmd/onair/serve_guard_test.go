package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"onair/publish/verify"
)

func TestGuardPreview(t *testing.T) {
	t.Parallel()
	next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Seen-Range", r.Header.Get("Range"))
		w.Write([]byte("page"))
	})
	for _, test := range []struct {
		name, host, addr, listening, ranges, origin string
		refused, cors, ranged                       bool
	}{
		{name: "localhost", host: "localhost:8080", listening: "127.0.0.1:8080", ranges: "bytes=0-1,4-5", ranged: true},
		{name: "loopback address", host: "127.0.0.1:8080", listening: "127.0.0.1:8080"},
		{name: "page of another site", host: "127.0.0.1:8080", listening: "127.0.0.1:8080", origin: "https://evil.example"},
		{name: "onair verify", host: "127.0.0.1:8080", listening: "127.0.0.1:8080", origin: verify.OtherSite, cors: true},
		{name: "IPv6", host: "[::1]:8080", listening: "[::1]:8080"},
		{name: "subdomain of localhost", host: "show.localhost:8080", listening: "127.0.0.1:8080"},
		{name: "upper case with a dot", host: "LOCALHOST.:8080", listening: "127.0.0.1:8080"},
		{name: "foreign host", host: "evil.example:8080", listening: "127.0.0.1:8080", refused: true},
		{name: "foreign host that ends alike", host: "localhost.evil.example", listening: "127.0.0.1:8080", refused: true},
		{name: "foreign host with an address in it", host: "127.0.0.1.evil.example", listening: "127.0.0.1:8080", refused: true},
		{name: "no host", host: "", listening: "127.0.0.1:8080", refused: true},
		{name: "named in --addr", host: "studio.example:8080", addr: "studio.example:8080", listening: "192.0.2.1:8080", cors: true},
		{name: "foreign host on the network", host: "evil.example", addr: "0.0.0.0:8080", listening: "0.0.0.0:8080", refused: true},
		{name: "many ranges", host: "localhost", listening: "127.0.0.1:8080", ranges: "bytes=" + strings.Repeat("0-,", 1000) + "0-"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest("GET", "/", nil)
			r.Host = test.host
			if test.ranges != "" {
				r.Header.Set("Range", test.ranges)
			}
			if test.origin != "" {
				r.Header.Set("Origin", test.origin)
			}
			w := httptest.NewRecorder()
			guardPreview(next, test.addr, test.listening).ServeHTTP(w, r)
			if refused := w.Code == http.StatusMisdirectedRequest; refused != test.refused || refused && strings.Contains(w.Body.String(), "page") {
				t.Errorf("status %d", w.Code)
			}
			if cors := w.Header().Get("Access-Control-Allow-Origin") != ""; cors != test.cors {
				t.Errorf("CORS is %v", cors)
			}
			if ranged := w.Header().Get("Seen-Range") != ""; ranged != test.ranged {
				t.Errorf("ranged is %v", ranged)
			}
		})
	}
}

func TestLANAddress(t *testing.T) {
	t.Parallel()
	const local = "127.0.0.1/8 ::1/128 fe80::1/64 169.254.7.7/16"
	for addresses, want := range map[string]string{
		local:                                "",
		local + " 203.0.113.9/24 fd00::2/64": "",
		local + " 203.0.113.9/24 192.168.77.1/24 10.1.2.3/8":        "192.168.77.1",
		local + " fd00::2/64 172.31.255.4/20":                       "172.31.255.4",
		local + " 172.32.0.1/16 ::ffff:10.1.2.3/112 192.168.0.5/32": "10.1.2.3",
	} {
		var all []net.Addr
		for text := range strings.FieldsSeq(addresses) {
			ip, network, err := net.ParseCIDR(text)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, &net.IPNet{IP: ip, Mask: network.Mask})
		}
		got, err := lanAddress(all)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%s: %q, %v; want %q", addresses, got, err, want)
		}
	}
}
