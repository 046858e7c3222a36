"""What a name in code is, by its looks: the id of a repository of the hub, a file at hand, a file of data."""

from __future__ import annotations

import re

_HUB_ID = re.compile(r"(?:[A-Za-z0-9][\w.-]{0,95}/)?[A-Za-z0-9_][\w.-]{0,95}")
"""`huggingface_hub.utils.validate_repo_id`: one slash at most, 96 characters a part."""
_FILE = re.compile(
    r"\.(?:pt|pth|bin|ckpt|h5|hdf5|keras|safetensors|gguf|onnx|pkl|pickle|joblib|npy|npz|msgpack|tflite|pb|mar|nemo|json"
    r"|jsonl|csv|tsv|txt|yaml|yml|toml|parquet|arrow|model|zip|tar|gz|tgz|py|spm|xml|engine|mlmodel|pdparams)$",
    re.I,
)
_LOCAL_WORDS = """
    artifacts assets cache checkpoint checkpoints ckpt ckpts config configs corpus custom data dataset datasets
    dir exp experiments export exported final finetuned fine-tuned lightning_logs local logs lora_model mlruns
    model models my notebooks our out output outputs path pretrained pretrained_models result results run runs
    save saved saved_model saved_models scratch src test tests tmp tokenizer tokenizers train trained
    exp conf dump egs download downloads raw img images dev eval etc usr var mnt
    encoder decoder backbone architecture arch optimizer scheduler trainer
    trained_models training weights work_dirs workspace your
"""
_LOCAL = frozenset(_LOCAL_WORDS.split())
_LOCAL_WORD = re.compile(
    r"(?:my|our|your|local|tmp|temp|test|tests|dummy|fake|saved|trained|finetuned|output|outputs|checkpoint|ckpt)(?:[-_.\d]|$)"
    r"|(?:path|dir|folder)[-_]?(?:to|of)|.*[-_](?:checkpoint|ckpt|dir|output|final|finetuned|trained)s?$|.*\.\.",
    re.I,
)
_DATA = re.compile(
    r"\.(?:tar|tgz|tbz2?|txz|gz|bz2|xz|zst|zip|rar|7z|pt|pth|bin|ckpt|h5|hdf5|keras|safetensors|gguf|ggml|onnx|pkl|pickle"
    r"|joblib|npy|npz|csv|tsv|jsonl|ndjson|parquet|arrow|feather|avro|orc|mat|msgpack|tflite|pb|mar|nemo|tfrecords?|mdb"
    r"|lmdb|pdparams|params|caffemodel|weights|engine|mlmodel|model|vocab|bpe|wav|flac|xlsx?|data|db|sqlite3?|nc|grib2?|fits"
    r"|txt|json|ply|off|obj|stl|pcd|las|laz|dcm|nii|edf|arff|libsvm|svm|h5ad|h5mu|loom|fasta|sdf|nrrd|geojson|gpkg|t7|vec|kv|spm|sentencepiece|index|faiss|ubyte)"
    r"(?:\.(?:gz|bz2|xz|zst|zip))?(?:$|[?#&])",
    re.I,
)
_NO_DATA = re.compile(
    r"(?i)/(?:licen[cs]e|readme|robots|requirements[\w.-]*|constraints|changelog|manifest|package|openapi|swagger|schema)"
    r"(?:\.\w+)?$|\.(?:log(?:\.\w+)?|patch|diff)$|/api/.*\.(?:json|txt)$|^(?:api|registry)\.[^/]+/.*\.(?:json|txt)$|schemas?[/.][^?]*\.json$|/whl(?:/|$)|/simple/?$"
)
"""Texts that are no data."""
_PAGE = re.compile(r"\.(?:md|rst|html?|php|aspx?|jsp)$", re.I)
"""Pages for people; with a query they may answer with a file."""
_DOWNLOAD = re.compile(
    r"figshare\.com/files/\d|drive\.google\.com/(?:uc\?|file/d/)|/(?:resolve|releases/download)/[^?]+\.\w+$|[?&](?:dl|download)=(?:1|true)"
    r"|data\.mendeley\.com/[^?]+/file_downloaded|osf\.io/download/\w|/access/datafile/\d"
)
_DATA_HOSTS = re.compile(
    r"(?:^|\.)(?:huggingface\.co|hf\.co|zenodo\.org|figshare\.com|kaggle\.com|drive\.google\.com|docs\.google\.com"
    r"|drive\.usercontent\.google\.com|dropbox\.com|dropboxusercontent\.com|storage\.googleapis\.com"
    r"|fbaipublicfiles\.com|download\.pytorch\.org|tfhub\.dev|cocodataset\.org|openslr\.org|image-net\.org"
    r"|archive\.ics\.uci\.edu|openml\.org|data\.mendeley\.com|osf\.io|dataverse\.harvard\.edu|commoncrawl\.org"
    r"|files\.grouplens\.org|nlp\.stanford\.edu|physionet\.org|ndownloader\.figshare\.com|civitai\.com"
    r"|blob\.core\.windows\.net|s3[\w.-]*\.amazonaws\.com|modelscope\.cn|roboflow\.com|ai2-public-datasets[\w.-]*)$",
    re.I,
)


def is_hub_id(name: str) -> bool:
    """Whether the hub could have a repository of that name, and nothing says that it is a file at hand."""
    return bool(_HUB_ID.fullmatch(name)) and not is_local(name)


def is_local(name: str) -> bool:
    """Whether `name` is a path of this machine by its looks."""
    if not name or name[0] in "./~\\$<{%" or name.count("/") > 1 or name[1:3] == ":\\" or name.endswith("/"):
        return True
    first, slash, last = name.partition("/")
    if first.lower() in _LOCAL or _FILE.search(name):
        return True
    return (bool(_LOCAL_WORD.match(last if slash else first)) and not slash) or bool(slash and _LOCAL_WORD.match(first))


def is_download(url: str) -> bool:
    """Whether whoever writes down `url` can only mean to fetch data: it ends like a file of data, or says so."""
    scheme, _, rest = url.partition("://")
    path = rest.partition("#")[0]
    plain = path.partition("?")[0]
    if not scheme.lower().startswith(("http", "ftp")):  # a store, in which nobody looks a page up
        return (
            "/" in plain.strip("/") or scheme in ("torchvision", "modelzoo", "open-mmlab", "openmmlab", "mmcls")
        ) and not _NO_DATA.search(plain)
    if _NO_DATA.search(plain):
        return False
    return bool(_DOWNLOAD.search(path)) or (not plain.endswith((".txt", ".json")) and bool(_DATA.search(plain)))


_MEDIA = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|tiff?|mp3|mp4|ogg|avi|mov|webm|pdf)$", re.I)


def is_data_host(host: str) -> bool:
    """Whether the host is one that hands out data."""
    return bool(_DATA_HOSTS.search(host))


def is_media(path: str) -> bool:
    """Whether whoever fetches `path` gets pictures, sound or documents: data where it is fetched, a link elsewhere."""
    return bool(_MEDIA.search(path))


def is_data_url(url: str, host: str, *, is_page: bool = False) -> bool:
    """Whether what is at `url` looks like data or weights, rather than an answer of a service or a page.

    With `is_page` it stands where people are shown pages too, so that the host alone says nothing; a page of the hub
    is that of a repository.
    """
    path = url.partition("://")[2].partition("#")[0]
    if _NO_DATA.search(path.partition("?")[0]) or _PAGE.search(path):
        return False
    if _DATA.search(path.partition("?")[0]) or _DATA.search(path):
        return True
    if re.search(r"/(?:resolve|raw|releases/download|archive)/|[?&]download=|/download(?:/|$|\?)|/uc\?", path):
        return True
    if is_page and host not in ("huggingface.co", "hf.co"):
        return False
    return bool(_DATA_HOSTS.search(host)) and "/api/" not in path and "/" in path.strip("/")


_BUCKET = re.compile(
    r"(?:s3[\w.-]*\.amazonaws\.com|storage\.googleapis\.com|\.blob\.core\.windows\.net|fbaipublicfiles\.com|\.cloudfront\.net"
    r"|\.aliyuncs\.com|\.bcebos\.com|cdn-datasets\.huggingface\.co|tfhub\.dev/[\w.-]+)/[^\s?]{2,}"
    r"|zenodo\.org/(?:api/)?records?/\d+/files|ndownloader\.figshare\.com/(?:files|articles)|osf\.io/download"
    r"|/access/datafile|data\.mendeley\.com/(?:public-)?files|(?:huggingface\.co|hf\.co)/[^\s?]+/resolve/"
)


def is_bucket(url: str) -> bool:
    """Whether an address is one in a store that answers over HTTP: data, or what addresses of data begin with.

    So are the files of a record of an archive, and of a repository of the hub.
    """
    return bool(_BUCKET.search(url)) and not _NO_DATA.search(url) and not _PAGE.search(url) and not is_media(url)
