"""Configuration files of models: what makes a loader run or fetch code is named, everything else passes."""

from __future__ import annotations

import json

import pytest

from .builders import look, rules, zipped

CODE, REFERENCE, UNSCANNABLE = "weights/embedded-code", "weights/external-reference", "weights/unscannable"
EVIL = "{{ x.__class__ }}"


def of(document: object) -> set[str]:
    return rules(json.dumps(document).encode())


HOSTILE = {
    "auto_map": ({"auto_map": {"AutoModel": "modeling_x.Model"}}, {CODE}),
    "auto_map of a tokenizer": ({"auto_map": {"AutoTokenizer": ["tokenization_x.Tokenizer", None]}}, {CODE}),
    "auto_map elsewhere": ({"auto_map": {"AutoModel": "someone/model--modeling_x.Model"}}, {REFERENCE}),
    "auto_map of both": ({"auto_map": {"AutoModel": "a/b--c.D", "AutoConfig": "c.D"}}, {CODE, REFERENCE}),
    "auto_map further in": ({"text_config": [{"auto_map": {"AutoModel": "x.Y"}}]}, {CODE}),
    "auto_map with odd characters": ({"auto_map": {"AutoModel": "../x y.Z"}}, {CODE}),
    "custom pipelines": ({"custom_pipelines": {"task": {"impl": "pipeline_x.P", "pt": ["AutoModel"]}}}, {CODE}),
    "trust_remote_code": ({"model_args": {"trust_remote_code": True}}, {REFERENCE}),
    "template": ({"chat_template": EVIL}, {CODE}),
    "named templates": (
        {"chat_template": [{"name": "default", "template": "x"}, {"name": "t", "template": EVIL}]},
        {CODE},
    ),
    "templates by name": ({"chat_template": {"default": EVIL}}, {CODE}),
    "a template in lines": ({"chat_template": ["{{ x.__cla", "ss__ }}"]}, {CODE}),
    "a broken template": ({"chat_template": "{% if %}"}, {UNSCANNABLE}),
    "a kernel": ({"_attn_implementation": "someone/kernel"}, {REFERENCE}),
    "a kernel of a part": ({"attn_implementation": {"text": "someone/kernel@v1:function"}}, {REFERENCE}),
    "megatron": ({"peft_type": "LORA", "megatron_core": "evil.module"}, {REFERENCE}),
    "a pipeline of its own": ({"_class_name": ["my_pipeline", "Pipeline"], "unet": ["diffusers", "X"]}, {CODE}),
    "a part of its own": ({"_class_name": "StableDiffusionPipeline", "unet": ["my_unet", "UNet"]}, {CODE}),
    "a modular part": ({"_class_name": "ModularPipeline", "unet": ["my_unet", "UNet", {}]}, {CODE}),
}


@pytest.mark.parametrize(("document", "expected"), HOSTILE.values(), ids=HOSTILE)
def test_hostile(document: object, expected: set[str]) -> None:
    assert of(document) == expected
    found = look(json.dumps(document).encode())
    assert found.format == "huggingface"
    assert found.role == "other"


def test_escapes_and_encodings_hide_nothing() -> None:
    text = '{"\\u0061uto_map": {"AutoModel": "modeling_x.Model"}}'
    assert rules(text.encode()) == {CODE}
    assert rules(json.dumps({"auto_map": {"AutoModel": "x.Y"}}).encode("utf-16")) == {CODE}


def test_inside_an_archive() -> None:
    data = zipped({"model/config.json": json.dumps({"auto_map": {"AutoModel": "x.Y"}}).encode()})
    assert CODE in rules(data)


BENIGN = {
    "config.json": {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "_attn_implementation": "sdpa"},
    "no auto_map": {"auto_map": None, "chat_template": None, "trust_remote_code": False},
    "auto_map of nothing": {"auto_map": {"AutoTokenizer": [None, None]}},
    "another auto_map": {"auto_map": {"zoom": "level.High"}, "custom_pipelines": ["a"]},
    "a list called auto_map": {"auto_map": ["x.Y"]},
    "a template": {"chat_template": "{% for m in messages %}{{ m['role'] ~ m.content|trim }}{% endfor %}"},
    "the name of a template": {"chat_template": "chatml"},
    "model_index.json": {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": "0.30.0",
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
        "feature_extractor": [None, None],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "requires_safety_checker": True,
    },
    "unet/config.json": {
        "_class_name": "UNet2DConditionModel",
        "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
        "names": ["some_module", "Block"],
    },
    "adapter_config.json": {"peft_type": "LORA", "megatron_core": "megatron.core", "auto_mapping": None},
    "words elsewhere": {"text": "auto_map chat_template", "words": ["auto_map", "chat_template", "trust_remote_code"]},
}


@pytest.mark.parametrize("document", BENIGN.values(), ids=BENIGN)
def test_benign(document: object) -> None:
    assert of(document) == set()


def module(name: str) -> dict[str, object]:
    return {"idx": 0, "name": "0", "path": "", "type": name}


def test_sentence_transformers() -> None:
    own = [module("sentence_transformers.models.Transformer"), module("sentence_transformers.models.Pooling")]
    found = look(json.dumps(own, indent=2).encode())
    assert (found.format, found.flaws) == ("sentence-transformers", ())
    assert of([*own, module("custom_st.Transformer")]) == {REFERENCE}
    assert of([{"type": "os.system", "path": "", "name": "0"}]) == {REFERENCE}


@pytest.mark.parametrize(
    "text",
    [
        '[{"name": "a", "path": "b", "type": 1}]',
        '[{"name": "a", "path": "b", "type": "c"}, {"other": 1}]',
        '[{"name": "a", "path": "b", "type": "c"}',
        "[section]\nname = 1\n",
        "[[1, 2], [3]]",
        "[]",
    ],
)
def test_other_lists(text: str) -> None:
    found = look(text.encode())
    assert (found.format, found.flaws) == ("unknown", ())


CHAT = "{%- for message in messages %}{{ message.role }}{% if add_generation_prompt %}{% endif %}{% endfor %}"


def test_templates_that_are_files() -> None:
    assert look(CHAT.encode())[:3] == ("jinja", "other", ())
    assert rules((CHAT + EVIL).encode()) == {CODE}
    assert rules(("\ufeff\n" + CHAT + "{{ x[a ~ b] }}").encode()) == {CODE}
    assert rules(b"{{ lipsum.__globals__['os'].popen('id').read() }}") == {CODE}
    assert rules(rb"{{ x|attr('\x5f\x5fclass\x5f\x5f') }}") == {CODE}
    assert rules((CHAT + "{{ a }}" * 80_000).encode()) == {UNSCANNABLE}


@pytest.mark.parametrize(
    "text",
    [
        "{% extends 'base.html' %}{% block content %}{{ url_for('index') }}{{ form.__class__ }}{% endblock %}",
        "{% for category, message in get_flashed_messages(with_categories=true) %}<p>{{ message }}</p>{% endfor %}",
        "{% include 'header.jinja' %}{% for m in messages %}{{ m.role | shout }}: {{ clean(m) }}{% endfor %}",
        "{{- if .Values.messages }}role: {{ .Values.role | quote }}{{- end }}",
        "{{#messages}}{{role}}{{/messages}}",
    ],
)
def test_other_templates_are_none_of_our_business(text: str) -> None:
    assert not look(text.encode()).flaws
