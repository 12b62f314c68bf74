package tests

import (
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// stubName is the name by which this test's own program is a server, on the
// address that the file address gets: "::1" in the file only has it there alone. It
// answers a GET with the next status in the file answers, or the last; 0 is no
// answer at all. For each it adds to the file asked whether it was ready then.
const stubName = "stub"

func stubMain() {
	host := "127.0.0.1"
	if only, err := os.ReadFile("only"); err == nil {
		host = strings.TrimSpace(string(only))
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, stubPort()))
	if err != nil {
		os.Exit(99)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if os.WriteFile("port", []byte(port), 0o644) != nil {
		os.Exit(99)
	}
	_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := os.ReadFile("answers") // none: 0
		answers := strings.Fields(string(text))
		asked, _ := os.ReadFile("asked") // not yet
		ready := "0"
		if status, _ := os.ReadFile("supervise/status.env"); strings.Contains(string(status), "\nREADY=1\n") {
			ready = "1"
		}
		appendText("asked", ready)
		answer := 0
		if len(answers) > 0 {
			answer, _ = strconv.Atoi(answers[min(len(asked), len(answers)-1)])
		}
		if answer == 0 {
			<-r.Context().Done()
			return
		}
		w.WriteHeader(answer)
	}))
}

// stubPort is the one that it had before.
func stubPort() string {
	if port, err := os.ReadFile("port"); err == nil {
		return string(port)
	}
	return "0"
}
