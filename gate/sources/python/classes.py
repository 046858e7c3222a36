"""Classes and functions of libraries that each stand for one dataset or model: data."""

from __future__ import annotations

from gate.sources.python.call import Call

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
    "torchtext.vocab": (Call("library-class", label="torchtext:pytorch.org"), "GloVe FastText CharNGram"),
    "shap.datasets": (
        Call("library-class", label="shap:github.com"),
        "adult california communitiesandcrime corrgroups60 diabetes imagenet50 imdb nhanesi",
    ),
    "keras.datasets": (
        Call("keras-dataset"),
        "mnist.load_data fashion_mnist.load_data cifar10.load_data cifar100.load_data imdb.load_data "
        "reuters.load_data boston_housing.load_data california_housing.load_data imdb.get_word_index "
        "reuters.get_word_index",
    ),
    "scanpy.datasets": (
        Call("library-class", label="scanpy:exampledata.scverse.org"),
        "burczynski06 moignard15 paul15 pbmc3k pbmc3k_processed visium_sge ebi_expression_atlas",
    ),
    "squidpy.datasets": (
        Call("library-class", label="squidpy:ndownloader.figshare.com"),
        "four_i imc seqfish merfish mibitof slideseqv2 sc_mouse_cortex visium visium_hne_adata visium_hne_adata_crop "
        "visium_hne_image visium_hne_image_crop visium_fluo_adata visium_fluo_adata_crop visium_fluo_image_crop "
        "visium_hne_sdata",
    ),
    "scvelo.datasets": (
        Call("library-class", label="scvelo:github.com"),
        "pancreas dentategyrus dentategyrus_lamanno forebrain gastrulation gastrulation_e75 gastrulation_erythroid "
        "bonemarrow pbmc68k",
    ),
    "scvi.data": (
        Call("library-class", label="scvi:github.com"),
        "pbmc_dataset purified_pbmc_dataset cortex retina heart_cell_atlas_subsampled smfish breast_cancer_dataset "
        "mouse_ob_dataset pbmcs_10x_cite_seq spleen_lymph_cite_seq frontalcortex_dropseq brainlarge_dataset "
        "dataset_10x",
    ),
    "nilearn.datasets": (
        Call("library-class", label="nilearn:nilearn.github.io"),
        "fetch_abide_pcp fetch_adhd fetch_atlas_aal fetch_atlas_basc_multiscale_2015 fetch_atlas_craddock_2012 "
        "fetch_atlas_destrieux_2009 fetch_atlas_difumo fetch_atlas_harvard_oxford fetch_atlas_juelich fetch_atlas_msdl "
        "fetch_atlas_pauli_2017 fetch_atlas_schaefer_2018 fetch_atlas_smith_2009 fetch_atlas_surf_destrieux "
        "fetch_atlas_talairach fetch_atlas_yeo_2011 fetch_development_fmri fetch_haxby fetch_icbm152_2009 "
        "fetch_language_localizer_demo_dataset fetch_localizer_first_level fetch_miyawaki2008 fetch_neurovault "
        "fetch_oasis_vbm fetch_spm_auditory fetch_surf_fsaverage fetch_surf_nki_enhanced",
    ),
    "fairlearn.datasets": (
        Call("library-class", label="fairlearn:www.openml.org"),
        "fetch_adult fetch_acs_income fetch_bank_marketing fetch_boston fetch_credit_card fetch_diabetes_hospital",
    ),
    "imblearn.datasets": (Call("library-class", label="imblearn:zenodo.org"), "fetch_datasets"),
    "musdb": (Call("library-class", when=("download",), label="musdb:zenodo.org"), "DB"),
    "medmnist": (
        Call("library-class", when=("download",), label="medmnist:zenodo.org"),
        "PathMNIST ChestMNIST DermaMNIST OCTMNIST PneumoniaMNIST RetinaMNIST BreastMNIST BloodMNIST TissueMNIST "
        "OrganAMNIST OrganCMNIST OrganSMNIST",
    ),
}
"""Classes and functions of a library that each stand for one dataset or model, by the package that they are in."""
