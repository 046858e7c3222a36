"""Names of what Keras itself brings along: deserialising these runs Keras' own code and nothing else.

Source: the public modules of Keras 3.15 (`keras.layers`, `.models`, `.initializers`, `.regularizers`, `.constraints`,
`.optimizers`, `.losses`, `.metrics`, `.activations`, `.dtype_policies`, `.quantizers`, `.random`), and what Keras 1,
Keras 2 and `tf.keras` called theirs.
"""

from __future__ import annotations

_CLASSES = """
    AUC AWQConfig AWQDTypePolicy AbsMaxQuantizer Accuracy Activation ActivityRegularization ActivityRegularizer
    Adadelta Adafactor Adagrad Adam AdamW Adamax AdaptiveAveragePooling1D AdaptiveAveragePooling2D
    AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add AddLoss
    AddMetric AdditiveAttention AlphaDropout AtrousConv1D AtrousConv2D AtrousConvolution1D AtrousConvolution2D
    Attention AugMix AutoContrast Average AveragePooling1D AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D
    AvgPool3D BatchNormalization BatchNormalizationV1 BatchNormalizationV2 Bidirectional BinaryAccuracy
    BinaryCrossentropy BinaryCrossentropyV2 BinaryFocalCrossentropy BinaryIoU CTC CategoricalAccuracy
    CategoricalCrossentropy CategoricalFocalCrossentropy CategoricalGeneralizedCrossEntropy CategoricalHinge
    CategoryCrossing CategoryEncoding CenterCrop Circle ClassMethod CompileLoss CompileMetrics Concatenate
    ConcordanceCorrelation Constant ConstantV2 Constraint Container ContrastLimitedAdaptiveHistogramEqualization
    Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM1DCell ConvLSTM2D
    ConvLSTM2DCell ConvLSTM3D ConvLSTM3DCell ConvRecurrent2D Convolution1D Convolution1DTranspose Convolution2D
    Convolution2DTranspose Convolution3D Convolution3DTranspose CosineDecay CosineDecayRestarts
    CosineDecayWithRestarts CosineProximity CosineSimilarity Cropping1D Cropping2D Cropping3D Cross CuDNNGRU
    CuDNNLSTM CutMix DTypePolicy DTypePolicyMap Deconvolution2D Deconvolution3D Dense DenseFeatures
    DepthwiseConv1D DepthwiseConv2D DepthwiseConv2DTranspose DepthwiseConvolution2D Dice Discretization Dot
    Dropout ELU EinsumDense Embedding Equalization ExponentialDecay F1Score FBetaScore FalseNegatives
    FalsePositives Feature FeatureSpace Flatten FlaxLayer Float8QuantizationConfig FloatDTypePolicy Ftrl
    Function Functional GPTQConfig GPTQDTypePolicy GRU GRUCell GRUV1 GRUV2 GaussianDropout GaussianNoise
    GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D
    GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D
    GlobalMaxPooling3D GlorotNormal GlorotNormalV2 GlorotUniform GlorotUniformV2 Graph GroupNormalization
    GroupQueryAttention HashedCrossing Hashing HeNormal HeNormalV2 HeUniform HeUniformV2 Highway Hinge Huber
    Identity IdentityInitializer IdentityV2 Initializer InputLayer InputSpec InstanceMethod InstanceProperty
    Int4DTypePolicy Int4QuantizationConfig Int8QuantizationConfig IntegerLookup InverseTimeDecay IoU JaxLayer
    KLDivergence KerasTensor L1 L1L2 L1L2Regularizer L2 LSTM LSTMCell LSTMV1 LSTMV2 Lamb Lambda Layer
    LayerNormalization LayerScale LeakyReLU LearningRateSchedule LecunNormal LecunNormalV2 LecunUniform
    LecunUniformV2 LinearCosineDecay LinearModel Lion ListWrapper LocallyConnected1D LocallyConnected2D LogCosh
    LogCoshError Loss LossFunctionWrapper LossScaleOptimizer LossScaleOptimizerV3 LossesContainer Masking
    MaxNorm MaxNormalization MaxNumBoundingBoxes MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D
    MaxPooling3D Maximum MaxoutDense Mean MeanAbsoluteError MeanAbsolutePercentageError MeanIoU
    MeanMetricWrapper MeanRelativeError MeanSquaredError MeanSquaredLogarithmicError MeanTensor MelSpectrogram
    Merge Metric MetricsContainer MetricsList MinMaxNorm Minimum MixUp Model MultiHeadAttention MultiOptimizer
    Multiply Muon Nadam NoisyLinearCosineDecay NonNeg NoneTensorSpec Normalization OneHotIoU OneHotMeanIoU Ones
    OnesV2 Optimizer OptimizerMap Orthogonal OrthogonalInitializer OrthogonalRegularizer OrthogonalV2 PReLU
    PearsonCorrelation PeepholeLSTMCell Permute PiecewiseConstantDecay Pipeline Poisson Policy PolicyV1
    PolynomialDecay Precision PrecisionAtRecall QuantizationConfig QuantizedDTypePolicy
    QuantizedFloat8DTypePolicy Quantizer R2Score RMSNormalization RMSprop RNN RadialConstraint RandAugment
    RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop RandomElasticTransform
    RandomErasing RandomFlip RandomFourierFeatures RandomGaussianBlur RandomGrayscale RandomHeight RandomHue
    RandomInvert RandomNormal RandomNormalV2 RandomPerspective RandomPosterization RandomRotation
    RandomSaturation RandomSharpness RandomShear RandomTranslation RandomUniform RandomUniformV2 RandomWidth
    RandomZoom ReLU Recall RecallAtPrecision Reduce Regularizer RepeatVector Rescaling Reshape Resizing
    ReversibleEmbedding RootMeanSquaredError SGD STFT STFTInitializer STFTSpectrogram ScheduleFreeAdamW
    SeedGenerator SensitivityAtSpecificity SeparableConv1D SeparableConv2D SeparableConvolution1D
    SeparableConvolution2D Sequential SimpleRNN SimpleRNNCell SlicingOpLambda Softmax Solarization
    SparseCategoricalAccuracy SparseCategoricalCrossentropy SparseTopKCategoricalAccuracy SpatialDropout1D
    SpatialDropout2D SpatialDropout3D SpecificityAtSensitivity SpectralNormalization SquaredHinge
    StackedRNNCells StringLookup Subtract Sum SumOverBatchSize SumOverBatchSizeMetricWrapper
    SyncBatchNormalization TFOpLambda TFOptimizer TFSMLayer TensorFlowOpLayer TensorShape TextVectorization
    ThresholdedReLU TimeDistributed TimeDistributedDense TopKCategoricalAccuracy TorchModuleWrapper TrackedDict
    TrackedList TrackedSet TrueNegatives TruePositives TruncatedNormal TruncatedNormalV2 Tversky UnitNorm
    UnitNormalization UpSampling1D UpSampling2D UpSampling3D Variable VarianceScaling VarianceScalingV2
    WeightRegularizer WideDeepModel Wrapper ZeroPadding1D ZeroPadding2D ZeroPadding3D Zeros ZerosV2 _DictWrapper
"""
CLASSES = frozenset(_CLASSES.split())
"""Layers, models, initialisers and so on."""

_OPERATIONS = """
    Abs Absolute AdaptiveAveragePool AdaptiveMaxPool AffineTransform All AllClose Amax Amin Angle Any Append
    Arange Arccos Arccosh Arcsin Arcsinh Arctan Arctan2 Arctanh Argmax Argmin Argpartition Argsort Array
    ArraySplit AssociativeScan AveragePool BatchNorm Bincount BitwiseAnd BitwiseInvert BitwiseLeftShift
    BitwiseNot BitwiseOr BitwiseRightShift BitwiseXor BroadcastTo CDist CTCDecode CTCLoss Cast Cbrt Ceil Celu
    Cholesky CholeskyInverse Clip Cond Conj Conjugate Conv ConvTranspose ConvertToTensor Copy Corrcoef Correlate
    Cos Cosh CountNonzero CropImages Cumprod Cumsum Deg2rad DepthToSpace DepthwiseConv Det Diag Diagflat
    Diagonal Diff Digitize Divide DivideNoNan DotProductAttention Dsplit Dstack Eig Eigh Einsum ElasticTransform
    Elu EmptyLike Equal Erf Erfc Erfinv Exp Exp2 ExpandDims Expm1 ExtractPatches ExtractSequences FFT FFT2 Fabs
    Flip Fliplr Flipud Floor FloorDivide Fmax Fmin Fmod Fold ForiLoop Full FullLike GaussianBlur Gcd Gelu
    Geomspace GetItem Glu Greater GreaterEqual HSVToRGB HardShrink HardSigmoid HardSilu HardTanh Heaviside
    Histogram Hsplit Hstack Hypot I0 IFFT2 IRFFT ISTFT Imag InTopK Inner Inv IsIn Isclose Isfinite Isinf Isnan
    Isneginf Isposinf Isreal JVP Kron LayerNorm Lcm Ldexp LeakyRelu LeftShift Less LessEqual Linspace Log Log10
    Log1p Log2 LogSigmoid LogSoftmax Logaddexp Logaddexp2 Logdet LogicalAnd LogicalNot LogicalOr LogicalXor
    Logspace Logsumexp Lstsq LuFactor Map MapCoordinates Matmul MatrixRank Max MaxPool Median Meshgrid Min Mod
    Moments Moveaxis MultiHot NanToNum Nanargmax Nanargmin Nancumprod Nancumsum Nanmax Nanmean Nanmedian Nanmin
    Nanpercentile Nanprod Nanquantile Nanstd Nansum Nanvar Ndim Negative Nextafter Nonzero Norm Normalize
    NotEqual OneHot OnesLike Outer PSNR Pad PadImages Percentile PerspectiveTransform Pinv Polar Power Prod Ptp
    Qr Quantile RFFT RGBToGrayscale RGBToHSV RMSNorm Rad2deg Ravel Real Rearrange Reciprocal Relu Relu6 Repeat
    Resize RightShift Roll Rot90 Round Rsqrt SSIM SVD SaturateCast ScaleAndTranslate Scan Scatter ScatterUpdate
    SearchSorted SegmentMax SegmentMin SegmentProd SegmentReduction SegmentSum Select Selu SeparableConv Sigmoid
    Sign Signbit Silu Sin Sinc Sinh Size Slice SliceUpdate Slogdet SobelEdges SoftShrink Softplus Softsign Solve
    SolveTriangular Sort SpaceToDepth SparsePlus SparseSigmoid Sparsemax Split Sqrt Square Squareplus Squeeze
    Stack Std StopGradient Swapaxes Switch Take TakeAlongAxis Tan Tanh TanhShrink Tensordot Threshold Tile TopK
    Trace Transpose Trapezoid Tril Triu TrueDivide Trunc Unfold Unique UnravelIndex Unstack Vander Var Vdot
    VectorizedMap View ViewAsComplex ViewAsReal Vsplit Vstack Where WhileLoop ZerosLike
"""
OPERATIONS = frozenset(_OPERATIONS.split())
"""Classes of `keras.src.ops`: calls of `keras.ops` in a functional model become such layers."""

_FUNCTIONS = """
    acc accuracy activity_l1 activity_l2 bce beta binary_accuracy binary_crossentropy binary_focal_crossentropy
    binomial categorical categorical_accuracy categorical_crossentropy categorical_focal_crossentropy
    categorical_generalized_cross_entropy categorical_hinge celu circle concordance_correlation constant cosine
    cosine_proximity cosine_similarity ctc dice dropout elu exponential gamma gelu glorot_normal glorot_uniform
    glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh hardshrink hardtanh he_normal he_uniform hinge
    huber identity kl_divergence kld kullback_leibler_divergence l1 l1_l2 l1l2 l2 leaky_relu lecun_normal
    lecun_uniform linear log_cosh log_sigmoid log_softmax logcosh mae mape max_norm maxnorm mean_absolute_error
    mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error min_max_norm mish mse msle
    non_neg nonneg normal normalize ones orthogonal orthogonal_regularizer pearson_correlation poisson
    preprocess_input randint random_normal random_uniform relu relu6 relu_6 selu shuffle sigmoid silu
    soft_shrink softmax softplus softshrink softsign sparse_categorical_accuracy sparse_categorical_crossentropy
    sparse_plus sparse_sigmoid sparse_top_k_categorical_accuracy sparsemax squared_hinge squareplus stft swish
    tanh tanh_shrink tanhshrink threshold top_k_categorical_accuracy truncated_normal tversky uniform unit_norm
    unitnorm variance_scaling zeros
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
"""Activations, losses and metrics, and the lower-case names of classes."""

_TENSORFLOW_FUNCTIONS = """
    abs acos acosh add add_n argmax argmin argsort as_string asin asinh atan atan2 atanh batch_to_space bitcast
    boolean_mask broadcast_dynamic_shape broadcast_static_shape broadcast_to cast clip_by_global_norm
    clip_by_norm clip_by_value compat.v1.argmax compat.v1.expand_dims compat.v1.gather
    compat.v1.image.resize_bilinear compat.v1.image.resize_nearest_neighbor compat.v1.nn.softmax
    compat.v1.reduce_mean compat.v1.reduce_sum compat.v1.shape compat.v1.space_to_depth compat.v1.squeeze
    compat.v1.transpose compat.v1.where complex concat constant convert_to_tensor cos cosh cumsum divide
    dynamic_partition dynamic_stitch edit_distance eig eigvals einsum ensure_shape equal exp expand_dims
    extract_volume_patches eye fill floor gather gather_nd greater greater_equal histogram_fixed_width identity
    identity_n less less_equal linspace logical_and logical_not logical_or matmul matrix_square_root maximum
    meshgrid minimum multiply negative norm not_equal one_hot ones ones_like pad pow range rank realdiv
    reduce_all reduce_any reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod reduce_sum repeat
    reshape reverse reverse_sequence roll round saturate_cast scalar_mul scatter_nd searchsorted sequence_mask
    shape shape_n sigmoid sign sin sinh size slice sort space_to_batch space_to_batch_nd split sqrt square
    squeeze stack stop_gradient strided_slice subtract tan tanh tensor_scatter_nd_add tensor_scatter_nd_max
    tensor_scatter_nd_min tensor_scatter_nd_sub tensor_scatter_nd_update tensordot tile transpose truediv
    truncatediv truncatemod unique unique_with_counts unravel_index unstack where zeros zeros_like
"""
TENSORFLOW_FUNCTIONS = frozenset(_TENSORFLOW_FUNCTIONS.split())
"""Functions of TensorFlow 2 that compute with tensors and do nothing else (`tf.*` of its API reference)."""
TENSORFLOW_MODULES = frozenset(
    ("__operators__", "bitwise", "image", "linalg", "math", "nn", "random", "signal", "strings", "sparse", "ragged")
)
"""Modules of TensorFlow 2 whose functions all are of that kind."""
