package main

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"onair/publish/verify"
)

// guardPreview protects a preview on this machine from the pages of other sites. It
// refuses requests with a foreign Host, such as that of a name made to resolve to this
// machine (DNS rebinding), and ignores a Range header with many ranges. If only this
// machine can reach the preview, it removes the CORS header that a CDN would send, except
// for the requests of onair verify. addr is the value of --addr, empty for the default;
// listening is the address of the listener.
func guardPreview(next http.Handler, addr, listening string) http.Handler {
	own, _, _ := net.SplitHostPort(addr)
	closed := isLoopback(listening)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ownHost(r.Host, own) {
			http.Error(w, "this preview is not served under that name", http.StatusMisdirectedRequest)
			return
		}
		if strings.Count(r.Header.Get("Range"), ",") >= maxRanges || len(r.Header.Values("Range")) > 1 {
			r.Header.Del("Range") // as RFC 9110, section 14.2, allows
		}
		if closed && r.Header.Get("Origin") != verify.OtherSite {
			w = &withoutCORS{ResponseWriter: w}
		}
		next.ServeHTTP(w, r)
	})
}

// maxRanges is the most ranges that one request may ask for.
const maxRanges = 4

// isLoopback reports whether only this machine can reach an address.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// ownHost reports whether the Host of a request is an IP address, localhost, or the
// name in --addr. The name of another site that resolves to this machine is none of
// them.
func ownHost(host, own string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || own != "" && name == strings.ToLower(own)
}

// withoutCORS removes the permission for other sites to read the response.
type withoutCORS struct{ http.ResponseWriter }

func (w *withoutCORS) WriteHeader(code int) {
	w.Header().Del("Access-Control-Allow-Origin")
	w.ResponseWriter.WriteHeader(code)
}

func (w *withoutCORS) Write(p []byte) (int, error) {
	w.Header().Del("Access-Control-Allow-Origin")
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the wrapped writer.
func (w *withoutCORS) Unwrap() http.ResponseWriter { return w.ResponseWriter }
