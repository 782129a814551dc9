package main

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"onair/publish/verify"
)

// guardPreview returns a handler that protects a preview from the pages of other sites.
// It refuses a request unless its Host passes ownHost, because a page can send requests
// by a name that resolves to this machine (DNS rebinding). It ignores the Range header
// if there are more than maxRanges ranges. If only this machine can reach the preview,
// it also removes the header Access-Control-Allow-Origin from responses, except to
// onair verify. addr is the value of --addr, empty for the default; listening is the
// address of the listener.
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

// maxRanges is the largest number of ranges in a Range header.
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

// ownHost reports whether the Host of a request is an IP address, localhost or a
// subdomain of localhost, or own, the name in --addr. The names of other sites are none
// of these, even if they resolve to this machine.
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
