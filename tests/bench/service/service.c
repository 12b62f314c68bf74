//go:build ignore

/*
 * The service of the bench, and its logger. As web it writes its name, its pid
 * and the monotonic time of its start in nanoseconds to the FIFO $STARTS, one
 * line in one write, and a line to its log, and then waits to be killed; where
 * there is $DIES it ends at once. As web/log it becomes $LOGGER.
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

static int become_logger(void)
{
	char *words[16];
	int n = 0;
	char *word = strtok(getenv("LOGGER"), " ");

	for (; word && n < 15; word = strtok(NULL, " "))
		words[n++] = word;
	words[n] = NULL;
	execvp(words[0], words);
	return 111;
}

int main(void)
{
	static const char said[] = "started\n";
	struct timespec now;
	char cwd[4096], line[512];
	char *name;
	int fd, n;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!getcwd(cwd, sizeof cwd) || !(name = strrchr(cwd, '/')))
		return 111;
	if (!strcmp(name, "/log"))
		return become_logger();
	n = snprintf(line, sizeof line, "%s %d %lld\n", name + 1, (int)getpid(),
	             now.tv_sec * 1000000000LL + now.tv_nsec);
	fd = open(getenv("STARTS"), O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, line, n) != n)
		return 111;
	close(fd);
	if (write(1, said, sizeof said - 1) < 0)
		return 111;
	if (getenv("DIES"))
		return 1;
	for (;;)
		pause();
}
