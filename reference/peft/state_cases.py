"""The sequences of calls of make_states.py. `fault` says what PEFT does there that nobody would want."""

Q = dict(n_frequency=10, target_modules=["q_proj"])
QV = dict(n_frequency=10)
SECOND = dict(n_frequency=6, target_modules=["v_proj", "fc1"], wavelet_family="db2", random_loc_seed=5)
LORA = dict(peft_type="LORA", r=2, lora_alpha=3)
LORA_SECOND = dict(peft_type="LORA", r=3, target_modules=["v_proj", "fc1"])


def get(config=QV, **rest):
    return dict(call="getPeftModel", config=config, **rest)


def add(adapter, config=SECOND):
    return dict(call="addAdapter", adapter=adapter, config=config)


def fill(adapter, phase):
    return dict(call="fill", adapter=adapter, phase=phase)


def on(adapter, **options):
    return dict(call="setAdapter", adapter=adapter, **({"options": options} if options else {}))


def both(*adapters):
    return dict(call="setAdapters", adapters=list(adapters))


def drop(adapter):
    return dict(call="deleteAdapter", adapter=adapter)


def merge(**options):
    return dict(call="mergeAdapter", **({"options": options} if options else {}))


def load(adapter, of="default", **options):
    return dict(call="load", adapter=adapter, of=of, **({"options": options} if options else {}))


def off(step):
    return dict(step, inside=True)


UNMERGE, SAVE, TRAIN, FORWARD = dict(call="unmergeAdapter"), dict(call="save"), dict(call="train"), dict(call="forward")
ONE = [get(), fill("default", 0)]
TWO = [*ONE, add("b"), fill("b", 1)]
THREE = [*TWO, add("c", Q), fill("c", 2)]


def of(*steps, setup=(), base="opt-pre", fault=None):
    return {"base": base, "fault": fault, "setup": list(setup), "steps": list(steps)}


def one(*steps, **rest):
    return of(*steps, setup=ONE, **rest)


def two(*steps, **rest):
    return of(*steps, setup=TWO, **rest)


def three(*steps, **rest):
    return of(*steps, setup=THREE, **rest)


SEQUENCES = {
    "a second adapter, each and both": of(*TWO, on("b"), on("default"), both("default", "b"), both("b", "default"), both("b"), both()),
    "LoRA: a second adapter, each and both": of(
        get(LORA), fill("default", 0), add("b", LORA_SECOND), fill("b", 1), on("b"), both("default", "b"), merge(), UNMERGE,
        on("default"), drop("default")),
    "set_adapter of what does not exist": two(on("x"), both("default", "x"), on(["default", "b"]), on("default"),
        fault="base_model.set_adapter takes names that no adapter has"),
    "for inference only": two(on("b", inference_mode=True), on("default", inference_mode=True), add("c", Q), on("c"), TRAIN),
    "set_requires_grad": two(dict(call="setRequiresGrad", adapters="b", value=True), dict(call="setRequiresGrad", adapters=["default", "b"], value=False),
                            dict(call="setRequiresGrad", adapters="x", value=True), on("default")),
    # adding
    "a name that is taken": two(add("b", Q)),
    "another method": two(add("c", LORA)),
    "a name with a dot": one(add("b.c"),
        fault="refused halfway: the model is no longer usable"),
    "a name inside the prefix": one(add("waveft")),
    "an empty name": one(add(""),
        fault="refused halfway: the model is no longer usable"),
    "targets that match nothing": two(add("c", dict(n_frequency=3, target_modules=["nothing"]))),
    "too many coefficients in one layer": two(add("c", dict(n_frequency=2000, target_modules=["q_proj", "fc1"]))),
    "a target of another kind": two(add("c", dict(n_frequency=3, target_modules=["fc1", "final_layer_norm"]))),
    "a second adapter with biases": of(get(dict(QV, bias="all")), fill("default", 0), add("b", dict(SECOND, bias="waveft_only")), add("c", SECOND), on("c"), on("default"),
        fault="the biases of the first go on training when another acts"),
    "biases of the second adapter": of(get(), fill("default", 0), add("b", dict(SECOND, bias="waveft_only")), fill("b", 1), on("b"), on("default"),
        fault="they never train, also when it acts, and are saved with it"),
    # deleting
    "deleting what does not exist": two(drop("x")),
    "deleting an adapter that does not act": two(drop("b"), add("b", Q), drop("default"),
        fault="the first layer has no other adapter, so none acts and the forward pass fails until one is set"),
    "deleting the one that acts": three(drop("default"), drop("b"), drop("c"), add("d", Q), fill("d", 3), on("d"),
        fault="each layer takes the first of its own other adapters: two act, here and there"),
    "the next one is the first by the alphabet, layer by layer": of(
        get(Q, adapter="z"), fill("z", 0), add("y", SECOND), fill("y", 1), add("x", dict(n_frequency=4, target_modules=["fc1"])), fill("x", 2), drop("z"), FORWARD,
        fault="each layer takes the first of its own other adapters"),
    "deleting one of two that act": three(both("default", "c"), drop("default")),
    # merging
    "merging": two(merge(), merge(), UNMERGE, UNMERGE),
    "merging two": two(both("default", "b"), merge(), UNMERGE, merge(adapter_names=["b"]), merge(adapter_names=["default"]), UNMERGE),
    "merging one that does not act": two(merge(adapter_names=["b"]), merge(), UNMERGE),
    "merging by a wrong name": two(merge(adapter_names=["x"]), merge(adapter_names="b"), merge(adapter_names=[]),
        fault="unknown names are passed over"),
    "merging NaN": two(fill("default", None), merge(safe_merge=True), on("b"), merge(safe_merge=True)),
    "merged, another one is set": two(merge(), on("b"), merge(), on("b")),
    "merged, one is added and filled": two(merge(), add("c", Q), fill("c", 2), UNMERGE),
    "merged, one is deleted": two(merge(), drop("default"), drop("b"), UNMERGE, drop("default")),
    "merged, then filled": two(merge(), fill("default", 4), UNMERGE,
        fault="unmerging subtracts what was never added: the base model is changed"),
    "merged, then saved and loaded over": two(SAVE, fill("default", 4), merge(), load("default"), UNMERGE,
        fault="unmerging subtracts what was never added: the base model is changed"),
    # off for a while
    "disabled": two(off(FORWARD), FORWARD),
    "disabled while merged": two(merge(), off(FORWARD), FORWARD, UNMERGE),
    "disabled, another one is set": two(off(on("b")), FORWARD),
    "disabled, one is added": two(off(add("c", Q)), off(fill("c", 2)), FORWARD, on("c")),
    "disabled with biases": of(get(dict(QV, bias="waveft_only")), fill("default", 0), off(FORWARD), FORWARD,
        fault="the trained biases stay in force, and trainable"),
    "disabled, merged": two(off(merge()), FORWARD, UNMERGE),
    # files
    "loading beside": two(SAVE, load("c"), load("d", "b"), load("e", is_trainable=True), on("c"), TRAIN, load("f"), TRAIN, load("g", is_trainable=True)),
    "loading over": two(SAVE, fill("default", 3), load("default"), fill("b", 3), load("b", "b"), TRAIN, load("b", "b")),
    "loading over what has another shape": two(SAVE, load("default", "b"), load("b")),
    "loading what does not exist": two(load("c")),
    "saving what does not exist": two(dict(call="save", adapters=["x"])),
    "opened": two(SAVE, dict(call="fromPretrained"), TRAIN, on("default")),
    "opened to be trained, under another name": two(SAVE, dict(call="fromPretrained", adapter="mine", options=dict(is_trainable=True)), load("default"), on("default"), drop("mine")),
    # leaving
    "merged and unloaded": two(dict(call="mergeAndUnload")),
    "two merged and unloaded": two(dict(call="mergeAndUnload", options=dict(adapter_names=["default", "b"]))),
    "unloaded": two(dict(call="unload")),
    "unloaded while merged": two(merge(), dict(call="unload"),
        fault="the bare model keeps what was merged"),
    "merged, then merged and unloaded": two(merge(), dict(call="mergeAndUnload")),
    "unloaded and wrapped again": one(dict(call="unload"), get(Q, adapter="again"), fill("again", 1)),
    "wrapped twice": one(dict(call="getPeftModel", config=Q, adapter="again")),
    # a head of a task, modules trained as a whole
    "a classifier": of(get(), fill("default", 0), add("b", dict(n_frequency=4, target_modules=["dense"])), fill("b", 1), on("b"),
                       both("default", "b"), on("default"), off(FORWARD), merge(), UNMERGE, drop("default"), dict(call="mergeAndUnload"), base="bert-tiny-cls",
        fault="merging tells of the classifier as unmerged (irregular); deleted, the first layer has no other adapter, see above"),
    "a module of the second adapter only": two(add("c", dict(Q, modules_to_save=["final_layer_norm"])), on("c"), fill("c", 2),
                                              both("default", "b"), both("default", "c"), on("default"), drop("c"), dict(call="mergeAndUnload")),
    "a module of the first adapter only": of(get(dict(QV, modules_to_save=["fc2"])), fill("default", 0), add("b"), fill("b", 1),
                                             on("b"), both("b", "default"), on("default"), merge(), dict(call="mergeAndUnload")),
    "a target that the first adapter trains as a whole": of(get(dict(QV, modules_to_save=["fc1"])), fill("default", 0), add("b"), on("b")),
    "gpt2: merged and unmerged": of(get(), fill("default", 0), add("b", dict(n_frequency=7, target_modules=["mlp.c_proj", "c_attn"])),
                                    fill("b", 1), both("default", "b"), merge(), UNMERGE, base="gpt2-tiny"),
    "llama, a tied head: merged and unmerged": of(get(dict(n_frequency=9, target_modules=["lm_head", "q_proj"])), fill("default", 0), merge(), UNMERGE,
                                                  dict(call="mergeAndUnload"), base="llama-tiny-tied"),
}
