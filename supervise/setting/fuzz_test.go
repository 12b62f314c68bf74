package setting

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// FuzzCheck feeds every check of the table: none of them panics, and what Pack
// makes of a value is good.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{"", "10s", "INT", "www:www", ":1:2", "1k:unlimited", "best-effort:4", "/run/a 0750 a:b", "%n", "A=1\nB='2'", "echo\nx\n", "cap_kill", "utc", "022"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for i := range All {
			s := &All[i]
			if s.Check != nil {
				_ = s.Check(text) // it returns
			}
			if s.Item != nil {
				_ = s.Item(text) // likewise
			}
			if s.Pack == nil {
				continue
			}
			if packed, err := s.Pack(text); err == nil && s.Check(packed) != nil {
				t.Errorf("%s: Pack(%q) is %q, which is refused", s.Name, text, packed)
			}
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"10s", "1m30s", "1d2h3m4s5ms", "9223372036854ms", "", "s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err != nil {
			return
		}
		if again, err := ParseDuration(strconv.FormatInt(d.Milliseconds(), 10) + "ms"); d < 0 || err != nil || again != d {
			t.Errorf("ParseDuration(%q) is %v, which is read as %v, %v", text, d, again, err)
		}
	})
}

func FuzzParseBytes(f *testing.F) {
	for _, s := range []string{"0", "1k", "16777215T", "18446744073709551615", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := ParseBytes(text)
		if err != nil {
			return
		}
		if again, err := ParseBytes(strconv.FormatUint(n, 10)); err != nil || again != n {
			t.Errorf("ParseBytes(%q) is %d, which is read as %d, %v", text, n, again, err)
		}
	})
}

func FuzzParseUser(f *testing.F) {
	for _, s := range []string{"www", "www:a:b", ":1:2:3", ":"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := ParseUser(text)
		if err != nil {
			return
		}
		again := strings.Join(append([]string{u.Name}, u.Groups...), ":")
		if u.Numeric {
			again = ":" + again
		}
		if again != text {
			t.Errorf("ParseUser(%q) is %v", text, u)
		}
	})
}

func FuzzParseLimit(f *testing.F) {
	for _, s := range []string{"1", "1k:2k", "unlimited", "2:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if l, err := ParseLimit(text); err == nil && l.HasHard && l.Soft > l.Hard {
			t.Errorf("ParseLimit(%q) is %v", text, l)
		}
	})
}

func FuzzParseCapabilities(f *testing.F) {
	f.Add("cap_kill, chown\n")
	f.Fuzz(func(t *testing.T, text string) {
		set, err := ParseCapabilities(text)
		if err == nil && set>>len(capabilityNames) != 0 {
			t.Errorf("ParseCapabilities(%q) is %x", text, set)
		}
	})
}

func FuzzParseCommand(f *testing.F) {
	f.Add("echo\n\nx y\n")
	f.Add("a\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		argv, err := ParseCommand(text)
		if err != nil {
			return
		}
		if again, err := ParseCommand(strings.Join(argv, "\n") + "\n"); err != nil || !slices.Equal(argv, again) || argv[0] == "" {
			t.Errorf("ParseCommand(%q) is %q, which is read as %q, %v", text, argv, again, err)
		}
	})
}

func FuzzParseEnvFile(f *testing.F) {
	for _, s := range []string{"A=1\n", "export A='x'\n# c\n", "A=\"\\n\\\"\" # x", "A=b #c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := ParseEnvFile(text)
		for _, v := range all {
			if err != nil || !isName(v.Name) || strings.ContainsRune(v.Value, 0) {
				t.Errorf("ParseEnvFile(%q) is %q, %v", text, all, err)
			}
			// In single quotes everything but those stands for itself.
			if again, err := ParseEnvFile(v.Name + "='" + v.Value + "'"); !strings.ContainsAny(v.Value, "'\n") && (err != nil || again[0] != v) {
				t.Errorf("%q is read as %q, %v", v, again, err)
			}
		}
	})
}

func FuzzParseVariable(f *testing.F) {
	f.Add("a\x00b \nc")
	f.Fuzz(func(t *testing.T, text string) {
		if value, unset := ParseVariable(text); unset != (text == "") || strings.ContainsRune(value, 0) {
			t.Errorf("ParseVariable(%q) is %q, %v", text, value, unset)
		}
	})
}

func FuzzExpand(f *testing.F) {
	for _, s := range []string{"%n%%%i", "%", "%x", "100%", "a%{port:http}%%", "%{"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Expand(text, func(letter byte) (string, error) { return "%" + string(rune(letter)), nil }, func(name string) (string, error) { return PortPlaceholder + name + "}", nil })
		if want := strings.ReplaceAll(text, "%%", "%"); err == nil && got != want {
			t.Errorf("Expand(%q) is %q; want %q", text, got, want)
		}
		if !strings.Contains(text, "%") && (err != nil || got != text) {
			t.Errorf("Expand(%q) is %q, %v", text, got, err)
		}
	})
}
