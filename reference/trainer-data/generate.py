"""Golden data of packages/trainer/test/data: what numpy, pandas, pyarrow and datasets themselves do.

Run: python reference/trainer-data/generate.py   (numpy 2.4, datasets 5.0, pandas 3.0, pyarrow)
Everything is compared exactly, but CSV floats (1e-15 relative: pandas' own parser is not correctly rounded).
"""

import datetime
import io
import json
import math
import tempfile
import zlib
from decimal import Decimal
from pathlib import Path

import datasets
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Dataset, load_dataset
from datasets.arrow_reader import ReadInstruction
from datasets.data_files import DataFilesDict, get_data_patterns

datasets.disable_caching()
datasets.disable_progress_bars()
OUT = Path(__file__).resolve().parents[2] / "packages/trainer/test/golden/data"
OUT.mkdir(parents=True, exist_ok=True)
VERSIONS = f"numpy {np.__version__}, datasets {datasets.__version__}, pandas {pd.__version__}, pyarrow {pa.__version__}"


def save(name, **content):
    body = {"about": f"{VERSIONS}; made by reference/trainer-data/generate.py", **content}
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    (OUT / name).write_text(text.replace("},{", "},\n{") + "\n")


def checksum(order):
    return zlib.crc32(np.asarray(order, dtype="<u4").tobytes())


# Orders. Long ones are kept as their beginning and a CRC-32 over all as little-endian uint32.
SEEDS = [0, 1, 42, 43, 777, 2**31, 2**32 - 1, 2**32, 2**53 - 1, 2**64 + 3, 2**127 + 12345, 2**200 + 7]
SIZES = [0, 1, 2, 3, 4, 5, 8, 16, 17, 31, 32, 33, 64, 100, 255, 256, 257, 1000, 4096, 4097, 52002]


def order_of(size, seed):
    order = np.random.default_rng(seed).permutation(size)
    return {"size": size, "seed": str(seed), "head": order[:40].tolist(), "crc": checksum(order)}


raw = [{"seed": str(s), "raw": [str(v) for v in np.random.PCG64(s).random_raw(4)]} for s in SEEDS]
orders = [order_of(size, seed) for size in SIZES for seed in SEEDS[: 12 if size < 5000 else 3]]
orders += [order_of(300000, 42), order_of(65536, 5), order_of(65537, 5)]


def error_or(fn):
    try:
        return fn()
    except ValueError:
        return "error"


def halves(size, options):
    data = Dataset.from_dict({"i": list(range(size))})
    parts = data.train_test_split(**options)
    return {
        "train": parts["train"]["i"][:8],
        "test": parts["test"]["i"][:8],
        "sizes": [len(parts["train"]), len(parts["test"])],
        "crc": [checksum(parts["train"]["i"]), checksum(parts["test"]["i"])],
    }


OPTIONS = [
    {"test_size": 16, "seed": 42},
    {"test_size": 1, "seed": 42},
    {"test_size": 0.1, "seed": 7},
    {"test_size": 0.25, "seed": 0},
    {"test_size": 0.999, "seed": 0},
    {"seed": 42},
    {"train_size": 0.33, "seed": 3},
    {"train_size": 5, "seed": 3},
    {"train_size": 0.5, "test_size": 3, "seed": 3},
    {"train_size": 0.7, "test_size": 0.3, "seed": 3},
    {"train_size": 5, "test_size": 5, "seed": 3},
    {"test_size": 4, "shuffle": False},
    {"test_size": 0.3, "shuffle": False},
    {"train_size": 3, "test_size": 4, "shuffle": False},
    {"test_size": 0},
    {"test_size": -1},
    {"test_size": 0.0},
]
splits = [
    {"size": size, "options": options, "result": error_or(lambda: halves(size, options))}
    for size in (1, 2, 3, 10, 16, 17, 101, 1000)
    for options in OPTIONS
]
shuffles = [
    {"size": size, "seed": seed, "order": list(Dataset.from_dict({"i": list(range(size))}).shuffle(seed=seed)["i"])}
    for size, seed in [(1, 0), (10, 0), (10, 42), (50, 123)]
]
save("orders.json", raw=raw, orders=orders, splits=splits, shuffles=shuffles)

# Split expressions: the ranges for many sizes, or "error".
EXPRESSIONS = (
    "train train[:1%] train[:10] train[10:20] train[-5%:] train[10%:20%] train[:] train[5:] train[-3:] train[:-3] "
    "train[:100]+test[:50] train+test train[:33%] train[33%:] train[:50%] train[50%:] train[66%:67%] train[:-99%] "
    "train[:100%] train[-100%:] train[:101%] train[10:20%] train[1_0:2_0] train[20:10] train[:1%](closest) "
    "train[:5%](pct1_dropremainder) train[:5](closest) train[:5%](other) train[ 1:2] train[1] train[] train[1:2:3] "
    "train[a:b] train[:1.5%] valid test[:1]+other a.b[:1] +train train+ train-x train[-1_0%:]"
).split()
SIZES = [1, 2, 3, 7, 10, 16, 25, 50, 99, 100, 101, 149, 150, 151, 199, 250, 333, 350, 450, 1000, 1025, 25000, 52002]


def ranges(expression, size):
    lengths = {"train": size, "test": size // 2, "a.b": 3}
    found = ReadInstruction.from_spec(expression).to_absolute(lengths)
    return [[r.splitname, r.from_, r.to] for r in found]


expressions = [
    {"expression": e, "ranges": [error_or(lambda: ranges(e, size)) for size in SIZES]} for e in EXPRESSIONS + ["train [:2]", "train[:2] + test[:1]"]
]
percents = [
    {"size": size, "rows": [ranges(f"train[:{p}%]", size)[0][2] for p in range(101)]} for size in SIZES if size < 1100
]
save("splits.json", sizes=SIZES, expressions=expressions, percents=percents)

# CSV: pandas through datasets' own conversion to Arrow. Cells that JSON cannot hold are written as {"float": "inf"}.
TABLES = [
    'a,b\nx"y,2\n3,4\n', "a,b\n1\n4,5\n", "a,b\n  \n4,5\n", 'a,b\r\n1,"x\r\ny"\r\n\r\n3,4', "a,b\r1,2\r3,4\r",
    "a,a,\n1,2,3\n", "a,a,a\n1,2,3\n", "a\n 1 \n2\n", "a\n1.5 \n .5\n", "a\n1_0\n", "a\n0x10\n",
    "a\ninf\n-Infinity\n+inf\n", "a\nINF\n1\n", "a\n9223372036854775807\n1\n", "a\n9223372036854775808\n1\n",
    "a\n9223372036854775808\n-1\n", "a,b\n9007199254740993,1\n,2\n", "a\nTrue\nfalse\n", "a\nTrue\n1\n",
    "a,b\nTrue,1\n,2\n", "a,b\nx,1\n,2\nNA,3\n", "a,b\n,1\n,2\n", 'a\n"1"\n2\n', "a\n1e5\n5.\n+3\n", "a\n1e\n2\n",
    "a\n007\n1\n", 'a\n"NA"\nx\n', "a\nnone\nx\n", "a, b\n1, x\n", "a\n1.0\n2\n", "a\n- 1\n2\n", "a\n1e400\n2\n",
    "a\ntRue\nfalse\n", "\n\na,b\n1,2\n", " a ,b\n1,2\n", "a\n1\n+\n", "a,b\n1,2\n,\n", "a\n-0\n0\n", "a\n1 2\n",
    "a\n١\n", "a\n12E+2\n1E-2\n", "a\nnan\n1\n", "a\n1.2.3\n", "a\n+-1\n", "a,b\nTRUE, false\n",
    'text,label\n"He said ""hi"", twice",1\n"two\nlines",0\n', "a,b\n#N/A,n/a\nNULL,x\n", 'a,b\n"",1\n" ",2\n',
    "é,日本\nß,1\n", "\ufeffa,b\n1,2\n", "a;b,c\n1;2,3\n", "a\n.\n1\n", "a\n1e5\n1d5\n", "a,b\n1,x\n2,\n3,z\n",
    "a\n0.1\n123456.789\n3.141592653589793\n", "a\n100000000000000000000\n1.5\n", "a,b\n1,\"\"\n2,\n",
]


def cell(value):
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53 - 1:
        return {"int": str(value)}
    return value


def typed(text):
    table = pa.Table.from_pandas(pd.read_csv(io.BytesIO(text.encode())))
    return [{name: cell(value) for name, value in row.items()} for row in table.to_pylist()]


save("csv.json", tables=[{"text": text, "rows": typed(text)} for text in TABLES])

# Which files of a folder are which split.
FOLDERS = [
    ["data.jsonl"], ["a.jsonl", "b.jsonl"], ["train.jsonl", "test.jsonl"], ["train.csv", "dev.csv", "test.csv"],
    ["my_train_part.jsonl", "my_eval_part.jsonl"], ["mytrain.jsonl", "mytest.jsonl"], ["train1.jsonl", "train2.jsonl"],
    ["train/a.jsonl", "test/b.jsonl"], ["train/x/a.jsonl", "validation/b.jsonl"], ["x/train/a.jsonl", "x/b.jsonl"],
    ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "data/test-00000-of-00001.parquet"],
    ["data/unsupervised-00000-of-00001.parquet", "data/train-00000-of-00001.parquet", "data/a.b-00000-of-00001-0123456789abcdef.parquet"],
    ["plain_text/train-00000-of-00001.parquet", "plain_text/test-00000-of-00001.parquet", "plain_text/unsupervised-00000-of-00001.parquet"],
    ["training.csv", "testing.csv", "valid.csv"], ["README.md", "dataset_infos.json", "data.json"],
    [".hidden.jsonl", "b.jsonl"], [".git/a.jsonl", "b.jsonl"], ["__pycache__/a.jsonl", "b.jsonl"],
    ["train_test.jsonl"], ["Train.jsonl", "TEST.jsonl"], ["train-a/x.jsonl", "b_test/y.jsonl"],
    ["train.jsonl", "train/x.jsonl"], ["sub/train.jsonl", "sub/deep/test.jsonl"], ["evaluation.jsonl"],
    ["val/1.jsonl", "train/1.jsonl", "train/0.jsonl", "train/10.jsonl"], ["x train y.jsonl", "z.jsonl"],
]


def layout(names):
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_text("{}")
        patterns = get_data_patterns(folder)
        found = DataFilesDict.from_patterns(patterns, base_path=folder)
        return [[str(split), [str(Path(p).relative_to(folder)) for p in files]] for split, files in found.items()]


save("layouts.json", layouts=[{"names": names, "splits": layout(names)} for names in FOLDERS])

# Parquet files as pyarrow writes them, with their rows beside.
rows = [
    {
        "text": None if i % 7 == 3 else f"Zeile {i} – {'naïve ☃' * (i % 3)}",
        "label": i % 2,
        "large": [2**53 - 1, -(2**53 - 1), 2**53 + 1, 2**63 - 1, -(2**63), None][i % 6],
        "score": i / 3 if i % 5 else None,
        "single": i / 4,
        "flag": [True, False, None][i % 3],
        "tokens": None if i % 11 == 5 else list(range(i % 4)),
        "messages": [{"role": "user", "content": f"q{i}"}, {"role": "assistant", "content": None}][: i % 3],
        "nested": {"a": i, "b": {"c": [str(i)] * (i % 2)}} if i % 4 else None,
        "price": Decimal(i) / Decimal(4),
        "blob": bytes([i % 256, 0xFF, 0]),
        "day": datetime.date(2024, 1, 1) + datetime.timedelta(days=i),
        "time": datetime.datetime(2024, 1, 1, 12, 30, 0, 250000) + datetime.timedelta(hours=i),
        "mark": "\ufeffmark",
    }
    for i in range(60)
]
schema = pa.schema(
    {
        "text": pa.string(), "label": pa.int32(), "large": pa.int64(), "score": pa.float64(), "single": pa.float32(),
        "flag": pa.bool_(), "tokens": pa.list_(pa.int64()),
        "messages": pa.list_(pa.struct({"role": pa.string(), "content": pa.string()})),
        "nested": pa.struct({"a": pa.int64(), "b": pa.struct({"c": pa.list_(pa.string())})}),
        "price": pa.decimal128(10, 2), "blob": pa.binary(), "day": pa.date32(), "time": pa.timestamp("us"),
        "mark": pa.large_string(),
    }
)
table = pa.Table.from_pylist(rows, schema=schema)


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, bytes):
        return {"bytes": list(value)}
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    if isinstance(value, datetime.datetime):
        return {"time": int(value.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000)}
    return cell(value)


for codec in ("none", "snappy", "gzip", "zstd", "lz4", "brotli"):
    pq.write_table(table, OUT / f"{codec}.parquet", compression=codec, row_group_size=25, write_statistics=False)
pq.write_table(table.slice(0, 20), OUT / "v2.parquet", compression="zstd", data_page_version="2.0", version="2.6")
pq.write_table(table.slice(0, 20), OUT / "plain.parquet", compression="none", use_dictionary=False)
pq.write_table(table.slice(0, 0), OUT / "empty.parquet")
save("parquet.json", rows=[plain(row) for row in table.to_pylist()])
assert len(load_dataset("parquet", data_files=str(OUT / "snappy.parquet"), split="train")) == 60
