# SPDX-License-Identifier: Apache-2.0
"""What strangers and broken programs send: an error or a close for them, nothing for anybody else."""

import random
import socket
import struct
import time

from support import IS_SANITIZED, attune, eventually, run

ENVELOPE = attune.envelope_pb2.Envelope


def frame(content):
    return struct.pack(">I", len(content)) + content


def closes(client, seconds=10):
    """Whether attuned closes, whatever it says before."""
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            client.receive(deadline - time.monotonic())
    except (attune.Closed, ConnectionError):
        return True
    return False


class Bystander:
    """A front end that must not notice anything."""

    def __init__(self, house):
        self.house = house
        self.client = house.client("phone")
        self.contacts = 0

    def notices_nothing(self):
        self.contacts += 1
        done = self.client.request("contact_add", contact=f"by-{self.contacts}", channel="voice",
                                   queue="cards")
        assert done.position == self.contacts
        assert self.house.is_alive()


def what_is_no_protobuf_closes_only_its_own_connection(house):
    house.start()
    bystander = Bystander(house)
    rng = random.Random(1)
    bad = [b"\xff" * 20, b"\x0f", b"\x0a\xff\xff\xff\xff\x7f", b"\x08" + b"\xff" * 11,
           frame(b"")[:0] + b"\x12\x05ab", bytes([0x0b, 0x0c])]
    bad += [rng.randbytes(rng.randrange(1, 200)) for _ in range(60)]
    for content in bad:
        for is_greeted in (False, True):
            client = house.client() if is_greeted else house.raw()
            client.send_bytes(frame(content))
            try:
                client.send_bytes(frame(ENVELOPE(request_id=9).SerializeToString()))
                client.receive(0.02)
            except (attune.Closed, OSError, TimeoutError):
                pass
            client.close()
    bystander.notices_nothing()


def malformed_bytes_are_answered_and_closed(house):
    house.start()
    bystander = Bystander(house)
    client = house.client()
    client.send_bytes(frame(b"\xff" * 20))
    assert closes(client)
    bystander.notices_nothing()


def an_oversized_frame_closes_the_connection(house):
    house.start()
    bystander = Bystander(house)
    for length in (65537, 1 << 20, 0x7fffffff, 0xffffffff):
        client = house.client()
        client.send_bytes(struct.pack(">I", length))
        assert closes(client), length
    bystander.notices_nothing()


def before_the_hello_frames_are_small(house):
    house.start()
    client = house.raw()
    client.send_bytes(struct.pack(">I", 5000))
    assert closes(client)


def a_frame_of_the_greatest_size_is_fine(house):
    house.start()
    client = house.client()
    envelope = ENVELOPE(request_id=1)
    envelope.ping.payload = ""
    room = 65536 - len(envelope.SerializeToString()) - 8
    # An unknown field, passed over: number 1000, bytes.
    filler = b"\xc2\x3e" + struct.pack("<B", 0x80 | (room & 0x7f)) + struct.pack(
        "<B", 0x80 | (room >> 7 & 0x7f)) + struct.pack("<B", room >> 14) + b"x" * room
    content = envelope.SerializeToString() + filler
    assert 65500 < len(content) <= 65536, len(content)
    client.send_bytes(frame(content))
    assert client.ping()


def a_truncated_frame_and_a_goodbye_disturb_nobody(house):
    house.start()
    bystander = Bystander(house)
    for cut in (1, 3, 4, 10):
        client = house.client()
        _, data = client.protocol.request("contact_add", {"contact": "half", "channel": "voice"})
        client.send_bytes(data[:cut])
        client.close()
    bystander.notices_nothing()
    assert not [row for row in house.ctl_json("contacts") if row["contact"] == "half"]


def an_unknown_request_is_refused_and_the_session_goes_on(house):
    house.start()
    client = house.client()
    envelope = ENVELOPE(request_id=77).SerializeToString()
    unknown = b"\xa2\x3f\x03abc"      # Field 1012, bytes: a request of the future.
    client.send_bytes(frame(envelope + unknown))
    try:
        client.answer(77)
    except attune.Refused as refusal:
        assert refusal.code == "unknown", refusal
    else:
        raise AssertionError("a request of the future was done")
    assert client.ping()


def values_out_of_range_are_refused_with_their_field(house):
    house.start()
    client = house.client("phone")
    wrong = [
        ({"contact": ""}, "contact"),
        ({"contact": "x" * 129}, "contact"),
        ({"customer": {"id": "u", "churn_risk_ppm": 1000001}}, "churn_risk"),
        ({"emotion_ppm": -1}, "emotion"),
        ({"priority_milli": 10**12}, "priority"),
        ({"waited_ms": -5}, "waited"),
        ({"text": "x" * 5000}, "text"),
        ({"requires": [{"skill": "cards", "level": 11}]}, "level"),
        ({"requires": [{"skill": "cards", "level": 1}] * 40}, "requires"),
        ({"exclude": ["ann"] * 100}, "exclude"),
    ]
    for fields, field in wrong:
        request = {"contact": "c1", "channel": "voice", "queue": "cards", **fields}
        try:
            client.request("contact_add", **request)
        except attune.Refused as refusal:
            assert refusal.code == "invalid", (fields, refusal)
            assert field in refusal.field + str(refusal), (fields, refusal.field, str(refusal))
        else:
            raise AssertionError(f"{fields} was taken")
    assert client.request("contact_add", contact="c1", channel="voice", queue="cards").seq


def texts_that_are_no_utf8_are_refused(house):
    house.start()
    client = house.client("phone")
    for text in (b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"a\x00b"):
        body = b"\x0a\x02c1\x12\x05voice" + b"\x3a" + bytes([len(text)]) + text
        client.send_bytes(frame(b"\x08\x63" + b"\x82\x01" + bytes([len(body)]) + body))
        try:
            client.answer(0x63)
        except attune.Refused as refusal:
            assert refusal.code == "invalid", refusal
        else:
            raise AssertionError(f"{text} was taken")


def someone_who_speaks_http_gets_a_readable_line(house):
    house.start()
    client = house.raw(over="tcp")
    connection = client._socket  # pylint: disable=protected-access
    connection.sendall(b"GET / HTTP/1.1\r\nHost: attune\r\n\r\n")
    answer = b""
    while data := connection.recv(4096):
        answer += data
    assert answer.startswith(b"HTTP/1.") and b"attune" in answer, answer


def a_byte_at_a_time_is_slow_but_right(house):
    house.start()
    client = house.raw(over="tcp")
    client._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # pylint: disable=protected-access
    _, hello = client.protocol.hello(name="phone", token=house.token("phone"))
    number, add = client.protocol.request("contact_add", {"contact": "slow", "channel": "voice",
                                                          "queue": "cards"})
    for i in range(len(hello + add)):
        client.send_bytes((hello + add)[i:i + 1])
        if i % 16 == 0:
            time.sleep(0.002)
    assert client.answer(number).position == 1


def many_requests_in_one_write_are_all_answered_in_order(house):
    house.start()
    client = house.client("phone")
    data = b""
    numbers = []
    for i in range(2000):
        number, request = client.protocol.request("contact_add", {
            "contact": f"c{i}", "channel": "voice", "queue": "cards"})
        numbers.append(number)
        data += request
    client.send_bytes(data)
    sequence = [client.answer(number).seq for number in numbers]
    assert sequence == sorted(sequence) and len(set(sequence)) == 2000


def nobody_waits_for_a_client_that_never_reads(house):
    house.start()
    bystander = Bystander(house)
    hog = house.raw()
    connection = hog._socket  # pylint: disable=protected-access
    hog.hello()
    _, ask = hog.protocol.request("agents", {})
    connection.settimeout(0.2)
    began = time.monotonic()
    longest = 0
    try:
        while time.monotonic() < began + 3:
            try:
                connection.send(ask * 200)
            except (TimeoutError, BlockingIOError):
                pass
            asked = time.monotonic()
            bystander.notices_nothing()
            longest = max(longest, time.monotonic() - asked)
    except OSError:
        pass
    assert IS_SANITIZED or longest < 1, f"a bystander waited {longest:.2f} s"
    rss = house.status()["rss_bytes"]
    assert IS_SANITIZED or rss < 200 << 20, rss


def five_hundred_connections_are_served_at_once(house):
    house.start()
    clients = [house.client("web", over="tcp") if i % 2 else house.client() for i in range(500)]
    numbers = [client.send("contact_add", contact=f"c{i}", channel="chat", queue="cards")
               for i, client in enumerate(clients)]
    for client, number in zip(clients, numbers):
        assert client.answer(number).seq
    assert house.status()["sessions"] >= 500
    for client in clients:
        client.close()
    eventually(lambda: house.status()["sessions"] == 1)
    assert house.status()["contacts"]["queued"] == 500


def half_open_strangers_are_thrown_out(house):
    house.start()
    strangers = [house.raw() for _ in range(20)]
    bystander = Bystander(house)
    bystander.notices_nothing()
    assert all(closes(stranger, 14) for stranger in strangers)


if __name__ == "__main__":
    run(what_is_no_protobuf_closes_only_its_own_connection,
        malformed_bytes_are_answered_and_closed,
        an_oversized_frame_closes_the_connection,
        before_the_hello_frames_are_small,
        a_frame_of_the_greatest_size_is_fine,
        a_truncated_frame_and_a_goodbye_disturb_nobody,
        an_unknown_request_is_refused_and_the_session_goes_on,
        values_out_of_range_are_refused_with_their_field,
        texts_that_are_no_utf8_are_refused,
        someone_who_speaks_http_gets_a_readable_line,
        a_byte_at_a_time_is_slow_but_right,
        many_requests_in_one_write_are_all_answered_in_order,
        nobody_waits_for_a_client_that_never_reads,
        five_hundred_connections_are_served_at_once,
        half_open_strangers_are_thrown_out)
