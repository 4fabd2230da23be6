# SPDX-License-Identifier: Apache-2.0
"""What attune-bench says is measured, and its decisions are those of the naive router."""

import json
import os
import subprocess

from support import BUILD, run

BENCH = os.path.join(BUILD, "tools", "attune-bench", "attune-bench")


def bench(*words, timeout=50):
    """The figures of a command that must succeed."""
    done = subprocess.run([BENCH, *words, "--json"], capture_output=True, text=True,
                          timeout=timeout, check=False)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    assert len(done.stdout.splitlines()) == 1, done.stdout
    return json.loads(done.stdout)


def a_decision_is_that_of_the_naive_router(_house):
    for seed in range(4):
        figures = bench("match", "--agents", "40", "--waiting", "60", "--skills", "6",
                        "--signatures", "9", "--draws", "50", "--milliseconds", "10", "--seed", str(seed))
        assert figures["oracle_disagreements"] == 0, figures
        assert figures["compared"] == 100 and figures["unpaired"] < 60, figures
        for name in ("contact_to_agent_ns", "agent_to_contact_ns", "upkeep_ns"):
            assert figures[name] > 0, figures


def the_smallest_centre_can_be_measured(_house):
    figures = bench("match", "--agents", "2", "--waiting", "1", "--skills", "2", "--signatures", "1",
                    "--draws", "1", "--milliseconds", "10")
    assert figures["oracle_disagreements"] == 0, figures


def whole_lives_leave_two_engines_in_one_state(_house):
    for waiting in ("0", "20"):
        figures = bench("step", "--agents", "10", "--waiting", waiting, "--commands", "400", "--bulk", "1",
                        "--skills", "6", "--queues", "4")
        assert figures["same_state"] == 1 and figures["refused"] == 0, figures
        assert figures["commands"] >= 400 and figures["accepted"] > 50, figures
        for name in ("ns_per_command", "commands_per_second", "bytes_per_contact",
                     "bytes_per_agent", "rss_mib", "allocations_per_command", "tick_ns"):
            assert figures[name] > 0, (name, figures)


def the_same_seed_gives_the_same_lives(_house):
    words = ("step", "--agents", "10", "--waiting", "20", "--commands", "300", "--seed", "7")
    lives = [[bench(*words)[name] for name in ("commands", "accepted", "declined", "abandoned")]
             for _ in range(2)]
    assert lives[0] == lives[1], lives


def a_state_is_saved_and_loaded_and_the_same(_house):
    figures = bench("snapshot", "--agents", "10", "--waiting", "50", "--commands", "300",
                    "--skills", "6", "--queues", "4", "--passes", "2")
    assert figures["same"] == 1 and figures["live"] >= 50, figures
    assert figures["closed"] > 0 and figures["bytes"] > 0, figures
    for name in ("save_ms", "load_ms", "digest_ms"):
        assert figures[name] >= 0, (name, figures)


def the_journal_is_measured_against_a_file(_house):
    figures = bench("journal", "--batch", "10", "--milliseconds", "100")
    assert figures["raw_per_second"] > 0 and figures["journal_per_second"] > 0, figures
    assert 0 < figures["ratio"] and figures["batches"] > 0, figures
    assert figures["fdatasync_p50_us"] <= figures["fdatasync_p99_us"], figures
    assert figures["commit_p50_us"] <= figures["commit_p99_us"], figures


def wrong_options_are_said_with_status_2(_house):
    for words in (["match", "--agents", "none"], ["step", "--nonsense"], ["journal", "--batch", "0"],
                  ["nonsense"], []):
        done = subprocess.run([BENCH, *words], capture_output=True, text=True, timeout=20,
                              check=False)
        assert done.returncode == 2 and done.stderr, (words, done)


def the_wire_is_measured_against_an_echo_and_one_that_syncs(_house):
    for connections, window in (("1", "1"), ("3", "4")):
        figures = bench("wire", "--connections", connections, "--window", window, "--requests", "234")
        assert figures["requests"] == 234 and figures["refused"] == 0, figures
        assert figures["pushes"] >= 234, figures
        for side in ("echo", "synced", "attuned"):
            for name in ("per_second", "p50_us", "p99_us", "us_per_request"):
                assert figures[f"{side}_{name}"] > 0, figures
        assert figures["ratio"] > 0 and figures["p50_of_synced"] > 0, figures
        assert figures["synced_p50_us"] > figures["echo_p50_us"], figures


def what_the_history_costs_routing_is_measured_in_turns(_house):
    figures = bench("history", "--agents", "10", "--waiting", "10", "--commands", "300",
                    "--requests", "300", "--rounds", "2")
    for side in ("with", "without"):
        for name in ("per_second", "p50_us", "p99_us", "cpu_us"):
            assert figures[f"{side}_{name}"] > 0, figures
    for name in ("p50", "p99"):
        expected = figures[f"with_{name}_us"] / figures[f"without_{name}_us"]
        assert abs(figures[f"{name}_ratio"] - expected) < 0.02 * expected + 0.01, figures


def routing_is_measured_with_reports_and_without(_house):
    figures = bench("report", "--contacts", "3000", "--people", "500", "--agents", "20", "--passes",
                    "1", "--requests", "600", "--rounds", "1")
    assert figures["contacts"] == 3000 and figures["reports"] >= 1, figures
    assert figures["quiet_p99_us"] > 0 and figures["busy_p99_us"] > 0 and figures["p99_ratio"] > 0


def customers_are_looked_up_in_a_history_of_many(_house):
    figures = bench("customers", "--people", "500", "--contacts", "2000", "--lookups", "300")
    assert figures["found"] == figures["lookups"] == 300 and figures["names"] >= 500, figures
    assert 0 < figures["warm_p50_us"] <= figures["warm_p99_us"] <= figures["warm_max_us"], figures
    assert figures["nobody_p99_us"] > 0 and figures["cold_p99_us"] > 0, figures


if __name__ == "__main__":
    run(a_decision_is_that_of_the_naive_router,
        the_smallest_centre_can_be_measured,
        whole_lives_leave_two_engines_in_one_state,
        the_same_seed_gives_the_same_lives,
        a_state_is_saved_and_loaded_and_the_same,
        the_journal_is_measured_against_a_file,
        wrong_options_are_said_with_status_2,
        the_wire_is_measured_against_an_echo_and_one_that_syncs,
        what_the_history_costs_routing_is_measured_in_turns,
        routing_is_measured_with_reports_and_without,
        customers_are_looked_up_in_a_history_of_many)
