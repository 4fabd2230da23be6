# SPDX-License-Identifier: Apache-2.0
"""What attuned does by itself, with no one asking. Its time runs a thousand times as fast."""

import time

from support import CONFIG, run

TIERS = """\
tiers:
  - { name: gold, value: 1.0, when: { lifetime_value: ">= 5000" } }
"""


def commands_in(house, seconds):
    before = house.status()["seq"]
    time.sleep(seconds)
    return house.status()["seq"] - before


def prices_are_journaled_where_they_matter_and_something_happened(house):
    house.write_config(CONFIG + TIERS)
    house.start(time_scale=1000)
    time.sleep(2.5)   # The configuration itself is something that happened.
    assert commands_in(house, 2.5) == 0, "an idle house needs none"
    house.ctl("agent", "pause", "ann")
    assert commands_in(house, 2.5) == 1
    assert commands_in(house, 2.5) == 0


def without_tiers_there_are_no_prices(house):
    house.start(time_scale=1000)
    house.ctl("agent", "pause", "ann")
    assert commands_in(house, 2.5) == 0


if __name__ == "__main__":
    run(prices_are_journaled_where_they_matter_and_something_happened,
        without_tiers_there_are_no_prices)
