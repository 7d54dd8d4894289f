// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may: a heap's device file is root's until udevd, with Debian's rules and one
 * of the board's, gives one heap to one group.
 */
#include <grp.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "guest.h"

#define NOBODY	65534

#define RULE	"70-dma-heap.rules"
#define GIVEN	"camera@50000000"
#define GROUP	44

static bool run(const char *path, ...)
{
	char *argv[8] = { (char *)path };
	int status = -1, n = 1;
	va_list ap;
	pid_t pid;

	va_start(ap, path);
	while (n < 7 && (argv[n] = va_arg(ap, char *)))
		n++;
	va_end(ap);
	pid = fork();
	if (!pid) {
		execv(path, argv);
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && !status;
}

/* Can an ordinary user get a buffer? Return: 0 or an errno */
static int attempt(const struct heap *h, gid_t gid)
{
	int status = -1;
	struct buffer b;
	pid_t pid = fork();

	if (!pid) {
		if (setgroups(1, &gid) || setgid(NOBODY) || setuid(NOBODY))
			_exit(255);
		_exit(allocate(h, 4096, &b) ? 0 : errno);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* The file of a heap, and who gets through it */
static void look(const char *when, const struct heap *h, bool is_given)
{
	struct stat st;

	check(!stat(h->path, &st) && S_ISCHR(st.st_mode) && !st.st_uid &&
	      st.st_gid == (is_given ? GROUP : 0) &&
	      (st.st_mode & 07777) == (is_given ? 0660 : 0600),
	      "%s: %s belongs to %s", when, h->name, is_given ? "the group" : "root alone");
	printf("# %s: %s: %u:%u %04o\n", when, h->name, st.st_uid, st.st_gid, st.st_mode & 07777);
	check(attempt(h, GROUP) == (is_given ? 0 : EACCES),
	      "%s: %s: a user of the group is %s", when, h->name,
	      is_given ? "let in" : "refused");
	check(attempt(h, NOBODY) == EACCES, "%s: %s: another user is refused", when, h->name);
}

static void look_at_all(const char *when, const char *given)
{
	for (unsigned int i = 0; i < nr_heaps; i++)
		look(when, &heaps[i], given && !strcmp(heaps[i].name, given));
}

static bool trigger(void)
{
	return run("/usr/bin/udevadm", "trigger", "--settle", "--action=add",
		   "--subsystem-match=dma_heap", NULL);
}

int main(void)
{
	read_heaps();
	look_at_all("without udev", NULL);

	mkdir("/run", 0755);
	if (mount("none", "/run", "tmpfs", 0, "mode=755"))
		die("/run");
	check(run("/usr/lib/systemd/systemd-udevd", "--daemon", NULL), "udevd starts");
	check(trigger(), "udevd goes through the heaps");
	look_at_all("without a rule", NULL);

	if (symlink("/" RULE, "/etc/udev/rules.d/" RULE))
		die(RULE);
	check(run("/usr/bin/udevadm", "control", "--reload", NULL) && trigger(),
	      "udevd goes through the heaps again");
	look_at_all("with the rule", GIVEN);

	run("/usr/bin/udevadm", "control", "--exit", NULL);
	return done();
}
