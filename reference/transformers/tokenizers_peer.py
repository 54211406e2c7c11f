"""Answers, for each case {"json": tokenizer.json, "text": …} of a JSON list on standard input, what Python's tokenizers
make of the text: ids without and with special tokens, and the text of these ids and of 0…5, with and without special
tokens; "refused" where they raise."""

import json
import sys

from tokenizers import Tokenizer


def answer(case):
    try:
        tokenizer = Tokenizer.from_str(json.dumps(case["json"]))
        plain = tokenizer.encode(case["text"], add_special_tokens=False).ids
        full = tokenizer.encode(case["text"], add_special_tokens=True).ids
        ids = [*full, 0, 1, 2, 3, 4, 5]
        decoded = [tokenizer.decode(ids, skip_special_tokens=skip) for skip in (False, True)]
        return {"plain": plain, "full": full, "decoded": decoded[0], "skipped": decoded[1]}
    except BaseException as error:  # a panic is no Exception
        if isinstance(error, KeyboardInterrupt):
            raise
        return "refused"


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
