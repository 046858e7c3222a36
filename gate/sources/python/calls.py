"""The calls that pull in data or weights, or run code when they load: data, by name.

`EXACT` has full names, `ANYWHERE` the name of a package and of a function wherever in it, `METHODS` the names of
methods of whatever object, each with words of which the file must have one for it to count; `CLASSES` what a library
names after the thing itself.
"""

from __future__ import annotations

from typing import NamedTuple


class Call(NamedTuple):
    """How to read one call.

    `service` is the reader in `gate.sources.python.readers`. The argument that says what is asked for stands at
    `position`, or is called one of `names`. `revision` are the keywords of the version, `when` those of which one must
    be given and true for anything to be fetched. `label` is what the library calls the thing, where the call says.
    """

    service: str
    position: int = 0
    names: tuple[str, ...] = ()
    revision: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    label: str = ""


_PRETRAINED = Call(
    "pretrained",
    names=(
        "pretrained_model_name_or_path",
        "pretrained_model_or_path",
        "pretrained_model_name",
        "model_name_or_path",
        "model_name",
        "model_id",
        "repo_id",
        "name",
    ),
    revision=("revision",),
)
_MODEL = Call(
    "hub-model", names=("model", "model_name_or_path", "model_name", "model_id", "repo_id"), revision=("revision",)
)
_FILE = Call("hub", names=("repo_id",), revision=("revision",))
_DATASET = Call("dataset", names=("path",), revision=("revision",))
_URL = Call("url", names=("url", "origin", "src", "path", "uri", "source_url", "urlpath"))
_READ = Call(
    "read",
    names=(
        "filepath_or_buffer",
        "path",
        "path_or_buf",
        "io",
        "source",
        "uri",
        "urlpath",
        "url",
        "fname",
        "file",
        "filename",
        "name",
    ),
)
_REQUEST = Call("request", names=("url",))
_PICKLE = Call("pickle", names=("file", "filename", "filepath_or_buffer", "fname", "f"))
_TORCH_LOAD = Call("torch-load", names=("f",))
_KAGGLE = Call("kaggle-dataset", names=("handle", "dataset"))
_SHELL = Call("shell", names=("args", "command", "cmd"))

EXACT: dict[str, Call] = {
    "torch.hub.load": Call("torch-hub", names=("repo_or_dir", "github")),
    "torch.hub.load_state_dict_from_url": _URL,
    "torch.hub.download_url_to_file": _URL,
    "torch.utils.model_zoo.load_url": _URL,
    "torch.load": _TORCH_LOAD,
    "torch.serialization.load": _TORCH_LOAD,
    "pickle.load": _PICKLE,
    "pickle.loads": _PICKLE,
    "pickle.Unpickler": _PICKLE,
    "_pickle.load": _PICKLE,
    "_pickle.loads": _PICKLE,
    "cPickle.load": _PICKLE,
    "cPickle.loads": _PICKLE,
    "six.moves.cPickle.load": _PICKLE,
    "pickle5.load": _PICKLE,
    "pickle5.loads": _PICKLE,
    "dill.load": _PICKLE,
    "dill.loads": _PICKLE,
    "cloudpickle.load": _PICKLE,
    "cloudpickle.loads": _PICKLE,
    "joblib.load": _PICKLE,
    "sklearn.externals.joblib.load": _PICKLE,
    "hickle.load": _PICKLE,
    "jsonpickle.decode": _PICKLE,
    "shelve.open": _PICKLE,
    "pandas.read_pickle": _PICKLE,
    "numpy.load": Call("numpy-load", names=("file",)),
    "evaluate.load": Call("metric", names=("path",), revision=("revision",)),
    "transformers.pipeline": Call("pipeline", 1, ("model",), ("revision",)),
    "transformers.pipelines.pipeline": Call("pipeline", 1, ("model",), ("revision",)),
    "open_clip.create_model": Call("open-clip", 1, ("pretrained",)),
    "open_clip.create_model_and_transforms": Call("open-clip", 1, ("pretrained",)),
    "open_clip.create_model_from_pretrained": Call("open-clip", 1, ("pretrained",)),
    "clip.load": Call("library", names=("name",), label="clip:openaipublic.azureedge.net"),
    "whisper.load_model": Call("library", names=("name",), label="whisper:openaipublic.azureedge.net"),
    "tiktoken.get_encoding": Call(
        "library", names=("encoding_name",), label="tiktoken:openaipublic.blob.core.windows.net"
    ),
    "tiktoken.encoding_for_model": Call(
        "library", names=("model_name",), label="tiktoken:openaipublic.blob.core.windows.net"
    ),
    "seaborn.load_dataset": Call("library", names=("name",), label="seaborn:raw.githubusercontent.com"),
    "gensim.downloader.load": Call("library", names=("name",), label="gensim:github.com"),
    "nltk.download": Call("library", names=("info_or_id",), label="nltk:raw.githubusercontent.com"),
    "nltk.downloader.download": Call("library", names=("info_or_id",), label="nltk:raw.githubusercontent.com"),
    "spacy.cli.download": Call("library", names=("model",), label="spacy:github.com"),
    "spacy.cli.download.download": Call("library", names=("model",), label="spacy:github.com"),
    "stanza.download": Call("library", names=("lang",), label="stanza:huggingface.co"),
    "stanza.Pipeline": Call("library", names=("lang",), label="stanza:huggingface.co"),
    "flair.data.TextClassifier.load": Call("library", label="flair:huggingface.co"),
    "fasttext.util.download_model": Call("library", names=("lang_id",), label="fasttext:dl.fbaipublicfiles.com"),
    "statsmodels.datasets.get_rdataset": Call(
        "library", names=("dataname",), label="rdatasets:raw.githubusercontent.com"
    ),
    "easyocr.Reader": Call("library", names=("lang_list",), label="easyocr:github.com"),
    "insightface.app.FaceAnalysis": Call("library", names=("name",), label="insightface:github.com"),
    "deepface.DeepFace.build_model": Call("library", names=("model_name",), label="deepface:github.com"),
    "torchaudio.utils.download_asset": Call("library", names=("key",), label="torchaudio:download.pytorch.org"),
    "scipy.datasets.face": Call("library", label="scipy:raw.githubusercontent.com"),
    "onnx.hub.load": Call("library", names=("model",), label="onnx-hub:github.com"),
    "keras.utils.get_file": Call("get-file", 1, ("origin",)),
    "pooch.retrieve": Call("get-file", names=("url",)),
    "pooch.create": Call("get-file", 1, ("base_url",)),
    "tensorflow_datasets.load": Call("tfds", names=("name",)),
    "tensorflow_datasets.builder": Call("tfds", names=("name",)),
    "tensorflow_datasets.data_source": Call("tfds", names=("name",)),
    "tensorflow_hub.load": Call("tfhub", names=("handle",)),
    "tensorflow_hub.resolve": Call("tfhub", names=("handle",)),
    "tensorflow_hub.KerasLayer": Call("tfhub", names=("handle",)),
    "tensorflow_hub.Module": Call("tfhub", names=("spec",)),
    "urllib.request.urlretrieve": _URL,
    "urllib.urlretrieve": _URL,
    "urllib.request.URLopener.retrieve": _URL,
    "urllib.request.urlopen": _REQUEST,
    "urllib2.urlopen": _REQUEST,
    "six.moves.urllib.request.urlretrieve": _URL,
    "six.moves.urllib.request.urlopen": _REQUEST,
    "urllib.request.Request": _REQUEST,
    "wget.download": _URL,
    "gdown.download": Call("gdrive", names=("url",)),
    "gdown.cached_download": Call("gdrive", names=("url",)),
    "gdown.download_folder": Call("gdrive", names=("url",)),
    "os.system": _SHELL,
    "os.popen": _SHELL,
    "subprocess.run": _SHELL,
    "subprocess.call": _SHELL,
    "subprocess.check_call": _SHELL,
    "subprocess.check_output": _SHELL,
    "subprocess.Popen": _SHELL,
    "subprocess.getoutput": _SHELL,
    "subprocess.getstatusoutput": _SHELL,
    "dvc.api.open": Call("dvc", names=("path",)),
    "dvc.api.read": Call("dvc", names=("path",)),
    "dvc.api.get_url": Call("dvc", names=("path",)),
    "dvc.api.DVCFileSystem": Call("git", names=("url", "repo"), revision=("rev",)),
    "git.Repo.clone_from": Call("git", names=("url",), revision=("branch", "b")),
    "openml.datasets.get_dataset": Call("openml", names=("dataset_id",), revision=("version",)),
    "openml.tasks.get_task": Call("openml", names=("task_id",)),
    "sklearn.datasets.fetch_openml": Call("openml", names=("name", "data_id"), revision=("version",)),
    "ultralytics.hub.load": Call("library", label="ultralytics:github.com"),
    "ssl._create_unverified_context": Call("unverified"),
    "modelscope.msdatasets.MsDataset.load": Call(
        "modelscope", names=("dataset_name",), revision=("version",), label="datasets"
    ),
    "modelscope.MsDataset.load": Call("modelscope", names=("dataset_name",), revision=("version",), label="datasets"),
    "modelscope.pipelines.pipeline": Call("modelscope", 1, ("model",), ("model_revision",), label="models"),
    "modelscope.pipeline": Call("modelscope", 1, ("model",), ("model_revision",), label="models"),
    "fsspec.open": _READ,
    "fsspec.open_files": _READ,
    "smart_open.open": _READ,
    "smart_open.smart_open": _READ,
    "tensorflow.io.gfile.copy": _READ,
    "tensorflow.io.gfile.GFile": _READ,
    "webdataset.WebDataset": Call("read", names=("urls",)),
    "xarray.open_dataset": _READ,
    "xarray.open_zarr": _READ,
    "zarr.open": _READ,
    "geopandas.read_file": _READ,
    "imageio.imread": Call("read", names=("uri",)),
    "numpy.loadtxt": _READ,
    "numpy.genfromtxt": _READ,
}

ANYWHERE: dict[tuple[str, str], Call] = {
    ("datasets", "load_dataset"): _DATASET,
    ("datasets", "load_dataset_builder"): _DATASET,
    ("datasets", "get_dataset_config_names"): _DATASET,
    ("datasets", "get_dataset_split_names"): _DATASET,
    ("datasets", "get_dataset_infos"): _DATASET,
    ("datasets", "load_metric"): Call("metric", names=("path",), revision=("revision",)),
    ("huggingface_hub", "hf_hub_download"): _FILE,
    ("huggingface_hub", "snapshot_download"): _FILE,
    ("huggingface_hub", "cached_download"): _URL,
    ("huggingface_hub", "load_from_hub"): _FILE,
    ("huggingface_sb3", "load_from_hub"): _FILE,
    ("huggingface_hub", "hf_hub_url"): _FILE,
    ("huggingface_hub", "from_pretrained_keras"): _MODEL,
    ("huggingface_hub", "from_pretrained_fastai"): _MODEL,
    ("transformers", "cached_file"): Call("hub-model", names=("path_or_repo_id",), revision=("revision",)),
    ("transformers", "cached_path"): _URL,
    ("transformers", "load_tool"): Call(
        "hub-model", names=("task_or_repo_id", "repo_id"), revision=("revision", "model_repo_id")
    ),
    ("sentence_transformers", "SentenceTransformer"): Call(
        "hub-model", names=("model_name_or_path",), revision=("revision",), label="sentence-transformers"
    ),
    ("sentence_transformers", "CrossEncoder"): Call(
        "hub-model", names=("model_name_or_path", "model_name"), revision=("revision",)
    ),
    ("sentence_transformers", "SparseEncoder"): Call(
        "hub-model", names=("model_name_or_path",), revision=("revision",)
    ),
    ("timm", "create_model"): Call("timm", names=("model_name",), when=("pretrained",)),
    ("timm", "load_model_config_from_hf"): Call("hub-model", names=("model_id",)),
    ("timm", "load_state_dict_from_hf"): Call("hub-model", names=("model_id",)),
    ("vllm", "LLM"): _MODEL,
    ("vllm", "EngineArgs"): _MODEL,
    ("vllm", "AsyncEngineArgs"): _MODEL,
    ("sglang", "Engine"): Call("hub-model", 99, ("model_path",), ("revision",)),
    ("lmdeploy", "pipeline"): Call("hub-model", names=("model_path",), revision=("revision",)),
    ("mlx_lm", "load"): Call("hub-model", names=("path_or_hf_repo",), revision=("revision",)),
    ("faster_whisper", "WhisperModel"): Call(
        "library", names=("model_size_or_path",), label="faster-whisper:huggingface.co"
    ),
    ("fastembed", "TextEmbedding"): _MODEL,
    ("spacy", "load"): Call("spacy", names=("name",)),
    ("keybert", "KeyBERT"): Call("hub-model", names=("model",), label="sentence-transformers"),
    ("bertopic", "BERTopic"): Call("hub-model", 99, ("embedding_model",), label="sentence-transformers"),
    ("langchain_huggingface", "HuggingFaceEmbeddings"): Call("hub-model", 99, ("model_name",)),
    ("langchain_community", "HuggingFaceEmbeddings"): Call("hub-model", 99, ("model_name",)),
    ("langchain", "HuggingFaceEmbeddings"): Call("hub-model", 99, ("model_name",)),
    ("llama_index", "HuggingFaceEmbedding"): Call("hub-model", names=("model_name",)),
    ("llama_index", "HuggingFaceLLM"): Call("hub-model", 99, ("model_name",)),
    ("haystack", "SentenceTransformersTextEmbedder"): _MODEL,
    ("kagglehub", "dataset_download"): _KAGGLE,
    ("kagglehub", "load_dataset"): _KAGGLE._replace(position=1),
    ("kagglehub", "dataset_load"): _KAGGLE._replace(position=1),
    ("kagglehub", "model_download"): Call("kaggle-model", names=("handle",)),
    ("kagglehub", "competition_download"): Call("kaggle-competition", names=("handle",)),
    ("kagglehub", "notebook_output_download"): Call("kaggle-dataset", names=("handle",), label="code"),
    ("opendatasets", "download"): Call("url", names=("dataset_id_or_url",)),
    ("modelscope", "snapshot_download"): Call(
        "modelscope", names=("model_id", "repo_id"), revision=("revision",), label="models"
    ),
    ("modelscope", "dataset_snapshot_download"): Call(
        "modelscope", names=("dataset_id",), revision=("revision",), label="datasets"
    ),
    ("modelscope", "model_file_download"): Call(
        "modelscope", names=("model_id",), revision=("revision",), label="models"
    ),
    ("swift", "safe_snapshot_download"): Call(
        "modelscope", names=("model_id_or_path",), revision=("revision",), label="models"
    ),
    ("mlflow", "load_model"): Call("mlflow", names=("model_uri",)),
    ("mlflow", "download_artifacts"): Call("mlflow", names=("artifact_uri",)),
    ("tensorflow", "get_file"): Call("get-file", 1, ("origin",)),
    ("keras", "get_file"): Call("get-file", 1, ("origin",)),
    ("tensorflow", "load_model"): Call("keras-load", names=("filepath",)),
    ("keras", "load_model"): Call("keras-load", names=("filepath",)),
    ("torchvision", "download_url"): _URL,
    ("torchvision", "download_and_extract_archive"): _URL,
    ("torchvision", "download_file_from_google_drive"): Call("gdrive", names=("file_id",)),
    ("torchvision", "load_state_dict_from_url"): _URL,
    ("torchvision", "get_model"): Call("torchvision-model", names=("name",), when=("weights", "pretrained")),
    ("torchaudio", "download_url_to_file"): _URL,
    ("torchtext", "download_from_url"): _URL,
    ("torch_geometric", "download_url"): _URL,
    ("torch_geometric", "download_google_url"): Call("gdrive", names=("id",)),
    ("ultralytics", "YOLO"): Call("ultralytics", names=("model",)),
    ("ultralytics", "RTDETR"): Call("ultralytics", names=("model",)),
    ("ultralytics", "SAM"): Call("ultralytics", names=("model",)),
    ("ultralytics", "FastSAM"): Call("ultralytics", names=("model",)),
    ("fastai", "untar_data"): Call("fastai", names=("url",)),
    ("fastai", "download_url"): _URL,
    ("fastdownload", "download_url"): _URL,
    ("requests", "get"): _REQUEST,
    ("requests", "request"): _REQUEST._replace(position=1),
    ("httpx", "get"): _REQUEST,
    ("httpx", "stream"): _REQUEST._replace(position=1),
    ("httpx", "request"): _REQUEST._replace(position=1),
    ("urllib3", "request"): _REQUEST._replace(position=1),
    ("dgl", "download"): _URL,
    ("mxnet", "download"): _URL,
    ("gluoncv", "get_model"): Call(
        "library",
        names=("name",),
        when=("pretrained",),
        label="gluoncv:apache-mxnet.s3-accelerate.dualstack.amazonaws.com",
    ),
    ("ogb", "NodePropPredDataset"): Call("library", names=("name",), label="ogb:snap.stanford.edu"),
    ("ogb", "PygNodePropPredDataset"): Call("library", names=("name",), label="ogb:snap.stanford.edu"),
    ("ogb", "GraphPropPredDataset"): Call("library", names=("name",), label="ogb:snap.stanford.edu"),
    ("ogb", "PygGraphPropPredDataset"): Call("library", names=("name",), label="ogb:snap.stanford.edu"),
    ("ogb", "LinkPropPredDataset"): Call("library", names=("name",), label="ogb:snap.stanford.edu"),
    ("ogb", "PygLinkPropPredDataset"): Call("library", names=("name",), label="ogb:snap.stanford.edu"),
    ("ucimlrepo", "fetch_ucirepo"): Call("library", names=("name", "id"), label="uci:archive.ics.uci.edu"),
    ("pandas", "read_csv"): _READ,
    ("pandas", "read_table"): _READ,
    ("pandas", "read_json"): _READ,
    ("pandas", "read_parquet"): _READ,
    ("pandas", "read_excel"): _READ,
    ("pandas", "read_feather"): _READ,
    ("pandas", "read_orc"): _READ,
    ("pandas", "read_stata"): _READ,
    ("pandas", "read_hdf"): _READ,
    ("pandas", "read_html"): _READ,
    ("pandas", "read_xml"): _READ,
    ("pandas", "read_fwf"): _READ,
    ("polars", "read_csv"): _READ,
    ("polars", "read_parquet"): _READ,
    ("polars", "read_json"): _READ,
    ("polars", "read_ndjson"): _READ,
    ("polars", "read_ipc"): _READ,
    ("polars", "scan_csv"): _READ,
    ("polars", "scan_parquet"): _READ,
    ("polars", "scan_ndjson"): _READ,
    ("dask", "read_csv"): _READ,
    ("dask", "read_parquet"): _READ,
    ("dask", "read_json"): _READ,
    ("pyarrow", "read_table"): _READ,
    ("pyarrow", "dataset"): _READ,
    ("pyarrow", "ParquetFile"): _READ,
    ("pyarrow", "ParquetDataset"): _READ,
    ("pyarrow", "read_csv"): _READ,
    ("cudf", "read_csv"): _READ,
    ("cudf", "read_parquet"): _READ,
    ("ray", "read_csv"): _READ,
    ("ray", "read_parquet"): _READ,
    ("ray", "read_json"): _READ,
    ("ray", "read_images"): _READ,
    ("duckdb", "read_csv"): _READ,
    ("duckdb", "read_parquet"): _READ,
    ("skimage", "imread"): _READ,
}

METHODS: dict[str, tuple[Call, tuple[str, ...]]] = {
    "from_pretrained": (_PRETRAINED, ()),
    "from_single_file": (
        Call(
            "pretrained-file",
            names=("pretrained_model_link_or_path", "pretrained_model_link_or_path_or_dict"),
            revision=("revision",),
        ),
        (),
    ),
    "load_lora_weights": (
        Call("pretrained", names=("pretrained_model_name_or_path_or_dict",), revision=("revision",)),
        (),
    ),
    "load_textual_inversion": (
        Call("pretrained", names=("pretrained_model_name_or_path",), revision=("revision",)),
        (),
    ),
    "load_ip_adapter": (
        Call("pretrained", names=("pretrained_model_name_or_path_or_dict",), revision=("revision",)),
        (),
    ),
    "load_adapter": (
        Call("pretrained", names=("peft_model_id", "adapter_name_or_path"), revision=("revision", "adapter_revision")),
        ("peft", "transformers", "adapters"),
    ),
    "hf_hub_download": (_FILE, ()),
    "snapshot_download": (_FILE, ()),
    "use_artifact": (Call("wandb", names=("artifact_or_name",)), ()),
    "use_model": (Call("wandb", names=("name",)), ("wandb",)),
    "artifact": (Call("wandb", names=("name",)), ("wandb",)),
    "get_artifact": (Call("comet", names=("artifact_or_name", "name")), ("comet_ml",)),
    "download_file": (Call("bucket"), ("boto3", "aioboto3")),
    "download_fileobj": (Call("bucket"), ("boto3",)),
    "get_object": (Call("bucket", 99, ("Bucket",)), ("boto3", "minio")),
    "fget_object": (Call("bucket"), ("minio",)),
    "download_to_filename": (Call("blob"), ("storage",)),
    "download_as_string": (Call("blob"), ("storage",)),
    "download_as_bytes": (Call("blob"), ("storage",)),
    "download_to_file": (Call("blob"), ("storage",)),
    "download_blob_to_file": (Call("blob"), ("storage",)),
    "dataset_download_files": (Call("kaggle-dataset", names=("dataset",)), ()),
    "dataset_download_file": (Call("kaggle-dataset", names=("dataset",)), ()),
    "competition_download_files": (Call("kaggle-competition", names=("competition",)), ()),
    "competition_download_file": (Call("kaggle-competition", names=("competition",)), ()),
    "load_state_dict_from_url": (_URL, ()),
    "download_url": (_URL, ()),
    "download_and_extract_archive": (_URL, ()),
    "download_and_extract": (_URL, ("datasets", "tensorflow_datasets", "tfds")),
    "project": (Call("roboflow"), ("roboflow",)),
    "get": (Call("file-system", names=("rpath",)), ("s3fs", "gcsfs", "fsspec", "Session(", "Client(")),
    "get_file": (Call("file-system", names=("rpath",)), ("s3fs", "gcsfs", "fsspec")),
    "download": (Call("file-system", names=("rpath",)), ("s3fs", "gcsfs", "fsspec")),
    "open": (Call("file-system", names=("path",)), ("s3fs", "gcsfs", "fsspec")),
    "stream": (Call("file-system", 1, ("url",)), ("Client(",)),
}

CLASSES: dict[str, tuple[Call, str]] = {
    "torchvision.datasets": (
        Call("library-class", when=("download",), label="torchvision:pytorch.org"),
        "Caltech101 Caltech256 CelebA CIFAR10 CIFAR100 Country211 DTD EMNIST EuroSAT FashionMNIST FER2013 FGVCAircraft "
        "Flowers102 Food101 GTSRB Imagenette INaturalist KMNIST LFWPairs LFWPeople MNIST MovingMNIST OxfordIIITPet "
        "PCAM Places365 QMNIST RenderedSST2 SBDataset SBU SEMEION StanfordCars STL10 SUN397 SVHN USPS VOCDetection "
        "VOCSegmentation Kinetics PhotoTour Omniglot CLEVRClassification Kitti",
    ),
    "torchaudio.datasets": (
        Call("library-class", when=("download",), label="torchaudio:pytorch.org"),
        "SPEECHCOMMANDS LIBRISPEECH LibriMix YESNO LJSPEECH VCTK_092 GTZAN TEDLIUM LIBRITTS CMUARCTIC COMMONVOICE "
        "DR_VCTK FluentSpeechCommands LibriLightLimited MUSDB_HQ",
    ),
    "torchtext.datasets": (
        Call("library-class", label="torchtext:pytorch.org"),
        "IMDB AG_NEWS SST2 Multi30k WikiText2 WikiText103 PennTreebank AmazonReviewFull AmazonReviewPolarity DBpedia "
        "YelpReviewFull YelpReviewPolarity SogouNews YahooAnswers SQuAD1 SQuAD2 EnWik9 IWSLT2016 IWSLT2017 CC100",
    ),
    "torch_geometric.datasets": (
        Call("library-class", names=("name",), label="torch-geometric:pytorch-geometric.com"),
        "Planetoid TUDataset QM9 QM7b ZINC PPI Reddit Reddit2 Amazon Coauthor ModelNet ShapeNet MoleculeNet WikiCS "
        "Flickr Yelp CitationFull MovieLens MovieLens100K OGB_MAG Entities WebKB WikipediaNetwork Actor S3DIS "
        "GNNBenchmarkDataset DBLP IMDB AQSOL HeterophilousGraphDataset LRGBDataset",
    ),
    "dgl.data": (
        Call("library-class", label="dgl:data.dgl.ai"),
        "CoraGraphDataset CiteseerGraphDataset PubmedGraphDataset RedditDataset PPIDataset QM9Dataset TUDataset "
        "AIFBDataset MUTAGDataset FraudYelpDataset CoauthorCSDataset AmazonCoBuyComputerDataset",
    ),
    "torchvision.models": (
        Call("torchvision-model", when=("pretrained", "weights")),
        "alexnet convnext_tiny convnext_small convnext_base convnext_large densenet121 densenet161 densenet169 "
        "densenet201 efficientnet_b0 efficientnet_b1 efficientnet_b2 efficientnet_b3 efficientnet_b4 efficientnet_b5 "
        "efficientnet_b6 efficientnet_b7 efficientnet_v2_s efficientnet_v2_m efficientnet_v2_l googlenet inception_v3 "
        "mnasnet0_5 mnasnet1_0 mobilenet_v2 mobilenet_v3_small mobilenet_v3_large regnet_y_400mf regnet_y_16gf "
        "resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d resnext101_32x8d shufflenet_v2_x1_0 "
        "squeezenet1_0 squeezenet1_1 swin_t swin_s swin_b swin_v2_t swin_v2_b vgg11 vgg11_bn vgg13 vgg13_bn vgg16 "
        "vgg16_bn vgg19 vgg19_bn vit_b_16 vit_b_32 vit_l_16 vit_l_32 vit_h_14 maxvit_t wide_resnet50_2 "
        "wide_resnet101_2 fasterrcnn_resnet50_fpn fasterrcnn_resnet50_fpn_v2 maskrcnn_resnet50_fpn "
        "maskrcnn_resnet50_fpn_v2 keypointrcnn_resnet50_fpn retinanet_resnet50_fpn retinanet_resnet50_fpn_v2 "
        "ssd300_vgg16 ssdlite320_mobilenet_v3_large fcos_resnet50_fpn deeplabv3_resnet50 deeplabv3_resnet101 "
        "deeplabv3_mobilenet_v3_large fcn_resnet50 fcn_resnet101 lraspp_mobilenet_v3_large r3d_18 mc3_18 r2plus1d_18 "
        "s3d mvit_v1_b mvit_v2_s swin3d_t swin3d_b raft_large raft_small",
    ),
    "sklearn.datasets": (
        Call("library-class", label="sklearn:scikit-learn.org"),
        "fetch_20newsgroups fetch_20newsgroups_vectorized fetch_california_housing fetch_covtype fetch_kddcup99 "
        "fetch_lfw_pairs fetch_lfw_people fetch_olivetti_faces fetch_rcv1 fetch_species_distributions fetch_file",
    ),
    "keras.applications": (
        Call("keras-application", names=("weights",)),
        "ConvNeXtTiny ConvNeXtSmall ConvNeXtBase ConvNeXtLarge DenseNet121 DenseNet169 DenseNet201 EfficientNetB0 "
        "EfficientNetB1 EfficientNetB2 EfficientNetB3 EfficientNetB4 EfficientNetB5 EfficientNetB6 EfficientNetB7 "
        "EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2S EfficientNetV2M EfficientNetV2L InceptionResNetV2 "
        "InceptionV3 MobileNet MobileNetV2 MobileNetV3Large MobileNetV3Small NASNetLarge NASNetMobile ResNet50 "
        "ResNet50V2 ResNet101 ResNet101V2 ResNet152 ResNet152V2 VGG16 VGG19 Xception",
    ),
    "keras.datasets": (
        Call("keras-dataset"),
        "mnist.load_data fashion_mnist.load_data cifar10.load_data cifar100.load_data imdb.load_data "
        "reuters.load_data boston_housing.load_data california_housing.load_data imdb.get_word_index "
        "reuters.get_word_index",
    ),
    "medmnist": (
        Call("library-class", when=("download",), label="medmnist:zenodo.org"),
        "PathMNIST ChestMNIST DermaMNIST OCTMNIST PneumoniaMNIST RetinaMNIST BreastMNIST BloodMNIST TissueMNIST "
        "OrganAMNIST OrganCMNIST OrganSMNIST",
    ),
}
"""Classes and functions of a library that each stand for one dataset or model, by the package that they are in."""
