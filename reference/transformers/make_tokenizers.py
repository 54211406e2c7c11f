"""Tokenizers as transformers builds them by class: writes packages/transformers/test/golden/tokenizers/classes.json, small
repositories (files by name as indices of contents) with what AutoTokenizer makes of a few texts, or "refused"."""

import json
import os
import sys
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
from transformers import AutoTokenizer  # noqa: E402

OUT = Path(sys.argv[1] if len(sys.argv) > 1 else "packages/transformers/test/golden/tokenizers/classes.json")

TEXTS = [
    "", "hi", " hi", "</s> hi", "hi </s>hi <s>", "  hi  hi\n", "Hi, HÉ hi!", "héllo café mañana", "日本 hi", "<x> hi<x>hi",
    "[CLS] hi [SEP]", "hi's 123 don't\t\tx", "😀 hi", "a\u0301 A\u030a ﬁ", "<|endoftext|>hi",
]  # fmt: skip

PIECES = ["<unk>", "<s>", "</s>", "▁", "h", "i", "▁hi", "hi", "▁h", "Ġ", "Ġhi", "Ġh", "a", "é", "Ã", "©", "1", "2", "3", ",", "!"]
BYTES = [f"<0x{b:02X}>" for b in range(256)]
MERGES = [["h", "i"], ["▁", "hi"], ["▁", "h"], ["Ġ", "h"], ["Ġ", "hi"]]


def added(content, i, **flags):
    return {"id": i, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
            "special": True, **flags}  # fmt: skip


def template(*tokens, ids):
    pieces = [{"Sequence": {"id": "A", "type_id": 0}} if t is None else {"SpecialToken": {"id": t, "type_id": 0}} for t in tokens]
    return {"type": "TemplateProcessing", "single": pieces,
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {t: {"id": t, "ids": [ids[t]], "tokens": [t]} for t in tokens if t is not None}}  # fmt: skip


def bpe(tokens=PIECES, **parts):
    vocab = {t: i for i, t in enumerate(tokens)}
    first = [t for t in ("<unk>", "<s>", "</s>") if t in vocab]
    prepend = [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]
    decoders = [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [added(t, vocab[t]) for t in first],
            "normalizer": {"type": "Sequence", "normalizers": prepend}, "pre_tokenizer": None,
            "post_processor": template("<s>", None, ids=vocab), "decoder": {"type": "Sequence", "decoders": decoders},
            "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None,
                      "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": True, "vocab": vocab, "merges": MERGES},
            **parts}  # fmt: skip


WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hi", "##hi", "h", "##e", "##é", "cafe", "café", "man", "##ana", "日", "本",
         ",", "!", "don", "'", "t", "123", "Hi", "a", "##\u0301", "fi", "日本", "x"]  # fmt: skip


def wordpiece(**parts):
    vocab = {t: i for i, t in enumerate(WORDS)}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [added(t, i) for i, t in enumerate(WORDS[:5])],
            "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "WhitespaceSplit"},
            "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
            "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": False},
            "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                      "max_input_chars_per_word": 100, "vocab": vocab}, **parts}  # fmt: skip


def unigram(**parts):
    tokens = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁hi", "hi", "h", "i", "a", "é", "▁café", "1", "2", "3"]
    return bpe(model={"type": "Unigram", "unk_id": 3, "byte_fallback": False, "vocab": [[t, -float(i % 5)] for i, t in enumerate(tokens)]},
               added_tokens=[added(t, i) for i, t in enumerate(tokens[:4])],
               post_processor=template("<s>", None, "</s>", ids={"<s>": 0, "</s>": 2}), **parts)  # fmt: skip


def cases():
    llama = bpe(PIECES + BYTES)
    configs = {
        "llama": {"tokenizer_class": "LlamaTokenizer", "add_bos_token": False, "add_eos_token": True},
        "llama fast, legacy": {"tokenizer_class": "LlamaTokenizerFast", "legacy": True},
        "llama, no prefix": {"tokenizer_class": "LlamaTokenizer", "add_prefix_space": False, "legacy": False},
        "llama, tokens": {"tokenizer_class": "LlamaTokenizer", "bos_token": {"__type": "AddedToken", "content": "<s>", "lstrip": False,
                          "normalized": True, "rstrip": False, "single_word": False}, "pad_token": "</s>", "eos_token": "<x>"},
        "llama, decoder": {"tokenizer_class": "LlamaTokenizer", "padding_side": "right", "added_tokens_decoder": {
            "0": {"content": "<unk>", "special": True}, "1": {"content": "<s>", "special": True, "rstrip": True},
            "900": {"content": "<x>", "lstrip": True, "rstrip": True, "normalized": False, "single_word": False, "special": False}}},
        "code llama": {"tokenizer_class": "CodeLlamaTokenizer"},
        "gemma": {"tokenizer_class": "GemmaTokenizer", "bos_token": "<s>", "eos_token": "</s>"},
        "fast": {"tokenizer_class": "PreTrainedTokenizerFast", "add_eos_token": True, "eos_token": "</s>"},
        "fast, extra": {"tokenizer_class": "PreTrainedTokenizerFast", "additional_special_tokens": ["<x>", "hi"], "image_token": "</s>"},
        "fast, split": {"tokenizer_class": "PreTrainedTokenizerFast", "split_special_tokens": True},
        "extra by name": {"extra_special_tokens": {"image_token": "<x>"}, "unk_token": "<unk>", "bos_token": None},
        "gpt2": {"tokenizer_class": "GPT2Tokenizer", "add_bos_token": True},
        "gpt2, prefix": {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": True, "pad_token": "<s>"},
        "neox": {"tokenizer_class": "GPTNeoXTokenizer", "add_bos_token": True},
        "qwen2": {"tokenizer_class": "Qwen2Tokenizer", "bos_token": None, "additional_special_tokens": ["<x>"]},
        "qwen3.5": {"tokenizer_class": "Qwen3_5Tokenizer"},
        "roberta": {"tokenizer_class": "RobertaTokenizer", "mask_token": {"__type": "AddedToken", "content": "<mask>", "lstrip": True,
                    "normalized": True, "rstrip": False, "single_word": False}},
        "bart": {"tokenizer_class": "BartTokenizer"},
        "bert": {"tokenizer_class": "BertTokenizer"},
        "unknown class": {"tokenizer_class": "NopeTokenizer"},
        "none": None,
    }  # fmt: skip
    for name, config in configs.items():
        yield name, llama, config, None, {}
    for model_type in ("llama", "mistral", "qwen2", "qwen3", "gpt2", "opt", "bert", "gemma", "phi", "unheard-of"):
        yield f"llama's of {model_type}", llama, configs["llama"], {"model_type": model_type}, {}
        yield f"none of {model_type}", llama, None, {"model_type": model_type}, {}
    yield "class of config.json", llama, {}, {"model_type": "llama", "tokenizer_class": "LlamaTokenizer"}, {}
    yield "qwen2 without post-processor", bpe(PIECES, post_processor=None), configs["qwen2"], None, {}
    yield "llama without post-processor", bpe(PIECES, post_processor=None), configs["llama"], None, {}
    padding = {"strategy": "BatchLongest", "direction": "Left", "pad_to_multiple_of": None, "pad_id": 2, "pad_type_id": 0, "pad_token": "</s>"}
    truncation = {"direction": "Left", "max_length": 3, "strategy": "LongestFirst", "stride": 0}
    yield "padding of the file", bpe(padding=padding, truncation=truncation), {}, None, {}
    yield "padding of the file, llama", bpe(padding=padding, truncation=truncation), configs["llama"], None, {}
    yield "padding of the file, gpt2", bpe(padding=padding), configs["gpt2"], None, {}
    maps = {"special_tokens_map.json": {"bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": True}, "additional_special_tokens": ["<x>"]},
            "added_tokens.json": {"<x>": 500, "<y>": 501}}
    for name in ("llama", "fast", "gpt2"):
        yield f"older files, {name}", llama, configs[name], None, maps
    for name, config in {"bert": {}, "bert, cased": {"do_lower_case": False}, "bert, accents": {"strip_accents": False},
                         "bert, accents away": {"do_lower_case": False, "strip_accents": True},
                         "bert, cjk": {"tokenize_chinese_chars": False}, "bert, unk": {"unk_token": "hi", "mask_token": None},
                         "bert, clean": {"clean_up_tokenization_spaces": True}}.items():
        yield name, wordpiece(), {"tokenizer_class": "BertTokenizer", **config}, None, {}
        yield f"{name} from vocab.txt", None, {"tokenizer_class": "BertTokenizer", **config}, {"model_type": "bert"}, {"vocab.txt": "\n".join(WORDS) + "\n"}
    yield "bert of the file", wordpiece(), {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": True}, None, {}
    yield "distilbert", wordpiece(), {"tokenizer_class": "DistilBertTokenizer"}, {"model_type": "distilbert"}, {}
    yield "electra", wordpiece(), {"tokenizer_class": "ElectraTokenizerFast"}, {"model_type": "electra"}, {}
    yield "vocab.txt of bert", None, None, {"model_type": "bert"}, {"vocab.txt": "\n".join(WORDS)}
    merges = {"vocab.json": {t: i for i, t in enumerate(PIECES)}, "merges.txt": "#version: 0.2\n" + "\n".join(" ".join(m) for m in MERGES)}
    for name in ("gpt2", "gpt2, prefix", "qwen2", "roberta", "neox"):
        yield f"{name} from vocab.json", None, configs[name], None, merges
    yield "gpt2 with both ends", None, {"tokenizer_class": "GPT2Tokenizer", "add_bos_token": True, "add_eos_token": True, "bos_token": "<s>"}, None, merges
    for name in ("T5", "XLMRoberta"):
        yield name, unigram(), {"tokenizer_class": f"{name}Tokenizer", "extra_ids": 2}, None, {}
    yield "unigram of the file", unigram(), {}, None, {}


def text_of(content):
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


def answer(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, name).write_text(content)
        try:
            t = AutoTokenizer.from_pretrained(folder)
            ids = [t.encode(text) for text in TEXTS]
        except Exception:
            return "refused"
    return {"ids": ids, "plain": [t.encode(text, add_special_tokens=False) for text in TEXTS], "decoded": [t.decode(row) for row in ids],
            "skipped": [t.decode(row, skip_special_tokens=True) for row in ids],
            "tokens": [t.bos_token, t.eos_token, t.pad_token, t.unk_token], "sides": [t.padding_side, t.truncation_side], "length": len(t)}  # fmt: skip


contents, rows = [], []
for label, tokenizer, tokenizer_config, config, more in cases():
    files = {"tokenizer.json": tokenizer, "tokenizer_config.json": tokenizer_config, "config.json": config, **more}
    files = {name: text_of(content) for name, content in files.items() if content is not None}
    contents += [content for content in files.values() if content not in contents]
    rows.append({"label": label, "files": {name: contents.index(content) for name, content in files.items()}, "expected": answer(files)})
OUT.write_text(json.dumps({"texts": TEXTS, "contents": contents, "rows": rows}, ensure_ascii=False, separators=(",", ":")) + "\n")
