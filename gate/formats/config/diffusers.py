"""The parts of a diffusers pipeline, `model_index.json`: each names the Python module that its class comes from.

Source: `diffusers/pipelines/pipeline_loading_utils.py`. A module is a library, a module of `diffusers.pipelines`, or
a file beside the configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.interface import Flaw

_MODULE = re.compile(r"[a-z_]\w*(?:\.\w+)*")
_CLASS = re.compile(r"[A-Za-z_]\w*")
_LIBRARIES = frozenset(("diffusers", "transformers", "onnxruntime", "optimum", "timm", "peft", "tokenizers"))
_PIPELINES = frozenset((
    "ace_step", "allegro", "alt_diffusion", "amused", "animatediff", "anyflow", "audio_diffusion", "audioldm",
    "audioldm2", "aura_flow", "blip_diffusion", "bria", "bria_fibo", "bria_fibo2", "chroma", "chronoedit",
    "cogvideo", "cogview3", "cogview4", "consisid", "consistency_models", "controlnet",
    "controlnet_hunyuandit", "controlnet_sd3", "controlnet_xs", "cosmos", "dance_diffusion", "ddim", "ddpm",
    "deepfloyd_if", "deprecated", "diffusion_gemma", "dit", "dreamlite", "easyanimate", "ernie_image", "flux",
    "flux2", "glm_image", "helios", "hidream_image", "hunyuan_image", "hunyuan_video", "hunyuan_video1_5",
    "hunyuandit", "i2vgen_xl", "ideogram4", "joyimage", "kandinsky", "kandinsky2_2", "kandinsky3",
    "kandinsky5", "kandinsky6", "kolors", "krea2", "latent_consistency_models", "latent_diffusion",
    "latent_diffusion_uncond", "latte", "ledits_pp", "llada2", "longcat_audio_dit", "longcat_image", "ltx",
    "ltx2", "lucy", "lumina", "lumina2", "marigold", "mochi", "motif_video", "musicldm", "nucleusmoe_image",
    "omnigen", "ovis_image", "pag", "paint_by_example", "pia", "pipeline_utils", "pixart_alpha", "pndm",
    "prx", "qwenimage", "qwenimage21", "repaint", "rfd4_proteina", "sana", "sana_video", "sana_wm",
    "score_sde_ve", "semantic_stable_diffusion", "shap_e", "skyreels_v2", "spectrogram_diffusion",
    "stable_audio", "stable_audio_3", "stable_cascade", "stable_diffusion", "stable_diffusion_3",
    "stable_diffusion_attend_and_excite", "stable_diffusion_diffedit", "stable_diffusion_gligen",
    "stable_diffusion_k_diffusion", "stable_diffusion_ldm3d", "stable_diffusion_panorama",
    "stable_diffusion_safe", "stable_diffusion_sag", "stable_diffusion_variants", "stable_diffusion_xl",
    "stable_unclip", "stable_video_diffusion", "stochastic_karras_ve", "t2i_adapter",
    "text_to_video_synthesis", "unclip", "unidiffuser", "versatile_diffusion", "visualcloze", "vq_diffusion",
    "wan", "wuerstchen", "z_image",
))  # fmt: skip
"""Modules of `diffusers.pipelines`, of releases 0.3 to 0.40."""


def foreign_components(index: dict[str, Json]) -> Iterator[Flaw]:
    """Flags the pipeline and its parts where their class is neither diffusers' nor transformers' own."""
    pipeline = index.get("_class_name")
    if isinstance(pipeline, list):
        yield from _foreign("_class_name", pipeline)
    elif not (isinstance(pipeline, str) and "Pipeline" in pipeline):
        return  # a model or a scheduler: its lists of names are layers
    for key, part in index.items():
        if isinstance(part, list) and key != "_class_name":
            yield from _foreign(key, part)


def _foreign(key: str, part: list[Json]) -> Iterator[Flaw]:
    """`[module, class]`, behind which modular pipelines have a third item."""
    module, name = (*part, None, None)[:2]
    if not isinstance(module, str) or not isinstance(name, str) or len(part) > 3:
        return
    if not _MODULE.fullmatch(module) or not _CLASS.fullmatch(name):
        return
    if module in _PIPELINES or module.partition(".")[0] in _LIBRARIES:
        return
    message = f'"{shorten(key, 60)}" is the class {shorten(name, 60)} of the Python module {shorten(module, 60)}'
    yield Flaw("weights/embedded-code", f"{message}, which is neither diffusers' nor transformers' own")
