//go:build ignore

/*
 * The floor of the bench: it forks and executes ./run in every directory below
 * the one that it is given, and log/run at the other end of a pipe where there
 * is one, and then waits to be killed.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void start(const char *dir, int from, int to)
{
	pid_t pid = fork();

	if (pid < 0)
		_exit(111);
	if (pid)
		return;
	if (chdir(dir) || (from >= 0 && dup2(from, to) < 0))
		_exit(111);
	execl("./run", "./run", (char *)0);
	_exit(111);
}

int main(int argc, char **argv)
{
	struct dirent *entry;
	DIR *dir;
	int fd[2];

	if (argc != 2 || chdir(argv[1]) || !(dir = opendir(".")))
		return 100;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (chdir(entry->d_name))
			return 111;
		if (access("log/run", X_OK)) {
			start(".", -1, -1);
		} else {
			if (pipe2(fd, O_CLOEXEC))
				return 111;
			start(".", fd[1], 1);
			start("log", fd[0], 0);
			close(fd[0]);
			close(fd[1]);
		}
		if (chdir(".."))
			return 111;
	}
	for (;;)
		pause();
}
