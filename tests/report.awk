# Shortens go test -v: a line a package, every skip with its reason, and what a
# test said if it failed. Ends with the counts, and fails if any did.

# Lines belong to the test that was named last; those before the first one, or
# of none, are of the package: a compiler's errors, say.
/^=== (RUN|CONT|NAME|PAUSE)/ { name = $3; next }
/^ *--- (PASS|FAIL|SKIP): / {
	result = $2
	count[result]++
	if (result != "PASS:") printf "%s\n%s", $0, said[$3]
	delete said[$3]
	name = ""
	next
}
/^(ok|\?) / || /no test files/ { print; clear(); next }
/^FAIL\t/ { for (name in said) printf "%s", said[name]; print; clear(); broken = 1; next }
/^(PASS|FAIL)$/ { next }
{ said[name] = said[name] $0 "\n" }

function clear() { split("", said); name = "" }

END {
	for (name in said) printf "%s", said[name]
	printf "%d passed, %d failed, %d skipped\n", count["PASS:"], count["FAIL:"], count["SKIP:"]
	exit count["FAIL:"] > 0 || broken || count["PASS:"] == 0
}
