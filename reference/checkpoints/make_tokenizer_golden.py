"""Golden tokenizers of packages/transformers: folders as models ship them, and what Python makes of many texts.

Versions: transformers 5.18.0, tokenizers 0.23.2. Seed 0. Tolerance: ids and texts are equal.
Run: python make_tokenizer_golden.py
"""

import json
import random
import shutil
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer

out = Path(__file__).resolve().parents[2] / "packages/transformers/test/golden/tokenizers"
shutil.rmtree(out, ignore_errors=True)
out.mkdir(parents=True)

corpus = [
    "Below is an instruction that describes a task. Write a response that appropriately completes the request.",
    "            ### Instruction:\n            Give three tips for staying healthy.\n\n### Response:",
    "The quick brown fox jumps over the lazy dog's back; it's what they've said, isn't it? I'll see, he'd been 1234 times.",
    "Grüße aus Zürich, l'été à la plage, 你好，世界。 こんにちは 🙂🙃 naïve café",
    "def f(x):\n\treturn x  *  2  # comment\n",
] * 4
trained = Tokenizer(models.BPE())
trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
trained.train_from_iterator(
    corpus, trainers.BpeTrainer(vocab_size=340, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False)
)
model = json.loads(trained.to_str())["model"]
plain = list(model["vocab"])
merges = [" ".join(m) for m in model["merges"]]

texts = [
    "", " ", "  ", "\n", "\n\n\n", "\t \t", "a", " a", "  a", "a ", "a  b", "a\n\n b", "Hello world", " Hello world",
    *corpus[:5], "it's IT'S they've THEY'VE I'll he'd we're I'm", "don't'tis", "1 22 333 4444 1,000.5", "x²½Ⅷ٣",
    "</s>", "a</s>b", "a </s> b", "</s></s>", "<pad>", "x<pad> <pad>y", "<s>", "<unk>", "<|endoftext|>", "a<|endoftext|> b",
    "</s", "<</s>>", "<extra>", " <extra> ", "a<extra>b", "🙂", "🙂🙃👨‍👩‍👧", "é", "e\u0301", "ﬁ Å Å", "你好，世界。", "\u00a0a\u00a0\u00a0b",
    "\ufeffa \ufeff b", "a\u0085\u0085b", "a\u2028b\u3000 c", "\u200b\u200d", "\x00\x01\x7f", "\U0001d54f\U0010ffff", "ĠaĊ", "%$#@!&*()",
    "!!  ??\n  ..", "a" * 300, "ab " * 50, "def f(x):\n    return   x\n\n\n\tpass",
]  # fmt: skip
random.seed(0)
alphabet = [*"abcdeTHo  \n\t'.,19", "é", "ß", "你", "🙂", "\u00a0", "\u0301", "</s>", "'s", "ing", "the"]
texts += ["".join(random.choices(alphabet, k=random.randint(1, 40))) for _ in range(25)]

added = lambda content: {  # noqa: E731
    "__type": "AddedToken", "content": content, "lstrip": False, "normalized": True, "rstrip": False, "single_word": False,
}  # fmt: skip
opt_config = {
    "errors": "replace", "unk_token": added("</s>"), "bos_token": added("</s>"), "eos_token": added("</s>"),
    "pad_token": added("<pad>"), "add_prefix_space": False, "add_bos_token": True, "special_tokens_map_file": None,
    "name_or_path": "x", "tokenizer_class": "GPT2Tokenizer",
}  # fmt: skip
opt_map = {k: {x: y for x, y in v.items() if x != "__type"} for k, v in opt_config.items() if k.endswith("token") and isinstance(v, dict)}


def bpe_folder(name, first, config=None, special_map=None, model_type="opt", drop=(), last=()):
    folder = out / name
    folder.mkdir()
    tokens = [*first, *(t for t in plain if t not in drop), *last]
    (folder / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(tokens)}, ensure_ascii=False))
    kept = [m for m in merges if not any(d in m for d in drop)]
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(kept) + "\n")
    (folder / "config.json").write_text(json.dumps({"model_type": model_type}))
    if config is not None:
        (folder / "tokenizer_config.json").write_text(json.dumps(config))
    if special_map is not None:
        (folder / "special_tokens_map.json").write_text(json.dumps(special_map))
    return folder


opt_first = ["<s>", "<pad>", "</s>", "<unk>"]
folders = [
    bpe_folder("opt", opt_first, opt_config, opt_map),
    bpe_folder("opt-pad-missing", ["<s>", "</s>", "<unk>"], opt_config),
    bpe_folder("opt-bare", opt_first),
    bpe_folder("opt-map-only", opt_first, None, {"bos_token": "</s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "</s>"}),
    bpe_folder("gpt2", [], None, None, "gpt2", last=["<|endoftext|>"]),
    bpe_folder("gpt2-missing-bytes", [], {"model_max_length": 8, "tokenizer_class": "GPT2Tokenizer"}, None, "gpt2", ("Ã", "g"), ["<|endoftext|>"]),
    bpe_folder("prefix-space", opt_first, {
        "tokenizer_class": "GPT2Tokenizer", "add_prefix_space": True, "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
        "pad_token": "<pad>", "add_bos_token": True, "add_eos_token": True, "padding_side": "left", "truncation_side": "left",
        "additional_special_tokens": ["<extra>"], "model_max_length": 16,
    }),
]  # fmt: skip

# tokenizer.json as Python saves the first one, and two of other families.
AutoTokenizer.from_pretrained(folders[0]).save_pretrained(out / "opt-json")
(out / "opt-json/config.json").write_text('{"model_type":"opt"}')
folders.append(out / "opt-json")

# The fast tokenizers of earlier releases: bos from the post-processor alone, no special tokens named in the config.
fast = json.loads((out / "opt-json/tokenizer.json").read_text())
(out / "json-only").mkdir()
(out / "json-only/tokenizer.json").write_text(json.dumps(fast))
(out / "json-only/tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "</s>", "pad_token": "<new>"}))
folders.append(out / "json-only")

llama = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
llama.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
llama.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
llama.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=340, special_tokens=["<unk>", "<s>", "</s>", *(f"<0x{i:02X}>" for i in range(256))], show_progress=False))
state = json.loads(llama.to_str())
state["added_tokens"] = [t for t in state["added_tokens"] if t["id"] < 3]
state["post_processor"] = {
    "type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
    "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
}  # fmt: skip
(out / "metaspace").mkdir()
(out / "metaspace/tokenizer.json").write_text(json.dumps(state))
(out / "metaspace/tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "model_max_length": 64}))
folders.append(out / "metaspace")

bert = Tokenizer(models.WordPiece(unk_token="[UNK]"))
bert.normalizer = normalizers.BertNormalizer(lowercase=True)
bert.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
bert.decoder = decoders.WordPiece()
bert.train_from_iterator(corpus, trainers.WordPieceTrainer(vocab_size=300, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
bert.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
(out / "wordpiece").mkdir()
bert.save(str(out / "wordpiece/tokenizer.json"), pretty=False)
(out / "wordpiece/tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "model_max_length": 512}))
folders.append(out / "wordpiece")

cases = {}
for folder in folders:
    t = AutoTokenizer.from_pretrained(folder)
    ids = [t(x)["input_ids"] for x in texts]
    odd = [random.choices(range(t.vocab_size), k=12) for _ in range(8)]
    long = corpus[0]
    names = ["bos", "eos", "pad", "unk"]
    cases[folder.name] = {
        "ids": ids,
        "plain": [t(x, add_special_tokens=False)["input_ids"] for x in texts[:15]],
        "decoded": [t.decode(x) for x in ids],
        # Rows of ids that no text gives: halves of characters, specials anywhere.
        "odd": odd,
        "oddDecoded": [t.decode(x) for x in odd],
        "skipped": [t.decode(x, skip_special_tokens=True) for x in ids],
        "truncated": {n: t(long, truncation=True, max_length=n)["input_ids"] for n in (2, 3, 7, 20, 1000)},
        "truncatedPlain": {n: t(long, truncation=True, max_length=n, add_special_tokens=False)["input_ids"] for n in (1, 7)},
        "truncatedDefault": t(long, truncation=True)["input_ids"],
        "batch": dict(t(["a", long, ""], padding=True)) if t.pad_token else None,
        "tokens": {n: getattr(t, f"{n}_token") for n in names},
        "tokenIds": {n: getattr(t, f"{n}_token_id") for n in names},
        "vocabSize": t.vocab_size,
        "length": len(t),
        "modelMaxLength": t.model_max_length if t.model_max_length < 1e20 else None,
        "paddingSide": t.padding_side,
    }
for case in cases.values():
    if case["batch"]:
        case["batch"] = {"inputIds": case["batch"]["input_ids"], "attentionMask": case["batch"]["attention_mask"]}
golden = {
    "generator": "reference/checkpoints/make_tokenizer_golden.py, transformers 5.18.0, tolerance 0",
    "texts": texts, "long": corpus[0], "cases": cases,
}  # fmt: skip
(out / "expected.json").write_text(json.dumps(golden, separators=(",", ":")))
for n in (0, 1):
    for name in ("opt", "wordpiece"):
        try:
            print(name, n, AutoTokenizer.from_pretrained(out / name)(corpus[0], truncation=True, max_length=n)["input_ids"])
        except BaseException as e:
            print(name, n, type(e), e)
for name, case in cases.items():
    print(name, case["tokens"], case["tokenIds"], case["vocabSize"], case["length"], case["ids"][12][:8], case["modelMaxLength"])
