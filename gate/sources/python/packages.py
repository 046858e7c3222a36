"""Calls by the package that they are in, wherever in it, and methods of whatever object: data."""

from __future__ import annotations

from gate.sources.python.call import READ, REQUEST, URL, Call

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
_KAGGLE = Call("kaggle-dataset", names=("handle", "dataset"))
_EMBEDDING = Call("hub-model", names=("model_name_or_path", "model_name", "model"), revision=("revision",))
_TRAINED = Call("trained", names=("model",))
_TRAINERS = """
    SFTTrainer DPOTrainer GRPOTrainer RewardTrainer KTOTrainer ORPOTrainer CPOTrainer RLOOTrainer OnlineDPOTrainer
    PRMTrainer GKDTrainer BCOTrainer NashMDTrainer XPOTrainer
"""
_LEARNER = Call("fastai-learner", 1, ("arch",), when=("pretrained",))
_SEGMENTER = Call("segmenter", names=("encoder_name",))
_SEGMENTERS = "Unet UnetPlusPlus MAnet Linknet FPN PSPNet PAN DeepLabV3 DeepLabV3Plus UPerNet Segformer create_model"
_XRAY = Call("library", 99, ("weights",), when=("weights",), label="torchxrayvision:github.com")

_DATABASE = Call("run-time")
_PAGES = Call("address", names=("web_path", "web_paths", "file_path", "urls", "url"))
_LOADERS = """
    WebBaseLoader AsyncHtmlLoader AsyncChromiumLoader RecursiveUrlLoader SitemapLoader UnstructuredURLLoader
    SeleniumURLLoader PlaywrightURLLoader PyPDFLoader OnlinePDFLoader PyMuPDFLoader
"""
_READERS = """
    read_csv read_parquet read_json read_table read_excel read_feather read_orc read_fwf read_parquet_table download
"""
_SPARK = "csv json parquet orc text textFile wholeTextFiles addFile"

ANYWHERE: dict[tuple[str, str], Call] = {
    ("datasets", "load_dataset"): _DATASET,
    ("datasets", "load_dataset_builder"): _DATASET,
    ("datasets", "get_dataset_config_names"): _DATASET,
    ("datasets", "get_dataset_split_names"): _DATASET,
    ("datasets", "get_dataset_infos"): _DATASET,
    ("datasets", "load_metric"): Call("metric", names=("path",), revision=("revision",)),
    ("huggingface_hub", "hf_hub_download"): _FILE,
    ("huggingface_hub", "snapshot_download"): _FILE,
    ("huggingface_hub", "cached_download"): URL,
    ("huggingface_hub", "load_from_hub"): _FILE,
    ("huggingface_sb3", "load_from_hub"): _FILE,
    ("huggingface_hub", "hf_hub_url"): _FILE,
    ("huggingface_hub", "from_pretrained_keras"): _MODEL,
    ("huggingface_hub", "from_pretrained_fastai"): _MODEL,
    ("transformers", "cached_file"): Call("hub-model", names=("path_or_repo_id",), revision=("revision",)),
    ("transformers", "cached_path"): URL,
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
    ("sentence_transformers", "CrossEncoderTrainer"): _TRAINED,
    **{("trl", name): _TRAINED for name in _TRAINERS.split()},
    ("flair", "load"): Call("hub-model", names=("model_path", "model_name")),
    ("flair", "TransformerWordEmbeddings"): Call("hub-model", names=("model",)),
    ("flair", "TransformerDocumentEmbeddings"): Call("hub-model", names=("model",)),
    ("FlagEmbedding", "FlagModel"): _EMBEDDING,
    ("FlagEmbedding", "BGEM3FlagModel"): _EMBEDDING,
    ("FlagEmbedding", "FlagReranker"): _EMBEDDING,
    ("FlagEmbedding", "FlagLLMReranker"): _EMBEDDING,
    ("FlagEmbedding", "FlagAutoModel"): _EMBEDDING,
    ("InstructorEmbedding", "INSTRUCTOR"): _EMBEDDING,
    ("simpletransformers", "ClassificationModel"): Call("hub-model", 1, ("model_name",)),
    ("simpletransformers", "NERModel"): Call("hub-model", 1, ("model_name",)),
    ("simpletransformers", "T5Model"): Call("hub-model", 1, ("model_name",)),
    ("chromadb", "SentenceTransformerEmbeddingFunction"): Call(
        "hub-model", names=("model_name",), label="sentence-transformers"
    ),
    ("txtai", "Embeddings"): Call("hub-model", 99, ("path",)),
    ("lerobot", "LeRobotDataset"): Call("dataset", names=("repo_id",), revision=("revision",)),
    ("tensorrt_llm", "LLM"): _MODEL,
    ("mlx_vlm", "load"): Call("hub-model", names=("path_or_hf_repo",), revision=("revision",)),
    ("sglang", "Runtime"): Call("hub-model", 99, ("model_path",), ("revision",)),
    ("outlines", "transformers"): Call("hub-model", names=("model_name",)),
    ("guidance", "Transformers"): Call("hub-model", names=("model",)),
    ("langchain_community", "HuggingFaceBgeEmbeddings"): Call("hub-model", 99, ("model_name",)),
    ("langchain_community", "HuggingFaceInstructEmbeddings"): Call("hub-model", 99, ("model_name",)),
    ("langchain_community", "HuggingFaceCrossEncoder"): Call("hub-model", 99, ("model_name",)),
    ("llama_index", "SentenceTransformerRerank"): Call("hub-model", 99, ("model",)),
    ("haystack", "SentenceTransformersDocumentEmbedder"): _MODEL,
    ("haystack", "TransformersSimilarityRanker"): _MODEL,
    ("haystack", "HuggingFaceLocalGenerator"): _MODEL,
    ("open_clip", "get_tokenizer"): Call("open-clip", names=("model_name",)),
    ("samgeo", "SamGeo"): Call("library", names=("model_type",), label="samgeo:huggingface.co"),
    ("samgeo", "SamGeo2"): Call("hub-model", names=("model_id",)),
    ("samgeo", "LangSAM"): Call("library", names=("model_type",), label="samgeo:huggingface.co"),
    ("d3rlpy", "get_d4rl"): Call("library", names=("env_name",), label="d4rl:rail.eecs.berkeley.edu"),
    ("torchaudio", "get_model"): Call("torchaudio-bundle"),
    ("torchaudio", "get_decoder"): Call("torchaudio-bundle"),
    **{("segmentation_models_pytorch", name): _SEGMENTER for name in _SEGMENTERS.split()},
    ("torchxrayvision", "DenseNet"): _XRAY,
    ("torchxrayvision", "ResNet"): _XRAY,
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
    ("fastembed", "SparseTextEmbedding"): _MODEL,
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
    ("torchvision", "download_url"): URL,
    ("torchvision", "download_and_extract_archive"): URL,
    ("torchvision", "download_file_from_google_drive"): Call("gdrive", names=("file_id",)),
    ("torchvision", "load_state_dict_from_url"): URL,
    ("torchvision", "get_model"): Call("torchvision-model", names=("name",), when=("weights", "pretrained")),
    ("torchaudio", "download_url_to_file"): URL,
    ("torchtext", "download_from_url"): URL,
    ("torch_geometric", "download_url"): URL,
    ("torch_geometric", "download_google_url"): Call("gdrive", names=("id",)),
    ("ultralytics", "YOLO"): Call("ultralytics", names=("model",)),
    ("ultralytics", "RTDETR"): Call("ultralytics", names=("model",)),
    ("ultralytics", "SAM"): Call("ultralytics", names=("model",)),
    ("ultralytics", "YOLOE"): Call("ultralytics", names=("model",)),
    ("ultralytics", "YOLOWorld"): Call("ultralytics", names=("model",)),
    ("ultralytics", "NAS"): Call("ultralytics", names=("model",)),
    ("ultralytics", "FastSAM"): Call("ultralytics", names=("model",)),
    ("fastai", "untar_data"): Call("fastai", names=("url",)),
    ("fastai", "download_url"): URL,
    ("airflow", "BashOperator"): Call("shell", 99, ("bash_command",)),
    ("fastai", "load_learner"): Call("pickle", names=("fname",)),
    **{("fastai", name): _LEARNER for name in ("vision_learner", "cnn_learner", "unet_learner")},
    ("mlflow", "spark_udf"): Call("mlflow", 1, ("model_uri",)),
    ("sagemaker", "TrainingInput"): Call("read", names=("s3_data",)),
    ("sagemaker", "JumpStartModel"): Call("library", names=("model_id",), label="jumpstart:s3.amazonaws.com"),
    ("fastdownload", "download_url"): URL,
    ("cached_path", "cached_path"): URL,
    ("allennlp", "cached_path"): URL._replace(names=("url_or_filename",)),
    ("batchgenerators", "load_pickle"): Call("pickle", names=("file",)),
    ("mmengine", "load_checkpoint"): Call("torch-load", names=("filename",)),
    ("mmcv", "load_checkpoint"): Call("torch-load", names=("filename",)),
    ("requests", "get"): REQUEST,
    ("requests", "request"): REQUEST._replace(position=1),
    ("httpx", "get"): REQUEST,
    ("httpx", "stream"): REQUEST._replace(position=1),
    ("httpx", "request"): REQUEST._replace(position=1),
    ("urllib3", "request"): REQUEST._replace(position=1),
    ("dgl", "download"): URL,
    ("mxnet", "download"): URL,
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
    ("pandas", "read_csv"): READ,
    ("pandas", "read_table"): READ,
    ("pandas", "read_json"): READ,
    ("pandas", "read_parquet"): READ,
    ("pandas", "read_excel"): READ,
    ("pandas", "read_feather"): READ,
    ("pandas", "read_orc"): READ,
    ("pandas", "read_stata"): READ,
    ("pandas", "read_hdf"): READ,
    ("pandas", "read_html"): READ,
    ("pandas", "read_xml"): READ,
    ("pandas", "read_fwf"): READ,
    ("polars", "read_csv"): READ,
    ("polars", "read_parquet"): READ,
    ("polars", "read_json"): READ,
    ("polars", "read_ndjson"): READ,
    ("polars", "read_ipc"): READ,
    ("polars", "scan_csv"): READ,
    ("polars", "scan_parquet"): READ,
    ("polars", "scan_ndjson"): READ,
    ("dask", "read_csv"): READ,
    ("dask", "read_parquet"): READ,
    ("dask", "read_json"): READ,
    ("pyarrow", "read_table"): READ,
    ("pyarrow", "dataset"): READ,
    ("pyarrow", "ParquetFile"): READ,
    ("pyarrow", "ParquetDataset"): READ,
    ("pyarrow", "read_csv"): READ,
    ("cudf", "read_csv"): READ,
    ("cudf", "read_parquet"): READ,
    ("ray", "read_csv"): READ,
    ("ray", "read_parquet"): READ,
    ("ray", "read_json"): READ,
    ("ray", "read_images"): READ,
    ("duckdb", "read_csv"): READ,
    ("duckdb", "read_parquet"): READ,
    ("skimage", "imread"): READ,
    ("scanpy", "read"): Call("read", 99, ("backup_url",)),
    ("paddle", "load"): Call("pickle", names=("path",)),
    ("azure", "Input"): Call("azureml", 99, ("path",)),
    ("azureml", "get_by_name"): Call("azureml", 1, ("name",), ("version",)),
    ("azureml", "get_model_path"): Call("azureml", 0, ("model_name",), ("version",)),
    ("quilt3", "install"): Call("quilt", names=("name",), revision=("top_hash",)),
    ("quilt3", "browse"): Call("quilt", names=("name",), revision=("top_hash",)),
    **{("pandas", name): _DATABASE for name in ("read_sql", "read_sql_query", "read_sql_table", "read_gbq")},
    ("pandas_gbq", "read_gbq"): _DATABASE,
    ("awswrangler", "read_sql_query"): _DATABASE,
    ("feast", "BigQuerySource"): _DATABASE,
    **{(package, name): _PAGES for package in ("langchain", "langchain_community") for name in _LOADERS.split()},
    ("azure", "BlobClient"): Call("azure-client", names=("account_url",)),
    ("langchain_community", "VLLM"): Call("hub-model", 99, ("model",)),
    **{(package, name): READ for package in ("awswrangler", "pyspark", "databricks") for name in _READERS.split()},
}
"""By package and name."""

METHODS: dict[str, tuple[Call, tuple[str, ...]]] = {
    "from_pretrained": (_PRETRAINED, ()),
    "from_quantized": (_PRETRAINED, ()),
    "from_config": (Call("flaws"), ("transformers",)),
    "download_model": (Call("library", names=("model_name",), label="coqui:github.com"), ("TTS",)),
    "from_model_id": (Call("hub-model", names=("model_id",)), ("langchain", "langchain_huggingface")),
    "from_hparams": (Call("hub-model", names=("source",), revision=("revision",)), ("speechbrain",)),
    "from_preset": (Call("preset", names=("preset",)), ("keras_nlp", "keras_hub", "keras_cv")),
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
    "download_file": (Call("bucket"), ("boto3", "aioboto3", "airflow")),
    "download_fileobj": (Call("bucket"), ("boto3",)),
    "get_object": (Call("bucket", 99, ("Bucket",)), ("boto3", "minio")),
    "query": (_DATABASE, ("bigquery",)),
    "get_state_dict": (Call("weights"), ("torchvision", "torchgeo")),
    "read_key": (Call("s3-hook"), ("airflow",)),
    "get_key": (Call("s3-hook"), ("airflow",)),
    "download_blob": (Call("azure-blob"), ("azure",)),
    "reader": (Call("lakefs"), ("lakefs",)),
    "jdbc": (_DATABASE, ("pyspark", "spark.read")),
    "retrbinary": (_DATABASE, ("ftplib",)),
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
    "fit": (Call("read", names=("inputs",)), ("sagemaker",)),
    "run_commands": (Call("shell"), ("modal",)),
    "get_local_path": (URL, ("detectron2", "iopath", "fvcore")),
    "load": (Call("ultralytics", names=("weights", "path")), ("ultralytics", "pyspark", "spark.read")),
    **dict.fromkeys(_SPARK.split(), (READ, ("pyspark", "spark.read"))),
    "load_local": (Call("faiss", names=("folder_path",)), ("langchain",)),
    "forPath": (Call("read", 1, ("path",)), ("delta",)),
    "download_as_text": (Call("blob"), ("storage",)),
    "load_state_dict_from_url": (URL, ()),
    "download_url": (URL, ()),
    "download_and_extract_archive": (URL, ()),
    "download_and_extract": (URL, ("datasets", "tensorflow_datasets", "tfds")),
    "project": (Call("roboflow"), ("roboflow",)),
    "get": (
        Call("file-system", names=("rpath",)),
        ("boto3", "s3fs", "gcsfs", "fsspec", "azure", "paramiko", "Session(", "Client("),
    ),
    "get_file": (Call("file-system", names=("rpath",)), ("s3fs", "gcsfs", "fsspec")),
    "download": (Call("file-system", names=("rpath",)), ("s3fs", "gcsfs", "fsspec", "HfFileSystem", "airflow")),
    "open": (Call("file-system", names=("path",)), ("s3fs", "gcsfs", "fsspec", "HfFileSystem")),
    "stream": (Call("file-system", 1, ("url",)), ("Client(",)),
}
"""By name, with words of which the file must have one for it to count."""
