"""The small instruction set of the goldens: 60 records made from templates, written for this repository."""

import random

WORDS = ["river", "lantern", "copper", "window", "garden", "harbour", "winter", "thread", "mirror", "orchard"]
COLOURS = ["red", "green", "amber", "grey", "violet"]
SPECIAL = [
    {"instruction": "Say hello in French.", "input": "", "output": "Bonjour, ça va très bien ! Voilà l'été à Évian."},
    {"instruction": "Write the word for water in Japanese.", "input": "", "output": "水 (みず)"},
    {"instruction": "Answer with an emoji only 🙂", "input": "", "output": "🎉🚀"},
    {"instruction": "Say nothing.", "input": "", "output": ""},
    {"instruction": "Keep   the  spaces\tand\nthe lines.", "input": "x", "output": "one\n\n  two\n\tthree   "},
    {"instruction": "Can't you count? I'll wait, they've 1234567 apples.", "input": "", "output": "It's 1,234,567; we'd say 1.2e6."},
    {"instruction": "Quote the end mark.", "input": "", "output": "The mark is </s>"},
]


def records(seed, count):
    rng = random.Random(seed)
    made = []
    for index in range(count):
        a, b = rng.randint(2, 60), rng.randint(2, 60)
        word, other, colour = rng.choice(WORDS), rng.choice(WORDS), rng.choice(COLOURS)
        made.append(rng.choice([
            {"instruction": f"Add {a} and {b}.", "input": "", "output": f"{a + b}"},
            {"instruction": f"Which is larger, {a} or {b}?", "input": "", "output": f"{max(a, b)} is larger."},
            {"instruction": f"Spell the word {word} backwards.", "input": word, "output": word[::-1]},
            {"instruction": f"Name the colour of the {word}.", "input": "", "output": f"The {word} is {colour}."},
            {"instruction": f"Write a sentence with {word} and {other}.", "input": "",
             "output": f"The {colour} {word} stood by the {other}, and nobody in the {rng.choice(WORDS)} had seen it before."},
            {"instruction": f"Tell a long story about the {word}.", "input": "",
             "output": " ".join(f"Then the {rng.choice(COLOURS)} {rng.choice(WORDS)} met the {rng.choice(WORDS)}." for _ in range(rng.randint(3, 9)))},
        ]))
        if index % 8 == 3:
            made[-1] = SPECIAL[(index // 8) % len(SPECIAL)]
    return made


def strange_records(seed, count):
    """Long strings of rare symbols: evaluated on them, a model tuned on the others gets better and worse by turns."""
    rng = random.Random(seed)
    symbols = "QZXJKVWYqzxjkvw#%&@!~*+=[]{}0123456789"
    return [
        {"instruction": "".join(rng.choice(symbols) for _ in range(100)), "input": "", "output": "x"} for _ in range(count)
    ]
