// Package look asks a service, once, whether it is there: by HTTP or TCP. It is
// what svprobe(8) does.
package look

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/svdir/svdir/supervise/setting"
)

// Usage is the line of svprobe(8).
const Usage = "svprobe [-t timeout] http url [status] [insecure] [header: value ...] | tcp host:port [host:port ...]"

var errUsage = errors.New(Usage)

// Question is what is asked.
type Question struct {
	Timeout   time.Duration
	Addresses []string // for TCP; none: HTTP
	URL       string
	Status    int // that is expected; 0: from 200 to 399
	Insecure  bool
	Headers   []string // NAME: VALUE
}

// Parse takes the arguments of svprobe apart. Its error is the usage.
func Parse(args []string) (Question, error) {
	q := Question{Timeout: time.Second}
	for len(args) > 0 && strings.HasPrefix(args[0], "-t") {
		value := args[0][2:]
		if args = args[1:]; value == "" && len(args) > 0 {
			value, args = args[0], args[1:]
		}
		var err error
		if q.Timeout, err = setting.ParseSpan(value); err != nil {
			return q, errUsage
		}
	}
	switch {
	case len(args) > 1 && args[0] == "tcp":
		for _, address := range args[1:] {
			if _, err := setting.ParseTCP(address); err != nil {
				return q, errUsage
			}
		}
		q.Addresses = args[1:]
		return q, nil
	case len(args) > 1 && args[0] == "http":
		return q.http(args[1:])
	}
	return q, errUsage
}

// http takes what stands in set/check/http, one argument a word or header.
func (q Question) http(args []string) (Question, error) {
	q.URL = args[0]
	line := q.URL
	for args = args[1:]; len(args) > 0 && !strings.Contains(args[0], ":"); args = args[1:] {
		line += " " + args[0]
		if n, err := strconv.Atoi(args[0]); err == nil {
			q.Status = n
		} else {
			q.Insecure = true
		}
	}
	q.Headers = args
	if _, err := setting.ParseHTTP(strings.Join(append([]string{line}, args...), "\n")); err != nil {
		return q, errUsage
	}
	return q, nil
}

// Ask asks, and returns why the service is not there, nil if it is.
func (q *Question) Ask() error {
	ctx, cancel := context.WithTimeout(context.Background(), q.Timeout)
	defer cancel()
	if q.Addresses != nil {
		return connect(ctx, q.Addresses)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, q.URL, nil)
	if err != nil {
		return err
	}
	request.Header.Set("User-Agent", "svprobe")
	for _, header := range q.Headers {
		name, value, _ := strings.Cut(header, ":")
		request.Header.Set(name, strings.TrimSpace(value))
		if strings.EqualFold(name, "Host") {
			request.Host = strings.TrimSpace(value)
		}
	}
	client := http.Client{
		Transport:     &http.Transport{DialContext: dial, DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: q.Insecure}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // where it leads is another service
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	_ = response.Body.Close() // it was not read
	if q.Status != 0 && response.StatusCode != q.Status || q.Status == 0 && (response.StatusCode < 200 || response.StatusCode > 399) {
		return errors.New("the status is " + strconv.Itoa(response.StatusCode))
	}
	return nil
}

// connect says that a connection can be made to each of them.
func connect(ctx context.Context, addresses []string) error {
	for _, address := range addresses {
		conn, err := dial(ctx, "tcp", address)
		if err != nil {
			return err
		}
		_ = conn.Close() // nothing was written
	}
	return nil
}

// dial connects. Localhost is both of its addresses, whatever /etc/hosts says of
// it: a service may listen on one alone.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	host, port, err := net.SplitHostPort(address)
	if err != nil || host != "localhost" {
		return d.DialContext(ctx, network, address)
	}
	conn, err := d.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	if err == nil {
		return conn, nil
	}
	if conn, err6 := d.DialContext(ctx, network, net.JoinHostPort("::1", port)); err6 == nil {
		return conn, nil
	}
	return nil, err
}

// IsShortage says that it is not the service that failed, but our system.
func IsShortage(err error) bool {
	for _, errno := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}
