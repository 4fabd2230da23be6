# SPDX-License-Identifier: Apache-2.0
"""Starting and stopping: what is wrong is said in full, and nothing is changed by it."""

import os
import socket
import sqlite3
import stat
import subprocess

from support import ATTUNED, CONFIG, attune, eventually, refused, run


def wrong_options_are_said_with_status_2(house):
    for words in (["--nonsense"], [], ["--config", house.config], ["--data", house.data],
                  [*house.arguments(), "word"], house.arguments(time_scale="fast"),
                  house.arguments(time_scale=0), ["--config"]):
        status, said = house.run_attuned(*words)
        assert status == 2 and "usage" in said, (words, status, said)
    assert not os.path.exists(house.data)


def help_and_version_are_shown_with_status_0(house):
    status, said = house.run_attuned("--version")
    assert status == 0 and said.startswith("attuned ")
    status, said = house.run_attuned("--help")
    assert status == 0 and "--config" in said and "SIGHUP" in said


def every_error_of_a_configuration_is_said_at_once(house):
    house.write_config(CONFIG.replace("cards: 3", "crads: 3").replace("cards: 8", "cards: 80")
                       .replace("offer_timeout: 15s", "offer_timeout: 15"))
    status, said = house.run_attuned(*house.arguments())
    assert status == 1
    errors = [line for line in said.splitlines() if line.startswith(house.config + ":")]
    assert len(errors) == 3, said
    assert "did you mean 'cards'" in said
    for line in errors:
        _, number, column, _ = line.split(":", 3)
        assert number.isdigit() and column.isdigit(), line
    assert not os.path.exists(house.socket)


def a_configuration_that_is_not_there_is_said(house):
    status, said = house.run_attuned(*house.arguments(config=house.path("nowhere.yaml")))
    assert status == 1 and "nowhere.yaml" in said and "No such file" in said


def a_socket_path_that_is_too_long_is_said_not_cut(house):
    path = os.path.join(house.home, "x" * 120)
    status, said = house.run_attuned(*house.arguments(socket=path))
    assert status == 1 and "x" * 100 in said, said
    assert os.listdir(house.home).count("x" * 107) == 0
    assert not [name for name in os.listdir(house.home) if name.startswith("xxx")]


def a_socket_where_none_can_be_is_said(house):
    status, said = house.run_attuned(*house.arguments(socket="/proc/none/sock"))
    assert status == 1 and "/proc/none/sock" in said
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, said = house.run_attuned(*house.arguments(listen=f"127.0.0.1:{port}"))
        assert status == 1 and str(port) in said, said


def a_port_that_is_none_is_said_not_cut(house):
    for listen in ("127.0.0.1:99999", "127.0.0.1:-1", "127.0.0.1:", "127.0.0.1:http", ":", "nonsense"):
        status, said = house.run_attuned(*house.arguments(listen=listen), timeout=3)
        assert status in (1, 2) and "listen" in said, (listen, said)


def the_data_of_a_running_attuned_is_left_alone(house):
    house.start()
    phone = house.client("phone")
    status, said = house.run_attuned(*house.arguments(socket=house.path("other")))
    assert status == 1 and "data" in said, said
    status, said = house.run_attuned(*house.arguments())
    assert status == 1
    assert phone.ping() and house.raw().hello(), "and so is its socket"


def data_that_cannot_be_written_is_said(house):
    status, said = house.run_attuned(*house.arguments(data="/proc/attune"))
    assert status == 1 and "/proc/attune" in said
    path = house.write("file", "not a folder")
    status, said = house.run_attuned(*house.arguments(data=path))
    assert status == 1 and path in said


def data_of_a_newer_version_is_refused_and_not_touched(house):
    house.start()
    house.client("phone").request("contact_add", contact="c1", channel="voice")
    house.stop()
    journal = os.path.join(house.data, "journal")
    segments = [os.path.join(journal, name) for name in sorted(os.listdir(journal))
                if name.endswith(".segment")]
    with sqlite3.connect(segments[-1]) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute(f"PRAGMA user_version = {version + 1000}")
    connection.close()
    with open(segments[-1], "rb") as file:
        before = file.read()
    status, said = house.run_attuned(*house.arguments())
    assert status == 1, said
    assert segments[-1] in said or os.path.basename(segments[-1]) in said, said
    with open(segments[-1], "rb") as file:
        assert file.read() == before


def data_that_is_damaged_is_said_with_its_place(house):
    house.start()
    phone = house.client("phone")
    for i in range(300):
        phone.request("contact_add", contact=f"c{i}", channel="voice", text="x" * 200)
    house.stop()
    journal = os.path.join(house.data, "journal")
    for name in os.listdir(journal):
        if name.endswith(".snapshot"):  # Else nothing before it is read.
            os.remove(os.path.join(journal, name))
    segment = max((os.path.join(journal, name) for name in os.listdir(journal)
                   if name.endswith(".segment")), key=os.path.getsize)
    with open(segment, "r+b") as file:
        size = file.seek(0, 2)
        file.seek(size // 2)
        file.write(b"\xaa" * 64)
    status, said = house.run_attuned(*house.arguments())
    assert status == 1 and os.path.basename(segment) in said, said


def a_stale_socket_is_taken_over(house):
    house.start()
    house.kill()
    assert os.path.exists(house.socket)
    house.start()
    assert house.raw().hello()


def what_is_not_a_socket_is_not_removed(house):
    house.write("sock", "precious")
    status, said = house.run_attuned(*house.arguments())
    assert status == 1 and house.socket in said
    with open(house.socket, encoding="utf-8") as file:
        assert file.read() == "precious"


def the_socket_is_for_its_owner_and_group(house):
    house.start()
    mode = os.stat(house.socket).st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o660, oct(mode)


def sigterm_says_goodbye_and_exits_0(house):
    house.start()
    phone = house.client("phone")
    phone.request("contact_add", contact="c1", channel="voice")
    assert house.stop() == 0
    try:
        while phone.receive(5):
            pass
    except attune.Closed as closed:
        assert closed.reason, "a Bye comes first"
    assert not os.path.exists(house.socket)
    house.start()
    assert [row["contact"] for row in house.ctl_json("contacts")] == ["c1"]


def logged(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def sigusr1_opens_the_log_anew(house):
    house.start()
    phone = house.client("phone")
    phone.request("contact_add", contact="c1", channel="voice")
    eventually(lambda: '"c1"' in logged(house.log))  # A line may come after its answer.
    moved = house.path("route.log.1")
    os.rename(house.log, moved)
    house.process.send_signal(10)
    for i in range(200):
        phone.request("contact_add", contact=f"d{i}", channel="voice")
        if os.path.exists(house.log) and os.path.getsize(house.log):
            break
    assert '"c1"' in logged(moved)
    assert os.path.getsize(house.log)


def the_route_log_may_go_to_standard_output(house):
    reads, writes = os.pipe()
    process = subprocess.Popen([ATTUNED, *house.arguments(log="-", ready_fd=writes)],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                               pass_fds=[writes])
    os.close(writes)
    with os.fdopen(reads, "rb") as ready:
        assert ready.read() == b"ready\n"
    process.terminate()
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 0 and '"event":"config"' in out, out


def drain_stops_as_sigterm_does(house):
    house.start()
    phone = house.client("phone")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    status, out, err = house.ctl("drain")
    assert status == 0 and "stops" in out, (out, err)
    assert house.process.wait(20) == 0 and "draining" in house.words()
    house.start()
    assert [row["contact"] for row in house.ctl_json("contacts")] == ["c1"]
    refused("denied", house.client("phone"), "drain")


if __name__ == "__main__":
    run(wrong_options_are_said_with_status_2,
        help_and_version_are_shown_with_status_0,
        every_error_of_a_configuration_is_said_at_once,
        a_configuration_that_is_not_there_is_said,
        a_socket_path_that_is_too_long_is_said_not_cut,
        a_socket_where_none_can_be_is_said,
        a_port_that_is_none_is_said_not_cut,
        the_data_of_a_running_attuned_is_left_alone,
        data_that_cannot_be_written_is_said,
        data_of_a_newer_version_is_refused_and_not_touched,
        data_that_is_damaged_is_said_with_its_place,
        a_stale_socket_is_taken_over,
        what_is_not_a_socket_is_not_removed,
        the_socket_is_for_its_owner_and_group,
        sigterm_says_goodbye_and_exits_0,
        sigusr1_opens_the_log_anew,
        the_route_log_may_go_to_standard_output,
        drain_stops_as_sigterm_does)
