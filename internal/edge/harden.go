package edge

import "net/http"

// Policy is what a page's browser may load and send: nothing from elsewhere, no script and no style within the page, and its
// forms go to where it says.
func Policy(forms string) string {
	return "default-src 'self'; base-uri 'none'; " + forms + "; frame-ancestors 'none'; object-src 'none'; worker-src 'self'"
}

// guards are the headers that every answer begins with. What is not for a cache or a frame is so by default: only a
// static file says otherwise, of itself.
var guards = map[string]string{
	"Cache-Control":                "no-store",
	"Content-Security-Policy":      Policy("form-action 'self'"),
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=()",
	"Referrer-Policy":              "no-referrer",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
}

// Harden gives every answer the headers that guard it: the pages', the API's, a file's and an error's alike. Where the
// public address is https, a browser is to come back by that alone, for a year, and to every name below it: Allclear has a name of its own.
func Harden(next http.Handler, https bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range guards {
			w.Header().Set(name, value)
		}
		if https {
			w.Header().Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		if r.ProtoMajor == 1 && len(r.TransferEncoding) > 0 {
			w.Header().Set("Connection", "close") // it may have had a length too, by which another on the way found its end (RFC 9112, section 6.1)
		}
		next.ServeHTTP(w, r)
	})
}
