package setting

import (
	"slices"
	"strings"
	"testing"
)

func TestParseHTTP(t *testing.T) {
	for text, want := range map[string][]string{
		"http://localhost:8080/health":          {"http://localhost:8080/health"},
		"https://[::1]/ 204 insecure\n":         {"https://[::1]/", "204", "insecure"},
		"http://a\nHost: b\n\nX-Key:  c d \r\n": {"http://a", "Host: b", "X-Key:  c d"},
	} {
		if got, err := ParseHTTP(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "\nhttp://a", "localhost:80", "ftp://a", "http://", "http:///x", "http://:80", "http://a 99", "http://a 600", "http://a secure", "http://a\nb", "http://a\n: b", "http://a\nb c: d", "http://a\x1b", "http://a\nb: \x00",
		"http://a/" + strings.Repeat("x", 20000),
	} {
		if got, err := ParseHTTP(text); err == nil {
			t.Errorf("%.40q: got %q; want an error", text, got)
		}
	}
}

func TestParseTCP(t *testing.T) {
	for _, good := range []string{"localhost:6379", "127.0.0.1:1", "[::1]:65535", "[fe80::1%eth0]:80"} {
		if got, err := ParseTCP(good); err != nil || got != good {
			t.Errorf("%s: got %q, %v", good, got, err)
		}
	}
	for _, bad := range []string{"", "80", ":80", "a:", "a:0", "a:65536", "a:http", "::1:80", "[::1:80", "::1]:80", "[a]:80", "[]:80", "a b:80", "a/b:80", "a:+1"} {
		if got, err := ParseTCP(bad); err == nil {
			t.Errorf("%s: got %q; want an error", bad, got)
		}
	}
}

// What stands in set/check and set/alive.
func TestCheckItems(t *testing.T) {
	for given, good := range map[string]bool{
		"check/period=10s": true, "check/period=5ms": false, "check/period=10": false, "check/delay=0s": true, "check/success=2": true, "check/success=0": false,
		"check/failure=101": false, "check/http=http://a": true, "check/http=a": false, "check/tcp=a:1": true, "check/tcp=a": false, "check/run=": false, "check/grace=1s": false,
		"alive/grace=1m": true, "alive/run=": true, "alive/delay=1s": false, "alive/failure=3": true, "alive/timeout=1s": true, "alive/timeout=0s": false,
	} {
		name, value, _ := strings.Cut(given, "=")
		s, item, ok := Find(name)
		got := ok && item == "" && s.Kind == Program
		if ok && item == "" && s.Check != nil {
			got = s.Check(value+"\n") == nil
		}
		if got != good {
			t.Errorf("%s: got good: %v; want %v", given, got, good)
		}
	}
}
