package svlogd

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/svdir/svdir/tests/need"
)

// both runs svlogd and ours on the same files, and wants the same from them.
func both(t *testing.T, files tree, input string, args ...string) {
	t.Helper()
	var got [2]string
	for i, program := range []string{ours(t), need.Peer(t, "svlogd")} {
		dir := t.TempDir()
		files.plant(t, dir)
		got[i] = runs(t, dir, input, program, args...)
	}
	if got[0] != got[1] {
		t.Errorf("%.200q, %.300q: got %.1500s\nwant %.1500s", args, files, got[0], got[1])
	}
}

var (
	long  = strings.Repeat("0123456789", 500)
	mixed = "one\n\ntwo words\n" + long[:999] + "\n" + long[:1000] + "\n" + long[:1001] + "\n" + long + "\nctl \x01\t\x7f\x80\xff.\r\nnul \x00.\n*+-\n" + numbered(0, 60)
)

// TestOptions: each list of arguments does the same.
func TestOptions(t *testing.T) {
	t.Parallel()
	for _, words := range []string{
		"", "log", "-t log", "-tt log", "-ttt log", "-tttt log", "-t -t log", "-v log", "-vt log", "-tv log", "-vv log",
		"-r . log", "-r. log", "-tr_ log", "-r ab log", "-r", "-R xyz log", "-R eo log", "-r . -R eo log", "-R eo -r . log", "-Reo log",
		"-l 10 log", "-l10 log", "-l 1 log", "-l 3 -r. -R n log", "-l 0 log", "-l x log", "-l 1023 log", "-l 1024 log", "-l 2000 log", "-l 2000 -b 4000 log",
		"-b 1000 log", "-b 1001 log", "-b 8192 log", "-b 0 log", "-b x log", "-l 5 -b 6 log", "-l 5 -b 5 log", "-b", "-l",
		"-x log", "-tx log", "-V log", "-h", "--help", "-- log", "-t -- log", "--", "-", "- log", "log -t", "log -",
		"log other", "-v log other", "-tv log other more", "log log", "nowhere", "nowhere log", "log nowhere", "-v nowhere log nowhere", "file", "file log", "file/x", "./log", "log/", "-v log/.",
		"-t -l 4 -r . other log", "-tt -R 0123456789 log", "-ttt -l 100 -b 200 -v log",
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			files := tree{"log/": "", "other/config": "-*\n+*1\n+two*\ne*words\n", "more/config": "s4000\nn3\npa: \n", "file": ""}
			both(t, files, mixed, strings.Fields(words)...)
		})
	}
	both(t, tree{"log/": ""}, mixed, "-r", "", "log")
	both(t, tree{"log/": ""}, mixed, "-R", "", "log")
}

// configs are what config may say.
var configs = []string{
	"", "\n", "#\n", "# s10\n", "s", "s\n", "s0\n", "s4000\n", "s4k\n", "s1m\n", "s2kk\n", "s500x\n", "sx\n", "s4000", "s1000\n", "s999\n", "s1001\n", "s100\n", "s50000\n", "s99999999999999999999\n",
	"s4000\nn2\n", "s4000\nn1\n", "s4000\nn0\n", "s3000\nn5\nN2\n", "s3000\nn3x\n", "s3000\nn\n", "s20k\nn3\n", "s4000\nn2", "N1\n",
	"t3600\n", "t10m\n", "t1h\n", "t\n", "tx\n", "t0\n",
	"pprefix: \n", "p\n", "pa\np\n", "pa\npb\n", "pone\x00two\n", "p \n",
	"-*\n", "-*\n+*1\n", "-*\n+*e\n", "-line*\n", "+*\n-*\n", "-\n", "+\n", "-*: *: pid *\n", "-*\n+*line*\n", "-*\n+line *1*\n", "-one\n-two words\n", "-*\n++line*\n", "-*\n+ctl*\n+nul*\n",
	"-" + long[:1000] + "\n", "-" + long[:999] + "\n", "-" + long[:1001] + "\n", "-0*\n", "-*\n+0*\ne0*\n", "-*+-\n", "-*\n+*+-\n",
	"e*\n", "e*\nE*1*\n", "eone\n", "-*\ne*words\n", "E*\n", "ectl*\n", "pP \ne*\n",
	"  s4000\n", "z\n", "S4000\n", "s4000\r\n", "s4000\n\n\nn2\n", "-one\n\n#x\n-two*\n", "n2\ns4000\n", "s100000\ns4000\n",
	"ux\n", "u1.2.3\n", "u1.2.3.4:0\n", "u1.2.3.4:x\n", "u.1.2.3.4\n", "u\n", "u1..2.3.4\n",
	"s4000\nn100\n!cat\n", "s4000\nn100\n!tr a-z A-Z\n", "s4000\nn100\n!cat <&4; wc -l; wc -l </dev/null; (cat <&4; echo x) >&5\n", "s4000\n!\n", "s4000\nn3\n!sed -e s/l/L/\n", "s4000\n!cat; echo said >&2\n", "s4000\n!pwd | sed s,.*/,,; cat\n",
	"s4000\nn9\n!echo x >>tries; test $(wc -l <tries) -gt 1 && cat\n",
}

func TestConfigs(t *testing.T) {
	t.Parallel()
	for i, text := range configs {
		t.Run(fmt.Sprintf("%d:%.20q", i, text), func(t *testing.T) {
			t.Parallel()
			files := tree{"log/config": text}
			switch {
			case strings.Contains(text, "tries"):
				both(t, files, numbered(0, 200), "log")
			case strings.Contains(text, "!"):
				both(t, files, numbered(0, 400), "log")
			case strings.HasPrefix(text, "s100\n") || strings.HasPrefix(text, "s500x") || strings.HasPrefix(text, "s999\n"):
				both(t, files, mixed, "-v", "log") // a file may end within a stamp
				both(t, files, numbered(0, 100), "-l", "100", "log")
			default:
				both(t, files, mixed, "-v", "log")
				both(t, files, mixed, "-t", "-l", "100", "-r.", "log")
			}
		})
	}
}

// TestFound: what is in a directory already.
func TestFound(t *testing.T) {
	t.Parallel()
	const a, b, c = "log/@400000006b0173c82bc4180c", "log/@400000006b0173c82d85118c", "log/@400000006b0173c82fd61ddc"
	for i, files := range []tree{
		{"log/current": "WHOLE:was\n"},
		{"log/current": "was\n"},
		{"log/current": "wa"},
		{"log/current": ""},
		{"log/current": "WHOLE:"},
		{"log/current": "WHOLE:" + numbered(0, 100), "log/config": "s1500\n"},
		{"log/current": numbered(0, 100), "log/config": "s1500\n"},
		{"log/" + "current": "WHOLE:was\n", a + ".s": "a", b + ".s": "b", c + ".s": "c", "log/config": "s2000\nn3\n"},
		{a + ".t": "left", b + ".s": "b", "log/config": "s2000\n"},
		{"log/state": "state", "log/newstate": "new", "log/config": "s2000\n!cat; cat <&4\n"},
		{"log/previous": "p", "log/processed": "q", "log/lock": "x"},
		{"log/@short": "", "log/@400000006b0173c82bc4180cxx": "x", "log/config": "s2000\nn1\n"},
		{"log/config/": ""},
		{"log/lock/": "", "other/": ""},
	} {
		args := []string{"-v", "log"}
		switch {
		case files["log/newstate"] != "":
			args = []string{"log"} // the processor says when it likes
		case strings.Contains(fmt.Sprint(files), "/:"):
			args = []string{"log", "other"} // -v differs, see the page
			files["other/"] = ""
		}
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			both(t, files, numbered(0, 150), args...)
		})
	}
}

// TestDatagrams: the same lines come by UDP, and the log says the same.
func TestDatagrams(t *testing.T) {
	t.Parallel()
	at, err := net.ListenPacket("udp4", "127.0.0.1:0")
	must(t, err)
	defer at.Close()
	to := at.LocalAddr().String()
	input := "one\ntwo\n" + long[:1200] + "\n\nlast\n"
	for _, c := range []struct{ config, args string }{
		{"u%s\n", "log"}, {"U%s\n", "log"}, {"u%s\npx: \n", "-t log"}, {"U%s\n-t*\n", "-tt log"}, {"u%sx\ne*\n", "-ttt log"},
		{"u%s\n-*\n+last\n", "log"}, {"u%s\n", "-l 3 log"}, {"U%s\npp\n", "-l 4 -r. log"},
	} {
		var got [2]string
		for i, program := range []string{ours(t), need.Peer(t, "svlogd")} {
			dir := t.TempDir()
			tree{"log/config": strings.ReplaceAll(c.config, "%s", to)}.plant(t, dir)
			got[i] = runs(t, dir, input, program, strings.Fields(c.args)...)
			for buf, came := make([]byte, 4096), ""; !strings.Contains(came, "las"); got[i] += came {
				must(t, at.SetReadDeadline(time.Now().Add(patience)))
				n, _, err := at.ReadFrom(buf)
				must(t, err)
				came = anyTime(string(buf[:n]))
			}
			got[i] = strings.ReplaceAll(got[i], to, "TO")
		}
		if got[0] != got[1] {
			t.Errorf("%+v: got %s\nwant %s", c, got[0], got[1])
		}
	}
	// What no datagram holds is in the log, and why.
	for _, letter := range []string{"u", "U"} {
		both(t, tree{"log/config": letter + to + "\npx \n"}, strings.Repeat("y", 69000)+"\n", "-t", "-l", "70000", "-b", "80000", "log")
	}
}
