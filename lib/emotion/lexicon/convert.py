#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes en.tsv, fr.tsv and nl.tsv beside it from the npm packages that README.md names:

    convert.py VADER NATURAL

two folders with the packages unpacked. `tools/dev lexicons` fetches them and runs this.
"""

import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LAST_LINE = "# word (or words), its rating from -4 to +4; README.md beside says from where.\n"
PATTERN = "lib/natural/sentiment/{}/pattern-sentiment-{}.json"
RATING_OF_POLARITY = 4  # Pattern's polarity goes from -1 to +1.

# Dutch syllables without stress keep their one consonant: gezellig, gezellige.
UNSTRESSED = re.compile(r"[aeiou].*(?:ig|el|er|em|om|um|slos)$")
STRESSED = re.compile(r"(?:snel|^fel)$")
WITHOUT_FORM = re.compile(r"(?:[eaouc]|en|jes|gratis|relaxed|non-.*)$")
VOICED = {"f": "v", "s": "z"}


def read_vader(folder):
    """Words in small letters with their mean rating."""
    words = {}
    with open(os.path.join(folder, "vader_lexicon.txt"), encoding="utf-8") as file:
        for line in file:
            word, mean = line.split("\t")[:2]
            words.setdefault(word.lower(), mean)
    return {word: mean for word, mean in words.items() if can_be_found(word)}


def can_be_found(word):
    """Not emoticons that a text is cut apart in: '8)', 'd:', those with a space."""
    if word[0].isalnum():
        return re.fullmatch(r"[a-z0-9'& -]+", word) and not word.endswith("-")
    return " " not in word


def read_pattern(folder, language, code):
    """Words in small letters with a rating and what kind of words they are."""
    words = {}
    with open(os.path.join(folder, PATTERN.format(language, code)), encoding="utf-8") as file:
        for word, said in json.load(file).items():
            rating = f"{RATING_OF_POLARITY * float(said['polarity']):.1f}"
            if float(rating) != 0 and word[-1].isalnum():
                words.setdefault(word.lower(), (rating, said["pos"]))
    return words


def inflect(word):
    """A Dutch adjective's form in -e by the rules of spelling; None if it has none of its own."""
    if WITHOUT_FORM.search(word):
        return None
    if word.endswith("ees"):
        return word[:-3] + "ese"
    long_vowel = re.search(r"(?:aa|ee|oo|uu)[bcdfghjklmnpqrstvwxz]$", word)
    if long_vowel:
        return word[:-2] + VOICED.get(word[-1], word[-1]) + "e"
    if re.search(r"(?:ie|ïe|oe|eu|ui|ij|ei|ou|au)[fs]$", word):
        return word[:-1] + VOICED[word[-1]] + "e"
    if re.search(r"(?:^|[^aeiouï])[aeiou][bdfgklmnprst]$", word) and (
            not UNSTRESSED.search(word) or STRESSED.search(word)):
        return word + word[-1] + "e"
    return word + "e"


def with_inflections(words):
    """An inflected word that the lexicon has itself keeps its rating."""
    inflected = {}
    for word, (rating, kind) in words.items():
        form = inflect(word) if kind == "JJ" and " " not in word else None
        if form and form not in words:
            inflected.setdefault(form, rating)
    return {**{word: rating for word, (rating, _) in words.items()}, **inflected}


def write(code, licence, whose, words):
    with open(os.path.join(HERE, code + ".tsv"), "w", encoding="utf-8") as file:
        file.write(f"# SPDX-License-Identifier: {licence}\n# {whose}\n{LAST_LINE}")
        file.writelines(f"{word}\t{words[word]}\n" for word in sorted(words))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    vader, natural = sys.argv[1:]
    write("en", "MIT", "English: the words of VADER, Copyright (c) 2016 C.J. Hutto.", read_vader(vader))
    french = read_pattern(natural, "French", "fr")
    write("fr", "PDDL-1.0",
          "French: the words of Pattern, by Tom De Smedt and Walter Daelemans and fabelier.org.",
          {word: rating for word, (rating, _) in french.items()})
    write("nl", "PDDL-1.0", "Dutch: the words of Pattern, by Tom De Smedt and Walter Daelemans.",
          with_inflections(read_pattern(natural, "Dutch", "nl")))


main()
