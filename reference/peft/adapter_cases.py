"""The table of make_adapters.py: one row an adapter (or two), saved by PEFT."""


def case(method, model, fields=None, *, dtype="float32", second=None, states=None, share=(), merged=False, draw=True, seed=0):
    return {
        "method": method, "model": model, "fields": fields or {}, "dtype": dtype, "second": second,
        "states": states or ([] if second is None else ["default", "second", "both"]),
        "share": [list(pair) for pair in share], "merged": merged, "draw": draw, "seed": seed,
    }


def waveft(model, n=24, **rest):
    options = {key: rest.pop(key) for key in ("dtype", "second", "states", "share", "merged", "draw", "seed") if key in rest}
    return case("WAVEFT", model, {"n_frequency": n, **rest}, **options)


def lora(model, r=2, **rest):
    options = {key: rest.pop(key) for key in ("dtype", "second", "states", "share", "merged", "draw", "seed") if key in rest}
    return case("LORA", model, {"r": r, **rest}, **options)


SHARED_Q = [("model.decoder.layers.1.self_attn.q_proj", "model.decoder.layers.0.self_attn.q_proj")]
OPT, POST, GPT2, LLAMA, TIED, BERT = "opt-pre", "opt-post", "gpt2-tiny", "llama-tiny", "llama-tiny-tied", "bert-tiny-cls"

CASES = {
    # default targets: gpt2's mlp.c_proj is a Conv1D; bert's classifier is saved too, by its task
    "opt-pre": waveft(OPT, merged=True),
    "opt-post": waveft(POST),
    "gpt2": waveft(GPT2, merged=True),
    "llama": waveft(LLAMA, merged=True),
    "llama-tied": waveft(TIED),
    "bert": waveft(BERT, merged=True),
    # every linear layer; the wavelets
    "opt-post-all-linear": waveft(POST, n=9, target_modules="all-linear"),
    "gpt2-all-linear": waveft(GPT2, n=9, target_modules="all-linear", wavelet_family="db2"),
    "llama-all-linear": waveft(LLAMA, n=9, target_modules="all-linear"),
    "bert-all-linear": waveft(BERT, n=9, target_modules="all-linear", wavelet_family="db6"),
    "opt-pre-sym5": waveft(OPT, wavelet_family="sym5", target_modules=["q_proj", "fc1"], random_loc_seed=12345),
    "opt-post-coif2": waveft(POST, wavelet_family="coif2", target_modules=["project_in", "project_out", "fc2"], scaling=11.5),
    "llama-db4": waveft(LLAMA, wavelet_family="db4", target_modules=["k_proj", "gate_proj", "down_proj"], random_loc_seed=2**32 + 5),
    "gpt2-sym7": waveft(GPT2, wavelet_family="sym7", target_modules=["c_attn"], merged=True),
    "gpt2-direct": waveft(GPT2, use_idwt=False, target_modules=["c_attn", "mlp.c_fc"], merged=True),
    "llama-direct": waveft(LLAMA, use_idwt=False, wavelet_family="coif17", target_modules=r".*(o|up)_proj"),
    # which layers, how many coefficients each
    "opt-pre-pattern": waveft(OPT, target_modules=["q_proj", "v_proj", "fc1"], n_frequency_pattern={
        "fc1": 7, "0.self_attn.q_proj": 13, r"model.decoder.layers.1.self_attn.(q|v)_proj": 5}),
    "gpt2-pattern": waveft(GPT2, target_modules=["c_attn", "c_proj"], n_frequency_pattern={"attn.c_proj": 3, "h.1.mlp.c_proj": 40}),
    "opt-post-proportional": waveft(POST, n=11, target_modules="all-linear", proportional_parameters=True),
    "gpt2-proportional": waveft(GPT2, n=11, target_modules=["c_attn", "c_fc", "c_proj"], proportional_parameters=True),
    "llama-proportional": waveft(LLAMA, n=7, target_modules="all-linear", proportional_parameters=True),
    "opt-pre-layer": waveft(OPT, layers_to_transform=[1]),
    "llama-layer": waveft(LLAMA, layers_to_transform=0, layers_pattern="layers", target_modules=["mlp.up_proj", "o_proj"]),
    "gpt2-layer": waveft(GPT2, layers_to_transform=[1], layers_pattern=["h"], target_modules=["c_fc"]),
    "bert-exclude": waveft(BERT, target_modules=["query", "dense"], exclude_modules=["0.output.dense", "pooler.dense"]),
    # more than coefficients is trained
    "bert-bias-all": waveft(BERT, bias="all"),
    "bert-bias-only": waveft(BERT, bias="waveft_only"),
    "gpt2-bias-all": waveft(GPT2, bias="all"),
    "gpt2-bias-only": waveft(GPT2, bias="waveft_only", target_modules=["c_fc"]),
    "bert-pooler": waveft(BERT, modules_to_save=["pooler"], merged=True),
    "bert-pooler-bias": waveft(BERT, modules_to_save=["pooler"], bias="all"),
    "opt-pre-norms": waveft(OPT, modules_to_save=["final_layer_norm"]),
    "llama-saved-target": waveft(LLAMA, modules_to_save=["k_proj"], target_modules=["q_proj", "k_proj", "v_proj"], merged=True),
    "llama-head": waveft(LLAMA, modules_to_save=["lm_head"]),
    "llama-embeddings": waveft(LLAMA, modules_to_save=["embed_tokens"]),
    "llama-tied-saved-head": waveft(TIED, modules_to_save=["lm_head"], merged=True),
    "llama-tied-saved-embeddings": waveft(TIED, modules_to_save=["embed_tokens"], merged=True),
    # one weight in two places: training adds ΔW where the layer is, merging changes the weight itself
    "gpt2-tied-head": waveft(GPT2, target_modules=["lm_head"], merged=True),
    "llama-tied-head": waveft(TIED, target_modules=["lm_head", "q_proj"], merged=True),
    "opt-pre-shared": waveft(OPT, target_modules=["q_proj"], share=SHARED_Q, merged=True),
    "opt-pre-shared-one": waveft(OPT, target_modules=["layers.1.self_attn.q_proj"], share=SHARED_Q, merged=True),
    # half-precision bases, random starts, files without a task
    "gpt2-float16": waveft(GPT2, dtype="float16", merged=True),
    "llama-bfloat16": waveft(LLAMA, dtype="bfloat16"),
    "bert-bfloat16": waveft(BERT, dtype="bfloat16", modules_to_save=["pooler"]),
    "opt-pre-random-start": waveft(OPT, init_weights=False, draw=False, seed=4),
    "llama-bfloat16-random-start": waveft(LLAMA, init_weights=False, draw=False, seed=4, dtype="bfloat16"),
    "bert-random-start": waveft(BERT, init_weights=False, draw=False, seed=4),
    "gpt2-no-task": waveft(GPT2, task_type=None),
    # several adapters; only one of them can hold a task's head
    "opt-pre-several": waveft(OPT, second=dict(n_frequency=10, wavelet_family="db3", target_modules=["fc1", "v_proj"], random_loc_seed=5, scaling=7)),
    "gpt2-several": waveft(GPT2, second=dict(n_frequency=10, use_idwt=False, target_modules=["mlp.c_proj", "c_attn"]), merged=True),
    "gpt2-several-same": waveft(GPT2, n=9, second=dict(n_frequency=5, wavelet_family="db2")),
    "bert-several": waveft(BERT, second=dict(n_frequency=7, wavelet_family="sym4", target_modules=["value", "intermediate.dense"]),
                           states=["default", "second"]),

    "lora-opt-pre": lora(OPT),
    "lora-opt-post": lora(POST),
    "lora-gpt2": lora(GPT2, r=8, merged=True),
    "lora-llama": lora(LLAMA, merged=True),
    "lora-bert": lora(BERT),
    "lora-opt-post-all-linear": lora(POST, lora_alpha=5, target_modules="all-linear"),
    "lora-gpt2-all-linear": lora(GPT2, target_modules="all-linear", merged=True),
    "lora-llama-all-linear": lora(LLAMA, target_modules="all-linear"),
    "lora-bert-all-linear": lora(BERT, target_modules="all-linear"),
    "lora-opt-pre-patterns": lora(OPT, r=3, lora_alpha=6, target_modules=["q_proj", "v_proj", "fc1"],
                                  rank_pattern={"fc1": 2, "0.self_attn.q_proj": 4}, alpha_pattern={"v_proj": 9, "layers.1.fc1": 3}),
    "lora-gpt2-patterns": lora(GPT2, r=3, lora_alpha=6, target_modules=["c_attn", "c_proj"], use_rslora=True,
                               rank_pattern={"mlp.c_proj": 1}, alpha_pattern={"^transformer.h.0.attn.c_attn": 11}, merged=True),
    "lora-llama-rslora": lora(LLAMA, r=5, lora_alpha=4, use_rslora=True, merged=True),
    "lora-opt-pre-layer": lora(OPT, layers_to_transform=[0], target_modules=["k_proj", "fc2"], exclude_modules=["never"]),
    "lora-bert-bias-only": lora(BERT, bias="lora_only"),
    "lora-opt-post-bias-all": lora(POST, bias="all"),
    "lora-bert-pooler": lora(BERT, modules_to_save=["pooler"]),
    "lora-llama-head": lora(LLAMA, modules_to_save=["lm_head"]),
    "lora-gpt2-tied-head": lora(GPT2, target_modules=["lm_head"], merged=True),
    "lora-opt-pre-shared": lora(OPT, target_modules=["q_proj"], share=SHARED_Q, merged=True),
    "lora-llama-bfloat16": lora(LLAMA, dtype="bfloat16"),
    "lora-gpt2-dropout": lora(GPT2, lora_dropout=0.1),
    "lora-gpt2-no-task": lora(GPT2, task_type=None),
    "lora-opt-pre-several": lora(OPT, second=dict(r=3, lora_alpha=5, target_modules=["fc1", "v_proj"])),
    # the random start: A uniform, B zero; both normal or uniform when asked for
    "lora-start": lora(OPT, draw=False, seed=4),
    "lora-start-gaussian": lora(GPT2, draw=False, seed=4, init_lora_weights="gaussian"),
    "lora-start-random": lora(LLAMA, draw=False, seed=4, init_lora_weights=False),
    "lora-start-bfloat16": lora(LLAMA, draw=False, seed=4, dtype="bfloat16", target_modules=["up_proj"]),
}
