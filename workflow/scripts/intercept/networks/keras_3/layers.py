"""The layers of Keras 3 that are known, each with its settings, as layers of Keras 2.

Where the two mean different things by one name, or one of them lacks it, the layer is made of
others (`hard_sigmoid`), or refused.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import tensorflow as tf

from intercept.networks.keras_3.entries import Entry, plain

Step = Callable[[tf.Tensor], tf.Tensor]


def _of(*weights: str) -> str:
    return " ".join(f"{name}_initializer {name}_regularizer {name}_constraint" for name in weights)


_WINDOW = "kernel_size strides padding data_format dilation_rate"
_ENDS = f"activation use_bias activity_regularizer {_of('bias')}"
_CONVOLUTION = f"filters {_WINDOW} {_ENDS} {_of('kernel')}"
_DEPTHWISE = f"depth_multiplier {_WINDOW} {_ENDS} {_of('depthwise')}"
_SEPARABLE = f"filters {_DEPTHWISE} {_of('pointwise')}"
_SCALED = f"epsilon center scale {_of('beta', 'gamma')}"
_POOLING = "pool_size padding strides data_format"
_GLOBAL = "data_format keepdims"
_MOVED = "data_format~ fill_mode fill_value interpolation value_range~"

# The settings that Keras 3 writes for each kind of layer; all of them have to be there, but for
# those with "?", which some versions do not write. Those with ">" have another name in Keras 2,
# those with "~" are of no consequence. Those in `_NEUTRAL` may be there too.
_SETTINGS = {
    "Activation": "activation",
    "ActivityRegularization": "l1 l2",
    "Add": "",
    "AlphaDropout": "rate noise_shape",
    "Average": "",
    "AveragePooling1D": _POOLING,
    "AveragePooling2D": _POOLING,
    "BatchNormalization": f"axis momentum moving_mean_initializer moving_variance_initializer "
    f"{_SCALED}",
    "CenterCrop": "height width data_format~",
    "Concatenate": "axis",
    "Conv1D": f"groups {_CONVOLUTION}",
    "Conv1DTranspose": f"output_padding? {_CONVOLUTION}",
    "Conv2D": f"groups {_CONVOLUTION}",
    "Conv2DTranspose": f"output_padding? {_CONVOLUTION}",
    "Cropping1D": "cropping",
    "Cropping2D": "cropping data_format",
    "Dense": f"units activation use_bias activity_regularizer? {_of('kernel', 'bias')}",
    "DepthwiseConv1D": _DEPTHWISE,
    "DepthwiseConv2D": _DEPTHWISE,
    "Dot": "axes normalize",
    "Dropout": "rate noise_shape",
    "ELU": "alpha",
    "EinsumDense": f"equation output_shape activation bias_axes activity_regularizer "
    f"{_of('kernel', 'bias')}",
    "Flatten": "data_format",
    "GaussianDropout": "rate",
    "GaussianNoise": "stddev",
    "GlobalAveragePooling1D": _GLOBAL,
    "GlobalAveragePooling2D": _GLOBAL,
    "GlobalMaxPooling1D": _GLOBAL,
    "GlobalMaxPooling2D": _GLOBAL,
    "GroupNormalization": f"groups axis {_SCALED}",
    "Identity": "",
    "LayerNormalization": f"axis {_SCALED}",
    "LeakyReLU": "negative_slope>alpha",
    "MaxPooling1D": _POOLING,
    "MaxPooling2D": _POOLING,
    "Maximum": "",
    "Minimum": "",
    "MultiHeadAttention": "num_heads key_dim value_dim dropout use_bias output_shape "
    f"attention_axes activity_regularizer {_of('kernel', 'bias')}",
    "Multiply": "",
    "Normalization": "axis invert mean variance",
    "PReLU": f"shared_axes {_of('alpha')}",
    "Permute": "dims",
    "RandomFlip": "mode data_format~",
    "RandomRotation": f"factor {_MOVED}",
    "RandomTranslation": f"height_factor width_factor {_MOVED}",
    "RandomZoom": f"height_factor width_factor {_MOVED}",
    "ReLU": "max_value negative_slope threshold",
    "RepeatVector": "n",
    "Rescaling": "scale offset",
    "Reshape": "target_shape",
    "Resizing": "height width interpolation data_format~ fill_mode~ fill_value~",
    "SeparableConv1D": _SEPARABLE,
    "SeparableConv2D": _SEPARABLE,
    "Softmax": "axis",
    "SpatialDropout1D": "rate",
    "SpatialDropout2D": "rate data_format",
    "Subtract": "",
    "UnitNormalization": "axis",
    "UpSampling1D": "size",
    "UpSampling2D": "size data_format interpolation",
    "ZeroPadding1D": "padding data_format~",
    "ZeroPadding2D": "padding data_format",
}

# What Keras 2 has no setting for, with the values at which it does as Keras 3; and, where None
# stands, what decides nothing of what comes out.
_NEUTRAL: dict[str, tuple[Any, ...] | None] = {
    "antialias": (False,),
    "crop_to_aspect_ratio": (False,),
    "flash_attention": (None, False),
    "pad_to_aspect_ratio": (False,),
    "quantization_config": (None,),
    "renorm": (False,),
    "renorm_clipping": None,
    "renorm_momentum": None,
    "rms_scaling": (False,),
    "seed": None,  # fresh weights follow from TensorFlow's
    "sliding_window": (None,),
    "synchronized": None,  # over devices, in training
    "use_gate": (False,),
}

_ALLOWED = {
    "data_format": (None, "channels_last"),
    "interpolation": ("nearest", "bilinear"),
    "padding": None,
}
_PRECISIONS = ("float32", "float16", "mixed_float16")
_POLICIES = ("DTypePolicy", "FloatDTypePolicy")

_NO_FAN = {"input_axes": (None,), "output_axes": (None,)}
_OBJECTS = {
    "initializer": {
        "Constant": "value",
        "GlorotNormal": "",
        "GlorotUniform": "",
        "HeNormal": "",
        "HeUniform": "",
        "Identity": "gain",
        "IdentityInitializer": "gain",
        "LecunNormal": "",
        "LecunUniform": "",
        "Ones": "",
        "Orthogonal": "gain",
        "OrthogonalInitializer": "gain",
        "RandomNormal": "mean stddev",
        "RandomUniform": "minval maxval",
        "TruncatedNormal": "mean stddev",
        "VarianceScaling": "scale mode distribution",
        "Zeros": "",
    },
    "regularizer": {"L1": "l1", "L1L2": "l1 l2", "L2": "l2"},
    "constraint": {
        "MaxNorm": "max_value axis",
        "MinMaxNorm": "min_value max_value rate axis",
        "NonNeg": "",
        "UnitNorm": "axis",
    },
}
_RENAMED = {"IdentityInitializer": "Identity", "OrthogonalInitializer": "Orthogonal"}

# Activations that mean the same in both.
_SAME = (
    *("elu", "exponential", "gelu", "linear", "mish", "relu", "selu", "sigmoid", "silu"),
    *("softmax", "softplus", "softsign", "swish", "tanh"),
)
_AS_ACTIVATION = ("ELU", "LeakyReLU", "ReLU", "Softmax")


@dataclass(frozen=True)
class Translation:
    """What stands for a layer of Keras 3: a layer of Keras 2, and what comes behind it.

    Attributes:
        layer: which has the weights, if there are any; None where an activation alone is made.
        behind: called one after the other on what it puts out.
    """

    layer: tf.keras.layers.Layer | None
    behind: list[Step] = field(default_factory=list)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the layers put out one behind the other."""
        output = args[0] if self.layer is None else self.layer(*args, **kwargs)
        for step in self.behind:
            output = step(output)
        return output


def translated(entry: Entry) -> Translation:
    """Make a layer of Keras 3 of layers of Keras 2; the last of them has its name.

    Args:
        entry: of a layer.

    Raises:
        UserError: the layer, or a setting of it, is not known or has no counterpart.
        ValueError, KeyError, TypeError, AttributeError: the configuration is damaged.
    """
    if entry.kind not in _SETTINGS:
        raise entry.refused("is of a kind that is not known here")
    config = dict(entry.config)
    dtype = _precision(entry, config.pop("dtype", None))
    trainable = bool(config.pop("trainable", True))
    config.pop("name", None)
    words = _SETTINGS[entry.kind].split()
    activation = "linear"
    if "activation" in words:
        words.remove("activation")
        activation = config.pop("activation")
    own = _settings(entry, words, config)
    behind = _behind(entry, activation, dtype)
    if entry.kind == "Activation":
        if behind:
            return Translation(None, behind)
        own["activation"] = activation
    elif activation != "linear" and not behind:
        own["activation"] = activation
    name = f"{entry.name}_linear" if behind else entry.name
    kind = getattr(tf.keras.layers, entry.kind)
    with entry.building():
        return Translation(kind(**own, trainable=trainable, dtype=dtype, name=name), behind)


def operation_layer(name: str, function: str, kind: str = "TFOpLambda") -> tf.keras.layers.Layer:
    """The layer by which Keras 2 calls a function of TensorFlow.

    Args:
        name: of the layer.
        function: such as ``math.add``.
        kind: another for slices.
    """
    config = {"name": name, "function": function, "dtype": "float32", "trainable": True}
    return tf.keras.layers.deserialize({"class_name": kind, "config": config})


def hard_sigmoid(name: str, dtype: str) -> list[Step]:
    """That of Keras 3, which has another slope than that of Keras 2."""
    layers = tf.keras.layers
    return [
        layers.Rescaling(1 / 6, 0.5, dtype=dtype, name=f"{name}_rescaled"),
        layers.ReLU(max_value=1.0, dtype=dtype, name=name),
    ]


def hard_silu(name: str, dtype: str) -> Step:
    """The input times its hard sigmoid."""
    rescaled, clipped = hard_sigmoid(f"{name}_gate", dtype)
    product = tf.keras.layers.Multiply(dtype=dtype, name=name)
    return lambda x: product([x, clipped(rescaled(x))])


def _behind(entry: Entry, activation: Any, dtype: str) -> list[Step]:
    """The layers that make an activation that Keras 2 does not have; none for one that it has."""
    layers, name = tf.keras.layers, entry.name
    if isinstance(activation, dict):
        inner = Entry.read(entry.path, activation | {"name": name})
        if inner.kind not in _AS_ACTIVATION:
            raise entry.refused(f"has an activation that is not known here, {inner.kind!r}")
        return [translated(inner)]
    if activation in _SAME:
        return []
    if activation == "relu6":
        return [layers.ReLU(max_value=6.0, dtype=dtype, name=name)]
    if activation == "leaky_relu":
        return [layers.LeakyReLU(alpha=0.2, dtype=dtype, name=name)]
    if activation == "hard_sigmoid":
        return hard_sigmoid(name, dtype)
    if activation in ("hard_silu", "hard_swish"):
        return [hard_silu(name, dtype)]
    if activation == "log_softmax":
        return [operation_layer(name, "nn.log_softmax")]
    raise entry.refused(f"has an activation that is not known here, {activation!r}")


def _settings(entry: Entry, known: Iterable[str], config: dict[str, Any]) -> dict[str, Any]:
    """The settings for Keras 2 of those that are written, each of which has to be known."""
    found, written = {}, dict(config)
    for word in known:
        key, _, name = word.rstrip("?~").partition(">")
        if key not in written:
            if word[-1] not in "?~":
                raise entry.refused(f"does not say its {key}")
            continue
        value = _value(entry, key, written.pop(key))
        if not word.endswith("~"):
            found[name or key] = value
    for key, value in written.items():
        neutral = _NEUTRAL.get(key, _NO_FAN.get(key, ()))
        if neutral is not None and value not in neutral:
            raise entry.refused(f"has a setting that is not known here, {key} = {value!r}")
    return found


def _value(entry: Entry, key: str, value: Any) -> Any:
    what = key.rpartition("_")[2]
    if what in _OBJECTS:
        return None if value is None else _object(entry, key, what, value)
    value = plain(entry, key, value)
    allowed = _ALLOWED.get(key)
    if allowed is not None and value not in allowed:
        raise entry.refused(f"has {key} = {value!r}; allowed is {allowed[-1]!r}")
    return value.tolist() if hasattr(value, "tolist") else value


def _object(entry: Entry, key: str, what: str, written: Any) -> Any:
    """An initialiser, regulariser or constraint."""
    kind: Any = written.get("class_name") if isinstance(written, dict) else written
    module = f"keras.{what}s"
    if kind not in _OBJECTS[what] or written.get("module") != module:
        raise entry.refused(f"has a {key} that is not known here, {kind!r}")
    settings = _settings(entry, _OBJECTS[what][kind].split(), written["config"])
    with entry.building():
        return getattr(getattr(tf.keras, f"{what}s"), _RENAMED.get(kind, kind))(**settings)


def _precision(entry: Entry, written: Any) -> str:
    """The name of a policy such as ``mixed_float16``."""
    if isinstance(written, dict) and written.get("class_name") in _POLICIES:
        written = written["config"]["name"]
    if written not in _PRECISIONS:
        kind = written.get("class_name") if isinstance(written, dict) else written
        raise entry.refused(
            f"computes in {kind!r}; allowed are {', '.join(_PRECISIONS)}",
            "save the network again with one of them",
        )
    return str(written)
