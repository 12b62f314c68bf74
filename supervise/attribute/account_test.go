package attribute

import (
	"slices"
	"strings"
	"testing"

	"github.com/svdir/svdir/supervise/setting"
)

const (
	passwd = "root:x:0:0:root:/root:/bin/sh\n" +
		"# comment:x:9:9::/:\n" +
		"+nis:x:8:8::/:\n" +
		"short:x:7\n" +
		"\n" +
		"www:x:33:34:a:b:c\r\n" +
		"1000:x:50:51::/:\n" +
		"bad:x:-1:3::/:\n" +
		"bad2:x:3:::/:\n" +
		"none:x:4294967295:0::/:\n" +
		"www:x:0:0:second:/:\n" +
		"alone:x:60:61::/:"
	group = "root:x:0:\n" +
		"www:x:34:\n" +
		"ssl:x:40:adm,www\n" +
		"logs:x:41:www\n" +
		"near:x:42:wwww,ww,xwww\n" +
		"bad:x:x:www\n" +
		"same:x:34:www\n" +
		"+:::\n" +
		"43:x:44:"
)

func TestResolve(t *testing.T) {
	for text, want := range map[string]identity{
		"root":         {user: "root", group: "root", uid: 0, gid: 0, groups: []int{0}},
		"www":          {user: "www", group: "www", uid: 33, gid: 34, groups: []int{34, 40, 41}},
		"33":           {user: "www", group: "www", uid: 33, gid: 34, groups: []int{34, 40, 41}},
		"0033":         {user: "www", group: "www", uid: 33, gid: 34, groups: []int{34, 40, 41}},
		"www:ssl":      {user: "www", group: "ssl", uid: 33, gid: 40, groups: []int{40}, exact: true},
		"www:7:ssl:7":  {user: "www", group: "7", uid: 33, gid: 7, groups: []int{7, 40}, exact: true},
		"www:43":       {user: "www", group: "43", uid: 33, gid: 44, groups: []int{44}, exact: true},
		"1000":         {user: "1000", group: "51", uid: 50, gid: 51, groups: []int{51}},
		"77:ssl":       {user: "77", group: "ssl", uid: 77, gid: 40, groups: []int{40}, exact: true},
		"alone":        {user: "alone", group: "61", uid: 60, gid: 61, groups: []int{61}},
		":5:6:7":       {user: "5", group: "6", uid: 5, gid: 6, groups: []int{6, 7}, exact: true},
		":33:34":       {user: "33", group: "34", uid: 33, gid: 34, groups: []int{34}, exact: true},
		"0:0":          {user: "root", group: "root", uid: 0, gid: 0, groups: []int{0}, exact: true},
		"www:www:logs": {user: "www", group: "www", uid: 33, gid: 34, groups: []int{34, 41}, exact: true},
	} {
		want.known, want.change = true, true
		got, err := resolveText(text, passwd, group)
		same := slices.Equal(got.groups, want.groups)
		got.groups, want.groups = nil, nil
		if err != nil || !same || got.user != want.user || got.group != want.group || got.uid != want.uid || got.gid != want.gid ||
			got.exact != want.exact || !got.known || !got.change {
			t.Errorf("%s: got %+v, %v; want %+v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"frob": "unknown user frob", "short": "unknown user short", "+nis": "unknown user +nis", "nis": "unknown user nis", "# comment": "not user",
		"www:frob": "unknown group frob", "www:bad": "unknown group bad", "bad": "bad line of user bad in /etc/passwd", "bad2": "bad line of user bad2",
		"none": "bad line of user none", "77": "unknown user 77: a number without a name needs its group, as 77:77", "4294967295": "unknown user 4294967295",
		"3": "bad line of user bad2", "": "not user", "8": "unknown user 8:",
	} {
		if got, err := resolveText(text, passwd, group); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %+v, %v; want %s", text, got, err, want)
		}
	}
}

func resolveText(text, passwd, group string) (identity, error) {
	u, err := setting.ParseUser(text)
	if err != nil {
		return identity{}, err
	}
	if u.Numeric {
		return numeric(u), nil
	}
	return resolve(u, passwd, group)
}

// FuzzResolve: whatever the files hold, an identity is whole, and nobody becomes
// root who was not called so there.
func FuzzResolve(f *testing.F) {
	for _, user := range []string{"www", "33", "www:ssl", ":5:6", "none", "77:0"} {
		f.Add(user, passwd, group)
	}
	f.Fuzz(func(t *testing.T, user, passwd, group string) {
		who, err := resolveText(user, passwd, group)
		if err != nil {
			return
		}
		const none = 1<<32 - 1
		if who.uid < 0 || who.gid < 0 || who.uid >= none || slices.Max(who.groups) >= none || who.groups[0] != who.gid {
			t.Errorf("%q is %+v", user, who)
		}
		if who.uid == 0 && !strings.Contains(user, "0") && !strings.Contains(passwd, ":0") && !strings.Contains(passwd, ":+0") {
			t.Errorf("%q is root by %q", user, passwd)
		}
	})
}
