/* SPDX-License-Identifier: Apache-2.0
 *
 * outside NAME KEY: what of the host a sandbox should not reach, for as long as this runs: an abstract socket @NAME, a
 * service on 127.0.0.1, a System V segment KEY, a POSIX message queue /NAME and a file /dev/shm/NAME. Prints the service's port.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int listen_abstract(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t n = strnlen(name, sizeof(at.sun_path) - 2);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(at.sun_path + 1, name, n);
	return bind(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n)) < 0 ? -1 : listen(fd, 5);
}

static int listen_loopback(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&at, n) < 0 || listen(fd, 5) < 0 || getsockname(fd, (struct sockaddr *)&at, &n) < 0)
		return -1;
	return ntohs(at.sin_port);
}

int main(int argc, char **argv)
{
	char queue[100], file[100];
	sigset_t wanted;
	int shm, port, signal;

	if (argc != 3)
		return 2;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGTERM);
	sigprocmask(SIG_BLOCK, &wanted, NULL);
	snprintf(queue, sizeof(queue), "/%s", argv[1]);
	snprintf(file, sizeof(file), "/dev/shm/%s", argv[1]);
	shm = shmget((key_t)strtol(argv[2], NULL, 0), 4096, IPC_CREAT | 0666);
	mq_open(queue, O_CREAT | O_RDWR, 0666, NULL);
	close(open(file, O_CREAT | O_WRONLY, 0666));
	port = listen_loopback();
	if (listen_abstract(argv[1]) < 0 || port < 0)
		return 1;
	printf("%d\n", port);
	fflush(stdout);
	sigwait(&wanted, &signal);
	shmctl(shm, IPC_RMID, NULL);
	mq_unlink(queue);
	unlink(file);
	return 0;
}
