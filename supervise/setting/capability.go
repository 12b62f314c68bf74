package setting

import (
	"errors"
	"slices"
	"strings"
)

// capabilityNames are those of capabilities(7), by their numbers.
var capabilityNames = []string{
	"chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
	"linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
	"sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
	"sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
	"mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
	"checkpoint_restore",
}

// ParseCapabilities reads the names of a set, between blanks, commas or
// newlines, in any case, CAP_ before them or not. Bit N of the set is
// capability N. A text without a name is the set of none.
func ParseCapabilities(text string) (set uint64, err error) {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' || r == '\r' })
	for _, word := range words {
		n := slices.Index(capabilityNames, strings.TrimPrefix(strings.ToLower(word), "cap_"))
		if n < 0 {
			return 0, errors.New("unknown capability " + shown(word))
		}
		set |= 1 << n
	}
	return set, nil
}

// shown is a word from a file, short and fit for a message.
func shown(word string) string {
	const most = 40
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xfffd {
			return '?'
		}
		return r
	}, word)
	if len(clean) > most {
		clean = strings.ToValidUTF8(clean[:most], "") + "..."
	}
	return clean
}
