//go:build ignore

/*
 * The service of the bench, and its logger. It writes its name, its pid and the
 * monotonic time of its start in nanoseconds to the FIFO $STARTS, one line in
 * one write. As web it then waits to be killed; as web/log it becomes multilog.
 *
 * It is C so that what executes it, and not its own start, is measured. main.go
 * beside it does the same where there is no C compiler.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
	struct timespec now;
	char cwd[4096], line[512];
	char *name;
	int fd, n, logger;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!getcwd(cwd, sizeof cwd) || !(name = strrchr(cwd, '/')))
		return 111;
	logger = !strcmp(name, "/log");
	while (logger && name > cwd && *--name != '/')
		;
	n = snprintf(line, sizeof line, "%s %d %lld\n", name + 1, (int)getpid(),
	             now.tv_sec * 1000000000LL + now.tv_nsec);
	fd = open(getenv("STARTS"), O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, line, n) != n)
		return 111;
	close(fd);
	if (logger) {
		execlp("multilog", "multilog", "t", "./main", (char *)0);
		return 111;
	}
	for (;;)
		pause();
}
