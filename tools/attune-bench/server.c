/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/attune-bench/server.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/util.h"

#define STOP_WAIT_MS      10000
#define LINES_SHOWN       20
#define METRICS_BYTES_MAX (1 << 20)

bool server_find(const char *attuned, char binary[PATH_MAX])
{
        static const char *const places[] = {"/attuned", "/../../daemon/attuned"};
        char self[PATH_MAX / 2] = {0};
        char *slash;

        if (attuned) {
                (void)snprintf(binary, PATH_MAX, "%s", attuned);
                return access(binary, X_OK) == 0;
        }
        if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0) {
                return false;
        }
        slash = strrchr(self, '/');
        *slash = '\0';
        for (size_t i = 0; i < ATT_ARRAY_LEN(places); i++) {
                (void)snprintf(binary, PATH_MAX, "%s%s", self, places[i]);
                if (access(binary, X_OK) == 0) {
                        return true;
                }
        }
        return false;
}

bool server_write(const char *work, const char *name, const struct att_buffer *content)
{
        char path[PATH_MAX];
        FILE *file;
        bool is_written;

        (void)snprintf(path, sizeof(path), "%s/%s", work, name);
        file = fopen(path, "we");
        if (!file) {
                fprintf(stderr, "attune-bench: %s: %s\n", path, strerror(errno));
                return false;
        }
        is_written = fwrite(content->data, 1, content->len, file) == content->len;
        return fclose(file) == 0 && is_written;
}

pid_t server_fork(void)
{
        const pid_t parent = getpid();
        const pid_t child = fork();

        if (child == 0) {
                (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
                if (getppid() != parent) {
                        _exit(1);
                }
        }
        return child;
}

static void run_attuned(const char *binary, const char *work, const struct place *place,
                        const char *option)
{
        char config[PATH_MAX];
        char data[PATH_MAX];
        char log[PATH_MAX];
        char listen[32];
        char http[32];
        char socket[PATH_MAX];
        const char *argv[] = {binary, "--config", config, "--data", data, "--socket", socket,
                              NULL,   NULL,       NULL,   NULL,     NULL, NULL};
        size_t count = 7;
        char *copies[ATT_ARRAY_LEN(argv)] = {0};
        int to;

        (void)snprintf(config, sizeof(config), "%s/config.yaml", work);
        (void)snprintf(data, sizeof(data), "%s/data", work);
        (void)snprintf(log, sizeof(log), "%s/log", work);
        (void)snprintf(socket, sizeof(socket), "%s/attuned.sock", work);
        if (place->is_tcp) {
                (void)snprintf(listen, sizeof(listen), "127.0.0.1:%u", place->port);
                argv[count++] = "--listen";
                argv[count++] = listen;
        }
        if (place->http_port > 0) {
                (void)snprintf(http, sizeof(http), "127.0.0.1:%u", place->http_port);
                argv[count++] = "--http";
                argv[count++] = http;
        }
        if (option) {
                argv[count++] = option;
        }
        (void)mkdir(data, 0700);
        to = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (to >= 0) {
                (void)dup2(to, STDOUT_FILENO);
                (void)dup2(to, STDERR_FILENO);
        }
        /* execv() takes what it does not change as if it did. */
        for (size_t i = 0; argv[i]; i++) {
                copies[i] = att_strndup(argv[i], strlen(argv[i]));
        }
        (void)execv(binary, copies);
        _exit(127);
}

pid_t server_start_with(const char *binary, const char *work, const struct place *place,
                        const char *option)
{
        const pid_t child = server_fork();

        if (child == 0) {
                run_attuned(binary, work, place, option);
        }
        return child;
}

pid_t server_start(const char *binary, const char *work, const struct place *place)
{
        return server_start_with(binary, work, place, NULL);
}

void server_stop(pid_t server)
{
        if (server <= 0) {
                return;
        }
        (void)kill(server, SIGTERM);
        for (int waited_ms = 0; waited_ms < STOP_WAIT_MS; waited_ms += 10) {
                if (waitpid(server, NULL, WNOHANG) != 0) {
                        return;
                }
                (void)usleep(10000);
        }
        (void)kill(server, SIGKILL);
        (void)waitpid(server, NULL, 0);
}

/* Everything that is sent until the connection ends, as far as there is room. */
static void read_all(int from, char *into, size_t size)
{
        size_t len = 0;
        ssize_t got;

        while (len + 1 < size && (got = read(from, into + len, size - 1 - len)) > 0) {
                len += (size_t)got;
        }
        into[len] = '\0';
}

static bool get_metrics(uint16_t port, char *into, size_t size)
{
        static const char request[] = "GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n";
        const struct timeval patience = {.tv_sec = 10};
        struct sockaddr_in address;
        const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool is_asked;

        if (connection < 0) {
                return false;
        }
        (void)uv_ip4_addr("127.0.0.1", port, &address);
        (void)setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        is_asked = connect(connection, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
                   write(connection, request, sizeof(request) - 1) == sizeof(request) - 1;
        if (is_asked) {
                read_all(connection, into, size);
        }
        (void)close(connection);
        return is_asked;
}

double server_metric(const struct place *place, const char *name)
{
        const size_t size = METRICS_BYTES_MAX;
        char *text = att_alloc(size);
        const size_t len = strlen(name);
        double value = -1;

        if (get_metrics(place->http_port, text, size)) {
                for (const char *line = text; line && value < 0; line = strchr(line + 1, '\n')) {
                        if (strncmp(line + 1, name, len) == 0 && line[len + 1] == ' ') {
                                value = strtod(line + len + 2, NULL);
                        }
                }
        }
        free(text);
        return value;
}

void server_print_log(const char *work)
{
        char path[PATH_MAX];
        char line[500];
        FILE *log;

        (void)snprintf(path, sizeof(path), "%s/log", work);
        log = fopen(path, "re");
        for (int i = 0; log && i < LINES_SHOWN && fgets(line, sizeof(line), log); i++) {
                fputs(line, stderr);
        }
        if (log) {
                (void)fclose(log);
        }
}

/* A line of /proc/PID/status, in kB. */
static long long read_status(pid_t server, const char *name)
{
        char path[64];
        char line[256];
        long long kib = 0;
        FILE *file;

        (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)server);
        file = fopen(path, "re");
        while (file && fgets(line, sizeof(line), file)) {
                if (strncmp(line, name, strlen(name)) == 0) {
                        kib = atoll(line + strlen(name));
                }
        }
        if (file) {
                (void)fclose(file);
        }
        return kib * 1024;
}

long long server_rss(pid_t server)
{
        return read_status(server, "VmRSS:");
}

long long server_rss_peak(pid_t server)
{
        return read_status(server, "VmHWM:");
}
