package look

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for line, good := range map[string]bool{
		"tcp localhost:80": true, "-t 5s tcp a:1": true, "-t250ms http http://a 204 insecure X:y": true, "http http://a Host:b": true,
		"": false, "tcp": false, "tcp a": false, "tcp a:1 b": false, "-t": false, "-t x tcp a:1": false, "http": false, "http a": false, "http http://a 99": false, "http http://a safe": false, "udp a:1": false, "http http://a X:y 204": false, "-x tcp a:1": false,
	} {
		if q, err := Parse(strings.Fields(line)); (err == nil) != good {
			t.Errorf("%q: got %+v, %v; want good: %v", line, q, err, good)
		}
	}
	q, err := Parse([]string{"-t", "2s", "http", "https://a/b", "insecure", "503", "X-Key: a b", "Host: c"})
	if err != nil || q.Timeout != 2*time.Second || q.URL != "https://a/b" || q.Status != 503 || !q.Insecure || len(q.Headers) != 2 {
		t.Errorf("got %+v, %v", q, err)
	}
}

// ask asks as svprobe with these arguments does.
func ask(t *testing.T, args ...string) error {
	t.Helper()
	q, err := Parse(args)
	if err != nil {
		t.Fatal(err)
	}
	return q.Ask()
}

func TestHTTP(t *testing.T) {
	answer := func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/key" && r.Header.Get("X-Key") != "a b", r.URL.Path == "/host" && r.Host != "c":
			w.WriteHeader(http.StatusForbidden)
		case r.URL.Path == "/away":
			http.Redirect(w, r, "/nowhere", http.StatusFound)
		case r.URL.Path == "/busy":
			w.WriteHeader(http.StatusServiceUnavailable)
		case r.URL.Path == "/slow":
			<-r.Context().Done()
		}
	}
	plain := httptest.NewServer(http.HandlerFunc(answer))
	defer plain.Close()
	secure := httptest.NewTLSServer(http.HandlerFunc(answer))
	defer secure.Close()
	for _, c := range []struct {
		args []string
		good bool
	}{
		{[]string{plain.URL}, true},
		{[]string{plain.URL, "204"}, false},
		{[]string{plain.URL + "/busy"}, false},
		{[]string{plain.URL + "/busy", "503"}, true},
		{[]string{plain.URL + "/away"}, true},
		{[]string{plain.URL + "/key"}, false},
		{[]string{plain.URL + "/key", "X-Key: a b"}, true},
		{[]string{plain.URL + "/host", "Host: c"}, true},
		{[]string{secure.URL}, false},
		{[]string{secure.URL, "insecure"}, true},
	} {
		if err := ask(t, append([]string{"-t", "10s", "http"}, c.args...)...); (err == nil) != c.good {
			t.Errorf("%q: got %v; want good: %v", c.args, err, c.good)
		}
	}
	if err := ask(t, "-t", "50ms", "http", plain.URL+"/slow"); err == nil {
		t.Error("who does not answer is there")
	}
}

// TestLocalhost: a listener on one of its addresses is found, on none it is not.
func TestLocalhost(t *testing.T) {
	for _, at := range []string{"127.0.0.1:0", "[::1]:0"} {
		l, err := net.Listen("tcp", at)
		if err != nil {
			t.Logf("not on %s: %v", at, err)
			continue
		}
		_, port, _ := net.SplitHostPort(l.Addr().String())
		go func() { _ = http.Serve(l, http.NotFoundHandler()) }()
		if err := ask(t, "tcp", "localhost:"+port); err != nil {
			t.Errorf("%s: %v", at, err)
		}
		if err := ask(t, "http", "http://localhost:"+port+"/", "404"); err != nil {
			t.Errorf("%s: %v", at, err)
		}
		_ = l.Close()
		if err := ask(t, "tcp", "localhost:"+port); err == nil {
			t.Errorf("%s: it is found when it is gone", at)
		}
	}
}
